package streamcheck

import (
	"slices"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
)

// sessions checks an aggregation over session windows of a stream.
func (c *streamCheck) sessions(a *plan.Aggregate) error {
	if !sessions(a) {
		return nil
	}
	if c.mode == connector.Update {
		return modeError(a, c.mode, "session window streaming aggregations")
	}
	if len(a.Grouping) == 1 {
		// Spark says so when the first batch is planned, and with nothing more.
		return fault.New(fault.StreamFailed, "a stream is grouped by session_window and nothing else, which is not supported: "+
			"group it by another column too").Locate(a.At)
	}
	return nil
}

// sessions reports whether a key of the aggregate is a session window.
func sessions(a *plan.Aggregate) bool {
	return slices.ContainsFunc(a.Grouping, func(e expr.Expr) bool {
		r := expr.Named(e)
		return r != nil && r.Window == expr.SessionWindow
	})
}
