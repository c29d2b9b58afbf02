package logic

import (
	"cmp"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// comparerOf are the loops for a type.
func comparerOf(t types.Type) comparer {
	switch t.Kind {
	case types.Byte:
		return numbers[int8]()
	case types.Short:
		return numbers[int16]()
	case types.Int, types.Date, types.YearMonthInterval:
		return numbers[int32]()
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		return numbers[int64]()
	case types.Float:
		return numbers[float32]()
	case types.Double:
		return numbers[float64]()
	case types.Decimal128:
		return decimals()
	case types.String, types.Binary:
		return texts()
	default:
		return ordered(OrderOf(t))
	}
}

func numbers[T interface {
	kernel.Number
	batch.Value
}]() comparer {
	return comparer{
		truths: func(op kernel.Op, out []bool, a, b *batch.Column) {
			x, y := batch.Values[T](a), batch.Values[T](b)
			switch {
			case b.Const:
				kernel.CompareNumber(op, out, x, y[0])
			case a.Const:
				kernel.CompareNumber(op.Swap(), out, y, x[0])
			default:
				kernel.CompareNumbers(op, out, x, y)
			}
		},
		pick: func(op kernel.Op, out, sel []int32, a, b *batch.Column) int {
			x, y := batch.Values[T](a), batch.Values[T](b)
			switch {
			case b.Const:
				return kernel.SelectNumber(op, out, sel, x, y[0])
			case a.Const:
				return kernel.SelectNumber(op.Swap(), out, sel, y, x[0])
			default:
				return kernel.SelectNumbers(op, out, sel, x, y)
			}
		},
	}
}

func texts() comparer {
	return comparer{
		truths: func(op kernel.Op, out []bool, a, b *batch.Column) {
			x, y := batch.Values[string](a), batch.Values[string](b)
			switch {
			case b.Const:
				kernel.CompareString(op, out, x, y[0])
			case a.Const:
				kernel.CompareString(op.Swap(), out, y, x[0])
			default:
				kernel.CompareStrings(op, out, x, y)
			}
		},
		pick: func(op kernel.Op, out, sel []int32, a, b *batch.Column) int {
			x, y := batch.Values[string](a), batch.Values[string](b)
			switch {
			case b.Const:
				return kernel.SelectString(op, out, sel, x, y[0])
			case a.Const:
				return kernel.SelectString(op.Swap(), out, sel, y, x[0])
			default:
				return kernel.SelectStrings(op, out, sel, x, y)
			}
		},
	}
}

func decimals() comparer {
	return comparer{
		truths: func(op kernel.Op, out []bool, a, b *batch.Column) {
			x, y := batch.Values[types.Decimal](a), batch.Values[types.Decimal](b)
			switch {
			case a.Const && !b.Const:
				kernel.CompareDecimals(op.Swap(), out, y, x[:1])
			case b.Const:
				kernel.CompareDecimals(op, out, x, y[:1])
			default:
				kernel.CompareDecimals(op, out, x, y)
			}
		},
		pick: func(op kernel.Op, out, sel []int32, a, b *batch.Column) int {
			x, y := expr.ArgOf[types.Decimal](a), expr.ArgOf[types.Decimal](b)
			n := 0
			for _, r := range sel {
				out[n] = r
				if op.Holds(x.At(r).Cmp(y.At(r))) {
					n++
				}
			}
			return n
		},
	}
}

// ordered are the loops for types without their own: they ask an order row by
// row.
func ordered(order Order) comparer {
	return comparer{
		truths: func(op kernel.Op, out []bool, a, b *batch.Column) {
			for r := range out {
				out[r] = !a.Null(r) && !b.Null(r) && op.Holds(order(a, at(a, r), b, at(b, r)))
			}
		},
		pick: func(op kernel.Op, out, sel []int32, a, b *batch.Column) int {
			n := 0
			for _, r := range sel {
				out[n] = r
				if op.Holds(order(a, at(a, int(r)), b, at(b, int(r)))) {
					n++
				}
			}
			return n
		},
	}
}

func at(c *batch.Column, row int) int {
	if c.Const {
		return 0
	}
	return row
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
