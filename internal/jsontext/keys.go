package jsontext

import (
	"strings"
)

// keyring is what an object's reader knows of the keys it has met. Objects of one
// stream have the same keys in the same order and with the same blanks, so after
// each key the one that followed it last time is expected, and the whole text
// from the end of one value to the beginning of the next, such as `,"price":`, is
// compared in place.
type keyring struct {
	start key             // stands before the first key; only its next is used
	met   map[string]*key // by that text
}

// key is one such text.
type key struct {
	words [3]uint64 // the first 24 bytes
	masks [3]uint64 // which bits of them count
	size  int       // length of the text
	tail  string    // what lies beyond 24 bytes
	field *node     // where the value goes; nil: nobody wants it
	next  *key      // what came after it last
}

// maxKeys bounds what a keyring remembers; an object with names that never come
// again must not fill the memory.
const maxKeys = 1024

// at reports whether k's text stands at i. It is small, to be inlined.
func (k *key) at(t text, i int) bool {
	return (t.word(i)^k.words[0])&k.masks[0]|(t.word(i+8)^k.words[1])&k.masks[1] == 0 &&
		(k.size <= 16 || k.restAt(t, i))
}

// restAt is at for what lies beyond 16 bytes.
func (k *key) restAt(t text, i int) bool {
	return (t.word(i+16)^k.words[2])&k.masks[2] == 0 && (k.size <= 24 || k.longAt(t, i))
}

// longAt compares what lies beyond 24 bytes; it stops at the first byte that
// differs, so it does not read beyond the line.
func (k *key) longAt(t text, i int) bool {
	for j := range len(k.tail) {
		if t.at(i+24+j) != k.tail[j] {
			return false
		}
	}
	return true
}

// newKey is the key with this text.
func newKey(s string, field *node) *key {
	k := &key{size: len(s), field: field}
	for i := range min(len(s), 24) {
		k.words[i>>3] |= uint64(s[i]) << (8 * (i & 7))
		k.masks[i>>3] |= 0xff << (8 * (i & 7))
	}
	if len(s) > 24 {
		k.tail = s[24:]
	}
	return k
}

// learn finds the key that stands at i, where prev was the last one, and
// remembers it as prev's successor. It returns the index of the value, or nil
// and the index behind the object where that ends, or nil and failed.
func (n *node) learn(t text, prev *key, i int) (*key, int) {
	from := i
	i = skipSpace(t, i)
	c := t.at(i)
	switch {
	case prev == &n.keys.start: // at the brace itself
		if i = skipSpace(t, i+1); t.at(i) == '}' {
			return nil, i + 1
		}
	case c == '}':
		return nil, i + 1
	case c == ',':
		i = skipSpace(t, i+1)
	default:
		return nil, failed
	}
	if t.at(i) != '"' {
		return nil, failed
	}
	name := i + 1
	end, escaped := anyStringEnd(t, name)
	if end < 0 || escaped {
		return nil, failed
	}
	if i = skipSpace(t, end+1); t.at(i) != ':' {
		return nil, failed
	}
	i = skipSpace(t, i+1)
	return n.remember(prev, t.slice(from, i), t.slice(name, end)), i
}

// remember is the key with this text and name.
func (n *node) remember(prev *key, text, name string) *key {
	if k := n.keys.met[text]; k != nil {
		prev.next = k
		return k
	}
	var field *node
	if i, ok := n.index[name]; ok {
		field = n.children[i]
	}
	if len(n.keys.met) >= maxKeys {
		return &key{field: field, next: n.keys.start.next}
	}
	if n.keys.met == nil {
		n.keys.met = make(map[string]*key)
	}
	text = strings.Clone(text)
	k := newKey(text, field)
	n.keys.met[text] = k
	prev.next = k
	return k
}

// eightDigits is the number that eight digits make, given as their values, the
// first lowest.
func eightDigits(x uint64) uint64 {
	x = x*10 + x>>8
	return (x&0x000000ff000000ff*(100+1000000<<32) + x>>16&0x000000ff000000ff*(1+10000<<32)) >> 32
}

// integer reads the whole number at i, of 18 digits at most, and the index
// behind it; failed for anything else.
func integer(t text, i int) (v int64, next int) {
	negative := t.at(i) == '-'
	if negative {
		i++
	}
	w := t.word(i)
	n, rest := leadingDigits(w)
	x := w ^ ('0' * ones)
	switch {
	case rest == 0:
		if x&0xff == 0 {
			return 0, failed
		}
		return longInteger(t, i, negative)
	case n == 0 || n > 1 && x&0xff == 0:
		return 0, failed
	}
	v = int64(eightDigits(x << (64 - 8*n)))
	if negative {
		v = -v
	}
	return v, i + n
}

// longInteger reads a number of 8 to 18 digits.
func longInteger(t text, i int, negative bool) (v int64, next int) {
	v = int64(eightDigits(t.word(i) ^ '0'*ones))
	i += 8
	w := t.word(i)
	n, rest := leadingDigits(w)
	if rest == 0 {
		v = v*1e8 + int64(eightDigits(w^'0'*ones))
		i += 8
		w = t.word(i)
		if n, rest = leadingDigits(w); rest == 0 || n > 2 {
			return 0, failed
		}
	}
	for range n {
		v = v*10 + int64(w&0x0f)
		w >>= 8
	}
	if negative {
		v = -v
	}
	return v, i + n
}
