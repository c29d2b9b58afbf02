package aggregate

import (
	_ "embed"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// approxCountDistinct is approx_count_distinct(value, error): HyperLogLog++ with
// Spark's hash, registers and corrections, so that its figure is Spark's. The
// standard error defaults to 0.05.
var approxCountDistinct = &expr.Aggregate{
	Name: "approx_count_distinct",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 && len(args) != 2 {
			return expr.Resolution{}, expr.WrongCount("approx_count_distinct", "1 or 2", len(args))
		}
		rsd := 0.05
		if len(args) == 2 {
			v, err := literal("approx_count_distinct", 1, `"DOUBLE"`, args)
			if err != nil {
				return expr.Resolution{}, err
			}
			ok := false
			if rsd, ok = fraction(v, innermost(args[1]).Type()); !ok {
				return expr.Resolution{}, expr.Unexpected("approx_count_distinct", 1, `"DOUBLE"`, args[1])
			}
		}
		if p := precisionFor(rsd); p < minPrecision || p > maxPrecision {
			return expr.Resolution{}, fault.New(fault.FailedFunctionCall,
				"the relative error of approx_count_distinct must be between 0.0022 and 0.39, not %v", rsd)
		}
		return expr.Resolution{Args: []expr.Expr{args[0], expr.Lit(rsd)}, Type: types.Of(types.Long),
			Text: expr.CallText("approx_count_distinct", args[:1])}, nil
	},
	Partial: columnsOf(types.Binary),
	New: func(c *expr.AggregateCall, _ *expr.Env) (expr.Accumulator, error) {
		return &distinctOf{p: precisionFor(c.Args[1].(*expr.Literal).Value.(float64))}, nil
	},
	ZeroIfEmpty: true,
}

// A sketch has 1<<p registers; these are the p that there are corrections for.
const minPrecision, maxPrecision = 4, 18

// precisionFor is the p for a standard error.
func precisionFor(rsd float64) int { return int(math.Ceil(2 * math.Log(1.106/rsd) / math.Ln2)) }

// sketch is the registers of one group. Of few values it keeps only the
// registers that are not zero, rising by number, each as number<<8 | register;
// beyond an eighth of them it keeps all.
//
// Its saved form is the entries, four bytes each, little-endian, or one byte for
// each register; the length tells which.
type sketch struct {
	sparse []uint32
	dense  []byte
}

// raise makes register i at least v.
func (s *sketch) raise(i uint32, v byte, p int) {
	if s.dense != nil {
		s.dense[i] = max(s.dense[i], v)
		return
	}
	at := s.search(i)
	switch {
	case at < len(s.sparse) && s.sparse[at]>>8 == i:
		s.sparse[at] = max(s.sparse[at], i<<8|uint32(v))
	case len(s.sparse) < 1<<(p-3):
		if cap(s.sparse) == 0 {
			s.sparse = make([]uint32, 0, 8)
		}
		s.sparse = slices.Insert(s.sparse, at, i<<8|uint32(v))
	default:
		s.dense = make([]byte, 1<<p)
		for _, e := range s.sparse {
			s.dense[e>>8] = byte(e)
		}
		s.dense[i] = v
		s.sparse = nil
	}
}

// search is the place of register i among the entries, or where it would stand.
func (s *sketch) search(i uint32) int {
	at, n := 0, len(s.sparse)
	for n > 0 {
		half := (n + 1) / 2
		if next := at + half; s.sparse[next-1]>>8 < i {
			at = next
		}
		n -= half
	}
	return at
}

// distinctOf keeps sketches by group.
type distinctOf struct {
	sketches []sketch
	p        int
	rows     strict
	hashes   []uint64
	seen     uint32      // something of what touch has read
	saved    batch.Arena // sparse sketches that Save has given
}

func (d *distinctOf) Reset(from, to int) {
	d.sketches = grown(d.sketches, to)
	for g := from; g < to; g++ {
		s := &d.sketches[g]
		s.sparse, s.dense = s.sparse[:0], nil
	}
	d.saved.Reset()
}

func (d *distinctOf) Update(groups []int32, args []*batch.Column, sel []int32) error {
	d.saved.Reset()
	arg, groups, sel := d.rows.column(groups, args[0], sel)
	if len(groups) == 0 {
		return nil
	}
	d.hashes = grown(d.hashes, len(groups))
	hashes := d.hashes[:len(groups)]
	hashRows(hashes, arg, rowsOf(groups, sel))
	for len(groups) > 0 {
		n := min(touched, len(groups))
		d.touch(groups[:n])
		d.raise(groups[:n], hashes[:n])
		groups, hashes = groups[n:], hashes[n:]
	}
	return nil
}

// touched is how many rows' sketches are brought into the cache together.
const touched = 256

// touch reads of each sketch what raise is going to search. Each row waits for memory
// by itself there; here nothing depends on what is read, so that the waits overlap.
func (d *distinctOf) touch(groups []int32) {
	seen := uint32(0)
	for _, g := range groups {
		s := d.sketches[g].sparse
		seen += uint32(len(s))
		if n := len(s); n > 0 {
			seen += s[n/4] + s[n/2] + s[n*3/4]
		}
	}
	d.seen = seen
}

// raise adds a hash to the sketch of each group.
func (d *distinctOf) raise(groups []int32, hashes []uint64) {
	p := d.p
	for k, g := range groups {
		h := hashes[k]
		rank := byte(bits.LeadingZeros64(h<<p|1<<(p-1)) + 1)
		s, i := &d.sketches[g], uint32(h>>(64-p))
		if s.dense != nil {
			s.dense[i] = max(s.dense[i], rank)
		} else {
			s.raise(i, rank, p)
		}
	}
}

func (d *distinctOf) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	d.saved.Reset()
	arg, groups, sel := d.rows.column(groups, partial[0], sel)
	if len(groups) == 0 {
		return nil
	}
	values, rows := batch.Values[string](arg), rowsOf(groups, sel)
	for k, g := range groups {
		state, s := values[rows[k]], &d.sketches[g]
		switch {
		case len(state) == 1<<d.p:
			for i := range len(state) {
				if state[i] != 0 {
					s.raise(uint32(i), state[i], d.p)
				}
			}
		case len(state)%4 != 0 || len(state) > 1<<d.p:
			return fault.New(fault.IllegalState, "the state of approx_count_distinct has %d bytes; it was written with "+
				"another relative error, or is damaged", len(state))
		default:
			for ; len(state) > 0; state = state[4:] {
				s.raise(uint32(state[1])|uint32(state[2])<<8|uint32(state[3])<<16, state[0], d.p)
			}
		}
	}
	return nil
}

func (d *distinctOf) Save(groups []int32, partial []*batch.Column) error {
	out := partial[0]
	n := out.Len()
	out.Extend(len(groups))
	to := batch.Values[string](out)[n:]
	for i, g := range groups {
		s := &d.sketches[g]
		if s.dense != nil {
			to[i] = batch.View(s.dense)
			continue
		}
		b := d.saved.Alloc(4 * len(s.sparse))
		for k, e := range s.sparse {
			binary.LittleEndian.PutUint32(b[4*k:], e)
		}
		to[i] = batch.View(b)
	}
	return nil
}

func (d *distinctOf) Result(groups []int32, out *batch.Column) error {
	n := out.Len()
	out.Extend(len(groups))
	to := batch.Values[int64](out)[n:]
	for i, g := range groups {
		to[i] = d.sketches[g].estimate(d.p)
	}
	return nil
}

// estimate is the number of different values.
func (s *sketch) estimate(p int) int64 {
	m := float64(uint64(1) << p)
	inverse, zeros := 0.0, 0.0
	if s.dense == nil {
		zeros = m - float64(len(s.sparse))
		inverse = zeros
		for _, e := range s.sparse {
			inverse += inverseOf(byte(e))
		}
	} else {
		for _, v := range s.dense {
			inverse += inverseOf(v)
			if v == 0 {
				zeros++
			}
		}
	}
	if zeros > 0 {
		// As in Spark, whose bound for counting by empty registers is that of the
		// first HyperLogLog, not the lower ones of HyperLogLog++.
		if h := m * math.Log(m/zeros); h <= 2.5*m {
			return roundUp(h)
		}
	}
	e := alpha(p) * m * m / inverse
	if e < 5*m {
		e -= bias(p, e)
	}
	return roundUp(e)
}

// inverseOf is 2 to the power -v.
func inverseOf(v byte) float64 { return math.Float64frombits((1023 - uint64(v)) << 52) }

func roundUp(f float64) int64 { return int64(math.Floor(f + 0.5)) }

// alpha corrects the harmonic mean for 1<<p registers.
func alpha(p int) float64 {
	switch p {
	case 4:
		return 0.673
	case 5:
		return 0.697
	case 6:
		return 0.709
	default:
		return 0.7213 / (1 + 1.079/float64(uint64(1)<<p))
	}
}

// nearest is the number of points of the table that a correction is the mean of.
const nearest = 6

// bias is by how much the estimate e is too great, as it was found by trials: the
// mean over the nearest points of the table.
func bias(p int, e float64) float64 {
	table := corrections()[p-minPrecision]
	at, _ := slices.BinarySearchFunc(table, e, func(c correction, e float64) int {
		switch {
		case c.estimate < e:
			return -1
		case c.estimate > e:
			return 1
		default:
			return 0
		}
	})
	low := max(at-nearest+1, 0)
	high := min(low+nearest, len(table))
	for high < len(table) && square(e-table[high].estimate) < square(e-table[low].estimate) {
		low, high = low+1, high+1
	}
	sum := 0.0
	for _, c := range table[low:high] {
		sum += c.bias
	}
	return sum / float64(high-low)
}

func square(f float64) float64 { return f * f }

// correction says how far estimates of this size are off.
type correction struct{ estimate, bias float64 }

// biasText is the table of Heule, Nunkesser and Hall, "HyperLogLog in Practice"
// (2013): for each p a line with p, then lines of estimate and bias.
//
//go:embed bias.txt
var biasText string

// corrections are the points of biasText by p from 4, rising by estimate.
var corrections = sync.OnceValue(func() [][]correction {
	var tables [][]correction
	for line := range strings.Lines(biasText) {
		estimate, off, pair := strings.Cut(strings.TrimSpace(line), " ")
		if !pair {
			tables = append(tables, nil)
			continue
		}
		e, _ := strconv.ParseFloat(estimate, 64)
		b, _ := strconv.ParseFloat(off, 64)
		last := len(tables) - 1
		tables[last] = append(tables[last], correction{e, b})
	}
	return tables
})
