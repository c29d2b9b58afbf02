package cells

import (
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/types"
)

// Texts are the values of a table, bytes by slot.
type Texts struct{ bySlot [][]byte } // nil: no value

// Types implements [state.Values].
func (t *Texts) Types() []types.Type { return []types.Type{types.Of(types.Binary)} }

// Reset implements [state.Values].
func (t *Texts) Reset(from, to int) {
	for len(t.bySlot) < to {
		t.bySlot = append(t.bySlot, nil)
	}
	clear(t.bySlot[from:to])
}

// Save implements [state.Values].
func (t *Texts) Save(slots []int32, out []*batch.Column) error {
	n := out[0].Len()
	out[0].Extend(len(slots))
	values := batch.Values[string](out[0])[n:]
	for i, s := range slots {
		values[i] = batch.View(t.bySlot[s])
	}
	return nil
}

// Load implements [state.Values].
func (t *Texts) Load(slots []int32, in []*batch.Column) error {
	values := batch.Values[string](in[0])
	for i, s := range slots {
		t.bySlot[s] = append(make([]byte, 0, len(values[i])), values[i]...)
	}
	return nil
}

// rows is a table and the row that is looked at: key holds its columns, of one row
// each.
type rows struct {
	table  state.Table
	values *Texts
	key    []*batch.Column
	slot   [1]int32
}

func newRows(spec state.Spec, table state.Table, values *Texts) rows {
	r := rows{table: table, values: values}
	for _, t := range spec.KeyTypes() {
		c := batch.NewColumn(t, 1)
		c.Resize(1)
		r.key = append(r.key, c)
	}
	return r
}

// get is the value of the row, good until the next change.
func (r *rows) get() ([]byte, bool, error) {
	if err := r.table.Find(r.key, 1, nil, r.slot[:]); err != nil {
		return nil, false, err
	}
	if b := r.values.bySlot[r.slot[0]]; b != nil {
		return b, true, nil
	}
	r.table.Delete(r.slot[:]) // Find has made it
	return nil, false, nil
}

// put gives the row a value, of which it keeps a copy.
func (r *rows) put(value ...[]byte) error {
	if err := r.table.Find(r.key, 1, nil, r.slot[:]); err != nil {
		return err
	}
	b := r.values.bySlot[r.slot[0]]
	if b == nil {
		n := 0
		for _, v := range value {
			n += len(v)
		}
		b = make([]byte, 0, n)
	}
	b = b[:0]
	for _, v := range value {
		b = append(b, v...)
	}
	r.values.bySlot[r.slot[0]] = b
	r.table.MarkDirty(r.slot[:])
	return nil
}

// remove takes the row away, and reports whether it was there.
func (r *rows) remove() (bool, error) {
	if err := r.table.Find(r.key, 1, nil, r.slot[:]); err != nil {
		return false, err
	}
	there := r.values.bySlot[r.slot[0]] != nil
	r.values.bySlot[r.slot[0]] = nil
	r.table.Delete(r.slot[:])
	return there, nil
}

// setText makes column i of the row a text, of which it keeps a view.
func (r *rows) setText(i int, text string) { batch.Values[string](r.key[i])[0] = text }

// forget deletes the rows of variables, in whatever key.
func (r *rows) forget(column int, gone func(name string) bool) {
	live := r.table.Live(nil) // which may bring keys into memory
	names := batch.Values[string](r.table.Keys()[column])
	var dead []int32
	for _, slot := range live {
		if gone(names[slot]) {
			dead = append(dead, slot)
		}
	}
	for _, slot := range dead {
		r.values.bySlot[slot] = nil
	}
	r.table.Delete(dead)
}

// timed is a row of the index whose time has come.
type timed struct {
	at   int64 // in microseconds
	name string
	sub  string
	key  int // the row of the columns of keys
}

// due copies the rows whose time is at or before until: their keys to keys.
func (r *rows) due(until int64, keys []*batch.Column) []timed {
	slots := r.table.Expired(until, nil)
	if len(slots) == 0 {
		return nil
	}
	n, all := len(keys), r.table.Keys()
	for i, c := range keys {
		c.Take(all[i], slots)
	}
	owned(keys)
	names, times, subs := batch.Values[string](all[n]), batch.Values[int64](all[n+1]), batch.Values[string](all[n+2])
	list := make([]timed, len(slots))
	for i, s := range slots {
		list[i] = timed{at: times[s], name: strings.Clone(names[s]), sub: strings.Clone(subs[s]), key: i}
	}
	return list
}

// owned copies the strings in columns, which are views of a table that is going to
// change.
func owned(columns []*batch.Column) {
	for _, c := range columns {
		switch c.Type.Kind {
		case types.String, types.Binary, types.Variant:
			values := batch.Values[string](c)
			for i, v := range values {
				if !c.Null(i) {
					values[i] = strings.Clone(v)
				}
			}
		}
		owned(c.Children)
	}
}
