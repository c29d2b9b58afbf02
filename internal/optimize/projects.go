package optimize

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// mergeProjects makes one projection of two, unless that would compute
// something costly twice.
func mergeProjects(n plan.Node) plan.Node {
	out, _ := plan.Transform(n, func(n plan.Node) (plan.Node, error) {
		upper, ok := n.(*plan.Project)
		if !ok {
			return n, nil
		}
		lower, ok := upper.Input.(*plan.Project)
		if !ok || !mergeable(upper, lower) {
			return n, nil
		}
		exprs := make([]expr.Expr, len(upper.Exprs))
		for i, e := range upper.Exprs {
			exprs[i] = substituteItem(e, lower.Exprs)
		}
		return &plan.Project{Origin: upper.Origin, Input: lower.Input, Exprs: exprs}, nil
	})
	return out
}

// mergeable reports whether every expression of lower that costs something is
// read at most once above.
func mergeable(upper, lower *plan.Project) bool {
	uses := make(map[expr.ID]int)
	for _, e := range upper.Exprs {
		expr.Walk(e, func(x expr.Expr) bool {
			if r, ok := x.(*expr.Ref); ok {
				uses[r.ID]++
			}
			return true
		})
	}
	for _, e := range lower.Exprs {
		a, ok := e.(*expr.Alias)
		if !ok || cheap(a.Child) {
			continue
		}
		if uses[a.ID] > 1 || expr.Volatile(a) {
			return false
		}
	}
	return true
}

// cheap reports whether an expression costs nothing to compute again.
func cheap(e expr.Expr) bool {
	switch e := e.(type) {
	case *expr.Ref, *expr.Literal:
		return true
	case *expr.Field:
		return cheap(e.Child)
	}
	return false
}

// substitute replaces the columns of a projection by what they are computed
// from.
func substitute(e expr.Expr, items []expr.Expr) expr.Expr {
	out, _ := expr.Transform(e, func(x expr.Expr) (expr.Expr, error) {
		r, ok := x.(*expr.Ref)
		if !ok {
			return x, nil
		}
		for _, item := range items {
			if a, isAlias := item.(*expr.Alias); isAlias && a.ID == r.ID {
				return a.Child, nil
			}
		}
		return x, nil
	})
	return out
}

// substituteItem is substitute for an item of a select list, which keeps its name
// and id.
func substituteItem(e expr.Expr, items []expr.Expr) expr.Expr {
	if r, ok := e.(*expr.Ref); ok {
		for _, item := range items {
			if a, isAlias := item.(*expr.Alias); isAlias && a.ID == r.ID {
				return a
			}
		}
		return e
	}
	return substitute(e, items)
}
