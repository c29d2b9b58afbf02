package math

import (
	"math"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// real1 is a function of one double that has a value everywhere.
func real1(name, shown string, f func(float64) float64) *expr.Function {
	return &expr.Function{Name: name, Resolve: real(name, shown, 1),
		Kernel: expr.Static(expr.Unary(f)), Total: true}
}

// partial1 is a function of one double that is null where f says so.
func partial1(name, shown string, f func(float64) (float64, bool)) *expr.Function {
	return &expr.Function{Name: name, Resolve: real(name, shown, 1), Kernel: expr.Static(expr.UnaryOK(f))}
}

func real2(name, shown string, f func(a, b float64) float64) *expr.Function {
	return &expr.Function{Name: name, Resolve: real(name, shown, 2),
		Kernel: expr.Static(expr.Binary(f)), Total: true}
}

// real is the Resolve of a function of n doubles.
func real(name, shown string, n int) func(*expr.Resolver, []expr.Expr) (expr.Resolution, error) {
	params := []types.Type{types.Of(types.Double), types.Of(types.Double)}[:n]
	return func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		cast, err := r.Params(name, n, args, params...)
		if err != nil {
			return expr.Resolution{}, err
		}
		null := expr.AnyNullable(cast...) || strings.HasPrefix(name, "l") // logarithms
		return expr.Resolution{Args: cast, Type: types.Of(types.Double), Nullable: null,
			Text: expr.CallText(shown, args)}, nil
	}
}

// log is log(x), the natural logarithm, or log(base, x).
var log = &expr.Function{
	Name: "log",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) == 1 {
			res, err := real("ln", "ln", 1)(r, args)
			return res, err
		}
		return real("log", "LOG", 2)(r, args)
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		if len(c.Args) == 1 {
			return expr.UnaryOK(positiveOnly(math.Log)), nil
		}
		return expr.BinaryOK(func(base, x float64) (float64, bool) {
			return math.Log(x) / math.Log(base), x > 0 && base > 0
		}), nil
	},
}

// positiveOnly is f, without a value from zero down.
func positiveOnly(f func(float64) float64) func(float64) (float64, bool) {
	return func(x float64) (float64, bool) {
		if x <= 0 {
			return 0, false
		}
		return f(x), true
	}
}

func log1p(x float64) (float64, bool) {
	if x <= -1 {
		return 0, false
	}
	return math.Log1p(x), true
}

func constant(name, shown string, v float64) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 0 {
				return expr.Resolution{}, expr.WrongCount(name, "0", len(args))
			}
			return expr.Resolution{Type: types.Of(types.Double), Text: shown + "()"}, nil
		},
		Kernel: expr.Static(fill(v)),
		Total:  true,
	}
}

// signum is sign(x): -1.0, 0.0 or 1.0.
func signum(name, shown string) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			e, err := numeric(r, name, args, true)
			if err != nil {
				return expr.Resolution{}, err
			}
			if e.Type().Numeric() {
				e = expr.CastTo(e, types.Of(types.Double))
			}
			return expr.Resolution{Args: []expr.Expr{e}, Type: types.Of(types.Double), Nullable: e.Nullable(),
				Text: expr.CallText(shown, args)}, nil
		},
		Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
			switch c.Args[0].Type().Kind {
			case types.YearMonthInterval:
				return expr.Unary(func(v int32) float64 { return signOf(float64(v)) }), nil
			case types.DayTimeInterval:
				return expr.Unary(func(v int64) float64 { return signOf(float64(v)) }), nil
			default:
				return expr.Unary(signOf), nil
			}
		},
		Total: true,
	}
}

func signOf(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	default:
		return v
	}
}

// pow is as Java's: 1 to the power of NaN is NaN.
func pow(a, b float64) float64 {
	if math.IsNaN(b) || math.Abs(a) == 1 && math.IsInf(b, 0) {
		return math.NaN()
	}
	return math.Pow(a, b)
}
