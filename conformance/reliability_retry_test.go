package conformance

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/functions"
	"github.com/weirstream/weir/types"
	"github.com/weirstream/weir/weirtest"
)

// A batch whose sink was away runs again in place, as often as the query asks for, with
// pauses that grow, and its state is that of before; then the query fails as without.
func TestBatchIsRetried(t *testing.T) {
	in := weirtest.NewStream("clicks", "k STRING")
	job := weirtest.Job{Streams: []*weirtest.Stream{in}, Mode: weir.Update, Conf: map[string]string{"spark.weir.batchRetries": "2"},
		Define: func(s *weir.Session) *weir.DataFrame { return s.Table("clicks").GroupBy("k").Count() }}
	q := weirtest.Run(t, job)
	q.Add(in, []any{"a"})
	q.Want("a | 1")
	q.FailSink(2, errors.New("the database is away"))
	run := q.Handle().RunID()
	stop := ticking(q)
	q.Add(in, []any{"a"})
	q.Want("a | 2")
	if q.Handle().RunID() != run {
		t.Error("the query was started again")
	}
	q.FailSink(3, errors.New("the database is away"))
	q.Add(in, []any{"a"})
	refused(t, "the fourth attempt", q.Fails(), "the database is away")
	stop()
	q.Restart()
	q.Want("a | 3")
}

// ticking moves the clock on until stop is called.
func ticking(q *weirtest.Query) (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				q.AdvanceOnly(50 * time.Millisecond)
				runtime.Gosched()
			}
		}
	})
	return func() { close(done); wg.Wait() }
}

// What follows from the rows is not tried again.
func TestWrongRowIsNotRetried(t *testing.T) {
	in := weirtest.NewStream("clicks", "k INT")
	q := weirtest.Run(t, weirtest.Job{Streams: []*weirtest.Stream{in}, Conf: map[string]string{"spark.weir.batchRetries": "5"},
		Define: func(s *weir.Session) *weir.DataFrame { return s.SQL("SELECT 1 / k FROM clicks") }})
	q.Add(in, []any{0})
	refused(t, "the query", q.Fails(), "DIVIDE_BY_ZERO") // the clock stands still: a second attempt would wait for ever
}

// A query that stops itself, in the function that takes its batches, ends after the
// batch.
func TestStopWithinForeachBatch(t *testing.T) {
	s, dir := session(t), t.TempDir()
	write(t, filepath.Join(dir, "in"), "1", `{"n":1}`)
	var q *weir.Query
	started := make(chan struct{})
	var err error
	var ids []int64
	q, err = s.ReadStream().Schema("n BIGINT").JSON(filepath.Join(dir, "in")).WriteStream().Option("checkpointLocation", filepath.Join(dir, "ck")).
		ForeachBatch(func(_ context.Context, _ *weir.DataFrame, id int64) error {
			<-started
			ids = append(ids, id)
			q.Stop()
			return nil
		}).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	close(started)
	select {
	case <-q.Done():
	case <-time.After(20 * time.Second):
		t.Fatal("the query waits for itself")
	}
	if q.Err() != nil || fmt.Sprint(ids) != "[0]" {
		t.Errorf("the query ended with %v after the batches %v", q.Err(), ids)
	}
}

// A function that does not heed its context holds Stop up no longer than was said (S91).
func TestStopTimeout(t *testing.T) {
	s, dir := session(t, weir.WithConf("spark.sql.streaming.stopTimeout", "20")), t.TempDir()
	write(t, filepath.Join(dir, "in"), "1", `{"n":1}`)
	inside, leave := make(chan struct{}), make(chan struct{})
	q, err := s.ReadStream().Schema("n BIGINT").JSON(filepath.Join(dir, "in")).WriteStream().Option("checkpointLocation", filepath.Join(dir, "ck")).
		ForeachBatch(func(context.Context, *weir.DataFrame, int64) error {
			close(inside)
			<-leave
			return nil
		}).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	<-inside
	q.Stop()
	if !q.IsActive() || q.StopWithin(time.Millisecond) {
		t.Error("the query has ended, though its function has not")
	}
	close(leave)
	if !q.StopWithin(0) || q.IsActive() || q.Err() != nil {
		t.Errorf("active %v, %v", q.IsActive(), q.Err())
	}
}

// slowFormat is a source whose opening waits until it may not any more.
type slowFormat struct{ opening chan struct{} }

func (slowFormat) Name() string { return "slow" }

func (slowFormat) SourceSchema(_ context.Context, s connector.SourceSpec) (types.Schema, error) {
	return *s.Schema, nil
}

func (f slowFormat) OpenSource(ctx context.Context, _ connector.SourceSpec) (connector.Source, error) {
	close(f.opening)
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

// A start that waits for something can be given up.
func TestStartCanBeCancelled(t *testing.T) {
	f := slowFormat{make(chan struct{})}
	s := session(t, weir.WithConnectors(f))
	ctx, cancel := context.WithCancelCause(t.Context())
	mine := errors.New("the user has no patience")
	go func() {
		<-f.opening
		cancel(mine)
	}()
	_, err := s.ReadStream().Format("slow").Schema("n INT").Load().WriteStream().Format("noop").Start(ctx)
	if !errors.Is(err, mine) {
		t.Errorf("Start ended with %v", err)
	}
}

// Queries that are started while their session is closed do not outlive it.
func TestStartWhileTheSessionCloses(t *testing.T) {
	for range 20 {
		s, err := weir.Open()
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		queries := make([]*weir.Query, 4)
		for i := range queries {
			wg.Go(func() {
				queries[i], _ = s.ReadStream().Format("rate").Load().WriteStream().Format("noop").Start(t.Context())
			})
		}
		runtime.Gosched()
		s.Close()
		wg.Wait()
		for _, q := range queries {
			if q != nil && q.IsActive() {
				t.Fatal("a query has outlived its session")
			}
		}
		if _, err := s.ReadStream().Format("rate").Load().WriteStream().Format("noop").Start(t.Context()); err == nil {
			t.Fatal("a closed session starts queries")
		}
	}
}

// Async progress tracking: what it refuses, and that a query that is stopped goes on
// where it was, and one that dies from where its progress was durable (S87).
func TestAsyncProgress(t *testing.T) {
	s, dir := session(t, weir.WithConf("spark.sql.streaming.numRecentProgressUpdates", "1000000")), t.TempDir()
	rate := func() *weir.DataFrame {
		return s.ReadStream().Format("rate-micro-batch").Option("rowsPerBatch", 3).Load()
	}
	async := func(w *weir.StreamWriter) *weir.StreamWriter {
		return w.Option("asyncProgressTrackingEnabled", true).Option("checkpointLocation", filepath.Join(dir, "ck"))
	}
	for _, c := range []struct {
		what string
		w    *weir.StreamWriter
		says string
	}{
		{"a file sink", async(rate().WriteStream()).Format("json").Option("path", filepath.Join(dir, "out")), "the sink json does not support"},
		{"foreachBatch", async(rate().WriteStream()).ForeachBatch(func(context.Context, *weir.DataFrame, int64) error { return nil }), "the sink foreach does not"},
		{"once", async(rate().WriteStream()).Format("noop").Trigger(weir.Once()), "triggers Once and AvailableNow"},
		{"availableNow", async(rate().WriteStream()).Format("noop").Trigger(weir.AvailableNow()), "triggers Once and AvailableNow"},
		{"state", async(rate().GroupBy("value").Count().WriteStream()).Format("noop").OutputMode(weir.Update), "stateStoreSave"},
		{"no number", async(rate().WriteStream()).Format("noop").Option("asyncProgressTrackingCheckpointIntervalMs", "x"), "number of milliseconds"},
	} {
		_, err := c.w.Start(t.Context())
		refused(t, c.what, err, c.says)
	}
	reach := func(q *weir.Query, batch int64) int64 {
		eventually(t, "batches", func() bool { p := q.LastProgress(); return p != nil && p.Batch >= batch })
		q.Stop()
		if q.Err() != nil {
			t.Fatal(q.Err())
		}
		return q.LastProgress().Batch
	}
	last := int64(-1)
	for range 3 {
		q, err := async(rate().WriteStream()).Format("noop").Option("asyncProgressTrackingCheckpointIntervalMs", 3600_000).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		before := last
		last = reach(q, last+20)
		if first := q.RecentProgress()[0].Batch; first != before+1 {
			t.Errorf("the query went on with batch %d after %d", first, before)
		}
	}
	// It may be switched off again.
	q, err := rate().WriteStream().Format("noop").Option("checkpointLocation", filepath.Join(dir, "ck")).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	reach(q, last+3)
}

// Trigger.RealTime is served by the loop of batches: a row comes out long before the
// five minutes of its batch are over, in append mode and through state, too (S85).
func TestRealTimeTrigger(t *testing.T) {
	s := session(t)
	q, err := s.ReadStream().Format("rate").Option("rowsPerSecond", 100).Load().DropDuplicates("value").WriteStream().Format("noop").
		Trigger(weir.RealTime(0)).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "a batch with rows", func() bool { p := q.LastProgress(); return p != nil && p.InputRows() > 0 })
	q.Stop()
	_, err = s.ReadStream().Format("rate").Load().WriteStream().Format("noop").Trigger(weir.RealTime(4 * time.Second)).Start(t.Context())
	refused(t, "a short batch", err, "INVALID_STREAMING_REAL_TIME_MODE_TRIGGER_INTERVAL")
	for _, text := range []string{"realTime", "realTime 10 seconds"} {
		if tr, err := weir.ParseTrigger(text); err != nil || tr.Ends() || tr.Interval() != 0 {
			t.Errorf("the trigger %s is %v, %v", text, tr, err)
		}
	}
	if _, err := weir.ParseTrigger("realTime 1 second"); err == nil {
		t.Error("a batch of a second was taken")
	}
}

// Trigger.Continuous is served by the loop of batches: any query, also one that
// Spark's continuous processing refuses (S58).
func TestContinuousTrigger(t *testing.T) {
	s := session(t)
	q, err := s.ReadStream().Format("rate").Option("rowsPerSecond", 100).Load().DropDuplicates("value").
		WithColumn("now", functions.CurrentTimestamp()).WriteStream().Format("noop").
		Trigger(weir.Continuous(time.Second)).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "a batch with rows", func() bool { p := q.LastProgress(); return p != nil && p.InputRows() > 0 })
	q.Stop()
	_, err = s.ReadStream().Format("rate").Load().WriteStream().Format("noop").Trigger(weir.Continuous(0)).Start(t.Context())
	refused(t, "an interval of nothing", err, "should be positive")
	if tr, err := weir.ParseTrigger("continuous 1 second"); err != nil || tr.Ends() || tr.Interval() != 0 {
		t.Errorf("the trigger is %v, %v", tr, err)
	}
}
