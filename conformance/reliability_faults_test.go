package conformance

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/weirstream/weir"
	f "github.com/weirstream/weir/functions"
	"github.com/weirstream/weir/stateful"
	"github.com/weirstream/weir/weirtest"
)

// A clock that is set back holds nothing up and runs nothing twice: the time of a
// batch never goes back, event time knows nothing of it, and ticks go on.
func TestClockGoesBack(t *testing.T) {
	in := weirtest.NewStream("clicks", "k STRING, at TIMESTAMP")
	q := weirtest.Run(t, weirtest.Job{Streams: []*weirtest.Stream{in}, Define: func(s *weir.Session) *weir.DataFrame {
		return s.Table("clicks").WithWatermark("at", 5*time.Second).DropDuplicates("k", "at").Select("k", f.CurrentTimestamp().As("now"))
	}})
	q.Advance(time.Minute)
	q.Add(in, []any{"a", after(1)})
	q.Want("a | 2024-01-01 00:01:00")
	q.AdvanceOnly(-time.Hour)
	q.Add(in, []any{"b", after(30)})
	q.Want("b | 2024-01-01 00:01:00")
	q.WantWatermark("2024-01-01 00:00:25")
	q.Crash() // and after a restart
	q.AdvanceOnly(-time.Hour)
	q.Restart()
	q.Add(in, []any{"b", after(30)}, []any{"c", after(31)}, []any{"late", after(2)})
	q.Want("c | 2024-01-01 00:01:00")
	q.WantWatermark("2024-01-01 00:00:26")
	q.AdvanceOnly(3 * time.Hour)
	q.Add(in, []any{"d", after(32)})
	q.Want("d | 2024-01-01 01:01:00")
}

// A clock that is set back while a query with an interval waits for its tick.
func TestClockGoesBackBetweenTicks(t *testing.T) {
	in := weirtest.NewStream("clicks", "k STRING")
	q := weirtest.Run(t, weirtest.Job{Streams: []*weirtest.Stream{in}, Trigger: weir.ProcessingTime(time.Minute),
		Define: func(s *weir.Session) *weir.DataFrame { return s.Table("clicks") }})
	q.UntilIdle()
	q.Add(in, []any{"a"})
	q.Advance(time.Minute)
	q.Want("a")
	q.AdvanceOnly(-30 * time.Minute)
	q.Add(in, []any{"b"})
	q.Advance(31*time.Minute + time.Second)
	q.Want("b")
}

// fallible is a processor that panics when it is told to.
type fallible struct{ seen *stateful.ValueState[int64] }

func (p *fallible) Init(h *stateful.Handle) error {
	p.seen = stateful.Value[int64](h, "seen", stateful.NoTTL)
	return nil
}

func (p *fallible) HandleInputRows(k string, rows iter.Seq[clickRow], _ stateful.Times, emit func(countRow)) error {
	n, _ := p.seen.Get()
	for r := range rows {
		if r.Bad {
			explode()
		}
		n++
	}
	p.seen.Update(n)
	emit(countRow{k, n})
	return nil
}

type clickRow struct {
	K   string `weir:"k"`
	Bad bool   `weir:"bad"`
}

type countRow struct {
	K string `weir:"k"`
	N int64  `weir:"n"`
}

func explode() { panic("the processor's mistake") }

// A function with state that panics ends its query with the stack, and no other; the
// batch runs again from the state before it.
func TestPanicOfAProcessor(t *testing.T) {
	in := weirtest.NewStream("clicks", "k STRING, bad BOOLEAN")
	job := weirtest.Job{Streams: []*weirtest.Stream{in}, Mode: weir.Update, Define: func(s *weir.Session) *weir.DataFrame {
		return weir.TransformWithState[string, clickRow, countRow](s.Table("clicks").GroupBy("k"),
			func() stateful.Processor[string, clickRow, countRow] { return &fallible{} }, weir.TransformOptions{})
	}}
	q, other := weirtest.Run(t, job), weirtest.Run(t, weirtest.Job{Streams: []*weirtest.Stream{weirtest.NewStream("other", "n INT")},
		Define: func(s *weir.Session) *weir.DataFrame { return s.Table("other") }})
	q.Add(in, []any{"a", false}, []any{"b", false})
	q.Want("a | 1", "b | 1")
	q.Add(in, []any{"a", false}, []any{"b", true})
	refused(t, "the query", q.Fails(), "STREAM_FAILED", "the processor's mistake", "conformance.explode")
	other.Want()
	// The job is mended: it takes the row.
	mended := job
	mended.Define = func(s *weir.Session) *weir.DataFrame {
		return weir.TransformWithState[string, clickRow, countRow](s.Table("clicks").Select("k", f.Lit(false).As("bad")).GroupBy("k"),
			func() stateful.Processor[string, clickRow, countRow] { return &fallible{} }, weir.TransformOptions{})
	}
	if err := q.RestartAs(mended); err != nil {
		t.Fatal(err)
	}
	q.Want("a | 2", "b | 2")
}

// rowPanics is a foreach writer that panics at a row.
type rowPanics struct{}

func (rowPanics) Open(int, int64) (bool, error) { return true, nil }
func (rowPanics) Process(weir.Row) error        { explode(); return nil }
func (rowPanics) Close(error) error             { return nil }

// TestPanicOfAForeachWriter is the same for a sink of the user's.
func TestPanicOfAForeachWriter(t *testing.T) {
	s, dir := session(t), t.TempDir()
	write(t, filepath.Join(dir, "in"), "1", `{"n":1}`)
	q, err := s.ReadStream().Schema("n BIGINT").JSON(filepath.Join(dir, "in")).WriteStream().
		Foreach(func() weir.ForeachWriter { return rowPanics{} }).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	refused(t, "the query", q.AwaitTermination(t.Context()), "FOREACH_USER_FUNCTION_ERROR", "the processor's mistake", "conformance.explode")
}

// A sink that fails for ever fails each run with the same batch and the same
// sentence; nothing is lost when it is well at last, and nothing is there twice.
func TestSinkThatFailsForEver(t *testing.T) {
	in := weirtest.NewStream("clicks", "k STRING, at TIMESTAMP")
	q := weirtest.Run(t, weirtest.Job{Streams: []*weirtest.Stream{in}, Mode: weir.Update, Define: func(s *weir.Session) *weir.DataFrame {
		return s.Table("clicks").GroupBy("k").Count()
	}})
	q.Add(in, []any{"a", after(1)})
	q.Want("a | 1")
	q.FailSink(5, errors.New("the database is away"))
	q.Add(in, []any{"a", after(1)}, []any{"b", after(1)})
	for range 5 {
		refused(t, "the query", q.Fails(), "the database is away", "STREAM_FAILED")
		q.Add(in, []any{"later", after(1)}) // does not get into the batch that was planned
		q.Restart()
	}
	q.UntilIdle()
	rows := q.Rows()
	slices.Sort(rows)
	if want := []string{"a | 2", "b | 1", "later | 5"}; !slices.Equal(rows, want) {
		t.Errorf("rows %q, want %q", rows, want)
	}
}

// The batch that runs again has the number of the one that failed.
func TestFailedBatchKeepsItsNumber(t *testing.T) {
	s, dir := session(t), t.TempDir()
	var mu sync.Mutex
	var calls []string
	fails := 3
	start := func() error {
		q, err := s.ReadStream().Schema("n BIGINT").JSON(filepath.Join(dir, "in")).WriteStream().
			Option("checkpointLocation", filepath.Join(dir, "ck")).Trigger(weir.AvailableNow()).
			ForeachBatch(func(ctx context.Context, d *weir.DataFrame, id int64) error {
				rows, err := d.SelectExpr("sum(n)").Collect(ctx)
				if err != nil {
					return err
				}
				mu.Lock()
				defer mu.Unlock()
				calls = append(calls, fmt.Sprint(id, rows))
				if fails--; fails >= 0 {
					return errors.New("not now")
				}
				return nil
			}).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return q.AwaitTermination(t.Context())
	}
	for n := range 5 {
		write(t, filepath.Join(dir, "in"), fmt.Sprint(n), fmt.Sprintf(`{"n":%d}`, 1<<n))
		if err := start(); (err != nil) != (n < 3) {
			t.Errorf("run %d ended with %v", n, err)
		}
	}
	want := []string{"0 [[1]]", "0 [[1]]", "0 [[1]]", "0 [[1]]", "1 [[2]]", "2 [[4]]", "3 [[8]]", "4 [[16]]"}
	if fmt.Sprint(calls) != fmt.Sprint(want) {
		t.Errorf("calls %v, want %v", calls, want)
	}
}

// What is deleted under a running query is missed: the query ends with a sentence,
// or goes on from what it has in memory, and never with wrong rows.
func TestCheckpointDeletedUnderAQuery(t *testing.T) {
	for _, c := range []struct {
		what    string
		fails   string // of the running query; empty: it goes on
		restart string // refuses with it; empty: it goes on; *: either
	}{
		{"state", "", ""},
		{"offsets", "", ""},
		{"commits", "", ""},
		{"sources", "/ck/sources/0", "files are missing in the checkpoint's"},
		{"journal", "has been removed", "*"}, // from the start, or from Spark's files where they were written
		{".", "has been removed", ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			dir := t.TempDir()
			s := session(t, weir.WithConf("spark.sql.streaming.stateStore.minDeltasForSnapshot", "1"))
			start := func() (*weir.Query, error) {
				return s.ReadStream().Schema("n BIGINT").JSON(filepath.Join(dir, "in")).GroupBy("n").Count().WriteStream().
					OutputMode(weir.Update).Option("checkpointLocation", filepath.Join(dir, "ck")).
					ForeachBatch(func(context.Context, *weir.DataFrame, int64) error { return nil }).Start(t.Context())
			}
			write(t, filepath.Join(dir, "in"), "1", manyNumbers(0, 9000))
			q, err := start()
			if err != nil {
				t.Fatal(err)
			}
			if err := q.ProcessAllAvailable(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := os.RemoveAll(filepath.Join(dir, "ck", c.what)); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "in"), "2", manyNumbers(1, 9001))
			err = q.ProcessAllAvailable(t.Context())
			q.Stop()
			if c.fails == "" && (err != nil || q.Err() != nil) {
				t.Errorf("the query failed: %v; %v", err, q.Err())
			} else if c.fails != "" {
				refused(t, "the running query", err, c.fails)
			}
			q, err = start()
			if err == nil {
				write(t, filepath.Join(dir, "in"), "3", manyNumbers(0, 9002))
				err = q.ProcessAllAvailable(t.Context())
				if p := q.LastProgress(); err == nil && p.StateOperators[0].RowsTotal != 9002 {
					t.Errorf("the query was restarted with %d rows of state, want 9002", p.StateOperators[0].RowsTotal)
				}
				q.Stop()
			}
			if c.restart == "" && err != nil {
				t.Errorf("the restart failed: %v", err)
			} else if c.restart != "" && c.restart != "*" {
				refused(t, "the restart", err, c.restart)
			}
		})
	}
}

// manyNumbers are lines of JSON with the numbers from a up to b.
func manyNumbers(a, b int) string {
	var text []byte
	for n := a; n < b; n++ {
		text = fmt.Appendf(text, "{\"n\":%d}\n", n)
	}
	return string(text)
}
