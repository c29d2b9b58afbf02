package state

import "slices"

// expiry finds the slots whose event time has come, without looking at others:
// a list of slots for each time, and the times in a heap.
//
//	times   heap    10:05  10:10  10:15          one entry for each time
//	heads   map       │      │      └▶ 7
//	links   array     │      └▶ 4 ⇄ 2
//	                  └▶ 3 ⇄ 1 ⇄ 0
//
// Time windows have few ends, so a new key costs a look at the last time used. A
// list may be empty; its time leaves the heap once it is the earliest.
type expiry struct {
	times []int64         // a heap, the earliest first
	heads map[int64]int32 // by time, the first slot of its list; -1: empty
	links []link          // by slot

	last     int64 // the time used last
	lastHead int32 // its list; -1: there is none, see flush
}

// link is a slot's place in a list.
type link struct {
	time       int64
	next, prev int32 // -1: none; prev is unlinked where the slot is in no list
}

// unlinked is the prev of a slot that is in no list.
const unlinked = -2

func newExpiry() expiry { return expiry{heads: map[int64]int32{}, lastHead: -1} }

// add puts a slot that is in no list under a time.
func (e *expiry) add(slot int32, time int64) {
	for len(e.links) <= int(slot) {
		e.links = append(e.links, link{prev: unlinked})
	}
	if e.lastHead < 0 || e.last != time {
		e.flush()
		head, ok := e.heads[time]
		if !ok {
			head = -1
			e.push(time)
			e.heads[time] = -1
		}
		e.last, e.lastHead = time, head
	}
	if e.lastHead >= 0 {
		e.links[e.lastHead].prev = slot
	}
	e.links[slot] = link{time: time, next: e.lastHead, prev: -1}
	e.lastHead = slot
}

// flush writes the list used last back to heads.
func (e *expiry) flush() {
	if e.lastHead >= 0 {
		e.heads[e.last] = e.lastHead
		e.lastHead = -1
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
		e.flush()
		e.heads[l.time] = l.next
	}
	l.prev = unlinked
}

// due appends the slots of all times up to until, with the earliest time first;
// each time is one run of the result, whose end is appended to runs.
func (e *expiry) due(until int64, slots []int32, runs []int) ([]int32, []int) {
	e.flush()
	for len(e.times) > 0 && e.heads[e.times[0]] < 0 {
		delete(e.heads, e.times[0])
		e.pop()
	}
	if len(e.times) == 0 || e.times[0] > until {
		return slots, runs
	}
	times := e.dueTimes(until, 0, nil)
	slices.Sort(times)
	for _, t := range times {
		for s := e.heads[t]; s >= 0; s = e.links[s].next {
			slots = append(slots, s)
		}
		runs = append(runs, len(slots))
	}
	return slots, runs
}

// dueTimes appends the times up to until that stand at or under place i of the
// heap.
func (e *expiry) dueTimes(until int64, i int, times []int64) []int64 {
	if i >= len(e.times) || e.times[i] > until {
		return times
	}
	times = append(times, e.times[i])
	times = e.dueTimes(until, 2*i+1, times)
	return e.dueTimes(until, 2*i+2, times)
}

func (e *expiry) push(time int64) {
	e.times = append(e.times, time)
	i := len(e.times) - 1
	for i > 0 {
		up := (i - 1) / 2
		if e.times[up] <= e.times[i] {
			return
		}
		e.times[up], e.times[i] = e.times[i], e.times[up]
		i = up
	}
}

func (e *expiry) pop() {
	n := len(e.times) - 1
	e.times[0] = e.times[n]
	e.times = e.times[:n]
	for i := 0; ; {
		least := i
		for _, down := range [2]int{2*i + 1, 2*i + 2} {
			if down < n && e.times[down] < e.times[least] {
				least = down
			}
		}
		if least == i {
			return
		}
		e.times[i], e.times[least] = e.times[least], e.times[i]
		i = least
	}
}

// reset forgets everything.
func (e *expiry) reset() {
	e.times, e.links, e.lastHead = e.times[:0], e.links[:0], -1
	clear(e.heads)
}

func (e *expiry) bytes() int {
	return 8*cap(e.times) + 16*cap(e.links) + 24*len(e.heads)
}
