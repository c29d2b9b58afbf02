package weirtest

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/vfs"
)

// startOfTime is where the clock of a test stands at first.
var startOfTime = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// checkpointPath is where the checkpoint lies on the disk of a test.
const checkpointPath = "/checkpoint"

// Job says which query a test runs.
type Job struct {
	// Streams are the sources. The query finds each as a view of its name.
	Streams []*Stream
	// Define makes the query. It is called at every start, each time with a new
	// session.
	Define func(s *weir.Session) *weir.DataFrame
	// Mode is the output mode; the zero value is append.
	Mode weir.OutputMode
	// Trigger says when batches run; the zero value is: as soon as there is data.
	Trigger weir.Trigger
	// Conf are settings by Spark's names.
	Conf map[string]string
	// Workers is how many tasks run at once; 0 is 1.
	Workers int
	// LateRows takes the rows that are dropped because they are late; see
	// [weir.StreamWriter.LateRowsTo]. Nil: they are not kept.
	LateRows func(ctx context.Context, late *weir.DataFrame, id int64) error
	// Options are more options of the session, such as weir.WithConnectors.
	Options []weir.Option
}

// Query is a query under test. Its methods belong to the test's goroutine; they
// fail the test on whatever it did not expect.
type Query struct {
	t       testing.TB
	job     Job
	clock   *clock.Manual
	disk    *vfs.Crash
	sink    *sink
	session *weir.Session
	query   *weir.Query
	taken   int64 // the batches before it were seen by Want
}

// Run starts a job on an empty disk, with the clock at 2024-01-01 00:00:00 UTC, the
// session's time zone. The query is stopped when the test ends.
func Run(t testing.TB, job Job) *Query {
	t.Helper()
	q := &Query{t: t, job: job, clock: clock.NewManual(startOfTime), disk: vfs.NewCrash(), sink: &sink{batches: map[int64][]string{}}}
	for _, s := range job.Streams {
		if err := s.hold(q); err != nil {
			t.Fatalf("weirtest: %v", err)
		}
	}
	t.Cleanup(func() { q.end() })
	if err := q.start(); err != nil {
		t.Fatalf("weirtest: start: %v", err)
	}
	return q
}

// start opens a session on the disk and starts the query.
func (q *Query) start() error {
	options := []weir.Option{weir.Simulated(q.clock, q.disk), weir.WithWorkers(max(q.job.Workers, 1)), weir.WithConnectors(q.sink),
		weir.WithConf("spark.sql.session.timeZone", "UTC"), weir.WithLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))}
	for k, v := range q.job.Conf {
		options = append(options, weir.WithConf(k, v))
	}
	for _, s := range q.job.Streams {
		options = append(options, weir.WithConnectors(s.rows))
	}
	session, err := weir.Open(append(options, q.job.Options...)...)
	if err != nil {
		return err
	}
	q.session = session
	for _, s := range q.job.Streams {
		if err := session.ReadStream().Format(s.name).Load().CreateOrReplaceTempView(s.name); err != nil {
			return err
		}
	}
	w := q.job.Define(session).WriteStream()
	if q.job.LateRows != nil {
		w.LateRowsTo(q.job.LateRows)
	}
	q.query, err = w.Format(sinkName).OutputMode(q.job.Mode).Trigger(q.job.Trigger).
		QueryName("test").Option("checkpointLocation", checkpointPath).Start(q.t.Context())
	return err
}

// end stops the query and its session.
func (q *Query) end() {
	if q.session != nil {
		_ = q.session.Close() // the next session, if any, starts from the disk
		q.session, q.query = nil, nil
	}
}

// Handle is the query as the API has it, for what this package does not show. A
// restart makes another one.
func (q *Query) Handle() *weir.Query { return q.query }

// Now is the test's processing time.
func (q *Query) Now() time.Time { return q.clock.Now() }

// AdvanceOnly moves processing time. What falls due happens beside the test: it is
// for calls such as Fails and CrashAt, which wait for it.
func (q *Query) AdvanceOnly(d time.Duration) { q.clock.Advance(d) }

// Advance moves processing time, then lets the query do all it has to do.
func (q *Query) Advance(d time.Duration) {
	q.t.Helper()
	q.clock.Advance(d)
	q.UntilIdle()
}

// UntilIdle returns when the query waits for data or for its next tick, or has
// ended well. A query that has failed fails the test.
func (q *Query) UntilIdle() {
	q.t.Helper()
	if err := q.idle(); err != nil {
		q.t.Fatalf("weirtest: the query failed: %v", err)
	}
}

// idle waits until there is nothing to do.
func (q *Query) idle() error {
	if q.job.Trigger.Ends() {
		return q.query.AwaitTermination(q.t.Context())
	}
	if q.job.Trigger.Interval() == 0 {
		return q.query.ProcessAllAvailable(q.t.Context())
	}
	select {
	case <-q.clock.AwaitTimers(1): // that of the next tick
		return nil
	case <-q.query.Done():
		return q.query.Err()
	}
}

// Fails returns why the query fails when it does what it has to do. One that does
// not fail fails the test.
func (q *Query) Fails() error {
	q.t.Helper()
	err := q.idle()
	if err == nil {
		q.t.Fatal("weirtest: the query did not fail")
	}
	return err
}

// FailSink lets the next commits of the sink fail, as a database that is away does.
func (q *Query) FailSink(times int, err error) {
	q.sink.mu.Lock()
	defer q.sink.mu.Unlock()
	q.sink.failures, q.sink.failure = times, err
}

// Want runs the query until it is idle and compares the rows that came out since
// the last Want with these, in any order; in complete mode the rows of the last
// batch. A row is written as its values cast to strings, with " | " between.
func (q *Query) Want(rows ...string) {
	q.t.Helper()
	q.UntilIdle()
	want := slices.Sorted(slices.Values(rows))
	got := q.Rows()
	if !slices.Equal(got, want) {
		q.t.Errorf("weirtest: the rows are\n%q\nwant\n%q", got, want)
	}
}

// Rows takes the rows that came out since the last Rows or Want, sorted.
func (q *Query) Rows() []string {
	q.t.Helper()
	rows, next, err := q.sink.take(q.taken)
	if err != nil {
		q.t.Errorf("weirtest: a batch did not give the same rows again: %v", err)
	}
	q.taken = next
	return rows
}

// WantWatermark compares the watermark of the next batch (S110): that which the
// rows of all batches have led to. text is as 2024-01-01 00:00:00, in UTC.
func (q *Query) WantWatermark(text string) {
	q.t.Helper()
	if got := q.Watermark().UTC().Format(time.DateTime); got != text {
		q.t.Errorf("weirtest: the watermark is %s, want %s", got, text)
	}
}

// Watermark is the watermark that the last batch went by; 1970-01-01 before any row
// and in a query without one.
func (q *Query) Watermark() time.Time {
	q.UntilIdle()
	if p := q.query.LastProgress(); p != nil && p.EventTime != nil {
		return p.EventTime.Watermark
	}
	return time.UnixMilli(0)
}

// WantState compares how many rows each operator keeps, in the order of the plan.
func (q *Query) WantState(rows ...int64) {
	q.t.Helper()
	q.UntilIdle()
	var got []int64
	if p := q.query.LastProgress(); p != nil {
		for _, op := range p.StateOperators {
			got = append(got, op.RowsTotal)
		}
	}
	if !slices.Equal(got, rows) {
		q.t.Errorf("weirtest: the operators keep %v rows, want %v", got, rows)
	}
}

// State reads the state of the query as the format statestore has it, of its last
// committed batch: rows in the form of [Query.Rows], sorted. Options are names and
// values in turn, such as "operatorId", 0 (S180-S183).
func (q *Query) State(options ...any) []string {
	q.t.Helper()
	r := q.session.Read().Format("statestore")
	for i := 0; i+1 < len(options); i += 2 {
		name, ok := options[i].(string)
		if !ok {
			q.t.Fatalf("weirtest: State: %v is not the name of an option", options[i])
		}
		r = r.Option(name, options[i+1])
	}
	rows, err := Collect(q.t.Context(), r.Load(checkpointPath))
	if err != nil {
		q.t.Fatalf("weirtest: State: %v", err)
	}
	return rows
}

// Progress are the newest progresses of the present run, oldest first (S196).
func (q *Query) Progress() []*weir.Progress {
	q.UntilIdle()
	return q.query.RecentProgress()
}

// Stop stops the query as a user does. Restart starts it again.
func (q *Query) Stop() {
	q.t.Helper()
	q.query.Stop()
	if err := q.query.Err(); err != nil {
		q.t.Errorf("weirtest: stop: %v", err)
	}
	q.end()
}

// End stops the query before the test ends, in a test that runs many.
func (q *Query) End() { q.end() }
