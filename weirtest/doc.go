// Package weirtest runs a streaming query under a test's control: on a clock that
// stands still, over streams that the test fills, on a disk that can be lost.
//
//	orders := weirtest.NewStream("orders", "item STRING, at TIMESTAMP")
//	q := weirtest.Run(t, weirtest.Job{Streams: …, Define: …, Mode: weir.Append})
//
//	orders.Add(…) ──▶ query ──▶ Want(…)              the rows that came out
//	   Advance(d) ──▶ clock       WantWatermark(…)   event time
//	                    │         WantState(…)       rows each operator keeps
//	      Crash() ──▶ disk        Progress()         everything else
//	    Restart() ◀── its image
//
// Processing time moves by Advance alone, and event time with the rows, so that a
// test says exactly what is late, what a timeout ends and which batch a row is in.
// Nothing sleeps: every call returns when the query has done all there was to do.
//
// # Crashes
//
// [Query.Crash] ends the query as a power cut would: what it had not synced to its
// checkpoint is gone. [Query.CrashAt] does it in the middle of the next batch, at a
// file operation with a number. After [Query.Restart] the query goes on from the
// image; the rows of a batch that runs again must be the ones of its first run, or
// the test fails. The sink of the test remembers batches by their number, as a sink
// that is exactly once does.
package weirtest
