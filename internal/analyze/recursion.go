package analyze

import (
	"slices"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
)

// Spark's defaults of spark.sql.cteRecursionLevelLimit and …RowLimit.
const (
	recursionLevels = 100
	recursionRows   = 1_000_000
)

// recursive resolves a query of WITH RECURSIVE that reads itself: a union of an
// anchor and a step. ok is false for one that does not.
func (r *resolution) recursive(n *plan.Read, c cte) (out plan.Node, ok bool, err error) {
	union, isUnion := unaliased(c.query).(*plan.SetOp)
	if !c.recursive || !isUnion || union.Kind != plan.UnionSet || !readsTable(union.Right, c.name) {
		return nil, false, nil
	}
	if !union.All {
		return nil, true, fault.New(fault.RecursiveUnion, "a recursive query needs UNION ALL; UNION is not supported").Locate(union.At)
	}
	anchor, err := r.node(union.Left)
	if err != nil {
		return nil, true, err
	}
	columns := anchor.Output()
	if len(c.columns) > 0 {
		if len(c.columns) != len(columns) {
			return nil, true, fault.New(fault.AliasColumns, "%s has %d columns, %d names are given", c.name, len(columns), len(c.columns)).
				Locate(n.At)
		}
		anchor = rename(anchor, columns, c.columns)
	}
	rec := &plan.Recursion{Origin: n.Origin, ID: int64(expr.NewID()), Name: c.name, MaxLevels: recursionLevels, MaxRows: recursionRows}
	if c.levels > 0 {
		rec.MaxLevels = c.levels
	}
	for _, col := range anchor.Output() {
		rec.Columns = append(rec.Columns, &expr.Ref{Name: col.Name, ID: expr.NewID(), Typ: col.Typ, Null: true, Watermark: -1})
	}
	inside := c
	inside.running = rec
	outer := r.ctes
	r.ctes = append(slices.Clone(r.ctes), inside)
	step, err := r.node(union.Right)
	r.ctes = outer
	if err != nil {
		return nil, true, err
	}
	if rec.Anchor, rec.Step, err = r.levels(union, anchor, step); err != nil {
		return nil, true, err
	}
	return rec, true, nil
}

// levels gives the step the types of the anchor.
func (r *resolution) levels(n *plan.SetOp, anchor, step plan.Node) (plan.Node, plan.Node, error) {
	lo, ro := anchor.Output(), step.Output()
	if len(lo) != len(ro) {
		return nil, nil, fault.New(fault.NumColumnsMismatch, "the anchor of a recursive query has %d columns, the step %d",
			len(lo), len(ro)).Locate(n.At)
	}
	items := make([]expr.Expr, len(lo))
	for i := range lo {
		if _, ok := r.Resolver.Wider(lo[i].Typ, ro[i].Typ); !ok {
			return nil, nil, fault.New(fault.IncompatibleColumns, "column %d of the recursive query is %s in the anchor and %s in the step",
				i+1, lo[i].Typ.SQL(), ro[i].Typ.SQL()).Locate(n.At)
		}
		items[i] = renamed(expr.CastTo(ro[i], lo[i].Typ), lo[i].Name)
	}
	return &plan.Project{Input: anchor, Exprs: asExprs(lo)}, &plan.Project{Input: step, Exprs: items}, nil
}

// lastLevel is a recursive query where it reads itself.
func lastLevel(n *plan.Read, rec *plan.Recursion) plan.Node {
	ref := &plan.RecursionRef{Origin: n.Origin, ID: rec.ID, Name: rec.Name}
	for _, c := range rec.Columns {
		own := *c
		own.ID = expr.NewID()
		ref.Columns = append(ref.Columns, &own)
	}
	return ref
}

func unaliased(n plan.Node) plan.Node {
	for {
		s, ok := n.(*plan.SubqueryAlias)
		if !ok || len(s.Columns) > 0 {
			return n
		}
		n = s.Input
	}
}

// readsTable reports whether a plan that is not resolved reads a table of this
// name, in a subquery too.
func readsTable(n plan.Node, name string) bool {
	return plan.Any(n, func(x plan.Node) bool {
		read, ok := x.(*plan.Read)
		if ok && len(read.Table) == 1 && sameName(read.Table[0], name) {
			return true
		}
		w, ok := x.(*plan.With)
		return ok && slices.ContainsFunc(w.Relations, func(q plan.Node) bool { return readsTable(q, name) })
	})
}
