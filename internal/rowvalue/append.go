package rowvalue

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// Append adds v behind the rows of c. An error names the value and the type that
// it does not fit; the column then has one row more whose value is null.
func Append(c *batch.Column, v any) error {
	i := c.Len()
	c.Extend(1)
	if err := set(c, i, v); err != nil {
		c.SetNull(i)
		return err
	}
	return nil
}

// AppendRow adds one value to every column of b.
func AppendRow(b *batch.Batch, row []any) error {
	if len(row) != len(b.Columns) {
		return fmt.Errorf("a row of %d values for %d columns", len(row), len(b.Columns))
	}
	b.Rows++
	var first error
	for k, v := range row {
		if err := Append(b.Columns[k], v); err != nil && first == nil {
			first = fmt.Errorf("column %d: %w", k, err)
		}
	}
	return first
}

// Batch is a batch of this schema with these rows.
func Batch(s types.Schema, rows [][]any) (*batch.Batch, error) {
	b := batch.New(s)
	for n, row := range rows {
		if err := AppendRow(b, row); err != nil {
			return nil, fmt.Errorf("row %d: %w", n, err)
		}
	}
	return b, nil
}

func set(c *batch.Column, i int, v any) error {
	if v == nil {
		c.SetNull(i)
		return nil
	}
	switch c.Type.Kind {
	case types.Struct, types.Array, types.Map:
		return setNested(c, i, v)
	case types.Null:
		return misfit(c, v)
	case types.Boolean:
		return put[bool](c, i, v)
	case types.Byte:
		return putInt[int8](c, i, v)
	case types.Short:
		return putInt[int16](c, i, v)
	case types.Int, types.Date, types.YearMonthInterval:
		return putInt[int32](c, i, days(c.Type, v))
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		return putInt[int64](c, i, micros(c.Type, v))
	case types.Float:
		return putFloat[float32](c, i, v)
	case types.Double:
		return putFloat[float64](c, i, v)
	case types.Decimal128:
		return putDecimal(c, i, v)
	case types.CalendarInterval:
		return put[types.Interval](c, i, v)
	default:
		if b, ok := v.([]byte); ok {
			v = string(b)
		}
		return put[string](c, i, v)
	}
}

func put[T batch.Value](c *batch.Column, i int, v any) error {
	value, ok := v.(T)
	if !ok {
		return misfit(c, v)
	}
	batch.Values[T](c)[i] = value
	return nil
}

func putInt[T int8 | int16 | int32 | int64](c *batch.Column, i int, v any) error {
	n, ok := integer(v)
	if !ok || int64(T(n)) != n {
		return misfit(c, v)
	}
	batch.Values[T](c)[i] = T(n)
	return nil
}

func putFloat[T float32 | float64](c *batch.Column, i int, v any) error {
	switch f := reflect.ValueOf(v); {
	case f.CanFloat():
		batch.Values[T](c)[i] = T(f.Float())
	case f.CanInt():
		batch.Values[T](c)[i] = T(f.Int())
	default:
		return misfit(c, v)
	}
	return nil
}

func putDecimal(c *batch.Column, i int, v any) error {
	if d, ok := v.(types.Decimal); ok {
		batch.Values[types.Decimal](c)[i] = d
		return nil
	}
	n, ok := integer(v)
	for range c.Type.Scale {
		if ok = ok && n < math.MaxInt64/10 && n > math.MinInt64/10; ok {
			n *= 10
		}
	}
	if !ok {
		return misfit(c, v)
	}
	batch.Values[types.Decimal](c)[i] = types.Decimal{Lo: uint64(n), Hi: n >> 63}
	return nil
}

func integer(v any) (int64, bool) {
	switch n := reflect.ValueOf(v); {
	case n.CanInt():
		return n.Int(), true
	case n.CanUint():
		return int64(n.Uint()), n.Uint() <= math.MaxInt64
	default:
		return 0, false
	}
}

// days is a time as the number of days that a date holds; else v itself.
func days(t types.Type, v any) any {
	at, ok := v.(time.Time)
	if !ok || t.Kind != types.Date {
		return v
	}
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// micros is a time or duration in the unit of the type; else v itself.
func micros(t types.Type, v any) any {
	switch at := v.(type) {
	case time.Time:
		switch t.Kind {
		case types.Timestamp:
			return at.UnixMicro()
		case types.TimestampNTZ:
			_, offset := at.Zone()
			return at.UnixMicro() + int64(offset)*1e6
		}
	case time.Duration:
		switch t.Kind {
		case types.Time:
			return int64(at)
		case types.DayTimeInterval:
			return at.Microseconds()
		}
	}
	return v
}

func setNested(c *batch.Column, i int, v any) error {
	switch c.Type.Kind {
	case types.Struct:
		fields, ok := v.([]any)
		if !ok || len(fields) != len(c.Children) {
			return misfit(c, v)
		}
		for k, child := range c.Children {
			if err := set(child, i, fields[k]); err != nil {
				return fmt.Errorf("field %s: %w", c.Type.Fields[k].Name, err)
			}
		}
		return nil
	case types.Map:
		pairs, ok := pairsOf(v)
		if !ok {
			return misfit(c, v)
		}
		for _, p := range pairs {
			if err := cmp.Or(Append(c.Children[0], p.Key), Append(c.Children[1], p.Value)); err != nil {
				return err
			}
		}
	default:
		list := reflect.ValueOf(v)
		if list.Kind() != reflect.Slice {
			return misfit(c, v)
		}
		for k := range list.Len() {
			if err := Append(c.Children[0], list.Index(k).Interface()); err != nil {
				return fmt.Errorf("element %d: %w", k, err)
			}
		}
	}
	c.Offsets[i+1] = int32(c.Children[0].Len())
	return nil
}

// pairsOf are the entries of a Go map, by the text of their keys, of a []Pair or
// of a []any of Pair.
func pairsOf(v any) ([]Pair, bool) {
	switch v := v.(type) {
	case []Pair:
		return v, true
	case []any:
		pairs := make([]Pair, len(v))
		for i, p := range v {
			pair, ok := p.(Pair)
			if !ok {
				return nil, false
			}
			pairs[i] = pair
		}
		return pairs, true
	}
	m := reflect.ValueOf(v)
	if m.Kind() != reflect.Map {
		return nil, false
	}
	var pairs []Pair
	for _, k := range m.MapKeys() {
		pairs = append(pairs, Pair{k.Interface(), m.MapIndex(k).Interface()})
	}
	slices.SortFunc(pairs, func(a, b Pair) int {
		return cmp.Compare(fmt.Sprint(a.Key), fmt.Sprint(b.Key))
	})
	return pairs, true
}

func misfit(c *batch.Column, v any) error {
	return fmt.Errorf("%v of Go type %T does not fit a column of kind %d", v, v, c.Type.Kind)
}
