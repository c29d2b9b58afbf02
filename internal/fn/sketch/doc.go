// Package sketch holds aggregate functions whose state is an object a group:
// bitmaps, histograms, counters by hash, sums of vectors.
//
//	group 0 ─▶ object ─┐  save   ┌▶ bytes ─▶ merge into the object of another task
//	group 1 ─▶ object ─┴─────────┘
//
// They are rare, so that a call a row is borne here, which package aggregate does
// not.
package sketch
