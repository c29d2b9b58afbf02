package state

import (
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

var (
	seed  = flag.Uint64("seed", 1, "the first seed of random tests")
	seeds = flag.Int("seeds", 20, "how many seeds")
)

// kept are values that are kept as they come.
type kept struct {
	types   []types.Type
	columns []*batch.Column
	at      []int32 // by slot: the row of columns; -1: empty
	arena   batch.Arena
}

func newKept(ts ...types.Type) *kept {
	k := &kept{types: ts}
	for _, t := range ts {
		k.columns = append(k.columns, batch.NewColumn(t, 0))
	}
	return k
}

func (k *kept) Types() []types.Type { return k.types }

func (k *kept) Reset(from, to int) {
	for len(k.at) < to {
		k.at = append(k.at, -1)
	}
	for i := from; i < to; i++ {
		k.at[i] = -1
	}
}

func (k *kept) Save(slots []int32, out []*batch.Column) error {
	rows := make([]int32, len(slots))
	for i, s := range slots {
		rows[i] = k.at[s]
	}
	for i, c := range k.columns {
		out[i].AppendRows(c, rows, nil)
	}
	return nil
}

func (k *kept) Load(slots []int32, in []*batch.Column) error {
	for i, s := range slots {
		k.at[s] = int32(k.columns[0].Len() + i)
	}
	for i, c := range k.columns {
		c.AppendRows(in[i], batch.Range(0, len(slots)), &k.arena)
	}
	return nil
}

// spec is what rows of these keys and values look like.
func spec(keys, values []types.Type) Spec {
	s := Spec{Name: "tested"}
	for i, t := range keys {
		s.Keys = append(s.Keys, types.Field{Name: fmt.Sprint("k", i), Type: t, Nullable: true})
	}
	for i, t := range values {
		s.Values = append(s.Values, types.Field{Name: fmt.Sprint("v", i), Type: t, Nullable: true})
	}
	return s
}

// table is a table of keys and values, and puts rows into it.
func table(s Spec) (*Slots, *kept) {
	values := newKept(s.ValueTypes()...)
	return NewSlots(s, values), values
}

func put(t testing.TB, s *Slots, keys, values []*batch.Column, rows int) {
	t.Helper()
	slots := make([]int32, rows)
	if err := s.Find(keys, rows, nil, slots); err != nil {
		t.Fatal(err)
	}
	if err := s.values.Load(slots, values); err != nil {
		t.Fatal(err)
	}
	s.MarkDirty(slots)
}

// column is a column of Go values as [expr.Literal] names them.
func column(t types.Type, values ...any) *batch.Column {
	c := batch.NewColumn(t, 0)
	for _, v := range values {
		expr.AppendValue(c, v)
	}
	return c
}

// content lists the rows of a table, sorted.
func content(s *Slots) []string {
	slots := s.Live(nil)
	out := make([]*batch.Column, 0)
	for _, t := range s.values.Types() {
		out = append(out, batch.NewColumn(t, 0))
	}
	if err := s.values.Save(slots, out); err != nil {
		panic(err)
	}
	var list []string
	for i, slot := range slots {
		var row []any
		for _, c := range s.Keys() {
			row = append(row, expr.ValueAt(c, int(slot)))
		}
		for _, c := range out {
			row = append(row, expr.ValueAt(c, i))
		}
		list = append(list, fmt.Sprintf("%#v", row))
	}
	slices.Sort(list)
	return list
}

var whole = Shards{0, 255}

func everyShard(uint8) bool { return true }

// someTypes are types of every physical form.
func someTypes() []types.Type {
	of := types.Of
	return []types.Type{
		of(types.Boolean), of(types.Byte), of(types.Short), of(types.Int), of(types.Long), of(types.Float), of(types.Double),
		types.DecimalOf(30, 5), of(types.String), of(types.Binary), of(types.Date), of(types.Timestamp), of(types.CalendarInterval),
		of(types.Null), types.ArrayOf(of(types.String)), types.MapOf(of(types.String), types.ArrayOf(of(types.Int))),
		types.StructOf(types.Field{Name: "a", Type: of(types.Long), Nullable: true},
			types.Field{Name: "b", Type: types.ArrayOf(of(types.Double)), Nullable: true}),
	}
}

// randomValue is a value of a type, null at times.
func randomValue(r *rand.Rand, t types.Type) any {
	if r.IntN(5) == 0 || t.Kind == types.Null {
		return nil
	}
	switch t.Kind {
	case types.Boolean:
		return r.IntN(2) == 0
	case types.Byte:
		return int8(r.Uint32())
	case types.Short:
		return int16(r.Uint32())
	case types.Int, types.Date:
		return int32(r.Uint32())
	case types.Float:
		return r.Float32()
	case types.Double:
		return r.NormFloat64()
	case types.Decimal128:
		return types.DecimalFromInt64(r.Int64())
	case types.String, types.Binary:
		return strings.Repeat("weir ", r.IntN(6))
	case types.CalendarInterval:
		return types.Interval{Months: r.Int32(), Days: r.Int32(), Micros: r.Int64()}
	case types.Array:
		list := []any{}
		for range r.IntN(4) {
			list = append(list, randomValue(r, *t.Elem))
		}
		return list
	case types.Map:
		list := []any{}
		for i := range r.IntN(3) {
			list = append(list, fmt.Sprint("key ", i), randomValue(r, *t.Elem))
		}
		return list
	case types.Struct:
		list := []any{}
		for _, f := range t.Fields {
			list = append(list, randomValue(r, f.Type))
		}
		return list
	default:
		return r.Int64()
	}
}

// Rows of every type come back from a delta and from a snapshot, deletions
// included, and the same rows have the same bytes.
func TestRowsComeBack(t *testing.T) {
	for n := range *seeds {
		r := rand.New(rand.NewPCG(*seed+uint64(n), 3))
		s := spec([]types.Type{types.Of(types.Long), types.Of(types.String)}, someTypes())
		rows := 1 + r.IntN(300)
		if n == 0 {
			rows = 20_000 // several blocks
		}
		made := func() (*Slots, *kept) {
			tab, values := table(s)
			r := rand.New(rand.NewPCG(*seed+uint64(n), 4))
			keys := []*batch.Column{batch.NewColumn(s.Keys[0].Type, rows), batch.NewColumn(s.Keys[1].Type, rows)}
			var vals []*batch.Column
			for _, f := range s.Values {
				vals = append(vals, batch.NewColumn(f.Type, rows))
			}
			for i := range rows {
				expr.AppendValue(keys[0], int64(i))
				expr.AppendValue(keys[1], randomValue(r, s.Keys[1].Type))
				for c, f := range s.Values {
					expr.AppendValue(vals[c], randomValue(r, f.Type))
				}
			}
			put(t, tab, keys, vals, rows)
			return tab, values
		}
		tab, _ := made()
		other, _ := made()
		want := content(tab)
		for _, snapshot := range []bool{false, true} {
			h := Header{Operator: 3, Version: 7, Shards: whole}
			make := func(s *Slots, h Header) (*Part, error) { return s.Delta(h, nil) }
			if snapshot {
				make = (*Slots).Snapshot
			}
			p, err := make(tab, h)
			if err != nil {
				t.Fatal(err)
			}
			same, err := make(other, h)
			if err != nil {
				t.Fatal(err)
			}
			bytes := p.Bytes()
			if string(same.Bytes()) != string(bytes) {
				t.Errorf("seed %d: the same rows have other bytes", *seed+uint64(n))
			}
			back, _ := table(s)
			if p, err = ParsePart(bytes); err != nil {
				t.Fatal(err)
			}
			if p.Operator != 3 || p.Version != 7 || p.Shards != whole || p.Snapshot != snapshot || p.Rows != rows {
				t.Errorf("the header came back as %+v", p.Header)
			}
			if err := back.Apply(p, everyShard); err != nil {
				t.Fatal(err)
			}
			if got := content(back); !slices.Equal(got, want) {
				t.Errorf("seed %d: rows came back as others", *seed+uint64(n))
			}
		}
	}
}

// A delta holds what changed since the last commit and nothing else.
func TestDelta(t *testing.T) {
	s := spec([]types.Type{types.Of(types.Long)}, []types.Type{types.Of(types.Long)})
	tab, _ := table(s)
	rows := func(numbers ...int64) []*batch.Column {
		return []*batch.Column{batch.Wrap(types.Of(types.Long), numbers, nil)}
	}
	delta := func() *Part {
		p, err := tab.Delta(Header{Shards: whole}, nil)
		if err != nil {
			t.Fatal(err)
		}
		tab.Clear()
		return p
	}
	put(t, tab, rows(1, 2, 3), rows(10, 20, 30), 3)
	if p := delta(); p.Rows != 3 || p.Deleted != 0 {
		t.Errorf("three new rows: %+v", p.Header)
	}
	if tab.Touched() {
		t.Error("touched right after a commit")
	}
	put(t, tab, rows(2), rows(21), 1)
	tab.Delete([]int32{0})                   // was committed
	put(t, tab, rows(4, 1), rows(40, 11), 2) // 4 takes its slot
	slots := make([]int32, 1)
	if err := tab.Find(rows(4), 1, nil, slots); err != nil {
		t.Fatal(err)
	}
	tab.Delete(slots) // never was
	p := delta()
	if p.Rows != 2 || p.Deleted != 1 {
		t.Errorf("one row changed, one deleted that came again, one that came and went: %+v", p.Header)
	}
	back, _ := table(s)
	put(t, back, rows(1, 2, 3), rows(10, 20, 30), 3)
	parsed, err := ParsePart(p.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := back.Apply(parsed, everyShard); err != nil {
		t.Fatal(err)
	}
	if got, want := content(back), content(tab); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if p := delta(); p.Rows != 0 || p.Deleted != 0 || len(p.blocks) != 0 {
		t.Errorf("nothing changed: %+v", p.Header)
	}
}

// small is a delta of a table of names and counts, and a snapshot of it.
func small(t testing.TB) map[string][]byte {
	s := spec([]types.Type{types.Of(types.String)}, []types.Type{types.Of(types.Long)})
	tab, _ := table(s)
	text, long := types.Of(types.String), types.Of(types.Long)
	put(t, tab, []*batch.Column{column(text, "gone")}, []*batch.Column{column(long, int64(1))}, 1)
	tab.Clear()
	tab.Delete([]int32{0})
	put(t, tab, []*batch.Column{column(text, "weir", nil)}, []*batch.Column{column(long, int64(2), nil)}, 2)
	delta, err := tab.Delta(Header{Version: 2, Shards: whole}, nil)
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := tab.Snapshot(Header{Version: 2, Shards: whole})
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{"delta": delta.Bytes(), "snapshot": snapshot.Bytes()}
}

// Every bit that is wrong is found, and every byte that is missing or too many.
func TestDamageIsFound(t *testing.T) {
	for name, content := range small(t) {
		if _, err := ParsePart(content); err != nil {
			t.Fatal(err)
		}
		for i := range content {
			for bit := range 8 {
				content[i] ^= 1 << bit
				if _, err := ParsePart(content); err == nil {
					t.Errorf("%s: bit %d of byte %d is wrong, and nobody notices", name, bit, i)
				}
				content[i] ^= 1 << bit
			}
			if _, err := ParsePart(content[:i]); err == nil {
				t.Errorf("%s: %d bytes of %d are enough", name, i, len(content))
			}
		}
		if _, err := ParsePart(append(slices.Clone(content), 0)); err == nil {
			t.Errorf("%s: a byte too many is ignored", name)
		}
	}
}

// The bytes are those in docs/format/state.md.
func TestFormat(t *testing.T) {
	doc, err := os.ReadFile("../../docs/format/state.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range small(t) {
		if want := hex.Dump(content); !strings.Contains(string(doc), want) {
			t.Errorf("docs/format/state.md does not hold these bytes of a %s:\n%s", name, want)
		}
	}
}

func FuzzParsePart(f *testing.F) {
	for _, content := range small(f) {
		f.Add(content[len(magic)+8:])
	}
	s := spec([]types.Type{types.Of(types.String)}, []types.Type{types.Of(types.Long), types.ArrayOf(types.Of(types.String))})
	f.Fuzz(func(t *testing.T, data []byte) {
		// The sums would keep everything out: what is read after them is fuzzed.
		var p Part
		if err := p.decodeHeader(data); err == nil && p.Rows < 0 {
			t.Error("a negative number of rows")
		}
		var b block
		if err := b.decode(data); err != nil || b.size > 1<<20 {
			return
		}
		// Equal elements take no bytes, so that a few stand for gigabytes of lists, which
		// only a right sum vouches for.
		b.most = 1 << 20
		tab, _ := table(s)
		p.blocks = []block{b}
		if err := tab.Apply(&p, everyShard); err == nil && tab.Len() > b.rows {
			t.Errorf("%d rows came of %d", tab.Len(), b.rows)
		}
	})
}
