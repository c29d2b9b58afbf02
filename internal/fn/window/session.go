package window

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// windowTime is window_time(window): the last microsecond within a window, by
// which it may be grouped again (S102).
var windowTime = &expr.Function{
	Name: "window_time",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 {
			return expr.Resolution{}, expr.WrongCount("window_time", "1", len(args))
		}
		t := args[0].Type()
		if !isWindow(t) {
			return expr.Resolution{}, expr.Unexpected("window_time", 0, `"STRUCT" of a window`, args[0])
		}
		return expr.Resolution{Args: args, Type: t.Fields[1].Type, Nullable: true}, nil
	},
	Total: true,
	Kernel: expr.Static(func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		ends, to := expr.ArgOf[int64](args[0].Children[1]), batch.Values[int64](out)
		if args[0].Const {
			ends = expr.ArgOf[int64](constant(args[0].Children[1]))
		}
		for _, r := range expr.Rows(rows, sel) {
			to[r] = ends.At(r) - 1
		}
		return nil
	}),
}

// constant is a child of a constant struct as a constant.
func constant(c *batch.Column) *batch.Column {
	one := batch.Wrap(c.Type, batch.Values[int64](c)[:1], nil)
	one.Const = true
	return one
}

// session is session_window(time, gap): the session that a row makes by itself,
// from its time to gap after it. The operator of sessions merges those that meet
// (S104). Resolved, the gap is an interval; a text that is none gives NULL, as in
// Spark, and the analyzer filters such rows out.
var session = &expr.Function{
	Name: "session_window",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 2 {
			return expr.Resolution{}, expr.WrongCount("session_window", "2", len(args))
		}
		time, err := timeOf(r, "session_window", args[0])
		if err != nil {
			return expr.Resolution{}, err
		}
		gap := args[1]
		switch gap.Type().Kind {
		case types.CalendarInterval:
		case types.String, types.Null:
			gap = &expr.Cast{Child: gap, To: types.Of(types.CalendarInterval), Mode: expr.CastTry, Implicit: true}
		default:
			return expr.Resolution{}, fault.New(fault.SessionGapType, "the gap of session_window must be text such as '5 minutes' "+
				"or a value of type INTERVAL, not %s of type %s", gap, gap.Type().SQL())
		}
		return expr.Resolution{Args: []expr.Expr{time, gap}, Type: structOf(time.Type()), Nullable: gap.Nullable(),
			Text: "session_window"}, nil
	},
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		g := &gaps{}
		if c.Typ.Fields[0].Type.Kind == types.Timestamp {
			g.zone = datetime.NewZone(env.Zone())
		}
		return g.sessions, nil
	},
}

// gaps adds gaps to times.
type gaps struct{ zone *datetime.Zone } // nil: times are those of a wall clock

// sessions is the kernel of session_window.
func (g *gaps) sessions(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	starts, ends := batch.Values[int64](out.Children[0]), batch.Values[int64](out.Children[1])
	times, lengths := expr.ArgOf[int64](args[0]), expr.ArgOf[types.Interval](args[1])
	if one, ok := lengths.Constant(); ok && one.Months == 0 && one.Days == 0 {
		for _, r := range expr.Rows(rows, sel) {
			at := times.At(r)
			starts[r], ends[r] = at, at+one.Micros
		}
		return nil
	}
	for _, r := range expr.Rows(rows, sel) {
		at, gap := times.At(r), lengths.At(r)
		end, ok := g.after(at, gap)
		if !ok {
			return fault.New(fault.DatetimeOverflow, "the end of a session is no timestamp: its gap of %d months, %d days and %d "+
				"microseconds is too long", gap.Months, gap.Days, gap.Micros)
		}
		starts[r], ends[r] = at, end
	}
	return nil
}

// after is the time a gap after another.
func (g *gaps) after(at int64, gap types.Interval) (int64, bool) {
	if g.zone == nil {
		return datetime.AddInterval(at, gap.Months, gap.Days, gap.Micros)
	}
	return datetime.AddIntervalAt(at, gap.Months, gap.Days, gap.Micros, g.zone)
}
