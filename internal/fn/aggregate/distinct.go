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
		return &distinctOf{sketches: newSketches(precisionFor(c.Args[1].(*expr.Literal).Value.(float64)))}, nil
	},
	ZeroIfEmpty: true,
}

// A sketch has 1<<p registers; these are the p that there are corrections for.
const minPrecision, maxPrecision = 4, 18

// precisionFor is the p for a standard error.
func precisionFor(rsd float64) int { return int(math.Ceil(2 * math.Log(1.106/rsd) / math.Ln2)) }

// distinctOf keeps sketches by group; see [sketches].
type distinctOf struct {
	sketches sketches
	rows     strict
	hashes   []uint64
	saved    batch.Arena // sketches of few values that Save has given
}

func (d *distinctOf) Reset(from, to int) {
	d.sketches.reset(from, to)
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
	p := d.sketches.p
	for k, g := range groups {
		h := hashes[k]
		d.sketches.raise(g, uint32(h>>(64-p)), byte(bits.LeadingZeros64(h<<p|1<<(p-1))+1))
	}
	return nil
}

func (d *distinctOf) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	d.saved.Reset()
	arg, groups, sel := d.rows.column(groups, partial[0], sel)
	if len(groups) == 0 {
		return nil
	}
	values, rows, p := batch.Values[string](arg), rowsOf(groups, sel), d.sketches.p
	for k, g := range groups {
		state := values[rows[k]]
		switch {
		case len(state) == 1<<p:
			d.sketches.raiseAll(g, state)
		case len(state)%4 != 0 || len(state) > 1<<p:
			return fault.New(fault.IllegalState, "the state of approx_count_distinct has %d bytes; it was written with "+
				"another relative error, or is damaged", len(state))
		default:
			d.sketches.raiseEntries(g, state)
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
		registers, entries := d.sketches.of(g)
		if registers != nil {
			to[i] = batch.View(registers)
			continue
		}
		b := d.saved.Alloc(4 * len(entries))
		for k, e := range entries {
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
		to[i] = d.sketches.estimate(g)
	}
	return nil
}

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
