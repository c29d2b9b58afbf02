// Package keyed holds the operators that keep state from batch to batch.
//
// An operator of this package works on one partition, whose keys nobody else has.
// Its arrays are the state; a [Table] gives each key the slot that it has in them:
//
//	rows ─▶ drop the late ─▶ Find ─▶ merge into arrays[slot] ─▶ MarkDirty
//	                                            │
//	          at the end of the batch:          ├─▶ emit what the mode asks for
//	          Expired(watermark) ───────────────┴─▶ emit (append), Delete
//
// The query commits the table after the batch (package state), so nothing here
// knows of files. A batch that fails leaves the table as it is: the query loads
// the last version before it tries again.
//
// A [Join] has two tables, a side each: the rows by key and number, in chains by key.
//
// # Order
//
// What is emitted depends on the rows, in the order in which they come, and on
// the version of the state, and on nothing else: touched groups come in the order
// of their first rows, groups that expire by time and then by the hash of their
// key, and all groups, in complete mode, by the hash of their key.
package keyed
