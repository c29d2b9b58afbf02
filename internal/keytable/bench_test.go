//go:build unix

package keytable

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// groupBy measures Assign and a sum by group over batches of 8,192 rows whose
// keys are in the table already.
func groupBy(b *testing.B, ts []types.Type, distinct int, key func(c []*batch.Column, row, k int)) {
	r := rand.New(rand.NewPCG(1, 2))
	const rows, count = batch.Size, 64
	var batches [count][]*batch.Column
	fill := func(k func(i int) int, n int) []*batch.Column {
		var keys []*batch.Column
		for _, t := range ts {
			keys = append(keys, batch.NewColumn(t, 0))
			keys[len(keys)-1].Resize(n)
		}
		for i := range n {
			key(keys, i, k(i))
		}
		return keys
	}
	table, sums := New(ts), make([]int64, distinct)
	ids, values := make([]int32, rows), make([]int64, rows)
	for start := 0; start < distinct; start += rows {
		n := min(rows, distinct-start)
		table.Assign(fill(func(i int) int { return start + i }, n), n, nil, ids)
	}
	for i := range batches {
		batches[i] = fill(func(int) int { return r.IntN(distinct) }, rows)
	}
	for i := range values {
		values[i] = int64(i)
	}
	next := 0
	b.ReportAllocs()
	before := processorTime(b)
	for b.Loop() {
		table.Assign(batches[next%count], rows, nil, ids)
		kernel.AddTo(sums, ids, values, nil)
		next++
	}
	b.ReportMetric(rows*float64(b.N)/(processorTime(b)-before).Seconds()/1e6, "Mrows/CPU-s")
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
	b.ReportMetric(float64(table.Bytes())/float64(table.Len()), "B/key")
}

func long(f func(k int) int64) func([]*batch.Column, int, int) {
	return func(c []*batch.Column, row, k int) { batch.Values[int64](c[0])[row] = f(k) }
}

// scattered spreads numbers over all 64 bits.
func scattered(k int) int64 { return int64(kernel.HashWord(uint64(k))) }

func text(prefix string) func([]*batch.Column, int, int) {
	return func(c []*batch.Column, row, k int) {
		batch.Values[string](c[0])[row] = fmt.Sprintf("%s%07d", prefix, k)
	}
}

// BenchmarkGroupBy has the goals of the design: sums by 1,000 integer keys at 150
// million rows a second and core, by 10⁶ at 35, by 1,000 short strings at 60.
func BenchmarkGroupBy(b *testing.B) {
	longs, texts := []types.Type{types.Of(types.Long)}, []types.Type{types.Of(types.String)}
	for _, n := range []int{1000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("long/close/%d", n), func(b *testing.B) {
			groupBy(b, longs, n, long(func(k int) int64 { return int64(k) }))
		})
		b.Run(fmt.Sprintf("long/scattered/%d", n), func(b *testing.B) { groupBy(b, longs, n, long(scattered)) })
	}
	for _, n := range []int{1000, 100_000, 2_000_000} {
		b.Run(fmt.Sprintf("string/10 bytes/%d", n), func(b *testing.B) { groupBy(b, texts, n, text("key")) })
		b.Run(fmt.Sprintf("string/40 bytes/%d", n), func(b *testing.B) {
			groupBy(b, texts, n, text("a key that is of forty characters"))
		})
	}
	b.Run("long and timestamp/1000", func(b *testing.B) {
		groupBy(b, []types.Type{longs[0], types.Of(types.Timestamp)}, 1000, func(c []*batch.Column, row, k int) {
			batch.Values[int64](c[0])[row] = int64(k / 4)
			batch.Values[int64](c[1])[row] = int64(k%4) * 600_000_000
		})
	})
	b.Run("long and day/100000", func(b *testing.B) {
		groupBy(b, []types.Type{longs[0], texts[0]}, 100_000, func(c []*batch.Column, row, k int) {
			batch.Values[int64](c[0])[row] = int64(k)
			batch.Values[string](c[1])[row] = "2026-11-21"
		})
	})
	b.Run("two strings/10000", func(b *testing.B) {
		groupBy(b, []types.Type{texts[0], texts[0]}, 10_000, func(c []*batch.Column, row, k int) {
			batch.Values[string](c[0])[row] = fmt.Sprint("channel-", k)
			batch.Values[string](c[1])[row] = "2026-11-21"
		})
	})
	b.Run("window and string/1000", func(b *testing.B) {
		window := types.StructOf(types.Field{Name: "start", Type: types.Of(types.Timestamp)},
			types.Field{Name: "end", Type: types.Of(types.Timestamp)})
		groupBy(b, []types.Type{window, texts[0]}, 1000, func(c []*batch.Column, row, k int) {
			batch.Values[int64](c[0].Children[0])[row] = int64(k%4) * 600_000_000
			batch.Values[int64](c[0].Children[1])[row] = int64(k%4+1) * 600_000_000
			batch.Values[string](c[1])[row] = fmt.Sprintf("key%07d", k/4)
		})
	})
}

// BenchmarkInsert measures batches in which every key is new.
func BenchmarkInsert(b *testing.B) {
	table, ids, keys := New([]types.Type{types.Of(types.Long)}), make([]int32, batch.Size), make([]int64, batch.Size)
	next := 0
	b.ReportAllocs()
	for b.Loop() {
		if next >= 1<<20 {
			next = 0
			table.Reset()
		}
		for i := range keys {
			keys[i] = scattered(next)
			next++
		}
		table.Assign(column(types.Long, keys...), batch.Size, nil, ids)
	}
	b.ReportMetric(batch.Size*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

// processorTime is what the process has used of the processors.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
