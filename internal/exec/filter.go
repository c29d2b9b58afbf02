package exec

import (
	"context"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
)

// Filter passes on the rows whose predicate is true. A null predicate drops the
// row, as WHERE does. No row is copied: the batch goes on with a shorter
// selection.
type Filter struct {
	input     Operator
	predicate *expr.Predicate
}

// NewFilter filters input, which it closes.
func NewFilter(input Operator, predicate *expr.Predicate) *Filter {
	return &Filter{input: input, predicate: predicate}
}

// Open opens the input.
func (f *Filter) Open(t *Task) error { return f.input.Open(t) }

// Next gives the next batch of which something is left.
func (f *Filter) Next(ctx context.Context) (*batch.Batch, error) {
	for {
		b, err := f.input.Next(ctx)
		if err != nil {
			return nil, err // io.EOF passes through unwrapped
		}
		sel, err := f.predicate.Select(b, b.Sel)
		if err != nil {
			return nil, err
		}
		if sel == nil || len(sel) > 0 {
			b.Sel = sel
			return b, nil
		}
	}
}

// Close closes the input.
func (f *Filter) Close() error { return f.input.Close() }
