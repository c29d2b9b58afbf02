package aggregate

import (
	"math"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// moment is a statistic of one column of doubles. order is the greatest central
// moment that it needs, from 2 to 4.
func moment(name string, order int, finish func(m *moments) (v float64, ok bool)) *expr.Aggregate {
	return &expr.Aggregate{
		Name:    name,
		Resolve: doubles(name, 1),
		Partial: func(*expr.AggregateCall) []types.Type { return doubleColumns(order + 1) },
		New: func(*expr.AggregateCall, *expr.Env) (expr.Accumulator, error) {
			return &momentsOf{order: order, finish: finish}, nil
		},
	}
}

// doubleColumns are n columns of doubles.
func doubleColumns(n int) []types.Type {
	list := make([]types.Type, n)
	for i := range list {
		list[i] = types.Of(types.Double)
	}
	return list
}

// moments are the number of values, their mean, and the sums of the second,
// third and fourth powers of their distances from it, brought up to date by
// each value and merged by the formulas of Pébay (2008), term by term as Spark
// has them, so that the last digit is the same.
type moments struct{ n, mean, m2, m3, m4 float64 }

// add takes in a value, up to the moment of that order.
func (m *moments) add(x float64, order int) {
	n := m.n + 1
	delta := x - m.mean
	deltaN := delta / n
	m.mean += deltaN
	m.n = n
	m2 := m.m2 + float64(delta*(delta-deltaN))
	if order > 2 {
		delta2, deltaN2 := delta*delta, deltaN*deltaN
		m3 := m.m3 - float64(3*deltaN*m2) + float64(delta*(delta2-deltaN2))
		if order > 3 {
			m.m4 = m.m4 - float64(4*deltaN*m3) - float64(6*deltaN2*m2) + float64(delta*(delta*delta2-deltaN*deltaN2))
		}
		m.m3 = m3
	}
	m.m2 = m2
}

// merge takes in the values of o.
func (m *moments) merge(o moments) {
	n1, n2 := m.n, o.n
	n := n1 + n2
	delta := o.mean - m.mean
	deltaN := 0.0
	if n != 0 {
		deltaN = delta / n
	}
	m.m4 = m.m4 + o.m4 + deltaN*deltaN*deltaN*delta*n1*n2*(n1*n1-n1*n2+n2*n2) +
		6*deltaN*deltaN*(n1*n1*o.m2+n2*n2*m.m2) + 4*deltaN*(n1*o.m3-n2*m.m3)
	m.m3 = m.m3 + o.m3 + deltaN*deltaN*delta*n1*n2*(n1-n2) + 3*deltaN*(n1*o.m2-n2*m.m2)
	m.m2 = m.m2 + o.m2 + delta*deltaN*n1*n2
	m.mean += deltaN * n2
	m.n = n
}

// momentsOf keeps moments by group.
type momentsOf struct {
	groups []moments
	order  int
	finish func(*moments) (float64, bool)
	rows   strict
}

func (a *momentsOf) Reset(from, to int) { a.groups = emptied(a.groups, from, to) }

func (a *momentsOf) Update(groups []int32, args []*batch.Column, sel []int32) error {
	arg, groups, sel := a.rows.column(groups, args[0], sel)
	if len(groups) == 0 {
		return nil
	}
	values, rows := batch.Values[float64](arg), rowsOf(groups, sel)
	for k, g := range groups {
		a.groups[g].add(values[rows[k]], a.order)
	}
	return nil
}

func (a *momentsOf) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	var cols [5]expr.Arg[float64]
	for i, c := range partial {
		cols[i] = expr.ArgOf[float64](c)
	}
	rows := rowsOf(groups, sel)
	for k, g := range groups {
		r := rows[k]
		o := moments{n: cols[0].At(r), mean: cols[1].At(r), m2: cols[2].At(r)}
		if a.order > 2 {
			o.m3 = cols[3].At(r)
		}
		if a.order > 3 {
			o.m4 = cols[4].At(r)
		}
		a.groups[g].merge(o)
	}
	return nil
}

func (a *momentsOf) Save(groups []int32, partial []*batch.Column) error {
	for i, c := range partial {
		n := c.Len()
		c.Extend(len(groups))
		to := batch.Values[float64](c)[n:]
		for k, g := range groups {
			m := &a.groups[g]
			to[k] = [...]float64{m.n, m.mean, m.m2, m.m3, m.m4}[i]
		}
	}
	return nil
}

func (a *momentsOf) Result(groups []int32, out *batch.Column) error {
	finished(a.groups, groups, out, a.finish)
	return nil
}

// finished appends a statistic of each group; null where it has no value.
func finished[S any](states []S, groups []int32, out *batch.Column, finish func(*S) (float64, bool)) {
	n := out.Len()
	out.Extend(len(groups))
	to := batch.Values[float64](out)[n:]
	for i, g := range groups {
		v, ok := finish(&states[g])
		if to[i] = v; !ok {
			out.SetNull(n + i)
		}
	}
}

// The statistics; each says whether it has a value.

func variancePop(m *moments) (float64, bool)  { return m.m2 / m.n, m.n > 0 }
func varianceSamp(m *moments) (float64, bool) { return m.m2 / (m.n - 1), m.n > 1 }
func deviationPop(m *moments) (float64, bool) { return math.Sqrt(m.m2 / m.n), m.n > 0 }
func deviationSamp(m *moments) (float64, bool) {
	return math.Sqrt(m.m2 / (m.n - 1)), m.n > 1
}
func skewness(m *moments) (float64, bool) {
	return math.Sqrt(m.n) * m.m3 / math.Sqrt(m.m2*m.m2*m.m2), m.m2 != 0
}
func kurtosis(m *moments) (float64, bool) {
	return m.n*m.m4/(m.m2*m.m2) - 3, m.m2 != 0
}
