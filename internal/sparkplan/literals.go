package sparkplan

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/sparkpb"
	"github.com/weirstream/weir/types"
)

// DecodeLiteral is the constant that a message means: an [expr.Literal], of arrays,
// maps and structs an [expr.Composite], and an [expr.Foreign] of a type that weir has
// not.
func DecodeLiteral(m *sparkpb.Literal) (expr.Expr, error) { return decodeLiteral(m, fault.Position{}) }

func decodeLiteral(m *sparkpb.Literal, at fault.Position) (expr.Expr, error) {
	if m == nil {
		return nil, fault.New(fault.UnsupportedFeature, "a literal is missing")
	}
	foreign := func() (expr.Expr, error) {
		return &expr.Foreign{What: "a literal " + kindName(m.Kind), Message: &sparkpb.Expression{Kind: m}, At: at}, nil
	}
	var declared *types.Type
	if m.DataType != nil {
		t, err := DecodeType(m.DataType)
		if err != nil {
			return foreign()
		}
		declared = &t
	}
	switch k := m.Kind.(type) {
	case *sparkpb.DataType:
		if declared != nil {
			return &expr.Literal{Typ: *declared, At: at}, nil
		}
		if own, err := DecodeType(k); err == nil {
			return &expr.Literal{Typ: own, At: at}, nil
		}
		return foreign()
	case *sparkpb.ArrayLiteral, *sparkpb.MapLiteral, *sparkpb.StructLiteral, *sparkpb.SpecializedArray:
		if c, err := decodeComposite(m, declared, at); c != nil || err != nil {
			return c, err
		}
		return foreign()
	case sparkpb.LiteralString:
		if declared != nil && declared.Kind == types.String {
			return &expr.Literal{Value: string(k), Typ: *declared, At: at}, nil
		}
	}
	if e, err := decodePlain(m.Kind, at); e != nil || err != nil {
		return e, err
	}
	return foreign()
}

// decodePlain is decodeLiteral for what has no parts; nil for another kind.
func decodePlain(kind sparkpb.LiteralKind, at fault.Position) (expr.Expr, error) {
	of := func(v any, k types.Kind) (expr.Expr, error) {
		return &expr.Literal{Value: v, Typ: types.Of(k), At: at}, nil
	}
	switch k := kind.(type) {
	case sparkpb.LiteralBinary:
		return of(string(k), types.Binary)
	case sparkpb.LiteralBoolean:
		return of(bool(k), types.Boolean)
	case sparkpb.LiteralByte:
		return of(int8(k), types.Byte)
	case sparkpb.LiteralShort:
		return of(int16(k), types.Short)
	case sparkpb.LiteralInteger:
		return of(int32(k), types.Int)
	case sparkpb.LiteralLong:
		return of(int64(k), types.Long)
	case sparkpb.LiteralFloat:
		return of(float32(k), types.Float)
	case sparkpb.LiteralDouble:
		return of(float64(k), types.Double)
	case sparkpb.LiteralString:
		return of(string(k), types.String)
	case sparkpb.LiteralDate:
		return of(int32(k), types.Date)
	case sparkpb.LiteralTimestamp:
		return of(int64(k), types.Timestamp)
	case sparkpb.LiteralTimestampNTZ:
		return of(int64(k), types.TimestampNTZ)
	case sparkpb.LiteralYearMonthInterval:
		return of(int32(k), types.YearMonthInterval)
	case sparkpb.LiteralDayTimeInterval:
		return of(int64(k), types.DayTimeInterval)
	case *sparkpb.CalendarIntervalLiteral:
		return of(types.Interval{Months: k.Months, Days: k.Days, Micros: k.Microseconds}, types.CalendarInterval)
	case *sparkpb.TimeLiteral:
		return &expr.Literal{Value: k.Nano, Typ: types.Type{Kind: types.Time, Precision: int(or(k.Precision, 6))}, At: at}, nil
	case *sparkpb.DecimalLiteral:
		return decodeDecimal(k, at)
	}
	return nil, nil
}

func decodeDecimal(k *sparkpb.DecimalLiteral, at fault.Position) (expr.Expr, error) {
	d, t, err := types.ParseDecimalExact(k.Value)
	if err != nil {
		return nil, err
	}
	// What is said are the least digits: PySpark says (10, 0) of every number.
	p, s := max(t.Precision, int(or(k.Precision, 0))), max(t.Scale, int(or(k.Scale, 0)))
	if p = max(p, s); p > types.MaxPrecision {
		return nil, fault.New(fault.UnsupportedDataType, "there is no DECIMAL(%d,%d)", p, s)
	}
	if d, err = types.ParseDecimal(k.Value, p, s); err != nil {
		return nil, err
	}
	t = types.DecimalOf(p, s)
	return &expr.Literal{Value: d, Typ: t, At: at}, nil
}

// decodeComposite reads an array, map or struct. Older clients write its type inside,
// newer ones beside it. Nil means a type that weir has not.
func decodeComposite(m *sparkpb.Literal, declared *types.Type, at fault.Position) (expr.Expr, error) {
	c := &expr.Composite{Typ: declared, At: at}
	inside := &sparkpb.DataType{}
	var err error
	switch k := m.Kind.(type) {
	case *sparkpb.ArrayLiteral:
		c.Kind = types.Array
		if k.ElementType != nil {
			inside.Kind = &sparkpb.ArrayType{ElementType: k.ElementType, ContainsNull: true}
		}
		c.Values, err = decodeParts(k.Elements)
	case *sparkpb.MapLiteral:
		c.Kind = types.Map
		if k.KeyType != nil && k.ValueType != nil {
			inside.Kind = &sparkpb.MapType{KeyType: k.KeyType, ValueType: k.ValueType, ValueContainsNull: true}
		}
		if len(k.Keys) != len(k.Values) {
			return nil, fault.New(fault.UnsupportedFeature, "a map has %d keys and %d values", len(k.Keys), len(k.Values))
		}
		if c.Keys, err = decodeParts(k.Keys); err == nil {
			c.Values, err = decodeParts(k.Values)
		}
	case *sparkpb.StructLiteral:
		c.Kind = types.Struct
		if k.StructType != nil {
			inside = k.StructType
		}
		c.Values, err = decodeParts(k.Elements)
	case *sparkpb.SpecializedArray:
		c.Kind = types.Array
		elem := types.Null
		c.Values, elem = specialized(k)
		inside.Kind = &sparkpb.ArrayType{ElementType: EncodeType(types.Of(elem))}
	}
	if err == nil && c.Typ == nil && inside.Kind != nil {
		t, unknown := DecodeType(inside)
		if unknown != nil {
			return nil, nil
		}
		c.Typ = &t
	}
	if err == nil && c.Typ != nil && c.Typ.Kind != c.Kind {
		err = fault.New(fault.UnsupportedDataType, "a literal of the kind %d has the type %s", c.Kind, c.Typ)
	}
	return c, err
}

func decodeParts(list []*sparkpb.Literal) ([]expr.Expr, error) {
	out := make([]expr.Expr, len(list))
	for i, m := range list {
		var err error
		if out[i], err = decodeLiteral(m, fault.Position{}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func specialized(k *sparkpb.SpecializedArray) ([]expr.Expr, types.Kind) {
	switch {
	case k.Bools != nil:
		return plainParts(k.Bools.Values, types.Boolean), types.Boolean
	case k.Ints != nil:
		return plainParts(k.Ints.Values, types.Int), types.Int
	case k.Longs != nil:
		return plainParts(k.Longs.Values, types.Long), types.Long
	case k.Floats != nil:
		return plainParts(k.Floats.Values, types.Float), types.Float
	case k.Doubles != nil:
		return plainParts(k.Doubles.Values, types.Double), types.Double
	case k.Strings != nil:
		return plainParts(k.Strings.Values, types.String), types.String
	}
	return nil, types.Null
}

func plainParts[T any](list []T, k types.Kind) []expr.Expr {
	out := make([]expr.Expr, len(list))
	for i, v := range list {
		out[i] = &expr.Literal{Value: v, Typ: types.Of(k)}
	}
	return out
}

// EncodeLiteral is the message of a constant.
func EncodeLiteral(e expr.Expr) (*sparkpb.Literal, error) { return encodeLiteral(e, false) }

// encodeLiteral is EncodeLiteral; a part of another literal does not say its type.
func encodeLiteral(e expr.Expr, part bool) (*sparkpb.Literal, error) {
	switch e := e.(type) {
	case *expr.Literal:
		if values, nested := e.Value.([]any); nested {
			return encodeLiteral(composite(values, e.Typ), part)
		}
		m := &sparkpb.Literal{Kind: plainLiteral(e)}
		switch {
		case e.Value == nil && !(part && e.Typ.Kind == types.Null), e.Typ.Kind == types.String && e.Typ.Collation != "":
			m.DataType = EncodeType(e.Typ)
		}
		return m, nil
	case *expr.Composite:
		return encodeComposite(e)
	case *expr.Foreign:
		if x, ok := e.Message.(*sparkpb.Expression); ok {
			if m, ok := x.Kind.(*sparkpb.Literal); ok {
				return m, nil
			}
		}
	}
	return nil, fault.New(fault.UnsupportedFeature, "%v is no constant that a client can send", e)
}

func plainLiteral(l *expr.Literal) sparkpb.LiteralKind {
	switch v := l.Value.(type) {
	case bool:
		return sparkpb.LiteralBoolean(v)
	case int8:
		return sparkpb.LiteralByte(v)
	case int16:
		return sparkpb.LiteralShort(v)
	case int32:
		switch l.Typ.Kind {
		case types.Date:
			return sparkpb.LiteralDate(v)
		case types.YearMonthInterval:
			return sparkpb.LiteralYearMonthInterval(v)
		}
		return sparkpb.LiteralInteger(v)
	case int64:
		switch l.Typ.Kind {
		case types.Timestamp:
			return sparkpb.LiteralTimestamp(v)
		case types.TimestampNTZ:
			return sparkpb.LiteralTimestampNTZ(v)
		case types.DayTimeInterval:
			return sparkpb.LiteralDayTimeInterval(v)
		case types.Time:
			return &sparkpb.TimeLiteral{Nano: v, Precision: ptr(int32(l.Typ.Precision))}
		}
		return sparkpb.LiteralLong(v)
	case float32:
		return sparkpb.LiteralFloat(v)
	case float64:
		return sparkpb.LiteralDouble(v)
	case string:
		if l.Typ.Kind == types.Binary {
			return sparkpb.LiteralBinary(v)
		}
		return sparkpb.LiteralString(v)
	case types.Decimal:
		return &sparkpb.DecimalLiteral{Value: v.Format(l.Typ.Scale), Precision: ptr(int32(l.Typ.Precision)), Scale: ptr(int32(l.Typ.Scale))}
	case types.Interval:
		return &sparkpb.CalendarIntervalLiteral{Months: v.Months, Days: v.Days, Microseconds: v.Micros}
	default:
		return &sparkpb.DataType{Kind: &sparkpb.NullType{}}
	}
}

// composite is a nested value with its parts as literals.
func composite(values []any, t types.Type) *expr.Composite {
	c := &expr.Composite{Kind: t.Kind, Typ: &t}
	for i, v := range values {
		switch {
		case t.Kind == types.Struct:
			c.Values = append(c.Values, &expr.Literal{Value: v, Typ: t.Fields[i].Type})
		case t.Kind == types.Map && i%2 == 0:
			c.Keys = append(c.Keys, &expr.Literal{Value: v, Typ: *t.Key})
		default:
			c.Values = append(c.Values, &expr.Literal{Value: v, Typ: *t.Elem})
		}
	}
	return c
}

func encodeComposite(c *expr.Composite) (*sparkpb.Literal, error) {
	values, err := encodeParts(c.Values)
	if err != nil {
		return nil, err
	}
	m := &sparkpb.Literal{}
	if c.Typ != nil {
		m.DataType = EncodeType(*c.Typ)
	}
	switch c.Kind {
	case types.Array:
		m.Kind = &sparkpb.ArrayLiteral{Elements: values}
	case types.Struct:
		m.Kind = &sparkpb.StructLiteral{Elements: values}
	default:
		keys, err := encodeParts(c.Keys)
		if err != nil {
			return nil, err
		}
		m.Kind = &sparkpb.MapLiteral{Keys: keys, Values: values}
	}
	return m, nil
}

func encodeParts(list []expr.Expr) ([]*sparkpb.Literal, error) {
	var out []*sparkpb.Literal
	for _, e := range list {
		if l, ok := e.(*expr.Literal); ok && l.Value == nil {
			out = append(out, &sparkpb.Literal{Kind: &sparkpb.DataType{Kind: &sparkpb.NullType{}}})
			continue
		}
		m, err := encodeLiteral(e, true)
		if err != nil {
			return nil, err
		}
		if values, ok := e.(*expr.Literal); ok && values.Value != nil {
			if _, nested := values.Value.([]any); nested {
				m.DataType = nil
			}
		}
		out = append(out, m)
	}
	return out, nil
}
