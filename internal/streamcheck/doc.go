// Package streamcheck says what a stream may not do.
//
//	plan with columns ─▶ Streaming(plan, output mode)    what would never end, or need all rows
//	 (package analyze) └▶ Correctness(plan, output mode)  what would lose rows without a word
//
// A plan has been analyzed when it comes here, and is not changed. Both functions walk it
// and return the first thing that a query without end cannot do in its output mode
// (S31-S58), with Spark's condition and the place in the text. Nothing here knows how a
// batch runs: what each operator does with its rows is not asked, only whether it may
// stand where it does.
package streamcheck
