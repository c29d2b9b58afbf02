package dstream

import (
	"time"

	"github.com/weirstream/weir/rdd"
)

// checkWindow notes a window whose length or slide is not a multiple of the slide of the
// stream it is over (D61), and returns the slide: that of the stream for 0.
func checkWindow(in *node, length, slide time.Duration) time.Duration {
	if slide == 0 {
		slide = in.slide
	}
	g := &in.ssc.graph
	g.mu.Lock()
	defer g.mu.Unlock()
	if !isMultiple(length, in.slide) || length < 0 {
		g.fail(illegalArgument("The window duration of windowed DStream (%s) must be a multiple of the slide duration of parent DStream (%s): "+
			"windowDuration must be multiple of the parent dstream's slide (batch) duration", millis(length), millis(in.slide)))
	}
	if !isMultiple(slide, in.slide) || slide < 0 {
		g.fail(illegalArgument("The slide duration of windowed DStream (%s) must be a multiple of the slide duration of parent DStream (%s): "+
			"slideDuration must be multiple of the parent dstream's slide (batch) duration", millis(slide), millis(in.slide)))
		slide = in.slide
	}
	return slide
}

// persistedBy makes a stream be persisted that another one reads more than once.
func (s *Stream[T]) persistedBy() {
	if s.level == rdd.StorageNone && s.ssc.State() == Initialized {
		s.level = rdd.MemoryOnly
	}
}

// Window is at each slide the union of the RDDs of in during the time length before it
// (D60); slide 0 is that of in. Both must be multiples of the slide of in, which is
// persisted. The first windows are partial.
func Window[T any](in *Stream[T], length, slide time.Duration) *Stream[T] {
	slide = checkWindow(in.node, length, slide)
	n := newNode(in.ssc, "WindowedDStream", "window", in.node)
	n.slide, n.window = slide, length
	in.persistedBy()
	return newStream(n, func(at Time) (*rdd.RDD[T], error) {
		list, err := in.within(at.Add(in.slide-length), at)
		if err != nil {
			return nil, err
		}
		return united(in.ssc, list), nil
	})
}

// ReduceByWindow combines all rows of a window by f, which must be associative (D62).
// Each batch is reduced once, a window combines what is left.
func ReduceByWindow[T any](in *Stream[T], f func(a, b T) T, length, slide time.Duration) *Stream[T] {
	return Reduce(Window(Reduce(in, f), length, slide), f)
}

// onlyKey is the key of reductions without keys.
type onlyKey = struct{}

func keyless[T any](v T) rdd.Pair[onlyKey, T] { return rdd.Pair[onlyKey, T]{Value: v} }

// ReduceByWindowInverse is [ReduceByWindow] that takes out of the window before what has
// left it, by inverse (D63); see [ReduceByKeyAndWindowInverse].
func ReduceByWindowInverse[T any](in *Stream[T], f, inverse func(a, b T) T, length, slide time.Duration) *Stream[T] {
	// One partition, and one row before anything is shuffled.
	keyed := Map(Reduce(in, f), keyless[T])
	return values(ReduceByKeyAndWindowInverse(keyed, f, inverse, length, slide, WindowConf[onlyKey, T]{Partitioner: rdd.Hash[onlyKey](1)}))
}

func values[K, V any](in *Stream[rdd.Pair[K, V]]) *Stream[V] {
	return derived(in, "MappedDStream", "map", func(r *rdd.RDD[rdd.Pair[K, V]]) *rdd.RDD[V] { return rdd.Values(r) })
}

func plus(a, b int64) int64  { return a + b }
func minus(a, b int64) int64 { return a - b }

// CountByWindow is the number of rows of each window (D64). It keeps state and needs a
// checkpoint directory. A window that is computed anew and has no rows gives no number.
func CountByWindow[T any](in *Stream[T], length, slide time.Duration) *Stream[int64] {
	return ReduceByWindowInverse(Map(in, func(T) int64 { return 1 }), plus, minus, length, slide)
}

// CountByValueAndWindow is how often each row occurs in a window (D65). It keeps state
// and needs a checkpoint directory.
func CountByValueAndWindow[T comparable](in *Stream[T], length, slide time.Duration, by ...rdd.Partitioner[T]) *Stream[rdd.Pair[T, int64]] {
	var conf WindowConf[T, int64]
	if len(by) > 0 {
		conf.Partitioner = by[0]
	}
	counts := ReduceByKeyAndWindowInverse(Map(in, counting[T]), plus, minus, length, slide, conf)
	return Filter(counts, func(p rdd.Pair[T, int64]) bool { return p.Value > 0 })
}

// ReduceByKeyAndWindow combines the values of a key in a window by f (D67). Each batch is
// reduced once, a window combines what is left.
func ReduceByKeyAndWindow[K comparable, V any](in *Stream[rdd.Pair[K, V]], f func(a, b V) V, length, slide time.Duration,
	by ...rdd.Partitioner[K],
) *Stream[rdd.Pair[K, V]] {
	return ReduceByKey(Window(ReduceByKey(in, f, by...), length, slide), f, by...)
}
