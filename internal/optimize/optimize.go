package optimize

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// Optimize rewrites an analyzed plan. env holds the session's mode and zone, with
// which constants are folded.
func Optimize(n plan.Node, env *expr.Env) (plan.Node, error) {
	n = dropAliases(n)
	n, err := fold(n, env)
	if err != nil {
		return nil, err
	}
	n = pushFilters(inferNotNull(n))
	n = mergeProjects(n)
	n = filterBeneathWatermarks(n)
	n = pruneColumns(n)
	n = mergeProjects(n)
	n = pruneNested(n)
	return pushScans(n), nil
}

// mapExprs rebuilds the expressions of one node.
func mapExprs(n plan.Node, f func(expr.Expr) (expr.Expr, error)) (plan.Node, error) {
	switch n := n.(type) {
	case *plan.Project:
		list, err := mapList(n.Exprs, f)
		return &plan.Project{Origin: n.Origin, Input: n.Input, Exprs: list}, err
	case *plan.Filter:
		c, err := f(n.Condition)
		return &plan.Filter{Origin: n.Origin, Input: n.Input, Condition: c}, err
	case *plan.Aggregate:
		keys, err := mapList(n.Grouping, f)
		if err != nil {
			return nil, err
		}
		list, err := mapList(n.Exprs, f)
		return &plan.Aggregate{Origin: n.Origin, Input: n.Input, Grouping: keys, Exprs: list}, err
	case *plan.Generate:
		g, err := f(n.Generator)
		m := *n
		m.Generator = g
		return &m, err
	case *plan.Join:
		if n.Condition == nil {
			return n, nil
		}
		c, err := f(n.Condition)
		m := *n
		m.Condition = c
		return &m, err
	case *plan.Sort:
		m := *n
		m.Orders = make([]*expr.SortOrder, len(n.Orders))
		for i, o := range n.Orders {
			c, err := f(o.Child)
			if err != nil {
				return nil, err
			}
			order := *o
			order.Child = c
			m.Orders[i] = &order
		}
		return &m, nil
	case *plan.Deduplicate:
		keys, err := mapList(n.Keys, f)
		m := *n
		m.Keys = keys
		return &m, err
	default:
		return n, nil
	}
}

func mapList(list []expr.Expr, f func(expr.Expr) (expr.Expr, error)) ([]expr.Expr, error) {
	out := make([]expr.Expr, len(list))
	for i, e := range list {
		var err error
		if out[i], err = f(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// exprsOf are the expressions of one node.
func exprsOf(n plan.Node) []expr.Expr {
	var list []expr.Expr
	_, _ = mapExprs(n, func(e expr.Expr) (expr.Expr, error) {
		list = append(list, e)
		return e, nil
	})
	return list
}
