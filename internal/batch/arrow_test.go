package batch

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirstream/weir/types"
)

func schemaOf(list []types.Type) types.Schema {
	var s types.Schema
	for i, t := range list {
		s.Fields = append(s.Fields, types.Field{Name: string(rune('a' + i)), Type: t, Nullable: true})
	}
	return s
}

// selected are the cells of the rows that count, by column.
func selected(b *Batch) []string {
	var list []string
	for _, c := range b.Columns {
		var column []string
		for i := range b.Len() {
			column = append(column, cell(c, b.Row(i)))
		}
		list = append(list, strings.Join(column, ","))
	}
	return list
}

// TestArrowRoundTrip sends random batches of all types through Arrow, also
// through its file format and as slices, and back into a batch that is reused.
func TestArrowRoundTrip(t *testing.T) {
	r := random(t)
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	s := schemaOf(allTypes())
	as := s.Arrow("")
	var into Batch
	for range 60 {
		n := r.IntN(150)
		b := &Batch{Rows: n}
		for _, f := range s.Fields {
			c := made(r, f.Type, n)
			if n > 0 && r.IntN(6) == 0 {
				c = made(r, f.Type, 1)
				c.Const = true
			} else {
				c.Const = false
			}
			b.Columns = append(b.Columns, c)
		}
		if r.IntN(2) == 0 {
			b.Sel = []int32{}
			for i := range n {
				if r.IntN(3) == 0 {
					b.Sel = append(b.Sel, int32(i))
				}
			}
		}
		rec, err := ToArrow(b, as, mem)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, rec, &into, selected(b))
		throughIPC(t, rec, mem, func(rec arrow.RecordBatch) { compare(t, rec, &into, selected(b)) })
		if n := b.Len(); n > 0 {
			first := r.IntN(n)
			end := first + r.IntN(n-first+1)
			part := rec.NewSlice(int64(first), int64(end))
			want := &Batch{Columns: b.Columns, Rows: b.Rows, Sel: []int32{}}
			for i := first; i < end; i++ {
				want.Sel = append(want.Sel, int32(b.Row(i)))
			}
			compare(t, part, &into, selected(want))
			part.Release()
		}
		rec.Release()
	}
}

func compare(t *testing.T, rec arrow.RecordBatch, into *Batch, want []string) {
	t.Helper()
	if err := FromArrow(rec, into); err != nil {
		t.Fatal(err)
	}
	for i, got := range selected(into) {
		if got != want[i] {
			t.Fatalf("column %s %s:\ngot  %s\nwant %s", rec.ColumnName(i), into.Columns[i].Type, got, want[i])
		}
	}
	// What came back must bear being copied, too.
	for i, c := range into.Columns {
		copied := NewColumn(c.Type, 0)
		copied.Append(c, nil, into.Rows, new(Arena))
		if got := strings.Join(cells(copied), ","); got != want[i] {
			t.Fatalf("column %s copied:\ngot  %s\nwant %s", rec.ColumnName(i), got, want[i])
		}
	}
}

func throughIPC(t *testing.T, rec arrow.RecordBatch, mem memory.Allocator, use func(arrow.RecordBatch)) {
	t.Helper()
	var file bytes.Buffer
	w := ipc.NewWriter(&file, ipc.WithSchema(rec.Schema()), ipc.WithAllocator(mem))
	if err := w.Write(rec); err != nil {
		t.Fatal(err)
	}
	w.Close()
	reader, err := ipc.NewReader(&file, ipc.WithAllocator(mem))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Release()
	if !reader.Next() {
		t.Fatal(reader.Err())
	}
	use(reader.RecordBatch())
}

func TestArrowSharesFixedWidthValues(t *testing.T) {
	s := schemaOf([]types.Type{types.Of(types.Long), types.Of(types.Decimal128), types.ArrayOf(types.Of(types.Int))})
	b := New(s)
	b.Resize(64)
	for i := range 64 {
		Values[int64](b.Columns[0])[i] = int64(i)
	}
	b.Columns[0].SetNull(3)
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	rec, err := ToArrow(b, s.Arrow(""), mem)
	if err != nil {
		t.Fatal(err)
	}
	if n := mem.CurrentAlloc(); n != 0 {
		t.Errorf("%d bytes were copied", n)
	}
	var back Batch
	if err := FromArrow(rec, &back); err != nil {
		t.Fatal(err)
	}
	Values[int64](b.Columns[0])[5] = 500
	if Values[int64](back.Columns[0])[5] != 500 {
		t.Error("the values were copied on the way back")
	}
	if n := testing.AllocsPerRun(20, func() { _ = FromArrow(rec, &back) }); n > 20 {
		t.Errorf("%v allocations for a record", n)
	}
	rec.Release()
}

func fromJSON(t *testing.T, dt arrow.DataType, text string) arrow.Array {
	t.Helper()
	a, _, err := array.FromJSON(memory.DefaultAllocator, dt, strings.NewReader(text))
	if err != nil {
		t.Fatal(dt, err)
	}
	return a
}

func TestForeignArrowLayouts(t *testing.T) {
	dictionary := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	tests := []struct {
		dt         arrow.DataType
		json, want string
	}{
		{arrow.PrimitiveTypes.Uint8, `[255, null, 0]`, "255,null,0"},
		{arrow.PrimitiveTypes.Uint16, `[65535]`, "65535"}, {arrow.PrimitiveTypes.Uint32, `[4294967295]`, "4294967295"},
		{arrow.PrimitiveTypes.Uint64, `[18446744073709551615]`, "18446744073709551615"},
		{arrow.BinaryTypes.LargeString, `["a", null, "bcd"]`, "a,null,bcd"},
		{arrow.BinaryTypes.StringView, `["a", null, "a string of more than twelve bytes"]`,
			"a,null,a string of more than twelve bytes"},
		{&arrow.FixedSizeBinaryType{ByteWidth: 2}, `["YWI=", null]`, "ab,null"},
		{arrow.LargeListOf(arrow.PrimitiveTypes.Int32), `[[1, 2], null, [3]]`, "[1 2],null,[3]"},
		{arrow.FixedSizeListOf(2, arrow.PrimitiveTypes.Int32), `[[1, 2], [3, null]]`, "[1 2],[3 null]"},
		{dictionary, `["x", "y", null, "x"]`, "x,y,null,x"},
		{arrow.FixedWidthTypes.Date64, `["1970-01-03", "1969-12-31"]`, "2,-1"},
		{arrow.FixedWidthTypes.Timestamp_s, `[1]`, "1000000"},
		{arrow.FixedWidthTypes.Timestamp_ms, `[1500, null]`, "1500000,null"},
		{arrow.FixedWidthTypes.Timestamp_ns, `[1999, -1]`, "1,-1"},
		{arrow.FixedWidthTypes.Time32ms, `["00:00:01.5"]`, "1500000000"},
		{arrow.FixedWidthTypes.Time64us, `["00:00:00.000001"]`, "1000"},
	}
	for _, tt := range tests {
		typ, err := types.TypeFromArrow(tt.dt)
		if err != nil {
			t.Fatal(err)
		}
		a := fromJSON(t, tt.dt, tt.json)
		c := NewColumn(typ, 0)
		for range 2 {
			if err := c.FromArrow(a.Data()); err != nil {
				t.Errorf("%s: %v", tt.dt, err)
			} else if got := strings.Join(cells(c), ","); got != tt.want {
				t.Errorf("%s: %s, want %s", tt.dt, got, tt.want)
			}
		}
		part := array.NewSlice(a, int64(a.Len()-1), int64(a.Len()))
		if err := c.FromArrow(part.Data()); err != nil {
			t.Errorf("%s: %v", tt.dt, err)
		} else if got := cell(c, 0); !strings.HasSuffix(tt.want, got) {
			t.Errorf("%s: the last row is %s, want the end of %s", tt.dt, got, tt.want)
		}
	}
}

func TestStructsAreMatchedByName(t *testing.T) {
	a := fromJSON(t, arrow.StructOf(arrow.Field{Name: "x", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
		arrow.Field{Name: "y", Type: arrow.BinaryTypes.String, Nullable: true}), `[{"x": 1, "y": "a"}, null]`)
	c := NewColumn(types.StructOf(types.Field{Name: "y", Type: types.Of(types.String), Nullable: true}), 0)
	if err := c.FromArrow(a.Data()); err != nil || strings.Join(cells(c), ",") != "{a},null" {
		t.Errorf("%v, %v", cells(c), err)
	}
	c = NewColumn(types.StructOf(types.Field{Name: "z", Type: types.Of(types.String)}), 0)
	if err := c.FromArrow(a.Data()); err == nil || !strings.Contains(err.Error(), "field z") {
		t.Errorf("%v", err)
	}
}

func TestArrowRefuses(t *testing.T) {
	buffer := func(values []int32) *memory.Buffer { return memory.NewBufferBytes(asBytes(values)) }
	text := memory.NewBufferBytes([]byte("abc"))
	child := array.NewData(arrow.PrimitiveTypes.Int32, 2, []*memory.Buffer{nil, buffer([]int32{1, 2})}, nil, 0, 0)
	list := arrow.ListOf(arrow.PrimitiveTypes.Int32)
	tests := []struct {
		name string
		typ  types.Type
		data arrow.ArrayData
	}{
		{"another type", types.Of(types.Long), child},
		{"values too short", types.Of(types.Int),
			array.NewData(arrow.PrimitiveTypes.Int32, 3, []*memory.Buffer{nil, buffer([]int32{1, 2})}, nil, 0, 0)},
		{"validity too short", types.Of(types.Int), array.NewData(arrow.PrimitiveTypes.Int32, 9,
			[]*memory.Buffer{memory.NewBufferBytes([]byte{1}), buffer(make([]int32, 9))}, nil, 1, 0)},
		{"text beyond the bytes", types.Of(types.String),
			array.NewData(arrow.BinaryTypes.String, 1, []*memory.Buffer{nil, buffer([]int32{0, 4}), text}, nil, 0, 0)},
		{"falling offsets", types.Of(types.String),
			array.NewData(arrow.BinaryTypes.String, 2, []*memory.Buffer{nil, buffer([]int32{0, 3, 1}), text}, nil, 0, 0)},
		{"negative offsets", types.Of(types.String),
			array.NewData(arrow.BinaryTypes.String, 1, []*memory.Buffer{nil, buffer([]int32{-5, 1}), text}, nil, 0, 0)},
		{"list beyond its child", types.ArrayOf(types.Of(types.Int)), array.NewData(list, 1,
			[]*memory.Buffer{nil, buffer([]int32{0, 3})}, []arrow.ArrayData{child}, 0, 0)},
		{"second out of range", types.Of(types.Timestamp), array.NewData(arrow.FixedWidthTypes.Timestamp_s, 1,
			[]*memory.Buffer{nil, memory.NewBufferBytes(asBytes([]int64{math.MaxInt64 / 10}))}, nil, 0, 0)},
	}
	for _, tt := range tests {
		if err := NewColumn(tt.typ, 0).FromArrow(tt.data); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
	}
	interval := Wrap(types.Of(types.CalendarInterval), []types.Interval{{Micros: math.MaxInt64}}, nil)
	s := schemaOf([]types.Type{interval.Type})
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	if _, err := ToArrow(&Batch{Columns: []*Column{interval}, Rows: 1}, s.Arrow(""), mem); err == nil {
		t.Error("an interval too long for Arrow: no error")
	}
	mem.AssertSize(t, 0)
}
