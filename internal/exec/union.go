package exec

import (
	"context"
	"io"

	"github.com/weirstream/weir/internal/batch"
)

// Union gives the rows of several inputs with equal columns. Each task belongs
// to the leaves of one of them.
type Union struct {
	inputs []Operator
	feeds  [][]*Feed // the leaves beneath each input
	now    Operator  // that of the running task, nil for none
}

// NewUnion unites inputs, which it closes; feeds are the leaves beneath each.
func NewUnion(inputs []Operator, feeds [][]*Feed) *Union {
	return &Union{inputs: inputs, feeds: feeds}
}

// Open opens the input to which the task belongs.
func (u *Union) Open(t *Task) error {
	u.now = nil
	for i, leaves := range u.feeds {
		for _, f := range leaves {
			if _, ok := f.Serves(t.Number); ok {
				u.now = u.inputs[i]
				return u.now.Open(t)
			}
		}
	}
	return nil
}

// Next gives the next batch.
func (u *Union) Next(ctx context.Context) (*batch.Batch, error) {
	if u.now == nil {
		return nil, io.EOF
	}
	return u.now.Next(ctx)
}

// Close closes the inputs.
func (u *Union) Close() error { return closeAll(u.inputs) }
