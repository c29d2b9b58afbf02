package exec

import (
	"context"
	"fmt"
	"io"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
)

// Opener opens a split: a source or a table.
type Opener interface {
	Open(ctx context.Context, s connector.Split, scan connector.Scan) (connector.Reader, error)
}

// Feed is the range of a stage's tasks that one leaf of its plan serves. A stage
// over a union has several leaves, each with tasks of its own.
type Feed struct {
	// First is the number of the first task, set when the stage begins.
	First int
	// Tasks is how many there are.
	Tasks int
}

// Serves reports whether the task with this number is the leaf's, and which of
// its tasks it is, from 0.
func (f *Feed) Serves(task int) (int, bool) {
	return task - f.First, task >= f.First && task < f.First+f.Tasks
}

// Input is what a scan reads in a batch: the splits, one a task. All chains of a
// stage share it; the query sets it before the batch.
type Input struct {
	Feed
	// From opens the splits.
	From Opener
	// Splits are those of the batch.
	Splits []connector.Split
	// Rows counts, by split, the rows that the reader gave: those that it left out
	// by its predicates do not count, as in Spark.
	Rows []int64
}

// Set gives the input the splits of a batch.
func (in *Input) Set(from Opener, splits []connector.Split) {
	in.From, in.Splits, in.Tasks = from, splits, len(splits)
	in.Rows = append(in.Rows[:0], make([]int64, len(splits))...)
}

// Total is the number of rows read.
func (in *Input) Total() int64 {
	var n int64
	for _, r := range in.Rows {
		n += r
	}
	return n
}

// Scan reads the split of its task.
type Scan struct {
	input  *Input
	keep   *expr.Predicate // nil: every row that the reader gives counts
	scan   connector.Scan
	reader connector.Reader
	split  int
}

// NewScan reads input.
func NewScan(input *Input, scan connector.Scan) *Scan {
	return &Scan{input: input, scan: scan}
}

// Keep makes the scan test rows itself: those that fail do not count as read, as
// where Spark's own reader tests them.
func (s *Scan) Keep(p *expr.Predicate) { s.keep = p }

// Use makes the scan read the task's split through r, which somebody else has opened.
// It is called after Open.
func (s *Scan) Use(r connector.Reader) { s.reader = r }

// Open begins the task's split. The split is opened by the first Next.
func (s *Scan) Open(t *Task) error {
	err := s.finish()
	s.split = t.Number - s.input.First
	return err
}

// Next reads on.
func (s *Scan) Next(ctx context.Context) (*batch.Batch, error) {
	if s.reader == nil {
		if s.split < 0 || s.split >= len(s.input.Splits) {
			return nil, io.EOF
		}
		r, err := s.input.From.Open(ctx, s.input.Splits[s.split], s.scan)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", s.input.Splits[s.split].Label, err)
		}
		s.reader = r
	}
	for {
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		b, err := s.reader.Next(ctx)
		if err == io.EOF {
			split := s.split
			s.split = len(s.input.Splits)
			if err := s.finish(); err != nil {
				return nil, fmt.Errorf("read %s: %w", s.input.Splits[split].Label, err)
			}
			return nil, io.EOF
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", s.input.Splits[s.split].Label, err)
		}
		if s.keep != nil {
			if b.Sel, err = s.keep.Select(b, b.Sel); err != nil {
				return nil, err
			}
		}
		s.input.Rows[s.split] += int64(b.Len())
		if b.Len() > 0 {
			return b, nil
		}
	}
}

// Close closes a reader that a failure has left open.
func (s *Scan) Close() error { return s.finish() }

func (s *Scan) finish() error {
	if s.reader == nil {
		return nil
	}
	r := s.reader
	s.reader = nil
	return r.Close()
}
