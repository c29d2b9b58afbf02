package exec

import (
	"context"
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/types"
)

// Deduplicate lets the first row of each key of a task pass, in the order of the
// input. It forgets the keys when the task ends.
type Deduplicate struct {
	input Operator
	keys  []expr.Eval
	table *keytable.Table
	cols  []*batch.Column // scratch: the keys of a batch
	ids   []int32         // scratch: their numbers
	sel   []int32         // scratch: the rows that pass
}

// NewDeduplicate frees input, which it closes, of rows with equal keys.
func NewDeduplicate(input Operator, keys []expr.Eval) *Deduplicate {
	return &Deduplicate{input: input, keys: keys}
}

// Open begins a task.
func (d *Deduplicate) Open(t *Task) error {
	// A table gives up memory that was not used since its last Reset.
	if d.table != nil && d.table.Slots() > 0 {
		d.table.Reset()
	}
	return d.input.Open(t)
}

// Next gives the rows of the next batch whose keys are new.
func (d *Deduplicate) Next(ctx context.Context) (*batch.Batch, error) {
	for {
		b, err := d.input.Next(ctx)
		if err != nil {
			return nil, err
		}
		if d.cols, err = Evaluate(d.keys, b, d.cols); err != nil {
			return nil, err
		}
		if d.table == nil {
			kinds := make([]types.Type, len(d.cols))
			for i, c := range d.cols {
				kinds[i] = c.Type
			}
			d.table = keytable.New(kinds)
		}
		n := b.Len()
		d.ids = slices.Grow(d.ids[:0], n)[:n]
		if d.table.Assign(d.cols, b.Rows, b.Sel, d.ids) == 0 {
			continue
		}
		fresh := d.table.Fresh()
		d.sel = d.sel[:0]
		for k, id := range d.ids {
			if len(d.sel) < len(fresh) && id == fresh[len(d.sel)] {
				d.sel = append(d.sel, int32(b.Row(k)))
			}
		}
		b.Sel = d.sel
		return b, nil
	}
}

// Close closes the input.
func (d *Deduplicate) Close() error { return d.input.Close() }
