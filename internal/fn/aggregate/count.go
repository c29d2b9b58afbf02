package aggregate

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// count is count(*) and count(expr, …): the rows at which no argument is null.
var count = &expr.Aggregate{
	Name: "count",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) == 0 {
			return expr.Resolution{}, expr.WrongCount("count", "at least 1", 0)
		}
		return expr.Resolution{Args: args, Type: types.Of(types.Long)}, nil
	},
	Partial:     columnsOf(types.Long),
	New:         func(*expr.AggregateCall, *expr.Env) (expr.Accumulator, error) { return &counter{}, nil },
	ZeroIfEmpty: true,
}

// countIf is count_if(condition): the rows at which it is true.
var countIf = &expr.Aggregate{
	Name: "count_if",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		cast, err := r.Params("count_if", 1, args, types.Of(types.Boolean))
		return expr.Resolution{Args: cast, Type: types.Of(types.Long)}, err
	},
	Partial: columnsOf(types.Long),
	New: func(*expr.AggregateCall, *expr.Env) (expr.Accumulator, error) {
		return &counter{truths: true}, nil
	},
	ZeroIfEmpty: true,
}

// regrCount is regr_count(y, x): the rows at which neither is null.
var regrCount = &expr.Aggregate{
	Name: "regr_count",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		res, err := doubles("regr_count", 2)(r, args)
		res.Type, res.Nullable = types.Of(types.Long), false
		return res, err
	},
	Partial:     columnsOf(types.Long),
	New:         func(*expr.AggregateCall, *expr.Env) (expr.Accumulator, error) { return &counter{}, nil },
	ZeroIfEmpty: true,
}

// counter counts rows.
type counter struct {
	counts []int64
	// truths: only the rows at which the one argument, a boolean, is true.
	truths bool
	rows   strict
}

func (c *counter) Reset(from, to int) { c.counts = emptied(c.counts, from, to) }

func (c *counter) Update(groups []int32, args []*batch.Column, sel []int32) error {
	if c.truths {
		arg, groups, sel := c.rows.column(groups, args[0], sel)
		if len(groups) > 0 {
			countTruths(c.counts, groups, batch.Values[bool](arg), sel)
		}
		return nil
	}
	groups, _ = c.rows.all(groups, args, sel)
	counts := c.counts
	for _, g := range groups {
		counts[g]++
	}
	return nil
}

func countTruths(counts []int64, groups []int32, values []bool, sel []int32) {
	if sel == nil {
		values = values[:len(groups)]
		for k, g := range groups {
			counts[g] += bit(values[k])
		}
		return
	}
	sel = sel[:len(groups)]
	for k, g := range groups {
		counts[g] += bit(values[sel[k]])
	}
}

// bit is 1 for true, without a branch.
func bit(b bool) int64 {
	var n int64
	if b {
		n = 1
	}
	return n
}

func (c *counter) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	arg, groups, sel := c.rows.column(groups, partial[0], sel)
	if len(groups) > 0 {
		addInts(c.counts, groups, batch.Values[int64](arg), sel)
	}
	return nil
}

func (c *counter) Save(groups []int32, partial []*batch.Column) error {
	put(partial[0], c.counts, groups)
	return nil
}

func (c *counter) Result(groups []int32, out *batch.Column) error {
	put(out, c.counts, groups)
	return nil
}
