package dstream

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/rdd"
)

// These tests try to lose rows, or to count them twice.

// counted is a context that counts acknowledged rows in three kinds of state, and ends
// and goes on as a test asks for.
type counted struct {
	*bench
	dir    string
	conf   Conf
	window time.Duration

	in                    *Intake[string]
	state, window6, batch *seen[keyed]
	mapped                *seen[string]
	// rules are the faults of the disk.
	rules []string
	// fails says of which batches an output fails.
	fails func(at Time) bool
}

func newCounted(t *testing.T) *counted {
	c := &counted{bench: newBench(t, Conf{}), dir: t.TempDir(), window: 6 * second, fails: func(Time) bool { return false }}
	c.conf = Conf{CheckpointDir: c.dir, Receiver: ReceiverConf{Log: WriteAheadLogConf{Enable: true}}}
	return c
}

// describe makes the context and its streams.
func (c *counted) describe(f *fed) (*Context, error) {
	ssc := c.context(c.conf)
	pairs := MapToPair(ReceiverStream(ssc, f, rdd.MemoryOnly), func(s string) (string, int) { return s, 1 })
	add := func(a, b int) int { return a + b }
	c.batch = watch(ReduceByKey(pairs, add))
	c.state = watch(UpdateStateByKey(pairs, func(values []int, old rdd.Option[int]) rdd.Option[int] {
		return rdd.Some(old.Value + len(values))
	}, UpdateConf[string, int]{}).Checkpoint(2 * second))
	c.window6 = watch(ReduceByKeyAndWindowInverse(pairs, add, func(a, b int) int { return a - b }, c.window, second,
		WindowConf[string, int]{}).Checkpoint(2 * second))
	c.mapped = watch(MapWithState(pairs, running, StateConf[string, int]{}).CheckpointState(2 * second).Stream)
	ForeachRDD(pairs, func(_ context.Context, _ *rdd.RDD[keyed], at Time) error {
		if c.fails(at) {
			return errors.New("no")
		}
		return nil
	})
	return ssc, ssc.Err()
}

// begin makes a context in a new process, and starts it.
func (c *counted) begin() {
	c.t.Helper()
	c.c = rdds(c.t) // nothing is left in memory
	f := newFed()
	ssc, err := GetOrCreate(c.dir, func() (*Context, error) { return c.describe(f) })
	must(c.t, err)
	ssc.durable.fs, err = vfs.NewInject(ssc.durable.fs, c.rules...)
	must(c.t, errors.Join(err, ssc.Start(context.Background())))
	c.in = <-f.in
}

// stop ends the process.
func (c *counted) stop() {
	c.t.Helper()
	must(c.t, c.ssc.Stop(false, false))
}

// rows steps n intervals, with one row "a" in each.
func (c *counted) rows(n int) {
	c.t.Helper()
	for range n {
		must(c.t, c.in.StoreBlock([]string{"a"}))
		c.steps(1)
	}
}

// text is all that is known of a batch by its number.
func (c *counted) text(i int) string {
	at := TimeOf(noon) + Time(i*1000)
	return fmt.Sprintf("%v %v %v %v", c.batch.at(at), c.state.at(at), c.window6.at(at), c.mapped.at(at))
}

// want is the text of the batch when it and all before it have had a row.
func (c *counted) want(i int) string {
	return fmt.Sprintf("[(a,1)] [(a,%d)] [(a,%d)] [a %d]", i, min(i, int(c.window/second)), i)
}

// A batch that fails for so long that its RDDs are forgotten long since has the same state
// and the same window when it runs again after a restart.
func TestOldBatchRunsAgainFromItsState(t *testing.T) {
	c := newCounted(t)
	const bad = 35
	c.fails = func(at Time) bool { return at == TimeOf(noon)+bad*1000 }
	c.begin()
	c.rows(80)
	expect(t, c.text(80), c.want(80))
	c.stop()
	c.fails = func(Time) bool { return false }
	c.begin()
	<-c.done // the batch that had failed
	expect(t, c.text(bad), c.want(bad))
	c.rows(1)
	expect(t, c.text(81), c.want(81))
}

// A batch that takes longer than all that is remembered, beside others that go on, finds
// its window, which is reduced with an inverse, and its state as they were.
func TestSlowBatchBesideOthers(t *testing.T) {
	b := newBench(t, Conf{ConcurrentJobs: 2, CheckpointDir: t.TempDir()})
	const slow, others = 7, 40
	in := GeneratorStream(b.ssc, func(at Time) (*rdd.RDD[keyed], error) {
		return rdd.Parallelize(b.c, []keyed{rdd.P("a", int(at.Sub(TimeOf(noon))/second))}, 1), nil
	})
	window := ReduceByKeyAndWindowInverse(in, func(a, b int) int { return a + b }, func(a, b int) int { return a - b }, 6*second, second,
		WindowConf[string, int]{}).Checkpoint(2 * second)
	mapped := MapWithState(in, running, StateConf[string, int]{}).CheckpointState(2 * second)
	release := make(chan struct{})
	var mu sync.Mutex
	got := make(map[Time]string)
	ForeachRDD(window, func(ctx context.Context, r *rdd.RDD[keyed], at Time) error {
		if at == TimeOf(noon)+slow*1000 {
			<-release
		}
		rows, err := rdd.Collect(ctx, r)
		mu.Lock()
		defer mu.Unlock()
		got[at] = fmt.Sprint(rows)
		return err
	})
	sums := watch(mapped.Stream)
	b.start()
	b.steps(slow - 1)
	<-b.clock.AwaitTimers(1)
	b.clock.Advance(second) // the slow one does not end
	b.steps(others)
	close(release)
	if batch := <-b.done; batch.Time != TimeOf(noon)+slow*1000 || batch.Outputs[0].Failure != "" {
		t.Errorf("the slow batch: %+v", batch)
	}
	for i := 1; i <= slow+others; i++ {
		sum, all := 0, i*(i+1)/2
		for j := max(1, i-5); j <= i; j++ {
			sum += j
		}
		at := TimeOf(noon) + Time(i*1000)
		expect(t, got[at], fmt.Sprintf("[(a,%d)]", sum))
		expect(t, sums.at(at), fmt.Sprintf("[a %d]", all))
	}
}

// The clock of the machine was set back before a restart: no time gets a second batch,
// and what was received meanwhile gets into the next.
func TestClockGoesBackOverRestart(t *testing.T) {
	c := newCounted(t)
	c.begin()
	c.rows(20)
	c.stop()
	c.clock.Set(noon.Add(5 * second))
	c.begin()
	must(t, c.in.StoreBlock([]string{"a"}))
	<-c.clock.AwaitTimers(1)
	c.clock.Set(noon.Add(21 * second))
	if batch := <-c.done; batch.Time != TimeOf(noon)+21000 {
		t.Errorf("the first batch is that of %v", batch.Time)
	}
	expect(t, c.text(21), c.want(21))
	// It goes back while batches are made, too: the next one waits for its time.
	c.clock.Set(noon.Add(10 * second))
	must(t, c.in.StoreBlock([]string{"a"}))
	<-c.clock.AwaitTimers(1)
	c.clock.Set(noon.Add(22 * second))
	if batch := <-c.done; batch.Time != TimeOf(noon)+22000 {
		t.Errorf("the next batch is that of %v", batch.Time)
	}
	expect(t, c.text(22), c.want(22))
}

// A window of another length is not made of what was kept for the old one.
func TestWindowOfAnotherLengthIsRefused(t *testing.T) {
	c := newCounted(t)
	c.begin()
	c.rows(3)
	c.stop()
	c.window = 8 * second
	_, err := GetOrCreate(c.dir, func() (*Context, error) { return c.describe(newFed()) })
	var shape *ShapeError
	if !errors.As(err, &shape) || !strings.Contains(err.Error(), "over 6000 ms") || !strings.Contains(err.Error(), "over 8000 ms") {
		t.Errorf("another window gives %v", err)
	}
}

// While the states of MapWithState cannot be saved, what they would be made of again after
// a restart is kept.
func TestStateCannotBeSaved(t *testing.T) {
	b := newBench(t, Conf{})
	dir := t.TempDir()
	var mapped *seen[string]
	var f *fed
	begin := func() *Intake[string] {
		b.c, f = rdds(t), newFed()
		ssc, err := GetOrCreate(dir, func() (*Context, error) {
			ssc := b.context(Conf{CheckpointDir: dir, Receiver: ReceiverConf{Log: WriteAheadLogConf{Enable: true}}})
			pairs := MapToPair(ReceiverStream(ssc, f, rdd.MemoryOnly), func(s string) (string, int) { return s, 1 })
			mapped = watch(MapWithState(pairs, running, StateConf[string, int]{}).CheckpointState(2 * second).Stream)
			return ssc, nil
		})
		must(t, err)
		must(t, ssc.Start(context.Background()))
		return <-f.in
	}
	in := begin()
	rows := func(n int) {
		t.Helper()
		for range n {
			must(t, in.StoreBlock([]string{"a"}))
			b.steps(1)
		}
	}
	rows(5)
	own := b.c.CheckpointDir()
	aside := own + ".aside"
	must(t, errors.Join(os.Rename(own, aside), os.WriteFile(own, nil, 0o600))) // no directory can be made there
	rows(40)
	must(t, b.ssc.Stop(false, false))
	must(t, errors.Join(os.Remove(own), os.Rename(aside, own)))
	in = begin()
	rows(1)
	expect(t, mapped.at(TimeOf(noon)+46000), "[a 46]")
}

// Without room for checkpoints batches go on, and all that was received is kept: a restart
// makes everything again from the last checkpoint that was written. When there is room
// again, what is not needed goes.
func TestNoRoomForCheckpoints(t *testing.T) {
	c := newCounted(t)
	c.begin()
	c.rows(10)
	c.stop()
	c.rules = []string{"ENOSPC on rename of checkpoint-*"}
	c.begin()
	c.rows(40)
	expect(t, c.text(50), c.want(50))
	c.stop()
	c.rules = nil
	c.begin()
	for at := Time(0); at != TimeOf(noon)+50000; {
		at = (<-c.done).Time
	}
	c.rows(1)
	expect(t, c.text(51), c.want(51))
	// What the long list of batches has needed is given back.
	tracker := c.ssc.intake.(*receivers).tracker
	for tries := 0; len(tracker.Batches()) > 40; tries++ {
		if tries == 1000 {
			t.Fatalf("%d batches are remembered", len(tracker.Batches()))
		}
		c.rows(1)
	}
}

// A receiver that ends and begins again all the time, while batches are made, loses no row
// that it was told is stored, and none comes twice.
func TestReceiverRestartsWhileBatchesAreMade(t *testing.T) {
	b := newBench(t, Conf{CheckpointDir: t.TempDir(), Receiver: ReceiverConf{RestartDelay: time.Millisecond, Log: WriteAheadLogConf{Enable: true}}})
	f := newFed()
	const runs = 60
	var mu sync.Mutex
	var acked []string
	ended := make(chan struct{})
	run := 0
	f.in = make(chan *Intake[string], 2*runs)
	f.trial = func(ctx context.Context, in *Intake[string]) error {
		run++
		if run == runs {
			close(ended)
			<-ctx.Done()
			return nil
		}
		for i := range 3 {
			row := fmt.Sprint(run, ".", i)
			if err := in.StoreBlock([]string{row}); err != nil {
				return err
			}
			mu.Lock()
			acked = append(acked, row)
			mu.Unlock()
		}
		if run%3 == 0 {
			panic("oh")
		}
		return errors.New("again")
	}
	got := watch(ReceiverStream(b.ssc, f, rdd.MemoryOnly))
	b.start()
	tick := ticks(t)
	for more := true; more; {
		select {
		case <-ended:
			more = false
		case <-tick:
			b.clock.Advance(50 * time.Millisecond)
		}
	}
	for all := 0; all < len(acked); {
		select {
		case <-b.done:
			all = len(got.all())
		case <-tick:
			b.clock.Advance(50 * time.Millisecond)
		}
	}
	rows := got.all()
	slices.Sort(rows)
	slices.Sort(acked)
	if !slices.Equal(rows, acked) {
		t.Errorf("acknowledged were %d rows, found %d", len(acked), len(rows))
	}
}

// all are the rows of all batches.
func (s *seen[T]) all() (rows []T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rows {
		rows = append(rows, r...)
	}
	return rows
}

// A graceful stop does not wait for a receiver that the rate limit holds back, and every
// row that was taken from it gets into a batch.
func TestGracefulStopOfALimitedReceiver(t *testing.T) {
	b := newBench(t, Conf{Receiver: ReceiverConf{MaxRate: 2}})
	f := newFed()
	var taken atomic.Int64
	f.trial = func(_ context.Context, in *Intake[string]) error {
		for {
			if err := in.Store("a"); err != nil {
				return nil
			}
			taken.Add(1)
		}
	}
	got := watch(ReceiverStream(b.ssc, f, rdd.MemoryOnly))
	b.start()
	<-f.in
	tick := ticks(t)
	stopped := make(chan error)
	for batches := 0; ; {
		select {
		case <-b.done:
			if batches++; batches == 3 {
				go func() { stopped <- b.ssc.Stop(false, true) }()
			}
		case <-tick:
			b.clock.Advance(10 * time.Millisecond)
		case err := <-stopped:
			must(t, err)
			if rows := len(got.all()); rows != int(taken.Load()) || rows == 0 {
				t.Errorf("%d rows were taken, %d came", taken.Load(), rows)
			}
			return
		}
	}
}

// The data of a block that the tracker knows are gone from the log: its batch fails, and
// does not go on as though there had been no rows.
func TestBlockIsKnownButNotInTheLog(t *testing.T) {
	c := newCounted(t)
	c.begin()
	must(t, c.in.StoreBlock([]string{"a"}))
	c.stop()
	logs, err := filepath.Glob(filepath.Join(c.dir, receivedDir, "0", "log-*"))
	must(t, err)
	if len(logs) == 0 {
		t.Fatal("there is no log")
	}
	for _, name := range logs {
		must(t, os.Remove(name))
	}
	c.begin()
	c.steps(1)
	if lost, ok := errors.AsType[*LostBlockError](c.ssc.AwaitTermination(t.Context())); !ok || lost.Rows != 1 || lost.Cause == nil {
		t.Errorf("the batch ends with %v", c.ssc.AwaitTermination(t.Context()))
	}
}
