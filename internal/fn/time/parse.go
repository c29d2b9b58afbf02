package time

import (
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// parsing is a function that reads a text: to_date(text, pattern) and its like.
// Without a pattern, and of what is no text, it is a cast.
func parsing(name string, result types.Type, try bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			return resolveParsing(r, name, result, try, args)
		},
		Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
			if len(c.Args) == 1 {
				if result.Kind == types.Date {
					return same[int32], nil
				}
				return same[int64], nil
			}
			p := &reader{zone: zoneOf(env), raise: env.ANSI && !try, to: result.Kind}
			return p.kernel, nil
		},
	}
}

func resolveParsing(r *expr.Resolver, name string, result types.Type, try bool, args []expr.Expr) (expr.Resolution, error) {
	res := expr.Resolution{Type: result, Text: expr.CallText(name, args)}
	if len(args) != 1 && len(args) != 2 {
		return res, expr.WrongCount(name, "1 or 2", len(args))
	}
	t := args[0].Type()
	if len(args) == 2 && (t.Kind == types.String || t.Kind == types.Null) {
		cast, err := takeAll(r, name, 2, args, text, text)
		res.Args, res.Nullable = cast, try || !r.ANSI || err == nil && expr.AnyNullable(cast...)
		return res, err
	}
	castable := t.Datetime() || t.Kind == types.String || t.Kind == types.Null ||
		result.Kind == types.Timestamp && (t.Numeric() || t.Kind == types.Boolean) && len(args) == 1
	if !castable {
		return res, expr.Unexpected(name, 0, "(\"STRING\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\")", args[0])
	}
	e := expr.CastTo(args[0], result)
	if c, ok := e.(*expr.Cast); ok && try && c != args[0] {
		c.Mode = expr.CastTry
	}
	res.Args, res.Nullable = []expr.Expr{e}, e.Nullable() || t.Kind == types.String && !r.ANSI
	return res, nil
}

// reader reads texts by a pattern.
type reader struct {
	patterns
	zone  *datetime.Zone
	raise bool       // what cannot be read is an error, else null
	to    types.Kind // Date, Timestamp, TimestampNTZ; Long: seconds of a timestamp
}

// checked is the pattern of a text, if it may be used to read.
func (p *reader) checked(text string) (*datetime.Pattern, error) {
	if p.pattern != nil && p.text == text {
		return p.pattern, nil
	}
	pattern, err := p.get(text)
	if err == nil {
		err = pattern.CheckParse()
	}
	if err != nil {
		p.pattern = nil
	}
	return pattern, err
}

func (p *reader) kernel(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	s, patterns := expr.ArgOf[string](args[0]), expr.ArgOf[string](args[1])
	for _, i := range expr.Rows(rows, sel) {
		pattern, err := p.checked(patterns.At(i))
		if err != nil {
			return err
		}
		var v int64
		var ok bool
		if p.to == types.TimestampNTZ {
			v, ok = pattern.ParseLocal(s.At(i))
		} else {
			v, ok = pattern.ParseTimestamp(s.At(i), p.zone)
		}
		switch {
		case ok:
			p.set(out, int(i), v)
		case p.raise:
			return unreadable(s.At(i), pattern)
		default:
			out.SetNull(int(i))
		}
	}
	return nil
}

func (p *reader) set(out *batch.Column, row int, micros int64) {
	switch p.to {
	case types.Date:
		days, _ := datetime.SplitDay(p.zone.ToLocal(micros))
		batch.Values[int32](out)[row] = int32(days)
	case types.Long:
		batch.Values[int64](out)[row] = floorDiv(micros, datetime.MicrosPerSecond)
	default:
		batch.Values[int64](out)[row] = micros
	}
}

func unreadable(s string, p *datetime.Pattern) error {
	s = strings.Clone(s)
	return fault.New(fault.CannotParseTimestamp, "'%s' is no time written as '%s'; try_to_timestamp gives NULL instead", s, p).
		With("func", "`try_to_timestamp`").With("message", "Text '"+s+"' could not be parsed")
}

// unixTime is unix_timestamp(time, pattern): seconds since the epoch of a text,
// a date or a timestamp.
func unixTime(name string, bare bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) == 0 && bare {
				args = []expr.Expr{&expr.Call{Fn: currentTimestamp, Typ: types.Of(types.Timestamp),
					Text: "current_timestamp()"}}
			}
			if len(args) == 1 {
				args = []expr.Expr{args[0], expr.Lit(usual)}
			}
			first := text
			if len(args) > 0 && args[0].Type().Datetime() {
				first = param{want: args[0].Type()}
			}
			return orNull(takes(name, types.Of(types.Long), first, text), false)(r, args)
		},
		Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
			zone := zoneOf(env)
			switch c.Args[0].Type().Kind {
			case types.Date:
				return expr.Unary(func(d int32) int64 {
					return floorDiv(zone.ToUTC(int64(d)*datetime.MicrosPerDay), datetime.MicrosPerSecond)
				}), nil
			case types.Timestamp, types.TimestampNTZ:
				return expr.Unary(func(v int64) int64 { return v / datetime.MicrosPerSecond }), nil
			default:
				p := &reader{zone: zone, raise: env.ANSI, to: types.Long}
				return p.kernel, nil
			}
		},
	}
}
