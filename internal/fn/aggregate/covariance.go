package aggregate

import (
	"math"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// comoment is a statistic of two columns of doubles, over the rows at which
// neither is null.
func comoment(name string, finish func(c *comoments) (v float64, ok bool)) *expr.Aggregate {
	return &expr.Aggregate{
		Name:    name,
		Resolve: doubles(name, 2),
		Partial: func(*expr.AggregateCall) []types.Type { return doubleColumns(6) },
		New: func(*expr.AggregateCall, *expr.Env) (expr.Accumulator, error) {
			return &comomentsOf{finish: finish}, nil
		},
	}
}

// comoments are the number of pairs, the means, the sum of the products of the
// distances from them, and the sums of their squares.
type comoments struct{ n, xMean, yMean, xy, xx, yy float64 }

func (c *comoments) add(x, y float64) {
	n := c.n + 1
	dx, dy := x-c.xMean, y-c.yMean
	dxN, dyN := dx/n, dy/n
	xMean, yMean := c.xMean+dxN, c.yMean+dyN
	c.xy += float64(dx * (y - yMean))
	c.xx += float64(dx * (x - xMean))
	c.yy += float64(dy * (y - yMean))
	c.n, c.xMean, c.yMean = n, xMean, yMean
}

func (c *comoments) merge(o comoments) {
	n1, n2 := c.n, o.n
	n := n1 + n2
	dx, dy := o.xMean-c.xMean, o.yMean-c.yMean
	dxN, dyN := 0.0, 0.0
	if n != 0 {
		dxN, dyN = dx/n, dy/n
	}
	c.xMean += dxN * n2
	c.yMean += dyN * n2
	c.xy += o.xy + dx*dyN*n1*n2
	c.xx += o.xx + dx*dxN*n1*n2
	c.yy += o.yy + dy*dyN*n1*n2
	c.n = n
}

// comomentsOf keeps comoments by group.
type comomentsOf struct {
	groups []comoments
	finish func(*comoments) (float64, bool)
	rows   strict
}

func (a *comomentsOf) Reset(from, to int) { a.groups = emptied(a.groups, from, to) }

func (a *comomentsOf) Update(groups []int32, args []*batch.Column, sel []int32) error {
	groups, sel = a.rows.all(groups, args, sel)
	if len(groups) == 0 {
		return nil
	}
	x, y := expr.ArgOf[float64](args[0]), expr.ArgOf[float64](args[1])
	rows := rowsOf(groups, sel)
	for k, g := range groups {
		a.groups[g].add(x.At(rows[k]), y.At(rows[k]))
	}
	return nil
}

func (a *comomentsOf) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	var cols [6]expr.Arg[float64]
	for i, c := range partial {
		cols[i] = expr.ArgOf[float64](c)
	}
	rows := rowsOf(groups, sel)
	for k, g := range groups {
		r := rows[k]
		a.groups[g].merge(comoments{cols[0].At(r), cols[1].At(r), cols[2].At(r), cols[3].At(r), cols[4].At(r), cols[5].At(r)})
	}
	return nil
}

func (a *comomentsOf) Save(groups []int32, partial []*batch.Column) error {
	for i, c := range partial {
		n := c.Len()
		c.Extend(len(groups))
		to := batch.Values[float64](c)[n:]
		for k, g := range groups {
			m := &a.groups[g]
			to[k] = [...]float64{m.n, m.xMean, m.yMean, m.xy, m.xx, m.yy}[i]
		}
	}
	return nil
}

func (a *comomentsOf) Result(groups []int32, out *batch.Column) error {
	finished(a.groups, groups, out, a.finish)
	return nil
}

// The statistics. A regression is of its first argument, called x here as it
// comes first, over its second.

func covariancePop(c *comoments) (float64, bool)  { return c.xy / c.n, c.n > 0 }
func covarianceSamp(c *comoments) (float64, bool) { return c.xy / (c.n - 1), c.n > 1 }
func correlation(c *comoments) (float64, bool) {
	return c.xy / math.Sqrt(c.xx*c.yy), c.n > 1
}
func regrAvgX(c *comoments) (float64, bool)  { return c.yMean, c.n > 0 }
func regrAvgY(c *comoments) (float64, bool)  { return c.xMean, c.n > 0 }
func regrSXX(c *comoments) (float64, bool)   { return c.yy, c.n > 0 }
func regrSYY(c *comoments) (float64, bool)   { return c.xx, c.n > 0 }
func regrSXY(c *comoments) (float64, bool)   { return c.xy, c.n > 0 }
func regrSlope(c *comoments) (float64, bool) { return c.xy / c.yy, c.n > 0 && c.yy != 0 }
func regrIntercept(c *comoments) (float64, bool) {
	return c.xMean - c.xy/c.yy*c.yMean, c.n > 0 && c.yy != 0
}
func regrR2(c *comoments) (float64, bool) {
	if c.xx == 0 && c.n > 0 && c.yy != 0 {
		return 1, true
	}
	return c.xy * c.xy / (c.xx * c.yy), c.n > 0 && c.yy != 0
}
