// Package console is the sink that prints (Spark feature S70), and the printer
// of tables behind DataFrame.Show.
//
//	rows ─▶ Write keeps the first numRows+1 ─▶ Commit ─▶ ------------
//	                                                     Batch: 7
//	                                                     ------------
//	                                                     +----+---+
//	batches ─▶ Table ──────────────────────────────────▶ |word|  n|
//
// What is printed equals Spark's character by character: cells are aligned to
// the right when they may be cut and to the left when not, a cell longer than
// 20 UTF-16 units ends in "...", East Asian wide characters count twice,
// control characters are shown as \n and the like. testdata holds what a real
// Spark printed, and the script that recorded it.
//
// As in Spark the sink prints at least once: a batch that ran again after a
// crash is printed again.
package console
