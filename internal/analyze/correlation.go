package analyze

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// correlation takes the columns of the query around it out of a subquery, so that
// both can be joined. There are two ways.
//
// Where the subquery reads them in filters only, the terms become the join's
// condition; an aggregate on the way groups by the inner side of a = outer:
//
//	Aggregate [] [sum(w)]               Aggregate [k] [sum(w), k]     on k = outer.k
//	  Filter u.k = outer.k      ─▶        u
//	    u
//
// Anywhere else the subquery is computed for all values that there are of the
// outer columns, its domain, which every node carries along as columns of its own:
//
//	Limit 1                             Filter n <= 1                 on d <=> outer.k
//	  Sort w                    ─▶        Window row_number by d order w
//	    Filter u.k < outer.k                Join u.k < d
//	      u                                   Distinct(outer.k AS d), u
type correlation struct {
	r     *resolution
	in    plan.Node // the relation around
	outer []*expr.Ref
	at    fault.Position
}

// bind notes the outer columns that a subquery reads of the relation around it. What
// they stand for is a column of that relation, computed where it is another
// expression.
func (c *correlation) bind(q *expr.Subquery, sub plan.Node) (plan.Node, error) {
	columns := c.in.Output()
	with := make(map[expr.ID]expr.Expr)
	var computed []expr.Expr
	for i, p := range q.Params {
		o := q.Outer[i]
		if refs := expr.Refs(o); len(refs) > 0 && !subset(refs, columns) {
			continue // of a query further out
		}
		ref, ok := o.(*expr.Ref)
		if !ok {
			a := &expr.Alias{Child: o, Names: []string{p.Name}, ID: expr.NewID()}
			computed, ref = append(computed, a), a.Ref()
		}
		if ref.ID != p.ID {
			with[p.ID] = ref
		}
		if !slices.ContainsFunc(c.outer, func(have *expr.Ref) bool { return have.ID == ref.ID }) {
			c.outer = append(c.outer, ref)
		}
	}
	if len(computed) > 0 {
		c.in = &plan.Project{Input: c.in, Exprs: append(asExprs(columns), computed...)}
	}
	if len(with) == 0 {
		return sub, nil
	}
	return replaceRefs(sub, with)
}

// replaceRefs puts expressions in the place of columns, in all of a plan.
func replaceRefs(n plan.Node, with map[expr.ID]expr.Expr) (plan.Node, error) {
	return plan.Transform(n, func(n plan.Node) (plan.Node, error) {
		return plan.MapExprs(n, func(e expr.Expr) (expr.Expr, error) { return replaceIn(e, with), nil })
	})
}

func replaceIn(e expr.Expr, with map[expr.ID]expr.Expr) expr.Expr {
	out, _ := expr.Transform(e, func(x expr.Expr) (expr.Expr, error) {
		if r, ok := x.(*expr.Ref); ok && with[r.ID] != nil {
			return with[r.ID], nil
		}
		return x, nil
	})
	return out
}

// reads reports whether expressions read outer columns.
func (c *correlation) reads(list ...expr.Expr) bool {
	return slices.ContainsFunc(expr.Refs(list...), func(r *expr.Ref) bool {
		return slices.ContainsFunc(c.outer, func(o *expr.Ref) bool { return o.ID == r.ID })
	})
}

// free reports whether a plan reads no outer columns.
func (c *correlation) free(n plan.Node) bool {
	return !plan.Any(n, func(x plan.Node) bool { return c.reads(plan.Exprs(x)...) })
}

// apart gives a subquery without outer columns and the condition on which its rows
// belong to a row of the relation around, nil for none.
func (c *correlation) apart(sub plan.Node) (plan.Node, expr.Expr, error) {
	if c.free(sub) {
		return sub, nil, nil
	}
	if n, terms, ok := c.pull(sub); ok {
		cond, err := c.all(terms)
		return n, cond, err
	}
	d := &domain{correlation: c}
	n, columns, err := d.push(sub)
	if err != nil {
		return nil, nil, err
	}
	cond, err := c.r.allEqual(asExprs(c.outer), asExprs(columns), "<=>", c.at)
	return n, cond, err
}

func (c *correlation) all(terms []expr.Expr) (expr.Expr, error) {
	var cond expr.Expr
	for _, t := range terms {
		var err error
		if cond, err = c.r.and(cond, t); err != nil {
			return nil, err
		}
	}
	return cond, nil
}

// loosened is apart for a subquery that is one aggregate of all rows under a select
// list. Its groups exist only where rows are, so the select list, items, is computed
// above the join, with the values that its functions have without rows.
func (c *correlation) loosened(sub plan.Node) (items []expr.Expr, right plan.Node, cond expr.Expr, ok bool, err error) {
	p, isProject := unaliasedAll(sub).(*plan.Project)
	if !isProject || c.reads(p.Exprs...) || slices.ContainsFunc(p.Exprs, expr.HasWindow) {
		return nil, nil, nil, false, nil
	}
	agg, isAggregate := p.Input.(*plan.Aggregate)
	if !isAggregate || len(agg.Grouping) > 0 {
		return nil, nil, nil, false, nil
	}
	grouped, terms, pulled := c.pull(agg)
	if !pulled {
		return nil, nil, nil, false, nil
	}
	with := make(map[expr.ID]expr.Expr)
	for _, e := range agg.Exprs {
		a := e.(*expr.Alias)
		empty, err := c.empty(a.Child.(*expr.AggregateCall))
		if err != nil {
			return nil, nil, nil, false, err
		}
		if empty.Value == nil {
			continue
		}
		if with[a.ID], err = c.r.call("coalesce", []expr.Expr{a.Ref(), empty}, &expr.UnresolvedFunction{At: c.at}); err != nil {
			return nil, nil, nil, false, err
		}
	}
	for i, e := range p.Exprs {
		e = replaceIn(e, with)
		if _, isAlias := e.(*expr.Alias); !isAlias {
			out := p.Output()[i]
			e = &expr.Alias{Child: e, Names: []string{out.Name}, ID: out.ID}
			if ref, isRef := e.(*expr.Alias).Child.(*expr.Ref); isRef && ref.ID == out.ID {
				e = ref
			}
		}
		items = append(items, e)
	}
	cond, err = c.all(terms)
	return items, grouped, cond, true, err
}

func unaliasedAll(n plan.Node) plan.Node {
	for {
		s, ok := n.(*plan.SubqueryAlias)
		if !ok {
			return n
		}
		n = s.Input
	}
}

// empty is the value of an aggregate function of no rows.
func (c *correlation) empty(call *expr.AggregateCall) (*expr.Literal, error) {
	acc, err := call.Fn.New(call, &expr.Env{ANSI: c.r.Resolver.ANSI, Location: c.r.Resolver.Location})
	if err != nil {
		return nil, err
	}
	acc.Reset(0, 1)
	out := batch.NewColumn(call.Typ, 0)
	if err := acc.Result([]int32{0}, out); err != nil {
		return nil, err
	}
	return &expr.Literal{Value: expr.ValueAt(out, 0), Typ: call.Typ}, nil
}

// pull takes the terms that read outer columns out of filters and up to the top. It
// reports false where that is not possible.
func (c *correlation) pull(n plan.Node) (out plan.Node, terms []expr.Expr, ok bool) {
	if c.free(n) {
		return n, nil, true
	}
	switch n := n.(type) {
	case *plan.Filter:
		in, terms, ok := c.pull(n.Input)
		if !ok {
			return nil, nil, false
		}
		var rest expr.Expr
		for _, t := range expr.Conjuncts(n.Condition) {
			if c.reads(t) {
				terms = append(terms, t)
			} else if rest, _ = c.r.and(rest, t); rest == nil {
				return nil, nil, false
			}
		}
		if rest == nil {
			return in, terms, true
		}
		return &plan.Filter{Origin: n.Origin, Input: in, Condition: rest}, terms, true
	case *plan.Project:
		in, terms, ok := c.pull(n.Input)
		if !ok || c.reads(n.Exprs...) {
			return nil, nil, false
		}
		return &plan.Project{Origin: n.Origin, Input: in, Exprs: c.exposed(n.Exprs, terms)}, terms, true
	case *plan.SubqueryAlias, *plan.Sort:
		in, terms, ok := c.pull(n.Inputs()[0])
		if !ok || c.reads(plan.Exprs(n)...) {
			return nil, nil, false
		}
		return n.WithInputs([]plan.Node{in}), terms, true
	case *plan.Aggregate:
		return c.pullAggregate(n)
	case *plan.Join:
		return c.pullJoin(n)
	}
	return nil, nil, false
}

// exposed is a select list with the columns that terms read.
func (c *correlation) exposed(items, terms []expr.Expr) []expr.Expr {
	out := slices.Clone(items)
	for _, ref := range expr.Refs(terms...) {
		if c.reads(ref) || slices.ContainsFunc(out, func(e expr.Expr) bool { return expr.Named(e).ID == ref.ID }) {
			continue
		}
		out = append(out, ref)
	}
	return out
}

// pullAggregate groups also by the inner sides of the terms, which are all
// equalities.
func (c *correlation) pullAggregate(n *plan.Aggregate) (plan.Node, []expr.Expr, bool) {
	in, terms, ok := c.pull(n.Input)
	if !ok || c.reads(n.Exprs...) || c.reads(n.Grouping...) {
		return nil, nil, false
	}
	out := &plan.Aggregate{Origin: n.Origin, Input: in, Grouping: slices.Clone(n.Grouping), Exprs: slices.Clone(n.Exprs)}
	fresh := make([]expr.Expr, len(terms))
	for i, t := range terms {
		eq, ok := t.(*expr.Call)
		if !ok || eq.Fn.Name != "=" && eq.Fn.Name != "==" && eq.Fn.Name != "<=>" {
			return nil, nil, false
		}
		args := slices.Clone(eq.Args)
		inner := slices.IndexFunc(args, func(e expr.Expr) bool { return !c.reads(e) })
		if inner < 0 || c.mixed(args[1-inner]) {
			return nil, nil, false
		}
		a := &expr.Alias{Child: args[inner], Names: []string{args[inner].String()}, ID: expr.NewID()}
		out.Grouping, out.Exprs = append(out.Grouping, a), append(out.Exprs, a.Ref())
		args[inner] = a.Ref()
		fresh[i] = eq.WithChildren(args)
	}
	return out, fresh, true
}

// mixed reports whether an expression reads columns that are not outer ones.
func (c *correlation) mixed(e expr.Expr) bool {
	return slices.ContainsFunc(expr.Refs(e), func(r *expr.Ref) bool { return !c.reads(r) })
}

func (c *correlation) pullJoin(n *plan.Join) (plan.Node, []expr.Expr, bool) {
	leftOnly := n.Type == plan.LeftOuterJoin || n.Type == plan.LeftSemiJoin || n.Type == plan.LeftAntiJoin || n.Type == plan.ExistenceJoin
	inner := n.Type == plan.InnerJoin || n.Type == plan.CrossJoin
	if !inner && !leftOnly || leftOnly && (!c.free(n.Right) || n.Condition != nil && c.reads(n.Condition)) {
		return nil, nil, false
	}
	left, terms, ok := c.pull(n.Left)
	if !ok {
		return nil, nil, false
	}
	right, more, ok := c.pull(n.Right)
	if !ok {
		return nil, nil, false
	}
	out := *n
	out.Left, out.Right, out.Condition = left, right, nil
	terms = append(terms, more...)
	if n.Condition != nil {
		for _, t := range expr.Conjuncts(n.Condition) {
			if c.reads(t) {
				terms = append(terms, t)
			} else if out.Condition, _ = c.r.and(out.Condition, t); out.Condition == nil {
				return nil, nil, false
			}
		}
	}
	return &out, terms, true
}

// domain computes a subquery for all values of the outer columns.
type domain struct{ *correlation }

// values is the domain: the distinct values of the outer columns, in columns of its
// own.
func (d *domain) values() (plan.Node, []*expr.Ref) {
	keys := asExprs(d.outer)
	agg := &plan.Aggregate{Input: &plan.Project{Input: d.in, Exprs: keys}, Grouping: keys, Exprs: keys}
	items := make([]expr.Expr, len(keys))
	columns := make([]*expr.Ref, len(keys))
	for i, o := range d.outer {
		a := &expr.Alias{Child: o, Names: []string{o.Name}, ID: expr.NewID()}
		items[i], columns[i] = a, a.Ref()
	}
	return &plan.Project{Input: agg, Exprs: items}, columns
}

// in puts the domain's columns in the place of the outer ones.
func (d *domain) within(columns []*expr.Ref) func(expr.Expr) (expr.Expr, error) {
	with := make(map[expr.ID]expr.Expr)
	for i, o := range d.outer {
		with[o.ID] = columns[i]
	}
	return func(e expr.Expr) (expr.Expr, error) { return replaceIn(e, with), nil }
}

// push carries the domain through n and gives its columns in the result.
func (d *domain) push(n plan.Node) (plan.Node, []*expr.Ref, error) {
	if f, ok := n.(*plan.Filter); ok && d.free(f.Input) {
		values, columns := d.values()
		cond, err := d.within(columns)(f.Condition)
		return &plan.Join{Left: values, Right: f.Input, Type: plan.InnerJoin, Condition: cond}, columns, err
	}
	if d.free(n) {
		values, columns := d.values()
		return &plan.Join{Left: values, Right: n, Type: plan.InnerJoin}, columns, nil
	}
	switch n := n.(type) {
	case *plan.Join:
		return d.pushJoin(n)
	case *plan.Union:
		return d.pushUnion(n)
	case *plan.OneRow:
		values, columns := d.values()
		return values, columns, nil
	}
	if len(n.Inputs()) != 1 {
		return nil, nil, d.refuse(n)
	}
	in, columns, err := d.push(n.Inputs()[0])
	if err != nil {
		return nil, nil, err
	}
	out, err := plan.MapExprs(n, d.within(columns))
	if err != nil {
		return nil, nil, err
	}
	keys := asExprs(columns)
	switch x := out.(type) {
	case *plan.Project:
		return &plan.Project{Origin: x.Origin, Input: in, Exprs: append(slices.Clone(x.Exprs), keys...)}, columns, nil
	case *plan.Filter, *plan.Sort, *plan.SubqueryAlias, *plan.AtMostOne:
		return out.WithInputs([]plan.Node{in}), columns, nil
	case *plan.Generate:
		g := *x
		g.Input = in
		return &g, columns, nil
	case *plan.Window:
		w := *x
		w.Input, w.PartitionBy = in, append(slices.Clone(x.PartitionBy), keys...)
		return &w, columns, nil
	case *plan.Expand:
		e := *x
		e.Input, e.Columns, e.Rows = in, append(slices.Clone(x.Columns), columns...), nil
		for _, row := range x.Rows {
			e.Rows = append(e.Rows, append(slices.Clone(row), keys...))
		}
		return &e, columns, nil
	case *plan.Aggregate:
		return d.pushAggregate(x, in, columns)
	case *plan.Limit:
		return d.cut(in, columns, x.Count, "<=")
	case *plan.Offset:
		return d.cut(in, columns, x.Count, ">")
	}
	return nil, nil, d.refuse(n)
}

func (d *domain) refuse(n plan.Node) error {
	return fault.New(fault.CorrelatedReference, "a column of the query around it cannot be read beneath %v", n).Locate(d.at)
}

// pushAggregate groups by the domain too. An aggregate of all rows has a row for
// each value of the domain, with rows or without.
func (d *domain) pushAggregate(n *plan.Aggregate, in plan.Node, columns []*expr.Ref) (plan.Node, []*expr.Ref, error) {
	keys := asExprs(columns)
	if len(n.Grouping) > 0 {
		return &plan.Aggregate{Origin: n.Origin, Input: in, Grouping: append(slices.Clone(n.Grouping), keys...),
			Exprs: append(slices.Clone(n.Exprs), keys...)}, columns, nil
	}
	marker := &expr.Alias{Child: expr.Lit(true), Names: []string{"there"}, ID: expr.NewID()}
	marked := &plan.Project{Input: in, Exprs: append(asExprs(in.Output()), marker)}
	values, own := d.values()
	cond, err := d.r.allEqual(asExprs(own), keys, "<=>", d.at)
	if err != nil {
		return nil, nil, err
	}
	joined := &plan.Join{Left: values, Right: marked, Type: plan.LeftOuterJoin, Condition: cond}
	there := marker.Ref()
	there.Null = true
	isThere, err := d.r.call("isnotnull", []expr.Expr{there}, &expr.UnresolvedFunction{At: d.at})
	if err != nil {
		return nil, nil, err
	}
	items := make([]expr.Expr, len(n.Exprs))
	for i, e := range n.Exprs {
		a := *e.(*expr.Alias)
		call := *a.Child.(*expr.AggregateCall)
		if call.Filter == nil {
			call.Filter = isThere
		} else if call.Filter, err = d.r.and(isThere, call.Filter); err != nil {
			return nil, nil, err
		}
		a.Child, items[i] = &call, &a
	}
	return &plan.Aggregate{Origin: n.Origin, Input: joined, Grouping: asExprs(own), Exprs: append(items, asExprs(own)...)}, own, nil
}

// cut counts rows for each value of the domain, in the order of a Sort beneath.
func (d *domain) cut(in plan.Node, columns []*expr.Ref, count expr.Expr, op string) (plan.Node, []*expr.Ref, error) {
	var orders []*expr.SortOrder
	out := in.Output()
	below := in
	for p, ok := below.(*plan.Project); ok && !slices.ContainsFunc(p.Exprs, func(e expr.Expr) bool { _, is := e.(*expr.Ref); return !is }); p, ok = below.(*plan.Project) {
		below = p.Input
	}
	if s, ok := below.(*plan.Sort); ok {
		orders, below = s.Orders, s.Input
	} else {
		below = in
	}
	fn := d.r.Registry.Window("row_number")
	w := &expr.Window{Fn: &expr.WindowCall{Fn: fn, Typ: types.Of(types.Int)}, PartitionBy: asExprs(columns), OrderBy: orders}
	a := &expr.Alias{Child: w, Names: []string{"row"}, ID: expr.NewID()}
	cond, err := d.r.call(op, []expr.Expr{a.Ref(), count}, &expr.UnresolvedFunction{At: d.at})
	if err != nil {
		return nil, nil, err
	}
	node := &plan.Filter{Condition: cond, Input: &plan.Window{Input: below, PartitionBy: w.PartitionBy, OrderBy: orders, Calls: []expr.Expr{a}}}
	return &plan.Project{Input: node, Exprs: asExprs(out)}, columns, nil
}

// pushJoin carries the domain through the sides that read outer columns, and through
// the side that a join keeps.
func (d *domain) pushJoin(n *plan.Join) (plan.Node, []*expr.Ref, error) {
	inner := n.Type == plan.InnerJoin || n.Type == plan.CrossJoin
	if n.Type == plan.FullOuterJoin {
		return nil, nil, d.refuse(n)
	}
	out := *n
	var lefts, rights []*expr.Ref
	var err error
	if n.Type != plan.RightOuterJoin && (!inner || !d.free(n.Left) || d.free(n.Right)) || n.Type == plan.RightOuterJoin && !d.free(n.Left) {
		if out.Left, lefts, err = d.push(n.Left); err != nil {
			return nil, nil, err
		}
	}
	if n.Type == plan.RightOuterJoin || !d.free(n.Right) {
		if out.Right, rights, err = d.push(n.Right); err != nil {
			return nil, nil, err
		}
	}
	columns := lefts
	if lefts == nil || n.Type == plan.RightOuterJoin {
		columns = rights
	}
	if n.Condition != nil {
		if out.Condition, err = d.within(columns)(n.Condition); err != nil {
			return nil, nil, err
		}
	}
	if lefts != nil && rights != nil {
		same, err := d.r.allEqual(asExprs(lefts), asExprs(rights), "<=>", d.at)
		if err != nil {
			return nil, nil, err
		}
		if out.Condition, err = d.r.and(out.Condition, same); err != nil {
			return nil, nil, err
		}
	}
	return &out, columns, nil
}

func (d *domain) pushUnion(n *plan.Union) (plan.Node, []*expr.Ref, error) {
	u := *n
	u.All = make([]plan.Node, len(n.All))
	columns := make([]*expr.Ref, len(d.outer))
	for i, o := range d.outer {
		fresh := *o
		fresh.ID = expr.NewID()
		columns[i] = &fresh
	}
	u.Columns = append(slices.Clone(n.Columns), columns...)
	for i, in := range n.All {
		out, own, err := d.push(in)
		if err != nil {
			return nil, nil, err
		}
		u.All[i] = &plan.Project{Input: out, Exprs: append(asExprs(in.Output()), asExprs(own)...)}
	}
	return &u, columns, nil
}
