// Package keytable maps rows to dense group ids by the values of their key
// columns. It is the heart of group-by, joins, deduplication and keyed state.
//
//	key columns ──▶ words ──▶ index ──▶ ids        0..n-1, in order of first
//	  rows, sel      a chunk    probe     │         appearance
//	                 at a time    │       └──▶ the caller's arrays: sums[id] += v
//	                              └── new key: an id, and its key copied to Keys
//
// A [Table] never sees accumulators: an operator keeps them in arrays by id.
// Ids of deleted keys are given again, the last deleted first, so that arrays by
// id stay as long as the greatest number of keys that ever lived at once. What a
// table answers depends on the calls made and on nothing else: run again, a batch
// gets the same ids.
//
// # Equality
//
// Keys are equal as in GROUP BY: null equals null, NaN equals NaN, -0.0 equals
// 0.0 (and is kept as 0.0). Strings are equal by their bytes. A join, where null
// equals nothing, takes rows with null keys out of the selection first.
//
// # Forms
//
// New chooses how keys are looked up by their types:
//
//	none   no key column: all rows are group 0
//	word   one key of up to 8 bytes: open addressing, the key stands in the slot;
//	       where keys lie close together, an array indexed by the key
//	pair   keys of up to 16 bytes together: packed into two words in the slot
//	text   one string: up to 16 bytes lie in the slot, longer ones are compared
//	       with the table's copy after their hash was; of very many texts none
//	       lies in a slot, to save memory
//	fold   texts, and more than 16 bytes, that fit a pair by numbers from tables of
//	       their own, as (channel, day) and (window, word) do
//	row    everything else: the keys of a row encoded as bytes, then as text
//
// A chunk of rows is probed in two passes. The first looks at one slot a row,
// without a jump, so that cache misses of many rows overlap; it lists the rows
// that found nothing. The second walks on for those and adds new keys.
//
// # Loose tables
//
// Rows that are numbered, as those of a join, are never looked up. [Table.Loosen]
// leaves the index away: a row then costs its copy. Tables are tightened while
// versions of state are loaded, since a later delta may have a row again.
//
// # Shards
//
// A [Hasher] gives keys' hashes and their shards, 0 to 255. The shard of a key is
// on disk and never changes; see package kernel.
package keytable
