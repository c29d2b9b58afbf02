// Package state says what keyed state is: what an operator asks of it, and what a
// store writes of it.
//
// The operator's table is the state. An operator keeps what it knows of a key in
// arrays by slot, its [Values]; the store gives each key its slot, knows what
// changed, and makes versions durable:
//
//	rows ─▶ Find ─▶ slots ─▶ the operator changes arrays[slot] ─▶ MarkDirty
//	                  │                                              │
//	            keys by slot                                 Commit(v): Save the
//	            expiry by time ─▶ Expired ─▶ Delete          dirty slots, forget them
//
//	delta of v        the rows that batch v-1 changed       docs/format/state.md
//	snapshot of v     all rows
//
// Version n is what batch n starts from; version 0 is empty. A store never undoes:
// when a batch fails, its table is dropped and version n loaded again.
//
// # Shards
//
// The shard of a key, 0 to 255, follows from its hash and is fixed for ever. A
// partition holds a range of shards, so that another number of partitions is
// another way to cut the same 256 (S160b: Spark fixes it with the first batch).
//
// What every store needs lies here: [Slots] (keys, what changed, expiry), the
// encoding of rows ([Part]), and [Manifest], by which a restart knows an
// operator again. Package memstore keeps all rows in memory.
package state
