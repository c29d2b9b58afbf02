package keyed

import (
	"math"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// unseen is the time of a slot whose key is new.
const unseen = math.MinInt64

// Seen are the values of the keys that a [Deduplicate] has seen. A slot that the
// table has just made ready is new until its time is set. Where keys expire by
// their first row's event time, that time is the value, and a heap over all slots
// finds those that are due:
//
//	times  by slot   12:05  12:03  12:09  …
//	heap             (12:03, 1) (12:05, 0) (12:09, 2)
//
// The heap is no part of the state. It is made again when the table was loaded,
// which shows in a Load or in another number of keys.
type Seen struct {
	timed  bool
	times  []int64 // by slot; unseen for a new key
	heap   []deadline
	loaded bool
}

type deadline struct {
	time int64
	slot int32
}

// Types implements [Values].
func (s *Seen) Types() []types.Type {
	if !s.timed {
		return nil
	}
	return []types.Type{types.Of(types.Long)}
}

// Reset implements [Values].
func (s *Seen) Reset(from, to int) {
	for len(s.times) < to {
		s.times = append(s.times, unseen)
	}
	for i := from; i < to; i++ {
		s.times[i] = unseen
	}
}

// Save implements [Values].
func (s *Seen) Save(slots []int32, out []*batch.Column) error {
	if !s.timed {
		return nil
	}
	at := out[0].Len()
	out[0].Extend(len(slots))
	values := batch.Values[int64](out[0])
	for i, slot := range slots {
		values[at+i] = s.times[slot]
	}
	return nil
}

// Load implements [Values].
func (s *Seen) Load(slots []int32, in []*batch.Column) error {
	s.loaded = true
	for i, slot := range slots {
		s.times[slot] = 0
		if s.timed {
			s.times[slot] = batch.Values[int64](in[0])[i]
		}
	}
	return nil
}

func (s *Seen) new(slot int32) bool { return s.times[slot] == unseen }

// index makes the heap of a table that was loaded.
func (s *Seen) index(t Table) {
	if !s.loaded && len(s.heap) == t.Len() {
		return
	}
	s.heap, s.loaded = s.heap[:0], false
	for _, slot := range t.Live(nil) {
		s.expire(slot, s.times[slot])
	}
}

// expire sets when a key expires.
func (s *Seen) expire(slot int32, at int64) {
	s.times[slot] = at
	s.heap = append(s.heap, deadline{at, slot})
	for i := len(s.heap) - 1; i > 0; {
		up := (i - 1) / 2
		if s.heap[up].time <= s.heap[i].time {
			return
		}
		s.heap[up], s.heap[i] = s.heap[i], s.heap[up]
		i = up
	}
}

// due appends the slots that expire at or before until, and forgets them.
func (s *Seen) due(until int64, slots []int32) []int32 {
	for len(s.heap) > 0 && s.heap[0].time <= until {
		slots = append(slots, s.heap[0].slot)
		s.pop()
	}
	return slots
}

func (s *Seen) pop() {
	n := len(s.heap) - 1
	s.heap[0] = s.heap[n]
	s.heap = s.heap[:n]
	for i := 0; ; {
		least := i
		for down := 2*i + 1; down <= 2*i+2 && down < n; down++ {
			if s.heap[down].time < s.heap[least].time {
				least = down
			}
		}
		if least == i {
			return
		}
		s.heap[i], s.heap[least] = s.heap[least], s.heap[i]
		i = least
	}
}
