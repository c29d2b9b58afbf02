package dstream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weirstream/weir/rdd"
)

// counter is an input of a user's own: batch n has the rows 1 to n.
type counter struct {
	c                *rdd.Context
	zero             Time
	started, stopped int
	fails            error
}

func (in *counter) Start(context.Context) error { in.started++; return in.fails }
func (in *counter) Stop() error                 { in.stopped++; return nil }

func (in *counter) Compute(at Time, report func(int64, map[string]any)) (*rdd.RDD[int64], error) {
	n := int64(at.Sub(in.zero) / second)
	if n == 3 {
		return nil, nil // this batch has none
	}
	report(n, map[string]any{"Description": fmt.Sprint(n, " rows")})
	return rdd.Numbers(in.c, 1, n+1, 1, 2), nil
}

func TestInputStream(t *testing.T) {
	b := newBench(t, Conf{})
	in := &counter{c: b.c, zero: TimeOf(noon)}
	s := InputStream(b.ssc, in)
	got := watch(s)
	if d := s.SlideDuration(); d != second || b.ssc.BatchInterval() != second {
		t.Errorf("the slide is %v, the interval %v", d, b.ssc.BatchInterval())
	}
	b.start()
	var described []string
	for range 4 {
		<-b.clock.AwaitTimers(1)
		b.clock.Advance(second)
		if len(described) == 2 {
			described = append(described, "none") // without an RDD there is no job
			continue
		}
		batch := <-b.done
		described = append(described, batch.Inputs[0].Description)
		if batch.SchedulingDelay() != 0 || batch.ProcessingDelay() != 0 || batch.TotalDelay() != 0 {
			t.Errorf("the clock stood still: %v, %v, %v", batch.SchedulingDelay(), batch.ProcessingDelay(), batch.TotalDelay())
		}
	}
	expect(t, got.text(), "1: [1]; 2: [1 2]; 4: [1 2 3 4]")
	expect(t, strings.Join(described, ", "), "1 rows, 2 rows, none, 4 rows")
	must(t, b.ssc.Stop(false, false))
	if in.started != 1 || in.stopped != 1 {
		t.Errorf("it was started %d times and stopped %d times", in.started, in.stopped)
	}
	if list, err := registryOf(t, b.ssc).Gather(); err != nil || len(list) == 0 {
		t.Errorf("%d metrics, %v", len(list), err)
	}
}

// An input that cannot start keeps the context from starting, and those before it stop.
func TestInputStreamCannotStart(t *testing.T) {
	b := newBench(t, Conf{})
	good, bad := &counter{c: b.c}, &counter{c: b.c, fails: errors.New("no broker")}
	watch(Union(InputStream(b.ssc, good), InputStream(b.ssc, bad)))
	if err := b.ssc.Start(t.Context()); !errors.Is(err, bad.fails) || !strings.Contains(err.Error(), "inputStream at api_test.go:") {
		t.Errorf("Start returns %v", err)
	}
	if good.stopped != 1 || b.ssc.State() != Stopped {
		t.Errorf("the other input was stopped %d times; the context is %v", good.stopped, b.ssc.State())
	}
}

// Delays are those of the jobs, by the clock.
func TestDelays(t *testing.T) {
	b := newBench(t, Conf{})
	ForeachRDD(b.numbersIn([]int{1}), func(context.Context, *rdd.RDD[int], Time) error {
		b.clock.Advance(300 * time.Millisecond)
		return nil
	})
	b.start()
	batch := b.steps(1)[0]
	if batch.SchedulingDelay() != 0 || batch.ProcessingDelay() != 300*time.Millisecond || batch.TotalDelay() != 300*time.Millisecond {
		t.Errorf("the delays are %v, %v, %v", batch.SchedulingDelay(), batch.ProcessingDelay(), batch.TotalDelay())
	}
}

func TestPartitionSteps(t *testing.T) {
	b := newBench(t, Conf{})
	in := b.numbersIn([]int{1, 2, 3, 4}, []int{5, 6, 0})
	tenth := watch(TryMap(in, func(v int) (int, error) {
		if v == 0 {
			return 0, errors.New("nothing is a tenth of 0")
		}
		return 60 / v, nil
	}))
	numbered := watch(MapPartitionsWithIndex(in, func(part int, rows iter.Seq[int]) iter.Seq[string] {
		return func(yield func(string) bool) {
			for v := range rows {
				if !yield(fmt.Sprint(part, ":", v)) {
					return
				}
			}
		}
	}))
	pairs := PartitionBy(Map(in, func(v int) rdd.Pair[int, int] { return rdd.P(v%3, v) }), rdd.Partitioner[int](rdd.Hash[int](3)))
	kept := MapPartitionsKeeping(pairs, func(_ *rdd.Task, rows iter.Seq[rdd.Pair[int, int]]) iter.Seq[rdd.Pair[int, int]] {
		return func(yield func(rdd.Pair[int, int]) bool) {
			for p := range rows {
				if !yield(rdd.P(p.Key, -p.Value)) {
					return
				}
			}
		}
	})
	lies := false
	negated := watch(Transform(kept, func(r *rdd.RDD[rdd.Pair[int, int]], _ Time) *rdd.RDD[rdd.Pair[int, int]] {
		lies = rdd.PartitionBy(r, rdd.Partitioner[int](rdd.Hash[int](3))) == r
		return r
	}))
	b.start()
	list := b.steps(2)
	expect(t, tenth.text(), "1: [60 30 20 15]; 2: []")
	if f := list[1].Outputs[0].Failure; !strings.Contains(f, "nothing is a tenth of 0") {
		t.Errorf("the job fails with %q", f)
	}
	expect(t, numbered.text(), "1: [0:1 0:2 1:3 1:4]; 2: [0:5 1:6 1:0]")
	expect(t, negated.sorted(), "1: [(0,-3) (1,-1) (1,-4) (2,-2)]; 2: [(0,-6) (0,0) (2,-5)]")
	if !lies {
		t.Error("MapPartitionsKeeping has lost the partitioner")
	}
}

func TestUpdateStateByKeyAt(t *testing.T) {
	b := newBench(t, Conf{CheckpointDir: t.TempDir()})
	states := watch(UpdateStateByKeyAt(b.pairsIn("a1 b2", "a3"), func(at Time, key string, values []int, old rdd.Option[string]) rdd.Option[string] {
		if key == "b" && old.OK {
			return rdd.Option[string]{}
		}
		return rdd.Some(fmt.Sprint(old.Value, key, values, at.Sub(TimeOf(noon))))
	}, UpdateConf[string, string]{}))
	b.start()
	b.steps(2)
	expect(t, states.sorted(), "1: [(a,a[1] 1s) (b,b[2] 1s)]; 2: [(a,a[1] 1sa[3] 2s)]")
}

func registryOf(t *testing.T, ssc *Context) *prometheus.Registry {
	t.Helper()
	r := prometheus.NewRegistry()
	must(t, r.Register(ssc.Collector()))
	return r
}
