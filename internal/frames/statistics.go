package frames

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// summary computes all statistics in one aggregation and makes a row of each by
// stack.
func summary(n *plan.Summary, in plan.Node) (plan.Node, error) {
	columns, err := columnsOf(n.Columns, in)
	if err != nil {
		return nil, err
	}
	columns = slices.DeleteFunc(slices.Clone(columns), func(c *expr.Ref) bool {
		return !c.Typ.Numeric() && c.Typ.Kind != types.String
	})
	names := []string{"summary"}
	stack := []expr.Expr{expr.Int32(int32(len(n.Statistics)))}
	for _, s := range n.Statistics {
		stack = append(stack, expr.Lit(s))
		for _, c := range columns {
			e, err := statistic(s, c)
			if err != nil {
				return nil, err
			}
			stack = append(stack, &expr.Cast{Child: e, To: types.Of(types.String)})
		}
	}
	for _, c := range columns {
		names = append(names, c.Name)
	}
	items := make([]expr.Expr, 0, len(stack))
	for i, e := range stack {
		items = append(items, &expr.Alias{Child: e, Names: []string{"_" + strconv.Itoa(i)}})
	}
	wide := &plan.Aggregate{Origin: plan.Origin{Site: n.Site}, Input: &plan.Resolved{Input: in}, Exprs: items[1:]}
	all := []expr.Expr{stack[0]}
	for i := range items[1:] {
		all = append(all, &expr.UnresolvedAttribute{Parts: []string{"_" + strconv.Itoa(i+1)}})
	}
	return &plan.Project{Origin: plan.Origin{Site: n.Site}, Input: wide, Exprs: []expr.Expr{&expr.Alias{Child: fn("stack", all...), Names: names}}}, nil
}

// statistic is one statistic of a column. Those of numbers take text for the
// numbers that it may hold.
func statistic(name string, c *expr.Ref) (expr.Expr, error) {
	var number expr.Expr = c
	if c.Typ.Kind == types.String {
		number = &expr.Cast{Child: c, To: types.Of(types.Double), Mode: expr.CastTry}
	}
	switch strings.ToLower(name) {
	case "count", "approx_count_distinct", "min", "max":
		return fn(name, c), nil
	case "count_distinct":
		return &expr.UnresolvedFunction{Name: "count", Args: []expr.Expr{c}, Distinct: true}, nil
	case "mean":
		return fn("avg", number), nil
	case "stddev":
		return fn("stddev", number), nil
	}
	digits, isPercentile := strings.CutSuffix(name, "%")
	share, err := strconv.ParseFloat(digits, 64)
	if !isPercentile || err != nil {
		return nil, fault.New(fault.UnknownStatistic, "%s is no statistic; known are count, mean, stddev, min, max, count_distinct, "+
			"approx_count_distinct and percentiles such as 25%%", name)
	}
	if share < 0 || share > 100 {
		return nil, fault.New(fault.IllegalArgument, "the percentile %s does not lie between 0%% and 100%%", name)
	}
	return fn("percentile_approx", number, expr.Lit(share/100)), nil
}

func moment(n *plan.Moment, in plan.Node) (plan.Node, error) {
	columns, err := columnsOf([]string{n.First, n.Second}, in)
	if err != nil {
		return nil, err
	}
	name, what := "covar_samp", "covariance"
	if n.Corr {
		name, what = "corr", "correlation"
	}
	args := make([]expr.Expr, 2)
	for i, c := range columns {
		if !c.Typ.Numeric() {
			return nil, fault.New(fault.IllegalArgument, "the %s of the column `%s` of type %s: it must hold numbers", what, c.Name,
				c.Typ.SQL())
		}
		args[i] = fn("coalesce", &expr.Cast{Child: c, To: types.Of(types.Double)}, expr.Lit(0.0))
	}
	names := map[bool]string{true: "corr", false: "cov"}
	return over(n.Origin, in, []expr.Expr{&expr.Alias{Child: fn(name, args...), Names: []string{names[n.Corr]}}}), nil
}

func quantiles(n *plan.ApproxQuantile, in plan.Node) (plan.Node, error) {
	columns, err := columnsOf(n.Columns, in)
	if err != nil {
		return nil, err
	}
	if n.Error < 0 {
		return nil, fault.New(fault.IllegalArgument, "the relative error %v must not be negative", n.Error)
	}
	accuracy := int64(math.MaxInt32)
	if n.Error > 0 {
		accuracy = int64(max(1, math.Min(1/n.Error, math.MaxInt32)))
	}
	shares := make([]expr.Expr, len(n.Probabilities))
	for i, p := range n.Probabilities {
		if p < 0 || p > 1 {
			return nil, fault.New(fault.IllegalArgument, "the probability %v does not lie between 0 and 1", p)
		}
		shares[i] = expr.Lit(p)
	}
	lists := make([]expr.Expr, len(columns))
	for i, c := range columns {
		if !c.Typ.Numeric() {
			return nil, fault.New(fault.IllegalArgument, "quantiles of the column `%s` of type %s: it must hold numbers", c.Name, c.Typ.SQL())
		}
		number := fn("nanvl", &expr.Cast{Child: c, To: types.Of(types.Double)}, &expr.Literal{Typ: types.Of(types.Double)})
		lists[i] = fn("percentile_approx", number, fn("array", shares...), expr.Lit(accuracy))
		lists[i] = fn("coalesce", lists[i], fn("array"))
	}
	return over(n.Origin, in, []expr.Expr{&expr.Alias{Child: fn("array", lists...), Names: []string{"approx_quantile"}}}), nil
}

func sampleBy(n *plan.SampleBy, in plan.Node) (plan.Node, error) {
	args := []expr.Expr{}
	for i, v := range n.Values {
		if n.Shares[i] < 0 || n.Shares[i] > 1 {
			return nil, fault.New(fault.IllegalArgument, "the fraction %v of %v does not lie between 0 and 1", n.Shares[i], v)
		}
		args = append(args, fn("<=>", n.Column, v), expr.Lit(n.Shares[i]))
	}
	share := fn("when", append(args, expr.Lit(0.0))...)
	if len(n.Values) == 0 {
		share = expr.Lit(0.0)
	}
	return &plan.Filter{Origin: plan.Origin{Site: n.Site}, Input: &plan.Resolved{Input: in},
		Condition: fn("<", fn("rand", expr.Lit(n.Seed)), share)}, nil
}
