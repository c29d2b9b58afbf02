package keyed

import (
	"context"
	"io"
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/stateful"
	"github.com/weirstream/weir/types"
)

// byKey keeps the rows of a batch and finds those of a key. Keys have numbers, in
// the order of their first rows; two inputs can share them.
//
//	rows    0:a 1:b 2:a 3:c        places  0 2 │ 1 │ 3
//	numbers   0   1   0   2        ends        2   3   4
type byKey struct {
	table   *keytable.Table
	columns []int // of the input, that are the key
	store   *exec.Store
	ids     []int32 // by row, the key in the table
	places  []int32 // rows by key
	ends    []int32 // by key, the end of its places
	keys    []*batch.Column
	found   []int32 // scratch
	batches []*batch.Batch
}

func newByKey(table *keytable.Table, columns []int, kinds []types.Type) *byKey {
	return &byKey{table: table, columns: columns, store: exec.NewStore(kinds)}
}

// reset forgets all rows.
func (k *byKey) reset() {
	k.store.Reset()
	k.ids, k.places, k.ends, k.batches = k.ids[:0], k.places[:0], k.ends[:0], nil
}

// read takes in all rows of an input that keep does not refuse.
func (k *byKey) read(ctx context.Context, input exec.Operator, keep func(b *batch.Batch) []int32) error {
	for {
		b, err := input.Next(ctx)
		if err == io.EOF {
			k.batches = k.store.Batches()
			return nil
		}
		if err != nil {
			return err
		}
		sel := b.Sel
		if keep != nil {
			if sel = keep(b); len(sel) == 0 && sel != nil {
				continue
			}
		}
		n := b.Rows
		if sel != nil {
			n = len(sel)
		}
		k.keys = k.keys[:0]
		for _, c := range k.columns {
			k.keys = append(k.keys, b.Columns[c])
		}
		k.found = slices.Grow(k.found[:0], n)[:n]
		k.table.Assign(k.keys, b.Rows, sel, k.found)
		k.ids = append(k.ids, k.found...)
		k.store.Add(b.Columns, b.Rows, sel)
	}
}

// sort finds the rows of each key of the table.
func (k *byKey) sort() {
	keys := k.table.Slots()
	k.ends = slices.Grow(k.ends[:0], keys+1)[:keys+1]
	clear(k.ends)
	for _, id := range k.ids {
		k.ends[id+1]++
	}
	for i := range keys {
		k.ends[i+1] += k.ends[i]
	}
	k.places = slices.Grow(k.places[:0], len(k.ids))[:len(k.ids)]
	for row, id := range k.ids {
		k.places[k.ends[id]] = int32(row)
		k.ends[id]++
	}
	k.ends = k.ends[:keys]
}

// of are the rows of a key.
func (k *byKey) of(id int) []int32 {
	first := int32(0)
	if id > 0 {
		first = k.ends[id-1]
	}
	return k.places[first:k.ends[id]]
}

// each gives rows to a function of the user's.
func (k *byKey) each(rows []int32) stateful.Rows {
	return func(yield func(columns []*batch.Column, row int) bool) {
		for _, r := range rows {
			// All batches of a store but the last are full.
			if !yield(k.batches[r/batch.Size].Columns, int(r%batch.Size)) {
				return
			}
		}
	}
}
