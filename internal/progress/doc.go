// Package progress is what a query tells the world about itself.
//
// After each trigger the query makes one [Progress]: what came in, what it cost,
// what the state holds, what went out (S190-S194). Its JSON is Spark's, field by
// field, so that tools which read Spark's read ours.
//
//	               ┌▶ Recent ──▶ lastProgress, recentProgress (S196)
//	query ─▶ Progress ─▶ Bus ──▶ listeners: Started, Progress, Idle, Terminated (S195)
//	               └▶ Collector ──▶ Prometheus, under the names of Spark's metrics (S197)
//	query ─▶ Status ──▶ status (S90)
//
// A Progress is made once and not changed after it was handed on: whoever has it
// may read it at any time. Durations are kept in nanoseconds, since a batch of
// ours takes less than a millisecond; the JSON has whole milliseconds, as
// Spark's.
package progress
