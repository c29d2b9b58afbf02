package state

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/internal/keytable"
)

// HashOrder sorts slots by the hashes of their keys: an order that does not
// depend on how the table came to be, so that a batch that runs again after a
// restart gives its rows as it did before. The zero HashOrder is ready; it keeps
// scratch and belongs to one goroutine.
type HashOrder struct {
	hasher keytable.Hasher
	sorter kernel.Sorter
	hashes []uint64
	words  []int64
	sorted []int32
}

// Sort sorts slots, rows of keys, which have height rows.
func (o *HashOrder) Sort(keys []*batch.Column, height int, slots []int32) {
	if len(slots) < 2 {
		return
	}
	o.hashes = o.hasher.Hashes(keys, height, slots, o.hashes[:0])
	o.words = slices.Grow(o.words[:0], len(slots))[:len(slots)]
	o.sorted = slices.Grow(o.sorted[:0], len(slots))[:len(slots)]
	for i, h := range o.hashes {
		o.words[i], o.sorted[i] = int64(h), int32(i)
	}
	kernel.SortNumbers(&o.sorter, o.sorted, o.words, nil, kernel.Order{})
	for i, at := range o.sorted {
		o.sorted[i] = slots[at]
	}
	copy(slots, o.sorted)
}
