package rdd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"sort"
)

// Number is what can be summed.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// Stats counts numbers and keeps their mean, variance and bounds in one pass, by
// Welford's method; two can be merged (Spark's StatCounter, R10). The zero Stats has
// seen nothing.
type Stats struct {
	Count    int64
	Mean     float64
	m2       float64 // the sum of the squared distances from the mean
	max, min float64
}

// Add counts a number.
func (s *Stats) Add(v float64) {
	if s.Count == 0 {
		s.max, s.min = math.Inf(-1), math.Inf(1)
	}
	delta := v - s.Mean
	s.Count++
	s.Mean += delta / float64(s.Count)
	s.m2 += delta * (v - s.Mean)
	s.max, s.min = math.Max(s.max, v), math.Min(s.min, v)
}

// Merge counts what another has counted.
func (s *Stats) Merge(o Stats) {
	if s.Count == 0 {
		*s = o
		return
	}
	if o.Count == 0 {
		return
	}
	delta := o.Mean - s.Mean
	n := s.Count + o.Count
	switch {
	case o.Count*10 < s.Count:
		s.Mean += delta * float64(o.Count) / float64(n)
	case s.Count*10 < o.Count:
		s.Mean = o.Mean - delta*float64(s.Count)/float64(n)
	default:
		s.Mean = (s.Mean*float64(s.Count) + o.Mean*float64(o.Count)) / float64(n)
	}
	s.m2 += o.m2 + delta*delta*float64(s.Count)*float64(o.Count)/float64(n)
	s.Count = n
	s.max, s.min = math.Max(s.max, o.max), math.Min(s.min, o.min)
}

// Sum is the sum.
func (s Stats) Sum() float64 { return s.Mean * float64(s.Count) }

// Max is the greatest number, -Inf if there was none.
func (s Stats) Max() float64 {
	if s.Count == 0 {
		return math.Inf(-1)
	}
	return s.max
}

// Min is the smallest number, +Inf if there was none.
func (s Stats) Min() float64 {
	if s.Count == 0 {
		return math.Inf(1)
	}
	return s.min
}

// Variance is that of the population, NaN if there was no number.
func (s Stats) Variance() float64 {
	if s.Count == 0 {
		return math.NaN()
	}
	return s.m2 / float64(s.Count)
}

// SampleVariance divides by one less than the count; NaN below two numbers.
func (s Stats) SampleVariance() float64 {
	if s.Count <= 1 {
		return math.NaN()
	}
	return s.m2 / float64(s.Count-1)
}

// Stdev is the square root of [Stats.Variance].
func (s Stats) Stdev() float64 { return math.Sqrt(s.Variance()) }

// SampleStdev is the square root of [Stats.SampleVariance].
func (s Stats) SampleStdev() float64 { return math.Sqrt(s.SampleVariance()) }

// String is Spark's form.
func (s Stats) String() string {
	return fmt.Sprintf("(count: %d, mean: %f, stdev: %f, max: %f, min: %f)", s.Count, s.Mean, s.Stdev(), s.Max(), s.Min())
}

// StatsOf counts all numbers.
func StatsOf[T Number](ctx context.Context, r *RDD[T]) (Stats, error) {
	return Aggregate(ctx, r, func() Stats { return Stats{} }, func(s Stats, v T) Stats {
		s.Add(float64(v))
		return s
	}, func(a, b Stats) Stats {
		a.Merge(b)
		return a
	})
}

// Sum is the sum of all numbers.
func Sum[T Number](ctx context.Context, r *RDD[T]) (float64, error) {
	return Aggregate(ctx, r, func() float64 { return 0 }, func(s float64, v T) float64 { return s + float64(v) },
		func(a, b float64) float64 { return a + b })
}

// Mean is the mean, NaN of nothing.
func Mean[T Number](ctx context.Context, r *RDD[T]) (float64, error) {
	s, err := StatsOf(ctx, r)
	if s.Count == 0 {
		return math.NaN(), err
	}
	return s.Mean, err
}

// Variance is the variance of the population, NaN of nothing.
func Variance[T Number](ctx context.Context, r *RDD[T]) (float64, error) {
	s, err := StatsOf(ctx, r)
	return s.Variance(), err
}

// Stdev is the standard deviation of the population, NaN of nothing.
func Stdev[T Number](ctx context.Context, r *RDD[T]) (float64, error) {
	s, err := StatsOf(ctx, r)
	return s.Stdev(), err
}

// SampleVariance is the variance of a sample, NaN below two numbers.
func SampleVariance[T Number](ctx context.Context, r *RDD[T]) (float64, error) {
	s, err := StatsOf(ctx, r)
	return s.SampleVariance(), err
}

// SampleStdev is the standard deviation of a sample, NaN below two numbers.
func SampleStdev[T Number](ctx context.Context, r *RDD[T]) (float64, error) {
	s, err := StatsOf(ctx, r)
	return s.SampleStdev(), err
}

// Max is the greatest row, [ErrEmpty] if there is none.
func Max[T cmp.Ordered](ctx context.Context, r *RDD[T]) (T, error) {
	return Reduce(ctx, r, func(a, b T) T { return max(a, b) })
}

// Min is the smallest row, [ErrEmpty] if there is none.
func Min[T cmp.Ordered](ctx context.Context, r *RDD[T]) (T, error) {
	return Reduce(ctx, r, func(a, b T) T { return min(a, b) })
}

// Histogram counts numbers in n ranges of equal width between the smallest and the
// greatest, and returns the bounds of the ranges, too. A bound belongs to the range
// that it begins; the last one also ends the last range.
func Histogram[T Number](ctx context.Context, r *RDD[T], n int) (bounds []float64, counts []int64, err error) {
	if n < 1 {
		return nil, nil, errors.New("the number of buckets must be at least 1")
	}
	s, err := StatsOf(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	if s.Count == 0 || math.IsNaN(s.Mean) || math.IsInf(s.Max(), 0) || math.IsInf(s.Min(), 0) {
		return nil, nil, errors.New("Histogram on either an empty RDD or RDD containing +/-infinity or NaN")
	}
	if s.Max() == s.Min() {
		n = 1
	}
	for i := range n {
		bounds = append(bounds, s.Min()+(s.Max()-s.Min())*float64(i)/float64(n))
	}
	bounds = append(bounds, s.Max())
	counts, err = HistogramOf(ctx, r, bounds)
	return bounds, counts, err
}

// HistogramOf counts numbers in ranges between ascending bounds; numbers outside are
// not counted.
func HistogramOf[T Number](ctx context.Context, r *RDD[T], bounds []float64) ([]int64, error) {
	if len(bounds) < 2 {
		return nil, errors.New("buckets array must have at least two elements")
	}
	last := len(bounds) - 1
	return Aggregate(ctx, r, func() []int64 { return make([]int64, last) }, func(counts []int64, v T) []int64 {
		x := float64(v)
		// The first bound above x ends its range.
		i := sort.Search(len(bounds), func(i int) bool { return bounds[i] > x })
		if x == bounds[last] {
			i = last
		}
		if i >= 1 && i <= last && !math.IsNaN(x) {
			counts[i-1]++
		}
		return counts
	}, func(a, b []int64) []int64 {
		for i, n := range b {
			a[i] += n
		}
		return a
	})
}
