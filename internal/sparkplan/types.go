package sparkplan

import (
	"encoding/json"
	"strings"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/sparkpb"
	"github.com/weirstream/weir/types"
)

// DecodeType is the type that a message means. User-defined, geometric and unknown
// types are an error (UNSUPPORTED_DATATYPE).
func DecodeType(m *sparkpb.DataType) (types.Type, error) {
	if m == nil {
		return types.Type{}, fault.New(fault.UnsupportedDataType, "a type is missing")
	}
	switch k := m.Kind.(type) {
	case *sparkpb.StringType:
		t := types.Of(types.String)
		if k.Collation != defaultCollation {
			t.Collation = k.Collation
		}
		return t, nil
	case *sparkpb.CharType:
		return types.Type{Kind: types.String, Length: int(k.Length), Padded: true}, nil
	case *sparkpb.VarCharType:
		return types.Type{Kind: types.String, Length: int(k.Length)}, nil
	case *sparkpb.DecimalType:
		return types.DecimalOf(int(or(k.Precision, 10)), int(or(k.Scale, 0))), nil
	case *sparkpb.TimeType:
		return types.Type{Kind: types.Time, Precision: int(or(k.Precision, 6))}, nil
	case *sparkpb.YearMonthIntervalType:
		return intervalType(types.YearMonthInterval, k.StartField, k.EndField, types.YearField, types.MonthField)
	case *sparkpb.DayTimeIntervalType:
		return intervalType(types.DayTimeInterval, k.StartField, k.EndField, types.DayField, types.SecondField)
	case *sparkpb.ArrayType:
		elem, err := DecodeType(k.ElementType)
		return types.Type{Kind: types.Array, Elem: &elem, ElemNullable: k.ContainsNull}, err
	case *sparkpb.MapType:
		key, err := DecodeType(k.KeyType)
		if err != nil {
			return types.Type{}, err
		}
		elem, err := DecodeType(k.ValueType)
		return types.Type{Kind: types.Map, Key: &key, Elem: &elem, ElemNullable: k.ValueContainsNull}, err
	case *sparkpb.StructType:
		return decodeStruct(k)
	case *sparkpb.UnparsedType:
		return types.ParseType(k.DataTypeString)
	}
	for kind, plain := range plainTypes {
		if plain != nil && sameKind(plain, m.Kind) {
			return types.Of(types.Kind(kind)), nil
		}
	}
	name := strings.TrimSuffix(kindName(m.Kind), "Type")
	return types.Type{}, fault.New(fault.UnsupportedDataType, "the type %s is not supported by this version of weir", name)
}

// defaultCollation is what clients write where types have nothing.
const defaultCollation = "UTF8_BINARY"

// plainTypes are the types without parameters, by kind.
var plainTypes = [...]sparkpb.TypeKind{
	types.Null: &sparkpb.NullType{}, types.Boolean: &sparkpb.BooleanType{}, types.Byte: &sparkpb.ByteType{},
	types.Short: &sparkpb.ShortType{}, types.Int: &sparkpb.IntegerType{}, types.Long: &sparkpb.LongType{},
	types.Float: &sparkpb.FloatType{}, types.Double: &sparkpb.DoubleType{}, types.Binary: &sparkpb.BinaryType{},
	types.Date: &sparkpb.DateType{}, types.Timestamp: &sparkpb.TimestampType{}, types.TimestampNTZ: &sparkpb.TimestampNTZType{},
	types.CalendarInterval: &sparkpb.CalendarIntervalType{}, types.Variant: &sparkpb.VariantType{},
}

func intervalType(kind types.Kind, start, end *int32, first, last types.IntervalField) (types.Type, error) {
	t := types.Type{Kind: kind, First: first, Last: last}
	if start != nil {
		t.First = first + types.IntervalField(*start)
		t.Last = t.First
	}
	if end != nil {
		t.Last = first + types.IntervalField(*end)
	}
	if t.First > last || t.Last > last || t.First > t.Last || start != nil && *start < 0 || end != nil && *end < 0 {
		return t, fault.New(fault.UnsupportedDataType, "an interval has no such fields")
	}
	return t, nil
}

func decodeStruct(k *sparkpb.StructType) (types.Type, error) {
	t := types.Type{Kind: types.Struct}
	for _, f := range k.Fields {
		typ, err := DecodeType(f.DataType)
		if err != nil {
			return t, err
		}
		field := types.Field{Name: f.Name, Type: typ, Nullable: f.Nullable}
		if f.Metadata != nil {
			if field.Metadata, err = decodeMetadata(*f.Metadata); err != nil {
				return t, err
			}
		}
		t.Fields = append(t.Fields, field)
	}
	return t, nil
}

// decodeMetadata reads a JSON object.
func decodeMetadata(text string) (map[string]any, error) {
	m := make(map[string]any)
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return nil, fault.New(fault.InvalidJSONType, "the metadata of a column is no JSON object").Wrap(err)
	}
	return m, nil
}

func encodeMetadata(m map[string]any) (*string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return nil, fault.New(fault.InvalidJSONType, "the metadata of a column cannot be written as JSON").Wrap(err)
	}
	text := strings.TrimSuffix(b.String(), "\n")
	return &text, nil
}

// EncodeType is the message of a type.
func EncodeType(t types.Type) *sparkpb.DataType { return &sparkpb.DataType{Kind: typeKind(t)} }

// EncodeSchema is the message of a schema: that of a struct.
func EncodeSchema(s types.Schema) *sparkpb.DataType { return EncodeType(s.AsStruct()) }

func typeKind(t types.Type) sparkpb.TypeKind {
	switch t.Kind {
	case types.String:
		switch {
		case t.Length > 0 && t.Padded:
			return &sparkpb.CharType{Length: int32(t.Length)}
		case t.Length > 0:
			return &sparkpb.VarCharType{Length: int32(t.Length)}
		case t.Collation == "":
			return &sparkpb.StringType{Collation: defaultCollation}
		}
		return &sparkpb.StringType{Collation: t.Collation}
	case types.Decimal128:
		return &sparkpb.DecimalType{Precision: ptr(int32(t.Precision)), Scale: ptr(int32(t.Scale))}
	case types.Time:
		return &sparkpb.TimeType{Precision: ptr(int32(t.Precision))}
	case types.YearMonthInterval:
		return &sparkpb.YearMonthIntervalType{StartField: ptr(int32(t.First)), EndField: ptr(int32(t.Last))}
	case types.DayTimeInterval:
		return &sparkpb.DayTimeIntervalType{StartField: ptr(int32(t.First - types.DayField)), EndField: ptr(int32(t.Last - types.DayField))}
	case types.Array:
		return &sparkpb.ArrayType{ElementType: EncodeType(*t.Elem), ContainsNull: t.ElemNullable}
	case types.Map:
		return &sparkpb.MapType{KeyType: EncodeType(*t.Key), ValueType: EncodeType(*t.Elem), ValueContainsNull: t.ElemNullable}
	case types.Struct:
		s := &sparkpb.StructType{}
		for _, f := range t.Fields {
			field := &sparkpb.StructField{Name: f.Name, DataType: EncodeType(f.Type), Nullable: f.Nullable}
			if f.Metadata != nil {
				field.Metadata, _ = encodeMetadata(f.Metadata) // metadata came from JSON
			}
			s.Fields = append(s.Fields, field)
		}
		return s
	default:
		return plainTypes[t.Kind]
	}
}
