package conformance

import (
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/dstream"
	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/rdd"
)

// trace is one line of a file of DStream traces.
type trace struct {
	Name       string
	IntervalMS int64 `json:"interval_ms"`
	Intervals  int
	Slices     int
	Checkpoint bool
	Batches    [][]json.RawMessage
	Batches2   *[][]json.RawMessage
	Queue      *struct {
		OneAtATime bool `json:"one_at_a_time"`
		Default    *[]json.RawMessage
	}
	Pipeline   []operation
	Actions    []string
	RememberMS int64 `json:"remember_ms"`
	Output     *bool
	Slice      struct {
		From int64 `json:"from_ms"`
		To   int64 `json:"to_ms"`
	}
	Expect outcome
}

// operation is one step of a pipeline.
type operation struct {
	Op         string
	F          string
	Inv        string
	Filter     string
	Partitions int
	WindowMS   int64 `json:"window_ms"`
	SlideMS    int64 `json:"slide_ms"`
	MS         int64
	Initial    *[]json.RawMessage
	Other      *[]operation
}

// outcome is what a run gave.
type outcome struct {
	Intervals []intervalRows    `json:"intervals,omitempty"`
	Slice     []json.RawMessage `json:"slice,omitempty"`
	Error     string            `json:"error,omitempty"`
	At        string            `json:"at,omitempty"`
	Awaits    string            `json:"awaits,omitempty"`
}

type intervalRows struct {
	Batch int             `json:"batch"`
	Rows  json.RawMessage `json:"rows,omitempty"`
	Error string          `json:"error,omitempty"`
}

// dstreamsOnPurpose are traces that differ on purpose, with the reason.
var dstreamsOnPurpose = map[string]string{}

func TestDStreams(t *testing.T) {
	names := []string{"testdata/dstreams.jsonl", "testdata/dstreams_more.jsonl"}
	if name := os.Getenv("WEIR_DSTREAMS"); name != "" {
		names = []string{name}
	}
	gob.Register(pair{}) // rows are any, and some are checkpointed
	equal, differ, all := 0, 0, 0
	for _, name := range names {
		for _, tr := range readJSONL[trace](t, name) {
			all++
			if _, ok := dstreamsOnPurpose[tr.Name]; ok {
				differ++
				continue
			}
			if t.Run(tr.Name, func(t *testing.T) { replayDStream(t, tr) }) {
				equal++
			}
		}
	}
	t.Logf("dstreams: %d of %d equal, %d differ on purpose", equal, all, differ)
}

// readJSONL reads a file of one JSON value a line.
func readJSONL[T any](t *testing.T, name string) []T {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var list []T
	for line := range strings.Lines(string(b)) {
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list = append(list, v)
	}
	return list
}

// replayDStream runs a trace on a clock moved by hand and compares.
func replayDStream(t *testing.T, tr trace) {
	c, err := rdd.NewContext(rdd.Config{Cores: 2, DefaultParallelism: 2, LocalDirs: []string{t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r := &replayer{t: t, trace: tr, c: c, step: time.Duration(tr.IntervalMS) * time.Millisecond,
		clock: clock.NewManual(time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)), got: make(map[int]intervalRows), ticks: make(chan dstream.Time, 1)}
	if tr.Checkpoint {
		r.dir = t.TempDir()
	}
	got := r.run()
	if got, want := text(got), text(tr.Expect); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// text is a value as JSON, whose form is the same for equal values.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	var plain any
	if err := json.Unmarshal(b, &plain); err != nil {
		return err.Error()
	}
	b, _ = json.MarshalIndent(plain, "", " ")
	return string(b)
}

// replayer runs one trace.
type replayer struct {
	t     *testing.T
	trace trace
	c     *rdd.Context
	clock *clock.Manual
	step  time.Duration
	dir   string
	ssc   *dstream.Context
	zero  dstream.Time
	got   map[int]intervalRows
	ticks chan dstream.Time

	first, second, last *dstream.Stream[any]
}

func (r *replayer) newContext() *dstream.Context {
	return dstream.NewContext(r.c, r.step, dstream.Conf{Clock: r.clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), CheckpointDir: r.dir})
}

func (r *replayer) run() (out outcome) {
	r.ssc = r.newContext()
	defer r.ssc.Stop(false, false)
	failed := func(at string, err error) outcome {
		out.Error, out.At = reason(err, at), at
		return out
	}
	r.build()
	if err := r.ssc.Err(); err != nil {
		return failed("build", err)
	}
	actions := r.trace.Actions
	if actions == nil {
		actions = []string{"start", "run", "stop"}
	}
	for _, action := range actions {
		if err := r.act(action, &out); err != nil {
			return failed(action, err)
		}
	}
	return out
}

// act does one action of a trace.
func (r *replayer) act(action string, out *outcome) error {
	switch action {
	case "start":
		r.zero = dstream.TimeOf(r.clock.Now())
		return r.ssc.Start(context.Background())
	case "stop":
		return r.ssc.Stop(false, false)
	case "run":
		for i := range r.trace.Intervals {
			<-r.clock.AwaitTimers(1)
			r.clock.Advance(r.step)
			<-r.ticks
			rows, ok := r.got[i]
			if !ok {
				rows.Rows = json.RawMessage("null")
			}
			rows.Batch = i
			out.Intervals = append(out.Intervals, rows)
		}
		if slices.ContainsFunc(out.Intervals, func(i intervalRows) bool { return i.Error != "" }) {
			if err := r.ssc.AwaitTermination(context.Background()); err != nil {
				out.Awaits = "SparkException"
				r.t.Log(err)
			}
		}
		return nil
	case "slice":
		zero := r.zero
		list, err := r.last.Slice(zero+dstream.Time(r.trace.Slice.From), zero+dstream.Time(r.trace.Slice.To))
		if err != nil {
			return err
		}
		out.Slice = []json.RawMessage{}
		for _, one := range list {
			rows, err := collected(context.Background(), one, false)
			if err != nil {
				return err
			}
			out.Slice = append(out.Slice, rows)
		}
		return nil
	case "add_output":
		dstream.ForeachRDD(r.first, func(context.Context, *rdd.RDD[any], dstream.Time) error { return nil })
		return r.ssc.Err()
	case "add_input":
		dstream.QueueStreamOf(r.ssc, []*rdd.RDD[int]{rdd.Parallelize(r.c, []int{1}, 1)}, dstream.QueueConf[int]{})
		return r.ssc.Err()
	case "second":
		rival := r.newContext()
		defer rival.Stop(false, false)
		dstream.Print(dstream.QueueStreamOf(rival, []*rdd.RDD[int]{rdd.Parallelize(r.c, []int{1}, 1)}, dstream.QueueConf[int]{}), 1)
		return rival.Start(context.Background())
	default:
		return fmt.Errorf("no action is called %q", action)
	}
}

// build describes the streams.
func (r *replayer) build() {
	tr := r.trace
	if tr.RememberMS > 0 {
		r.ssc.Remember(time.Duration(tr.RememberMS) * time.Millisecond)
	}
	var conf dstream.QueueConf[any]
	if q := tr.Queue; q != nil {
		conf.AllAtOnce = !q.OneAtATime
		if q.Default != nil {
			conf.Default = r.rdd(*q.Default)
		}
	}
	r.first = dstream.QueueStreamOf(r.ssc, r.rdds(tr.Batches), conf)
	r.second = r.first
	if tr.Batches2 != nil {
		r.second = dstream.QueueStreamOf(r.ssc, r.rdds(*tr.Batches2), dstream.QueueConf[any]{})
	}
	if r.ssc.Err() != nil {
		return
	}
	r.last = r.apply(r.first, tr.Pipeline)
	if tr.Output != nil && !*tr.Output {
		return
	}
	ordered := slices.ContainsFunc(tr.Pipeline, func(o operation) bool { return o.Op == "glom" })
	dstream.ForeachRDD(r.last, func(ctx context.Context, one *rdd.RDD[any], at dstream.Time) error {
		rows, err := collected(ctx, one, ordered)
		if err != nil {
			r.got[r.index(at)] = intervalRows{Error: "job failed"}
			return err
		}
		r.got[r.index(at)] = intervalRows{Rows: rows}
		return nil
	})
	tick := dstream.ConstantInput(r.ssc, rdd.Parallelize[int](r.c, nil, 1))
	dstream.ForeachRDD(tick, func(_ context.Context, _ *rdd.RDD[int], at dstream.Time) error {
		r.ticks <- at
		return nil
	})
}

// index is the number of the interval that ends at a time.
func (r *replayer) index(at dstream.Time) int { return int(at.Sub(r.zero)/r.step) - 1 }

func (r *replayer) rdds(batches [][]json.RawMessage) []*rdd.RDD[any] {
	var list []*rdd.RDD[any]
	for _, b := range batches {
		list = append(list, r.rdd(b))
	}
	return list
}

func (r *replayer) rdd(elements []json.RawMessage) *rdd.RDD[any] {
	return rdd.Parallelize(r.c, parsed(r.t, elements), r.trace.Slices)
}

// parsed are the elements of a batch: strings, numbers and pairs.
func parsed(t *testing.T, elements []json.RawMessage) []any {
	var list []any
	for _, e := range elements {
		var v any
		if err := json.Unmarshal(e, &v); err != nil {
			t.Fatal(err)
		}
		list = append(list, element(v))
	}
	return list
}

func element(v any) any {
	switch v := v.(type) {
	case float64:
		return int64(v)
	case []any:
		return rdd.P(element(v[0]), element(v[1]))
	default:
		return v
	}
}

// reasons are what error messages say, by a part of them.
var reasons = [][2]string{
	{"No output operations", "no_output"},
	{"checkpoint directory has not been set", "no_checkpoint_directory"},
	{"windowDuration must be multiple", "window_not_multiple"},
	{"slideDuration must be multiple", "slide_not_multiple"},
	{"which not a multiple of its slide", "checkpoint_not_multiple_of_slide"},
	{"lower than its slide", "checkpoint_below_slide"},
	{"should have same slide duration", "different_slides"},
	{"already been stopped", "already_stopped"},
	{"after starting a context", "added_after_start"},
	{"Only one StreamingContext", "another_context_active"},
	{"has not been initialized", "not_started"},
	{"at least one RDD", "empty_queue"},
}

// reason is the class of an error and what it says, as the traces have it.
func reason(err error, at string) string {
	class := "SparkException"
	var f *fault.Error
	if errors.As(err, &f) {
		class = map[string]string{fault.IllegalArgument.Name: "IllegalArgumentException", fault.IllegalState.Name: "IllegalStateException"}[f.Condition.Name]
	}
	if at == "build" {
		class = "ValueError"
	}
	for _, r := range reasons {
		if strings.Contains(err.Error(), r[0]) {
			if r[1] == "empty_queue" {
				class = "IndexError"
			}
			return class + ": " + r[1]
		}
	}
	return class + ": " + err.Error()
}
