package rdd

import (
	"context"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// SampleByKeyExact draws of each key exactly fraction × its number of rows, rounded up;
// keys that have no fraction are left out (R04). With replacement a row may be drawn more
// than once. It needs a job that counts the rows of each key before the first job over the
// outcome, and keeps which rows were drawn in memory. The same seed draws the same rows,
// though not those that Spark would.
func SampleByKeyExact[K comparable, V any](in *RDD[Pair[K, V]], withReplacement bool, fractions map[K]float64, seed uint64) *RDD[Pair[K, V]] {
	var drawn map[K]drawing
	r := narrow(in, "MapPartitionsRDD", "sampleByKeyExact", func(_ *Task, part int, rows iter.Seq[Pair[K, V]]) iter.Seq[Pair[K, V]] {
		return func(yield func(Pair[K, V]) bool) {
			next := make(map[K]int64) // number of the key's next row among all
			rows(func(p Pair[K, V]) bool {
				d, ok := drawn[p.Key]
				if !ok {
					return true
				}
				n, begun := next[p.Key]
				if !begun {
					n = d.before[part]
				}
				next[p.Key] = n + 1
				return repeated(p, d.times[n], yield)
			})
		}
	}).keeping(in.by)
	r.prepare = &once{run: func(ctx context.Context) error {
		counts, err := runJob(ctx, in, nil, "sampleByKeyExact", func(_ *Task, rows iter.Seq[Pair[K, V]]) (map[K]int64, error) {
			m := make(map[K]int64)
			for p := range rows {
				m[p.Key]++
			}
			return m, nil
		})
		if err != nil {
			return err
		}
		drawn = make(map[K]drawing, len(fractions))
		for k, fraction := range fractions {
			drawn[k] = draw(counts, k, fraction, withReplacement, random(seed, int(scrambled(k)>>1)))
		}
		return nil
	}}
	for k, f := range fractions {
		if f < 0 || !withReplacement && f > 1 {
			r.failed(fmt.Errorf("requirement failed: Fraction must be nonnegative, and at most 1 without replacement, but got %v for %v", f, k))
		}
	}
	return r
}

// drawing is which rows of a key were drawn, by their numbers among all rows of the key.
type drawing struct {
	before []int64 // rows of the key in the partitions before each
	times  map[int64]int
}

func draw[K comparable](counts []map[K]int64, k K, fraction float64, withReplacement bool, chance *rand.Rand) drawing {
	d := drawing{before: make([]int64, len(counts)), times: make(map[int64]int)}
	var n int64
	for part, m := range counts {
		d.before[part] = n
		n += m[k]
	}
	want := int64(math.Ceil(fraction * float64(n)))
	for i := range want {
		if withReplacement {
			d.times[chance.Int64N(n)]++
			continue
		}
		// Each set of that many is as likely as any other (Floyd).
		last := n - want + i
		at := chance.Int64N(last + 1)
		if d.times[at] > 0 {
			at = last
		}
		d.times[at] = 1
	}
	return d
}

// CountByValueApprox is how often each row occurs, or estimates after timeout from the
// partitions that were counted until then (R08). Rows that were not seen are not there.
func CountByValueApprox[T comparable](ctx context.Context, r *RDD[T], timeout time.Duration, confidence float64) (map[T]Bounded, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
	defer cancel()
	var mu sync.Mutex
	counts, parts := make(map[T]int64), 0
	err := run(ctx, r, "countByValueApprox", func(t *Task, part int) error {
		own := make(map[T]int64)
		for v := range r.iterator(t, part) {
			own[v]++
		}
		if t.stopped() {
			return t.err
		}
		mu.Lock()
		defer mu.Unlock()
		for v, n := range own {
			counts[v] += n
		}
		parts++
		return nil
	})
	if err = timedOut(err); err != nil {
		return nil, err
	}
	mu.Lock()
	defer mu.Unlock()
	all := make(map[T]Bounded, len(counts))
	for v, n := range counts {
		all[v] = roughly(n, parts, r.parts, confidence)
	}
	return all, nil
}

// CountByKeyApprox is [CountByValueApprox] of the keys of pairs (R09).
func CountByKeyApprox[K comparable, V any](ctx context.Context, r *RDD[Pair[K, V]], timeout time.Duration, confidence float64) (map[K]Bounded, error) {
	return CountByValueApprox(ctx, Keys(r), timeout, confidence)
}
