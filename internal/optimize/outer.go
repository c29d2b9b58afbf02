package optimize

import (
	"slices"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/logic"
	"github.com/weirstream/weir/internal/plan"
)

// withoutOuter is the type of a join whose output is filtered by terms: rows that
// an outer join fills up with nulls, and that no filter lets through, need not be
// made.
func withoutOuter(n *plan.Join, terms []expr.Expr) plan.JoinType {
	rejects := func(side plan.Node) bool {
		columns := ids(side.Output())
		return slices.ContainsFunc(terms, func(t expr.Expr) bool { return rejectsNulls(t, columns) })
	}
	switch n.Type {
	case plan.LeftOuterJoin:
		if rejects(n.Right) {
			return plan.InnerJoin
		}
	case plan.RightOuterJoin:
		if rejects(n.Left) {
			return plan.InnerJoin
		}
	case plan.FullOuterJoin:
		switch left, right := rejects(n.Left), rejects(n.Right); {
		case left && right:
			return plan.InnerJoin
		case left:
			return plan.LeftOuterJoin
		case right:
			return plan.RightOuterJoin
		}
	}
	return n.Type
}

// rejectsNulls reports whether t is not true where one of the columns is null.
func rejectsNulls(t expr.Expr, columns map[expr.ID]bool) bool {
	if c, ok := t.(*expr.Call); ok && c.Fn == logic.IsNotNull {
		r, ok := c.Args[0].(*expr.Ref)
		return ok && columns[r.ID]
	}
	return slices.ContainsFunc(notNull(t, nil), func(known expr.Expr) bool { return reads(known, columns) })
}

// pushCondition splits the condition of a join: the terms that the left or the
// right input can be filtered by, and the rest. A side whose rows come out without
// a partner too is filtered by nothing.
func pushCondition(n *plan.Join) (lefts, rights []expr.Expr, rest expr.Expr) {
	if n.Condition == nil {
		return nil, nil, nil
	}
	inner := n.Type == plan.InnerJoin || n.Type == plan.CrossJoin || n.Type == plan.LeftSemiJoin
	toLeft := inner || n.Type == plan.RightOuterJoin
	toRight := inner || n.Type == plan.LeftOuterJoin || n.Type == plan.LeftAntiJoin
	left, right := ids(n.Left.Output()), ids(n.Right.Output())
	within := func(push bool, columns map[expr.ID]bool) func(expr.Expr) bool {
		return func(e expr.Expr) bool {
			return push && !expr.Volatile(e) && readsOnly(e, columns) && len(expr.Refs(e)) > 0
		}
	}
	lefts, others := split(expr.Conjuncts(n.Condition), within(toLeft, left))
	rights, others = split(others, within(toRight, right))
	return lefts, rights, conjunction(others)
}

// narrow leaves out the columns of an input of a join that nobody reads: a join of
// streams keeps them, and goes by the event times among them.
func narrow(in plan.Node, needed map[expr.ID]bool) plan.Node {
	out := in.Output()
	columns := kept(out, needed)
	if len(columns) == len(out) || !plan.Streaming(in) {
		return in
	}
	p := &plan.Project{Input: in}
	for _, c := range columns {
		p.Exprs = append(p.Exprs, c)
	}
	return p
}
