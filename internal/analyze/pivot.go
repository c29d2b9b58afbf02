package analyze

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/collated"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

func itoa(n int) string { return strconv.Itoa(n) }

// sampled resolves TABLESAMPLE.
func (r *resolution) sampled(n *plan.Sample) (plan.Node, error) {
	in, err := r.node(n.Input)
	if err != nil {
		return nil, err
	}
	return n.WithInputs([]plan.Node{in}), nil
}

// pivot resolves PIVOT: groups by the keys and the pivoted columns, then by the keys
// alone, where each value has columns of its own. A combination without rows has
// null. Where a value's type is no number, Spark computes all in one step, so that a
// count without rows is 0; so do we.
func (r *resolution) pivot(n *plan.Pivot) (plan.Node, error) {
	in, err := r.plain(n.Input)
	if err != nil {
		return nil, err
	}
	s := scope{columns: in.Output()}
	p := &pivoting{r: r, n: n, in: in}
	if p.columns, err = r.exprs(n.Columns, s); err != nil {
		return nil, err
	}
	if p.calls, err = r.items(n.Aggregates, s); err != nil {
		return nil, err
	}
	if err := p.values(); err != nil {
		return nil, err
	}
	if n.Grouping != nil {
		if p.keys, err = r.exprs(n.Grouping, s); err != nil {
			return nil, err
		}
	} else {
		used := expr.Refs(append(slices.Clone(p.columns), p.calls...)...)
		for _, c := range in.Output() {
			if !slices.ContainsFunc(used, func(u *expr.Ref) bool { return u.ID == c.ID }) {
				p.keys = append(p.keys, c)
			}
		}
	}
	first := slices.ContainsFunc(p.calls, func(e expr.Expr) bool {
		k := e.Type()
		return !k.Numeric() && k.Kind != types.Boolean
	})
	if first {
		return p.once()
	}
	return p.twice()
}

// pivoting is a PIVOT being resolved.
type pivoting struct {
	r       *resolution
	n       *plan.Pivot
	in      plan.Node
	columns []expr.Expr
	calls   []expr.Expr // named aggregates
	keys    []expr.Expr
	names   []string
	wanted  []expr.Expr // by value: what the columns are compared with
}

// values resolves the list behind IN.
func (p *pivoting) values() error {
	for _, v := range p.n.Values {
		name := ""
		if a, ok := v.(*expr.Alias); ok {
			name, v = a.Names[0], a.Child
		}
		e, err := p.r.expr(v, scope{})
		if err != nil {
			if u, ok := v.(*expr.UnresolvedAttribute); ok {
				return fault.New(fault.PivotNotConstant, "the values of PIVOT are constants; %v is a column", u).
					With("expression", u.String()).Locate(u.At)
			}
			return err
		}
		if v := p.r.constant(e); v != nil && !e.Type().Nested() {
			e = p.r.literal(&expr.Literal{Value: v, Typ: e.Type()})
		}
		if name == "" {
			name = valueName(e)
		}
		if len(p.columns) == 1 { // a value is compared in the column's type
			if t := p.columns[0].Type(); e.Type().Kind != types.Null && !t.SameIgnoringNullability(e.Type()) {
				if cast.Check(e, t, p.r.Resolver.ANSI) != nil {
					return fault.New(fault.PivotValueType, "%v is %s, and the column of PIVOT is %s", e, e.Type().SQL(), t.SQL()).
						With("value", e.String()).With("valueType", e.Type().SQL()).With("pivotType", t.SQL()).Locate(p.n.At)
				}
				e = expr.CastTo(e, t)
			}
		}
		p.names, p.wanted = append(p.names, name), append(p.wanted, e)
	}
	return nil
}

// valueName is the column's name of a pivoted value.
func valueName(e expr.Expr) string {
	if c, ok := e.(*expr.Call); ok && (c.Fn.Name == "struct" || c.Fn.Name == "named_struct") {
		var parts []string
		for i, a := range c.Args {
			if c.Fn.Name == "struct" || i%2 == 1 {
				parts = append(parts, valueName(a))
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	l, ok := e.(*expr.Literal)
	switch {
	case ok && l.Value == nil:
		return "null"
	case ok && l.Typ.Datetime():
		_, text, _ := strings.Cut(e.String(), "'")
		return strings.TrimSuffix(text, "'")
	}
	return e.String()
}

// isValue is the condition that columns hold the i-th value.
func (p *pivoting) isValue(columns []expr.Expr, i int) (expr.Expr, error) {
	wanted := []expr.Expr{p.wanted[i]}
	if c, ok := p.wanted[i].(*expr.Call); ok && len(columns) > 1 {
		wanted = nil
		for k, a := range c.Args {
			if c.Fn.Name == "struct" || k%2 == 1 {
				wanted = append(wanted, a)
			}
		}
	}
	if len(wanted) != len(columns) {
		return nil, fault.New(fault.PivotValueType, "PIVOT: the value %v does not match %d columns", p.wanted[i], len(columns)).Locate(p.n.At)
	}
	for k, w := range wanted {
		w = collated.Like(columns[k], w)
		if _, _, ok := p.r.Resolver.Compared(columns[k], w); !ok {
			return nil, fault.New(fault.PivotValueType, "PIVOT: the value %v is of type %s, the column of type %s", w,
				w.Type().SQL(), columns[k].Type().SQL()).Locate(p.n.At)
		}
	}
	return p.r.allEqual(columns, wanted, "<=>", p.n.At)
}

// name is the column's name of a value and a function.
func (p *pivoting) name(value int, call expr.Expr) string {
	if len(p.calls) == 1 {
		return p.names[value]
	}
	return p.names[value] + "_" + expr.Named(call).Name
}

// once computes every function with a filter for each value.
func (p *pivoting) once() (plan.Node, error) {
	items := slices.Clone(p.keys)
	for v := range p.names {
		cond, err := p.isValue(p.columns, v)
		if err != nil {
			return nil, err
		}
		for _, call := range p.calls {
			own, err := expr.Transform(unalias(call), func(e expr.Expr) (expr.Expr, error) {
				agg, ok := e.(*expr.AggregateCall)
				if !ok {
					return e, nil
				}
				c := *agg
				if c.Filter == nil {
					c.Filter = cond
					return &c, nil
				}
				var err error
				c.Filter, err = p.r.and(cond, c.Filter)
				return &c, err
			})
			if err != nil {
				return nil, err
			}
			items = append(items, &expr.Alias{Child: own, Names: []string{p.name(v, call)}, ID: expr.NewID()})
		}
	}
	return p.group(p.in, p.keys, items)
}

// twice computes the functions by keys and pivoted columns, and spreads the groups.
func (p *pivoting) twice() (plan.Node, error) {
	var fine []expr.Expr
	for _, e := range slices.Concat(p.keys, p.columns) {
		fine = append(fine, e)
	}
	items := make([]expr.Expr, 0, len(fine)+len(p.calls))
	for _, e := range fine {
		items = append(items, named(e))
	}
	groups, err := p.group(p.in, fine, append(items, p.calls...))
	if err != nil {
		return nil, err
	}
	out := groups.Output()
	keys := asExprs(out[:len(p.keys)])
	columns := asExprs(out[len(p.keys) : len(p.keys)+len(p.columns)])
	spread := slices.Clone(keys)
	for v := range p.names {
		cond, err := p.isValue(columns, v)
		if err != nil {
			return nil, err
		}
		for i, call := range p.calls {
			first, err := p.r.call("first", []expr.Expr{out[len(fine)+i]}, &expr.UnresolvedFunction{At: p.n.At})
			if err != nil {
				return nil, err
			}
			agg := first.(*expr.AggregateCall)
			agg.Filter = cond
			spread = append(spread, &expr.Alias{Child: agg, Names: []string{p.name(v, call)}, ID: expr.NewID()})
		}
	}
	return p.group(groups, keys, spread)
}

// group is an Aggregate with the select list above it.
func (p *pivoting) group(in plan.Node, keys, items []expr.Expr) (plan.Node, error) {
	g := newGrouping(&plan.Aggregate{Origin: p.n.Origin}, in, keys)
	out := make([]expr.Expr, len(items))
	for i, item := range items {
		var err error
		if out[i], err = g.rewrite(item); err != nil {
			return nil, err
		}
		out[i] = named(out[i])
	}
	return &plan.Project{Origin: p.n.Origin, Input: g.node(), Exprs: out}, nil
}

// unpivot resolves UNPIVOT: a stack with a row for each column, or set of columns.
func (r *resolution) unpivot(n *plan.Unpivot) (plan.Node, error) {
	in, err := r.plain(n.Input)
	if err != nil {
		return nil, err
	}
	s := scope{columns: in.Output()}
	if n.Sets == nil && n.Keys != nil {
		if n, err = r.unpivotRest(n, in); err != nil {
			return nil, err
		}
	}
	if len(n.Sets) == 0 {
		return nil, fault.New(fault.UnpivotEmpty, "UNPIVOT needs columns").Locate(n.At)
	}
	sets := make([][]expr.Expr, len(n.Sets))
	for i, set := range n.Sets {
		if sets[i], err = r.exprs(set, s); err != nil {
			return nil, err
		}
		if len(set) != len(n.Values) {
			return nil, fault.New(fault.UnpivotSizes, "UNPIVOT names %d columns of values, and a list has %d", len(n.Values), len(set)).Locate(n.At)
		}
	}
	keys, err := r.unpivotKeys(n, in, sets)
	if err != nil {
		return nil, err
	}
	text := types.Of(types.String)
	made := []*expr.Ref{{Name: n.Variable, ID: expr.NewID(), Typ: text, Watermark: -1}}
	names := make([]string, len(sets))
	for i, set := range sets {
		parts := make([]string, len(set))
		for k, v := range set {
			parts[k] = expr.Named(named(v)).Name
		}
		names[i] = strings.Join(parts, "_")
		if i < len(n.Names) && n.Names[i] != "" {
			names[i] = n.Names[i]
		}
	}
	values, err := r.unpivotValues(n, sets)
	if err != nil {
		return nil, err
	}
	made = append(made, values...)
	args := []expr.Expr{expr.Int32(int32(len(sets)))}
	for i, set := range sets {
		args = append(append(args, expr.Lit(names[i])), set...)
	}
	stack, err := r.expr(&expr.UnresolvedFunction{Name: "stack", Args: args, At: n.At}, s)
	if err != nil {
		return nil, err
	}
	items := make([]expr.Expr, len(keys), len(keys)+len(made))
	for i, k := range keys {
		items[i] = named(k)
	}
	var rows plan.Node = &plan.Generate{Origin: n.Origin, Input: in, Generator: stack, Columns: made}
	rows = &plan.Project{Origin: n.Origin, Input: rows, Exprs: append(items, asExprs(made)...)}
	if n.IncludeNulls {
		return rows, nil
	}
	return r.withValues(n, rows, made[1:])
}

// unpivotValues casts the values to the types of their columns, which it gives.
func (r *resolution) unpivotValues(n *plan.Unpivot, sets [][]expr.Expr) (made []*expr.Ref, err error) {
	for v, name := range n.Values {
		column := make([]expr.Expr, len(sets))
		for i := range sets {
			column[i] = sets[i][v]
		}
		cast, t, ok := r.Resolver.Unify(column)
		texts := 0
		for _, e := range column {
			if e.Type().Kind == types.String {
				texts++
			}
		}
		ok = ok && (texts == 0 || texts == len(column))
		if !ok {
			return nil, fault.New(fault.UnpivotTypes, "UNPIVOT: the columns of `%s` have no common type", name).Locate(n.At)
		}
		for i := range sets {
			sets[i][v] = cast[i]
		}
		made = append(made, &expr.Ref{Name: name, ID: expr.NewID(), Typ: t, Null: expr.AnyNullable(cast...), Watermark: -1})
	}
	return made, nil
}

// unpivotRest is an unpivot of all columns that are no keys.
func (r *resolution) unpivotRest(n *plan.Unpivot, in plan.Node) (*plan.Unpivot, error) {
	keys, err := r.exprs(n.Keys, scope{columns: in.Output()})
	if err != nil {
		return nil, err
	}
	used := expr.Refs(keys...)
	out := *n
	for _, c := range in.Output() {
		if !slices.ContainsFunc(used, func(u *expr.Ref) bool { return u.ID == c.ID }) {
			out.Sets = append(out.Sets, []expr.Expr{c})
		}
	}
	return &out, nil
}

// unpivotKeys are the columns that an UNPIVOT keeps.
func (r *resolution) unpivotKeys(n *plan.Unpivot, in plan.Node, sets [][]expr.Expr) ([]expr.Expr, error) {
	keys, err := r.exprs(n.Keys, scope{columns: in.Output()})
	if err != nil || n.Keys != nil {
		return keys, err
	}
	var used []*expr.Ref
	for _, set := range sets {
		used = append(used, expr.Refs(set...)...)
	}
	for _, c := range in.Output() {
		if !slices.ContainsFunc(used, func(u *expr.Ref) bool { return u.ID == c.ID }) {
			keys = append(keys, c)
		}
	}
	return keys, nil
}

// withValues keeps the rows of an UNPIVOT that have a value.
func (r *resolution) withValues(n *plan.Unpivot, in plan.Node, values []*expr.Ref) (plan.Node, error) {
	var cond expr.Expr
	for _, v := range values {
		there, err := r.call("isnotnull", []expr.Expr{v}, &expr.UnresolvedFunction{At: n.At})
		if err != nil {
			return nil, err
		}
		if cond == nil {
			cond = there
			continue
		}
		if cond, err = r.call("or", []expr.Expr{cond, there}, &expr.UnresolvedFunction{At: n.At}); err != nil {
			return nil, err
		}
	}
	return &plan.Filter{Origin: n.Origin, Input: in, Condition: cond}, nil
}
