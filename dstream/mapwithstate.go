package dstream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/rdd"
)

// What a [State] panics with when it is used wrongly, in Spark's words (D47). A function
// that goes on regardless fails its task.
var (
	ErrStateNotSet     = errors.New("State is not set")
	ErrUpdateRemoved   = errors.New("Cannot update the state after it has been removed")
	ErrUpdateTimingOut = errors.New("Cannot update the state that is timing out")
	ErrRemoveTimingOut = errors.New("Cannot remove the state that is timing out")
	ErrRemoveRemoved   = errors.New("Cannot remove the state that has already been removed")
)

// State is the state of one key while a function looks at it (D47). It is good until the
// function returns.
type State[S any] struct {
	value                                S
	defined, timingOut, updated, removed bool
}

// Exists reports whether the key has a state.
func (s *State[S]) Exists() bool { return s.defined }

// Get is the state. It panics with [ErrStateNotSet] if there is none.
func (s *State[S]) Get() S {
	if !s.defined {
		panic(ErrStateNotSet)
	}
	return s.value
}

// Option is the state, or none.
func (s *State[S]) Option() rdd.Option[S] { return rdd.Option[S]{Value: s.value, OK: s.defined} }

// Update gives the key a new state. It panics if the state was removed or is timing out.
func (s *State[S]) Update(v S) {
	switch {
	case s.removed:
		panic(ErrUpdateRemoved)
	case s.timingOut:
		panic(ErrUpdateTimingOut)
	}
	s.value, s.defined, s.updated = v, true, true
}

// Remove takes the state away. It panics if it was removed or is timing out.
func (s *State[S]) Remove() {
	switch {
	case s.timingOut:
		panic(ErrRemoveTimingOut)
	case s.removed:
		panic(ErrRemoveRemoved)
	}
	var none S
	s.value, s.defined, s.updated, s.removed = none, false, false, true
}

// IsTimingOut reports whether the state goes after this call because the key had no rows
// for too long.
func (s *State[S]) IsTimingOut() bool { return s.timingOut }

// StateConf says more of [MapWithState] (D48).
type StateConf[K comparable, S any] struct {
	// Initial is the state of keys before the first batch; nil: none.
	Initial *rdd.RDD[rdd.Pair[K, S]]
	// Partitioner deals the keys; nil: by hash, to as many partitions as the default
	// parallelism says.
	Partitioner rdd.Partitioner[K]
	// Timeout is how long a key may have no rows before its state goes; 0: for ever.
	// As in Spark it is looked for in batches whose state is checkpointed, by default
	// every 10th.
	Timeout time.Duration
}

// StateStream is the outcome of [MapWithState]: a stream of what the function returns.
type StateStream[K comparable, S, E any] struct {
	*Stream[E]
	snapshots func() *Stream[rdd.Pair[K, S]]
	cells     *Stream[cell]
}

// StateSnapshots is a stream of all keys and their states after each batch (D49). It
// costs what there is of them.
func (s *StateStream[K, S, E]) StateSnapshots() *Stream[rdd.Pair[K, S]] { return s.snapshots() }

// CheckpointState has the state written each time the interval has passed, which is 10
// slides unless it is set. It is also how often keys are looked for that time out.
func (s *StateStream[K, S, E]) CheckpointState(interval time.Duration) *StateStream[K, S, E] {
	s.cells.Checkpoint(interval)
	return s
}

// MapWithState calls f for every row, with the state of its key, which f may change
// (D46). It costs what the rows of a batch cost, however many keys there are. It needs a
// checkpoint directory; keys and states are written by encoding/gob unless they are
// numbers, strings or pairs of those.
//
// f must not change what the state refers to, but give it a new value: the state of the
// batch before is needed when a task is tried again.
func MapWithState[K comparable, V, S, E any](in *Stream[rdd.Pair[K, V]], f func(key K, value rdd.Option[V], state *State[S]) E,
	conf StateConf[K, S],
) *StateStream[K, S, E] {
	return MapWithStateAt(in, func(_ Time, key K, value rdd.Option[V], state *State[S]) rdd.Option[E] {
		return rdd.Some(f(key, value, state))
	}, conf)
}

// MapWithStateAt is [MapWithState] with a function that is given the time of the batch,
// too, and may return nothing.
func MapWithStateAt[K comparable, V, S, E any](in *Stream[rdd.Pair[K, V]],
	f func(at Time, key K, value rdd.Option[V], state *State[S]) rdd.Option[E], conf StateConf[K, S],
) *StateStream[K, S, E] {
	by := dealing(in.ssc, []rdd.Partitioner[K]{conf.Partitioner})[0]
	m := newStateMapper(in, "InternalMapWithStateDStream", "mapWithState", by, f)
	m.conf, m.cells.usual = conf, 10*in.slide
	out := derived(m.cells, "MapWithStateDStream", "mapWithState", func(r *rdd.RDD[cell]) *rdd.RDD[E] {
		return rdd.MapPartitions(r, unfolding(m.record, func(rec *record[K, S, E]) iter.Seq[E] { return slices.Values(rec.mapped) }))
	})
	return &StateStream[K, S, E]{Stream: out, cells: m.cells, snapshots: func() *Stream[rdd.Pair[K, S]] {
		return derived(m.cells, "MapWithStateDStream", "stateSnapshots", func(r *rdd.RDD[cell]) *rdd.RDD[rdd.Pair[K, S]] {
			return rdd.MapPartitions(r, unfolding(m.record, (*record[K, S, E]).rows))
		})
	}}
}

// newStateMapper makes the stream of the cells of a state, which f changes.
func newStateMapper[K comparable, V, S, E any](in *Stream[rdd.Pair[K, V]], class, op string, by rdd.Partitioner[K],
	f func(at Time, key K, value rdd.Option[V], state *State[S]) rdd.Option[E],
) *stateMapper[K, V, S, E] {
	m := &stateMapper[K, V, S, E]{in: in, f: f, by: by, held: make(map[Time][]*record[K, S, E])}
	n := newNode(in.ssc, class, op, in.node)
	n.stateful, n.level = true, rdd.MemoryAndDisk
	m.cells = newStream(n, m.compute)
	n.rdds, n.rows, n.settler = m, fmt.Sprintf("%T", rdd.Pair[K, S]{}), m
	return m
}

// cell stands for the state of one partition after one batch, which is too large to be
// a row: rows are measured and copied.
type cell struct {
	At   Time
	Part int
}

// record is the state of one partition after one batch, and what the batch gave. It is
// never changed.
type record[K comparable, S, E any] struct {
	states *version[K, stateRow[S]]
	idle   []idleKeys[K] // by time, the oldest first; nil without a timeout
	mapped []E
}

// rows yields all keys and their states.
func (r *record[K, S, E]) rows() iter.Seq[rdd.Pair[K, S]] {
	return func(yield func(rdd.Pair[K, S]) bool) {
		for k, row := range r.states.all() {
			if !yield(rdd.P(k, row.Value)) {
				return
			}
		}
	}
}

// stateRow is the state of one key.
type stateRow[S any] struct {
	Value   S
	Updated Time
}

// idleKeys are the keys whose last rows came at a time. Those that have had others since
// stand there, too: their state says so.
type idleKeys[K comparable] struct {
	at   Time
	keys []K
}

// savedState is how the state of a key is checkpointed.
type savedState[S any] = rdd.Pair[S, int64]

// stateMapper is the machine behind [MapWithState] and behind windows that are reduced
// with an inverse.
//
// The RDD of a batch has one row a partition, a cell; the records that cells stand for
// are held here. A record is computed once and found by all later tasks. The lineage of
// cells is cut after each batch, since the record of a batch is all that the next needs.
type stateMapper[K comparable, V, S, E any] struct {
	in    *Stream[rdd.Pair[K, V]]
	f     func(at Time, key K, value rdd.Option[V], state *State[S]) rdd.Option[E]
	conf  StateConf[K, S]
	by    rdd.Partitioner[K]
	cells *Stream[cell]
	// waits: there is no state before the first RDD of in, rather than an empty one.
	waits bool

	mu      sync.Mutex
	held    map[Time][]*record[K, S, E]
	dirs    map[Time]string // where states were saved
	writing sync.WaitGroup
	wrote   Time // the newest time that is saved
}

// record is what a cell stands for.
func (m *stateMapper[K, V, S, E]) record(c cell) *record[K, S, E] {
	m.mu.Lock()
	defer m.mu.Unlock()
	if list := m.held[c.At]; list != nil {
		return list[c.Part]
	}
	return nil
}

func (m *stateMapper[K, V, S, E]) hold(c cell, rec *record[K, S, E]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held[c.At] == nil {
		m.held[c.At] = make([]*record[K, S, E], m.by.NumPartitions())
	}
	m.held[c.At][c.Part] = rec
}

// forget drops the records of forgotten RDDs.
func (m *stateMapper[K, V, S, E]) forget(upTo Time, again []Time) {
	m.cells.forget(upTo, nil) // cells are not saved
	m.mu.Lock()
	defer m.mu.Unlock()
	for at := range m.held {
		if at <= upTo {
			delete(m.held, at)
		}
	}
	saved := slices.Sorted(maps.Keys(m.dirs))
	for _, at := range saved {
		if at <= upTo && at != m.wrote && !wanted(at, slices.Values(saved), again) {
			delete(m.dirs, at)
		}
	}
}

// compute makes the cells of a batch of those of the batch before.
func (m *stateMapper[K, V, S, E]) compute(at Time) (*rdd.RDD[cell], error) {
	ssc := m.in.ssc
	before, err := m.cells.at(at.Add(-m.in.slide))
	if err != nil {
		return nil, err
	}
	rows, err := m.in.at(at)
	if err != nil {
		return nil, err
	}
	if rows == nil {
		if before == nil && m.waits {
			return nil, nil
		}
		rows = rdd.Empty[rdd.Pair[K, V]](ssc.rdd)
	}
	if before == nil {
		initial := m.conf.Initial
		if initial == nil {
			initial = rdd.Empty[rdd.Pair[K, S]](ssc.rdd)
		}
		before = m.begin(at.Add(-m.in.slide), rdd.MapValues(initial, func(s S) savedState[S] { return rdd.P(s, int64(at)) }))
	}
	expire := m.conf.Timeout > 0 && isMultiple(at.Sub(ssc.graph.zero), m.cells.every)
	r := rdd.ZipPartitionsKeeping(before, rdd.PartitionBy(rows, m.by), func(t *rdd.Task, old iter.Seq[cell], rows iter.Seq[rdd.Pair[K, V]]) iter.Seq[cell] {
		return m.once(t, cell{at, t.Partition()}, func() *record[K, S, E] {
			var from *record[K, S, E]
			for c := range old {
				from = m.record(c)
			}
			if from == nil {
				t.Fail(fmt.Errorf("the state of partition %d before %v is lost", t.Partition(), at))
				return nil
			}
			return m.next(t, at, from, rows, expire)
		})
	})
	return r, nil
}

// once yields a cell whose record is held, and computes it if need be.
func (m *stateMapper[K, V, S, E]) once(t *rdd.Task, c cell, compute func() *record[K, S, E]) iter.Seq[cell] {
	return func(yield func(cell) bool) {
		if m.record(c) == nil {
			rec := compute()
			if rec == nil || t.Err() != nil {
				return
			}
			m.hold(c, rec)
		}
		yield(c)
	}
}

// begin makes cells of states that come from outside: the initial ones, or those of a
// checkpoint.
func (m *stateMapper[K, V, S, E]) begin(at Time, states *rdd.RDD[rdd.Pair[K, savedState[S]]]) *rdd.RDD[cell] {
	return rdd.MapPartitionsKeeping(rdd.PartitionBy(states, m.by), func(t *rdd.Task, rows iter.Seq[rdd.Pair[K, savedState[S]]]) iter.Seq[cell] {
		return m.once(t, cell{at, t.Partition()}, func() *record[K, S, E] {
			e := newVersion[K, stateRow[S]]().edit()
			defer e.close()
			idle := make(map[Time][]K)
			rows(func(p rdd.Pair[K, savedState[S]]) bool {
				updated := Time(p.Value.Value)
				e.set(p.Key, stateRow[S]{Value: p.Value.Key, Updated: updated})
				idle[updated] = append(idle[updated], p.Key)
				return true
			})
			rec := &record[K, S, E]{states: e.done()}
			if m.conf.Timeout > 0 {
				rec.idle = byTime(idle)
			}
			return rec
		})
	})
}

// byTime are keys by the times of their last rows, the oldest first.
func byTime[K comparable](keys map[Time][]K) []idleKeys[K] {
	var list []idleKeys[K]
	for _, at := range slices.Sorted(maps.Keys(keys)) {
		list = append(list, idleKeys[K]{at, keys[at]})
	}
	return list
}

// next is the record after a batch.
func (m *stateMapper[K, V, S, E]) next(t *rdd.Task, at Time, from *record[K, S, E], rows iter.Seq[rdd.Pair[K, V]], expire bool) *record[K, S, E] {
	e := from.states.edit()
	defer e.close()
	out := &record[K, S, E]{}
	var seen []K // keys whose last rows are those of this batch
	var state State[S]
	rows(func(p rdd.Pair[K, V]) bool {
		old, known := e.get(p.Key)
		state = State[S]{value: old.Value, defined: known}
		if v := m.f(at, p.Key, rdd.Some(p.Value), &state); v.OK {
			out.mapped = append(out.mapped, v.Value)
		}
		switch {
		case state.removed && known:
			e.remove(p.Key)
		case state.updated || state.defined && m.conf.Timeout > 0:
			if !known || old.Updated != at {
				seen = append(seen, p.Key)
			}
			e.set(p.Key, stateRow[S]{Value: state.value, Updated: at})
		}
		return t.Err() == nil
	})
	if m.conf.Timeout > 0 {
		out.idle = from.idle
		if expire {
			out.idle = m.expire(at, e, from.idle, out)
		}
		if len(seen) > 0 {
			out.idle = append(out.idle[:len(out.idle):len(out.idle)], idleKeys[K]{at, seen})
		}
	}
	out.states = e.done()
	return out
}

// expire calls the function once more for the keys that had no rows for too long, and
// drops them. It looks at nothing that is younger.
func (m *stateMapper[K, V, S, E]) expire(at Time, e *edit[K, stateRow[S]], idle []idleKeys[K], out *record[K, S, E]) []idleKeys[K] {
	limit := at.Add(-m.conf.Timeout)
	for len(idle) > 0 && idle[0].at < limit {
		for _, k := range idle[0].keys {
			row, ok := e.get(k)
			if !ok || row.Updated != idle[0].at {
				continue // it has had rows since
			}
			state := State[S]{value: row.Value, defined: true, timingOut: true}
			if v := m.f(at, k, rdd.Option[V]{}, &state); v.OK {
				out.mapped = append(out.mapped, v.Value)
			}
			e.remove(k)
		}
		idle = idle[1:]
	}
	return idle
}

// unfolding makes rows of the records that the cells of a partition stand for.
func unfolding[R, T any](record func(cell) *R, rows func(*R) iter.Seq[T]) func(t *rdd.Task, cells iter.Seq[cell]) iter.Seq[T] {
	return func(t *rdd.Task, cells iter.Seq[cell]) iter.Seq[T] {
		return func(yield func(T) bool) {
			for c := range cells {
				rec := record(c)
				if rec == nil {
					t.Fail(fmt.Errorf("the state of partition %d at %v is lost", c.Part, c.At))
					return
				}
				rows(rec)(yield)
			}
		}
	}
}

// settle is called after a batch whose jobs have all succeeded. When states are due to
// be saved it does so in the background: they do not change any more. The save before
// is waited for, so that the batches since a save do not become more and more.
func (m *stateMapper[K, V, S, E]) settle(ctx context.Context, at Time) {
	m.mu.Lock()
	due := isMultiple(at.Sub(m.in.ssc.graph.zero), m.cells.every) || m.wrote != 0 && at.Sub(m.wrote) > m.cells.every
	m.mu.Unlock()
	if !due {
		return
	}
	m.writing.Wait()
	g := &m.in.ssc.graph
	g.mu.Lock()
	made, ok := m.cells.made[at]
	g.mu.Unlock()
	if !ok {
		return
	}
	m.writing.Go(func() {
		dir := path.Join(m.in.ssc.rdd.CheckpointDir(), fmt.Sprintf("state-%d-%d", m.cells.id, int64(at)))
		err := rdd.SaveAsObjectFile(ctx, rdd.MapPartitions(made.rdd, unfolding(m.record, func(rec *record[K, S, E]) iter.Seq[rdd.Pair[K, savedState[S]]] {
			return func(yield func(rdd.Pair[K, savedState[S]]) bool) {
				for k, row := range rec.states.all() {
					if !yield(rdd.P(k, rdd.P(row.Value, int64(row.Updated)))) {
						return
					}
				}
			}
		})), dir)
		m.mu.Lock()
		defer m.mu.Unlock()
		if err != nil { // the next batch tries again
			err = errors.Join(err, vfs.RemoveAll(m.in.ssc.durable.fs, dir))
			if ctx.Err() == nil {
				m.in.ssc.report(fmt.Sprintf("the state of %s at %v cannot be saved", m.cells.site, at), err)
			}
			return
		}
		if m.dirs == nil {
			m.dirs = make(map[Time]string)
		}
		m.dirs[at] = dir
		m.wrote = max(m.wrote, at) // an old batch may have run again
	})
}

func (m *stateMapper[K, V, S, E]) wait() { m.writing.Wait() }

// needed is that batch after the newest save at which inputs forget what came before it:
// while states cannot be saved, nothing is forgotten that a restart would need.
func (m *stateMapper[K, V, S, E]) needed() Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return max(m.wrote, m.cells.ssc.graph.zero).Add(m.cells.remember)
}

// saved are the directories of saved states.
func (m *stateMapper[K, V, S, E]) saved() map[Time]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.dirs) == 0 {
		return nil
	}
	dirs := make(map[Time]string, len(m.dirs))
	for at, d := range m.dirs {
		dirs[at] = d
	}
	return dirs
}

// restore takes the states of a checkpoint as those after a batch.
func (m *stateMapper[K, V, S, E]) restore(at Time, dir string) error {
	states := rdd.ObjectFile[rdd.Pair[K, savedState[S]]](m.in.ssc.rdd, dir)
	if err := states.Err(); err != nil {
		return err
	}
	m.cells.made[at] = made[cell]{rdd: m.begin(at, states).LocalCheckpoint(), ours: true}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dirs == nil {
		m.dirs = make(map[Time]string)
	}
	m.dirs[at] = dir
	m.wrote = max(m.wrote, at)
	return nil
}
