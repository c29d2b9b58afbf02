package batch

import "github.com/weirstream/weir/types"

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
// Strings are copied into arena; with a nil arena they stay views.
func (c *Column) AppendRows(src *Column, rows []int32, arena *Arena) {
	start := c.length
	c.Extend(len(rows))
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
		if arena != nil {
			values := Values[string](c)[start:]
			for i, s := range values {
				values[i] = arena.Copy(s)
			}
		}
	case physNone:
		c.appendNested(src, rows, start, arena)
	}
	c.takeValid(src, start, rows)
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

func (c *Column) takeValid(src *Column, start int, rows []int32) {
	for i, r := range rows {
		if r < 0 || src.valid != nil && src.Null(int(r)) {
			c.SetNull(start + i)
		}
	}
}

func (c *Column) appendNested(src *Column, rows []int32, start int, arena *Arena) {
	switch c.Type.Kind {
	case types.Struct:
		// Extend has lengthened the children; they take their rows anew.
		if src.Const {
			rows = make([]int32, len(rows))
		}
		for k, child := range c.Children {
			child.Truncate(start)
			child.AppendRows(src.Children[k], rows, arena)
		}
	case types.Array, types.Map:
		var inner []int32
		end := int32(c.Children[0].length)
		for i, r := range rows {
			if src.Const && r > 0 {
				r = 0
			}
			if r >= 0 && !src.Null(int(r)) {
				for k := src.Offsets[r]; k < src.Offsets[r+1]; k++ {
					inner = append(inner, k)
				}
				end += src.Offsets[r+1] - src.Offsets[r]
			}
			c.Offsets[start+i+1] = end
		}
		for k, child := range c.Children {
			child.AppendRows(src.Children[k], inner, arena)
		}
	}
}

// Truncate drops the rows from n on.
func (c *Column) Truncate(n int) {
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
	if c.valid != nil && len(c.valid) > Words(n) {
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
	zeroRows     = make([]int32, Size)
	identityRows = makeIdentity(Size)
)

func makeIdentity(n int) []int32 {
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

// Share makes c show src's rows without copying: values, children and validity
// are src's until c's next change. c is of src's type.
func (c *Column) Share(src *Column) {
	c.Const, c.length, c.valid = src.Const, src.length, src.valid
	c.data, c.cap = src.data, src.length
	c.Offsets, c.Children = src.Offsets, src.Children
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
