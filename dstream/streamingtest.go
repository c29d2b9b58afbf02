package dstream

import (
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/weirstream/weir/rdd"
	"github.com/weirstream/weir/types"
)

// BinarySample is what was measured on one member of one of two groups.
type BinarySample struct {
	Experiment bool // of the experiment, else of the control group
	Value      float64
}

// TestMethod is how [StreamingTest] compares the means of two groups.
type TestMethod string

// The methods, by Spark's names.
const (
	Welch   TestMethod = "welch"   // the variances may differ
	Student TestMethod = "student" // the variances are taken to be equal
)

// StreamingTestConf says how [StreamingTest] compares. The zero value compares all that
// has come, by Welch's method.
type StreamingTestConf struct {
	// Method is Welch unless it is set.
	Method TestMethod
	// PeacePeriod is how many batches at the beginning are left out, while those who
	// are measured get used to what is new.
	PeacePeriod int
	// WindowSize is how many batches are compared, the newest; 0: all that there were,
	// which keeps state and needs a checkpoint directory.
	WindowSize int
}

// TestResult is what a test says of the means of two groups.
type TestResult struct {
	// PValue is how likely means are as far apart as these if the null hypothesis holds.
	PValue           float64
	DegreesOfFreedom float64
	// Statistic is t, below 0 if the mean of the control group is the smaller one.
	Statistic      float64
	Method         string // "Welch's 2-sample t-test"
	NullHypothesis string // "Both groups have same mean"
}

// String is Spark's form, of several lines.
func (r TestResult) String() string {
	presumption := "No"
	switch {
	case r.PValue <= 0.01:
		presumption = "Very strong"
	case r.PValue <= 0.05:
		presumption = "Strong"
	case r.PValue <= 0.1:
		presumption = "Low"
	}
	number := func(v float64) []byte { return types.AppendDouble(nil, v) }
	return fmt.Sprintf("Streaming test summary:\nmethod: %s\ndegrees of freedom = %s \nstatistic = %s \npValue = %s \n%s presumption against null hypothesis: %s.",
		r.Method, number(r.DegreesOfFreedom), number(r.Statistic), number(r.PValue), presumption, r.NullHypothesis)
}

// StreamingTest compares the means of two groups in each batch, online (D141, Spark's
// mllib.stat.test.StreamingTest): one row, or none as long as one of the groups has none.
// A group of one member cannot be compared: the job of the batch fails.
//
//	samples ─▶ peace period ─▶ summary of each group ─▶ of the window, or of all ─▶ test
func StreamingTest(in *Stream[BinarySample], conf StreamingTestConf) *Stream[TestResult] {
	ssc := in.ssc
	if conf.Method == "" {
		conf.Method = Welch
	}
	if err := conf.check(); err != nil {
		ssc.graph.mu.Lock()
		ssc.graph.fail(err)
		ssc.graph.mu.Unlock()
		conf = StreamingTestConf{Method: Welch}
	}
	peace := time.Duration(conf.PeacePeriod) * in.slide
	after := Transform(in, func(r *rdd.RDD[BinarySample], at Time) *rdd.RDD[BinarySample] {
		if at.Sub(ssc.graph.zero) <= peace {
			return rdd.Empty[BinarySample](ssc.rdd)
		}
		return r
	})
	one := rdd.Hash[bool](1)
	merge := func(a, b rdd.Stats) rdd.Stats {
		a.Merge(b)
		return a
	}
	groups := CombineByKey(MapToPair(after, func(s BinarySample) (bool, float64) { return s.Experiment, s.Value }),
		func(v float64) (s rdd.Stats) { s.Add(v); return s },
		func(s rdd.Stats, v float64) rdd.Stats { s.Add(v); return s }, merge, one)
	if conf.WindowSize > 0 {
		groups = ReduceByKeyAndWindow(groups, merge, time.Duration(conf.WindowSize)*in.slide, 0, one)
	} else {
		groups = UpdateStateByKey(groups, func(come []rdd.Stats, old rdd.Option[rdd.Stats]) rdd.Option[rdd.Stats] {
			for _, s := range come {
				old.Value.Merge(s)
			}
			return rdd.Some(old.Value)
		}, UpdateConf[bool, rdd.Stats]{Partitioner: one})
	}
	return MapPartitions(groups, func(t *rdd.Task, rows iter.Seq[rdd.Pair[bool, rdd.Stats]]) iter.Seq[TestResult] {
		return func(yield func(TestResult) bool) {
			var control, experiment rdd.Stats
			for p := range rows {
				if p.Key {
					experiment = p.Value
				} else {
					control = p.Value
				}
			}
			if t.Err() != nil || control.Count == 0 || experiment.Count == 0 {
				return
			}
			result, err := conf.Method.compare(control, experiment)
			if err != nil {
				t.Fail(err)
				return
			}
			yield(result)
		}
	})
}

func (c StreamingTestConf) check() error {
	switch {
	case c.Method != Welch && c.Method != Student:
		return illegalArgument("Unrecognized method name. Supported streaming test methods: welch, student")
	case c.PeacePeriod < 0:
		return illegalArgument("peacePeriod must be >= 0 but was %d", c.PeacePeriod)
	case c.WindowSize < 0:
		return illegalArgument("windowSize must be >= 0 but was %d", c.WindowSize)
	}
	return nil
}

// compare tests two groups of which each has a member. As Spark does, it takes the
// variances of the groups as though they were whole populations, and for the degrees of
// freedom that Welch's method reports, not for those it judges by, their squares.
func (m TestMethod) compare(a, b rdd.Stats) (TestResult, error) {
	least := min(a.Count, b.Count)
	if least < 2 {
		return TestResult{}, fmt.Errorf("insufficient data for t statistic, needs at least 2, got %d", least)
	}
	n, k := float64(a.Count), float64(b.Count)
	v, w := a.Variance(), b.Variance()
	r := TestResult{NullHypothesis: "Both groups have same mean"}
	if m == Student {
		r.Method, r.DegreesOfFreedom = "Student's 2-sample t-test", n+k-2
		pooled := ((n-1)*v + (k-1)*w) / (n + k - 2)
		r.Statistic = (a.Mean - b.Mean) / math.Sqrt(pooled*(1/n+1/k))
		r.PValue = twoSided(r.Statistic, r.DegreesOfFreedom)
		return r, nil
	}
	freedom := func(x, y float64) float64 { return (x + y) * (x + y) / (x*x/(n-1) + y*y/(k-1)) }
	r.Method, r.DegreesOfFreedom = "Welch's 2-sample t-test", freedom(v*v/n, w*w/k)
	r.Statistic = (a.Mean - b.Mean) / math.Sqrt(v/n+w/k)
	r.PValue = twoSided(r.Statistic, freedom(v/n, w/k))
	return r, nil
}

// twoSided is how likely |t| is at least this in Student's distribution.
func twoSided(t, freedom float64) float64 {
	if math.IsNaN(t) || math.IsNaN(freedom) {
		return math.NaN()
	}
	return incompleteBeta(freedom/(freedom+t*t), freedom/2, 0.5)
}

// incompleteBeta is the regularized incomplete beta function at x, by its continued
// fraction, which converges quickly on the side of the mean that it is evaluated on.
func incompleteBeta(x, a, b float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - incompleteBeta(1-x, b, a)
	}
	sum, _ := math.Lgamma(a + b)
	ga, _ := math.Lgamma(a)
	gb, _ := math.Lgamma(b)
	front := math.Exp(sum-ga-gb+a*math.Log(x)+b*math.Log1p(-x)) / a
	// Lentz's way of evaluating a continued fraction from its beginning.
	const tiny, steps, exact = 1e-300, 10_000, 1e-16
	nonzero := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/nonzero(1-(a+b)*x/(a+1))
	f := d
	for i := 1.0; i <= steps; i++ {
		for _, term := range [2]float64{
			i * (b - i) * x / ((a + 2*i - 1) * (a + 2*i)),
			-(a + i) * (a + b + i) * x / ((a + 2*i) * (a + 2*i + 1)),
		} {
			d = 1 / nonzero(1+term*d)
			c = nonzero(1 + term/c)
			f *= c * d
		}
		if math.Abs(c*d-1) < exact {
			break
		}
	}
	return front * f
}
