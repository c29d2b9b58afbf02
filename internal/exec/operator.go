package exec

import (
	"context"
	"math"

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
	// ID is the number of the batch; Query and Execution are the ids of the query and
	// of its run, empty outside of a stream.
	ID               int64
	Query, Execution string
	// Now is the batch's time in microseconds.
	Now int64
	// Watermark is the query's.
	Watermark Bounds
	// ByOperator are the watermarks that operators with state go by, by their
	// numbers: what of the query's has come through the operators upstream (S114).
	ByOperator []Bounds
}

// Bounds are the two watermarks of a batch, in microseconds.
type Bounds struct {
	// LateBefore is the watermark for dropping late rows: that of the batch
	// before. A row at the watermark is late.
	LateBefore int64
	// EvictBefore is the one for eviction: state at or before it leaves.
	EvictBefore int64
}

// NoBounds are the bounds where there is no watermark: nothing is late, and
// nothing is evicted.
func NoBounds() Bounds { return Bounds{math.MinInt64, math.MinInt64} }

// Bounds are the watermarks of the operator with this number.
func (r *Run) Bounds(operator int) Bounds {
	if operator >= len(r.ByOperator) {
		return NoBounds()
	}
	return r.ByOperator[operator]
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
