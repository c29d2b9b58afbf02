package weir

import (
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/streamcheck"
)

// checkStream refuses what a stream may not do, as far as the settings ask for it:
// spark.sql.streaming.unsupportedOperationCheck (S57) and, of that,
// spark.sql.streaming.statefulOperator.checkCorrectness.enabled (S51).
func (c *conf) checkStream(n plan.Node, mode OutputMode) error {
	if !c.unsupported {
		if !plan.Streaming(n) {
			return fault.New(fault.WriteStreamNotAllowed, "the query has no streaming source; use write, or read a source "+
				"with readStream or STREAM(…)")
		}
		return nil
	}
	if c.correctness && plan.Streaming(n) {
		if err := streamcheck.Correctness(n, mode); err != nil {
			return err
		}
	}
	return streamcheck.Streaming(n, mode)
}
