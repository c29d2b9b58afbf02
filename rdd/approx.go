package rdd

import (
	"context"
	"errors"
	"iter"
	"math"
	"math/bits"
	"sync"
	"time"

	"github.com/weirstream/weir/internal/shuffle"
)

// Bounded is an estimate: the true value is between Low and High with the probability
// Confidence. It is exact if all partitions were seen, and Low and High equal Mean then.
type Bounded struct {
	Mean, Low, High float64
	Confidence      float64
}

// errTimeout ends the job of an approximate action.
var errTimeout = errors.New("the time for an approximate answer is over")

// seenWithin counts numbers for at most timeout; the job is cancelled then.
func seenWithin[T any](ctx context.Context, r *RDD[T], op string, timeout time.Duration, number func(T) float64) (s Stats, parts int, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
	defer cancel()
	var mu sync.Mutex
	err = run(ctx, r, op, func(t *Task, part int) error {
		var own Stats
		for v := range r.iterator(t, part) {
			own.Add(number(v))
		}
		if t.stopped() {
			return t.err
		}
		mu.Lock()
		defer mu.Unlock()
		s.Merge(own)
		parts++
		return nil
	})
	mu.Lock()
	defer mu.Unlock()
	return s, parts, timedOut(err)
}

// timedOut is an error, unless it only says that the time is over.
func timedOut(err error) error {
	if errors.Is(err, errTimeout) {
		return nil
	}
	return err
}

// CountApprox is the number of rows, or an estimate after timeout from the partitions
// that were counted until then.
func CountApprox[T any](ctx context.Context, r *RDD[T], timeout time.Duration, confidence float64) (Bounded, error) {
	s, parts, err := seenWithin(ctx, r, "countApprox", timeout, func(T) float64 { return 1 })
	if err != nil {
		return Bounded{}, err
	}
	return roughly(s.Count, parts, r.parts, confidence), nil
}

// roughly is a number of rows that was counted in some of all partitions.
func roughly(n int64, parts, all int, confidence float64) Bounded {
	b := Bounded{Mean: float64(n), Low: float64(n), High: float64(n), Confidence: 1}
	if parts == all {
		return b
	}
	if parts == 0 {
		return Bounded{Mean: 0, Low: 0, High: math.Inf(1), Confidence: 0}
	}
	// Rows not seen yet, from those seen at a rate of p: negative binomial, nearly normal.
	p := float64(parts) / float64(all)
	b.Mean = float64(n) / p
	wide := quantile(confidence) * math.Sqrt(float64(n+1)*(1-p)) / p
	return Bounded{b.Mean, max(b.Low, b.Mean-wide), b.Mean + wide, confidence}
}

// MeanApprox is the mean, or an estimate after timeout.
func MeanApprox[T Number](ctx context.Context, r *RDD[T], timeout time.Duration, confidence float64) (Bounded, error) {
	s, parts, err := seenWithin(ctx, r, "meanApprox", timeout, func(v T) float64 { return float64(v) })
	b := Bounded{s.Mean, s.Mean, s.Mean, 1}
	if err != nil || parts == r.parts {
		return b, err
	}
	if s.Count < 2 {
		return Bounded{s.Mean, math.Inf(-1), math.Inf(1), confidence}, nil
	}
	wide := quantile(confidence) * math.Sqrt(s.SampleVariance()/float64(s.Count))
	return Bounded{s.Mean, s.Mean - wide, s.Mean + wide, confidence}, nil
}

// SumApprox is the sum, or an estimate after timeout.
func SumApprox[T Number](ctx context.Context, r *RDD[T], timeout time.Duration, confidence float64) (Bounded, error) {
	s, parts, err := seenWithin(ctx, r, "sumApprox", timeout, func(v T) float64 { return float64(v) })
	b := Bounded{s.Sum(), s.Sum(), s.Sum(), 1}
	if err != nil || parts == r.parts {
		return b, err
	}
	if s.Count < 2 {
		return Bounded{0, math.Inf(-1), math.Inf(1), confidence}, nil
	}
	count := float64(s.Count) * float64(r.parts) / float64(parts)
	p := float64(parts) / float64(r.parts)
	variance := s.SampleVariance()/float64(s.Count)*count*count + s.Mean*s.Mean*float64(s.Count)*(1-p)/(p*p)
	wide := quantile(confidence) * math.Sqrt(variance)
	return Bounded{s.Mean * count, s.Mean*count - wide, s.Mean*count + wide, confidence}, nil
}

// quantile is how many standard deviations hold a normal variable with a probability.
func quantile(confidence float64) float64 { return math.Sqrt2 * math.Erfinv(confidence) }

// sketch counts distinct values roughly (HyperLogLog): a register for each pattern of
// the first bits of the hash, with the longest run of zeros behind it.
type sketch struct {
	precision int
	registers []uint8
}

// newSketch makes a sketch with a relative standard deviation.
func newSketch(deviation float64) *sketch {
	p := min(max(int(math.Ceil(2*math.Log2(1.106/deviation))), 4), 18)
	return &sketch{p, make([]uint8, 1<<p)}
}

func (s *sketch) add(hash uint64) {
	at := hash >> (64 - s.precision)
	run := uint8(bits.LeadingZeros64(hash<<s.precision|1<<(s.precision-1)) + 1)
	s.registers[at] = max(s.registers[at], run)
}

func (s *sketch) merge(o *sketch) {
	for i, r := range o.registers {
		s.registers[i] = max(s.registers[i], r)
	}
}

func (s *sketch) estimate() int64 {
	m := float64(len(s.registers))
	sum, empty := 0.0, 0
	for _, r := range s.registers {
		sum += math.Ldexp(1, -int(r))
		if r == 0 {
			empty++
		}
	}
	e := 0.7213 / (1 + 1.079/m) * m * m / sum
	if e <= 2.5*m && empty > 0 {
		e = m * math.Log(m/float64(empty))
	}
	return int64(math.Round(e))
}

// scrambled spreads a stable hash over 64 bits.
func scrambled[T comparable](v T) uint64 {
	x := uint64(uint32(shuffle.Hash(v))) * 0x9e3779b97f4a7c15
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// CountApproxDistinct is about the number of different rows, with a relative standard
// deviation, 0.05 if it is 0.
func CountApproxDistinct[T comparable](ctx context.Context, r *RDD[T], deviation float64) (int64, error) {
	if deviation <= 0 {
		deviation = 0.05
	}
	s, err := Aggregate(ctx, r, func() *sketch { return newSketch(deviation) }, func(s *sketch, v T) *sketch {
		s.add(scrambled(v))
		return s
	}, func(a, b *sketch) *sketch {
		a.merge(b)
		return a
	})
	return s.estimate(), err
}

// CountApproxDistinctByKey is about the number of different values of each key.
func CountApproxDistinctByKey[K, V comparable](in *RDD[Pair[K, V]], deviation float64, by ...Partitioner[K]) *RDD[Pair[K, int64]] {
	if deviation <= 0 {
		deviation = 0.05
	}
	p := newSketch(deviation).precision
	counts := CombineByKey(in, func(v V) []byte {
		s := sketch{p, make([]uint8, 1<<p)}
		s.add(scrambled(v))
		return s.registers
	}, func(c []byte, v V) []byte {
		s := sketch{p, c}
		s.add(scrambled(v))
		return c
	}, func(a, b []byte) []byte {
		s := sketch{p, a}
		s.merge(&sketch{p, b})
		return a
	}, by...)
	return narrow(counts, "MapPartitionsRDD", "countApproxDistinctByKey", func(_ *Task, _ int, rows iter.Seq[Pair[K, []byte]]) iter.Seq[Pair[K, int64]] {
		return mapped(rows, func(c Pair[K, []byte]) Pair[K, int64] { return P(c.Key, (&sketch{p, c.Value}).estimate()) })
	}).keeping(counts.by)
}
