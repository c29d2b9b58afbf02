package rdd

import (
	"iter"

	"github.com/weirstream/weir/internal/shuffle"
)

// Pair is a key and a value. It prints as "(key,value)".
type Pair[K, V any] = shuffle.Pair[K, V]

// P is a pair.
func P[K, V any](k K, v V) Pair[K, V] { return Pair[K, V]{Key: k, Value: v} }

// Parallelize deals rows to parts partitions in order, 0 for the default
// parallelism. The rows are not copied.
func Parallelize[T any](c *Context, rows []T, parts int) *RDD[T] {
	parts = c.partsOr(parts)
	return &RDD[T]{node: newNode(c, "ParallelCollectionRDD", "parallelize", parts), compute: func(t *Task, part int) iter.Seq[T] {
		return slice(t, rows[part*len(rows)/parts:(part+1)*len(rows)/parts])
	}}
}

func (c *Context) partsOr(parts int) int {
	if parts <= 0 {
		return c.DefaultParallelism()
	}
	return parts
}

// FromPartitions has the partitions given. They are not copied.
func FromPartitions[T any](c *Context, parts ...[]T) *RDD[T] {
	return &RDD[T]{node: newNode(c, "ParallelCollectionRDD", "makeRDD", len(parts)), compute: func(t *Task, part int) iter.Seq[T] {
		return slice(t, parts[part])
	}}
}

// Generate has parts partitions that are computed by a function. It is called for
// every attempt to compute one and must always yield the same rows. It may end early
// after [Task.Fail].
func Generate[T any](c *Context, parts int, rows func(t *Task, part int) iter.Seq[T]) *RDD[T] {
	return &RDD[T]{node: newNode(c, "GeneratedRDD", "generate", parts), compute: rows}
}

// Empty has no partitions.
func Empty[T any](c *Context) *RDD[T] {
	return &RDD[T]{node: newNode(c, "EmptyRDD", "emptyRDD", 0)}
}

// Numbers are the numbers from start to end, exclusive, by step, in parts partitions,
// 0 for the default parallelism. It is Spark's range.
func Numbers(c *Context, start, end, step int64, parts int) *RDD[int64] {
	parts = c.partsOr(parts)
	var n int64
	switch {
	case step > 0 && end > start:
		n = (end-start-1)/step + 1
	case step < 0 && end < start:
		n = (start-end-1)/-step + 1
	}
	r := &RDD[int64]{node: newNode(c, "MapPartitionsRDD", "range", parts), compute: func(t *Task, part int) iter.Seq[int64] {
		return func(yield func(int64) bool) {
			last := int64(part+1) * n / int64(parts)
			for i := int64(part) * n / int64(parts); i < last; i++ {
				if i%stride == 0 && t.stopped() || !yield(start+i*step) {
					return
				}
			}
		}
	}}
	if step == 0 {
		r.failed(errStep)
	}
	return r
}
