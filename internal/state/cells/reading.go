package cells

import (
	"encoding/binary"
	"encoding/json"
	"maps"
	"slices"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Recorded is a variable as the journal knows it.
type Recorded struct {
	Name string
	// Kind is ValueState, ListState or MapState.
	Kind string
	// Key is the schema of the keys of a map, Values are those that values have
	// had, by number, the present one last.
	Key    types.Schema
	Values []types.Schema
}

// ReadCatalog are the variables of an operator by the notes of a checkpoint, by
// name. The state of a group function is the variable state.
func ReadCatalog(notes map[string][]byte, number int) ([]Recorded, error) {
	var r record
	if text := notes[(&Catalog{Number: number}).note()]; len(text) > 0 {
		if err := json.Unmarshal(text, &r); err != nil {
			return nil, fault.New(fault.StateLoad, "the list of state variables of operator %d cannot be read", number).Wrap(err)
		}
	}
	var list []Recorded
	for _, name := range slices.Sorted(maps.Keys(r.Variables)) {
		h := r.Variables[name]
		v := Recorded{Name: name, Kind: h.Kind}
		err := h.parse()
		if err == nil && h.Key != "" {
			v.Key, err = types.ParseSchemaJSON(h.Key)
		}
		if err != nil {
			return nil, fault.New(fault.StateLoad, "the state variable %s of operator %d cannot be read", name, number).Wrap(err)
		}
		v.Values = h.schemas
		list = append(list, v)
	}
	return list, nil
}

// Split takes a value of a cell, or of an element of a list, apart: when it
// expires, or the key times out, in milliseconds; and the encoded value, nil for a
// group without state. entry: it is of a map.
func Split(b []byte, entry bool) (expiry int64, set bool, value []byte) {
	expiry, value = open(b)
	if entry {
		_, n := binary.Uvarint(value)
		value = value[max(n, 0):]
	}
	if len(value) == 0 {
		value = nil
	}
	return expiry, len(b) > 0 && b[0]&expires != 0, value
}

// Ordinal is the number of an element of a list by its sub; false: the sub is none.
func Ordinal(sub string) (uint64, bool) {
	if len(sub) != 8 {
		return 0, false
	}
	return binary.BigEndian.Uint64([]byte(sub)), true
}
