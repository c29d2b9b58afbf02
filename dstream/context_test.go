package dstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/rdd"
)

var noon = time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)

const second = time.Second

// bench is a context on a clock moved by hand.
type bench struct {
	t     *testing.T
	c     *rdd.Context
	clock *clock.Manual
	ssc   *Context
	out   bytes.Buffer
	done  chan Batch
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// rdds is a context for RDDs that ends with the test.
func rdds(t *testing.T) *rdd.Context {
	c, err := rdd.NewContext(rdd.Config{Cores: 2, DefaultParallelism: 2, LocalDirs: []string{t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// newBench makes a context with batches of a second that starts at noon.
func newBench(t *testing.T, conf Conf) *bench {
	b := &bench{t: t, c: rdds(t), clock: clock.NewManual(noon)}
	b.ssc = b.context(conf)
	return b
}

// context makes a context on the clock of the bench, and makes it that of the bench.
func (b *bench) context(conf Conf) *Context {
	conf.Clock, conf.Log, conf.Out = b.clock, quiet(), &b.out
	ssc := NewContext(b.c, second, conf)
	b.use(ssc)
	return ssc
}

// use makes a context that of the bench.
func (b *bench) use(ssc *Context) {
	b.ssc, b.done = ssc, make(chan Batch, 1000)
	ssc.Listen(func(e Event) {
		if e, ok := e.(BatchCompleted); ok {
			b.done <- e.Batch
		}
	})
	b.t.Cleanup(func() { ssc.Stop(false, false) })
}

func (b *bench) start() {
	b.t.Helper()
	if err := b.ssc.Start(context.Background()); err != nil {
		b.t.Fatal(err)
	}
}

// steps lets n intervals pass, each with a batch, and returns the batches.
func (b *bench) steps(n int) (list []Batch) {
	for range n {
		<-b.clock.AwaitTimers(1)
		b.clock.Advance(b.ssc.interval)
		list = append(list, <-b.done)
	}
	return list
}

// numbersIn is a queue of RDDs, two partitions each.
func (b *bench) numbersIn(batches ...[]int) *Stream[int] {
	q := new(Queue[int])
	for _, rows := range batches {
		q.Push(rdd.Parallelize(b.c, rows, 2))
	}
	return QueueStream(b.ssc, q, QueueConf[int]{})
}

// seen collects the rows of a stream.
type seen[T any] struct {
	mu    sync.Mutex
	rows  map[Time][]T
	times []Time
}

func watch[T any](in *Stream[T]) *seen[T] {
	s := &seen[T]{rows: make(map[Time][]T)}
	ForeachRDD(in, func(ctx context.Context, r *rdd.RDD[T], at Time) error {
		rows, err := rdd.Collect(ctx, r)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.rows[at] = rows
		s.times = append(s.times, at)
		return err
	})
	return s
}

// text is what was seen, "1: [1 2]; 2: []", by the number of the interval.
func (s *seen[T]) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var parts []string
	for _, at := range s.times {
		parts = append(parts, fmt.Sprintf("%d: %v", at.Sub(TimeOf(noon))/second, s.rows[at]))
	}
	return strings.Join(parts, "; ")
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestLifeCycle(t *testing.T) {
	b := newBench(t, Conf{})
	if s := b.ssc.State(); s != Initialized || s.String() != "INITIALIZED" {
		t.Errorf("the state is %v", s)
	}
	if err := b.ssc.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "No output operations registered, so nothing to execute") {
		t.Errorf("without outputs Start returns %v", err)
	}
	if s := b.ssc.State(); s != Stopped {
		t.Errorf("after a failed start the state is %v", s)
	}
	b = newBench(t, Conf{})
	got := watch(b.numbersIn([]int{1, 2}, []int{3}))
	b.start()
	if ActiveContext() != b.ssc || b.ssc.State() != Active {
		t.Error("the context that runs is not the active one")
	}
	rival := NewContext(b.c, second, Conf{Clock: b.clock, Log: quiet()})
	Print(ConstantInput(rival, rdd.Empty[int](b.c)), 1)
	if err := rival.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "Currently running StreamingContext was started at start at context_test.go:") {
		t.Errorf("a second context is started: %v", err)
	}
	if err := b.ssc.Start(t.Context()); err != nil {
		t.Errorf("a second start returns %v", err)
	}
	b.steps(3)
	if stopped, err := b.ssc.AwaitTerminationOrTimeout(0); stopped || err != nil {
		t.Errorf("AwaitTerminationOrTimeout = %v, %v", stopped, err)
	}
	if err := errors.Join(b.ssc.Stop(false, false), b.ssc.Stop(false, false), b.ssc.AwaitTermination(t.Context())); err != nil {
		t.Error(err)
	}
	if ActiveContext() != nil || b.ssc.State() != Stopped {
		t.Error("a stopped context is active")
	}
	if err := b.ssc.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "already been stopped") {
		t.Errorf("Start after Stop returns %v", err)
	}
	expect(t, got.text(), "1: [1 2]; 2: [3]; 3: []")
	Count(ConstantInput(b.ssc, rdd.Empty[int](b.c)))
	if err := b.ssc.Err(); err == nil || !strings.Contains(err.Error(), "after stopping a context is not supported") {
		t.Errorf("a stream was added after the end: %v", err)
	}
}

func TestEndOfContextStops(t *testing.T) {
	b := newBench(t, Conf{})
	watch(b.numbersIn([]int{1}))
	ctx, cancel := context.WithCancel(t.Context())
	if err := b.ssc.Start(ctx); err != nil {
		t.Fatal(err)
	}
	b.steps(1)
	cancel()
	if err := b.ssc.AwaitTermination(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestGracefulStopMakesOneMoreBatch(t *testing.T) {
	b := newBench(t, Conf{})
	got := watch(b.numbersIn([]int{1}, []int{2}, []int{3}))
	b.start()
	b.steps(1)
	ended := make(chan error)
	go func() { ended <- b.ssc.Stop(false, true) }()
	oneMore(t, b, got, ended)
}

// The end of Start's context stops gracefully where that is set (D09d).
func TestShutdownMakesOneMoreBatch(t *testing.T) {
	b := newBench(t, Conf{StopGracefullyOnShutdown: true})
	got := watch(b.numbersIn([]int{1}, []int{2}, []int{3}))
	ctx, cancel := context.WithCancel(t.Context())
	if err := b.ssc.Start(ctx); err != nil {
		t.Fatal(err)
	}
	b.steps(1)
	cancel()
	ended := make(chan error)
	go func() { ended <- b.ssc.AwaitTermination(t.Context()) }()
	oneMore(t, b, got, ended)
}

// oneMore lets a context that stops gracefully make what batch it still makes.
func oneMore[T any](t *testing.T, b *bench, got *seen[T], ended <-chan error) {
	t.Helper()
	<-b.clock.AwaitTimers(1)
	b.clock.Advance(second)
	select {
	case <-b.done:
	case <-time.After(20 * time.Second):
		t.Fatal("no batch")
	}
	for {
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
			if got := got.text(); !strings.HasPrefix(got, "1: [1]; 2: [2]") {
				t.Error(got)
			}
			return
		case <-b.clock.AwaitTimers(1):
			b.clock.Advance(second) // Stop came after the batch had been made
		}
	}
}

func TestJobsFail(t *testing.T) {
	b := newBench(t, Conf{})
	in := b.numbersIn([]int{1}, []int{0}, []int{2})
	got := watch(Map(in, func(x int) int { return 6 / x }))
	other := watch(Count(in))
	b.start()
	list := b.steps(3)
	err := b.ssc.AwaitTermination(t.Context())
	if err == nil || !strings.Contains(err.Error(), "integer divide by zero") || !strings.Contains(err.Error(), "failed 4 times") ||
		!strings.Contains(err.Error(), "context_test.go") {
		t.Errorf("AwaitTermination returns %v", err)
	}
	expect(t, got.text(), "1: [6]; 2: []; 3: [3]")
	expect(t, other.text(), "1: [1]; 2: [1]; 3: [1]")
	if f := list[1].Outputs; f[0].Failure == "" || f[1].Failure != "" {
		t.Errorf("failures are %q and %q", f[0].Failure, f[1].Failure)
	}
	if s := b.ssc.State(); s != Active {
		t.Errorf("the state is %v", s)
	}
}

func TestGenerationFails(t *testing.T) {
	b := newBench(t, Conf{})
	in := b.numbersIn([]int{1}, []int{2}, []int{3})
	n := 0
	got := watch(Transform(in, func(r *rdd.RDD[int], _ Time) *rdd.RDD[int] {
		if n++; n == 1 {
			panic("no")
		}
		return r
	}))
	b.start()
	<-b.clock.AwaitTimers(1)
	b.clock.Advance(second)
	b.steps(2)
	if err := b.ssc.AwaitTermination(t.Context()); err == nil || !strings.Contains(err.Error(), "Error generating jobs for time 1893499201000 ms: panic: no") {
		t.Errorf("AwaitTermination returns %v", err)
	}
	expect(t, got.text(), "2: [2]; 3: [3]")
}

func TestPrint(t *testing.T) {
	b := newBench(t, Conf{})
	in := b.numbersIn([]int{1, 2, 3}, []int{}, []int{4, 5})
	Print(MapToPair(in, func(x int) (string, int) { return fmt.Sprint("k", x), x }), 2)
	b.start()
	b.steps(3)
	expect(t, b.out.String(), `-------------------------------------------
Time: 1893499201000 ms
-------------------------------------------
(k1,1)
(k2,2)
...

-------------------------------------------
Time: 1893499202000 ms
-------------------------------------------

-------------------------------------------
Time: 1893499203000 ms
-------------------------------------------
(k4,4)
(k5,5)

`)
}

func TestSaveFiles(t *testing.T) {
	b := newBench(t, Conf{})
	dir := t.TempDir()
	in := b.numbersIn([]int{1, 2}, []int{3})
	SaveAsTextFiles(in, filepath.Join(dir, "text"), "txt")
	SaveAsObjectFiles(in, filepath.Join(dir, "objects"), "")
	// What an earlier run of the batch has left is replaced.
	old := filepath.Join(dir, "text-1893499201000.txt")
	if err := errors.Join(os.Mkdir(old, 0o700), os.WriteFile(filepath.Join(old, "part-00007"), []byte("7\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	b.start()
	b.steps(2)
	rows, err := rdd.Collect(t.Context(), rdd.TextFile(b.c, filepath.Join(dir, "text-*.txt"), 0))
	if err != nil || !slices.Equal(rows, []string{"1", "2", "3"}) {
		t.Errorf("text files hold %v, %v", rows, err)
	}
	objects, err := rdd.Collect(t.Context(), rdd.ObjectFile[int](b.c, filepath.Join(dir, "objects-1893499201000")))
	if err != nil || !slices.Equal(objects, []int{1, 2}) {
		t.Errorf("object files hold %v, %v", objects, err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "text-*", "_SUCCESS"))
	if err != nil || len(names) != 2 {
		t.Errorf("_SUCCESS stands in %v, %v", names, err)
	}
}

func TestQueueFilledWhileRunning(t *testing.T) {
	b := newBench(t, Conf{})
	q := new(Queue[int])
	got := watch(QueueStream(b.ssc, q, QueueConf[int]{AllAtOnce: true, Default: rdd.Parallelize(b.c, []int{9}, 1)}))
	b.start()
	b.steps(1)
	q.Push(rdd.Parallelize(b.c, []int{1, 2}, 2), rdd.Parallelize(b.c, []int{3}, 1))
	b.steps(2)
	expect(t, got.text(), "1: [9]; 2: [1 2 3]; 3: [9]")
}

func TestRememberAndForget(t *testing.T) {
	b := newBench(t, Conf{})
	in := b.numbersIn([]int{1}, []int{2}, []int{3}, []int{4}, []int{5}, []int{6})
	w := Window(in, 3*second, 0)
	got := watch(w)
	b.start()
	b.steps(6)
	expect(t, got.text(), "1: [1]; 2: [1 2]; 3: [1 2 3]; 4: [2 3 4]; 5: [3 4 5]; 6: [4 5 6]")
	// The parent keeps what the next window needs, and no more.
	at := TimeOf(noon).Add(6 * second)
	if n := len(in.times()); n != 4 || !slices.Contains(in.times(), at) {
		t.Errorf("the parent keeps %v", in.times())
	}
	if n := len(w.times()); n != 1 {
		t.Errorf("the window keeps %v", w.times())
	}
	if n := len(b.c.PersistentRDDs()); n != 4 {
		t.Errorf("%d RDDs are persisted, want 4", n)
	}
}

func TestRemember(t *testing.T) {
	b := newBench(t, Conf{})
	in := b.numbersIn([]int{1}, []int{2}, []int{3}, []int{4})
	watch(in)
	b.ssc.Remember(3 * second)
	b.start()
	b.steps(4)
	list, err := in.Slice(TimeOf(noon).Add(2500*time.Millisecond), TimeOf(noon).Add(4*second))
	if err != nil || len(list) != 3 {
		t.Fatalf("Slice = %v, %v", list, err)
	}
	rows, err := rdd.Collect(t.Context(), list[0])
	if err != nil || !slices.Equal(rows, []int{2}) {
		t.Errorf("the first RDD of the slice has %v, %v", rows, err)
	}
	b.ssc.Remember(second)
	if err := b.ssc.Err(); err == nil || !strings.Contains(err.Error(), "Remember duration already set as 3000 ms. Cannot set it again.") {
		t.Errorf("Remember twice: %v", err)
	}
}

func TestLateChanges(t *testing.T) {
	b := newBench(t, Conf{})
	in := b.numbersIn([]int{1})
	watch(in)
	b.start()
	in.Persist(rdd.DiskOnly)
	if err := b.ssc.Err(); err == nil || !strings.Contains(err.Error(), "Cannot change storage level of a DStream after streaming context has started") {
		t.Errorf("Persist after the start: %v", err)
	}
	in.Checkpoint(second)
	if err := b.ssc.Err(); !strings.Contains(err.Error(), "Cannot change checkpoint interval of a DStream after streaming context has started") {
		t.Errorf("Checkpoint after the start: %v", err)
	}
}

func TestConcurrentJobs(t *testing.T) {
	b := newBench(t, Conf{ConcurrentJobs: 2})
	in := b.numbersIn([]int{1})
	meet := make(chan int)
	ForeachRDD(in, func(context.Context, *rdd.RDD[int], Time) error { meet <- 1; return nil })
	ForeachRDD(in, func(context.Context, *rdd.RDD[int], Time) error { <-meet; return nil })
	b.start()
	b.steps(2) // would wait for ever if jobs ran one after the other
}

func TestEvents(t *testing.T) {
	b := newBench(t, Conf{})
	in := b.numbersIn([]int{1}, []int{2})
	ForeachRDD(in, func(_ context.Context, _ *rdd.RDD[int], at Time) error {
		if at == TimeOf(noon)+2000 {
			return errors.New("no room")
		}
		return nil
	})
	var events []string
	b.ssc.Listen(func(e Event) {
		switch e := e.(type) {
		case StreamingStarted:
			events = append(events, "started")
		case BatchSubmitted:
			events = append(events, fmt.Sprint("submitted ", e.Batch.Time))
		case BatchStarted:
			events = append(events, "batch started")
		case OutputStarted:
			events = append(events, fmt.Sprintf("output %d started: %s", e.Output.ID, e.Output.Description))
		case OutputCompleted:
			events = append(events, fmt.Sprintf("output %d completed %q", e.Output.ID, e.Output.Failure))
		case BatchCompleted:
			events = append(events, "batch completed")
		}
	})
	b.start()
	b.steps(2)
	b.ssc.FlushEvents()
	expect(t, strings.Join(events, "\n"), `started
submitted 1893499201000 ms
batch started
output 0 started: Streaming job from [output operation 0, batch time 1893499201000 ms]
output 0 completed ""
batch completed
submitted 1893499202000 ms
batch started
output 0 started: Streaming job from [output operation 0, batch time 1893499202000 ms]
output 0 completed "no room"
batch completed`)
	s := b.ssc.Statistics()
	if s.NumTotalCompletedBatches != 2 || s.NumActiveBatches != 0 || s.LastCompleted.Time != TimeOf(noon)+2000 || *s.AvgTotalDelay != 0 {
		t.Errorf("statistics are %+v", s)
	}
}
