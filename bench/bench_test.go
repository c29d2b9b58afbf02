package bench

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/bench/gen"
	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/nexmark"
)

func batches(millis ...int) (list []*weir.Progress) {
	for _, ms := range millis {
		p := &weir.Progress{BatchDuration: time.Duration(ms) * time.Millisecond}
		p.Sink.OutputRows = 3
		list = append(list, p)
	}
	return list
}

func TestSteady(t *testing.T) {
	tests := []struct {
		name  string
		took  []int
		total int64
		rate  float64
		rows  int64
	}{
		{"the first half does not count", []int{9000, 9000, 100, 100}, 400, 1000, 12},
		{"the middle batch counts", []int{9000, 100, 100}, 300, 1000, 9},
		{"the last batch is shorter", []int{900, 100, 50}, 250, 1000, 9},
		{"one batch", []int{100}, 100, 1000, 3},
		{"batches without records do not count", []int{900, 100, 7}, 200, 1000, 6},
		{"none", nil, 100, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := steady(batches(tt.took...), 100, tt.total)
			if math.Abs(r.EventsPerSecond-tt.rate) > 1e-6 || r.Rows != tt.rows {
				t.Errorf("rate %v, rows %d; want %v, %d", r.EventsPerSecond, r.Rows, tt.rate, tt.rows)
			}
		})
	}
}

func TestMedian(t *testing.T) {
	r := median([]Result{{EventsPerSecond: 5}, {Failed: "x"}, {EventsPerSecond: 1}, {EventsPerSecond: 3}})
	if r.EventsPerSecond != 3 {
		t.Errorf("median is %v, want 3", r.EventsPerSecond)
	}
	if r := median([]Result{{Failed: "x"}}); r.Failed != "x" {
		t.Errorf("median of failures is %+v", r)
	}
}

func TestSparkResult(t *testing.T) {
	r, err := sparkResult("26/01/01 WARN noise\nq0,parquet,2,hdfs,batches=10,wall_s=7.3,cpu_s=13.0,cpu_s_per_Mev=2.60,ev_s_all=684932,"+
		"ev_s_steady=966000,reads=1,rss_mb=2048\n", 5_000_000)
	want := Result{Events: 5_000_000, Seconds: 7.3, EventsPerSecond: 966000, CPUSeconds: 13, PeakRSSBytes: 2048 << 20, Rows: -1}
	if err != nil || r != want {
		t.Errorf("%+v, %v; want %+v", r, err, want)
	}
	if _, err := sparkResult("q3 FAILED no such thing\n", 1); err == nil || !strings.Contains(err.Error(), "no such thing") {
		t.Errorf("a failed query gives %v", err)
	}
	if _, err := sparkResult("", 1); err == nil {
		t.Error("no line is no error")
	}
}

func TestDuckDBResults(t *testing.T) {
	all := duckdbResults("q0,duckdb-batch,ev_s=10000000,cpu_s_per_Mev=0.2\nq2,duckdb-batch,ev_s=50000000,cpu_s_per_Mev=0.01\n", 5_000_000)
	want := Result{Events: 5_000_000, Seconds: 0.5, EventsPerSecond: 1e7, CPUSeconds: 1, Rows: -1}
	if len(all) != 2 || all["q0"] != want {
		t.Errorf("%+v", all)
	}
}

func TestTable(t *testing.T) {
	list := []Result{
		{Query: "q0", Input: "json", Engine: "weir", Events: 1e6, EventsPerSecond: 4e6, Seconds: 1, CPUSeconds: 2, PeakRSSBytes: 5e7},
		{Query: "q0", Input: "json", Engine: "spark", Events: 1e6, EventsPerSecond: 2e5, Seconds: 9, CPUSeconds: 20},
		{Query: "q2", Input: "json", Engine: "weir", Events: 1e6, EventsPerSecond: 4e6},
		{Query: "q2", Input: "json", Engine: "spark", EventsPerSecond: 5e4, Events: 1e6},
		{Query: "q3", Input: "json", Engine: "weir", Failed: "not yet"},
	}
	var b bytes.Buffer
	if err := WriteTable(&b, list); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"4.00 M", "20.00", "80.00", "geometric mean of 2 ratios to spark: 40.00", "q3, json, weir: not measured: not yet"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
	b.Reset()
	if err := WriteJSON(&b, list); err != nil {
		t.Fatal(err)
	}
	var back []map[string]any
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || len(back) != 5 {
		t.Fatalf("%v: %s", err, b.String())
	}
	for _, key := range []string{"suite", "query", "input", "engine", "events", "seconds", "events_per_second", "cpu_seconds",
		"peak_rss_bytes", "checksum"} {
		if _, ok := back[0][key]; !ok {
			t.Errorf("the JSON lacks %s", key)
		}
	}
}

// Every form of the input gives every query the same answer, and replayed batches
// come again in order.
func TestInputsAgree(t *testing.T) {
	if testing.Short() {
		t.Skip("makes files")
	}
	dir := t.TempDir()
	const events = 2 * replayRows
	queries := []string{"q0", "q2", "q14", "q17", "q22"}
	sums := make(map[string]string)
	for _, input := range []string{"parquet", "json", "typed"} {
		results, err := Nexmark(t.Context(), Options{Data: dir, Inputs: []string{input}, Queries: queries, Events: events,
			Batch: replayRows, Check: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(results) != len(queries) {
			t.Fatalf("%s: %d results", input, len(results))
		}
		for _, r := range results {
			switch {
			case r.Failed != "":
				t.Errorf("%s %s: %s", input, r.Query, r.Failed)
			case r.Events != events:
				t.Errorf("%s %s: %d events", input, r.Query, r.Events)
			case r.Query == "q17":
				// Its rows depend on the batches, and those on the files.
			case sums[r.Query] == "":
				sums[r.Query] = r.Checksum
			case sums[r.Query] != r.Checksum:
				t.Errorf("%s of %s is %s, of the input before it %s", r.Query, input, r.Checksum, sums[r.Query])
			}
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, ".run-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

func TestReplay(t *testing.T) {
	r, err := newReplay(t.Context(), gen.NewNexmark(nexmark.Options{Seed: 1}), 2*replayRows, 5*replayRows, 2*replayRows)
	if err != nil {
		t.Fatal(err)
	}
	var at connector.Offset
	var seen []string
	for {
		to, err := r.Latest(t.Context(), at, connector.Limit{})
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(to, at) {
			break
		}
		splits, err := r.Plan(t.Context(), at, to)
		if err != nil {
			t.Fatal(err)
		}
		var labels []string
		for _, s := range splits {
			labels = append(labels, s.Label)
		}
		seen = append(seen, strings.Join(labels, ", "))
		at = to
	}
	want := "part 0, part 1; part 2, part 3; part 4"
	if got := strings.Join(seen, "; "); got != want {
		t.Errorf("batches %s, want %s", got, want)
	}
	if to, err := r.Latest(t.Context(), nil, connector.Limit{Until: connector.Offset("1")}); err != nil || string(to) != "1" {
		t.Errorf("up to 1 gives %s, %v", to, err)
	}
}

func TestOwnFiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x.json"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	o := Options{Data: dir}
	d := Dataset{Kind: "nexmark", Seed: 1, Format: "json", Files: gen.Files{Records: 10, PerFile: perFile}}
	got, records, err := o.files(t.Context(), d)
	if err != nil || got != dir || records != perFile {
		t.Errorf("%s, %d, %v", got, records, err)
	}
	d.Format = "parquet"
	got, records, err = o.files(t.Context(), d)
	if err != nil || filepath.Dir(got) != dir || records != 10 {
		t.Errorf("%s, %d, %v", got, records, err)
	}
}

func TestPeersAreChecked(t *testing.T) {
	for _, p := range []Peers{{Names: []string{"storm"}, Dir: "."}, {Names: []string{"spark"}}, {Names: []string{"spark"}, Dir: t.TempDir()}} {
		if p.Check() == nil {
			t.Errorf("%+v is taken", p)
		}
	}
	if _, err := Nexmark(t.Context(), Options{Queries: []string{"q99"}}); err == nil {
		t.Error("q99 is taken")
	}
}
