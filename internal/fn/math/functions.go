package math

import (
	"math"
	"math/rand/v2"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// Functions is the theme's table.
var Functions = []*expr.Function{
	arithmetic("+", "+", "+", false),
	minus,
	arithmetic("*", "*", "*", false),
	arithmetic("/", "/", "/", false),
	arithmetic("%", "%", "%", false),
	arithmetic("mod", "%", "", false),
	arithmetic("div", "div", "div", false),
	arithmetic("pmod", "pmod", "", false),
	arithmetic("try_add", "+", "", true),
	arithmetic("try_subtract", "-", "", true),
	arithmetic("try_multiply", "*", "", true),
	arithmetic("try_divide", "/", "", true),
	arithmetic("try_mod", "%", "", true),
	unary("negative", "-"),
	unary("positive", "+"),
	unary("abs", "abs"),
	signum("sign", "sign"),
	signum("signum", "SIGNUM"),

	rounding("round", "round", types.HalfUp),
	rounding("bround", "bround", types.HalfEven),
	rounding("ceil", "CEIL", types.Ceiling),
	rounding("ceiling", "ceiling", types.Ceiling),
	rounding("floor", "FLOOR", types.Floor),
	real1("rint", "rint", math.RoundToEven),

	bitwise("&"), bitwise("|"), bitwise("^"), complement,
	shift("shiftleft", "", true, false), shift("<<", "<<", true, false),
	shift("shiftright", "", false, false), shift(">>", ">>", false, false),
	shift("shiftrightunsigned", "", false, true), shift(">>>", ">>>", false, true),
	bitCount, bitGet("bit_get"), bitGet("getbit"),

	real1("acos", "ACOS", math.Acos),
	real1("acosh", "ACOSH", math.Acosh),
	real1("asin", "ASIN", math.Asin),
	real1("asinh", "ASINH", math.Asinh),
	real1("atan", "ATAN", math.Atan),
	real1("atanh", "ATANH", math.Atanh),
	real2("atan2", "ATAN2", math.Atan2),
	real1("cbrt", "CBRT", math.Cbrt),
	real1("cos", "COS", math.Cos),
	real1("cosh", "COSH", math.Cosh),
	real1("cot", "COT", func(x float64) float64 { return 1 / math.Tan(x) }),
	real1("csc", "CSC", func(x float64) float64 { return 1 / math.Sin(x) }),
	real1("degrees", "DEGREES", func(x float64) float64 { return x * (180 / math.Pi) }),
	real1("exp", "EXP", math.Exp),
	real1("expm1", "EXPM1", math.Expm1),
	real2("hypot", "HYPOT", math.Hypot),
	partial1("ln", "ln", positiveOnly(math.Log)),
	log,
	partial1("log10", "LOG10", positiveOnly(math.Log10)),
	partial1("log2", "LOG2", positiveOnly(math.Log2)),
	partial1("log1p", "LOG1P", log1p),
	real2("pow", "pow", pow),
	real2("power", "POWER", pow),
	real1("radians", "RADIANS", func(x float64) float64 { return x / 180 * math.Pi }),
	real1("sec", "SEC", func(x float64) float64 { return 1 / math.Cos(x) }),
	real1("sin", "SIN", math.Sin),
	real1("sinh", "SINH", math.Sinh),
	real1("sqrt", "SQRT", math.Sqrt),
	real1("tan", "TAN", math.Tan),
	real1("tanh", "TANH", math.Tanh),
	constant("e", "E", math.E),
	constant("pi", "PI", math.Pi),

	hex, unhex, bin, conv, factorial, widthBucket,
	random("rand", "rand", (*rand.Rand).Float64),
	random("random", "rand", (*rand.Rand).Float64),
	random("randn", "randn", (*rand.Rand).NormFloat64),
}

// Add adds the theme's functions that stand in tables of their own.
func Add(r *expr.Registry) { r.Add(bitmaps...) }

// minus is a - b, and with one operand -a.
var minus = &expr.Function{
	Name: "-",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) == 1 {
			return negation.Resolve(r, args)
		}
		return difference.Resolve(r, args)
	},
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		if len(c.Args) == 1 {
			return negation.Kernel(c, env)
		}
		return difference.Kernel(c, env)
	},
}

// The two meanings of minus.
var (
	negation   = unary("-", "-")
	difference = arithmetic("-", "-", "-", false)
)
