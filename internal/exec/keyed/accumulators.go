package keyed

import (
	"fmt"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/types"
)

// Accumulators are the values of an aggregation's groups: those of each aggregate
// function, one after another. Slots are group numbers.
type Accumulators struct {
	accs  []expr.Accumulator
	first []int // the first column of each function's partial state
	types []types.Type
}

// Types implements [Values].
func (a *Accumulators) Types() []types.Type { return a.types }

// Reset implements [Values].
func (a *Accumulators) Reset(from, to int) {
	for _, acc := range a.accs {
		acc.Reset(from, to)
	}
}

// columns are those of function i among partial columns.
func (a *Accumulators) columns(i int, partial []*batch.Column) []*batch.Column {
	return partial[a.first[i]:a.end(i)]
}

// end is the column behind the last one of function i.
func (a *Accumulators) end(i int) int {
	if i+1 < len(a.first) {
		return a.first[i+1]
	}
	return len(a.types)
}

// Loose implements [state.Loose]: known where each function with states that differ in what
// they take can tell.
func (a *Accumulators) Loose() (bytes int, known bool) {
	for i, acc := range a.accs {
		if s, ok := acc.(expr.Sized); ok {
			bytes += s.Bytes()
			continue
		}
		for _, t := range a.types[a.first[i]:a.end(i)] {
			if state.Varies(t) {
				return 0, false
			}
		}
	}
	return bytes, true
}

// Merge adds the partial states of the selected rows to their groups.
func (a *Accumulators) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	for i, acc := range a.accs {
		if err := acc.Merge(groups, a.columns(i, partial), sel); err != nil {
			return err
		}
	}
	return nil
}

// Save implements [Values].
func (a *Accumulators) Save(slots []int32, out []*batch.Column) error {
	for i, acc := range a.accs {
		if err := acc.Save(slots, a.columns(i, out)); err != nil {
			return err
		}
	}
	return nil
}

// Load implements [Values].
func (a *Accumulators) Load(slots []int32, in []*batch.Column) error {
	for start := 0; start < len(slots); {
		end := start + 1
		for end < len(slots) && slots[end] == slots[end-1]+1 {
			end++
		}
		a.Reset(int(slots[start]), int(slots[end-1])+1)
		start = end
	}
	if err := a.Merge(slots, in, nil); err != nil {
		return fmt.Errorf("load state: %w", err)
	}
	return nil
}

// Results appends the values of groups to out, a column a function.
func (a *Accumulators) Results(groups []int32, out []*batch.Column) error {
	for i, acc := range a.accs {
		if err := acc.Result(groups, out[i]); err != nil {
			return err
		}
	}
	return nil
}
