package rdd

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weirstream/weir"
)

func TestHistogram(t *testing.T) {
	c := open(t, Config{})
	r := Parallelize(c, []float64{1, 2, 3, 4, 5, 6, 50}, 3)
	bounds, counts, err := Histogram(t.Context(), r, 2)
	equal(t, "two ranges", fmt.Sprint(bounds, counts, err), "[1 25.5 50] [6 1] <nil>")
	counts, err = HistogramOf(t.Context(), r, []float64{2, 4, 6})
	equal(t, "bounds given", fmt.Sprint(counts, err), "[2 3] <nil>")
	bounds, counts, err = Histogram(t.Context(), Parallelize(c, []int{7, 7}, 1), 5)
	equal(t, "one number", fmt.Sprint(bounds, counts, err), "[7 7] [2] <nil>")
	if _, _, err := Histogram(t.Context(), Parallelize(c, []float64{math.NaN()}, 1), 2); err == nil {
		t.Error("a histogram of NaN")
	}
	s, err := StatsOf(t.Context(), Parallelize(c, []int{1, 2, 3, 4}, 3))
	equal(t, "stats", fmt.Sprint(s, s.Sum(), s.SampleVariance(), err),
		"(count: 4, mean: 2.500000, stdev: 1.118034, max: 4.000000, min: 1.000000) 10 1.6666666666666667 <nil>")
	if m, err := Mean(t.Context(), Empty[int](c)); !math.IsNaN(m) || err != nil {
		t.Errorf("the mean of nothing is %v, %v", m, err)
	}
}

func TestAsync(t *testing.T) {
	c := open(t, Config{})
	r := Parallelize(c, numbers(10), 3)
	n, err := CountAsync(t.Context(), r).Get()
	equal(t, "count", fmt.Sprint(n, err), "10 <nil>")
	rows, err := CollectAsync(t.Context(), r).Get()
	equal(t, "collect", fmt.Sprint(rows, err), fmt.Sprint(numbers(10), nil))
	rows, err = TakeAsync(t.Context(), r, 4).Get()
	equal(t, "take", fmt.Sprint(rows, err), "[0 1 2 3] <nil>")
	sum := NewCounter("sum")
	f := ForeachAsync(t.Context(), r, func(task *Task, v int) error {
		sum.Add(task, int64(v))
		return nil
	})
	<-f.Done()
	_, err = ForeachPartitionAsync(t.Context(), r, func(task *Task, rows iter.Seq[int]) error {
		for v := range rows {
			sum.Add(task, int64(v))
		}
		return nil
	}).Get()
	equal(t, "sum", fmt.Sprint(sum.Value(), err), "90 <nil>")
}

func TestSharedVariables(t *testing.T) {
	c := open(t, Config{})
	table := NewBroadcast(map[int]string{1: "one"})
	seen := NewCollection[string]("seen")
	r := Parallelize(c, numbers(3), 1)
	err := Foreach(t.Context(), r, func(task *Task, v int) error {
		seen.Add(task, []string{table.Value()[v]})
		return nil
	})
	equal(t, "collected", fmt.Sprintf("%q %v %s", seen.Value(), err, seen.Name()), `["" "one" ""] <nil> seen`)
	seen.Reset()
	equal(t, "after a reset", len(seen.Value()), 0)
	// In a transformation an update counts once for each time the rows are computed.
	n := NewCounter("n")
	counted := MapPartitions(r, func(task *Task, rows iter.Seq[int]) iter.Seq[int] {
		n.Add(task, 1)
		return rows
	})
	collect(t, counted)
	collect(t, counted)
	equal(t, "updates of a transformation", n.Value(), 2)
	table.Destroy()
	err = Foreach(t.Context(), r, func(*Task, int) error { return errors.New(table.Value()[1]) })
	if !errors.Is(err, ErrDestroyed) {
		t.Errorf("a destroyed broadcast: %v", err)
	}
}

// With one core the pool of the greater claim goes first.
func TestPools(t *testing.T) {
	c := open(t, Config{Cores: 1, Fair: true})
	c.DescribePool("urgent", 1, 1, false)
	var mu sync.Mutex
	var order []string
	hold, ready := make(chan struct{}), make(chan struct{})
	var jobs []*Future[struct{}]
	start := func(pool string, first func()) {
		f := ForeachPartitionAsync(WithPool(t.Context(), pool), Parallelize(c, numbers(2), 2), func(*Task, iter.Seq[int]) error {
			if first != nil {
				first()
			}
			mu.Lock()
			defer mu.Unlock()
			order = append(order, pool)
			return nil
		})
		<-f.started
		jobs = append(jobs, f)
	}
	var once sync.Once
	submitted := make(chan string, 10)
	c.Listen(func(e Event) {
		if s, ok := e.(StageSubmitted); ok {
			submitted <- s.Pool
		}
	})
	start("first", func() {
		once.Do(func() {
			close(ready)
			<-hold
		})
	})
	<-ready
	start("a", nil)
	start("urgent", nil)
	for range 3 {
		<-submitted
	}
	close(hold)
	for _, f := range jobs {
		if _, err := f.Get(); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, "order", order, "[first urgent urgent a a first]")
}

func TestApproximate(t *testing.T) {
	c := open(t, Config{Cores: 2})
	r := Parallelize(c, numbers(1000), 10)
	b, err := CountApprox(t.Context(), r, time.Hour, 0.95)
	equal(t, "with time", fmt.Sprint(b, err), "{1000 1000 1000 1} <nil>")
	sum, err := SumApprox(t.Context(), r, time.Hour, 0.95)
	equal(t, "sum", fmt.Sprint(sum, err), "{499500 499500 499500 1} <nil>")
	// One partition never ends.
	stuck := Generate(c, 10, func(task *Task, part int) iter.Seq[int] {
		if part == 9 {
			return func(func(int) bool) {
				<-task.Context().Done()
				task.stopped()
			}
		}
		return slice(task, numbers(100))
	})
	b, err = CountApprox(t.Context(), stuck, 100*time.Millisecond, 0.95)
	if err != nil || math.Abs(b.Mean-1000) > 1e-6 && b.Confidence != 0 || b.Low > 1000 || b.High < 1000 {
		t.Errorf("count %+v, %v", b, err)
	}
	m, err := MeanApprox(t.Context(), stuck, 100*time.Millisecond, 0.95)
	if err != nil || m.Low > 49.5 || m.High < 49.5 {
		t.Errorf("mean %+v, %v", m, err)
	}
	for _, n := range []int{10, 1000, 50000} {
		got, err := CountApproxDistinct(t.Context(), Map(Parallelize(c, numbers(2*n), 3), func(i int) string { return fmt.Sprint(i % n) }), 0.02)
		if err != nil || math.Abs(float64(got-int64(n))) > 0.08*float64(n) {
			t.Errorf("%d distinct rows of %d, %v", got, n, err)
		}
	}
	byKey, err := CollectAsMap(t.Context(), CountApproxDistinctByKey(keyedNumbers(c, 900, 3, 2), 0.02))
	if err != nil || len(byKey) != 3 || byKey[0] < 270 || byKey[0] > 330 {
		t.Errorf("distinct by key: %v, %v", byKey, err)
	}
}

type event struct {
	Name  string `weir:"name"`
	Count int32
	At    time.Time
	Tags  []string
	Score *float64
	Place struct{ X, Y int64 }
	note  int
}

func TestDataFrames(t *testing.T) {
	s, err := weir.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := open(t, Config{})
	half := 0.5
	events := []event{
		{Name: "a", Count: 1, At: time.Date(2030, 1, 2, 3, 4, 5, 6000, time.UTC), Tags: []string{"x", "y"}, Score: &half},
		{Name: "b", Count: 2, At: time.Unix(0, 0).UTC(), Tags: []string{}},
	}
	events[0].Place.Y = 7
	df, err := ToDataFrame(t.Context(), s, Parallelize(c, events, 2))
	if err != nil {
		t.Fatal(err)
	}
	schema, err := df.Schema(t.Context())
	equal(t, "columns", fmt.Sprint(schema.Names(), err), "[name Count At Tags Score Place] <nil>")
	back, err := FromDataFrame[event](t.Context(), c, df, 2)
	if err != nil {
		t.Fatal(err)
	}
	if got := collect(t, back); !reflect.DeepEqual(got, events) {
		t.Errorf("back: %+v, want %+v", got, events)
	}
	counts, err := FromDataFrame[Pair[string, int]](t.Context(), c, df.Where("Count > 1").Select("name", "Count"), 0)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "pairs of a query", collect(t, counts), "[(b,2)]")
	rows, err := FromDataFrame[weir.Row](t.Context(), c, df.Select("name"), 0)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "rows", collect(t, rows), "[[a] [b]]")
	numbered, err := ToDataFrame(t.Context(), s, keyedNumbers(c, 3, 2, 1))
	if err != nil {
		t.Fatal(err)
	}
	sums, err := numbered.GroupBy("_1").Sum("_2").Collect(t.Context())
	slices.SortFunc(sums, func(a, b weir.Row) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	equal(t, "sums", fmt.Sprint(sums, err), "[[0 2] [1 1]] <nil>")
	if _, err := FromDataFrame[struct{ Missing int }](t.Context(), c, df, 0); err == nil || !strings.Contains(err.Error(), "no column Missing") {
		t.Errorf("a column that is not there: %v", err)
	}
	if _, err := FromDataFrame[int8](t.Context(), c, s.Range(0, 1000, 1), 0); !errors.Is(err, errCell) {
		t.Errorf("a number that does not fit: %v", err)
	}
}
