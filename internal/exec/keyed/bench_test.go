package keyed

import (
	"context"
	"io"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/types"
)

// again gives the same batches in every task.
type again struct {
	batches []*batch.Batch
	at      int
}

func (g *again) Open(*exec.Task) error { g.at = 0; return nil }
func (g *again) Close() error          { return nil }
func (g *again) Next(context.Context) (*batch.Batch, error) {
	if g.at == len(g.batches) {
		return nil, io.EOF
	}
	g.at++
	return g.batches[g.at-1], nil
}

// A batch that touches 100,000 groups, and one that touches one of them, in
// update mode: merged, marked and emitted.
func BenchmarkAggregateUpdate(b *testing.B) {
	const groups = 100_000
	for name, touched := range map[string]int{"groups=100000": groups, "groups=1": 1} {
		b.Run(name, func(b *testing.B) {
			q := newQuery(b, connector.Update, -1, types.Of(types.Long))
			q.calls = q.calls[:2] // count, sum
			values := q.accumulators()
			table := state.NewSlots(q.grouping().Spec(), values)
			in := &again{}
			for from := 0; from < groups; from += batch.Size {
				n := min(batch.Size, groups-from)
				keys, counts := make([]int64, n), make([]int64, n)
				for i := range keys {
					keys[i], counts[i] = int64(from+i)*7919, 1
				}
				l := types.Of(types.Long)
				in.batches = append(in.batches, &batch.Batch{Rows: n, Columns: []*batch.Column{
					batch.Wrap(l, keys, nil), batch.Wrap(l, counts, nil), batch.Wrap(l, counts, nil)}})
			}
			a := NewAggregate(0, in, q.grouping(), table, values)
			run := func() (rows int) {
				if err := a.Open(&exec.Task{Batch: &exec.Run{}}); err != nil {
					b.Fatal(err)
				}
				for {
					out, err := a.Next(context.Background())
					if err == io.EOF {
						table.Clear()
						return rows
					}
					if err != nil {
						b.Fatal(err)
					}
					rows += out.Len()
				}
			}
			run()
			if touched < groups {
				in.batches = []*batch.Batch{{Rows: batch.Size, Columns: in.batches[0].Columns, Sel: batch.Range(0, touched)}}
			}
			b.ReportAllocs()
			for b.Loop() {
				if rows := run(); rows != touched {
					b.Fatalf("%d rows came out, want %d", rows, touched)
				}
			}
			b.ReportMetric(float64(touched)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mgroups/s")
		})
	}
}
