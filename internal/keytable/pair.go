package keytable

import (
	"math"

	"github.com/weirstream/weir/internal/kernel"
)

// pairIndex finds ids by two words and a tag: packed keys, whose tag says which
// of them are null, and texts, whose tag is their length. A text longer than
// [kernel.ShortString] has its hash as first word and its first eight bytes as
// second, and is compared with the table's copy after these.
type pairIndex struct {
	slots []pairSlot // a power of two of them, or none
	lean  leanIndex  // instead of slots, where there are many texts
	used  int
	limit int
	texts bool
	text  []string // by id, where texts is true
}

// pairSlot holds a key and its id+1; 0 is an empty slot.
type pairSlot struct {
	a, b uint64
	tag  uint32
	ref  uint32
}

// pairKey is what a key is found by.
type pairKey struct {
	a, b uint64
	tag  uint32
}

// nullText is the tag of the text that is null.
const nullText = math.MaxUint32

// long says that the words and the tag do not say all of a key.
func (x *pairIndex) long(tag uint32) bool {
	return x.texts && tag > kernel.ShortString && tag != nullText
}

func (x *pairIndex) hash(k pairKey) uint64 {
	if x.long(k.tag) {
		return k.a
	}
	return kernel.HashShort(k.a, k.b, uint64(k.tag))
}

// textKey is the key of s.
func textKey(s string) pairKey {
	if len(s) > kernel.ShortString {
		first, _ := kernel.ShortWords(s[:8])
		return pairKey{kernel.HashString(s), first, uint32(len(s))}
	}
	a, b := kernel.ShortWords(s)
	return pairKey{a, b, uint32(len(s))}
}

// pairChunk are the keys of a chunk of rows.
type pairChunk struct {
	a, b, hash [chunk]uint64
	tag        [chunk]uint32
	// text of row i is texts[i], or texts[sel[i]]; for texts only.
	texts []string
	sel   []int32
	long  bool // some text may be long
}

func (p *pairChunk) key(i int32) pairKey { return pairKey{p.a[i], p.b[i], p.tag[i]} }

func (p *pairChunk) text(i int32) string {
	switch {
	case p.tag[i] == nullText || p.texts == nil:
		return ""
	case p.sel != nil:
		return p.texts[p.sel[i]]
	}
	return p.texts[i]
}

// loadTexts makes the chunk's keys those of n texts.
func (p *pairChunk) loadTexts(n int, texts []string, sel []int32, valid []uint64) {
	p.texts, p.sel, p.long = texts, sel, false
	longest := uint32(0)
	as, bs, tags, hashes := p.a[:n], p.b[:n], p.tag[:n], p.hash[:n]
	for i := range as {
		s := texts[at(sel, i)]
		if len(s) > kernel.ShortString {
			k := textKey(s)
			as[i], bs[i], hashes[i] = k.a, k.b, k.a
		} else {
			a, b := kernel.ShortWords(s)
			as[i], bs[i], hashes[i] = a, b, kernel.HashShort(a, b, uint64(len(s)))
		}
		tags[i] = uint32(len(s))
		longest = max(longest, uint32(len(s)))
	}
	p.long = longest > kernel.ShortString
	if valid == nil {
		return
	}
	for i := range as {
		if !kernel.Bit(valid, at(sel, i)) {
			as[i], bs[i], tags[i] = 0, 0, nullText
			hashes[i] = kernel.HashShort(0, 0, nullText)
		}
	}
}

// find is the first pass over n rows of p; see [wordIndex.find].
func (x *pairIndex) find(p *pairChunk, n int, ids, miss []int32) int {
	ids, miss = ids[:n], miss[:n]
	slots := x.slots
	if x.lean.slots != nil {
		return x.findLean(p, n, ids, miss)
	}
	if len(slots) == 0 {
		return missAll(ids, miss)
	}
	mask := uint64(len(slots) - 1)
	hashes, as, bs, tags := p.hash[:n], p.a[:n], p.b[:n], p.tag[:n]
	m := 0
	for i, h := range hashes {
		s := &slots[h&mask]
		id := int32(s.ref) - 1
		if (s.a^as[i])|(s.b^bs[i])|uint64(s.tag^tags[i]) != 0 {
			id = -1
		}
		ids[i] = id
		miss[m] = int32(i)
		m += int(uint32(id) >> 31)
	}
	if x.texts && p.long {
		return x.checkLong(p, n, ids, miss)
	}
	return m
}

// checkLong compares the long texts that find has found by their hash.
func (x *pairIndex) checkLong(p *pairChunk, n int, ids, miss []int32) int {
	m := 0
	for i := range int32(n) {
		if id := ids[i]; id >= 0 && x.long(p.tag[i]) && x.text[id] != p.text(i) {
			ids[i] = -1
		}
		miss[m] = i
		m += int(uint32(ids[i]) >> 31)
	}
	return m
}

// get is where the id+1 of row i of p stands, or nil.
func (x *pairIndex) get(p *pairChunk, i int32) *uint32 {
	if x.lean.slots != nil {
		if ref := x.refLean(p, i, false); *ref != 0 {
			return ref
		}
		return nil
	}
	if len(x.slots) == 0 {
		return nil
	}
	if s := x.seek(p, i); s.ref != 0 {
		return &s.ref
	}
	return nil
}

// add is get, but makes room for the key where it is missing: the caller writes
// its id+1 over the 0 it finds there.
func (x *pairIndex) add(p *pairChunk, i int32) *uint32 {
	if x.used >= x.limit {
		x.grow()
	}
	if x.lean.slots != nil {
		return x.refLean(p, i, true)
	}
	s := x.seek(p, i)
	if s.ref == 0 {
		s.a, s.b, s.tag = p.a[i], p.b[i], p.tag[i]
		x.used++
	}
	return &s.ref
}

// seek is the slot of row i of p, or the empty one where it would stand.
func (x *pairIndex) seek(p *pairChunk, i int32) *pairSlot {
	mask := uint64(len(x.slots) - 1)
	k := p.key(i)
	for j := p.hash[i] & mask; ; j = (j + 1) & mask {
		s := &x.slots[j]
		if s.ref == 0 {
			return s
		}
		if s.a == k.a && s.b == k.b && s.tag == k.tag && (!x.long(k.tag) || x.text[s.ref-1] == p.text(i)) {
			return s
		}
	}
}

// remove takes out the key with this hash and this id+1, as [wordIndex.remove]
// does.
func (x *pairIndex) remove(hash uint64, ref uint32) {
	if x.lean.slots != nil {
		x.removeLean(hash, ref)
		return
	}
	mask := uint64(len(x.slots) - 1)
	hole := hash & mask
	for x.slots[hole].ref != ref {
		hole = (hole + 1) & mask
	}
	x.used--
	for i := (hole + 1) & mask; x.slots[i].ref != 0; i = (i + 1) & mask {
		s := &x.slots[i]
		home := x.hash(pairKey{s.a, s.b, s.tag}) & mask
		if (i-home)&mask >= (i-hole)&mask {
			x.slots[hole] = *s
			hole = i
		}
	}
	x.slots[hole] = pairSlot{}
}

// grow makes more slots, and lean ones of many texts.
func (x *pairIndex) grow() {
	switch {
	case x.lean.slots != nil:
		x.toLean(2 * len(x.lean.slots))
	case x.texts && len(x.slots) >= leanFrom:
		x.toLean(2 * len(x.slots))
	default:
		x.resize(nextSlots(len(x.slots)))
	}
}

func (x *pairIndex) resize(n int) {
	old := x.slots
	x.slots, x.limit = make([]pairSlot, n), limitOf(n)
	mask := uint64(n - 1)
	for k := range old {
		if s := &old[k]; s.ref != 0 {
			i := x.hash(pairKey{s.a, s.b, s.tag}) & mask
			for x.slots[i].ref != 0 {
				i = (i + 1) & mask
			}
			x.slots[i] = *s
		}
	}
}

// setText notes the text of an id, at most one beyond those before.
func (x *pairIndex) setText(id int32, s string) {
	if int(id) == len(x.text) {
		x.text = append(x.text, s)
		return
	}
	x.text[id] = s
}

// reset takes all keys out. Memory that so few keys do not need is given back.
func (x *pairIndex) reset() {
	clear(x.text)
	x.text = x.text[:0]
	if roomy(len(x.slots)+len(x.lean.slots), x.used) {
		x.drop()
	}
	clear(x.slots)
	clear(x.lean.slots)
	x.lean.null, x.used = 0, 0
}

// drop forgets the slots, but not the texts.
func (x *pairIndex) drop() { x.slots, x.lean, x.used, x.limit = nil, leanIndex{}, 0, 0 }

func (x *pairIndex) bytes() int { return 24*len(x.slots) + 8*len(x.lean.slots) + 16*cap(x.text) }
