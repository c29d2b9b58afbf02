package keyed

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
)

// Aggregate groups a stream (S110, S40: update, append, complete). Its input are
// partial groups, key columns and then the columns of partial states, as
// exec.PartialAggregate gives them; its output are key columns and results:
//
//	update    the groups that the batch touched
//	append    the groups whose event time is at or before the watermark, which
//	          leave the state with that
//	complete  all groups; none ever leaves
//
// In update mode groups leave at the watermark too, silently. In update and
// append mode a late partial group is dropped. Without keys there is one group,
// from the first batch on, and each batch touches it.
type Aggregate struct {
	input    exec.Operator
	grouping *Grouping
	table    Table
	values   *Accumulators
	late     *lateFilter // nil: nothing is ever late
	number   int         // of the operator in its query

	bounds  exec.Bounds
	started time.Time
	read    bool    // the input has come to its end
	emit    []int32 // the groups to emit; those from at on are left
	at      int
	evict   []int32         // the groups that leave once emitted
	slots   []int32         // scratch
	found   []*batch.Column // scratch: the keys of a batch as the table has them
	starts  []*batch.Column // by key: scratch for the starts of windows
	keys    []*batch.Column // of out
	results []*batch.Column // of out
	out     batch.Batch
	counts  Counts
}

// NewAggregate groups input as g says, as the operator with this number in its
// query. The table is one of g.Spec and of values, which are g.Values. The
// Aggregate closes input, not the table.
func NewAggregate(number int, input exec.Operator, g *Grouping, table Table, values *Accumulators) *Aggregate {
	a := &Aggregate{number: number, input: input, grouping: g, table: table, values: values, starts: make([]*batch.Column, len(g.keys))}
	spec := g.Spec()
	if spec.EventTime && g.mode != connector.Complete {
		a.late = newLateFilter(spec)
	}
	for i, k := range g.keys {
		a.keys = append(a.keys, batch.NewColumn(k.Typ, 0))
		if k.Window > 0 {
			a.starts[i] = batch.NewColumn(spec.Keys[i].Type, 0)
		}
	}
	for _, c := range g.calls {
		a.results = append(a.results, batch.NewColumn(c.Typ, 0))
	}
	a.out.Columns = slices.Concat(a.keys, a.results)
	return a
}

// Open begins a batch.
func (a *Aggregate) Open(t *exec.Task) error {
	a.bounds, a.read, a.at, a.counts = t.Batch.Bounds(a.number), false, 0, Counts{}
	a.emit, a.evict = a.emit[:0], a.evict[:0]
	if a.late != nil {
		a.late.begin()
	}
	return a.input.Open(t)
}

// Counts implements [Operator].
func (a *Aggregate) Counts() Counts { return a.counts }

// Next merges the whole input first and then gives the groups.
func (a *Aggregate) Next(ctx context.Context) (*batch.Batch, error) {
	a.out.Poison()
	if !a.read {
		a.started = time.Now()
		if err := a.merge(ctx); err != nil {
			return nil, err
		}
		a.read = true
		a.choose()
	}
	if a.at < len(a.emit) {
		return a.give()
	}
	a.finish()
	return nil, io.EOF
}

// merge adds the input to the groups.
func (a *Aggregate) merge(ctx context.Context) error {
	n := len(a.keys)
	if n == 0 {
		if err := a.touch(nil, 1, nil); err != nil {
			return err
		}
	}
	for {
		b, err := a.input.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		sel, keys := b.Sel, a.tableKeys(b.Columns[:n])
		if a.late != nil {
			if sel = a.late.keep(b, keys, a.bounds.LateBefore); len(sel) == 0 && sel != nil {
				continue
			}
		}
		if err := a.touch(keys, b.Rows, sel); err != nil {
			return err
		}
		if err := a.values.Merge(a.slots, b.Columns[n:], sel); err != nil {
			return err
		}
	}
}

// tableKeys are key columns as the table has them: of time windows the starts.
func (a *Aggregate) tableKeys(keys []*batch.Column) []*batch.Column {
	a.found = append(a.found[:0], keys...)
	for i, scratch := range a.starts {
		if scratch == nil {
			continue
		}
		windows := keys[i]
		a.found[i] = windows.Children[0]
		if windows.HasNulls() || windows.Const {
			scratch.Share(windows.Children[0])
			scratch.Const = windows.Const
			scratch.AndValid(windows)
			a.found[i] = scratch
		}
	}
	return a.found
}

// touch puts the groups of rows into slots, and marks them.
func (a *Aggregate) touch(keys []*batch.Column, rows int, sel []int32) error {
	selected := rows
	if sel != nil {
		selected = len(sel)
	}
	a.slots = slices.Grow(a.slots[:0], selected)[:selected]
	if err := a.table.Find(keys, rows, sel, a.slots); err != nil {
		return err
	}
	a.table.MarkDirty(a.slots)
	return nil
}

// choose decides which groups are emitted and which leave.
func (a *Aggregate) choose() {
	merged := time.Now()
	a.counts.Updates = merged.Sub(a.started)
	a.emit = a.table.Dirty(a.emit[:0])
	a.counts.Updated = int64(len(a.emit))
	if a.late != nil {
		a.counts.Dropped = a.late.dropped
		a.evict = a.table.Expired(a.bounds.EvictBefore, a.evict[:0])
	}
	switch a.grouping.mode {
	case connector.Append:
		a.emit = append(a.emit[:0], a.evict...)
	case connector.Complete:
		a.emit = a.table.Live(a.emit[:0])
	}
	a.counts.Removals = time.Since(merged)
}

// give gives the next groups.
func (a *Aggregate) give() (*batch.Batch, error) {
	n := min(batch.Size, len(a.emit)-a.at)
	groups := a.emit[a.at : a.at+n]
	a.at += n
	for i, c := range a.table.Keys() {
		if width := a.grouping.keys[i].Window; width > 0 {
			takeWindows(a.keys[i], c, groups, width)
		} else {
			a.keys[i].Take(c, groups)
		}
	}
	for _, c := range a.results {
		c.Resize(0)
	}
	if err := a.values.Results(groups, a.results); err != nil {
		return nil, err
	}
	a.out.Rows, a.out.Sel = n, nil
	return &a.out, nil
}

// takeWindows makes out the time windows of a width whose starts are the listed
// rows of starts.
func takeWindows(out, starts *batch.Column, rows []int32, width int64) {
	out.Resize(len(rows))
	values := batch.Values[int64](starts)
	from, to := batch.Values[int64](out.Children[0]), batch.Values[int64](out.Children[1])
	for i, r := range rows {
		from[i], to[i] = values[r], values[r]+width
		if starts.Null(int(r)) {
			out.SetNull(i)
		}
	}
}

// finish lets the groups go that leave, when all have been given.
func (a *Aggregate) finish() {
	if len(a.evict) > 0 {
		start := time.Now()
		a.table.Delete(a.evict)
		a.counts.Removed += int64(len(a.evict))
		a.evict = a.evict[:0]
		a.counts.Removals += time.Since(start)
	}
	a.counts.Total = int64(a.table.Len())
}

// Close closes the input.
func (a *Aggregate) Close() error { return a.input.Close() }
