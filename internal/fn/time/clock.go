package time

import (
	"math"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Nanoseconds of a day and of its parts.
const (
	nanosPerMicro  = 1_000
	nanosPerSecond = 1_000_000_000
	nanosPerDay    = 86_400 * nanosPerSecond
)

// clockFunctions are the functions of times of day.
var clockFunctions = []*expr.Function{
	makeTime, readTime("to_time", false), readTime("try_to_time", true),
	timeFrom("time_from_seconds", nanosPerSecond), timeFrom("time_from_millis", 1_000_000), timeFrom("time_from_micros", nanosPerMicro),
	timeToSeconds, timeTo("time_to_millis", 1_000_000), timeTo("time_to_micros", nanosPerMicro),
	timeTrunc, timeDiff, timeBucket,
}

// clockUnits are the units of times of day in nanoseconds.
var clockUnits = map[string]int64{
	"HOUR": 3600 * nanosPerSecond, "MINUTE": 60 * nanosPerSecond, "SECOND": nanosPerSecond,
	"MILLISECOND": 1_000_000, "MICROSECOND": nanosPerMicro,
}

func clockUnit(function, name string) (int64, error) {
	if n := clockUnits[strings.ToUpper(name)]; n > 0 {
		return n, nil
	}
	return 0, fault.New(fault.TimeUnit, "'%s' is no unit of %s: there are HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND",
		name, function).With("functionName", "`"+function+"`").With("invalidValue", "'"+name+"'")
}

// makeTime is make_time(hour, minute, second).
var makeTime = &expr.Function{
	Name:    "make_time",
	Resolve: takes("make_time", types.Of(types.Time), number, number, fraction),
	Kernel: expr.Static(expr.TernaryErr(func(h, m int32, s types.Decimal) (int64, error) {
		micros, _ := s.Int64()
		if h < 0 || h > 23 || m < 0 || m > 59 || micros < 0 || micros >= 60_000_000 {
			return 0, outOfBounds("%d:%d:%s is no time of the day", h, m, s.Format(6))
		}
		return (int64(h)*3600+int64(m)*60)*nanosPerSecond + micros*nanosPerMicro, nil
	})),
}

// readTime is to_time(text, pattern); without a pattern it reads what a cast does.
func readTime(name string, try bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			cast, err := takeAll(r, name, 1, args, text, text)
			res := expr.Resolution{Args: cast, Type: types.Of(types.Time), Nullable: try || expr.AnyNullable(cast...)}
			if try {
				res.Text = name + "(" + expr.CallText("to_time", args) + ")"
			}
			return res, err
		},
		Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
			var pattern *datetime.Pattern
			return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
				from, to := expr.ArgOf[string](args[0]), batch.Values[int64](out)
				for _, i := range expr.Rows(rows, sel) {
					s, ok := from.At(i), false
					if len(args) == 1 {
						to[i], ok = datetime.ParseTime(strings.TrimSpace(s))
					} else {
						format := expr.ArgOf[string](args[1]).At(i)
						if pattern == nil || pattern.String() != format {
							var err error
							if pattern, err = datetime.Compile(strings.Clone(format)); err != nil {
								return err
							}
						}
						var micros int64
						micros, ok = pattern.ParseLocal(s)
						to[i] = (micros % datetime.MicrosPerDay) * nanosPerMicro
					}
					switch {
					case ok:
					case try:
						out.SetNull(int(i))
					default:
						return fault.New(fault.CannotParseTime, "'%s' is no time of the day; try_to_time gives NULL instead", s).
							With("input", "'"+s+"'")
					}
				}
				return nil
			}, nil
		},
	}
}

// timeFrom is time_from_seconds and its like: the time so many units after midnight.
func timeFrom(name string, unit int64) *expr.Function {
	bounds := func(v any) error { return outOfBounds("%v is not within a day", v) }
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			p := long
			if len(args) == 1 && args[0].Type().Kind == types.String {
				return expr.Resolution{}, expr.Unexpected(name, 0, "\"INTEGRAL\"", args[0])
			}
			if len(args) == 1 && unit == nanosPerSecond {
				switch t := args[0].Type(); {
				case t.Kind == types.Decimal128:
					p = param{want: types.DecimalOf(types.MaxPrecision, 9)}
				case t.Fractional():
					p = param{want: types.Of(types.Double)}
				}
			}
			return takes(name, types.Of(types.Time), p)(r, args)
		},
		Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
			switch c.Args[0].Type().Kind {
			case types.Double:
				return expr.UnaryErr(func(v float64) (int64, error) {
					if !(v >= 0 && v < 86400) {
						return 0, bounds(v)
					}
					return int64(math.Floor(v*1e6)) * nanosPerMicro, nil
				}), nil
			case types.Decimal128:
				return expr.UnaryErr(func(v types.Decimal) (int64, error) {
					n, ok := v.Int64()
					if !ok || n < 0 || n >= nanosPerDay {
						return 0, bounds(v.Format(9))
					}
					return n - n%nanosPerMicro, nil
				}), nil
			}
			return expr.UnaryErr(func(v int64) (int64, error) {
				if v < 0 || v >= nanosPerDay/unit {
					return 0, bounds(v)
				}
				return v * unit, nil
			}), nil
		},
	}
}

// timeTo is time_to_millis and its like.
func timeTo(name string, unit int64) *expr.Function {
	return &expr.Function{
		Name:    name,
		Resolve: takes(name, types.Of(types.Long), aTime),
		Kernel:  expr.Static(expr.Unary(func(v int64) int64 { return v / unit })),
		Total:   true,
	}
}

// timeToSeconds is time_to_seconds(time), with a fraction.
var timeToSeconds = &expr.Function{
	Name:    "time_to_seconds",
	Resolve: takes("time_to_seconds", types.DecimalOf(14, 6), aTime),
	Kernel:  expr.Static(expr.Unary(func(v int64) types.Decimal { return types.DecimalFromInt64(v / nanosPerMicro) })),
	Total:   true,
}

// timeTrunc is time_trunc(unit, time).
var timeTrunc = &expr.Function{
	Name:    "time_trunc",
	Resolve: takes("time_trunc", types.Of(types.Time), text, aTime),
	Kernel: expr.Static(expr.BinaryErr(func(unit string, v int64) (int64, error) {
		n, err := clockUnit("time_trunc", unit)
		if err != nil {
			return 0, err
		}
		return v - v%n, nil
	})),
}

// timeDiff is time_diff(unit, start, end): whole units.
var timeDiff = &expr.Function{
	Name:    "time_diff",
	Resolve: takes("time_diff", types.Of(types.Long), text, aTime, aTime),
	Kernel: expr.Static(expr.TernaryErr(func(unit string, start, end int64) (int64, error) {
		n, err := clockUnit("time_diff", unit)
		if err != nil {
			return 0, err
		}
		return (end - start) / n, nil
	})),
}

// timeBucket is time_bucket(width, time, origin): the beginning of the bucket of the
// time, where buckets begin at the origin, the epoch if none is given.
var timeBucket = &expr.Function{
	Name: "time_bucket",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 2 && len(args) != 3 {
			return expr.Resolution{}, expr.WrongCount("time_bucket", "2 or 3", len(args))
		}
		switch args[0].Type().Kind {
		case types.DayTimeInterval, types.YearMonthInterval:
		default:
			return expr.Resolution{}, expr.Unexpected("time_bucket", 0, "(\"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")", args[0])
		}
		if l, ok := args[0].(*expr.Literal); ok && !positive(l.Value) {
			return expr.Resolution{}, fault.New(fault.ValueOutOfRange, "the width of time_bucket must be positive, not %s", l).
				With("exprName", "bucketWidth").With("currentValue", l.String())
		}
		p := instant
		if args[1].Type().Kind == types.TimestampNTZ {
			p = wall
		}
		all := args
		if len(args) == 2 {
			zone := datetime.UTC
			if p.want.Kind == types.Timestamp && r.Location != nil {
				zone = datetime.NewZone(r.Location)
			}
			all = append(args[:2:2], &expr.Literal{Value: zone.ToUTC(0), Typ: p.want})
		}
		cast, err := takeAll(r, "time_bucket", 3, all, param{want: args[0].Type()}, p, p)
		return expr.Resolution{Args: cast, Type: p.want, Nullable: expr.AnyNullable(cast...),
			Text: expr.CallText("time_bucket", all)}, err
	},
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		if c.Args[0].Type().Kind == types.DayTimeInterval {
			return expr.Ternary(func(width, v, origin int64) int64 {
				return origin + floorDiv(v-origin, width)*width
			}), nil
		}
		zone := zoneFor(c.Typ, env)
		return expr.TernaryErr(func(width int32, v, origin int64) (int64, error) {
			return monthBucket(int64(width), zone.ToLocal(v), zone.ToLocal(origin), zone)
		}), nil
	},
}

func positive(v any) bool {
	switch v := v.(type) {
	case int32:
		return v > 0
	case int64:
		return v > 0
	}
	return true
}

// monthBucket is the beginning of the bucket of width months; the times are local.
func monthBucket(width, local, origin int64, zone *datetime.Zone) (int64, error) {
	day, _ := datetime.SplitDay(local)
	first, ofDay := datetime.SplitDay(origin)
	d, o := datetime.CivilOf(day), datetime.CivilOf(first)
	months := (d.Year-o.Year)*12 + int64(d.Month-o.Month)
	n := floorDiv(months, width) * width
	for {
		start, ok := datetime.AddMonths(int32(first), int32(n))
		if !ok {
			return 0, fault.New(fault.DatetimeOverflow, "a bucket begins beyond what a timestamp holds")
		}
		at := int64(start)*datetime.MicrosPerDay + ofDay
		if at <= local {
			return zone.ToUTC(at), nil
		}
		n -= width
	}
}
