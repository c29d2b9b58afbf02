package exec

import (
	"context"
	"io"

	"github.com/weirstream/weir/internal/batch"
)

// Limit passes on count rows of a task after skipping the first ones.
type Limit struct {
	input       Operator
	skip, count int64
	drain       bool // the input is read to its end
	skipped     int64
	left        int64
	sel         []int32
}

// NewLimit limits input, which it closes, to count rows after the first skip.
// A negative count is no limit.
func NewLimit(input Operator, skip, count int64) *Limit {
	return &Limit{input: input, skip: skip, count: count}
}

// NewDrainingLimit is NewLimit over an input that must be read to its end, since
// operators beneath are done with a batch only then.
func NewDrainingLimit(input Operator, count int64) *Limit {
	return &Limit{input: input, count: count, drain: true}
}

// Open opens the input.
func (l *Limit) Open(t *Task) error {
	l.skipped, l.left = 0, l.count
	return l.input.Open(t)
}

// Next gives the next batch, cut where the limit is reached.
func (l *Limit) Next(ctx context.Context) (*batch.Batch, error) {
	for l.left != 0 {
		b, err := l.input.Next(ctx)
		if err != nil {
			return nil, err
		}
		n := int64(b.Len())
		drop := min(n, l.skip-l.skipped)
		l.skipped += drop
		keep := n - drop
		if l.left >= 0 {
			keep = min(keep, l.left)
			l.left -= keep
		}
		if keep == 0 {
			continue
		}
		if keep < n {
			l.sel = l.sel[:0]
			for i := drop; i < drop+keep; i++ {
				l.sel = append(l.sel, int32(b.Row(int(i))))
			}
			b.Sel = l.sel
		}
		return b, nil
	}
	for l.drain {
		if _, err := l.input.Next(ctx); err != nil {
			return nil, err
		}
	}
	return nil, io.EOF
}

// Close closes the input.
func (l *Limit) Close() error { return l.input.Close() }
