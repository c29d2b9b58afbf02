package exec

import (
	"context"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
)

// Operator is one node of a running plan. The consumer pulls.
//
// An Operator belongs to one task at a time. Open begins a task, Next gives its
// batches, and after io.EOF or an error it may be opened again.
type Operator interface {
	// Open begins a task. It opens the inputs.
	Open(t *Task) error

	// Next returns the next batch, never one without selected rows, and io.EOF
	// after the last. The batch belongs to the operator and is good until the
	// next call of Next, Open or Close: whoever keeps rows copies them.
	Next(ctx context.Context) (*batch.Batch, error)

	// Close closes the inputs and frees what the operator holds. The caller
	// calls it once, when the query ends.
	Close() error
}

// Task is what an operator may know of the batch and the part of it that it
// works on.
type Task struct {
	// Number is the task's place in its stage, from 0.
	Number int
	// Worker is the number of the goroutine, below the pool's size.
	Worker int
	// Batch is what all tasks of a batch share.
	Batch *Run
}

// Run is what all tasks of a batch share.
type Run struct {
	// ID is the number of the batch.
	ID int64
	// Now is the batch's time in microseconds.
	Now int64
	// LateBefore is the watermark for dropping late rows, in microseconds: that
	// of the batch before. EvictBefore is the one for eviction (S114). A row at
	// the watermark is late.
	LateBefore, EvictBefore int64
}

// Evaluate computes a list of expressions over a batch into columns.
func Evaluate(evals []expr.Eval, b *batch.Batch, columns []*batch.Column) ([]*batch.Column, error) {
	columns = columns[:0]
	for _, e := range evals {
		c, err := e.Eval(b, b.Sel)
		if err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	return columns, nil
}
