package cast

import (
	"slices"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/variant"
	"github.com/weirstream/weir/types"
)

// Check is nil where a value of type from may be cast to the type to, else the
// error DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION, or CAST_WITH_CONF_SUGGESTION
// where there is a cast outside ANSI mode, or CAST_WITH_FUNC_SUGGESTION where a
// function does it. e is the expression, for the message.
func Check(e expr.Expr, to types.Type, ansi bool) error {
	from := e.Type()
	if Allowed(from, to, ansi) {
		return nil
	}
	switch {
	case from.Numeric() && to.Kind == types.Date || from.Kind == types.Date && to.Numeric():
		return refused(fault.CastWithFunction, e, to)
	case Allowed(from, to, false):
		return refused(fault.CastWithConf, e, to)
	default:
		return refused(fault.CastWithoutSuggest, e, to)
	}
}

// CheckTry is Check for TRY_CAST, which has the rules of ANSI mode always.
func CheckTry(e expr.Expr, to types.Type) error {
	from := e.Type()
	if Allowed(from, to, true) {
		return nil
	}
	if from.Numeric() && to.Kind == types.Date || from.Kind == types.Date && to.Numeric() {
		return refused(fault.CastWithFunction, e, to)
	}
	return refused(fault.CastWithoutSuggest, e, to)
}

func refused(c fault.Condition, e expr.Expr, to types.Type) error {
	return fault.New(c, "%s of type %s cannot be cast to %s", e, e.Type().SQL(), to.SQL()).
		With("srcType", "\""+e.Type().SQL()+"\"").With("targetType", "\""+to.SQL()+"\"")
}

// Allowed reports whether there is a cast between two types at all.
func Allowed(from, to types.Type, ansi bool) bool {
	switch {
	case from.Kind == types.Null, from.SameIgnoringNullability(to):
		return to.Kind != types.Null || from.Kind == types.Null
	case to.Kind == types.Null:
		return false
	case from.Kind == types.Variant:
		return fromVariantAllowed(to)
	case to.Kind == types.Variant:
		return !from.Nested() && variant.Storable(from, false) || from.Kind == types.Array && variant.Storable(from, false)
	case to.Kind == types.String:
		return true
	case from.Nested() || to.Nested():
		return allowedNested(from, to, ansi)
	}
	switch from.Kind {
	case types.String:
		return true
	case types.Binary:
		return false
	case types.Boolean:
		return to.Numeric() || !ansi && to.Kind == types.Timestamp
	case types.Date:
		return to.Datetime() || !ansi && (to.Numeric() || to.Kind == types.Boolean)
	case types.Timestamp:
		return to.Datetime() || to.Kind == types.Time || to.Numeric() || !ansi && to.Kind == types.Boolean
	case types.TimestampNTZ:
		return to.Datetime() || to.Kind == types.Time
	case types.Time:
		return to.Kind == types.Time || to.Integral() && to.Kind >= types.Int || to.Kind == types.Decimal128 ||
			to.Kind == types.Timestamp || to.Kind == types.TimestampNTZ
	case types.YearMonthInterval, types.DayTimeInterval:
		return to.Kind == from.Kind || to.Integral() || to.Kind == types.Decimal128
	case types.CalendarInterval:
		return false
	default:
		return allowedNumber(from, to, ansi)
	}
}

func allowedNumber(from, to types.Type, ansi bool) bool {
	switch to.Kind {
	case types.Boolean, types.Timestamp:
		return true
	case types.YearMonthInterval, types.DayTimeInterval:
		return from.Integral() || from.Kind == types.Decimal128
	case types.Binary:
		return !ansi && from.Integral()
	default:
		return to.Numeric()
	}
}

func allowedNested(from, to types.Type, ansi bool) bool {
	if from.Kind != to.Kind || len(from.Fields) != len(to.Fields) {
		return false
	}
	if from.Elem != nil && (!Allowed(*from.Elem, *to.Elem, ansi) || from.ElemNullable && !to.ElemNullable) {
		return false
	}
	if from.Key != nil && !Allowed(*from.Key, *to.Key, ansi) {
		return false
	}
	for i, f := range from.Fields {
		if !Allowed(f.Type, to.Fields[i].Type, ansi) || f.Nullable && !to.Fields[i].Nullable {
			return false
		}
	}
	return true
}

// fromVariantAllowed reports whether a variant may be read as a type.
func fromVariantAllowed(to types.Type) bool {
	switch to.Kind {
	case types.YearMonthInterval, types.DayTimeInterval, types.CalendarInterval, types.Time:
		return false
	case types.Map:
		return to.Key.Kind == types.String && fromVariantAllowed(*to.Elem)
	case types.Array:
		return fromVariantAllowed(*to.Elem)
	}
	return !slices.ContainsFunc(to.Fields, func(f types.Field) bool { return !fromVariantAllowed(f.Type) })
}
