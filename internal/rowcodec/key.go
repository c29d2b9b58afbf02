package rowcodec

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// Order is how a column of a key sorts. The zero value is Spark's default,
// ascending with nulls first.
type Order struct {
	Descending bool
	NullsLast  bool
}

// Keys writes and reads keys of some types. It has no state: one may be used by
// many goroutines.
type Keys struct {
	types  []types.Type
	orders []Order
}

// NewKeys is the codec for keys of these types, in these orders; nil orders are
// the default for all. Strings sort by their bytes, whatever their collation.
// Maps do not sort, but are equal where their entries are, in one order.
func NewKeys(list []types.Type, orders []Order) *Keys {
	if orders == nil {
		orders = make([]Order, len(list))
	}
	return &Keys{types: list, orders: orders}
}

// Markers before a value at the top and in a struct, and before an element.
const (
	nullFirst   = 0x00
	present     = 0x01
	nullLast    = 0x02
	listEnd     = 0x00
	elementNull = 0x01
	element     = 0x02
)

// Behind a zero byte of a text.
const (
	textEnd  = 0x01 // the text is over
	textZero = 0xFF // the zero is part of it
)

// Encode appends a key to dst for each row of in.
func (k *Keys) Encode(in Input, dst *Rows) {
	for i := range in.len() {
		row := in.row(i)
		for n, c := range in.Columns {
			dst.Bytes = k.append(dst.Bytes, c, row, k.orders[n])
		}
		dst.end()
	}
}

func (k *Keys) append(dst []byte, c *batch.Column, row int, o Order) []byte {
	if c.Null(row) {
		if o.NullsLast {
			return append(dst, nullLast)
		}
		return append(dst, nullFirst)
	}
	dst = append(dst, present)
	start := len(dst)
	dst = appendKey(dst, c, row)
	if o.Descending {
		for i := start; i < len(dst); i++ {
			dst[i] ^= 0xFF
		}
	}
	return dst
}

// appendKey appends the value of a row that is not null, ascending.
func appendKey(dst []byte, c *batch.Column, row int) []byte {
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
		return append(dst, byte(batch.Values[int8](c)[row])^0x80)
	case types.Short:
		return binary.BigEndian.AppendUint16(dst, uint16(batch.Values[int16](c)[row])^1<<15)
	case types.Int, types.Date, types.YearMonthInterval:
		return appendInt32(dst, batch.Values[int32](c)[row])
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		return appendInt64(dst, batch.Values[int64](c)[row])
	case types.Float:
		return binary.BigEndian.AppendUint32(dst, sortable32(batch.Values[float32](c)[row]))
	case types.Double:
		return binary.BigEndian.AppendUint64(dst, sortable64(batch.Values[float64](c)[row]))
	case types.Decimal128:
		d := batch.Values[types.Decimal](c)[row]
		if c.Type.Precision > longDigits {
			dst = appendInt64(dst, d.Hi)
			return binary.BigEndian.AppendUint64(dst, d.Lo)
		}
		return appendInt64(dst, int64(d.Lo))
	case types.String, types.Binary, types.Variant:
		return appendText(dst, batch.Values[string](c)[row])
	case types.CalendarInterval:
		v := batch.Values[types.Interval](c)[row]
		return appendInt64(appendInt32(appendInt32(dst, v.Months), v.Days), v.Micros)
	case types.Struct:
		for _, child := range c.Children {
			if child.Null(row) {
				dst = append(dst, nullFirst)
			} else {
				dst = appendKey(append(dst, present), child, row)
			}
		}
		return dst
	case types.Array, types.Map:
		for i := int(c.Offsets[row]); i < int(c.Offsets[row+1]); i++ {
			for _, child := range c.Children {
				if child.Null(i) {
					dst = append(dst, elementNull)
				} else {
					dst = appendKey(append(dst, element), child, i)
				}
			}
		}
		return append(dst, listEnd)
	}
	return dst
}

// longDigits is the precision up to which a decimal fits 64 bits.
const longDigits = 18

func appendInt32(dst []byte, v int32) []byte {
	return binary.BigEndian.AppendUint32(dst, uint32(v)^1<<31)
}

func appendInt64(dst []byte, v int64) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(v)^1<<63)
}

// sortable64 is f's bits so that they sort as Spark sorts: -0.0 is 0.0, every
// NaN is the same and greater than all else.
func sortable64(f float64) uint64 {
	switch {
	case f == 0:
		f = 0
	case f != f:
		return 0xFFF8 << 48
	}
	b := math.Float64bits(f)
	if b>>63 == 1 {
		return ^b
	}
	return b ^ 1<<63
}

func sortable32(f float32) uint32 {
	switch {
	case f == 0:
		f = 0
	case f != f:
		return 0xFFC0 << 16
	}
	b := math.Float32bits(f)
	if b>>31 == 1 {
		return ^b
	}
	return b ^ 1<<31
}

// unsortable64 is the inverse of sortable64.
func unsortable64(b uint64) float64 {
	if b>>63 == 1 {
		return math.Float64frombits(b ^ 1<<63)
	}
	return math.Float64frombits(^b)
}

func unsortable32(b uint32) float32 {
	if b>>31 == 1 {
		return math.Float32frombits(b ^ 1<<31)
	}
	return math.Float32frombits(^b)
}

func appendText(dst []byte, s string) []byte {
	for {
		i := bytes.IndexByte(textBytes(s), 0)
		if i < 0 {
			dst = append(dst, s...)
			return append(dst, 0, textEnd)
		}
		dst = append(dst, s[:i]...)
		dst = append(dst, 0, textZero)
		s = s[i+1:]
	}
}

// Decode makes columns, which have the codec's types, hold the rows of src.
// Strings are views of src where they lie there as they are, and else are made in
// arena.
func (k *Keys) Decode(src *Rows, columns []*batch.Column, arena *batch.Arena) error {
	n := src.Len()
	for _, c := range columns {
		c.Resize(n)
	}
	for i := range n {
		r := reader{b: src.Row(i), arena: arena}
		for at, c := range columns {
			r.key(c, i, k.orders[at])
		}
		if r.failed || len(r.b) > 0 {
			return fmt.Errorf("row %d: %w", i, ErrDamaged)
		}
	}
	return nil
}

// key reads a column of a key at the top.
func (r *reader) key(c *batch.Column, row int, o Order) {
	r.mask = 0
	switch marker := r.byte(); {
	case marker == present:
		if o.Descending {
			r.mask = 0xFF
		}
		r.keyValue(c, row)
	case marker == nullFirst && !o.NullsLast, marker == nullLast && o.NullsLast:
		c.SetNull(row)
		blank(c, row)
	default:
		r.fail()
	}
	r.mask = 0
}

// keyValue reads a value that is not null into a row of c.
func (r *reader) keyValue(c *batch.Column, row int) {
	switch c.Type.Kind {
	case types.Boolean:
		batch.Values[bool](c)[row] = r.byte() != 0
	case types.Byte:
		batch.Values[int8](c)[row] = int8(r.byte() ^ 0x80)
	case types.Short:
		batch.Values[int16](c)[row] = int16(r.big(2) ^ 1<<15)
	case types.Int, types.Date, types.YearMonthInterval:
		batch.Values[int32](c)[row] = r.int32()
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		batch.Values[int64](c)[row] = r.int64()
	case types.Float:
		batch.Values[float32](c)[row] = unsortable32(uint32(r.big(4)))
	case types.Double:
		batch.Values[float64](c)[row] = unsortable64(r.big(8))
	case types.Decimal128:
		if c.Type.Precision > longDigits {
			hi := r.int64()
			batch.Values[types.Decimal](c)[row] = types.Decimal{Hi: hi, Lo: r.big(8)}
		} else {
			batch.Values[types.Decimal](c)[row] = types.DecimalFromInt64(r.int64())
		}
	case types.String, types.Binary, types.Variant:
		batch.Values[string](c)[row] = r.text()
	case types.CalendarInterval:
		batch.Values[types.Interval](c)[row] = types.Interval{Months: r.int32(), Days: r.int32(), Micros: r.int64()}
	case types.Struct:
		for _, child := range c.Children {
			switch r.byte() {
			case present:
				r.keyValue(child, row)
			case nullFirst:
				child.SetNull(row)
				blank(child, row)
			default:
				r.fail()
			}
		}
	case types.Array, types.Map:
		r.keyList(c, row)
	default:
		r.fail() // the null type has no values
	}
}

func (r *reader) keyList(c *batch.Column, row int) {
	n := int32(0)
	for !r.failed {
		marker := r.byte()
		if marker == listEnd {
			break
		}
		for i, child := range c.Children {
			if i > 0 {
				marker = r.byte()
			}
			child.Extend(1)
			switch last := child.Len() - 1; marker {
			case element:
				r.keyValue(child, last)
			case elementNull:
				child.SetNull(last)
				blank(child, last)
			default:
				r.fail()
			}
		}
		n++
	}
	c.Offsets[row+1] = c.Offsets[row] + n
}

func (r *reader) int32() int32 { return int32(uint32(r.big(4)) ^ 1<<31) }

func (r *reader) int64() int64 { return int64(r.big(8) ^ 1<<63) }

// text reads a text with its end.
func (r *reader) text() string {
	end := bytes.IndexByte(r.b, r.mask)
	if end < 0 || end+1 >= len(r.b) {
		r.fail()
		return ""
	}
	if r.mask == 0 && r.b[end+1] == textEnd {
		s := batch.View(r.b[:end])
		r.b = r.b[end+2:]
		return s
	}
	return r.unescape()
}

// unescape reads a text that is inverted or has zeros in it.
func (r *reader) unescape() string {
	// First the length, then the bytes.
	n, at := 0, 0
	for {
		zero := bytes.IndexByte(r.b[at:], r.mask)
		if zero < 0 || at+zero+1 >= len(r.b) {
			r.fail()
			return ""
		}
		n, at = n+zero, at+zero+2
		next := r.b[at-1] ^ r.mask
		if next == textEnd {
			break
		}
		if next != textZero {
			r.fail()
			return ""
		}
		n++
	}
	out := r.arena.Alloc(n)
	from := r.b[:at-2]
	for i := range out {
		out[i] = from[0] ^ r.mask
		from = from[1:]
		if out[i] == 0 {
			from = from[1:]
		}
	}
	r.b = r.b[at:]
	return batch.View(out)
}
