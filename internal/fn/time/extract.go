package time

import (
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// extract is extract(field FROM source), and date_part(field, source).
func extract(name string) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 2 {
				return expr.Resolution{}, expr.WrongCount(name, "2", len(args))
			}
			res, err := resolveExtract(r, name, args)
			res.Nullable = expr.AnyNullable(args...)
			res.Text = expr.CallText(name, args)
			if name != "date_part" {
				res.Text = name + "(" + args[0].String() + " FROM " + args[1].String() + ")"
			}
			return res, err
		},
		Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
			field, _ := c.Args[0].(*expr.Literal).Value.(string)
			k := extractKernel(datetime.ParseField(field), c.Args[1].Type(), env)
			return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
				return k(out, args[1:], rows, sel)
			}, nil
		},
	}
}

// fractional is the type of seconds with their fraction.
var fractional = types.DecimalOf(8, 6)

func resolveExtract(r *expr.Resolver, name string, args []expr.Expr) (expr.Resolution, error) {
	l, ok := args[0].(*expr.Literal)
	if !ok {
		return expr.Resolution{}, fault.New(fault.NonFoldable, "the field of %s must be a literal, not %s", name, args[0]).
			With("inputName", "`field`").With("inputExpr", args[0].String())
	}
	if l.Value == nil {
		null := &expr.Literal{Typ: types.Of(types.String)}
		source := expr.CastTo(expr.Lit(nil), types.Of(types.Date))
		return expr.Resolution{Args: []expr.Expr{null, source}, Type: types.Of(types.Double)}, nil
	}
	word, _ := l.Value.(string)
	f, t := datetime.ParseField(word), args[1].Type()
	refuse := fault.New(fault.InvalidExtractField, "there is no %s in %s of type %s", word, args[1], t.SQL()).
		With("field", "`"+strings.ToUpper(word)+"`").With("expr", args[1].String())
	if of, ok := intervalField(f, t); ok {
		if of.Kind == types.Null {
			return expr.Resolution{}, refuse
		}
		return expr.Resolution{Args: args, Type: of}, nil
	}
	clock := f == datetime.HourField || f == datetime.MinuteField || f == datetime.SecondField
	source, ok := fieldSource(r, args[1], clock)
	if !ok || f == datetime.NoField {
		return expr.Resolution{}, refuse
	}
	result := types.Of(types.Int)
	if f == datetime.SecondField {
		result = fractional
	}
	return expr.Resolution{Args: []expr.Expr{l, source}, Type: result}, nil
}

// intervalField is the type of a field of an interval of type t, null where it
// has no such field, and whether t is an interval.
func intervalField(f datetime.Field, t types.Type) (types.Type, bool) {
	within := func(f types.IntervalField, k types.Kind) (types.Type, bool) {
		if t.Kind != types.CalendarInterval && (f < t.First || f > t.Last) {
			return types.Type{}, true
		}
		if k == types.Decimal128 {
			return fractional, true
		}
		return types.Of(k), true
	}
	switch t.Kind {
	case types.YearMonthInterval, types.DayTimeInterval, types.CalendarInterval:
	default:
		return types.Type{}, false
	}
	switch f {
	case datetime.YearField:
		return within(types.YearField, types.Int)
	case datetime.MonthField:
		return within(types.MonthField, types.Byte)
	case datetime.DayField:
		return within(types.DayField, types.Int)
	case datetime.HourField:
		return within(types.HourField, types.Byte)
	case datetime.MinuteField:
		return within(types.MinuteField, types.Byte)
	case datetime.SecondField:
		return within(types.SecondField, types.Decimal128)
	}
	return types.Type{}, true
}

func extractKernel(f datetime.Field, t types.Type, env *expr.Env) expr.Kernel {
	switch t.Kind {
	case types.YearMonthInterval:
		if f == datetime.YearField {
			return expr.Unary(func(m int32) int32 { return m / 12 })
		}
		return expr.Unary(func(m int32) int8 { return int8(m % 12) })
	case types.DayTimeInterval:
		return intervalKernel(f, func(micros int64) int64 { return micros },
			func(micros int64) int32 { return int32(micros / datetime.MicrosPerDay) })
	case types.CalendarInterval:
		switch f {
		case datetime.YearField:
			return expr.Unary(func(v types.Interval) int32 { return v.Months / 12 })
		case datetime.MonthField:
			return expr.Unary(func(v types.Interval) int8 { return int8(v.Months % 12) })
		}
		return intervalKernel(f, func(v types.Interval) int64 { return v.Micros },
			func(v types.Interval) int32 { return v.Days })
	}
	if f != datetime.SecondField {
		return fieldKernel(f, t, env)
	}
	if t.Kind == types.Time {
		return expr.Unary(func(nanos int64) types.Decimal {
			return types.DecimalFromInt64(datetime.SecondsWithFraction(nanos / 1000))
		})
	}
	zone := zoneFor(t, env)
	return expr.Unary(func(v int64) types.Decimal {
		return types.DecimalFromInt64(datetime.SecondsWithFraction(zone.ToLocal(v)))
	})
}

// intervalKernel is the loop for a field of the days and of the time in
// intervals.
func intervalKernel[T batch.Value](f datetime.Field, micros func(T) int64, days func(T) int32) expr.Kernel {
	part := func(whole, unit int64) expr.Kernel {
		return expr.Unary(func(v T) int8 { return int8(micros(v) % whole / unit) })
	}
	switch f {
	case datetime.DayField:
		return expr.Unary(days)
	case datetime.HourField:
		return part(datetime.MicrosPerDay, datetime.MicrosPerHour)
	case datetime.MinuteField:
		return part(datetime.MicrosPerHour, datetime.MicrosPerMinute)
	default:
		return expr.Unary(func(v T) types.Decimal { return types.DecimalFromInt64(micros(v) % datetime.MicrosPerMinute) })
	}
}
