package aggregate

import (
	"math"
	"slices"
	"sort"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// hasWeights reports whether a percentile has a third argument, how often each
// value counts.
func hasWeights(c *expr.AggregateCall) bool {
	return len(c.Args) > 2 && c.Args[2].Type().Kind == types.Long
}

// weighted adds the weights of a percentile to its arguments.
func weighted(args []expr.Expr, weight expr.Expr) ([]expr.Expr, error) {
	switch k := weight.Type().Kind; k {
	case types.Byte, types.Short, types.Int, types.Long, types.Null:
		return append(args, expr.CastTo(weight, types.Of(types.Long))), nil
	}
	return nil, expr.Unexpected("percentile", 2, `"INTEGRAL"`, weight)
}

// weightedPercentile is percentile with weights: a second list for each group holds
// those of the values of the first. Values without a weight, or with that of zero,
// do not count.
type weightedPercentile struct {
	percentileOf
	other  elements
	counts []int64 // scratch: how many values there are up to each
}

func (p *weightedPercentile) Reset(from, to int) {
	p.values.reset(from, to)
	p.weights.reset(from, to)
}

func (p *weightedPercentile) Update(groups []int32, args []*batch.Column, sel []int32) error {
	value, weight := args[0], args[2]
	if value.Const && value.Null(0) || weight.Const && weight.Null(0) {
		return nil
	}
	n := 0
	for _, r := range rowsOf(groups, sel) {
		n = max(n, int(r)+1)
	}
	if value.Const {
		value = value.Flat(n, batch.NewColumn(value.Type, n))
	}
	if weight.Const {
		weight = weight.Flat(n, batch.NewColumn(weight.Type, n))
	}
	groups, sel = p.rows.all(groups, []*batch.Column{value, weight}, sel)
	rows := rowsOf(groups, sel)
	weights := batch.Values[int64](weight)
	p.other.groups, p.other.rows = p.other.groups[:0], p.other.rows[:0]
	for k, g := range groups {
		switch w := weights[rows[k]]; {
		case w < 0:
			return fault.New(fault.ValueOutOfRange, "how often a value counts in percentile is not negative, as %d", w)
		case w > 0:
			p.other.groups, p.other.rows = append(p.other.groups, g), append(p.other.rows, rows[k])
		}
	}
	p.values.add(p.other.groups, value, p.other.rows)
	p.weights.add(p.other.groups, weight, p.other.rows)
	return nil
}

func (p *weightedPercentile) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	p.merged.of(groups, partial[0], sel)
	p.values.add(p.merged.groups, partial[0].Children[0], p.merged.rows)
	p.merged.of(groups, partial[1], sel)
	p.weights.add(p.merged.groups, partial[1].Children[0], p.merged.rows)
	return nil
}

func (p *weightedPercentile) Save(groups []int32, partial []*batch.Column) error {
	p.values.append(partial[0], groups)
	p.weights.append(partial[1], groups)
	return nil
}

func (p *weightedPercentile) Result(groups []int32, out *batch.Column) error {
	values := p.values.column
	for _, g := range groups {
		rows := slices.Clone(p.values.rowsIn(g))
		if len(rows) == 0 {
			nulls([]int32{g}, []*batch.Column{out})
			continue
		}
		weightOf := make(map[int32]int64, len(rows))
		for i, w := range p.weights.rowsIn(g) {
			weightOf[rows[i]] = batch.Values[int64](p.weights.column)[w]
		}
		slices.SortStableFunc(rows, func(a, b int32) int { return p.order(values, int(a), values, int(b)) })
		p.counts = p.counts[:0]
		total := int64(0)
		for _, r := range rows {
			total += weightOf[r]
			p.counts = append(p.counts, total)
		}
		p.emit(out, func(to *batch.Column, f float64) {
			at := f * float64(total-1)
			low, high := math.Floor(at), math.Ceil(at)
			p.mix(to, [2]int32{rows[p.at(low)], rows[p.at(high)]}, at)
		})
	}
	return nil
}

// at is the place among the sorted values of the k-th, each counted by its weight.
func (p *weightedPercentile) at(k float64) int {
	return sort.Search(len(p.counts)-1, func(i int) bool { return p.counts[i] > int64(k) })
}
