package rdd

import (
	"cmp"
	"iter"
	"math/rand/v2"

	"github.com/weirstream/weir/internal/shuffle"
)

// Order is the direction of sorting.
type Order bool

// The directions.
const (
	Ascending  Order = false
	Descending Order = true
)

func directed[K any](o Order, compare func(a, b K) int) func(a, b K) int {
	if o == Descending {
		return func(a, b K) int { return compare(b, a) }
	}
	return compare
}

// SortBy sorts rows by a key into parts ranges, 0 for as many partitions as before.
// Rows of equal keys keep their order. The ranges are found by a job over a sample.
func SortBy[T any, K cmp.Ordered](in *RDD[T], key func(T) K, order Order, parts int) *RDD[T] {
	return Values(sorted(KeyBy(in, key), "sortBy", directed(order, cmp.Compare[K]), parts))
}

// SortFunc is [SortBy] with a comparison.
func SortFunc[T any](in *RDD[T], compare func(a, b T) int, parts int) *RDD[T] {
	keyed := Map(in, func(v T) Pair[T, struct{}] { return Pair[T, struct{}]{Key: v} })
	return Keys(sorted(keyed, "sortBy", compare, parts))
}

// SortByKey sorts pairs by their keys into parts ranges, 0 for as many partitions as
// before.
func SortByKey[K cmp.Ordered, V any](in *RDD[Pair[K, V]], order Order, parts int) *RDD[Pair[K, V]] {
	return sorted(in, "sortByKey", directed(order, cmp.Compare[K]), parts)
}

func sorted[K, V any](in *RDD[Pair[K, V]], op string, compare func(a, b K) int, parts int) *RDD[Pair[K, V]] {
	if parts <= 0 {
		parts = in.parts
	}
	return sortedWithin(in, op, Partitioner[K](rangeBy(Keys(in), parts, compare)), compare)
}

// RepartitionAndSortWithinPartitions deals pairs to the partitions of by and sorts
// each by key, which costs less than one after the other.
func RepartitionAndSortWithinPartitions[K cmp.Ordered, V any](in *RDD[Pair[K, V]], by Partitioner[K]) *RDD[Pair[K, V]] {
	return sortedWithin(in, "repartitionAndSortWithinPartitions", by, cmp.Compare[K])
}

func sortedWithin[K, V any](in *RDD[Pair[K, V]], op string, by Partitioner[K], compare func(a, b K) int) *RDD[Pair[K, V]] {
	c, codec := in.c, shuffle.CodecOf[Pair[K, V]]()
	byKey := func(a, b Pair[K, V]) int { return compare(a.Key, b.Key) }
	if samePartitioner(in.by, by) {
		return narrow(in, "MapPartitionsRDD", op, func(t *Task, _ int, rows iter.Seq[Pair[K, V]]) iter.Seq[Pair[K, V]] {
			return unlessFailed(t, func(yield func(Pair[K, V]) bool) error {
				return shuffle.Sort(c.space, codec, rows, byKey, yield)
			})
		}).keeping(by)
	}
	d := dealt(in, by)
	return &RDD[Pair[K, V]]{node: shuffledNode(op, d, by.NumPartitions(), by), compute: func(t *Task, part int) iter.Seq[Pair[K, V]] {
		return unlessFailed(t, func(yield func(Pair[K, V]) bool) error {
			return shuffle.Sort(c.space, codec, fetch[Pair[K, V]](t, d, part), byKey, yield)
		})
	}}
}

// FilterByRange keeps the pairs with keys from low to high, both inclusive. Of pairs
// that lie by ranges only the partitions that may have such keys are read.
func FilterByRange[K cmp.Ordered, V any](in *RDD[Pair[K, V]], low, high K) *RDD[Pair[K, V]] {
	within := Filter(in, func(p Pair[K, V]) bool { return p.Key >= low && p.Key <= high })
	by, ok := in.by.(*RangePartitioner[K])
	if !ok {
		return within
	}
	within.op = "filterByRange"
	inner := within.compute
	within.compute = func(t *Task, part int) iter.Seq[Pair[K, V]] {
		first, last := by.Partition(low), by.Partition(high)
		if part < min(first, last) || part > max(first, last) {
			return none[Pair[K, V]]
		}
		return inner(t, part)
	}
	return within
}

// Repartition deals the rows to parts partitions evenly.
func Repartition[T any](in *RDD[T], parts int) *RDD[T] {
	by := roundRobin{max(parts, 1)}
	codec := shuffle.CodecOf[T]()
	d := newShuffleDep(in.node, nil, func(t *Task, part int) (any, error) {
		// Partitions begin at different places, so that small ones fill all.
		at := rand.New(rand.NewPCG(uint64(part), 0)).IntN(by.n)
		return shuffle.Write(in.c.space, codec, in.iterator(t, part), by.n, func(T) int {
			at++
			return at % by.n
		})
	})
	return &RDD[T]{node: shuffledNode("repartition", d, by.n, nil), compute: func(t *Task, part int) iter.Seq[T] {
		return fetch[T](t, d, part)
	}}
}

// roundRobin deals rows in turn.
type roundRobin struct{ n int }
