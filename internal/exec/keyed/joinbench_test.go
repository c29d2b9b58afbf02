package keyed

import (
	"context"
	"io"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/types"
)

// A batch of 65,536 rows a side, one in four with a partner: joined, kept, and the
// rows of a batch ten batches before evicted.
func BenchmarkJoin(b *testing.B) {
	const rows, keep = 8 * batch.Size, 10
	spec := JoinSpec{KeyTypes: []types.Type{long}, Strict: []int{0}}
	refs := []*expr.Ref{{Name: "k", ID: 1, Typ: long, Watermark: -1}, {Name: "ts", ID: 2, Typ: stamp, Watermark: -1}, {Name: "n", ID: 3, Typ: long, Watermark: -1}}
	for i := range spec.Sides {
		e, err := (&expr.Compiler{Input: refs, Env: &expr.Env{}}).Compile(refs[0])
		if err != nil {
			b.Fatal(err)
		}
		spec.Sides[i] = SideSpec{Types: []types.Type{long, stamp, long}, Keys: []expr.Eval{e}, Late: 1, Expires: Expiry{By: ByColumn, Column: 1}}
	}
	fields := []types.Field{{Name: "k", Type: long}, {Name: "ts", Type: stamp}, {Name: "n", Type: long}}
	var tables [2]*state.Slots
	inputs := [2]*again{{}, {}}
	j, err := NewJoin(0, inputs[0], inputs[1], spec, func(side int, v Values) (Table, error) {
		tables[side] = state.NewSlots(JoinState(fields[:1], fields, false), v)
		return tables[side], nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for _, in := range inputs {
		for range rows / batch.Size {
			in.batches = append(in.batches, &batch.Batch{Rows: batch.Size, Columns: []*batch.Column{
				batch.Wrap(long, make([]int64, batch.Size), nil), batch.Wrap(stamp, make([]int64, batch.Size), nil), batch.Wrap(long, make([]int64, batch.Size), nil)}})
		}
	}
	round, pairs := int64(0), 0
	run := func() {
		for side, in := range inputs {
			for i, in := range in.batches {
				keys, times := batch.Values[int64](in.Columns[0]), batch.Values[int64](in.Columns[1])
				for k := range keys {
					n := round*rows + int64(i*batch.Size+k)
					keys[k], times[k] = n*int64(1+3*side)*7919, at(int(round))+int64(k)
				}
			}
		}
		bounds := []exec.Bounds{{LateBefore: 0, EvictBefore: at(int(round) - keep)}}
		if err := j.Open(&exec.Task{Batch: &exec.Run{ByOperator: bounds}}); err != nil {
			b.Fatal(err)
		}
		for {
			out, err := j.Next(context.Background())
			if err == io.EOF {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			pairs += out.Len()
		}
		for _, t := range tables {
			t.Clear()
		}
		round++
	}
	for range 2 * keep {
		run()
	}
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
	b.ReportMetric(2*rows*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
