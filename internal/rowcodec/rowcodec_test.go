package rowcodec

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/rowvalue"
	"github.com/weirstream/weir/types"
)

var seed = flag.Uint64("seed", 0, "seed of the random tests; 0 takes a new one")

func random(t testing.TB) *rand.Rand {
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	t.Logf("-seed %d", s)
	return rand.New(rand.NewPCG(s, 1))
}

// fieldsOf is a struct of fields of these types.
func fieldsOf(inner ...types.Type) types.Type {
	t := types.Type{Kind: types.Struct}
	for i, f := range inner {
		t.Fields = append(t.Fields, types.Field{Name: fmt.Sprint("f", i), Type: f, Nullable: true})
	}
	return t
}

func allTypes() []types.Type {
	var list []types.Type
	for k := types.Null; k <= types.CalendarInterval; k++ {
		list = append(list, types.Of(k))
	}
	text := types.Of(types.String)
	return append(list, types.DecimalOf(38, 4), types.Of(types.Variant), types.ArrayOf(types.Of(types.Int)),
		types.ArrayOf(types.ArrayOf(text)), types.MapOf(text, types.Of(types.Double)), fieldsOf(),
		fieldsOf(types.Of(types.Double), text, types.Of(types.Null)),
		types.ArrayOf(fieldsOf(text, types.ArrayOf(types.Of(types.Short)))), fieldsOf(types.ArrayOf(text), text))
}

// some is a random value of a type, often one that is hard.
func some(r *rand.Rand, t types.Type) any {
	if t.Kind == types.Null || r.IntN(6) == 0 {
		return nil
	}
	return someValue(r, t)
}

func someValue(r *rand.Rand, t types.Type) any {
	long := [...]int64{0, 1, -1, math.MinInt64, math.MaxInt64, r.Int64N(300) - 150, int64(r.Uint64())}[r.IntN(7)]
	float := [...]float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), r.NormFloat64(), float64(long),
		math.SmallestNonzeroFloat64}[r.IntN(8)]
	switch t.Kind {
	case types.Boolean:
		return long&1 == 0
	case types.Byte:
		return int8(long)
	case types.Short:
		return int16(long)
	case types.Int, types.Date, types.YearMonthInterval:
		return int32(long)
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		return long
	case types.Float:
		return float32(float)
	case types.Double:
		return float
	case types.Decimal128:
		if t.Precision > longDigits {
			return types.Decimal{Lo: r.Uint64() >> r.IntN(64), Hi: long >> r.IntN(64)}
		}
		return types.DecimalFromInt64(long % 1e9)
	case types.CalendarInterval:
		return types.Interval{Months: int32(long), Days: int32(r.Int32N(9) - 4), Micros: long}
	case types.Struct:
		list := []any{}
		for _, f := range t.Fields {
			list = append(list, some(r, f.Type))
		}
		return list
	case types.Array, types.Map:
		list := []any{}
		for range r.IntN(4) {
			if t.Kind == types.Array {
				list = append(list, some(r, *t.Elem))
			} else {
				list = append(list, rowvalue.Pair{Key: someValue(r, *t.Key), Value: some(r, *t.Elem)})
			}
		}
		return list
	default:
		b := make([]byte, r.IntN(5))
		for i := range b {
			b[i] = [...]byte{0, 1, 2, 'a', 'b', 0xFF}[r.IntN(6)]
		}
		return string(b)
	}
}

// compare is the slow definition of the order.
func compare(a, b any, t types.Type) int {
	if a == nil || b == nil {
		return cmp.Compare(boolInt(a != nil), boolInt(b != nil))
	}
	switch x := a.(type) {
	case bool:
		return cmp.Compare(boolInt(x), boolInt(b.(bool)))
	case int8:
		return cmp.Compare(x, b.(int8))
	case int16:
		return cmp.Compare(x, b.(int16))
	case int32:
		return cmp.Compare(x, b.(int32))
	case int64:
		return cmp.Compare(x, b.(int64))
	case float32:
		return compareFloats(float64(x), float64(b.(float32)))
	case float64:
		return compareFloats(x, b.(float64))
	case types.Decimal:
		return x.Cmp(b.(types.Decimal))
	case types.Interval:
		y := b.(types.Interval)
		return cmp.Or(cmp.Compare(x.Months, y.Months), cmp.Compare(x.Days, y.Days), cmp.Compare(x.Micros, y.Micros))
	case string:
		return strings.Compare(x, b.(string))
	case rowvalue.Pair:
		y := b.(rowvalue.Pair)
		return cmp.Or(compare(x.Key, y.Key, *t.Key), compare(x.Value, y.Value, *t.Elem))
	}
	x, y := a.([]any), b.([]any)
	for i := range min(len(x), len(y)) {
		inner := t
		switch t.Kind {
		case types.Struct:
			inner = t.Fields[i].Type
		case types.Array:
			inner = *t.Elem
		}
		if c := compare(x[i], y[i], inner); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(x), len(y))
}

func compareFloats(a, b float64) int {
	if a != a || b != b {
		return cmp.Compare(boolInt(a != a), boolInt(b != b))
	}
	return cmp.Compare(a, b)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// made is a batch of these types with n random rows.
func made(t testing.TB, r *rand.Rand, list []types.Type, n int) *batch.Batch {
	t.Helper()
	var s types.Schema
	for i, f := range list {
		s.Fields = append(s.Fields, types.Field{Name: fmt.Sprint("c", i), Type: f, Nullable: true})
	}
	var rows [][]any
	for range n {
		var row []any
		for _, f := range list {
			row = append(row, some(r, f))
		}
		rows = append(rows, row)
	}
	b, err := rowvalue.Batch(s, rows)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestKeysSortAsTheirRows(t *testing.T) {
	r := random(t)
	list := allTypes()
	for range 400 {
		key := []types.Type{list[r.IntN(len(list))], list[r.IntN(len(list))]}
		orders := []Order{{r.IntN(2) == 0, r.IntN(2) == 0}, {r.IntN(2) == 0, r.IntN(2) == 0}}
		b := made(t, r, key, 24)
		var rows Rows
		NewKeys(key, orders).Encode(Of(b), &rows)
		values := rowvalue.Rows(b)
		for i := range values {
			for k := range values {
				want := 0
				for c, typ := range key {
					x, y := values[i][c], values[k][c]
					one := compare(x, y, typ)
					null := x == nil || y == nil
					if null && orders[c].NullsLast || !null && orders[c].Descending {
						one = -one
					}
					want = cmp.Or(want, one)
				}
				if got := bytes.Compare(rows.Row(i), rows.Row(k)); got != want {
					t.Fatalf("%v in order %v: %v and %v compare as %d, want %d\n%x\n%x", key, orders, values[i], values[k],
						got, want, rows.Row(i), rows.Row(k))
				}
			}
		}
	}
}

// normal is v as it comes back from a key: without -0.0.
func normal(v any) any {
	switch v := v.(type) {
	case float64:
		if v == 0 {
			return 0.0
		}
	case float32:
		if v == 0 {
			return float32(0)
		}
	case rowvalue.Pair:
		return rowvalue.Pair{Key: normal(v.Key), Value: normal(v.Value)}
	case []any:
		for i := range v {
			v[i] = normal(v[i])
		}
	}
	return v
}

// same compares the texts of values, in which NaN equals NaN and -0 differs
// from 0.
func same(a, b any) bool { return fmt.Sprintf("%#v", a) == fmt.Sprintf("%#v", b) }

func TestRowsComeBack(t *testing.T) {
	r := random(t)
	list := allTypes()
	keyColumns, valueColumns := batch.Batch{}, batch.Batch{}
	var orders []Order
	for _, typ := range list {
		keyColumns.Columns = append(keyColumns.Columns, batch.NewColumn(typ, 0))
		valueColumns.Columns = append(valueColumns.Columns, batch.NewColumn(typ, 0))
		orders = append(orders, Order{r.IntN(2) == 0, r.IntN(2) == 0})
	}
	keys, values := NewKeys(list, orders), NewValues(list)
	var rows Rows
	var arena batch.Arena
	for range 60 {
		b := made(t, r, list, r.IntN(40))
		if r.IntN(2) == 0 {
			b.Sel = []int32{}
			for i := range b.Rows {
				if r.IntN(2) == 0 {
					b.Sel = append(b.Sel, int32(i))
				}
			}
		}
		want := rowvalue.Rows(b)
		rows.Reset()
		values.Encode(Of(b), &rows)
		if err := values.Decode(&rows, valueColumns.Columns); err != nil {
			t.Fatal(err)
		}
		valueColumns.Rows = rows.Len()
		check(t, "value", rowvalue.Rows(&valueColumns), want)

		rows.Reset()
		arena.Reset()
		keys.Encode(Of(b), &rows)
		if err := keys.Decode(&rows, keyColumns.Columns, &arena); err != nil {
			t.Fatal(err)
		}
		keyColumns.Rows = rows.Len()
		for _, row := range want {
			normal(row)
		}
		check(t, "key", rowvalue.Rows(&keyColumns), want)
	}
}

func check(t *testing.T, what string, got, want [][]any) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d rows, want %d", what, len(got), len(want))
	}
	for i := range want {
		for c := range want[i] {
			if !same(got[i][c], want[i][c]) {
				t.Fatalf("%s: row %d, column %d: %#v, want %#v", what, i, c, got[i][c], want[i][c])
			}
		}
	}
}

func TestConstantsAreEncodedAsTheirRows(t *testing.T) {
	one := batch.Wrap(types.Of(types.String), []string{"x"}, nil)
	one.Const = true
	null := batch.Wrap(types.Of(types.Int), []int32{0}, []uint64{0})
	null.Const = true
	b := batch.Batch{Columns: []*batch.Column{one, null}, Rows: 3, Sel: []int32{0, 2}}
	var keys, values Rows
	list := []types.Type{one.Type, null.Type}
	NewKeys(list, nil).Encode(Of(&b), &keys)
	NewValues(list).Encode(Of(&b), &values)
	if keys.Len() != 2 || string(keys.Row(1)) != "\x01x\x00\x01\x00" {
		t.Errorf("%x", keys.Bytes)
	}
	if values.Len() != 2 || string(values.Row(1)) != "\x02\x01x" {
		t.Errorf("%x", values.Bytes)
	}
}

func TestNothingIsAllocatedInTheSteadyState(t *testing.T) {
	list := []types.Type{types.Of(types.Long), types.Of(types.String), types.DecimalOf(38, 2), types.Of(types.Double)}
	b := made(t, random(t), list, 100)
	back := batch.New(types.NewSchema(fieldsOf(list...).Fields...))
	keys, values := NewKeys(list, nil), NewValues(list)
	var rows Rows
	var arena batch.Arena
	n := testing.AllocsPerRun(20, func() {
		rows.Reset()
		arena.Reset()
		keys.Encode(Of(b), &rows)
		_ = keys.Decode(&rows, back.Columns, &arena)
		rows.Reset()
		values.Encode(Of(b), &rows)
		_ = values.Decode(&rows, back.Columns)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// sample is the row that docs/format/row-codec.md shows.
func sample(t testing.TB) (*batch.Batch, []types.Type) {
	list := []types.Type{types.Of(types.Int), types.Of(types.String), types.Of(types.Double), types.DecimalOf(10, 2),
		types.ArrayOf(types.Of(types.Byte)), fieldsOf(types.Of(types.Boolean), types.Of(types.Timestamp)), types.Of(types.Date)}
	s := types.NewSchema(fieldsOf(list...).Fields...)
	b, err := rowvalue.Batch(s, [][]any{{int32(-2), "a\x00b", math.Copysign(0, -1), types.DecimalFromInt64(1250),
		[]any{int8(5), nil}, []any{true, int64(1_000_000)}, nil}})
	if err != nil {
		t.Fatal(err)
	}
	return b, list
}

func TestFormatDocument(t *testing.T) {
	b, list := sample(t)
	var ascending, descending, value Rows
	NewKeys(list, nil).Encode(Of(b), &ascending)
	all := make([]Order, len(list))
	for i := range all {
		all[i] = Order{Descending: true, NullsLast: true}
	}
	NewKeys(list, all).Encode(Of(b), &descending)
	NewValues(list).Encode(Of(b), &value)
	text, err := os.ReadFile("../../docs/format/row-codec.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, rows := range map[string]*Rows{"key": &ascending, "descending key": &descending, "value": &value} {
		if want := hex.Dump(rows.Row(0)); !strings.Contains(string(text), want) {
			t.Errorf("docs/format/row-codec.md does not hold the %s:\n%s", name, want)
		}
	}
}

// FuzzDecode gives any bytes to the decoders: they refuse, or what they read is
// written and read again as the same.
func FuzzDecode(f *testing.F) {
	b, list := sample(f)
	keys, values := NewKeys(list, nil), NewValues(list)
	var rows Rows
	keys.Encode(Of(b), &rows)
	f.Add(rows.Row(0))
	rows.Reset()
	values.Encode(Of(b), &rows)
	f.Add(rows.Row(0))
	schema := types.NewSchema(fieldsOf(list...).Fields...)
	f.Fuzz(func(t *testing.T, row []byte) {
		var src, again Rows
		src.Append(row)
		got, back := batch.New(schema), batch.New(schema)
		got.Rows, back.Rows = 1, 1
		if keys.Decode(&src, got.Columns, new(batch.Arena)) == nil {
			keys.Encode(Of(got), &again)
			if err := keys.Decode(&again, back.Columns, new(batch.Arena)); err != nil {
				t.Fatal(err)
			}
			sameRows(t, rowvalue.Rows(back), rowvalue.Rows(got))
		}
		got, back = batch.New(schema), batch.New(schema)
		got.Rows, back.Rows = 1, 1
		if values.Decode(&src, got.Columns) == nil {
			again.Reset()
			values.Encode(Of(got), &again)
			if err := values.Decode(&again, back.Columns); err != nil {
				t.Fatal(err)
			}
			sameRows(t, rowvalue.Rows(back), rowvalue.Rows(got))
		}
	})
}

func sameRows(t *testing.T, got, want [][]any) {
	t.Helper()
	for _, row := range append(got, want...) {
		normal(row)
	}
	if !reflect.DeepEqual(fmt.Sprintf("%#v", got), fmt.Sprintf("%#v", want)) {
		t.Fatalf("%#v came back as %#v", want, got)
	}
}

func BenchmarkKeysEncode(b *testing.B) {
	list := []types.Type{types.Of(types.Long), types.Of(types.String)}
	in := made(b, rand.New(rand.NewPCG(1, 1)), list, batch.Size)
	keys := NewKeys(list, nil)
	var rows Rows
	b.ReportAllocs()
	for b.Loop() {
		rows.Reset()
		keys.Encode(Of(in), &rows)
	}
	b.ReportMetric(float64(b.N)*batch.Size/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

func BenchmarkValuesDecode(b *testing.B) {
	list := []types.Type{types.Of(types.Long), types.Of(types.String)}
	in := made(b, rand.New(rand.NewPCG(1, 1)), list, batch.Size)
	values := NewValues(list)
	out := batch.New(types.NewSchema(fieldsOf(list...).Fields...))
	var rows Rows
	values.Encode(Of(in), &rows)
	b.ReportAllocs()
	for b.Loop() {
		if err := values.Decode(&rows, out.Columns); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*batch.Size/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
