package dstream

import (
	"iter"

	"github.com/weirstream/weir/internal/shuffle"
	"github.com/weirstream/weir/rdd"
)

// UpdateConf says more of [UpdateStateByKey].
type UpdateConf[K comparable, S any] struct {
	// Initial is the state of keys before the first batch; nil: none.
	Initial *rdd.RDD[rdd.Pair[K, S]]
	// Partitioner deals the keys; nil: by hash, to as many partitions as the default
	// parallelism says.
	Partitioner rdd.Partitioner[K]
}

// UpdateStateByKey keeps a value for each key (D45). In each interval update is called
// once for every known key, with the new values in their order, which may be none, and
// the old state, which is None for a new key; what it returns is the new state, and None
// drops the key. It needs a checkpoint directory. Its cost follows the number of keys;
// that of [MapWithState] follows the rows.
//
// update must not change the state that it was given, unless it is a copy.
func UpdateStateByKey[K comparable, V, S any](in *Stream[rdd.Pair[K, V]], update func(values []V, old rdd.Option[S]) rdd.Option[S],
	conf UpdateConf[K, S],
) *Stream[rdd.Pair[K, S]] {
	return UpdateStateByKeyAt(in, func(_ Time, _ K, values []V, old rdd.Option[S]) rdd.Option[S] { return update(values, old) }, conf)
}

// UpdateStateByKeyAt is [UpdateStateByKey] with a function that is given the time of the
// batch and the key, too.
func UpdateStateByKeyAt[K comparable, V, S any](in *Stream[rdd.Pair[K, V]],
	update func(at Time, key K, values []V, old rdd.Option[S]) rdd.Option[S], conf UpdateConf[K, S],
) *Stream[rdd.Pair[K, S]] {
	return stateStream(in, conf, func(at Time, t *rdd.Task, old iter.Seq[rdd.Pair[K, S]], rows iter.Seq[rdd.Pair[K, V]]) iter.Seq[rdd.Pair[K, S]] {
		return func(yield func(rdd.Pair[K, S]) bool) {
			updateKeys(t, old, rows, func(k K, values []V, old rdd.Option[S]) rdd.Option[S] { return update(at, k, values, old) }, yield)
		}
	})
}

// stateStream is a stream of states: each is made, partition by partition, of the one
// before it and of the rows of the batch, which lie by the same partitioner.
func stateStream[K comparable, V, S any](in *Stream[rdd.Pair[K, V]], conf UpdateConf[K, S],
	next func(at Time, t *rdd.Task, old iter.Seq[rdd.Pair[K, S]], rows iter.Seq[rdd.Pair[K, V]]) iter.Seq[rdd.Pair[K, S]],
) *Stream[rdd.Pair[K, S]] {
	by := dealing(in.ssc, []rdd.Partitioner[K]{conf.Partitioner})[0]
	n := newNode(in.ssc, "StateDStream", "updateStateByKey", in.node)
	n.stateful, n.level = true, rdd.MemoryOnly
	var out *Stream[rdd.Pair[K, S]]
	out = newStream(n, func(at Time) (*rdd.RDD[rdd.Pair[K, S]], error) {
		before, err := out.at(at.Add(-n.slide))
		if err != nil {
			return nil, err
		}
		rows, err := in.at(at)
		if rows == nil || err != nil {
			return before, err
		}
		if before == nil {
			before = conf.Initial
		}
		if before == nil {
			before = rdd.Empty[rdd.Pair[K, S]](in.ssc.rdd)
		}
		return rdd.ZipPartitionsKeeping(rdd.PartitionBy(before, by), rdd.PartitionBy(rows, by),
			func(t *rdd.Task, old iter.Seq[rdd.Pair[K, S]], rows iter.Seq[rdd.Pair[K, V]]) iter.Seq[rdd.Pair[K, S]] {
				return next(at, t, old, rows)
			}), nil
	})
	return out
}

// updateKeys calls update for each key of a partition: the known ones in their order,
// then the new ones in the order of their rows.
func updateKeys[K comparable, V, S any](t *rdd.Task, old iter.Seq[rdd.Pair[K, S]], rows iter.Seq[rdd.Pair[K, V]],
	update func(key K, values []V, old rdd.Option[S]) rdd.Option[S], yield func(rdd.Pair[K, S]) bool,
) {
	type come struct {
		values []V
		known  bool
	}
	found := shuffle.NewTable[K, come]()
	rows(func(p rdd.Pair[K, V]) bool {
		i, _ := found.Add(p.Key)
		found.Values[i].values = append(found.Values[i].values, p.Value)
		return true
	})
	if t.Err() != nil {
		return // half of the rows must not become a state
	}
	more := true
	pass := func(k K, s rdd.Option[S]) {
		if s.OK {
			more = yield(rdd.Pair[K, S]{Key: k, Value: s.Value})
		}
	}
	old(func(p rdd.Pair[K, S]) bool {
		var values []V
		if i := found.Find(p.Key); i >= 0 {
			found.Values[i].known = true
			values = found.Values[i].values
		}
		pass(p.Key, update(p.Key, values, rdd.Some(p.Value)))
		return more && t.Err() == nil
	})
	for i, k := range found.Keys {
		if !more || t.Err() != nil {
			return
		}
		if c := &found.Values[i]; !c.known {
			pass(k, update(k, c.values, rdd.Option[S]{}))
		}
	}
}

// UpdatePartition is the rows of one key that [UpdateStateByPartition] is given.
type UpdatePartition[K, V, S any] struct {
	Key    K
	Values []V
	Old    rdd.Option[S]
}

// UpdateStateByPartition is [UpdateStateByKey] with a function over all keys of a
// partition (D45, the iterator form). It must yield at most one state for a key, and
// leave keys in their partition.
func UpdateStateByPartition[K comparable, V, S any](in *Stream[rdd.Pair[K, V]],
	update func(at Time, keys iter.Seq[UpdatePartition[K, V, S]]) iter.Seq[rdd.Pair[K, S]], conf UpdateConf[K, S],
) *Stream[rdd.Pair[K, S]] {
	return stateStream(in, conf, func(at Time, t *rdd.Task, old iter.Seq[rdd.Pair[K, S]], rows iter.Seq[rdd.Pair[K, V]]) iter.Seq[rdd.Pair[K, S]] {
		return update(at, func(yield func(UpdatePartition[K, V, S]) bool) {
			more := true
			updateKeys(t, old, rows, func(k K, values []V, old rdd.Option[S]) rdd.Option[S] {
				more = more && yield(UpdatePartition[K, V, S]{Key: k, Values: values, Old: old})
				return rdd.Option[S]{}
			}, func(rdd.Pair[K, S]) bool { return true })
		})
	})
}
