package keytable

import "math/bits"

// leanIndex is how a [pairIndex] of many texts finds them: a slot has half of the hash
// and the id+1, 8 bytes where a pairSlot has 24, and the text itself is compared for
// every row. That costs two more cache misses a row, which overlap, and saves what
// would else be most of the memory of a large state.
//
// The place of a slot follows from the first bits of what it holds, so that a larger
// table is filled without a look at the texts, from its first slot to the last.
type leanIndex struct {
	slots []leanSlot // a power of two of them, or none
	shift uint8      // a tag without its last shift bits is its place
	null  uint32     // the id+1 of the null text, which has no slot
	seen  byte       // something of the texts that findLean has brought into the cache
}

// leanSlot holds half of a text's hash and its id+1; 0 is an empty slot.
type leanSlot struct{ tag, ref uint32 }

// leanFrom is the number of slots from which on texts have a leanIndex: up to there a
// pairIndex fits the caches of most machines.
const leanFrom = 1 << 20

// tagOf is the half of a hash that a slot holds. The hash is mixed once more: the keys of
// a partition of state have the first bits of some hashes in common.
func tagOf(hash uint64) uint32 { return uint32(hash * 0x9E3779B97F4A7C15 >> 32) }

func (x *leanIndex) allocate(n int) {
	x.slots, x.shift = make([]leanSlot, n), uint8(33-bits.Len(uint(n)))
}

// put enters what is not there.
func (x *leanIndex) put(s leanSlot) {
	mask := len(x.slots) - 1
	i := int(s.tag >> x.shift)
	for x.slots[i].ref != 0 {
		i = (i + 1) & mask
	}
	x.slots[i] = s
}

// toLean changes to a lean index of n slots, or to a larger one.
func (x *pairIndex) toLean(n int) {
	lean, wide := x.lean, x.slots
	x.lean.allocate(n)
	x.slots, x.limit = nil, n/4*3
	for _, s := range lean.slots {
		if s.ref != 0 {
			x.lean.put(s)
		}
	}
	for k := range wide {
		switch s := &wide[k]; {
		case s.ref == 0:
		case s.tag == nullText:
			x.lean.null = s.ref
		default:
			x.lean.put(leanSlot{tagOf(x.hash(pairKey{s.a, s.b, s.tag})), s.ref})
		}
	}
}

// findLean is [pairIndex.find]. It has a loop for the misses in the slots, one for those
// in the texts, and compares in a third: without jumps that depend on what is read, the
// misses of many rows overlap.
func (x *pairIndex) findLean(p *pairChunk, n int, ids, miss []int32) int {
	slots, shift := x.lean.slots, x.lean.shift
	for i, h := range p.hash[:n] {
		tag := tagOf(h)
		s := slots[tag>>shift]
		id := int32(s.ref) - 1
		if s.tag != tag {
			id = -1
		}
		ids[i] = id
	}
	var seen byte
	for _, id := range ids[:n] {
		if id >= 0 {
			if s := x.text[id]; len(s) > 0 {
				seen += s[0]
			}
		}
	}
	x.lean.seen = seen
	m := 0
	for i := range int32(n) {
		switch id := ids[i]; {
		case p.tag[i] == nullText:
			ids[i] = int32(x.lean.null) - 1
		case id >= 0 && x.text[id] != p.text(i):
			ids[i] = -1
		}
		miss[m] = i
		m += int(uint32(ids[i]) >> 31)
	}
	return m
}

// refLean is where the id+1 of row i of p stands, or the 0 where it would; add makes the
// slot the key's.
func (x *pairIndex) refLean(p *pairChunk, i int32, add bool) *uint32 {
	if p.tag[i] == nullText {
		return &x.lean.null
	}
	tag, mask := tagOf(p.hash[i]), len(x.lean.slots)-1
	for j := int(tag >> x.lean.shift); ; j = (j + 1) & mask {
		s := &x.lean.slots[j]
		if s.ref == 0 {
			if add {
				s.tag = tag
				x.used++
			}
			return &s.ref
		}
		if s.tag == tag && x.text[s.ref-1] == p.text(i) {
			return &s.ref
		}
	}
}

// removeLean is [pairIndex.remove].
func (x *pairIndex) removeLean(hash uint64, ref uint32) {
	if x.lean.null == ref {
		x.lean.null = 0
		return
	}
	slots, shift, mask := x.lean.slots, x.lean.shift, len(x.lean.slots)-1
	hole := int(tagOf(hash) >> shift)
	for slots[hole].ref != ref {
		hole = (hole + 1) & mask
	}
	x.used--
	for i := (hole + 1) & mask; slots[i].ref != 0; i = (i + 1) & mask {
		home := int(slots[i].tag >> shift)
		if (i-home)&mask >= (i-hole)&mask {
			slots[hole] = slots[i]
			hole = i
		}
	}
	slots[hole] = leanSlot{}
}
