package optimize

import (
	"context"
	"math"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// size is about how large a relation is. It is a guess to order joins by; no answer
// depends on it.
type size struct {
	rows float64
	// whole is how many rows there would be without filters.
	whole float64
	// columns are what is known of columns.
	columns map[expr.ID]columnSize
}

// columnSize is what is known of a column: how many different values it has at most,
// and between which they lie, where low is not above high.
type columnSize struct{ distinct, low, high float64 }

// unknownRows is what a relation of unknown size is taken for.
const unknownRows = 1_000_000

// Shares of rows that pass a condition of which nothing is known.
const (
	shareOfRange  = 0.3
	shareOfEqual  = 0.1
	shareOfLike   = 0.1
	shareOfOthers = 0.5
	shareOfGroups = 0.1 // groups that pass HAVING
)

// sizer guesses sizes; it asks each table once.
type sizer struct {
	tables map[expr.ID]connector.Estimate // by the first column of its scan
}

// of guesses the size of a relation.
func (s *sizer) of(n plan.Node) size {
	switch n := n.(type) {
	case *plan.Scan:
		return s.scan(n)
	case *plan.LocalRelation:
		rows := float64(len(n.Exprs))
		if n.Rows != nil {
			rows = float64(n.Rows.Rows)
		}
		return size{rows: rows, whole: rows}
	case *plan.OneRow:
		return size{rows: 1, whole: 1}
	case *plan.Range:
		rows := math.Abs(float64(n.End-n.Start) / float64(n.Step))
		return size{rows: rows, whole: rows}
	case *plan.Filter:
		z := s.of(n.Input)
		if _, groups := n.Input.(*plan.Aggregate); groups {
			z.rows *= shareOfGroups
			return z
		}
		z.rows = max(z.rows*z.share(expr.Conjuncts(n.Condition)), 1)
		return z
	case *plan.Aggregate:
		return s.aggregate(n)
	case *plan.Limit:
		z := s.of(n.Input)
		if l, ok := n.Count.(*expr.Literal); ok {
			if most, ok := l.Value.(int64); ok {
				z.rows = min(z.rows, float64(most))
			}
		}
		return z
	case *plan.Join:
		return s.join(n)
	default:
		out := size{rows: 1, whole: 1}
		for _, in := range n.Inputs() {
			z := s.of(in)
			out.rows, out.whole = max(out.rows, z.rows), max(out.whole, z.whole)
			if out.columns == nil {
				out.columns = z.columns // names that a projection keeps have their IDs
			}
		}
		return out
	}
}

func (s *sizer) scan(n *plan.Scan) size {
	z := size{rows: unknownRows, whole: unknownRows}
	known, ok := n.Table.(connector.Estimated)
	if !ok || len(n.Columns) == 0 {
		return z
	}
	e, asked := s.tables[n.Columns[0].ID]
	if !asked {
		var err error
		if e, err = known.Estimate(context.Background()); err != nil {
			return z // reading the table will say why
		}
		s.tables[n.Columns[0].ID] = e
	}
	z = size{rows: float64(e.Rows), whole: float64(e.Rows), columns: make(map[expr.ID]columnSize)}
	for _, c := range n.Columns {
		b, bounded := e.Bounds[c.Name]
		d, counted := e.Distinct[c.Name]
		if !bounded && !counted {
			continue
		}
		if !counted {
			d = e.Rows
		}
		k := columnSize{distinct: float64(d), low: 1}
		if bounded {
			k.low, k.high = float64(b[0]), float64(b[1])
		}
		z.columns[c.ID] = k
	}
	return z
}

func (s *sizer) aggregate(n *plan.Aggregate) size {
	z := s.of(n.Input)
	if len(n.Grouping) == 0 {
		return size{rows: 1, whole: 1}
	}
	groups := 1.0
	for _, k := range n.Grouping {
		groups *= z.distinctOf(k)
	}
	z.rows = min(z.rows, groups)
	z.whole = z.rows
	return z
}

// join guesses a join that is no part of a tree that is put into order.
func (s *sizer) join(n *plan.Join) size {
	l, r := s.of(n.Left), s.of(n.Right)
	switch n.Type {
	case plan.LeftSemiJoin, plan.LeftAntiJoin:
		share := shareOfOthers
		for _, t := range conjunctsOf(n.Condition) {
			if a, z, ok := keysOf(t, ids(n.Left.Output()), ids(n.Right.Output())); ok {
				share = min(share, r.rows/max(min(l.distinctOf(a), r.distinctOf(z)), 1))
			}
		}
		l.rows = max(l.rows*share, 1)
		return l
	case plan.ExistenceJoin:
		return l
	}
	out := joined(l, r, conjunctsOf(n.Condition), ids(n.Left.Output()), ids(n.Right.Output()))
	out.rows = max(out.rows, map[bool]float64{true: l.rows}[n.Type == plan.LeftOuterJoin || n.Type == plan.FullOuterJoin])
	return out
}

func conjunctsOf(e expr.Expr) []expr.Expr {
	if e == nil {
		return nil
	}
	return expr.Conjuncts(e)
}

// joined is the size of an inner join of two relations with these columns. A key of
// one is taken to be found in the other.
func joined(l, r size, terms []expr.Expr, left, right map[expr.ID]bool) size {
	pairs, keys, rest := 1.0, false, 1.0
	for _, t := range terms {
		if a, z, ok := keysOf(t, left, right); ok {
			pairs, keys = pairs*min(l.distinctOf(a), r.distinctOf(z)), true
		} else {
			rest *= shareOfOthers
		}
	}
	out := size{rows: l.rows * r.rows * rest, whole: max(l.whole, r.whole), columns: make(map[expr.ID]columnSize)}
	if keys {
		out.rows /= max(min(pairs, l.whole, r.whole), 1)
	}
	for _, side := range []size{l, r} {
		for id, c := range side.columns {
			out.columns[id] = c
		}
	}
	out.rows = max(out.rows, 1)
	return out
}

// keysOf are the two sides of an equality between two relations.
func keysOf(t expr.Expr, left, right map[expr.ID]bool) (a, z expr.Expr, ok bool) {
	c, isCall := t.(*expr.Call)
	if !isCall || len(c.Args) != 2 || c.Fn.Name != "=" && c.Fn.Name != "==" && c.Fn.Name != "<=>" {
		return nil, nil, false
	}
	a, z = c.Args[0], c.Args[1]
	if len(expr.Refs(a)) == 0 || len(expr.Refs(z)) == 0 {
		return nil, nil, false
	}
	if readsOnly(a, right) && readsOnly(z, left) {
		a, z = z, a
	}
	return a, z, readsOnly(a, left) && readsOnly(z, right)
}

// distinctOf is how many different values an expression has at most.
func (z size) distinctOf(e expr.Expr) float64 {
	for {
		c, ok := e.(*expr.Cast)
		if !ok {
			break
		}
		e = c.Child
	}
	most := max(z.whole, 1)
	if r, ok := e.(*expr.Ref); ok {
		if c, known := z.columns[r.ID]; known {
			return max(min(c.distinct, most), 1)
		}
	}
	return most
}

// share is the part of the rows that passes all terms.
func (z size) share(terms []expr.Expr) float64 {
	all := 1.0
	for _, t := range terms {
		all *= z.shareOf(t)
	}
	return all
}

func (z size) shareOf(t expr.Expr) float64 {
	c, ok := t.(*expr.Call)
	if !ok {
		return shareOfOthers
	}
	switch c.Fn.Name {
	case "isnotnull":
		return 1
	case "or":
		return min(z.shareOf(c.Args[0])+z.shareOf(c.Args[1]), 1)
	case "and":
		return z.shareOf(c.Args[0]) * z.shareOf(c.Args[1])
	case "not":
		return max(1-z.shareOf(c.Args[0]), shareOfEqual)
	case "=", "==", "<=>":
		return z.equalShare(c.Args[0])
	case "in":
		return min(z.equalShare(c.Args[0])*float64(len(c.Args)-1), 1)
	case "<", "<=", ">", ">=":
		return z.rangeShare(c)
	case "<>", "!=":
		return 1 - shareOfEqual
	case "like", "rlike", "ilike", "startswith", "contains", "endswith":
		return shareOfLike
	}
	return shareOfOthers
}

func (z size) equalShare(e expr.Expr) float64 {
	if r, ok := e.(*expr.Ref); ok {
		if c, known := z.columns[r.ID]; known && c.distinct > 0 {
			return 1 / c.distinct
		}
	}
	return shareOfEqual
}

// rangeShare takes the values to lie evenly between their bounds.
func (z size) rangeShare(c *expr.Call) float64 {
	left, right, less := c.Args[0], c.Args[1], c.Fn.Name[0] == '<'
	if _, ok := left.(*expr.Literal); ok {
		left, right, less = right, left, !less
	}
	r, isRef := left.(*expr.Ref)
	l, isLiteral := right.(*expr.Literal)
	if !isRef || !isLiteral {
		return shareOfOthers
	}
	var at float64
	switch v := l.Value.(type) {
	case int32:
		at = float64(v)
	case int64:
		at = float64(v)
	default:
		return shareOfRange
	}
	k, known := z.columns[r.ID]
	if !known || k.low >= k.high {
		return shareOfRange
	}
	below := min(max((at-k.low)/(k.high-k.low), 0.01), 0.99)
	if less {
		return below
	}
	return 1 - below
}
