package exec

import (
	"context"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
)

// Project computes the columns of its output from those of its input. A column
// that is only passed on is not copied.
type Project struct {
	input Operator
	evals []expr.Eval
	out   batch.Batch
}

// NewProject computes evals over input, which it closes.
func NewProject(input Operator, evals []expr.Eval) *Project {
	return &Project{input: input, evals: evals}
}

// Open opens the input.
func (p *Project) Open(t *Task) error { return p.input.Open(t) }

// Next computes the next batch.
func (p *Project) Next(ctx context.Context) (*batch.Batch, error) {
	b, err := p.input.Next(ctx)
	if err != nil {
		return nil, err
	}
	if p.out.Columns, err = Evaluate(p.evals, b, p.out.Columns); err != nil {
		return nil, err
	}
	p.out.Rows, p.out.Sel = b.Rows, b.Sel
	return &p.out, nil
}

// Close closes the input.
func (p *Project) Close() error { return p.input.Close() }
