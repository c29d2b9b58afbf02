package exec

import (
	"context"
	"io"
	"math"
	"math/rand/v2"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// Share says which part of the rows a [Sample] keeps.
type Share struct {
	// Lower and Upper bound the random number, from 0 to 1, of a row that is kept.
	Lower, Upper float64
	// Replacement may keep a row several times, Upper times on average.
	Replacement bool
	// Seed fixes the numbers, with the number of the task.
	Seed int64
}

// Sample keeps a random part of its input's rows.
type Sample struct {
	input  Operator
	share  Share
	leaves []*Feed
	random *rand.Rand
	sel    []int32
}

// NewSample samples input, which it closes; leaves are those beneath it. The same rows
// are kept wherever in a plan the sample stands.
func NewSample(input Operator, share Share, leaves []*Feed) *Sample {
	return &Sample{input: input, share: share, leaves: leaves}
}

// Open opens the input.
func (s *Sample) Open(t *Task) error {
	own := uint64(0)
	for i, f := range s.leaves {
		if place, ok := f.Serves(t.Number); ok {
			own = uint64(i)<<32 | uint64(place)
		}
	}
	s.random = rand.New(rand.NewPCG(uint64(s.share.Seed), own))
	return s.input.Open(t)
}

// Next gives the next rows that are kept.
func (s *Sample) Next(ctx context.Context) (*batch.Batch, error) {
	for {
		b, err := s.input.Next(ctx)
		if err != nil {
			return nil, err
		}
		s.sel = s.sel[:0]
		for i := range b.Len() {
			for range s.times() {
				s.sel = append(s.sel, int32(b.Row(i)))
			}
		}
		if b.Sel = s.sel; len(s.sel) > 0 {
			return b, nil
		}
	}
}

// times is how often the next row is kept.
func (s *Sample) times() int {
	x := s.random.Float64()
	if !s.share.Replacement {
		if x >= s.share.Lower && x < s.share.Upper {
			return 1
		}
		return 0
	}
	// Knuth's way to a number of the Poisson distribution.
	n, limit := 0, math.Exp(-s.share.Upper)
	for ; x > limit && n < math.MaxInt16; n++ {
		x *= s.random.Float64()
	}
	return n
}

// Close closes the input.
func (s *Sample) Close() error { return s.input.Close() }

// Tail gives the last rows of its input.
type Tail struct {
	input Operator
	count int64
	store *Store
	read  bool
	rest  []int32
	all   *batch.Batch
	out   batch.Batch
}

// NewTail gives the last count rows of input, whose columns have these types and
// which it closes.
func NewTail(input Operator, columns []types.Type, count int64) *Tail {
	return &Tail{input: input, count: count, store: NewStore(columns)}
}

// Open opens the input.
func (l *Tail) Open(t *Task) error {
	l.store.Reset()
	l.read = false
	return l.input.Open(t)
}

// Next gives the next of the last rows.
func (l *Tail) Next(ctx context.Context) (*batch.Batch, error) {
	for !l.read {
		b, err := l.input.Next(ctx)
		if err == io.EOF {
			l.all, l.read = l.store.Whole(), true
			n := int(min(l.count, int64(l.all.Rows)))
			l.rest = batch.Range(l.all.Rows-n, n)
			break
		}
		if err != nil {
			return nil, err
		}
		l.store.Add(b.Columns, b.Rows, b.Sel)
	}
	n := min(batch.Size, len(l.rest))
	if n == 0 {
		return nil, io.EOF
	}
	l.out = batch.Batch{Columns: l.all.Columns, Rows: l.all.Rows, Sel: l.rest[:n]}
	l.rest = l.rest[n:]
	return &l.out, nil
}

// Close closes the input.
func (l *Tail) Close() error { return l.input.Close() }
