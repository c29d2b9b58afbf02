package weir

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/weirstream/weir/functions"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// Stat are the statistic functions of a DataFrame.
type Stat struct{ frame *DataFrame }

// Stat gives the statistic functions.
func (d *DataFrame) Stat() Stat { return Stat{d} }

// Cov is the sample covariance of two columns of numbers; a null counts as 0.
func (s Stat) Cov(ctx context.Context, first, second string) (float64, error) {
	return s.moment(ctx, &plan.Moment{First: first, Second: second})
}

// Corr is Pearson's correlation of two columns of numbers, NaN where it is not
// defined; a null counts as 0.
func (s Stat) Corr(ctx context.Context, first, second string) (float64, error) {
	return s.moment(ctx, &plan.Moment{First: first, Second: second, Corr: true})
}

func (s Stat) moment(ctx context.Context, m *plan.Moment) (float64, error) {
	list, err := s.frame.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		m.Origin, m.Input = o, in
		return m, nil
	}).Collect(ctx)
	if err != nil {
		return 0, err
	}
	v, _ := list[0][0].(float64)
	return v, nil
}

// ApproxQuantile gives for each column of numbers its values at probabilities between
// 0 and 1, without regard to null and NaN. maxError says how far the rank of a value
// may be off, as a share of the rows; 0 is exact.
func (s Stat) ApproxQuantile(ctx context.Context, columns []string, probabilities []float64, maxError float64) ([][]float64, error) {
	list, err := s.frame.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		if len(columns) == 0 {
			return nil, fmt.Errorf("ApproxQuantile is given no columns")
		}
		return &plan.ApproxQuantile{Origin: o, Input: in, Columns: columns, Probabilities: probabilities, Error: maxError}, nil
	}).Collect(ctx)
	if err != nil {
		return nil, err
	}
	var out [][]float64
	for _, column := range list[0][0].([]any) {
		values := []float64{}
		for _, v := range column.([]any) {
			values = append(values, v.(float64))
		}
		out = append(out, values)
	}
	return out, nil
}

// Crosstab counts the pairs of values of two columns: a row for each value of first, a
// column for each of second.
func (s Stat) Crosstab(first, second string) *DataFrame {
	return s.frame.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		return &plan.Crosstab{Origin: o, Input: in, First: first, Second: second}, nil
	})
}

// FreqItems is one row that has for each column an array of the values that may be
// frequent: all that stand in at least the share support of the rows, and perhaps
// others.
func (s Stat) FreqItems(columns []string, support float64) *DataFrame {
	return s.frame.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		if support < 1e-4 || support > 1 {
			return nil, fmt.Errorf("the support %v does not lie between 1e-4 and 1", support)
		}
		return &plan.FreqItems{Origin: o, Input: in, Columns: columns, Support: support}, nil
	})
}

// SampleBy keeps a share of the rows of each value of a column, and none of the values
// that have no share. The same seed keeps the same rows.
func (s Stat) SampleBy(column any, shares map[any]float64, seed int64) *DataFrame {
	return s.frame.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		list, err := columns([]any{column})
		if err != nil {
			return nil, err
		}
		n := &plan.SampleBy{Origin: o, Input: in, Column: list[0], Seed: seed}
		byText := make(map[string]any, len(shares))
		for k := range shares {
			byText[fmt.Sprintf("%T %v", k, k)] = k
		}
		for _, text := range slices.Sorted(maps.Keys(byText)) {
			e, err := constant(byText[text])
			if err != nil {
				return nil, err
			}
			n.Values, n.Shares = append(n.Values, e), append(n.Shares, shares[byText[text]])
		}
		return n, nil
	})
}

// Describe is a row for each of count, mean, stddev, min and max of columns, by default
// of all that hold numbers or text.
func (d *DataFrame) Describe(columns ...string) *DataFrame {
	return d.summary(columns, []string{"count", "mean", "stddev", "min", "max"})
}

// Summary is a row for each statistic of all columns that hold numbers or text: count,
// mean, stddev, min, max, count_distinct, approx_count_distinct or a percentile such as
// 75%. By default those are count, mean, stddev, min, 25%, 50%, 75% and max.
func (d *DataFrame) Summary(statistics ...string) *DataFrame {
	if len(statistics) == 0 {
		statistics = []string{"count", "mean", "stddev", "min", "25%", "50%", "75%", "max"}
	}
	return d.summary(nil, statistics)
}

func (d *DataFrame) summary(columns, statistics []string) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		return &plan.Summary{Origin: o, Input: in, Columns: columns, Statistics: statistics}, nil
	})
}

// Sample keeps about the share fraction of the rows. With replacement a row may come
// several times, fraction times on average. The same seed keeps the same rows.
func (d *DataFrame) Sample(fraction float64, replacement bool, seed int64) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		if fraction < 0 || fraction > 1 && !replacement {
			return nil, fmt.Errorf("the fraction %v does not lie between 0 and 1", fraction)
		}
		return &plan.Sample{Origin: o, Input: in, Upper: fraction, Replacement: replacement, Seed: seed}, nil
	})
}

// RandomSplit deals the rows to as many DataFrames as there are weights, by chance and
// in proportion to the weights. Every row is in one of them.
func (d *DataFrame) RandomSplit(weights []float64, seed int64) []*DataFrame {
	var sum float64
	for _, w := range weights {
		sum += w
	}
	list := make([]*DataFrame, len(weights))
	lower := 0.0
	for i, w := range weights {
		upper := lower + w/sum
		if i == len(weights)-1 {
			upper = 1
		}
		list[i] = d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
			if w < 0 || sum <= 0 {
				return nil, fmt.Errorf("the weights %v must not be negative, nor all of them 0", weights)
			}
			return &plan.Sample{Origin: o, Input: in, Lower: lower, Upper: upper, Seed: seed}, nil
		})
		lower = upper
	}
	return list
}

// Unpivot makes a row of each of the columns values, which must have a common type: the
// ids stay, the name goes to the column variable, the value to the column value. With
// no values all columns that are not among the ids are meant.
func (d *DataFrame) Unpivot(ids, values []any, variable, value string) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		n := &plan.Unpivot{Origin: o, Input: in, Variable: variable, Values: []string{value}, IncludeNulls: true}
		var err error
		if n.Keys, err = columns(ids); err != nil {
			return nil, err
		}
		list, err := columns(values)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			n.Sets = append(n.Sets, []expr.Expr{e})
		}
		return n, nil
	})
}

// Melt is [DataFrame.Unpivot].
func (d *DataFrame) Melt(ids, values []any, variable, value string) *DataFrame {
	return d.Unpivot(ids, values, variable, value)
}

// Transpose makes columns of rows: each row becomes a column named by its value in the
// index column, by default the first; each other column becomes a row, its name in a
// column key. Their types must have a common one.
func (d *DataFrame) Transpose(index ...functions.Column) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		n := &plan.Transpose{Origin: o, Input: in}
		if len(index) == 0 {
			return n, nil
		}
		e, err := index[0].Unwrap()
		n.Index = e
		return n, err
	})
}
