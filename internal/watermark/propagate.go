package watermark

import "time"

// Node is one operator of a plan, as far as watermarks go. The zero value
// passes on the least watermark of its inputs: a filter, a projection, a union.
type Node struct {
	// Inputs are the indexes of nodes that stand before this one in the list.
	Inputs []int

	// Defines is set for withWatermark: its output has the query's watermark,
	// whatever its own input has seen.
	Defines bool

	// Output says what the operator does to the watermark.
	Output Output

	// Hold is how long a row may wait in the state of a join before it comes
	// out; read with the output [Held] only. It is not negative.
	Hold time.Duration
}

// Output says what an operator does to the watermark that goes through it.
type Output uint8

const (
	// Passed is the watermark of the inputs: aggregation, deduplication, and
	// everything without state.
	Passed Output = iota

	// Held is the watermark of the inputs minus the node's Hold: a join, whose
	// rows may wait that long for a partner.
	Held

	// Nothing is no watermark: operators with state of the user's own, which
	// may emit any event time (flatMapGroupsWithState, and transformWithState
	// in processing time).
	Nothing
)

// Propagate says which watermark each node may go by when the watermark of the
// query is origin (S114): it is called once with [Tracker.Late] and once with
// [Tracker.Evict]. The zero time stands for "none": there is no watermark
// upstream of that node, so nothing is late there and nothing is evicted.
//
// The nodes stand in the order of the data. An input that has no watermark
// does not hold back one that has, as in Spark.
func Propagate(nodes []Node, origin time.Time) []time.Time {
	in, out := make([]time.Time, len(nodes)), make([]time.Time, len(nodes))
	for i, n := range nodes {
		for _, from := range n.Inputs {
			if w := out[from]; in[i].IsZero() || !w.IsZero() && w.Before(in[i]) {
				in[i] = w
			}
		}
		switch {
		case n.Defines:
			out[i] = origin
		case n.Output == Passed:
			out[i] = in[i]
		case n.Output == Held && !in[i].IsZero():
			out[i] = in[i].Add(-n.Hold)
		}
	}
	return in
}
