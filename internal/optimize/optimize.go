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
	n = orderJoins(pushFilters(inferNotNull(subqueriesBeneathWatermarks(n))))
	n = mergeProjects(n)
	n = filterBeneathWatermarks(n)
	n = pruneColumns(n)
	n = mergeProjects(n)
	n = pruneNested(n)
	return pushScans(n), nil
}

// mapExprs rebuilds the expressions of one node.
func mapExprs(n plan.Node, f func(expr.Expr) (expr.Expr, error)) (plan.Node, error) {
	return plan.MapExprs(n, f)
}

// exprsOf are the expressions of one node.
func exprsOf(n plan.Node) []expr.Expr { return plan.Exprs(n) }
