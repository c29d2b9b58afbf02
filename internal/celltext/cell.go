package celltext

import (
	"strconv"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/variant"
	"github.com/weirstream/weir/types"
)

// Append writes row i of c as CAST(x AS STRING) gives it; a null at the top is
// written as null too, for callers that did not ask first. A nil loc is UTC.
func Append(dst []byte, c *batch.Column, i int, loc *time.Location) []byte {
	w := writer{dst: dst, loc: loc, null: "null"}
	w.cell(c, i)
	return w.dst
}

// AppendShown writes row i of c as Dataset.show does: null as NULL, binary as
// hexadecimal numbers. A nil loc is UTC.
func AppendShown(dst []byte, c *batch.Column, i int, loc *time.Location) []byte {
	w := writer{dst: dst, loc: loc, null: "NULL", hex: true}
	w.cell(c, i)
	return w.dst
}

type writer struct {
	dst  []byte
	loc  *time.Location
	null string
	hex  bool // binary as [61 62]
}

func (w *writer) cell(c *batch.Column, i int) {
	if c.Const {
		i = 0
	}
	if c.Null(i) {
		w.dst = append(w.dst, w.null...)
		return
	}
	switch c.Type.Kind {
	case types.Boolean:
		w.dst = strconv.AppendBool(w.dst, batch.Values[bool](c)[i])
	case types.Byte:
		w.dst = strconv.AppendInt(w.dst, int64(batch.Values[int8](c)[i]), 10)
	case types.Short:
		w.dst = strconv.AppendInt(w.dst, int64(batch.Values[int16](c)[i]), 10)
	case types.Int:
		w.dst = strconv.AppendInt(w.dst, int64(batch.Values[int32](c)[i]), 10)
	case types.Long:
		w.dst = strconv.AppendInt(w.dst, batch.Values[int64](c)[i], 10)
	case types.Float:
		w.dst = AppendFloat(w.dst, batch.Values[float32](c)[i])
	case types.Double:
		w.dst = AppendDouble(w.dst, batch.Values[float64](c)[i])
	case types.Decimal128:
		w.dst = AppendDecimal(w.dst, batch.Values[types.Decimal](c)[i], c.Type.Scale)
	case types.Date:
		w.dst = AppendDate(w.dst, batch.Values[int32](c)[i])
	case types.Time:
		w.dst = AppendTime(w.dst, batch.Values[int64](c)[i])
	case types.Timestamp:
		w.dst = AppendTimestamp(w.dst, batch.Values[int64](c)[i], w.loc)
	case types.TimestampNTZ:
		w.dst = AppendTimestamp(w.dst, batch.Values[int64](c)[i], nil)
	case types.YearMonthInterval:
		w.dst = AppendYearMonth(w.dst, batch.Values[int32](c)[i], c.Type)
	case types.DayTimeInterval:
		w.dst = AppendDayTime(w.dst, batch.Values[int64](c)[i], c.Type)
	case types.CalendarInterval:
		w.dst = AppendCalendar(w.dst, batch.Values[types.Interval](c)[i])
	case types.Binary:
		w.binary(batch.Values[string](c)[i])
	case types.Variant:
		w.dst = variant.Open(batch.Values[string](c)[i]).AppendText(w.dst, datetime.NewZone(w.loc))
	case types.String:
		w.dst = append(w.dst, batch.Values[string](c)[i]...)
	default:
		w.nested(c, i)
	}
}

func (w *writer) nested(c *batch.Column, i int) {
	switch c.Type.Kind {
	case types.Struct:
		w.dst = append(w.dst, '{')
		for k, child := range c.Children {
			w.comma(k > 0)
			w.cell(child, i)
		}
		w.dst = append(w.dst, '}')
	case types.Array:
		w.dst = append(w.dst, '[')
		for k := c.Offsets[i]; k < c.Offsets[i+1]; k++ {
			w.comma(k > c.Offsets[i])
			w.cell(c.Children[0], int(k))
		}
		w.dst = append(w.dst, ']')
	case types.Map:
		w.dst = append(w.dst, '{')
		for k := c.Offsets[i]; k < c.Offsets[i+1]; k++ {
			w.comma(k > c.Offsets[i])
			w.cell(c.Children[0], int(k))
			w.dst = append(w.dst, " -> "...)
			w.cell(c.Children[1], int(k))
		}
		w.dst = append(w.dst, '}')
	}
}

func (w *writer) comma(yes bool) {
	if yes {
		w.dst = append(w.dst, ", "...)
	}
}

func (w *writer) binary(s string) {
	if !w.hex {
		w.dst = append(w.dst, s...)
		return
	}
	const digits = "0123456789ABCDEF"
	w.dst = append(w.dst, '[')
	for k := range len(s) {
		if k > 0 {
			w.dst = append(w.dst, ' ')
		}
		w.dst = append(w.dst, digits[s[k]>>4], digits[s[k]&15])
	}
	w.dst = append(w.dst, ']')
}
