package state

import (
	"github.com/weirstream/weir/internal/kernel"
)

// expiry finds the slots whose event time has come, without looking at others:
// a list of slots for each span of time, and the spans in a heap.
//
//	spans   heap    10:05  10:10  10:15          one entry for each span
//	heads   map       │      │      └▶ 7
//	links   array     │      └▶ 4 ⇄ 2
//	                  └▶ 3 ⇄ 1 ⇄ 0
//
// A span is a sixteenth of a second: times that are all different, down to the
// microsecond, share spans too, and the ends of time windows are few anyway, so that a
// new key costs a look at one of the spans used lately. A list may be empty; its span
// leaves the heap once it is the earliest.
type expiry struct {
	spans []int64         // a heap, the earliest first
	heads map[int64]int32 // by span, the first slot of its list; -1: empty
	links []link          // by slot

	open [openSpans]openSpan // the lists of spans used lately, by span; see flush
}

// openSpan is a span whose list is not in heads: that of its time, or none.
type openSpan struct {
	span int64
	head int32 // -1: none
}

// openSpans is how many lists are found without a look at heads: more than a key has time
// windows at once, which its groups go through in turn.
const openSpans = 64

// opened is where a span is, if it is open.
func (e *expiry) opened(span int64) *openSpan { return &e.open[uint64(span)*0x9E3779B97F4A7C15>>58] }

// spanBits is the length of a span: 2^16 microseconds.
const spanBits = 16

// link is a slot's place in a list.
type link struct {
	time       int64
	next, prev int32 // -1: none; prev is unlinked where the slot is in no list
}

// unlinked is the prev of a slot that is in no list.
const unlinked = -2

func newExpiry() expiry {
	e := expiry{heads: map[int64]int32{}}
	e.reset()
	return e
}

// add puts a slot that is in no list under a time.
func (e *expiry) add(slot int32, time int64) {
	for len(e.links) <= int(slot) {
		e.links = append(e.links, link{prev: unlinked})
	}
	span := time >> spanBits
	o := e.opened(span)
	if o.head < 0 || o.span != span {
		e.close(o)
		head, ok := e.heads[span]
		if !ok {
			head = -1
			e.spans = kernel.PushLeast(e.spans, span)
			e.heads[span] = -1
		}
		o.span, o.head = span, head
	}
	if o.head >= 0 {
		e.links[o.head].prev = slot
	}
	e.links[slot] = link{time: time, next: o.head, prev: -1}
	o.head = slot
}

// close writes an open list back to heads.
func (e *expiry) close(o *openSpan) {
	if o.head >= 0 {
		e.heads[o.span] = o.head
		o.head = -1
	}
}

// flush closes all lists.
func (e *expiry) flush() {
	for i := range e.open {
		e.close(&e.open[i])
	}
}

// remove takes a slot out of its list, if it is in one.
func (e *expiry) remove(slot int32) {
	if int(slot) >= len(e.links) || e.links[slot].prev == unlinked {
		return
	}
	l := &e.links[slot]
	if l.next >= 0 {
		e.links[l.next].prev = l.prev
	}
	if l.prev >= 0 {
		e.links[l.prev].next = l.next
	} else {
		span := l.time >> spanBits
		if o := e.opened(span); o.span == span {
			e.close(o)
		}
		e.heads[span] = l.next
	}
	l.prev = unlinked
}

// drop takes out the slots with a bit in gone that stand in spans up to that of until,
// and says how many. It goes down the lists one after another: slots that came
// together lie together, so that many cost less than by remove.
func (e *expiry) drop(until int64, gone []uint64) (dropped int) {
	e.flush()
	for _, t := range e.dueSpans(until>>spanBits, 0, nil) {
		last := int32(-1)
		first := last
		for s := e.heads[t]; s >= 0; {
			l := &e.links[s]
			next := l.next
			switch {
			case kernel.Bit(gone, int(s)):
				l.prev = unlinked
				dropped++
			case last < 0:
				first, last, l.prev = s, s, -1
			default:
				e.links[last].next, l.prev, last = s, last, s
			}
			s = next
		}
		if last >= 0 {
			e.links[last].next = -1
		}
		e.heads[t] = first
	}
	return dropped
}

// due appends the slots whose time is at or before until.
func (e *expiry) due(until int64, slots []int32) []int32 {
	e.clean()
	for _, t := range e.dueSpans(until>>spanBits, 0, nil) {
		for s := e.heads[t]; s >= 0; s = e.links[s].next {
			if e.links[s].time <= until {
				slots = append(slots, s)
			}
		}
	}
	return slots
}

// clean makes the earliest span one that has slots.
func (e *expiry) clean() {
	e.flush()
	for len(e.spans) > 0 && e.heads[e.spans[0]] < 0 {
		delete(e.heads, e.spans[0])
		e.spans = kernel.PopLeast(e.spans)
	}
}

// sort sorts slots by time, and leaves those of one time in their order.
func (e *expiry) sort(slots []int32, o *hashOrder) {
	if len(slots) == 0 {
		return
	}
	first, several := e.links[slots[0]].time, false
	o.words, o.sorted = o.words[:0], o.sorted[:0]
	for i, slot := range slots {
		at := e.links[slot].time
		several = several || at != first
		o.words, o.sorted = append(o.words, at), append(o.sorted, int32(i))
	}
	if !several {
		return
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
	e.spans, e.links = e.spans[:0], e.links[:0]
	clear(e.heads)
	for i := range e.open {
		e.open[i].head = -1
	}
}

func (e *expiry) bytes() int {
	return 8*cap(e.spans) + 16*cap(e.links) + 24*len(e.heads)
}
