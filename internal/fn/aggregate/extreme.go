package aggregate

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// extreme is min or max under one of its names. Nulls do not count; NaN is the
// greatest number.
func extreme(name string, greatest bool) *expr.Aggregate {
	return &expr.Aggregate{
		Name:    name,
		Resolve: ordered(name),
		Partial: sameAsResult,
		New: func(c *expr.AggregateCall, _ *expr.Env) (expr.Accumulator, error) {
			return newExtreme(c.Typ, greatest), nil
		},
	}
}

// logical is bool_and, which is the least of booleans, or bool_or, the greatest.
func logical(name string, any bool) *expr.Aggregate {
	return &expr.Aggregate{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			cast, err := r.Params(name, 1, args, types.Of(types.Boolean))
			return expr.Resolution{Args: cast, Type: types.Of(types.Boolean), Nullable: true}, err
		},
		Partial: sameAsResult,
		New: func(*expr.AggregateCall, *expr.Env) (expr.Accumulator, error) {
			return &boolExtreme{greatest: any}, nil
		},
	}
}

func newExtreme(t types.Type, greatest bool) expr.Accumulator {
	switch t.Kind {
	case types.Null:
		return nothing{}
	case types.Boolean:
		return &boolExtreme{greatest: greatest}
	case types.Byte:
		return &numberExtreme[int8]{greatest: greatest}
	case types.Short:
		return &numberExtreme[int16]{greatest: greatest}
	case types.Int, types.Date, types.YearMonthInterval:
		return &numberExtreme[int32]{greatest: greatest}
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		return &numberExtreme[int64]{greatest: greatest}
	case types.Float:
		return &numberExtreme[float32]{greatest: greatest}
	case types.Double:
		return &numberExtreme[float64]{greatest: greatest}
	case types.Decimal128:
		return &decimalExtreme{greatest: greatest}
	case types.String, types.Binary:
		if t.Collation == "" {
			return &textExtreme{greatest: greatest}
		}
	}
	return &orderedExtreme{greatest: greatest, order: expr.OrderOf(t), best: newCells(t)}
}

// numberExtreme keeps the least or greatest number.
type numberExtreme[T interface{ integers | floats }] struct {
	best     []T
	seen     []bool
	greatest bool
	rows     strict
}

func (e *numberExtreme[T]) Reset(from, to int) {
	e.best, e.seen = emptied(e.best, from, to), emptied(e.seen, from, to)
}

func (e *numberExtreme[T]) Update(groups []int32, args []*batch.Column, sel []int32) error {
	arg, groups, sel := e.rows.column(groups, args[0], sel)
	switch {
	case len(groups) == 0:
	case e.greatest:
		greatest(e.best, e.seen, groups, batch.Values[T](arg), sel)
	default:
		least(e.best, e.seen, groups, batch.Values[T](arg), sel)
	}
	return nil
}

// greatest raises best[groups[k]] to the k-th selected value where that is
// greater. A value that is not equal to itself is NaN.
func greatest[T interface{ integers | floats }](best []T, seen []bool, groups []int32, values []T, sel []int32) {
	if sel == nil {
		values = values[:len(groups)]
		for k, g := range groups {
			if v := values[k]; v > best[g] || !seen[g] || v != v {
				best[g], seen[g] = v, true
			}
		}
		return
	}
	sel = sel[:len(groups)]
	for k, g := range groups {
		if v := values[sel[k]]; v > best[g] || !seen[g] || v != v {
			best[g], seen[g] = v, true
		}
	}
}

// least is the other one.
func least[T interface{ integers | floats }](best []T, seen []bool, groups []int32, values []T, sel []int32) {
	if sel == nil {
		values = values[:len(groups)]
		for k, g := range groups {
			if v, b := values[k], best[g]; v < b || !seen[g] || b != b {
				best[g], seen[g] = v, true
			}
		}
		return
	}
	sel = sel[:len(groups)]
	for k, g := range groups {
		if v, b := values[sel[k]], best[g]; v < b || !seen[g] || b != b {
			best[g], seen[g] = v, true
		}
	}
}

func (e *numberExtreme[T]) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	return e.Update(groups, partial, sel)
}

func (e *numberExtreme[T]) Save(groups []int32, partial []*batch.Column) error {
	return e.Result(groups, partial[0])
}

// SaveRows implements [expr.LoneSaver].
func (e *numberExtreme[T]) SaveRows(args []*batch.Column, rows []int32, partial []*batch.Column) error {
	partial[0].AppendRows(args[0], rows, nil)
	return nil
}

func (e *numberExtreme[T]) Result(groups []int32, out *batch.Column) error {
	putSeen(out, e.best, e.seen, groups)
	return nil
}

// boolExtreme keeps whether true and false were seen.
type boolExtreme struct {
	seen     []uint8 // bit 0: false, bit 1: true
	greatest bool
	rows     strict
}

func (e *boolExtreme) Reset(from, to int) { e.seen = emptied(e.seen, from, to) }

func (e *boolExtreme) Update(groups []int32, args []*batch.Column, sel []int32) error {
	arg, groups, sel := e.rows.column(groups, args[0], sel)
	if len(groups) == 0 {
		return nil
	}
	values, rows := batch.Values[bool](arg), rowsOf(groups, sel)
	for k, g := range groups {
		e.seen[g] |= 1 << bit(values[rows[k]])
	}
	return nil
}

func (e *boolExtreme) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	return e.Update(groups, partial, sel)
}

func (e *boolExtreme) Save(groups []int32, partial []*batch.Column) error {
	return e.Result(groups, partial[0])
}

func (e *boolExtreme) Result(groups []int32, out *batch.Column) error {
	n := out.Len()
	out.Extend(len(groups))
	to := batch.Values[bool](out)[n:]
	for i, g := range groups {
		switch seen := e.seen[g]; {
		case seen == 0:
			out.SetNull(n + i)
		case e.greatest:
			to[i] = seen&2 != 0
		default:
			to[i] = seen == 2
		}
	}
	return nil
}

// decimalExtreme keeps the least or greatest decimal.
type decimalExtreme struct {
	best     []types.Decimal
	seen     []bool
	greatest bool
	rows     strict
}

func (e *decimalExtreme) Reset(from, to int) {
	e.best, e.seen = emptied(e.best, from, to), emptied(e.seen, from, to)
}

func (e *decimalExtreme) Update(groups []int32, args []*batch.Column, sel []int32) error {
	arg, groups, sel := e.rows.column(groups, args[0], sel)
	if len(groups) == 0 {
		return nil
	}
	values, rows := batch.Values[types.Decimal](arg), rowsOf(groups, sel)
	for k, g := range groups {
		v, b := values[rows[k]], e.best[g]
		if !e.seen[g] || e.greatest && b.Less(v) || !e.greatest && v.Less(b) {
			e.best[g], e.seen[g] = v, true
		}
	}
	return nil
}

func (e *decimalExtreme) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	return e.Update(groups, partial, sel)
}

func (e *decimalExtreme) Save(groups []int32, partial []*batch.Column) error {
	return e.Result(groups, partial[0])
}

func (e *decimalExtreme) Result(groups []int32, out *batch.Column) error {
	putSeen(out, e.best, e.seen, groups)
	return nil
}
