package optimize

import (
	"slices"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/logic"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// factorOut takes the terms that stand in every branch of an OR out of it: from
// (a AND b) OR (a AND c) comes a AND (b OR c). A join whose keys are compared in each
// branch has keys then.
func factorOut(terms []expr.Expr) []expr.Expr {
	var out []expr.Expr
	for _, t := range terms {
		branches := disjuncts(t)
		if len(branches) < 2 || expr.Volatile(t) {
			out = append(out, t)
			continue
		}
		lists := make([][]expr.Expr, len(branches))
		for i, b := range branches {
			lists[i] = expr.Conjuncts(b)
		}
		common, rest := shared(lists)
		if len(common) == 0 {
			out = append(out, t)
			continue
		}
		out = append(out, common...)
		if rest != nil {
			out = append(out, rest)
		}
	}
	return out
}

// shared are the terms that all lists have, and the OR of what is left of the lists;
// nil where one of them has nothing left, so that it is always true.
func shared(lists [][]expr.Expr) (common []expr.Expr, rest expr.Expr) {
	within := func(e expr.Expr) func(expr.Expr) bool {
		return func(x expr.Expr) bool { return expr.Equal(e, x) }
	}
	for _, e := range lists[0] {
		if !slices.ContainsFunc(lists[1:], func(l []expr.Expr) bool { return !slices.ContainsFunc(l, within(e)) }) {
			common = append(common, e)
		}
	}
	if len(common) == 0 {
		return nil, nil
	}
	var left []expr.Expr
	for _, l := range lists {
		own := slices.DeleteFunc(slices.Clone(l), func(e expr.Expr) bool { return slices.ContainsFunc(common, within(e)) })
		if len(own) == 0 {
			return common, nil
		}
		left = append(left, conjunction(own))
	}
	return common, disjunction(left)
}

// disjuncts are the branches of an OR.
func disjuncts(e expr.Expr) []expr.Expr {
	if c, ok := e.(*expr.Call); ok && c.Fn.Name == "or" && len(c.Args) == 2 {
		return append(disjuncts(c.Args[0]), disjuncts(c.Args[1])...)
	}
	return []expr.Expr{e}
}

// disjunction joins terms by OR.
func disjunction(terms []expr.Expr) expr.Expr {
	e := terms[0]
	for _, t := range terms[1:] {
		e = &expr.Call{Fn: logic.Or, Args: []expr.Expr{e, t}, Typ: types.Of(types.Boolean), Null: e.Nullable() || t.Nullable(),
			Text: "(" + e.String() + " OR " + t.String() + ")"}
	}
	return e
}

// sideOf gives, for each OR among terms of which every branch says something of these
// columns alone, what that is: rows that fail it have no partner. The terms
// themselves still stand.
func sideOf(terms []expr.Expr, columns map[expr.ID]bool) []expr.Expr {
	var out []expr.Expr
next:
	for _, t := range terms {
		branches := disjuncts(t)
		if len(branches) < 2 || expr.Volatile(t) || readsOnly(t, columns) {
			continue
		}
		own := make([]expr.Expr, len(branches))
		for i, b := range branches {
			said, _ := split(expr.Conjuncts(b), func(e expr.Expr) bool { return readsOnly(e, columns) && len(expr.Refs(e)) > 0 })
			if len(said) == 0 {
				continue next
			}
			own[i] = conjunction(said)
		}
		out = append(out, disjunction(own))
	}
	return out
}

// sinkSemi moves a semi or anti join beneath the inner joins whose one side alone it
// asks: fewer rows are joined.
func sinkSemi(n plan.Node) plan.Node {
	j, ok := n.(*plan.Join)
	if !ok || j.Type != plan.LeftSemiJoin && j.Type != plan.LeftAntiJoin || j.Condition == nil || plan.Streaming(j) {
		return n
	}
	below, ok := j.Left.(*plan.Join)
	if !ok || below.Type != plan.InnerJoin && below.Type != plan.CrossJoin || below.Lateral {
		return n
	}
	asked := ids(j.Right.Output())
	var own []*expr.Ref
	for _, r := range expr.Refs(j.Condition) {
		if !asked[r.ID] {
			own = append(own, r)
		}
	}
	for side, in := range []plan.Node{below.Left, below.Right} {
		columns := ids(in.Output())
		if len(own) == 0 || slices.ContainsFunc(own, func(r *expr.Ref) bool { return !columns[r.ID] }) {
			continue
		}
		semi, joined := *j, *below
		semi.Left = in
		if side == 0 {
			joined.Left = sinkSemi(&semi)
		} else {
			joined.Right = sinkSemi(&semi)
		}
		return &joined
	}
	return n
}
