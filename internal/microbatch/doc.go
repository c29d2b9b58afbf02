// Package microbatch decides what a query does next.
//
// A query is a row of batches. A batch is fixed before it runs: its offsets,
// its time and its watermarks are written down first, so that it can be run
// again after a crash and gives the same answer. The [Machine] takes one
// [Event] at a time and returns the [Action]s it calls for; the query's
// goroutine performs them in order and reports what came of it:
//
//	Started ──▶ AskLatest ──▶ Latest ──▶ WritePlan ──▶ Planned ──▶ Release, RunBatch ─┐
//	               ▲            │ nothing new                                         │
//	               │            ▼                                                     ▼
//	               ├─ Triggered ◀─ Wait ◀──── Committed ◀──── WriteCommit ◀──────── Ran
//	               │                              │ the next batch is due
//	               └──────────────────────────────┘
//
// What is decided here and nowhere else: when a batch is due (S80-S83), whether
// one without data is (S88), which offsets and which time it gets (S157), what
// a restart runs again and what it refuses (S158, S161), when sources may
// forget, and when a query is done.
//
// The machine imports nothing of weir. It does no I/O, owns no clock and starts
// no goroutine, so a crash in a test is one word, and ten thousand random
// histories run in a second.
package microbatch
