package keytable

import (
	"math"

	"github.com/weirstream/weir/internal/kernel"
)

// wordIndex finds ids by one word. It has two states.
//
// Hashed: open addressing with linear probing; a slot is 12 bytes, so that
// memory and cache lines hold as many as possible. Small tables are kept at most
// a quarter full, since a second probe costs a mispredicted jump; large ones, for
// which memory counts, at most half.
//
// Direct: where the keys fill their range well (ids, dates, small numbers), an
// array of ids by key minus base, 4 bytes an entry: no hash, no collision, and a
// third of the memory to miss the cache in. The choice is made when a table
// grows, and taken back when a key comes that would make the array too thin.
//
// What was tried: 16-byte slots are no faster and larger; looking at two slots in
// the first pass costs more than it saves; slot addresses without bound checks
// change nothing; a loop that only brings the slots of a chunk into the cache before
// they are compared gains a twentieth with 10⁶ keys; huge pages gained nothing where
// the machine is a guest. There two thirds of a row's time are the miss in the slots.
type wordIndex struct {
	slots  []wordSlot // a power of two of them; empty in the direct state
	direct []uint32   // ids+1 by word-base and a last 0; nil in the hashed state
	base   uint64
	used   int
	limit  int // the number of keys at which slots grow
}

// wordSlot holds a key, in halves so that it needs no padding, and its id+1; 0 is
// an empty slot.
type wordSlot struct {
	lo, hi uint32
	ref    uint32
}

func (s *wordSlot) word() uint64 { return uint64(s.lo) | uint64(s.hi)<<32 }

const (
	firstSlots = 64
	smallSlots = 1 << 14 // up to here a table is at most a quarter full
	// thin and thinnest are entries of a direct array a key: at most thin when
	// it is made, thinnest when it is extended.
	thin     = 4
	thinnest = 8
	// minDirect is the number of keys from which a direct array is thought of.
	minDirect = 256
)

func limitOf(slots int) int {
	if slots <= smallSlots {
		return slots / 4
	}
	return slots / 2
}

// find is the first pass: ids[i] becomes the id of words[i] or -1, and the rows
// with -1 are listed in miss; their number is returned.
func (x *wordIndex) find(words []uint64, ids, miss []int32) int {
	if x.direct != nil {
		return x.findDirect(words, ids, miss)
	}
	slots, n := x.slots, 0
	ids, miss = ids[:len(words)], miss[:len(words)]
	if len(slots) == 0 {
		return missAll(ids, miss)
	}
	mask := uint64(len(slots) - 1)
	for i, w := range words {
		s := &slots[kernel.HashWord(w)&mask]
		id := int32(s.ref) - 1
		if s.word() != w {
			id = -1
		}
		ids[i] = id
		miss[n] = int32(i)
		n += int(uint32(id) >> 31)
	}
	return n
}

func (x *wordIndex) findDirect(words []uint64, ids, miss []int32) int {
	direct, base, n := x.direct, x.base, 0
	ids, miss = ids[:len(words)], miss[:len(words)]
	last := uint64(len(direct) - 1)
	for i, w := range words {
		id := int32(direct[min(w-base, last)]) - 1
		ids[i] = id
		miss[n] = int32(i)
		n += int(uint32(id) >> 31)
	}
	return n
}

func missAll(ids, miss []int32) int {
	for i := range ids {
		ids[i], miss[i] = -1, int32(i)
	}
	return len(ids)
}

// get is where the id+1 of w stands, or nil.
func (x *wordIndex) get(w uint64) *uint32 {
	if x.direct != nil {
		if i := w - x.base; i < uint64(len(x.direct)-1) && x.direct[i] != 0 {
			return &x.direct[i]
		}
		return nil
	}
	if len(x.slots) == 0 {
		return nil
	}
	mask := uint64(len(x.slots) - 1)
	for i := kernel.HashWord(w) & mask; ; i = (i + 1) & mask {
		s := &x.slots[i]
		if s.ref == 0 {
			return nil
		}
		if s.word() == w {
			return &s.ref
		}
	}
}

// add is get, but makes room for w where it is missing: the caller writes its
// id+1 over the 0 it finds there.
func (x *wordIndex) add(w uint64) *uint32 {
	if x.direct != nil {
		if w-x.base >= uint64(len(x.direct)-1) && !x.extend(w) {
			x.toSlots()
			return x.add(w)
		}
		p := &x.direct[w-x.base]
		if *p == 0 {
			x.used++
		}
		return p
	}
	if x.used >= x.limit {
		if x.grow(); x.direct != nil {
			return x.add(w)
		}
	}
	mask := uint64(len(x.slots) - 1)
	for i := kernel.HashWord(w) & mask; ; i = (i + 1) & mask {
		s := &x.slots[i]
		if s.ref == 0 {
			s.lo, s.hi = uint32(w), uint32(w>>32)
			x.used++
			return &s.ref
		}
		if s.word() == w {
			return &s.ref
		}
	}
}

// remove takes w out; later slots of its cluster move up, so that no tombstones
// are needed and the table stays as if w had never been there.
func (x *wordIndex) remove(w uint64) {
	p := x.get(w)
	if p == nil {
		return
	}
	x.used--
	if x.direct != nil {
		*p = 0
		return
	}
	mask := uint64(len(x.slots) - 1)
	hole := kernel.HashWord(w) & mask
	for &x.slots[hole].ref != p {
		hole = (hole + 1) & mask
	}
	for i := (hole + 1) & mask; x.slots[i].ref != 0; i = (i + 1) & mask {
		home := kernel.HashWord(x.slots[i].word()) & mask
		if (i-home)&mask >= (i-hole)&mask {
			x.slots[hole] = x.slots[i]
			hole = i
		}
	}
	x.slots[hole] = wordSlot{}
}

// grow makes more slots, or a direct array if the keys are close enough.
func (x *wordIndex) grow() {
	if x.used >= minDirect && x.toDirect() {
		return
	}
	x.resize(nextSlots(len(x.slots)))
}

func nextSlots(n int) int {
	switch {
	case n == 0:
		return firstSlots
	case n < 1<<12:
		return 4 * n
	default:
		return 2 * n
	}
}

func (x *wordIndex) resize(n int) {
	old := x.slots
	x.slots, x.limit = make([]wordSlot, n), limitOf(n)
	mask := uint64(n - 1)
	for k := range old {
		if s := old[k]; s.ref != 0 {
			i := kernel.HashWord(s.word()) & mask
			for x.slots[i].ref != 0 {
				i = (i + 1) & mask
			}
			x.slots[i] = s
		}
	}
}

// toDirect changes to the direct state if the keys are close enough.
func (x *wordIndex) toDirect() bool {
	least, greatest := int64(math.MaxInt64), int64(math.MinInt64)
	for k := range x.slots {
		if s := &x.slots[k]; s.ref != 0 {
			w := int64(s.word())
			least, greatest = min(least, w), max(greatest, w)
		}
	}
	width := uint64(greatest) - uint64(least) // may be anything up to 2^64-1
	if width >= uint64(thin*x.used) {
		return false
	}
	x.base = uint64(least)
	x.direct = make([]uint32, width+width/4+2)
	for k := range x.slots {
		if s := &x.slots[k]; s.ref != 0 {
			x.direct[s.word()-x.base] = s.ref
		}
	}
	x.slots, x.limit = nil, 0
	return true
}

// extend makes the direct array reach w, unless it would get too thin.
func (x *wordIndex) extend(w uint64) bool {
	width := uint64(len(x.direct) - 1)
	most := uint64(thinnest * max(x.used, minDirect))
	if up := w - x.base; up < most {
		to := min(most, max(up+1, width+width/2))
		x.direct = append(make([]uint32, 0, to+1), x.direct...)[:to+1]
		return true
	}
	down := x.base - w
	if down >= most || down+width > most {
		return false
	}
	shift := min(most-width, max(down, width/2))
	moved := make([]uint32, shift+width+1)
	copy(moved[shift:], x.direct)
	x.direct, x.base = moved, x.base-shift
	return true
}

// toSlots changes to the hashed state.
func (x *wordIndex) toSlots() {
	direct := x.direct
	n := firstSlots
	for limitOf(n) <= x.used {
		n *= 2
	}
	x.direct, x.slots, x.limit = nil, make([]wordSlot, n), limitOf(n)
	mask := uint64(n - 1)
	for k, ref := range direct {
		if ref == 0 {
			continue
		}
		w := x.base + uint64(k)
		i := kernel.HashWord(w) & mask
		for x.slots[i].ref != 0 {
			i = (i + 1) & mask
		}
		x.slots[i] = wordSlot{uint32(w), uint32(w >> 32), ref}
	}
}

// reset takes all keys out. Memory that so few keys do not need is given back.
func (x *wordIndex) reset() {
	if roomy(len(x.slots)+len(x.direct), x.used) {
		*x = wordIndex{}
		return
	}
	clear(x.slots)
	clear(x.direct)
	x.used = 0
}

// roomy says that clearing so many entries costs more than it is worth.
func roomy(entries, used int) bool { return entries > 64*used+4096 }

func (x *wordIndex) bytes() int { return 12*len(x.slots) + 4*len(x.direct) }
