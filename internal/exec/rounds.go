package exec

import (
	"context"
	"io"

	"github.com/weirstream/weir/internal/batch"
)

// rounds are those of an operator that takes rows in until it has enough, gives what it
// made of them, and begins again:
//
//	fill ─▶ take, take, … ─▶ enough, or the end ─▶ the operator gives ─▶ again
type rounds struct {
	input Operator
	// take takes a batch in and says whether that is enough.
	take   func(b *batch.Batch) (enough bool, err error)
	giving bool
	ended  bool // the input has come to its end
}

// open begins a task.
func (r *rounds) open(t *Task) error {
	r.giving, r.ended = false, false
	return r.input.Open(t)
}

// fill takes rows in until it is time to give, which it may be already. It fails with
// io.EOF when what was made of the last rows has been given.
func (r *rounds) fill(ctx context.Context) error {
	for !r.giving {
		if r.ended {
			return io.EOF
		}
		b, err := r.input.Next(ctx)
		if err == io.EOF {
			r.giving, r.ended = true, true
			return nil
		}
		if err != nil {
			return err
		}
		if r.giving, err = r.take(b); err != nil {
			return err
		}
	}
	return nil
}

// again says that all has been given.
func (r *rounds) again() { r.giving = false }
