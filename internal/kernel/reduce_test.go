package kernel

import (
	"math"
	"slices"
	"testing"
)

func TestReduce(t *testing.T) {
	ints := []int64{math.MaxInt64, math.MaxInt64, math.MinInt64, -5, 7}
	for _, tt := range []struct {
		sel  []int32
		sum  int64
		fits bool
		min  int64
		max  int64
	}{
		{nil, math.MinInt64, false, math.MinInt64, math.MaxInt64}, // one more than MaxInt64
		{[]int32{0, 1}, -2, false, math.MaxInt64, math.MaxInt64},
		{[]int32{2, 3}, math.MaxInt64 - 4, false, math.MinInt64, -5},
		{[]int32{3, 4}, 2, true, -5, 7},
	} {
		sum, fits := SumInts(ints, tt.sel).Int64()
		if sum != tt.sum || fits != tt.fits {
			t.Errorf("sum of %v is %d, fits %t; want %d, %t", tt.sel, sum, fits, tt.sum, tt.fits)
		}
		if got := Min(ints, tt.sel); got != tt.min {
			t.Errorf("min of %v is %d, want %d", tt.sel, got, tt.min)
		}
		if got := Max(ints, tt.sel); got != tt.max {
			t.Errorf("max of %v is %d, want %d", tt.sel, got, tt.max)
		}
	}
	floats := []float64{1.5, math.NaN(), -2}
	if got := SumFloats(floats, []int32{0, 2}); got != -0.5 {
		t.Errorf("sum is %v", got)
	}
	if got := SumFloats([]float32{1, 2}, nil); got != 3 {
		t.Errorf("sum is %v", got)
	}
	if lo, hi := Min(floats, nil), Max(floats, nil); lo != -2 || hi == hi {
		t.Errorf("min and max with NaN are %v and %v", lo, hi)
	}
}

func TestReduceByGroup(t *testing.T) {
	groups, sel, values := []int32{0, 1, 0}, []int32{1, 2, 3}, []int32{100, 1, 20, 3}
	check := func(name string, got, want []int64) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	sums := make([]int64, 2)
	AddTo(sums, groups, values, sel)
	check("sum", sums, []int64{4, 20})
	AddTo(sums, groups, values[:3], nil)
	check("sum of all", sums, []int64{124, 21})
	counts := make([]int64, 2)
	CountTo(counts, groups)
	check("count", counts, []int64{2, 1})
	least, greatest := []int32{2, 50}, []int32{2, 10}
	MinTo(least, groups, values, sel)
	MaxTo(greatest, groups, values, sel)
	if !slices.Equal(least, []int32{1, 20}) || !slices.Equal(greatest, []int32{3, 20}) {
		t.Errorf("min %v, max %v", least, greatest)
	}
}
