package shuffle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Whatever the keys are, with and without cells, with much memory and little, batch after
// batch in the same space: values are combined in the order in which they came, and keys
// come out in the order in which they were first seen.
func TestCombineEqualsOracle(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	letters := []rune("abÿ€😀\x00")
	combineEqualsOracle(t, r, func() string {
		text := make([]rune, r.IntN(10))
		for i := range text {
			text[i] = letters[min(r.IntN(9), len(letters)-1)]
		}
		if r.IntN(3) > 0 {
			return fmt.Sprint("k", r.IntN(3000))
		}
		return string(text)
	})
	combineEqualsOracle(t, r, func() int64 { return int64(r.IntN(3000)-1500) << (8 * r.IntN(3)) })
	combineEqualsOracle(t, r, func() int32 { return int32(r.IntN(3000) - 1500) })
	combineEqualsOracle(t, r, func() uint64 { return uint64(r.IntN(40)) << 58 })
	combineEqualsOracle(t, r, func() [2]int8 { return [2]int8{int8(r.IntN(256) - 128), int8(r.IntN(9))} })
}

func combineEqualsOracle[K comparable](t *testing.T, r *rand.Rand, draw func() K) {
	t.Helper()
	for _, memory := range []int64{1 << 40, 500 << 10} {
		s, held := space(memory)
		for range 2 {
			rows := 1 + r.IntN(15000)
			tasks := make([][]K, 2)
			for m := range tasks {
				for range rows {
					tasks[m] = append(tasks[m], draw())
				}
			}
			var deal func(K) int
			if r.IntN(2) == 0 {
				deal = func(k K) int { return Mod(Hash(k)/7, 3) }
			}
			sums := Combiner[int64, int64]{Create: func(v int64) int64 { return v }, Add: func(a, b int64) int64 { return a + b },
				Merge: func(a, b int64) int64 { return a + b }}
			oneCombined(t, s, sums, tasks, deal, func(i int) int64 { return int64(i % 100) })
			texts := Combiner[string, string]{Create: strings.Clone, Add: func(a, b string) string { return a + b },
				Merge: func(a, b string) string { return a + b }, Grows: true}
			oneCombined(t, s, texts, tasks, deal, func(i int) string { return string(rune('a' + i%26)) })
		}
		if held.held != 0 {
			t.Errorf("%d bytes are held in the end", held.held)
		}
		if (memory < 1<<40) != (s.Spilled() > 0) {
			t.Errorf("with %d bytes of memory %d were spilled", memory, s.Spilled())
		}
	}
}

func oneCombined[K comparable, V comparable](t *testing.T, s *Space, by Combiner[V, V], tasks [][]K, deal func(K) int, value func(i int) V) {
	t.Helper()
	where := deal
	if where == nil {
		where = func(k K) int { return Mod(Hash(k), 3) }
	}
	want, values := make([][]K, 3), make(map[K]V)
	var outs []*Output[Pair[K, V]]
	for _, keys := range tasks {
		for i, k := range keys {
			old, ok := values[k]
			if !ok {
				want[where(k)] = append(want[where(k)], k)
				values[k] = by.Create(value(i))
				continue
			}
			values[k] = by.Add(old, value(i))
		}
		out, err := WriteCombined(s, by, func(yield func(Pair[K, V]) bool) {
			for i, k := range keys {
				if !yield(Pair[K, V]{k, value(i)}) {
					return
				}
			}
		}, 3, deal)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Free()
		outs = append(outs, out)
	}
	for part := range 3 {
		var got, read []K
		err := MergeOutputs(s, by, part, func(visit func(*Output[Pair[K, V]]) (bool, error)) {
			for _, o := range outs {
				if more, err := visit(o); err != nil || !more {
					t.Error(more, err)
				}
			}
		}, func(p Pair[K, V]) bool {
			got = append(got, p.Key)
			if p.Value != values[p.Key] {
				t.Fatalf("%v has %v, want %v", p.Key, p.Value, values[p.Key])
			}
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want[part]) {
			t.Fatalf("%d keys, want %d, or others, in partition %d", len(got), len(want[part]), part)
		}
		for _, o := range outs { // as rows
			more, err := o.Each(part, func(p Pair[K, V]) bool { read = append(read, p.Key); return true })
			if err != nil || !more {
				t.Fatal(more, err)
			}
		}
		seen := make(map[K]bool)
		read = slices.DeleteFunc(read, func(k K) bool { was := seen[k]; seen[k] = true; return was })
		if !slices.Equal(read, want[part]) {
			t.Fatalf("as rows, %d keys, want %d, or others", len(read), len(want[part]))
		}
	}
}
