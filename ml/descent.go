package ml

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/weirstream/weir/rdd"
)

// Point is a row to learn from.
type Point struct {
	Label    float64
	Features []float64
}

// Descent says how a model is fitted to a batch: by steps against the gradient, of which
// step i is StepSize ÷ √i long. The zero Descent has Spark's defaults.
type Descent struct {
	// StepSize is the length of the first step; 0: 0.1.
	StepSize float64
	// Iterations is how many steps are taken at most; 0: 50.
	Iterations int
	// Tolerance ends the descent when the weights have moved by less than this part
	// of their length, or of 1 if that is more; 0: 0.001. Below 0: never.
	Tolerance float64
	// Regularization is the weight of the square of the weights in what is made small;
	// 0: none.
	Regularization float64
}

func (d Descent) filled() Descent {
	if d.StepSize == 0 {
		d.StepSize = 0.1
	}
	if d.Iterations == 0 {
		d.Iterations = 50
	}
	if d.Tolerance == 0 {
		d.Tolerance = 0.001
	}
	return d
}

// Linear predicts a number, w·x (Spark's StreamingLinearRegressionWithSGD). Its methods
// may be called from any goroutine.
type Linear struct{ fitted }

// NewLinear makes a model from its first weights, one for each feature.
func NewLinear(weights []float64, d Descent) (*Linear, error) {
	m := &Linear{fitted{how: d.filled(), weights: slices.Clone(weights)}}
	m.slope = func(dot, label float64) float64 { return dot - label }
	return m, m.check()
}

// Predict is what the model expects as the label of features.
func (m *Linear) Predict(features []float64) float64 { return dot(m.now(), features) }

// Logistic predicts 1 or 0 (Spark's StreamingLogisticRegressionWithSGD). Its methods may
// be called from any goroutine.
type Logistic struct{ fitted }

// NewLogistic makes a model from its first weights, one for each feature.
func NewLogistic(weights []float64, d Descent) (*Logistic, error) {
	m := &Logistic{fitted{how: d.filled(), weights: slices.Clone(weights)}}
	m.slope = func(dot, label float64) float64 { return chance(dot) - label }
	return m, m.check()
}

// Probability is how likely the label of features is 1.
func (m *Logistic) Probability(features []float64) float64 { return chance(dot(m.now(), features)) }

// Predict is 1 if that is likelier than 0.
func (m *Logistic) Predict(features []float64) float64 {
	if m.Probability(features) > 0.5 {
		return 1
	}
	return 0
}

func chance(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// fitted are weights that are fitted to batches.
type fitted struct {
	how Descent
	// slope is what a step depends on: the gradient is it times the features.
	slope func(dot, label float64) float64

	mu      sync.Mutex
	weights []float64 // replaced, never changed
}

func (f *fitted) check() error {
	if len(f.weights) == 0 {
		return errors.New("Initial weights must be set before starting training")
	}
	if f.how.StepSize < 0 || f.how.Iterations < 0 || f.how.Regularization < 0 {
		return fmt.Errorf("ml: step size, iterations and regularization must not be negative: %+v", f.how)
	}
	return nil
}

func (f *fitted) now() []float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.weights
}

// Weights are those of the newest model.
func (f *fitted) Weights() []float64 { return slices.Clone(f.now()) }

// gradient is the sum over points.
type gradient struct {
	sum   []float64
	count int64
	odd   int // length of features that do not fit, plus one
}

// Train goes on from the newest weights with the points of one batch. It takes part in
// the batch's job: when it fails, the weights are as before.
func (f *fitted) Train(ctx context.Context, points *rdd.RDD[Point]) error {
	points = rdd.Map(points, func(p Point) Point { return p }).Persist(rdd.MemoryOnly) // read once for each step
	defer points.Unpersist()
	w := f.now()
	for i := range f.how.Iterations {
		g, err := rdd.Aggregate(ctx, points, func() gradient { return gradient{sum: make([]float64, len(w))} },
			func(g gradient, p Point) gradient {
				if len(p.Features) != len(w) {
					g.odd = len(p.Features) + 1
					return g
				}
				slope := f.slope(dot(w, p.Features), p.Label)
				for k, x := range p.Features {
					g.sum[k] += slope * x
				}
				g.count++
				return g
			}, func(a, b gradient) gradient {
				for k, x := range b.sum {
					a.sum[k] += x
				}
				a.count += b.count
				a.odd = max(a.odd, b.odd)
				return a
			})
		if err != nil {
			return err
		}
		if g.odd > 0 {
			return fmt.Errorf("ml: a point has %d features, the model has %d", g.odd-1, len(w))
		}
		if g.count == 0 {
			return nil
		}
		before := w
		w = f.step(w, g, i+1)
		if f.how.Tolerance > 0 && distance(w, before) < f.how.Tolerance*max(math.Sqrt(dot(w, w)), 1) {
			break
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.weights = w
	return nil
}

// step is where step number i leads.
func (f *fitted) step(w []float64, g gradient, i int) []float64 {
	length := f.how.StepSize / math.Sqrt(float64(i))
	next := make([]float64, len(w))
	for k := range w {
		next[k] = w[k]*(1-length*f.how.Regularization) - length*g.sum[k]/float64(g.count)
	}
	return next
}

func dot(a, b []float64) (sum float64) {
	for i, x := range a[:min(len(a), len(b))] {
		sum += x * b[i]
	}
	return sum
}

func distance(a, b []float64) float64 {
	sum := 0.0
	for i, x := range a {
		sum += (x - b[i]) * (x - b[i])
	}
	return math.Sqrt(sum)
}
