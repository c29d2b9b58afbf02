// Package connector is what a source or a sink implements, and all it needs to
// know of weir.
//
// A [Format] is what a user names in Format("…") or USING …; it opens sources,
// tables and sinks. A [Source] is an unbounded table that can be asked, for any
// two of its offsets, for the rows between them:
//
//	           Latest                  Plan                 Open
//	outside ─────────▶ offsets (from, to] ─────▶ splits ─────────▶ Reader ─▶ batches ─▶ operators
//	                                                                             │
//	outside ◀── Commit (once a batch) ◀── messages ◀── Write (once a part) ◀─────┘
//	            Sink
//
// The engine journals (from, to] before it plans a batch. After a crash the same
// range is planned again, and a replayable source gives the same rows in the
// same splits in the same order: with a sink whose Commit counts once for a
// [BatchID], every row arrives exactly once (Spark features S157, S165).
//
// Abilities beyond the small interfaces are optional interfaces: [Waker],
// [Replayer], [Measured], [Moded].
//
// Package connectortest examines an implementation: replay, offsets, restarts.
package connector
