// Package kernel holds the loops in which a batch spends its time: pure
// functions over slices and bitmaps, one loop each, without an allocation, an
// interface call or a lock per row.
//
//	column's slices ──▶ kernel ──▶ slices
//	  []int64, []string, …          []bool      compare
//	  []uint64 (validity)           []uint64    hash, words, bitmaps
//	  []int32  (selection)          []int32     select, sort
//
// The package knows no columns and no batches, so that each loop can be tested
// and measured alone.
//
// # Rows and positions
//
// sel lists physical rows, rising; nil means all of them. Where a function's
// result has an entry per row that counts, it is dense: entry i belongs to row
// sel[i], or to row i where sel is nil. Where it says so, it is by row instead.
//
// # Floats
//
// Numbers compare as SQL compares them: NaN equals NaN and is greater than any
// other number; -0.0 equals 0.0. Hashing follows the same equality.
//
// # What is on disk
//
// [HashWord], [HashString], [Combine], [NullHash] and [Shard] say which of the
// 256 shards a key belongs to. State files are laid out by shard, so these five
// never change; a golden test holds their values, docs/format/state.md says them
// again in words.
package kernel
