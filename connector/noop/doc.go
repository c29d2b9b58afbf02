// Package noop is the sink that throws rows away (Spark feature S65).
//
//	rows ─▶ Write: every batch is pulled and counted ─▶ nothing
//
// It is there for benchmarks: all operators run, all columns are made, and
// nothing is spent on output. [Sink.Rows] says how many rows were committed.
package noop
