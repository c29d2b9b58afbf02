package text

import (
	"encoding/binary"
	"math"
	"math/bits"
	"unsafe"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// hashSeed is the seed of hash and xxhash64.
const hashSeed = 42

// hasher are the functions of a hash by which columns are chained: the hash so
// far is the seed of the next value, and null leaves it as it is.
type hasher struct {
	word32 func(v uint32, seed uint64) uint64
	word64 func(v uint64, seed uint64) uint64
	bytes  func(s string, seed uint64) uint64
}

var murmur = hasher{
	word32: func(v uint32, seed uint64) uint64 { return uint64(murmurEnd(murmurMix(uint32(seed), v), 4)) },
	word64: func(v uint64, seed uint64) uint64 {
		h := murmurMix(murmurMix(uint32(seed), uint32(v)), uint32(v>>32))
		return uint64(murmurEnd(h, 8))
	},
	bytes: func(s string, seed uint64) uint64 {
		h, b := uint32(seed), bytesOfString(s)
		for ; len(b) >= 4; b = b[4:] {
			h = murmurMix(h, binary.LittleEndian.Uint32(b))
		}
		// Spark mixes each byte of the tail as a word of its own.
		for _, c := range b {
			h = murmurMix(h, uint32(int32(int8(c))))
		}
		return uint64(murmurEnd(h, uint32(len(s))))
	},
}

func murmurMix(h, k uint32) uint32 {
	k = bits.RotateLeft32(k*0xcc9e2d51, 15) * 0x1b873593
	return bits.RotateLeft32(h^k, 13)*5 + 0xe6546b64
}

func murmurEnd(h, n uint32) uint32 {
	h ^= n
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

// The primes of XXH64.
const (
	prime1 uint64 = 0x9E3779B185EBCA87
	prime2 uint64 = 0xC2B2AE3D27D4EB4F
	prime3 uint64 = 0x165667B19E3779F9
	prime4 uint64 = 0x85EBCA77C2B2AE63
	prime5 uint64 = 0x27D4EB2F165667C5
)

var xx64 = hasher{
	word32: func(v uint32, seed uint64) uint64 {
		h := seed + prime5 + 4
		h ^= uint64(v) * prime1
		return avalanche(bits.RotateLeft64(h, 23)*prime2 + prime3)
	},
	word64: func(v uint64, seed uint64) uint64 {
		h := seed + prime5 + 8
		h ^= bits.RotateLeft64(v*prime2, 31) * prime1
		return avalanche(bits.RotateLeft64(h, 27)*prime1 + prime4)
	},
	bytes: xxBytes,
}

func xxRound(acc, v uint64) uint64 { return bits.RotateLeft64(acc+v*prime2, 31) * prime1 }

func avalanche(h uint64) uint64 {
	h = (h ^ h>>33) * prime2
	h = (h ^ h>>29) * prime3
	return h ^ h>>32
}

func xxBytes(s string, seed uint64) uint64 {
	b := bytesOfString(s)
	var h uint64
	if len(b) >= 32 {
		v := [4]uint64{seed + prime1, 0, seed, 0}
		v[0] += prime2
		v[1], v[3] = seed+prime2, seed-prime1
		for ; len(b) >= 32; b = b[32:] {
			for i := range v {
				v[i] = xxRound(v[i], binary.LittleEndian.Uint64(b[8*i:]))
			}
		}
		h = bits.RotateLeft64(v[0], 1) + bits.RotateLeft64(v[1], 7) + bits.RotateLeft64(v[2], 12) +
			bits.RotateLeft64(v[3], 18)
		for _, x := range v {
			h = (h^xxRound(0, x))*prime1 + prime4
		}
	} else {
		h = seed + prime5
	}
	h += uint64(len(s))
	for ; len(b) >= 8; b = b[8:] {
		h = bits.RotateLeft64(h^xxRound(0, binary.LittleEndian.Uint64(b)), 27)*prime1 + prime4
	}
	if len(b) >= 4 {
		h = bits.RotateLeft64(h^uint64(binary.LittleEndian.Uint32(b))*prime1, 23)*prime2 + prime3
		b = b[4:]
	}
	for _, c := range b {
		h = bits.RotateLeft64(h^uint64(c)*prime5, 11) * prime1
	}
	return avalanche(h)
}

func bytesOfString(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// hashing is hash or xxhash64 over any number of arguments.
func hashing(name string, h hasher, result types.Type) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) == 0 {
				return expr.Resolution{}, expr.WrongCount(name, "> 0", 0)
			}
			return expr.Resolution{Args: args, Type: result}, nil
		},
		NullSafe: true,
		Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
			var seeds []uint64
			return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
				seeds = append(seeds[:0], make([]uint64, rows)...)
				for i := range seeds {
					seeds[i] = hashSeed
				}
				for _, c := range args {
					for _, i := range expr.Rows(rows, sel) {
						row := int(i)
						if c.Const {
							row = 0
						}
						seeds[i] = h.value(c, row, seeds[i])
					}
				}
				for _, i := range expr.Rows(rows, sel) {
					if result.Kind == types.Int {
						batch.Values[int32](out)[i] = int32(seeds[i])
					} else {
						batch.Values[int64](out)[i] = int64(seeds[i])
					}
				}
				return nil
			}, nil
		},
	}
}

// value is the hash of one value on top of a seed.
func (h *hasher) value(c *batch.Column, row int, seed uint64) uint64 {
	if c.Null(row) {
		return seed
	}
	switch c.Type.Kind {
	case types.Boolean:
		if batch.Values[bool](c)[row] {
			return h.word32(1, seed)
		}
		return h.word32(0, seed)
	case types.Byte:
		return h.word32(uint32(batch.Values[int8](c)[row]), seed)
	case types.Short:
		return h.word32(uint32(batch.Values[int16](c)[row]), seed)
	case types.Int, types.Date, types.YearMonthInterval:
		return h.word32(uint32(batch.Values[int32](c)[row]), seed)
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		return h.word64(uint64(batch.Values[int64](c)[row]), seed)
	case types.Float:
		f := batch.Values[float32](c)[row]
		if f != f {
			return h.word32(0x7fc00000, seed)
		}
		return h.word32(math.Float32bits(f+0), seed)
	case types.Double:
		f := batch.Values[float64](c)[row]
		if f != f {
			return h.word64(0x7ff8000000000000, seed)
		}
		return h.word64(math.Float64bits(f+0), seed)
	case types.Decimal128:
		return h.decimal(batch.Values[types.Decimal](c)[row], c.Type.Precision, seed)
	case types.CalendarInterval:
		v := batch.Values[types.Interval](c)[row]
		seed = h.word64(uint64(v.Micros), seed)
		seed = h.word32(uint32(v.Days), seed)
		return h.word32(uint32(v.Months), seed)
	case types.String, types.Binary, types.Variant:
		return h.bytes(batch.Values[string](c)[row], seed)
	case types.Struct:
		for _, child := range c.Children {
			seed = h.value(child, row, seed)
		}
		return seed
	default:
		return h.elements(c, row, seed)
	}
}

func (h *hasher) elements(c *batch.Column, row int, seed uint64) uint64 {
	if len(c.Offsets) == 0 {
		return seed
	}
	for i := c.Offsets[row]; i < c.Offsets[row+1]; i++ {
		for _, child := range c.Children {
			seed = h.value(child, int(i), seed)
		}
	}
	return seed
}

// decimal hashes up to 18 digits as a long, more as the bytes of Java's
// BigInteger.
func (h *hasher) decimal(d types.Decimal, precision int, seed uint64) uint64 {
	if precision <= 18 {
		return h.word64(d.Lo, seed)
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(d.Hi))
	binary.BigEndian.PutUint64(b[8:], d.Lo)
	i := 0
	for i < 15 && (b[i] == 0 && b[i+1] < 0x80 || b[i] == 0xff && b[i+1] >= 0x80) {
		i++
	}
	return h.bytes(string(b[i:]), seed)
}
