package exec

import (
	"context"
	"io"
	"slices"

	"github.com/weirstream/weir/internal/batch"
)

// FinalAggregate merges the partial groups of a partition and gives the finished
// ones: the keys and the values ([GroupSpec.ResultTypes]), in the order in which
// groups first appeared. It keeps nothing from batch to batch. Without keys it
// gives one group, also of no rows: such a stage has one partition.
type FinalAggregate struct {
	input  Operator
	groups *Groups

	ids   []int32
	whole bool // the input are rows, not partial groups
	read  bool // the input has come to its end
	at    int  // groups given

	keys, made []*batch.Column // of out
	out        batch.Batch
}

// NewFinalAggregate merges input, which it closes: partial groups of the same
// keys and functions.
func NewFinalAggregate(input Operator, s *GroupSpec) (*FinalAggregate, error) {
	g, err := NewGroups(s)
	if err != nil {
		return nil, err
	}
	f := &FinalAggregate{input: input, groups: g}
	for i, t := range s.ResultTypes() {
		c := batch.NewColumn(t, 0)
		if f.out.Columns = append(f.out.Columns, c); i < len(s.keys) {
			f.keys = append(f.keys, c)
		} else {
			f.made = append(f.made, c)
		}
	}
	return f, nil
}

// NewWholeAggregate groups input, which it closes, in one step: all rows of a group
// are in one partition. Functions over DISTINCT values need it.
func NewWholeAggregate(input Operator, s *GroupSpec) (*FinalAggregate, error) {
	f, err := NewFinalAggregate(input, s)
	if err == nil {
		f.whole = true
	}
	return f, err
}

// Open begins a task.
func (f *FinalAggregate) Open(t *Task) error {
	f.groups.Reset()
	f.read, f.at = false, 0
	return f.input.Open(t)
}

// Close closes the input.
func (f *FinalAggregate) Close() error { return f.input.Close() }

// Next gives the next groups.
func (f *FinalAggregate) Next(ctx context.Context) (*batch.Batch, error) {
	f.out.Poison()
	for !f.read {
		b, err := f.input.Next(ctx)
		if err == io.EOF {
			f.read = true
			if len(f.keys) == 0 && f.groups.Len() == 0 {
				f.groups.Find(nil, 1, nil, make([]int32, 1))
			}
			break
		}
		if err != nil {
			return nil, err
		}
		if err := f.add(b); err != nil {
			return nil, err
		}
	}
	n := min(batch.Size, f.groups.Len()-f.at)
	if n == 0 {
		return nil, io.EOF
	}
	f.ids = numbered(f.ids, f.at, n)
	ids := f.ids
	for _, c := range f.out.Columns {
		c.Resize(0)
	}
	f.groups.AppendKeys(ids, f.keys)
	if err := f.groups.AppendResults(ids, f.made); err != nil {
		return nil, err
	}
	f.out.Rows, f.out.Sel = n, nil
	f.at += n
	return &f.out, nil
}

// numbered is the numbers from first to first+n-1, in ids where they fit.
func numbered(ids []int32, first, n int) []int32 {
	ids = slices.Grow(ids[:0], n)[:n]
	for i := range ids {
		ids[i] = int32(first + i)
	}
	return ids
}

// add adds partial groups, or rows.
func (f *FinalAggregate) add(b *batch.Batch) error {
	n := b.Len()
	f.ids = slices.Grow(f.ids[:0], n)[:n]
	if f.whole {
		keys, err := f.groups.Keys(b)
		if err != nil {
			return err
		}
		f.groups.Find(keys, b.Rows, b.Sel, f.ids)
		return f.groups.Update(b, f.ids)
	}
	f.groups.Find(b.Columns[:len(f.keys)], b.Rows, b.Sel, f.ids)
	return f.groups.Merge(f.ids, b.Columns[len(f.keys):], b.Sel)
}
