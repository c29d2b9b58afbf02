package kernel

import (
	"slices"
	"testing"
)

func TestSumByGroup(t *testing.T) {
	groups, sel, values := []int32{0, 1, 0}, []int32{1, 2, 3}, []int32{100, 1, 20, 3}
	sums := make([]int64, 2)
	AddTo(sums, groups, values, sel)
	if want := []int64{4, 20}; !slices.Equal(sums, want) {
		t.Errorf("selected: %v, want %v", sums, want)
	}
	AddTo(sums, groups, values[:3], nil)
	if want := []int64{124, 21}; !slices.Equal(sums, want) {
		t.Errorf("and all: %v, want %v", sums, want)
	}
}
