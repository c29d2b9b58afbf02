package time

import (
	"strings"

	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// addDays is date_add(date, days) and date_sub, whose sign is -1.
func addDays(name string, sign int32) *expr.Function {
	return &expr.Function{
		Name:    name,
		Resolve: takes(name, types.Of(types.Date), aDate, number),
		Kernel:  expr.Static(expr.Binary(func(d, n int32) int32 { return d + sign*n })),
		Total:   true,
	}
}

// addMonths is add_months(date, months).
var addMonths = &expr.Function{
	Name:    "add_months",
	Resolve: takes("add_months", types.Of(types.Date), aDate, number),
	Kernel:  expr.Static(expr.BinaryErr(plusMonths)),
}

func plusMonths(d, months int32) (int32, error) {
	v, ok := datetime.AddMonths(d, months)
	if !ok {
		return 0, outOfRange()
	}
	return v, nil
}

func outOfRange() error {
	return fault.New(fault.DatetimeOverflow, "the result lies beyond the calendar, which ends in the year 294247").
		With("operation", "add an interval")
}

// dateDiff is datediff(end, start): the days between.
func dateDiff(name string) *expr.Function {
	return &expr.Function{
		Name:    name,
		Resolve: takes(name, types.Of(types.Int), aDate, aDate),
		Kernel:  expr.Static(expr.Binary(func(end, start int32) int32 { return end - start })),
		Total:   true,
	}
}

// monthsBetween is months_between(end, start, roundOff).
var monthsBetween = &expr.Function{
	Name: "months_between",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) == 2 {
			args = []expr.Expr{args[0], args[1], expr.Lit(true)}
		}
		return takes("months_between", types.Of(types.Double), instant, instant, truth)(r, args)
	},
	Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
		zone := zoneOf(env)
		return expr.Ternary(func(end, start int64, roundOff bool) float64 {
			return datetime.MonthsBetween(zone.ToLocal(end), zone.ToLocal(start), roundOff)
		}), nil
	},
}

// lastDay is last_day(date).
var lastDay = &expr.Function{
	Name:    "last_day",
	Resolve: takes("last_day", types.Of(types.Date), aDate),
	Kernel:  expr.Static(expr.Unary(datetime.LastDay)),
}

// nextDay is next_day(date, dayOfWeek).
var nextDay = &expr.Function{
	Name:    "next_day",
	Resolve: orNull(takes("next_day", types.Of(types.Date), aDate, text), false),
	Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
		w := &weekdays{}
		if !env.ANSI {
			return expr.BinaryOK(func(d int32, name string) (int32, bool) {
				day, ok := w.get(name)
				return datetime.NextDay(d, day), ok
			}), nil
		}
		return expr.BinaryErr(func(d int32, name string) (int32, error) {
			day, ok := w.get(name)
			if !ok {
				name = strings.Clone(name)
				return 0, fault.New(fault.IllegalDayOfWeek, "'%s' is no day of the week", name).With("string", name)
			}
			return datetime.NextDay(d, day), nil
		}), nil
	},
}

// weekdays reads the names of days; equal ones that follow each other once.
type weekdays struct {
	name    string
	day     int
	ok, set bool
}

func (w *weekdays) get(name string) (int, bool) {
	if !w.set || w.name != name {
		w.name, w.set = strings.Clone(name), true
		w.day, w.ok = datetime.ParseWeekday(w.name)
	}
	return w.day, w.ok
}
