package batch

import (
	"fmt"
	"math"
	"math/bits"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// ToArrow is the rows of b that count as a record of this schema, which is the
// one that [types.Schema.Arrow] gives for b's columns. The caller releases it.
//
// Where b has no selection, fixed-width values, offsets and validity are shared:
// the record is good no longer than b. All else (strings, booleans, selected
// rows, constants) is copied into memory from mem. It fails where a column has
// more bytes of text than Arrow's 32-bit offsets reach, and where an interval
// has more microseconds than fit as nanoseconds.
func ToArrow(b *Batch, s *arrow.Schema, mem memory.Allocator) (arrow.RecordBatch, error) {
	if len(b.Columns) != s.NumFields() {
		return nil, fmt.Errorf("the Arrow schema has %d columns, not %d", s.NumFields(), len(b.Columns))
	}
	columns := make([]arrow.Array, 0, len(b.Columns))
	defer func() {
		for _, a := range columns {
			a.Release()
		}
	}()
	for i, c := range b.Columns {
		data, err := c.toArrow(toArrow{dt: s.Field(i).Type, mem: mem, rows: b.Sel, n: b.Len()})
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", s.Field(i).Name, err)
		}
		columns = append(columns, array.MakeFromData(data))
		data.Release()
	}
	return array.NewRecordBatch(s, columns, int64(b.Len())), nil
}

// toArrow says what to make: an array of this type of the listed rows, or of the
// first n where rows is nil.
type toArrow struct {
	dt   arrow.DataType
	mem  memory.Allocator
	rows []int32
	n    int
}

// with is x for a column inside, with other rows.
func (x toArrow) with(dt arrow.DataType, rows []int32, n int) toArrow {
	return toArrow{dt: dt, mem: x.mem, rows: rows, n: n}
}

func (c *Column) toArrow(x toArrow) (arrow.ArrayData, error) {
	if c.Const {
		x.rows = zeros(x.n)
	}
	if x.rows == nil && x.n > c.length {
		return nil, fmt.Errorf("the column has %d rows, not %d", c.length, x.n)
	}
	switch c.Type.Kind {
	case types.Null:
		return array.NewData(arrow.Null, x.n, []*memory.Buffer{nil}, nil, x.n, 0), nil
	case types.Struct:
		return c.structToArrow(x)
	case types.Array, types.Map:
		return c.listToArrow(x)
	}
	valid, nulls := c.validToArrow(x)
	var values, text *memory.Buffer
	var err error
	switch physical(c.Type.Kind) {
	case physBool:
		values = boolsToArrow(c, x)
	case physInterval:
		values, err = intervalsToArrow(c, x)
	case physString:
		values, text, err = textToArrow(c, x)
	default:
		values = c.fixedToArrow(x)
	}
	buffers := []*memory.Buffer{valid, values}
	if text != nil {
		buffers = append(buffers, text)
	}
	defer release(buffers)
	if err != nil {
		return nil, err
	}
	return array.NewData(x.dt, x.n, buffers, nil, nulls, 0), nil
}

// release gives back the caller's hold on buffers. An array keeps its own.
func release(buffers []*memory.Buffer) {
	for _, b := range buffers {
		if b != nil {
			b.Release()
		}
	}
}

// asBytes is the memory of a slice.
func asBytes[T any](values []T) []byte {
	var zero T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), len(values)*int(unsafe.Sizeof(zero)))
}

// newBuffer is a buffer with room for n values, and the values.
func newBuffer[T any](mem memory.Allocator, n int) (*memory.Buffer, []T) {
	var zero T
	b := memory.NewResizableBuffer(mem)
	b.Resize(n * int(unsafe.Sizeof(zero)))
	if n == 0 {
		return b, nil
	}
	return b, unsafe.Slice((*T)(unsafe.Pointer(&b.Bytes()[0])), n)
}

// validToArrow is the validity and the number of nulls, nil and 0 for none.
func (c *Column) validToArrow(x toArrow) (*memory.Buffer, int) {
	if c.valid == nil || x.n == 0 {
		return nil, 0
	}
	valid := 0
	if x.rows == nil {
		words := c.valid[:Words(x.n)]
		for _, w := range words {
			valid += bits.OnesCount64(w)
		}
		if last := x.n & 63; last != 0 {
			valid -= bits.OnesCount64(words[len(words)-1] >> last)
		}
		return memory.NewBufferBytes(asBytes(words)), x.n - valid
	}
	b, words := newBuffer[uint64](x.mem, Words(x.n))
	clear(words)
	for i, r := range x.rows {
		if c.valid[r>>6]>>(r&63)&1 == 1 {
			words[i>>6] |= 1 << (i & 63)
			valid++
		}
	}
	return b, x.n - valid
}

// fixedToArrow shares or gathers fixed-width values.
func (c *Column) fixedToArrow(x toArrow) *memory.Buffer {
	switch physical(c.Type.Kind) {
	case physInt8:
		return gather[int8](c, x)
	case physInt16:
		return gather[int16](c, x)
	case physInt32:
		return gather[int32](c, x)
	case physInt64:
		return gather[int64](c, x)
	case physFloat32:
		return gather[float32](c, x)
	case physFloat64:
		return gather[float64](c, x)
	default:
		return gather[types.Decimal](c, x)
	}
}

func gather[T Value](c *Column, x toArrow) *memory.Buffer {
	from := Values[T](c)
	if x.rows == nil {
		return memory.NewBufferBytes(asBytes(from[:x.n]))
	}
	b, to := newBuffer[T](x.mem, x.n)
	for i, r := range x.rows {
		to[i] = from[r]
	}
	return b
}

func boolsToArrow(c *Column, x toArrow) *memory.Buffer {
	b, words := newBuffer[uint64](x.mem, Words(x.n))
	clear(words)
	values := Values[bool](c)
	for i := range x.n {
		if values[x.row(i)] {
			words[i>>6] |= 1 << (i & 63)
		}
	}
	return b
}

// row is the i-th row to take.
func (x toArrow) row(i int) int {
	if x.rows != nil {
		return int(x.rows[i])
	}
	return i
}

func intervalsToArrow(c *Column, x toArrow) (*memory.Buffer, error) {
	b, to := newBuffer[arrow.MonthDayNanoInterval](x.mem, x.n)
	values := Values[types.Interval](c)
	for i := range to {
		row := x.row(i)
		v := values[row]
		if c.Null(row) {
			v = types.Interval{}
		}
		if v.Micros > math.MaxInt64/1000 || v.Micros < math.MinInt64/1000 {
			return b, fmt.Errorf("row %d: an interval of %d microseconds does not fit as nanoseconds", row, v.Micros)
		}
		to[i] = arrow.MonthDayNanoInterval{Months: v.Months, Days: v.Days, Nanoseconds: v.Micros * 1000}
	}
	return b, nil
}

func textToArrow(c *Column, x toArrow) (offsets, text *memory.Buffer, err error) {
	values := Values[string](c)
	offsets, ends := newBuffer[int32](x.mem, x.n+1)
	ends[0] = 0
	total := 0
	for i := range x.n {
		if row := x.row(i); !c.Null(row) {
			total += len(values[row])
		}
		ends[i+1] = int32(total)
		if total > math.MaxInt32 {
			return offsets, nil, fmt.Errorf("the text of %d rows is longer than 2 GiB; take fewer rows", x.n)
		}
	}
	text, bytes := newBuffer[byte](x.mem, total)
	for i := range x.n {
		if ends[i+1] > ends[i] {
			copy(bytes[ends[i]:], values[x.row(i)])
		}
	}
	return offsets, text, nil
}

func (c *Column) structToArrow(x toArrow) (arrow.ArrayData, error) {
	st := x.dt.(*arrow.StructType)
	var children []arrow.ArrayData
	defer func() {
		for _, d := range children {
			d.Release()
		}
	}()
	for i, child := range c.Children {
		d, err := child.toArrow(x.with(st.Field(i).Type, x.rows, x.n))
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", st.Field(i).Name, err)
		}
		children = append(children, d)
	}
	valid, nulls := c.validToArrow(x)
	defer release([]*memory.Buffer{valid})
	return array.NewData(x.dt, x.n, []*memory.Buffer{valid}, children, nulls, 0), nil
}

func (c *Column) listToArrow(x toArrow) (arrow.ArrayData, error) {
	offsets, rows, n := c.offsetsToArrow(x)
	defer release([]*memory.Buffer{offsets})
	var child arrow.ArrayData
	var err error
	if m, ok := x.dt.(*arrow.MapType); ok {
		child, err = c.entriesToArrow(x.with(m.Elem(), rows, n))
	} else {
		child, err = c.Children[0].toArrow(x.with(x.dt.(arrow.ListLikeType).Elem(), rows, n))
	}
	if err != nil {
		return nil, err
	}
	defer child.Release()
	valid, nulls := c.validToArrow(x)
	defer release([]*memory.Buffer{valid})
	return array.NewData(x.dt, x.n, []*memory.Buffer{valid, offsets}, []arrow.ArrayData{child}, nulls, 0), nil
}

// offsetsToArrow is the offsets of the rows and the rows of the children that
// they delimit: the first n, or those listed.
func (c *Column) offsetsToArrow(x toArrow) (offsets *memory.Buffer, rows []int32, n int) {
	if x.rows == nil && x.n > 0 && !c.Children[0].Const {
		return memory.NewBufferBytes(asBytes(c.Offsets[:x.n+1])), nil, int(c.Offsets[x.n])
	}
	offsets, ends := newBuffer[int32](x.mem, x.n+1)
	ends[0] = 0
	rows = []int32{}
	for i := range x.n {
		if row := x.row(i); !c.Null(row) {
			for k := c.Offsets[row]; k < c.Offsets[row+1]; k++ {
				rows = append(rows, k)
			}
		}
		ends[i+1] = int32(len(rows))
	}
	return offsets, rows, len(rows)
}

// entriesToArrow is the entries of a map: a struct of key and value that is
// never null.
func (c *Column) entriesToArrow(x toArrow) (arrow.ArrayData, error) {
	st := x.dt.(*arrow.StructType)
	key, err := c.Children[0].toArrow(x.with(st.Field(0).Type, x.rows, x.n))
	if err != nil {
		return nil, err
	}
	defer key.Release()
	if key.NullN() > 0 {
		return nil, fault.New(fault.NullMapKey, "a key of a map is null")
	}
	value, err := c.Children[1].toArrow(x.with(st.Field(1).Type, x.rows, x.n))
	if err != nil {
		return nil, err
	}
	defer value.Release()
	return array.NewData(x.dt, x.n, []*memory.Buffer{nil}, []arrow.ArrayData{key, value}, 0, 0), nil
}
