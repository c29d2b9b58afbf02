package rowvalue

import (
	"reflect"
	"testing"
	"time"

	"github.com/weirstream/weir/types"
)

func TestRoundTrip(t *testing.T) {
	schema := types.NewSchema(
		types.Field{Name: "n", Type: types.Of(types.Long)},
		types.Field{Name: "s", Type: types.Of(types.String)},
		types.Field{Name: "l", Type: types.ArrayOf(types.Of(types.Int))},
		types.Field{Name: "m", Type: types.MapOf(types.Of(types.String), types.Of(types.Double))},
		types.Field{Name: "r", Type: types.StructOf(types.Field{Name: "a", Type: types.Of(types.Boolean)},
			types.Field{Name: "b", Type: types.ArrayOf(types.Of(types.String))})},
	)
	rows := [][]any{
		{int64(1), "a", []any{int32(1), nil}, []any{Pair{"k", 1.5}}, []any{true, []any{"x", "y"}}},
		{nil, nil, nil, nil, nil},
		{int64(-5), "", []any{}, []any{}, []any{nil, []any{}}},
	}
	b, err := Batch(schema, rows)
	if err != nil {
		t.Fatal(err)
	}
	if got := Rows(b); !reflect.DeepEqual(got, rows) {
		t.Errorf("got %v, want %v", got, rows)
	}
}

func TestFriendlyValues(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 8000, time.FixedZone("", 3600))
	tests := []struct {
		name  string
		kind  types.Kind
		value any
		want  any
	}{
		{"an int for a short", types.Short, 7, int16(7)},
		{"a time for a timestamp is the instant", types.Timestamp, at, at.UnixMicro()},
		{"a time for a timestamp_ntz is its wall clock", types.TimestampNTZ, at, at.UnixMicro() + 3600e6},
		{"a time for a date is its day", types.Date, at, int32(20516)},
		{"bytes for binary", types.Binary, []byte("ab"), "ab"},
		{"an int for a decimal is scaled", types.Decimal128, -3, types.Decimal{Lo: ^uint64(2), Hi: -1}},
		{"an int too large", types.Byte, 300, nil},
		{"a string for a number", types.Int, "3", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := types.NewSchema(types.Field{Name: "x", Type: types.Of(tt.kind)})
			b, err := Batch(s, [][]any{{tt.value}})
			if tt.want == nil {
				if err == nil {
					t.Fatalf("no error")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := Get(b.Columns[0], 0); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v (%T), want %v (%T)", got, got, tt.want, tt.want)
			}
		})
	}
}
