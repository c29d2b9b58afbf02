package math

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

func fill(v float64) expr.Kernel {
	return func(out *batch.Column, _ []*batch.Column, rows int, sel []int32) error {
		to := batch.Values[float64](out)
		for _, i := range expr.Rows(rows, sel) {
			to[i] = v
		}
		return nil
	}
}

const upperHex = "0123456789ABCDEF"

// hex is hex(x) of a bigint, a string or bytes.
var hex = &expr.Function{
	Name: "hex",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 {
			return expr.Resolution{}, expr.WrongCount("hex", "1", len(args))
		}
		e, ok := args[0], true
		switch t := e.Type(); {
		case t.Kind == types.String || t.Kind == types.Binary:
		case t.Numeric():
			if e, ok = r.Arg(e, types.Of(types.Long)); !ok {
				return expr.Resolution{}, expr.Unexpected("hex", 0, "(\"BIGINT\" or \"BINARY\" or \"STRING\")", args[0])
			}
		default:
			if e, ok = r.Arg(e, types.Of(types.String)); !ok {
				return expr.Resolution{}, expr.Unexpected("hex", 0, "(\"BIGINT\" or \"BINARY\" or \"STRING\")", args[0])
			}
		}
		return expr.Resolution{Args: []expr.Expr{e}, Type: types.Of(types.String), Nullable: e.Nullable(),
			Text: expr.CallText("hex", args)}, nil
	},
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		if c.Args[0].Type().Kind == types.Long {
			return expr.Text1(func(dst []byte, v int64) ([]byte, bool) {
				for shift := 60; shift > 0; shift -= 4 {
					if uint64(v)>>shift != 0 {
						dst = append(dst, upperHex[uint64(v)>>shift&15])
					}
				}
				return append(dst, upperHex[v&15]), true
			})(c, env)
		}
		return expr.Text1(func(dst []byte, s string) ([]byte, bool) {
			for _, b := range []byte(s) {
				dst = append(dst, upperHex[b>>4], upperHex[b&15])
			}
			return dst, true
		})(c, env)
	},
}

// unhex is unhex(text): the bytes, or null where a letter is no digit.
var unhex = &expr.Function{
	Name: "unhex",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		cast, err := r.Params("unhex", 1, args, types.Of(types.String))
		return expr.Resolution{Args: cast, Type: types.Of(types.Binary), Nullable: true,
			Text: expr.CallText("unhex", args)}, err
	},
	Kernel: expr.Text1(func(dst []byte, s string) ([]byte, bool) {
		high := byte(0)
		for i := range len(s) {
			d := digit(s[i])
			if d > 15 {
				return dst, false
			}
			if (len(s)-i)%2 == 1 {
				dst = append(dst, high<<4|d)
				high = 0
			} else {
				high = d
			}
		}
		return dst, true
	}),
}

// digit is the value of a digit in bases up to 36, or 255.
func digit(b byte) byte {
	switch {
	case b >= '0' && b <= '9':
		return b - '0'
	case b >= 'a' && b <= 'z':
		return b - 'a' + 10
	case b >= 'A' && b <= 'Z':
		return b - 'A' + 10
	default:
		return 255
	}
}

// bin is bin(bigint): its bits.
var bin = &expr.Function{
	Name:    "bin",
	Resolve: expr.Fixed("bin", -1, types.Of(types.String), types.Of(types.Long)),
	Kernel: expr.Text1(func(dst []byte, v int64) ([]byte, bool) {
		return strconv.AppendUint(dst, uint64(v), 2), true
	}),
}

// conv is conv(number as text, from base, to base).
var conv = &expr.Function{
	Name: "conv",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		cast, err := r.Params("conv", 3, args, types.Of(types.String), types.Of(types.Int), types.Of(types.Int))
		return expr.Resolution{Args: cast, Type: types.Of(types.String), Nullable: true,
			Text: expr.CallText("conv", args)}, err
	},
	Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
		var buf []byte
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			buf = buf[:0]
			a, to := expr.ArgOf[string](args[0]), batch.Values[string](out)
			from, base := expr.ArgOf[int32](args[1]), expr.ArgOf[int32](args[2])
			for _, i := range expr.Rows(rows, sel) {
				text, ok, over := convert(a.At(i), from.At(i), base.At(i))
				if over && env.ANSI {
					return overflow("conv")
				}
				if !ok {
					out.SetNull(int(i))
				}
				start := len(buf)
				buf = append(buf, text...)
				to[i] = batch.View(buf[start:])
			}
			return nil
		}, nil
	},
}

// convert reads s in one base and writes it in another; a negative target base
// gives a signed number. False where the bases are not 2 to 36, or nothing is
// there; over where the number has more than 64 bits.
func convert(s string, from, to int32) (text string, ok, over bool) {
	s = strings.Trim(s, " ")
	base := to
	if base < 0 {
		base = -base
	}
	if from < 2 || from > 36 || base < 2 || base > 36 || s == "" {
		return "", false, false
	}
	negative := s[0] == '-'
	if negative {
		s = s[1:]
	}
	var v uint64
	for i := range len(s) {
		d := digit(s[i])
		if int32(d) >= from {
			break
		}
		if v > (math.MaxUint64-uint64(d))/uint64(from) {
			v, over = math.MaxUint64, true
			break
		}
		v = v*uint64(from) + uint64(d)
	}
	if negative {
		switch {
		case to > 0 && int64(v) < 0:
			v = math.MaxUint64
		default:
			v = -v
		}
		if to < 0 && over {
			v = math.MaxUint64
		}
	}
	if to < 0 && int64(v) < 0 {
		return strings.ToUpper("-" + strconv.FormatUint(-v, int(base))), true, over
	}
	return strings.ToUpper(strconv.FormatUint(v, int(base))), true, over
}

// factorial is factorial(n), null outside 0 to 20.
var factorial = &expr.Function{
	Name: "factorial",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		cast, err := r.Params("factorial", 1, args, types.Of(types.Int))
		return expr.Resolution{Args: cast, Type: types.Of(types.Long), Nullable: true}, err
	},
	Kernel: expr.Static(expr.UnaryOK(func(n int32) (int64, bool) {
		if n < 0 || n > 20 {
			return 0, false
		}
		f := int64(1)
		for k := int64(2); k <= int64(n); k++ {
			f *= k
		}
		return f, true
	})),
}

// widthBucket is width_bucket(value, low, high, buckets).
var widthBucket = &expr.Function{
	Name: "width_bucket",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		d := types.Of(types.Double)
		if len(args) > 0 {
			if k := args[0].Type().Kind; k == types.YearMonthInterval || k == types.DayTimeInterval {
				d = args[0].Type()
			}
		}
		cast, err := r.Params("width_bucket", 4, args, d, d, d, types.Of(types.Long))
		return expr.Resolution{Args: cast, Type: types.Of(types.Long), Nullable: true}, err
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		switch c.Args[0].Type().Kind {
		case types.YearMonthInterval:
			return buckets[int32], nil
		case types.DayTimeInterval:
			return buckets[int64], nil
		default:
			return buckets[float64], nil
		}
	},
}

func buckets[T interface{ int32 | int64 | float64 }](out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	v, low, high := expr.ArgOf[T](args[0]), expr.ArgOf[T](args[1]), expr.ArgOf[T](args[2])
	count, to := expr.ArgOf[int64](args[3]), batch.Values[int64](out)
	for _, i := range expr.Rows(rows, sel) {
		b, ok := bucket(float64(v.At(i)), float64(low.At(i)), float64(high.At(i)), count.At(i))
		if !ok {
			out.SetNull(int(i))
		}
		to[i] = b
	}
	return nil
}

func bucket(v, low, high float64, n int64) (int64, bool) {
	switch {
	case n <= 0 || n == math.MaxInt64 || low == high || math.IsNaN(v) || math.IsNaN(low) || math.IsNaN(high) ||
		math.IsInf(low, 0) || math.IsInf(high, 0):
		return 0, false
	case low < high && v < low, low > high && v > low:
		return 0, true
	case low < high && v >= high, low > high && v <= high:
		return n + 1, true
	default:
		return int64(float64(n)*(v-low)/(high-low)) + 1, true
	}
}

// random is rand(seed) or randn(seed): numbers that are the same when a batch is run
// again and, without a seed, differ from batch to batch.
func random(name, shown string, next func(*rand.Rand) float64) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			cast, err := r.Params(name, 0, args, types.Of(types.Long))
			return expr.Resolution{Args: cast, Type: types.Of(types.Double), Text: expr.CallText(shown, args)}, err
		},
		Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
			seed := int64(0)
			if len(c.Args) == 1 {
				if l, ok := c.Args[0].(*expr.Literal); ok && l.Value != nil {
					seed, _ = l.Value.(int64)
				}
			}
			var source *rand.Rand
			lot := env.NewLot()
			return func(out *batch.Column, _ []*batch.Column, rows int, sel []int32) error {
				if lot.Begins() {
					source = rand.New(rand.NewPCG(uint64(seed), uint64(lot.Task())))
					if len(c.Args) == 0 {
						source = rand.New(rand.NewPCG(lot.Seed(), 0))
					}
				}
				to := batch.Values[float64](out)
				for _, i := range expr.Rows(rows, sel) {
					to[i] = next(source)
				}
				return nil
			}, nil
		},
		NullSafe: true,
		Volatile: true,
	}
}
