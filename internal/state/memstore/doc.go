// Package memstore keeps keyed state in memory and its versions on disk.
//
// A [Store] is the table of one partition; a [State] is what all partitions of an
// operator have in common, and the side that the query sees:
//
//	task ─▶ Store: Find, MarkDirty, Delete
//	                 │
//	query ─▶ Save(v) ├▶ delta ≤ 32 KiB ─▶ staged, and part of the commit's append
//	                 └▶ larger ─▶ file, fsync ─▶ its name staged likewise
//	         [commit of the batch: one append to the journal]
//	         Committed(v) ─▶ now and then a copy of all rows ─▶ background: file ─▶
//	                         named by the manifest, with the next commit
//
// A file counts when the journal names it, and only then: one that a crash, a
// failed batch or a fenced run left is not looked at, and removed at the next
// start. Names are never used twice: version, epoch and a number.
//
// # Loading
//
// Version v is made of the newest snapshot of each shard that verifies, and of
// every delta after it. Each shard is followed from version to version; a version
// that is missing, or does not verify, is an error and never a guess. Partitions
// of former runs are read as they are and each takes the shards of its range, so
// the number of partitions may change at every start.
//
// # What is kept
//
// Of each shard: the deltas since the newest snapshot that is both older than the
// last one, so that one may be damaged, and as old as the oldest batch that the
// query keeps (minBatchesToRetain, S160). A snapshot is due when enough versions
// have passed and the deltas since the last one are half as large as it, or many:
// the work of snapshots stays proportional to what changes. State to which rows are
// only added needs none, while its deltas are in files: a snapshot would be as large.
package memstore
