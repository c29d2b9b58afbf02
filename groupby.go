package weir

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/weirstream/weir/functions"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// Grouped is a DataFrame with keys, ready to be aggregated.
type Grouped struct {
	frame *DataFrame
	keys  []expr.Expr
	kind  plan.GroupKind
	sets  [][]expr.Expr
	pivot *plan.Pivot // nil for none
	err   error
}

// GroupBy groups rows by columns; with none all rows are one group.
func (d *DataFrame) GroupBy(list ...any) *Grouped { return d.grouped(plan.GroupBy, list) }

// Rollup groups by all columns, by all but the last, and so on to none: a row is in a
// group of each, with nulls in the columns that do not count.
func (d *DataFrame) Rollup(list ...any) *Grouped { return d.grouped(plan.Rollup, list) }

// Cube groups by every subset of the columns, as [DataFrame.Rollup] does by some.
func (d *DataFrame) Cube(list ...any) *Grouped { return d.grouped(plan.Cube, list) }

// GroupingSets groups by the listed sets of columns, as [DataFrame.Rollup] does by
// some; by are the columns of the result.
func (d *DataFrame) GroupingSets(sets [][]any, by ...any) *Grouped {
	g := d.grouped(plan.GroupingSets, by)
	for _, set := range sets {
		exprs, err := columns(set)
		g.sets, g.err = append(g.sets, exprs), errors.Join(g.err, err)
	}
	return g
}

func (d *DataFrame) grouped(kind plan.GroupKind, list []any) *Grouped {
	keys, err := columns(list)
	return &Grouped{frame: d, keys: keys, kind: kind, err: err}
}

// Agg computes aggregate functions of all rows: GroupBy().Agg.
func (d *DataFrame) Agg(list ...functions.Column) *DataFrame { return d.GroupBy().Agg(list...) }

// Pivot makes columns of the values that a column has: those listed, or, where none
// are, all that it has in the rows, in their order.
func (g *Grouped) Pivot(column any, values ...any) *Grouped {
	out := *g
	exprs, err := columns([]any{column})
	out.pivot = &plan.Pivot{Columns: exprs}
	if g.kind != plan.GroupBy || g.pivot != nil {
		err = errors.Join(err, errors.New("Pivot stands once, behind GroupBy"))
	}
	for _, v := range values {
		e, bad := functions.Lit(v).Unwrap()
		out.pivot.Values, err = append(out.pivot.Values, e), errors.Join(err, bad)
	}
	out.err = errors.Join(g.err, err)
	return &out
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
		if err = errors.Join(g.err, err); err != nil {
			return nil, err
		}
		if g.pivot != nil {
			p := *g.pivot
			p.Origin, p.Input, p.Grouping, p.Aggregates = o, in, g.keys, exprs
			if p.Grouping == nil {
				p.Grouping = []expr.Expr{}
			}
			return &p, nil
		}
		items := append(g.keys[:len(g.keys):len(g.keys)], exprs...)
		return &plan.Aggregate{Origin: o, Input: in, Grouping: g.keys, Exprs: items, Kind: g.kind, Sets: g.sets}, nil
	})
}

// Mean is [Grouped.Avg].
func (g *Grouped) Mean(names ...string) *DataFrame { return g.Avg(names...) }

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

// each computes a function of columns, by default of all that hold numbers and are no
// keys.
func (g *Grouped) each(f func(any) functions.Column, names []string) *DataFrame {
	if len(names) == 0 {
		names = g.numbers()
	}
	list := make([]functions.Column, len(names))
	for i, n := range names {
		list[i] = f(n)
	}
	return g.Agg(list...)
}

// numbers are the columns that hold numbers and are no keys. What is wrong with the
// DataFrame is found by its action.
func (g *Grouped) numbers() []string {
	s, err := g.frame.Schema(context.Background())
	if err != nil {
		return nil
	}
	keys := slices.Clone(g.keys)
	if g.pivot != nil {
		keys = append(keys, g.pivot.Columns...)
	}
	var names []string
	for _, f := range s.Fields {
		isKey := slices.ContainsFunc(keys, func(k expr.Expr) bool { return strings.EqualFold(k.String(), f.Name) })
		if f.Type.Numeric() && !isKey {
			names = append(names, "`"+f.Name+"`")
		}
	}
	return names
}
