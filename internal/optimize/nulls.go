package optimize

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/logic"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// inferNotNull adds what a condition says without words: a row with a null where
// null makes the condition null does not pass. Such terms reach the sources,
// which leave these rows out (and Spark's progress does not count them).
func inferNotNull(n plan.Node) plan.Node {
	out, _ := plan.Transform(n, func(n plan.Node) (plan.Node, error) {
		switch n := n.(type) {
		case *plan.Filter:
			var inferred []expr.Expr
			for _, t := range expr.Conjuncts(n.Condition) {
				if !Simple(t) {
					inferred = append(inferred, notNull(t, inferred)...)
				}
			}
			if len(inferred) > 0 {
				return &plan.Filter{Origin: n.Origin, Input: n.Input, Condition: conjunction(append(inferred, n.Condition))}, nil
			}
		case *plan.Join:
			return joinNotNull(n), nil
		}
		return n, nil
	})
	return out
}

// joinNotNull filters the sides of a join that drop rows without a partner.
func joinNotNull(n *plan.Join) *plan.Join {
	if n.Condition == nil {
		return n
	}
	inner := n.Type == plan.InnerJoin || n.Type == plan.LeftSemiJoin
	left := inner && !n.Subquery || n.Type == plan.RightOuterJoin
	right := inner || n.Type == plan.LeftOuterJoin
	var terms []expr.Expr
	for _, t := range expr.Conjuncts(n.Condition) {
		terms = append(terms, notNull(t, terms)...)
	}
	lefts, rights := ids(n.Left.Output()), ids(n.Right.Output())
	j := *n
	own, _ := split(terms, func(e expr.Expr) bool { return left && readsOnly(e, lefts) })
	j.Left = filtered(n.Left, own)
	own, _ = split(terms, func(e expr.Expr) bool { return right && readsOnly(e, rights) })
	j.Right = filtered(n.Right, own)
	return &j
}

// notNull are IS NOT NULL terms for the columns of a condition that null makes
// null, those that are known already left out.
func notNull(e expr.Expr, known []expr.Expr) []expr.Expr {
	var terms []expr.Expr
	var walk func(e expr.Expr)
	walk = func(e expr.Expr) {
		switch e := e.(type) {
		case *expr.Ref:
			if !e.Null {
				return
			}
			term := &expr.Call{Fn: logic.IsNotNull, Args: []expr.Expr{e}, Typ: types.Of(types.Boolean),
				Text: "(" + e.Name + " IS NOT NULL)"}
			for _, k := range append(known, terms...) {
				if expr.Equal(k, term) {
					return
				}
			}
			terms = append(terms, term)
		case *expr.Call:
			_, compares := comparisons[e.Fn.Name]
			sums := e.Fn.Name == "+" || e.Fn.Name == "-"
			if e.Fn.NullSafe || e.Fn.Compile != nil && !compares && !sums || e.Fn.Volatile {
				return
			}
			for _, a := range e.Args {
				walk(a)
			}
		case *expr.Cast:
			if e.Mode == expr.CastDefault {
				walk(e.Child)
			}
		}
	}
	walk(e)
	return terms
}
