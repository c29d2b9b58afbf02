package exec

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
)

// probing is the state of a [HashJoin] that pairs the rows of one input batch
// with chains of partners, at most [batch.Size] pairs at a time.
type probing struct {
	b       *batch.Batch
	ids     []int32 // by physical row of b: the key, -1 for none
	at      int     // rows of b done
	chain   int32   // where the chain of the current row goes on, -1 at its end
	began   bool    // the current row's chain has been begun
	matched bool    // the current row has found a partner

	rows, pairs []int32 // the candidate pairs: rows of b and of the build table
	ends        []int32 // of each pair: whether it is its row's last
	left, right []*batch.Column
	keep        []int32
	hit         []bool  // scratch of hitsOf
	real        []int32 // likewise
}

func (p *probing) active() bool { return p.b != nil }

// begin takes in a batch whose rows sel have the keys ids.
func (p *probing) begin(j *HashJoin, b *batch.Batch, sel, ids []int32) {
	p.b, p.at, p.began = b, 0, false
	if cap(p.ids) < b.Rows {
		p.ids = make([]int32, b.Rows, max(b.Rows, batch.Size))
	}
	p.ids = p.ids[:b.Rows]
	for i := range p.ids {
		p.ids[i] = -1
	}
	for k, r := range sel {
		p.ids[r] = ids[k]
	}
	p.room(j, b)
}

// room makes the columns of pairs.
func (p *probing) room(j *HashJoin, b *batch.Batch) {
	if p.left != nil {
		return
	}
	p.left = make([]*batch.Column, 0, len(b.Columns)) // not nil where b has no columns
	for _, c := range b.Columns {
		p.left = append(p.left, batch.NewColumn(c.Type, 0))
	}
	for _, t := range j.spec.BuildTypes {
		p.right = append(p.right, batch.NewColumn(t, 0))
	}
}

// candidates lists the next pairs. A row without candidates, of a join that must
// know of it, is listed with the partner -1.
func (p *probing) candidates(j *HashJoin) {
	p.rows, p.pairs, p.ends = p.rows[:0], p.pairs[:0], p.ends[:0]
	for p.at < p.b.Len() && len(p.rows) < batch.Size {
		row := int32(p.b.Row(p.at))
		if !p.began {
			p.chain, p.began = -1, true
			if id := p.ids[row]; id >= 0 {
				p.chain = j.first[id]
			}
			if p.chain < 0 && j.spec.Kind != InnerJoin {
				p.add(row, -1, 1)
			}
		}
		for p.chain >= 0 && len(p.rows) < batch.Size {
			partner := p.chain
			p.chain = j.next[partner]
			last := int32(0)
			if p.chain < 0 {
				last = 1
			}
			p.add(row, partner, last)
		}
		if p.chain >= 0 {
			return // the row goes on in the next round
		}
		p.at++
		p.began = false
	}
}

func (p *probing) add(row, partner, last int32) {
	p.rows = append(p.rows, row)
	p.pairs = append(p.pairs, partner)
	p.ends = append(p.ends, last)
}

// nextPairs joins the next candidates; nil if none of them goes on.
func (j *HashJoin) nextPairs() (*batch.Batch, error) {
	p := &j.probe
	p.candidates(j)
	if len(p.rows) == 0 {
		p.b = nil
		return nil, nil
	}
	for i, c := range p.left {
		c.Take(p.b.Columns[i], p.rows)
	}
	for i, c := range p.right {
		c.Take(j.spec.Build.rows.Columns[i], p.pairs)
	}
	j.arrange(p.left, p.right)
	j.out.Rows, j.out.Sel = len(p.rows), nil
	hit, err := j.hitsOf(p)
	if err != nil {
		return nil, err
	}
	if !j.decide(p, hit) {
		return nil, tooManyRows()
	}
	switch {
	case len(p.keep) == 0:
		return nil, nil
	case j.spec.Kind == ExistJoin:
		j.out.Columns = append(append(j.out.Columns[:0], p.left...), j.exists)
	case j.spec.Kind == SemiJoin || j.spec.Kind == AntiJoin:
		j.out.Columns = append(j.out.Columns[:0], p.left...)
	}
	j.out.Sel = p.keep
	return &j.out, nil
}

// hitsOf says of each candidate whether it is a pair.
func (j *HashJoin) hitsOf(p *probing) ([]bool, error) {
	p.hit = slices.Grow(p.hit[:0], len(p.rows))[:len(p.rows)]
	clear(p.hit)
	p.real = p.real[:0]
	for i, partner := range p.pairs {
		if partner >= 0 {
			p.real = append(p.real, int32(i))
		}
	}
	real := p.real
	if j.spec.Residual != nil && len(real) > 0 {
		var err error
		if real, err = j.spec.Residual.Select(&j.out, real); err != nil {
			return nil, err
		}
	}
	for _, i := range real {
		p.hit[i] = true
	}
	return p.hit, nil
}

// decide lists the candidates that go on. A row that has found no partner among
// all of its candidates goes on in an outer or anti join, with nulls, in the
// place of its last candidate. It reports false where a row has a second partner
// that may have only one.
func (j *HashJoin) decide(p *probing, hit []bool) bool {
	p.keep = p.keep[:0]
	if j.spec.Kind == ExistJoin {
		j.existsColumn(len(hit))
	}
	for i := range hit {
		k := int32(i)
		switch j.spec.Kind {
		case InnerJoin:
			if hit[i] {
				p.keep = append(p.keep, k)
			}
			continue
		case OuterJoin, FullJoin:
			if hit[i] {
				p.keep = append(p.keep, k)
				j.rest.mark(p.pairs[i])
				if p.matched && j.spec.Single {
					return false
				}
			}
		case ExistJoin:
			if p.ends[i] == 1 {
				batch.Values[bool](j.exists)[i] = p.matched || hit[i]
				p.keep = append(p.keep, k)
			}
		case SemiJoin:
			if hit[i] && !p.matched {
				p.keep = append(p.keep, k)
			}
		}
		p.matched = p.matched || hit[i]
		if p.ends[i] == 0 {
			continue
		}
		if !p.matched && (j.spec.Kind == OuterJoin || j.spec.Kind == FullJoin || j.spec.Kind == AntiJoin) {
			for _, c := range p.right {
				c.SetNull(i)
			}
			p.keep = append(p.keep, k)
		}
		p.matched = false
	}
	return true
}
