package weir_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weirstream/weir"
	f "github.com/weirstream/weir/functions"
)

// folder is a session and a stream over the lines of the files in a folder.
type folder struct {
	t       *testing.T
	dir     string
	session *weir.Session
}

func open(t *testing.T, options ...weir.Option) *folder {
	t.Helper()
	s, err := weir.Open(append([]weir.Option{weir.WithWorkers(2)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &folder{t, t.TempDir(), s}
}

// put moves a file of lines into the folder.
func (d *folder) put(name string, lines ...string) {
	d.t.Helper()
	hidden := filepath.Join(d.dir, "."+name)
	if err := os.WriteFile(hidden, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		d.t.Fatal(err)
	}
	if err := os.Rename(hidden, filepath.Join(d.dir, name)); err != nil {
		d.t.Fatal(err)
	}
}

func (d *folder) lines() *weir.DataFrame { return d.session.ReadStream().Text(d.dir) }

// start starts a query and fails the test if it cannot be.
func (d *folder) start(w *weir.StreamWriter) *weir.Query {
	d.t.Helper()
	q, err := w.Start(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return q
}

// conditionIs fails the test unless err has the condition and says the words.
func conditionIs(t *testing.T, err error, condition, words string) {
	t.Helper()
	e, ok := errors.AsType[*weir.Error](err)
	if !ok || e.Condition.Name != condition || !strings.Contains(err.Error(), words) {
		t.Errorf("the error is %v, want %s with %q", err, condition, words)
	}
}

// parts counts what writers are told.
type parts struct {
	mu             sync.Mutex
	rows           []string
	opened, closed int
	fail           error
}

type partWriter struct{ *parts }

func (p partWriter) Open(int, int64) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opened++
	return true, nil
}

func (p partWriter) Process(r weir.Row) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rows = append(p.rows, r[0].(string))
	return p.fail
}

func (p partWriter) Close(error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed++
	return nil
}

func TestForeach(t *testing.T) {
	d := open(t)
	d.put("a", "x", "y")
	p := &parts{}
	q := d.start(d.lines().WriteStream().Foreach(func() weir.ForeachWriter { return partWriter{p} }).Trigger(weir.AvailableNow()))
	if err := q.AwaitTermination(t.Context()); err != nil {
		t.Fatal(err)
	}
	slices.Sort(p.rows)
	if got := strings.Join(p.rows, " "); got != "x y" || p.opened == 0 || p.opened != p.closed {
		t.Errorf("the writers got %q, were opened %d and closed %d times", got, p.opened, p.closed)
	}

	p.fail = errors.New("the store is full")
	q = d.start(d.lines().WriteStream().Foreach(func() weir.ForeachWriter { return partWriter{p} }).Trigger(weir.Once()))
	err := q.AwaitTermination(t.Context())
	conditionIs(t, err, "STREAM_FAILED", "the store is full")
	if p.opened != p.closed {
		t.Errorf("writers that failed: %d opened, %d closed", p.opened, p.closed)
	}
}

func TestForeachBatch(t *testing.T) {
	d := open(t)
	d.put("a", "x", "y", "x")
	d.put("b", "z")
	checkpoint := t.TempDir()
	run := func(each func(context.Context, *weir.DataFrame, int64) error) error {
		w := d.session.ReadStream().Option("maxFilesPerTrigger", 1).Text(d.dir).WriteStream().ForeachBatch(each)
		q := d.start(w.Option("checkpointLocation", checkpoint).Trigger(weir.AvailableNow()))
		return q.AwaitTermination(t.Context())
	}
	var ids, counts []int64
	failed := false
	each := func(ctx context.Context, b *weir.DataFrame, id int64) error {
		n, err := b.Count(ctx)
		if err != nil {
			return err
		}
		words, err := b.Select(f.Upper("value").As("u")).Distinct().Collect(ctx)
		if err != nil || len(words) == 0 {
			return errors.Join(err, errors.New("no words"))
		}
		if id == 1 && !failed {
			failed = true
			return errors.New("not now")
		}
		ids, counts = append(ids, id), append(counts, n)
		return nil
	}
	conditionIs(t, run(each), "STREAM_FAILED", "not now")
	if err := run(each); err != nil {
		t.Fatal(err)
	}
	slices.Sort(counts)
	if !slices.Equal(ids, []int64{0, 1}) || !slices.Equal(counts, []int64{1, 3}) {
		t.Errorf("batches %v of %v rows, want 0 and 1 of 1 and 3", ids, counts)
	}
	if err := run(each); err != nil || len(ids) != 2 {
		t.Errorf("a third run: %v, batches %v", err, ids)
	}
}

// heard is a listener that writes down what it hears.
type heard struct {
	mu   sync.Mutex
	list []string
	over chan struct{}
}

func (h *heard) note(s string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list, s)
}

func (h *heard) OnStarted(e weir.QueryStarted) { h.note("started " + e.Name) }
func (h *heard) OnProgress(p *weir.Progress)   { h.note("progress") }
func (h *heard) OnIdle(weir.QueryIdle)         {}
func (h *heard) OnTerminated(e weir.QueryTerminated) {
	h.note("terminated " + e.ErrorClass)
	close(h.over)
}

func TestQueriesOfASession(t *testing.T) {
	d := open(t)
	h := &heard{over: make(chan struct{})}
	d.session.Streams().AddListener(h)
	d.put("a", "x")
	q := d.start(d.lines().WriteStream().Format("memory").QueryName("words"))
	ctx := t.Context()
	if err := q.ProcessAllAvailable(ctx); err != nil {
		t.Fatal(err)
	}
	if n, err := d.session.Table("words").Count(ctx); err != nil || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
	streams := d.session.Streams()
	if streams.Get(q.ID()) != q || len(streams.Active()) != 1 || q.Name() != "words" || !q.IsActive() {
		t.Error("the query is not among those of the session")
	}
	if p := q.LastProgress(); p == nil || p.RunID != q.RunID() || p.ID != q.ID() || len(q.RecentProgress()) != 1 {
		t.Errorf("the progress is %v", p)
	}
	_, err := d.lines().WriteStream().Format("memory").QueryName("words").Start(ctx)
	conditionIs(t, err, "ILLEGAL_ARGUMENT", "already active")

	answer := httptest.NewRecorder()
	d.session.MetricsHandler().ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	if !strings.Contains(answer.Body.String(), `spark_streaming_inputRate_total`) {
		t.Errorf("the metrics are\n%s", answer.Body)
	}

	if ended, err := streams.AwaitTimeout(ctx, time.Millisecond); ended || err != nil {
		t.Errorf("a query that runs has ended: %v, %v", ended, err)
	}
	q.Stop()
	if err := streams.AwaitAnyTermination(ctx); err != nil || q.Err() != nil || q.IsActive() {
		t.Errorf("a query that was stopped: %v, %v", err, q.Err())
	}
	streams.ResetTerminated()
	if ended, _ := streams.AwaitTimeout(ctx, time.Millisecond); ended {
		t.Error("it has ended still")
	}
	<-h.over
	if got := strings.Join(h.list, ", "); got != "started words, progress, terminated " {
		t.Errorf("the listener heard %s", got)
	}
}

// A query keeps the settings of its start (S95), and takes another trigger at the
// next (S89).
func TestSettingsAndTriggerOfAQuery(t *testing.T) {
	d := open(t)
	d.put("a", "1970-01-01 00:00:00")
	frame := d.lines().SelectExpr("hour(CAST(value AS TIMESTAMP)) AS h")
	checkpoint := t.TempDir()
	w := func() *weir.StreamWriter {
		return frame.WriteStream().Format("json").Option("checkpointLocation", checkpoint).Option("path", checkpoint+"/out")
	}
	q := d.start(w().Trigger(weir.ProcessingTime(time.Millisecond)))
	if err := d.session.Set("spark.sql.ansi.enabled", "false"); err != nil {
		t.Fatal(err)
	}
	if err := q.ProcessAllAvailable(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.put("b", "no time")
	err := q.AwaitTermination(t.Context())
	conditionIs(t, err, "STREAM_FAILED", "CAST_INVALID_INPUT")

	q = d.start(w().Trigger(weir.Once()))
	if err := q.AwaitTermination(t.Context()); err != nil {
		t.Errorf("without ANSI and with another trigger: %v", err)
	}
	if n, err := d.session.Read().Schema("h INT").JSON(checkpoint + "/out").Count(t.Context()); err != nil || n != 2 {
		t.Errorf("%d rows, %v", n, err)
	}
}

func TestWhatAStreamMayNot(t *testing.T) {
	d := open(t)
	d.put("a", "x")
	ctx := t.Context()
	table := d.session.Range(0, 3, 1)
	lines := d.lines()
	start := func(w *weir.StreamWriter) error {
		_, err := w.Start(ctx)
		return err
	}
	noop := func(frame *weir.DataFrame) error { return start(frame.WriteStream().Format("noop")) }
	collect := func(frame *weir.DataFrame) error {
		_, err := frame.Collect(ctx)
		return err
	}
	joined := func(left, right *weir.DataFrame, how string) error {
		return noop(left.Join(right, "value", how))
	}
	counts := lines.GroupBy("value").Count()
	words := table.SelectExpr("CAST(id AS STRING) AS value")
	const refused, mode = "_LEGACY_ERROR_TEMP_3102", "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION"
	tests := []struct {
		name             string
		err              error
		condition, words string
	}{
		{"a table is no stream", noop(table), "WRITE_STREAM_NOT_ALLOWED", ""},
		{"a stream cannot be collected", collect(lines), "", "writeStream"},
		{"no checkpoint", start(lines.WriteStream().Format("json").Option("path", t.TempDir())), "ILLEGAL_ARGUMENT", "checkpointLocation must be specified"},
		{"a stream and a table", noop(lines.Union(words)), refused, "Union between streaming and batch"},
		{"offset", noop(lines.Offset(1)), refused, "Offset"},
		{"sorted rows", noop(lines.OrderBy("value")), refused, "Sorting is not supported"},
		{"sorted groups that are updated", start(counts.OrderBy("value").WriteStream().Format("noop").OutputMode(weir.Update)), refused, "Sorting is not supported"},
		{"groups without a watermark", noop(counts), mode, "watermark"},
		{"table left join stream", joined(words, lines, "left"), refused, "LeftOuter"},
		{"stream right join table", joined(lines, words, "right"), refused, "RightOuter"},
		{"stream full join table", joined(lines, words, "full"), refused, "FullOuter"},
		{"unknown mode", start(lines.WriteStream().Format("noop").OutputModeNamed("apend")), "STREAMING_OUTPUT_MODE.INVALID", "apend"},
		{"mode that the sink does not take", start(counts.WriteStream().Format("json").Option("path", t.TempDir()).
			Option("checkpointLocation", t.TempDir()).OutputMode(weir.Complete)), "STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE", "json"},
		{"negative interval", start(lines.WriteStream().Format("noop").Trigger(weir.ProcessingTime(-1))), "ILLEGAL_ARGUMENT", "should not be negative"},
		{"unknown sink", start(lines.WriteStream().Format("consle")), "DATA_SOURCE_NOT_FOUND", "did you mean console?"},
		{"no name for the memory sink", start(lines.WriteStream().Format("memory")), "", "queryName must be specified"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.condition != "" {
				conditionIs(t, tt.err, tt.condition, tt.words)
			} else if tt.err == nil || !strings.Contains(tt.err.Error(), tt.words) {
				t.Errorf("the error is %v, want %q", tt.err, tt.words)
			}
		})
	}
	if _, err := weir.ParseTrigger("1 month"); err == nil {
		t.Error("a trigger of months was taken")
	}
	if n := len(d.session.Streams().Active()); n != 0 {
		t.Errorf("%d queries run", n)
	}
}

// What has no meaning on one machine is taken and changes nothing, the number of
// partitions bounds the tasks that run at once; a watermark
// means nothing to a table (S39, S117).
func TestWithoutEffect(t *testing.T) {
	d := open(t)
	d.put("a", "x", "y")
	for _, hint := range []string{"REPARTITION(3)", "COALESCE(1)", "BROADCAST(v)"} {
		text := "SELECT /*+ " + hint + " */ value FROM v"
		if err := d.lines().CreateOrReplaceTempView("v"); err != nil {
			t.Fatal(err)
		}
		q := d.start(d.session.SQL(text).WriteStream().Format("memory").QueryName("out").Trigger(weir.Once()))
		if err := q.AwaitTermination(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n, err := d.session.Table("out").Count(t.Context()); err != nil || n != 2 {
			t.Errorf("%s: %d rows, %v", text, n, err)
		}
	}
	for _, partitions := range []string{"1", "200"} {
		if err := d.session.Set("spark.sql.shuffle.partitions", partitions); err != nil {
			t.Fatal(err)
		}
	}
	if n, _ := d.session.Get("spark.sql.shuffle.partitions"); n != "2" {
		t.Errorf("%s tasks at once, want as many as the session has workers", n)
	}
	n, err := d.session.Range(0, 5, 1).SelectExpr("timestamp_seconds(id) AS t").WithWatermark("t", 0).GroupBy("t").Count().Count(t.Context())
	if err != nil || n != 5 {
		t.Errorf("a watermark on a table: %d groups, %v", n, err)
	}
}

// A row without a time is in no window (S105).
func TestRowsWithoutATime(t *testing.T) {
	d := open(t)
	d.put("a", "1970-01-01 00:00:07", "no time", "1970-01-01 00:00:09")
	frame := d.lines().SelectExpr("try_to_timestamp(value) AS t").GroupBy(f.Window("t", 5*time.Second)).Count()
	q := d.start(frame.WriteStream().Format("memory").QueryName("out").OutputMode(weir.Complete).Trigger(weir.Once()))
	if err := q.AwaitTermination(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := d.session.Table("out").SelectExpr("CAST(window.start AS STRING)", "count").Collect(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	if want := (weir.Row{"1970-01-01 00:00:05", int64(2)}); !slices.Equal(list[0], want) {
		t.Errorf("got %v, want %v", list[0], want)
	}
}

// Stopped at any moment, a query has no error, and the next run goes on where it
// was: no row is lost, none is there twice.
func TestStopAtAnyMoment(t *testing.T) {
	d := open(t)
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	numbers := d.session.ReadStream().Format("rate-micro-batch").Option("rowsPerBatch", 3).Load().Select("value")
	write := func() *weir.StreamWriter {
		return numbers.WriteStream().Format("json").Option("path", d.dir+"/out").Option("checkpointLocation", d.dir+"/ck")
	}
	for range 20 {
		q := d.start(write())
		select {
		case <-time.After(time.Duration(r.IntN(8000)) * time.Microsecond):
		case <-q.Done():
		}
		q.Stop()
		if q.Err() != nil {
			t.Fatal(q.Err())
		}
	}
	// On a busy machine all of them may have been stopped before their first batch.
	if q := d.start(write().Trigger(weir.AvailableNow())); q.AwaitTermination(t.Context()) != nil {
		t.Fatal(q.Err())
	}
	sums := d.session.Read().Schema("value BIGINT").JSON(d.dir+"/out").SelectExpr("count(*)", "count(DISTINCT value)", "max(value) + 1")
	list, err := sums.Collect(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	if n := list[0][0]; n.(int64) == 0 || list[0][1] != n || list[0][2] != n {
		t.Errorf("%v rows, different ones and the greatest", list[0])
	}
}
