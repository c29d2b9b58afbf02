package keyed

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/keytable"
)

// joinIndex finds the rows of a key, on both sides. A key has a number, the same
// on both sides, so that it is hashed once for the probe and for the keeping:
//
//	key ─▶ keys ─▶ id ─┬─▶ ends[left][id]   ─▶ slot ⇄ slot ⇄ slot
//	                   └─▶ ends[right][id]  ─▶ slot
//
// The chains lie in the sides. A key without rows leaves at the end of the batch.
type joinIndex struct {
	keys  *keytable.Table
	ends  [2][]chainEnds // by id
	loose []int32        // ids whose chains may both be empty
}

// chainEnds are the first and the last slot of a chain; -1: it is empty.
type chainEnds struct{ first, last int32 }

func (x *joinIndex) reset() {
	x.keys.Reset()
	x.ends[leftSide], x.ends[rightSide] = x.ends[leftSide][:0], x.ends[rightSide][:0]
	x.loose = x.loose[:0]
}

// assign puts the id of each selected row's key into ids.
func (x *joinIndex) assign(keys []*batch.Column, rows int, sel, ids []int32) {
	if x.keys.Assign(keys, rows, sel, ids) == 0 {
		return
	}
	x.loose = append(x.loose, x.keys.Fresh()...)
	n := x.keys.Slots()
	for i := range x.ends {
		for len(x.ends[i]) < n {
			x.ends[i] = append(x.ends[i], chainEnds{-1, -1})
		}
	}
}

// sweep takes out the keys that have no rows.
func (x *joinIndex) sweep() {
	empty := x.loose[:0]
	for _, id := range x.loose {
		if x.ends[leftSide][id].first < 0 && x.ends[rightSide][id].first < 0 {
			empty = append(empty, id)
		}
	}
	x.keys.Delete(empty)
	x.loose = x.loose[:0]
}
