package batch

import (
	"slices"

	"github.com/weirstream/weir/types"
)

// Take makes c the rows of src that rows lists, in that order; a negative row
// gives null. Strings stay views. c is of src's type and not src.
func (c *Column) Take(src *Column, rows []int32) {
	c.Resize(0)
	c.AppendRows(src, rows, nil)
}

// Append adds the rows of src that sel lists, or its first n rows where sel is
// nil, to c. Strings are copied into arena; with a nil arena they stay views.
func (c *Column) Append(src *Column, sel []int32, n int, arena *Arena) {
	if sel == nil {
		sel = Identity(n)
	}
	c.AppendRows(src, sel, arena)
}

// AppendRows adds the listed rows of src to c; a negative row adds a null.
// Strings are copied into arena; with a nil arena they stay views. src may be of
// the null type, whatever c's is.
func (c *Column) AppendRows(src *Column, rows []int32, arena *Arena) {
	start := c.length
	c.extend(len(rows))
	if src.Type.Kind == types.Null && c.Type.Kind != types.Null {
		c.appendNulls(start, len(rows))
		return
	}
	switch physical(c.Type.Kind) {
	case physBool:
		take[bool](c, src, start, rows)
	case physInt8:
		take[int8](c, src, start, rows)
	case physInt16:
		take[int16](c, src, start, rows)
	case physInt32:
		take[int32](c, src, start, rows)
	case physInt64:
		take[int64](c, src, start, rows)
	case physFloat32:
		take[float32](c, src, start, rows)
	case physFloat64:
		take[float64](c, src, start, rows)
	case physDecimal:
		take[types.Decimal](c, src, start, rows)
	case physInterval:
		take[types.Interval](c, src, start, rows)
	case physString:
		take[string](c, src, start, rows)
	case physNone:
		c.appendNested(src, rows, start, arena)
		c.appendOffsets(src, rows, start)
	}
	c.takeValid(src, start, rows)
	if arena != nil && physical(c.Type.Kind) == physString {
		c.keep(start, arena)
	}
}

// appendNulls makes the n rows from start on, which extend has added, null.
func (c *Column) appendNulls(start, n int) {
	for i := range n {
		c.SetNull(start + i)
	}
	if c.Type.Kind == types.Struct {
		for _, child := range c.Children {
			child.extend(n)
			child.appendNulls(start, n)
		}
	}
}

func take[T Value](c, src *Column, start int, rows []int32) {
	to, from := Values[T](c)[start:], Values[T](src)
	if src.Const {
		for i := range to {
			to[i] = from[0]
		}
		return
	}
	to = to[:len(rows)]
	var zero T
	for i, r := range rows {
		if r < 0 {
			to[i] = zero
		} else {
			to[i] = from[r]
		}
	}
}

// keep copies the strings from start on into arena. What stands in null rows is
// dropped: it may be of a batch that is long gone.
func (c *Column) keep(start int, arena *Arena) {
	values := Values[string](c)
	for i := start; i < len(values); i++ {
		if c.valid != nil && c.valid[i>>6]>>(i&63)&1 == 0 {
			values[i] = ""
		} else {
			values[i] = arena.Copy(values[i])
		}
	}
}

// takeValid makes null the rows from start on that are so in src, or negative.
func (c *Column) takeValid(src *Column, start int, rows []int32) {
	if src.valid == nil || src.Const {
		first := slices.IndexFunc(rows, func(r int32) bool { return r < 0 || src.Const && src.Null(0) })
		if first < 0 {
			return
		}
		c.SetNull(start + first) // makes the bitmap ours
		if src.Const && src.Null(0) {
			for i := range rows {
				c.SetNull(start + i)
			}
			return
		}
		for i, r := range rows {
			k := start + i
			c.valid[k>>6] &^= uint64(uint32(r)>>31) << (k & 63)
		}
		return
	}
	for i, r := range rows {
		if r < 0 || src.valid[r>>6]>>(r&63)&1 == 0 {
			c.SetNull(start + i)
		}
	}
}

// appendNested adds to the children what the listed rows of src hold.
func (c *Column) appendNested(src *Column, rows []int32, start int, arena *Arena) {
	switch c.Type.Kind {
	case types.Struct:
		if src.Const {
			rows = zeros(len(rows))
		}
	case types.Array, types.Map:
		inner := c.rows[:0]
		for _, r := range rows {
			if r < 0 || src.Null(int(r)) {
				continue
			}
			if src.Const {
				r = 0
			}
			for k := src.Offsets[r]; k < src.Offsets[r+1]; k++ {
				inner = append(inner, k)
			}
		}
		rows, c.rows = inner, inner
		start = int(c.Offsets[start]) // children may have rows behind those that are ours
		for _, child := range c.Children {
			child.Truncate(start)
		}
	}
	for k, child := range c.Children {
		child.AppendRows(src.Children[k], rows, arena)
	}
}

// appendOffsets sets the offsets of the rows of an array or map that were added.
func (c *Column) appendOffsets(src *Column, rows []int32, start int) {
	if c.Type.Kind != types.Array && c.Type.Kind != types.Map {
		return
	}
	end := c.Offsets[start]
	for i, r := range rows {
		if r >= 0 && !src.Null(int(r)) {
			if src.Const {
				r = 0
			}
			end += src.Offsets[r+1] - src.Offsets[r]
		}
		c.Offsets[start+i+1] = end
	}
}

// Truncate drops the rows from n on. A constant stays one row, unless n is 0.
func (c *Column) Truncate(n int) {
	if c.Const {
		if n > 0 {
			return
		}
		c.Const = false
	}
	c.length = n
	switch c.Type.Kind {
	case types.Array, types.Map:
		c.Offsets = c.Offsets[:n+1]
		for _, child := range c.Children {
			child.Truncate(int(c.Offsets[n]))
		}
	case types.Struct:
		for _, child := range c.Children {
			child.Truncate(n)
		}
	}
	switch {
	case n == 0:
		c.valid = nil
	case c.valid != nil && len(c.valid) > Words(n):
		c.valid = c.valid[:Words(n)]
	}
}

// Flat is c itself, or, for a constant, into made to hold n equal rows. into is
// of c's type and is reused.
func (c *Column) Flat(n int, into *Column) *Column {
	if !c.Const {
		return c
	}
	into.Resize(0)
	into.AppendRows(c, zeros(n), nil)
	return into
}

func zeros(n int) []int32 {
	if n <= len(zeroRows) {
		return zeroRows[:n]
	}
	return make([]int32, n)
}

// Identity is the rows 0 to n-1. The slice is shared: nobody writes to it.
func Identity(n int) []int32 {
	if n <= len(identityRows) {
		return identityRows[:n]
	}
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

// Tables of row numbers, read only.
var (
	zeroRows     = makeZeros(Size)
	identityRows = makeIdentity(Size)
)

func makeZeros(n int) []int32 { return make([]int32, n) }

func makeIdentity(n int) []int32 {
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

// Share makes c show src's rows without copying: values, children and validity
// are src's. What c does next leaves them alone: Resize goes back to c's own
// buffers, Extend and SetNull copy first. Only who writes to [Values] or Offsets
// writes to src. c is of src's type.
func (c *Column) Share(src *Column) {
	c.lend()
	c.Const, c.length, c.valid = src.Const, src.length, src.valid
	c.data, c.Offsets = src.data, src.Offsets
	for k, child := range c.Children {
		child.Share(src.Children[k])
	}
}

// ShareFields makes c, a struct, show some fields of src, those at these places, as
// [Column.Share] shows all of them.
func (c *Column) ShareFields(src *Column, fields []int) {
	c.Const, c.length, c.valid = src.Const, src.length, src.valid
	for k, field := range fields {
		c.Children[k].Share(src.Children[field])
	}
}

// ShareOffsets makes c, an array or map, rows over the offsets given, one more
// than rows, without copying them. The children are the caller's to fill.
func (c *Column) ShareOffsets(offsets []int32, valid []uint64) {
	c.lend()
	c.Const, c.length, c.valid, c.Offsets = false, len(offsets)-1, valid, offsets
}

// ShareStruct makes c, a struct, n rows with this validity. The children are the
// caller's to fill.
func (c *Column) ShareStruct(n int, valid []uint64) {
	c.Const, c.length, c.valid = false, n, valid
}

// Range is the rows from first to first+n-1, for a caller that does not write to
// them.
func Range(first, n int) []int32 {
	if first+n <= len(identityRows) {
		return identityRows[first : first+n]
	}
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(first + i)
	}
	return rows
}
