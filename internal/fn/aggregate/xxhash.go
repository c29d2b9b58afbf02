package aggregate

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// The five primes of XXH64.
const (
	prime1 = 0x9E3779B185EBCA87
	prime2 = 0xC2B2AE3D27D4EB4F
	prime3 = 0x165667B19E3779F9
	prime4 = 0x85EBCA77C2B2AE63
	prime5 = 0x27D4EB2F165667C5
)

// hash64 is XXH64 of the eight bytes of v.
func hash64(v, seed uint64) uint64 {
	h := seed + prime5 + 8
	h ^= bits.RotateLeft64(v*prime2, 31) * prime1
	return avalanche(bits.RotateLeft64(h, 27)*prime1 + prime4)
}

// hash32 is XXH64 of the four bytes of v.
func hash32(v uint32, seed uint64) uint64 {
	h := seed + prime5 + 4
	h ^= uint64(v) * prime1
	return avalanche(bits.RotateLeft64(h, 23)*prime2 + prime3)
}

func avalanche(h uint64) uint64 {
	h ^= h >> 33
	h *= prime2
	h ^= h >> 29
	h *= prime3
	return h ^ h>>32
}

func round(acc, v uint64) uint64 { return bits.RotateLeft64(acc+v*prime2, 31) * prime1 }

// hashBytes is XXH64 of a string.
func hashBytes(s string, seed uint64) uint64 {
	n := uint64(len(s))
	var h uint64
	if len(s) >= 32 {
		a, b, c, d := seed+prime1, seed, seed, seed
		a += prime2
		b += prime2
		d -= prime1
		for ; len(s) >= 32; s = s[32:] {
			a, b = round(a, word(s)), round(b, word(s[8:]))
			c, d = round(c, word(s[16:])), round(d, word(s[24:]))
		}
		h = bits.RotateLeft64(a, 1) + bits.RotateLeft64(b, 7) + bits.RotateLeft64(c, 12) + bits.RotateLeft64(d, 18)
		for _, lane := range [...]uint64{a, b, c, d} {
			h = (h^round(0, lane))*prime1 + prime4
		}
	} else {
		h = seed + prime5
	}
	h += n
	for ; len(s) >= 8; s = s[8:] {
		h = bits.RotateLeft64(h^round(0, word(s)), 27)*prime1 + prime4
	}
	if len(s) >= 4 {
		w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
		h = bits.RotateLeft64(h^w*prime1, 23)*prime2 + prime3
		s = s[4:]
	}
	for i := range len(s) {
		h = bits.RotateLeft64(h^uint64(s[i])*prime5, 11) * prime1
	}
	return avalanche(h)
}

// word is the first eight bytes of s, little-endian.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// hashSeed is the seed that Spark's sketches take.
const hashSeed = 42

// hashRows puts the hash of each of the rows of c, none of them null, into out,
// as Spark's xxhash64 has it.
func hashRows(out []uint64, c *batch.Column, rows []int32) {
	switch c.Type.Kind {
	case types.Byte:
		hashInts[int8](out, c, rows)
	case types.Short:
		hashInts[int16](out, c, rows)
	case types.Int, types.Date, types.YearMonthInterval:
		hashInts[int32](out, c, rows)
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		values := batch.Values[int64](c)
		for k, r := range rows {
			out[k] = hash64(uint64(values[r]), hashSeed)
		}
	case types.String, types.Binary:
		values := batch.Values[string](c)
		for k, r := range rows {
			out[k] = hashBytes(values[r], hashSeed)
		}
	default:
		for k, r := range rows {
			out[k] = hashValue(c, int(r), hashSeed)
		}
	}
}

func hashInts[T int8 | int16 | int32](out []uint64, c *batch.Column, rows []int32) {
	values := batch.Values[T](c)
	for k, r := range rows {
		out[k] = hash32(uint32(int32(values[r])), hashSeed)
	}
}

// hashValue is the hash of one value of any type; a null leaves the seed.
func hashValue(c *batch.Column, row int, seed uint64) uint64 {
	if c.Null(row) {
		return seed
	}
	switch c.Type.Kind {
	case types.Boolean:
		return hash32(uint32(bit(batch.Values[bool](c)[row])), seed)
	case types.Byte:
		return hash32(uint32(int32(batch.Values[int8](c)[row])), seed)
	case types.Short:
		return hash32(uint32(int32(batch.Values[int16](c)[row])), seed)
	case types.Int, types.Date, types.YearMonthInterval:
		return hash32(uint32(batch.Values[int32](c)[row]), seed)
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		return hash64(uint64(batch.Values[int64](c)[row]), seed)
	case types.Float:
		return hash32(floatBits(batch.Values[float32](c)[row]), seed)
	case types.Double:
		return hash64(kernel.FloatWord(batch.Values[float64](c)[row]), seed)
	case types.Decimal128:
		return hashDecimal(batch.Values[types.Decimal](c)[row], c.Type.Precision, seed)
	case types.CalendarInterval:
		v := batch.Values[types.Interval](c)[row]
		return hash32(uint32(v.Months), hash32(uint32(v.Days), hash64(uint64(v.Micros), seed)))
	case types.String, types.Binary, types.Variant:
		return hashBytes(batch.Values[string](c)[row], seed)
	case types.Struct:
		for _, child := range c.Children {
			seed = hashValue(child, row, seed)
		}
	case types.Array, types.Map:
		for i := c.Offsets[row]; i < c.Offsets[row+1]; i++ {
			for _, child := range c.Children {
				seed = hashValue(child, int(i), seed)
			}
		}
	}
	return seed
}

// floatBits are the bits of f; those of 0.0 for -0.0 and of one NaN for all.
func floatBits(f float32) uint32 {
	switch {
	case f == 0:
		return 0
	case f != f:
		return 0x7FC00000
	default:
		return math.Float32bits(f)
	}
}

// hashDecimal hashes the unscaled value: up to 18 digits as a long, beyond as
// the fewest big-endian bytes that hold it with its sign.
func hashDecimal(d types.Decimal, precision int, seed uint64) uint64 {
	if precision <= 18 {
		return hash64(d.Lo, seed)
	}
	var buf [16]byte
	binary.BigEndian.PutUint64(buf[:], uint64(d.Hi))
	binary.BigEndian.PutUint64(buf[8:], d.Lo)
	sign := byte(d.Hi >> 63)
	n := 0
	for n < 15 && buf[n] == sign && buf[n+1]&0x80 == sign&0x80 {
		n++
	}
	return hashBytes(batch.View(buf[n:]), seed)
}
