// Package connectortest examines connectors.
//
// [Source] asks a source for the rows between its offsets in every way the
// engine may ask, and [Sink] writes, commits, repeats and aborts batches as the
// engine does after a crash:
//
//	Latest ─▶ o1 … on      Plan(oi, oj) twice, and after a reopening ─▶ equal splits, equal rows
//	                       Open with all columns, each column, none  ─▶ equal cells
//	Write ─▶ Commit ─▶ Commit again, reopened     ─▶ the rows stand once
//	Write ─▶ Abort                                ─▶ nothing stands
//
// Each finding is reported with the method that broke its contract. A package's
// test calls the examiner once for each form of its connector:
//
//	connectortest.Source(t, connectortest.SourceCase{Open: open, Feed: feed})
//
// [Read], [Rows] and [Reader] are of use to other tests of connectors too.
package connectortest
