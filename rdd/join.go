package rdd

import (
	"fmt"
	"iter"

	"github.com/weirstream/weir/internal/shuffle"
)

// Option is a value or nothing. The zero Option is nothing.
type Option[T any] struct {
	Value T
	OK    bool
}

// Some is a value.
func Some[T any](v T) Option[T] { return Option[T]{Value: v, OK: true} }

// String is "Some(value)" or "None".
func (o Option[T]) String() string {
	if !o.OK {
		return "None"
	}
	return fmt.Sprintf("Some(%v)", o.Value)
}

// Groups are the values of a key in two RDDs.
type Groups[V, W any] struct {
	Left  []V
	Right []W
}

// Groups3 are the values of a key in three RDDs.
type Groups3[V, W, X any] struct {
	First  []V
	Second []W
	Third  []X
}

// grouped is how groups are combined: nested pairs, which have codecs.
type grouped[V, W, X any] = Pair[Pair[[]V, []W], []X]

// sided is a value of one of three RDDs.
type sided[V, W, X any] struct {
	side uint8
	v    V
	w    W
	x    X
}

// add puts a value into its group.
func (s sided[V, W, X]) add(g grouped[V, W, X]) grouped[V, W, X] {
	switch s.side {
	case 0:
		g.Key.Key = append(g.Key.Key, s.v)
	case 1:
		g.Key.Value = append(g.Key.Value, s.w)
	default:
		g.Value = append(g.Value, s.x)
	}
	return g
}

// cogrouping combines sided values to groups.
func cogrouping[V, W, X any]() shuffle.Combiner[sided[V, W, X], grouped[V, W, X]] {
	return shuffle.Combiner[sided[V, W, X], grouped[V, W, X]]{
		Create: func(s sided[V, W, X]) (g grouped[V, W, X]) { return s.add(g) },
		Add:    func(g grouped[V, W, X], s sided[V, W, X]) grouped[V, W, X] { return s.add(g) },
		Merge: func(a, b grouped[V, W, X]) grouped[V, W, X] {
			a.Key.Key = append(a.Key.Key, b.Key.Key...)
			a.Key.Value = append(a.Key.Value, b.Key.Value...)
			a.Value = append(a.Value, b.Value...)
			return a
		},
		Codec: shuffle.PairCodec(
			shuffle.PairCodec(shuffle.SliceCodec(shuffle.CodecOf[V]()), shuffle.SliceCodec(shuffle.CodecOf[W]())),
			shuffle.SliceCodec(shuffle.CodecOf[X]())),
		Grows: true,
	}
}

// side reads one input of a cogroup: from its shuffle, or, where it lies by the
// partitioner already, from the same partition.
type side[K, V any] struct {
	in  *RDD[Pair[K, V]]
	dep *shuffleDep // nil: it lies right
}

func sideOf[K, V any](in *RDD[Pair[K, V]], by Partitioner[K]) side[K, V] {
	if samePartitioner(in.by, by) {
		return side[K, V]{in: in}
	}
	return side[K, V]{in: in, dep: dealt(in, by)}
}

func (s side[K, V]) rows(t *Task, part int) iter.Seq[Pair[K, V]] {
	if s.dep == nil {
		return s.in.iterator(t, part)
	}
	return fetch[Pair[K, V]](t, s.dep, part)
}

// cogroupNode is a node over several sides.
func cogroupNode(kind, op string, by any, parts int, deps ...dependency) *node {
	nodes := make([]*node, len(deps))
	for i, d := range deps {
		nodes[i] = d.on
	}
	n := newNode(deps[0].on.c, kind, op, parts, nodes...)
	for i, d := range deps {
		n.deps[i].shuffle = d.shuffle
	}
	n.by = by
	return n
}

func (s side[K, V]) dependency() dependency { return dependency{on: s.in.node, shuffle: s.dep} }

// CoGroup gathers the values of each key in both RDDs.
func CoGroup[K comparable, V, W any](a *RDD[Pair[K, V]], b *RDD[Pair[K, W]], by ...Partitioner[K]) *RDD[Pair[K, Groups[V, W]]] {
	p := defaultPartitioner(by, a.node, b.node)
	left, right := sideOf(a, p), sideOf(b, p)
	with := cogrouping[V, W, struct{}]()
	n := cogroupNode("CoGroupedRDD", "cogroup", p, p.NumPartitions(), left.dependency(), right.dependency())
	return &RDD[Pair[K, Groups[V, W]]]{node: n, compute: func(t *Task, part int) iter.Seq[Pair[K, Groups[V, W]]] {
		rows := func(yield func(Pair[K, sided[V, W, struct{}]]) bool) {
			more := true
			left.rows(t, part)(func(p Pair[K, V]) bool {
				more = yield(Pair[K, sided[V, W, struct{}]]{Key: p.Key, Value: sided[V, W, struct{}]{v: p.Value}})
				return more
			})
			if more {
				right.rows(t, part)(func(p Pair[K, W]) bool {
					return yield(Pair[K, sided[V, W, struct{}]]{Key: p.Key, Value: sided[V, W, struct{}]{side: 1, w: p.Value}})
				})
			}
		}
		return unlessFailed(t, func(yield func(Pair[K, Groups[V, W]]) bool) error {
			return shuffle.Combine(n.c.space, with, rows, func(p Pair[K, grouped[V, W, struct{}]]) bool {
				return yield(Pair[K, Groups[V, W]]{Key: p.Key, Value: Groups[V, W]{Left: p.Value.Key.Key, Right: p.Value.Key.Value}})
			})
		})
	}}
}

// CoGroup3 gathers the values of each key in three RDDs. More are cogrouped by nesting.
func CoGroup3[K comparable, V, W, X any](a *RDD[Pair[K, V]], b *RDD[Pair[K, W]], c *RDD[Pair[K, X]], by ...Partitioner[K]) *RDD[Pair[K, Groups3[V, W, X]]] {
	type value = sided[V, W, X]
	p := defaultPartitioner(by, a.node, b.node, c.node)
	first, second, third := sideOf(a, p), sideOf(b, p), sideOf(c, p)
	with := cogrouping[V, W, X]()
	n := cogroupNode("CoGroupedRDD", "cogroup", p, p.NumPartitions(), first.dependency(), second.dependency(), third.dependency())
	return &RDD[Pair[K, Groups3[V, W, X]]]{node: n, compute: func(t *Task, part int) iter.Seq[Pair[K, Groups3[V, W, X]]] {
		rows := chained([]iter.Seq[Pair[K, value]]{
			mapped(first.rows(t, part), func(p Pair[K, V]) Pair[K, value] { return Pair[K, value]{Key: p.Key, Value: value{v: p.Value}} }),
			mapped(second.rows(t, part), func(p Pair[K, W]) Pair[K, value] {
				return Pair[K, value]{Key: p.Key, Value: value{side: 1, w: p.Value}}
			}),
			mapped(third.rows(t, part), func(p Pair[K, X]) Pair[K, value] {
				return Pair[K, value]{Key: p.Key, Value: value{side: 2, x: p.Value}}
			}),
		}, func(s iter.Seq[Pair[K, value]]) iter.Seq[Pair[K, value]] { return s })
		return unlessFailed(t, func(yield func(Pair[K, Groups3[V, W, X]]) bool) error {
			return shuffle.Combine(n.c.space, with, rows, func(p Pair[K, grouped[V, W, X]]) bool {
				return yield(Pair[K, Groups3[V, W, X]]{Key: p.Key, Value: Groups3[V, W, X]{p.Value.Key.Key, p.Value.Key.Value, p.Value.Value}})
			})
		})
	}}
}

// joined is a cogroup whose groups are combined row by row.
func joined[K comparable, V, W, R any](a *RDD[Pair[K, V]], b *RDD[Pair[K, W]], op string, by []Partitioner[K],
	emit func(g Groups[V, W], yield func(R) bool) bool,
) *RDD[Pair[K, R]] {
	groups := CoGroup(a, b, by...)
	return narrow(groups, "MapPartitionsRDD", op, func(_ *Task, _ int, rows iter.Seq[Pair[K, Groups[V, W]]]) iter.Seq[Pair[K, R]] {
		return func(yield func(Pair[K, R]) bool) {
			rows(func(p Pair[K, Groups[V, W]]) bool {
				return emit(p.Value, func(r R) bool { return yield(Pair[K, R]{Key: p.Key, Value: r}) })
			})
		}
	}).keeping(groups.by)
}

// Join is all pairs of values of the same key.
func Join[K comparable, V, W any](a *RDD[Pair[K, V]], b *RDD[Pair[K, W]], by ...Partitioner[K]) *RDD[Pair[K, Pair[V, W]]] {
	return joined(a, b, "join", by, func(g Groups[V, W], yield func(Pair[V, W]) bool) bool {
		for _, v := range g.Left {
			for _, w := range g.Right {
				if !yield(Pair[V, W]{Key: v, Value: w}) {
					return false
				}
			}
		}
		return true
	})
}

// LeftOuterJoin is [Join] that keeps the values of a without a partner.
func LeftOuterJoin[K comparable, V, W any](a *RDD[Pair[K, V]], b *RDD[Pair[K, W]], by ...Partitioner[K]) *RDD[Pair[K, Pair[V, Option[W]]]] {
	return joined(a, b, "leftOuterJoin", by, func(g Groups[V, W], yield func(Pair[V, Option[W]]) bool) bool {
		for _, v := range g.Left {
			for _, w := range orNone(g.Right) {
				if !yield(Pair[V, Option[W]]{Key: v, Value: w}) {
					return false
				}
			}
		}
		return true
	})
}

// RightOuterJoin is [Join] that keeps the values of b without a partner.
func RightOuterJoin[K comparable, V, W any](a *RDD[Pair[K, V]], b *RDD[Pair[K, W]], by ...Partitioner[K]) *RDD[Pair[K, Pair[Option[V], W]]] {
	return joined(a, b, "rightOuterJoin", by, func(g Groups[V, W], yield func(Pair[Option[V], W]) bool) bool {
		if len(g.Left) == 0 {
			for _, w := range g.Right {
				if !yield(Pair[Option[V], W]{Value: w}) {
					return false
				}
			}
			return true
		}
		for _, v := range g.Left {
			for _, w := range g.Right {
				if !yield(Pair[Option[V], W]{Key: Some(v), Value: w}) {
					return false
				}
			}
		}
		return true
	})
}

// FullOuterJoin is [Join] that keeps the values of both without a partner.
func FullOuterJoin[K comparable, V, W any](a *RDD[Pair[K, V]], b *RDD[Pair[K, W]], by ...Partitioner[K]) *RDD[Pair[K, Pair[Option[V], Option[W]]]] {
	return joined(a, b, "fullOuterJoin", by, func(g Groups[V, W], yield func(Pair[Option[V], Option[W]]) bool) bool {
		for _, v := range orNone(g.Left) {
			for _, w := range orNone(g.Right) {
				if !yield(Pair[Option[V], Option[W]]{Key: v, Value: w}) {
					return false
				}
			}
		}
		return true
	})
}

// orNone are the values, or one nothing if there is none.
func orNone[T any](values []T) []Option[T] {
	if len(values) == 0 {
		return []Option[T]{{}}
	}
	out := make([]Option[T], len(values))
	for i, v := range values {
		out[i] = Some(v)
	}
	return out
}

// SubtractByKey keeps the pairs of a whose keys are not in b.
func SubtractByKey[K comparable, V, W any](a *RDD[Pair[K, V]], b *RDD[Pair[K, W]], by ...Partitioner[K]) *RDD[Pair[K, V]] {
	if len(by) == 0 {
		// The partitions of a, as Spark has them.
		by = []Partitioner[K]{defaultPartitioner[K](nil, a.node)}
	}
	p := by[0]
	left, right := sideOf(a, p), sideOf(Map(b, func(p Pair[K, W]) Pair[K, struct{}] { return Pair[K, struct{}]{Key: p.Key} }).keeping(b.by), p)
	n := cogroupNode("SubtractedRDD", "subtractByKey", p, p.NumPartitions(), left.dependency(), right.dependency())
	return &RDD[Pair[K, V]]{node: n, compute: func(t *Task, part int) iter.Seq[Pair[K, V]] {
		return unlessFailed(t, func(yield func(Pair[K, V]) bool) error {
			gone := shuffle.NewTable[K, struct{}]()
			for q := range right.rows(t, part) {
				gone.Add(q.Key)
			}
			left.rows(t, part)(func(q Pair[K, V]) bool { return gone.Find(q.Key) >= 0 || yield(q) })
			return nil
		})
	}}
}

// Subtract keeps the rows of a that are not in b, however often they occur there, in
// parts partitions, 0 for as many as a has.
func Subtract[T comparable](a, b *RDD[T], parts int) *RDD[T] {
	if parts <= 0 {
		parts = a.parts
	}
	return Keys(SubtractByKey(keyed(a), keyed(b), Partitioner[T](Hash[T](parts))))
}

// Intersection is the rows that occur in both, each once, in parts partitions, 0 as
// [Join] would.
func Intersection[T comparable](a, b *RDD[T], parts int) *RDD[T] {
	var by []Partitioner[T]
	if parts > 0 {
		by = []Partitioner[T]{Hash[T](parts)}
	}
	both := CoGroup(keyed(a), keyed(b), by...)
	return Keys(Filter(both, func(p Pair[T, Groups[struct{}, struct{}]]) bool {
		return len(p.Value.Left) > 0 && len(p.Value.Right) > 0
	}))
}

func keyed[T any](in *RDD[T]) *RDD[Pair[T, struct{}]] {
	return Map(in, func(v T) Pair[T, struct{}] { return Pair[T, struct{}]{Key: v} })
}
