package collated

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/collate"
	"github.com/weirstream/weir/internal/plan"
)

// Lower is the plan n, which is analyzed, with keys wherever values are compared by a
// collation: n itself where it has none.
func (l *Lowering) Lower(n plan.Node) (plan.Node, error) {
	if !plan.Any(n, has) {
		return n, nil
	}
	return plan.Transform(n, l.node)
}

// has reports whether an expression of n has a collation.
func has(n plan.Node) bool {
	found := func(e expr.Expr) bool {
		return expr.Any(e, func(x expr.Expr) bool { return collate.Find(x.Type()) != "" })
	}
	if local, ok := n.(*plan.LocalRelation); ok {
		for _, row := range local.Exprs {
			for _, e := range row {
				if found(e) {
					return true
				}
			}
		}
	}
	for _, e := range plan.Exprs(n) {
		if found(e) {
			return true
		}
	}
	return false
}

// node rewrites one node, its inputs being done.
func (l *Lowering) node(n plan.Node) (plan.Node, error) {
	if !has(n) {
		return n, nil
	}
	n, err := plan.MapExprs(n, l.expr)
	if err != nil {
		return nil, err
	}
	switch n := n.(type) {
	case *plan.LocalRelation:
		return l.local(n)
	case *plan.Aggregate:
		return l.aggregate(n)
	case *plan.Sort:
		m := *n
		m.Orders, err = l.orders(n.Orders)
		return &m, err
	case *plan.Window:
		m := *n
		if m.PartitionBy, err = keysOf(n.PartitionBy); err != nil {
			return nil, err
		}
		m.OrderBy, err = l.orders(n.OrderBy)
		return &m, err
	case *plan.Deduplicate:
		return l.deduplicate(n)
	case *plan.UserState:
		return nil, fault.New(fault.UnsupportedFeature, "a key of groups with state of their own has a collation; "+
			"give it as lower(…) or COLLATE UTF8_BINARY").Locate(n.At)
	}
	return n, nil
}

func (l *Lowering) orders(list []*expr.SortOrder) ([]*expr.SortOrder, error) {
	out := make([]*expr.SortOrder, len(list))
	for i, o := range list {
		e, err := l.order(o)
		if err != nil {
			return nil, err
		}
		out[i] = e.(*expr.SortOrder)
	}
	return out, nil
}

func (l *Lowering) local(n *plan.LocalRelation) (plan.Node, error) {
	m := *n
	m.Exprs = make([][]expr.Expr, len(n.Exprs))
	for i, row := range n.Exprs {
		for _, e := range row {
			lowered, err := l.expr(e)
			if err != nil {
				return nil, err
			}
			m.Exprs[i] = append(m.Exprs[i], lowered)
		}
	}
	return &m, nil
}

// aggregate groups by keys; of the values of a group the first one is shown.
func (l *Lowering) aggregate(n *plan.Aggregate) (plan.Node, error) {
	m := *n
	m.Grouping = append([]expr.Expr(nil), n.Grouping...)
	values := make(map[expr.ID]expr.Expr)
	for i, g := range n.Grouping {
		value := g
		if a, ok := g.(*expr.Alias); ok {
			value = a.Child
		}
		k, err := key(value)
		if err != nil {
			return nil, place(err, n.At)
		}
		if k == value {
			continue
		}
		name := "key"
		if ref := expr.Named(g); ref != nil {
			name, values[ref.ID] = ref.Name, value
		}
		m.Grouping[i] = &expr.Alias{Child: k, Names: []string{name}, ID: expr.NewID(), Implicit: true}
	}
	first := l.Registry.Aggregate("first")
	m.Exprs = append([]expr.Expr(nil), n.Exprs...)
	for i, e := range n.Exprs {
		ref, ok := e.(*expr.Ref)
		if !ok || values[ref.ID] == nil {
			continue
		}
		res, err := first.Resolve(l.Resolver, []expr.Expr{values[ref.ID]})
		if err != nil {
			return nil, err
		}
		m.Exprs[i] = &expr.Alias{ID: ref.ID, Names: []string{ref.Name}, Metadata: ref.Metadata, Implicit: true,
			Child: &expr.AggregateCall{Fn: first, Args: res.Args, Typ: ref.Typ, Null: ref.Null, Text: ref.Name}}
	}
	return &m, nil
}

// deduplicate computes the keys beneath, and drops them again.
func (l *Lowering) deduplicate(n *plan.Deduplicate) (plan.Node, error) {
	columns := n.Input.Output()
	shown := make([]expr.Expr, len(columns))
	for i, c := range columns {
		shown[i] = c
	}
	with, m := append([]expr.Expr(nil), shown...), *n
	m.Keys = append([]expr.Expr(nil), n.Keys...)
	for i, e := range n.Keys {
		k, err := key(e)
		if err != nil {
			return nil, place(err, n.At)
		}
		if k != e {
			a := &expr.Alias{Child: k, Names: []string{"key"}, ID: expr.NewID(), Implicit: true}
			with, m.Keys[i] = append(with, a), a.Ref()
		}
	}
	m.Input = &plan.Project{Origin: n.Origin, Input: n.Input, Exprs: with}
	return &plan.Project{Origin: n.Origin, Input: &m, Exprs: shown}, nil
}
