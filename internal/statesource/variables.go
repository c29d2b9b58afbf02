package statesource

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/rowcodec"
	"github.com/weirstream/weir/internal/rowvalue"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/state/cells"
	"github.com/weirstream/weir/internal/state/memstore"
	"github.com/weirstream/weir/types"
)

// userState reads the state that functions of the user keep: the cells and the index
// of one operator, taken apart into one variable (S183), or the state of groups.
type userState struct {
	f        *found
	op       operator
	variable cells.Recorded
	key      types.Field
	groups   int // columns of the key
	out      *pile
}

// timersName is the option that asks for timers.
const timersName = "readRegisteredTimers"

// variables reads what the options name of an operator with variables.
func variables(o *options, f *found) (connector.Table, error) {
	op := f.operators[o.operator]
	_, spec, err := f.open(op.tables[0])
	if err != nil {
		return nil, err
	}
	u := &userState{f: f, op: op, groups: len(spec.Keys) - 2}
	u.key = types.Field{Name: "key", Type: types.StructOf(spec.Keys[:u.groups]...), Nullable: true}
	if o.timers {
		return u.timers(o)
	}
	known, err := cells.ReadCatalog(f.state.Notes, op.tables[0].number)
	if err != nil {
		return nil, err
	}
	if op.name == cells.GroupName {
		o.variable = "state"
	}
	var names []string
	for _, v := range known {
		if v.Name == o.variable {
			u.variable = v
		}
		names = append(names, v.Name)
	}
	switch {
	case o.variable == "":
		return nil, fault.New(fault.StateOptionRequired, "operator %d (%s) keeps variables: name one of %s with the option stateVarName, or read its timers with %s",
			o.operator, op.name, strings.Join(names, ", "), timersName).With("optionName", "stateVarName")
	case u.variable.Name == "":
		return nil, fault.New(fault.StateOptionValue, "operator %d (%s) has no state variable %s; it has %s", o.operator, op.name, o.variable,
			strings.Join(names, ", ")).With("optionName", "stateVarName")
	case op.name == cells.GroupName:
		return u.groupStates(o)
	}
	switch u.variable.Kind {
	case "MapState":
		return u.maps(o)
	case "ListState":
		return u.lists(o)
	}
	return u.values(o)
}

// present is the schema that values have now.
func (u *userState) present() types.Schema { return u.variable.Values[len(u.variable.Values)-1] }

// walk yields the rows of a table of the operator that belong to a name: the
// partition, the columns of keys and the row in them, and the value.
func (u *userState) walk(o *options, table int, name string, yield func(partition int, keys []*batch.Column, row int, value string) error) error {
	r, spec, err := u.f.open(u.op.tables[table])
	if err != nil {
		return err
	}
	column := len(spec.Keys) - 2
	if table == 1 {
		column--
	}
	return o.each(r, func(partition int, keys, values []*batch.Column, n int) error {
		names, bytes := batch.Values[string](keys[column]), batch.Values[string](values[0])
		for i := range n {
			if names[i] == name {
				if err := yield(partition, keys, i, bytes[i]); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// each yields the rows of the version and partition that are asked for.
func (o *options) each(r *memstore.Reading, yield func(partition int, keys, values []*batch.Column, n int) error) error {
	v := state.Version(o.batch + 1)
	for i, shards := range r.Partitions(v) {
		if o.partition >= 0 && int64(i) != o.partition {
			continue
		}
		err := r.Rows(v, shards, func(keys, values []*batch.Column, n int) error { return yield(i, keys, values, n) })
		if err != nil {
			return err
		}
	}
	return nil
}

// keyOf are the cells of a grouping key.
func (u *userState) keyOf(keys []*batch.Column, row int) []any {
	list := make([]any, u.groups)
	for i := range list {
		list[i] = rowvalue.Get(keys[i], row)
	}
	return list
}

// decode is an encoded value as a row of the present schema.
func (u *userState) decode(b []byte) ([]any, error) {
	number, n := binary.Uvarint(b)
	if n <= 0 || number >= uint64(len(u.variable.Values)) {
		return nil, u.damaged(rowcodec.ErrDamaged)
	}
	row, err := decodeRow(b[n:], u.variable.Values[number])
	if err != nil {
		return nil, u.damaged(err)
	}
	return evolved(row, u.variable.Values[number].Fields, u.present().Fields), nil
}

// decodeKey is an encoded key of a map.
func (u *userState) decodeKey(b string) ([]any, error) {
	_, n := binary.Uvarint([]byte(b))
	row, err := decodeRow([]byte(b[max(n, 0):]), u.variable.Key)
	if err != nil {
		return nil, u.damaged(err)
	}
	return row, nil
}

func (u *userState) damaged(err error) error {
	return fault.New(fault.StateLoad, "the state variable %s of the checkpoint %s cannot be read", u.variable.Name, u.f.dir).Wrap(err)
}

func decodeRow(b []byte, s types.Schema) ([]any, error) {
	in := batch.New(s)
	var list []types.Type
	for _, f := range s.Fields {
		list = append(list, f.Type)
	}
	if err := rowcodec.NewValues(list).Decode(&rowcodec.Rows{Bytes: b, Ends: []int{len(b)}}, in.Columns); err != nil {
		return nil, err
	}
	row := make([]any, len(in.Columns))
	for i, c := range in.Columns {
		row[i] = rowvalue.Get(c, 0)
	}
	return row, nil
}

// evolved are the cells of a row with other fields: by name, null where there is
// none. rowvalue.Append takes a narrow number where the column is wide.
func evolved(row []any, from, to []types.Field) []any {
	old := types.Schema{Fields: from}
	out := make([]any, len(to))
	for i, f := range to {
		if at := old.Index(f.Name); at >= 0 {
			out[i] = evolvedCell(row[at], from[at].Type, f.Type)
		}
	}
	return out
}

func evolvedCell(v any, from, to types.Type) any {
	if v == nil || from.Equal(to) {
		return v
	}
	switch x := v.(type) {
	case []any:
		if to.Kind == types.Struct {
			return evolved(x, from.Fields, to.Fields)
		}
		for i := range x {
			if p, ok := x[i].(rowvalue.Pair); ok {
				p.Value = evolvedCell(p.Value, *from.Elem, *to.Elem)
				x[i] = p
			} else {
				x[i] = evolvedCell(x[i], *from.Elem, *to.Elem)
			}
		}
	case float32:
		if to.Kind == types.Double {
			return float64(x)
		}
	}
	return v
}

// add adds a row to the outcome.
func (u *userState) add(cells ...any) error {
	columns := u.out.row1()
	for i, c := range columns {
		if err := rowvalue.Append(c, cells[i]); err != nil {
			return u.damaged(err)
		}
	}
	return nil
}

var (
	longField      = types.Of(types.Long)
	partitionField = types.Field{Name: "partition_id", Type: types.Of(types.Int)}
)

// valueField is the struct of a variable's value, with its expiry where it has one.
func (u *userState) valueField(name string, ttl bool) types.Field {
	t := u.present().AsStruct()
	if ttl {
		t = types.StructOf(types.Field{Name: "value", Type: t, Nullable: true}, types.Field{Name: "ttlExpirationMs", Type: longField, Nullable: true})
	}
	return types.Field{Name: name, Type: t, Nullable: true}
}

// entry is one value of a variable.
type entry struct {
	partition int
	key       []any
	sub       string // of an element or entry
	value     []any
	expiry    int64
	expires   bool
}

// cell is the value as a cell of valueField.
func (e *entry) cell(ttl bool) any {
	if !ttl {
		return e.value
	}
	if !e.expires {
		return []any{e.value, nil}
	}
	return []any{e.value, e.expiry}
}

// entries reads all values of the variable, and whether one of them expires.
func (u *userState) entries(o *options, table int) (list []entry, ttl bool, err error) {
	err = u.walk(o, table, u.variable.Name, func(partition int, keys []*batch.Column, row int, value string) error {
		sub := batch.Values[string](keys[len(keys)-1])[row]
		if table == 1 {
			if _, element := cells.Ordinal(sub); !element || !keys[len(keys)-2].Null(row) {
				return nil
			}
		}
		e := entry{partition: partition, key: u.keyOf(keys, row), sub: strings.Clone(sub)}
		var b []byte
		e.expiry, e.expires, b = cells.Split([]byte(value), table == 0 && u.variable.Kind == "MapState")
		if b != nil {
			if e.value, err = u.decode(b); err != nil {
				return err
			}
		}
		ttl = ttl || e.expires
		list = append(list, e)
		return nil
	})
	return list, ttl, err
}

// values reads a variable with one value a key.
func (u *userState) values(o *options) (connector.Table, error) {
	list, ttl, err := u.entries(o, 0)
	if err != nil {
		return nil, err
	}
	u.out = newPile(u.key, u.valueField("value", ttl), partitionField)
	for i := range list {
		if err := u.add(list[i].key, list[i].cell(ttl), int32(list[i].partition)); err != nil {
			return nil, err
		}
	}
	return u.out, nil
}

// groupStates reads what a group function keeps: its state and the timeout (S130).
func (u *userState) groupStates(o *options) (connector.Table, error) {
	list, _, err := u.entries(o, 0)
	if err != nil {
		return nil, err
	}
	u.out = newPile(u.key, types.Field{Name: "value", Nullable: true, Type: types.StructOf(
		types.Field{Name: "groupState", Type: u.present().AsStruct(), Nullable: true},
		types.Field{Name: "timeoutTimestamp", Type: longField})}, partitionField)
	for i := range list {
		e := &list[i]
		timeout, group := int64(cells.NoTimeout), any(nil)
		if e.expires {
			timeout = e.expiry
		}
		if e.value != nil {
			group = e.value
		}
		if err := u.add(e.key, []any{group, timeout}, int32(e.partition)); err != nil {
			return nil, err
		}
	}
	return u.out, nil
}

// lists reads a variable with a list a key, a row an element, or one a key.
func (u *userState) lists(o *options) (connector.Table, error) {
	list, ttl, err := u.entries(o, 1)
	if err != nil {
		return nil, err
	}
	groups := u.grouped(list)
	element := u.valueField("list_element", ttl)
	if o.flatten {
		u.out = newPile(u.key, element, partitionField)
	} else {
		u.out = newPile(u.key, types.Field{Name: "list_value", Type: types.ArrayOf(element.Type), Nullable: true}, partitionField)
	}
	for _, g := range groups {
		var all []any
		for i := range g {
			all = append(all, g[i].cell(ttl))
			if o.flatten {
				err = cmp.Or(err, u.add(g[i].key, g[i].cell(ttl), int32(g[i].partition)))
			}
		}
		if !o.flatten {
			err = cmp.Or(err, u.add(g[0].key, all, int32(g[0].partition)))
		}
	}
	return u.out, err
}

// maps reads a variable with a map a key, a row an entry, or one a key.
func (u *userState) maps(o *options) (connector.Table, error) {
	list, ttl, err := u.entries(o, 0)
	if err != nil {
		return nil, err
	}
	mapKey := types.Field{Name: "user_map_key", Type: u.variable.Key.AsStruct(), Nullable: true}
	value := u.valueField("user_map_value", ttl)
	if o.flatten {
		u.out = newPile(u.key, mapKey, value, partitionField)
	} else {
		u.out = newPile(u.key, types.Field{Name: "map_value", Type: types.MapOf(mapKey.Type, value.Type), Nullable: true}, partitionField)
	}
	for _, g := range u.grouped(list) {
		var all []any
		for i := range g {
			k, err := u.decodeKey(g[i].sub)
			if err != nil {
				return nil, err
			}
			all = append(all, rowvalue.Pair{Key: k, Value: g[i].cell(ttl)})
			if !o.flatten {
				continue
			}
			if err := u.add(g[i].key, k, g[i].cell(ttl), int32(g[i].partition)); err != nil {
				return nil, err
			}
		}
		if !o.flatten {
			err = cmp.Or(err, u.add(g[0].key, all, int32(g[0].partition)))
		}
	}
	return u.out, err
}

// grouped are the entries by key, in the order in which keys come, those of a key by
// their sub: for the elements of a list that is their order.
func (u *userState) grouped(list []entry) [][]entry {
	keys := rowcodec.NewKeys(fieldTypes(u.key.Type.Fields), nil)
	at := map[string]int{}
	var groups [][]entry
	for _, e := range list {
		in := batch.New(types.Schema{Fields: u.key.Type.Fields})
		for i, c := range in.Columns {
			if rowvalue.Append(c, e.key[i]) != nil {
				continue // it came from such a column
			}
		}
		var rows rowcodec.Rows
		keys.Encode(rowcodec.Input{Columns: in.Columns, N: 1}, &rows)
		k := string(rows.Bytes)
		if _, ok := at[k]; !ok {
			at[k], groups = len(groups), append(groups, nil)
		}
		groups[at[k]] = append(groups[at[k]], e)
	}
	for _, g := range groups {
		slices.SortFunc(g, func(a, b entry) int { return strings.Compare(a.sub, b.sub) })
	}
	return groups
}

func fieldTypes(fields []types.Field) []types.Type {
	var list []types.Type
	for _, f := range fields {
		list = append(list, f.Type)
	}
	return list
}

// timers reads the timers that are registered.
func (u *userState) timers(o *options) (connector.Table, error) {
	u.out = newPile(u.key, types.Field{Name: "expiration_timestamp_ms", Type: longField}, partitionField)
	err := u.walk(o, 1, cells.TimersName, func(partition int, keys []*batch.Column, row int, _ string) error {
		at := keys[len(keys)-2]
		if at.Null(row) {
			return nil
		}
		return u.add(u.keyOf(keys, row), batch.Values[int64](at)[row]/1000, int32(partition))
	})
	return u.out, err
}
