package batch

import (
	"fmt"
	"slices"
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
	// Offsets delimit the rows of an array or map: Len()+1 entries, rising. To
	// show offsets of somebody else's use [Column.ShareOffsets].
	Offsets []int32
	// Children are the columns inside an array, map or struct.
	Children []*Column

	length int
	valid  []uint64       // bit i: row i is not null; nil: nothing is null
	bitmap []uint64       // the column's own buffer for valid, kept for reuse
	data   unsafe.Pointer // values, physical type by Type.Kind
	buffer unsafe.Pointer // the column's own buffer for data, kept for reuse
	cap    int            // values that fit at buffer
	// shared says that data and Offsets are somebody else's and are not
	// written to; offsets is then the column's own buffer for Offsets.
	shared  bool
	offsets []int32
	rows    []int32 // scratch: rows of the children to copy
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
	c := &Column{Type: t}
	Reset(c, values, valid)
	return c
}

// Reset makes c a column over other values of the same type, as [Wrap] does,
// without allocating. c keeps its own buffers for its next Resize.
func Reset[T Value](c *Column, values []T, valid []uint64) {
	checkPhysical[T](c.Type)
	c.lend()
	c.Const, c.length, c.valid = false, len(values), valid
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
// none is null (all are, of the null type). Buffers are kept and grown; what c
// shared it leaves alone. An array or map gets n empty rows and its children
// none; the children of a struct are resized with it.
func (c *Column) Resize(n int) {
	c.Const = false
	c.valid = nil
	c.unlend()
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
// values are unspecified and not null (null, of the null type). A constant
// becomes a column of one row first.
func (c *Column) Extend(n int) {
	c.extend(n)
	if c.Type.Kind == types.Struct {
		for _, child := range c.Children {
			child.Extend(n)
		}
	}
}

// extend is Extend without the children of a struct.
func (c *Column) extend(n int) {
	old := c.length
	c.Const = false
	c.own(old + n)
	c.length = old + n
	if c.valid != nil {
		c.ownValid(c.length)
		setBits(c.valid, old, c.length)
	}
	switch c.Type.Kind {
	case types.Array, types.Map:
		last := c.Offsets[old]
		c.Offsets = slices.Grow(c.Offsets[:old+1], n)[:c.length+1]
		for i := old + 1; i < len(c.Offsets); i++ {
			c.Offsets[i] = last
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
	} else {
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

// setBits sets the bits from first to the one before end.
func setBits(bits []uint64, first, end int) {
	for ; first < end && first&63 != 0; first++ {
		bits[first>>6] |= 1 << (first & 63)
	}
	for ; first < end; first += 64 {
		bits[first>>6] = ^uint64(0)
	}
}

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

// ownValid makes valid, which is not nil, c's own buffer for n rows, keeping
// what it says. Bits of rows that valid did not cover are unspecified.
func (c *Column) ownValid(n int) {
	words := Words(n)
	own := unsafe.SliceData(c.valid) == unsafe.SliceData(c.bitmap)
	if own && len(c.valid) >= words {
		return
	}
	switch {
	case cap(c.bitmap) < words:
		c.bitmap = append(make([]uint64, 0, 2*words), c.valid...)
	case !own:
		c.bitmap = append(c.bitmap[:0], c.valid[:min(len(c.valid), words)]...)
	}
	c.bitmap = c.bitmap[:words]
	c.valid = c.bitmap
}

// lend says that data and Offsets are about to be somebody else's.
func (c *Column) lend() {
	if !c.shared {
		c.shared, c.offsets = true, c.Offsets
	}
}

// unlend gives c its own buffers back; what it showed is gone.
func (c *Column) unlend() {
	if c.shared {
		c.shared, c.data = false, c.buffer
		c.Offsets, c.offsets = c.offsets, nil
	}
}

// reserve makes room for n rows; values are lost. c is not shared.
func (c *Column) reserve(n int) {
	switch c.Type.Kind {
	case types.Array, types.Map:
		if cap(c.Offsets) < n+1 {
			c.Offsets = make([]int32, n+1)
		}
		c.Offsets = c.Offsets[:n+1]
	}
	if c.short(n) {
		c.allocate(n)
	}
}

// own makes room for n rows in c's own buffers and keeps the values.
func (c *Column) own(n int) {
	if !c.shared && !c.short(n) {
		return
	}
	old, rows := c.data, c.length
	if c.shared {
		offsets := c.Offsets
		c.unlend()
		c.Offsets = append(c.Offsets[:0], offsets...)
	}
	if c.short(n) {
		c.allocate(max(n, 2*c.cap, minRows))
	}
	size := width(c.Type.Kind)
	switch {
	case size == 0 || rows == 0 || old == c.data:
	case physical(c.Type.Kind) == physString:
		copy(unsafe.Slice((*string)(c.data), rows), unsafe.Slice((*string)(old), rows))
	default:
		copy(unsafe.Slice((*byte)(c.data), rows*size), unsafe.Slice((*byte)(old), rows*size))
	}
}

// short reports whether the own buffer has no room for n rows.
func (c *Column) short(n int) bool {
	return n > c.cap || c.buffer == nil && width(c.Type.Kind) > 0
}

// minRows is the room that a column grows to at least.
const minRows = 64

// allocate makes an own buffer for n rows, which becomes data.
func (c *Column) allocate(n int) {
	c.cap = n
	switch physical(c.Type.Kind) {
	case physNone:
	case physBool:
		c.buffer = unsafe.Pointer(unsafe.SliceData(make([]bool, n)))
	case physInt8:
		c.buffer = unsafe.Pointer(unsafe.SliceData(make([]int8, n)))
	case physInt16:
		c.buffer = unsafe.Pointer(unsafe.SliceData(make([]int16, n)))
	case physInt32:
		c.buffer = unsafe.Pointer(unsafe.SliceData(make([]int32, n)))
	case physInt64:
		c.buffer = unsafe.Pointer(unsafe.SliceData(make([]int64, n)))
	case physFloat32:
		c.buffer = unsafe.Pointer(unsafe.SliceData(make([]float32, n)))
	case physFloat64:
		c.buffer = unsafe.Pointer(unsafe.SliceData(make([]float64, n)))
	case physDecimal:
		c.buffer = unsafe.Pointer(unsafe.SliceData(make([]types.Decimal, n)))
	case physInterval:
		c.buffer = unsafe.Pointer(unsafe.SliceData(make([]types.Interval, n)))
	case physString:
		c.buffer = unsafe.Pointer(unsafe.SliceData(make([]string, n)))
	}
	c.data = c.buffer
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
