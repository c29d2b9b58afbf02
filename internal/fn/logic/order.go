package logic

import (
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
		return ordered(expr.OrderOf(t))
	}
}

func numbers[T interface {
	kernel.Number
	batch.Value
}]() comparer {
	return loops[T]{kernel.CompareNumber[T], kernel.CompareNumbers[T], kernel.SelectNumber[T], kernel.SelectNumbers[T]}.comparer()
}

func texts() comparer {
	return loops[string]{kernel.CompareString, kernel.CompareStrings, kernel.SelectString, kernel.SelectStrings}.comparer()
}

// loops compare columns of one type: with a constant, and with each other.
type loops[T batch.Value] struct {
	truth  func(op kernel.Op, out []bool, a []T, c T)
	truths func(op kernel.Op, out []bool, a, b []T)
	pick   func(op kernel.Op, out, sel []int32, a []T, c T) int
	picks  func(op kernel.Op, out, sel []int32, a, b []T) int
}

func (l loops[T]) comparer() comparer {
	return comparer{
		truths: func(op kernel.Op, out []bool, a, b *batch.Column) {
			x, y := batch.Values[T](a), batch.Values[T](b)
			switch {
			case b.Const:
				l.truth(op, out, x, y[0])
			case a.Const:
				l.truth(op.Swap(), out, y, x[0])
			default:
				l.truths(op, out, x, y)
			}
		},
		pick: func(op kernel.Op, out, sel []int32, a, b *batch.Column) int {
			x, y := batch.Values[T](a), batch.Values[T](b)
			switch {
			case b.Const:
				return l.pick(op, out, sel, x, y[0])
			case a.Const:
				return l.pick(op.Swap(), out, sel, y, x[0])
			default:
				return l.picks(op, out, sel, x, y)
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
func ordered(order expr.Order) comparer {
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
