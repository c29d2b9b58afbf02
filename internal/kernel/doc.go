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
// never change; a golden test holds their values. In words, with fold(a, b) the
// exclusive or of the halves of the 128-bit product:
//
//	word w            fold(w ^ K0, K1); integers sign-extended, floats by their
//	                  bits, -0.0 as 0.0 and every NaN as the quiet one
//	text, n ≤ 16      fold(fold(a ^ K1, b ^ K2) ^ n, K0), a and b its [ShortWords]
//	text, n > 16      XXH3, 64 bits, seed 0
//	decimal           word of the low half, combined with that of the high half
//	interval          word of months and days (upper half), combined with micros'
//	null              6a09e667f3bcc909
//	h combined with g fold(h ^ K2, g ^ K3)
//	shard             the top eight bits
//
//	K0 9e3779b97f4a7c15  K1 bf58476d1ce4e5b9  K2 94d049bb133111eb  K3 d6e8feb86659fd93
//
// How the columns of a key are combined stands at keytable.Hasher.
package kernel
