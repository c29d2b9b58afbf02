package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestHeap(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var heap, want []int64
	for range 10_000 {
		if len(heap) == 0 || random.IntN(5) < 3 {
			v := random.Int64N(50) - 25
			heap, want = PushLeast(heap, v), append(want, v)
			continue
		}
		slices.Sort(want)
		if heap[0] != want[0] {
			t.Fatalf("%d comes first, want %d", heap[0], want[0])
		}
		heap, want = PopLeast(heap), want[1:]
	}
}
