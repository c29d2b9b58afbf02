package optimize

import (
	"slices"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// filterBeneathWatermarks takes a filter by computed columns beneath the watermark,
// as Spark does: what it drops does not move the watermark. The projection goes
// along, so that nothing is computed twice.
//
//	Filter c            Project [.. the event time]
//	  Project [.. c]      WithWatermark
//	    WithWatermark       Filter c
//	                          Project [.. c, the event time]
func filterBeneathWatermarks(n plan.Node) plan.Node {
	out, _ := plan.Transform(n, func(n plan.Node) (plan.Node, error) {
		f, ok := n.(*plan.Filter)
		if !ok {
			return n, nil
		}
		p, ok := f.Input.(*plan.Project)
		if !ok || slices.ContainsFunc(p.Exprs, expr.Volatile) {
			return n, nil
		}
		between, _ := p.Input.(*plan.Filter) // by the event time
		below := p.Input
		if between != nil {
			below = between.Input
		}
		w, ok := below.(*plan.WithWatermark)
		if !ok {
			return n, nil
		}
		return beneathWatermark(f, p, between, w), nil
	})
	return out
}

// subqueriesBeneathWatermarks takes the joins that filters by EXISTS and IN became
// beneath the watermark, where Spark has these filters.
func subqueriesBeneathWatermarks(n plan.Node) plan.Node {
	out, _ := plan.Transform(n, func(n plan.Node) (plan.Node, error) {
		if j, ok := n.(*plan.Join); ok && j.Subquery && !plan.Streaming(j.Right) {
			if lower := sink(j); lower != nil {
				return lower, nil
			}
		}
		return n, nil
	})
	return out
}

// sink is j with the watermark on its left side above it; nil: there is none, or the
// condition reads the event time.
func sink(j *plan.Join) plan.Node {
	lower := *j
	switch l := j.Left.(type) {
	case *plan.WithWatermark:
		if j.Condition != nil && reads(j.Condition, ids(expr.Refs(l.Column))) {
			return nil
		}
		lower.Left = l.Input
		w := *l
		w.Input = &lower
		if deeper := sink(&lower); deeper != nil {
			w.Input = deeper
		}
		return &w
	case *plan.Filter:
		lower.Left = l.Input
		if deeper := sink(&lower); deeper != nil {
			return &plan.Filter{Origin: l.Origin, Input: deeper, Condition: l.Condition}
		}
	case *plan.Project:
		if slices.ContainsFunc(l.Exprs, expr.Volatile) {
			return nil
		}
		lower.Left = l.Input
		if j.Condition != nil { // nil: a subquery that reads nothing of the query around it
			lower.Condition = substitute(j.Condition, l.Exprs)
		}
		if deeper := sink(&lower); deeper != nil {
			return &plan.Project{Origin: l.Origin, Input: deeper, Exprs: l.Exprs}
		}
	}
	return nil
}

// beneathWatermark rebuilds f over p over between, if any, over w.
func beneathWatermark(f *plan.Filter, p *plan.Project, between *plan.Filter, w *plan.WithWatermark) plan.Node {
	event := ids(expr.Refs(w.Column))
	later, moved := split(p.Exprs, func(e expr.Expr) bool { return reads(e, event) })
	have := make(map[expr.ID]bool)
	for _, e := range moved {
		have[expr.Named(e).ID] = true
	}
	down, stay := split(expr.Conjuncts(f.Condition), func(e expr.Expr) bool { return !expr.Volatile(e) && readsOnly(e, have) })
	if len(down) == 0 {
		return f
	}
	needed := append(slices.Clone(later), w.Column)
	if between != nil {
		needed = append(needed, between.Condition)
	}
	lower := slices.Clone(moved)
	for _, r := range expr.Refs(needed...) {
		if !have[r.ID] {
			lower = append(lower, r)
		}
	}
	marked := *w
	marked.Input = filtered(&plan.Project{Origin: p.Origin, Input: w.Input, Exprs: lower}, down)
	marked.Columns = make([]*expr.Ref, len(lower))
	for i, e := range lower {
		marked.Columns[i] = expr.Named(e)
		for _, c := range w.Columns {
			if c.ID == marked.Columns[i].ID {
				marked.Columns[i] = c
			}
		}
	}
	upper := make([]expr.Expr, len(p.Exprs))
	for i, e := range p.Exprs {
		if upper[i] = e; !reads(e, event) {
			upper[i] = expr.Named(e)
		}
	}
	var input plan.Node = &marked
	if between != nil {
		input = filtered(input, []expr.Expr{between.Condition})
	}
	return filtered(&plan.Project{Origin: p.Origin, Input: input, Exprs: upper}, stay)
}
