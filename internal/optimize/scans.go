package optimize

import (
	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// pushScans hands the simple terms of a filter over a scan to the source. The
// filter stays: a source may leave rows out, it need not.
func pushScans(n plan.Node) plan.Node {
	out, _ := plan.Transform(n, func(n plan.Node) (plan.Node, error) {
		f, ok := n.(*plan.Filter)
		if !ok {
			return n, nil
		}
		scan, ok := f.Input.(*plan.Scan)
		if !ok {
			return n, nil
		}
		s := *scan
		for _, t := range expr.Conjuncts(f.Condition) {
			if p, simple := predicate(t); simple {
				s.Predicates = append(s.Predicates, p)
			}
		}
		return &plan.Filter{Origin: f.Origin, Input: &s, Condition: f.Condition}, nil
	})
	return out
}

// Simple reports whether a term is one that sources are handed and that tests a
// column as a whole.
func Simple(e expr.Expr) bool {
	p, ok := predicate(e)
	return ok && len(p.Path) == 1
}

var comparisons = map[string]connector.PredicateOp{
	"=": connector.Equal, "==": connector.Equal, "<": connector.Less, "<=": connector.LessOrEqual,
	">": connector.Greater, ">=": connector.GreaterOrEqual,
}

// mirrored is the comparison with its sides exchanged.
var mirrored = map[connector.PredicateOp]connector.PredicateOp{
	connector.Equal: connector.Equal, connector.Less: connector.Greater, connector.LessOrEqual: connector.GreaterOrEqual,
	connector.Greater: connector.Less, connector.GreaterOrEqual: connector.LessOrEqual,
}

// predicate is a term as a source understands it: a column or field against
// constants of its own type.
func predicate(e expr.Expr) (connector.Predicate, bool) {
	c, ok := e.(*expr.Call)
	if !ok {
		return connector.Predicate{}, false
	}
	switch c.Fn.Name {
	case "isnotnull", "isnull":
		p, ok := columnPath(c.Args[0])
		op := connector.IsNotNull
		if c.Fn.Name == "isnull" {
			op = connector.IsNull
		}
		return connector.Predicate{Path: p, Op: op}, ok
	case "in":
		p, ok := columnPath(c.Args[0])
		values := make([]any, 0, len(c.Args)-1)
		for _, a := range c.Args[1:] {
			v, isConstant := constantOf(a, c.Args[0])
			ok = ok && isConstant
			values = append(values, v)
		}
		return connector.Predicate{Path: p, Op: connector.In, Values: values}, ok
	}
	op, ok := comparisons[c.Fn.Name]
	if !ok || len(c.Args) != 2 {
		return connector.Predicate{}, false
	}
	left, right := c.Args[0], c.Args[1]
	if _, isLiteral := left.(*expr.Literal); isLiteral {
		left, right, op = right, left, mirrored[op]
	}
	p, ok := columnPath(left)
	v, constant := constantOf(right, left)
	return connector.Predicate{Path: p, Op: op, Values: []any{v}}, ok && constant
}

func columnPath(e expr.Expr) ([]string, bool) {
	switch e := e.(type) {
	case *expr.Ref:
		return []string{e.Name}, true
	case *expr.Field:
		p, ok := columnPath(e.Child)
		return append(p, e.Name()), ok
	}
	return nil, false
}

// constantOf is the value of a literal that has the type of the column.
func constantOf(e, column expr.Expr) (any, bool) {
	l, ok := e.(*expr.Literal)
	if !ok || l.Value == nil || !l.Typ.SameIgnoringNullability(column.Type()) {
		return nil, false
	}
	return l.Value, true
}
