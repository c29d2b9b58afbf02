package kernel

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/types"
)

var ops = []Op{Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual}

// order is SQL's, from the definition: NaN equals itself and is the greatest.
func order[T Number](a, b T) int {
	aNaN, bNaN := a != a, b != b
	switch {
	case aNaN && bNaN:
		return 0
	case aNaN:
		return 1
	case bNaN:
		return -1
	default:
		return cmp.Compare(a, b)
	}
}

func checkNumbers[T Number](t *testing.T, r *rand.Rand, domain []T) {
	const n = 100
	a, b := make([]T, n), make([]T, n)
	for i := range n {
		a[i], b[i] = domain[r.IntN(len(domain))], domain[r.IntN(len(domain))]
	}
	c := domain[r.IntN(len(domain))]
	out, sel := make([]bool, n), make([]int32, 0, n)
	for i := range int32(n) {
		if r.IntN(3) > 0 {
			sel = append(sel, i)
		}
	}
	for _, op := range ops {
		check := func(name string, other func(i int32) T, selected []int32) {
			var want []int32
			for _, i := range sel {
				if op.Holds(order(a[i], other(i))) {
					want = append(want, i)
				}
			}
			if !slices.Equal(selected, want) {
				t.Errorf("%s of %T, op %d: rows %v, want %v", name, c, op, selected, want)
			}
			for i := range int32(n) {
				if out[i] != op.Holds(order(a[i], other(i))) {
					t.Errorf("%s of %T, op %d: row %d is %t", name, c, op, i, out[i])
				}
			}
		}
		into := make([]int32, len(sel))
		CompareNumbers(op, out, a, b)
		into = into[:SelectNumbers(op, into, sel, a, b)]
		check("columns", func(i int32) T { return b[i] }, into)
		CompareNumber(op, out, a, c)
		into = slices.Clone(sel) // out may be sel itself
		into = into[:SelectNumber(op, into, into, a, c)]
		check("constant", func(int32) T { return c }, into)
	}
}

func TestNumbersCompareAsInSQL(t *testing.T) {
	r := random(t)
	negative := math.Copysign(0, -1)
	checkNumbers(t, r, []int8{-128, -1, 0, 1, 127})
	checkNumbers(t, r, []int32{math.MinInt32, -1, 0, 1, math.MaxInt32})
	checkNumbers(t, r, []int64{math.MinInt64, -1, 0, 1, math.MaxInt64})
	checkNumbers(t, r, []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, negative, 1.5, -1.5})
	checkNumbers(t, r, []float32{float32(math.NaN()), 0, float32(negative), 1.5, -1.5})
}

func TestStringsCompareByBytes(t *testing.T) {
	r := random(t)
	domain := []string{"", "a", "ab", "b", "\x00", "\xff", "é", "ab\x00"}
	const n = 64
	a, b, sel := make([]string, n), make([]string, n), make([]int32, n)
	for i := range n {
		a[i], b[i], sel[i] = domain[r.IntN(len(domain))], domain[r.IntN(len(domain))], int32(i)
	}
	out, into := make([]bool, n), make([]int32, n)
	for _, op := range ops {
		for _, constant := range []bool{false, true} {
			var count int
			if constant {
				CompareString(op, out, a, "ab")
				count = SelectString(op, into, sel, a, "ab")
			} else {
				CompareStrings(op, out, a, b)
				count = SelectStrings(op, into, sel, a, b)
			}
			var want []int32
			for i := range n {
				other := b[i]
				if constant {
					other = "ab"
				}
				holds := op.Holds(strings.Compare(a[i], other))
				if holds {
					want = append(want, int32(i))
				}
				if out[i] != holds {
					t.Errorf("op %d: %q with %q is %t", op, a[i], other, out[i])
				}
			}
			if !slices.Equal(into[:count], want) {
				t.Errorf("op %d: rows %v, want %v", op, into[:count], want)
			}
		}
	}
}

func TestDecimalsCompareAsNumbers(t *testing.T) {
	rising := []types.Decimal{{Lo: 0, Hi: -2}, {Lo: 5, Hi: -1}, {Lo: math.MaxUint64, Hi: -1}, {}, {Lo: 1}, {Hi: 1}}
	out := make([]bool, 1)
	for i, a := range rising {
		for j, b := range rising {
			for _, op := range ops {
				CompareDecimals(op, out, []types.Decimal{a}, []types.Decimal{b})
				if out[0] != op.Holds(cmp.Compare(i, j)) {
					t.Errorf("op %d of %v and %v is %t", op, a, b, out[0])
				}
			}
		}
	}
	all := make([]bool, len(rising))
	CompareDecimals(Less, all, rising, []types.Decimal{{}})
	if want := []bool{true, true, true, false, false, false}; !slices.Equal(all, want) {
		t.Errorf("less than zero: %v", all)
	}
}

func TestSelectByValidity(t *testing.T) {
	sel := []int32{0, 2, 3, 5}
	valid := []uint64{0b101001}
	check := func(name string, got, want []int32) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	out := make([]int32, 4)
	check("valid", out[:SelectValid(out, sel, valid)], []int32{0, 3, 5})
	check("null", out[:SelectNull(out, sel, valid)], []int32{2})
	check("no nulls", out[:SelectValid(out, sel, nil)], sel)
	check("null of no nulls", out[:SelectNull(out, sel, nil)], nil)
}
