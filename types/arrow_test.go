package types

import (
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weirstream/weir/internal/fault"
)

func TestTypesComeBackFromArrow(t *testing.T) {
	r := random(t)
	for range 2000 {
		want := NewSchema(Field{Name: "a", Type: someType(r, 3), Nullable: r.IntN(2) == 0},
			Field{Name: "b", Type: someType(r, 1), Nullable: true})
		got, err := SchemaFromArrow(want.Arrow(""))
		if err != nil || !got.Equal(want) {
			t.Fatalf("%s came back as %s, %v\n%s", want, got, err, want.Arrow(""))
		}
	}
}

func TestArrowTypes(t *testing.T) {
	tests := []struct{ ddl, want string }{
		{"TIMESTAMP", "timestamp[us, tz=UTC]"}, {"TIMESTAMP_NTZ", "timestamp[us]"}, {"DECIMAL(10,2)", "decimal(10, 2)"},
		{"STRING", "utf8"}, {"VARIANT", "binary"}, {"TIME(3)", "time64[ns]"}, {"INTERVAL DAY", "duration[us]"},
		{"INTERVAL YEAR TO MONTH", "month_interval"}, {"INTERVAL", "month_day_nano_interval"}, {"VOID", "null"},
		{"ARRAY<INT>", "list<element: int32, nullable>"}, {"DATE", "date32"},
		{"MAP<STRING, LONG>", "map<utf8, int64, items_nullable>"}, {"STRUCT<a: INT NOT NULL>", "struct<a: int32>"},
	}
	for _, tt := range tests {
		typ, err := ParseType(tt.ddl)
		if err != nil {
			t.Fatal(err)
		}
		if got := typ.Arrow().String(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.ddl, got, tt.want)
		}
	}
	s := NewSchema(Field{Name: "t", Type: Of(Timestamp)})
	if got := s.Arrow("Europe/Berlin").Field(0).Type.String(); got != "timestamp[us, tz=Europe/Berlin]" {
		t.Errorf("%s", got)
	}
}

func TestForeignArrowTypes(t *testing.T) {
	tests := []struct {
		dt   arrow.DataType
		want string
	}{
		{arrow.PrimitiveTypes.Uint8, "smallint"}, {arrow.PrimitiveTypes.Uint32, "bigint"},
		{arrow.PrimitiveTypes.Uint64, "decimal(20,0)"}, {arrow.BinaryTypes.LargeString, "string"},
		{arrow.FixedWidthTypes.Timestamp_ns, "timestamp"}, {arrow.FixedWidthTypes.Date64, "date"},
		{arrow.LargeListOf(arrow.BinaryTypes.StringView), "array<string>"},
		{&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, "string"},
		{arrow.FixedSizeListOf(3, arrow.PrimitiveTypes.Float64), "array<double>"},
		{arrow.FixedWidthTypes.Float16, "UNSUPPORTED"}, {&arrow.Decimal256Type{Precision: 50}, "UNSUPPORTED"},
		{arrow.RunEndEncodedOf(arrow.PrimitiveTypes.Int32, arrow.BinaryTypes.String), "UNSUPPORTED"},
	}
	for _, tt := range tests {
		got, err := TypeFromArrow(tt.dt)
		if tt.want == "UNSUPPORTED" {
			_, err = SchemaFromArrow(arrow.NewSchema([]arrow.Field{{Name: "odd", Type: tt.dt}}, nil))
			if !fault.Is(err, fault.UnsupportedDataType) || !strings.Contains(err.Error(), "odd") {
				t.Errorf("%s: %v", tt.dt, err)
			}
		} else if err != nil || got.String() != tt.want {
			t.Errorf("%s: %s, %v, want %s", tt.dt, got, err, tt.want)
		}
	}
}
