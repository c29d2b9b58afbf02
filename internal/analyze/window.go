package analyze

import (
	"errors"
	"strings"

	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// windows takes the time windows out of list, whose items it replaces, and puts
// their columns beneath: rows without event time go into no window and are
// filtered out (S105).
func (r *resolution) windows(in plan.Node, list []expr.Expr) (plan.Node, error) {
	var calls []*expr.Call
	for _, e := range list {
		expr.Walk(e, func(x expr.Expr) bool {
			c, ok := x.(*expr.Call)
			if !ok || !isWindow(c) {
				return true
			}
			for _, have := range calls {
				if expr.Equal(have, c) {
					return false
				}
			}
			calls = append(calls, c)
			return false
		})
	}
	if len(calls) > 1 {
		return nil, fault.New(fault.SeveralWindows, "%s and %s: rows would go into every pair of windows of several kinds; group "+
			"by one kind, and in a query around it by the other", calls[0], calls[1]).Locate(calls[1].At)
	}
	for _, c := range calls {
		column := r.madeWindow(in, c)
		if column == nil {
			var err error
			if in, column, err = r.window(in, c); err != nil {
				return nil, err
			}
			r.made = append(r.made, madeWindow{c, column})
		}
		for i, e := range list {
			list[i], _ = expr.Transform(e, func(x expr.Expr) (expr.Expr, error) {
				if expr.Equal(x, c) {
					return column, nil
				}
				return x, nil
			})
		}
	}
	return in, nil
}

func isWindow(c *expr.Call) bool { return c.Fn.Name == "window" || c.Fn.Name == "session_window" }

// groupWindows are the time windows among the keys of GROUP BY. A key that does
// not resolve is left for [resolution.grouping] to say so, unless it is the length of
// the window that is wrong: the names in the query's list mean nothing without it.
func (r *resolution) groupWindows(n *plan.Aggregate, in plan.Node) ([]*expr.Call, error) {
	var found []*expr.Call
	for _, g := range n.Grouping {
		u, ok := unalias(g).(*expr.UnresolvedFunction)
		if !ok || !strings.EqualFold(u.Name, "window") && !strings.EqualFold(u.Name, "session_window") {
			continue
		}
		e, err := r.expr(u, scope{columns: in.Output()})
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Condition == fault.CannotParseInterval {
			return nil, err
		}
		if c, ok := e.(*expr.Call); ok && err == nil {
			found = append(found, c)
		}
	}
	return found, nil
}

// madeWindow is a time window that has its column already.
type madeWindow struct {
	call   *expr.Call
	column *expr.Ref
}

// madeWindow is the column of in that holds the window of a call, nil for none.
func (r *resolution) madeWindow(in plan.Node, c *expr.Call) *expr.Ref {
	for _, m := range r.made {
		if !expr.Equal(m.call, c) {
			continue
		}
		for _, column := range in.Output() {
			if column.ID == m.column.ID {
				return column
			}
		}
	}
	return nil
}

// window puts the column of one time window over in.
func (r *resolution) window(in plan.Node, c *expr.Call) (plan.Node, *expr.Ref, error) {
	notNull, err := r.call("isnotnull", c.Args[:1], &expr.UnresolvedFunction{At: c.At})
	if err != nil {
		return nil, nil, err
	}
	if c.Args[0].Nullable() {
		in = &plan.Filter{Input: in, Condition: notNull}
	}
	if c.Fn.Name == "session_window" {
		return r.session(in, c)
	}
	width, slide := windowLengths(c)
	if width == slide {
		a := &expr.Alias{Child: c, Names: []string{"window"}, ID: expr.NewID()}
		return &plan.Project{Input: in, Exprs: append(asExprs(in.Output()), a)}, a.Ref(), nil
	}
	// A row of a sliding window goes into several.
	g := r.Registry.Generator("window")
	if g == nil {
		return nil, nil, fault.New(fault.UnsupportedFeature, "sliding windows are not supported").Locate(c.At)
	}
	call := &expr.GeneratorCall{Fn: g, Args: c.Args, Fields: []types.Field{{Name: "window", Type: c.Typ}}, At: c.At}
	column := &expr.Ref{Name: "window", ID: expr.NewID(), Typ: c.Typ, Watermark: expr.WatermarkOf(c.Args[0]), Window: width}
	return &plan.Generate{Input: in, Generator: call, Columns: []*expr.Ref{column}}, column, nil
}

// windowLengths are the width and the slide of a window's call, in microseconds.
func windowLengths(c *expr.Call) (width, slide int64) {
	w, _ := wholeNumber(c.Args[1])
	s, _ := wholeNumber(c.Args[2])
	return w, s
}

// watermark resolves withWatermark (S110).
func (r *resolution) watermark(n *plan.WithWatermark) (plan.Node, error) {
	in, err := r.node(n.Input)
	if err != nil {
		return nil, err
	}
	e, err := r.expr(n.Column, scope{columns: in.Output()})
	if err != nil {
		return nil, err
	}
	column, ok := e.(*expr.Ref)
	if !ok {
		return nil, fault.New(fault.EventTimeType, "the event time %v is no column", e).Locate(n.At)
	}
	windowed := column.Typ.Kind == types.Struct && column.Window > 0
	if column.Typ.Kind != types.Timestamp && !windowed {
		return nil, fault.New(fault.EventTimeType, "the event time `%s` is of type %s; it must be TIMESTAMP",
			column.Name, column.Typ).With("eventName", column.Name).Locate(n.At)
	}
	delay, err := r.delay(n)
	if err != nil {
		return nil, err
	}
	out := in.Output()
	columns := make([]*expr.Ref, len(out))
	for i, c := range out {
		columns[i] = c
		if c.ID == column.ID {
			marked := *c
			marked.Watermark = delay
			columns[i] = &marked
		}
	}
	return &plan.WithWatermark{Origin: n.Origin, Input: in, Column: column, DelayText: n.DelayText, Delay: delay,
		Columns: columns}, nil
}

// delay reads the delay of a watermark: an interval; a month counts 31 days.
func (r *resolution) delay(n *plan.WithWatermark) (int64, error) {
	if n.DelayText == "" {
		return n.Delay, nil
	}
	v, ok := datetime.ParseInterval(n.DelayText)
	if !ok {
		return 0, fault.New(fault.IllegalArgument, "the delay %q of the watermark is no interval such as '10 minutes'",
			n.DelayText).Locate(n.At)
	}
	const day = 24 * 60 * 60 * 1_000_000
	delay := (int64(v.Months)*31+int64(v.Days))*day + v.Micros
	if delay < 0 {
		return 0, fault.New(fault.IllegalArgument, "delay threshold (%s) should not be negative.", n.DelayText).Locate(n.At)
	}
	return delay, nil
}
