// Package physical makes running plans of logical ones.
//
// [Compile] walks an optimized plan once, when the query starts, with one switch
// from plan node to operator. Where rows must be brought together, at an
// aggregate, a sort or the static side of a join, the plan is cut into stages:
//
//	stage 0: Scan ─▶ Filter ─▶ Project ─▶ PartialAggregate ─▶ Exchange
//	stage 1:                        Exchange ─▶ Aggregate (state) ─▶ Project ─▶ sink
//
// A stage has a chain of operators for each worker, or, where operators keep
// state, for each partition, since state belongs to a partition and not to
// whoever works on it. The chains live as long as the query: a batch only hands
// the scans their splits and runs the stages one after another
// ([Program.Run]).
package physical
