package query_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/file"
	"github.com/weirstream/weir/internal/analyze"
	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/builtin"
	"github.com/weirstream/weir/internal/microbatch"
	"github.com/weirstream/weir/internal/optimize"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/progress"
	"github.com/weirstream/weir/internal/query"
	"github.com/weirstream/weir/internal/rowvalue"
	"github.com/weirstream/weir/internal/sql"
	"github.com/weirstream/weir/internal/streamcheck"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// registry is made once: it is large.
var registry = sync.OnceValue(builtin.Registry)

var seed = flag.Uint64("seed", uint64(time.Now().UnixNano())|2, "seed of the random tests")

// job is a query from JSON files to files, all in one file system: the folder in,
// the folder out, and the checkpoint ck.
type job struct {
	text     string // SQL over the stream events
	schema   string // of events
	delay    string // of the watermark on column t; empty for none
	format   string // of the output
	each     string // maxFilesPerTrigger
	settings query.Settings
	live     bool // the default trigger, and a stop when all is read
	// sink wraps the sink; nil leaves it.
	sink func(connector.Sink) connector.Sink
	// clock is the engine's; nil is the machine's.
	clock clock.Clock
	every time.Duration // the interval of its trigger; 0: it ends by itself, or is live
	// disk is what the query writes to, if not the file system of its sources.
	disk vfs.FS
}

// windows counts words by windows of ten seconds, appended when they are over.
var windows = job{
	text: `SELECT window.start AS begin, w, count(*) AS n, sum(v) AS total FROM events
		GROUP BY window(t, '10 seconds'), w`,
	schema: "t TIMESTAMP, w STRING, v BIGINT", delay: "5 seconds", format: "json", each: "1",
	settings: query.Settings{Workers: 1, NoDataBatches: true, Retain: 2, SnapshotEvery: 2},
}

// formats are the catalog of a job.
type formats map[string]connector.Format

func (f formats) View([]string) (plan.Node, error)            { return nil, nil }
func (f formats) Names() []string                             { return []string{"events"} }
func (f formats) Format(name string) (connector.Format, bool) { c, ok := f[name]; return c, ok }
func (f formats) Formats() []string                           { return []string{"json", "parquet", "text"} }

// views gives the analyzer the stream under its name.
type views struct {
	formats
	events plan.Node
}

func (v views) View([]string) (plan.Node, error) { return v.events, nil }

func catalogOf(fs vfs.FS) formats {
	all := make(formats)
	for _, f := range file.Formats(fs) {
		all[f.Name()] = f
	}
	return all
}

// start starts the job in a file system.
func (j *job) start(ctx context.Context, fs vfs.FS) (*query.Query, error) {
	c, err := j.config(ctx, fs)
	if err != nil {
		return nil, err
	}
	return query.Start(ctx, c)
}

// config is what the job's query is made of.
func (j *job) config(ctx context.Context, fs vfs.FS) (none query.Config, _ error) {
	schema, err := types.ParseSchema(j.schema)
	if err != nil {
		return none, err
	}
	var events plan.Node = &plan.Read{Format: "json", Streaming: true, Schema: &schema, Paths: []string{"/in"},
		Options: map[string]string{"maxFilesPerTrigger": j.each}}
	if j.delay != "" {
		events = &plan.WithWatermark{Input: events, Column: &expr.UnresolvedAttribute{Parts: []string{"t"}}, DelayText: j.delay}
	}
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	clk := j.clock
	if clk == nil {
		clk = clock.System{}
	}
	outer := connector.Env{Location: time.UTC, Now: clk.Now, Warn: quiet, Out: io.Discard}
	a := &analyze.Analyzer{Registry: registry(), Catalog: views{catalogOf(fs), events}, Env: outer,
		Resolver: expr.Resolver{ANSI: true, Location: time.UTC}}
	node, err := sql.ParseQuery(j.text)
	if err != nil {
		return none, err
	}
	if node, err = a.Analyze(ctx, node); err != nil {
		return none, err
	}
	if err := streamcheck.Streaming(node, connector.Append); err != nil {
		return none, err
	}
	env := expr.Env{ANSI: true, Location: time.UTC}
	if node, err = optimize.Optimize(node, &env); err != nil {
		return none, err
	}
	disk := fs
	if j.disk != nil {
		disk = j.disk
	}
	trigger := microbatch.Trigger{Kind: microbatch.AvailableNow}
	if j.live {
		trigger = microbatch.Trigger{Interval: j.every}
	}
	return query.Config{Plan: node, Mode: connector.Append,
		Trigger: trigger,
		OpenSink: func(ctx context.Context, spec connector.SinkSpec) (connector.Sink, error) {
			spec.Options, spec.Env = connector.NewOptions(map[string]string{"path": "/out"}), outer
			sink, err := catalogOf(disk)[j.format].(connector.SinkFormat).OpenSink(ctx, spec)
			if err == nil && j.sink != nil {
				sink = j.sink(sink)
			}
			return sink, err
		},
		Checkpoint: query.Checkpoint{FS: disk, Dir: "/ck"}, Settings: j.settings, Env: env, Clock: clk,
		Bus: progress.NewBus(), Warn: quiet}, nil
}

// run runs the job until it has read everything.
func (j *job) run(ctx context.Context, fs vfs.FS) error {
	q, err := j.start(ctx, fs)
	if err != nil {
		return err
	}
	if j.live {
		err = q.ProcessAllAvailable(ctx)
		q.Stop()
		return errors.Join(err, q.Err())
	}
	<-q.Done()
	return q.Err()
}

// rows are what a reader of the output sees, in a fixed order. A reader heeds the
// log of the sink.
func (j *job) rows(t *testing.T, fs vfs.FS) []string {
	t.Helper()
	ctx := t.Context()
	if there, err := vfs.Exists(fs, "/out/_spark_metadata"); err != nil || !there {
		return nil
	}
	schema, err := types.ParseSchema("begin TIMESTAMP, w STRING, n BIGINT, total BIGINT")
	if err != nil {
		t.Fatal(err)
	}
	table, err := catalogOf(fs)[j.format].(connector.TableFormat).OpenTable(ctx, connector.SourceSpec{
		Options: connector.NewOptions(nil), Schema: &schema, Paths: []string{"/out"}, Env: connector.Env{Now: time.Now}})
	if err != nil {
		t.Fatal(err)
	}
	splits, err := table.Plan(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range splits {
		r, err := table.Open(ctx, s, connector.Scan{Schema: table.Schema()})
		if err != nil {
			t.Fatal(err)
		}
		for {
			b, err := r.Next(ctx)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rowvalue.Rows(b) {
				all = append(all, strings.TrimSpace(fmt.Sprintln(row...)))
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(all)
	return all
}

// event is one row of input.
type event struct {
	T string `json:"t"`
	W string `json:"w"`
	V int64  `json:"v"`
}

// second is an event some seconds after a fixed moment.
func second(n int, word string, v int64) event {
	at := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Second)
	return event{at.Format(time.RFC3339), word, v}
}

// put writes a file of input, durably.
func put(t *testing.T, fs vfs.FS, name string, events ...event) {
	t.Helper()
	var b []byte
	for _, e := range events {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		b = append(append(b, line...), '\n')
	}
	if err := fs.MkdirAll("/in"); err != nil {
		t.Fatal(err)
	}
	if err := vfs.Publish(fs, "/in/"+name, b); err != nil {
		t.Fatal(err)
	}
}

// five writes five files of input whose times grow, one late row among them.
func five(t *testing.T, fs *vfs.Crash, words int) {
	t.Helper()
	now := time.Date(2024, 5, 1, 13, 0, 0, 0, time.UTC)
	fs.Now = func() time.Time { now = now.Add(time.Second); return now }
	for n := range 5 {
		var list []event
		for w := range words {
			list = append(list, second(n*12, fmt.Sprintf("w%d", w), int64(n)), second(n*12+9, fmt.Sprintf("w%d", w%3), 7))
		}
		if n == 3 {
			list = append(list, second(1, "late", 1))
		}
		put(t, fs, fmt.Sprintf("%d.json", n), list...)
	}
}
