package time

import (
	"math/bits"

	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Operator is the function of this theme that computes a op b, where op is + - *
// or / and one side is a time or an interval; nil where arithmetic on numbers is
// meant, or nothing. It finds the same function for the arguments as written and
// as resolved.
func Operator(op string, args []expr.Expr) *expr.Function {
	if len(args) != 2 {
		return nil
	}
	a, b := kindOf(args[0].Type()), kindOf(args[1].Type())
	switch {
	case a == date && wholeDays(args[1].Type()):
		b = onlyDays
	case b == date && wholeDays(args[0].Type()):
		a = onlyDays
	}
	for _, o := range operators {
		if o.op == op && o.left == a && o.right == b {
			return o.fn
		}
	}
	return misfit(op, a, b)
}

// misfit is an operator that refuses its operands as Spark does once one of them says
// that time is meant; nil where none does, or where a text may be one.
func misfit(op string, a, b operand) *expr.Function {
	isSpan := func(o operand) bool { return o == days || o == onlyDays || o == calendar }
	switch {
	case a == textual || b == textual || a == none || b == none || a == clock || b == clock:
		return nil
	case op == "+" && isSpan(b), op == "-" && isSpan(b), op == "-" && b == stamp, op == "-" && b == date && a != stamp:
		return refusing(op, 0, timeOrDate)
	case op == "+" && isSpan(a), op == "-" && a == stamp:
		return refusing(op, 1, timeOrDate)
	case op == "+" && a == date, op == "-" && a == date:
		return refusing(op, 1, fewDays)
	case op == "+" && b == date:
		return refusing(op, 0, fewDays)
	case op == "*" && (isSpan(a) || a == months), op == "/" && (isSpan(a) || a == months):
		return refusing(op, 1, "NUMERIC")
	case op == "*" && (isSpan(b) || b == months):
		return refusing(op, 0, "NUMERIC")
	}
	return nil
}

// What operators beside a time take, in SQL.
const (
	timeOrDate = `DATE", "TIMESTAMP" or "TIMESTAMP_NTZ`
	fewDays    = `INT", "SMALLINT" or "TINYINT`
)

// refusing is an operator whose argument at a place is of no type that it takes.
func refusing(op string, at int, want string) *expr.Function {
	return &expr.Function{Name: op, Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		return expr.Resolution{}, expr.Unexpected(op, at, "\""+want+"\"", args[at])
	}}
}

// wholeDays reports whether an interval type holds only days.
func wholeDays(t types.Type) bool {
	return t.Kind == types.DayTimeInterval && t.First == types.DayField && t.Last == types.DayField
}

// operand is a kind of value as operators tell them apart.
type operand uint8

const (
	other operand = iota
	none          // the literal NULL
	numeric
	textual
	date
	stamp // with and without zone
	clock
	months
	days     // days, hours, minutes, seconds
	onlyDays // days beside a date, which stays one
	calendar
)

func kindOf(t types.Type) operand {
	switch t.Kind {
	case types.Null:
		return none
	case types.String:
		return textual
	case types.Date:
		return date
	case types.Timestamp, types.TimestampNTZ:
		return stamp
	case types.Time:
		return clock
	case types.YearMonthInterval:
		return months
	case types.DayTimeInterval:
		return days
	case types.CalendarInterval:
		return calendar
	}
	if t.Numeric() {
		return numeric
	}
	return other
}

// operator is a row of the table of operators.
type operator struct {
	op          string
	left, right operand
	fn          *expr.Function
}

// operators is the table. What is written the other way round is turned when it
// is resolved.
var operators = []operator{
	{"+", date, numeric, datePlusInt}, {"+", numeric, date, swapped(datePlusInt)},
	{"+", date, textual, refusing("+", 1, fewDays)}, {"+", textual, date, refusing("+", 0, fewDays)},
	{"+", date, months, datePlusMonths}, {"+", months, date, swapped(datePlusMonths)},
	{"+", date, days, stampPlusDays}, {"+", days, date, swapped(stampPlusDays)},
	{"+", date, onlyDays, datePlusDays}, {"+", onlyDays, date, swapped(datePlusDays)},
	{"+", date, calendar, datePlusCalendar}, {"+", calendar, date, swapped(datePlusCalendar)},
	{"+", date, none, stampPlusDays}, {"+", none, date, swapped(stampPlusDays)},
	{"+", textual, days, textPlusDays("+", 1)}, {"+", days, textual, swapped(textPlusDays("+", 1))},
	{"-", textual, days, textPlusDays("-", -1)},
	{"+", stamp, months, stampPlusMonths}, {"+", months, stamp, swapped(stampPlusMonths)},
	{"+", stamp, days, stampPlusDays}, {"+", days, stamp, swapped(stampPlusDays)},
	{"+", stamp, calendar, stampPlusCalendar}, {"+", calendar, stamp, swapped(stampPlusCalendar)},
	{"+", stamp, none, stampPlusDays}, {"+", none, stamp, swapped(stampPlusDays)},
	{"+", clock, days, clockPlusDays}, {"+", days, clock, swapped(clockPlusDays)},
	{"+", clock, none, clockPlusDays}, {"+", none, clock, swapped(clockPlusDays)},
	{"+", months, months, monthsPlusMonths}, {"+", months, none, monthsPlusMonths}, {"+", none, months, monthsPlusMonths},
	{"+", days, days, daysPlusDays}, {"+", days, none, daysPlusDays}, {"+", none, days, daysPlusDays},
	{"+", calendar, calendar, calendarPlusCalendar}, {"+", calendar, none, calendarPlusCalendar},
	{"+", none, calendar, calendarPlusCalendar},

	{"-", date, numeric, dateMinusInt}, {"-", date, date, dateMinusDate},
	{"-", textual, date, dateMinusDate}, {"-", date, textual, dateMinusDate}, {"-", none, date, dateMinusDate},
	{"-", date, months, dateMinusMonths}, {"-", date, days, stampMinusDays}, {"-", date, none, stampMinusDays},
	{"-", date, onlyDays, dateMinusDays},
	{"-", date, calendar, dateMinusCalendar}, {"-", stamp, calendar, stampMinusCalendar},
	{"-", stamp, months, stampMinusMonths}, {"-", stamp, days, stampMinusDays}, {"-", stamp, none, stampMinusDays},
	{"-", stamp, stamp, stampMinusStamp}, {"-", stamp, date, stampMinusStamp}, {"-", date, stamp, stampMinusStamp},
	{"-", stamp, textual, stampMinusStamp}, {"-", textual, stamp, stampMinusStamp}, {"-", none, stamp, stampMinusStamp},
	{"-", clock, clock, clockMinusClock}, {"-", clock, days, clockMinusDays}, {"-", clock, none, clockMinusDays},
	{"-", months, months, monthsMinusMonths}, {"-", months, none, monthsMinusMonths}, {"-", none, months, monthsMinusMonths},
	{"-", days, days, daysMinusDays}, {"-", days, none, daysMinusDays}, {"-", none, days, daysMinusDays},
	{"-", calendar, calendar, calendarMinusCalendar}, {"-", calendar, none, calendarMinusCalendar},
	{"-", none, calendar, calendarMinusCalendar},

	{"*", months, numeric, monthsTimes}, {"*", numeric, months, monthsTimes}, {"*", months, none, monthsTimes},
	{"*", none, months, monthsTimes}, {"*", months, textual, monthsTimes}, {"*", textual, months, monthsTimes},
	{"*", days, numeric, daysTimes}, {"*", numeric, days, daysTimes}, {"*", days, none, daysTimes},
	{"*", none, days, daysTimes}, {"*", days, textual, daysTimes}, {"*", textual, days, daysTimes},
	{"*", calendar, numeric, calendarTimes}, {"*", numeric, calendar, calendarTimes}, {"*", calendar, none, calendarTimes},
	{"*", none, calendar, calendarTimes}, {"*", calendar, textual, calendarTimes}, {"*", textual, calendar, calendarTimes},
	{"/", months, numeric, monthsBy}, {"/", months, none, monthsBy}, {"/", months, textual, monthsBy},
	{"/", days, numeric, daysBy}, {"/", days, none, daysBy}, {"/", days, textual, daysBy},
	{"/", calendar, numeric, calendarBy}, {"/", calendar, none, calendarBy}, {"/", calendar, textual, calendarBy},
}

// swapped is an operator whose operands come the other way round; in names the
// time goes first.
func swapped(fn *expr.Function) *expr.Function {
	n := *fn
	n.Resolve = func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		return fn.Resolve(r, []expr.Expr{args[1], args[0]})
	}
	return &n
}

// infix is an operator on a time or interval: the types of its operands, and
// its name in columns, with parentheses or not.
type infix struct {
	name, op    string
	left, right param
	result      types.Kind
	parentheses bool
}

// function is the operator with this loop, made for the zone of the result.
func (o infix) function(kernel func(zone *datetime.Zone, ansi bool) expr.Kernel) *expr.Function {
	return &expr.Function{
		Name: o.name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			left, result := o.left, types.Of(o.result)
			if o.result == types.Timestamp && args[0].Type().Kind == types.TimestampNTZ {
				left, result = wall, wall.want
			}
			res, err := takes(o.name, result, left, o.right)(r, args)
			res.Text = args[0].String() + " " + o.op + " " + args[1].String()
			if o.parentheses {
				res.Text = "(" + res.Text + ")"
			}
			return res, err
		},
		Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
			return kernel(zoneFor(c.Typ, env), env.ANSI), nil
		},
	}
}

// The parameters of operators that take an interval of any fields.
var (
	yearMonth = param{want: types.Of(types.YearMonthInterval)}
	interval  = param{want: types.Of(types.CalendarInterval)}
)

// dated is an operator on a date and a number of days, which is named as the
// function.
func dated(name, shown string, sign int32) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			res, err := takes(shown, types.Of(types.Date), aDate, number)(r, args)
			res.Text = expr.CallText(shown, args)
			return res, err
		},
		Kernel: addDays(shown, sign).Kernel,
	}
}

// datedDays is an operator on a date and an interval of whole days.
func datedDays(name string, sign int32) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			count := "extractansiintervaldays(" + args[1].String() + ")"
			if sign < 0 {
				count = "(- " + count + ")"
			}
			return expr.Resolution{Args: args, Type: types.Of(types.Date), Nullable: expr.AnyNullable(args...),
				Text: "date_add(" + args[0].String() + ", " + count + ")"}, nil
		},
		Kernel: expr.Static(expr.Binary(func(d int32, micros int64) int32 {
			return d + sign*int32(micros/datetime.MicrosPerDay)
		})),
	}
}

// Operators between a date and something else.
var (
	datePlusInt    = dated("date + int", "date_add", 1)
	dateMinusInt   = dated("date - int", "date_sub", -1)
	datePlusDays   = datedDays("date + days", 1)
	dateMinusDays  = datedDays("date - days", -1)
	datePlusMonths = infix{name: "date + months", op: "+", left: aDate, right: yearMonth, result: types.Date}.function(
		func(*datetime.Zone, bool) expr.Kernel { return expr.BinaryErr(plusMonths) })
	dateMinusMonths = infix{name: "date - months", op: "-", left: aDate, right: yearMonth, result: types.Date}.function(
		func(*datetime.Zone, bool) expr.Kernel {
			return expr.BinaryErr(func(d, m int32) (int32, error) { return plusMonths(d, -m) })
		})
	datePlusCalendar  = infix{name: "date + interval", op: "+", left: aDate, right: interval, result: types.Date}.function(dateCalendar(1))
	dateMinusCalendar = infix{name: "date - interval", op: "-", left: aDate, right: interval, result: types.Date}.function(dateCalendar(-1))
	dateMinusDate     = minusDate()
)

// minusDate is date - date: the days between.
func minusDate() *expr.Function {
	result := types.Type{Kind: types.DayTimeInterval, First: types.DayField, Last: types.DayField}
	return &expr.Function{
		Name: "date - date",
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			res, err := takes("-", result, aDate, aDate)(r, args)
			res.Text = "(" + args[0].String() + " - " + args[1].String() + ")"
			return res, err
		},
		Kernel: expr.Static(expr.Binary(func(end, start int32) int64 {
			return (int64(end) - int64(start)) * datetime.MicrosPerDay
		})),
	}
}

// dateCalendar adds months and days to dates. In ANSI mode an interval with a
// time of day is an error; otherwise the time is added to midnight.
func dateCalendar(sign int32) func(*datetime.Zone, bool) expr.Kernel {
	return func(_ *datetime.Zone, ansi bool) expr.Kernel {
		return expr.BinaryErr(func(d int32, v types.Interval) (int32, error) {
			if ansi && v.Micros != 0 {
				return 0, fault.New(fault.MicrosAddedToDate, "hours and smaller units cannot be added to a date; cast it to a timestamp")
			}
			local, ok := datetime.AddInterval(int64(d)*datetime.MicrosPerDay, sign*v.Months, sign*v.Days, int64(sign)*v.Micros)
			if !ok {
				return 0, outOfRange()
			}
			day, _ := datetime.SplitDay(local)
			return int32(day), nil
		})
	}
}

// Operators between a timestamp and something else.
var (
	stampPlusMonths    = stamped("timestamp + months", "+", yearMonth).function(plusMonthsAt(1))
	stampMinusMonths   = stamped("timestamp - months", "-", yearMonth).function(plusMonthsAt(-1))
	stampPlusDays      = stamped("timestamp + days", "+", dayTime).function(plusDaysAt(1))
	stampMinusDays     = stamped("timestamp - days", "-", dayTime).function(plusDaysAt(-1))
	stampPlusCalendar  = stamped("timestamp + interval", "+", interval).function(plusCalendarAt(1))
	stampMinusCalendar = stamped("timestamp - interval", "-", interval).function(plusCalendarAt(-1))
	stampMinusStamp    = minusStamp()
)

func stamped(name, op string, right param) infix {
	return infix{name: name, op: op, left: instant, right: right, result: types.Timestamp}
}

func plusMonthsAt(sign int32) func(*datetime.Zone, bool) expr.Kernel {
	return func(zone *datetime.Zone, _ bool) expr.Kernel {
		return expr.BinaryErr(func(v int64, m int32) (int64, error) { return plusAt(v, sign*m, 0, 0, zone) })
	}
}

// plusAt is an instant and an interval: months and days of the clock, then
// microseconds that go by.
func plusAt(v int64, months, days int32, micros int64, zone *datetime.Zone) (int64, error) {
	v, ok := datetime.AddIntervalAt(v, months, days, micros, zone)
	if !ok {
		return 0, outOfRange()
	}
	return v, nil
}

// plusDaysAt adds days of the clock and the rest as time that goes by; with one
// offset for all time that is one sum.
func plusDaysAt(sign int64) func(*datetime.Zone, bool) expr.Kernel {
	return func(zone *datetime.Zone, _ bool) expr.Kernel {
		if _, fixed := zone.Fixed(); fixed {
			return expr.BinaryErr(func(v, d int64) (int64, error) {
				d *= sign
				if sum := v + d; (sum >= v) == (d >= 0) {
					return sum, nil
				}
				return 0, outOfRange()
			})
		}
		return expr.BinaryErr(func(v, d int64) (int64, error) {
			d *= sign
			return plusAt(v, 0, int32(d/datetime.MicrosPerDay), d%datetime.MicrosPerDay, zone)
		})
	}
}

func plusCalendarAt(sign int32) func(*datetime.Zone, bool) expr.Kernel {
	return func(zone *datetime.Zone, _ bool) expr.Kernel {
		return expr.BinaryErr(func(v int64, i types.Interval) (int64, error) {
			return plusAt(v, sign*i.Months, sign*i.Days, int64(sign)*i.Micros, zone)
		})
	}
}

// minusStamp is timestamp - timestamp: the time between, by the clock. Where one
// of them has no zone both are taken so.
func minusStamp() *expr.Function {
	return &expr.Function{
		Name: "timestamp - timestamp",
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			p := instant
			if a, b := args[0].Type().Kind, args[1].Type().Kind; a != types.Timestamp && b != types.Timestamp {
				p = wall
			}
			res, err := takes("-", types.Of(types.DayTimeInterval), p, p)(r, args)
			res.Text = "(" + args[0].String() + " - " + args[1].String() + ")"
			return res, err
		},
		Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
			near := offsets{zone: zoneFor(c.Args[0].Type(), env)}
			return expr.BinaryErr(func(end, start int64) (int64, error) {
				a, b := end+near.at(end), start+near.at(start)
				diff := a - b
				if (diff <= a) != (b >= 0) {
					return 0, intervalOverflow()
				}
				return diff, nil
			}), nil
		},
	}
}

// Operators on times of day.
var (
	clockPlusDays   = timeOfDay("time + days", "+", 1)
	clockMinusDays  = timeOfDay("time - days", "-", -1)
	clockMinusClock = minusClock()
)

// timeOfDay is time + interval; beyond the day is an error.
func timeOfDay(name, op string, sign int64) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			result := args[0].Type()
			if args[1].Type().Kind == types.DayTimeInterval && args[1].Type().Last == types.SecondField {
				result.Precision = max(result.Precision, 6)
			}
			res, err := takes(op, result, param{want: args[0].Type()}, dayTime)(r, args)
			res.Text = args[0].String() + " " + op + " " + args[1].String()
			return res, err
		},
		Kernel: expr.Static(expr.BinaryErr(func(nanos, micros int64) (int64, error) {
			hi, lo := bits.Mul64(uint64(max(micros, -micros)), 1000)
			if v := nanos + sign*micros*1000; hi == 0 && lo < 1<<62 && v >= 0 && v < datetime.MicrosPerDay*1000 {
				return v, nil
			}
			return 0, fault.New(fault.DatetimeOverflow, "the result lies beyond the day").With("operation", "add an interval to a time")
		})),
	}
}

// minusClock is time - time.
func minusClock() *expr.Function {
	result := types.Type{Kind: types.DayTimeInterval, First: types.HourField, Last: types.SecondField}
	return &expr.Function{
		Name: "time - time",
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			res, err := takes("-", result, aTime, aTime)(r, args)
			res.Text = args[0].String() + " - " + args[1].String()
			return res, err
		},
		Kernel: expr.Static(expr.Binary(func(end, start int64) int64 { return (end - start) / 1000 })),
	}
}
