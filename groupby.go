package weir

import (
	"github.com/weirstream/weir/functions"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// Grouped is a DataFrame with keys, ready to be aggregated.
type Grouped struct {
	frame *DataFrame
	keys  []expr.Expr
	err   error
}

// GroupBy groups rows by columns; with none all rows are one group.
func (d *DataFrame) GroupBy(list ...any) *Grouped {
	keys, err := columns(list)
	return &Grouped{frame: d, keys: keys, err: err}
}

// Agg computes aggregate functions of each group. The keys come first in the
// result.
func (g *Grouped) Agg(list ...functions.Column) *DataFrame {
	return g.frame.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		all := make([]any, len(list))
		for i, c := range list {
			all[i] = c
		}
		exprs, err := columns(all)
		if g.err != nil {
			err = g.err
		}
		items := append(g.keys[:len(g.keys):len(g.keys)], exprs...)
		return &plan.Aggregate{Origin: o, Input: in, Grouping: g.keys, Exprs: items}, err
	})
}

// Count counts the rows of each group, in a column count.
func (g *Grouped) Count() *DataFrame { return g.Agg(functions.Count("*").As("count")) }

// Sum adds columns up, in columns sum(name).
func (g *Grouped) Sum(names ...string) *DataFrame { return g.each(functions.Sum, names) }

// Avg is the mean of columns, in columns avg(name).
func (g *Grouped) Avg(names ...string) *DataFrame { return g.each(functions.Avg, names) }

// Min is the least value of columns, in columns min(name).
func (g *Grouped) Min(names ...string) *DataFrame { return g.each(functions.Min, names) }

// Max is the greatest value of columns, in columns max(name).
func (g *Grouped) Max(names ...string) *DataFrame { return g.each(functions.Max, names) }

func (g *Grouped) each(f func(any) functions.Column, names []string) *DataFrame {
	list := make([]functions.Column, len(names))
	for i, n := range names {
		list[i] = f(n)
	}
	return g.Agg(list...)
}
