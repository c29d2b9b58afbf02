package expr

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// CastTo is e as a value of type t: e itself, a typed NULL, or a cast that has
// no part in names.
func CastTo(e Expr, t types.Type) Expr {
	if e.Type().SameIgnoringNullability(t) {
		return e
	}
	if IsNull(e) {
		return &Literal{Typ: t}
	}
	return &Cast{Child: e, To: t, Implicit: true}
}

// CastAll is CastTo for each of a list.
func CastAll(args []Expr, t types.Type) []Expr {
	out := make([]Expr, len(args))
	for i, a := range args {
		out[i] = CastTo(a, t)
	}
	return out
}

// AnyNullable reports whether one of the arguments may be null.
func AnyNullable(args ...Expr) bool {
	for _, a := range args {
		if a.Nullable() {
			return true
		}
	}
	return false
}

// Tightest is the type that holds all values of both types without loss, where
// there is one.
func (r *Resolver) Tightest(a, b types.Type) (types.Type, bool) {
	switch {
	case a.SameIgnoringNullability(b):
		return mergeNullability(a, b), true
	case a.Kind == types.Null:
		return b, true
	case b.Kind == types.Null:
		return a, true
	case a.Kind == types.String && b.Kind == types.String:
		return types.Type{Kind: types.String, Collation: a.Collation}, a.Collation == b.Collation
	case a.Kind == types.Decimal128 && b.Integral():
		return a, decimalHolds(a, DecimalFor(b))
	case b.Kind == types.Decimal128 && a.Integral():
		return b, decimalHolds(b, DecimalFor(a))
	case a.Kind == types.Decimal128 || b.Kind == types.Decimal128:
		return types.Type{}, false
	case a.Numeric() && b.Numeric():
		wide := max(a.Kind, b.Kind)
		if wide == types.Float && r.ANSI {
			wide = types.Double // a float does not hold every integer
		}
		return types.Of(wide), true
	case a.Datetime() && b.Datetime():
		return widerDatetime(a, b), true
	case a.Kind == types.Time && b.Kind == types.Time:
		a.Precision = max(a.Precision, b.Precision)
		return a, true
	case a.Kind == b.Kind && (a.Kind == types.YearMonthInterval || a.Kind == types.DayTimeInterval):
		a.First, a.Last = min(a.First, b.First), max(a.Last, b.Last)
		return a, true
	default:
		return r.nested(a, b, r.Tightest)
	}
}

// Wider is the type in which values of both types meet in CASE, coalesce, IN,
// array() and UNION: the tightest one, else a decimal or double that may lose
// digits, else what a string may be read as.
func (r *Resolver) Wider(a, b types.Type) (types.Type, bool) {
	if t, ok := r.Tightest(a, b); ok {
		return t, true
	}
	if t, ok := widerDecimalMix(a, b); ok {
		return t, true
	}
	if t, ok := r.withString(a, b, false); ok {
		return t, true
	}
	return r.nested(a, b, r.Wider)
}

// Comparable is the type in which two values are compared.
func (r *Resolver) Comparable(a, b types.Type) (types.Type, bool) {
	if t, ok := r.withString(a, b, true); ok {
		return t, true
	}
	return r.Wider(a, b)
}

// withString is the common type of a string and something else. In ANSI mode
// the string gives way; otherwise everything becomes a string, but for
// comparisons.
func (r *Resolver) withString(a, b types.Type, comparing bool) (types.Type, bool) {
	if a.Kind != types.String {
		a, b = b, a
	}
	if r.apart || a.Kind != types.String || b.Kind == types.String || b.Nested() || b.Kind == types.Variant ||
		b.Kind == types.CalendarInterval || b.Kind == types.Null {
		return types.Type{}, false
	}
	interval := b.Kind == types.YearMonthInterval || b.Kind == types.DayTimeInterval
	switch {
	case interval:
		return b, comparing && !r.ANSI
	case r.ANSI && b.Integral():
		return types.Of(types.Long), true
	case r.ANSI && b.Numeric():
		return types.Of(types.Double), true
	case r.ANSI:
		return b, true
	case !comparing:
		return a, b.Kind != types.Binary && b.Kind != types.Boolean
	case b.Kind == types.Decimal128:
		return types.Of(types.Double), true
	default:
		return b, true
	}
}

// nested finds the common type of two arrays, maps or structs by their parts.
func (r *Resolver) nested(a, b types.Type, common func(a, b types.Type) (types.Type, bool)) (types.Type, bool) {
	if a.Kind != b.Kind || !a.Nested() || len(a.Fields) != len(b.Fields) {
		return types.Type{}, false
	}
	out := a
	if a.Elem != nil {
		elem, ok := common(*a.Elem, *b.Elem)
		if !ok {
			return types.Type{}, false
		}
		out.Elem, out.ElemNullable = &elem, a.ElemNullable || b.ElemNullable
	}
	if a.Key != nil {
		key, ok := common(*a.Key, *b.Key)
		if !ok {
			return types.Type{}, false
		}
		out.Key = &key
	}
	out.Fields = make([]types.Field, len(a.Fields))
	for i, f := range a.Fields {
		g := b.Fields[i]
		t, ok := common(f.Type, g.Type)
		if !ok || !strings.EqualFold(f.Name, g.Name) {
			return types.Type{}, false
		}
		out.Fields[i] = types.Field{Name: f.Name, Type: t, Nullable: f.Nullable || g.Nullable}
	}
	return out, true
}

// mergeNullability is a, in which may be null what may be so in b, which is the
// same type otherwise.
func mergeNullability(a, b types.Type) types.Type {
	if !a.Nested() || a.Equal(b) {
		return a
	}
	out := a
	out.ElemNullable = a.ElemNullable || b.ElemNullable
	if a.Elem != nil {
		elem := mergeNullability(*a.Elem, *b.Elem)
		out.Elem = &elem
	}
	if a.Key != nil {
		key := mergeNullability(*a.Key, *b.Key)
		out.Key = &key
	}
	out.Fields = make([]types.Field, len(a.Fields))
	for i, f := range a.Fields {
		f.Nullable = f.Nullable || b.Fields[i].Nullable
		f.Type = mergeNullability(f.Type, b.Fields[i].Type)
		out.Fields[i] = f
	}
	return out
}

func widerDatetime(a, b types.Type) types.Type {
	switch {
	case a.Kind == types.Timestamp || b.Kind == types.Timestamp:
		return types.Of(types.Timestamp)
	case a.Kind == types.TimestampNTZ || b.Kind == types.TimestampNTZ:
		return types.Of(types.TimestampNTZ)
	default:
		return a
	}
}

// Unify casts all arguments to their common type.
func (r *Resolver) Unify(args []Expr) ([]Expr, types.Type, bool) {
	var t types.Type
	for i, a := range args {
		if i == 0 {
			t = a.Type()
			continue
		}
		var ok bool
		if t, ok = r.Wider(t, a.Type()); !ok {
			return nil, t, false
		}
	}
	return CastAll(args, t), t, true
}

// UnifyFor is Unify, with the error of Spark where the types have nothing in
// common.
func (r *Resolver) UnifyFor(name string, args []Expr) ([]Expr, types.Type, error) {
	out, t, ok := r.Unify(args)
	if !ok {
		names := make([]string, len(args))
		for i, a := range args {
			names[i] = a.Type().SQL()
		}
		return nil, t, fault.New(fault.DataDiffTypes, "the arguments of %s must be of one type, not %s",
			name, strings.Join(names, ", ")).With("functionName", "`"+name+"`")
	}
	return out, t, nil
}

// UnifyApart is UnifyFor where a text does not become a number, a date, or anything
// else by itself: VALUES, greatest, least.
func (r *Resolver) UnifyApart(name string, args []Expr) ([]Expr, types.Type, error) {
	strict := *r
	strict.apart = true
	return strict.UnifyFor(name, args)
}

// Arg is an argument where a function expects the type want, or false where
// Spark would not cast it there by itself.
func (r *Resolver) Arg(e Expr, want types.Type) (Expr, bool) {
	have := e.Type()
	switch {
	case have.Kind == types.Null, have.SameIgnoringNullability(want):
		return CastTo(e, want), true
	case have.Kind == types.String && want.Kind == types.String:
		return e, true
	case have.Kind == want.Kind && (have.Kind == types.YearMonthInterval ||
		have.Kind == types.DayTimeInterval || have.Kind == types.Time):
		return e, true
	case have.Nested() || want.Nested():
		t, ok := r.nested(have, want, func(a, b types.Type) (types.Type, bool) {
			if _, ok := r.Arg(&Ref{Typ: a}, b); !ok {
				return b, false
			}
			return b, true
		})
		return CastTo(e, t), ok
	case have.Kind == types.String:
		return CastTo(e, want), want.Kind != types.CalendarInterval && want.Kind != types.Variant
	case want.Kind == types.String:
		return CastTo(e, want), have.Kind != types.Variant
	case have.Numeric() && want.Numeric():
		return CastTo(e, want), r.widens(have, want)
	case have.Datetime() && want.Datetime():
		return CastTo(e, want), !r.ANSI || have.Kind == types.Date || want.Kind != types.Date
	default:
		return nil, false
	}
}

// widens reports whether a number is cast to a wider numeric type by itself; in
// ANSI mode never to a narrower one.
func (r *Resolver) widens(have, want types.Type) bool {
	if !r.ANSI {
		return true
	}
	switch {
	case want.Fractional():
		return !have.Fractional() || have.Kind <= want.Kind
	case have.Kind == types.Decimal128:
		return want.Kind == types.Decimal128
	case want.Kind == types.Decimal128:
		return have.Integral()
	default:
		return have.Integral() && have.Kind <= want.Kind
	}
}

// DecimalFor is the decimal type that holds every value of an integral type; of
// a decimal it is the type itself.
func DecimalFor(t types.Type) types.Type {
	switch t.Kind {
	case types.Byte:
		return types.DecimalOf(3, 0)
	case types.Short:
		return types.DecimalOf(5, 0)
	case types.Int:
		return types.DecimalOf(10, 0)
	case types.Long:
		return types.DecimalOf(20, 0)
	case types.Float:
		return types.DecimalOf(14, 7)
	case types.Double:
		return types.DecimalOf(30, 15)
	case types.Decimal128:
		return t
	default:
		return types.DecimalOf(types.MaxPrecision, 18)
	}
}

// decimalOfLiteral is the tightest decimal type for an integral literal, and
// [DecimalFor] for everything else.
func decimalOfLiteral(e Expr) types.Type {
	if l, ok := e.(*Literal); ok && l.Value != nil && l.Typ.Integral() {
		var v int64
		switch n := l.Value.(type) {
		case int8:
			v = int64(n)
		case int16:
			v = int64(n)
		case int32:
			v = int64(n)
		case int64:
			v = n
		}
		return types.DecimalOf(types.DecimalFromInt64(v).Precision(), 0)
	}
	return DecimalFor(e.Type())
}

func decimalHolds(a, b types.Type) bool {
	return a.Precision-a.Scale >= b.Precision-b.Scale && a.Scale >= b.Scale
}

// WiderDecimal is the decimal type in which two decimals are compared or meet;
// beyond 38 digits it gives up fractional ones.
func WiderDecimal(a, b types.Type) types.Type {
	scale := max(a.Scale, b.Scale)
	precision := max(a.Precision-a.Scale, b.Precision-b.Scale) + scale
	if over := precision - types.MaxPrecision; over > 0 {
		return types.DecimalOf(types.MaxPrecision, max(0, scale-over))
	}
	return types.DecimalOf(precision, scale)
}

// widerDecimalMix is the common type of a decimal and another number.
func widerDecimalMix(a, b types.Type) (types.Type, bool) {
	switch {
	case a.Kind != types.Decimal128 && b.Kind != types.Decimal128, !a.Numeric(), !b.Numeric():
		return types.Type{}, false
	case a.Fractional() || b.Fractional():
		return types.Of(types.Double), true
	default:
		return WiderDecimal(DecimalFor(a), DecimalFor(b)), true
	}
}

// AdjustDecimal is a decimal of this precision and scale; beyond 38 digits it
// gives up fractional digits, but for the first six.
func AdjustDecimal(precision, scale int) types.Type {
	if precision <= types.MaxPrecision {
		return types.DecimalOf(precision, scale)
	}
	whole := precision - scale
	return types.DecimalOf(types.MaxPrecision, max(types.MaxPrecision-whole, min(scale, 6)))
}

// DecimalArithmetic is the type of a op b for decimals; op is + - * / or %.
func DecimalArithmetic(op string, a, b types.Type) types.Type {
	wholeA, wholeB := a.Precision-a.Scale, b.Precision-b.Scale
	switch op {
	case "*":
		return AdjustDecimal(a.Precision+b.Precision+1, a.Scale+b.Scale)
	case "/":
		scale := max(6, a.Scale+b.Precision+1)
		return AdjustDecimal(wholeA+b.Scale+scale, scale)
	case "%":
		scale := max(a.Scale, b.Scale)
		return AdjustDecimal(min(wholeA, wholeB)+scale, scale)
	default:
		scale := max(a.Scale, b.Scale)
		return AdjustDecimal(max(wholeA, wholeB)+scale+1, scale)
	}
}

// Operands casts the operands of arithmetic on numbers, strings and nulls to
// what they meet in: one type, or two decimals of their own types. It reports
// false where they are not numbers.
func (r *Resolver) Operands(a, b Expr) (x, y Expr, ok bool) {
	ta, tb := a.Type(), b.Type()
	if ta.Kind == types.String || tb.Kind == types.String {
		if ta.Kind == types.String && (tb.Kind == types.String || tb.Kind == types.Null) ||
			ta.Kind == types.Null || !r.ANSI {
			return r.stringOperands(a, b)
		}
		t, found := r.withString(ta, tb, true)
		return CastTo(a, t), CastTo(b, t), found && t.Numeric()
	}
	switch {
	case ta.Kind == types.Null && tb.Kind == types.Null:
		t := types.Of(types.Double)
		return CastTo(a, t), CastTo(b, t), true
	case ta.Kind == types.Null:
		return CastTo(a, tb), b, tb.Numeric()
	case tb.Kind == types.Null:
		return a, CastTo(b, ta), ta.Numeric()
	case !ta.Numeric() || !tb.Numeric():
		return a, b, false
	case ta.Kind == types.Decimal128 || tb.Kind == types.Decimal128:
		if ta.Fractional() || tb.Fractional() {
			t := types.Of(types.Double)
			return CastTo(a, t), CastTo(b, t), true
		}
		return CastTo(a, decimalOfLiteral(a)), CastTo(b, decimalOfLiteral(b)), true
	}
	t, found := r.Tightest(ta, tb)
	return CastTo(a, t), CastTo(b, t), found
}

// stringOperands makes doubles of two strings, or, outside ANSI mode, of a
// string and a number.
func (r *Resolver) stringOperands(a, b Expr) (x, y Expr, ok bool) {
	for _, e := range []Expr{a, b} {
		if k := e.Type(); k.Kind != types.String && k.Kind != types.Null && !k.Numeric() {
			return a, b, false
		}
	}
	t := types.Of(types.Double)
	return CastTo(a, t), CastTo(b, t), true
}

// Compared casts two expressions to the type in which they are compared.
func (r *Resolver) Compared(a, b Expr) (x, y Expr, ok bool) {
	ta, tb := a.Type(), b.Type()
	if ta.Kind == types.Decimal128 && tb.Integral() {
		tb = decimalOfLiteral(b)
	} else if tb.Kind == types.Decimal128 && ta.Integral() {
		ta = decimalOfLiteral(a)
	}
	common := r.Comparable
	if ta.Nested() && tb.Nested() { // no part is read as another sort of value
		common = r.Tightest
		if t, same := SameShape(ta, tb); same {
			return CastTo(a, t), CastTo(b, t), true
		}
	}
	t, ok := common(ta, tb)
	if !ok {
		return a, b, false
	}
	return CastTo(a, t), CastTo(b, t), true
}

// SameShape is the first of two types that differ at most in the names of fields and in
// where nulls may be, with nulls wherever one of them has any.
func SameShape(a, b types.Type) (types.Type, bool) {
	if !a.Nested() {
		return a, a.SameIgnoringNullability(b)
	}
	if a.Kind != b.Kind || len(a.Fields) != len(b.Fields) {
		return types.Type{}, false
	}
	part := func(x, y *types.Type) (*types.Type, bool) {
		if x == nil || y == nil {
			return nil, x == y
		}
		t, ok := SameShape(*x, *y)
		return &t, ok
	}
	elem, sameElems := part(a.Elem, b.Elem)
	key, sameKeys := part(a.Key, b.Key)
	if !sameElems || !sameKeys {
		return types.Type{}, false
	}
	out := a
	out.Elem, out.Key, out.ElemNullable = elem, key, a.ElemNullable || b.ElemNullable
	out.Fields = make([]types.Field, len(a.Fields))
	for i, f := range a.Fields {
		t, ok := SameShape(f.Type, b.Fields[i].Type)
		if !ok {
			return types.Type{}, false
		}
		f.Type, f.Nullable = t, f.Nullable || b.Fields[i].Nullable
		out.Fields[i] = f
	}
	return out, true
}

// WrongCount is the error for a number of arguments that a function does not
// take; want says the right ones, such as "2" or "2 or 3".
func WrongCount(name, want string, got int) error {
	return fault.New(fault.WrongNumArgs, "%s takes %s arguments, not %d", name, want, got).
		With("functionName", "`"+name+"`").With("expectedNum", want).With("actualNum", fmt.Sprint(got))
}

// Unexpected is the error for an argument whose type a function does not take.
// want is the type in SQL, index the argument's place from 0.
func Unexpected(name string, index int, want string, e Expr) error {
	return fault.New(fault.TypeMismatch, "argument %d of %s must be %s, and %s is %s",
		index+1, name, want, e, e.Type().SQL()).
		With("paramIndex", fmt.Sprint(index+1)).With("requiredType", want).
		With("inputSql", e.String()).With("inputType", e.Type().SQL())
}

// Fixed is the Resolve of a function with these parameters: each argument is
// cast to its parameter's type as Spark does by itself. The first least of them
// are needed; least < 0 needs all.
func Fixed(name string, least int, result types.Type, params ...types.Type) func(*Resolver, []Expr) (Resolution, error) {
	if least < 0 {
		least = len(params)
	}
	return func(r *Resolver, args []Expr) (Resolution, error) {
		cast, err := r.Params(name, least, args, params...)
		if err != nil {
			return Resolution{}, err
		}
		return Resolution{Args: cast, Type: result, Nullable: AnyNullable(cast...)}, nil
	}
}

// Params casts arguments to the types of a function's parameters, of which the
// first least are needed.
func (r *Resolver) Params(name string, least int, args []Expr, params ...types.Type) ([]Expr, error) {
	if len(args) < least || len(args) > len(params) {
		want := fmt.Sprint(len(params))
		if least < len(params) {
			want = fmt.Sprintf("%d to %d", least, len(params))
		}
		return nil, WrongCount(name, want, len(args))
	}
	cast := make([]Expr, len(args))
	for i, a := range args {
		e, ok := r.Arg(a, params[i])
		if !ok {
			return nil, Unexpected(name, i, params[i].SQL(), a)
		}
		cast[i] = e
	}
	return cast, nil
}
