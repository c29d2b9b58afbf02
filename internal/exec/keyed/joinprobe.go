package keyed

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/kernel"
)

// probe takes one batch of a side through a [Join]: it lists candidates, rows with
// the slots of equal keys on the other side, at most [batch.Size] at a time, lets
// the residual condition choose, and keeps the rows at the end.
type probe struct {
	j    *Join
	b    *batch.Batch // nil: no batch is under way
	side int
	own  *joinSide
	met  *joinSide // the other

	sel    []int32 // the rows that may have partners and are kept
	failed []int32 // those that have none, since they fail the side's own condition
	given  bool    // failed has been given
	keys   []*batch.Column
	ids    []int32  // by row: the key in the index, -1: none
	hit    []uint64 // bit row: it has found a partner; where that matters
	marks  bool     // it matters
	at     int      // rows of sel that are done
	slot   int32    // where the chain of the current row goes on
	began  bool

	rows, slots []int32     // the candidates
	tested      batch.Batch // both sides' columns, filled where the residual condition reads
	leaving     []int32     // the left rows of a semi join that have come out
	buf         probeBuffers
}

// probeBuffers are buffers of selections, kept from batch to batch: those that stand
// for a selection are never nil, which would stand for all rows.
type probeBuffers struct{ late, kept, live, stay, dense, dirty []int32 }

func (p *probe) init(j *Join) {
	p.j = j
	for _, s := range j.spec.Sides {
		for _, t := range s.Types {
			p.tested.Columns = append(p.tested.Columns, batch.NewColumn(t, 0))
		}
	}
	p.buf.late, p.buf.kept, p.buf.stay = []int32{}, []int32{}, []int32{}
}

// reset forgets a batch that was not taken to its end.
func (p *probe) reset() { p.b = nil }

// begin takes in a batch of a side. It gives a batch if there is one to give at
// once.
func (p *probe) begin(b *batch.Batch, side int) (*batch.Batch, error) {
	j, spec := p.j, &p.j.spec.Sides[side]
	p.side, p.own, p.met = side, j.sides[side], j.sides[1-side]
	sel := b.Sel
	if sel == nil {
		sel = batch.Identity(b.Rows)
	}
	sel = p.withoutLate(b, sel, spec.Late)
	p.failed, p.given = p.failed[:0], false
	if spec.Only != nil && len(sel) > 0 {
		passed, err := spec.Only.Select(b, sel)
		if err != nil {
			return nil, err
		}
		if spec.Outer {
			p.failed = without(p.failed, sel, passed)
		}
		p.buf.kept = append(p.buf.kept[:0], passed...) // the predicate's own
		sel = p.buf.kept
	}
	p.sel = sel
	if len(p.sel) == 0 && len(p.failed) == 0 {
		return nil, nil
	}
	p.b, p.at, p.began, p.leaving = b, 0, false, p.leaving[:0]
	return nil, p.lookUp()
}

// withoutLate drops and counts the late rows (S113).
func (p *probe) withoutLate(b *batch.Batch, sel []int32, column int) []int32 {
	if column < 0 {
		return sel
	}
	t, before := timesOf(b.Columns[column]), p.j.bounds.LateBefore
	for i, r := range sel {
		if at, ok := t.at(int(r)); ok && at <= before {
			p.buf.late = append(p.buf.late[:0], sel[:i]...)
			for _, r := range sel[i:] {
				if at, ok := t.at(int(r)); !ok || at > before {
					p.buf.late = append(p.buf.late, r)
				}
			}
			p.j.counts.Dropped += int64(len(sel) - len(p.buf.late))
			return p.buf.late
		}
	}
	return sel
}

// without appends the rows of all that are not in some, both rising in the order
// of all.
func without(out, all, some []int32) []int32 {
	for _, r := range all {
		if len(some) > 0 && some[0] == r {
			some = some[1:]
		} else {
			out = append(out, r)
		}
	}
	return out
}

// lookUp computes the keys and finds them in the index.
func (p *probe) lookUp() error {
	b, j := p.b, p.j
	b.Sel = p.sel
	var err error
	if p.keys, err = exec.Evaluate(j.spec.Sides[p.side].Keys, b, p.keys); err != nil {
		return err
	}
	live := p.own.withPartners(p.keys, p.sel, p.buf.live)
	p.buf.dense = slices.Grow(p.buf.dense[:0], len(live))[:len(live)]
	j.index.assign(p.keys, b.Rows, live, p.buf.dense)
	p.ids = slices.Grow(p.ids[:0], b.Rows)[:b.Rows]
	if len(live) < len(p.sel) {
		p.buf.live = live // its buffer
		for _, r := range p.sel {
			p.ids[r] = -1
		}
	}
	for i, r := range live {
		p.ids[r] = p.buf.dense[i]
	}
	if p.marks = j.spec.Semi || p.own.tracked; p.marks {
		p.hit = slices.Grow(p.hit[:0], kernel.BitWords(b.Rows))[:kernel.BitWords(b.Rows)]
		clear(p.hit)
	}
	return nil
}

// next gives the next rows, or nil where there are none yet; after the last ones
// the rows of the batch are kept.
func (p *probe) next() (*batch.Batch, error) {
	if !p.given {
		p.given = true
		if len(p.failed) > 0 {
			return p.giveFailed(), nil
		}
	}
	for p.at < len(p.sel) {
		p.candidates()
		if len(p.rows) == 0 {
			break
		}
		out, err := p.pairs()
		if out != nil || err != nil {
			return out, err
		}
	}
	err := p.keep()
	p.b = nil
	return nil, err
}

// giveFailed gives the rows of an outer side that fail its own condition.
func (p *probe) giveFailed() *batch.Batch {
	j := p.j
	for i, c := range j.columns[p.side] {
		c.Take(p.b.Columns[i], p.failed)
	}
	j.nulls(1-p.side, len(p.failed))
	j.out.Rows, j.out.Sel = len(p.failed), nil
	return &j.out
}

// candidates lists the next pairs of rows with equal keys.
func (p *probe) candidates() {
	p.rows, p.slots = p.rows[:0], p.slots[:0]
	ends, chain := p.j.index.ends[1-p.side], p.met.chain
	once := p.j.spec.Semi && p.side == leftSide && p.j.spec.Residual == nil
	for p.at < len(p.sel) {
		row := p.sel[p.at]
		if !p.began {
			p.began, p.slot = true, -1
			if id := p.ids[row]; id >= 0 {
				p.slot = ends[id].first
			}
		}
		for p.slot >= 0 {
			if len(p.rows) == batch.Size {
				return // the row goes on in the next round
			}
			p.rows, p.slots = append(p.rows, row), append(p.slots, p.slot)
			if p.slot = chain[p.slot].next; once {
				p.slot = -1
			}
		}
		p.at++
		p.began = false
	}
}

// pairs joins the candidates; nil if no row comes out.
func (p *probe) pairs() (*batch.Batch, error) {
	j := p.j
	if j.spec.Residual != nil {
		if err := p.test(); err != nil {
			return nil, err
		}
	}
	if j.spec.Semi {
		p.semi()
	} else {
		p.mark()
	}
	n := len(p.rows)
	if n == 0 {
		return nil, nil
	}
	if !j.spec.Semi || p.side == leftSide {
		for i, c := range j.columns[p.side] {
			c.Take(p.b.Columns[i], p.rows)
		}
	}
	if !j.spec.Semi || p.side == rightSide {
		p.met.take(j.columns[1-p.side], p.slots)
	}
	j.out.Rows, j.out.Sel = n, nil
	return &j.out, nil
}

// test leaves the candidates that pass the residual condition. Only the columns
// that it reads are gathered.
func (p *probe) test() error {
	left := len(p.j.spec.Sides[leftSide].Types)
	places := p.met.placesOf(p.slots)
	for _, k := range p.j.spec.Reads {
		side, column := leftSide, k
		if k >= left {
			side, column = rightSide, k-left
		}
		if side == p.side {
			p.tested.Columns[k].Take(p.b.Columns[column], p.rows)
		} else {
			p.tested.Columns[k].TakePages(p.met.rows.columns[column], places)
		}
	}
	p.tested.Rows, p.tested.Sel = len(p.rows), nil
	passed, err := p.j.spec.Residual.Select(&p.tested, nil)
	if err != nil || passed == nil {
		return err
	}
	for i, k := range passed {
		p.rows[i], p.slots[i] = p.rows[k], p.slots[k]
	}
	p.rows, p.slots = p.rows[:len(passed)], p.slots[:len(passed)]
	return nil
}

// mark notes on both sides who has had a partner.
func (p *probe) mark() {
	if p.marks {
		for _, r := range p.rows {
			kernel.SetBit(p.hit, int(r))
		}
	}
	if p.met.tracked {
		p.buf.dirty = p.buf.dirty[:0]
		for _, slot := range p.slots {
			if !kernel.Bit(p.met.met, int(slot)) {
				kernel.SetBit(p.met.met, int(slot))
				p.buf.dirty = append(p.buf.dirty, slot)
			}
		}
		p.met.table.MarkDirty(p.buf.dirty)
	}
}

// semi leaves the pairs that give a left row its first partner.
func (p *probe) semi() {
	n := 0
	for i, r := range p.rows {
		bits, at := p.hit, int(r)
		if p.side == rightSide {
			bits, at = p.met.met, int(p.slots[i])
		}
		if !kernel.Bit(bits, at) {
			kernel.SetBit(bits, at)
			p.rows[n], p.slots[n] = r, p.slots[i]
			n++
		}
	}
	p.rows, p.slots = p.rows[:n], p.slots[:n]
	if p.side == rightSide {
		p.leaving = append(p.leaving, p.slots...)
	}
}

// keep keeps the rows that later ones may still meet, or that may have to come out
// without a partner; see [Join].
func (p *probe) keep() error {
	if len(p.leaving) > 0 {
		p.met.withdraw(p.leaving, &p.j.index)
		p.j.counts.Removed += int64(len(p.leaving))
	}
	sel := p.sel
	if p.j.spec.Semi && p.side == leftSide {
		sel = p.unmatched(sel)
	}
	if p.j.phase == 1 {
		sel = p.staying(sel)
	}
	if err := p.own.insert(&p.j.index, p.b, p.keys, sel, p.ids, p.j.pages[p.side]); err != nil {
		return err
	}
	if p.own.tracked {
		for i, r := range sel {
			if kernel.Bit(p.hit, int(r)) {
				kernel.SetBit(p.own.met, int(p.own.slots[i]))
			}
		}
	}
	p.j.counts.Updated += int64(len(sel))
	return nil
}

func (p *probe) unmatched(sel []int32) []int32 {
	p.buf.stay = p.buf.stay[:0]
	for _, r := range sel {
		if !kernel.Bit(p.hit, int(r)) {
			p.buf.stay = append(p.buf.stay, r)
		}
	}
	return p.buf.stay
}

// staying are the rows that do not leave in this batch, or leave it without a
// partner on an outer side: the other side's rows of the batch are all known.
func (p *probe) staying(sel []int32) []int32 {
	until, ok := p.own.until(p.j.bounds.EvictBefore)
	if !ok {
		return sel
	}
	outer := p.j.spec.Sides[p.side].Outer
	t := p.own.timesOf(p.b, p.keys)
	p.buf.stay = p.buf.stay[:0]
	for _, r := range sel {
		at, ok := t.at(int(r))
		if !ok || at > until || outer && !kernel.Bit(p.hit, int(r)) {
			p.buf.stay = append(p.buf.stay, r)
		}
	}
	return p.buf.stay
}
