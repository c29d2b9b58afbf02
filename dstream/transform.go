package dstream

import (
	"errors"
	"iter"

	"github.com/weirstream/weir/rdd"
)

// errNoRDD is what a function that must give an RDD and gives none fails with.
var errNoRDD = errors.New("Transform function must not return null. Return SparkContext.emptyRDD() instead to represent no element as the result of transformation")

// derived is a stream whose RDDs are made of those of another one, where that has any.
func derived[T, U any](in *Stream[T], class, op string, f func(r *rdd.RDD[T]) *rdd.RDD[U]) *Stream[U] {
	return newStream(newNode(in.ssc, class, op, in.node), func(at Time) (*rdd.RDD[U], error) {
		r, err := in.at(at)
		if r == nil || err != nil {
			return nil, err
		}
		return f(r), nil
	})
}

// Map applies f to every row (D30).
func Map[T, U any](in *Stream[T], f func(T) U) *Stream[U] {
	return derived(in, "MappedDStream", "map", func(r *rdd.RDD[T]) *rdd.RDD[U] { return rdd.Map(r, f) })
}

// TryMap is [Map] with a function that can fail; an error fails the task.
func TryMap[T, U any](in *Stream[T], f func(T) (U, error)) *Stream[U] {
	return derived(in, "MappedDStream", "map", func(r *rdd.RDD[T]) *rdd.RDD[U] { return rdd.TryMap(r, f) })
}

// MapToPair is [Map] with a function of two results, a key and a value.
func MapToPair[T, K, V any](in *Stream[T], f func(T) (K, V)) *Stream[rdd.Pair[K, V]] {
	return derived(in, "MappedDStream", "map", func(r *rdd.RDD[T]) *rdd.RDD[rdd.Pair[K, V]] { return rdd.MapToPair(r, f) })
}

// FlatMap puts the elements of f's results in the place of every row.
func FlatMap[T, U any](in *Stream[T], f func(T) []U) *Stream[U] {
	return derived(in, "FlatMappedDStream", "flatMap", func(r *rdd.RDD[T]) *rdd.RDD[U] { return rdd.FlatMap(r, f) })
}

// FlatMapSeq is [FlatMap] with a function that yields rather than allocates.
func FlatMapSeq[T, U any](in *Stream[T], f func(T) iter.Seq[U]) *Stream[U] {
	return derived(in, "FlatMappedDStream", "flatMap", func(r *rdd.RDD[T]) *rdd.RDD[U] { return rdd.FlatMapSeq(r, f) })
}

// Filter keeps the rows for which keep is true.
func Filter[T any](in *Stream[T], keep func(T) bool) *Stream[T] {
	return derived(in, "FilteredDStream", "filter", func(r *rdd.RDD[T]) *rdd.RDD[T] { return rdd.Filter(r, keep) })
}

// MapPartitions computes every partition from the whole of the one before (D31).
func MapPartitions[T, U any](in *Stream[T], f func(t *rdd.Task, rows iter.Seq[T]) iter.Seq[U]) *Stream[U] {
	return derived(in, "MapPartitionedDStream", "mapPartitions", func(r *rdd.RDD[T]) *rdd.RDD[U] { return rdd.MapPartitions(r, f) })
}

// MapPartitionsKeeping is [MapPartitions] with a function that leaves the keys as they
// are, so that rows still lie by their partitioner (preservesPartitioning).
func MapPartitionsKeeping[T, U any](in *Stream[T], f func(t *rdd.Task, rows iter.Seq[T]) iter.Seq[U]) *Stream[U] {
	return derived(in, "MapPartitionedDStream", "mapPartitions", func(r *rdd.RDD[T]) *rdd.RDD[U] { return rdd.MapPartitionsKeeping(r, f) })
}

// MapPartitionsWithIndex is [MapPartitions] with the number of the partition.
func MapPartitionsWithIndex[T, U any](in *Stream[T], f func(part int, rows iter.Seq[T]) iter.Seq[U]) *Stream[U] {
	return derived(in, "MapPartitionedDStream", "mapPartitionsWithIndex", func(r *rdd.RDD[T]) *rdd.RDD[U] { return rdd.MapPartitionsWithIndex(r, f) })
}

// Glom makes one row of each partition (D32).
func Glom[T any](in *Stream[T]) *Stream[[]T] {
	return derived(in, "GlommedDStream", "glom", func(r *rdd.RDD[T]) *rdd.RDD[[]T] { return rdd.Glom(r) })
}

// Repartition deals the rows of each RDD to parts partitions (D33).
func Repartition[T any](in *Stream[T], parts int) *Stream[T] {
	return derived(in, "TransformedDStream", "repartition", func(r *rdd.RDD[T]) *rdd.RDD[T] { return rdd.Repartition(r, parts) })
}

// Reduce combines all rows of an RDD by f, which must be associative: one row, or none
// of an RDD without rows (D34).
func Reduce[T any](in *Stream[T], f func(a, b T) T) *Stream[T] {
	return derived(in, "TransformedDStream", "reduce", func(r *rdd.RDD[T]) *rdd.RDD[T] { return reduced(r, f) })
}

// reduced is an RDD of at most one row. Partitions are reduced where they are.
func reduced[T any](r *rdd.RDD[T], f func(a, b T) T) *rdd.RDD[T] {
	reduce := func(_ *rdd.Task, rows iter.Seq[T]) iter.Seq[T] {
		return func(yield func(T) bool) {
			var sum T
			some := false
			rows(func(v T) bool {
				if some {
					sum = f(sum, v)
				} else {
					sum, some = v, true
				}
				return true
			})
			if some {
				yield(sum)
			}
		}
	}
	return rdd.MapPartitions(rdd.Repartition(rdd.MapPartitions(r, reduce), 1), reduce)
}

// Count is the number of rows of each RDD: 0 for one whose partitions have none (D35).
func Count[T any](in *Stream[T]) *Stream[int64] {
	return derived(in, "TransformedDStream", "count", func(r *rdd.RDD[T]) *rdd.RDD[int64] {
		return reduced(rdd.MapPartitions(r, func(_ *rdd.Task, rows iter.Seq[T]) iter.Seq[int64] {
			return func(yield func(int64) bool) {
				var n int64
				rows(func(T) bool { n++; return true })
				yield(n)
			}
		}), func(a, b int64) int64 { return a + b })
	})
}

// CountByValue is how often each row occurs in an RDD (D36).
func CountByValue[T comparable](in *Stream[T], by ...rdd.Partitioner[T]) *Stream[rdd.Pair[T, int64]] {
	by = dealing(in.ssc, by)
	return derived(in, "ShuffledDStream", "countByValue", func(r *rdd.RDD[T]) *rdd.RDD[rdd.Pair[T, int64]] {
		return rdd.ReduceByKey(rdd.Map(r, counting[T]), func(a, b int64) int64 { return a + b }, by...)
	})
}

func counting[T any](v T) rdd.Pair[T, int64] { return rdd.P(v, int64(1)) }

// Transform applies a function to the RDD of each interval; it is called when the jobs
// of a batch are made (D38). It must not ask this context for slices.
func Transform[T, U any](in *Stream[T], f func(r *rdd.RDD[T], at Time) *rdd.RDD[U]) *Stream[U] {
	return TryTransform(in, func(r *rdd.RDD[T], at Time) (*rdd.RDD[U], error) { return f(r, at), nil })
}

// TryTransform is [Transform] with a function that can fail; an error fails the batch.
func TryTransform[T, U any](in *Stream[T], f func(r *rdd.RDD[T], at Time) (*rdd.RDD[U], error)) *Stream[U] {
	return newStream(newNode(in.ssc, "TransformedDStream", "transform", in.node), func(at Time) (*rdd.RDD[U], error) {
		r, err := in.at(at)
		if r == nil || err != nil {
			return nil, err
		}
		u, err := f(r, at)
		if u == nil && err == nil {
			err = errNoRDD
		}
		return u, err
	})
}

// TransformWith applies a function to the RDDs that two streams have in an interval
// (D39). The outcome follows the slide of a; where b has no RDD it counts as empty.
func TransformWith[T, U, R any](a *Stream[T], b *Stream[U], f func(a *rdd.RDD[T], b *rdd.RDD[U], at Time) *rdd.RDD[R]) *Stream[R] {
	return paired(a, b, "transformWith", f)
}

// paired is [TransformWith] of an operation by name.
func paired[T, U, R any](a *Stream[T], b *Stream[U], op string, f func(a *rdd.RDD[T], b *rdd.RDD[U], at Time) *rdd.RDD[R]) *Stream[R] {
	return newStream(newNode(a.ssc, "TransformedDStream", op, a.node, b.node), func(at Time) (*rdd.RDD[R], error) {
		left, err := orEmpty(a, at)
		if err != nil {
			return nil, err
		}
		right, err := orEmpty(b, at)
		if err != nil {
			return nil, err
		}
		r := f(left, right, at)
		if r == nil {
			return nil, errNoRDD
		}
		return r, nil
	})
}

// orEmpty is the RDD of a time, an empty one if there is none.
func orEmpty[T any](s *Stream[T], at Time) (*rdd.RDD[T], error) {
	r, err := s.at(at)
	if r == nil && err == nil {
		r = rdd.Empty[T](s.ssc.rdd)
	}
	return r, err
}

// TransformAll applies a function to the RDDs of any number of streams of one type
// (StreamingContext.transform). Where a stream has no RDD it counts as empty.
func TransformAll[T, R any](in []*Stream[T], f func(r []*rdd.RDD[T], at Time) *rdd.RDD[R]) *Stream[R] {
	if len(in) == 0 {
		// Only a programmer can leave all streams out; there is no context to tell.
		panic("dstream.TransformAll: at least one stream is needed")
	}
	nodes := make([]*node, len(in))
	for i, s := range in {
		nodes[i] = s.node
	}
	checkSlides(in[0].ssc, nodes)
	return newStream(newNode(in[0].ssc, "TransformedDStream", "transform", nodes...), func(at Time) (*rdd.RDD[R], error) {
		list := make([]*rdd.RDD[T], len(in))
		for i, s := range in {
			r, err := orEmpty(s, at)
			if err != nil {
				return nil, err
			}
			list[i] = r
		}
		r := f(list, at)
		if r == nil {
			return nil, errNoRDD
		}
		return r, nil
	})
}

// checkSlides notes streams of different slides, which cannot be united.
func checkSlides(ssc *Context, nodes []*node) {
	for _, n := range nodes[1:] {
		if n.slide != nodes[0].slide {
			ssc.graph.mu.Lock()
			ssc.graph.fail(illegalArgument("Some of the DStreams have different slide durations: the two DStream should have same slide duration"))
			ssc.graph.mu.Unlock()
		}
	}
}

// Union is all rows of streams of the same slide (D37).
func Union[T any](first *Stream[T], others ...*Stream[T]) *Stream[T] {
	if len(others) == 0 {
		return first
	}
	all := append([]*Stream[T]{first}, others...)
	nodes := make([]*node, len(all))
	for i, s := range all {
		nodes[i] = s.node
	}
	checkSlides(first.ssc, nodes)
	return newStream(newNode(first.ssc, "UnionDStream", "union", nodes...), func(at Time) (*rdd.RDD[T], error) {
		var list []*rdd.RDD[T]
		for _, s := range all {
			r, err := s.at(at)
			if err != nil {
				return nil, err
			}
			if r != nil {
				list = append(list, r)
			}
		}
		return united(first.ssc, list), nil
	})
}

// united is the union of RDDs, an empty one of none.
func united[T any](ssc *Context, list []*rdd.RDD[T]) *rdd.RDD[T] {
	switch len(list) {
	case 0:
		return rdd.Empty[T](ssc.rdd)
	case 1:
		return list[0]
	default:
		return rdd.Union(list[0], list[1:]...)
	}
}
