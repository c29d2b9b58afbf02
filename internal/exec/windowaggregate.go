package exec

import (
	"github.com/weirstream/weir/internal/batch"
)

// windowAggregate computes an aggregate function over the frames of all rows.
type windowAggregate struct {
	call         *WindowCall
	rows         *batch.Batch
	args         []*batch.Column
	bounds       *windowBounds
	lower, upper []int32
	out          *batch.Column
	arena        *batch.Arena

	counted []bool  // by row: it passes the filter; nil: all do
	groups  []int32 // scratch: of the rows in sel
	sel     []int32
	result  *batch.Column
}

const (
	// frameGroups is how many frames are computed beside each other, frameRows how
	// many of their rows are added at once.
	frameGroups = 1024
	frameRows   = 1 << 16
)

func (a *windowAggregate) run() error {
	a.result = batch.NewColumn(a.call.Type, 0)
	if a.call.Filter != nil {
		sel, err := a.call.Filter.Select(a.rows, nil)
		if err != nil {
			return err
		}
		if sel != nil {
			a.counted = make([]bool, a.rows.Rows)
			for _, r := range sel {
				a.counted[r] = true
			}
		}
	}
	if a.call.Frame.whole() {
		return a.partitions()
	}
	for k := range a.bounds.ends {
		from, to := a.bounds.partition(k)
		grows := true
		for i := from + 1; i < to && grows; i++ {
			grows = a.lower[i] == a.lower[from] && a.upper[i] >= a.upper[i-1]
		}
		step := a.slide
		if grows && to > from {
			step = a.grow
		}
		if err := step(from, to); err != nil {
			return err
		}
	}
	return nil
}

// add takes a row in, for a group.
func (a *windowAggregate) add(row, group int32) {
	if a.counted == nil || a.counted[row] {
		a.sel, a.groups = append(a.sel, row), append(a.groups, group)
	}
}

// update adds the rows taken in to their groups.
func (a *windowAggregate) update() error {
	if len(a.sel) == 0 {
		return nil
	}
	err := a.call.Accumulator.Update(a.groups, a.args, a.sel)
	a.sel, a.groups = a.sel[:0], a.groups[:0]
	return err
}

// results puts the values of the first groups into result.
func (a *windowAggregate) results(groups int) error {
	a.result.Resize(0)
	return a.call.Accumulator.Result(batch.Identity(groups), a.result)
}

// partitions computes one value for each partition.
func (a *windowAggregate) partitions() error {
	n := len(a.bounds.ends)
	a.call.Accumulator.Reset(0, n)
	for i := range a.rows.Rows {
		if a.add(int32(i), a.bounds.part[i]); len(a.sel) >= frameRows {
			if err := a.update(); err != nil {
				return err
			}
		}
	}
	if err := a.update(); err != nil {
		return err
	}
	if err := a.results(n); err != nil {
		return err
	}
	a.out.AppendRows(a.result, a.bounds.part, a.arena)
	return nil
}

// grow computes frames of one partition that begin at one row: each adds rows to
// the one before.
func (a *windowAggregate) grow(from, to int) error {
	a.call.Accumulator.Reset(0, 1)
	next := a.lower[from]
	for i := from; i < to; {
		upper := a.upper[i]
		for ; next < upper; next++ {
			a.add(next, 0)
		}
		if err := a.update(); err != nil {
			return err
		}
		if err := a.results(1); err != nil {
			return err
		}
		same := i
		for same < to && a.upper[same] == upper {
			same++
		}
		a.out.AppendRows(a.result, make([]int32, same-i), a.arena)
		i = same
	}
	return nil
}

// slide computes frames of any kind, each by itself.
func (a *windowAggregate) slide(from, to int) error {
	for i := from; i < to; {
		end := min(to, i+frameGroups)
		a.call.Accumulator.Reset(0, end-i)
		for k := i; k < end; k++ {
			for r := a.lower[k]; r < a.upper[k]; r++ {
				if a.add(r, int32(k-i)); len(a.sel) >= frameRows {
					if err := a.update(); err != nil {
						return err
					}
				}
			}
		}
		if err := a.update(); err != nil {
			return err
		}
		if err := a.results(end - i); err != nil {
			return err
		}
		a.out.AppendRows(a.result, batch.Identity(end-i), a.arena)
		i = end
	}
	return nil
}
