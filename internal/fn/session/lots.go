package session

import (
	"encoding/binary"
	"math/bits"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// lots is Spark's generator of random numbers, so that a seed gives its numbers.
type lots uint64

func newLots(seed int64) *lots {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(seed))
	low := murmur(b[:], 0x3c074a61)
	l := lots(uint64(murmur(b[:], low))<<32 | uint64(low))
	return &l
}

// murmur is Scala's MurmurHash3 of whole words.
func murmur(b []byte, h uint32) uint32 {
	n := uint32(len(b))
	for ; len(b) >= 4; b = b[4:] {
		k := bits.RotateLeft32(binary.LittleEndian.Uint32(b)*0xcc9e2d51, 15) * 0x1b873593
		h = bits.RotateLeft32(h^k, 13)*5 + 0xe6546b64
	}
	h ^= n
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

func (l *lots) next(n int) int32 {
	s := uint64(*l)
	s ^= s << 21
	s ^= s >> 35
	s ^= s << 4
	*l = lots(s)
	return int32(s & (1<<n - 1))
}

func (l *lots) float64() float64 {
	hi := int64(l.next(26)) << 27
	return float64(hi+int64(l.next(27))) / (1 << 53)
}

// series is the series of a function: it begins anew with each task, from the seed
// that a literal gives and the task's number, or else from what the batch has of
// chance.
type series struct {
	lots
	lot    *expr.Lot
	seed   int64
	seeded bool
}

func newSeries(env *expr.Env, args []expr.Expr, k int) *series {
	s := &series{lot: env.NewLot()}
	s.seed, s.seeded = seedOf(args, k)
	return s
}

// begin begins the series if a task has begun.
func (s *series) begin() {
	switch {
	case !s.lot.Begins():
	case s.seeded:
		s.lots = *newLots(s.seed + int64(s.lot.Task()))
	default:
		s.lots = *newLots(int64(s.lot.Seed()))
	}
}

// seedOf is the seed that a literal gives; false: there is none.
func seedOf(args []expr.Expr, k int) (int64, bool) {
	if k < len(args) {
		if l, ok := args[k].(*expr.Literal); ok {
			switch v := l.Value.(type) {
			case int32:
				return int64(v), true
			case int64:
				return v, true
			case nil:
				return 0, true
			}
		}
	}
	return 0, false
}

// uniform is uniform(min, max, seed): a number between two constants, of the wider
// type of both.
var uniform = &expr.Function{
	Name:     "uniform",
	Volatile: true,
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 2 && len(args) != 3 {
			return expr.Resolution{}, expr.WrongCount("uniform", "2 or 3", len(args))
		}
		for k, a := range args[:2] {
			if !a.Type().Numeric() {
				return expr.Resolution{}, expr.Unexpected("uniform", k, "integer or floating-point", a)
			}
		}
		a, b := args[0].Type(), args[1].Type()
		t := a
		switch {
		case a.Kind == types.Decimal128 && b.Integral():
		case b.Kind == types.Decimal128 && a.Integral():
			t = b
		default:
			var ok bool
			if t, ok = r.Wider(a, b); !ok {
				return expr.Resolution{}, expr.Unexpected("uniform", 1, a.SQL(), args[1])
			}
		}
		tDouble := types.Of(types.Double)
		draw := &expr.Call{Fn: drawn, Args: append(expr.CastAll(args[:2], tDouble), args[2:]...), Typ: tDouble}
		return expr.Resolution{Args: []expr.Expr{expr.CastTo(draw, t)}, Type: t, Text: expr.CallText("uniform", args)}, nil
	},
	Compile: func(_ *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) { return args[0], nil },
}

// drawn is the number of uniform as a double.
var drawn = &expr.Function{
	Name:     "uniform",
	Volatile: true,
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		l := newSeries(env, c.Args, 2)
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			l.begin()
			from, end, to := expr.ArgOf[float64](args[0]), expr.ArgOf[float64](args[1]), batch.Values[float64](out)
			for _, i := range expr.Rows(rows, sel) {
				to[i] = from.At(i) + l.float64()*(end.At(i)-from.At(i))
			}
			return nil
		}, nil
	},
}

// randomText is randstr(length, seed): letters and digits.
var randomText = &expr.Function{
	Name:     "randstr",
	Volatile: true,
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 && len(args) != 2 {
			return expr.Resolution{}, expr.WrongCount("randstr", "1 or 2", len(args))
		}
		l, ok := args[0].(*expr.Literal)
		n, isInt := int32(0), false
		if ok {
			n, isInt = l.Value.(int32)
		}
		if !isInt {
			return expr.Resolution{}, expr.Unexpected("randstr", 0, "INT or SMALLINT", args[0])
		}
		if n < 0 {
			return expr.Resolution{}, fault.New(fault.ValueOutOfRange, "the length of randstr cannot be %d", n)
		}
		return expr.Resolution{Args: args, Type: tString}, nil
	},
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		l := newSeries(env, c.Args, 1)
		n := c.Args[0].(*expr.Literal).Value.(int32)
		return func(out *batch.Column, _ []*batch.Column, rows int, sel []int32) error {
			l.begin()
			to := batch.Values[string](out)
			for _, i := range expr.Rows(rows, sel) {
				b := make([]byte, n)
				for k := range b {
					v := l.next(32) % 62
					b[k] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[max(v, -v)]
				}
				to[i] = string(b)
			}
			return nil
		}, nil
	},
}
