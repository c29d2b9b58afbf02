package keyed

import (
	"cmp"
	"math"
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// joinSide is the state of one side of a [Join] in one partition: the rows by the
// slots of its table, in chains by key. It implements [Values].
type joinSide struct {
	spec    *JoinSpec
	number  int
	tracked bool
	table   Table
	rows    joinRows

	places     []int32    // by slot: the row; -1: none
	chain      []joinLink // by slot
	met        []uint64   // bit slot: it has had a partner
	expiring   expiring
	nextNumber int64
	stale      bool // the table was loaded, or emptied, since the last rebuild

	numbers *batch.Column   // scratch: the numbers of a batch's rows
	found   []*batch.Column // scratch: keys and numbers
	slots   []int32         // scratch
	taken   []int32         // scratch of take
}

// joinLink is a slot's place in the chain of its key, if group is not -1.
type joinLink struct{ group, next, prev int32 }

func newJoinSide(spec *JoinSpec, number int) *joinSide {
	s := &joinSide{spec: spec, number: number, tracked: spec.Sides[number].Outer, rows: newJoinRows(spec.Sides[number].Types)}
	s.numbers = batch.NewColumn(types.Of(types.Long), 0)
	s.expiring.removable = spec.Semi && number == leftSide
	s.expiring.reset()
	return s
}

// Types implements [Values].
func (s *joinSide) Types() []types.Type {
	list := slices.Clone(s.spec.Sides[s.number].Types)
	if s.tracked {
		list = append(list, types.Of(types.Boolean))
	}
	return list
}

// Reset implements [Values].
func (s *joinSide) Reset(from, to int) {
	if n := len(s.places); n < to {
		s.places, s.chain = withRoom(s.places, to), withRoom(s.chain, to)
		for i := n; i < to; i++ {
			s.places[i] = -1
		}
	}
	if words := kernel.BitWords(to); len(s.met) < words {
		s.met = withRoom(s.met, words)
	}
	for slot := from; slot < to; slot++ {
		if s.places[slot] >= 0 {
			s.rows.drop(s.places[slot])
			s.places[slot] = -1
		}
		s.chain[slot] = joinLink{-1, -1, -1}
		kernel.ClearBit(s.met, slot)
	}
}

// withRoom is list with n entries, more than it has; the new ones are zero. It grows by
// doubling: an append of a large list adds a quarter, and copies it five times in all.
func withRoom[T any](list []T, n int) []T {
	if n > cap(list) {
		grown := make([]T, len(list), max(n, 2*cap(list)))
		copy(grown, list)
		list = grown
	}
	old := len(list)
	list = list[:n]
	clear(list[old:])
	return list
}

// Save implements [Values].
func (s *joinSide) Save(slots []int32, out []*batch.Column) error {
	s.taken = s.placesOf(slots)
	for i, pages := range s.rows.columns {
		out[i].AppendPages(pages, s.taken)
	}
	if s.tracked {
		c := out[len(s.rows.columns)]
		n := c.Len()
		c.Extend(len(slots))
		for i, slot := range slots {
			batch.Values[bool](c)[n+i] = s.matched(slot)
		}
	}
	return nil
}

// Load implements [Values].
func (s *joinSide) Load(slots []int32, in []*batch.Column) error {
	s.stale = true
	n := len(s.rows.columns)
	for i, slot := range slots {
		s.Reset(int(slot), int(slot)+1)
		if s.tracked && batch.Values[bool](in[n])[i] {
			kernel.SetBit(s.met, int(slot))
		}
	}
	s.keep(in[:n], batch.Identity(len(slots)), slots)
	return nil
}

// Forget implements state.Forgetter.
func (s *joinSide) Forget() {
	s.stale = true
	s.rows.reset()
	s.places, s.chain, s.met = s.places[:0], s.chain[:0], s.met[:0]
}

// keep copies the listed rows for slots.
func (s *joinSide) keep(columns []*batch.Column, rows, slots []int32) {
	s.rows.add(columns, rows, slots, s.places)
}

func (s *joinSide) matched(slot int32) bool { return s.tracked && kernel.Bit(s.met, int(slot)) }

func (s *joinSide) placesOf(slots []int32) []int32 {
	s.taken = slices.Grow(s.taken[:0], len(slots))[:len(slots)]
	for i, slot := range slots {
		s.taken[i] = s.places[slot]
	}
	return s.taken
}

// take makes out the rows of slots.
func (s *joinSide) take(out []*batch.Column, slots []int32) {
	places := s.placesOf(slots)
	for i, c := range out {
		c.TakePages(s.rows.columns[i], places)
	}
}

// rebuild makes chains and expiry of what the table holds, in the order of the
// rows' numbers.
func (s *joinSide) rebuild(x *joinIndex) {
	live := s.table.Live([]int32{})
	keys := s.table.Keys()
	n := len(keys) - 1
	s.expiring.reset()
	s.nextNumber, s.stale = 0, false
	if len(live) > 0 {
		numbers := batch.Values[int64](keys[n])
		slices.SortStableFunc(live, func(a, b int32) int { return cmp.Compare(numbers[a], numbers[b]) })
		s.nextNumber = numbers[live[len(live)-1]] + 1
	}
	isLive := make([]bool, len(s.places))
	for _, slot := range live {
		isLive[slot] = true
		s.chain[slot] = joinLink{-1, -1, -1}
	}
	for slot, ok := range isLive {
		if !ok {
			s.Reset(slot, slot+1)
		}
	}
	s.rows.compact(s.places)
	met := s.withPartners(keys[:n], live, nil)
	ids := make([]int32, len(met))
	x.assign(keys[:n], len(s.places), met, ids)
	for i, slot := range met {
		s.link(x, ids[i], slot)
	}
	s.schedule(keys[:n], live)
}

// withPartners is sel without the rows that have a null where it has no partner,
// in buf; sel itself where there is none.
func (s *joinSide) withPartners(keys []*batch.Column, sel, buf []int32) []int32 {
	nulls := false
	for _, k := range s.spec.Strict {
		nulls = nulls || keys[k].HasNulls()
	}
	if !nulls {
		return sel
	}
	if buf = buf[:0]; buf == nil {
		buf = []int32{} // a nil selection would stand for all rows
	}
next:
	for _, r := range sel {
		for _, k := range s.spec.Strict {
			if keys[k].Null(int(r)) {
				continue next
			}
		}
		buf = append(buf, r)
	}
	return buf
}

// link puts a slot at the end of the chain of a key.
func (s *joinSide) link(x *joinIndex, group, slot int32) {
	e := &x.ends[s.number][group]
	s.chain[slot] = joinLink{group: group, next: -1, prev: e.last}
	if e.last >= 0 {
		s.chain[e.last].next = slot
	} else {
		e.first = slot
	}
	e.last = slot
}

// unlink takes a slot out of its chain.
func (s *joinSide) unlink(x *joinIndex, slot int32) {
	l := s.chain[slot]
	if l.group < 0 {
		return
	}
	e := &x.ends[s.number][l.group]
	if l.prev >= 0 {
		s.chain[l.prev].next = l.next
	} else {
		e.first = l.next
	}
	if l.next >= 0 {
		s.chain[l.next].prev = l.prev
	} else {
		e.last = l.prev
	}
	if e.first < 0 {
		x.loose = append(x.loose, l.group)
	}
	s.chain[slot] = joinLink{-1, -1, -1}
}

// until is the time at or before which rows leave at a watermark; false for none.
func (s *joinSide) until(watermark int64) (int64, bool) {
	e := s.spec.Sides[s.number].Expires
	if e.By == Never || watermark == math.MinInt64 {
		return 0, false
	}
	return watermark + e.Offset, true
}

// schedule enters slots, rows of keys, into the expiry index.
func (s *joinSide) schedule(keys []*batch.Column, slots []int32) {
	e := s.spec.Sides[s.number].Expires
	switch e.By {
	case ByKey:
		t := timesOf(keys[e.Column])
		for _, slot := range slots {
			if at, ok := t.at(int(slot)); ok {
				s.expiring.add(slot, at)
			}
		}
	case ByColumn:
		for _, slot := range slots {
			if at, ok := s.expiryOf(slot); ok {
				s.expiring.add(slot, at)
			}
		}
	}
}

// timeAt is the time of a slot that is in the expiry index.
func (s *joinSide) timeAt(slot int32) int64 {
	at, _ := s.expiryOf(slot)
	return at
}

// expiryOf is the time by which a slot expires; false for none.
func (s *joinSide) expiryOf(slot int32) (int64, bool) {
	e := s.spec.Sides[s.number].Expires
	if e.By == Never {
		return 0, false
	}
	if e.By == ByKey {
		t := timesOf(s.table.Keys()[e.Column])
		return t.at(int(slot))
	}
	c, row := s.rows.column(e.Column, s.places[slot])
	t := timesOf(c)
	return t.at(row)
}

// withdraw takes slots out of the state that have not expired.
func (s *joinSide) withdraw(slots []int32, x *joinIndex) {
	for _, slot := range slots {
		if at, ok := s.expiryOf(slot); ok {
			s.expiring.remove(slot, at)
		}
	}
	s.remove(slots, x)
}

// insert keeps the listed rows of a batch. keys are theirs, by row; ids, by row
// too, the keys' in the index, -1 for a row that has no partner by its key. from may
// have the batch's pages; nil: it has none.
func (s *joinSide) insert(x *joinIndex, b *batch.Batch, keys []*batch.Column, sel, ids []int32, from exec.PageLender) error {
	if len(sel) == 0 {
		return nil
	}
	s.numbers.Resize(b.Rows)
	numbers := batch.Values[int64](s.numbers)
	for _, r := range sel {
		numbers[r] = s.nextNumber
		s.nextNumber++
	}
	s.found = append(append(s.found[:0], keys...), s.numbers)
	s.slots = slices.Grow(s.slots[:0], len(sel))[:len(sel)]
	if err := s.table.Find(s.found, b.Rows, sel, s.slots); err != nil {
		return err
	}
	s.table.MarkDirty(s.slots)
	if !s.adopt(from, b.Rows, sel) {
		s.keep(b.Columns, sel, s.slots)
	}
	for i, r := range sel {
		if id := ids[r]; id >= 0 {
			s.link(x, id, s.slots[i])
		}
	}
	s.expire(b, keys, sel)
	return nil
}

// adopt takes the pages of a batch of so many rows for the slots of those listed, if
// they are to be had and most of their rows stay.
func (s *joinSide) adopt(from exec.PageLender, rows int, sel []int32) bool {
	if from == nil || len(sel) < s.rows.least || len(sel) < rows-rows/4 {
		return false
	}
	spare := s.rows.unused()
	pages := from.TakePages(spare)
	if pages == nil {
		s.rows.giveBack(spare)
		return false
	}
	s.rows.adopt(pages, rows, sel, s.slots, s.places)
	return true
}

// expire enters the rows that were kept last into the expiry index.
func (s *joinSide) expire(b *batch.Batch, keys []*batch.Column, sel []int32) {
	e := s.spec.Sides[s.number].Expires
	if e.By == Never {
		return
	}
	t := s.timesOf(b, keys)
	for i, r := range sel {
		if at, ok := t.at(int(r)); ok {
			s.expiring.add(s.slots[i], at)
		}
	}
}

// timesOf are the times by which the rows of a batch expire.
func (s *joinSide) timesOf(b *batch.Batch, keys []*batch.Column) times {
	e := s.spec.Sides[s.number].Expires
	if e.By == ByKey {
		return timesOf(keys[e.Column])
	}
	return timesOf(b.Columns[e.Column])
}

// remove takes slots out of the state.
func (s *joinSide) remove(slots []int32, x *joinIndex) {
	if len(slots) == 0 {
		return
	}
	for _, slot := range slots {
		s.unlink(x, slot)
		s.rows.drop(s.places[slot])
		s.places[slot] = -1
	}
	s.table.Delete(slots)
	s.rows.compact(s.places)
}
