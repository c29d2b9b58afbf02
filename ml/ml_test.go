package ml_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/weirstream/weir/ml"
	"github.com/weirstream/weir/rdd"
)

func newContext(t *testing.T) *rdd.Context {
	c, err := rdd.NewContext(rdd.Config{Cores: 2, LocalDirs: []string{t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func near(a, b []float64) bool {
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-9 {
			return false
		}
	}
	return len(a) == len(b)
}

// Weights after two batches, and an empty one, are those of Spark 4.3's
// LinearRegressionWithSGD and LogisticRegressionWithSGD.
func TestRegressionsEqualSpark(t *testing.T) {
	c := newContext(t)
	linear, err := ml.NewLinear([]float64{0, 0.5}, ml.Descent{})
	if err != nil {
		t.Fatal(err)
	}
	logistic, err := ml.NewLogistic([]float64{0.1, 0}, ml.Descent{})
	if err != nil {
		t.Fatal(err)
	}
	kinds := []ml.Point{{1, []float64{1, 0.5}}, {0, []float64{-1, 0.2}}, {1, []float64{2, -0.3}}, {0, []float64{-0.5, -1}}, {0, []float64{0.3, 0.1}}}
	for _, step := range []struct {
		name  string
		train func([]ml.Point) error
		now   func() []float64
		batch []ml.Point
		want  []float64
	}{
		{"linear", func(p []ml.Point) error { return linear.Train(t.Context(), rdd.Parallelize(c, p, 2)) }, linear.Weights,
			[]ml.Point{{3, []float64{1, 1}}, {1.5, []float64{0.5, 0.5}}, {-1, []float64{-1, 0}}, {4, []float64{2, 1}}},
			[]float64{1.2519279770652094, 1.3213873533168408}},
		{"linear, nothing new", func(p []ml.Point) error { return linear.Train(t.Context(), rdd.Parallelize(c, p, 2)) }, linear.Weights, nil,
			[]float64{1.2519279770652094, 1.3213873533168408}},
		{"linear again", func(p []ml.Point) error { return linear.Train(t.Context(), rdd.Parallelize(c, p, 2)) }, linear.Weights,
			[]ml.Point{{2, []float64{0, 1}}, {5.5, []float64{1.5, 2}}}, []float64{1.414599819113082, 1.7125965582300338}},
		{"logistic", func(p []ml.Point) error { return logistic.Train(t.Context(), rdd.Parallelize(c, p, 2)) }, logistic.Weights, kinds,
			[]float64{0.5119615639238002, 0.10521863949614352}},
		{"logistic again", func(p []ml.Point) error { return logistic.Train(t.Context(), rdd.Parallelize(c, p, 2)) }, logistic.Weights, kinds[:2],
			[]float64{0.9241137392275084, 0.16248358589507875}},
	} {
		if err := step.train(step.batch); err != nil || !near(step.now(), step.want) {
			t.Errorf("%s: %v, %v, want %v", step.name, step.now(), err, step.want)
		}
	}
	if got := linear.Predict([]float64{1, 2}); math.Abs(got-4.8397929355731494) > 1e-9 {
		t.Errorf("the prediction is %v", got)
	}
	if a, b := logistic.Predict([]float64{1, 0}), logistic.Predict([]float64{-1, 0}); a != 1 || b != 0 {
		t.Errorf("the predictions are %v and %v", a, b)
	}
}

// Centers and weights after two batches are those of Spark 4.3's StreamingKMeansModel.
func TestKMeansEqualsSpark(t *testing.T) {
	c := newContext(t)
	first := [][]float64{{0.1, 0.2}, {1.1, 0.9}, {0, 0}, {5, 5}}
	second := [][]float64{{4.5, 4.4}, {0.3, -0.3}}
	for name, tt := range map[string]struct {
		forget ml.Forgetting
		want   [2][]float64 // centers, one after the other, and their weights
	}{
		"nothing": {ml.Forgetting{}, [2][]float64{{0.3, 0.275, 11.0 / 3, 11.0 / 3, -50, 0, 4, 3, 0.5}, {0.3, 0.16, 3.875, 3.85, -50, 0, 5, 4, 0.5}}},
		"half in two batches": {ml.Forgetting{HalfLife: 2}, [2][]float64{
			{0.3237025720677816, 0.29672735772879977, 3.82842712474619, 3.82842712474619, -50, 0, 3.7071067811865475, 2.414213562373095, 0.3535533905932738},
			{0.3171572875253811, 0.13194564798857952, 4.076504843704677, 4.0395650374528635, -50, 0, 3.621320343559643, 2.7071067811865475, 0.25}}},
		"half in five points": {ml.Forgetting{HalfLife: 5, Points: true}, [2][]float64{
			{0.33572545389642416, 0.3077483327383888, 3.9307960772384734, 3.9307960772384734, -50, 0, 3.5743491774985174, 2.148698354997035, 0.2871745887492587},
			{0.3260929660280597, 0.14388397823379187, 4.147354442390975, 4.1093086109248365, -50, 0, 3.708850131413659, 2.6284088465513227, 0.217637640824031}}},
		"all, and a center dies": {ml.Forgetting{AtOnce: true}, [2][]float64{
			{0.40000000000001, 0.3666666666666767, 5, 5, 0.39999999999999003, 0.3666666666666567, 1.5, 1, 1.5},
			{4.499999999999955, 4.399999999999956, 4.500000000000045, 4.400000000000045, 0.3, -0.3, 0.5, 0.5, 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := ml.NewKMeans([][]float64{{0, 0}, {3, 3}, {-50, 0}}, []float64{1, 2, 0.5}, tt.forget)
			if err != nil {
				t.Fatal(err)
			}
			for i, batch := range [][][]float64{first, second} {
				if err := m.Train(t.Context(), rdd.Parallelize(c, batch, 2)); err != nil {
					t.Fatal(err)
				}
				centers, got := m.Centers()
				for k := len(centers) - 1; k >= 0; k-- {
					got = append(centers[k], got...)
				}
				if !near(got, tt.want[i]) {
					t.Errorf("batch %d: %v, want %v", i+1, got, tt.want[i])
				}
			}
			if err := m.Train(t.Context(), rdd.Parallelize[[]float64](c, nil, 1)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	c := newContext(t)
	if _, err := ml.NewLinear(nil, ml.Descent{}); fmt.Sprint(err) != "Initial weights must be set before starting training" {
		t.Error(err)
	}
	if _, err := ml.NewKMeans([][]float64{{1}, {1, 2}}, []float64{1, 1}, ml.Forgetting{}); err == nil {
		t.Error("centers of different dimensions are taken")
	}
	m, err := ml.NewRandomKMeans(2, 3, 1, 42, ml.Forgetting{})
	if err != nil {
		t.Fatal(err)
	}
	before, _ := m.Centers()
	if err := m.Train(t.Context(), rdd.Parallelize(c, [][]float64{{1}}, 1)); err == nil || !strings.Contains(err.Error(), "1 dimensions") {
		t.Error(err)
	}
	if after, _ := m.Centers(); !near(before[0], after[0]) {
		t.Error("a batch that failed has moved a center")
	}
	l, err := ml.NewLogistic([]float64{0}, ml.Descent{})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Train(t.Context(), rdd.Parallelize(c, []ml.Point{{1, []float64{1, 2}}}, 1)); err == nil || !strings.Contains(err.Error(), "2 features") {
		t.Error(err)
	}
}

// The probability follows the logistic curve, and decides the prediction.
func TestProbability(t *testing.T) {
	m, err := ml.NewLogistic([]float64{1, -2}, ml.Descent{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		features          []float64
		probability, want float64
	}{{[]float64{0, 0}, 0.5, 0}, {[]float64{2, 1}, 0.5, 0}, {[]float64{math.Log(3), 0}, 0.75, 1}, {[]float64{0, math.Log(3) / 2}, 0.25, 0}} {
		if p, got := m.Probability(tt.features), m.Predict(tt.features); math.Abs(p-tt.probability) > 1e-12 || got != tt.want {
			t.Errorf("%v: %v with probability %v, want %v with %v", tt.features, got, p, tt.want, tt.probability)
		}
	}
}
