package ml

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/weirstream/weir/rdd"
)

// Forgetting says how much of what k-means knew counts beside a new batch. The zero
// Forgetting forgets nothing.
type Forgetting struct {
	// HalfLife is after how many batches, or points, what was known counts half;
	// 0: it always counts.
	HalfLife float64
	// Points counts points rather than batches.
	Points bool
	// AtOnce forgets all that was known before each batch (a decay factor of 0).
	AtOnce bool
}

// factor is by what the old weights are multiplied before a batch of n points.
func (f Forgetting) factor(n int64) float64 {
	switch {
	case f.AtOnce:
		return 0
	case f.HalfLife == 0:
		return 1
	}
	decay := math.Exp(math.Log(0.5) / f.HalfLife)
	if f.Points {
		return math.Pow(decay, float64(n))
	}
	return decay
}

// KMeans keeps the centers of clusters of points (Spark's StreamingKMeans). A batch moves
// each center c, of weight n, to the mean x of its m points (D141b):
//
//	c' = (c·n·a + x·m) ÷ (n·a + m)    n' = n·a + m    a: see [Forgetting]
//
// A center that has died, its weight less than a hundred-millionth of the greatest, is put
// beside the heaviest one. Its methods may be called from any goroutine.
type KMeans struct {
	forget Forgetting

	mu    sync.Mutex
	state clusters // replaced, never changed
}

// clusters are centers and their weights.
type clusters struct {
	centers [][]float64
	weights []float64
}

// NewKMeans makes a model from its first centers and their weights, one each.
func NewKMeans(centers [][]float64, weights []float64, f Forgetting) (*KMeans, error) {
	if len(centers) == 0 || len(centers) != len(weights) {
		return nil, fmt.Errorf("ml: %d centers and %d weights; there must be as many, at least one", len(centers), len(weights))
	}
	for _, c := range centers {
		if len(c) != len(centers[0]) {
			return nil, errors.New("ml: the centers have different dimensions")
		}
	}
	if f.HalfLife < 0 {
		return nil, fmt.Errorf("ml: half life must be positive, but got %v", f.HalfLife)
	}
	m := &KMeans{forget: f}
	m.state = clusters{centers, weights}.copied()
	return m, nil
}

// NewRandomKMeans makes a model of k centers of a dimension that are drawn from a normal
// distribution, all of one weight. The same seed draws the same, though not Spark's.
func NewRandomKMeans(k, dimension int, weight float64, seed uint64, f Forgetting) (*KMeans, error) {
	draw := rand.New(rand.NewPCG(seed, uint64(k)))
	centers, weights := make([][]float64, k), make([]float64, k)
	for i := range centers {
		weights[i] = weight
		for range dimension {
			centers[i] = append(centers[i], draw.NormFloat64())
		}
	}
	return NewKMeans(centers, weights, f)
}

func (c clusters) copied() clusters {
	out := clusters{weights: slices.Clone(c.weights)}
	for _, center := range c.centers {
		out.centers = append(out.centers, slices.Clone(center))
	}
	return out
}

// nearest is the center with the least distance; of equals the first.
func (c clusters) nearest(x []float64) int {
	best, least := 0, math.Inf(1)
	for i, center := range c.centers {
		sum := 0.0
		for k, v := range center {
			sum += (v - x[k]) * (v - x[k])
		}
		if sum < least {
			best, least = i, sum
		}
	}
	return best
}

func (m *KMeans) now() clusters {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state
}

// Centers are those of the newest model, and their weights.
func (m *KMeans) Centers() (centers [][]float64, weights []float64) {
	c := m.now().copied()
	return c.centers, c.weights
}

// Predict is the number of the center that is nearest. A point of another dimension is
// the programmer's mistake.
func (m *KMeans) Predict(x []float64) int { return m.now().nearest(x) }

// moved is the sum and the number of the points of one cluster.
type moved struct {
	sum   []float64
	count int64
}

// Train moves the centers by the points of one batch. When it fails, they are as before.
func (m *KMeans) Train(ctx context.Context, points *rdd.RDD[[]float64]) error {
	old := m.now()
	dimension := len(old.centers[0])
	near, err := rdd.Aggregate(ctx, rdd.TryMap(points, func(x []float64) ([]float64, error) {
		if len(x) != dimension {
			return nil, fmt.Errorf("ml: a point has %d dimensions, the centers have %d", len(x), dimension)
		}
		return x, nil
	}), func() []moved { return make([]moved, len(old.centers)) },
		func(all []moved, x []float64) []moved {
			c := &all[old.nearest(x)]
			c.add(x, 1)
			return all
		}, func(a, b []moved) []moved {
			for i := range b {
				a[i].add(b[i].sum, b[i].count)
			}
			return a
		})
	if err != nil {
		return err
	}
	var n int64
	for _, c := range near {
		n += c.count
	}
	if n == 0 {
		return nil
	}
	next := old.copied()
	next.move(near, m.forget.factor(n))
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state = next
	return nil
}

func (c *moved) add(x []float64, n int64) {
	if n == 0 {
		return
	}
	if c.sum == nil {
		c.sum = make([]float64, len(x))
	}
	for k, v := range x {
		c.sum[k] += v
	}
	c.count += n
}

// move applies the rule of [KMeans].
func (c clusters) move(near []moved, factor float64) {
	for i := range c.weights {
		c.weights[i] *= factor
	}
	for i, p := range near {
		if p.count == 0 {
			continue
		}
		c.weights[i] += float64(p.count)
		part := float64(p.count) / max(c.weights[i], 1e-16)
		for k := range c.centers[i] {
			c.centers[i][k] += part * (p.sum[k]/float64(p.count) - c.centers[i][k])
		}
	}
	heavy, light := 0, 0
	for i, w := range c.weights {
		if w > c.weights[heavy] {
			heavy = i
		}
		if w < c.weights[light] {
			light = i
		}
	}
	const dead = 1e-8
	if c.weights[light] >= dead*c.weights[heavy] {
		return
	}
	half := (c.weights[heavy] + c.weights[light]) / 2
	c.weights[heavy], c.weights[light] = half, half
	for k, x := range c.centers[heavy] {
		shift := 1e-14 * max(math.Abs(x), 1)
		c.centers[heavy][k], c.centers[light][k] = x+shift, x-shift
	}
}
