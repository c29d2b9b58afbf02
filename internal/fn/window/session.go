package window

import (
	"github.com/weirstream/weir/internal/batch"
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

// session is session_window(time, gap): the analyzer gives it its place, and the
// operator that merges sessions its value.
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
		if _, ok := gap.(*expr.Literal); ok {
			v, err := duration("session_window", 1, gap)
			if err != nil {
				return expr.Resolution{}, err
			}
			gap = expr.Lit(v)
		} else if k := gap.Type().Kind; k != types.String && k != types.CalendarInterval && k != types.DayTimeInterval {
			return expr.Resolution{}, expr.Unexpected("session_window", 1, `"INTERVAL"`, gap)
		}
		return expr.Resolution{Args: []expr.Expr{time, gap}, Type: structOf(time.Type()), Text: "session_window"}, nil
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		return nil, fault.New(fault.UnsupportedFeature, "session windows are not supported yet: use window, or group by "+
			"%s in Spark", c).Locate(c.At)
	},
}
