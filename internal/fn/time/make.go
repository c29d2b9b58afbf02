package time

import (
	"fmt"
	"math"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// makeDate is make_date(year, month, day).
var makeDate = &expr.Function{
	Name:    "make_date",
	Resolve: orNull(takes("make_date", types.Of(types.Date), number, number, number), false),
	Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			y, m, d := expr.ArgOf[int32](args[0]), expr.ArgOf[int32](args[1]), expr.ArgOf[int32](args[2])
			to := batch.Values[int32](out)
			for _, i := range expr.Rows(rows, sel) {
				day, err := dayOf(y.At(i), m.At(i), d.At(i))
				if err != nil {
					if env.ANSI {
						return err
					}
					out.SetNull(int(i))
				}
				to[i] = int32(day)
			}
			return nil
		}, nil
	},
}

// dayOf is the day of a year, a month and a day of the month.
func dayOf(year, month, day int32) (int64, error) {
	d := datetime.Date{Year: int64(year), Month: int(month), Day: int(day)}
	if !d.Valid() {
		return 0, outOfBounds("%d-%d-%d is no day of the calendar", year, month, day)
	}
	days := d.Days()
	if days != int64(int32(days)) {
		return 0, outOfBounds("the year %d is beyond what a date holds", year)
	}
	return days, nil
}

func outOfBounds(format string, args ...any) error {
	message := fmt.Sprintf(format, args...)
	return fault.New(fault.InvalidDatetimeBare, "%s", message).With("rangeMessage", message)
}

// makeTimestamp is make_timestamp(year, month, day, hour, minute, second) with a
// zone behind it unless the result has none, and make_timestamp(date, time).
func makeTimestamp(name string, result types.Type, try bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			params, least := []param{number, number, number, number, number, fraction}, 6
			if len(args) < 4 {
				params, least = []param{aDate, aTime}, 2
			}
			if result.Kind == types.Timestamp {
				params = append(params, text)
			}
			cast, err := takeAll(r, name, least, args, params...)
			res := expr.Resolution{Args: cast, Type: result, Nullable: try || !r.ANSI || expr.AnyNullable(args...)}
			switch {
			case least == 2 && strings.HasSuffix(name, "_ltz"):
				res.Text = expr.CallText("make_timestamp", args)
			case least == 2 && name == "try_make_timestamp_ntz":
				res.Text = name + "(" + expr.CallText("make_timestamp_ntz", args) + ")"
			}
			return res, err
		},
		Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
			m := &maker{zone: zoneFor(result, env), null: try || !env.ANSI}
			return m.kernel, nil
		},
	}
}

// maker makes timestamps of their parts.
type maker struct {
	zones
	zone *datetime.Zone
	null bool // a day or time that does not exist is null, else an error
}

func (m *maker) kernel(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	to := batch.Values[int64](out)
	for _, i := range expr.Rows(rows, sel) {
		var local int64
		var err error
		parts := 6
		if len(args) < 4 {
			days, nanos := expr.ArgOf[int32](args[0]).At(i), expr.ArgOf[int64](args[1]).At(i)
			local, parts = int64(days)*datetime.MicrosPerDay+floorDiv(nanos, 1000), 2
		} else {
			local, err = localOf(args, i)
		}
		zone := m.zone
		if err == nil && len(args) > parts {
			zone, err = m.get(expr.ArgOf[string](args[parts]).At(i))
			if err != nil {
				return err
			}
		}
		switch {
		case err == nil:
			to[i] = zone.ToUTC(local)
		case m.null:
			out.SetNull(int(i))
		default:
			return err
		}
	}
	return nil
}

// localOf is the local time of a row of years, months, days, hours, minutes and
// seconds. The second 60 without a fraction is the next minute.
func localOf(args []*batch.Column, i int32) (int64, error) {
	var part [5]int32
	for k := range part {
		part[k] = expr.ArgOf[int32](args[k]).At(i)
	}
	micros, _ := expr.ArgOf[types.Decimal](args[5]).At(i).Int64()
	days, err := dayOf(part[0], part[1], part[2])
	switch {
	case err != nil:
		return 0, err
	case uint32(part[3]) > 23:
		return 0, outOfBounds("the hour %d is not within 0 and 23", part[3])
	case uint32(part[4]) > 59:
		return 0, outOfBounds("the minute %d is not within 0 and 59", part[4])
	case micros > datetime.MicrosPerMinute && micros < datetime.MicrosPerMinute+datetime.MicrosPerSecond:
		return 0, fault.New(fault.InvalidFractionOfSec, "the second 60 cannot have a fraction").
			With("secAndMicros", types.DecimalFromInt64(micros).Format(6))
	case micros < 0 || micros > datetime.MicrosPerMinute:
		return 0, outOfBounds("the second %s is not within 0 and 59", types.DecimalFromInt64(micros).Format(6))
	}
	return days*datetime.MicrosPerDay + int64(part[3])*datetime.MicrosPerHour +
		int64(part[4])*datetime.MicrosPerMinute + micros, nil
}

// filled adds to the arguments of a function of numbers zeros up to count, the
// last of them seconds.
func filled(args []expr.Expr, count int) []expr.Expr {
	all := append([]expr.Expr(nil), args...)
	for len(all) < count {
		if len(all) == count-1 && count > 2 {
			all = append(all, &expr.Literal{Value: types.Decimal{}, Typ: seconds.want})
		} else {
			all = append(all, expr.Int32(0))
		}
	}
	return all
}

// makeYearMonth is make_ym_interval(years, months).
var makeYearMonth = &expr.Function{
	Name: "make_ym_interval",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		return takes("make_ym_interval", types.Of(types.YearMonthInterval), number, number)(r, filled(args, 2))
	},
	Kernel: expr.Static(expr.BinaryErr(func(years, months int32) (int32, error) {
		sum := int64(years)*12 + int64(months)
		if sum != int64(int32(sum)) {
			return 0, intervalOverflow()
		}
		return int32(sum), nil
	})),
}

func intervalOverflow() error {
	return fault.New(fault.IntervalOverflow, "the interval is too long")
}

// makeDayTime is make_dt_interval(days, hours, minutes, seconds).
var makeDayTime = &expr.Function{
	Name: "make_dt_interval",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		return takes("make_dt_interval", types.Of(types.DayTimeInterval), number, number, number, seconds)(r, filled(args, 4))
	},
	Kernel: expr.Static(func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		to := batch.Values[int64](out)
		for _, i := range expr.Rows(rows, sel) {
			micros, ok := timeOf(args[1:], i)
			days := int64(expr.ArgOf[int32](args[0]).At(i)) * datetime.MicrosPerDay // fits: 2³¹ days
			if to[i] = days + micros; !ok || (to[i] >= days) != (micros >= 0) {
				return intervalOverflow()
			}
		}
		return nil
	}),
}

// timeOf is the microseconds of a row of hours, minutes and seconds.
func timeOf(args []*batch.Column, i int32) (int64, bool) {
	hours, minutes := expr.ArgOf[int32](args[0]).At(i), expr.ArgOf[int32](args[1]).At(i)
	rest, ok := expr.ArgOf[types.Decimal](args[2]).At(i).Int64()
	whole := int64(hours)*datetime.MicrosPerHour + int64(minutes)*datetime.MicrosPerMinute
	sum := whole + rest
	return sum, ok && (sum >= whole) == (rest >= 0)
}

// makeInterval is make_interval(years, months, weeks, days, hours, minutes,
// seconds).
func makeInterval(name string, try bool) *expr.Function {
	resolve := takes(name, types.Of(types.CalendarInterval), number, number, number, number, number, number, seconds)
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			return orNull(resolve, try)(r, filled(args, 7))
		},
		Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
			return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
				to := batch.Values[types.Interval](out)
				for _, i := range expr.Rows(rows, sel) {
					v, ok := intervalOf(args, i)
					if !ok {
						if env.ANSI && !try {
							return intervalOverflow()
						}
						out.SetNull(int(i))
					}
					to[i] = v
				}
				return nil
			}, nil
		},
	}
}

func intervalOf(args []*batch.Column, i int32) (types.Interval, bool) {
	var part [4]int64
	for k := range part {
		part[k] = int64(expr.ArgOf[int32](args[k]).At(i))
	}
	months, days := part[0]*12+part[1], part[2]*7+part[3]
	micros, ok := timeOf(args[4:], i)
	fits := func(v int64) bool { return v >= math.MinInt32 && v <= math.MaxInt32 }
	return types.Interval{Months: int32(months), Days: int32(days), Micros: micros}, ok && fits(months) && fits(days)
}
