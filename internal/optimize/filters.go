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
		return push(n.Input, distinct(append(factorOut(expr.Conjuncts(n.Condition)), terms...)))
	case *plan.Project:
		return pushProject(n, terms)
	case *plan.WithWatermark:
		// As in Spark: a row that is filtered by other columns than the event
		// time does not move the watermark.
		event := ids(expr.Refs(n.Column))
		down, stay := split(terms, func(e expr.Expr) bool { return !reads(e, event) })
		w := *n
		w.Input = push(n.Input, down)
		return filtered(&w, stay)
	case *plan.Generate:
		made := ids(n.Columns)
		down, stay := split(terms, func(e expr.Expr) bool { return !reads(e, made) })
		g := *n
		g.Input = push(n.Input, down)
		return filtered(&g, stay)
	case *plan.Aggregate:
		return pushAggregate(n, terms)
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

// pushProject moves terms beneath a projection. One that would have something
// costly computed a second time moves only where a join may take it further.
func pushProject(n *plan.Project, terms []expr.Expr) plan.Node {
	if slices.ContainsFunc(n.Exprs, expr.Volatile) {
		return filtered(&plan.Project{Origin: n.Origin, Input: push(n.Input, nil), Exprs: n.Exprs}, terms)
	}
	far := branches(n.Input)
	down, stay := split(terms, func(e expr.Expr) bool {
		return !expr.Volatile(e) && (far || !slices.ContainsFunc(n.Exprs, func(item expr.Expr) bool { return computes(item, e) }))
	})
	for i, e := range down {
		down[i] = substitute(e, n.Exprs)
	}
	fresh := &plan.Project{Origin: n.Origin, Input: push(n.Input, down), Exprs: n.Exprs}
	return filterWithin(fresh, stay)
}

// pushAggregate moves what reads nothing but keys beneath the groups: a group is
// there or not with all of its rows.
func pushAggregate(n *plan.Aggregate, terms []expr.Expr) plan.Node {
	keys := make(map[expr.ID]bool)
	for _, e := range n.Exprs {
		if len(n.Grouping) > 0 && !expr.HasAggregate(e) && !expr.Volatile(e) {
			keys[expr.Named(e).ID] = true
		}
	}
	down, stay := split(terms, func(e expr.Expr) bool { return !expr.Volatile(e) && len(expr.Refs(e)) > 0 && readsOnly(e, keys) })
	for i, e := range down {
		down[i] = substitute(substitute(e, n.Exprs), n.Grouping)
	}
	a := *n
	a.Input = push(n.Input, down)
	return filtered(&a, stay)
}

// computes reports whether an item of a select list is a column that e reads and
// that costs something to compute.
func computes(item, e expr.Expr) bool {
	a, ok := item.(*expr.Alias)
	return ok && !cheap(a.Child) && reads(e, map[expr.ID]bool{a.ID: true})
}

// branches reports whether n has a join, a union or a generator, beneath which
// terms can go.
func branches(n plan.Node) bool {
	switch n.(type) {
	case *plan.Join, *plan.Union, *plan.Generate:
		return true
	}
	inputs := n.Inputs()
	return len(inputs) == 1 && branches(inputs[0])
}

// filterWithin filters what p gives. Where other columns cost something too, those
// that the terms read are computed first, and the others for the rows that are left.
func filterWithin(p *plan.Project, terms []expr.Expr) plan.Node {
	tested := func(item expr.Expr) bool {
		return slices.ContainsFunc(terms, func(t expr.Expr) bool { return computes(item, t) })
	}
	first, later := split(p.Exprs, tested)
	costs := func(e expr.Expr) bool { a, ok := e.(*expr.Alias); return ok && !cheap(a.Child) }
	if len(first) == 0 || !slices.ContainsFunc(later, costs) {
		return filtered(p, terms)
	}
	read := slices.Clone(later)
	for _, t := range terms {
		read = append(read, substitute(t, later))
	}
	made := make(map[expr.ID]bool)
	for _, e := range first {
		made[expr.Named(e).ID] = true
	}
	lower := slices.Clone(first)
	for _, r := range expr.Refs(read...) {
		if !made[r.ID] {
			lower = append(lower, r)
		}
	}
	upper := make([]expr.Expr, len(p.Exprs))
	for i, e := range p.Exprs {
		if upper[i] = e; tested(e) {
			upper[i] = expr.Named(e)
		}
	}
	for i, t := range terms {
		terms[i] = substitute(t, later)
	}
	return &plan.Project{Origin: p.Origin, Exprs: upper,
		Input: filtered(&plan.Project{Origin: p.Origin, Input: p.Input, Exprs: lower}, terms)}
}

func pushJoin(n *plan.Join, terms []expr.Expr) plan.Node {
	j := *n
	n = &j
	if inner := withoutOuter(n, terms); inner != n.Type {
		n.Type = inner
		j = *joinNotNull(n)
	}
	left, right := ids(n.Left.Output()), ids(n.Right.Output())
	// What a filter above an outer join says of the side that may be missing
	// stays above.
	toLeft := n.Type != plan.RightOuterJoin && n.Type != plan.FullOuterJoin
	toRight := n.Type == plan.InnerJoin || n.Type == plan.CrossJoin || n.Type == plan.RightOuterJoin
	lefts, rest := split(terms, func(e expr.Expr) bool { return toLeft && readsOnly(e, left) })
	rights, rest := split(rest, func(e expr.Expr) bool { return toRight && readsOnly(e, right) })
	l, r, condition := pushCondition(n)
	lefts, rights, j.Condition = append(lefts, l...), append(rights, r...), condition
	if n.Type == plan.InnerJoin || n.Type == plan.CrossJoin {
		// What is left compares the sides: it belongs to the condition.
		var more []expr.Expr
		more, rest = split(rest, func(e expr.Expr) bool { return !expr.Volatile(e) })
		if condition != nil {
			more = factorOut(append(expr.Conjuncts(condition), more...))
		}
		j.Condition = conjunction(more)
		lefts, rights = append(lefts, sideOf(more, left)...), append(rights, sideOf(more, right)...)
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

// distinct are terms without those that stand there already.
func distinct(terms []expr.Expr) []expr.Expr {
	var out []expr.Expr
	for _, t := range terms {
		if !slices.ContainsFunc(out, func(known expr.Expr) bool { return expr.Equal(known, t) }) {
			out = append(out, t)
		}
	}
	return out
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
