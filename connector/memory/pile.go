package memory

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// pile is a list of batches of at most batch.Size rows, so that they can be lent
// as they are. None of them has a selection, and what was lent never changes.
type pile []*batch.Batch

func (p pile) rows() (n int64) {
	for _, b := range p {
		n += int64(b.Rows)
	}
	return n
}

// pileOf holds a copy of the rows of b that count.
func pileOf(schema types.Schema, b *batch.Batch) pile {
	w := heap{schema: schema}
	w.add(b)
	return w.pile
}

// heap makes a pile.
type heap struct {
	schema types.Schema
	pile   pile
	arena  batch.Arena
	list   []int32
}

// add copies the rows of b that count, with their strings.
func (h *heap) add(b *batch.Batch) {
	for at := 0; at < b.Len(); {
		last := h.last()
		n := min(b.Len()-at, batch.Size-last.Rows)
		h.list = h.list[:0]
		for i := range n {
			h.list = append(h.list, int32(b.Row(at+i)))
		}
		for k, c := range b.Columns {
			last.Columns[k].AppendRows(c, h.list, &h.arena)
		}
		last.Rows += n
		at += n
	}
}

// last is a batch with room for a row.
func (h *heap) last() *batch.Batch {
	if n := len(h.pile); n == 0 || h.pile[n-1].Rows == batch.Size {
		h.pile = append(h.pile, batch.New(h.schema))
	}
	return h.pile[len(h.pile)-1]
}
