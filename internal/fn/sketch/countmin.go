package sketch

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// countMin is count_min_sketch(value, eps, confidence, seed), in the form that
// Spark's CountMinSketch reads.
var countMin = &expr.Aggregate{
	Name: "count_min_sketch",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 4 {
			return expr.Resolution{}, expr.WrongCount("count_min_sketch", "4", len(args))
		}
		if t := args[0].Type(); !t.Integral() && t.Kind != types.String && t.Kind != types.Binary {
			return expr.Resolution{}, expr.Unexpected("count_min_sketch", 0, "(\"INTEGRAL\" or \"STRING\" or \"BINARY\")", args[0])
		}
		value := args[0]
		if value.Type().Integral() {
			value = expr.CastTo(value, types.Of(types.Long))
		}
		for k, limit := range []float64{math.Inf(1), 1} {
			l, ok := args[k+1].(*expr.Literal)
			if !ok {
				return expr.Resolution{}, fault.New(fault.NonFoldable, "argument %d of count_min_sketch must be constant", k+2)
			}
			if f, ok := l.Value.(float64); !ok || f <= 0 || f >= limit {
				return expr.Resolution{}, expr.Unexpected("count_min_sketch", k+1, "\"DOUBLE\"", l)
			}
		}
		return expr.Resolution{Args: append([]expr.Expr{value}, args[1:]...), Type: types.Of(types.Binary),
			Text: expr.CallText("count_min_sketch", args)}, nil
	},
	Partial: saved,
	New: accumulate(func(c *expr.AggregateCall) func() state {
		var seed int64
		switch v := c.Args[3].(*expr.Literal).Value.(type) {
		case int32:
			seed = int64(v)
		case int64:
			seed = v
		}
		width := int(math.Ceil(2 / c.Args[1].(*expr.Literal).Value.(float64)))
		depth := int(math.Ceil(-math.Log(1-c.Args[2].(*expr.Literal).Value.(float64)) / math.Ln2))
		return func() state {
			s := &counters{width: width, hash: make([]int64, depth), table: make([]int64, depth*width)}
			r := newRandom(seed)
			for i := range s.hash {
				s.hash[i] = int64(r.intn(math.MaxInt32))
			}
			return s
		}
	}),
	ZeroIfEmpty: true,
}

// counters count values by several hashes of them.
type counters struct {
	total int64
	width int
	hash  []int64 // the multiplier of each row
	table []int64 // rows of width counters
}

func (s *counters) add(args []*batch.Column, row int) error {
	s.total++
	if args[0].Type.Kind != types.Long {
		v := value[string](args[0], row)
		h1 := murmur(v, 0)
		h2 := murmur(v, uint32(h1))
		for i := range s.hash {
			at := int(h1+int32(i)*h2) % s.width
			s.table[i*s.width+max(at, -at)]++
		}
		return nil
	}
	v := value[int64](args[0], row)
	for i, a := range s.hash {
		h := a * v
		h += h >> 32
		h &= 1<<31 - 1
		s.table[i*s.width+int(h)%s.width]++
	}
	return nil
}

// save writes the form of Spark: version, total, depth, width, hashes, counters.
func (s *counters) save() []byte {
	b := binary.BigEndian.AppendUint32(nil, 1)
	b = binary.BigEndian.AppendUint64(b, uint64(s.total))
	b = binary.BigEndian.AppendUint32(b, uint32(len(s.hash)))
	b = binary.BigEndian.AppendUint32(b, uint32(s.width))
	for _, h := range s.hash {
		b = binary.BigEndian.AppendUint64(b, uint64(h))
	}
	for _, n := range s.table {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	return b
}

func (s *counters) load(saved string) {
	b := []byte(saved)
	s.total += int64(binary.BigEndian.Uint64(b[4:]))
	b = b[20+8*len(s.hash):]
	for i := range s.table {
		s.table[i] += int64(binary.BigEndian.Uint64(b[8*i:]))
	}
}

func (s *counters) result() any { return string(s.save()) }

// murmur is Murmur3 of 32 bits as Spark takes it, each byte of the tail a word.
func murmur(s string, seed uint32) int32 {
	h := seed
	mix := func(k uint32) {
		k = bits.RotateLeft32(k*0xcc9e2d51, 15) * 0x1b873593
		h = bits.RotateLeft32(h^k, 13)*5 + 0xe6546b64
	}
	i := 0
	for ; i+4 <= len(s); i += 4 {
		mix(uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16 | uint32(s[i+3])<<24)
	}
	for ; i < len(s); i++ {
		mix(uint32(int32(int8(s[i]))))
	}
	h ^= uint32(len(s))
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return int32(h ^ h>>16)
}
