package batch

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/bitutil"

	"github.com/weirstream/weir/types"
)

// FromArrow makes b show the rows of an Arrow record, column by column in their
// order. A batch without columns gets those of the record. See
// [Column.FromArrow].
func FromArrow(r arrow.RecordBatch, b *Batch) error {
	if b.Columns == nil {
		s, err := types.SchemaFromArrow(r.Schema())
		if err != nil {
			return err
		}
		b.Columns = New(s).Columns
	}
	if len(b.Columns) != int(r.NumCols()) {
		return fmt.Errorf("the Arrow record has %d columns, not %d", r.NumCols(), len(b.Columns))
	}
	for i, c := range b.Columns {
		if err := c.FromArrow(r.Column(i).Data()); err != nil {
			return fmt.Errorf("column %s: %w", r.ColumnName(i), err)
		}
	}
	b.Rows, b.Sel = int(r.NumRows()), nil
	return nil
}

// FromArrow makes c show the values of an Arrow array, which has a type that
// [types.TypeFromArrow] turns into c's; a struct of c may have fewer fields,
// which are found by name. c is good until the array is released.
//
// Values are not copied where Arrow holds them as a column does: fixed-width
// values, offsets and validity are shared, strings become views of the array's
// bytes. Booleans are unpacked; other units, unsigned numbers and dictionaries
// are converted. Offsets need not begin with 0 and children may have rows behind
// the last. An array whose buffers are too short for its type is an error, so
// that a damaged file cannot read foreign memory. (Arrow's buffers are
// little-endian, as are the machines that weir runs on.)
func (c *Column) FromArrow(d arrow.ArrayData) error { return c.fromArrow(d, 0, d.Len()) }

// errArrow says that an Arrow array is not what its type says.
var errArrow = errors.New("the Arrow array is damaged: a buffer is too short or an offset out of range")

// arrowRows are n rows of an Arrow array from row first on, counted without the
// array's own offset; start is counted with it.
type arrowRows struct {
	d               arrow.ArrayData
	dt              arrow.DataType
	first, start, n int
}

// buffer is the i-th buffer, nil where there is none.
func (x *arrowRows) buffer(i int) []byte {
	if b := x.d.Buffers(); i < len(b) && b[i] != nil {
		return b[i].Bytes()
	}
	return nil
}

func (c *Column) fromArrow(d arrow.ArrayData, first, n int) error {
	x := &arrowRows{d: d, dt: d.DataType(), first: first, start: d.Offset() + first, n: n}
	if e, ok := x.dt.(arrow.ExtensionType); ok {
		x.dt = e.StorageType()
	}
	t, err := types.TypeFromArrow(x.dt)
	if err != nil {
		return err
	}
	if physical(t.Kind) != physical(c.Type.Kind) || physical(t.Kind) == physNone && t.Kind != c.Type.Kind {
		return fmt.Errorf("the Arrow type %s does not give %s", x.dt, c.Type)
	}
	if first+n > d.Len() {
		return errArrow
	}
	switch x.dt.ID() {
	case arrow.NULL:
		c.Resize(n)
		return nil
	case arrow.STRUCT:
		return c.structFromArrow(x)
	case arrow.LIST, arrow.LARGE_LIST, arrow.FIXED_SIZE_LIST, arrow.MAP:
		return c.listFromArrow(x)
	case arrow.DICTIONARY:
		return c.dictionaryFromArrow(x)
	}
	if err := c.valuesFromArrow(x); err != nil {
		return err
	}
	valid, err := c.validFromArrow(x)
	c.valid = valid
	return err
}

// valuesFromArrow takes values of types that have one per row.
func (c *Column) valuesFromArrow(x *arrowRows) error {
	switch x.dt.ID() {
	case arrow.BOOL:
		return c.boolsFromArrow(x)
	case arrow.STRING, arrow.BINARY:
		return textFromArrow[int32](c, x)
	case arrow.LARGE_STRING, arrow.LARGE_BINARY:
		return textFromArrow[int64](c, x)
	case arrow.STRING_VIEW, arrow.BINARY_VIEW:
		return c.textViewsFromArrow(x)
	case arrow.FIXED_SIZE_BINARY:
		return c.fixedTextFromArrow(x)
	case arrow.INT8:
		return shareArrow[int8](c, x)
	case arrow.INT16:
		return shareArrow[int16](c, x)
	case arrow.INT32, arrow.DATE32, arrow.INTERVAL_MONTHS:
		return shareArrow[int32](c, x)
	case arrow.INT64:
		return shareArrow[int64](c, x)
	case arrow.FLOAT32:
		return shareArrow[float32](c, x)
	case arrow.FLOAT64:
		return shareArrow[float64](c, x)
	case arrow.DECIMAL128:
		return shareArrow[types.Decimal](c, x)
	default:
		return c.convertArrow(x)
	}
}

// arrowSlice is the rows of a buffer of fixed-width values, as they lie there or,
// where they do not lie at a multiple of their size, copied.
func arrowSlice[T any](b []byte, start, n int) ([]T, error) {
	var zero T
	size, align := int(unsafe.Sizeof(zero)), unsafe.Alignof(zero)
	if n == 0 {
		return nil, nil
	}
	if (start+n)*size > len(b) {
		return nil, errArrow
	}
	p := unsafe.Pointer(&b[start*size])
	if uintptr(p)%align == 0 {
		return unsafe.Slice((*T)(p), n), nil
	}
	values := make([]T, n)
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), n*size), b[start*size:])
	return values, nil
}

func shareArrow[T Value](c *Column, x *arrowRows) error {
	values, err := arrowSlice[T](x.buffer(1), x.start, x.n)
	if err == nil {
		Reset(c, values, nil)
	}
	return err
}

// validFromArrow is the validity of the rows, shared where it begins at a word.
func (c *Column) validFromArrow(x *arrowRows) ([]uint64, error) {
	b := x.buffer(0)
	if b == nil || x.n == 0 || x.d.NullN() == 0 {
		return nil, nil
	}
	if (x.start+x.n+7)/8 > len(b) {
		return nil, errArrow
	}
	words := Words(x.n)
	if at := x.start / 8; x.start%64 == 0 && at+words*8 <= cap(b) {
		if p := unsafe.Pointer(&b[at]); uintptr(p)%8 == 0 {
			return unsafe.Slice((*uint64)(p), words), nil
		}
	}
	if cap(c.bitmap) < words {
		c.bitmap = make([]uint64, words)
	}
	c.bitmap = c.bitmap[:words]
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(&c.bitmap[0])), words*8)
	bitutil.CopyBitmap(b, x.start, x.n, bytes, 0)
	return c.bitmap, nil
}

func (c *Column) boolsFromArrow(x *arrowRows) error {
	b := x.buffer(1)
	if (x.start+x.n+7)/8 > len(b) {
		return errArrow
	}
	c.Resize(x.n)
	for i := range Values[bool](c) {
		k := x.start + i
		Values[bool](c)[i] = b[k>>3]>>(k&7)&1 == 1
	}
	return nil
}

// textFromArrow makes views of the strings between offsets.
func textFromArrow[O int32 | int64](c *Column, x *arrowRows) error {
	c.Resize(x.n)
	if x.n == 0 {
		return nil
	}
	offsets, err := arrowSlice[O](x.buffer(1), x.start, x.n+1)
	if err != nil {
		return err
	}
	text, values := View(x.buffer(2)), Values[string](c)
	begin := offsets[0]
	if begin < 0 {
		return errArrow
	}
	for i, end := range offsets[1:] {
		if end < begin || int64(end) > int64(len(text)) {
			return errArrow
		}
		values[i] = text[begin:end]
		begin = end
	}
	return nil
}

// textViewsFromArrow makes views of strings that Arrow holds as views.
func (c *Column) textViewsFromArrow(x *arrowRows) error {
	c.Resize(x.n)
	headers, err := arrowSlice[arrow.ViewHeader](x.buffer(1), x.start, x.n)
	if err != nil {
		return err
	}
	values := Values[string](c)
	for i := range headers {
		h := &headers[i]
		switch {
		case x.d.NullN() != 0 && x.buffer(0) != nil && !bitutil.BitIsSet(x.buffer(0), x.start+i):
			values[i] = ""
		case h.Len() < 0:
			return errArrow
		case h.IsInline():
			values[i] = View(h.InlineBytes())
		default:
			b := x.buffer(2 + int(h.BufferIndex()))
			from, to := int(h.BufferOffset()), int(h.BufferOffset())+h.Len()
			if from < 0 || to > len(b) {
				return errArrow
			}
			values[i] = View(b[from:to])
		}
	}
	return nil
}

func (c *Column) fixedTextFromArrow(x *arrowRows) error {
	c.Resize(x.n)
	width := x.dt.(*arrow.FixedSizeBinaryType).ByteWidth
	b := x.buffer(1)
	if (x.start+x.n)*width > len(b) {
		return errArrow
	}
	values := Values[string](c)
	for i := range values {
		values[i] = View(b[(x.start+i)*width:][:width])
	}
	return nil
}

func (c *Column) structFromArrow(x *arrowRows) error {
	st := x.dt.(*arrow.StructType)
	valid, err := c.validFromArrow(x)
	if err != nil {
		return err
	}
	c.ShareStruct(x.n, valid)
	for i, f := range c.Type.Fields {
		k := i
		if i >= st.NumFields() || st.Field(i).Name != f.Name {
			at, ok := st.FieldIdx(f.Name)
			if !ok {
				return fmt.Errorf("field %s: it is not in the Arrow struct", f.Name)
			}
			k = at
		}
		// The array's own offset counts for its children, too.
		if err := c.Children[i].fromArrow(x.d.Children()[k], x.start, x.n); err != nil {
			return fmt.Errorf("field %s: %w", f.Name, err)
		}
	}
	return nil
}

// listFromArrow takes lists and maps. The children are taken whole.
func (c *Column) listFromArrow(x *arrowRows) error {
	child := x.d.Children()[0]
	if err := c.offsetsFromArrow(x); err != nil {
		return err
	}
	last := int32(0)
	for i, end := range c.Offsets {
		if end < last || int(end) > child.Len() {
			return fmt.Errorf("row %d: %w", i, errArrow)
		}
		last = end
	}
	valid, err := c.validFromArrow(x)
	if err != nil {
		return err
	}
	c.valid = valid
	if x.dt.ID() != arrow.MAP {
		return c.Children[0].fromArrow(child, 0, child.Len())
	}
	for i, inner := range c.Children {
		if err := inner.fromArrow(child.Children()[i], child.Offset(), child.Len()); err != nil {
			return err
		}
	}
	return nil
}

func (c *Column) offsetsFromArrow(x *arrowRows) error {
	if x.n == 0 {
		c.Resize(0)
		return nil
	}
	switch x.dt.ID() {
	case arrow.LIST, arrow.MAP:
		offsets, err := arrowSlice[int32](x.buffer(1), x.start, x.n+1)
		if err == nil {
			c.ShareOffsets(offsets, nil)
		}
		return err
	case arrow.LARGE_LIST:
		offsets, err := arrowSlice[int64](x.buffer(1), x.start, x.n+1)
		if err != nil {
			return err
		}
		c.Resize(x.n)
		for i, o := range offsets {
			if c.Offsets[i] = int32(o); int64(c.Offsets[i]) != o {
				return errArrow
			}
		}
	case arrow.FIXED_SIZE_LIST:
		size := int(x.dt.(*arrow.FixedSizeListType).Len())
		c.Resize(x.n)
		for i := range c.Offsets {
			c.Offsets[i] = int32((x.start + i) * size)
		}
	}
	return nil
}

// dictionaryFromArrow gives every row its value of the dictionary.
func (c *Column) dictionaryFromArrow(x *arrowRows) error {
	dictionary := NewColumn(c.Type, 0)
	if err := dictionary.FromArrow(x.d.Dictionary()); err != nil {
		return err
	}
	valid, err := c.validFromArrow(x)
	if err != nil {
		return err
	}
	rows := make([]int32, x.n)
	index := &arrowRows{d: x.d, dt: x.dt.(*arrow.DictionaryType).IndexType, first: x.first, start: x.start, n: x.n}
	if err := indexesFromArrow(index, rows); err != nil {
		return err
	}
	for i, r := range rows {
		if valid != nil && valid[i>>6]>>(i&63)&1 == 0 {
			rows[i] = -1
		} else if r < 0 || int(r) >= dictionary.length {
			return errArrow
		}
	}
	c.Take(dictionary, rows)
	return nil
}
