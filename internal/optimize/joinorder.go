package optimize

import (
	"math/bits"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

const (
	// searched is the most relations of which every order is looked at.
	searched = 9
	// smallRows is the number of rows below which the order that is written stands.
	smallRows = 10_000
)

// orderJoins puts inner joins of tables into an order in which few rows are made, and
// the smaller side of each join to the right, where it is kept in memory. Streams
// are left as they are.
//
//	(((customer ⋈ orders) ⋈ lineitem) ⋈ nation)   →   lineitem ⋈ (orders ⋈ (customer ⋈ nation))
//
// All orders of up to nine relations are weighed, trees of all shapes; of more, the
// cheapest pair is joined again and again. A join costs the rows that it reads and
// makes, those that it keeps several times.
func orderJoins(n plan.Node) plan.Node {
	o := &orderer{sizer: sizer{tables: make(map[expr.ID]connector.Estimate)}}
	return o.node(n)
}

type orderer struct{ sizer sizer }

// node puts the joins at n and beneath it into order, those at the top first: what
// stands beneath them is a part of their tree, or comes later.
func (o *orderer) node(n plan.Node) plan.Node {
	n = sinkSemi(n)
	t := &joinTree{}
	if isInner(n) && t.take(n) && len(t.parts) > 1 {
		return o.order(n, t)
	}
	inputs := n.Inputs()
	if len(inputs) == 0 {
		return n
	}
	fresh := make([]plan.Node, len(inputs))
	for i, in := range inputs {
		fresh[i] = o.node(in)
	}
	return n.WithInputs(fresh)
}

// order gives the best order of the relations of a tree.
func (o *orderer) order(n plan.Node, t *joinTree) plan.Node {
	total := 0.0
	for i, p := range t.parts {
		t.parts[i] = o.node(p)
		z := o.sizer.of(t.parts[i])
		t.sizes = append(t.sizes, z)
		t.columns = append(t.columns, ids(p.Output()))
		total += z.whole
	}
	if total < smallRows {
		return t.written(n)
	}
	var best *joinPlan
	if len(t.parts) <= searched {
		best = t.search()
	} else {
		best = t.greedy()
	}
	out := best.node
	if len(t.loose) > 0 {
		out = filtered(out, t.loose)
	}
	exprs := make([]expr.Expr, 0, len(n.Output()))
	for _, c := range n.Output() {
		exprs = append(exprs, c)
	}
	return &plan.Project{Input: out, Exprs: exprs}
}

// joinTree is a tree of inner joins: the relations at its leaves and the terms of all
// conditions.
type joinTree struct {
	parts   []plan.Node
	terms   []expr.Expr
	loose   []expr.Expr // terms that read no column
	sizes   []size
	columns []map[expr.ID]bool
}

func isInner(n plan.Node) bool {
	j, ok := n.(*plan.Join)
	return ok && (j.Type == plan.InnerJoin || j.Type == plan.CrossJoin) && !j.Lateral && !j.Single && j.Exists == nil
}

// take flattens n into the tree; it reports false where that must not be.
func (t *joinTree) take(n plan.Node) bool {
	if f, ok := n.(*plan.Filter); ok && isInner(f.Input) {
		return t.add(f.Condition) && t.take(f.Input)
	}
	n = sinkSemi(n)
	if !isInner(n) {
		t.parts = append(t.parts, n)
		return !plan.Streaming(n)
	}
	j := n.(*plan.Join)
	return t.add(j.Condition) && t.take(j.Left) && t.take(j.Right)
}

func (t *joinTree) add(condition expr.Expr) bool {
	for _, e := range conjunctsOf(condition) {
		switch {
		case expr.Volatile(e):
			return false
		case len(expr.Refs(e)) == 0:
			t.loose = append(t.loose, e)
		default:
			t.terms = append(t.terms, e)
		}
	}
	return true
}

// written is the tree as it was, with what has changed within its leaves.
func (t *joinTree) written(n plan.Node) plan.Node {
	at := 0
	var build func(n plan.Node) plan.Node
	build = func(n plan.Node) plan.Node {
		if f, ok := n.(*plan.Filter); ok && isInner(f.Input) {
			return f.WithInputs([]plan.Node{build(f.Input)})
		}
		n = sinkSemi(n)
		if !isInner(n) {
			at++
			return t.parts[at-1]
		}
		j := n.(*plan.Join)
		l := build(j.Left)
		return j.WithInputs([]plan.Node{l, build(j.Right)})
	}
	return build(n)
}

// joinPlan is a way to join some of the relations.
type joinPlan struct {
	node    plan.Node
	size    size
	columns map[expr.ID]bool
	cost    float64
}

func (t *joinTree) leaf(i int) *joinPlan {
	return &joinPlan{node: t.parts[i], size: t.sizes[i], columns: t.columns[i], cost: t.sizes[i].rows}
}

// keepCost is what a row that is kept costs beside one that is only read.
const keepCost = 4

// pair joins two plans; connected says that a key does.
func (t *joinTree) pair(a, b *joinPlan) (p *joinPlan, connected bool) {
	if a.size.rows < b.size.rows {
		a, b = b, a
	}
	both := make(map[expr.ID]bool, len(a.columns)+len(b.columns))
	for id := range a.columns {
		both[id] = true
	}
	for id := range b.columns {
		both[id] = true
	}
	own, _ := split(t.terms, func(e expr.Expr) bool {
		return readsOnly(e, both) && !readsOnly(e, a.columns) && !readsOnly(e, b.columns)
	})
	for _, e := range own {
		if _, _, ok := keysOf(e, a.columns, b.columns); ok {
			connected = true
		}
	}
	z := joined(a.size, b.size, own, a.columns, b.columns)
	j := &plan.Join{Left: a.node, Right: b.node, Type: plan.InnerJoin, Condition: conjunction(own)}
	if len(own) == 0 {
		j.Type = plan.CrossJoin
	}
	cost := a.cost + b.cost + a.size.rows + keepCost*b.size.rows + z.rows
	if !connected {
		cost += a.size.rows * b.size.rows // every pair is looked at
	}
	return &joinPlan{node: j, size: z, columns: both, cost: cost}, connected
}

// search weighs all trees.
func (t *joinTree) search() *joinPlan {
	n := len(t.parts)
	best := make([]*joinPlan, 1<<n)
	for i := range t.parts {
		best[1<<i] = t.leaf(i)
	}
	for set := 1; set < 1<<n; set++ {
		if bits.OnesCount(uint(set)) < 2 {
			continue
		}
		low := set & -set
		linked := false
		for part := (set - 1) & set; part > 0; part = (part - 1) & set {
			if part&low == 0 {
				continue // the other half has been, or will be, looked at
			}
			p, connected := t.pair(best[part], best[set&^part])
			if linked && !connected {
				continue
			}
			if best[set] == nil || connected && !linked || p.cost < best[set].cost {
				best[set] = p
			}
			linked = linked || connected
		}
	}
	return best[1<<n-1]
}

// greedy joins the pair that costs least, until one is left.
func (t *joinTree) greedy() *joinPlan {
	var list []*joinPlan
	for i := range t.parts {
		list = append(list, t.leaf(i))
	}
	for len(list) > 1 {
		var best *joinPlan
		var at [2]int
		for i := range list {
			for k := range i {
				p, _ := t.pair(list[k], list[i])
				if best == nil || p.cost-list[i].cost-list[k].cost < best.cost-list[at[0]].cost-list[at[1]].cost {
					best, at = p, [2]int{k, i}
				}
			}
		}
		list[at[0]] = best
		list = append(list[:at[1]], list[at[1]+1:]...)
	}
	return list[0]
}
