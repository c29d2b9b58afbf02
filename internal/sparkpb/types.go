package sparkpb

import "google.golang.org/protobuf/encoding/protowire"

// DataType is a type: its kind.
type DataType struct {
	message
	// Kind says which one; nil where it is of none that is known here.
	Kind TypeKind `pb:"kind"`
}

// TypeKind is what a [DataType] may be.
type TypeKind interface{ isTypeKind() }

// typeKind makes a message one of them.
type typeKind struct{ message }

func (*typeKind) isTypeKind() {}

// typeKinds are all of them, by number.
var typeKinds = map[protowire.Number]TypeKind{
	1: (*NullType)(nil), 2: (*BinaryType)(nil), 3: (*BooleanType)(nil), 4: (*ByteType)(nil),
	5: (*ShortType)(nil), 6: (*IntegerType)(nil), 7: (*LongType)(nil), 8: (*FloatType)(nil),
	9: (*DoubleType)(nil), 10: (*DecimalType)(nil), 11: (*StringType)(nil), 12: (*CharType)(nil),
	13: (*VarCharType)(nil), 14: (*DateType)(nil), 15: (*TimestampType)(nil),
	16: (*TimestampNTZType)(nil), 17: (*CalendarIntervalType)(nil),
	18: (*YearMonthIntervalType)(nil), 19: (*DayTimeIntervalType)(nil), 20: (*ArrayType)(nil),
	21: (*StructType)(nil), 22: (*MapType)(nil), 23: (*UserType)(nil), 24: (*UnparsedType)(nil),
	25: (*VariantType)(nil), 26: (*GeometryType)(nil), 27: (*GeographyType)(nil),
	28: (*TimeType)(nil), 29: (*TimestampNTZNanosType)(nil), 30: (*TimestampLTZNanosType)(nil),
}

// StructField is a field of a struct.
type StructField struct {
	message
	Name     string    `pb:"1"`
	DataType *DataType `pb:"2"`
	Nullable bool      `pb:"3"`
	Metadata *string   `pb:"4"`
}

// BooleanType is BOOLEAN.
type BooleanType struct {
	typeKind
	TypeVariationReference uint32 `pb:"1"`
}

// ByteType is TINYINT.
type ByteType struct {
	typeKind
	TypeVariationReference uint32 `pb:"1"`
}

// ShortType is SMALLINT.
type ShortType struct {
	typeKind
	TypeVariationReference uint32 `pb:"1"`
}

// IntegerType is INT.
type IntegerType struct {
	typeKind
	TypeVariationReference uint32 `pb:"1"`
}

// LongType is BIGINT.
type LongType struct {
	typeKind
	TypeVariationReference uint32 `pb:"1"`
}

// FloatType is FLOAT.
type FloatType struct {
	typeKind
	TypeVariationReference uint32 `pb:"1"`
}

// DoubleType is DOUBLE.
type DoubleType struct {
	typeKind
	TypeVariationReference uint32 `pb:"1"`
}

// StringType is STRING, with its collation.
type StringType struct {
	typeKind
	TypeVariationReference uint32 `pb:"1"`
	Collation              string `pb:"2"`
}

// BinaryType is BINARY.
type BinaryType struct {
	typeKind
	TypeVariationReference uint32 `pb:"1"`
}

// NullType is VOID.
type NullType struct {
	typeKind
	TypeVariationReference uint32 `pb:"1"`
}

// TimestampType is TIMESTAMP.
type TimestampType struct {
	typeKind
	TypeVariationReference uint32 `pb:"1"`
}

// DateType is DATE.
type DateType struct {
	typeKind
	TypeVariationReference uint32 `pb:"1"`
}

// TimestampNTZType is TIMESTAMP_NTZ.
type TimestampNTZType struct {
	typeKind
	TypeVariationReference uint32 `pb:"1"`
}

// TimeType is TIME, with its digits.
type TimeType struct {
	typeKind
	Precision              *int32 `pb:"1"`
	TypeVariationReference uint32 `pb:"2"`
}

// TimestampNTZNanosType is TIMESTAMP_NTZ with digits below the microsecond.
type TimestampNTZNanosType struct {
	typeKind
	Precision              *int32 `pb:"1"`
	TypeVariationReference uint32 `pb:"2"`
}

// TimestampLTZNanosType is TIMESTAMP with digits below the microsecond.
type TimestampLTZNanosType struct {
	typeKind
	Precision              *int32 `pb:"1"`
	TypeVariationReference uint32 `pb:"2"`
}

// CalendarIntervalType is INTERVAL.
type CalendarIntervalType struct {
	typeKind
	TypeVariationReference uint32 `pb:"1"`
}

// YearMonthIntervalType is INTERVAL YEAR TO MONTH, with its fields.
type YearMonthIntervalType struct {
	typeKind
	StartField             *int32 `pb:"1"`
	EndField               *int32 `pb:"2"`
	TypeVariationReference uint32 `pb:"3"`
}

// DayTimeIntervalType is INTERVAL DAY TO SECOND, with its fields.
type DayTimeIntervalType struct {
	typeKind
	StartField             *int32 `pb:"1"`
	EndField               *int32 `pb:"2"`
	TypeVariationReference uint32 `pb:"3"`
}

// CharType is CHAR.
type CharType struct {
	typeKind
	Length                 int32  `pb:"1"`
	TypeVariationReference uint32 `pb:"2"`
}

// VarCharType is VARCHAR.
type VarCharType struct {
	typeKind
	Length                 int32  `pb:"1"`
	TypeVariationReference uint32 `pb:"2"`
}

// DecimalType is DECIMAL.
type DecimalType struct {
	typeKind
	Scale                  *int32 `pb:"1"`
	Precision              *int32 `pb:"2"`
	TypeVariationReference uint32 `pb:"3"`
}

// StructType is STRUCT.
type StructType struct {
	typeKind
	Fields                 []*StructField `pb:"1"`
	TypeVariationReference uint32         `pb:"2"`
}

// ArrayType is ARRAY.
type ArrayType struct {
	typeKind
	ElementType            *DataType `pb:"1"`
	ContainsNull           bool      `pb:"2"`
	TypeVariationReference uint32    `pb:"3"`
}

// MapType is MAP.
type MapType struct {
	typeKind
	KeyType                *DataType `pb:"1"`
	ValueType              *DataType `pb:"2"`
	ValueContainsNull      bool      `pb:"3"`
	TypeVariationReference uint32    `pb:"4"`
}

// GeometryType is GEOMETRY.
type GeometryType struct {
	typeKind
	SRID                   int32  `pb:"1"`
	TypeVariationReference uint32 `pb:"2"`
}

// GeographyType is GEOGRAPHY.
type GeographyType struct {
	typeKind
	SRID                   int32  `pb:"1"`
	TypeVariationReference uint32 `pb:"2"`
}

// VariantType is VARIANT.
type VariantType struct {
	typeKind
	TypeVariationReference uint32 `pb:"1"`
}

// UserType is a type of the user's over one of Spark's.
type UserType struct {
	typeKind
	Type                  string    `pb:"1"`
	JVMClass              *string   `pb:"2"`
	PythonClass           *string   `pb:"3"`
	SerializedPythonClass *string   `pb:"4"`
	SQLType               *DataType `pb:"5"`
}

// UnparsedType is a type as DDL text.
type UnparsedType struct {
	typeKind
	DataTypeString string `pb:"1"`
}
