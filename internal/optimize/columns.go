package optimize

import (
	"maps"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// pruneColumns leaves out columns that nobody reads.
func pruneColumns(n plan.Node) plan.Node { return prune(n, ids(n.Output())) }

// need is needed and what the expressions read.
func need(needed map[expr.ID]bool, list ...expr.Expr) map[expr.ID]bool {
	all := maps.Clone(needed)
	for _, r := range expr.Refs(list...) {
		all[r.ID] = true
	}
	return all
}

func kept(refs []*expr.Ref, needed map[expr.ID]bool) []*expr.Ref {
	out := []*expr.Ref{}
	for _, r := range refs {
		if needed[r.ID] {
			out = append(out, r)
		}
	}
	return out
}

// prune gives n with at least the needed columns.
func prune(n plan.Node, needed map[expr.ID]bool) plan.Node {
	switch n := n.(type) {
	case *plan.Scan:
		s := *n
		s.Columns = kept(n.Columns, needed)
		return &s
	case *plan.Project:
		var list []expr.Expr
		for _, e := range n.Exprs {
			if needed[expr.Named(e).ID] {
				list = append(list, e)
			}
		}
		return &plan.Project{Origin: n.Origin, Input: prune(n.Input, need(nothing(), list...)), Exprs: list}
	case *plan.Aggregate:
		all := need(nothing(), n.Grouping...)
		for _, e := range n.Exprs {
			if a, ok := e.(*expr.Alias); ok {
				all = need(all, a.Child)
			}
		}
		return n.WithInputs([]plan.Node{prune(n.Input, all)})
	case *plan.Generate:
		g := *n
		g.Needed = kept(n.Input.Output(), needed)
		g.Input = prune(n.Input, need(ids(g.Needed), n.Generator.Children()...))
		return &g
	case *plan.WithWatermark:
		w := *n
		all := need(needed, n.Column)
		w.Input = prune(n.Input, all)
		w.Columns = kept(n.Columns, ids(w.Input.Output()))
		return &w
	case *plan.Join:
		j := *n
		all := needed
		if n.Condition != nil {
			all = need(needed, n.Condition)
		}
		j.Left, j.Right = prune(n.Left, all), prune(n.Right, all)
		if plan.Streaming(n.Left) && plan.Streaming(n.Right) {
			j.Left, j.Right = narrow(j.Left, all), narrow(j.Right, all)
		}
		return &j
	case *plan.Union:
		return pruneUnion(n, needed)
	case *plan.Expand:
		return pruneExpand(n, needed)
	case *plan.Window:
		return pruneWindow(n, needed)
	case *plan.Recursion:
		r := *n // columns match by place
		r.Anchor, r.Step = pruneColumns(n.Anchor), pruneColumns(n.Step)
		return &r
	case *plan.UserState: // the user's function sees all columns
		u := *n
		u.Input = prune(n.Input, ids(n.Input.Output()))
		if n.Initial != nil {
			u.Initial = prune(n.Initial, ids(n.Initial.Output()))
		}
		return &u
	case *plan.Deduplicate:
		return pruneDeduplicate(n, need(needed, n.Keys...))
	default:
		all := need(needed, exprsOf(n)...)
		inputs := n.Inputs()
		if len(inputs) == 0 {
			return n
		}
		fresh := make([]plan.Node, len(inputs))
		for i, in := range inputs {
			fresh[i] = prune(in, all)
		}
		return n.WithInputs(fresh)
	}
}

// pruneDeduplicate leaves out the columns that neither a key nor anybody above is
// made of, as Spark does: without its event time a row is never late. Where keys
// expire by the event time, that stays.
func pruneDeduplicate(n *plan.Deduplicate, needed map[expr.ID]bool) plan.Node {
	if n.WithinWatermark {
		for _, c := range n.Input.Output() {
			needed[c.ID] = needed[c.ID] || c.Watermark >= 0
		}
	}
	d := *n
	d.Input = prune(n.Input, needed)
	if out := d.Input.Output(); len(kept(out, needed)) < len(out) {
		var list []expr.Expr
		for _, c := range kept(out, needed) {
			list = append(list, c)
		}
		d.Input = &plan.Project{Input: d.Input, Exprs: list}
	}
	return &d
}

func nothing() map[expr.ID]bool { return make(map[expr.ID]bool) }

// pruneUnion leaves out the same columns of every input, by place.
func pruneUnion(n *plan.Union, needed map[expr.ID]bool) plan.Node {
	u := *n
	u.Columns, u.All = nil, make([]plan.Node, len(n.All))
	lists := make([][]expr.Expr, len(n.All))
	for c, column := range n.Columns {
		if !needed[column.ID] {
			continue
		}
		u.Columns = append(u.Columns, column)
		for i, in := range n.All {
			lists[i] = append(lists[i], in.Output()[c])
		}
	}
	for i, in := range n.All {
		u.All[i] = &plan.Project{Input: prune(in, need(nothing(), lists[i]...)), Exprs: lists[i]}
	}
	return &u
}

// pruneExpand leaves out the columns of an Expand that nobody reads.
func pruneExpand(n *plan.Expand, needed map[expr.ID]bool) plan.Node {
	e := *n
	e.Columns, e.Rows = nil, make([][]expr.Expr, len(n.Rows))
	read := nothing()
	for c, column := range n.Columns {
		if !needed[column.ID] {
			continue
		}
		e.Columns = append(e.Columns, column)
		for i, row := range n.Rows {
			e.Rows[i] = append(e.Rows[i], row[c])
			read = need(read, row[c])
		}
	}
	e.Input = prune(n.Input, read)
	return &e
}

// pruneWindow leaves out functions that nobody reads.
func pruneWindow(n *plan.Window, needed map[expr.ID]bool) plan.Node {
	w := *n
	w.Calls = nil
	for _, c := range n.Calls {
		if needed[expr.Named(c).ID] {
			w.Calls = append(w.Calls, c)
		}
	}
	if len(w.Calls) == 0 {
		return prune(n.Input, needed)
	}
	w.Input = prune(n.Input, need(needed, exprsOf(&w)...))
	return &w
}
