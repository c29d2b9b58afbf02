package statetest

import (
	"fmt"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/types"
)

// Rows are values by slot: a number and a text.
type Rows struct {
	Numbers []int64
	Texts   []string
	// Resets counts the slots that were made empty.
	Resets int
}

// Fields are the columns of a value.
func Fields() []types.Field {
	return []types.Field{{Name: "number", Type: types.Of(types.Long)}, {Name: "text", Type: types.Of(types.String)}}
}

// Types implements [state.Values].
func (r *Rows) Types() []types.Type {
	return []types.Type{types.Of(types.Long), types.Of(types.String)}
}

// Reset implements [state.Values].
func (r *Rows) Reset(from, to int) {
	for len(r.Numbers) < to {
		r.Numbers, r.Texts = append(r.Numbers, 0), append(r.Texts, "")
	}
	clear(r.Numbers[from:to])
	clear(r.Texts[from:to])
	r.Resets += to - from
}

// Save implements [state.Values].
func (r *Rows) Save(slots []int32, out []*batch.Column) error {
	n := out[0].Len()
	out[0].Extend(len(slots))
	out[1].Extend(len(slots))
	numbers, texts := batch.Values[int64](out[0])[n:], batch.Values[string](out[1])[n:]
	for i, s := range slots {
		numbers[i], texts[i] = r.Numbers[s], r.Texts[s]
	}
	return nil
}

// Load implements [state.Values].
func (r *Rows) Load(slots []int32, in []*batch.Column) error {
	numbers, texts := batch.Values[int64](in[0]), batch.Values[string](in[1])
	for i, s := range slots {
		if int(s) >= len(r.Numbers) {
			return fmt.Errorf("slot %d is loaded and was never reset", s)
		}
		r.Numbers[s], r.Texts[s] = numbers[i], string(append([]byte(nil), texts[i]...))
	}
	return nil
}

// Spec is what the examined state looks like: keys of a text, which decides the
// shard, and a time, which is the event time.
func Spec() state.Spec {
	return state.Spec{Name: "examined", ShardBy: 1, Values: Fields(), Pages: true, EventTime: true, Time: 1, Keys: []types.Field{
		{Name: "name", Type: types.Of(types.String), Nullable: true}, {Name: "time", Type: types.Of(types.Timestamp), Nullable: true}}}
}

// Key is a key of the examined state. A negative time is null.
type Key struct {
	Name string
	Time int64
}

// columns are the columns of keys.
func columns(keys []Key) []*batch.Column {
	names, times := batch.NewColumn(types.Of(types.String), len(keys)), batch.NewColumn(types.Of(types.Timestamp), len(keys))
	names.Extend(len(keys))
	times.Extend(len(keys))
	for i, k := range keys {
		batch.Values[string](names)[i], batch.Values[int64](times)[i] = k.Name, k.Time
		if k.Time < 0 {
			times.SetNull(i)
		}
	}
	return []*batch.Column{names, times}
}

// keyAt is the key of a slot.
func keyAt(t state.Table, slot int32) Key {
	keys := t.Keys()
	k := Key{string(append([]byte(nil), batch.Values[string](keys[0])[slot]...)), batch.Values[int64](keys[1])[slot]}
	if keys[1].Null(int(slot)) {
		k.Time = -1
	}
	return k
}

var _ state.Values = (*Rows)(nil)
