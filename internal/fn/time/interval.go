package time

import (
	"math"
	"math/bits"

	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Sums of intervals of one kind.
var (
	monthsPlusMonths = combined("months + months", "+", expr.BinaryErr(sum[int32]))
	daysPlusDays     = combined("days + days", "+", expr.BinaryErr(sum[int64]))

	monthsMinusMonths = combined("months - months", "-", expr.BinaryErr(difference[int32]))
	daysMinusDays     = combined("days - days", "-", expr.BinaryErr(difference[int64]))

	calendarPlusCalendar  = combined("interval + interval", "+", calendars(sum[int32], sum[int64]))
	calendarMinusCalendar = combined("interval - interval", "-", calendars(difference[int32], difference[int64]))
)

// combined is an operator on two intervals of one kind; the result has the
// fields of both.
func combined(name, op string, kernel expr.Kernel) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			t, _ := r.Tightest(args[0].Type(), args[1].Type())
			return expr.Resolution{Args: expr.CastAll(args, t), Type: t, Nullable: expr.AnyNullable(args...),
				Text: "(" + args[0].String() + " " + op + " " + args[1].String() + ")"}, nil
		},
		Kernel: expr.Static(kernel),
	}
}

func sum[T int32 | int64](a, b T) (T, error) {
	s := a + b
	if (s >= a) != (b >= 0) {
		return 0, intervalOverflow()
	}
	return s, nil
}

func difference[T int32 | int64](a, b T) (T, error) {
	d := a - b
	if (d <= a) != (b >= 0) {
		return 0, intervalOverflow()
	}
	return d, nil
}

func calendars(small func(a, b int32) (int32, error), large func(a, b int64) (int64, error)) expr.Kernel {
	return expr.BinaryErr(func(a, b types.Interval) (v types.Interval, err error) {
		if v.Months, err = small(a.Months, b.Months); err != nil {
			return v, err
		}
		if v.Days, err = small(a.Days, b.Days); err != nil {
			return v, err
		}
		v.Micros, err = large(a.Micros, b.Micros)
		return v, err
	})
}

// Intervals times a number, and divided by one.
var (
	monthsTimes = scaled("months * number", "*", false, func(t types.Type) expr.Kernel {
		return scaleKernel[int32](t, product, types.Decimal.Mul, func(a, b float64) float64 { return a * b })
	})
	daysTimes = scaled("days * number", "*", false, func(t types.Type) expr.Kernel {
		return scaleKernel[int64](t, product, types.Decimal.Mul, func(a, b float64) float64 { return a * b })
	})
	monthsBy = scaled("months / number", "/", false, func(t types.Type) expr.Kernel {
		return scaleKernel[int32](t, quotient, nil, func(a, b float64) float64 { return a / b })
	})
	daysBy = scaled("days / number", "/", false, func(t types.Type) expr.Kernel {
		return scaleKernel[int64](t, quotient, nil, func(a, b float64) float64 { return a / b })
	})
	calendarTimes = scaled("interval * number", "*", true, func(types.Type) expr.Kernel {
		return expr.BinaryErr(func(v types.Interval, n float64) (types.Interval, error) { return scaleCalendar(v, n) })
	})
	calendarBy = scaled("interval / number", "/", true, func(types.Type) expr.Kernel {
		return expr.BinaryErr(func(v types.Interval, n float64) (types.Interval, error) {
			if n == 0 {
				return v, dividedByZero()
			}
			return scaleCalendar(v, 1/n)
		})
	})
)

// scaled is an operator on an interval and a number, which goes second; a
// calendar interval takes doubles only.
func scaled(name, op string, double bool, kernel func(number types.Type) expr.Kernel) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			v, n := args[0], args[1]
			if k := kindOf(v.Type()); k != months && k != days && k != calendar {
				v, n = n, v
			}
			switch t := n.Type(); {
			case double, t.Fractional(), t.Kind == types.String:
				n = expr.CastTo(n, types.Of(types.Double))
			case t.Kind == types.Null:
				n = expr.CastTo(n, types.Of(types.Int))
			}
			t := types.Of(v.Type().Kind)
			return expr.Resolution{Args: []expr.Expr{v, n}, Type: t, Nullable: expr.AnyNullable(v, n),
				Text: "(" + args[0].String() + " " + op + " " + args[1].String() + ")"}, nil
		},
		Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) { return kernel(c.Args[1].Type()), nil },
	}
}

func dividedByZero() error {
	return fault.New(fault.IntervalDividedBy, "an interval is divided by zero; try_divide gives NULL instead")
}

// scaleKernel is the loop of an interval and a number of type t: by whole
// numbers, by the product of decimals (nil: the quotient), or by doubles. What is
// no whole number is rounded half away from zero.
func scaleKernel[T int32 | int64](t types.Type, whole func(a, b int64) (int64, error),
	decimal func(a, b types.Decimal) (types.Decimal, bool), real func(a, b float64) float64) expr.Kernel {
	fit := func(v int64, err error) (T, error) {
		if err == nil && int64(T(v)) != v {
			err = intervalOverflow()
		}
		return T(v), err
	}
	switch t.Kind {
	case types.Byte:
		return expr.BinaryErr(func(a T, b int8) (T, error) { return fit(whole(int64(a), int64(b))) })
	case types.Short:
		return expr.BinaryErr(func(a T, b int16) (T, error) { return fit(whole(int64(a), int64(b))) })
	case types.Int:
		return expr.BinaryErr(func(a T, b int32) (T, error) { return fit(whole(int64(a), int64(b))) })
	case types.Long:
		return expr.BinaryErr(func(a T, b int64) (T, error) { return fit(whole(int64(a), b)) })
	case types.Decimal128:
		return expr.BinaryErr(func(a T, b types.Decimal) (T, error) {
			return fit(scaleDecimal(types.DecimalFromInt64(int64(a)), b, t.Scale, decimal))
		})
	default:
		divides := decimal == nil
		return expr.BinaryErr(func(a T, b float64) (T, error) {
			if divides && b == 0 {
				return 0, dividedByZero()
			}
			f := real(float64(a), b)
			if f = math.Round(f); !(f >= -1<<63 && f < 1<<63) {
				return 0, intervalOverflow()
			}
			return fit(int64(f), nil)
		})
	}
}

func scaleDecimal(a, b types.Decimal, scale int, product func(a, b types.Decimal) (types.Decimal, bool)) (int64, error) {
	var d types.Decimal
	var ok bool
	switch {
	case product != nil:
		if d, ok = product(a, b); ok {
			d, ok = d.Rescale(scale, 0)
		}
	case b.IsZero():
		return 0, dividedByZero()
	default:
		d, ok = a.Quo(b, scale)
	}
	v, fits := d.Int64()
	if !ok || !fits {
		return 0, intervalOverflow()
	}
	return v, nil
}

func product(a, b int64) (int64, error) {
	hi, lo := bits.Mul64(uint64(max(a, -a)), uint64(max(b, -b)))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, intervalOverflow()
	}
	return a * b, nil
}

// quotient is a/b rounded half away from zero.
func quotient(a, b int64) (int64, error) {
	switch {
	case b == 0:
		return 0, dividedByZero()
	case b == -1 && a == math.MinInt64:
		return 0, intervalOverflow()
	}
	q, rest := a/b, a%b
	if rest = max(rest, -rest); rest >= max(b, -b)-rest && b != math.MinInt64 {
		if (a < 0) == (b < 0) {
			q++
		} else {
			q--
		}
	}
	return q, nil
}

// scaleCalendar is an interval times n: months are cut to whole ones, what is cut
// off the days becomes time.
func scaleCalendar(v types.Interval, n float64) (types.Interval, error) {
	months, dayPart := math.Trunc(float64(v.Months)*n), float64(v.Days)*n
	whole := math.Trunc(dayPart)
	micros := math.Round(float64(v.Micros)*n + (dayPart-whole)*float64(datetime.MicrosPerDay))
	fits := math.Abs(months) <= math.MaxInt32 && math.Abs(whole) <= math.MaxInt32 && math.Abs(micros) < 1<<63
	if !fits { // or not a number
		return v, intervalOverflow()
	}
	return types.Interval{Months: int32(months), Days: int32(whole), Micros: int64(micros)}, nil
}
