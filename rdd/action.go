package rdd

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
)

// ErrEmpty is what actions report that need a row and find none.
var ErrEmpty = errors.New("empty collection")

// run runs body for every partition.
func run[T any](ctx context.Context, r *RDD[T], op string, body func(t *Task, part int) error) error {
	parts := make([]int, r.parts)
	for i := range parts {
		parts[i] = i
	}
	return r.c.runJob(ctx, r.node, parts, op, body)
}

// RunJob computes something of each of the partitions given, in their order; of all if
// parts is nil (R17).
func RunJob[T, U any](ctx context.Context, r *RDD[T], parts []int, f func(t *Task, rows iter.Seq[T]) (U, error)) ([]U, error) {
	return runJob(ctx, r, parts, "runJob", f)
}

func runJob[T, U any](ctx context.Context, r *RDD[T], parts []int, op string, f func(t *Task, rows iter.Seq[T]) (U, error)) ([]U, error) {
	if parts == nil {
		parts = make([]int, r.parts)
		for i := range parts {
			parts[i] = i
		}
	}
	at := make(map[int]int, len(parts))
	for i, p := range parts {
		if p < 0 || p >= r.parts {
			return nil, fmt.Errorf("there is no partition %d of %d", p, r.parts)
		}
		at[p] = i
	}
	out := make([]U, len(parts))
	err := r.c.runJob(ctx, r.node, parts, op, func(t *Task, part int) error {
		v, err := f(t, r.iterator(t, part))
		if err == nil && t.err == nil {
			out[at[part]] = v
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Collect returns all rows, in order.
func Collect[T any](ctx context.Context, r *RDD[T]) ([]T, error) {
	parts, err := runJob(ctx, r, nil, "collect", func(_ *Task, rows iter.Seq[T]) ([]T, error) { return slices.Collect(rows), nil })
	return slices.Concat(parts...), err
}

// CollectPartitions returns the rows of each partition, which [Glom] and [Collect]
// would, without a step between.
func CollectPartitions[T any](ctx context.Context, r *RDD[T]) ([][]T, error) {
	return runJob(ctx, r, nil, "glom", func(_ *Task, rows iter.Seq[T]) ([]T, error) { return slices.Collect(rows), nil })
}

// Count is the number of rows.
func Count[T any](ctx context.Context, r *RDD[T]) (int64, error) {
	counts, err := runJob(ctx, r, nil, "count", counted[T])
	return total(counts), err
}

func counted[T any](_ *Task, rows iter.Seq[T]) (int64, error) {
	var n int64
	rows(func(T) bool {
		n++
		return true
	})
	return n, nil
}

func total(counts []int64) int64 {
	var n int64
	for _, c := range counts {
		n += c
	}
	return n
}

// First is the first row, [ErrEmpty] if there is none.
func First[T any](ctx context.Context, r *RDD[T]) (T, error) {
	var zero T
	rows, err := takes(ctx, r, 1, "first")
	if err == nil && len(rows) == 0 {
		err = ErrEmpty
	}
	if err != nil {
		return zero, err
	}
	return rows[0], nil
}

// Take returns the first n rows, or all if there are fewer. It looks at one partition,
// then at four times as many as it has looked at, until it has enough.
func Take[T any](ctx context.Context, r *RDD[T], n int) ([]T, error) { return takes(ctx, r, n, "take") }

func takes[T any](ctx context.Context, r *RDD[T], n int, op string) ([]T, error) {
	if r.err != nil {
		return nil, r.err
	}
	var got []T
	for seen := 0; len(got) < n && seen < r.parts; {
		next := 1
		if seen > 0 {
			next = 4 * seen
		}
		var parts []int
		for p := seen; p < min(seen+next, r.parts); p++ {
			parts = append(parts, p)
		}
		left := n - len(got)
		lists, err := runJob(ctx, r, parts, op, func(_ *Task, rows iter.Seq[T]) ([]T, error) {
			var list []T
			for v := range rows {
				if list = append(list, v); len(list) == left {
					break
				}
			}
			return list, nil
		})
		if err != nil {
			return nil, err
		}
		got = append(got, slices.Concat(lists...)...)
		seen += len(parts)
	}
	return got[:min(n, len(got))], nil
}

// IsEmpty reports whether there is no row.
func IsEmpty[T any](ctx context.Context, r *RDD[T]) (bool, error) {
	rows, err := takes(ctx, r, 1, "isEmpty")
	return len(rows) == 0, err
}

// Reduce combines all rows by f, which must be associative; [ErrEmpty] if there is
// none. Partitions are combined in order.
func Reduce[T any](ctx context.Context, r *RDD[T], f func(a, b T) T) (T, error) {
	var zero T
	parts, err := runJob(ctx, r, nil, "reduce", func(_ *Task, rows iter.Seq[T]) ([]T, error) { return reduced(rows, f), nil })
	if err != nil {
		return zero, err
	}
	all := reduced(slices.Values(slices.Concat(parts...)), f)
	if len(all) == 0 {
		return zero, ErrEmpty
	}
	return all[0], nil
}

// reduced is one row, or none.
func reduced[T any](rows iter.Seq[T], f func(a, b T) T) []T {
	var acc T
	any := false
	rows(func(v T) bool {
		if any {
			acc = f(acc, v)
		} else {
			acc, any = v, true
		}
		return true
	})
	if !any {
		return nil
	}
	return []T{acc}
}

// Fold is [Reduce] that begins with zero, in each partition and once more when their
// outcomes are combined. f must not change its first argument.
func Fold[T any](ctx context.Context, r *RDD[T], zero T, f func(a, b T) T) (T, error) {
	return Aggregate(ctx, r, func() T { return zero }, f, f)
}

// Aggregate adds every row to a value that begins as zero(), one for each partition,
// and then merges those in order into another zero().
func Aggregate[T, U any](ctx context.Context, r *RDD[T], zero func() U, add func(U, T) U, merge func(a, b U) U) (U, error) {
	parts, err := runJob(ctx, r, nil, "aggregate", adding(zero, add))
	acc := zero()
	if err != nil {
		return acc, err
	}
	for _, p := range parts {
		acc = merge(acc, p)
	}
	return acc, nil
}

func adding[T, U any](zero func() U, add func(U, T) U) func(*Task, iter.Seq[T]) (U, error) {
	return func(_ *Task, rows iter.Seq[T]) (U, error) {
		acc := zero()
		rows(func(v T) bool {
			acc = add(acc, v)
			return true
		})
		return acc, nil
	}
}

// TreeReduce is [Reduce] that merges the outcomes of partitions in tasks, in depth
// rounds (2 in Spark), rather than all in the caller.
func TreeReduce[T any](ctx context.Context, r *RDD[T], f func(a, b T) T, depth int) (T, error) {
	var zero T
	merge := func(a, b []T) []T { return reduced(slices.Values(slices.Concat(a, b)), f) }
	all, err := TreeAggregate(ctx, r, func() []T { return nil }, func(a []T, v T) []T {
		if len(a) == 0 {
			return []T{v}
		}
		a[0] = f(a[0], v)
		return a
	}, merge, depth)
	if err == nil && len(all) == 0 {
		err = ErrEmpty
	}
	if err != nil {
		return zero, err
	}
	return all[0], nil
}

// TreeAggregate is [Aggregate] that merges in tasks, in depth rounds.
func TreeAggregate[T, U any](ctx context.Context, r *RDD[T], zero func() U, add func(U, T) U, merge func(a, b U) U, depth int) (U, error) {
	if depth < 1 {
		return zero(), fmt.Errorf("Depth must be greater than or equal to 1 but got %d.", depth) //nolint:revive // Spark's words
	}
	if r.parts == 0 {
		return zero(), r.err
	}
	partial := MapPartitions(r, func(t *Task, rows iter.Seq[T]) iter.Seq[U] {
		return func(yield func(U) bool) {
			if acc, _ := adding(zero, add)(t, rows); t.err == nil {
				yield(acc)
			}
		}
	})
	scale := 2
	for pow(scale, depth) < r.parts {
		scale++
	}
	for partial.parts > scale+partial.parts/scale {
		n := partial.parts / scale
		keyed := MapPartitionsWithIndex(partial, func(part int, rows iter.Seq[U]) iter.Seq[Pair[int, U]] {
			return mapped(rows, func(u U) Pair[int, U] { return Pair[int, U]{Key: part % n, Value: u} })
		})
		partial = Values(FoldByKey(keyed, zero, merge, Hash[int](n)))
	}
	return Aggregate(ctx, partial, zero, merge, merge)
}

func pow(x, n int) int {
	p := 1
	for range n {
		p *= x
	}
	return p
}

// Foreach calls f for every row. An error, or a panic, fails the task, which is tried
// again from its first row.
func Foreach[T any](ctx context.Context, r *RDD[T], f func(t *Task, v T) error) error {
	return run(ctx, r, "foreach", func(t *Task, part int) error {
		for v := range r.iterator(t, part) {
			if err := f(t, v); err != nil {
				return err
			}
		}
		return nil
	})
}

// ForeachPartition calls f for every partition.
func ForeachPartition[T any](ctx context.Context, r *RDD[T], f func(t *Task, rows iter.Seq[T]) error) error {
	return run(ctx, r, "foreachPartition", func(t *Task, part int) error { return f(t, r.iterator(t, part)) })
}

// ToLocalIterator yields all rows in order, partition by partition, with a job for
// each when it is reached. An error ends it.
func ToLocalIterator[T any](ctx context.Context, r *RDD[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for p := range r.parts {
			lists, err := runJob(ctx, r, []int{p}, "toLocalIterator", func(_ *Task, rows iter.Seq[T]) ([]T, error) {
				return slices.Collect(rows), nil
			})
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, v := range lists[0] {
				if !yield(v, nil) {
					return
				}
			}
		}
	}
}

// CountByValue is how often each row occurs.
func CountByValue[T comparable](ctx context.Context, r *RDD[T]) (map[T]int64, error) {
	return Aggregate(ctx, r, func() map[T]int64 { return make(map[T]int64) },
		func(m map[T]int64, v T) map[T]int64 {
			m[v]++
			return m
		}, func(a, b map[T]int64) map[T]int64 {
			for k, n := range b {
				a[k] += n
			}
			return a
		})
}

// TakeOrdered returns the n smallest rows by compare, in order.
func TakeOrdered[T any](ctx context.Context, r *RDD[T], n int, compare func(a, b T) int) ([]T, error) {
	if n <= 0 {
		return nil, r.err
	}
	parts, err := runJob(ctx, r, nil, "takeOrdered", func(_ *Task, rows iter.Seq[T]) ([]T, error) {
		return smallest(rows, n, compare), nil
	})
	if err != nil {
		return nil, err
	}
	all := slices.Concat(parts...)
	slices.SortStableFunc(all, compare)
	return all[:min(n, len(all))], nil
}

// Top returns the n greatest rows by compare, the greatest first.
func Top[T any](ctx context.Context, r *RDD[T], n int, compare func(a, b T) int) ([]T, error) {
	return TakeOrdered(ctx, r, n, func(a, b T) int { return compare(b, a) })
}

// greatestFirst is a heap with the greatest row on top, of equal ones the last.
type greatestFirst[T any] struct {
	rows    []Pair[T, int]
	compare func(a, b T) int
}

func (h *greatestFirst[T]) Len() int      { return len(h.rows) }
func (h *greatestFirst[T]) Swap(i, j int) { h.rows[i], h.rows[j] = h.rows[j], h.rows[i] }
func (h *greatestFirst[T]) Push(x any)    { h.rows = append(h.rows, x.(Pair[T, int])) }
func (h *greatestFirst[T]) Pop() any {
	last := h.rows[len(h.rows)-1]
	h.rows = h.rows[:len(h.rows)-1]
	return last
}

func (h *greatestFirst[T]) Less(i, j int) bool {
	return cmp.Or(h.compare(h.rows[i].Key, h.rows[j].Key), cmp.Compare(h.rows[i].Value, h.rows[j].Value)) > 0
}

// smallest are the n smallest rows, in the order in which they came.
func smallest[T any](rows iter.Seq[T], n int, compare func(a, b T) int) []T {
	h := &greatestFirst[T]{compare: compare}
	at := 0
	for v := range rows {
		at++
		if len(h.rows) < n {
			heap.Push(h, Pair[T, int]{Key: v, Value: at})
		} else if compare(v, h.rows[0].Key) < 0 {
			h.rows[0] = Pair[T, int]{Key: v, Value: at}
			heap.Fix(h, 0)
		}
	}
	slices.SortFunc(h.rows, func(a, b Pair[T, int]) int { return cmp.Compare(a.Value, b.Value) })
	out := make([]T, len(h.rows))
	for i, p := range h.rows {
		out[i] = p.Key
	}
	return out
}
