package keyed

import (
	"container/heap"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// bucketShift makes a bucket of times of 2^17 µs, about 131 ms: rows come about in
// the order of their times, so that most find the bucket of the row before.
const bucketShift = 17

// expiring lists the slots of a side by time, in buckets, so that an eviction looks
// only at what leaves and at one bucket more. Where rows leave in other ways too,
// as those of a semi join that have found a partner, the index knows the places of
// slots in their buckets.
type expiring struct {
	removable bool
	where     []int32 // by slot: its place in its bucket; where removable

	buckets map[int64]*[]int32 // by time >> bucketShift, in the order of coming
	order   bucketHeap
	last    *[]int32 // the bucket used last
	lastAt  int64
}

// bucketHeap has the numbers of the buckets, the earliest first.
type bucketHeap []int64

func (h bucketHeap) Len() int           { return len(h) }
func (h bucketHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h bucketHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *bucketHeap) Push(x any)        { *h = append(*h, x.(int64)) }
func (h *bucketHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

func (e *expiring) reset() {
	e.buckets, e.order, e.last = map[int64]*[]int32{}, e.order[:0], nil
}

// add enters a slot.
func (e *expiring) add(slot int32, time int64) {
	at := time >> bucketShift
	if e.last == nil || e.lastAt != at {
		b := e.buckets[at]
		if b == nil {
			b = new([]int32)
			e.buckets[at] = b
			heap.Push(&e.order, at)
		}
		e.last, e.lastAt = b, at
	}
	if e.removable {
		for len(e.where) <= int(slot) {
			e.where = append(e.where, 0)
		}
		e.where[slot] = int32(len(*e.last))
	}
	*e.last = append(*e.last, slot)
}

// remove takes a slot out that was entered with this time.
func (e *expiring) remove(slot int32, time int64) {
	(*e.buckets[time>>bucketShift])[e.where[slot]] = -1
}

// due appends the slots whose time is at or before until, which leave the index;
// those of earlier buckets first, and of a bucket in the order of coming. timeAt
// gives the time of a slot.
func (e *expiring) due(until int64, timeAt func(slot int32) int64, slots []int32) []int32 {
	last := until >> bucketShift
	for len(e.order) > 0 && e.order[0] <= last {
		at := e.order[0]
		b := e.buckets[at]
		if at == last {
			kept := (*b)[:0]
			for _, slot := range *b {
				switch {
				case slot < 0:
				case timeAt(slot) <= until:
					slots = append(slots, slot)
				default:
					if e.removable {
						e.where[slot] = int32(len(kept))
					}
					kept = append(kept, slot)
				}
			}
			if *b = kept; len(kept) > 0 {
				break
			}
		} else {
			for _, slot := range *b {
				if slot >= 0 {
					slots = append(slots, slot)
				}
			}
		}
		if e.last == b {
			e.last = nil
		}
		delete(e.buckets, at)
		heap.Pop(&e.order)
	}
	return slots
}

// times reads the event time of rows: of a time window its end.
type times struct {
	whole  *batch.Column
	values []int64
	always bool // one value stands for all rows
}

func timesOf(c *batch.Column) times {
	t := times{whole: c, always: c.Const}
	if c.Type.Kind == types.Struct {
		end := c.Children[1]
		t.always = t.always || end.Const
		t.values = batch.Values[int64](end)
	} else {
		t.values = batch.Values[int64](c)
	}
	return t
}

// at is the time of a row; false for none.
func (t *times) at(row int) (int64, bool) {
	if t.whole.Null(row) {
		return 0, false
	}
	if t.always {
		row = 0
	}
	return t.values[row], true
}
