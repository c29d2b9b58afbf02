package keyed

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// minCompact is the number of rows that are gone from which on [joinRows] may copy
// those that are left.
const minCompact = 4096

// joinRows keeps copies of rows, one behind another, strings with their bytes.
// Rows that are gone leave holes until half are; then the others move together,
// so that the cost is a constant a row.
type joinRows struct {
	columns []*batch.Column
	arena   *batch.Arena
	owner   []int32 // by row: its slot, -1 where it is gone
	gone    int
}

func newJoinRows(columns []types.Type) joinRows {
	r := joinRows{arena: new(batch.Arena)}
	for _, t := range columns {
		r.columns = append(r.columns, batch.NewColumn(t, 0))
	}
	return r
}

func (r *joinRows) reset() {
	for _, c := range r.columns {
		c.Resize(0)
	}
	r.arena.Reset()
	r.owner, r.gone = r.owner[:0], 0
}

// add copies the listed rows for slots, and gives the place of the first.
func (r *joinRows) add(columns []*batch.Column, rows, slots []int32) int32 {
	first := int32(len(r.owner))
	for i, c := range r.columns {
		c.AppendRows(columns[i], rows, r.arena)
	}
	r.owner = append(r.owner, slots...)
	return first
}

// drop makes a hole.
func (r *joinRows) drop(place int32) {
	r.owner[place] = -1
	r.gone++
}

// compact fills the holes if they are many. places is where the rows of slots lie.
func (r *joinRows) compact(places []int32) {
	if r.gone < minCompact || r.gone < len(r.owner)/2 {
		return
	}
	left := make([]int32, 0, len(r.owner)-r.gone)
	for place, slot := range r.owner {
		if slot >= 0 {
			places[slot] = int32(len(left))
			left = append(left, int32(place))
		}
	}
	arena := new(batch.Arena)
	for i, c := range r.columns {
		fresh := batch.NewColumn(c.Type, len(left)+len(left)/4)
		fresh.AppendRows(c, left, arena)
		r.columns[i] = fresh
	}
	r.arena = arena
	for i, place := range left {
		r.owner[i] = r.owner[place]
	}
	r.owner, r.gone = r.owner[:len(left)], 0
}
