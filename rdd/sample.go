package rdd

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
)

// random is the source of randomness of a partition. It is the same in each attempt,
// so that a partition that is computed again has the same rows.
func random(seed uint64, part int) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(part))) }

// Sample draws rows: without replacement each with the probability fraction, with
// replacement each fraction times on the average. The same seed draws the same rows,
// though not those that Spark would.
func Sample[T any](in *RDD[T], withReplacement bool, fraction float64, seed uint64) *RDD[T] {
	r := narrow(in, "PartitionwiseSampledRDD", "sample", func(_ *Task, part int, rows iter.Seq[T]) iter.Seq[T] {
		return func(yield func(T) bool) {
			draw := random(seed, part)
			rows(func(v T) bool { return repeated(v, times(draw, withReplacement, fraction), yield) })
		}
	})
	if fraction < 0 || !withReplacement && fraction > 1 {
		r.failed(fmt.Errorf("requirement failed: Fraction must be nonnegative, and at most 1 without replacement, but got %v", fraction))
	}
	return r
}

// times is how often a row is drawn.
func times(r *rand.Rand, withReplacement bool, fraction float64) int {
	if withReplacement {
		return poisson(r, fraction)
	}
	if r.Float64() < fraction {
		return 1
	}
	return 0
}

func repeated[T any](v T, n int, yield func(T) bool) bool {
	for range n {
		if !yield(v) {
			return false
		}
	}
	return true
}

// poisson draws from the Poisson distribution, by halves where the mean is large.
func poisson(r *rand.Rand, mean float64) int {
	n := 0
	for ; mean > 16; mean -= 16 {
		n += poisson(r, 16)
	}
	limit := math.Exp(-mean)
	for p := r.Float64(); p > limit; p *= r.Float64() {
		n++
	}
	return n
}

// SampleByKey draws pairs with a fraction for each key; keys that have none are left
// out.
func SampleByKey[K comparable, V any](in *RDD[Pair[K, V]], withReplacement bool, fractions map[K]float64, seed uint64) *RDD[Pair[K, V]] {
	return narrow(in, "MapPartitionsRDD", "sampleByKey", func(_ *Task, part int, rows iter.Seq[Pair[K, V]]) iter.Seq[Pair[K, V]] {
		return func(yield func(Pair[K, V]) bool) {
			draw := random(seed, part)
			rows(func(p Pair[K, V]) bool { return repeated(p, times(draw, withReplacement, fractions[p.Key]), yield) })
		}
	}).keeping(in.by)
}

// RandomSplit deals rows to RDDs by chance, with the weights given, which need not
// add up to 1. Every row is in exactly one.
func RandomSplit[T any](in *RDD[T], weights []float64, seed uint64) []*RDD[T] {
	var sum float64
	for _, w := range weights {
		sum += w
	}
	splits := make([]*RDD[T], len(weights))
	low := 0.0
	for i, w := range weights {
		from, to := low, low+w/sum
		if i == len(weights)-1 {
			to = 2 // rounding must lose no row
		}
		low = to
		splits[i] = narrow(in, "PartitionwiseSampledRDD", "randomSplit", func(_ *Task, part int, rows iter.Seq[T]) iter.Seq[T] {
			return func(yield func(T) bool) {
				draw := random(seed, part)
				rows(func(v T) bool {
					x := draw.Float64()
					return x < from || x >= to || yield(v)
				})
			}
		})
		if w < 0 || sum <= 0 {
			splits[i].failed(errors.New("requirement failed: Weights must be nonnegative, and their sum positive"))
		}
	}
	return splits
}

// TakeSample returns n rows drawn by chance, in random order; without replacement all
// rows, if there are fewer.
func TakeSample[T any](ctx context.Context, r *RDD[T], withReplacement bool, n int, seed uint64) ([]T, error) {
	count, err := Count(ctx, r)
	if err != nil || n <= 0 || count == 0 {
		return nil, err
	}
	draw := random(seed, -1)
	var drawn []T
	if !withReplacement && int64(n) >= count {
		drawn, err = Collect(ctx, r)
	} else {
		fraction := enough(n, count, withReplacement)
		// One try in ten thousand draws too few.
		for try := uint64(0); err == nil && len(drawn) < n; try++ {
			drawn, err = Collect(ctx, Sample(r, withReplacement, fraction, seed+try))
		}
	}
	if err != nil {
		return nil, err
	}
	draw.Shuffle(len(drawn), func(i, j int) { drawn[i], drawn[j] = drawn[j], drawn[i] })
	return drawn[:min(n, len(drawn))], nil
}

// enough is a fraction that draws at least n rows of count, but for one time in ten
// thousand.
func enough(n int, count int64, withReplacement bool) float64 {
	fraction := float64(n) / float64(count)
	if withReplacement {
		return max(fraction, (float64(n)+5*math.Sqrt(float64(n)+10))/float64(count))
	}
	gamma := -math.Log(1e-4) / float64(count)
	return min(1, max(1e-10, fraction+gamma+math.Sqrt(gamma*gamma+2*gamma*fraction)))
}
