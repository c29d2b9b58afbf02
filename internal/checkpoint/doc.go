// Package checkpoint keeps what a query needs to go on after a crash.
//
//	query goroutine                                          background
//	  Plan(n) ──┐                                               │
//	  Commit(n) ┼─▶ frame ─▶ append + fsync ─▶ journal/<epoch>  │
//	  Delta ────┤                  │                            │
//	  Note ─────┘                  └─▶ live records ─▶ mirror ──┴─▶ offsets/n  commits/n
//
//	Open:  journal/<epoch> ─┐
//	       offsets/ commits/┴─▶ State: plans, commits, deltas ─▶ the batch that must run again
//
// The truth is the journal, one file that is only appended to. A batch costs
// two appends, each one write and one fsync: its plan before it runs, and its
// commit, with the small changes of state, after the sink has it. Spark's own
// files are written beside it, later, so that Spark can go on from the
// directory and weir from one that Spark made or went on with. Everything is in
//
//	metadata            the id of the query, Spark's JSON
//	journal/lock        held by the live process
//	journal/<epoch>     see docs/format/journal.md
//	offsets/<batch>     Spark's offset log, docs/format/offset-log.md
//	commits/<batch>     Spark's commit log, docs/format/commit-log.md
//	sources/<i>/<batch> the logs of the sources, see [Log]
//	state/<operator>    left to the state stores
//
// Three things make it safe. A frame carries checksums from which a crash and
// damage can be told apart ([scan]): a crash costs nothing that was
// acknowledged, and damage is reported with file and byte, never read. An
// epoch, taken by making a file that must not exist, fences every earlier run,
// also one that slept through it ([journal]). And what differs between the
// journal and Spark's files is either taken over, made again or refused, by
// three rules ([Checkpoint.takeOver]).
//
// The package knows nothing of queries, plans or rows: offsets are JSON, deltas
// are bytes. Features S150 to S163 and S166.
package checkpoint
