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
	n := newNode(in.ssc, "ReducedWindowedDStream", w.op, batches.node)
	n.slide, n.window, n.stateful, n.level = slide, length, true, rdd.MemoryOnly
	var out *Stream[rdd.Pair[K, C]]
	out = newStream(n, func(at Time) (*rdd.RDD[rdd.Pair[K, C]], error) {
		var before *rdd.RDD[rdd.Pair[K, C]]
		var err error
		if length >= fewSlides*slide {
			if before, err = out.at(at.Add(-slide)); err != nil {
				return nil, err
			}
		}
		if before == nil {
			list, err := batches.within(at.Add(in.slide-length), at)
			if len(list) == 0 || err != nil {
				return nil, err
			}
			return w.filtered(w.whole(united(in.ssc, list))), nil
		}
		gone, err := batches.within(at.Add(in.slide-slide-length), at.Add(-length))
		if err != nil {
			return nil, err
		}
		come, err := batches.within(at.Add(in.slide-slide), at)
		if err != nil {
			return nil, err
		}
		return w.next(before, united(in.ssc, gone), united(in.ssc, come)), nil
	})
	return out
}

func (w *sliding[K, V, C]) filtered(r *rdd.RDD[rdd.Pair[K, C]]) *rdd.RDD[rdd.Pair[K, C]] {
	if w.filter == nil {
		return r
	}
	return rdd.Filter(r, w.filter)
}

// next makes a window of the one before it, of the batches that have left it and of
// those that have come. All lie by the partitioner, so that no row of the window moves.
func (w *sliding[K, V, C]) next(before, gone, come *rdd.RDD[rdd.Pair[K, C]]) *rdd.RDD[rdd.Pair[K, C]] {
	type pair = rdd.Pair[K, C]
	changes := rdd.ZipPartitionsKeeping(rdd.PartitionBy(gone, w.by), rdd.PartitionBy(come, w.by),
		func(_ *rdd.Task, gone, come iter.Seq[pair]) iter.Seq[change[K, C]] {
			return func(yield func(change[K, C]) bool) {
				w.changes(gone, come)(yield)
			}
		})
	r := rdd.ZipPartitionsKeeping(rdd.PartitionBy(before, w.by), changes, func(t *rdd.Task, before iter.Seq[pair], changes iter.Seq[change[K, C]]) iter.Seq[pair] {
		return func(yield func(pair) bool) {
			found := shuffle.NewTable[K, change[K, C]]()
			changes(func(c change[K, C]) bool {
				i, _ := found.Add(c.key)
				found.Values[i] = c
				return true
			})
			if t.Err() == nil {
				w.apply(before, found, yield)
			}
		}
	})
	return w.filtered(r)
}

// change is what happened to a key between two windows.
type change[K, C any] struct {
	key        K
	gone, come C
	left, came bool
	seen       bool // the key was in the window before
}

// changes are the keys whose batches have left or come, each once.
func (w *sliding[K, V, C]) changes(gone, come iter.Seq[rdd.Pair[K, C]]) iter.Seq[change[K, C]] {
	return func(yield func(change[K, C]) bool) {
		found := shuffle.NewTable[K, change[K, C]]()
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
			c := found.Values[i]
			c.key = k
			if !yield(c) {
				return
			}
		}
	}
}

// apply yields the window after the changes: the keys of before in their order, then
// the new ones.
func (w *sliding[K, V, C]) apply(before iter.Seq[rdd.Pair[K, C]], changes *shuffle.Table[K, change[K, C]], yield func(rdd.Pair[K, C]) bool) {
	more := true
	before(func(p rdd.Pair[K, C]) bool {
		if i := changes.Find(p.Key); i >= 0 {
			c := &changes.Values[i]
			c.seen = true
			if c.left {
				p.Value = w.inverse(p.Value, c.gone)
			}
			if c.came {
				p.Value = w.add(p.Value, c.come)
			}
		}
		more = yield(p)
		return more
	})
	for i := range changes.Values {
		c := &changes.Values[i]
		if !more {
			return
		}
		if c.came && !c.seen {
			more = yield(rdd.Pair[K, C]{Key: changes.Keys[i], Value: c.come})
		}
	}
}
