package keyed

import (
	"context"
	"io"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/types"
)

// LimitSpec is what the state of a [Limit] looks like: the number of rows that it
// has let pass, without a key.
func LimitSpec() Spec {
	return Spec{Name: "globalLimit", Values: []types.Field{{Name: "value", Type: types.Of(types.Long)}}}
}

// Passed is the value of a [Limit]: how many rows have passed.
type Passed struct{ rows []int64 }

// Types implements [Values].
func (p *Passed) Types() []types.Type { return []types.Type{types.Of(types.Long)} }

// Reset implements [Values].
func (p *Passed) Reset(from, to int) {
	for len(p.rows) < to {
		p.rows = append(p.rows, 0)
	}
	clear(p.rows[from:to])
}

// Save implements [Values].
func (p *Passed) Save(slots []int32, out []*batch.Column) error {
	at := out[0].Len()
	out[0].Extend(len(slots))
	for i, slot := range slots {
		batch.Values[int64](out[0])[at+i] = p.rows[slot]
	}
	return nil
}

// Load implements [Values].
func (p *Passed) Load(slots []int32, in []*batch.Column) error {
	for i, slot := range slots {
		p.rows[slot] = batch.Values[int64](in[0])[i]
	}
	return nil
}

// Limit lets so many rows of a stream pass, over all its batches (S36). It reads
// its input to the end even when nothing passes any more: the operators beneath
// are done with a batch only then.
type Limit struct {
	input  exec.Operator
	count  int64
	table  Table
	passed *Passed
	slot   [1]int32
	found  bool // slot holds the slot of the count
	before int64
	sel    []int32 // scratch
	counts Counts
}

// NewLimit limits input to count rows. The table is one of [LimitSpec] and of
// passed. The Limit closes input, not the table.
func NewLimit(input exec.Operator, count int64, table Table, passed *Passed) *Limit {
	return &Limit{input: input, count: count, table: table, passed: passed}
}

// Open begins a batch.
func (l *Limit) Open(t *exec.Task) error {
	l.counts, l.before, l.found = Counts{}, 0, false
	if l.table.Len() > 0 {
		if err := l.find(); err != nil {
			return err
		}
		l.before = l.passed.rows[l.slot[0]]
	}
	return l.input.Open(t)
}

func (l *Limit) find() error {
	l.found = true
	return l.table.Find(nil, 1, nil, l.slot[:])
}

// Counts implements [Operator].
func (l *Limit) Counts() Counts { return l.counts }

// Next gives the next rows, and drains the input once there are enough.
func (l *Limit) Next(ctx context.Context) (*batch.Batch, error) {
	for {
		b, err := l.input.Next(ctx)
		if err != nil {
			if err == io.EOF {
				l.counts.Total = int64(l.table.Len())
			}
			return nil, err
		}
		left := l.count - l.before
		if l.found {
			left = l.count - l.passed.rows[l.slot[0]]
		}
		if left <= 0 {
			continue
		}
		n := min(left, int64(b.Len()))
		if err := l.pass(n); err != nil {
			return nil, err
		}
		if n < int64(b.Len()) {
			l.sel = l.sel[:0]
			for i := range int(n) {
				l.sel = append(l.sel, int32(b.Row(i)))
			}
			b.Sel = l.sel
		}
		return b, nil
	}
}

// pass counts rows.
func (l *Limit) pass(rows int64) error {
	if !l.found {
		if err := l.find(); err != nil {
			return err
		}
	}
	l.passed.rows[l.slot[0]] += rows
	l.table.MarkDirty(l.slot[:])
	l.counts.Updated = 1
	return nil
}

// Close closes the input.
func (l *Limit) Close() error { return l.input.Close() }
