package weir

import "github.com/weirstream/weir/internal/plan"

// UnionAll is [DataFrame.Union].
func (d *DataFrame) UnionAll(other *DataFrame) *DataFrame { return d.Union(other) }

// Intersect are the rows that both have, each once.
func (d *DataFrame) Intersect(other *DataFrame) *DataFrame {
	return d.set(other, plan.IntersectSet, false)
}

// IntersectAll are the rows that both have, as often as both have them.
func (d *DataFrame) IntersectAll(other *DataFrame) *DataFrame {
	return d.set(other, plan.IntersectSet, true)
}

// Except are the rows that other does not have, each once.
func (d *DataFrame) Except(other *DataFrame) *DataFrame { return d.set(other, plan.ExceptSet, false) }

// Subtract is [DataFrame.Except].
func (d *DataFrame) Subtract(other *DataFrame) *DataFrame { return d.Except(other) }

// ExceptAll takes every row of other away once.
func (d *DataFrame) ExceptAll(other *DataFrame) *DataFrame { return d.set(other, plan.ExceptSet, true) }

func (d *DataFrame) set(other *DataFrame, kind plan.SetKind, all bool) *DataFrame {
	return d.with(other, func(in plan.Node, o plan.Origin) plan.Node {
		return &plan.SetOp{Origin: o, Left: in, Right: other.node, Kind: kind, All: all}
	})
}
