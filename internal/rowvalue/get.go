package rowvalue

import (
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// Pair is one entry of a map.
type Pair struct{ Key, Value any }

// Get is the value of row i of c. Strings are copied, so that the value outlives
// the column.
func Get(c *batch.Column, i int) any {
	if c.Const {
		i = 0
	}
	if c.Null(i) {
		return nil
	}
	switch c.Type.Kind {
	case types.Boolean:
		return batch.Values[bool](c)[i]
	case types.Byte:
		return batch.Values[int8](c)[i]
	case types.Short:
		return batch.Values[int16](c)[i]
	case types.Int, types.Date, types.YearMonthInterval:
		return batch.Values[int32](c)[i]
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		return batch.Values[int64](c)[i]
	case types.Float:
		return batch.Values[float32](c)[i]
	case types.Double:
		return batch.Values[float64](c)[i]
	case types.Decimal128:
		return batch.Values[types.Decimal](c)[i]
	case types.CalendarInterval:
		return batch.Values[types.Interval](c)[i]
	case types.String, types.Binary, types.Variant:
		return strings.Clone(batch.Values[string](c)[i])
	default:
		return nested(c, i)
	}
}

func nested(c *batch.Column, i int) any {
	switch c.Type.Kind {
	case types.Struct:
		fields := make([]any, len(c.Children))
		for k, child := range c.Children {
			fields[k] = Get(child, i)
		}
		return fields
	case types.Array:
		items := []any{}
		for k := c.Offsets[i]; k < c.Offsets[i+1]; k++ {
			items = append(items, Get(c.Children[0], int(k)))
		}
		return items
	case types.Map:
		pairs := []any{}
		for k := c.Offsets[i]; k < c.Offsets[i+1]; k++ {
			pairs = append(pairs, Pair{Get(c.Children[0], int(k)), Get(c.Children[1], int(k))})
		}
		return pairs
	}
	return nil
}

// Rows are the rows of b that count, one []any a row.
func Rows(b *batch.Batch) [][]any {
	rows := make([][]any, b.Len())
	for i := range rows {
		row := make([]any, len(b.Columns))
		for k, c := range b.Columns {
			row[k] = Get(c, b.Row(i))
		}
		rows[i] = row
	}
	return rows
}
