package plan

import "github.com/weirstream/weir/internal/expr"

// MapExprs rebuilds the expressions of one resolved node.
func MapExprs(n Node, f func(expr.Expr) (expr.Expr, error)) (Node, error) {
	switch n := n.(type) {
	case *Project:
		list, err := mapList(n.Exprs, f)
		return &Project{Origin: n.Origin, Input: n.Input, Exprs: list}, err
	case *Filter:
		c, err := f(n.Condition)
		return &Filter{Origin: n.Origin, Input: n.Input, Condition: c}, err
	case *Aggregate:
		keys, err := mapList(n.Grouping, f)
		if err != nil {
			return nil, err
		}
		list, err := mapList(n.Exprs, f)
		return &Aggregate{Origin: n.Origin, Input: n.Input, Grouping: keys, Exprs: list}, err
	case *Generate:
		g, err := f(n.Generator)
		m := *n
		m.Generator = g
		return &m, err
	case *Join:
		if n.Condition == nil {
			return n, nil
		}
		c, err := f(n.Condition)
		m := *n
		m.Condition = c
		return &m, err
	case *Sort:
		m := *n
		m.Orders = make([]*expr.SortOrder, len(n.Orders))
		for i, o := range n.Orders {
			c, err := f(o.Child)
			if err != nil {
				return nil, err
			}
			order := *o
			order.Child = c
			m.Orders[i] = &order
		}
		return &m, nil
	case *Window:
		return mapWindow(n, f)
	case *Expand:
		m := *n
		m.Rows = make([][]expr.Expr, len(n.Rows))
		for i, row := range n.Rows {
			var err error
			if m.Rows[i], err = mapList(row, f); err != nil {
				return nil, err
			}
		}
		return &m, nil
	case *UserState:
		return n.mapKeys(f)
	case *Observe:
		return n.mapCalls(f)
	case *Deduplicate:
		keys, err := mapList(n.Keys, f)
		m := *n
		m.Keys = keys
		return &m, err
	default:
		return n, nil
	}
}

// mapWindow rebuilds the expressions of a window: those of its functions, whose
// partition and order are the node's own.
func mapWindow(n *Window, f func(expr.Expr) (expr.Expr, error)) (Node, error) {
	m := *n
	var err error
	if m.PartitionBy, err = mapList(n.PartitionBy, f); err != nil {
		return nil, err
	}
	m.OrderBy = make([]*expr.SortOrder, len(n.OrderBy))
	for i, o := range n.OrderBy {
		order := *o
		if order.Child, err = f(o.Child); err != nil {
			return nil, err
		}
		m.OrderBy[i] = &order
	}
	m.Calls, err = mapList(n.Calls, f)
	return &m, err
}

func mapList(list []expr.Expr, f func(expr.Expr) (expr.Expr, error)) ([]expr.Expr, error) {
	out := make([]expr.Expr, len(list))
	for i, e := range list {
		var err error
		if out[i], err = f(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Exprs are the expressions of one node.
func Exprs(n Node) []expr.Expr {
	var list []expr.Expr
	_, _ = MapExprs(n, func(e expr.Expr) (expr.Expr, error) {
		list = append(list, e)
		return e, nil
	})
	return list
}
