package aggregate

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// average is avg under one of its names: double for numbers, four digits more
// for decimals, an interval for intervals.
func average(name string, try bool) *expr.Aggregate {
	return &expr.Aggregate{
		Name:    name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) { return averaged(r, name, args) },
		Partial: func(c *expr.AggregateCall) []types.Type {
			if c.Typ.Kind == types.Double {
				return []types.Type{c.Typ, types.Of(types.Long)}
			}
			return []types.Type{sumOfAverage(c), types.Of(types.Boolean), types.Of(types.Long)}
		},
		New: func(c *expr.AggregateCall, env *expr.Env) (expr.Accumulator, error) {
			if c.Typ.Kind != types.Double {
				sums := &exactSum{call: c, fits: fitting(sumOfAverage(c)), roomy: hasRoom(c, sumOfAverage(c))}
				return &exactAvg{sums: sums, raise: env.ANSI && !try || c.Typ.Kind != types.Decimal128 && !try}, nil
			}
			return newFloatAvg(c.Args[0].Type().Kind), nil
		},
	}
}

// averaged resolves avg.
func averaged(r *expr.Resolver, name string, args []expr.Expr) (expr.Resolution, error) {
	res, err := summed(r, name, args)
	if err != nil {
		return res, err
	}
	switch in := res.Args[0].Type(); in.Kind {
	case types.Decimal128:
		res.Type = types.DecimalOf(min(in.Precision+4, types.MaxPrecision), min(in.Scale+4, types.MaxPrecision))
	case types.Long:
		res.Type = types.Of(types.Double)
	case types.DayTimeInterval, types.YearMonthInterval: // of all fields, whatever those of the values
		res.Type = types.Of(in.Kind)
	default:
		if in.Integral() {
			res.Type = types.Of(types.Double)
		}
	}
	return res, nil
}

// sumOfAverage is the type of the sum that an exact average keeps.
func sumOfAverage(c *expr.AggregateCall) types.Type {
	t := c.Args[0].Type()
	if t.Kind == types.Decimal128 {
		return types.DecimalOf(min(t.Precision+10, types.MaxPrecision), t.Scale)
	}
	return t
}

// newFloatAvg averages numbers of a kind as doubles.
func newFloatAvg(k types.Kind) expr.Accumulator {
	switch k {
	case types.Byte:
		return &floatAvg[int8]{}
	case types.Short:
		return &floatAvg[int16]{}
	case types.Int:
		return &floatAvg[int32]{}
	case types.Long:
		return &floatAvg[int64]{}
	case types.Float:
		return &floatAvg[float32]{}
	default:
		return &floatAvg[float64]{}
	}
}

// mean is a sum and the number of its terms, together because a row touches both.
type mean struct {
	sum float64
	n   int64
}

// floatAvg averages numbers as doubles, added in the order of the rows.
type floatAvg[T interface{ integers | floats }] struct {
	means        []mean
	rows, merged strict
}

func (a *floatAvg[T]) Reset(from, to int) { a.means = emptied(a.means, from, to) }

func (a *floatAvg[T]) Update(groups []int32, args []*batch.Column, sel []int32) error {
	arg, groups, sel := a.rows.column(groups, args[0], sel)
	if len(groups) == 0 {
		return nil
	}
	means, values := a.means, batch.Values[T](arg)
	if sel == nil {
		values = values[:len(groups)]
		for k, g := range groups {
			m := &means[g]
			m.sum += float64(values[k])
			m.n++
		}
		return nil
	}
	sel = sel[:len(groups)]
	for k, g := range groups {
		m := &means[g]
		m.sum += float64(values[sel[k]])
		m.n++
	}
	return nil
}

func (a *floatAvg[T]) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	sums, counts := expr.ArgOf[float64](partial[0]), expr.ArgOf[int64](partial[1])
	rows := rowsOf(groups, sel)
	for k, g := range groups {
		a.means[g].sum += sums.At(rows[k])
		a.means[g].n += counts.At(rows[k])
	}
	return nil
}

func (a *floatAvg[T]) Save(groups []int32, partial []*batch.Column) error {
	n := partial[0].Len()
	partial[0].Extend(len(groups))
	partial[1].Extend(len(groups))
	sums, counts := batch.Values[float64](partial[0])[n:], batch.Values[int64](partial[1])[n:]
	for i, g := range groups {
		sums[i], counts[i] = a.means[g].sum, a.means[g].n
	}
	return nil
}

func (a *floatAvg[T]) Result(groups []int32, out *batch.Column) error {
	n := out.Len()
	out.Extend(len(groups))
	to := batch.Values[float64](out)[n:]
	for i, g := range groups {
		m := a.means[g]
		if m.n == 0 {
			out.SetNull(n + i)
			continue
		}
		to[i] = m.sum / float64(m.n)
	}
	return nil
}

// exactAvg averages decimals and intervals.
type exactAvg struct {
	sums   *exactSum
	counts []int64
	rows   strict
	raise  bool // an overflow is an error, otherwise null
}

func (a *exactAvg) Reset(from, to int) {
	a.sums.Reset(from, to)
	a.counts = emptied(a.counts, from, to)
}

func (a *exactAvg) Update(groups []int32, args []*batch.Column, sel []int32) error {
	counted, _ := a.rows.narrow(groups, args[0], sel)
	for _, g := range counted {
		a.counts[g]++
	}
	return a.sums.Update(groups, args, sel)
}

func (a *exactAvg) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	counts, rows := expr.ArgOf[int64](partial[2]), rowsOf(groups, sel)
	for k, g := range groups {
		a.counts[g] += counts.At(rows[k])
	}
	return a.sums.Merge(groups, partial[:2], sel)
}

func (a *exactAvg) Save(groups []int32, partial []*batch.Column) error {
	put(partial[2], a.counts, groups)
	return a.sums.Save(groups, partial[:2])
}

func (a *exactAvg) Result(groups []int32, out *batch.Column) error {
	call := a.sums.call
	shift := out.Type.Scale - call.Args[0].Type().Scale
	fits := fitting(out.Type)
	n := out.Len()
	out.Extend(len(groups))
	for i, g := range groups {
		if a.sums.states[g] == empty {
			out.SetNull(n + i)
			continue
		}
		v, ok := a.sums.sums[g].Quo(types.DecimalFromInt64(a.counts[g]), shift)
		switch {
		case a.sums.states[g] == summing && ok && fits(v):
			setNumber(out, n+i, v)
		case a.raise:
			return overflow(call, "sum")
		default:
			out.SetNull(n + i)
		}
	}
	return nil
}
