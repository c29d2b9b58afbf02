package state

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// BenchmarkMemory measures what keys with a count take in memory beyond the bytes of
// the key and the count: 8 and 8, or 13 and 8.
func BenchmarkMemory(b *testing.B) {
	long, text := types.Of(types.Long), types.Of(types.String)
	for _, keys := range []int{1_000_000, 10_000_000} {
		b.Run(fmt.Sprintf("long/%d", keys), func(b *testing.B) {
			memory(b, long, keys, 16, func(c *batch.Column, row, k int) {
				batch.Values[int64](c)[row] = int64(kernel.HashWord(uint64(k)))
			})
		})
		b.Run(fmt.Sprintf("string/%d", keys), func(b *testing.B) {
			memory(b, text, keys, 21, func(c *batch.Column, row, k int) { batch.Values[string](c)[row] = fmt.Sprintf("user-%08d", k) })
		})
	}
}

func memory(b *testing.B, t types.Type, keys, payload int, key func(c *batch.Column, row, k int)) {
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		v := &sums{}
		s := NewSlots(Spec{Keys: []types.Field{{Name: "k", Type: t}}, Values: []types.Field{{Name: "count", Type: types.Of(types.Long)}}}, v)
		c, slots := batch.NewColumn(t, batch.Size), make([]int32, batch.Size)
		for from := 0; from < keys; from += batch.Size {
			n := min(batch.Size, keys-from)
			c.Resize(n)
			for i := range n {
				key(c, i, from+i)
			}
			if err := s.Find([]*batch.Column{c}, n, nil, slots[:n]); err != nil {
				b.Fatal(err)
			}
			s.MarkDirty(slots[:n])
			s.Clear()
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(keys)-float64(payload), "B/key")
		b.ReportMetric(float64(s.Bytes())/float64(keys)-float64(payload), "counted-B/key")
		runtime.KeepAlive(v)
	}
}

// sums are a number by slot.
type sums struct{ values []int64 }

func (s *sums) Types() []types.Type { return []types.Type{types.Of(types.Long)} }

func (s *sums) Reset(from, to int) {
	if len(s.values) < to {
		s.values = append(s.values, make([]int64, to-len(s.values))...)
	}
	clear(s.values[from:to])
}

func (s *sums) Save(slots []int32, out []*batch.Column) error {
	for _, slot := range slots {
		batch.Values[int64](out[0])[slot] = s.values[slot]
	}
	return nil
}

func (s *sums) Load([]int32, []*batch.Column) error { return nil }
