package analyze

import (
	"errors"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/internal/plan"
)

// sort resolves ORDER BY: by the columns selected, by their places, and by
// columns that were not selected.
func (r *resolution) sort(n *plan.Sort) (plan.Node, error) {
	if agg, ok := n.Input.(*plan.Aggregate); ok {
		out, err := r.aggregate(agg, n.Orders)
		if err == nil || !slices.ContainsFunc(agg.Exprs, r.generates) {
			return out, err
		}
	}
	in, err := r.node(n.Input)
	if err != nil {
		return nil, err
	}
	out := in.Output()
	orders, err := r.orders(n.Orders, asExprs(out), scope{columns: out})
	if err == nil {
		list := make([]expr.Expr, len(orders))
		for i, o := range orders {
			list[i] = o
		}
		if !anyAggregate(orders) {
			return &plan.Sort{Origin: n.Origin, Input: in, Orders: orders, Global: n.Global}, nil
		}
	}
	if d, ok := n.Input.(*plan.Project); ok && d.Distinct {
		return r.sortDistinct(n, d, err)
	}
	p, ok := in.(*plan.Project)
	if !ok {
		return nil, err
	}
	if agg, isAgg := aggregateBelow(p.Input); isAgg {
		return r.sortAggregate(n, p, agg, err)
	}
	inner, innerErr := r.orders(n.Orders, p.Exprs, scope{columns: p.Input.Output(), aliases: p.Exprs})
	if innerErr != nil {
		if e, ok := errors.AsType[*fault.Error](err); ok && e.Condition == fault.AmbiguousReference {
			err = innerErr // several items have the name, and no column of the input
		}
		return nil, err
	}
	list := make([]expr.Expr, len(inner))
	for i, o := range inner {
		if list[i] = o; expr.HasAggregate(o) {
			return nil, fault.New(fault.ExprForOperator, "%v is an aggregate of rows that are not grouped; ORDER BY cannot hold it", o.Child).
				Locate(n.At)
		}
	}
	return sorted(n.Origin, p.Input, p.Exprs, list), nil
}

// sortDistinct orders SELECT DISTINCT by columns of USING that one side of a join had:
// those, and no others, need not be in the list. They are then part of what is distinct,
// as in Spark.
func (r *resolution) sortDistinct(n *plan.Sort, d *plan.Project, first error) (plan.Node, error) {
	in, err := r.node(d.Input)
	if err != nil {
		return nil, err
	}
	sides := slices.DeleteFunc(slices.Clone(in.Output()), func(c *expr.Ref) bool { return !ofSide(c) })
	wide := *d
	wide.Exprs = slices.Clone(d.Exprs)
	orders := slices.Clone(n.Orders)
	for i, o := range orders {
		u, ok := o.Child.(*expr.UnresolvedAttribute)
		if !ok {
			continue
		}
		if e, err := match(u.Parts, sides); e != nil && err == nil {
			name := "_order_" + itoa(i)
			wide.Exprs = append(wide.Exprs, &expr.Alias{Child: u, Names: []string{name}})
			order := *o
			order.Child = &expr.UnresolvedAttribute{Parts: []string{name}, At: u.At}
			orders[i] = &order
		}
	}
	more := len(wide.Exprs) - len(d.Exprs)
	if more == 0 {
		return nil, first
	}
	out, err := r.node(&plan.Sort{Origin: n.Origin, Input: &wide, Orders: orders, Global: n.Global})
	if err != nil {
		return nil, err
	}
	columns := asExprs(out.Output())
	return &plan.Project{Origin: n.Origin, Input: out, Exprs: columns[:len(columns)-more]}, nil
}

func anyAggregate(orders []*expr.SortOrder) bool {
	for _, o := range orders {
		if expr.HasAggregate(o) {
			return true
		}
	}
	return false
}

// aggregateBelow finds the Aggregate of a select list with aggregate functions.
func aggregateBelow(n plan.Node) (*plan.Aggregate, bool) {
	if f, ok := n.(*plan.Filter); ok {
		n = f.Input
	}
	a, ok := n.(*plan.Aggregate)
	return a, ok
}

// sortAggregate orders SELECT count(*) … ORDER BY sum(v), where the select list
// made the aggregate.
func (r *resolution) sortAggregate(n *plan.Sort, p *plan.Project, agg *plan.Aggregate, first error) (plan.Node, error) {
	if _, ok := p.Input.(*plan.Aggregate); !ok {
		return nil, first
	}
	orders, err := r.orders(n.Orders, p.Exprs, scope{columns: agg.Input.Output(), aliases: p.Exprs})
	if err != nil {
		return nil, err
	}
	g := &grouped{origin: agg.Origin, in: agg.Input, keys: agg.Grouping}
	for _, e := range agg.Exprs {
		if a, ok := e.(*expr.Alias); ok {
			g.calls = append(g.calls, a)
		}
	}
	list := make([]expr.Expr, len(orders))
	for i, o := range orders {
		if list[i], err = g.rewrite(o); err != nil {
			return nil, err
		}
	}
	return sorted(n.Origin, g.node(), p.Exprs, list), nil
}

// orders resolves sort keys; a whole number is the place of an item.
func (r *resolution) orders(list []*expr.SortOrder, items []expr.Expr, s scope) ([]*expr.SortOrder, error) {
	list = allItems(list, items, s)
	out := make([]*expr.SortOrder, len(list))
	for i, o := range list {
		n := *o
		if l, ok := o.Child.(*expr.Literal); ok {
			if at, isNumber := wholeNumber(l); isNumber {
				if at < 1 || at > int64(len(items)) {
					return nil, fault.New(fault.OrderByPosRange, "ORDER BY %d: the select list has %d items", at, len(items))
				}
				n.Child = items[at-1]
				if a, isAlias := n.Child.(*expr.Alias); isAlias && len(s.aliases) > 0 {
					n.Child = a.Child
				}
				out[i] = &n
				continue
			}
		}
		e, err := r.orderKey(o.Child, items, s)
		if err != nil {
			return nil, err
		}
		if !expr.Orderable(e.Type()) {
			return nil, unordered("ORDER BY", e)
		}
		n.Child = e
		out[i] = &n
	}
	return out, nil
}

func unordered(what string, e expr.Expr) error {
	return fault.New(fault.InvalidOrdering, "%s: values of type %s, as those of %v, have no order", what, e.Type().SQL(), e)
}

// allItems is ORDER BY ALL: an order by every item, unless a column is called all.
func allItems(list []*expr.SortOrder, items []expr.Expr, s scope) []*expr.SortOrder {
	if len(list) != 1 {
		return list
	}
	u, ok := list[0].Child.(*expr.UnresolvedAttribute)
	if !ok || len(u.Parts) != 1 || !strings.EqualFold(u.Parts[0], "all") {
		return list
	}
	if found, _ := match(u.Parts, s.columns); found != nil {
		return list
	}
	out := make([]*expr.SortOrder, len(items))
	for i := range items {
		o := *list[0]
		o.Child = expr.Int32(int32(i + 1))
		out[i] = &o
	}
	return out
}

// orderKey resolves one key. The names of the select list go before those of the
// input.
func (r *resolution) orderKey(e expr.Expr, items []expr.Expr, s scope) (expr.Expr, error) {
	if u, ok := e.(*expr.UnresolvedAttribute); ok && len(u.Parts) == 1 && u.PlanID == 0 && len(s.aliases) > 0 {
		if found, err := r.attribute(u, scope{aliases: items}); err == nil {
			return found, nil
		}
	}
	return r.expr(e, s)
}

// count resolves LIMIT, OFFSET and the like: a whole number.
func (r *resolution) count(n, input plan.Node, e expr.Expr, build func(plan.Node, expr.Expr) plan.Node) (plan.Node, error) {
	in, err := r.node(input)
	if err != nil {
		return nil, err
	}
	c, err := r.expr(e, scope{columns: in.Output()})
	if err != nil {
		return nil, err
	}
	v, err := r.rows(c)
	if err != nil {
		return nil, place(err, plan.OriginOf(n).At)
	}
	return build(in, expr.Lit(v)), nil
}

// rows is the value of a constant number of rows.
func (r *resolution) rows(e expr.Expr) (int64, error) {
	if !e.Type().Integral() {
		return 0, fault.New(fault.LimitType, "the number of rows is an INT, not %v of type %s", e, e.Type().SQL()).
			With("expr", e.String()).With("dataType", e.Type().SQL())
	}
	if len(expr.Refs(e)) > 0 || expr.Any(e, func(x expr.Expr) bool { _, query := x.(*expr.Subquery); return query }) {
		return 0, fault.New(fault.LimitFoldable, "the number of rows must be a constant, not %v", e)
	}
	constant, err := r.value(e)
	if err != nil {
		return 0, err
	}
	value, ok := wholeNumber(&expr.Literal{Value: constant, Typ: e.Type()})
	if !ok || value < 0 {
		return 0, fault.New(fault.InvalidLimit, "the number of rows is at least 0, not %v", e).With("expr", e.String())
	}
	return value, nil
}

// value is the value of an expression that reads no columns.
func (r *resolution) value(e expr.Expr) (any, error) {
	c := &expr.Compiler{Cast: cast.New, Env: &expr.Env{ANSI: r.Resolver.ANSI, Location: r.Resolver.Location}}
	eval, err := c.Compile(e)
	if err != nil {
		return nil, err
	}
	column, err := eval.Eval(&batch.Batch{Rows: 1}, nil)
	if err != nil {
		return nil, err
	}
	return expr.ValueAt(column, 0), nil
}

// generates reports whether an item, not resolved, is a generator.
func (r *resolution) generates(e expr.Expr) bool {
	if a, ok := e.(*expr.Alias); ok {
		e = a.Child
	}
	u, ok := e.(*expr.UnresolvedFunction)
	if ok && u.Own != nil {
		return u.Own.Generator != nil
	}
	return ok && r.Registry.Generator(u.Name) != nil && r.Registry.Scalar(u.Name) == nil
}
