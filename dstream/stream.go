package dstream

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/rdd"
)

// Stream is a discretized stream: an [rdd.RDD] for each interval of its slide. It is
// described before its context starts and cannot be changed later.
type Stream[T any] struct {
	*node
	// compute makes the RDD of a time at which the stream has one; nil: none after
	// all. It is called under the lock of the graph.
	compute func(at Time) (*rdd.RDD[T], error)
	made    map[Time]made[T]
	// old are the directories of RDDs that are forgotten, and that batches are made from
	// that may run again after a restart.
	old map[Time]string
}

// made is an RDD of a stream.
type made[T any] struct {
	rdd *rdd.RDD[T]
	// ours: the stream has persisted it, and unpersists it.
	ours bool
}

// newStream makes a stream of a node.
func newStream[T any](n *node, compute func(at Time) (*rdd.RDD[T], error)) *Stream[T] {
	s := &Stream[T]{node: n, compute: compute, made: make(map[Time]made[T])}
	n.rdds, n.rows = s, reflect.TypeFor[T]().String()
	return s
}

// at is the RDD of a time, nil if there is none. The caller holds the lock of the
// graph.
func (s *Stream[T]) at(at Time) (*rdd.RDD[T], error) {
	if m, ok := s.made[at]; ok {
		return m.rdd, nil
	}
	if ok, err := s.valid(at); !ok {
		return nil, err
	}
	r, err := s.compute(at)
	if r == nil || err != nil {
		return nil, err
	}
	m := made[T]{rdd: r}
	if s.level != rdd.StorageNone && r.StorageLevel() == rdd.StorageNone {
		r.Persist(s.level)
		m.ours = true
	}
	if s.settler != nil {
		r.LocalCheckpoint() // the state of a batch is all that the next needs
	} else if s.every > 0 && isMultiple(at.Sub(s.ssc.graph.zero), s.every) {
		if err := r.Checkpoint(); err != nil {
			return nil, err
		}
	}
	s.made[at] = m
	return r, nil
}

// within are the RDDs of the times of the stream from begin to end, both included and
// both floored to its slide. The start of the context has none. The caller holds the
// lock of the graph.
func (s *Stream[T]) within(begin, end Time) ([]*rdd.RDD[T], error) {
	if !s.began {
		return nil, notInitialized(s.node)
	}
	zero := s.ssc.graph.zero
	var list []*rdd.RDD[T]
	for at := range begin.Floor(s.slide, zero).To(end.Floor(s.slide, zero), s.slide) {
		if at <= zero {
			continue
		}
		r, err := s.at(at)
		if err != nil {
			return nil, err
		}
		if r != nil {
			list = append(list, r)
		}
	}
	return list, nil
}

func (s *Stream[T]) forget(upTo Time, again []Time) {
	s.keepOld(upTo, again)
	for at, m := range s.made {
		if at <= upTo {
			delete(s.made, at)
			if m.ours && !s.ssc.conf.KeepRDDs {
				m.rdd.Unpersist()
			}
		}
	}
}

// keepOld remembers where those of the RDDs were saved that are forgotten and wanted.
func (s *Stream[T]) keepOld(upTo Time, again []Time) {
	if len(again) == 0 && len(s.old) == 0 {
		return
	}
	saved := s.saved()
	clear(s.old)
	for at, dir := range saved {
		if at <= upTo && wanted(at, maps.Keys(saved), again) {
			if s.old == nil {
				s.old = make(map[Time]string)
			}
			s.old[at] = dir
		}
	}
}

func (s *Stream[T]) saved() map[Time]string {
	dirs := maps.Clone(s.old)
	for at, m := range s.made {
		if dir := m.rdd.CheckpointFile(); dir != "" {
			if dirs == nil {
				dirs = make(map[Time]string)
			}
			dirs[at] = dir
		}
	}
	return dirs
}

func (s *Stream[T]) restore(at Time, dir string) error {
	r := rdd.CheckpointedAs[T](s.ssc.rdd, dir)
	if err := r.Err(); err != nil {
		return err
	}
	m := made[T]{rdd: r}
	if s.level != rdd.StorageNone {
		r.Persist(s.level)
		m.ours = true
	}
	s.made[at] = m
	return nil
}

// Context is the context of the stream.
func (s *Stream[T]) Context() *Context { return s.ssc }

// SlideDuration is how often the stream has an RDD.
func (s *Stream[T]) SlideDuration() time.Duration { return s.slide }

// Name is the step that made the stream, and where it stands: "map at main.go:12".
func (s *Stream[T]) Name() string { return s.site }

// Cache is Persist at [rdd.MemoryOnly]. Spark's is MEMORY_ONLY_SER (D80).
func (s *Stream[T]) Cache() *Stream[T] { return s.Persist(rdd.MemoryOnly) }

// Persist keeps the RDDs of the stream at a level until they are forgotten (D80). It is
// refused once the context has started.
func (s *Stream[T]) Persist(level rdd.StorageLevel) *Stream[T] {
	if s.ssc.State() != Initialized {
		s.ssc.refuse(fault.New(fault.IllegalState, "Cannot change storage level of a DStream after streaming context has started"))
		return s
	}
	s.level = level
	return s
}

// Checkpoint has the RDDs of the stream written to the checkpoint directory each time
// the interval has passed, which cuts their lineage (D86). It must be a multiple of the
// stream's slide; 5 to 10 slides are good. The stream is persisted.
func (s *Stream[T]) Checkpoint(interval time.Duration) *Stream[T] {
	if s.ssc.State() != Initialized {
		s.ssc.refuse(fault.New(fault.IllegalState, "Cannot change checkpoint interval of a DStream after streaming context has started"))
		return s
	}
	if s.saves != nil {
		s.saves.every = interval
		return s
	}
	if s.level == rdd.StorageNone {
		s.level = rdd.MemoryOnly
	}
	s.every = interval
	return s
}

// Slice are the RDDs from one time to another, both included (D40). Times that are not
// on the grid of the stream are floored to it. The context must remember that long
// (see [Context.Remember]).
func (s *Stream[T]) Slice(from, to Time) ([]*rdd.RDD[T], error) {
	g := &s.ssc.graph
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.began && (from.Floor(s.slide, g.zero) != from || to.Floor(s.slide, g.zero) != to) {
		s.ssc.log.Warn("slice: the times are not multiples of the slide of the stream and are floored", "from", from, "to", to, "slide", s.slide)
	}
	return s.within(from, to)
}

// times are the times of which there are RDDs, in order; tests look at them.
func (s *Stream[T]) times() []Time {
	g := &s.ssc.graph
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []Time
	for at := range s.made {
		list = append(list, at)
	}
	slices.Sort(list)
	return list
}
