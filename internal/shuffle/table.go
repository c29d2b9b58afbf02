package shuffle

import (
	"encoding/binary"
	"hash/maphash"
	"unsafe"
)

// Table is an open-addressing table from keys to values that remembers the order
// in which keys came: entry i is the i-th key. It belongs to one goroutine.
//
// A cell of the index holds a word that stands for the key, and the number of its
// entry. The word of an integer is the integer, that of a text of up to seven bytes
// the text and its length, so that a probe finds such keys without a look at the
// entries; of all others it is a hash, and the key is read when the words are alike.
// Keys that are strings are copied, many into one buffer: a word cut from a line must
// not keep the whole file in memory.
type Table[K comparable, V any] struct {
	// Keys and Values are the entries. The caller may change values.
	Keys   []K
	Values []V

	index []place // a power of two
	seed  maphash.Seed
	kind  keyKind
	text  []byte // where copies of keys go
}

// place is a cell of the index.
type place struct {
	word  uint64
	entry uint64 // plus one; 0: empty
}

// keyKind picks the words of a table.
type keyKind uint8

const (
	anyKey keyKind = iota
	stringKey
	wideKey   // integers of 64 bits
	narrowKey // integers of 32 bits
)

// smallIndex is how many cells an index has at least.
const smallIndex = 64

// NewTable makes an empty table.
func NewTable[K comparable, V any]() *Table[K, V] {
	t := &Table[K, V]{seed: maphash.MakeSeed(), index: make([]place, smallIndex)}
	var zero K
	switch any(zero).(type) {
	case string:
		t.kind = stringKey
	case int, uint, int64, uint64:
		t.kind = wideKey
	case int32, uint32:
		t.kind = narrowKey
	}
	return t
}

// Len is the number of keys.
func (t *Table[K, V]) Len() int { return len(t.Keys) }

// Hash is the hash of a key within this table and those made by [Table.Sibling].
func (t *Table[K, V]) Hash(k K) uint64 {
	w, _ := t.word(k)
	return mix(w)
}

// hashed marks words that are hashes where others are exact.
const hashed = 1 << 63

// word is what stands for a key in the index; exact: no other key has it.
func (t *Table[K, V]) word(k K) (w uint64, exact bool) {
	switch t.kind {
	case stringKey:
		s := *(*string)(unsafe.Pointer(&k))
		if len(s) < 8 {
			return packed(s), true
		}
		return maphash.String(t.seed, s) | hashed, false
	case wideKey:
		return *(*uint64)(unsafe.Pointer(&k)), true
	case narrowKey:
		return uint64(*(*uint32)(unsafe.Pointer(&k))), true
	default:
		return hashAny(t.seed, k), false
	}
}

// packed is a text of up to seven bytes, and its length plus one above them. The parts that are
// loaded overlap where the length is not theirs.
func packed(s string) uint64 {
	n := uint64(len(s))
	switch {
	case n >= 4:
		low, high := binary.LittleEndian.Uint32(view(s[:4])), binary.LittleEndian.Uint32(view(s[n-4:]))
		return uint64(low) | uint64(high)<<(8*(n-4)) | (n+1)<<56
	case n > 0:
		return uint64(s[0]) | uint64(s[n/2])<<(8*(n/2)) | uint64(s[n-1])<<(8*(n-1)) | (n+1)<<56
	default:
		return 1 << 56
	}
}

// view is a text as bytes, which must not be changed.
func view(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// hashAny stands alone because it moves its argument to the heap, which keys that
// have a hash of their own must not pay.
//
//go:noinline
func hashAny[K comparable](seed maphash.Seed, k K) uint64 { return maphash.Comparable(seed, k) }

// Sibling is an empty table with the same hashes.
func (t *Table[K, V]) Sibling() *Table[K, V] {
	return &Table[K, V]{seed: t.seed, kind: t.kind, index: make([]place, smallIndex)}
}

func mix(x uint64) uint64 {
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	return x ^ x>>32
}

// Add finds the entry of a key; a key that was not there gets one, with the zero
// value.
func (t *Table[K, V]) Add(k K) (entry int, added bool) {
	w, exact := t.word(k)
	return t.add(k, w, exact)
}

// add is [Table.Add] of a key whose word is known.
func (t *Table[K, V]) add(k K, w uint64, exact bool) (entry int, added bool) {
	mask := uint64(len(t.index) - 1)
	for i := mix(w) & mask; ; i = (i + 1) & mask {
		p := &t.index[i]
		if p.entry == 0 {
			p.word, p.entry = w, uint64(len(t.Keys)+1)
			return t.append(k), true
		}
		if p.word == w {
			if e := int(p.entry) - 1; exact || t.Keys[e] == k {
				return e, false
			}
		}
	}
}

// touch loads the cells where the searches for keys begin, whose words were mixed to
// hashes, so that they wait for memory at the same time. What it returns must be used.
func (t *Table[K, V]) touch(hashes []uint64) (seen uint64) {
	index, mask := t.index, uint64(len(t.index)-1)
	for _, h := range hashes {
		seen ^= index[h&mask].entry
	}
	return seen
}

// Find is the entry of a key, -1 if it has none.
func (t *Table[K, V]) Find(k K) int {
	w, exact := t.word(k)
	mask := uint64(len(t.index) - 1)
	for i := mix(w) & mask; ; i = (i + 1) & mask {
		p := &t.index[i]
		if p.entry == 0 {
			return -1
		}
		if p.word == w {
			if e := int(p.entry) - 1; exact || t.Keys[e] == k {
				return e
			}
		}
	}
}

func (t *Table[K, V]) append(k K) int {
	if t.kind == stringKey {
		*(*string)(unsafe.Pointer(&k)) = t.keep(*(*string)(unsafe.Pointer(&k)))
	}
	var zero V
	t.Keys = append(t.Keys, k)
	t.Values = append(t.Values, zero)
	if 3*len(t.Keys) > 2*len(t.index) {
		t.grow()
	}
	return len(t.Keys) - 1
}

const textChunk = 16 << 10

// keep copies a string into the buffer.
func (t *Table[K, V]) keep(s string) string {
	if len(s) == 0 {
		return ""
	}
	if cap(t.text)-len(t.text) < len(s) {
		t.text = make([]byte, 0, max(textChunk, len(s)))
	}
	at := len(t.text)
	t.text = append(t.text, s...)
	return unsafe.String(&t.text[at], len(s))
}

func (t *Table[K, V]) grow() {
	old := t.index
	t.index = make([]place, 2*len(old))
	mask := uint64(len(t.index) - 1)
	for _, p := range old {
		if p.entry == 0 {
			continue
		}
		i := mix(p.word) & mask
		for t.index[i].entry != 0 {
			i = (i + 1) & mask
		}
		t.index[i] = p
	}
}
