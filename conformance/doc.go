// Package conformance replays what a real Spark did.
//
//	testdata/streaming.jsonl ─▶ scenario ─▶ weir ─▶ rows, batches, state counts ─▶ equal?
//
// The files were recorded from Spark 4.3.0. A scenario is of the kind that its
// name begins with; kinds that weir does not have yet are counted as not yet, and
// scenarios that differ on purpose stand in a list with the reason. WEIR_STREAMING
// names another file of the same form.
package conformance
