package time

import (
	"math"

	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// sinceEpoch is unix_seconds(ts) and its like: how many units since the epoch.
func sinceEpoch(name string, unit int64) *expr.Function {
	return &expr.Function{
		Name:    name,
		Resolve: takes(name, types.Of(types.Long), instant),
		Kernel:  expr.Static(expr.Unary(func(v int64) int64 { return floorDiv(v, unit) })),
		Total:   true,
	}
}

// unixDate is unix_date(date): days since the epoch.
var unixDate = &expr.Function{
	Name:    "unix_date",
	Resolve: takes("unix_date", types.Of(types.Int), aDate),
	Kernel:  expr.Static(same[int32]),
	Total:   true,
}

// fromUnixDate is date_from_unix_date(days).
var fromUnixDate = &expr.Function{
	Name:    "date_from_unix_date",
	Resolve: takes("date_from_unix_date", types.Of(types.Date), number),
	Kernel:  expr.Static(same[int32]),
	Total:   true,
}

// fromEpoch is timestamp_millis(n) and its like, of whole units.
func fromEpoch(name string, unit int64) *expr.Function {
	return &expr.Function{
		Name:    name,
		Resolve: takes(name, types.Of(types.Timestamp), long),
		Kernel: expr.Static(expr.UnaryErr(func(v int64) (int64, error) {
			if v > math.MaxInt64/unit || v < math.MinInt64/unit {
				return 0, tooLong()
			}
			return v * unit, nil
		})),
	}
}

func tooLong() error {
	return fault.New(fault.DatetimeOverflow, "the time does not fit a timestamp").With("operation", "make a timestamp of a number")
}

// timestampSeconds is timestamp_seconds(n), of seconds with their fraction.
var timestampSeconds = &expr.Function{
	Name: "timestamp_seconds",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		p := long
		if len(args) == 1 {
			switch t := args[0].Type(); t.Kind {
			case types.Decimal128, types.Double:
				p = param{want: t}
			case types.Float:
				p = param{want: types.Of(types.Double)}
			}
		}
		return orNull(takes("timestamp_seconds", types.Of(types.Timestamp), p), p.want.Kind == types.Double)(r, args)
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		switch t := c.Args[0].Type(); t.Kind {
		case types.Decimal128:
			return expr.UnaryErr(func(d types.Decimal) (int64, error) { return decimalMicros(d, t.Scale) }), nil
		case types.Double:
			return expr.UnaryOK(func(f float64) (int64, bool) {
				f *= float64(datetime.MicrosPerSecond)
				return int64(max(-1<<63, min(f, 1<<63-1024))), f == f && !math.IsInf(f, 0)
			}), nil
		default:
			return fromEpoch("timestamp_seconds", datetime.MicrosPerSecond).Kernel(c, nil)
		}
	},
}

// decimalMicros is a number of seconds in microseconds; digits behind them are an
// error.
func decimalMicros(d types.Decimal, scale int) (int64, error) {
	v, ok := d.RescaleBy(scale, 6, types.Down)
	if back, exact := v.RescaleBy(6, scale, types.Down); !exact || scale > 6 && back != d {
		return 0, fault.New(fault.ArithmeticOverflow, "%s has digits beyond microseconds", d.Format(scale)).
			With("message", "Rounding necessary")
	}
	micros, fits := v.Int64()
	if !ok || !fits {
		return 0, tooLong()
	}
	return micros, nil
}
