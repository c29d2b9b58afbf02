package expr

import (
	"cmp"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/collation"
	"github.com/weirstream/weir/types"
)

// Orderable reports whether values of a type have an order.
func Orderable(t types.Type) bool {
	switch t.Kind {
	case types.Map, types.Variant, types.CalendarInterval:
		return false
	case types.Array:
		return Orderable(*t.Elem)
	}
	for _, f := range t.Fields {
		if !Orderable(f.Type) {
			return false
		}
	}
	return true
}

// Order compares row i of a with row j of b, neither null: negative, 0 or
// positive. Rows of constants are 0.
type Order func(a *batch.Column, i int, b *batch.Column, j int) int

// OrderOf is the order of a type's values: nulls inside come first, NaN last.
func OrderOf(t types.Type) Order {
	switch t.Kind {
	case types.Boolean:
		return func(a *batch.Column, i int, b *batch.Column, j int) int {
			x, y := batch.Values[bool](a)[i], batch.Values[bool](b)[j]
			switch {
			case x == y:
				return 0
			case y:
				return -1
			default:
				return 1
			}
		}
	case types.Byte:
		return numberOrder[int8]
	case types.Short:
		return numberOrder[int16]
	case types.Int, types.Date, types.YearMonthInterval:
		return numberOrder[int32]
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		return numberOrder[int64]
	case types.Float:
		return floatOrder[float32]
	case types.Double:
		return floatOrder[float64]
	case types.Decimal128:
		return func(a *batch.Column, i int, b *batch.Column, j int) int {
			return batch.Values[types.Decimal](a)[i].Cmp(batch.Values[types.Decimal](b)[j])
		}
	case types.String, types.Binary:
		if rules, ok := collation.Of(t.Collation); ok && t.Collation != "" {
			return func(a *batch.Column, i int, b *batch.Column, j int) int {
				return rules.Compare(batch.Values[string](a)[i], batch.Values[string](b)[j])
			}
		}
		return func(a *batch.Column, i int, b *batch.Column, j int) int {
			return strings.Compare(batch.Values[string](a)[i], batch.Values[string](b)[j])
		}
	case types.Array:
		return arrayOrder(OrderOf(*t.Elem))
	case types.Struct:
		return structOrder(t.Fields)
	default:
		return func(*batch.Column, int, *batch.Column, int) int { return 0 }
	}
}

func numberOrder[T interface {
	int8 | int16 | int32 | int64
}](a *batch.Column, i int, b *batch.Column, j int) int {
	return cmp.Compare(batch.Values[T](a)[i], batch.Values[T](b)[j])
}

func floatOrder[T interface{ float32 | float64 }](a *batch.Column, i int, b *batch.Column, j int) int {
	x, y := batch.Values[T](a)[i], batch.Values[T](b)[j]
	switch {
	case x == y || x != x && y != y:
		return 0
	case y != y || x < y:
		return -1
	default:
		return 1
	}
}

// nullsFirst extends an order to rows that may be null.
func nullsFirst(order Order) Order {
	return func(a *batch.Column, i int, b *batch.Column, j int) int {
		switch x, y := a.Null(i), b.Null(j); {
		case x && y:
			return 0
		case x:
			return -1
		case y:
			return 1
		default:
			return order(a, i, b, j)
		}
	}
}

func arrayOrder(elem Order) Order {
	elem = nullsFirst(elem)
	return func(a *batch.Column, i int, b *batch.Column, j int) int {
		x, xEnd := a.Offsets[i], a.Offsets[i+1]
		y, yEnd := b.Offsets[j], b.Offsets[j+1]
		for ; x < xEnd && y < yEnd; x, y = x+1, y+1 {
			if c := elem(a.Children[0], int(x), b.Children[0], int(y)); c != 0 {
				return c
			}
		}
		return cmp.Compare(xEnd-x, yEnd-y)
	}
}

func structOrder(fields []types.Field) Order {
	orders := make([]Order, len(fields))
	for i, f := range fields {
		orders[i] = nullsFirst(OrderOf(f.Type))
	}
	return func(a *batch.Column, i int, b *batch.Column, j int) int {
		for k, order := range orders {
			if c := order(a.Children[k], i, b.Children[k], j); c != 0 {
				return c
			}
		}
		return 0
	}
}
