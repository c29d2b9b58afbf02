package expr

import (
	"fmt"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// Lit is a literal of the Go value's natural type: bool, int32 (INT), int64
// (BIGINT), float64 (DOUBLE), string (STRING), nil (NULL).
func Lit(v any) *Literal {
	switch v := v.(type) {
	case nil:
		return &Literal{}
	case bool:
		return &Literal{Value: v, Typ: types.Of(types.Boolean)}
	case int:
		return &Literal{Value: int64(v), Typ: types.Of(types.Long)}
	case int32:
		return &Literal{Value: v, Typ: types.Of(types.Int)}
	case int64:
		return &Literal{Value: v, Typ: types.Of(types.Long)}
	case float64:
		return &Literal{Value: v, Typ: types.Of(types.Double)}
	case string:
		return &Literal{Value: v, Typ: types.Of(types.String)}
	default:
		panic(fmt.Sprintf("expr: no literal of %T", v)) // a programmer's error
	}
}

// IsNull reports whether e is the literal NULL, of whatever type.
func IsNull(e Expr) bool {
	l, ok := e.(*Literal)
	return ok && l.Value == nil
}

// AppendValue appends one value, of the Go type that package types gives for
// the column's kind (see [Literal.Value]), or nil for null.
func AppendValue(c *batch.Column, v any) {
	n := c.Len()
	c.Extend(1)
	if v == nil {
		c.SetNull(n)
		return
	}
	switch v := v.(type) {
	case bool:
		batch.Values[bool](c)[n] = v
	case int8:
		batch.Values[int8](c)[n] = v
	case int16:
		batch.Values[int16](c)[n] = v
	case int32:
		batch.Values[int32](c)[n] = v
	case int64:
		batch.Values[int64](c)[n] = v
	case float32:
		batch.Values[float32](c)[n] = v
	case float64:
		batch.Values[float64](c)[n] = v
	case types.Decimal:
		batch.Values[types.Decimal](c)[n] = v
	case types.Interval:
		batch.Values[types.Interval](c)[n] = v
	case string:
		batch.Values[string](c)[n] = v
	case []any:
		appendNested(c, n, v)
	default:
		panic(fmt.Sprintf("expr: no column value of %T", v)) // a programmer's error
	}
}

func appendNested(c *batch.Column, n int, v []any) {
	switch c.Type.Kind {
	case types.Struct:
		// Extend has made room in the children; the value overwrites it.
		for i, child := range c.Children {
			child.Truncate(n)
			AppendValue(child, v[i])
		}
	case types.Array:
		for _, e := range v {
			AppendValue(c.Children[0], e)
		}
		c.Offsets[n+1] = int32(c.Children[0].Len())
	case types.Map:
		for i := 0; i < len(v); i += 2 {
			AppendValue(c.Children[0], v[i])
			AppendValue(c.Children[1], v[i+1])
		}
		c.Offsets[n+1] = int32(c.Children[0].Len())
	}
}

// ValueAt is the value of a row, as [Literal.Value] describes it, nil for null.
// Strings stay views.
func ValueAt(c *batch.Column, row int) any {
	if c.Const {
		row = 0
	}
	if c.Null(row) {
		return nil
	}
	switch c.Type.Kind {
	case types.Boolean:
		return batch.Values[bool](c)[row]
	case types.Byte:
		return batch.Values[int8](c)[row]
	case types.Short:
		return batch.Values[int16](c)[row]
	case types.Int, types.Date, types.YearMonthInterval:
		return batch.Values[int32](c)[row]
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		return batch.Values[int64](c)[row]
	case types.Float:
		return batch.Values[float32](c)[row]
	case types.Double:
		return batch.Values[float64](c)[row]
	case types.Decimal128:
		return batch.Values[types.Decimal](c)[row]
	case types.CalendarInterval:
		return batch.Values[types.Interval](c)[row]
	case types.String, types.Binary, types.Variant:
		return batch.Values[string](c)[row]
	case types.Struct:
		v := make([]any, len(c.Children))
		for i, child := range c.Children {
			v[i] = ValueAt(child, row)
		}
		return v
	case types.Array:
		v := []any{}
		for i := c.Offsets[row]; i < c.Offsets[row+1]; i++ {
			v = append(v, ValueAt(c.Children[0], int(i)))
		}
		return v
	case types.Map:
		v := []any{}
		for i := c.Offsets[row]; i < c.Offsets[row+1]; i++ {
			v = append(v, ValueAt(c.Children[0], int(i)), ValueAt(c.Children[1], int(i)))
		}
		return v
	default:
		return nil
	}
}

// Int32 is a literal of type INT.
func Int32(v int32) *Literal { return &Literal{Value: v, Typ: types.Of(types.Int)} }

// WholeNumber is a literal's value as an int64, if it is of an integer type's Go type.
func WholeNumber(value any) (n int64, ok bool) {
	switch v := value.(type) {
	case int8:
		return int64(v), true
	case int16:
		return int64(v), true
	case int32:
		return int64(v), true
	case int64:
		return v, true
	}
	return 0, false
}
