package keyed

import "github.com/weirstream/weir/internal/kernel"

// calendar finds the slots whose time has come where times move on: those of
// sessions, which grow. Slots lie in days of about a second; a slot whose time moves
// on stays where it is until its day comes, and is entered anew then. So a change
// costs nothing, and a slot is looked at once for each time that a whole gap went by.
//
//	days    heap   12:05:01  12:05:02  12:05:07
//	first   map        │        │         └▶ 7
//	links   array      │        └▶ 4 ⇄ 2
//	                   └▶ 3 ⇄ 1
type calendar struct {
	days  []int64         // those that have slots or had; a heap, the earliest first
	first map[int64]int32 // by day, the first slot of its list; -1: none
	links []dayLink       // by slot
}

// dayLink is a slot's place in the list of a day.
type dayLink struct {
	day        int64
	next, prev int32 // -1: none; prev is unfiled where the slot is in no list
}

// unfiled is the prev of a slot that is in no list.
const unfiled = -2

// dayBits is the length of a day: 2^20 microseconds.
const dayBits = 20

func newCalendar() calendar { return calendar{first: map[int64]int32{}} }

// reset forgets all slots.
func (c *calendar) reset() {
	c.days, c.links = c.days[:0], c.links[:0]
	clear(c.first)
}

// enter says that the time of a slot is not before time, and not before what was
// said before.
func (c *calendar) enter(slot int32, time int64) {
	for len(c.links) <= int(slot) {
		c.links = append(c.links, dayLink{prev: unfiled})
	}
	l, day := &c.links[slot], time>>dayBits
	if l.prev != unfiled {
		if l.day <= day {
			return
		}
		c.remove(slot)
	}
	head, ok := c.first[day]
	if !ok {
		head = -1
		c.days = kernel.PushLeast(c.days, day)
	}
	if head >= 0 {
		c.links[head].prev = slot
	}
	*l = dayLink{day, head, -1}
	c.first[day] = slot
}

// remove takes a slot out, if it is in.
func (c *calendar) remove(slot int32) {
	if int(slot) >= len(c.links) || c.links[slot].prev == unfiled {
		return
	}
	l := &c.links[slot]
	if l.next >= 0 {
		c.links[l.next].prev = l.prev
	}
	if l.prev >= 0 {
		c.links[l.prev].next = l.next
	} else {
		c.first[l.day] = l.next
	}
	l.prev = unfiled
}

// due takes out the slots of all days up to that of until and gives them; those whose time
// is later are the caller's to enter again.
func (c *calendar) due(until int64, slots []int32) []int32 {
	for len(c.days) > 0 && c.days[0] <= until>>dayBits {
		day := c.days[0]
		for s := c.first[day]; s >= 0; s = c.links[s].next {
			slots = append(slots, s)
			c.links[s].prev = unfiled
		}
		delete(c.first, day)
		c.days = kernel.PopLeast(c.days)
	}
	return slots
}
