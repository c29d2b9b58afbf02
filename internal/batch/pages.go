package batch

import (
	"slices"
	"unsafe"

	"github.com/weirstream/weir/internal/invariant"
	"github.com/weirstream/weir/types"
)

// PageBits and PageRows say how many rows a page has: row n of a list of pages is row
// n & (PageRows-1) of page n >> PageBits.
const (
	PageBits = 13
	PageRows = 1 << PageBits
)

// Page keeps copies of up to [PageRows] rows of a column, for long. Texts lie behind one
// another and the page knows where each ends, so that the garbage collector, which would
// follow a pointer for every text of a large state, finds two:
//
//	bytes  a p p l e p e a r f i g
//	ends            5       9     12
type Page struct {
	column *Column // nil: the rows are texts
	arena  Arena   // the texts within nested rows

	ends  []int
	bytes []byte
	valid []uint64 // of texts; nil: no nulls
}

// NewPage is an empty page of a column of this type, with room for so many rows and, of
// texts, bytes.
func NewPage(t types.Type, rows, bytes int) *Page {
	if physical(t.Kind) != physString {
		return &Page{column: NewColumn(t, rows)}
	}
	return &Page{ends: make([]int, 0, rows), bytes: make([]byte, 0, bytes)}
}

// Column is the page's rows as a column; nil if they are texts.
func (p *Page) Column() *Column { return p.column }

// Bytes is how many bytes its texts have.
func (p *Page) Bytes() int { return len(p.bytes) }

// Memory is how many bytes of memory it holds, used or not.
func (p *Page) Memory() int {
	if p.column != nil {
		return p.column.Bytes() + p.arena.Bytes()
	}
	return cap(p.bytes) + 8*cap(p.ends) + 8*cap(p.valid)
}

// Reset forgets the rows, and what was taken of them.
func (p *Page) Reset() {
	if p.column != nil {
		p.column.Resize(0)
		p.arena.Reset()
		return
	}
	if invariant.Enabled {
		invariant.Poison(p.bytes)
	}
	p.ends, p.bytes, p.valid = p.ends[:0], p.bytes[:0], nil
}

// Append copies the listed rows of src.
func (p *Page) Append(src *Column, rows []int32) {
	if p.column != nil {
		p.column.AppendRows(src, rows, &p.arena)
		return
	}
	if src.Type.Kind == types.Null {
		for range rows {
			p.appendNull()
		}
		return
	}
	values, total := Values[string](src), 0
	if src.Const {
		rows = zeros(len(rows))
	}
	for _, r := range rows {
		total += len(values[r])
	}
	p.bytes = slices.Grow(p.bytes, total)
	if src.valid != nil {
		for _, r := range rows {
			if src.Null(int(r)) {
				p.appendNull()
			} else {
				p.bytes = append(p.bytes, values[r]...)
				p.ends = append(p.ends, len(p.bytes))
			}
		}
		return
	}
	for _, r := range rows {
		p.bytes = append(p.bytes, values[r]...)
		p.ends = append(p.ends, len(p.bytes))
	}
}

func (p *Page) appendNull() {
	if p.valid == nil {
		p.valid = make([]uint64, Words(PageRows))
		for i := range p.valid {
			p.valid[i] = ^uint64(0)
		}
	}
	row := len(p.ends)
	p.valid[row>>6] &^= 1 << (row & 63)
	p.ends = append(p.ends, len(p.bytes))
}

// null reports whether a row is null.
func (p *Page) null(row int32) bool {
	if p.column != nil {
		return p.column.Null(int(row))
	}
	return p.valid != nil && p.valid[row>>6]>>(row&63)&1 == 0
}

// hasNulls reports whether any row may be null.
func (p *Page) hasNulls() bool { return p.valid != nil || p.column != nil && p.column.valid != nil }

// TakePages makes c the rows of pages that rows lists, in that order. Pages are of c's
// type; those that no row is of may be nil. Strings are views.
func (c *Column) TakePages(pages []*Page, rows []int32) {
	c.Resize(0)
	c.AppendPages(pages, rows)
}

// AppendPages adds the listed rows of pages to c; see [Column.TakePages].
func (c *Column) AppendPages(pages []*Page, rows []int32) {
	if physical(c.Type.Kind) == physNone {
		c.appendRuns(pages, rows)
		return
	}
	start := c.length
	c.extend(len(rows))
	switch physical(c.Type.Kind) {
	case physBool:
		takePages[bool](c, pages, start, rows)
	case physInt8:
		takePages[int8](c, pages, start, rows)
	case physInt16:
		takePages[int16](c, pages, start, rows)
	case physInt32:
		takePages[int32](c, pages, start, rows)
	case physInt64:
		takePages[int64](c, pages, start, rows)
	case physFloat32:
		takePages[float32](c, pages, start, rows)
	case physFloat64:
		takePages[float64](c, pages, start, rows)
	case physDecimal:
		takePages[types.Decimal](c, pages, start, rows)
	case physInterval:
		takePages[types.Interval](c, pages, start, rows)
	case physString:
		takeTexts(c, pages, start, rows)
	}
	if slices.ContainsFunc(pages, func(p *Page) bool { return p != nil && p.hasNulls() }) {
		for i, r := range rows {
			if pages[r>>PageBits].null(r & (PageRows - 1)) {
				c.SetNull(start + i)
			}
		}
	}
}

func takePages[T Value](c *Column, pages []*Page, start int, rows []int32) {
	to := Values[T](c)[start:]
	for len(rows) > 0 {
		n, together := inRow(rows)
		if together {
			copy(to[:n], Values[T](pages[rows[0]>>PageBits].column)[rows[0]&(PageRows-1):])
		} else {
			some := to[:n]
			for i, r := range rows[:n] {
				p := pages[r>>PageBits].column
				some[i] = *(*T)(unsafe.Add(p.data, uintptr(r&(PageRows-1))*unsafe.Sizeof(some[i])))
			}
		}
		to, rows = to[n:], rows[n:]
	}
}

// inRow is how many of the rows, from the first on, follow each other in one page, and
// true; or, where those are few, how many to take one by one before it is asked again.
func inRow(rows []int32) (n int, together bool) {
	const few, some = 8, 64
	n = 1
	for n < len(rows) && rows[n] == rows[n-1]+1 && rows[n]&(PageRows-1) != 0 {
		n++
	}
	if n < few {
		return min(some, len(rows)), false
	}
	return n, true
}

func takeTexts(c *Column, pages []*Page, start int, rows []int32) {
	to := Values[string](c)[start:]
	for len(rows) > 0 {
		n, together := inRow(rows)
		if together {
			p, row, from := pages[rows[0]>>PageBits], int(rows[0]&(PageRows-1)), 0
			if row > 0 {
				from = p.ends[row-1]
			}
			views := to[:n]
			for i, end := range p.ends[row : row+n] {
				views[i] = View(p.bytes[from:end])
				from = end
			}
		} else {
			views := to[:n]
			for i, r := range rows[:n] {
				p, row, from := pages[r>>PageBits], r&(PageRows-1), 0
				if row > 0 {
					from = p.ends[row-1]
				}
				views[i] = View(p.bytes[from:p.ends[row]])
			}
		}
		to, rows = to[n:], rows[n:]
	}
}

// appendRuns adds rows that follow each other in a page together.
func (c *Column) appendRuns(pages []*Page, rows []int32) {
	var run []int32
	for at := 0; at < len(rows); {
		page := rows[at] >> PageBits
		for run = run[:0]; at < len(rows) && rows[at]>>PageBits == page; at++ {
			run = append(run, rows[at]&(PageRows-1))
		}
		c.AppendRows(pages[page].column, run, nil)
	}
}
