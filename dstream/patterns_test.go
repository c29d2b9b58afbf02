package dstream

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weirstream/weir/ml"
	"github.com/weirstream/weir/rdd"
)

// A program stops gracefully when somebody makes a file (D125).
func TestStopMarker(t *testing.T) {
	b := newBench(t, Conf{})
	got := watch(b.numbersIn([]int{1}, []int{2}))
	b.start()
	b.steps(1)
	marker := filepath.Join(t.TempDir(), "stop")
	polled := make(chan struct{}, 1) // the first poll may see the marker already
	stopped := make(chan error, 1)
	go func() {
		for range polled {
			if _, err := os.Stat(marker); err == nil {
				stopped <- b.ssc.Stop(false, true)
				return
			}
		}
	}()
	polled <- struct{}{}
	if b.ssc.State() != Active {
		t.Error("the context has stopped without a marker")
	}
	if err := os.WriteFile(marker, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	polled <- struct{}{}
	oneMore(t, b, got, stopped)
}

// store is a place outside that is reached by connections.
type store struct {
	mu     sync.Mutex
	opened int
	idle   []*connection
	rows   map[string]int
}

type connection struct{ to *store }

func (s *store) get() *connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.idle); n > 0 {
		c := s.idle[n-1]
		s.idle = s.idle[:n-1]
		return c
	}
	s.opened++
	return &connection{s}
}

func (s *store) put(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle = append(s.idle, c)
}

// upsert writes a row under the key of its batch and partition, so that writing it again
// changes nothing.
func (c *connection) upsert(key string, sum int) {
	c.to.mu.Lock()
	defer c.to.mu.Unlock()
	c.to.rows[key] = sum
}

// Partitions are written by pooled connections, and a partition that is tried again has
// its effect once (D76).
func TestPartitionsAreWrittenToAStore(t *testing.T) {
	b := newBench(t, Conf{})
	out := &store{rows: make(map[string]int)}
	ForeachRDD(b.numbersIn([]int{1, 2}, []int{3, 4}, []int{5, 6}), func(ctx context.Context, r *rdd.RDD[int], at Time) error {
		return rdd.ForeachPartition(ctx, r, func(task *rdd.Task, rows iter.Seq[int]) error {
			c := out.get()
			defer out.put(c)
			sum := 0
			for x := range rows {
				sum += x
			}
			c.upsert(fmt.Sprintf("%v/%d", at, task.Partition()), sum)
			if task.Attempt() == 0 && sum == 3 {
				return fmt.Errorf("the connection broke behind the write")
			}
			return nil
		})
	})
	b.start()
	b.steps(3)
	if len(out.rows) != 6 {
		t.Errorf("rows are %v, want one for each partition of each batch", out.rows)
	}
	total := 0
	for _, sum := range out.rows {
		total += sum
	}
	if total != 21 || out.opened > 2 {
		t.Errorf("the sum is %d over %d connections, want 21 over at most 2", total, out.opened)
	}
}

// Accumulators and broadcast values are made once, when a batch first asks for them, also
// by a process that goes on from a checkpoint: they are no part of it (D144).
func TestSharedVariablesOfBatches(t *testing.T) {
	b := newBench(t, Conf{})
	ck := t.TempDir()
	run := func(n int) (dropped int64, made int) {
		var once sync.Once
		var count *rdd.Accumulator[int64]
		var banned *rdd.Broadcast[map[int]bool]
		ssc, err := GetOrCreate(ck, func() (*Context, error) {
			ssc := b.context(Conf{CheckpointDir: ck})
			in := GeneratorStream(ssc, func(at Time) (*rdd.RDD[int], error) { return rdd.Parallelize(b.c, []int{1, 2, 3}, 2), nil })
			ForeachRDD(in, func(ctx context.Context, r *rdd.RDD[int], _ Time) error {
				once.Do(func() {
					made++
					count, banned = rdd.NewCounter("dropped"), rdd.NewBroadcast(map[int]bool{2: true})
				})
				return rdd.Foreach(ctx, r, func(task *rdd.Task, x int) error {
					if banned.Value()[x] {
						count.Add(task, 1)
					}
					return nil
				})
			})
			return ssc, ssc.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		b.start()
		b.steps(n)
		ssc.Stop(false, false)
		return count.Value(), made
	}
	if dropped, made := run(3); dropped != 3 || made != 1 {
		t.Errorf("%d dropped, made %d times", dropped, made)
	}
	b.c = rdds(t) // as in a new process
	if dropped, made := run(2); dropped != 2 || made != 1 {
		t.Errorf("after the restart %d dropped, made %d times", dropped, made)
	}
}

// A model learns from one stream while rows of another are scored by it (D141); one that
// was trained elsewhere scores alike (D142).
func TestModelsLearnAndScore(t *testing.T) {
	b := newBench(t, Conf{})
	model, err := ml.NewLinear([]float64{0}, ml.Descent{})
	if err != nil {
		t.Fatal(err)
	}
	offline, err := ml.NewLinear([]float64{2}, ml.Descent{})
	if err != nil {
		t.Fatal(err)
	}
	training := Map(b.numbersIn([]int{1, 2, 3}, nil, []int{2, 3}), func(x int) ml.Point {
		return ml.Point{Label: 3 * float64(x), Features: []float64{float64(x)}}
	})
	ForeachRDD(training, func(ctx context.Context, r *rdd.RDD[ml.Point], _ Time) error { return model.Train(ctx, r) })
	asked := Map(b.numbersIn([]int{10}, []int{10}, []int{10}), func(x int) rdd.Pair[string, []float64] { return rdd.P("ten", []float64{float64(x)}) })
	scored := watch(MapValues(asked, func(x []float64) string {
		return fmt.Sprintf("%.0f %.0f", model.Predict(x), offline.Predict(x))
	}))
	b.start()
	b.steps(3)
	expect(t, scored.text(), "1: [(ten,30 20)]; 2: [(ten,30 20)]; 3: [(ten,30 20)]")
}

func TestStatsReport(t *testing.T) {
	var out bytes.Buffer
	tell := StatsReport(slog.New(slog.NewTextHandler(&out, nil)), 4)
	begin := time.UnixMilli(1_000_000)
	tell(StreamingStarted{Time: begin})
	for i := range 9 {
		work := time.Duration(i+1) * 10 * time.Millisecond
		tell(BatchCompleted{Batch{Submitted: begin, Started: begin.Add(5 * time.Millisecond), Ended: begin.Add(5*time.Millisecond + work)}})
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 8 {
		t.Fatalf("%d lines, want two for each delay of two reports:\n%s", len(lines), out.String())
	}
	for i, want := range map[int]string{
		0: "Total delay: (count: 4, mean: 30.000000, stdev: 11.180340, max: 45.000000, min: 15.000000) ms",
		3: "Processing time: 0% 5% 10% 25% 50% 75% 90% 95% 100%: 10.0 ms, 10.0 ms, 10.0 ms, 20.0 ms, 30.0 ms, 40.0 ms, 40.0 ms, 40.0 ms, 40.0 ms",
	} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("line %d is\n%s\nwant\n%s", i, lines[i], want)
		}
	}
}
