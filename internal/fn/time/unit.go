package time

import (
	"math"
	"math/bits"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// span is what a unit of timestampadd is long: months, or days, or microseconds.
type span struct {
	months, days int32
	micros       int64
}

// spans are the units of timestampadd and timestampdiff.
var spans = map[string]span{
	"MICROSECOND": {micros: 1}, "MILLISECOND": {micros: datetime.MicrosPerMilli},
	"SECOND": {micros: datetime.MicrosPerSecond}, "MINUTE": {micros: datetime.MicrosPerMinute},
	"HOUR": {micros: datetime.MicrosPerHour}, "DAY": {days: 1}, "DAYOFYEAR": {days: 1}, "WEEK": {days: 7},
	"MONTH": {months: 1}, "QUARTER": {months: 3}, "YEAR": {months: 12},
}

// unitOf is the unit that the first argument of a call names.
func unitOf(name string, args []expr.Expr) (span, error) {
	if l, ok := args[0].(*expr.Literal); ok {
		if word, ok := l.Value.(string); ok {
			if s, ok := spans[strings.ToUpper(word)]; ok {
				return s, nil
			}
		}
	}
	return span{}, fault.New(fault.InvalidDatetimeUnit, "%s is no unit that %s counts in", args[0], name).
		With("functionName", "`"+name+"`").With("parameter", "`unit`").With("invalidValue", "'"+args[0].String()+"'")
}

// timestampAdd is timestampadd(unit, quantity, ts).
func timestampAdd(name string) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 3 {
				return expr.Resolution{}, expr.WrongCount(name, "3", len(args))
			}
			if _, err := unitOf(name, args); err != nil {
				return expr.Resolution{}, err
			}
			time := instant
			if args[2].Type().Kind == types.TimestampNTZ {
				time = wall
			}
			res, err := takes(name, time.want, text, long, time)(r, args)
			res.Text = expr.CallText("timestampadd", args)
			return res, err
		},
		Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
			s, err := unitOf(name, c.Args)
			zone := zoneFor(c.Typ, env)
			k := expr.BinaryErr(func(n, v int64) (int64, error) { return s.add(n, v, zone) })
			return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
				return k(out, args[1:], rows, sel)
			}, err
		},
	}
}

// add is n units after an instant.
func (s span) add(n, v int64, zone *datetime.Zone) (int64, error) {
	months, days, micros := int64(s.months), int64(s.days), s.micros
	switch hi, lo := bits.Mul64(uint64(max(n, -n)), uint64(months+days+micros)); {
	case hi != 0 || lo > math.MaxInt64 || n == math.MinInt64:
		return 0, outOfRange()
	case micros == 0 && lo > math.MaxInt32:
		return 0, outOfRange()
	}
	v, ok := datetime.AddIntervalAt(v, int32(n*months), int32(n*days), n*micros, zone)
	if !ok {
		return 0, outOfRange()
	}
	return v, nil
}

// timestampDiff is timestampdiff(unit, start, end): whole units between, by the
// clock.
func timestampDiff(name string) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 3 {
				return expr.Resolution{}, expr.WrongCount(name, "3", len(args))
			}
			if _, err := unitOf(name, args); err != nil {
				return expr.Resolution{}, err
			}
			res, err := takes(name, types.Of(types.Long), text, instant, instant)(r, args)
			res.Text = expr.CallText("timestampdiff", args)
			return res, err
		},
		Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
			s, err := unitOf(name, c.Args)
			near := offsets{zone: zoneOf(env)}
			k := expr.Binary(func(start, end int64) int64 {
				return s.between(start+near.at(start), end+near.at(end))
			})
			return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
				return k(out, args[1:], rows, sel)
			}, err
		},
	}
}

// between is how many whole units lie between two local times.
func (s span) between(start, end int64) int64 {
	switch {
	case s.micros > 0:
		return (end - start) / s.micros
	case s.days > 0:
		return (end - start) / (int64(s.days) * datetime.MicrosPerDay)
	}
	startDay, startRest := datetime.SplitDay(start)
	endDay, endRest := datetime.SplitDay(end)
	switch { // a day that is not over does not count
	case endDay > startDay && endRest < startRest:
		endDay--
	case endDay < startDay && endRest > startRest:
		endDay++
	}
	a, b := datetime.CivilOf(startDay), datetime.CivilOf(endDay)
	packedA, packedB := (a.Year*12+int64(a.Month))*32+int64(a.Day), (b.Year*12+int64(b.Month))*32+int64(b.Day)
	return (packedB - packedA) / 32 / int64(s.months)
}
