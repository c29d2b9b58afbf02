package dstream

import (
	"iter"
	"slices"
	"time"

	"github.com/weirstream/weir/internal/shuffle"
	"github.com/weirstream/weir/rdd"
)

// WindowConf says more of a window that is reduced with an inverse.
type WindowConf[K comparable, V any] struct {
	// Filter drops keys from the window for good when it is false for what they have
	// come to; nil: none. It must depend on its argument alone.
	Filter func(rdd.Pair[K, V]) bool
	// Partitioner deals the keys; nil: by hash, to as many partitions as the default
	// parallelism says.
	Partitioner rdd.Partitioner[K]
}

// ReduceByKeyAndWindowInverse is [ReduceByKeyAndWindow] that goes from one window to the
// next (D68): inverse takes out of a key's value what has left the window, f adds what
// has come, and the batches in between are not looked at. It keeps state and needs a
// checkpoint directory.
//
// As in PySpark, a window shorter than 5 slides is computed anew, and so is the first
// one: keys that have left are gone then. Otherwise they stay with the value that the
// inverse has left of them, unless the filter drops them. A key that was dropped and
// comes back begins anew, and what of it leaves the window later is not taken out twice:
// the inverse is left out for keys that are not there.
func ReduceByKeyAndWindowInverse[K comparable, V any](in *Stream[rdd.Pair[K, V]], f, inverse func(a, b V) V, length, slide time.Duration,
	conf WindowConf[K, V],
) *Stream[rdd.Pair[K, V]] {
	by := dealing(in.ssc, []rdd.Partitioner[K]{conf.Partitioner})
	return windowed(in, length, slide, sliding[K, V, V]{
		op: "reduceByKeyAndWindow", by: by[0], add: f, inverse: inverse, filter: conf.Filter,
		batch: func(r *rdd.RDD[rdd.Pair[K, V]]) *rdd.RDD[rdd.Pair[K, V]] { return rdd.ReduceByKey(r, f, by...) },
		whole: func(r *rdd.RDD[rdd.Pair[K, V]]) *rdd.RDD[rdd.Pair[K, V]] { return rdd.ReduceByKey(r, f, by...) },
	})
}

// GroupByKeyAndWindow makes a slice of all values of a key in a window, in their order
// (D66). It keeps state and needs a checkpoint directory; keys that have left a window
// of at least 5 slides stay with no values.
func GroupByKeyAndWindow[K comparable, V any](in *Stream[rdd.Pair[K, V]], length, slide time.Duration, by ...rdd.Partitioner[K]) *Stream[rdd.Pair[K, []V]] {
	by = dealing(in.ssc, by)
	return windowed(in, length, slide, sliding[K, V, []V]{
		op: "groupByKeyAndWindow", by: by[0],
		add:     func(a, b []V) []V { return slices.Concat(a, b) },
		inverse: func(a, b []V) []V { return a[min(len(b), len(a)):] },
		batch:   func(r *rdd.RDD[rdd.Pair[K, V]]) *rdd.RDD[rdd.Pair[K, []V]] { return rdd.GroupByKey(r, by...) },
		whole: func(r *rdd.RDD[rdd.Pair[K, []V]]) *rdd.RDD[rdd.Pair[K, []V]] {
			return rdd.GroupByKey(rdd.FlatMapValues(r, func(list []V) []V { return list }), by...)
		},
	})
}

// sliding is what a reduction over windows does.
type sliding[K comparable, V, C any] struct {
	op      string
	by      rdd.Partitioner[K]
	add     func(a, b C) C // must not change a
	inverse func(a, b C) C
	filter  func(rdd.Pair[K, C]) bool
	batch   func(*rdd.RDD[rdd.Pair[K, V]]) *rdd.RDD[rdd.Pair[K, C]] // reduces a batch
	whole   func(*rdd.RDD[rdd.Pair[K, C]]) *rdd.RDD[rdd.Pair[K, C]] // reduces reduced batches
}

// fewSlides is up to how many slides a window is computed anew, exclusively.
const fewSlides = 5

// windowed makes the stream of a reduction over windows.
func windowed[K comparable, V, C any](in *Stream[rdd.Pair[K, V]], length, slide time.Duration, w sliding[K, V, C]) *Stream[rdd.Pair[K, C]] {
	slide = checkWindow(in.node, length, slide)
	batches := derived(in, "ShuffledDStream", w.op, w.batch)
	batches.persistedBy()
	if length >= fewSlides*slide {
		return w.carried(batches, length, slide)
	}
	n := newNode(in.ssc, "ReducedWindowedDStream", w.op, batches.node)
	n.slide, n.window, n.stateful, n.level = slide, length, true, rdd.MemoryOnly
	return newStream(n, func(at Time) (*rdd.RDD[rdd.Pair[K, C]], error) {
		list, err := batches.within(at.Add(in.slide-length), at)
		if len(list) == 0 || err != nil {
			return nil, err
		}
		r := w.whole(united(in.ssc, list))
		if w.filter != nil {
			r = rdd.Filter(r, w.filter)
		}
		return r, nil
	})
}

// carried makes each window of the one before it. What has left it and what has come is
// put together by key; a [stateMapper] makes the next window of that, so that a slide
// costs what the batches hold that leave and come, not what the window holds.
//
//	gone ─┐
//	come ─┴─▶ changes ─▶ cells: the window, shared with that before ─▶ its rows
func (w *sliding[K, V, C]) carried(batches *Stream[rdd.Pair[K, C]], length, slide time.Duration) *Stream[rdd.Pair[K, C]] {
	type pair = rdd.Pair[K, C]
	ssc := batches.ssc
	n := newNode(ssc, "TransformedDStream", w.op, batches.node)
	n.slide, n.window = slide, length
	changes := newStream(n, func(at Time) (*rdd.RDD[rdd.Pair[K, change[C]]], error) {
		gone, err := batches.within(at.Add(batches.slide-slide-length), at.Add(-length))
		if err != nil {
			return nil, err
		}
		come, err := batches.within(at.Add(batches.slide-slide), at)
		if len(gone)+len(come) == 0 || err != nil {
			return nil, err
		}
		return rdd.ZipPartitionsKeeping(rdd.PartitionBy(united(ssc, gone), w.by), rdd.PartitionBy(united(ssc, come), w.by),
			func(_ *rdd.Task, gone, come iter.Seq[pair]) iter.Seq[rdd.Pair[K, change[C]]] {
				return w.changes(gone, come)
			}), nil
	})
	m := newStateMapper(changes, "ReducedWindowedDStream", w.op, w.by,
		func(_ Time, k K, c rdd.Option[change[C]], s *State[C]) rdd.Option[struct{}] {
			w.apply(k, c.Value, s)
			return rdd.Option[struct{}]{}
		})
	m.waits = true
	out := derived(m.cells, "ReducedWindowedDStream", w.op, func(r *rdd.RDD[cell]) *rdd.RDD[pair] {
		return rdd.MapPartitionsKeeping(r, unfolding(m.record, (*record[K, C, struct{}]).rows))
	})
	out.saves = m.cells.node
	return out
}

// change is what happened to a key between two windows.
type change[C any] struct {
	gone, come C
	left, came bool
}

// changes are the keys whose batches have left or come, each once.
func (w *sliding[K, V, C]) changes(gone, come iter.Seq[rdd.Pair[K, C]]) iter.Seq[rdd.Pair[K, change[C]]] {
	return func(yield func(rdd.Pair[K, change[C]]) bool) {
		found := shuffle.NewTable[K, change[C]]()
		gone(func(p rdd.Pair[K, C]) bool {
			i, _ := found.Add(p.Key)
			c := &found.Values[i]
			if c.left {
				c.gone = w.add(c.gone, p.Value)
			} else {
				c.gone, c.left = p.Value, true
			}
			return true
		})
		come(func(p rdd.Pair[K, C]) bool {
			i, _ := found.Add(p.Key)
			c := &found.Values[i]
			if c.came {
				c.come = w.add(c.come, p.Value)
			} else {
				c.come, c.came = p.Value, true
			}
			return true
		})
		for i, k := range found.Keys {
			if !yield(rdd.P(k, found.Values[i])) {
				return
			}
		}
	}
}

// apply changes the value of a key. Keys that are not there have nothing to leave; the
// filter looks at what has changed, since it has looked at everything else before.
func (w *sliding[K, V, C]) apply(k K, c change[C], s *State[C]) {
	if !s.Exists() && !c.came {
		return
	}
	v := c.come
	if s.Exists() {
		v = s.Get()
		if c.left {
			v = w.inverse(v, c.gone)
		}
		if c.came {
			v = w.add(v, c.come)
		}
	}
	switch {
	case w.filter == nil || w.filter(rdd.P(k, v)):
		s.Update(v)
	case s.Exists():
		s.Remove()
	}
}
