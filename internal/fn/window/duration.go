package window

import (
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// microsPerDay counts a day of an interval as 24 hours.
const microsPerDay = 24 * 60 * 60 * 1_000_000

// duration reads a literal duration in microseconds: text such as '10 seconds', a
// whole number of microseconds, or an interval of days to seconds.
func duration(name string, index int, e expr.Expr) (int64, error) {
	for {
		c, ok := e.(*expr.Cast)
		if !ok {
			break
		}
		e = c.Child
	}
	l, ok := e.(*expr.Literal)
	if !ok {
		return 0, notConstant(name, index, e)
	}
	switch v := l.Value.(type) {
	case string:
		return micros(v)
	case int32:
		return int64(v), nil
	case int64:
		return v, nil
	case types.Interval:
		return intervalMicros(v, l.String())
	default:
		return 0, notConstant(name, index, e)
	}
}

func notConstant(name string, index int, e expr.Expr) error {
	return fault.New(fault.NonFoldable, "argument %d of %s must be a literal, text such as '10 seconds' or a number of "+
		"microseconds, not %s", index+1, name, e).With("inputExpr", e.String())
}

// micros reads a duration from text.
func micros(text string) (int64, error) {
	v, ok := datetime.ParseInterval(text)
	if !ok {
		return 0, fault.New(fault.CannotParseInterval, "%q is no interval such as '10 seconds' or '1 hour 30 minutes'", text).
			With("intervalString", "'"+text+"'")
	}
	return intervalMicros(v, text)
}

func intervalMicros(v types.Interval, text string) (int64, error) {
	if v.Months != 0 {
		return 0, fault.New(fault.IllegalArgument, "a window or gap of months is not supported, as months differ in length: %s", text)
	}
	return int64(v.Days)*microsPerDay + v.Micros, nil
}
