package rdd

import (
	"cmp"
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"sort"

	"github.com/weirstream/weir/internal/shuffle"
)

// Partitioner deals keys to partitions (R15). It must always give a key the same
// partition. Two partitioners are the same if they are equal by ==, or by a method
// Equal(any) bool: RDDs that lie by the same partitioner are joined without moving a
// row.
type Partitioner[K any] interface {
	// NumPartitions is how many partitions there are; at least 1.
	NumPartitions() int
	// Partition is the partition of a key, from 0. It is called by many goroutines.
	Partition(key K) int
}

// HashPartitioner deals keys by their hash; see [Hash].
type HashPartitioner[K comparable] struct{ n int }

// Hash deals keys to n partitions by a hash that is the same on every machine and in
// every run: that of Java for numbers and strings, modulo n and never negative, so
// that Spark's Scala API deals alike; nil has the hash 0. Structs and arrays mix the
// hashes of their parts as 31*h + part.
func Hash[K comparable](n int) HashPartitioner[K] { return HashPartitioner[K]{max(n, 1)} }

// NumPartitions is how many partitions there are.
func (p HashPartitioner[K]) NumPartitions() int { return p.n }

// Partition is the partition of a key.
func (p HashPartitioner[K]) Partition(key K) int {
	if p.n == 1 {
		return 0
	}
	return shuffle.Mod(shuffle.Hash(key), p.n)
}

// samePartitioner reports whether rows that lie by a lie by b, too.
func samePartitioner(a, b any) bool {
	if a == nil || b == nil {
		return false
	}
	if e, ok := a.(interface{ Equal(other any) bool }); ok {
		return e.Equal(b)
	}
	return reflect.TypeOf(a) == reflect.TypeOf(b) && reflect.TypeOf(a).Comparable() && a == b
}

// preparing is a partitioner that must look at rows before it can deal any.
type preparing interface{ prepare() *once }

// RangePartitioner deals ordered keys to ranges, so that partition i has smaller keys
// than partition i+1.
type RangePartitioner[K any] struct {
	n       int
	compare func(a, b K) int
	bounds  []K // the greatest key of each partition but the last
	sampled *once
}

// RangeBounds deals keys by bounds that are given: partition i has the keys up to and
// including bounds[i], the last one the rest. The bounds must ascend.
func RangeBounds[K cmp.Ordered](bounds ...K) *RangePartitioner[K] {
	return &RangePartitioner[K]{n: len(bounds) + 1, compare: cmp.Compare[K], bounds: bounds}
}

// Range deals the keys of r to n ranges of about equal numbers of rows. The bounds
// are found by a job over a sample before the first job that needs them.
func Range[K cmp.Ordered, V any](r *RDD[Pair[K, V]], n int) *RangePartitioner[K] {
	return rangeBy(Keys(r), n, cmp.Compare[K])
}

func rangeBy[K any](keys *RDD[K], n int, compare func(a, b K) int) *RangePartitioner[K] {
	p := &RangePartitioner[K]{n: max(n, 1), compare: compare}
	p.sampled = &once{run: func(ctx context.Context) error {
		if p.n == 1 {
			return nil
		}
		var err error
		p.bounds, err = sampleBounds(ctx, keys, p.n, compare)
		return err
	}}
	return p
}

// NumPartitions is how many partitions there are.
func (p *RangePartitioner[K]) NumPartitions() int { return p.n }

// Partition is the partition of a key.
func (p *RangePartitioner[K]) Partition(key K) int {
	return sort.Search(len(p.bounds), func(i int) bool { return p.compare(key, p.bounds[i]) <= 0 })
}

func (p *RangePartitioner[K]) prepare() *once { return p.sampled }

// reservoir is a sample of a partition, each row as likely as any other.
type reservoir[K any] struct {
	keys  []K
	total int
}

// sampleBounds finds bounds from samples of all partitions: 20 rows for each range,
// thrice as many where partitions may differ in size, as Spark does. A row stands for
// as many as its partition has rows for each sampled one.
func sampleBounds[K any](ctx context.Context, keys *RDD[K], n int, compare func(a, b K) int) ([]K, error) {
	want := min(20*n, 1_000_000)
	each := (3*want + keys.parts - 1) / max(keys.parts, 1)
	samples := make([]reservoir[K], keys.parts)
	err := run(ctx, keys, "sortByKey", func(t *Task, part int) error {
		var s reservoir[K]
		random := rand.New(rand.NewPCG(uint64(keys.id), uint64(part)))
		for k := range keys.iterator(t, part) {
			if s.total++; len(s.keys) < each {
				s.keys = append(s.keys, k)
			} else if at := random.IntN(s.total); at < each {
				s.keys[at] = k
			}
		}
		samples[part] = s
		return nil
	})
	if err != nil {
		return nil, err
	}
	type weighted struct {
		key    K
		weight float64
	}
	var all []weighted
	var sum float64
	for _, s := range samples {
		w := float64(s.total) / float64(max(len(s.keys), 1))
		for _, k := range s.keys {
			all = append(all, weighted{k, w})
			sum += w
		}
	}
	slices.SortStableFunc(all, func(a, b weighted) int { return compare(a.key, b.key) })
	var bounds []K
	step := sum / float64(n)
	var seen float64
	for _, w := range all {
		if len(bounds) == n-1 {
			break
		}
		seen += w.weight
		if seen >= step*float64(len(bounds)+1) && (len(bounds) == 0 || compare(w.key, bounds[len(bounds)-1]) > 0) {
			bounds = append(bounds, w.key)
		}
	}
	return bounds, nil
}

// defaultPartitioner is how a step over several inputs deals rows when the user does
// not say: the upstream partitioner with the most partitions if it is within a factor
// of 10 of the widest input or not narrower than the default; otherwise by hash, into
// Config.DefaultParallelism partitions if that is set and as many as the widest input
// has if not.
func defaultPartitioner[K comparable](given []Partitioner[K], inputs ...*node) Partitioner[K] {
	if len(given) > 0 && given[0] != nil {
		return given[0]
	}
	widest := 1
	var best Partitioner[K]
	for _, n := range inputs {
		widest = max(widest, n.parts)
		if p, ok := n.by.(Partitioner[K]); ok && (best == nil || p.NumPartitions() > best.NumPartitions()) {
			best = p
		}
	}
	n := inputs[0].c.config.DefaultParallelism
	if n <= 0 {
		n = widest
	}
	if best != nil && (widest < 10*best.NumPartitions() || n <= best.NumPartitions()) {
		return best
	}
	return Hash[K](n)
}
