package kernel

import (
	"encoding/binary"
	"math"
	"math/bits"
	"unsafe"

	"github.com/zeebo/xxh3"

	"github.com/weirstream/weir/types"
)

// The odd constants of the hash. They are on disk (see the package's text).
const (
	hashK0 = 0x9E3779B97F4A7C15
	hashK1 = 0xBF58476D1CE4E5B9
	hashK2 = 0x94D049BB133111EB
	hashK3 = 0xD6E8FEB86659FD93
)

// NullHash is the hash of a null of any type.
const NullHash uint64 = 0x6A09E667F3BCC909

// Shards is the number of shards that keys are spread over.
const Shards = 256

// Shard is the shard of a key with this hash: its top eight bits. Tables take
// their slots from the low bits, so the keys of a range of shards still fill a
// table evenly.
func Shard(hash uint64) uint8 { return uint8(hash >> 56) }

// fold multiplies to 128 bits and folds the halves together.
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// HashWord is the hash of a value that is one word (see [Integer] words,
// [FloatWord]).
func HashWord(w uint64) uint64 { return fold(w^hashK0, hashK1) }

// Combine is the hash of a key whose columns so far have hash h and whose next
// column has hash g. The order of columns matters.
func Combine(h, g uint64) uint64 { return fold(h^hashK2, g^hashK3) }

// ShortString is the length up to which [ShortWords] say all of a string.
const ShortString = 16

// ShortWords are two words that, with its length, are a string of at most
// [ShortString] bytes: its first and last eight bytes, little-endian, which may
// overlap; of four to seven bytes the first and last four; below that the first,
// middle and last byte.
func ShortWords(s string) (a, b uint64) {
	p := unsafe.Slice(unsafe.StringData(s), len(s))
	switch n := len(p); {
	case n >= 8:
		return binary.LittleEndian.Uint64(p), binary.LittleEndian.Uint64(p[n-8:])
	case n >= 4:
		return uint64(binary.LittleEndian.Uint32(p)), uint64(binary.LittleEndian.Uint32(p[n-4:]))
	case n > 0:
		return uint64(p[0]) | uint64(p[n>>1])<<8 | uint64(p[n-1])<<16, 0
	default:
		return 0, 0
	}
}

// HashShort is the hash of a string of n ≤ [ShortString] bytes with these words.
func HashShort(a, b, n uint64) uint64 { return fold(fold(a^hashK1, b^hashK2)^n, hashK0) }

// HashString is the hash of the bytes of s: [HashShort] up to 16 bytes, XXH3
// with seed 0 beyond.
func HashString(s string) uint64 {
	if len(s) > ShortString {
		return xxh3.HashString(s)
	}
	a, b := ShortWords(s)
	return HashShort(a, b, uint64(len(s)))
}

// FloatWord is the word of a double: its bits, with -0.0 made 0.0 and every NaN
// the same NaN.
func FloatWord(f float64) uint64 {
	if f != f {
		return 0x7FF8000000000000
	}
	return math.Float64bits(f + 0) // -0.0 + 0 is 0.0
}

// Float32Word is the word of a float: its bits, normalised as by [FloatWord].
func Float32Word(f float32) uint64 {
	if f != f {
		return 0x7FC00000
	}
	return uint64(math.Float32bits(f + 0))
}

// HashDecimal is the hash of an unscaled value.
func HashDecimal(d types.Decimal) uint64 { return Combine(HashWord(d.Lo), HashWord(uint64(d.Hi))) }

// HashInterval is the hash of a calendar interval, its parts taken apart.
func HashInterval(v types.Interval) uint64 {
	return Combine(HashWord(uint64(uint32(v.Months))|uint64(uint32(v.Days))<<32), HashWord(uint64(v.Micros)))
}

// HashWords puts the hashes of the words into out, which is as long.
func HashWords(out, words []uint64) {
	out = out[:len(words)]
	for i, w := range words {
		out[i] = HashWord(w)
	}
}

// HashStrings puts the hashes of the selected values into out, dense.
func HashStrings(out []uint64, values []string, sel []int32) {
	if sel == nil {
		out = out[:len(values)]
		for i, s := range values {
			out[i] = HashString(s)
		}
		return
	}
	out = out[:len(sel)]
	for i, r := range sel {
		out[i] = HashString(values[r])
	}
}

// HashDecimals puts the hashes of the selected values into out, dense.
func HashDecimals(out []uint64, values []types.Decimal, sel []int32) {
	for i := range out {
		out[i] = HashDecimal(values[row(sel, i)])
	}
}

// HashIntervals puts the hashes of the selected values into out, dense.
func HashIntervals(out []uint64, values []types.Interval, sel []int32) {
	for i := range out {
		out[i] = HashInterval(values[row(sel, i)])
	}
}

// HashNulls overwrites the hashes of null rows with [NullHash]. valid may be nil.
func HashNulls(out []uint64, valid []uint64, sel []int32) {
	if valid == nil {
		return
	}
	for i := range out {
		if !Bit(valid, row(sel, i)) {
			out[i] = NullHash
		}
	}
}

// CombineHashes makes each h[i] the hash of the columns so far and a next column
// with hash g[i].
func CombineHashes(h, g []uint64) {
	g = g[:len(h)]
	for i := range h {
		h[i] = Combine(h[i], g[i])
	}
}

// row is the physical row of position i.
func row(sel []int32, i int) int {
	if sel == nil {
		return i
	}
	return int(sel[i])
}
