package analyze

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
)

// withColumns adds columns or replaces those of the same name.
func (r *resolution) withColumns(n *plan.WithColumns) (plan.Node, error) {
	in, err := r.plain(n.Input)
	if err != nil {
		return nil, err
	}
	items := asExprs(in.Output())
	for _, a := range n.Aliases {
		e, err := r.expr(a, scope{columns: in.Output()})
		if err != nil {
			return nil, err
		}
		place := slices.IndexFunc(items, func(x expr.Expr) bool {
			named := expr.Named(x)
			return named != nil && strings.EqualFold(named.Name, a.Names[0])
		})
		if place >= 0 {
			items[place] = e
		} else if n.Known {
			return nil, unknownColumn(&expr.UnresolvedAttribute{Parts: a.Names, At: n.At}, scope{columns: in.Output()})
		} else {
			items = append(items, e)
		}
	}
	return r.selectList(n.Origin, in, items)
}

// renameColumns renames columns; names that are not there are ignored.
func (r *resolution) renameColumns(n *plan.RenameColumns) (plan.Node, error) {
	in, err := r.plain(n.Input)
	if err != nil {
		return nil, err
	}
	out := in.Output()
	names := make([]string, len(out))
	for i, c := range out {
		names[i] = c.Name
		for _, pair := range n.Renames {
			if strings.EqualFold(pair[0], c.Name) {
				names[i] = pair[1]
			}
		}
	}
	return rename(in, out, names), nil
}

// toDF renames all columns.
func (r *resolution) toDF(n *plan.ToDF) (plan.Node, error) {
	in, err := r.plain(n.Input)
	if err != nil {
		return nil, err
	}
	out := in.Output()
	if len(out) != len(n.Names) {
		return nil, fault.New(fault.NumColumnsMismatch, "toDF is given %d names for %d columns", len(n.Names), len(out))
	}
	return rename(in, out, n.Names), nil
}

// drop leaves columns out; those that are not there are ignored.
func (r *resolution) drop(n *plan.Drop) (plan.Node, error) {
	in, err := r.node(n.Input)
	if err != nil {
		return nil, err
	}
	var gone []expr.ID
	for _, c := range in.Output() {
		if slices.ContainsFunc(n.Names, func(name string) bool { return strings.EqualFold(name, c.Name) }) {
			gone = append(gone, c.ID)
		}
	}
	for _, e := range n.Columns {
		if u, ok := e.(*expr.UnresolvedAttribute); ok && len(u.Parts) == 1 && u.PlanID == 0 {
			for _, c := range in.Output() {
				if strings.EqualFold(c.Name, u.Parts[0]) {
					gone = append(gone, c.ID)
				}
			}
			continue
		}
		x, err := r.expr(e, scope{columns: in.Output()})
		if err != nil {
			continue
		}
		if ref, ok := x.(*expr.Ref); ok {
			gone = append(gone, ref.ID)
		}
	}
	var kept []expr.Expr
	for _, c := range in.Output() {
		if !slices.Contains(gone, c.ID) {
			kept = append(kept, c)
		}
	}
	return &plan.Project{Origin: n.Origin, Input: in, Exprs: kept}, nil
}

// deduplicate resolves the keys of dropDuplicates.
func (r *resolution) deduplicate(n *plan.Deduplicate) (plan.Node, error) {
	in, err := r.plain(n.Input)
	if err != nil {
		return nil, err
	}
	keys := asExprs(in.Output())
	if !n.AllColumns {
		if keys, err = r.exprs(n.Keys, scope{columns: in.Output()}); err != nil {
			return nil, err
		}
	}
	if n.WithinWatermark && !plan.Streaming(in) {
		return nil, fault.New(fault.NotSupportedStreaming, "dropDuplicatesWithinWatermark is not supported with batch "+
			"DataFrames/DataSets; use dropDuplicates").Locate(n.At)
	}
	return &plan.Deduplicate{Origin: n.Origin, Input: in, Keys: keys, WithinWatermark: n.WithinWatermark}, nil
}

// join resolves a join: the condition over the columns of both sides; of the
// columns of USING and NATURAL one remains.
func (r *resolution) join(n *plan.Join) (plan.Node, error) {
	left, err := r.node(n.Left)
	if err != nil {
		return nil, err
	}
	if n.Lateral {
		r.outer = append(r.outer, scope{columns: left.Output()})
	}
	right, err := r.node(n.Right)
	if n.Lateral {
		r.outer = r.outer[:len(r.outer)-1]
	}
	if err != nil {
		return nil, err
	}
	out := &plan.Join{Origin: n.Origin, Left: left, Right: right, Type: n.Type, Lateral: n.Lateral}
	if n.Natural || len(n.Using) > 0 {
		return r.joinUsing(n, out)
	}
	if n.Condition == nil {
		return out, nil
	}
	both := append(slices.Clone(left.Output()), right.Output()...)
	cond, err := r.expr(n.Condition, scope{columns: both})
	if err != nil {
		return nil, err
	}
	if out.Condition, err = r.condition(cond, n.At); err != nil {
		return nil, fault.New(fault.JoinNotBoolean, "the condition of a join, %v, is of type %s; it must be BOOLEAN", cond,
			cond.Type().SQL()).Locate(n.At)
	}
	if expr.HasAggregate(cond) || expr.HasWindow(cond) {
		return nil, fault.New(fault.ExprForOperator, "no aggregate and no window function can stand in the condition of a join: %v", cond).
			Locate(n.At)
	}
	if out.Type == plan.CrossJoin {
		out.Type = plan.InnerJoin
	}
	list := []expr.Expr{out.Condition}
	if expr.Any(out.Condition, func(x expr.Expr) bool {
		c, ok := x.(*expr.Call)
		return ok && (c.Fn.Name == "window" || c.Fn.Name == "session_window")
	}) {
		if err := windowsBetween(out); err != nil {
			return nil, err
		}
		return r.joinWindows(out, list)
	}
	return out, nil
}

// joinWindows computes time windows of a join's condition on the side whose
// event time they read.
func (r *resolution) joinWindows(j *plan.Join, list []expr.Expr) (plan.Node, error) {
	before := j.Output()
	for _, side := range []*plan.Node{&j.Left, &j.Right} {
		ids := (*side).Output()
		own := []expr.Expr{}
		expr.Walk(list[0], func(x expr.Expr) bool {
			c, ok := x.(*expr.Call)
			if ok && c.Fn.Name == "window" && subset(expr.Refs(c), ids) {
				own = append(own, c)
			}
			return true
		})
		for _, c := range own {
			item := []expr.Expr{c}
			in, err := r.windows(*side, item)
			if err != nil {
				return nil, err
			}
			*side = in
			list[0], _ = expr.Transform(list[0], func(x expr.Expr) (expr.Expr, error) {
				if expr.Equal(x, c) {
					return item[0], nil
				}
				return x, nil
			})
		}
	}
	j.Condition = list[0]
	return &plan.Project{Origin: j.Origin, Input: j, Exprs: asExprs(before)}, nil
}

func subset(refs, of []*expr.Ref) bool {
	for _, c := range refs {
		if !slices.ContainsFunc(of, func(o *expr.Ref) bool { return o.ID == c.ID }) {
			return false
		}
	}
	return true
}

func (r *resolution) joinUsing(n *plan.Join, j *plan.Join) (plan.Node, error) {
	left, right := j.Left.Output(), j.Right.Output()
	using := n.Using
	if n.Natural {
		for _, c := range left {
			same := func(o *expr.Ref) bool { return strings.EqualFold(o.Name, c.Name) && !isHidden(o) }
			if !isHidden(c) && slices.ContainsFunc(right, same) {
				using = append(using, c.Name)
			}
		}
	}
	var keys []expr.Expr
	gone := map[expr.ID]bool{}
	for _, name := range using {
		l, err := r.expr(&expr.UnresolvedAttribute{Parts: []string{name}, At: n.At}, scope{columns: left})
		if err != nil {
			return nil, unknownUsing(name, "left", n)
		}
		o, err := r.expr(&expr.UnresolvedAttribute{Parts: []string{name}, At: n.At}, scope{columns: right})
		if err != nil {
			return nil, unknownUsing(name, "right", n)
		}
		eq, err := r.call("=", []expr.Expr{l, o}, &expr.UnresolvedFunction{At: n.At})
		if err != nil {
			return nil, err
		}
		if j.Condition == nil {
			j.Condition = eq
		} else if j.Condition, err = r.call("and", []expr.Expr{j.Condition, eq}, &expr.UnresolvedFunction{At: n.At}); err != nil {
			return nil, err
		}
		key, err := r.usingKey(j.Type, l, o, n)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
		gone[l.(*expr.Ref).ID], gone[o.(*expr.Ref).ID] = true, true
	}
	for _, c := range j.Output() {
		if !gone[c.ID] {
			keys = append(keys, c)
		} else if !slices.ContainsFunc(keys, func(e expr.Expr) bool { return expr.Named(e).ID == c.ID }) {
			keys = append(keys, r.side(c))
		}
	}
	return &plan.Project{Origin: n.Origin, Input: j, Exprs: keys}, nil
}

func unknownUsing(name, side string, n *plan.Join) error {
	return fault.New(fault.UnresolvedUsing, "the %s side of the join has no column `%s`, which USING names", side, name).
		With("colName", "`"+name+"`").With("side", side).Locate(n.At)
}

func (r *resolution) usingKey(t plan.JoinType, left, right expr.Expr, n *plan.Join) (expr.Expr, error) {
	switch t {
	case plan.RightOuterJoin:
		return right, nil
	case plan.FullOuterJoin:
		c, err := r.call("coalesce", []expr.Expr{left, right}, &expr.UnresolvedFunction{At: n.At})
		if err != nil {
			return nil, err
		}
		return &expr.Alias{Child: c, Names: []string{left.(*expr.Ref).Name}, ID: expr.NewID()}, nil
	default:
		return left, nil
	}
}

// byName puts the right columns in the order of the left ones; where columns may be
// missing each side gets those of the other, as nulls.
func byName(n *plan.SetOp, left, right plan.Node) (_, _ plan.Node, err error) {
	place := func(c *expr.Ref, in []*expr.Ref) int {
		return slices.IndexFunc(in, func(o *expr.Ref) bool { return strings.EqualFold(o.Name, c.Name) })
	}
	null := func(c *expr.Ref) expr.Expr {
		return &expr.Alias{Child: &expr.Literal{Typ: c.Typ}, Names: []string{c.Name}, ID: expr.NewID()}
	}
	lefts, rights := asExprs(left.Output()), []expr.Expr{}
	for _, c := range left.Output() {
		switch i := place(c, right.Output()); {
		case i >= 0:
			rights = append(rights, right.Output()[i])
		case n.AllowMissing:
			rights = append(rights, null(c))
		default:
			return nil, nil, fault.New(fault.UnresolvedColumnBare, "unionByName: the right side has no column `%s`", c.Name).Locate(n.At)
		}
	}
	for _, c := range right.Output() {
		if n.AllowMissing && place(c, left.Output()) < 0 {
			lefts, rights = append(lefts, null(c)), append(rights, c)
		}
	}
	if len(right.Output()) > len(rights) {
		return nil, nil, fault.New(fault.NumColumnsMismatch, "the left side of UNION has %d columns, the right side %d",
			len(lefts), len(right.Output())).With("operator", "UNION").Locate(n.At)
	}
	return projected(left, lefts), &plan.Project{Input: right, Exprs: rights}, nil
}

// windowsBetween refuses time windows in the condition of a join of two streams:
// Spark resolves them only beneath operators with one input.
func windowsBetween(j *plan.Join) error {
	if !plan.Streaming(j.Left) || !plan.Streaming(j.Right) {
		return nil
	}
	return fault.New(fault.UnresolvedColumn, "a time window cannot stand in the condition of a join of two streams: make it a "+
		"column of each side, and join by that").Locate(j.At)
}
