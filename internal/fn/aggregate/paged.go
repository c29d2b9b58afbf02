package aggregate

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// pagedCells are [cells] for many groups and large values, which are only copied in and
// out: values lie in pages, so that nothing is copied when there are more, and the
// garbage collector finds no pointer a text.
//
//	slots   [2 0 – 3]             by group
//	pages   [a x b c …][d …]      x: garbage
type pagedCells struct {
	store, spare *pages
	slots        []int32 // -1: none
	live         int     // slots that are not -1
	rows         []int32 // scratch
	moving       *batch.Column
}

func newPagedCells(t types.Type) *pagedCells {
	return &pagedCells{store: newPages(t), spare: newPages(t), moving: batch.NewColumn(t, 0)}
}

// reset empties the groups from ≤ g < to.
func (c *pagedCells) reset(from, to int) {
	for g := from; g < min(to, len(c.slots)); g++ {
		if c.slots[g] >= 0 {
			c.live--
		}
	}
	c.slots = grown(c.slots, to)
	for g := from; g < to; g++ {
		c.slots[g] = -1
	}
	if c.live == 0 {
		c.store.reset()
	}
}

func (c *pagedCells) has(g int32) bool { return c.slots[g] >= 0 }

// set gives each of the groups, which differ, the value of a row of src.
func (c *pagedCells) set(groups []int32, src *batch.Column, rows []int32) {
	if len(groups) == 0 {
		return
	}
	at := int32(c.store.rows)
	c.store.append(src, rows)
	for i, g := range groups {
		if c.slots[g] < 0 {
			c.live++
		}
		c.slots[g] = at + int32(i)
	}
	if c.store.rows > 2*c.live+minGone {
		c.collect()
	}
}

// minGone is how many values nobody points to before those that are left are moved.
const minGone = 1024

// collect keeps only what groups point to.
func (c *pagedCells) collect() {
	c.rows = c.rows[:0]
	moved := int32(0)
	move := func() {
		c.moving.Resize(0)
		c.store.take(c.moving, c.rows)
		c.spare.append(c.moving, batch.Identity(len(c.rows)))
		c.rows = c.rows[:0]
	}
	for g, s := range c.slots {
		if s < 0 {
			continue
		}
		c.slots[g] = moved
		moved++
		if c.rows = append(c.rows, s); len(c.rows) == batch.PageRows {
			move()
		}
	}
	move()
	c.moving.Resize(0)
	c.store.reset()
	c.store, c.spare = c.spare, c.store
	// What is in use may become twice as much before the next time, which moves half of it.
	c.spare.shrink(c.store, 1)
	c.store.shrink(c.store, 3)
}

// append appends the values of groups to out, null for none. Strings are views.
func (c *pagedCells) append(out *batch.Column, groups []int32) {
	c.rows = slices.Grow(c.rows[:0], len(groups))
	all := true
	for _, g := range groups {
		c.rows = append(c.rows, c.slots[g])
		all = all && c.slots[g] >= 0
	}
	if all {
		c.store.take(out, c.rows)
		return
	}
	// Few have none: those that have go beside out, and from there in with nulls.
	have := make([]int32, 0, len(groups))
	for i, r := range c.rows {
		if r >= 0 {
			c.rows[i] = int32(len(have))
			have = append(have, r)
		}
	}
	c.moving.Resize(0)
	c.store.take(c.moving, have)
	out.AppendRows(c.moving, c.rows, nil)
}

// pages are rows of a type in pages: those of a struct by its fields.
type pages struct {
	kind   types.Type
	rows   int
	leaf   []*batch.Page // of anything but a struct
	used   int           // of leaf
	texts  int           // bytes of the texts of the last full page
	fields []*pages      // of a struct
	nulls  []uint64      // of a struct: bit row; short or nil where no row is null
}

func newPages(t types.Type) *pages {
	p := &pages{kind: t}
	if t.Kind == types.Struct {
		for _, f := range t.Fields {
			p.fields = append(p.fields, newPages(f.Type))
		}
	}
	return p
}

// reset forgets all rows, and keeps the memory of as many pages as it had.
func (p *pages) reset() {
	for _, page := range p.leaf[:p.used] {
		page.Reset()
	}
	clear(p.leaf[p.used:])
	p.leaf = p.leaf[:p.used]
	p.rows, p.used, p.nulls = 0, 0, p.nulls[:0]
	for _, f := range p.fields {
		f.reset()
	}
}

// shrink lets pages without rows go beyond a number of times what other uses.
func (p *pages) shrink(other *pages, times int) {
	if n := times * other.used; n < len(p.leaf) {
		clear(p.leaf[n:])
		p.leaf = p.leaf[:n]
	}
	for i, f := range p.fields {
		f.shrink(other.fields[i], times)
	}
}

// append copies the listed rows of src.
func (p *pages) append(src *batch.Column, rows []int32) {
	if p.kind.Kind != types.Struct {
		p.appendLeaf(src, rows)
		return
	}
	if src.Type.Kind == types.Null {
		flat := batch.NewColumn(p.kind, 0)
		flat.AppendRows(src, rows, nil)
		src, rows = flat, batch.Identity(len(rows))
	}
	if src.HasNulls() {
		for i, r := range rows {
			if src.Null(int(r)) {
				p.setNull(p.rows + i)
			}
		}
	}
	if src.Const {
		rows = make([]int32, len(rows))
	}
	for i, f := range p.fields {
		f.append(src.Children[i], rows)
	}
	p.rows += len(rows)
}

func (p *pages) setNull(row int) {
	for len(p.nulls) <= row>>6 {
		p.nulls = append(p.nulls, 0)
	}
	p.nulls[row>>6] |= 1 << (row & 63)
}

func (p *pages) appendLeaf(src *batch.Column, rows []int32) {
	for len(rows) > 0 {
		at := p.rows & (batch.PageRows - 1)
		n := min(len(rows), batch.PageRows-at)
		p.filling().Append(src, rows[:n])
		rows = rows[n:]
		p.rows += n
	}
}

// filling is the page that has room.
func (p *pages) filling() *batch.Page {
	if p.rows < p.used<<batch.PageBits {
		return p.leaf[p.used-1]
	}
	capacity := 0
	if p.used > 0 { // the first page may stay small
		capacity, p.texts = batch.PageRows, p.leaf[p.used-1].Bytes()
	}
	if p.used == len(p.leaf) {
		p.leaf = append(p.leaf, batch.NewPage(p.kind, capacity, p.texts+p.texts/8))
	}
	p.used++
	return p.leaf[p.used-1]
}

// take appends the listed rows to out.
func (p *pages) take(out *batch.Column, rows []int32) {
	if p.kind.Kind != types.Struct {
		out.AppendPages(p.leaf[:p.used], rows)
		return
	}
	at := out.Len()
	out.Extend(len(rows))
	for i, f := range p.fields {
		child := out.Children[i]
		child.Truncate(at)
		f.take(child, rows)
	}
	if len(p.nulls) == 0 {
		return
	}
	for i, r := range rows {
		if int(r>>6) < len(p.nulls) && p.nulls[r>>6]>>(r&63)&1 != 0 {
			out.SetNull(at + i)
		}
	}
}
