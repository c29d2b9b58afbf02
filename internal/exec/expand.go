package exec

import (
	"context"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
)

// Expand gives several rows for each row of its input: for every batch one batch a
// list of expressions.
type Expand struct {
	input Operator
	lists [][]expr.Eval
	from  *batch.Batch // being expanded
	next  int          // list
	out   batch.Batch
}

// NewExpand computes each of the lists, which are equally long, over the rows of
// input, which it closes.
func NewExpand(input Operator, lists [][]expr.Eval) *Expand {
	return &Expand{input: input, lists: lists}
}

// Open opens the input.
func (e *Expand) Open(t *Task) error {
	e.from, e.next = nil, len(e.lists)
	return e.input.Open(t)
}

// Next gives the next rows.
func (e *Expand) Next(ctx context.Context) (*batch.Batch, error) {
	if e.next >= len(e.lists) {
		b, err := e.input.Next(ctx)
		if err != nil {
			return nil, err
		}
		e.from, e.next = b, 0
	}
	var err error
	if e.out.Columns, err = Evaluate(e.lists[e.next], e.from, e.out.Columns); err != nil {
		return nil, err
	}
	e.out.Rows, e.out.Sel = e.from.Rows, e.from.Sel
	e.next++
	return &e.out, nil
}

// Close closes the input.
func (e *Expand) Close() error { return e.input.Close() }
