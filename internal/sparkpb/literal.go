package sparkpb

import "google.golang.org/protobuf/encoding/protowire"

// Literal is a constant.
type Literal struct {
	expressionKind
	// Kind says which one; nil where it is of none that is known here.
	Kind     LiteralKind `pb:"kind"`
	DataType *DataType   `pb:"100"`
}

// LiteralKind is what a [Literal] may be.
type LiteralKind interface{ isLiteralKind() }

// literalKind makes a message one of them.
type literalKind struct{ message }

func (*literalKind) isLiteralKind() {}

// literalKinds are all of them, by number.
var literalKinds = map[protowire.Number]LiteralKind{
	1: (*DataType)(nil), 2: LiteralBinary(nil), 3: LiteralBoolean(false), 4: LiteralByte(0),
	5: LiteralShort(0), 6: LiteralInteger(0), 7: LiteralLong(0), 10: LiteralFloat(0),
	11: LiteralDouble(0), 12: (*DecimalLiteral)(nil), 13: LiteralString(""), 16: LiteralDate(0),
	17: LiteralTimestamp(0), 18: LiteralTimestampNTZ(0), 19: (*CalendarIntervalLiteral)(nil),
	20: LiteralYearMonthInterval(0), 21: LiteralDayTimeInterval(0), 22: (*ArrayLiteral)(nil),
	23: (*MapLiteral)(nil), 24: (*StructLiteral)(nil), 25: (*SpecializedArray)(nil),
	26: (*TimeLiteral)(nil), 29: (*TimestampNTZNanosLiteral)(nil),
	30: (*TimestampLTZNanosLiteral)(nil),
}

func (*DataType) isLiteralKind()                {}
func (LiteralBinary) isLiteralKind()            {}
func (LiteralBoolean) isLiteralKind()           {}
func (LiteralByte) isLiteralKind()              {}
func (LiteralShort) isLiteralKind()             {}
func (LiteralInteger) isLiteralKind()           {}
func (LiteralLong) isLiteralKind()              {}
func (LiteralFloat) isLiteralKind()             {}
func (LiteralDouble) isLiteralKind()            {}
func (LiteralString) isLiteralKind()            {}
func (LiteralDate) isLiteralKind()              {}
func (LiteralTimestamp) isLiteralKind()         {}
func (LiteralTimestampNTZ) isLiteralKind()      {}
func (LiteralYearMonthInterval) isLiteralKind() {}
func (LiteralDayTimeInterval) isLiteralKind()   {}

// Literals of one value.
type (
	// LiteralBinary is a literal as bytes.
	LiteralBinary []byte
	// LiteralBoolean is a literal as bool.
	LiteralBoolean bool
	// LiteralByte is a literal as int32.
	LiteralByte int32
	// LiteralShort is a literal as int32.
	LiteralShort int32
	// LiteralInteger is a literal as int32.
	LiteralInteger int32
	// LiteralLong is a literal as int64.
	LiteralLong int64
	// LiteralFloat is a literal as float.
	LiteralFloat float32
	// LiteralDouble is a literal as double.
	LiteralDouble float64
	// LiteralString is a literal as string.
	LiteralString string
	// LiteralDate is a literal as int32.
	LiteralDate int32
	// LiteralTimestamp is a literal as int64.
	LiteralTimestamp int64
	// LiteralTimestampNTZ is a literal as int64.
	LiteralTimestampNTZ int64
	// LiteralYearMonthInterval is a literal as int32.
	LiteralYearMonthInterval int32
	// LiteralDayTimeInterval is a literal as int64.
	LiteralDayTimeInterval int64
)

// DecimalLiteral is a decimal as text.
type DecimalLiteral struct {
	literalKind
	Value     string `pb:"1"`
	Precision *int32 `pb:"2"`
	Scale     *int32 `pb:"3"`
}

// CalendarIntervalLiteral stands for months, days and microseconds.
type CalendarIntervalLiteral struct {
	literalKind
	Months       int32 `pb:"1"`
	Days         int32 `pb:"2"`
	Microseconds int64 `pb:"3"`
}

// ArrayLiteral is an array.
type ArrayLiteral struct {
	literalKind
	ElementType *DataType  `pb:"1"`
	Elements    []*Literal `pb:"2"`
}

// MapLiteral is a map: keys and values by place.
type MapLiteral struct {
	literalKind
	KeyType   *DataType  `pb:"1"`
	ValueType *DataType  `pb:"2"`
	Keys      []*Literal `pb:"3"`
	Values    []*Literal `pb:"4"`
}

// StructLiteral is a struct.
type StructLiteral struct {
	literalKind
	StructType *DataType  `pb:"1"`
	Elements   []*Literal `pb:"2"`
}

// SpecializedArray is an array of values of one primitive type.
type SpecializedArray struct {
	literalKind
	Bools   *Bools   `pb:"1,oneof=value_type"`
	Ints    *Ints    `pb:"2,oneof=value_type"`
	Longs   *Longs   `pb:"3,oneof=value_type"`
	Floats  *Floats  `pb:"4,oneof=value_type"`
	Doubles *Doubles `pb:"5,oneof=value_type"`
	Strings *Strings `pb:"6,oneof=value_type"`
}

// TimeLiteral is a time of day in nanoseconds.
type TimeLiteral struct {
	literalKind
	Nano      int64  `pb:"1"`
	Precision *int32 `pb:"2"`
}

// TimestampNTZNanosLiteral is a wall clock in nanoseconds.
type TimestampNTZNanosLiteral struct {
	literalKind
	EpochMicros      int64  `pb:"1"`
	NanosWithinMicro int32  `pb:"2"`
	Precision        *int32 `pb:"3"`
}

// TimestampLTZNanosLiteral is an instant in nanoseconds.
type TimestampLTZNanosLiteral struct {
	literalKind
	EpochMicros      int64  `pb:"1"`
	NanosWithinMicro int32  `pb:"2"`
	Precision        *int32 `pb:"3"`
}

// Bools stands for booleans.
type Bools struct {
	message
	Values []bool `pb:"1"`
}

// Ints stands for 32-bit integers.
type Ints struct {
	message
	Values []int32 `pb:"1"`
}

// Longs stands for 64-bit integers.
type Longs struct {
	message
	Values []int64 `pb:"1"`
}

// Floats stands for 32-bit floating-point numbers.
type Floats struct {
	message
	Values []float32 `pb:"1"`
}

// Doubles stands for 64-bit floating-point numbers.
type Doubles struct {
	message
	Values []float64 `pb:"1"`
}

// Strings stands for texts.
type Strings struct {
	message
	Values []string `pb:"1"`
}
