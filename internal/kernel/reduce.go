package kernel

import "math/bits"

// Sum128 is the exact sum of 64-bit integers. The zero Sum128 is 0.
type Sum128 struct {
	Lo uint64
	Hi int64
}

// Add adds v.
func (s *Sum128) Add(v int64) {
	lo, carry := bits.Add64(s.Lo, uint64(v), 0)
	s.Lo, s.Hi = lo, s.Hi+v>>63+int64(carry)
}

// Int64 is the sum and whether it fits.
func (s Sum128) Int64() (sum int64, fits bool) {
	return int64(s.Lo), s.Hi == int64(s.Lo)>>63
}

// SumInts is the exact sum of the selected values; sel may be nil.
func SumInts[T Integer](values []T, sel []int32) Sum128 {
	var sum Sum128
	if sel == nil {
		for _, v := range values {
			sum.Add(int64(v))
		}
		return sum
	}
	for _, r := range sel {
		sum.Add(int64(values[r]))
	}
	return sum
}

// SumFloats is the sum of the selected values, added in the order of rows so
// that it is the same in every run; sel may be nil.
func SumFloats[T ~float32 | ~float64](values []T, sel []int32) float64 {
	sum := 0.0
	if sel == nil {
		for _, v := range values {
			sum += float64(v)
		}
		return sum
	}
	for _, r := range sel {
		sum += float64(values[r])
	}
	return sum
}

// Min is the least of the selected values, of which there is at least one; NaN
// is greater than all others.
func Min[T Number](values []T, sel []int32) T {
	least := values[row(sel, 0)]
	if sel == nil {
		for _, v := range values {
			if less(v, least) {
				least = v
			}
		}
		return least
	}
	for _, r := range sel {
		if v := values[r]; less(v, least) {
			least = v
		}
	}
	return least
}

// Max is the greatest of the selected values, of which there is at least one;
// NaN is greater than all others.
func Max[T Number](values []T, sel []int32) T {
	greatest := values[row(sel, 0)]
	if sel == nil {
		for _, v := range values {
			if less(greatest, v) {
				greatest = v
			}
		}
		return greatest
	}
	for _, r := range sel {
		if v := values[r]; less(greatest, v) {
			greatest = v
		}
	}
	return greatest
}

// AddTo adds the k-th selected value to sums[groups[k]], wrapping on overflow.
func AddTo[T Number, S int64 | float64](sums []S, groups []int32, values []T, sel []int32) {
	if sel == nil {
		values = values[:len(groups)]
		for k, g := range groups {
			sums[g] += S(values[k])
		}
		return
	}
	sel = sel[:len(groups)]
	for k, g := range groups {
		sums[g] += S(values[sel[k]])
	}
}

// CountTo adds one to counts[groups[k]] for every k.
func CountTo(counts []int64, groups []int32) {
	for _, g := range groups {
		counts[g]++
	}
}

// MinTo lowers least[groups[k]] to the k-th selected value where that is less.
func MinTo[T Number](least []T, groups []int32, values []T, sel []int32) {
	for k, g := range groups {
		if v := values[row(sel, k)]; less(v, least[g]) {
			least[g] = v
		}
	}
}

// MaxTo raises greatest[groups[k]] to the k-th selected value where that is
// greater.
func MaxTo[T Number](greatest []T, groups []int32, values []T, sel []int32) {
	for k, g := range groups {
		if v := values[row(sel, k)]; less(greatest[g], v) {
			greatest[g] = v
		}
	}
}
