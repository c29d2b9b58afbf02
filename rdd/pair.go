package rdd

import (
	"context"
	"iter"

	"github.com/weirstream/weir/internal/shuffle"
)

// MapValues applies f to every value. Rows still lie by their keys.
func MapValues[K, V, W any](in *RDD[Pair[K, V]], f func(V) W) *RDD[Pair[K, W]] {
	return narrow(in, "MapPartitionsRDD", "mapValues", func(_ *Task, _ int, rows iter.Seq[Pair[K, V]]) iter.Seq[Pair[K, W]] {
		return mapped(rows, func(p Pair[K, V]) Pair[K, W] { return Pair[K, W]{Key: p.Key, Value: f(p.Value)} })
	}).keeping(in.by)
}

// FlatMapValues puts a pair for every element of f's results in the place of a pair.
func FlatMapValues[K, V, W any](in *RDD[Pair[K, V]], f func(V) []W) *RDD[Pair[K, W]] {
	return narrow(in, "MapPartitionsRDD", "flatMapValues", func(_ *Task, _ int, rows iter.Seq[Pair[K, V]]) iter.Seq[Pair[K, W]] {
		return func(yield func(Pair[K, W]) bool) {
			rows(func(p Pair[K, V]) bool {
				for _, w := range f(p.Value) {
					if !yield(Pair[K, W]{Key: p.Key, Value: w}) {
						return false
					}
				}
				return true
			})
		}
	}).keeping(in.by)
}

// Keys are the keys of all pairs.
func Keys[K, V any](in *RDD[Pair[K, V]]) *RDD[K] {
	return narrow(in, "MapPartitionsRDD", "keys", func(_ *Task, _ int, rows iter.Seq[Pair[K, V]]) iter.Seq[K] {
		return mapped(rows, func(p Pair[K, V]) K { return p.Key })
	})
}

// Values are the values of all pairs.
func Values[K, V any](in *RDD[Pair[K, V]]) *RDD[V] {
	return narrow(in, "MapPartitionsRDD", "values", func(_ *Task, _ int, rows iter.Seq[Pair[K, V]]) iter.Seq[V] {
		return mapped(rows, func(p Pair[K, V]) V { return p.Value })
	})
}

// fetch yields what all map tasks have written for a partition, in their order.
func fetch[T any](t *Task, d *shuffleDep, part int) iter.Seq[T] {
	return func(yield func(T) bool) {
		outputs(t, d, func(out *shuffle.Output[T]) (bool, error) { return out.Each(part, yield) })
	}
}

// outputs visits what all map tasks have written, in their order, until visit returns
// false or what was wrong with an output.
func outputs[T any](t *Task, d *shuffleDep, visit func(out *shuffle.Output[T]) (more bool, err error)) {
	for m := range d.outputs {
		if t.stopped() {
			return
		}
		out, ok := d.output(m).(*shuffle.Output[T])
		if !ok {
			t.Fail(&lostOutput{dep: d, m: m})
			return
		}
		more, err := visit(out)
		if err != nil {
			t.Fail(&lostOutput{dep: d, m: m, err: err})
			return
		}
		if !more {
			return
		}
	}
}

// unlessFailed yields what produce does, and nothing once the task has failed:
// values that were combined of half the rows must not go on.
func unlessFailed[T any](t *Task, produce func(yield func(T) bool) error) iter.Seq[T] {
	return func(yield func(T) bool) {
		err := produce(func(v T) bool { return t.err == nil && yield(v) })
		if err != nil {
			t.Fail(err)
		}
	}
}

// preparation is what must run before keys are dealt.
func preparation(by any) *once {
	if p, ok := by.(preparing); ok {
		return p.prepare()
	}
	return nil
}

// dealt is the shuffle of pairs as they are.
func dealt[K, V any](in *RDD[Pair[K, V]], by Partitioner[K]) *shuffleDep {
	codec := shuffle.CodecOf[Pair[K, V]]()
	return newShuffleDep(in.node, preparation(by), func(t *Task, part int) (any, error) {
		return shuffle.Write(in.c.space, codec, in.iterator(t, part), by.NumPartitions(), func(p Pair[K, V]) int { return by.Partition(p.Key) })
	})
}

// shuffledNode is a node behind a shuffle.
func shuffledNode(op string, d *shuffleDep, parts int, by any) *node {
	n := newNode(d.on.c, "ShuffledRDD", op, parts, d.on)
	n.deps[0].shuffle = d
	n.by = by
	return n
}

// PartitionBy deals pairs to the partitions of by. Pairs that lie so already are left
// where they are.
func PartitionBy[K, V any](in *RDD[Pair[K, V]], by Partitioner[K]) *RDD[Pair[K, V]] {
	if samePartitioner(in.by, by) {
		return in
	}
	d := dealt(in, by)
	return &RDD[Pair[K, V]]{node: shuffledNode("partitionBy", d, by.NumPartitions(), by),
		compute: func(t *Task, part int) iter.Seq[Pair[K, V]] { return fetch[Pair[K, V]](t, d, part) }}
}

// CombineByKey makes one value of all values of a key: create of the first, add for
// each further one, merge for those of different map tasks. by says how the outcome is
// dealt; without it, as R15 has it.
func CombineByKey[K comparable, V, C any](in *RDD[Pair[K, V]], create func(V) C, add func(C, V) C, merge func(a, b C) C,
	by ...Partitioner[K],
) *RDD[Pair[K, C]] {
	return combined(in, "combineByKey", shuffle.Combiner[V, C]{Create: create, Add: add, Merge: merge, Grows: !shuffle.Flat[C]()}, true, by)
}

// combined combines values by key: with mapSide once in the map tasks, too. Pairs
// that lie by the partitioner already are combined where they are.
func combined[K comparable, V, C any](in *RDD[Pair[K, V]], op string, with shuffle.Combiner[V, C], mapSide bool, given []Partitioner[K]) *RDD[Pair[K, C]] {
	by := defaultPartitioner(given, in.node)
	c := in.c
	if samePartitioner(in.by, by) {
		n := newNode(c, "MapPartitionsRDD", op, in.parts, in.node)
		n.by = by
		return &RDD[Pair[K, C]]{node: n, compute: func(t *Task, part int) iter.Seq[Pair[K, C]] {
			return unlessFailed(t, func(yield func(Pair[K, C]) bool) error {
				return shuffle.Combine(c.space, with, in.iterator(t, part), yield)
			})
		}}
	}
	if !mapSide {
		d := dealt(in, by)
		return &RDD[Pair[K, C]]{node: shuffledNode(op, d, by.NumPartitions(), by), compute: func(t *Task, part int) iter.Seq[Pair[K, C]] {
			return unlessFailed(t, func(yield func(Pair[K, C]) bool) error {
				return shuffle.Combine(c.space, with, fetch[Pair[K, V]](t, d, part), yield)
			})
		}}
	}
	deal := by.Partition
	if _, ok := by.(HashPartitioner[K]); ok {
		deal = nil
	}
	d := newShuffleDep(in.node, preparation(by), func(t *Task, part int) (any, error) {
		return shuffle.WriteCombined(c.space, with, in.iterator(t, part), by.NumPartitions(), deal)
	})
	return &RDD[Pair[K, C]]{node: shuffledNode(op, d, by.NumPartitions(), by), compute: func(t *Task, part int) iter.Seq[Pair[K, C]] {
		return unlessFailed(t, func(yield func(Pair[K, C]) bool) error {
			return shuffle.MergeOutputs(c.space, with, part, func(visit func(*shuffle.Output[Pair[K, C]]) (bool, error)) {
				outputs(t, d, visit)
			}, yield)
		})
	}}
}

// ReduceByKey combines the values of a key by f, which must be associative and must
// not keep or change a value that it was given.
func ReduceByKey[K comparable, V any](in *RDD[Pair[K, V]], f func(a, b V) V, by ...Partitioner[K]) *RDD[Pair[K, V]] {
	return combined(in, "reduceByKey", reducing(f), true, by)
}

func reducing[V any](f func(a, b V) V) shuffle.Combiner[V, V] {
	return shuffle.Combiner[V, V]{Create: func(v V) V { return v }, Add: f, Merge: f}
}

// FoldByKey is [ReduceByKey] that begins with zero() for each key of a map task.
func FoldByKey[K comparable, V any](in *RDD[Pair[K, V]], zero func() V, f func(a, b V) V, by ...Partitioner[K]) *RDD[Pair[K, V]] {
	return AggregateByKey(in, zero, f, f, by...)
}

// AggregateByKey adds every value of a key to a value that begins as zero(), and
// merges those of different map tasks.
func AggregateByKey[K comparable, V, U any](in *RDD[Pair[K, V]], zero func() U, add func(U, V) U, merge func(a, b U) U, by ...Partitioner[K]) *RDD[Pair[K, U]] {
	return combined(in, "aggregateByKey", shuffle.Combiner[V, U]{Create: func(v V) U { return add(zero(), v) }, Add: add, Merge: merge,
		Grows: !shuffle.Flat[U]()}, true, by)
}

// GroupByKey makes a slice of all values of a key, in the order of the rows.
func GroupByKey[K comparable, V any](in *RDD[Pair[K, V]], by ...Partitioner[K]) *RDD[Pair[K, []V]] {
	return combined(in, "groupByKey", grouping[V](), false, by)
}

func grouping[V any]() shuffle.Combiner[V, []V] {
	return shuffle.Combiner[V, []V]{
		Create: func(v V) []V { return []V{v} },
		Add:    func(c []V, v V) []V { return append(c, v) },
		Merge:  func(a, b []V) []V { return append(a, b...) },
		Codec:  shuffle.SliceCodec(shuffle.CodecOf[V]()), Grows: true,
	}
}

// GroupBy makes a slice of all rows with the same key.
func GroupBy[K comparable, V any](in *RDD[V], key func(V) K, by ...Partitioner[K]) *RDD[Pair[K, []V]] {
	return GroupByKey(KeyBy(in, key), by...)
}

// Distinct keeps one of equal rows, the first, in parts partitions, 0 for as many as
// before.
func Distinct[T comparable](in *RDD[T], parts int) *RDD[T] {
	if parts <= 0 {
		parts = in.parts
	}
	if by, ok := in.by.(Partitioner[T]); ok && by.NumPartitions() == parts {
		return narrow(in, "MapPartitionsRDD", "distinct", func(_ *Task, _ int, rows iter.Seq[T]) iter.Seq[T] {
			return func(yield func(T) bool) {
				seen := shuffle.NewTable[T, struct{}]()
				rows(func(v T) bool {
					_, added := seen.Add(v)
					return !added || yield(v)
				})
			}
		}).keeping(in.by)
	}
	keyed := Map(in, func(v T) Pair[T, struct{}] { return Pair[T, struct{}]{Key: v} })
	first := func(a, _ struct{}) struct{} { return a }
	return Keys(combined(keyed, "distinct", reducing(first), true, []Partitioner[T]{Hash[T](parts)}))
}

// CountByKey is the number of pairs of each key.
func CountByKey[K comparable, V any](ctx context.Context, r *RDD[Pair[K, V]]) (map[K]int64, error) {
	counts, err := Collect(ctx, ReduceByKey(MapValues(r, func(V) int64 { return 1 }), func(a, b int64) int64 { return a + b }))
	return asMap(counts), err
}

// CollectAsMap returns all pairs as a map; of several values of a key the last stays.
func CollectAsMap[K comparable, V any](ctx context.Context, r *RDD[Pair[K, V]]) (map[K]V, error) {
	pairs, err := Collect(ctx, r)
	return asMap(pairs), err
}

func asMap[K comparable, V any](pairs []Pair[K, V]) map[K]V {
	m := make(map[K]V, len(pairs))
	for _, p := range pairs {
		m[p.Key] = p.Value
	}
	return m
}

// ReduceByKeyLocally is [ReduceByKey] whose outcome is merged in the caller, without a
// shuffle.
func ReduceByKeyLocally[K comparable, V any](ctx context.Context, r *RDD[Pair[K, V]], f func(a, b V) V) (map[K]V, error) {
	parts, err := runJob(ctx, r, nil, "reduceByKeyLocally", func(_ *Task, rows iter.Seq[Pair[K, V]]) (*shuffle.Table[K, V], error) {
		m := shuffle.NewTable[K, V]()
		rows(func(p Pair[K, V]) bool {
			if i, added := m.Add(p.Key); added {
				m.Values[i] = p.Value
			} else {
				m.Values[i] = f(m.Values[i], p.Value)
			}
			return true
		})
		return m, nil
	})
	all := make(map[K]V)
	for _, m := range parts {
		for i, k := range m.Keys {
			if old, ok := all[k]; ok {
				all[k] = f(old, m.Values[i])
			} else {
				all[k] = m.Values[i]
			}
		}
	}
	return all, err
}

// Lookup returns all values of a key. Of pairs that lie by a partitioner only the
// partition of the key is read.
func Lookup[K comparable, V any](ctx context.Context, r *RDD[Pair[K, V]], key K) ([]V, error) {
	var parts []int
	if by, ok := r.by.(Partitioner[K]); ok && r.err == nil {
		if err := preparation(by).do(ctx); err != nil {
			return nil, err
		}
		parts = []int{by.Partition(key)}
	}
	lists, err := runJob(ctx, r, parts, "lookup", func(_ *Task, rows iter.Seq[Pair[K, V]]) ([]V, error) {
		var list []V
		rows(func(p Pair[K, V]) bool {
			if p.Key == key {
				list = append(list, p.Value)
			}
			return true
		})
		return list, nil
	})
	var all []V
	for _, l := range lists {
		all = append(all, l...)
	}
	return all, err
}
