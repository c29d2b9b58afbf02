package math

import (
	"math"
	"math/bits"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

type integer interface{ int8 | int16 | int32 | int64 }

type float interface{ float32 | float64 }

// refusal says what becomes of a row that has no value.
type refusal uint8

const (
	raise refusal = iota // an error
	null                 // null
	wrap                 // the low bits, for integers; null for the rest
)

func refusalOf(try bool, env *expr.Env) refusal {
	switch {
	case try:
		return null
	case env.ANSI:
		return raise
	default:
		return wrap
	}
}

// arithmetic is a binary operator on numbers. shown is the operator in a
// column's name; empty for name(a, b).
func arithmetic(name, op, shown string, try bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			res, err := resolveArithmetic(r, name, op, args)
			res.Text = expr.CallText(name, args)
			if shown != "" && len(args) == 2 {
				res.Text = "(" + args[0].String() + " " + shown + " " + args[1].String() + ")"
			}
			res.Nullable = res.Nullable || try || !r.ANSI
			return res, err
		},
		Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
			return arithmeticKernel(c, op, refusalOf(try, env)), nil
		},
	}
}

func resolveArithmetic(r *expr.Resolver, name, op string, args []expr.Expr) (expr.Resolution, error) {
	if len(args) != 2 {
		return expr.Resolution{}, expr.WrongCount(name, "2", len(args))
	}
	if op == "div" {
		if res, ok := divideIntervals(args[0], args[1]); ok {
			return res, nil
		}
	}
	a, b, ok := r.Operands(args[0], args[1])
	if !ok {
		return expr.Resolution{}, badOperands(name, args)
	}
	t := a.Type()
	switch {
	case op == "div" && t.Integral():
		a, b, t = expr.CastTo(a, types.Of(types.Long)), expr.CastTo(b, types.Of(types.Long)), types.Of(types.Long)
	case op == "div" && t.Kind == types.Decimal128:
		t = types.Of(types.Long)
	case op == "div":
		return expr.Resolution{}, badOperands(name, args)
	case op == "/" && t.Integral():
		t = types.Of(types.Double)
		a, b = expr.CastTo(a, t), expr.CastTo(b, t)
	case op == "/" && t.Kind == types.Float:
		t = types.Of(types.Double)
		a, b = expr.CastTo(a, t), expr.CastTo(b, t)
	case t.Kind == types.Decimal128:
		symbol := op
		if op == "pmod" {
			symbol = "%"
		}
		t = expr.DecimalArithmetic(symbol, t, b.Type())
	}
	nullable := expr.AnyNullable(a, b) || op == "/" && !r.ANSI
	return expr.Resolution{Args: []expr.Expr{a, b}, Type: t, Nullable: nullable}, nil
}

// divideIntervals is a div b for two intervals of one kind: how often b goes into
// a.
func divideIntervals(a, b expr.Expr) (expr.Resolution, bool) {
	ta, tb := a.Type(), b.Type()
	if ta.Kind == types.Null {
		ta = tb
	}
	if tb.Kind == types.Null {
		tb = ta
	}
	if ta.Kind != tb.Kind || ta.Kind != types.YearMonthInterval && ta.Kind != types.DayTimeInterval {
		return expr.Resolution{}, false
	}
	args := []expr.Expr{expr.CastTo(a, ta), expr.CastTo(b, tb)}
	return expr.Resolution{Args: args, Type: types.Of(types.Long), Nullable: expr.AnyNullable(args...)}, true
}

func intervalQuotient[T int32 | int64](bad refusal) expr.Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, b, to := expr.ArgOf[T](args[0]), expr.ArgOf[T](args[1]), batch.Values[int64](out)
		for _, i := range expr.Rows(rows, sel) {
			d := int64(b.At(i))
			if d == 0 {
				if bad == raise {
					return fault.New(fault.IntervalDividedBy, "an interval is divided by one of no length")
				}
				out.SetNull(int(i))
				continue
			}
			to[i] = int64(a.At(i)) / d
		}
		return nil
	}
}

func badOperands(name string, args []expr.Expr) error {
	a, b := args[0].Type(), args[1].Type()
	c := fault.OperandsDiffer
	if a.SameIgnoringNullability(b) {
		c = fault.OperandWrong
	}
	return fault.New(c, "%s does not take %s and %s", name, a.SQL(), b.SQL()).
		With("left", "\""+a.SQL()+"\"").With("right", "\""+b.SQL()+"\"")
}

func arithmeticKernel(c *expr.Call, op string, bad refusal) expr.Kernel {
	switch c.Args[0].Type().Kind {
	case types.Byte:
		return integers[int8](op, bad)
	case types.Short:
		return integers[int16](op, bad)
	case types.Int:
		return integers[int32](op, bad)
	case types.Long:
		return integers[int64](op, bad)
	case types.Float:
		return floats[float32](op, bad)
	case types.Double:
		return floats[float64](op, bad)
	case types.YearMonthInterval:
		return intervalQuotient[int32](bad)
	case types.DayTimeInterval:
		return intervalQuotient[int64](bad)
	default:
		return decimalKernel(c, op, bad)
	}
}

func overflow(op string) error {
	return fault.New(fault.ArithmeticOverflow, "the result of %s does not fit its type; try_%s gives NULL instead",
		op, map[string]string{"+": "add", "-": "subtract", "*": "multiply"}[op]).With("message", "overflow")
}

func divideByZero(op string) error {
	if op == "%" || op == "pmod" {
		return fault.New(fault.RemainderByZero, "remainder of a division by zero; try_mod gives NULL instead")
	}
	return fault.New(fault.DivideByZero, "division by zero; try_divide gives NULL instead")
}

func integers[T integer](op string, bad refusal) expr.Kernel {
	switch op {
	case "+":
		return additive(bad, op, addLoop[T], func(a, b, r T) bool { return (a^r)&(b^r) < 0 })
	case "-":
		return additive(bad, op, subLoop[T], func(a, b, r T) bool { return (a^b)&(a^r) < 0 })
	case "*":
		return additive(bad, op, mulLoop[T], mulOverflows[T])
	default:
		return division(op, bad, func(a, b T) (T, bool) {
			switch op {
			case "div":
				return a / b, !(b == -1 && a != 0 && a == -a)
			case "pmod":
				m := a % b
				if m < 0 {
					m = (m + b) % b
				}
				return m, true
			default:
				return a % b, true
			}
		})
	}
}

// additive runs loop over all rows and, where it says that one overflowed, finds
// the row by check.
func additive[T integer](bad refusal, op string, loop func(to []T, a, b expr.Arg[T], sel []int32) bool,
	check func(a, b, r T) bool) expr.Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, b, to := expr.ArgOf[T](args[0]), expr.ArgOf[T](args[1]), batch.Values[T](out)
		sel = expr.Rows(rows, sel)
		if !loop(to, a, b, sel) || bad == wrap {
			return nil
		}
		for _, i := range sel {
			if check(a.At(i), b.At(i), to[i]) {
				if bad == raise {
					return overflow(op)
				}
				out.SetNull(int(i))
			}
		}
		return nil
	}
}

func addLoop[T integer](to []T, a, b expr.Arg[T], sel []int32) bool {
	var over T
	if c, ok := b.Constant(); ok {
		for _, i := range sel {
			x := a.At(i)
			r := x + c
			over |= (x ^ r) & (c ^ r)
			to[i] = r
		}
		return over < 0
	}
	for _, i := range sel {
		x, y := a.At(i), b.At(i)
		r := x + y
		over |= (x ^ r) & (y ^ r)
		to[i] = r
	}
	return over < 0
}

func subLoop[T integer](to []T, a, b expr.Arg[T], sel []int32) bool {
	var over T
	for _, i := range sel {
		x, y := a.At(i), b.At(i)
		r := x - y
		over |= (x ^ y) & (x ^ r)
		to[i] = r
	}
	return over < 0
}

// mulLoop finds overflow by the high half of the product, which must repeat the
// sign of the low one.
func mulLoop[T integer](to []T, a, b expr.Arg[T], sel []int32) bool {
	var over uint64
	for _, i := range sel {
		x, y := int64(a.At(i)), int64(b.At(i))
		hi, lo := mulSigned(x, y)
		r := T(lo)
		over |= uint64(hi) ^ uint64(int64(r)>>63)
		over |= uint64(int64(r)) ^ lo
		to[i] = r
	}
	return over != 0
}

func mulSigned(x, y int64) (hi int64, lo uint64) {
	h, lo := bits.Mul64(uint64(x), uint64(y))
	return int64(h) - x>>63&y - y>>63&x, lo
}

func mulOverflows[T integer](a, b, _ T) bool {
	hi, lo := mulSigned(int64(a), int64(b))
	r := T(lo)
	return hi != int64(r)>>63 || uint64(int64(r)) != lo
}

// division is the kernel of an operator that has no value for a zero divisor.
// f reports overflow by false.
func division[T batch.Value](op string, bad refusal, f func(a, b T) (T, bool)) expr.Kernel {
	var zero T
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, b, to := expr.ArgOf[T](args[0]), expr.ArgOf[T](args[1]), batch.Values[T](out)
		for _, i := range expr.Rows(rows, sel) {
			y := b.At(i)
			if y == zero {
				if bad == raise {
					return divideByZero(op)
				}
				out.SetNull(int(i))
				continue
			}
			r, ok := f(a.At(i), y)
			if !ok && (bad != wrap || out.Type.Kind == types.Decimal128) {
				if bad == raise {
					return tooLarge(op, out.Type, r)
				}
				out.SetNull(int(i))
			}
			to[i] = r
		}
		return nil
	}
}

func tooLarge(op string, t types.Type, v any) error {
	if d, ok := v.(types.Decimal); ok {
		return outOfRange(d, t.Scale, t)
	}
	return overflow(op)
}

func floats[T float](op string, bad refusal) expr.Kernel {
	switch op {
	case "+":
		return expr.Binary(func(a, b T) T { return a + b })
	case "-":
		return expr.Binary(func(a, b T) T { return a - b })
	case "*":
		return multiplyFloats[T]
	case "/":
		return division(op, bad, func(a, b T) (T, bool) { return a / b, true })
	case "pmod":
		return division(op, bad, func(a, b T) (T, bool) {
			m := math.Mod(float64(a), float64(b))
			if m < 0 {
				m = math.Mod(m+float64(b), float64(b))
			}
			return T(m), true
		})
	default:
		return division(op, bad, func(a, b T) (T, bool) { return T(math.Mod(float64(a), float64(b))), true })
	}
}

func multiplyFloats[T float](out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	a, b, to := expr.ArgOf[T](args[0]), expr.ArgOf[T](args[1]), batch.Values[T](out)
	for _, i := range expr.Rows(rows, sel) {
		to[i] = a.At(i) * b.At(i)
	}
	return nil
}
