package state

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/internal/keytable"
)

// Slots is the part of a [Table] that all stores share: the keys, which of them
// changed since the last commit, and when they expire. It belongs to one
// goroutine at a time.
//
// Each slot is in one of these states:
//
//	         Find (new)            Clear               MarkDirty
//	free ───────────────▶ fresh ─────────▶ committed ⇄ dirty
//	  ▲                     │  Delete: no trace   │  Delete: a tombstone,
//	  └─────────────────────┴─────────────────────┘  its key in removed
//
// Fresh slots are not dirty before MarkDirty: a key that is found and never
// marked is not part of what is committed, so whoever finds keys marks or
// deletes them in the same batch.
type Slots struct {
	spec   Spec
	values Values
	table  *keytable.Table
	expiry expiry

	dirty   []int32  // in order of first marking
	isDirty []uint64 // bit slot
	fresh   []int32  // slots that came after the last commit, in order
	isFresh []uint64 // bit slot
	touched bool     // something was found or changed since the last commit

	removed      []*batch.Column // the keys that were committed and are gone
	removedRows  int
	removedBytes batch.Arena

	codec *codec
	tier  *resident // nil: all rows are in memory
	order hashOrder
	all   everything
	gone  []int32

	until   int64    // of the last Expired
	leaving []uint64 // scratch: bit slot
}

// NewSlots is an empty table.
func NewSlots(spec Spec, values Values) *Slots {
	s := &Slots{spec: spec, values: values, expiry: newExpiry(), table: keytable.New(spec.KeyTypes()), codec: newCodec(&spec)}
	for _, t := range spec.KeyTypes() {
		s.removed = append(s.removed, batch.NewColumn(t, 0))
	}
	if spec.Numbered {
		s.table.Loosen()
	}
	return s
}

// Find implements [Table].
func (s *Slots) Find(keys []*batch.Column, rows int, sel, slots []int32) error {
	before := s.table.Slots()
	if s.table.Assign(keys, rows, sel, slots) > 0 {
		s.welcome(before)
	}
	if s.tier != nil {
		return s.tier.found(slots)
	}
	return nil
}

// welcome makes the slots that the last Assign gave ready. before is how many
// slots there were.
func (s *Slots) welcome(before int) {
	s.touched = true
	fresh, n := s.table.Fresh(), s.table.Slots()
	for len(s.isDirty) < kernel.BitWords(n) {
		s.isDirty, s.isFresh = append(s.isDirty, 0), append(s.isFresh, 0)
	}
	if n > before {
		s.values.Reset(before, n)
	}
	for _, slot := range fresh {
		if int(slot) < before {
			s.values.Reset(int(slot), int(slot)+1)
		}
		kernel.SetBit(s.isFresh, int(slot))
	}
	s.fresh = append(s.fresh, fresh...)
	s.all.add(fresh)
	if s.spec.EventTime {
		s.schedule(fresh)
	}
}

// schedule enters slots into the expiry index.
func (s *Slots) schedule(slots []int32) {
	times := s.table.Keys()[s.spec.Time]
	values := batch.Values[int64](times)
	for _, slot := range slots {
		if !times.Null(int(slot)) {
			s.expiry.add(slot, values[slot]+s.spec.Width)
		}
	}
}

// MarkDirty implements [Table].
func (s *Slots) MarkDirty(slots []int32) {
	s.touched = s.touched || len(slots) > 0
	bits := s.isDirty
	if s.tier != nil {
		s.tier.use(slots)
	}
	for _, slot := range slots {
		if word, bit := slot>>6, uint64(1)<<(slot&63); bits[word]&bit == 0 {
			bits[word] |= bit
			s.dirty = append(s.dirty, slot)
		}
	}
}

// Delete implements [Table].
func (s *Slots) Delete(slots []int32) {
	if len(slots) == 0 {
		return
	}
	s.touched = true
	s.all.forget()
	gone, wasDirty, dropped := s.gone[:0], false, s.dropDue(slots)
	for _, slot := range slots {
		if s.table.Dead(slot) {
			continue
		}
		if !kernel.Bit(s.isFresh, int(slot)) {
			gone = append(gone, slot)
		}
		wasDirty = wasDirty || kernel.Bit(s.isDirty, int(slot))
		kernel.ClearBit(s.isFresh, int(slot))
		kernel.ClearBit(s.isDirty, int(slot))
		if dropped < len(slots) {
			s.expiry.remove(slot)
		}
	}
	s.gone = gone[:0]
	for i, c := range s.table.Keys() {
		s.removed[i].AppendRows(c, gone, &s.removedBytes)
	}
	s.removedRows += len(gone)
	if s.tier != nil {
		s.tier.bury(gone)
	}
	if wasDirty {
		s.dirty = slices.DeleteFunc(s.dirty, func(slot int32) bool { return !kernel.Bit(s.isDirty, int(slot)) })
	}
	s.table.Delete(slots)
}

// manyDeleted is from how many slots on it pays to look whether they are those
// that were listed as expired.
const manyDeleted = 256

// dropDue takes slots out of the expiry index that were listed as expired, if
// they are many, and says how many it took.
func (s *Slots) dropDue(slots []int32) int {
	if len(slots) < manyDeleted || !s.spec.EventTime {
		return 0
	}
	s.leaving = append(s.leaving[:0], make([]uint64, kernel.BitWords(s.table.Slots()))...)
	for _, slot := range slots {
		kernel.SetBit(s.leaving, int(slot))
	}
	return s.expiry.drop(s.until, s.leaving)
}

// Keys implements [Table].
func (s *Slots) Keys() []*batch.Column { return s.table.Keys() }

// Len implements [Lister].
func (s *Slots) Len() int {
	if s.tier != nil {
		return s.table.Len() + s.tier.absent
	}
	return s.table.Len()
}

// Live implements [Lister].
func (s *Slots) Live(slots []int32) []int32 {
	if s.tier != nil {
		s.tier.bringAll()
	}
	s.all.bring(s.table, &s.order)
	slots = slices.Grow(slots, len(s.all.list))
	for _, r := range s.all.list {
		slots = append(slots, r.slot)
	}
	return slots
}

// Dirty implements [Lister].
func (s *Slots) Dirty(slots []int32) []int32 { return append(slots, s.dirty...) }

// Expired implements [Lister].
func (s *Slots) Expired(until int64, slots []int32) []int32 {
	if s.tier != nil {
		s.tier.bringExpired(until)
	}
	s.until = until
	return s.expiry.due(until, slots, &s.order, func(due []int32) { s.order.sort(s.table.Keys(), s.table.Slots(), due) })
}

// Touched reports whether anything was found anew, marked or deleted since the
// last commit.
func (s *Slots) Touched() bool { return s.touched }

// Changed is how many rows the next delta has, deleted ones included.
func (s *Slots) Changed() int { return len(s.dirty) + s.removedRows }

// Clear forgets what changed: it is committed.
func (s *Slots) Clear() {
	for _, slot := range s.dirty {
		kernel.ClearBit(s.isDirty, int(slot))
	}
	for _, slot := range s.fresh {
		kernel.ClearBit(s.isFresh, int(slot))
	}
	s.dirty, s.fresh, s.touched = s.dirty[:0], s.fresh[:0], false
	for _, c := range s.removed {
		c.Resize(0)
	}
	s.removedRows = 0
	s.removedBytes.Reset()
	if s.spec.Numbered {
		s.table.Loosen()
	}
}

// Reset takes all keys out.
func (s *Slots) Reset() {
	s.Clear()
	s.table.Reset()
	s.expiry.reset()
	s.all.forget()
	if f, ok := s.values.(Forgetter); ok {
		f.Forget()
	}
	if s.tier != nil {
		s.tier.begin()
	}
}
