package batch

import (
	"unsafe"

	"github.com/weirstream/weir/types"
)

// PageBits and PageRows say how many rows a page has: row n of a list of pages is row
// n & (PageRows-1) of page n >> PageBits.
const (
	PageBits = 13
	PageRows = 1 << PageBits
)

// TakePages makes c the rows of pages that rows lists, in that order. Pages are
// columns of c's type, none of them constant; those that no row is of may be nil.
// Strings stay views.
func (c *Column) TakePages(pages []*Column, rows []int32) {
	c.Resize(0)
	c.AppendPages(pages, rows)
}

// AppendPages adds the listed rows of pages to c; see [Column.TakePages].
func (c *Column) AppendPages(pages []*Column, rows []int32) {
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
		takePages[string](c, pages, start, rows)
	}
	for _, p := range pages {
		if p != nil && p.valid != nil {
			c.takePagesValid(pages, start, rows)
			return
		}
	}
}

func takePages[T Value](c *Column, pages []*Column, start int, rows []int32) {
	to := Values[T](c)[start:]
	to = to[:len(rows)]
	for i, r := range rows {
		p := pages[r>>PageBits]
		to[i] = *(*T)(unsafe.Add(p.data, uintptr(r&(PageRows-1))*unsafe.Sizeof(to[i])))
	}
}

func (c *Column) takePagesValid(pages []*Column, start int, rows []int32) {
	for i, r := range rows {
		if pages[r>>PageBits].Null(int(r & (PageRows - 1))) {
			c.SetNull(start + i)
		}
	}
}

// appendRuns adds rows that follow each other in a page together.
func (c *Column) appendRuns(pages []*Column, rows []int32) {
	var run []int32
	for at := 0; at < len(rows); {
		page := rows[at] >> PageBits
		for run = run[:0]; at < len(rows) && rows[at]>>PageBits == page; at++ {
			run = append(run, rows[at]&(PageRows-1))
		}
		c.AppendRows(pages[page], run, nil)
	}
}
