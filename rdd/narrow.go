package rdd

import (
	"errors"
	"fmt"
	"iter"
)

var errStep = errors.New("step cannot be 0")

// Map applies f to every row.
func Map[T, U any](in *RDD[T], f func(T) U) *RDD[U] {
	return narrow(in, "MapPartitionsRDD", "map", func(_ *Task, _ int, rows iter.Seq[T]) iter.Seq[U] {
		return mapped(rows, f)
	})
}

func mapped[T, U any](rows iter.Seq[T], f func(T) U) iter.Seq[U] {
	return func(yield func(U) bool) {
		rows(func(v T) bool { return yield(f(v)) })
	}
}

// TryMap is [Map] with a function that can fail; an error fails the task.
func TryMap[T, U any](in *RDD[T], f func(T) (U, error)) *RDD[U] {
	return narrow(in, "MapPartitionsRDD", "map", func(t *Task, _ int, rows iter.Seq[T]) iter.Seq[U] {
		return func(yield func(U) bool) {
			rows(func(v T) bool {
				u, err := f(v)
				if err != nil {
					t.Fail(err)
					return false
				}
				return yield(u)
			})
		}
	})
}

// Filter keeps the rows for which keep is true. Rows stay where they are.
func Filter[T any](in *RDD[T], keep func(T) bool) *RDD[T] {
	return narrow(in, "MapPartitionsRDD", "filter", func(_ *Task, _ int, rows iter.Seq[T]) iter.Seq[T] {
		return func(yield func(T) bool) {
			rows(func(v T) bool { return !keep(v) || yield(v) })
		}
	}).keeping(in.by)
}

// FlatMap puts the elements of f's results in the place of every row.
func FlatMap[T, U any](in *RDD[T], f func(T) []U) *RDD[U] {
	return narrow(in, "MapPartitionsRDD", "flatMap", func(_ *Task, _ int, rows iter.Seq[T]) iter.Seq[U] {
		return func(yield func(U) bool) {
			rows(func(v T) bool {
				for _, u := range f(v) {
					if !yield(u) {
						return false
					}
				}
				return true
			})
		}
	})
}

// FlatMapSeq is [FlatMap] with a function that yields rather than allocates.
func FlatMapSeq[T, U any](in *RDD[T], f func(T) iter.Seq[U]) *RDD[U] {
	return narrow(in, "MapPartitionsRDD", "flatMap", func(_ *Task, _ int, rows iter.Seq[T]) iter.Seq[U] {
		return func(yield func(U) bool) {
			more := true
			pass := func(u U) bool {
				more = yield(u)
				return more
			}
			rows(func(v T) bool {
				f(v)(pass)
				return more
			})
		}
	})
}

// MapPartitions computes every partition from the whole of the one before. The
// function may call [Task.Fail], read the task's context and add to accumulators.
func MapPartitions[T, U any](in *RDD[T], f func(t *Task, rows iter.Seq[T]) iter.Seq[U]) *RDD[U] {
	return narrow(in, "MapPartitionsRDD", "mapPartitions", func(t *Task, _ int, rows iter.Seq[T]) iter.Seq[U] {
		return f(t, rows)
	})
}

// MapPartitionsKeeping is [MapPartitions] with a function that leaves the keys as
// they are, so that rows still lie by the partitioner of in (preservesPartitioning).
func MapPartitionsKeeping[T, U any](in *RDD[T], f func(t *Task, rows iter.Seq[T]) iter.Seq[U]) *RDD[U] {
	return MapPartitions(in, f).keeping(in.by)
}

// MapPartitionsWithIndex is [MapPartitions] with the number of the partition.
func MapPartitionsWithIndex[T, U any](in *RDD[T], f func(part int, rows iter.Seq[T]) iter.Seq[U]) *RDD[U] {
	return narrow(in, "MapPartitionsRDD", "mapPartitionsWithIndex", func(_ *Task, part int, rows iter.Seq[T]) iter.Seq[U] {
		return f(part, rows)
	})
}

// Glom makes one row of each partition: the slice of its rows.
func Glom[T any](in *RDD[T]) *RDD[[]T] {
	return narrow(in, "MapPartitionsRDD", "glom", func(t *Task, _ int, rows iter.Seq[T]) iter.Seq[[]T] {
		return func(yield func([]T) bool) {
			all := []T{}
			for v := range rows {
				all = append(all, v)
			}
			if t.err == nil {
				yield(all)
			}
		}
	})
}

// KeyBy makes pairs of f's result and the row.
func KeyBy[K, V any](in *RDD[V], f func(V) K) *RDD[Pair[K, V]] {
	return narrow(in, "MapPartitionsRDD", "keyBy", func(_ *Task, _ int, rows iter.Seq[V]) iter.Seq[Pair[K, V]] {
		return mapped(rows, func(v V) Pair[K, V] { return Pair[K, V]{Key: f(v), Value: v} })
	})
}

// MapToPair is [Map] with a function of two results, a key and a value.
func MapToPair[T, K, V any](in *RDD[T], f func(T) (K, V)) *RDD[Pair[K, V]] {
	return narrow(in, "MapPartitionsRDD", "map", func(_ *Task, _ int, rows iter.Seq[T]) iter.Seq[Pair[K, V]] {
		return func(yield func(Pair[K, V]) bool) {
			rows(func(v T) bool {
				k, w := f(v)
				return yield(Pair[K, V]{Key: k, Value: w})
			})
		}
	})
}

// Union is one RDD after the other, with the partitions of all. RDDs that all lie by
// the same partitioner are laid together partition by partition, and still lie by it.
func Union[T any](first *RDD[T], others ...*RDD[T]) *RDD[T] {
	all := append([]*RDD[T]{first}, others...)
	nodes := make([]*node, len(all))
	parts, alike := 0, first.by != nil
	for i, r := range all {
		nodes[i] = r.node
		parts += r.parts
		alike = alike && samePartitioner(first.by, r.by)
	}
	if alike {
		n := newNode(first.c, "PartitionerAwareUnionRDD", "union", first.parts, nodes...)
		n.by = first.by
		return &RDD[T]{node: n, compute: func(t *Task, part int) iter.Seq[T] {
			return chained(all, func(r *RDD[T]) iter.Seq[T] { return r.iterator(t, part) })
		}}
	}
	return &RDD[T]{node: newNode(first.c, "UnionRDD", "union", parts, nodes...), compute: func(t *Task, part int) iter.Seq[T] {
		for _, r := range all {
			if part < r.parts {
				return r.iterator(t, part)
			}
			part -= r.parts
		}
		return none[T]
	}}
}

// chained yields one sequence after the other.
func chained[S, T any](list []S, of func(S) iter.Seq[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		more := true
		for _, s := range list {
			of(s)(func(v T) bool {
				more = yield(v)
				return more
			})
			if !more {
				return
			}
		}
	}
}

// Coalesce lays neighbouring partitions together, so that there are at most parts of
// them; no row moves between tasks. See [Repartition] for more partitions.
func Coalesce[T any](in *RDD[T], parts int) *RDD[T] {
	n := min(max(parts, 1), in.parts)
	r := &RDD[T]{node: newNode(in.c, "CoalescedRDD", "coalesce", n, in.node), compute: func(t *Task, part int) iter.Seq[T] {
		var own []int
		for p := part * in.parts / n; p < (part+1)*in.parts/n; p++ {
			own = append(own, p)
		}
		return chained(own, func(p int) iter.Seq[T] { return in.iterator(t, p) })
	}}
	if parts <= 0 {
		r.failed(fmt.Errorf("Number of partitions (%d) must be positive.", parts)) //nolint:revive // Spark's words
	}
	return r
}

// Cartesian is all pairs of a row of a and a row of b. b is computed once for each
// row of a: persist it.
func Cartesian[T, U any](a *RDD[T], b *RDD[U]) *RDD[Pair[T, U]] {
	return &RDD[Pair[T, U]]{node: newNode(a.c, "CartesianRDD", "cartesian", a.parts*b.parts, a.node, b.node),
		compute: func(t *Task, part int) iter.Seq[Pair[T, U]] {
			return func(yield func(Pair[T, U]) bool) {
				more := true
				a.iterator(t, part/b.parts)(func(v T) bool {
					b.iterator(t, part%b.parts)(func(w U) bool {
						more = yield(Pair[T, U]{Key: v, Value: w})
						return more
					})
					return more && t.err == nil
				})
			}
		}}
}

// Zip makes pairs of the rows at the same places. Both must have as many partitions
// and as many rows in each.
func Zip[T, U any](a *RDD[T], b *RDD[U]) *RDD[Pair[T, U]] {
	r := zipped(a, b, "zip", func(t *Task, left iter.Seq[T], right iter.Seq[U]) iter.Seq[Pair[T, U]] {
		return func(yield func(Pair[T, U]) bool) {
			next, stop := iter.Pull(right)
			defer stop()
			full := true
			left(func(v T) bool {
				w, ok := next()
				if !ok {
					t.Fail(errZip)
					return false
				}
				full = yield(Pair[T, U]{Key: v, Value: w})
				return full
			})
			if full && t.err == nil {
				if _, more := next(); more {
					t.Fail(errZip)
				}
			}
		}
	})
	return r
}

var errZip = errors.New("Can only zip RDDs with same number of elements in each partition")

func zipped[T, U, R any](a *RDD[T], b *RDD[U], op string, f func(t *Task, a iter.Seq[T], b iter.Seq[U]) iter.Seq[R]) *RDD[R] {
	r := &RDD[R]{node: newNode(a.c, "ZippedPartitionsRDD2", op, min(a.parts, b.parts), a.node, b.node),
		compute: func(t *Task, part int) iter.Seq[R] { return f(t, a.iterator(t, part), b.iterator(t, part)) }}
	if a.parts != b.parts {
		r.failed(fmt.Errorf("Can't zip RDDs with unequal numbers of partitions: [%d, %d]", a.parts, b.parts))
	}
	return r
}

// ZipPartitions computes every partition from the same one of two RDDs, which must
// have as many.
func ZipPartitions[T, U, R any](a *RDD[T], b *RDD[U], f func(a iter.Seq[T], b iter.Seq[U]) iter.Seq[R]) *RDD[R] {
	return zipped(a, b, "zipPartitions", func(_ *Task, a iter.Seq[T], b iter.Seq[U]) iter.Seq[R] { return f(a, b) })
}

// ZipWithUniqueId numbers rows without a job: the k-th row of partition p of n gets
// k*n + p.
func ZipWithUniqueId[T any](in *RDD[T]) *RDD[Pair[T, int64]] { //nolint:revive // Spark's name
	return narrow(in, "MapPartitionsRDD", "zipWithUniqueId", func(_ *Task, part int, rows iter.Seq[T]) iter.Seq[Pair[T, int64]] {
		return numbered(rows, int64(part), int64(in.parts))
	})
}

// numbered makes pairs of rows and numbers.
func numbered[T any](rows iter.Seq[T], from, step int64) iter.Seq[Pair[T, int64]] {
	return func(yield func(Pair[T, int64]) bool) {
		n := from
		rows(func(v T) bool {
			more := yield(Pair[T, int64]{Key: v, Value: n})
			n += step
			return more
		})
	}
}
