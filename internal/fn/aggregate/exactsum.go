package aggregate

import (
	"math"
	"math/bits"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// sumState says what an exact sum has met.
type sumState uint8

const (
	empty      sumState = 0
	summing    sumState = 1
	overflowed sumState = 3 // and so it stays
)

// exactSum sums decimals, or integers that must not wrap, in 128 bits, and
// remembers by group that the sum has left its type.
type exactSum struct {
	sums   []types.Decimal
	states []sumState
	rows   strict
	call   *expr.AggregateCall
	// raise: an overflow is an error of the result, otherwise it is null.
	raise bool
	// fits says whether a sum is of the result's type.
	fits func(types.Decimal) bool
	// roomy: the sum has ten digits more than its terms, so that no number of rows
	// that could be counted makes it leave its type.
	roomy bool
}

func newExactSum(c *expr.AggregateCall, raise bool) *exactSum {
	return &exactSum{call: c, raise: raise, fits: fitting(c.Typ), roomy: hasRoom(c, c.Typ)}
}

// hasRoom reports whether t holds any sum of the call's argument.
func hasRoom(c *expr.AggregateCall, t types.Type) bool {
	arg := c.Args[0].Type()
	return arg.Kind == types.Decimal128 && t.Kind == types.Decimal128 && t.Precision >= arg.Precision+10 && t.Scale == arg.Scale
}

// fitting says whether a decimal is a value of type t.
func fitting(t types.Type) func(types.Decimal) bool {
	switch t.Kind {
	case types.Decimal128:
		return func(d types.Decimal) bool { return d.FitsPrecision(t.Precision) }
	case types.YearMonthInterval:
		return func(d types.Decimal) bool {
			v, ok := d.Int64()
			return ok && v >= math.MinInt32 && v <= math.MaxInt32
		}
	default:
		return func(d types.Decimal) bool { _, ok := d.Int64(); return ok }
	}
}

func (s *exactSum) Reset(from, to int) {
	s.sums, s.states = emptied(s.sums, from, to), emptied(s.states, from, to)
}

func (s *exactSum) Update(groups []int32, args []*batch.Column, sel []int32) error {
	arg, groups, sel := s.rows.column(groups, args[0], sel)
	if len(groups) == 0 {
		return nil
	}
	s.add(groups, arg, rowsOf(groups, sel))
	return nil
}

// add adds rows that are not null.
func (s *exactSum) add(groups []int32, arg *batch.Column, rows []int32) {
	switch arg.Type.Kind {
	case types.Decimal128:
		values := batch.Values[types.Decimal](arg)
		if s.roomy {
			s.addRoomy(groups, values, rows)
			return
		}
		for k, g := range groups {
			s.addTo(g, values[rows[k]])
		}
	case types.Byte:
		addDecimals[int8](s, groups, arg, rows)
	case types.Short:
		addDecimals[int16](s, groups, arg, rows)
	case types.Int, types.YearMonthInterval:
		addDecimals[int32](s, groups, arg, rows)
	default:
		addDecimals[int64](s, groups, arg, rows)
	}
}

// addRoomy adds terms to sums that no sum of them leaves.
func (s *exactSum) addRoomy(groups []int32, values []types.Decimal, rows []int32) {
	rows = rows[:len(groups)]
	for k, g := range groups {
		sum, v := &s.sums[g], &values[rows[k]]
		lo, carry := bits.Add64(sum.Lo, v.Lo, 0)
		sum.Lo, sum.Hi = lo, sum.Hi+v.Hi+int64(carry)
		s.states[g] |= summing
	}
}

func addDecimals[T integers](s *exactSum, groups []int32, arg *batch.Column, rows []int32) {
	values := batch.Values[T](arg)
	for k, g := range groups {
		s.addTo(g, types.DecimalFromInt64(int64(values[rows[k]])))
	}
}

func (s *exactSum) addTo(g int32, v types.Decimal) {
	if s.states[g] == overflowed {
		return
	}
	sum, ok := s.sums[g].Add(v)
	s.sums[g], s.states[g] = sum, summing
	if !ok || !s.fits(sum) {
		s.states[g] = overflowed
	}
}

// Merge adds sums. A sum that is null without being empty has overflowed.
func (s *exactSum) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	empties := expr.ArgOf[bool](partial[1])
	rows := rowsOf(groups, sel)
	for k, g := range groups {
		if partial[0].Null(int(rows[k])) && !empties.At(rows[k]) {
			s.states[g] = overflowed
		}
	}
	return s.Update(groups, partial[:1], sel)
}

func (s *exactSum) Save(groups []int32, partial []*batch.Column) error {
	s.values(groups, partial[0])
	n := partial[1].Len()
	partial[1].Extend(len(groups))
	to := batch.Values[bool](partial[1])[n:]
	for i, g := range groups {
		to[i] = s.states[g] == empty
	}
	return nil
}

func (s *exactSum) Result(groups []int32, out *batch.Column) error {
	if s.raise {
		for _, g := range groups {
			if s.states[g] == overflowed {
				return overflow(s.call, "decimal")
			}
		}
	}
	s.values(groups, out)
	return nil
}

// values appends the sums, null for what is empty or has overflowed.
func (s *exactSum) values(groups []int32, out *batch.Column) {
	n := out.Len()
	out.Extend(len(groups))
	for i, g := range groups {
		if s.states[g] != summing {
			out.SetNull(n + i)
			continue
		}
		setNumber(out, n+i, s.sums[g])
	}
}

// setNumber sets row i of a column of decimals, bigints or intervals to a value
// that fits.
func setNumber(out *batch.Column, i int, v types.Decimal) {
	switch out.Type.Kind {
	case types.Decimal128:
		batch.Values[types.Decimal](out)[i] = v
	case types.YearMonthInterval:
		batch.Values[int32](out)[i] = int32(v.Lo)
	default:
		batch.Values[int64](out)[i] = int64(v.Lo)
	}
}
