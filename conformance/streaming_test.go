package conformance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// scenario is one line of a file of traces.
type scenario struct {
	Name    string
	Streams map[string]struct {
		Schema      string
		Watermark   []string
		Dedup       []string
		DedupWithin []string `json:"dedup_within"`
	}
	Tables map[string]struct {
		Schema string
		Rows   [][]any
	}
	SQL    string
	Mode   string
	Style  string
	Steps  []map[string][]json.RawMessage
	Expect []step
}

// step is what one step gave.
type step struct {
	Rows    []string `json:"rows"`
	Batches []ran    `json:"batches"`
	Error   string   `json:"error"`
}

// ran is one batch.
type ran struct {
	Input     int64   `json:"input"`
	Watermark string  `json:"watermark"`
	State     []state `json:"state"`
}

type state struct {
	Op      string `json:"op"`
	Total   int64  `json:"total"`
	Updated int64  `json:"updated"`
	Removed int64  `json:"removed"`
	Dropped int64  `json:"dropped"`
}

// onPurpose are scenarios that differ on purpose, with the reason. The list only
// shrinks.
var onPurpose = map[string]string{}

func TestStreaming(t *testing.T) {
	name := os.Getenv("WEIR_STREAMING")
	names := []string{name}
	if name == "" {
		names = []string{"testdata/streaming.jsonl", "testdata/dedup.jsonl", "testdata/own.jsonl"}
	}
	equal, differ, all := 0, 0, 0
	var scenarios []scenario
	for _, name := range names {
		scenarios = append(scenarios, read(t, name)...)
	}
	for _, sc := range scenarios {
		all++
		if _, ok := onPurpose[sc.Name]; ok {
			differ++
			continue
		}
		if t.Run(sc.Name, func(t *testing.T) { check(t, sc) }) {
			equal++
		}
	}
	t.Logf("streaming: %d of %d equal, %d differ on purpose", equal, all, differ)
}

func read(t *testing.T, name string) []scenario {
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []scenario
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var sc scenario
		if err := json.Unmarshal(lines.Bytes(), &sc); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list = append(list, sc)
	}
	return list
}

func check(t *testing.T, sc scenario) {
	got := play(t, sc)
	for i, want := range sc.Expect {
		if i >= len(got) {
			t.Fatalf("%s\n%d steps, want %d", sc.SQL, len(got), len(sc.Expect))
		}
		if want.Error != got[i].Error {
			t.Fatalf("%s\nmode %s, step %d: error %q, want %q", sc.SQL, sc.Mode, i, got[i].Error, want.Error)
		}
		wantRows := canonical(t, want.Rows)
		if !slices.Equal(got[i].Rows, wantRows) {
			t.Fatalf("%s\nmode %s, step %d: rows\n got %s\nwant %s", sc.SQL, sc.Mode, i,
				strings.Join(got[i].Rows, "\n     "), strings.Join(wantRows, "\n     "))
		}
		g, _ := json.Marshal(got[i].Batches)
		w, _ := json.Marshal(want.Batches)
		if !bytes.Equal(g, w) {
			t.Fatalf("%s\nmode %s, step %d: batches\n got %s\nwant %s", sc.SQL, sc.Mode, i, g, w)
		}
	}
}

// player runs one scenario.
type player struct {
	t       *testing.T
	sc      scenario
	root    string
	session *weir.Session
	clock   *clock.Manual
	query   *weir.Query
	seen    map[string]bool
	before  []string
}

// play runs a scenario and gives what each step did; an error ends it.
func play(t *testing.T, sc scenario) []step {
	ticks := clock.NewManual(time.Now())
	s, err := weir.Open(weir.WithWorkers(1), weir.Simulated(ticks, vfs.Disk{}))
	if err != nil {
		t.Fatal(err)
	}
	p := &player{t: t, sc: sc, root: t.TempDir(), session: s, clock: ticks, seen: make(map[string]bool)}
	defer s.Close()
	// What Spark forgets at a restart must be forgotten to compare (S112).
	if err := s.Set("weir.sql.streaming.forgetInputWatermarks", "true"); err != nil {
		t.Fatal(err)
	}
	for name, table := range sc.Tables {
		rows := make([]weir.Row, len(table.Rows))
		for i, r := range table.Rows {
			for c, v := range r {
				if f, ok := v.(float64); ok && f == math.Trunc(f) {
					r[c] = int64(f)
				}
			}
			rows[i] = r
		}
		if err := s.CreateDataFrame(rows, table.Schema).CreateOrReplaceTempView(name); err != nil {
			t.Fatal(err)
		}
	}
	for name := range sc.Streams {
		if err := os.Mkdir(filepath.Join(p.root, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var steps []step
	for i, rows := range sc.Steps {
		if p.query != nil && sc.Style == "live" {
			<-p.clock.AwaitTimers(1) // it waits for its clock
		}
		p.add(i, rows)
		st, err := p.step(t.Context())
		if err != nil {
			return append(steps, step{Error: condition(err)})
		}
		steps = append(steps, st)
	}
	return steps
}

func condition(err error) string {
	var found string
	for e := err; e != nil; e = errors.Unwrap(e) {
		if f, ok := e.(*weir.Error); ok {
			found = f.Condition.Name
			if found != "STREAM_FAILED" {
				return found
			}
		}
	}
	if f := (*weir.Error)(nil); found == "" && errors.As(err, &f) {
		return f.Condition.Name
	}
	if found == "" {
		return err.Error()
	}
	return found
}

// add puts a file into the folder of each stream, as a whole.
func (p *player) add(i int, rows map[string][]json.RawMessage) {
	for name, list := range rows {
		var b bytes.Buffer
		for _, r := range list {
			b.Write(r)
			b.WriteByte('\n')
		}
		tmp := filepath.Join(p.root, fmt.Sprintf(".%s-%d.json", name, i))
		if err := os.WriteFile(tmp, b.Bytes(), 0o644); err != nil {
			p.t.Fatal(err)
		}
		if err := os.Rename(tmp, filepath.Join(p.root, name, fmt.Sprintf("part-%03d.json", i))); err != nil {
			p.t.Fatal(err)
		}
	}
}

func (p *player) build() (*weir.DataFrame, error) {
	for name, st := range p.sc.Streams {
		d := p.session.ReadStream().Schema(st.Schema).JSON(filepath.Join(p.root, name))
		if len(st.Watermark) == 2 {
			d = d.WithWatermarkText(st.Watermark[0], st.Watermark[1])
		}
		if len(st.Dedup) > 0 {
			d = d.DropDuplicates(columns(st.Dedup)...)
		}
		if len(st.DedupWithin) > 0 {
			d = d.DropDuplicatesWithinWatermark(columns(st.DedupWithin)...)
		}
		if err := d.CreateOrReplaceTempView(name); err != nil {
			return nil, err
		}
	}
	return p.session.SQL(p.sc.SQL), nil
}

func columns(names []string) []any {
	list := make([]any, len(names))
	for i, n := range names {
		list[i] = n
	}
	return list
}

// step runs until all input is processed and gives what the sink gained.
func (p *player) step(ctx context.Context) (step, error) {
	live := p.sc.Style == "live"
	if p.query == nil || !live {
		d, err := p.build()
		if err != nil {
			return step{}, err
		}
		w := d.WriteStream().OutputModeNamed(p.sc.Mode).Option("checkpointLocation", filepath.Join(p.root, ".ck"))
		if live {
			w.Format("memory").QueryName("out").Trigger(weir.ProcessingTime(time.Second))
		} else {
			w.Format("parquet").Option("path", filepath.Join(p.root, ".out")).Trigger(weir.AvailableNow())
		}
		if p.query, err = w.Start(ctx); err != nil {
			return step{}, err
		}
	}
	err := p.wait(ctx, live)
	if err != nil {
		return step{}, err
	}
	now, err := p.rows(ctx, live)
	if err != nil {
		return step{}, err
	}
	gained := slices.Clone(now)
	if p.sc.Mode != "complete" {
		for _, r := range p.before {
			i := slices.Index(gained, r)
			if i < 0 {
				p.t.Fatalf("the sink lost the row %s", r)
			}
			gained = slices.Delete(gained, i, i+1)
		}
	}
	p.before = now
	return step{Rows: gained, Batches: p.batches()}, nil
}

// wait lets the query run until all is processed. A live query looks for files when
// its clock moves and not before: it sees those of a step at once.
func (p *player) wait(ctx context.Context, live bool) error {
	if !live {
		return p.query.AwaitTermination(ctx)
	}
	done := make(chan error, 1)
	go func() { done <- p.query.ProcessAllAvailable(ctx) }()
	for {
		select {
		case err := <-done:
			return err
		case <-p.clock.AwaitTimers(1):
			p.clock.Advance(time.Second)
		}
	}
}

func (p *player) rows(ctx context.Context, live bool) ([]string, error) {
	d := p.session.Table("out")
	if !live {
		if _, err := os.Stat(filepath.Join(p.root, ".out", "_spark_metadata")); err != nil {
			return nil, nil
		}
		d = p.session.Read().Parquet(filepath.Join(p.root, ".out"))
	}
	list, err := d.Collect(ctx)
	if err != nil {
		return nil, err
	}
	schema, err := d.Schema(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(list))
	for i, r := range list {
		b, err := json.Marshal(plain(schema.AsStruct(), []any(r)))
		if err != nil {
			return nil, err
		}
		out[i] = string(b)
	}
	slices.Sort(out)
	return out, nil
}

// plain is a value as the traces write it.
func plain(t types.Type, v any) any {
	if v == nil {
		return nil
	}
	switch t.Kind {
	case types.Struct:
		m := make(map[string]any)
		for i, f := range t.Fields {
			m[f.Name] = plain(f.Type, v.([]any)[i])
		}
		return m
	case types.Array:
		list := []any{}
		for _, e := range v.([]any) {
			list = append(list, plain(*t.Elem, e))
		}
		return list
	case types.Timestamp, types.TimestampNTZ:
		return strings.TrimSuffix(strings.TrimRight(time.UnixMicro(v.(int64)).UTC().Format("2006-01-02T15:04:05.000000"), "0"), ".")
	case types.Double:
		return number(v.(float64))
	case types.Float:
		return number(float64(v.(float32)))
	}
	return v
}

// number writes a float with nine digits behind the point, so that it differs
// from an integer.
func number(v float64) json.Number {
	s := strconv.FormatFloat(math.Round(v*1e9)/1e9, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return json.Number(s)
}

// canonical gives rows of JSON the form of plain's.
func canonical(t *testing.T, rows []string) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		d := json.NewDecoder(strings.NewReader(r))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(floats(v))
		if err != nil {
			t.Fatal(err)
		}
		out[i] = string(b)
	}
	slices.Sort(out)
	return out
}

func floats(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = floats(x)
		}
	case []any:
		for i, x := range v {
			v[i] = floats(x)
		}
	case json.Number:
		if strings.ContainsAny(string(v), ".eE") {
			f, _ := v.Float64()
			return number(f)
		}
	}
	return v
}

// batches are those that ran since the last step.
func (p *player) batches() []ran {
	out := []ran{}
	for _, pr := range p.query.RecentProgress() {
		key := fmt.Sprintf("%s/%d", pr.RunID, pr.Batch)
		if p.seen[key] {
			continue
		}
		p.seen[key] = true
		var shown struct {
			EventTime      struct{ Watermark string }
			StateOperators []struct {
				OperatorName              string
				NumRowsTotal              int64
				NumRowsUpdated            int64
				NumRowsRemoved            int64
				NumRowsDroppedByWatermark int64
			}
		}
		text, err := pr.MarshalJSON()
		if err != nil {
			p.t.Fatal(err)
		}
		if err := json.Unmarshal(text, &shown); err != nil {
			p.t.Fatal(err)
		}
		r := ran{Input: pr.InputRows(), Watermark: shown.EventTime.Watermark, State: []state{}}
		for _, s := range shown.StateOperators {
			r.State = append(r.State, state{s.OperatorName, s.NumRowsTotal, s.NumRowsUpdated, s.NumRowsRemoved, s.NumRowsDroppedByWatermark})
		}
		out = append(out, r)
	}
	return out
}
