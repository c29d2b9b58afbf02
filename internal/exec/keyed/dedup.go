package keyed

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Dedup says by which columns a stream is freed of duplicates, and when a key is
// forgotten. The partitions of an operator share it.
type Dedup struct {
	columns []*expr.Ref
	keys    []*expr.Ref
	spec    Spec
	// event and delay are the place of the event time and how late rows may be,
	// in microseconds, where keys expire by a delay; event is -1 where not.
	event int
	delay int64
}

// NewDedup is dropDuplicates (S128): rows with these columns are told apart by
// keys, some of them. Where one of the keys is an event time, a key leaves the
// state once the watermark has passed it; else it stays for ever.
func NewDedup(columns, keys []*expr.Ref) (*Dedup, error) {
	fields, at, err := keyFields(keys)
	if err != nil {
		return nil, err
	}
	d := &Dedup{columns: columns, keys: keys, event: -1}
	d.spec = Spec{Name: "dedupe", Keys: fields, EventTime: at >= 0, Pages: true}
	if at >= 0 {
		d.spec.Time, d.spec.Width = at, keys[at].Window
	}
	return d, nil
}

// NewDedupWithin is dropDuplicatesWithinWatermark (S129): a key leaves the state
// when the watermark has come to the event time of its first row plus delay, in
// microseconds. One of the columns is an event time.
func NewDedupWithin(columns, keys []*expr.Ref, delay int64) (*Dedup, error) {
	d := &Dedup{columns: columns, keys: keys, delay: delay}
	d.event = slices.IndexFunc(columns, func(c *expr.Ref) bool { return c.Watermark >= 0 })
	if d.event < 0 || !hasTime(columns[d.event]) || columns[d.event].Window > 0 {
		return nil, fault.New(fault.NotSupportedStreaming, "dropDuplicatesWithinWatermark needs a column with a watermark that is "+
			"a timestamp")
	}
	fields, _, err := keyFields(keys)
	if err != nil {
		return nil, err
	}
	d.spec = Spec{Name: "dedupeWithinWatermark", Keys: fields,
		Values: []types.Field{{Name: "expiresAtMicros", Type: types.Of(types.Long)}}}
	return d, nil
}

// Spec is what the state looks like.
func (d *Dedup) Spec() Spec { return d.spec }

// ExchangeKeys are the expressions by which rows must be spread over partitions.
func (d *Dedup) ExchangeKeys() []expr.Expr { return exchangeKeys(d.keys) }

// Values makes the values of a partition.
func (d *Dedup) Values() *Seen { return &Seen{timed: d.event >= 0} }

// Deduplicate lets the first row of each key pass, in the order of the input, at
// once and in every output mode; the state remembers the keys. A late row passes
// in no case.
type Deduplicate struct {
	input  exec.Operator
	dedup  *Dedup
	table  Table
	seen   *Seen
	keys   *keyColumns
	late   *lateRows // nil: nothing is ever late
	number int       // of the operator in its query

	bounds exec.Bounds
	slots  []int32 // scratch: of the rows of a batch
	fresh  []int32 // scratch: those of them that are new
	first  []int32 // scratch: the rows that pass
	leave  []int32 // scratch: the slots that expire
	done   bool
	counts Counts
	// repeated are the rows of the batch that were there before.
	repeated int64
}

// NewDeduplicate frees input of duplicates, as the operator with this number in
// its query. The table is one of d.Spec and of seen, which are d.Values. The
// Deduplicate closes input, not the table.
func NewDeduplicate(number int, input exec.Operator, d *Dedup, table Table, seen *Seen) *Deduplicate {
	return &Deduplicate{number: number, input: input, dedup: d, table: table, seen: seen,
		keys: newKeyColumns(d.columns, d.keys), late: newLateRows(d.columns)}
}

// Open begins a batch.
func (d *Deduplicate) Open(t *exec.Task) error {
	d.bounds, d.done, d.counts, d.repeated = t.Batch.Bounds(d.number), false, Counts{}, 0
	if d.late != nil {
		d.late.dropped = 0
	}
	if d.seen.timed {
		d.seen.index(d.table)
	}
	return d.input.Open(t)
}

// Counts implements [Operator].
func (d *Deduplicate) Counts() Counts { return d.counts }

// Next gives the rows of the next batch whose keys are new.
func (d *Deduplicate) Next(ctx context.Context) (*batch.Batch, error) {
	for {
		b, err := d.input.Next(ctx)
		if err == io.EOF && !d.done {
			d.done = true
			d.finish()
		}
		if err != nil {
			return nil, err
		}
		start := time.Now()
		if d.late != nil {
			if b.Sel = d.late.keep(b, d.bounds.LateBefore); b.Sel != nil && len(b.Sel) == 0 {
				continue
			}
		}
		if err := d.pass(b); err != nil {
			return nil, err
		}
		d.counts.Updates += time.Since(start)
		if len(d.first) > 0 {
			b.Sel = d.first
			return b, nil
		}
	}
}

// pass finds the first rows of new keys and remembers those.
func (d *Deduplicate) pass(b *batch.Batch) error {
	n := b.Len()
	d.slots = slices.Grow(d.slots[:0], n)[:n]
	if err := d.table.Find(d.keys.of(b), b.Rows, b.Sel, d.slots); err != nil {
		return err
	}
	d.first, d.fresh = d.first[:0], d.fresh[:0]
	for i, slot := range d.slots {
		if d.seen.new(slot) {
			d.seen.times[slot] = 0
			d.first, d.fresh = append(d.first, int32(b.Row(i))), append(d.fresh, slot)
		}
	}
	if d.seen.timed {
		d.expire(b.Columns[d.dedup.event])
	}
	d.table.MarkDirty(d.fresh)
	d.counts.Updated += int64(len(d.fresh))
	d.repeated += int64(n - len(d.fresh))
	return nil
}

// expire says when the new keys leave. A row without an event time counts as one
// of 1970, as in Spark.
func (d *Deduplicate) expire(times *batch.Column) {
	values := batch.Values[int64](times)
	for i, slot := range d.fresh {
		at, row := int64(0), int(d.first[i])
		if !times.Null(row) {
			if times.Const {
				row = 0
			}
			at = values[row]
		}
		d.seen.expire(slot, at+d.dedup.delay)
	}
}

// finish lets keys go whose time has come.
func (d *Deduplicate) finish() {
	start := time.Now()
	switch d.leave = d.leave[:0]; {
	case d.seen.timed:
		d.leave = d.seen.due(d.bounds.EvictBefore, d.leave)
	case d.dedup.spec.EventTime:
		d.leave = d.table.Expired(d.bounds.EvictBefore, d.leave)
	}
	if len(d.leave) > 0 {
		d.table.Delete(d.leave)
		d.counts.Removed = int64(len(d.leave))
	}
	if d.late != nil {
		d.counts.Dropped = d.late.dropped
	}
	d.counts.Total = int64(d.table.Len())
	d.counts.Removals = time.Since(start)
}

// Close closes the input.
func (d *Deduplicate) Close() error { return d.input.Close() }
