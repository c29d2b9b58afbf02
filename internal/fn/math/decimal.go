package math

import (
	"math"
	"math/big"
	"strconv"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// decimalKernel is arithmetic on decimals whose scales may differ.
func decimalKernel(c *expr.Call, op string, bad refusal) expr.Kernel {
	d := decimals{a: c.Args[0].Type(), b: c.Args[1].Type(), out: c.Typ, bad: bad}
	switch op {
	case "+":
		return d.sum(false, types.Decimal.Add, func(x, y types.Decimal) (types.Decimal, bool) {
			return x.AddRound(y, d.a.Scale, d.b.Scale, d.out.Scale)
		})
	case "-":
		return d.sum(true, types.Decimal.Sub, func(x, y types.Decimal) (types.Decimal, bool) {
			return x.AddRound(y.Neg(), d.a.Scale, d.b.Scale, d.out.Scale)
		})
	case "*":
		return d.product()
	case "div":
		return d.wholeQuotient()
	default:
		return division(op, bad, d.guard(op))
	}
}

// decimals are the types of an operation.
type decimals struct {
	a, b, out types.Type
	bad       refusal
}

func outOfRange(v types.Decimal, scale int, t types.Type) error {
	return fault.New(fault.NumericOutOfRange, "%s does not fit %s", v.Format(scale), t.SQL()).
		With("value", v.Format(scale))
}

// loop is the kernel of f; bounded says that results may have more digits than
// the type.
func (d *decimals) loop(bounded bool, f func(x, y types.Decimal) (types.Decimal, bool)) expr.Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, maskA := expr.ArgOf[types.Decimal](args[0]).Raw()
		b, maskB := expr.ArgOf[types.Decimal](args[1]).Raw()
		to := batch.Values[types.Decimal](out)
		for _, i := range expr.Rows(rows, sel) {
			r, ok := f(a[i&maskA], b[i&maskB])
			if !ok || bounded && !r.FitsPrecision(d.out.Precision) {
				if d.bad == raise {
					return outOfRange(r, d.out.Scale, d.out)
				}
				out.SetNull(int(i))
			}
			to[i] = r
		}
		return nil
	}
}

func (d *decimals) sum(minus bool, exact, rounded func(x, y types.Decimal) (types.Decimal, bool)) expr.Kernel {
	bounded := d.out.Precision == types.MaxPrecision
	if d.a.Scale == d.out.Scale && d.b.Scale == d.out.Scale {
		return d.loop(bounded, exact)
	}
	if shiftA, shiftB := d.out.Scale-d.a.Scale, d.out.Scale-d.b.Scale; shiftA >= 0 && shiftB >= 0 &&
		max(d.a.Precision+shiftA, d.b.Precision+shiftB) < wordDigits {
		return d.narrowSum(minus)
	}
	return d.loop(bounded, rounded)
}

// wordDigits is how many digits surely fit an int64.
const wordDigits = 18

// narrowSum adds or subtracts decimals that fit words, at their result's scale, too.
func (d *decimals) narrowSum(minus bool) expr.Kernel {
	growA := int64(types.PowerOfTen(d.out.Scale - d.a.Scale).Lo)
	growB := int64(types.PowerOfTen(d.out.Scale - d.b.Scale).Lo)
	if minus {
		growB = -growB
	}
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, maskA := expr.ArgOf[types.Decimal](args[0]).Raw()
		b, maskB := expr.ArgOf[types.Decimal](args[1]).Raw()
		to := batch.Values[types.Decimal](out)
		for _, i := range expr.Rows(rows, sel) {
			to[i] = types.DecimalFromInt64(int64(a[i&maskA].Lo)*growA + int64(b[i&maskB].Lo)*growB)
		}
		return nil
	}
}

func (d *decimals) product() expr.Kernel {
	drop := d.a.Scale + d.b.Scale - d.out.Scale
	if drop != 0 || d.out.Precision == types.MaxPrecision {
		return d.loop(true, func(x, y types.Decimal) (types.Decimal, bool) { return x.MulRound(y, drop) })
	}
	// The product has as many digits as the type at most: it fits always.
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, maskA := expr.ArgOf[types.Decimal](args[0]).Raw()
		b, maskB := expr.ArgOf[types.Decimal](args[1]).Raw()
		to := batch.Values[types.Decimal](out)
		for _, i := range expr.Rows(rows, sel) {
			x, y := a[i&maskA], b[i&maskB]
			if x.Hi == int64(x.Lo)>>63 && y.Hi == int64(y.Lo)>>63 {
				hi, lo := mulSigned(int64(x.Lo), int64(y.Lo))
				to[i] = types.Decimal{Lo: lo, Hi: hi}
				continue
			}
			to[i], _ = x.Mul(y)
		}
		return nil
	}
}

// guard is the quotient or remainder of two decimals of which the second is not
// zero.
func (d *decimals) guard(op string) func(x, y types.Decimal) (types.Decimal, bool) {
	fit := func(r types.Decimal, ok bool) (types.Decimal, bool) {
		return r, ok && r.FitsPrecision(d.out.Precision)
	}
	if op == "/" {
		shift := d.out.Scale - d.a.Scale + d.b.Scale
		return func(x, y types.Decimal) (types.Decimal, bool) { return fit(x.Quo(y, shift)) }
	}
	scale := max(d.a.Scale, d.b.Scale)
	return func(x, y types.Decimal) (types.Decimal, bool) {
		a, okA := x.Rescale(d.a.Scale, scale)
		b, okB := y.Rescale(d.b.Scale, scale)
		if !okA || !okB {
			return wideRemainder(x, y, d, op)
		}
		_, m := a.QuoRem(b)
		if op == "pmod" && m.Sign() < 0 {
			m, _ = m.Add(b)
			_, m = m.QuoRem(b)
		}
		return fit(m.Rescale(scale, d.out.Scale))
	}
}

// wideRemainder is the remainder of operands that have more than 38 digits at
// one scale.
func wideRemainder(x, y types.Decimal, d *decimals, op string) (types.Decimal, bool) {
	scale := max(d.a.Scale, d.b.Scale)
	a, b := bigInt(x, scale-d.a.Scale), bigInt(y, scale-d.b.Scale)
	m := new(big.Int).Rem(a, b)
	if op == "pmod" && m.Sign() < 0 {
		m.Rem(m.Add(m, b), b)
	}
	r, err := types.ParseDecimal(m.String()+"e"+strconv.Itoa(-scale), d.out.Precision, d.out.Scale)
	return r, err == nil
}

func bigInt(d types.Decimal, shift int) *big.Int {
	v, _ := new(big.Int).SetString(d.Format(-shift), 10)
	return v
}

// wholeQuotient is div: the quotient cut to an integer.
func (d *decimals) wholeQuotient() expr.Kernel {
	scale := max(d.a.Scale, d.b.Scale)
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, b := expr.ArgOf[types.Decimal](args[0]), expr.ArgOf[types.Decimal](args[1])
		to := batch.Values[int64](out)
		for _, i := range expr.Rows(rows, sel) {
			y, _ := b.At(i).Rescale(d.b.Scale, scale)
			x, ok := a.At(i).Rescale(d.a.Scale, scale)
			if y.IsZero() {
				if d.bad == raise {
					return divideByZero("div")
				}
				out.SetNull(int(i))
				continue
			}
			q, _ := x.QuoRem(y)
			v, fits := q.Int64()
			if !ok || !fits {
				if d.bad == raise {
					return overflow("div")
				}
				out.SetNull(int(i))
			}
			to[i] = v
		}
		return nil
	}
}

// unary is -x, +x or abs(x) on every type of number and on intervals.
func unary(name, op string) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			e, err := numeric(r, name, args, true)
			if err != nil {
				return expr.Resolution{}, err
			}
			res := expr.Resolution{Args: []expr.Expr{e}, Type: e.Type(), Nullable: e.Nullable()}
			switch {
			case op == "+":
				res.Text = "(+ " + args[0].String() + ")"
			case name == "-":
				res.Text = "(- " + args[0].String() + ")"
			default:
				res.Text = expr.CallText(name, args)
			}
			return res, nil
		},
		Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
			bad := refusalOf(false, env)
			switch c.Typ.Kind {
			case types.Byte:
				return sign[int8](op, bad), nil
			case types.Short:
				return sign[int16](op, bad), nil
			case types.Int:
				return sign[int32](op, bad), nil
			case types.Long:
				return sign[int64](op, bad), nil
			case types.YearMonthInterval:
				return sign[int32](op, raise), nil
			case types.DayTimeInterval:
				return sign[int64](op, raise), nil
			case types.Float:
				return signFloat[float32](op), nil
			case types.Double:
				return signFloat[float64](op), nil
			default:
				return expr.Unary(func(d types.Decimal) types.Decimal {
					if op == "-" || op == "abs" && d.Hi < 0 {
						return d.Neg()
					}
					return d
				}), nil
			}
		},
	}
}

func sign[T integer](op string, bad refusal) expr.Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, to := expr.ArgOf[T](args[0]), batch.Values[T](out)
		for _, i := range expr.Rows(rows, sel) {
			v := a.At(i)
			if op == "-" || op == "abs" && v < 0 {
				if v == -v && v != 0 && bad == raise {
					return overflow(op)
				}
				v = -v
			}
			to[i] = v
		}
		return nil
	}
}

func signFloat[T float](op string) expr.Kernel {
	return expr.Unary(func(v T) T {
		switch op {
		case "-":
			return -v
		case "abs":
			return T(math.Abs(float64(v)))
		default:
			return v
		}
	})
}

// numeric is the one argument of a function that takes a number of any type, or
// an interval; a string and a null become doubles.
func numeric(r *expr.Resolver, name string, args []expr.Expr, intervals bool) (expr.Expr, error) {
	if len(args) != 1 {
		return nil, expr.WrongCount(name, "1", len(args))
	}
	switch t := args[0].Type(); {
	case t.Numeric(), intervals && (t.Kind == types.YearMonthInterval || t.Kind == types.DayTimeInterval):
		return args[0], nil
	case t.Kind == types.Null, t.Kind == types.String:
		return expr.CastTo(args[0], types.Of(types.Double)), nil
	default:
		return nil, expr.Unexpected(name, 0, "(\"NUMERIC\" or \"ANSI INTERVAL\")", args[0])
	}
}
