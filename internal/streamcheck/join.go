package streamcheck

import (
	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/plan"
)

// joinStreams checks a join of two streams (S120, S121).
func (c *streamCheck) joinStreams(n *plan.Join) error {
	inner := n.Type == plan.InnerJoin || n.Type == plan.CrossJoin
	switch {
	case n.Type == plan.LeftAntiJoin:
		return refuse(n, "LeftAnti join between two streaming DataFrames/Datasets is not supported")
	case c.mode != connector.Append && !(inner && c.mode == connector.Update):
		return refuse(n, n.Type.String()+" join between two streaming DataFrames/Datasets is not supported in "+c.mode.String()+
			" output mode, only in Append output mode; inner joins in Update mode too")
	}
	cond := plan.TakeApart(n)
	if !inner && cond.TimeKey() < 0 {
		_, left := cond.TimeBound(n.Left.Output(), n.Right.Output())
		_, right := cond.TimeBound(n.Right.Output(), n.Left.Output())
		bounded := left && n.Type != plan.RightOuterJoin || right && (n.Type == plan.RightOuterJoin || n.Type == plan.FullOuterJoin)
		if !bounded {
			return refuse(n, "Stream-stream "+n.Type.String()+" join between two streaming DataFrame/Datasets is not "+
				"supported without a watermark in the join keys, or a watermark on the nullable side and an appropriate "+
				"range condition")
		}
	}
	return nil
}
