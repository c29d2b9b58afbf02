package keytable

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// model is what a table does, from the definition.
type model struct {
	ids  map[string]int32
	keys []string // by id; "" where it has none
	free []int32
}

func (m *model) assign(key string) (id int32, fresh bool) {
	if id, ok := m.ids[key]; ok {
		return id, false
	}
	if n := len(m.free); n > 0 {
		id, m.free = m.free[n-1], m.free[:n-1]
	} else {
		id = int32(len(m.keys))
		m.keys = append(m.keys, "")
	}
	m.ids[key], m.keys[id] = id, key
	return id, true
}

func (m *model) delete(id int32) {
	if m.keys[id] != "" {
		delete(m.ids, m.keys[id])
		m.keys[id] = ""
		m.free = append(m.free, id)
	}
}

// checkTable runs random batches, lookups, deletions and resets on a table and on
// the model.
func checkTable(t *testing.T, r *rand.Rand, ts []types.Type, steps int) {
	t.Helper()
	table, m := New(ts), &model{ids: map[string]int32{}}
	ids := make([]int32, 4096)
	for step := range steps {
		keys, rows, sel := randomBatch(r, ts)
		n := selectedRows(rows, sel)
		at := func(i int) int {
			if sel != nil {
				return int(sel[i])
			}
			return i
		}
		switch r.IntN(8) {
		case 0:
			table.Lookup(keys, rows, sel, ids)
			for i := range n {
				want, ok := m.ids[showRow(keys, at(i))]
				if !ok {
					want = -1
				}
				if ids[i] != want {
					t.Fatalf("%v, step %d: Lookup(%s) = %d, want %d", ts, step, showRow(keys, at(i)), ids[i], want)
				}
			}
		case 1, 2:
			var gone []int32
			for range r.IntN(1 + len(m.keys)) {
				gone = append(gone, int32(r.IntN(len(m.keys))))
			}
			table.Delete(gone)
			for _, id := range gone {
				m.delete(id)
			}
		case 3:
			if r.IntN(8) == 0 {
				table.Reset()
				m = &model{ids: map[string]int32{}}
			}
		default:
			count := table.Assign(keys, rows, sel, ids)
			for i := range n {
				want, isNew := m.assign(showRow(keys, at(i)))
				if ids[i] != want {
					t.Fatalf("%v, step %d: row %d of %d, %s, has id %d, want %d", ts, step, i, n,
						showRow(keys, at(i)), ids[i], want)
				}
				if isNew {
					count--
				}
			}
			if count != 0 {
				t.Fatalf("%v, step %d: Assign returned %d too many", ts, step, count)
			}
		}
		checkKeys(t, table, m)
	}
}

func checkKeys(t *testing.T, table *Table, m *model) {
	t.Helper()
	if table.Len() != len(m.ids) || table.Slots() != len(m.keys) {
		t.Fatalf("%v: %d keys in %d slots, want %d in %d", table.types, table.Len(), table.Slots(), len(m.ids), len(m.keys))
	}
	var live []int32
	columns := table.Keys()
	for id, key := range m.keys {
		if key == "" {
			continue
		}
		live = append(live, int32(id))
		if got := showRow(columns, id); got != key {
			t.Fatalf("%v: the key of id %d is %s, want %s", table.types, id, got, key)
		}
	}
	if got := table.Live(nil); !slices.Equal(got, live) {
		t.Fatalf("%v: live are %v, want %v", table.types, got, live)
	}
}

func TestTableIsLikeAMap(t *testing.T) {
	r := random(t)
	for _, kind := range simpleKinds {
		checkTable(t, r, []types.Type{types.Of(kind)}, 40)
	}
	checkTable(t, r, nil, 20)
	tables := 60
	if testing.Short() {
		tables = 10
	}
	for range tables {
		var ts []types.Type
		for range 1 + r.IntN(4) {
			ts = append(ts, randomType(r, 2))
		}
		checkTable(t, r, ts, 25)
	}
}

// A window and a word, the commonest key of a streaming aggregate; a window alone
// is a pair.
func TestWindowsAreNotEncoded(t *testing.T) {
	window := types.StructOf(types.Field{Name: "start", Type: types.Of(types.Timestamp)},
		types.Field{Name: "end", Type: types.Of(types.Timestamp)})
	if f := New([]types.Type{window}).form; f != formPair {
		t.Errorf("a window has form %d", f)
	}
	r := random(t)
	checkTable(t, r, []types.Type{window}, 40)
	checkTable(t, r, []types.Type{window, types.Of(types.String)}, 40)
}

func column[T batch.Value](kind types.Kind, values ...T) []*batch.Column {
	return []*batch.Column{batch.Wrap(types.Of(kind), values, nil)}
}

// Close keys make an array, far ones slots, and going there and back loses none.
func TestDirectArrayComesAndGoes(t *testing.T) {
	r := random(t)
	table, want := New([]types.Type{types.Of(types.Long)}), map[int64]int32{}
	ids := make([]int32, batch.Size)
	assign := func(base, width int64) {
		t.Helper()
		values := make([]int64, 3000)
		for i := range values {
			values[i] = base + r.Int64N(width)
		}
		table.Assign(column(types.Long, values...), len(values), nil, ids)
		for i, v := range values {
			id, ok := want[v]
			if !ok {
				id = int32(len(want))
				want[v] = id
			}
			if ids[i] != id {
				t.Fatalf("key %d has id %d, want %d", v, ids[i], id)
			}
		}
	}
	direct := func(want bool, when string) {
		t.Helper()
		if got := table.word.direct != nil; got != want {
			t.Errorf("%s: direct is %t", when, got)
		}
	}
	assign(5000, 2000)
	direct(true, "close keys")
	assign(7000, 500)
	direct(true, "a few more above")
	assign(4000, 1000)
	direct(true, "a few more below")
	assign(math.MinInt64, 10)
	direct(false, "far below")
	assign(math.MaxInt64-10, 10)
	for i := range int64(200) {
		assign(10_000+i*1000, 1000)
	}
	direct(false, "the far keys are still there")
	table = New(table.types)
	clear(want)
	assign(math.MaxInt64-2000, 2000)
	direct(true, "close to the greatest integer")
	assign(math.MinInt64, 2000)
}

func TestEqualityIsThatOfGroupBy(t *testing.T) {
	nan := math.Float64frombits(0xFFF8000000000123)
	table, ids := New([]types.Type{types.Of(types.Double)}), make([]int32, 6)
	keys := column(types.Double, math.Copysign(0, -1), math.NaN(), 0, nan, 7, 7)
	keys[0].SetNull(4)
	keys[0].SetNull(5)
	if n := table.Assign(keys, 6, nil, ids); n != 3 || !slices.Equal(ids, []int32{0, 1, 0, 1, 2, 2}) {
		t.Errorf("%d groups, ids %v", n, ids)
	}
	if zero := batch.Values[float64](table.Keys()[0])[0]; math.Signbit(zero) {
		t.Error("-0.0 is kept as it came")
	}
	if !table.Keys()[0].Null(2) || table.Keys()[0].Null(1) {
		t.Error("the null group is not the third")
	}
}

func TestIdsOfDeletedKeysAreGivenAgain(t *testing.T) {
	for _, kind := range []types.Kind{types.Long, types.String, types.Decimal128} {
		table, ids := New([]types.Type{types.Of(kind)}), make([]int32, 10)
		keys := func(from int) []*batch.Column {
			c := batch.NewColumn(types.Of(kind), 0)
			c.Resize(10)
			for i := range 10 {
				switch kind {
				case types.Long:
					batch.Values[int64](c)[i] = int64(from + i)
				case types.String:
					batch.Values[string](c)[i] = strings.Repeat("long ", 4) + fmt.Sprint(from+i)
				default:
					batch.Values[types.Decimal](c)[i] = types.Decimal{Lo: uint64(from + i)}
				}
			}
			return []*batch.Column{c}
		}
		table.Assign(keys(0), 10, nil, ids)
		table.Delete([]int32{3, 7, 3, 1})
		if table.Len() != 7 || !table.Dead(3) || table.Dead(2) {
			t.Errorf("kind %d: %d keys after three deletions", kind, table.Len())
		}
		table.Assign(keys(100), 4, nil, ids)
		if want := []int32{1, 7, 3, 10}; !slices.Equal(ids[:4], want) || !slices.Equal(table.Fresh(), want) {
			t.Errorf("kind %d: new keys have ids %v, want %v", kind, ids[:4], want)
		}
		table.Lookup(keys(0), 4, nil, ids)
		if want := []int32{0, -1, 2, -1}; !slices.Equal(ids[:4], want) {
			t.Errorf("kind %d: old keys have ids %v, want %v", kind, ids[:4], want)
		}
	}
}

// The bytes of deleted texts do not pile up.
func TestTextsOfDeletedKeysAreFreed(t *testing.T) {
	for _, ts := range [][]types.Type{{types.Of(types.String)}, {types.Of(types.String), types.Of(types.Long)}} {
		table, ids := New(ts), make([]int32, 1000)
		most := 0
		for round := range 60 {
			texts, numbers := make([]string, 1000), make([]int64, 1000)
			for i := range texts {
				texts[i] = fmt.Sprintf("%030d/%030d", round, i)
			}
			keys := append(column(types.String, texts...), column(types.Long, numbers...)...)[:len(ts)]
			table.Assign(keys, 1000, nil, ids)
			table.Delete(ids[:990])
			if round == 5 {
				most = 3 * table.Bytes()
			}
		}
		if table.Len() != 600 || table.Bytes() > most {
			t.Errorf("%d keys take %d bytes, at most %d expected", table.Len(), table.Bytes(), most)
		}
		if got, want := batch.Values[string](table.Keys()[0])[ids[995]], fmt.Sprintf("%030d/%030d", 59, 995); got != want {
			t.Errorf("after compaction a key is %q, want %q", got, want)
		}
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	window := types.StructOf(types.Field{Name: "start", Type: types.Of(types.Timestamp)},
		types.Field{Name: "end", Type: types.Of(types.Timestamp)})
	for _, ts := range [][]types.Type{
		{types.Of(types.Long)}, {types.Of(types.Int)}, {types.Of(types.String)}, {types.Of(types.Long), types.Of(types.Int)},
		{types.Of(types.String), types.Of(types.String)}, {window, types.Of(types.String)}, {types.ArrayOf(types.Of(types.Long))},
	} {
		var keys []*batch.Column
		for _, typ := range ts {
			c := batch.NewColumn(typ, 0)
			fill(r, c, 5000, 50)
			keys = append(keys, c)
		}
		table, ids := New(ts), make([]int32, 5000)
		table.Assign(keys, 5000, nil, ids)
		if n := testing.AllocsPerRun(5, func() { table.Assign(keys, 5000, nil, ids) }); n != 0 {
			t.Errorf("%v: Assign allocates %v times", ts, n)
		}
		if n := testing.AllocsPerRun(5, func() { table.Lookup(keys, 5000, nil, ids) }); n != 0 {
			t.Errorf("%v: Lookup allocates %v times", ts, n)
		}
	}
}

func TestMemoryOfIntegerKeys(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	table, ids := New([]types.Type{types.Of(types.Long)}), make([]int32, 1000)
	for range 300 {
		values := make([]int64, 1000)
		for i := range values {
			values[i] = r.Int64()
		}
		table.Assign(column(types.Long, values...), 1000, nil, ids)
		if n := table.Len(); n >= 20_000 && (table.Bytes()-table.ids.bytes())/n > 48+8 {
			t.Fatalf("%d keys take %d bytes each", n, table.Bytes()/n)
		}
	}
}
