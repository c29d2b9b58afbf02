package streamcheck

import (
	"slices"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
)

// Streaming says what a stream may not do in an output mode (S31-S58). The
// plan has been analyzed.
func Streaming(n plan.Node, mode connector.OutputMode) error {
	if !plan.Streaming(n) {
		return fault.New(fault.WriteStreamNotAllowed, "the query has no streaming source; use write, "+
			"or read a source with readStream or STREAM(…)")
	}
	c := &streamCheck{mode: mode}
	plan.Walk(n, func(x plan.Node) bool {
		if a, ok := x.(*plan.Aggregate); ok && plan.Streaming(a) {
			c.aggregates = append(c.aggregates, a)
		}
		return true
	})
	if err := c.modes(); err != nil {
		return err
	}
	var err error
	plan.Walk(n, func(x plan.Node) bool {
		if err == nil {
			err = c.node(x)
		}
		return err == nil
	})
	return err
}

type streamCheck struct {
	mode       connector.OutputMode
	aggregates []*plan.Aggregate
}

// modes checks the output mode against the aggregates.
func (c *streamCheck) modes() error {
	for _, a := range c.aggregates {
		for _, e := range a.Exprs {
			if expr.Any(e, func(x expr.Expr) bool { call, ok := x.(*expr.AggregateCall); return ok && call.Distinct }) {
				return refuse(a, "Distinct aggregations are not supported on streaming DataFrames/Datasets. "+
					"Consider using approx_count_distinct() instead.")
			}
		}
		if err := c.sessions(a); err != nil {
			return err
		}
	}
	switch {
	case c.mode == connector.Complete && len(c.aggregates) == 0:
		return fault.New(fault.OutputModeUnsupported, "complete mode needs an aggregation: there are no streaming "+
			"aggregations in the query; use append or update").With("outputMode", "complete")
	case c.mode == connector.Append:
		for _, a := range c.aggregates {
			if !watermarked(a) {
				return modeError(a, c.mode, "streaming aggregations without watermark")
			}
		}
	}
	return nil
}

// watermarked reports whether a key of the aggregate is an event time.
func watermarked(a *plan.Aggregate) bool {
	return slices.ContainsFunc(a.Grouping, func(e expr.Expr) bool {
		r := expr.Named(e)
		return r != nil && r.Watermark >= 0
	})
}

func modeError(n plan.Node, mode connector.OutputMode, what string) error {
	return fault.New(fault.OutputModeUnsupported, "%s mode does not allow %s; declare a watermark on the event time "+
		"that is grouped by, or use another output mode", mode, what).
		With("outputMode", mode.String()).With("operation", what).Locate(plan.OriginOf(n).At)
}

func refuse(n plan.Node, text string) error {
	return fault.New(fault.NotSupportedStreaming, "%s", text).Locate(plan.OriginOf(n).At)
}

// node checks one operator.
func (c *streamCheck) node(n plan.Node) error {
	if !plan.Streaming(n) {
		return nil
	}
	for _, e := range plan.Exprs(n) {
		if expr.Any(e, func(x expr.Expr) bool {
			call, ok := x.(*expr.Call)
			return ok && call.Fn.Name == "monotonically_increasing_id"
		}) {
			return refuse(n, "Expression(s): monotonically_increasing_id() is not supported with streaming DataFrames/Datasets")
		}
	}
	switch n := n.(type) {
	case *plan.Sort:
		if c.mode != connector.Complete || len(c.aggregates) == 0 {
			return refuse(n, "Sorting is not supported on streaming DataFrames/Datasets, unless it is on aggregated "+
				"DataFrame/Dataset in Complete output mode")
		}
	case *plan.Limit:
		if c.mode == connector.Update {
			return refuse(n, "Limits are not supported on streaming DataFrames/Datasets in Update output mode")
		}
	case *plan.Offset:
		return refuse(n, "Offset is not supported on streaming DataFrames/Datasets")
	case *plan.Sample:
		return refuse(n, "Sampling is not supported on streaming DataFrames/Datasets")
	case *plan.Union:
		for _, in := range n.All {
			if !plan.Streaming(in) {
				return refuse(n, "Union between streaming and batch DataFrames/Datasets is not supported")
			}
		}
	case *plan.Window:
		return fault.New(fault.NonTimeWindow, "a window function over rows needs all of a table, and a stream has no end; "+
			"group by window(…) instead").Locate(n.At)
	case *plan.Deduplicate:
		if err := checkWithin(n); err != nil {
			return err
		}
		return c.behindLateRows(n)
	case *plan.Join:
		return c.join(n)
	case *plan.UserState:
		return c.userState(n)
	case *plan.Aggregate:
		return c.behindLateRows(n)
	case *plan.WithWatermark:
		return redefined(n)
	}
	return nil
}

// redefined refuses a watermark above another one (S110): what is late below would
// have been measured by a promise that no longer holds above.
func redefined(n *plan.WithWatermark) error {
	again := false
	plan.Walk(n.Input, func(x plan.Node) bool {
		_, is := x.(*plan.WithWatermark)
		again = again || is && plan.Streaming(x)
		return !again
	})
	if again {
		return fault.New(fault.WatermarkRedefined, "Redefining watermark is disallowed: the input of this one has a "+
			"watermark already").Locate(n.At)
	}
	return nil
}

// join checks the table of S120: which side may be a stream.
func (c *streamCheck) join(n *plan.Join) error {
	left, right := plan.Streaming(n.Left), plan.Streaming(n.Right)
	switch {
	case left && right:
		return c.joinStreams(n)
	case right && slices.Contains([]plan.JoinType{plan.LeftOuterJoin, plan.LeftSemiJoin, plan.LeftAntiJoin, plan.FullOuterJoin}, n.Type):
		return refuse(n, n.Type.String()+" join with a streaming DataFrame/Dataset on the right and a static one on the "+
			"left is not supported")
	case left && slices.Contains([]plan.JoinType{plan.RightOuterJoin, plan.FullOuterJoin}, n.Type):
		return refuse(n, n.Type.String()+" join with a streaming DataFrame/Dataset on the left and a static one on the "+
			"right is not supported")
	}
	return nil
}
