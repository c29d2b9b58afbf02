package progress

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"testing"
	"time"
)

// at is a time of the recorded day, or of the recorded events.
func at(clock string) time.Time {
	t, err := time.Parse("2006-01-02T15:04:05.000", clock)
	if err != nil {
		panic(err)
	}
	return t
}

const ms = time.Millisecond

func durations(d map[Phase]time.Duration) (out Durations) {
	for p, spent := range d {
		out.Add(p, spent)
	}
	return out
}

// windows is a query that real Spark ran: 30 rows from a file, counted by
// windows in append mode.
func windows() *Progress {
	return &Progress{
		ID: "d52d0dad-1282-4faa-a38d-7ae12bf57557", RunID: "aef7caa0-7729-46fe-90d6-30c7d09c63fa", Name: "t",
		Sources: []Source{{Description: "FileStreamSource[file:/in]"}},
		Sink:    Sink{Description: "MemorySink"},
	}
}

func data() *Progress {
	p := windows()
	p.Timestamp = at("2026-11-21T10:35:17.368")
	p.Durations = durations(map[Phase]time.Duration{
		AddBatch: 2687 * ms, CommitOffsets: 64 * ms, GetBatch: 92 * ms, LatestOffset: 127 * ms,
		QueryPlanning: 515 * ms, TriggerExecution: 3631 * ms, WalCommit: 114 * ms,
	})
	p.EventTime = &EventTime{
		Max: at("2026-03-01T12:00:29.123"), Min: at("2026-03-01T12:00:00.123"), Avg: at("2026-03-01T12:00:14.623"),
		Watermark: time.UnixMilli(0),
	}
	p.StateOperators = []StateOperator{{
		Name: "stateStoreSave", RowsTotal: 6, RowsUpdated: 6, Updates: 63 * ms, Removals: 129 * ms, Commit: 48 * ms,
		MemoryBytes: 1736, Partitions: 1, Stores: 1, Custom: custom(0, 1592),
	}}
	p.Sources[0].End, p.Sources[0].InputRows = []byte(`{"logOffset": 0}`), 30
	p.SetRates(0, 3635*ms)
	p.Observed = map[string][]byte{"o": []byte(`{"n":30}`)}
	return p
}

func nodata() *Progress {
	p := windows()
	p.Batch, p.Timestamp = 1, at("2026-11-21T10:35:21.027")
	p.Durations = durations(map[Phase]time.Duration{
		AddBatch: 496 * ms, CommitOffsets: 60 * ms, GetBatch: 0, LatestOffset: 6 * ms,
		QueryPlanning: 96 * ms, TriggerExecution: 731 * ms, WalCommit: 64 * ms,
	})
	p.EventTime = &EventTime{Watermark: at("2026-03-01T12:00:19.123")}
	p.StateOperators = []StateOperator{{
		Name: "stateStoreSave", RowsTotal: 3, RowsRemoved: 3, Updates: 4 * ms, Removals: 44 * ms, Commit: 46 * ms,
		MemoryBytes: 2144, Partitions: 1, Stores: 1, Custom: custom(2, 960),
	}}
	p.Sources[0].Start, p.Sources[0].End = []byte(`{"logOffset":0}`), []byte(`{"logOffset":0}`)
	p.SetRates(3659*ms, 731*ms)
	p.Sink.OutputRows = 3
	p.Observed = map[string][]byte{"o": []byte(`{"n":0}`)}
	return p
}

func idle() *Progress {
	p := nodata()
	p.Batch, p.Timestamp = 2, at("2026-11-21T10:35:22.696")
	p.Durations = durations(map[Phase]time.Duration{LatestOffset: 3 * ms, TriggerExecution: 4 * ms})
	o := &p.StateOperators[0]
	o.RowsRemoved, o.Updates, o.Removals, o.Commit, o.Custom = 0, 0, 0, 0, custom(0, 960)
	p.SetRates(0, 4*ms)
	p.Sink.OutputRows, p.Observed = 0, nil
	return p
}

func custom(hits, size int64) map[string]int64 {
	return map[string]int64{
		"SnapshotLastUploaded.partition_0_default": -1, "forceSnapshotCount": 0, "loadedMapCacheHitCount": hits,
		"loadedMapCacheMissCount": 0, "numSnapshotsAutoRepaired": 0, "stateOnCurrentVersionSizeBytes": size,
	}
}

func rateSource() *Progress {
	p := &Progress{
		ID: "d19c5df0-ea71-49a8-959d-3d6c2e7ab5a5", RunID: "979c3b3d-ac80-4b4d-9f6d-8111926a0da1",
		Timestamp: at("2026-11-21T10:35:24.000"), Batch: 1,
		Durations: durations(map[Phase]time.Duration{
			AddBatch: 60 * ms, CommitOffsets: 42 * ms, GetBatch: 1 * ms, LatestOffset: 0,
			QueryPlanning: 13 * ms, TriggerExecution: 161 * ms, WalCommit: 43 * ms,
		}),
		Sources: []Source{{
			Description: "RateStreamV2[rowsPerSecond=10, rampUpTimeSeconds=0, numPartitions=default",
			Start:       []byte("0"), End: []byte("1"), Latest: []byte("1"), InputRows: 10,
		}},
		Sink: Sink{Description: "NoopTable", OutputRows: 10},
	}
	p.SetRates(975*ms, 162*ms)
	return p
}

// TestProgressIsSparks compares with what Spark 4.3 printed, character by
// character.
func TestProgressIsSparks(t *testing.T) {
	for name, p := range map[string]*Progress{"data": data(), "nodata": nodata(), "idle": idle(), "rate": rateSource()} {
		want, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if string(got)+"\n" != string(want) {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, want)
		}
	}
}

func TestPrettyIsSparks(t *testing.T) {
	want, err := os.ReadFile("testdata/idle.pretty.json")
	if err != nil {
		t.Fatal(err)
	}
	compact, err := idle().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if got := string(Pretty(compact)) + "\n"; got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestPretty(t *testing.T) {
	for compact, want := range map[string]string{
		`{}`:                              `{ }`,
		`[]`:                              `[ ]`,
		`[1,2]`:                           `[ 1, 2 ]`,
		`{"a":"{,:\"[","b":[{"c":1},{}]}`: "{\n  \"a\" : \"{,:\\\"[\",\n  \"b\" : [ {\n    \"c\" : 1\n  }, { } ]\n}",
		`{"a":{"b":{}}}`:                  "{\n  \"a\" : {\n    \"b\" : { }\n  }\n}",
		`"`:                               `"`,
		`}]`:                              "\n} ]",
	} {
		if got := string(Pretty([]byte(compact))); got != want {
			t.Errorf("%s: got %q, want %q", compact, got, want)
		}
	}
}

func TestRatesThatAreNoNumbersAreLeftOut(t *testing.T) {
	p := &Progress{Sources: []Source{{InputRate: math.NaN(), ProcessedRate: math.Inf(1)}}}
	got, err := p.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(got, []byte("PerSecond")) || !json.Valid(got) {
		t.Errorf("got %s", got)
	}
}

func TestNumbersLookLikeTheJVMs(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0.0", 10.3: "10.3", 100: "100.0", 9999999.9: "9999999.9", 1e7: "1.0E7", 12345678.9: "1.23456789E7", 0.0001: "1.0E-4",
	} {
		if got := javaDouble(v); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
}

func TestOffsetsThatAreNoJSONAreText(t *testing.T) {
	p := &Progress{Sources: []Source{{End: []byte(`a "place" <1>`)}}}
	got, err := p.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(got, []byte(`"endOffset":"a \"place\" <1>"`)) {
		t.Errorf("got %s", got)
	}
}

func TestEventsAndStatusAreSparks(t *testing.T) {
	when := at("2026-11-21T10:35:17.233")
	for want, v := range map[string]any{
		`{"id":"i","runId":"r","name":null,"timestamp":"2026-11-21T10:35:17.233Z","jobTags":[]}`:       Started{ID: "i", RunID: "r", Time: when},
		`{"id":"i","runId":"r","name":"n","timestamp":"2026-11-21T10:35:17.233Z","jobTags":["a","b"]}`: Started{"i", "r", "n", when, []string{"a", "b"}},
		`{"id":"i","runId":"r","timestamp":"2026-11-21T10:35:17.233Z"}`:                                Idle{"i", "r", when},
		`{"id":"i","runId":"r","exception":null,"errorClassOnException":null}`:                         Terminated{ID: "i", RunID: "r"},
		`{"id":"i","runId":"r","exception":"e","errorClassOnException":"C"}`:                           Terminated{"i", "r", "e", "C"},
		`{"message":"Processing new data","isDataAvailable":true,"isTriggerActive":true}`:              Status{ProcessingData, true, true},
	} {
		if got, err := json.Marshal(v); err != nil || string(got) != want {
			t.Errorf("got %s, %v\nwant %s", got, err, want)
		}
	}
}
