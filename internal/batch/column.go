package batch

import (
	"fmt"
	"unsafe"

	"github.com/weirstream/weir/internal/invariant"
	"github.com/weirstream/weir/types"
)

// Size is the number of rows that operators and readers aim at in a batch.
const Size = 8192

// Value lists the Go types of a column's values.
type Value interface {
	bool | int8 | int16 | int32 | int64 | float32 | float64 | string | types.Decimal | types.Interval
}

// Column is one column of a batch.
//
// Its physical form follows its type's kind:
//
//	boolean []bool       byte []int8      short []int16
//	int, date, year-month interval                             []int32
//	long, time, timestamp, timestamp_ntz, day-time interval    []int64
//	float []float32      double []float64 decimal []types.Decimal
//	string, binary, variant []string      calendar interval []types.Interval
//	array    Offsets, Children[0]                  row i: [Offsets[i], Offsets[i+1])
//	map      Offsets, Children[0] keys, Children[1] values
//	struct   Children, one a field, each with the rows of the struct
//	null     nothing; every row is null
//
// A field of a struct may be non-null where the struct is null: readers ask the
// struct first.
type Column struct {
	// Type is what the column holds. It never changes.
	Type types.Type
	// Const says that row 0 stands for every row of the batch.
	Const bool
	// Offsets delimit the rows of an array or map: Len()+1 entries, rising.
	Offsets []int32
	// Children are the columns inside an array, map or struct.
	Children []*Column

	length int
	valid  []uint64       // bit i: row i is not null; nil: nothing is null
	bitmap []uint64       // the buffer behind valid, kept for reuse
	data   unsafe.Pointer // values, physical type by Type.Kind
	cap    int            // values that fit at data
}

// NewColumn is an empty column of this type with room for capacity rows.
func NewColumn(t types.Type, capacity int) *Column {
	c := &Column{Type: t}
	switch t.Kind {
	case types.Array:
		c.Children = []*Column{NewColumn(*t.Elem, 0)}
	case types.Map:
		c.Children = []*Column{NewColumn(*t.Key, 0), NewColumn(*t.Elem, 0)}
	case types.Struct:
		for _, f := range t.Fields {
			c.Children = append(c.Children, NewColumn(f.Type, capacity))
		}
	}
	c.reserve(capacity)
	return c
}

// Wrap is a column over values that already lie in memory, which it shares.
// valid may be nil. It is for types with one Go value per row.
func Wrap[T Value](t types.Type, values []T, valid []uint64) *Column {
	c := &Column{Type: t, length: len(values), valid: valid, cap: cap(values)}
	checkPhysical[T](t)
	c.data = unsafe.Pointer(unsafe.SliceData(values))
	return c
}

// Reset makes c a column over other values of the same type, as [Wrap] does,
// without allocating.
func Reset[T Value](c *Column, values []T, valid []uint64) {
	checkPhysical[T](c.Type)
	c.Const, c.length, c.valid, c.cap = false, len(values), valid, cap(values)
	c.data = unsafe.Pointer(unsafe.SliceData(values))
}

// Values are the values of all rows of c, nulls included, as its physical Go
// type. The slice is c's own: writing to it changes the column. A T that is not
// the type's is a programmer's error.
func Values[T Value](c *Column) []T {
	checkPhysical[T](c.Type)
	if c.data == nil {
		return nil
	}
	return unsafe.Slice((*T)(c.data), c.length)
}

// Len is the number of rows; 1 for a constant.
func (c *Column) Len() int { return c.length }

// Resize makes c a column of n rows whose values are unspecified and of which
// none is null. Buffers are kept and grown. An array or map gets n empty rows
// and its children none; the children of a struct are resized with it.
func (c *Column) Resize(n int) {
	c.Const = false
	c.valid = nil
	c.reserve(n)
	c.length = n
	switch c.Type.Kind {
	case types.Array, types.Map:
		clear(c.Offsets)
		for _, child := range c.Children {
			child.Resize(0)
		}
	case types.Struct:
		for _, child := range c.Children {
			child.Resize(n)
		}
	case types.Null:
		c.SetAllNull()
	}
}

// Extend adds n rows behind the present ones, whose values are kept. The new
// values are unspecified and not null.
func (c *Column) Extend(n int) {
	old := c.length
	c.grow(old + n)
	c.length = old + n
	if c.valid != nil {
		c.ownValid(c.length)
		for i := old; i < c.length; i++ {
			c.valid[i>>6] |= 1 << (i & 63)
		}
	}
	switch c.Type.Kind {
	case types.Array, types.Map:
		for len(c.Offsets) < c.length+1 {
			last := int32(0)
			if len(c.Offsets) > 0 {
				last = c.Offsets[len(c.Offsets)-1]
			}
			c.Offsets = append(c.Offsets, last)
		}
	case types.Struct:
		for _, child := range c.Children {
			child.Extend(n)
		}
	case types.Null:
		c.SetAllNull()
	}
}

// Valid is the validity bitmap, bit i for row i, or nil where nothing is null.
// Bits beyond the last row are unspecified.
func (c *Column) Valid() []uint64 { return c.valid }

// SetValid makes v, which may be nil, the validity bitmap. The column shares it.
func (c *Column) SetValid(v []uint64) { c.valid = v }

// HasNulls reports whether any row may be null.
func (c *Column) HasNulls() bool { return c.valid != nil }

// Null reports whether row i is null. For a constant every i is its one row.
func (c *Column) Null(i int) bool {
	if c.valid == nil {
		return false
	}
	if c.Const {
		i = 0
	}
	return c.valid[i>>6]>>(i&63)&1 == 0
}

// SetNull makes row i null.
func (c *Column) SetNull(i int) {
	if c.valid == nil {
		c.allValid()
	} else if unsafe.SliceData(c.valid) != unsafe.SliceData(c.bitmap) {
		c.ownValid(c.length)
	}
	c.valid[i>>6] &^= 1 << (i & 63)
}

// SetNotNull takes back SetNull.
func (c *Column) SetNotNull(i int) {
	if c.valid != nil {
		c.ownValid(c.length)
		c.valid[i>>6] |= 1 << (i & 63)
	}
}

// SetAllNull makes every row null.
func (c *Column) SetAllNull() {
	c.allValid()
	clear(c.valid)
}

// CopyValid gives c, which has src's length, its own copy of src's bitmap. A
// constant's nullness is spread over all rows.
func (c *Column) CopyValid(src *Column) {
	switch {
	case src.valid == nil:
		c.valid = nil
	case src.Const && src.Null(0):
		c.SetAllNull()
	case src.Const:
		c.valid = nil
	default:
		c.allValid()
		copy(c.valid, src.valid)
	}
}

// AndValid makes null every row of c that is null in src. A constant src counts
// for all rows.
func (c *Column) AndValid(src *Column) {
	switch {
	case src.valid == nil:
	case c.valid == nil:
		c.CopyValid(src)
	case src.Const:
		if src.Null(0) {
			c.SetAllNull()
		}
	default:
		c.ownValid(c.length)
		for i := range min(len(c.valid), len(src.valid)) {
			c.valid[i] &= src.valid[i]
		}
	}
}

// Words is the length of a bitmap for n rows.
func Words(n int) int { return (n + 63) >> 6 }

// allValid points valid at c's own buffer with every row valid.
func (c *Column) allValid() {
	n := Words(c.length)
	if cap(c.bitmap) < n {
		c.bitmap = make([]uint64, n, max(n, Words(c.cap), 2*cap(c.bitmap)))
	}
	c.bitmap = c.bitmap[:n]
	c.valid = c.bitmap
	for i := range c.valid {
		c.valid[i] = ^uint64(0)
	}
}

// ownValid makes valid c's own buffer, for n rows, keeping what it says. Bits of
// rows that valid did not cover are unspecified.
func (c *Column) ownValid(n int) {
	words := Words(n)
	shared := unsafe.SliceData(c.valid) != unsafe.SliceData(c.bitmap)
	switch {
	case cap(c.bitmap) < words:
		c.bitmap = append(make([]uint64, 0, 2*words), c.valid...)
	case shared:
		c.bitmap = append(c.bitmap[:0], c.valid...)
	}
	c.bitmap = c.bitmap[:words]
	c.valid = c.bitmap
}

// reserve makes room for n rows; values are lost.
func (c *Column) reserve(n int) {
	switch c.Type.Kind {
	case types.Array, types.Map:
		if cap(c.Offsets) < n+1 {
			c.Offsets = make([]int32, n+1)
		}
		c.Offsets = c.Offsets[:n+1]
	}
	if n > c.cap || c.data == nil {
		c.allocate(n)
	}
}

// grow makes room for n rows and keeps the values.
func (c *Column) grow(n int) {
	if n <= c.cap {
		return
	}
	old := *c
	c.allocate(max(n, 2*c.cap, 64))
	size := width(c.Type.Kind)
	if size == 0 || old.length == 0 {
		return
	}
	if physical(c.Type.Kind) == physString {
		copy(unsafe.Slice((*string)(c.data), old.length), unsafe.Slice((*string)(old.data), old.length))
		return
	}
	copy(unsafe.Slice((*byte)(c.data), old.length*size), unsafe.Slice((*byte)(old.data), old.length*size))
}

func (c *Column) allocate(n int) {
	c.cap = n
	switch physical(c.Type.Kind) {
	case physNone:
	case physBool:
		c.data = unsafe.Pointer(unsafe.SliceData(make([]bool, n)))
	case physInt8:
		c.data = unsafe.Pointer(unsafe.SliceData(make([]int8, n)))
	case physInt16:
		c.data = unsafe.Pointer(unsafe.SliceData(make([]int16, n)))
	case physInt32:
		c.data = unsafe.Pointer(unsafe.SliceData(make([]int32, n)))
	case physInt64:
		c.data = unsafe.Pointer(unsafe.SliceData(make([]int64, n)))
	case physFloat32:
		c.data = unsafe.Pointer(unsafe.SliceData(make([]float32, n)))
	case physFloat64:
		c.data = unsafe.Pointer(unsafe.SliceData(make([]float64, n)))
	case physDecimal:
		c.data = unsafe.Pointer(unsafe.SliceData(make([]types.Decimal, n)))
	case physInterval:
		c.data = unsafe.Pointer(unsafe.SliceData(make([]types.Interval, n)))
	case physString:
		c.data = unsafe.Pointer(unsafe.SliceData(make([]string, n)))
	}
}

// checkPhysical stops a programmer's error in builds with invariants.
func checkPhysical[T Value](t types.Type) {
	if !invariant.Enabled {
		return
	}
	var zero T
	if physicalOf(any(zero)) != physical(t.Kind) {
		panic(fmt.Sprintf("batch: values of kind %d are not %T", t.Kind, zero)) // a programmer's error
	}
}
