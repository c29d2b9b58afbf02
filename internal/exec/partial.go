package exec

import (
	"context"
	"io"
	"slices"

	"github.com/weirstream/weir/internal/batch"
)

// PartialAggregate groups the rows of a task as far as its memory allows and
// gives partial groups: the keys and the states of the functions
// ([GroupSpec.PartialTypes]), in the order in which groups first appeared. A key
// may come several times; whoever reads the groups merges them.
//
// When there are too many groups, those there are given and forgotten. Where
// grouping hardly makes fewer rows, the rest of the task's rows pass as groups of
// one row each. Both follow from the rows alone, so that a batch that runs again
// gives the same.
type PartialAggregate struct {
	input  Operator
	groups *Groups

	ids    []int32
	read   int64 // rows read since the groups were empty
	at     int   // groups given
	giving bool  // groups are being given
	single bool  // rows pass as groups of one row
	ended  bool  // the input has come to its end

	keys, states []*batch.Column // of out
	out          batch.Batch
}

// Limits of a partial aggregation, in groups.
const (
	// maxGroups is the number above which groups are given and forgotten.
	maxGroups = 1 << 17
	// sampleGroups is the number from which on it is asked whether grouping
	// makes fewer rows.
	sampleGroups = 1 << 15
)

// NewPartialAggregate groups input, which it closes. No function may be over
// DISTINCT values, of which partial groups cannot be merged.
func NewPartialAggregate(input Operator, s *GroupSpec) (*PartialAggregate, error) {
	g, err := NewGroups(s)
	if err != nil {
		return nil, err
	}
	p := &PartialAggregate{input: input, groups: g}
	for i, t := range s.PartialTypes() {
		c := batch.NewColumn(t, 0)
		if p.out.Columns = append(p.out.Columns, c); i < len(s.keys) {
			p.keys = append(p.keys, c)
		} else {
			p.states = append(p.states, c)
		}
	}
	return p, nil
}

// Open begins a task.
func (p *PartialAggregate) Open(t *Task) error {
	p.groups.Reset()
	p.read, p.at, p.giving, p.single, p.ended = 0, 0, false, false, false
	return p.input.Open(t)
}

// Close closes the input.
func (p *PartialAggregate) Close() error { return p.input.Close() }

// Next gives the next partial groups.
func (p *PartialAggregate) Next(ctx context.Context) (*batch.Batch, error) {
	p.out.Poison()
	for !p.giving {
		if p.ended {
			return nil, io.EOF
		}
		b, err := p.input.Next(ctx)
		if err == io.EOF {
			p.ended, p.giving = true, true
			break
		}
		if err != nil {
			return nil, err
		}
		if err := p.add(b); err != nil {
			return nil, err
		}
		if p.single {
			return &p.out, nil
		}
	}
	if p.at < p.groups.Len() {
		return p.give()
	}
	p.groups.Reset()
	p.read, p.at, p.giving = 0, 0, false
	return p.Next(ctx)
}

// add groups the rows of b, or makes groups of one row of them.
func (p *PartialAggregate) add(b *batch.Batch) error {
	n := b.Len()
	keys, err := p.groups.Keys(b)
	if err != nil {
		return err
	}
	if p.single {
		rows := b.Sel
		if rows == nil {
			rows = batch.Identity(n)
		}
		p.empty()
		for i, k := range keys {
			p.keys[i].AppendRows(k, rows, nil)
		}
		p.out.Rows = n
		return p.groups.AppendSingle(b, p.states)
	}
	p.ids = slices.Grow(p.ids[:0], n)[:n]
	p.groups.Find(keys, b.Rows, b.Sel, p.ids)
	if err := p.groups.Update(b, p.ids); err != nil {
		return err
	}
	p.read += int64(n)
	made := p.groups.Len()
	useless := made >= sampleGroups && int64(made)*8 > p.read*7
	p.giving = made > maxGroups || useless
	return nil
}

// empty makes room for the next output.
func (p *PartialAggregate) empty() {
	p.out.Sel = nil
	for _, c := range p.out.Columns {
		c.Resize(0)
	}
}

// give gives the next groups. After the last, when most rows were groups of
// their own, the others pass.
func (p *PartialAggregate) give() (*batch.Batch, error) {
	made := p.groups.Len()
	n := min(batch.Size, made-p.at)
	p.ids = numbered(p.ids, p.at, n)
	ids := p.ids
	p.empty()
	p.groups.AppendKeys(ids, p.keys)
	if err := p.groups.AppendPartial(ids, p.states); err != nil {
		return nil, err
	}
	p.out.Rows = n
	if p.at += n; p.at == made {
		p.single = made >= sampleGroups && int64(made)*8 > p.read*7
	}
	return &p.out, nil
}
