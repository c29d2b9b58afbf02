package keytable

import "github.com/weirstream/weir/internal/kernel"

// idList hands out ids: those that came back, the last first, then new ones.
type idList struct {
	next  int32    // ids from here on were never given
	free  []int32  // ids that came back
	gone  []uint64 // bit id: it came back; short or nil where none did
	fresh []int32  // ids given by the running Assign
	rows  []int32  // the physical row each of fresh was given for
}

func (l *idList) len() int { return int(l.next) - len(l.free) }

// take gives an id for the key of a row.
func (l *idList) take(row int32) int32 {
	id := l.next
	if n := len(l.free); n > 0 {
		id, l.free = l.free[n-1], l.free[:n-1]
		kernel.ClearBit(l.gone, int(id))
	} else {
		l.next++
	}
	l.fresh, l.rows = append(l.fresh, id), append(l.rows, row)
	return id
}

// giveBack takes an id back.
func (l *idList) giveBack(id int32) {
	for len(l.gone) <= int(id>>6) {
		l.gone = append(l.gone, 0)
	}
	kernel.SetBit(l.gone, int(id))
	l.free = append(l.free, id)
}

func (l *idList) dead(id int32) bool {
	return int(id>>6) < len(l.gone) && kernel.Bit(l.gone, int(id))
}

func (l *idList) live(ids []int32) []int32 {
	for id := range l.next {
		if !l.dead(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (l *idList) reset() {
	l.next, l.free, l.fresh, l.rows = 0, l.free[:0], l.fresh[:0], l.rows[:0]
	clear(l.gone)
}

func (l *idList) bytes() int {
	return 4*(cap(l.free)+cap(l.fresh)+cap(l.rows)) + 8*cap(l.gone)
}
