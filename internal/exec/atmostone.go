package exec

import (
	"context"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
)

// AtMostOne passes the rows of its input on and fails at the second: a scalar
// subquery.
type AtMostOne struct {
	input Operator
	seen  bool
}

// NewAtMostOne is an AtMostOne over input, which it closes.
func NewAtMostOne(input Operator) *AtMostOne { return &AtMostOne{input: input} }

// Open opens the input.
func (a *AtMostOne) Open(t *Task) error {
	a.seen = false
	return a.input.Open(t)
}

// Next gives the row.
func (a *AtMostOne) Next(ctx context.Context) (*batch.Batch, error) {
	b, err := a.input.Next(ctx)
	if err != nil {
		return nil, err
	}
	if a.seen || b.Len() > 1 {
		return nil, tooManyRows()
	}
	a.seen = true
	return b, nil
}

// Close closes the input.
func (a *AtMostOne) Close() error { return a.input.Close() }

func tooManyRows() error {
	return fault.New(fault.ScalarTooManyRows, "a subquery that stands for a value has more than one row; "+
		"write LIMIT 1, or an aggregate function")
}
