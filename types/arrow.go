package types

import (
	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weirstream/weir/internal/fault"
)

// arrowTypeKey is where the metadata of an Arrow field names the type, as SQL,
// that Arrow's type says only in part.
const arrowTypeKey = "weir.type"

// Arrow is the schema as Arrow's. zone is the time zone that its timestamps are
// labelled with; empty is UTC. The values do not depend on it.
//
// What Arrow has no type for (CHAR, VARCHAR, collations, VARIANT, the digits of
// a TIME, the fields of an interval) stands in the metadata of the field and
// comes back with [SchemaFromArrow].
func (s Schema) Arrow(zone string) *arrow.Schema {
	return arrow.NewSchema(arrowFields(s.Fields, zone), nil)
}

// Arrow is the Arrow type whose arrays hold values of t: timestamps are in
// microseconds and labelled UTC.
func (t Type) Arrow() arrow.DataType { return t.arrow("") }

func arrowFields(fields []Field, zone string) []arrow.Field {
	list := make([]arrow.Field, len(fields))
	for i, f := range fields {
		list[i] = arrowField(f.Name, f.Type, f.Nullable, zone)
	}
	return list
}

func arrowField(name string, t Type, nullable bool, zone string) arrow.Field {
	f := arrow.Field{Name: name, Type: t.arrow(zone), Nullable: nullable}
	if t.Nested() {
		return f
	}
	if back, err := TypeFromArrow(f.Type); err != nil || !back.Equal(t) {
		f.Metadata = arrow.NewMetadata([]string{arrowTypeKey}, []string{t.SQL()})
	}
	return f
}

// plainArrow are the Arrow types of the kinds that have no parameters there.
var plainArrow = [...]arrow.DataType{
	Null: arrow.Null, Boolean: arrow.FixedWidthTypes.Boolean, Byte: arrow.PrimitiveTypes.Int8,
	Short: arrow.PrimitiveTypes.Int16, Int: arrow.PrimitiveTypes.Int32, Long: arrow.PrimitiveTypes.Int64,
	Float: arrow.PrimitiveTypes.Float32, Double: arrow.PrimitiveTypes.Float64, String: arrow.BinaryTypes.String,
	Binary: arrow.BinaryTypes.Binary, Date: arrow.FixedWidthTypes.Date32, Time: arrow.FixedWidthTypes.Time64ns,
	TimestampNTZ:      &arrow.TimestampType{Unit: arrow.Microsecond},
	YearMonthInterval: arrow.FixedWidthTypes.MonthInterval, DayTimeInterval: arrow.FixedWidthTypes.Duration_us,
	CalendarInterval: arrow.FixedWidthTypes.MonthDayNanoInterval, Variant: arrow.BinaryTypes.Binary,
}

func (t Type) arrow(zone string) arrow.DataType {
	switch t.Kind {
	case Decimal128:
		return &arrow.Decimal128Type{Precision: int32(t.Precision), Scale: int32(t.Scale)}
	case Timestamp:
		if zone == "" {
			zone = "UTC"
		}
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: zone}
	case Array:
		return arrow.ListOfField(arrowField("element", *t.Elem, t.ElemNullable, zone))
	case Map:
		return arrow.MapOfFields(arrowField("key", *t.Key, false, zone),
			arrowField("value", *t.Elem, t.ElemNullable, zone))
	case Struct:
		return arrow.StructOf(arrowFields(t.Fields, zone)...)
	default:
		return plainArrow[t.Kind]
	}
}

// SchemaFromArrow is the schema of rows that come as records of an Arrow schema.
// A column whose type has no counterpart is an error that names it.
func SchemaFromArrow(s *arrow.Schema) (Schema, error) {
	fields, err := fieldsFromArrow(s.Fields())
	return Schema{Fields: fields}, err
}

func fieldsFromArrow(list []arrow.Field) ([]Field, error) {
	fields := make([]Field, len(list))
	for i, f := range list {
		t, err := typeFromField(f)
		if err != nil {
			return nil, err
		}
		fields[i] = Field{Name: f.Name, Type: t, Nullable: f.Nullable}
	}
	return fields, nil
}

func typeFromField(f arrow.Field) (Type, error) {
	if text, ok := f.Metadata.GetValue(arrowTypeKey); ok {
		return ParseType(text)
	}
	t, err := TypeFromArrow(f.Type)
	if err != nil && fault.Is(err, fault.UnsupportedDataType) {
		return t, fault.New(fault.UnsupportedDataType, "column %s: the Arrow type %s has no counterpart", f.Name, f.Type)
	}
	return t, err
}

// arrowKinds are the kinds of Arrow's types without parameters. Unsigned numbers
// take the next larger kind.
var arrowKinds = map[arrow.Type]Kind{
	arrow.NULL: Null, arrow.BOOL: Boolean, arrow.INT8: Byte, arrow.INT16: Short, arrow.INT32: Int,
	arrow.INT64: Long, arrow.UINT8: Short, arrow.UINT16: Int, arrow.UINT32: Long, arrow.FLOAT32: Float,
	arrow.FLOAT64: Double, arrow.STRING: String, arrow.LARGE_STRING: String, arrow.STRING_VIEW: String,
	arrow.BINARY: Binary, arrow.LARGE_BINARY: Binary, arrow.BINARY_VIEW: Binary, arrow.FIXED_SIZE_BINARY: Binary,
	arrow.DATE32: Date, arrow.DATE64: Date, arrow.TIME32: Time, arrow.TIME64: Time,
	arrow.INTERVAL_MONTHS: YearMonthInterval, arrow.DURATION: DayTimeInterval,
	arrow.INTERVAL_MONTH_DAY_NANO: CalendarInterval,
}

// TypeFromArrow is the type of the values of an Arrow type. A dictionary is what
// it holds. Types without a counterpart are an error (UNSUPPORTED_DATATYPE).
func TypeFromArrow(dt arrow.DataType) (Type, error) {
	if k, ok := arrowKinds[dt.ID()]; ok {
		return Of(k), nil
	}
	switch dt := dt.(type) {
	case *arrow.Uint64Type:
		return DecimalOf(20, 0), nil
	case *arrow.Decimal128Type:
		if dt.Scale >= 0 && dt.Scale <= dt.Precision && dt.Precision <= MaxPrecision {
			return DecimalOf(int(dt.Precision), int(dt.Scale)), nil
		}
	case *arrow.TimestampType:
		if dt.TimeZone == "" {
			return Of(TimestampNTZ), nil
		}
		return Of(Timestamp), nil
	case *arrow.MapType:
		key, err := typeFromField(dt.KeyField())
		if err != nil {
			return Type{}, err
		}
		elem, err := typeFromField(dt.ItemField())
		return Type{Kind: Map, Key: &key, Elem: &elem, ElemNullable: dt.ItemField().Nullable}, err
	case *arrow.ListType:
		return arrayFromArrow(dt.ElemField())
	case *arrow.LargeListType:
		return arrayFromArrow(dt.ElemField())
	case *arrow.FixedSizeListType:
		return arrayFromArrow(dt.ElemField())
	case *arrow.StructType:
		fields, err := fieldsFromArrow(dt.Fields())
		return Type{Kind: Struct, Fields: fields}, err
	case *arrow.DictionaryType:
		return TypeFromArrow(dt.ValueType)
	case arrow.ExtensionType:
		return TypeFromArrow(dt.StorageType())
	}
	return Type{}, fault.New(fault.UnsupportedDataType, "the Arrow type %s has no counterpart", dt)
}

func arrayFromArrow(f arrow.Field) (Type, error) {
	elem, err := typeFromField(f)
	return Type{Kind: Array, Elem: &elem, ElemNullable: f.Nullable}, err
}
