package streamcheck

import (
	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/plan"
)

// Correctness refuses plans in which the one watermark of a query can drop
// rows that must not be lost (S51). An aggregation gives a row when the watermark
// has passed it in append mode alone; in the other modes it gives a group again
// and again, with event times that an operator behind it takes for late.
//
//	Aggregate (update)  ─▶  a row of 12:00, while the watermark is 12:10
//	  ─▶ Aggregate, Deduplicate, Join …  ─▶  dropped as late
//
// spark.sql.streaming.statefulOperator.checkCorrectness.enabled switches the check
// off. The plan has been analyzed.
func Correctness(n plan.Node, mode connector.OutputMode) error {
	if mode == connector.Append {
		return nil
	}
	var err error
	plan.Walk(n, func(x plan.Node) bool {
		if err == nil && keepsState(x) && overAggregate(x) {
			err = refuse(x, "Detected pattern of possible 'correctness' issue due to global watermark: in "+mode.String()+
				" mode the aggregation beneath "+x.String()+" gives rows that are older than the watermark, and that are late "+
				"there. Use append mode; or, if you know that no row can be lost, set "+
				"spark.sql.streaming.statefulOperator.checkCorrectness.enabled to false")
		}
		return err == nil
	})
	return err
}

// keepsState reports whether a node keeps state from batch to batch.
func keepsState(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Aggregate, *plan.Deduplicate:
		return plan.Streaming(n)
	case *plan.Join:
		return plan.Streaming(n.Left) && plan.Streaming(n.Right)
	}
	return false
}

// overAggregate reports whether an aggregation of a stream stands beneath n.
func overAggregate(n plan.Node) bool {
	return plan.Any(n, func(x plan.Node) bool {
		a, ok := x.(*plan.Aggregate)
		return ok && x != n && plan.Streaming(a)
	})
}

// checkWithin checks dropDuplicatesWithinWatermark, which has no meaning without a
// watermark (S129).
func checkWithin(n *plan.Deduplicate) error {
	if !n.WithinWatermark {
		return nil
	}
	for _, c := range n.Input.Output() {
		if c.Watermark >= 0 {
			return nil
		}
	}
	return refuse(n, "dropDuplicatesWithinWatermark is not supported on streaming DataFrames/DataSets without watermark; "+
		"declare the event time with withWatermark first")
}
