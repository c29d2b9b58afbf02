package exec

import (
	"context"
	"slices"

	"github.com/weirstream/weir/internal/batch"
)

// Observe passes rows on and computes functions of all that pass (S42). It belongs to
// one chain; a batch's metrics are those of all chains, merged ([Observed]).
type Observe struct {
	input  Operator
	groups *Groups
	ids    []int32 // zeros: all rows are one group
}

// NewObserve observes input, which it closes; the grouping has no keys, and no function
// over DISTINCT values.
func NewObserve(input Operator, s *GroupSpec) (*Observe, error) {
	g, err := NewGroups(s)
	if err != nil {
		return nil, err
	}
	o := &Observe{input: input, groups: g}
	o.Begin()
	return o, nil
}

// Begin forgets what was observed: a batch begins.
func (o *Observe) Begin() { o.groups.Fresh(0, 1) }

// Open opens the input.
func (o *Observe) Open(t *Task) error { return o.input.Open(t) }

// Next passes a batch on.
func (o *Observe) Next(ctx context.Context) (*batch.Batch, error) {
	b, err := o.input.Next(ctx)
	if err != nil {
		return nil, err
	}
	n := b.Len()
	if len(o.ids) < n {
		o.ids = slices.Grow(o.ids, n)[:n]
	}
	return b, o.groups.Update(b, o.ids[:n])
}

// Close closes the input.
func (o *Observe) Close() error { return o.input.Close() }

// Observed merges what several chains have observed: one row of the functions' values.
// The grouping is one of its own.
func Observed(s *GroupSpec, chains []*Observe) (*batch.Batch, error) {
	all, err := NewGroups(s)
	if err != nil {
		return nil, err
	}
	all.Fresh(0, 1)
	one := []int32{0}
	for _, o := range chains {
		var states []*batch.Column
		for _, t := range s.PartialTypes() {
			states = append(states, batch.NewColumn(t, 0))
		}
		if err := o.groups.AppendPartial(one, states); err != nil {
			return nil, err
		}
		if err := all.Merge(one, states, nil); err != nil {
			return nil, err
		}
	}
	out := &batch.Batch{Rows: 1}
	for _, t := range s.ResultTypes() {
		out.Columns = append(out.Columns, batch.NewColumn(t, 0))
	}
	return out, all.AppendResults(one, out.Columns)
}
