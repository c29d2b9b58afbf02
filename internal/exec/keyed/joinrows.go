package keyed

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// minCompact is the number of rows that are gone from which on [joinRows] may copy
// those that are left.
const minCompact = 4096

// joinRows keeps copies of rows in pages, strings with their bytes. A row has a
// place: its page's number and its own in that.
//
//	page 0 ██████░░   page 1 (free)   page 2 ████████   page 3 ███  ◀─ being filled
//
// Rows come about in the order of their times and leave so, so that most pages
// empty as a whole: an empty one is filled again, with its memory. Where others keep
// holes, pages that are half empty are copied together once half of all rows are
// gone, so that the cost is a constant a row.
type joinRows struct {
	types   []types.Type
	columns [][]*batch.Page // by column and page; nil: the page is free
	pages   []*joinPage     // by number; nil: free
	free    []int32         // the numbers of free pages
	spare   []*joinPage     // pages that may be filled again
	filling int32           // the number of the page that is being filled; -1: none
	live    int             // rows in the pages
	gone    int             // holes in the pages
	bytes   []int           // by column: those of the texts of the last full page
	least   int             // rows that a page must bring to be taken over as it is
	holes   int             // rows that must be gone before the others are copied together
	moving  []*batch.Column // scratch of compact
	local   []int32         // scratch
}

// joinPage is a page of rows.
type joinPage struct {
	columns []*batch.Page
	owner   []int32 // by row: its slot, -1 where it is gone
	live    int
}

func newJoinRows(columns []types.Type) joinRows {
	r := joinRows{types: columns, columns: make([][]*batch.Page, len(columns)), bytes: make([]int, len(columns)), least: minAdopted, holes: minCompact, filling: -1}
	for _, t := range columns {
		r.moving = append(r.moving, batch.NewColumn(t, 0))
	}
	return r
}

func (r *joinRows) reset() {
	for i := range r.pages {
		if r.pages[i] != nil {
			r.release(int32(i))
		}
	}
	r.filling = -1
}

// add copies the listed rows for slots, and notes their places.
func (r *joinRows) add(columns []*batch.Column, rows, slots, places []int32) {
	r.live += len(rows)
	for len(rows) > 0 {
		p := r.page()
		at := len(p.owner)
		n := min(len(rows), batch.PageRows-at)
		for i, c := range p.columns {
			c.Append(columns[i], rows[:n])
		}
		p.owner = append(p.owner, slots[:n]...)
		p.live += n
		first := r.filling<<batch.PageBits + int32(at)
		for i, slot := range slots[:n] {
			places[slot] = first + int32(i)
		}
		rows, slots = rows[n:], slots[n:]
	}
}

// page is the page being filled, which has room.
func (r *joinRows) page() *joinPage {
	if r.filling >= 0 {
		if p := r.pages[r.filling]; len(p.owner) < batch.PageRows {
			return p
		}
	}
	if r.filling >= 0 {
		for i, c := range r.pages[r.filling].columns {
			r.bytes[i] = c.Bytes()
		}
	}
	var p *joinPage
	if n := len(r.spare); n > 0 {
		p, r.spare = r.spare[n-1], r.spare[:n-1]
	} else {
		p = &joinPage{}
		capacity := 0
		if r.filling >= 0 { // the first page may stay small
			capacity = batch.PageRows
		}
		for i, t := range r.types {
			p.columns = append(p.columns, batch.NewPage(t, capacity, r.bytes[i]+r.bytes[i]/8))
		}
	}
	full := r.filling
	r.filling = r.number(p)
	if full >= 0 && r.pages[full].live == 0 {
		r.release(full)
	}
	return p
}

// minAdopted is how many rows a page must bring to be taken over: with fewer the pages
// would be many and small.
const minAdopted = batch.PageRows / 2

// unused are empty pages, one a column, that may be given away; nil if there are none.
func (r *joinRows) unused() []*batch.Page {
	n := len(r.spare)
	if n == 0 {
		return nil
	}
	p := r.spare[n-1]
	r.spare = r.spare[:n-1]
	return p.columns
}

// giveBack takes back what unused has given.
func (r *joinRows) giveBack(columns []*batch.Page) {
	if columns != nil {
		r.spare = append(r.spare, &joinPage{columns: columns})
	}
}

// adopt takes over a page of so many rows, of which the listed ones are those of
// slots, and notes their places.
func (r *joinRows) adopt(columns []*batch.Page, rows int, sel, slots, places []int32) {
	p := &joinPage{columns: columns, owner: make([]int32, rows), live: len(sel)}
	for i := range p.owner {
		p.owner[i] = -1
	}
	number := r.number(p)
	for i, row := range sel {
		p.owner[row] = slots[i]
		places[slots[i]] = number<<batch.PageBits + row
	}
	r.live += len(sel)
	r.gone += rows - len(sel)
}

// number gives a page a number.
func (r *joinRows) number(p *joinPage) int32 {
	var n int32
	if k := len(r.free); k > 0 {
		n, r.free = r.free[k-1], r.free[:k-1]
	} else {
		n = int32(len(r.pages))
		r.pages = append(r.pages, nil)
		for i := range r.columns {
			r.columns[i] = append(r.columns[i], nil)
		}
	}
	r.pages[n] = p
	for i, c := range p.columns {
		r.columns[i][n] = c
	}
	return n
}

// drop makes a hole. A page that has no other rows is free then.
func (r *joinRows) drop(place int32) {
	number := place >> batch.PageBits
	p := r.pages[number]
	p.owner[place&(batch.PageRows-1)] = -1
	p.live--
	r.live--
	if r.gone++; p.live == 0 && number != r.filling {
		r.release(number)
	}
}

// release frees a page.
func (r *joinRows) release(number int32) {
	p := r.pages[number]
	r.live -= p.live
	r.gone -= len(p.owner) - p.live
	for i, c := range p.columns {
		c.Reset()
		r.columns[i][number] = nil
	}
	p.owner, p.live = p.owner[:0], 0
	r.pages[number] = nil
	r.free = append(r.free, number)
	if len(r.spare) <= len(r.pages)/2 {
		r.spare = append(r.spare, p)
	}
}

// compact fills the holes if they are many. places is where the rows of slots lie.
func (r *joinRows) compact(places []int32) {
	if r.gone < r.holes || r.gone < r.live {
		return
	}
	r.filling = -1
	for number, p := range slices.Clone(r.pages) {
		if p == nil || p.live > len(p.owner)/2 {
			continue
		}
		r.local = r.local[:0]
		slots := make([]int32, 0, p.live)
		for row, slot := range p.owner {
			if slot >= 0 {
				r.local, slots = append(r.local, int32(number<<batch.PageBits+row)), append(slots, slot)
			}
		}
		for i, c := range r.moving {
			c.TakePages(r.columns[i], r.local)
		}
		r.add(r.moving, batch.Identity(len(slots)), slots, places)
		r.release(int32(number))
	}
}

// column is the column, not one of texts, that a place lies in, and the row there.
func (r *joinRows) column(k int, place int32) (*batch.Column, int) {
	return r.columns[k][place>>batch.PageBits].Column(), int(place & (batch.PageRows - 1))
}
