// Package statetest examines stores of keyed state: every implementation of
// state.Table with versions runs [Examine] in its tests.
//
//	Subject ─▶ Run: tables, Commit, Rollback, Close
//	              │
//	              ├ contract   slots, what is dirty, what expires
//	              ├ history    random batches, failures, restarts with other
//	              │            partitions, against a map
//	              └ crashes    the machine dies in operation k, for every k
//
// The values are [Rows], a number and a text for each key.
package statetest
