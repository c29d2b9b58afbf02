package state

import (
	"cmp"
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/internal/keytable"
)

// hashOrder sorts slots by the hashes of their keys: an order that does not depend
// on how the table came to be, so that a batch that runs again after a restart
// gives its rows as it did before.
type hashOrder struct {
	hasher keytable.Hasher
	sorter kernel.Sorter
	hashes []uint64
	words  []int64
	sorted []int32
}

// sort sorts slots, rows of keys, which have height rows.
func (o *hashOrder) sort(keys []*batch.Column, height int, slots []int32) {
	if len(slots) < 2 {
		return
	}
	o.hashes = o.hasher.Hashes(keys, height, slots, o.hashes[:0])
	o.words = slices.Grow(o.words[:0], len(slots))[:len(slots)]
	o.sorted = slices.Grow(o.sorted[:0], len(slots))[:len(slots)]
	for i, h := range o.hashes {
		// Half of a hash tells nearly all keys apart, and costs half of the passes.
		o.words[i], o.sorted[i] = int64(h>>32), int32(i)
	}
	kernel.SortNumbers(&o.sorter, o.sorted, o.words, nil, kernel.Order{})
	for i := 1; i < len(o.sorted); i++ {
		for k := i; k > 0 && o.hashes[o.sorted[k]] < o.hashes[o.sorted[k-1]]; k-- {
			o.sorted[k], o.sorted[k-1] = o.sorted[k-1], o.sorted[k]
		}
	}
	for i, at := range o.sorted {
		o.sorted[i] = slots[at]
	}
	copy(slots, o.sorted)
}

// everything is the order of all keys of a table, kept from batch to batch: an
// operator in complete mode lists all of them in each. What came meanwhile is
// sorted and merged; a deletion makes it start again. It costs nothing until it
// is first asked for.
type everything struct {
	list  []ranked
	fresh []int32 // slots that came since
	valid bool
}

// ranked is a slot and the hash of its key.
type ranked struct {
	hash uint64
	slot int32
}

func (e *everything) add(slots []int32) {
	if e.valid {
		e.fresh = append(e.fresh, slots...)
	}
}

func (e *everything) forget() { e.list, e.fresh, e.valid = e.list[:0], e.fresh[:0], false }

// bring makes list the order of all live slots of t.
func (e *everything) bring(t *keytable.Table, o *hashOrder) {
	if !e.valid {
		e.fresh, e.valid = t.Live(e.fresh[:0]), true
	}
	if len(e.fresh) == 0 {
		return
	}
	keys := t.Keys()
	o.sort(keys, t.Slots(), e.fresh)
	o.hashes = o.hasher.Hashes(keys, t.Slots(), e.fresh, o.hashes[:0])
	old, n := len(e.list), len(e.fresh)
	e.list = slices.Grow(e.list, n)[:old+n]
	// From behind, so that nothing is overwritten that is still to be moved.
	at := old - 1
	for i := n - 1; i >= 0; i-- {
		r := ranked{o.hashes[i], e.fresh[i]}
		for at >= 0 && cmp.Compare(e.list[at].hash, r.hash) > 0 {
			e.list[at+i+1] = e.list[at]
			at--
		}
		e.list[at+i+1] = r
	}
	e.fresh = e.fresh[:0]
}
