package analyze

import (
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// setOp resolves UNION, INTERSECT and EXCEPT. INTERSECT and EXCEPT become joins by
// all columns, of which a null equals a null:
//
//	INTERSECT   Distinct(left) semi join right
//	EXCEPT      Distinct(left) anti join right
//	… ALL       rows counted by side, and given again as often as the counts say
func (r *resolution) setOp(n *plan.SetOp) (plan.Node, error) {
	left, err := r.node(n.Left)
	if err != nil {
		return nil, err
	}
	right, err := r.node(n.Right)
	if err != nil {
		return nil, err
	}
	left, right = r.shown(left), r.shown(right)
	if err := setOperation(n, left, right); err != nil {
		return nil, err
	}
	if n.ByName {
		if left, right, err = byName(n, left, right); err != nil {
			return nil, err
		}
	}
	lefts, rights, err := r.matchColumns(n, left, right)
	if err != nil {
		return nil, err
	}
	left, right = projected(left, lefts), projected(right, rights)
	if n.Kind == plan.UnionSet {
		out := unionOf(n.Origin, left, right)
		if !n.All {
			return distinct(out), comparable("UNION", out.Output(), n.At)
		}
		return out, nil
	}
	if err := comparable(strings.ToUpper(n.String()), left.Output(), n.At); err != nil {
		return nil, err
	}
	if n.All {
		return r.countedSet(n, left, right)
	}
	cond, err := r.allEqual(asExprs(left.Output()), asExprs(right.Output()), "<=>", n.At)
	if err != nil {
		return nil, err
	}
	kind := plan.LeftSemiJoin
	if n.Kind == plan.ExceptSet {
		kind = plan.LeftAntiJoin
	}
	return &plan.Join{Origin: n.Origin, Left: distinct(left), Right: right, Type: kind, Condition: cond}, nil
}

// matchColumns casts the columns of both sides to their common types.
func (r *resolution) matchColumns(n *plan.SetOp, left, right plan.Node) (lefts, rights []expr.Expr, err error) {
	lo, ro := left.Output(), right.Output()
	name := strings.ToUpper(strings.TrimSuffix(n.String(), " All"))
	if len(lo) != len(ro) {
		return nil, nil, fault.New(fault.NumColumnsMismatch, "the left side of %s has %d columns, the right side %d",
			name, len(lo), len(ro)).With("operator", name).Locate(n.At)
	}
	for i := range lo {
		pair, _, ok := r.Resolver.Unify([]expr.Expr{lo[i], ro[i]})
		if !ok {
			return nil, nil, fault.New(fault.IncompatibleColumns, "column %d of %s is %s on the left and %s on the right",
				i+1, name, lo[i].Typ.SQL(), ro[i].Typ.SQL()).With("operator", name).Locate(n.At)
		}
		lefts, rights = append(lefts, renamed(pair[0], lo[i].Name)), append(rights, renamed(pair[1], ro[i].Name))
	}
	return lefts, rights, nil
}

// renamed is an item of a select list of this name.
func renamed(e expr.Expr, name string) expr.Expr {
	if ref, ok := e.(*expr.Ref); ok && ref.Name == name {
		return ref
	}
	return &expr.Alias{Child: e, Names: []string{name}, ID: expr.NewID()}
}

// projected is a Project, or in itself where that has the columns already.
func projected(in plan.Node, items []expr.Expr) plan.Node {
	out := in.Output()
	same := len(out) == len(items)
	for i, e := range items {
		ref, ok := e.(*expr.Ref)
		same = same && ok && ref.ID == out[i].ID
	}
	if same {
		return in
	}
	return &plan.Project{Input: in, Exprs: items}
}

// unionOf is the union of two relations of equal types. The columns that are twice
// on one side become different ones.
func unionOf(o plan.Origin, left, right plan.Node) *plan.Union {
	lo, ro := left.Output(), right.Output()
	columns := make([]*expr.Ref, len(lo))
	for i := range lo {
		columns[i] = &expr.Ref{Name: lo[i].Name, ID: expr.NewID(), Typ: lo[i].Typ, Null: lo[i].Null || ro[i].Null, Watermark: -1}
		// As in Spark the first input says whether a column is an event time.
		if columns[i].Watermark = lo[i].Watermark; lo[i].Window == ro[i].Window {
			columns[i].Window = lo[i].Window
		}
	}
	return &plan.Union{Origin: o, Columns: columns, All: []plan.Node{&plan.Project{Input: left, Exprs: asExprs(lo)},
		&plan.Project{Input: right, Exprs: asExprs(ro)}}}
}

// allEqual compares two lists of expressions by an operator, all of them.
func (r *resolution) allEqual(left, right []expr.Expr, op string, at fault.Position) (expr.Expr, error) {
	var all expr.Expr
	for i := range left {
		eq, err := r.call(op, []expr.Expr{left[i], right[i]}, &expr.UnresolvedFunction{At: at})
		if err != nil {
			return nil, err
		}
		if all, err = r.and(all, eq); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// and joins two conditions, of which the first may be nil.
func (r *resolution) and(a, b expr.Expr) (expr.Expr, error) {
	if a == nil {
		return b, nil
	}
	return r.call("and", []expr.Expr{a, b}, &expr.UnresolvedFunction{})
}

// countedSet resolves INTERSECT ALL and EXCEPT ALL.
func (r *resolution) countedSet(n *plan.SetOp, left, right plan.Node) (plan.Node, error) {
	one, none := expr.Lit(int64(1)), &expr.Literal{Typ: types.Of(types.Long)}
	tag := func(in plan.Node, l, o *expr.Literal) plan.Node {
		return &plan.Project{Input: in, Exprs: append(asExprs(in.Output()),
			&expr.Alias{Child: l, Names: []string{"left"}, ID: expr.NewID()},
			&expr.Alias{Child: o, Names: []string{"right"}, ID: expr.NewID()})}
	}
	u := unionOf(n.Origin, tag(left, one, none), tag(right, none, one))
	width := len(u.Columns) - 2
	u.Columns[width].Null, u.Columns[width+1].Null = true, true
	keys := asExprs(u.Columns[:width])
	agg := &plan.Aggregate{Origin: n.Origin, Input: u, Grouping: keys, Exprs: keys[:width:width]}
	var counts []expr.Expr
	for _, c := range u.Columns[width:] {
		count, err := r.call("count", []expr.Expr{c}, &expr.UnresolvedFunction{At: n.At})
		if err != nil {
			return nil, err
		}
		a := &expr.Alias{Child: count, Names: []string{c.Name}, ID: expr.NewID()}
		agg.Exprs, counts = append(agg.Exprs, a), append(counts, a.Ref())
	}
	op := "least"
	if n.Kind == plan.ExceptSet {
		op = "-"
	}
	times, err := r.call(op, counts, &expr.UnresolvedFunction{At: n.At})
	if err != nil {
		return nil, err
	}
	again := &plan.Generate{Origin: n.Origin, Input: agg, Generator: &expr.GeneratorCall{Fn: replicate, Args: []expr.Expr{times}},
		Columns: []*expr.Ref{}}
	return &plan.Project{Origin: n.Origin, Input: again, Exprs: keys}, nil
}

// replicate gives a row as often as its argument says.
var replicate = &expr.Generator{Name: "replicate_rows", New: func(*expr.GeneratorCall, *expr.Env) (expr.Generate, error) {
	return func(_, args []*batch.Column, rows int, sel []int32, _ bool, parents []int32) ([]int32, error) {
		if sel == nil {
			sel = batch.Identity(rows)
		}
		for _, row := range sel {
			at := row
			if args[0].Const {
				at = 0
			}
			for range batch.Values[int64](args[0])[at] {
				parents = append(parents, row)
			}
		}
		return parents, nil
	}, nil
}}

// setOperation refuses set operations over streams (S37).
func setOperation(n *plan.SetOp, left, right plan.Node) error {
	l, r := plan.Streaming(left), plan.Streaming(right)
	switch {
	case n.Kind == plan.IntersectSet && (l || r):
		return fault.New(fault.NotSupportedStreaming, "Intersect of streaming DataFrames/Datasets is not supported").Locate(n.At)
	case n.Kind == plan.ExceptSet && r:
		return fault.New(fault.NotSupportedStreaming, "Except on a streaming DataFrame/Dataset on the right is not supported").Locate(n.At)
	}
	return nil
}
