package analyze

import (
	"slices"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// subquery resolves the plan of a subquery, whose names may be columns of the
// queries around it. What becomes of it is decided by [resolution.decorrelate].
func (r *resolution) subquery(q *expr.Subquery, s scope) (expr.Expr, error) {
	if q.Resolved {
		return q, nil
	}
	out := &expr.Subquery{Kind: q.Kind, At: q.At, Resolved: true, Typ: types.Of(types.Boolean)}
	var err error
	if out.Values, err = r.exprs(q.Values, s); err != nil {
		return nil, err
	}
	// CTEs of this query are in scope within; the names of its select list are not.
	r.outer = append(r.outer, scope{columns: s.columns})
	n, err := r.node(q.Plan.(plan.Node))
	r.outer = r.outer[:len(r.outer)-1]
	if err != nil {
		return nil, err
	}
	if plan.Streaming(n) {
		return nil, fault.New(fault.SubqueryStreaming, "a subquery in an expression reads a stream, which has no end; join the stream instead").Locate(q.At)
	}
	out.Plan = n
	columns := n.Output()
	switch {
	case q.Kind == expr.ScalarSubquery && len(columns) != 1:
		return nil, fault.New(fault.ScalarColumns, "a subquery that stands for a value has one column, not %d", len(columns)).
			With("number", itoa(len(columns))).Locate(q.At)
	case q.Kind == expr.ScalarSubquery:
		out.Typ, out.Null = columns[0].Typ, true
	case q.Kind == expr.InSubquery && len(columns) != len(out.Values):
		return nil, fault.New(fault.InColumns, "IN compares %d values with a subquery of %d columns", len(out.Values), len(columns)).
			Locate(q.At)
	case q.Kind == expr.InSubquery:
		for i, v := range out.Values {
			if _, _, ok := r.Resolver.Compared(v, columns[i]); !ok {
				return nil, fault.New(fault.InTypes, "IN cannot compare %s with %s", v.Type().SQL(), columns[i].Typ.SQL()).Locate(q.At)
			}
		}
		out.Null = true
	}
	for _, ref := range freeRefs(n) {
		out.Params, out.Outer = append(out.Params, ref), append(out.Outer, ref)
	}
	return out, nil
}

// freeRefs are the columns that a plan reads and no node of it makes: those of
// queries around it.
func freeRefs(n plan.Node) []*expr.Ref {
	made := make(map[expr.ID]bool)
	plan.Walk(n, func(x plan.Node) bool {
		for _, c := range x.Output() {
			made[c.ID] = true
		}
		for _, e := range plan.Exprs(x) {
			if c := expr.Named(e); c != nil {
				if _, isAlias := e.(*expr.Alias); isAlias {
					made[c.ID] = true
				}
			}
		}
		return true
	})
	var free []*expr.Ref
	plan.Walk(n, func(x plan.Node) bool {
		for _, ref := range expr.Refs(plan.Exprs(x)...) {
			if !made[ref.ID] && !slices.ContainsFunc(free, func(f *expr.Ref) bool { return f.ID == ref.ID }) {
				free = append(free, ref)
			}
		}
		return true
	})
	return free
}

// hasSubquery reports whether a subquery stands in e.
func hasSubquery(e expr.Expr) bool {
	return expr.Any(e, func(x expr.Expr) bool { _, ok := x.(*expr.Subquery); return ok })
}

// decorrelate makes joins of all subqueries and of LATERAL, from the leaves up:
//
//	WHERE EXISTS (…), x IN (…)           semi join
//	WHERE NOT EXISTS (…), x NOT IN (…)   anti join, NOT IN with its nulls
//	EXISTS, IN anywhere else             existence join: a column of booleans
//	(SELECT …) as a value                left outer join with one partner at most
func (r *resolution) decorrelate(n plan.Node) (plan.Node, error) {
	return plan.Transform(n, func(n plan.Node) (plan.Node, error) {
		if j, ok := n.(*plan.Join); ok {
			return r.decorrelateJoin(j)
		}
		if !slices.ContainsFunc(plan.Exprs(n), hasSubquery) {
			return n, nil
		}
		if f, ok := n.(*plan.Filter); ok {
			return r.decorrelateFilter(f)
		}
		inputs := n.Inputs()
		if len(inputs) != 1 {
			return nil, fault.New(fault.UnsupportedFeature, "a subquery cannot stand here").Locate(plan.OriginOf(n).At)
		}
		w := &withSubqueries{r: r, in: inputs[0]}
		out, err := plan.MapExprs(n, w.replace)
		if err != nil {
			return nil, err
		}
		before := n.Output()
		out = out.WithInputs([]plan.Node{w.in})
		if len(out.Output()) == len(before) {
			return out, nil
		}
		return &plan.Project{Input: out, Exprs: asExprs(before)}, nil
	})
}

// decorrelateFilter makes joins of the subqueries of a WHERE.
func (r *resolution) decorrelateFilter(f *plan.Filter) (plan.Node, error) {
	w := &withSubqueries{r: r, in: f.Input}
	var rest expr.Expr
	for _, term := range expr.Conjuncts(f.Condition) {
		q, negated := predicateSubquery(term)
		if q != nil && !slices.ContainsFunc(q.Values, hasSubquery) {
			kind := plan.LeftSemiJoin
			if negated {
				kind = plan.LeftAntiJoin
			}
			if err := w.join(q, kind, negated, nil); err != nil {
				return nil, err
			}
			continue
		}
		t, err := w.replace(term)
		if err != nil {
			return nil, err
		}
		if rest, err = r.and(rest, t); err != nil {
			return nil, err
		}
	}
	out := w.in
	if rest != nil {
		out = &plan.Filter{Origin: f.Origin, Input: out, Condition: rest}
	}
	if before := f.Output(); len(out.Output()) != len(before) {
		out = &plan.Project{Input: out, Exprs: asExprs(before)}
	}
	return out, nil
}

// predicateSubquery is the subquery that a term consists of, and whether NOT stands
// before it; nil for any other term.
func predicateSubquery(e expr.Expr) (q *expr.Subquery, negated bool) {
	if c, ok := e.(*expr.Call); ok && (c.Fn.Name == "not" || c.Fn.Name == "!") {
		e, negated = c.Args[0], true
	}
	if q, ok := e.(*expr.Subquery); ok && q.Kind != expr.ScalarSubquery {
		return q, negated
	}
	return nil, false
}

// decorrelateJoin makes an ordinary join of a LATERAL one, and takes the subqueries
// out of a condition.
func (r *resolution) decorrelateJoin(j *plan.Join) (plan.Node, error) {
	if j.Lateral {
		return r.lateral(j)
	}
	if j.Condition == nil || !hasSubquery(j.Condition) {
		return j, nil
	}
	if j.Type == plan.InnerJoin {
		plain := *j
		plain.Condition = nil
		return r.decorrelateFilter(&plan.Filter{Origin: j.Origin, Input: &plain, Condition: j.Condition})
	}
	// The subquery's value is computed on the side whose columns it reads.
	before := j.Output()
	out := *j
	left := &withSubqueries{r: r, in: j.Left}
	right := &withSubqueries{r: r, in: j.Right}
	own := j.Right.Output()
	var err error
	out.Condition, err = replaceSubqueries(j.Condition, func(q *expr.Subquery, negated bool) (expr.Expr, error) {
		if refs := expr.Refs(q.Children()...); len(refs) > 0 && subset(refs, own) {
			return right.value(q, negated)
		}
		return left.value(q, negated)
	})
	if err != nil {
		return nil, err
	}
	out.Left, out.Right = left.in, right.in
	return &plan.Project{Origin: j.Origin, Input: &out, Exprs: asExprs(before)}, nil
}

// withSubqueries is a relation to which the values of subqueries are added as
// columns.
type withSubqueries struct {
	r    *resolution
	in   plan.Node
	done []doneSubquery
}

// doneSubquery is a subquery that has its column already.
type doneSubquery struct {
	query   *expr.Subquery
	negated bool
	value   expr.Expr
}

// replace puts columns in the place of the subqueries of e.
func (w *withSubqueries) replace(e expr.Expr) (expr.Expr, error) {
	if !hasSubquery(e) {
		return e, nil
	}
	return replaceSubqueries(e, w.value)
}

// replaceSubqueries rebuilds e from the top down; NOT IN goes to f as a whole.
func replaceSubqueries(e expr.Expr, f func(q *expr.Subquery, negated bool) (expr.Expr, error)) (expr.Expr, error) {
	if !hasSubquery(e) {
		return e, nil
	}
	q, negated := predicateSubquery(e)
	if q == nil {
		q, _ = e.(*expr.Subquery)
	}
	if q != nil && (!negated || q.Kind == expr.InSubquery) {
		values := make([]expr.Expr, len(q.Values))
		for i, v := range q.Values {
			var err error
			if values[i], err = replaceSubqueries(v, f); err != nil {
				return nil, err
			}
		}
		inner := *q
		inner.Values = values
		return f(&inner, negated)
	}
	children := slices.Clone(e.Children())
	for i, c := range children {
		var err error
		if children[i], err = replaceSubqueries(c, f); err != nil {
			return nil, err
		}
	}
	return e.WithChildren(children), nil
}

// value is the expression for the value of a subquery, for which its column is
// joined to the relation.
func (w *withSubqueries) value(q *expr.Subquery, negated bool) (expr.Expr, error) {
	for _, d := range w.done {
		if d.query.Plan == q.Plan && d.negated == negated && slices.EqualFunc(d.query.Children(), q.Children(), expr.Equal) {
			return d.value, nil
		}
	}
	if l, ok := anyOf(q.Values); ok && l.Value == nil {
		return &expr.Literal{Typ: types.Of(types.Boolean)}, nil // nothing is in anything
	}
	var value expr.Expr
	var err error
	if q.Kind == expr.ScalarSubquery {
		value, err = w.scalar(q)
	} else {
		found := &expr.Ref{Name: "exists", ID: expr.NewID(), Typ: types.Of(types.Boolean), Watermark: -1}
		if err = w.join(q, plan.ExistenceJoin, negated, found); err == nil {
			value = found
			if negated {
				value, err = w.r.call("not", []expr.Expr{found}, &expr.UnresolvedFunction{At: q.At})
			}
		}
	}
	if err != nil {
		return nil, err
	}
	w.done = append(w.done, doneSubquery{q, negated, value})
	return value, nil
}

// anyOf is the one literal of a list.
func anyOf(list []expr.Expr) (*expr.Literal, bool) {
	if len(list) != 1 {
		return nil, false
	}
	l, ok := list[0].(*expr.Literal)
	return l, ok
}

// join joins the plan of an EXISTS or IN to the relation.
func (w *withSubqueries) join(q *expr.Subquery, kind plan.JoinType, negated bool, found *expr.Ref) error {
	sub, err := w.r.decorrelate(q.Plan.(plan.Node))
	if err != nil {
		return err
	}
	columns := sub.Output()
	if q.Kind == expr.ExistsSubquery {
		sub = existing(sub)
	}
	c := &correlation{r: w.r, in: w.in, at: q.At}
	sub, err = c.bind(q, sub)
	if err != nil {
		return err
	}
	right, cond, err := c.apart(sub)
	if err != nil {
		return err
	}
	for i, v := range q.Values {
		eq, err := w.r.call("=", []expr.Expr{v, columns[i]}, &expr.UnresolvedFunction{At: q.At})
		if err != nil {
			return err
		}
		if negated && eq.Nullable() {
			isNull, err := w.r.call("isnull", []expr.Expr{eq}, &expr.UnresolvedFunction{At: q.At})
			if err != nil {
				return err
			}
			if eq, err = w.r.call("or", []expr.Expr{eq, isNull}, &expr.UnresolvedFunction{At: q.At}); err != nil {
				return err
			}
		}
		if cond, err = w.r.and(cond, eq); err != nil {
			return err
		}
	}
	w.in = &plan.Join{Origin: plan.Origin{At: q.At}, Left: c.in, Right: right, Type: kind, Condition: cond, Exists: found,
		Subquery: kind != plan.ExistenceJoin}
	return nil
}

// existing leaves out of a plan whose rows are only counted what changes their
// columns or order.
func existing(n plan.Node) plan.Node {
	for {
		switch x := n.(type) {
		case *plan.Project:
			if slices.ContainsFunc(x.Exprs, expr.HasAggregate) {
				return n
			}
			n = x.Input
		case *plan.Sort:
			n = x.Input
		case *plan.SubqueryAlias:
			n = x.Input
		case *plan.Limit:
			if l, ok := x.Count.(*expr.Literal); !ok || l.Value == int64(0) {
				return n
			}
			n = x.Input
		default:
			return n
		}
	}
}

// scalar joins the one row of a subquery to the relation.
func (w *withSubqueries) scalar(q *expr.Subquery) (expr.Expr, error) {
	sub, err := w.r.decorrelate(q.Plan.(plan.Node))
	if err != nil {
		return nil, err
	}
	c := &correlation{r: w.r, in: w.in, at: q.At}
	if sub, err = c.bind(q, sub); err != nil {
		return nil, err
	}
	value := expr.Expr(sub.Output()[0])
	join := &plan.Join{Origin: plan.Origin{At: q.At}, Type: plan.LeftOuterJoin}
	switch {
	case len(freeRefs(sub)) == 0:
		join.Right = &plan.AtMostOne{Origin: join.Origin, Input: sub}
	case len(c.outer) == 0: // it reads a query further out
		join.Right, join.Single = sub, true
	default:
		items, right, cond, loose, err := c.loosened(sub)
		if err != nil {
			return nil, err
		}
		if loose {
			value = unalias(items[0])
			join.Right, join.Condition = right, cond
			break
		}
		if join.Right, join.Condition, err = c.apart(sub); err != nil {
			return nil, err
		}
		join.Single = !oneRow(sub)
	}
	join.Left = c.in
	w.in = join
	return value, nil
}

// oneRow reports whether a plan has one row at most for each set of outer values.
func oneRow(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Project, *plan.SubqueryAlias, *plan.Filter, *plan.Sort:
		return oneRow(n.Inputs()[0])
	case *plan.Aggregate:
		return len(n.Grouping) == 0
	case *plan.Limit:
		l, ok := n.Count.(*expr.Literal)
		return ok && l.Value == int64(1)
	}
	return false
}

// lateral makes an ordinary join of a LATERAL one.
func (r *resolution) lateral(j *plan.Join) (plan.Node, error) {
	before := j.Output()
	sub, err := r.decorrelate(j.Right)
	if err != nil {
		return nil, err
	}
	c := &correlation{r: r, in: j.Left, at: j.At}
	for _, ref := range freeRefs(sub) {
		if subset([]*expr.Ref{ref}, j.Left.Output()) {
			c.outer = append(c.outer, ref)
		}
	}
	out := &plan.Join{Origin: j.Origin, Left: j.Left, Type: j.Type}
	if out.Type == plan.CrossJoin {
		out.Type = plan.InnerJoin
	}
	if len(c.outer) == 0 {
		out.Right, out.Condition = sub, j.Condition
		return out, nil
	}
	items, right, cond, loose, err := c.loosened(sub)
	if err != nil {
		return nil, err
	}
	if loose { // every row of the left side has its one row
		out.Left, out.Right, out.Condition, out.Type = c.in, right, cond, plan.LeftOuterJoin
		return r.withOneRow(j, out, items)
	}
	right, cond, err = c.apart(sub)
	if err != nil {
		return nil, err
	}
	if j.Condition != nil {
		if cond, err = r.and(cond, j.Condition); err != nil {
			return nil, err
		}
	}
	out.Left, out.Right, out.Condition = c.in, right, cond
	return &plan.Project{Origin: j.Origin, Input: out, Exprs: asExprs(before)}, nil
}

// withOneRow is the lateral join j of rows that each have one row of the right side, whose
// values are items above joined: j's condition then only says which of them count.
func (r *resolution) withOneRow(j, joined *plan.Join, items []expr.Expr) (plan.Node, error) {
	left := asExprs(j.Left.Output())
	if j.Condition == nil || j.Type != plan.LeftOuterJoin {
		var node plan.Node = &plan.Project{Origin: j.Origin, Input: joined, Exprs: append(left, items...)}
		if j.Condition != nil {
			node = &plan.Filter{Origin: j.Origin, Input: node, Condition: j.Condition}
		}
		return node, nil
	}
	with, inner, outer := make(map[expr.ID]expr.Expr), slices.Clone(left), slices.Clone(left)
	names := j.Right.Output()
	for i, e := range items {
		if a, ok := e.(*expr.Alias); ok {
			e = a.Child
		}
		a := &expr.Alias{Child: e, Names: []string{names[i].Name}, ID: expr.NewID()}
		inner, with[names[i].ID] = append(inner, a), a.Ref()
	}
	counts := replaceIn(j.Condition, with)
	for _, ref := range names {
		value := with[ref.ID]
		value, err := r.call("if", []expr.Expr{counts, value, &expr.Literal{Typ: value.Type()}}, &expr.UnresolvedFunction{At: j.At})
		if err != nil {
			return nil, err
		}
		outer = append(outer, &expr.Alias{Child: value, Names: []string{ref.Name}, ID: ref.ID})
	}
	return &plan.Project{Origin: j.Origin, Exprs: outer, Input: &plan.Project{Origin: j.Origin, Input: joined, Exprs: inner}}, nil
}
