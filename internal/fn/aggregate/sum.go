package aggregate

import (
	"math"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// sum is sum(number or interval): bigint for integers, double for floats, ten
// digits more for decimals. A bigint or interval that overflows is an error; in
// a session without ANSI mode a bigint wraps around and a decimal gives null.
var sum = &expr.Aggregate{
	Name:    "sum",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) { return summed(r, "sum", args) },
	Partial: func(c *expr.AggregateCall) []types.Type {
		if c.Typ.Kind == types.Decimal128 {
			return []types.Type{c.Typ, types.Of(types.Boolean)}
		}
		return []types.Type{c.Typ}
	},
	New: func(c *expr.AggregateCall, env *expr.Env) (expr.Accumulator, error) {
		return newSum(c, env.ANSI), nil
	},
}

// trySum is sum that gives null where it overflows.
var trySum = &expr.Aggregate{
	Name:    "try_sum",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) { return summed(r, "try_sum", args) },
	Partial: func(c *expr.AggregateCall) []types.Type {
		if c.Typ.Fractional() {
			return []types.Type{c.Typ}
		}
		return []types.Type{c.Typ, types.Of(types.Boolean)}
	},
	New: func(c *expr.AggregateCall, _ *expr.Env) (expr.Accumulator, error) {
		if c.Typ.Fractional() {
			return newSum(c, false), nil
		}
		return newExactSum(c, false), nil
	},
}

// summed resolves a sum.
func summed(r *expr.Resolver, name string, args []expr.Expr) (expr.Resolution, error) {
	if len(args) != 1 {
		return expr.Resolution{}, expr.WrongCount(name, "1", len(args))
	}
	arg := args[0]
	var t types.Type
	switch in := arg.Type(); in.Kind {
	case types.Byte, types.Short, types.Int, types.Long:
		t = types.Of(types.Long)
	case types.Decimal128:
		t = types.DecimalOf(min(in.Precision+10, types.MaxPrecision), in.Scale)
	case types.YearMonthInterval, types.DayTimeInterval:
		t = in
	case types.Float, types.Double:
		t = types.Of(types.Double)
	case types.String, types.Null:
		t = types.Of(types.Double)
		arg = expr.CastTo(arg, t)
	default:
		return expr.Resolution{}, expr.Unexpected(name, 0, `"NUMERIC" or "ANSI INTERVAL"`, arg)
	}
	return expr.Resolution{Args: []expr.Expr{arg}, Type: t, Nullable: true}, nil
}

func newSum(c *expr.AggregateCall, ansi bool) expr.Accumulator {
	switch c.Args[0].Type().Kind {
	case types.Byte:
		return &intSum[int8]{call: c, wrap: !ansi}
	case types.Short:
		return &intSum[int16]{call: c, wrap: !ansi}
	case types.Int:
		return &intSum[int32]{call: c, wrap: !ansi}
	case types.YearMonthInterval:
		return &intSum[int32]{call: c, interval: true, months: true}
	case types.DayTimeInterval:
		return &intSum[int64]{call: c, interval: true}
	case types.Long:
		return &intSum[int64]{call: c, wrap: !ansi}
	case types.Float:
		return &floatSum[float32]{}
	case types.Double:
		return &floatSum[float64]{}
	default:
		return newExactSum(c, ansi)
	}
}

// integer types and floating ones, as columns hold them.
type integers interface{ int8 | int16 | int32 | int64 }
type floats interface{ float32 | float64 }

// intSum sums integers, with an error where 64 bits do not hold the sum.
type intSum[T integers] struct {
	sums []int64
	seen []bool
	// wrap: overflow wraps around. interval: the values are intervals; months:
	// their result is an int32.
	wrap, interval, months bool
	rows, merged           strict
	call                   *expr.AggregateCall
}

func (s *intSum[T]) Reset(from, to int) {
	s.sums, s.seen = emptied(s.sums, from, to), emptied(s.seen, from, to)
}

func (s *intSum[T]) Update(groups []int32, args []*batch.Column, sel []int32) error {
	arg, groups, sel := s.rows.column(groups, args[0], sel)
	if len(groups) == 0 {
		return nil
	}
	marked(s.seen, groups)
	return s.check(addInts(s.sums, groups, batch.Values[T](arg), sel))
}

func (s *intSum[T]) check(over int64) error {
	switch {
	case over >= 0 || s.wrap:
		return nil
	case s.interval:
		return overflow(s.call, "interval")
	default:
		return overflow(s.call, "long")
	}
}

// addInts adds values by group. The outcome is negative where a sum overflowed.
func addInts[T integers](sums []int64, groups []int32, values []T, sel []int32) int64 {
	var over int64
	if sel == nil {
		values = values[:len(groups)]
		for k, g := range groups {
			was, v := sums[g], int64(values[k])
			is := was + v
			sums[g] = is
			over |= (was ^ is) & (v ^ is)
		}
		return over
	}
	sel = sel[:len(groups)]
	for k, g := range groups {
		was, v := sums[g], int64(values[sel[k]])
		is := was + v
		sums[g] = is
		over |= (was ^ is) & (v ^ is)
	}
	return over
}

func (s *intSum[T]) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	arg, groups, sel := s.merged.column(groups, partial[0], sel)
	if len(groups) == 0 {
		return nil
	}
	marked(s.seen, groups)
	if s.months {
		return s.check(addInts(s.sums, groups, batch.Values[int32](arg), sel))
	}
	return s.check(addInts(s.sums, groups, batch.Values[int64](arg), sel))
}

func (s *intSum[T]) Save(groups []int32, partial []*batch.Column) error {
	return s.Result(groups, partial[0])
}

func (s *intSum[T]) Result(groups []int32, out *batch.Column) error {
	if !s.months {
		putSeen(out, s.sums, s.seen, groups)
		return nil
	}
	n := out.Len()
	out.Extend(len(groups))
	to := batch.Values[int32](out)[n:]
	for i, g := range groups {
		if v := s.sums[g]; v > math.MaxInt32 || v < math.MinInt32 {
			return overflow(s.call, "interval")
		}
		to[i] = int32(s.sums[g])
		if !s.seen[g] {
			out.SetNull(n + i)
		}
	}
	return nil
}

// floatSum sums floats in the order of the rows.
type floatSum[T floats] struct {
	sums         []float64
	seen         []bool
	rows, merged strict
}

func (s *floatSum[T]) Reset(from, to int) {
	s.sums, s.seen = emptied(s.sums, from, to), emptied(s.seen, from, to)
}

func (s *floatSum[T]) Update(groups []int32, args []*batch.Column, sel []int32) error {
	arg, groups, sel := s.rows.column(groups, args[0], sel)
	if len(groups) > 0 {
		marked(s.seen, groups)
		kernel.AddTo(s.sums, groups, batch.Values[T](arg), sel)
	}
	return nil
}

func (s *floatSum[T]) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	arg, groups, sel := s.merged.column(groups, partial[0], sel)
	if len(groups) > 0 {
		marked(s.seen, groups)
		kernel.AddTo(s.sums, groups, batch.Values[float64](arg), sel)
	}
	return nil
}

func (s *floatSum[T]) Save(groups []int32, partial []*batch.Column) error {
	putSeen(partial[0], s.sums, s.seen, groups)
	return nil
}

func (s *floatSum[T]) Result(groups []int32, out *batch.Column) error {
	putSeen(out, s.sums, s.seen, groups)
	return nil
}
