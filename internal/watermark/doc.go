// Package watermark decides how late a row may be.
//
// A watermark is a promise: no row older than it will change a result again.
// Each operator that defines one (withWatermark, S110) reports the event times
// it has seen. The [Tracker] takes the greatest, subtracts the operator's
// allowed delay, combines the operators by a [Policy], and never lets the
// outcome move back.
//
//	greatest event time ─▶ minus delay ─▶ combine ─▶ ratchet ─▶ next batch
//	   (per operator)                     (Policy)
//
//	batch                    n          n+1         n+2
//	rows seen up to       12:10        12:30
//	evicts up to (S114)       –        12:10        12:30
//	drops late up to          –            –        12:10
//
// The value chosen at the end of batch n evicts in batch n+1 ([Tracker.Evict]),
// and drops late rows from batch n+2 on ([Tracker.Late]): the late filter of a
// batch uses the watermark of the batch before it, no-data batches included. So
// a row that an upstream operator emits because it was evicted is not late for
// the operator behind it. Neither value changes within a batch, so that a
// replayed batch drops exactly the rows it dropped the first time. The first
// watermark is 1970-01-01, as in Spark: older rows are late at once.
//
// Where operators that keep state stand behind one another, [Propagate] says
// what each of them may believe: a join holds its output back by the time its
// rows may wait for a partner.
//
// The package has no clock and does no I/O. The micro-batch loop saves a
// [Snapshot] with each commit and brings it back with [Tracker.Restore].
package watermark
