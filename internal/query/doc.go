// Package query is the shell around one running query: the only place where
// plan, work and checkpoint meet.
//
// Package microbatch decides; this package performs, on one goroutine:
//
//	AskLatest   sources.go   how far can each source be read
//	WritePlan   run.go       the plan of the batch, into the journal
//	RunBatch    batch.go     splits ─▶ program ─▶ sink, state n ─▶ n+1 (states.go)
//	            late.go      late rows ─▶ their own sink
//	            retry.go     a batch that failed and may succeed runs again
//	WriteCommit run.go       the commit, with the small deltas of state
//	Wait        trigger.go   for the clock, a source, a caller
//	            report.go    one Progress a trigger, to listeners and metrics, with
//	                         what the query observes (observed.go)
//
// [Replay] runs batches of a checkpoint again over a copy in memory (replay.go, tap.go),
// and [Check] compares a changed query with one (dryrun.go, shape.go).
//
// A [Query] is what callers hold: its methods may be called from any goroutine.
//
// # What makes a row count once
//
// The plan of a batch is durable before it runs. The sink makes the batch visible
// once for its number, before the commit is written; state of version n+1 is
// durable with the commit. So after a crash anywhere the batch that was planned
// runs again from state n over the same rows, and the sink tells it from a new
// one (S157, S158, S165).
package query
