package time

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// dateField is a function that gives a part of a date: year(d).
func dateField(name string, f datetime.Field) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			return resolveField(r, name, args, false)
		},
		Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
			return fieldKernel(f, c.Args[0].Type(), env), nil
		},
		Total: true,
	}
}

// clockField is a function that gives a part of a time: hour(ts).
func clockField(name string, f datetime.Field) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			return resolveField(r, name, args, true)
		},
		Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
			return fieldKernel(f, c.Args[0].Type(), env), nil
		},
		Total: true,
	}
}

func resolveField(r *expr.Resolver, name string, args []expr.Expr, clock bool) (expr.Resolution, error) {
	if len(args) != 1 {
		return expr.Resolution{}, expr.WrongCount(name, "1", len(args))
	}
	e, ok := fieldSource(r, args[0], clock)
	if !ok {
		want := "\"DATE\""
		if clock {
			want = "(\"TIMESTAMP\" or \"TIME\")"
		}
		return expr.Resolution{}, expr.Unexpected(name, 0, want, args[0])
	}
	return expr.Resolution{Args: []expr.Expr{e}, Type: types.Of(types.Int), Nullable: e.Nullable()}, nil
}

// fieldSource is the argument of a function that asks for a part of the clock's
// time, or else of a date. Timestamps have both and need no cast.
func fieldSource(r *expr.Resolver, e expr.Expr, clock bool) (expr.Expr, bool) {
	switch k := e.Type().Kind; {
	case k == types.Timestamp, k == types.TimestampNTZ, k == types.Time && clock:
		return e, true
	case clock:
		return instant.take(r, e)
	default:
		return aDate.take(r, e)
	}
}

// fieldKernel is the loop for a field of times of type t. It may run over nulls.
func fieldKernel(f datetime.Field, t types.Type, env *expr.Env) expr.Kernel {
	switch t.Kind {
	case types.Date:
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			if args[0].Const || !dense(rows, sel) {
				return expr.Unary(f.OfDate)(out, args, rows, sel)
			}
			f.OverDates(batch.Values[int32](out), batch.Values[int32](args[0])[:rows])
			return nil
		}
	case types.Time:
		return expr.Unary(func(nanos int64) int32 { return f.OfLocal(nanos / 1000) })
	}
	zone := zoneFor(t, env)
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		if args[0].Const || !dense(rows, sel) {
			return expr.Unary(func(v int64) int32 { return f.OfLocal(zone.ToLocal(v)) })(out, args, rows, sel)
		}
		f.OverTimestamps(batch.Values[int32](out), batch.Values[int64](args[0])[:rows], zone)
		return nil
	}
}

// named is a function that gives the short English name of a part of a date.
func named(name string, of func(days int32) string) *expr.Function {
	return &expr.Function{
		Name:    name,
		Resolve: takes(name, types.Of(types.String), aDate),
		Kernel:  expr.Static(expr.Unary(of)),
	}
}

func dayName(days int32) string { return datetime.DayName(datetime.Weekday(days)) }

func monthName(days int32) string { return datetime.MonthName(datetime.CivilOf(int64(days)).Month) }
