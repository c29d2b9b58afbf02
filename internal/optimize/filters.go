package optimize

import (
	"slices"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/logic"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// pushFilters moves the terms of filters towards the sources, as far as their
// columns reach.
func pushFilters(n plan.Node) plan.Node { return push(n, nil) }

// push gives n with the terms, which read its output, somewhere beneath it.
func push(n plan.Node, terms []expr.Expr) plan.Node {
	switch n := n.(type) {
	case *plan.Filter:
		return push(n.Input, append(expr.Conjuncts(n.Condition), terms...))
	case *plan.Project:
		return pushProject(n, terms)
	case *plan.WithWatermark:
		// A row counts for the watermark before it is filtered.
		w := *n
		w.Input = push(n.Input, nil)
		return filtered(&w, terms)
	case *plan.Generate:
		made := ids(n.Columns)
		down, stay := split(terms, func(e expr.Expr) bool { return !reads(e, made) })
		g := *n
		g.Input = push(n.Input, down)
		return filtered(&g, stay)
	case *plan.Join:
		return pushJoin(n, terms)
	case *plan.Union:
		return pushUnion(n, terms)
	default:
		inputs := n.Inputs()
		fresh := make([]plan.Node, len(inputs))
		for i, in := range inputs {
			fresh[i] = push(in, nil)
		}
		if len(fresh) > 0 {
			n = n.WithInputs(fresh)
		}
		return filtered(n, terms)
	}
}

func pushProject(n *plan.Project, terms []expr.Expr) plan.Node {
	down, stay := split(terms, func(e expr.Expr) bool { return !expr.Volatile(substitute(e, n.Exprs)) })
	for i, e := range down {
		down[i] = substitute(e, n.Exprs)
	}
	if slices.ContainsFunc(n.Exprs, expr.Volatile) {
		return filtered(&plan.Project{Origin: n.Origin, Input: push(n.Input, nil), Exprs: n.Exprs}, terms)
	}
	return filtered(&plan.Project{Origin: n.Origin, Input: push(n.Input, down), Exprs: n.Exprs}, stay)
}

func pushJoin(n *plan.Join, terms []expr.Expr) plan.Node {
	left, right := ids(n.Left.Output()), ids(n.Right.Output())
	// What a filter above an outer join says of the side that may be missing
	// stays above.
	toLeft := n.Type != plan.RightOuterJoin && n.Type != plan.FullOuterJoin
	toRight := n.Type == plan.InnerJoin || n.Type == plan.CrossJoin || n.Type == plan.RightOuterJoin
	lefts, rest := split(terms, func(e expr.Expr) bool { return toLeft && readsOnly(e, left) })
	rights, rest := split(rest, func(e expr.Expr) bool { return toRight && readsOnly(e, right) })
	j := *n
	if n.Condition != nil && (n.Type == plan.InnerJoin || n.Type == plan.CrossJoin) {
		l, others := split(expr.Conjuncts(n.Condition), func(e expr.Expr) bool { return readsOnly(e, left) && len(expr.Refs(e)) > 0 })
		r, others := split(others, func(e expr.Expr) bool { return readsOnly(e, right) && len(expr.Refs(e)) > 0 })
		lefts, rights = append(lefts, l...), append(rights, r...)
		j.Condition = conjunction(others)
	}
	j.Left, j.Right = push(n.Left, lefts), push(n.Right, rights)
	return filtered(&j, rest)
}

func pushUnion(n *plan.Union, terms []expr.Expr) plan.Node {
	u := *n
	u.All = make([]plan.Node, len(n.All))
	for i, in := range n.All {
		out := in.Output()
		own := make([]expr.Expr, len(terms))
		for k, t := range terms {
			own[k], _ = expr.Transform(t, func(e expr.Expr) (expr.Expr, error) {
				if r, ok := e.(*expr.Ref); ok {
					for c, column := range n.Columns {
						if column.ID == r.ID {
							return out[c], nil
						}
					}
				}
				return e, nil
			})
		}
		u.All[i] = push(in, own)
	}
	return &u
}

// filtered puts a filter of the terms over n, none where there are none.
func filtered(n plan.Node, terms []expr.Expr) plan.Node {
	if len(terms) == 0 {
		return n
	}
	return &plan.Filter{Input: n, Condition: conjunction(terms)}
}

// conjunction joins terms by AND; nil for none.
func conjunction(terms []expr.Expr) expr.Expr {
	if len(terms) == 0 {
		return nil
	}
	e := terms[0]
	for _, t := range terms[1:] {
		e = &expr.Call{Fn: logic.And, Args: []expr.Expr{e, t}, Typ: types.Of(types.Boolean), Null: e.Nullable() || t.Nullable(),
			Text: "(" + e.String() + " AND " + t.String() + ")"}
	}
	return e
}

func split(list []expr.Expr, first func(expr.Expr) bool) (yes, no []expr.Expr) {
	for _, e := range list {
		if first(e) {
			yes = append(yes, e)
		} else {
			no = append(no, e)
		}
	}
	return yes, no
}

func ids(refs []*expr.Ref) map[expr.ID]bool {
	m := make(map[expr.ID]bool, len(refs))
	for _, r := range refs {
		m[r.ID] = true
	}
	return m
}

func reads(e expr.Expr, of map[expr.ID]bool) bool {
	return slices.ContainsFunc(expr.Refs(e), func(r *expr.Ref) bool { return of[r.ID] })
}

func readsOnly(e expr.Expr, of map[expr.ID]bool) bool {
	return !slices.ContainsFunc(expr.Refs(e), func(r *expr.Ref) bool { return !of[r.ID] })
}
