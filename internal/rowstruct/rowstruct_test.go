package rowstruct

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

type inner struct {
	A int16
	B *string
}

type embedded struct{ Deep float32 }

// everything has a field of every type.
type everything struct {
	embedded
	Yes     bool `weir:"yes"`
	I8      int8
	U8      uint8
	I16     int16
	U16     uint16
	I32     int32
	U32     uint32
	I64     int64
	Plain   int
	F       float64
	Text    string
	Bytes   []byte
	At      time.Time
	Day     time.Time `weir:"day,DATE"`
	Wall    time.Time `weir:",TIMESTAMP_NTZ"`
	Long    time.Duration
	OfDay   time.Duration `weir:",TIME(6)"`
	Price   types.Decimal `weir:"price,DECIMAL(10,2)"`
	Span    types.Interval
	Inner   inner
	Maybe   *inner
	None    *int64
	List    []inner
	Nested  [][]string
	Map     map[string]*int64
	Left    chan int `weir:"-"`
	hidden  int
	Nothing []int32
}

func number(n int64) *int64 { return &n }

func text(s string) *string { return &s }

func full() everything {
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	return everything{embedded: embedded{1.5}, Yes: true, I8: -1, U8: 200, I16: -300, U16: 60000, I32: -70000, U32: 1 << 31, I64: -1 << 40,
		Plain: 7, F: 0.1, Text: "grüße", Bytes: []byte{0, 1}, At: day.Add(time.Microsecond), Day: day, Wall: day.Add(time.Hour),
		Long: -time.Hour, OfDay: time.Hour, Price: types.DecimalFromInt64(1234), Span: types.Interval{Months: 1, Days: 2, Micros: 3},
		Inner: inner{1, text("b")}, Maybe: &inner{2, nil}, List: []inner{{3, nil}, {4, text("")}}, Nested: [][]string{{"a"}, {}},
		Map: map[string]*int64{"x": number(1), "y": nil}}
}

// What is written is read again, whatever its type.
func TestRoundTrip(t *testing.T) {
	typ := reflect.TypeFor[everything]()
	schema, err := SchemaOf(typ)
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWriter(typ)
	if err != nil {
		t.Fatal(err)
	}
	columns := batch.New(schema).Columns
	rows := []everything{full(), {}, full()}
	for i := range rows {
		if err := w.Append(columns, unsafe.Pointer(&rows[i])); err != nil {
			t.Fatal(err)
		}
	}
	r, err := NewReader(typ, schema.Fields)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range rows {
		var got everything
		if err := r.Read(columns, i, unsafe.Pointer(&got)); err != nil {
			t.Fatal(err)
		}
		if i == 1 { // times begin in 1970 where Go's begin in the year 1
			got.At, got.Day, got.Wall = want.At, want.Day, want.Wall
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(everything{}, embedded{})); diff != "" {
			t.Errorf("row %d:\n%s", i, diff)
		}
	}
}

// Numbers are read into wider ones.
func TestWidening(t *testing.T) {
	type wide struct {
		A int64
		B float64
		C float32
	}
	columns := []*batch.Column{batch.Wrap(types.Of(types.Byte), []int8{-5}, nil), batch.Wrap(types.Of(types.Int), []int32{1 << 30}, nil),
		batch.Wrap(types.Of(types.Short), []int16{-3}, nil)}
	r, err := NewReader(reflect.TypeFor[wide](), []types.Field{{Name: "a", Type: columns[0].Type}, {Name: "B", Type: columns[1].Type},
		{Name: "C", Type: columns[2].Type}})
	if err != nil {
		t.Fatal(err)
	}
	var got wide
	if err := r.Read(columns, 0, unsafe.Pointer(&got)); err != nil || got != (wide{-5, 1 << 30, -3}) {
		t.Errorf("got %v, %v", got, err)
	}
}

// A type that does not fit says which field, and what to do.
func TestMisfits(t *testing.T) {
	type twice struct {
		A int64
		B int64 `weir:"a"`
	}
	type unsigned struct{ A uint64 }
	type tagged struct {
		A int64 `weir:"a,STRING"`
	}
	type empty struct{ a int64 }
	for _, tt := range []struct {
		typ     reflect.Type
		columns string
		want    string
	}{
		{reflect.TypeFor[inner](), "b STRING", "the field A of rowstruct.inner has no column A; there are b"},
		{reflect.TypeFor[inner](), "a INT, b STRING", "column a: its type INT does not fit the Go type int16"},
		{reflect.TypeFor[int64](), "a INT, b STRING", "a row of 2 columns, a, b, does not fit the Go type int64"},
		{reflect.TypeFor[string](), "a INT", "its type INT does not fit the Go type string"},
		{reflect.TypeFor[twice](), "a BIGINT", "both stand for the column a"},
		{reflect.TypeFor[unsigned](), "a BIGINT", "the Go type uint64 stands for no SQL type"},
		{reflect.TypeFor[tagged](), "a STRING", "does not fit the Go type int64"},
		{reflect.TypeFor[empty](), "a BIGINT", "has no exported field"},
		{reflect.TypeFor[map[string]struct{ X chan int }](), "a MAP<STRING, STRUCT<X: INT>>", "stands for no SQL type"},
	} {
		schema, err := types.ParseSchema(tt.columns)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewReader(tt.typ, schema.Fields); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: the error is %v, want %q", tt.typ, err, tt.want)
		}
	}
}
