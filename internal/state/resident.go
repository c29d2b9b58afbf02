package state

import (
	"bytes"
	"cmp"
	"math"
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/internal/rowcodec"
)

// resident is what [Slots] have beside a [Tier]: their keys are then those in
// use, and the others come from the tier when they are found, listed or expire.
//
//	                 evict: it was not used lately
//	in the tier ◀──────────────────────────────────  committed, in memory
//	            ──────────────────────────────────▶
//	                 found, listed, due
//
// A key that was deleted is in gone until the tier's commit, which comes after that of
// the batch: in between the tier still has it.
type resident struct {
	slots  *Slots
	tier   *Tier
	shards Shards
	codec  *tierCodec

	absent int                 // committed keys that are not in memory
	gone   map[string]struct{} // keys in the tier that were deleted since its last commit
	recent []uint64            // bit slot: used since the last eviction that passed it over
	err    error               // reading has failed where no error could be given

	keys, values rowcodec.Rows
	rows         []int32         // scratch
	keyColumns   []*batch.Column // scratch
	valueColumns []*batch.Column // scratch
}

// bringRows is how many rows are brought into memory at a time.
const bringRows = 4096

// Attach puts a tier beneath s, which is that of a range of shards. What s holds
// is in the tier as well.
func (s *Slots) Attach(t *Tier, shards Shards) {
	r := &resident{slots: s, tier: t, shards: shards, codec: newTierCodec(&s.spec, s.codec), gone: map[string]struct{}{}}
	for _, k := range s.spec.KeyTypes() {
		r.keyColumns = append(r.keyColumns, batch.NewColumn(k, 0))
	}
	for _, v := range s.spec.ValueTypes() {
		r.valueColumns = append(r.valueColumns, batch.NewColumn(v, 0))
	}
	r.absent = t.Len(shards) - s.table.Len()
	s.tier = r
}

// Detach takes the tier away; the rows are to be loaded anew.
func (s *Slots) Detach() { s.tier = nil }

// begin starts with no key in memory.
func (r *resident) begin() {
	r.absent, r.err = r.tier.Len(r.shards), nil
	clear(r.gone)
}

// Settle is called when the tier has all that was committed.
func (s *Slots) Settle() {
	if s.tier != nil {
		clear(s.tier.gone)
	}
}

// use notes that slots are in use.
func (r *resident) use(slots []int32) {
	for len(r.recent) < kernel.BitWords(r.slots.table.Slots()) {
		r.recent = append(r.recent, 0)
	}
	for _, slot := range slots {
		r.recent[slot>>6] |= 1 << (slot & 63)
	}
}

// found brings those of the slots into memory that the last Assign gave to keys of
// the tier.
func (r *resident) found(slots []int32) error {
	r.use(slots)
	fresh := r.slots.table.Fresh()
	if len(fresh) == 0 || r.absent == 0 {
		return nil
	}
	if err := r.tier.Err(); err != nil {
		return err
	}
	r.codec.encodeKeys(r.slots.table.Keys(), r.slots.table.Slots(), fresh, &r.keys)
	order := r.rows[:0]
	for i, shard := range r.codec.shards {
		if _, gone := r.gone[string(r.keys.Row(i))]; !gone && r.tier.counts[shard] > 0 {
			order = append(order, int32(i))
		}
	}
	r.rows = order[:0]
	slices.SortFunc(order, func(a, b int32) int { return bytes.Compare(r.keys.Row(int(a)), r.keys.Row(int(b))) })
	r.values.Reset()
	var came []int32
	err := r.tier.cold.Get(&r.keys, order, func(row int32, value []byte) error {
		came = append(came, fresh[row])
		r.values.Append(value)
		return nil
	})
	if err == nil {
		err = r.settle(came)
	}
	return r.tier.fail(err)
}

// settle loads r.values into slots, which were fresh and are not.
func (r *resident) settle(slots []int32) error {
	if len(slots) == 0 {
		return nil
	}
	s := r.slots
	for _, slot := range slots {
		kernel.ClearBit(s.isFresh, int(slot))
	}
	s.fresh = slices.DeleteFunc(s.fresh, func(slot int32) bool { return !kernel.Bit(s.isFresh, int(slot)) })
	r.absent -= len(slots)
	if err := r.codec.values.Decode(&r.values, r.valueColumns); err != nil {
		return err
	}
	return s.values.Load(slots, r.valueColumns)
}

// bury notes that the keys of slots, which are committed, are deleted.
func (r *resident) bury(slots []int32) {
	if len(slots) == 0 {
		return
	}
	r.codec.encodeKeys(r.slots.table.Keys(), r.slots.table.Slots(), slots, &r.keys)
	for i := range slots {
		r.gone[string(r.keys.Row(i))] = struct{}{}
	}
}

// bring brings the rows of a range of keys into memory.
func (r *resident) bring(from, to []byte) error {
	var keys, values rowcodec.Rows
	err := r.tier.cold.Scan(from, to, func(key, value []byte) error {
		if _, gone := r.gone[string(key)]; gone {
			return nil
		}
		keys.Append(key)
		values.Append(value)
		if keys.Len() < bringRows {
			return nil
		}
		err := r.admit(&keys, &values)
		keys.Reset()
		values.Reset()
		return err
	})
	if err != nil {
		return err
	}
	return r.admit(&keys, &values)
}

// admit brings rows into memory that are not there yet.
func (r *resident) admit(keys, values *rowcodec.Rows) error {
	n := keys.Len()
	if n == 0 {
		return nil
	}
	if err := r.codec.decodeKeys(keys, r.keyColumns); err != nil {
		return err
	}
	s := r.slots
	r.rows = slices.Grow(r.rows[:0], n)[:n]
	before := s.table.Slots()
	if s.table.Assign(r.keyColumns, n, nil, r.rows) > 0 {
		s.welcome(before)
	}
	fresh := s.table.Fresh()
	r.use(fresh)
	r.values.Reset()
	at := 0
	for i, slot := range r.rows {
		if at < len(fresh) && slot == fresh[at] {
			r.values.Append(values.Row(i))
			at++
		}
	}
	return r.settle(fresh)
}

// bringAll brings all rows into memory.
func (r *resident) bringAll() {
	if r.absent == 0 || r.err != nil {
		return
	}
	from, to := []byte{tierRows, r.shards.First}, []byte{tierRows, r.shards.Last + 1}
	if r.shards.Last == math.MaxUint8 {
		to = []byte{tierRows + 1}
	}
	r.err = r.tier.fail(r.bring(from, to))
}

// bringExpired brings the rows into memory whose time is at or before until.
func (r *resident) bringExpired(until int64) {
	if r.absent == 0 || r.err != nil || !r.slots.spec.EventTime {
		return
	}
	last := until - r.slots.spec.Width
	if last > until { // before the beginning of time
		return
	}
	for shard := int(r.shards.First); shard <= int(r.shards.Last); shard++ {
		if r.tier.counts[shard] == 0 || r.tier.earliest[shard] > last {
			continue
		}
		from := appendInstant([]byte{tierRows, uint8(shard)}, math.MinInt64)
		to, next := []byte{tierRows, uint8(shard), tierTimeless}, last
		if last < math.MaxInt64 {
			next++
			to = appendInstant(to[:2], next)
		}
		if r.err = r.tier.fail(r.bring(from, to)); r.err != nil {
			return
		}
		r.tier.earliest[shard] = next
	}
}

// Evict lets rows go from memory, down to three quarters of most bytes, if they
// take more: those first that were not used since the last time. It is called
// when nothing has changed since the last commit.
func (s *Slots) Evict(most int64) {
	r, taken := s.tier, s.Bytes()
	if r == nil || taken <= most || s.table.Len() == 0 {
		return
	}
	// The arrays do not become shorter: what counts is how many slots are in use.
	limit := int(float64(s.table.Slots()) * float64(most) / float64(taken))
	if s.table.Len() <= limit {
		return
	}
	keep := limit / 4 * 3
	r.use(nil)
	live := s.table.Live(nil)
	victims := make([]int32, 0, len(live)-keep)
	for _, recently := range [2]bool{false, true} {
		for _, slot := range live {
			if len(live)-len(victims) > keep && kernel.Bit(r.recent, int(slot)) == recently {
				victims = append(victims, slot)
			}
		}
	}
	clear(r.recent)
	r.drop(victims)
}

// drop lets slots go, whose rows the tier has.
func (r *resident) drop(slots []int32) {
	s := r.slots
	if s.spec.EventTime {
		keys := s.table.Keys()
		r.codec.shards = r.codec.rows.shardsOf(keys, s.table.Slots(), slots, r.codec.shards[:0])
		r.tier.lower(keys[s.spec.Time], slots, r.codec.shards)
	}
	for _, slot := range slots {
		s.expiry.remove(slot)
		s.values.Reset(int(slot), int(slot)+1) // so that it holds no memory
	}
	s.all.forget()
	s.table.Delete(slots)
	r.absent += len(slots)
}

// changes makes a delta known to the tier: call it before the delta is encoded.
func (r *resident) changes() error {
	s := r.slots
	if err := cmp.Or(r.err, r.tier.Err()); err != nil {
		return err
	}
	added := []int32{} // nil would be all rows
	for _, slot := range s.dirty {
		if kernel.Bit(s.isFresh, int(slot)) {
			added = append(added, slot)
		}
	}
	for _, shard := range r.codec.rows.shardsOf(s.table.Keys(), s.table.Slots(), added, r.codec.shards[:0]) {
		r.tier.change[shard]++
	}
	for _, shard := range r.codec.rows.shardsOf(s.removed, s.removedRows, batch.Range(0, s.removedRows), r.codec.shards[:0]) {
		r.tier.change[shard]--
	}
	return nil
}

// mirror adds n rows, deleted where values is nil, to what the tier commits next.
func (r *resident) mirror(keys, values []*batch.Column, n int) error {
	if values == nil {
		return r.tier.remove(r.codec, keys, n, r.tier.pending())
	}
	return r.tier.set(r.codec, keys, values, n, r.tier.pending())
}

// apply writes the selected rows of a block of a part, which the codec's columns
// hold, to the tier.
func (r *resident) apply(b *block, sel []int32) error {
	keys, values, n := r.slots.codec.keys, r.slots.codec.values, b.rows
	if b.deleted {
		values = nil
	}
	if sel != nil {
		keys, values, n = taken(keys, sel), taken(values, sel), len(sel)
	}
	return r.tier.apply(r.codec, keys, values, n)
}

// taken are rows of columns, nil if those are.
func taken(columns []*batch.Column, rows []int32) []*batch.Column {
	if columns == nil {
		return nil
	}
	out := []*batch.Column{}
	for _, c := range columns {
		to := batch.NewColumn(c.Type, len(rows))
		to.Take(c, rows)
		out = append(out, to)
	}
	return out
}

// Spill writes all rows of s to a tier that is being made, and attaches it.
func (s *Slots) Spill(t *Tier, shards Shards) error {
	codec := newTierCodec(&s.spec, s.codec)
	p := &Part{}
	s.codec.mirror = func(keys, values []*batch.Column, n int) error {
		p.blocks = p.blocks[:0]
		return t.apply(codec, keys, values, n)
	}
	defer func() { s.codec.mirror = nil }()
	if live := s.table.Live(nil); len(live) > 0 {
		if err := s.codec.add(p, s.table.Keys(), s.table.Slots(), live, s.values); err != nil {
			return err
		}
	}
	s.Attach(t, shards)
	return nil
}
