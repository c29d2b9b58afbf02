package optimize

import "github.com/weirstream/weir/internal/plan"

// dropAliases takes the names of relations out.
func dropAliases(n plan.Node) plan.Node {
	out, _ := plan.Transform(n, func(n plan.Node) (plan.Node, error) {
		switch n := n.(type) {
		case *plan.SubqueryAlias:
			return n.Input, nil
		case *plan.Hint:
			return n.Input, nil
		}
		return n, nil
	})
	return out
}
