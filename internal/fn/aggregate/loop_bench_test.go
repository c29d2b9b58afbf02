package aggregate

import (
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// BenchmarkUpdate measures the loops over 8,192 rows in 1,000 groups.
func BenchmarkUpdate(b *testing.B) {
	longs := batch.NewColumn(types.Of(types.Long), 0)
	doubles := batch.NewColumn(types.Of(types.Double), 0)
	bools := batch.NewColumn(types.Of(types.Boolean), 0)
	texts := batch.NewColumn(types.Of(types.String), 0)
	groups := make([]int32, batch.Size)
	for i := range batch.Size {
		v := i * 7919 % 10007
		expr.AppendValue(longs, int64(v))
		expr.AppendValue(doubles, float64(v))
		expr.AppendValue(bools, v%3 == 0)
		expr.AppendValue(texts, dec(int64(v)).String())
		groups[i] = int32(i * 31 % 1000)
	}
	nulls := batch.NewColumn(types.Of(types.Long), 0)
	nulls.Append(longs, nil, batch.Size, nil)
	for i := 0; i < batch.Size; i += 5 {
		nulls.SetNull(i)
	}
	for _, test := range []struct {
		label, name string
		columns     []*batch.Column
	}{
		{"count", "count", []*batch.Column{longs}},
		{"sum/long", "sum", []*batch.Column{longs}},
		{"sum/nulls", "sum", []*batch.Column{nulls}},
		{"sum/double", "sum", []*batch.Column{doubles}},
		{"avg/long", "avg", []*batch.Column{longs}},
		{"min/long", "min", []*batch.Column{longs}},
		{"max/double", "max", []*batch.Column{doubles}},
		{"max/string", "max", []*batch.Column{texts}},
		{"count_if", "count_if", []*batch.Column{bools}},
		{"max_by", "max_by", []*batch.Column{texts, longs}},
		{"stddev", "stddev", []*batch.Column{doubles}},
		{"approx_count_distinct", "approx_count_distinct", []*batch.Column{longs}},
		{"collect_set", "collect_set", []*batch.Column{longs}},
	} {
		b.Run(test.label, func(b *testing.B) {
			h := newBench(b, test.columns...)
			c, err := h.call(test.name, len(test.columns))
			if err != nil {
				b.Fatal(err)
			}
			args, acc := h.args(c), h.accumulator(c)
			acc.Reset(0, 1000)
			b.ReportAllocs()
			for b.Loop() {
				if test.name == "sum" { // so that no sum overflows
					acc.Reset(0, 1000)
				}
				if err := acc.Update(groups, args, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*batch.Size/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}
