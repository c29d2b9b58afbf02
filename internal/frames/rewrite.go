package frames

import (
	"math"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// Is reports whether n is one of the relations that [Rewrite] takes.
func Is(n plan.Node) bool {
	switch n.(type) {
	case *plan.FillNA, *plan.DropNA, *plan.ReplaceNA, *plan.Summary, *plan.Moment, *plan.ApproxQuantile, *plan.SampleBy,
		*plan.ToSchema:
		return true
	}
	return false
}

// Rewrite gives what n stands for over its input, which is resolved: relations and
// expressions that are still to be resolved over it.
func Rewrite(n, in plan.Node) (plan.Node, error) {
	switch n := n.(type) {
	case *plan.FillNA:
		return fillNA(n, in)
	case *plan.DropNA:
		return dropNA(n, in)
	case *plan.ReplaceNA:
		return replaceNA(n, in)
	case *plan.Summary:
		return summary(n, in)
	case *plan.Moment:
		return moment(n, in)
	case *plan.ApproxQuantile:
		return quantiles(n, in)
	case *plan.SampleBy:
		return sampleBy(n, in)
	case *plan.ToSchema:
		return toSchema(n, in)
	default:
		return in, nil
	}
}

// fn is a call.
func fn(name string, args ...expr.Expr) expr.Expr {
	return &expr.UnresolvedFunction{Name: name, Args: args}
}

// over is a select list over the input.
func over(o plan.Origin, in plan.Node, items []expr.Expr) plan.Node {
	return &plan.Project{Origin: plan.Origin{At: o.At, Site: o.Site}, Input: &plan.Resolved{Input: in}, Exprs: items}
}

// columnsOf are the columns of these names, or all of them.
func columnsOf(names []string, in plan.Node) ([]*expr.Ref, error) {
	if len(names) == 0 {
		return in.Output(), nil
	}
	list := make([]*expr.Ref, len(names))
	for i, name := range names {
		plain := name
		if len(name) > 1 && strings.HasPrefix(name, "`") && strings.HasSuffix(name, "`") {
			plain = strings.ReplaceAll(name[1:len(name)-1], "``", "`")
		}
		at := slices.IndexFunc(in.Output(), func(c *expr.Ref) bool { return strings.EqualFold(c.Name, plain) })
		if at < 0 {
			return nil, unknown(plain, in)
		}
		list[i] = in.Output()[at]
	}
	return list, nil
}

// unknown is the error for a column that is not there.
func unknown(name string, in plan.Node) error {
	var names []string
	for _, c := range in.Output() {
		names = append(names, "`"+c.Name+"`")
	}
	proposal := strings.Join(names, ", ")
	return fault.New(fault.UnresolvedColumn, "a column `%s` cannot be found; there is %s", name, proposal).
		With("objectName", "`"+name+"`").With("proposal", proposal)
}

// changed is the select list of all columns with some of them computed anew.
func changed(in plan.Node, by func(c *expr.Ref) (expr.Expr, error)) ([]expr.Expr, error) {
	var items []expr.Expr
	for _, c := range in.Output() {
		e, err := by(c)
		if err != nil {
			return nil, err
		}
		if e == nil {
			items = append(items, c)
		} else {
			items = append(items, &expr.Alias{Child: e, Names: []string{c.Name}})
		}
	}
	return items, nil
}

// sameSort reports whether values of two types replace each other in na functions:
// numbers, texts and truth values among themselves.
func sameSort(a, b types.Type) bool {
	return a.Numeric() && b.Numeric() || a.Kind == b.Kind && (a.Kind == types.String || a.Kind == types.Boolean)
}

func fillNA(n *plan.FillNA, in plan.Node) (plan.Node, error) {
	columns, err := columnsOf(n.Columns, in)
	if err != nil {
		return nil, err
	}
	if len(n.Values) != 1 && len(n.Values) != len(columns) {
		return nil, fault.New(fault.IllegalArgument, "fill is given %d values for %d columns", len(n.Values), len(columns))
	}
	items, err := changed(in, func(c *expr.Ref) (expr.Expr, error) {
		at := slices.IndexFunc(columns, func(o *expr.Ref) bool { return o.ID == c.ID })
		if at < 0 {
			return nil, nil
		}
		value := n.Values[min(at, len(n.Values)-1)]
		if len(n.Values) == 1 && !sameSort(c.Typ, value.Type()) {
			return nil, nil
		}
		var old expr.Expr = c
		if c.Typ.Fractional() {
			old = fn("nanvl", c, &expr.Literal{Typ: c.Typ})
		}
		fresh := &expr.Cast{Child: value, To: c.Typ}
		if value.Type().Fractional() && c.Typ.Integral() {
			fresh.Mode = expr.CastTry
		}
		return fn("coalesce", old, fresh), nil
	})
	if err != nil {
		return nil, err
	}
	return over(n.Origin, in, items), nil
}

// isThere is the condition that a column has a value that is no NaN.
func isThere(c *expr.Ref) expr.Expr {
	if !c.Typ.Fractional() {
		return fn("isnotnull", c)
	}
	return fn("and", fn("isnotnull", c), fn("not", fn("isnan", c)))
}

func dropNA(n *plan.DropNA, in plan.Node) (plan.Node, error) {
	columns, err := columnsOf(n.Columns, in)
	if err != nil || len(columns) == 0 {
		return in, err
	}
	var cond expr.Expr
	for _, c := range columns {
		one := isThere(c)
		if n.Least > 0 {
			one = fn("if", one, expr.Int32(1), expr.Int32(0))
		}
		switch {
		case cond == nil:
			cond = one
		case n.Least > 0:
			cond = fn("+", cond, one)
		default:
			cond = fn("and", cond, one)
		}
	}
	if n.Least > 0 {
		cond = fn(">=", cond, expr.Int32(int32(min(n.Least, math.MaxInt32))))
	}
	return &plan.Filter{Origin: plan.Origin{At: n.At, Site: n.Site}, Input: &plan.Resolved{Input: in}, Condition: cond}, nil
}

func replaceNA(n *plan.ReplaceNA, in plan.Node) (plan.Node, error) {
	columns, err := columnsOf(n.Columns, in)
	if err != nil {
		return nil, err
	}
	items, err := changed(in, func(c *expr.Ref) (expr.Expr, error) {
		if !slices.ContainsFunc(columns, func(o *expr.Ref) bool { return o.ID == c.ID }) {
			return nil, nil
		}
		args := []expr.Expr{}
		for i, old := range n.Old {
			if old.Type().Kind != types.Null && !sameSort(c.Typ, old.Type()) {
				return nil, nil
			}
			same := fn("=", c, old)
			if l, ok := old.(*expr.Literal); ok && l.Value == nil {
				same = fn("isnull", c)
			}
			args = append(args, same, &expr.Cast{Child: n.New[i], To: c.Typ})
		}
		return fn("when", append(args, c)...), nil
	})
	if err != nil {
		return nil, err
	}
	return over(n.Origin, in, items), nil
}

// toSchema brings columns, matched by name, into the order and types of a schema.
func toSchema(n *plan.ToSchema, in plan.Node) (plan.Node, error) {
	have := types.Schema{}
	for _, c := range in.Output() {
		have.Fields = append(have.Fields, types.Field{Name: c.Name, Type: c.Typ})
	}
	var items []expr.Expr
	for _, f := range n.Schema.Fields {
		at := have.Index(f.Name)
		if at < 0 {
			if !f.Nullable {
				return nil, unknown(f.Name, in)
			}
			items = append(items, &expr.Alias{Child: &expr.Literal{Typ: f.Type}, Names: []string{f.Name}, Metadata: f.Metadata})
			continue
		}
		c := in.Output()[at]
		if c.Null && !f.Nullable {
			return nil, fault.New(fault.NullableColumn, "the column `%s` may be null, and the schema does not allow it", f.Name).
				With("columnName", "`"+f.Name+"`")
		}
		var e expr.Expr = c
		if !assigns(c.Typ, f.Type) {
			return nil, fault.New(fault.ColumnDataType, "the column `%s` of type %s cannot become %s", f.Name, c.Typ.SQL(), f.Type.SQL()).
				With("name", "`"+f.Name+"`").With("type", c.Typ.SQL()).With("expectedType", f.Type.SQL())
		}
		if !c.Typ.Equal(f.Type) {
			e = &expr.Cast{Child: c, To: f.Type}
		}
		items = append(items, &expr.Alias{Child: e, Names: []string{f.Name}, Metadata: f.Metadata})
	}
	return over(n.Origin, in, items), nil
}

// assigns reports whether a column of one type may become one of another without
// being asked, as in an INSERT.
func assigns(from, to types.Type) bool {
	switch {
	case from.SameIgnoringNullability(to), from.Kind == types.Null, from.Numeric() && to.Numeric(), from.Nested() && from.Kind == to.Kind:
		return true
	case to.Kind == types.String:
		return !from.Nested() && from.Kind != types.Binary
	}
	return from.Datetime() && to.Datetime()
}
