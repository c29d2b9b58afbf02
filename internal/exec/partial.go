package exec

import (
	"context"
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
	rounds rounds
	groups *Groups

	ids    []int32
	read   int64 // rows read since the groups were empty
	at     int   // groups given
	single bool  // rows pass as groups of one row
	passed bool  // out has rows that passed

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
	p := &PartialAggregate{groups: g}
	p.rounds = rounds{input: input, take: p.add}
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
	p.read, p.at, p.single, p.passed = 0, 0, false, false
	return p.rounds.open(t)
}

// Close closes the input.
func (p *PartialAggregate) Close() error { return p.rounds.input.Close() }

// Next gives the next partial groups.
func (p *PartialAggregate) Next(ctx context.Context) (*batch.Batch, error) {
	p.out.Poison()
	if err := p.rounds.fill(ctx); err != nil {
		return nil, err
	}
	if p.passed {
		p.passed = false
		p.rounds.again()
		return &p.out, nil
	}
	if p.at < p.groups.Len() {
		return p.give()
	}
	p.groups.Reset()
	p.read, p.at = 0, 0
	p.rounds.again()
	return p.Next(ctx)
}

// add groups the rows of b, or makes groups of one row of them, and says whether groups
// are to be given.
func (p *PartialAggregate) add(b *batch.Batch) (enough bool, err error) {
	n := b.Len()
	keys, err := p.groups.Keys(b)
	if err != nil {
		return false, err
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
		p.out.Rows, p.passed = n, true
		return true, p.groups.AppendSingle(b, p.states)
	}
	p.ids = slices.Grow(p.ids[:0], n)[:n]
	p.groups.Find(keys, b.Rows, b.Sel, p.ids)
	if err := p.groups.Update(b, p.ids); err != nil {
		return false, err
	}
	p.read += int64(n)
	made := p.groups.Len()
	useless := made >= sampleGroups && int64(made)*8 > p.read*7
	return made > maxGroups || useless, nil
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
