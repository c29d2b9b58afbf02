package types

import "strings"

// Kind is the sort of a type, without its parameters.
type Kind uint8

// The kinds. The zero kind is Null, the type of the literal NULL.
const (
	Null Kind = iota
	Boolean
	Byte
	Short
	Int
	Long
	Float
	Double
	Decimal128
	String
	Binary
	Date              // days since 1970-01-01
	Time              // nanoseconds since midnight
	Timestamp         // microseconds since the epoch, UTC; shown in the session's zone
	TimestampNTZ      // microseconds of the wall clock, no zone
	YearMonthInterval // months
	DayTimeInterval   // microseconds
	CalendarInterval  // months, days, microseconds
	Array
	Map
	Struct
	Variant
)

// Type is a data type. Types are values; compare them with [Type.Equal]. The
// zero Type is the null type.
type Type struct {
	Kind Kind

	// Precision and Scale belong to decimals (1..38, 0..38). Precision is the
	// number of fractional digits of a time (0..9).
	Precision, Scale int

	// Length is the limit of CHAR and VARCHAR in characters; 0 is a STRING.
	Length int
	// Padded tells CHAR from VARCHAR.
	Padded bool
	// Collation of a string; empty means UTF8_BINARY.
	Collation string

	// First and Last are the fields of an interval type, from [YearField] to
	// [SecondField].
	First, Last IntervalField

	// Key is the key type of a map.
	Key *Type
	// Elem is the element type of an array, the value type of a map.
	Elem *Type
	// ElemNullable says that elements of an array or values of a map may be
	// null.
	ElemNullable bool

	// Fields are those of a struct.
	Fields []Field
}

// IntervalField is the unit at one end of an interval type.
type IntervalField uint8

// The fields of interval types, in Spark's order.
const (
	YearField IntervalField = iota
	MonthField
	DayField
	HourField
	MinuteField
	SecondField
)

var intervalFieldNames = [...]string{"year", "month", "day", "hour", "minute", "second"}

// String is the field's name in lower case.
func (f IntervalField) String() string { return intervalFieldNames[f] }

// Field is a named column of a schema or of a struct.
type Field struct {
	Name     string
	Type     Type
	Nullable bool
	// Metadata is Spark's free JSON object beside a field; nil means none.
	Metadata map[string]any
}

// DecimalOf is a decimal type of the given precision and scale.
func DecimalOf(precision, scale int) Type {
	return Type{Kind: Decimal128, Precision: precision, Scale: scale}
}

// ArrayOf is an array type whose elements may be null.
func ArrayOf(elem Type) Type { return Type{Kind: Array, Elem: &elem, ElemNullable: true} }

// MapOf is a map type whose values may be null.
func MapOf(key, value Type) Type {
	return Type{Kind: Map, Key: &key, Elem: &value, ElemNullable: true}
}

// StructOf is a struct type.
func StructOf(fields ...Field) Type { return Type{Kind: Struct, Fields: fields} }

// Of is the type of a kind that has no parameters. String is the plain string,
// Time has six digits, the intervals run over all their fields.
func Of(k Kind) Type {
	switch k {
	case Decimal128:
		return DecimalOf(10, 0)
	case Time:
		return Type{Kind: Time, Precision: 6}
	case YearMonthInterval:
		return Type{Kind: k, First: YearField, Last: MonthField}
	case DayTimeInterval:
		return Type{Kind: k, First: DayField, Last: SecondField}
	default:
		return Type{Kind: k}
	}
}

// Equal reports whether two types are the same, with their parameters and the
// nullability of what they contain. Metadata does not count.
func (t Type) Equal(o Type) bool {
	return t.equal(o, true)
}

// SameIgnoringNullability is Equal but for what may be null inside.
func (t Type) SameIgnoringNullability(o Type) bool {
	return t.equal(o, false)
}

func (t Type) equal(o Type, nullability bool) bool {
	if t.Kind != o.Kind || t.Precision != o.Precision || t.Scale != o.Scale || t.Length != o.Length ||
		t.Padded != o.Padded || t.Collation != o.Collation || t.First != o.First || t.Last != o.Last ||
		len(t.Fields) != len(o.Fields) || nullability && t.ElemNullable != o.ElemNullable {
		return false
	}
	if (t.Key == nil) != (o.Key == nil) || (t.Elem == nil) != (o.Elem == nil) {
		return false
	}
	if t.Key != nil && !t.Key.equal(*o.Key, nullability) || t.Elem != nil && !t.Elem.equal(*o.Elem, nullability) {
		return false
	}
	for i, f := range t.Fields {
		g := o.Fields[i]
		if f.Name != g.Name || nullability && f.Nullable != g.Nullable || !f.Type.equal(g.Type, nullability) {
			return false
		}
	}
	return true
}

// Integral reports whether t is a byte, short, int or long.
func (t Type) Integral() bool { return t.Kind >= Byte && t.Kind <= Long }

// Numeric reports whether t is integral, floating or decimal.
func (t Type) Numeric() bool { return t.Kind >= Byte && t.Kind <= Decimal128 }

// Fractional reports whether t is float or double.
func (t Type) Fractional() bool { return t.Kind == Float || t.Kind == Double }

// Datetime reports whether t is a date or one of the two timestamps.
func (t Type) Datetime() bool {
	return t.Kind == Date || t.Kind == Timestamp || t.Kind == TimestampNTZ
}

// Nested reports whether t is an array, a map or a struct.
func (t Type) Nested() bool { return t.Kind == Array || t.Kind == Map || t.Kind == Struct }

// Schema is an ordered list of columns. Names need not be unique; readers find
// them without regard to case.
type Schema struct {
	Fields []Field
}

// NewSchema is the schema of these fields.
func NewSchema(fields ...Field) Schema { return Schema{Fields: fields} }

// Len is the number of columns.
func (s Schema) Len() int { return len(s.Fields) }

// Index is the position of the first column with this name, without regard to
// case, or -1.
func (s Schema) Index(name string) int {
	for i, f := range s.Fields {
		if strings.EqualFold(f.Name, name) {
			return i
		}
	}
	return -1
}

// Names are the columns' names in order.
func (s Schema) Names() []string {
	names := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		names[i] = f.Name
	}
	return names
}

// Equal reports whether two schemas have the same fields, names compared
// exactly.
func (s Schema) Equal(o Schema) bool { return s.AsStruct().Equal(o.AsStruct()) }

// AsStruct is the struct type with the schema's fields.
func (s Schema) AsStruct() Type { return Type{Kind: Struct, Fields: s.Fields} }
