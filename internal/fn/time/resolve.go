package time

import (
	"fmt"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// param is a parameter: its type, and whether every date and timestamp is cast
// to it, which functions of times allow and functions of other things do not.
type param struct {
	want     types.Type
	datetime bool
}

// The parameters of most functions.
var (
	aDate    = param{types.Of(types.Date), true}
	instant  = param{types.Of(types.Timestamp), true}
	wall     = param{types.Of(types.TimestampNTZ), true}
	number   = param{want: types.Of(types.Int)}
	long     = param{want: types.Of(types.Long)}
	text     = param{want: types.Of(types.String)}
	truth    = param{want: types.Of(types.Boolean)}
	aTime    = param{want: types.Of(types.Time)}
	dayTime  = param{want: types.Of(types.DayTimeInterval)}
	fraction = param{want: types.DecimalOf(16, 6)}
	seconds  = param{want: types.DecimalOf(18, 6)}
)

// take is an argument as the parameter wants it.
func (p param) take(r *expr.Resolver, e expr.Expr) (expr.Expr, bool) {
	if p.datetime && e.Type().Datetime() {
		return expr.CastTo(e, p.want), true
	}
	if p.want.Kind == types.Decimal128 && (e.Type().Numeric() || e.Type().Kind == types.String) {
		return expr.CastTo(e, p.want), true // seconds of any number
	}
	return r.Arg(e, p.want)
}

// takeAll casts arguments to parameters, of which the first least are needed.
func takeAll(r *expr.Resolver, name string, least int, args []expr.Expr, params ...param) ([]expr.Expr, error) {
	if len(args) < least || len(args) > len(params) {
		want := fmt.Sprint(len(params))
		if least < len(params) {
			want = fmt.Sprintf("%d to %d", least, len(params))
		}
		return nil, expr.WrongCount(name, want, len(args))
	}
	cast := make([]expr.Expr, len(args))
	for i, a := range args {
		var ok bool
		if cast[i], ok = params[i].take(r, a); !ok {
			return nil, expr.Unexpected(name, i, "\""+params[i].want.SQL()+"\"", a)
		}
	}
	return cast, nil
}

// resolver is the Resolve of a [expr.Function].
type resolver = func(*expr.Resolver, []expr.Expr) (expr.Resolution, error)

// takes is the Resolve of a function with these parameters.
func takes(name string, result types.Type, params ...param) resolver {
	return func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		cast, err := takeAll(r, name, len(params), args, params...)
		if err != nil {
			return expr.Resolution{}, err
		}
		return expr.Resolution{Args: cast, Type: result, Nullable: expr.AnyNullable(cast...)}, nil
	}
}

// orNull is a Resolve whose function may give null of what is not null: always,
// or, for one that fails in ANSI mode, outside of it.
func orNull(resolve resolver, always bool) resolver {
	return func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		res, err := resolve(r, args)
		res.Nullable = res.Nullable || always || !r.ANSI
		return res, err
	}
}

// zoneOf is the session's zone.
func zoneOf(env *expr.Env) *datetime.Zone { return datetime.NewZone(env.Zone()) }

// zoneFor is the zone whose clock a timestamp of this type is read by: UTC where
// it is the clock's own time.
func zoneFor(t types.Type, env *expr.Env) *datetime.Zone {
	if t.Kind == types.Timestamp {
		return zoneOf(env)
	}
	return datetime.UTC
}

// dense reports whether so many of the rows are selected that a loop over all of
// them is the quicker one.
func dense(rows int, sel []int32) bool { return sel == nil || len(sel) > rows/4 }

// offsets gives a zone's offset at instants that lie near each other.
type offsets struct {
	zone               *datetime.Zone
	offset, start, end int64
}

// at is the offset at an instant, in microseconds.
func (o *offsets) at(micros int64) int64 {
	if micros < o.start || micros >= o.end {
		o.offset, o.start, o.end = o.zone.Span(micros)
	}
	return o.offset
}

// same is the kernel that gives its first argument.
func same[T batch.Value](out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	a, to := expr.ArgOf[T](args[0]), batch.Values[T](out)
	for _, i := range expr.Rows(rows, sel) {
		to[i] = a.At(i)
	}
	return nil
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
