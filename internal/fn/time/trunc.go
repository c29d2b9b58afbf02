package time

import (
	"math"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// units finds the units that rows name; equal names that follow each other are
// looked up once.
type units struct {
	name string
	unit datetime.Unit
	set  bool
}

func (u *units) get(name string) datetime.Unit {
	if !u.set || u.name != name {
		u.name, u.unit, u.set = strings.Clone(name), datetime.ParseUnit(name), true
	}
	return u.unit
}

// dateTrunc is date_trunc(unit, ts): the beginning of the unit; null where there
// is no such unit.
var dateTrunc = &expr.Function{
	Name:    "date_trunc",
	Resolve: orNull(takes("date_trunc", types.Of(types.Timestamp), text, instant), true),
	Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
		c := &cutter{near: offsets{zone: zoneOf(env)}}
		return c.kernel, nil
	},
}

// cutter cuts instants to units of the session's clock.
type cutter struct {
	units
	near offsets
}

func (c *cutter) kernel(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	names, micros, to := expr.ArgOf[string](args[0]), expr.ArgOf[int64](args[1]), batch.Values[int64](out)
	name, fixed := names.Constant()
	if !fixed {
		for _, i := range expr.Rows(rows, sel) {
			if u := c.get(names.At(i)); u == datetime.NoUnit {
				out.SetNull(int(i))
			} else {
				to[i] = datetime.Trunc(micros.At(i), u, c.near.zone)
			}
		}
		return nil
	}
	switch u := c.get(name); {
	case u == datetime.NoUnit:
		out.SetAllNull()
	case u <= datetime.Hour:
		for _, i := range expr.Rows(rows, sel) {
			v := micros.At(i)
			offset := c.near.at(v)
			to[i] = datetime.TruncLocal(v+offset, u) - offset
		}
	default:
		c.days(u, to, micros, expr.Rows(rows, sel))
	}
	return nil
}

// days cuts to a day and more. Rows of one day have one result.
func (c *cutter) days(u datetime.Unit, to []int64, micros expr.Arg[int64], rows []int32) {
	start, end, result := int64(math.MaxInt64), int64(math.MinInt64), int64(0)
	for _, i := range rows {
		v := micros.At(i)
		if v < start || v >= end {
			offset, from, until := c.near.zone.Span(v)
			day, _ := datetime.SplitDay(v + offset)
			start = max(from, day*datetime.MicrosPerDay-offset)
			end = min(until, (day+1)*datetime.MicrosPerDay-offset)
			result = datetime.Trunc(v, u, c.near.zone)
		}
		to[i] = result
	}
}

// truncDate is trunc(date, unit), of a week and more.
var truncDate = &expr.Function{
	Name:    "trunc",
	Resolve: orNull(takes("trunc", types.Of(types.Date), aDate, text), true),
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		var u units
		return expr.BinaryOK(func(d int32, name string) (int32, bool) {
			unit := u.get(name)
			return datetime.TruncDate(d, unit), unit >= datetime.Week
		}), nil
	},
}
