package cast

import (
	"strconv"

	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

func (c *rules) fromDatetime() expr.Kernel {
	switch c.from.Kind {
	case types.Date:
		return c.fromDate()
	case types.Time:
		return c.fromTime()
	case types.TimestampNTZ:
		switch c.to.Kind {
		case types.TimestampNTZ:
			return share
		case types.Timestamp:
			return expr.Unary(c.zone.ToUTC)
		case types.Date:
			return expr.Unary(dayOf)
		case types.Time:
			return c.timeOfDay(func(v int64) int64 { return v })
		}
		return nil
	}
	switch c.to.Kind {
	case types.Timestamp:
		return share
	case types.TimestampNTZ:
		return expr.Unary(c.zone.ToLocal)
	case types.Date:
		return expr.Unary(func(v int64) int32 { return dayOf(c.zone.ToLocal(v)) })
	case types.Time:
		return c.timeOfDay(c.zone.ToLocal)
	default:
		return c.fromSeconds()
	}
}

func (c *rules) timeOfDay(local func(int64) int64) expr.Kernel {
	unit := timeUnit(c.to.Precision)
	return expr.Unary(func(v int64) int64 {
		_, of := datetime.SplitDay(local(v))
		return of*1000 - of*1000%unit
	})
}

func dayOf(local int64) int32 {
	days, _ := datetime.SplitDay(local)
	return int32(days)
}

func (c *rules) fromDate() expr.Kernel {
	switch c.to.Kind {
	case types.Date:
		return share
	case types.Timestamp:
		return expr.Unary(func(d int32) int64 { return c.zone.ToUTC(int64(d) * datetime.MicrosPerDay) })
	case types.TimestampNTZ:
		return expr.Unary(func(d int32) int64 { return int64(d) * datetime.MicrosPerDay })
	default:
		return allNull // outside ANSI mode a date is no number, but may be asked to be one
	}
}

func (c *rules) fromTime() expr.Kernel {
	switch {
	case c.to.Kind == types.Time:
		unit := timeUnit(c.to.Precision)
		return expr.Unary(func(v int64) int64 { return v - v%unit })
	case c.to.Kind == types.TimestampNTZ:
		return expr.Unary(func(v int64) int64 { return int64(c.today())*datetime.MicrosPerDay + v/1000 })
	case c.to.Kind == types.Timestamp:
		return expr.Unary(func(v int64) int64 {
			return c.zone.ToUTC(int64(c.today())*datetime.MicrosPerDay + v/1000)
		})
	case c.to.Kind == types.Int:
		return expr.Unary(func(v int64) int32 { return int32(v / 1e9) })
	case c.to.Kind == types.Long:
		return expr.Unary(func(v int64) int64 { return v / 1e9 })
	case c.to.Kind == types.Decimal128:
		return convert(c, func(v int64) (types.Decimal, bool) {
			d, ok := types.DecimalFromInt64(v).RescaleBy(9, c.to.Scale, types.Down)
			return d, ok && d.FitsPrecision(c.to.Precision)
		}, func(v int64) error { return c.outOfRange(strconv.FormatInt(v/1e9, 10)) })
	default:
		return nil
	}
}

// fromSeconds is the cast of an instant to a number: seconds since the epoch.
func (c *rules) fromSeconds() expr.Kernel {
	refuse := func(v int64) error { return c.overflow(strconv.FormatInt(floorDiv(v, 1e6), 10)) }
	switch c.to.Kind {
	case types.Byte:
		return convert(c, secondsTo[int8](c), refuse)
	case types.Short:
		return convert(c, secondsTo[int16](c), refuse)
	case types.Int:
		return convert(c, secondsTo[int32](c), refuse)
	case types.Long:
		return convert(c, secondsTo[int64](c), refuse)
	case types.Float:
		return expr.Unary(func(v int64) float32 { return float32(float64(v) / 1e6) })
	case types.Double:
		return expr.Unary(func(v int64) float64 { return float64(v) / 1e6 })
	case types.Boolean:
		return expr.Unary(func(v int64) bool { return v != 0 })
	case types.Decimal128:
		return convert(c, func(v int64) (types.Decimal, bool) {
			d, ok := types.DecimalFromInt64(v).Rescale(6, c.to.Scale)
			return d, ok && d.FitsPrecision(c.to.Precision)
		}, func(v int64) error { return c.outOfRange(types.DecimalFromInt64(v).Format(6)) })
	default:
		return nil
	}
}

func secondsTo[R integer](c *rules) func(int64) (R, bool) {
	return func(v int64) (R, bool) {
		s := floorDiv(v, 1e6)
		return R(s), c.wrap || int64(R(s)) == s
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// unitMicros is the length of a field of a day-time interval.
func unitMicros(f types.IntervalField) int64 {
	switch f {
	case types.DayField:
		return datetime.MicrosPerDay
	case types.HourField:
		return datetime.MicrosPerHour
	case types.MinuteField:
		return datetime.MicrosPerMinute
	default:
		return datetime.MicrosPerSecond
	}
}

// fromInterval cuts an interval to the fields of the type, or counts its one
// field as a number.
func (c *rules) fromInterval() expr.Kernel {
	if c.from.Kind == types.YearMonthInterval {
		unit := int32(1)
		if c.from.Last == types.YearField {
			unit = 12
		}
		switch {
		case c.to.Kind == types.YearMonthInterval && c.to.Last == types.YearField:
			return expr.Unary(func(v int32) int32 { return v - v%12 })
		case c.to.Kind == types.YearMonthInterval:
			return share
		default:
			return numberKernel(c, func(v int32) int64 { return int64(v / unit) })
		}
	}
	if c.to.Kind != types.DayTimeInterval {
		unit := unitMicros(c.from.Last)
		if c.to.Kind == types.Decimal128 && c.from.Last == types.SecondField {
			return convert(c, func(v int64) (types.Decimal, bool) {
				d, ok := types.DecimalFromInt64(v).Rescale(6, c.to.Scale)
				return d, ok && d.FitsPrecision(c.to.Precision)
			}, func(v int64) error { return c.outOfRange(types.DecimalFromInt64(v).Format(6)) })
		}
		return numberKernel(c, func(v int64) int64 { return v / unit })
	}
	if c.to.Last == types.SecondField {
		return share
	}
	unit := unitMicros(c.to.Last)
	return expr.Unary(func(v int64) int64 { return v - v%unit })
}

func numberKernel[A int32 | int64](c *rules, count func(A) int64) expr.Kernel {
	refuse := func(v A) error { return c.overflow(strconv.FormatInt(count(v), 10)) }
	switch c.to.Kind {
	case types.Byte:
		return convert(c, countAs[A, int8](count), refuse)
	case types.Short:
		return convert(c, countAs[A, int16](count), refuse)
	case types.Int:
		return convert(c, countAs[A, int32](count), refuse)
	case types.Long:
		return convert(c, countAs[A, int64](count), refuse)
	case types.Decimal128:
		return convert(c, func(v A) (types.Decimal, bool) {
			d, ok := types.DecimalFromInt64(count(v)).Rescale(0, c.to.Scale)
			return d, ok && d.FitsPrecision(c.to.Precision)
		}, func(v A) error { return c.outOfRange(strconv.FormatInt(count(v), 10)) })
	default:
		return nil
	}
}

func countAs[A int32 | int64, R integer](count func(A) int64) func(A) (R, bool) {
	return func(v A) (R, bool) {
		n := count(v)
		return R(n), int64(R(n)) == n
	}
}
