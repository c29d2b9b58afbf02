package keytable

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// chunk is the number of rows that go through the passes of a table together:
// their scratch stays in the first-level cache. It is a multiple of 64, so that a
// chunk of all rows starts at a word of a bitmap.
const chunk = 1024

// span is up to chunk rows of a batch.
type span struct {
	first int     // the first row, where sel is nil
	n     int     // how many rows
	sel   []int32 // the rows; nil: n rows from first on
}

// row is the physical row at position i of the span.
func (s span) row(i int) int {
	if s.sel != nil {
		return int(s.sel[i])
	}
	return s.first + i
}

// valuesOf are values and a selection that together are the span.
func valuesOf[T batch.Value](c *batch.Column, s span) ([]T, []int32) {
	values := batch.Values[T](c)
	if s.sel == nil {
		values = values[s.first : s.first+s.n]
	}
	return values, s.sel
}

// Widths of key columns in bytes, by kind.
const (
	widthText   = -1 // one string
	widthNested = -2 // encoded as one string
)

func widthOf(k types.Kind) int {
	switch k {
	case types.Null:
		return 0
	case types.Boolean, types.Byte:
		return 1
	case types.Short:
		return 2
	case types.Int, types.Date, types.YearMonthInterval, types.Float:
		return 4
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval, types.Double:
		return 8
	case types.Decimal128, types.CalendarInterval:
		return 16
	case types.String, types.Binary, types.Variant:
		return widthText
	default:
		return widthNested
	}
}

// words are the words of a column of up to 8 bytes, one a row of the span; out is
// scratch that may or may not be used. The word of a null is anything.
func words(out []uint64, c *batch.Column, s span) []uint64 {
	out = out[:s.n]
	switch c.Type.Kind {
	case types.Null:
		clear(out)
	case types.Boolean:
		values, sel := valuesOf[bool](c, s)
		kernel.BoolWords(out, values, sel)
	case types.Byte:
		values, sel := valuesOf[int8](c, s)
		kernel.IntWords(out, values, sel)
	case types.Short:
		values, sel := valuesOf[int16](c, s)
		kernel.IntWords(out, values, sel)
	case types.Int, types.Date, types.YearMonthInterval:
		values, sel := valuesOf[int32](c, s)
		kernel.IntWords(out, values, sel)
	case types.Float:
		values, sel := valuesOf[float32](c, s)
		kernel.Float32Words(out, values, sel)
	case types.Double:
		values, sel := valuesOf[float64](c, s)
		kernel.FloatWords(out, values, sel)
	default:
		values, sel := valuesOf[int64](c, s)
		if sel == nil {
			return kernel.AsWords(values)
		}
		kernel.IntWords(out, values, sel)
	}
	return out
}

// wide are the two words of a column of 16 bytes.
func wide(a, b []uint64, c *batch.Column, s span) {
	if c.Type.Kind == types.Decimal128 {
		values, sel := valuesOf[types.Decimal](c, s)
		for i := range s.n {
			v := values[at(sel, i)]
			a[i], b[i] = v.Lo, uint64(v.Hi)
		}
		return
	}
	values, sel := valuesOf[types.Interval](c, s)
	for i := range s.n {
		v := values[at(sel, i)]
		a[i], b[i] = uint64(uint32(v.Months))|uint64(uint32(v.Days))<<32, uint64(v.Micros)
	}
}

func at(sel []int32, i int) int {
	if sel == nil {
		return i
	}
	return int(sel[i])
}
