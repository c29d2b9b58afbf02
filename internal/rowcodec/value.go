package rowcodec

import (
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// Values writes and reads rows of some types in the short form. It has no state:
// one may be used by many goroutines.
type Values struct {
	types []types.Type
}

// NewValues is the codec for rows of these types.
func NewValues(list []types.Type) *Values { return &Values{types: list} }

// Encode appends a row to dst for each row of in. Floating-point numbers keep
// their bits.
func (v *Values) Encode(in Input, dst *Rows) {
	for i := range in.len() {
		dst.Bytes = appendFields(dst.Bytes, in.Columns, in.row(i))
		dst.end()
	}
}

// appendFields appends the values of a row of columns that lie side by side: a
// bit for each that is null, then those that are not.
func appendFields(dst []byte, columns []*batch.Column, row int) []byte {
	nulls := len(dst)
	for i, c := range columns {
		if i&7 == 0 {
			dst = append(dst, 0)
		}
		if c.Null(row) {
			dst[nulls+i>>3] |= 1 << (i & 7)
		}
	}
	for i, c := range columns {
		if dst[nulls+i>>3]>>(i&7)&1 == 0 {
			dst = appendValue(dst, c, row)
		}
	}
	return dst
}

// appendValue appends the value of a row that is not null.
func appendValue(dst []byte, c *batch.Column, row int) []byte {
	if c.Const {
		row = 0
	}
	switch c.Type.Kind {
	case types.Boolean:
		if batch.Values[bool](c)[row] {
			return append(dst, 1)
		}
		return append(dst, 0)
	case types.Byte:
		return append(dst, byte(batch.Values[int8](c)[row]))
	case types.Short:
		return binary.AppendVarint(dst, int64(batch.Values[int16](c)[row]))
	case types.Int, types.Date, types.YearMonthInterval:
		return binary.AppendVarint(dst, int64(batch.Values[int32](c)[row]))
	case types.Long, types.DayTimeInterval:
		return binary.AppendVarint(dst, batch.Values[int64](c)[row])
	case types.Time, types.Timestamp, types.TimestampNTZ:
		return binary.LittleEndian.AppendUint64(dst, uint64(batch.Values[int64](c)[row]))
	case types.Float:
		return binary.LittleEndian.AppendUint32(dst, math.Float32bits(batch.Values[float32](c)[row]))
	case types.Double:
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(batch.Values[float64](c)[row]))
	case types.Decimal128:
		d := batch.Values[types.Decimal](c)[row]
		if c.Type.Precision > longDigits {
			dst = binary.LittleEndian.AppendUint64(dst, d.Lo)
			return binary.LittleEndian.AppendUint64(dst, uint64(d.Hi))
		}
		return binary.AppendVarint(dst, int64(d.Lo))
	case types.String, types.Binary, types.Variant:
		s := batch.Values[string](c)[row]
		return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
	case types.CalendarInterval:
		i := batch.Values[types.Interval](c)[row]
		dst = binary.AppendVarint(dst, int64(i.Months))
		dst = binary.AppendVarint(dst, int64(i.Days))
		return binary.AppendVarint(dst, i.Micros)
	case types.Struct:
		return appendFields(dst, c.Children, row)
	case types.Array, types.Map:
		first, end := int(c.Offsets[row]), int(c.Offsets[row+1])
		dst = binary.AppendUvarint(dst, uint64(end-first))
		for _, child := range c.Children {
			dst = appendElements(dst, child, first, end)
		}
	}
	return dst
}

// appendElements appends the rows of c from first to the one before end: a bit
// for each that is null, then those that are not.
func appendElements(dst []byte, c *batch.Column, first, end int) []byte {
	nulls := len(dst)
	for i := range end - first {
		if i&7 == 0 {
			dst = append(dst, 0)
		}
		if c.Null(first + i) {
			dst[nulls+i>>3] |= 1 << (i & 7)
		}
	}
	for i := range end - first {
		if dst[nulls+i>>3]>>(i&7)&1 == 0 {
			dst = appendValue(dst, c, first+i)
		}
	}
	return dst
}

// Decode makes columns, which have the codec's types, hold the rows of src.
// Strings are views of src.
func (v *Values) Decode(src *Rows, columns []*batch.Column) error {
	n := src.Len()
	for _, c := range columns {
		c.Resize(n)
	}
	for i := range n {
		r := reader{b: src.Row(i)}
		r.fields(columns, i)
		if r.failed || len(r.b) > 0 {
			return fmt.Errorf("row %d: %w", i, ErrDamaged)
		}
	}
	return nil
}

// take takes n bytes.
func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) little64() uint64 {
	if b := r.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (r *reader) fields(columns []*batch.Column, row int) {
	nulls := r.take(uint64(len(columns)+7) / 8)
	for i, c := range columns {
		switch {
		case r.failed:
			return
		case nulls[i>>3]>>(i&7)&1 == 1:
			c.SetNull(row)
			blank(c, row)
		default:
			r.value(c, row)
		}
	}
}

// value reads a value that is not null into a row of c.
func (r *reader) value(c *batch.Column, row int) {
	switch c.Type.Kind {
	case types.Boolean:
		batch.Values[bool](c)[row] = r.byte() != 0
	case types.Byte:
		batch.Values[int8](c)[row] = int8(r.byte())
	case types.Short:
		batch.Values[int16](c)[row] = int16(r.varint())
	case types.Int, types.Date, types.YearMonthInterval:
		batch.Values[int32](c)[row] = int32(r.varint())
	case types.Long, types.DayTimeInterval:
		batch.Values[int64](c)[row] = r.varint()
	case types.Time, types.Timestamp, types.TimestampNTZ:
		batch.Values[int64](c)[row] = int64(r.little64())
	case types.Float:
		if b := r.take(4); b != nil {
			batch.Values[float32](c)[row] = math.Float32frombits(binary.LittleEndian.Uint32(b))
		}
	case types.Double:
		batch.Values[float64](c)[row] = math.Float64frombits(r.little64())
	case types.Decimal128:
		if c.Type.Precision > longDigits {
			lo := r.little64()
			batch.Values[types.Decimal](c)[row] = types.Decimal{Lo: lo, Hi: int64(r.little64())}
		} else {
			batch.Values[types.Decimal](c)[row] = types.DecimalFromInt64(r.varint())
		}
	case types.String, types.Binary, types.Variant:
		batch.Values[string](c)[row] = batch.View(r.take(r.uvarint()))
	case types.CalendarInterval:
		batch.Values[types.Interval](c)[row] = types.Interval{
			Months: int32(r.varint()), Days: int32(r.varint()), Micros: r.varint()}
	case types.Struct:
		r.fields(c.Children, row)
	case types.Array, types.Map:
		r.list(c, row)
	default:
		r.fail() // the null type has no values
	}
}

func (r *reader) list(c *batch.Column, row int) {
	n := r.uvarint()
	// An element takes at least its bit in nulls.
	if n > 8*uint64(len(r.b)) {
		r.fail()
	}
	if r.failed {
		n = 0
	}
	for _, child := range c.Children {
		first := child.Len()
		child.Extend(int(n))
		nulls := r.take((n + 7) / 8)
		for i := range int(n) {
			switch {
			case r.failed:
				return
			case nulls[i>>3]>>(i&7)&1 == 1:
				child.SetNull(first + i)
				blank(child, first+i)
			default:
				r.value(child, first+i)
			}
		}
	}
	c.Offsets[row+1] = c.Offsets[row] + int32(n)
}

func isList(c *batch.Column) bool { return c.Type.Kind == types.Array || c.Type.Kind == types.Map }

// texts are the values of c if they are strings.
func texts(c *batch.Column) ([]string, bool) {
	switch c.Type.Kind {
	case types.String, types.Binary, types.Variant:
		return batch.Values[string](c), true
	}
	return nil, false
}

// textBytes are the bytes of s, not to be written to.
func textBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
