package state

import (
	"slices"

	"github.com/weirstream/weir/internal/kernel"
)

// expiry finds the slots whose event time has come, without looking at others:
// a list of slots for each span of time, and the spans in a heap.
//
//	spans   heap     10:05   10:10    10:15        one entry for each span
//	heads   map        │       │        └▶ [7]
//	lists   array      │       └▶ [2 4]
//	                   └▶ [0 1 3]
//	places  array   by slot, where it stands in its list
//
// A span is a sixteenth of a second: times that are all different, down to the
// microsecond, share spans too, and the ends of time windows are few anyway, so that a
// new key costs a look at one of the spans used lately. A list may be empty; its span
// leaves the heap once it is the earliest.
type expiry struct {
	spans []int64         // a heap, the earliest first
	heads map[int64]int32 // by span, its list
	lists []spanList
	free  []int32 // lists of no span
	times []int64 // by slot
	// places are by slot, the place in the list of its time; unlinked where the slot is
	// in no list.
	places []int32

	open [openSpans]openSpan // spans used lately, by span
}

// spanList are the slots of a span, in any order.
type spanList struct {
	slots []int32
	time  int64 // of the first that came
	mixed bool  // not all have that time
}

// openSpan is a span and its list, or none.
type openSpan struct {
	span int64
	list int32 // -1: none
}

// openSpans is how many lists are found without a look at heads: more than a key has time
// windows at once, which its groups go through in turn.
const openSpans = 64

// opened is where a span is, if it is open.
func (e *expiry) opened(span int64) *openSpan { return &e.open[uint64(span)*0x9E3779B97F4A7C15>>58] }

// spanBits is the length of a span: 2^16 microseconds.
const spanBits = 16

// unlinked is the place of a slot that is in no list.
const unlinked = -1

func newExpiry() expiry {
	e := expiry{heads: map[int64]int32{}}
	e.reset()
	return e
}

// add puts a slot that is in no list under a time.
func (e *expiry) add(slot int32, time int64) {
	if int(slot) >= len(e.places) {
		e.room(int(slot) + 1)
	}
	l := e.list(time >> spanBits)
	if len(l.slots) == 0 {
		l.time, l.mixed = time, false
	}
	l.mixed = l.mixed || time != l.time
	e.places[slot], e.times[slot] = int32(len(l.slots)), time
	l.slots = append(l.slots, slot)
}

// room makes room for n slots, more than there are. It doubles what there is: an append
// of much adds a quarter, and copies it five times in all.
func (e *expiry) room(n int) {
	if n > cap(e.places) {
		most := max(n, 2*cap(e.places))
		places, times := make([]int32, len(e.places), most), make([]int64, len(e.times), most)
		copy(places, e.places)
		copy(times, e.times)
		e.places, e.times = places, times
	}
	for i := len(e.places); i < n; i++ {
		e.places, e.times = append(e.places, unlinked), append(e.times, 0)
	}
}

// list is that of a span, made if there is none.
func (e *expiry) list(span int64) *spanList {
	o := e.opened(span)
	if o.list >= 0 && o.span == span {
		return &e.lists[o.list]
	}
	at, ok := e.heads[span]
	if !ok {
		if n := len(e.free); n > 0 {
			at, e.free = e.free[n-1], e.free[:n-1]
		} else {
			at, e.lists = int32(len(e.lists)), append(e.lists, spanList{})
		}
		e.spans = kernel.PushLeast(e.spans, span)
		e.heads[span] = at
	}
	*o = openSpan{span, at}
	return &e.lists[at]
}

// remove takes a slot out of its list, if it is in one: the last takes its place.
func (e *expiry) remove(slot int32) {
	if int(slot) >= len(e.places) || e.places[slot] == unlinked {
		return
	}
	l := e.list(e.times[slot] >> spanBits)
	n := len(l.slots) - 1
	at, last := e.places[slot], l.slots[n]
	l.slots[at], e.places[last] = last, at
	l.slots, e.places[slot] = l.slots[:n], unlinked
}

// drop takes out the slots with a bit in gone that stand in spans up to that of until,
// and says how many.
func (e *expiry) drop(until int64, gone []uint64) (dropped int) {
	for _, span := range e.dueSpans(until>>spanBits, 0, nil) {
		l := &e.lists[e.heads[span]]
		left := l.slots[:0]
		for _, s := range l.slots {
			if kernel.Bit(gone, int(s)) {
				e.places[s] = unlinked
				continue
			}
			e.places[s] = int32(len(left))
			left = append(left, s)
		}
		dropped += len(l.slots) - len(left)
		l.slots = left
	}
	return dropped
}

// due appends the slots whose time is at or before until, the oldest first, and of one
// time as hashes puts them in order.
func (e *expiry) due(until int64, slots []int32, o *hashOrder, hashes func(slots []int32)) []int32 {
	e.clean()
	spans := e.dueSpans(until>>spanBits, 0, nil)
	slices.Sort(spans)
	// Spans with few slots are put in order together.
	const few = 1 << 10
	start, mixed := len(slots), 0
	order := func() {
		hashes(slots[start:])
		if mixed > 1 {
			e.sort(slots[start:], o)
		}
		start, mixed = len(slots), 0
	}
	for _, span := range spans {
		l := &e.lists[e.heads[span]]
		if len(l.slots) >= few && start < len(slots) {
			order()
		}
		switch {
		case l.mixed:
			mixed += 2
			for _, s := range l.slots {
				if e.times[s] <= until {
					slots = append(slots, s)
				}
			}
		case len(l.slots) > 0 && l.time <= until:
			mixed++
			slots = append(slots, l.slots...)
		}
		if len(slots)-start >= few {
			order()
		}
	}
	order()
	return slots
}

// clean makes the earliest span one that has slots.
func (e *expiry) clean() {
	for len(e.spans) > 0 {
		span := e.spans[0]
		at := e.heads[span]
		if len(e.lists[at].slots) > 0 {
			return
		}
		e.forget(span, at)
		e.spans = kernel.PopLeast(e.spans)
	}
}

// maxSpare is how much room, in slots, a list of no span keeps at most, and maxLists how
// many lists keep any.
const (
	maxSpare = 1 << 18
	maxLists = 16
)

// forget frees the list of a span.
func (e *expiry) forget(span int64, at int32) {
	delete(e.heads, span)
	if o := e.opened(span); o.span == span {
		o.list = -1
	}
	if l := &e.lists[at]; cap(l.slots) > maxSpare || len(e.free) >= maxLists {
		l.slots = nil
	}
	e.free = append(e.free, at)
}

// sort sorts slots by time, and leaves those of one time in their order.
func (e *expiry) sort(slots []int32, o *hashOrder) {
	o.words, o.sorted = o.words[:0], o.sorted[:0]
	for i, slot := range slots {
		o.words, o.sorted = append(o.words, e.times[slot]), append(o.sorted, int32(i))
	}
	kernel.SortNumbers(&o.sorter, o.sorted, o.words, nil, kernel.Order{})
	for i, at := range o.sorted {
		o.sorted[i] = slots[at]
	}
	copy(slots, o.sorted)
}

// dueSpans appends the spans up to until that stand at or under place i of the
// heap.
func (e *expiry) dueSpans(until int64, i int, spans []int64) []int64 {
	if i >= len(e.spans) || e.spans[i] > until {
		return spans
	}
	spans = append(spans, e.spans[i])
	spans = e.dueSpans(until, 2*i+1, spans)
	return e.dueSpans(until, 2*i+2, spans)
}

// reset forgets everything.
func (e *expiry) reset() {
	e.spans, e.lists, e.free = e.spans[:0], nil, nil
	e.times, e.places = e.times[:0], e.places[:0]
	clear(e.heads)
	for i := range e.open {
		e.open[i].list = -1
	}
}

// bytes counts for each slot its time, its place, and twice the room in a list.
func (e *expiry) bytes() int { return 20*cap(e.places) + 8*cap(e.spans) + 64*len(e.heads) }
