package analyze

import (
	"slices"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/frames"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/regex"
)

// output are the columns of a relation at one place of the query.
type output struct {
	depth   int
	columns []*expr.Ref
}

// nearest are the columns of a relation among those in scope. Where it stands in
// several places, as in a join of a table with a part of itself, those of the place
// that lies highest are meant.
func nearest(of []output, scope []*expr.Ref) []*expr.Ref {
	var found []*expr.Ref
	depth := maxDepth + 1
	for _, o := range of {
		var here []*expr.Ref
		for _, c := range scope {
			if slices.ContainsFunc(o.columns, func(x *expr.Ref) bool { return x.ID == c.ID }) {
				here = append(here, c)
			}
		}
		switch {
		case len(here) == 0 || o.depth > depth:
		case o.depth < depth:
			found, depth = here, o.depth
		default:
			found = append(found, here...)
		}
	}
	return found
}

// matching are the columns whose names match a regular expression, all of a name.
func matching(u *expr.UnresolvedRegex, s scope) ([]expr.Expr, error) {
	re, err := regex.Compile("(?i)^(?:" + u.Pattern + ")$")
	if err != nil {
		return nil, err
	}
	match := re.Matcher()
	var out []expr.Expr
	for _, c := range s.columns {
		if match.Match(c.Name) {
			out = append(out, c)
		}
	}
	return out, nil
}

// dataFrame resolves one of the relations that DataFrames alone have; false for others.
func (r *resolution) dataFrame(n plan.Node) (plan.Node, bool, error) {
	if done, ok := n.(*plan.Resolved); ok {
		return done.Input, true, nil
	}
	o, observes := n.(*plan.Observe)
	if !observes && !frames.Is(n) {
		return nil, false, nil
	}
	in, err := r.node(n.Inputs()[0])
	if err != nil {
		return nil, true, err
	}
	if observes {
		out, err := r.observe(o, in)
		return out, true, err
	}
	out, err := frames.Rewrite(n, in)
	if err != nil {
		return nil, true, err
	}
	out, err = r.node(out)
	return out, true, err
}

// observe splits metrics into aggregate functions and what is computed of them.
func (r *resolution) observe(n *plan.Observe, in plan.Node) (plan.Node, error) {
	if len(n.Metrics) == 0 {
		return nil, fault.New(fault.IllegalArgument, "the observation %s has no metrics", n.Name)
	}
	node, err := r.node(&plan.Aggregate{Origin: plan.Origin{Site: n.Site}, Input: &plan.Resolved{Input: in}, Exprs: n.Metrics})
	if err != nil {
		return nil, err
	}
	out := &plan.Observe{Origin: n.Origin, Input: in, Name: n.Name, Tell: n.Tell}
	if p, ok := node.(*plan.Project); ok {
		out.Metrics, node = p.Exprs, p.Input
	}
	agg, ok := node.(*plan.Aggregate)
	if !ok {
		return nil, fault.New(fault.InvalidObservedMetrics, "the metrics of %s are no aggregate functions", n.Name)
	}
	below := agg.Input
	if p, ok := below.(*plan.Project); ok && below != in {
		// The arguments were computed beneath; they stand in the calls again.
		for i, e := range agg.Exprs {
			agg.Exprs[i], err = expr.Transform(e, func(x expr.Expr) (expr.Expr, error) { return computedOf(x, p), nil })
			if err != nil {
				return nil, err
			}
		}
		below = p.Input
	}
	if below != in {
		return nil, fault.New(fault.InvalidObservedMetrics, "the metrics of %s hold windows or generators", n.Name)
	}
	for _, e := range agg.Exprs {
		if a, ok := e.(*expr.Alias); ok {
			if c, ok := a.Child.(*expr.AggregateCall); ok && c.Distinct {
				return nil, fault.New(fault.InvalidObservedMetrics, "the metric %v counts distinct values", c)
			}
		}
	}
	if out.Calls = agg.Exprs; out.Metrics == nil {
		out.Metrics = asExprs(agg.Output())
	}
	return out, nil
}

// computedOf is what a column of p computes.
func computedOf(x expr.Expr, p *plan.Project) expr.Expr {
	ref, ok := x.(*expr.Ref)
	if !ok {
		return x
	}
	for _, item := range p.Exprs {
		if a, ok := item.(*expr.Alias); ok && a.ID == ref.ID {
			return a.Child
		}
	}
	return x
}
