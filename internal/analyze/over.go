package analyze

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/collated"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// over resolves a function OVER a window, in which no item of the same select list can
// be named.
func (r *resolution) over(w *expr.Window, s scope) (expr.Expr, error) {
	s, named := s.watched()
	out, err := r.overWindow(w, s)
	if err == nil && *named != nil {
		return nil, fault.New(fault.LateralInWindow, "the window function %v names `%s`, an item of the same select list; "+
			"write what that stands for, or a query around this one", w.Fn, strings.Join(*named, ".")).Locate(w.At)
	}
	return out, err
}

func (r *resolution) overWindow(w *expr.Window, s scope) (expr.Expr, error) {
	u, ok := w.Fn.(*expr.UnresolvedFunction)
	if !ok {
		if _, unresolved := w.Fn.(*expr.UnresolvedAttribute); !unresolved && w.Frame != nil {
			return w, nil // resolved before
		}
		return nil, fault.New(fault.NotWindowFunction, "%v is no function that can stand before OVER", w.Fn).Locate(w.At)
	}
	if u.Distinct {
		return nil, fault.New(fault.DistinctWindow, "DISTINCT cannot stand in the window function %v", u).Locate(w.At)
	}
	out := &expr.Window{At: w.At}
	var err error
	if out.Fn, err = r.windowFunction(u, s); err != nil {
		return nil, err
	}
	if out.PartitionBy, err = r.exprs(w.PartitionBy, s); err != nil {
		return nil, err
	}
	for _, e := range out.PartitionBy {
		if !expr.Orderable(e.Type()) {
			return nil, fault.New(fault.NotOrderable, "rows cannot be partitioned by %v, of type %s, whose values have no order", e,
				e.Type().SQL()).Locate(w.At)
		}
	}
	for _, o := range w.OrderBy {
		order := *o
		if order.Child, err = r.expr(o.Child, s); err != nil {
			return nil, err
		}
		if !expr.Orderable(order.Child.Type()) {
			return nil, place(unordered("OVER", order.Child), w.At)
		}
		out.OrderBy = append(out.OrderBy, &order)
	}
	out.Frame, err = r.frame(w, out)
	return out, err
}

// windowFunction resolves what stands before OVER: a window function or an
// aggregate function.
func (r *resolution) windowFunction(u *expr.UnresolvedFunction, s scope) (expr.Expr, error) {
	f := r.Registry.Window(u.Name)
	if f == nil {
		r.windowed = true
		out, err := r.function(u, s)
		if err != nil {
			return nil, err
		}
		if _, ok := out.(*expr.AggregateCall); !ok {
			return nil, fault.New(fault.NotWindowFunction, "%v is no function that can stand before OVER", out).
				With("sqlExpr", out.String()).Locate(u.At)
		}
		return out, nil
	}
	args, err := r.exprs(u.Args, s)
	if err != nil {
		return nil, err
	}
	res, err := collated.Resolve(f.Name, f.Resolve, &r.Resolver, args)
	if err != nil {
		return nil, place(err, u.At)
	}
	if u.IgnoreNulls && !f.Nulls {
		return nil, fault.New(fault.IgnoreNulls, "IGNORE NULLS cannot be written behind %s", u.Name).
			With("functionName", "`"+u.Name+"`").Locate(u.At)
	}
	return &expr.WindowCall{Fn: f, Args: res.Args, Typ: res.Type, Null: res.Nullable, IgnoreNulls: u.IgnoreNulls, At: u.At}, nil
}

// frame is the frame of a window: the one written, the function's own, or the
// default, which ends with the row's peers where there is an order.
func (r *resolution) frame(w, out *expr.Window) (*expr.Frame, error) {
	if c, ok := out.Fn.(*expr.WindowCall); ok {
		if len(out.OrderBy) == 0 {
			return nil, fault.New(fault.WindowNeedsOrder, "%v needs an ORDER BY in its window", c).
				With("wf", c.String()).Locate(w.At)
		}
		if c.Fn.Frame != nil {
			own := c.Fn.Frame(c.Args)
			if w.Frame != nil && w.Frame.String() != own.String() {
				return nil, fault.New(fault.WindowFrameMismatch, "%s has a frame of its own and takes no other", c.Fn.Name).
					With("funcName", "`"+c.Fn.Name+"`").With("windowExpr", out.String()).Locate(w.At)
			}
			return own, nil
		}
	}
	if w.Frame == nil {
		return &expr.Frame{Rows: len(out.OrderBy) == 0, UpperCurrent: len(out.OrderBy) > 0}, nil
	}
	f := *w.Frame
	var err error
	if f.Lower, err = r.bound(f.Lower, &f, out); err != nil {
		return nil, place(err, w.At)
	}
	if f.Upper, err = r.bound(f.Upper, &f, out); err != nil {
		return nil, place(err, w.At)
	}
	if f.Rows {
		lower, hasLower := wholeNumber(zero(f.Lower, f.LowerCurrent, f.LowerFollowing))
		upper, hasUpper := wholeNumber(zero(f.Upper, f.UpperCurrent, !f.UpperBefore))
		if hasLower && hasUpper && lower > upper {
			return nil, fault.New(fault.FrameInvalidBound, "the frame %v ends before it begins", &f).Locate(w.At)
		}
		return &f, nil
	}
	return r.rangeFrame(&f, out)
}

// zero is a bound as a signed number of rows.
func zero(e expr.Expr, current, following bool) expr.Expr {
	if current {
		return expr.Int32(0)
	}
	if l, ok := e.(*expr.Literal); ok && !following {
		if v, isInt := l.Value.(int32); isInt {
			return expr.Int32(-v)
		}
	}
	if e == nil {
		return expr.Lit(nil)
	}
	return e
}

// bound resolves a bound that is a value: of ROWS a constant whole number.
func (r *resolution) bound(e expr.Expr, f *expr.Frame, out *expr.Window) (expr.Expr, error) {
	if e == nil {
		return nil, nil
	}
	e, err := r.expr(e, scope{})
	if err != nil {
		return nil, fault.New(fault.FrameBoundType, "a bound of a frame is a constant: %v", err)
	}
	if !f.Rows {
		return e, nil
	}
	v, ok := wholeNumber(e)
	if !ok || v != int64(int32(v)) {
		return nil, fault.New(fault.FrameBoundType, "a bound of ROWS is a whole number, not %v", e)
	}
	return expr.Int32(int32(v)), nil
}

// rangeFrame computes the bounds of RANGE that are values: the key of the order plus
// or minus the bound.
func (r *resolution) rangeFrame(f *expr.Frame, out *expr.Window) (*expr.Frame, error) {
	if len(out.OrderBy) == 0 && (f.LowerCurrent || f.UpperCurrent || f.Lower != nil || f.Upper != nil) {
		return nil, fault.New(fault.FrameWithoutOrder, "the frame %v needs an ORDER BY", f).Locate(out.At)
	}
	if f.Lower == nil && f.Upper == nil {
		return f, nil
	}
	if len(out.OrderBy) != 1 {
		return nil, fault.New(fault.FrameMultiOrder, "the frame %v needs an ORDER BY of one expression", f).Locate(out.At)
	}
	key, t := out.OrderBy[0].Child, out.OrderBy[0].Type()
	if !t.Numeric() && !t.Datetime() && t.Kind != types.YearMonthInterval && t.Kind != types.DayTimeInterval && t.Kind != types.Time {
		return nil, fault.New(fault.FrameInvalidType, "the frame %v cannot reach over values of type %s", f, t.SQL()).Locate(out.At)
	}
	list := []expr.Expr{key, nil, nil}
	for i, b := range []struct {
		offset expr.Expr
		add    bool
	}{{f.Lower, f.LowerFollowing}, {f.Upper, !f.UpperBefore}} {
		if b.offset == nil {
			continue
		}
		op := "-"
		if b.add != out.OrderBy[0].Descending {
			op = "+"
		}
		sum, err := r.call(op, []expr.Expr{key, b.offset}, &expr.UnresolvedFunction{At: out.At})
		if err != nil {
			return nil, fault.New(fault.FrameInvalidType, "the bound %v does not go with values of type %s", b.offset, t.SQL()).Locate(out.At)
		}
		list[i+1] = sum
	}
	common := t
	for _, e := range list[1:] {
		if e == nil {
			continue
		}
		wider, ok := r.Resolver.Wider(common, e.Type())
		if !ok {
			return nil, fault.New(fault.FrameInvalidType, "the frame %v does not go with values of type %s", f, t.SQL()).Locate(out.At)
		}
		common = wider
	}
	f.Key = expr.CastTo(key, common)
	if list[1] != nil {
		f.LowerKey = expr.CastTo(list[1], common)
	}
	if list[2] != nil {
		f.UpperKey = expr.CastTo(list[2], common)
	}
	return f, nil
}

// overs takes the window functions out of a list, whose items it replaces, and puts
// a Window node for each partition and order beneath.
func (r *resolution) overs(in plan.Node, list []expr.Expr) (plan.Node, []expr.Expr, error) {
	if !slices.ContainsFunc(list, expr.HasWindow) {
		return in, list, nil
	}
	var nodes []*plan.Window
	out := make([]expr.Expr, len(list))
	for i, item := range list {
		var err error
		out[i], err = replaceWindows(item, func(w *expr.Window) (expr.Expr, error) {
			for _, c := range w.Children() {
				if expr.HasWindow(c) {
					return nil, fault.New(fault.NestedWindow, "a window function stands inside the window function %v", w).Locate(w.At)
				}
			}
			at := slices.IndexFunc(nodes, func(n *plan.Window) bool { return sameWindow(n, w) })
			if at < 0 {
				at = len(nodes)
				nodes = append(nodes, &plan.Window{PartitionBy: w.PartitionBy, OrderBy: w.OrderBy})
			}
			n := nodes[at]
			for _, have := range n.Calls {
				if expr.Equal(have.(*expr.Alias).Child, w) {
					return expr.Named(have), nil
				}
			}
			a := &expr.Alias{Child: w, Names: []string{w.String()}, ID: expr.NewID(), Implicit: true}
			n.Calls = append(n.Calls, a)
			return a.Ref(), nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	for _, n := range nodes {
		n.Input = in
		in = n
	}
	return in, out, nil
}

// replaceWindows rebuilds e from the top down, so that a window is seen whole.
func replaceWindows(e expr.Expr, f func(*expr.Window) (expr.Expr, error)) (expr.Expr, error) {
	if w, ok := e.(*expr.Window); ok {
		return f(w)
	}
	children := e.Children()
	if len(children) == 0 || !expr.HasWindow(e) {
		return e, nil
	}
	fresh := make([]expr.Expr, len(children))
	for i, c := range children {
		var err error
		if fresh[i], err = replaceWindows(c, f); err != nil {
			return nil, err
		}
	}
	return e.WithChildren(fresh), nil
}

func sameWindow(n *plan.Window, w *expr.Window) bool {
	same := func(a, b *expr.SortOrder) bool { return expr.Equal(a, b) }
	return slices.EqualFunc(n.PartitionBy, w.PartitionBy, expr.Equal) && slices.EqualFunc(n.OrderBy, w.OrderBy, same)
}

// qualify resolves QUALIFY: a condition over the select list, its names and window
// functions of its own.
func (r *resolution) qualify(n *plan.Filter) (plan.Node, error) {
	condition := &expr.Alias{Child: n.Condition, Names: []string{"qualify"}}
	var in plan.Node
	distinctRows := false
	switch x := n.Input.(type) {
	case *plan.Project:
		p := *x
		distinctRows, p.Distinct = x.Distinct, false
		p.Exprs = append(slices.Clone(x.Exprs), condition)
		in = &p
	case *plan.Aggregate:
		a := *x
		a.Exprs = append(slices.Clone(x.Exprs), condition)
		in = &a
	}
	in, err := r.node(in)
	if err != nil {
		return nil, err
	}
	if !plan.Any(in, func(x plan.Node) bool { _, ok := x.(*plan.Window); return ok }) {
		return nil, fault.New(fault.QualifyWithoutWindow, "QUALIFY needs a window function, in its condition or in the select list").Locate(n.At)
	}
	out := in.Output()
	last := len(out) - 1
	cond, err := r.condition(out[last], n.At)
	if err != nil {
		return nil, err
	}
	var node plan.Node = &plan.Project{Origin: n.Origin, Exprs: asExprs(out[:last]),
		Input: &plan.Filter{Origin: n.Origin, Input: in, Condition: cond}}
	if distinctRows {
		return distinct(node), comparable("DISTINCT", node.Output(), n.At)
	}
	return node, nil
}

// withoutOver is the error for a window function without OVER, nil for any other
// name.
func (r *resolution) withoutOver(name string, at fault.Position) error {
	if r.Registry.Window(name) == nil {
		return nil
	}
	return fault.New(fault.WindowWithoutOver, "the window function %s needs an OVER clause", strings.ToLower(name)).
		With("funcName", "\""+name+"()\"").Locate(at)
}
