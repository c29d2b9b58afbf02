package aggregate

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// cells hold one value of any type, or none, for each group. A new value is
// appended to a column; what nobody points to is collected when there is more of
// it than of the rest.
//
//	slots    [2 0 – 3]      by group
//	column   [a x b c]      x: garbage
type cells struct {
	column, other *batch.Column
	arena, spare  *batch.Arena
	slots         []int32 // -1: none
	live          int     // slots that are not -1
	rows          []int32 // scratch
}

func newCells(t types.Type) *cells {
	return &cells{column: batch.NewColumn(t, 0), other: batch.NewColumn(t, 0),
		arena: &batch.Arena{}, spare: &batch.Arena{}}
}

// reset empties the groups from ≤ g < to.
func (c *cells) reset(from, to int) {
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
		c.column.Resize(0)
		c.arena.Reset()
	}
}

func (c *cells) has(g int32) bool { return c.slots[g] >= 0 }

// set gives each of the groups, which differ, the value of a row of src.
func (c *cells) set(groups []int32, src *batch.Column, rows []int32) {
	if len(groups) == 0 {
		return
	}
	at := int32(c.column.Len())
	c.column.AppendRows(src, rows, c.arena)
	for i, g := range groups {
		if c.slots[g] < 0 {
			c.live++
		}
		c.slots[g] = at + int32(i)
	}
	if c.column.Len() > 2*c.live+1024 {
		c.collect()
	}
}

// collect keeps only what groups point to.
func (c *cells) collect() {
	c.rows = c.rows[:0]
	for g, s := range c.slots {
		if s >= 0 {
			c.slots[g] = int32(len(c.rows))
			c.rows = append(c.rows, s)
		}
	}
	c.other.Resize(0)
	c.other.AppendRows(c.column, c.rows, c.spare)
	c.column, c.other = c.other, c.column
	c.arena, c.spare = c.spare, c.arena
	c.spare.Reset()
}

// append appends the values of groups to out, null for none. Strings are views.
func (c *cells) append(out *batch.Column, groups []int32) {
	c.rows = c.rows[:0]
	for _, g := range groups {
		c.rows = append(c.rows, c.slots[g])
	}
	out.AppendRows(c.column, c.rows, nil)
}

// winners are, while a batch is added, the rows of it that groups have chosen.
type winners struct {
	row     []int32 // by group, -1: none
	touched []int32 // groups that have chosen
	rows    []int32 // scratch
}

// reset makes room for n groups.
func (w *winners) reset(n int) {
	old := len(w.row)
	w.row = grown(w.row, n)
	for i := old; i < n; i++ {
		w.row[i] = -1
	}
}

func (w *winners) won(g int32) bool { return w.row[g] >= 0 }

// set makes row the choice of g.
func (w *winners) set(g, row int32) {
	if w.row[g] < 0 {
		w.touched = append(w.touched, g)
	}
	w.row[g] = row
}

// take gives the groups that have chosen and their rows, and forgets them. The
// slices are good until the next set.
func (w *winners) take() (groups, rows []int32) {
	w.rows = slices.Grow(w.rows[:0], len(w.touched))
	for _, g := range w.touched {
		w.rows = append(w.rows, w.row[g])
		w.row[g] = -1
	}
	groups = w.touched
	w.touched = w.touched[:0]
	return groups, w.rows
}
