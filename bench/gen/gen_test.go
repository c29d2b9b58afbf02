package gen

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/nexmark"
	"github.com/weirstream/weir/internal/rowvalue"
	"github.com/weirstream/weir/types"
)

func open(t testing.TB, name string, seed uint64) Generator {
	t.Helper()
	g, err := New(name, seed)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestPiecesAreTheWhole(t *testing.T) {
	for _, name := range Names {
		t.Run(name, func(t *testing.T) {
			whole := open(t, name, 3).Append(nil, 1000, 500)
			pieces := open(t, name, 3)
			var got []byte
			for from := int64(1000); from < 1500; from += 100 {
				pieces.Append(nil, from+77, 3)
				got = pieces.Append(got, from, 100)
			}
			if !bytes.Equal(got, whole) {
				t.Error("the lines differ when they are made in pieces")
			}
			if bytes.Equal(open(t, name, 4).Append(nil, 1000, 500), whole) {
				t.Error("another seed gives the same lines")
			}
			if n := bytes.Count(whole, []byte("\n")); n != 500 {
				t.Errorf("%d lines, want 500", n)
			}
		})
	}
	if _, err := New("tpch", 0); err == nil {
		t.Error("an unknown data set was made")
	}
}

// What the JSON says is what the columns say.
func TestNexmarkJSON(t *testing.T) {
	g := open(t, "nexmark", 5)
	rows := rowvalue.Rows(g.Fill(123_456, 3000))
	lines := bytes.Split(bytes.TrimSpace(g.Append(nil, 123_456, 3000)), []byte("\n"))
	for i, line := range lines {
		var got map[string]any
		d := json.NewDecoder(bytes.NewReader(line))
		d.UseNumber()
		if err := d.Decode(&got); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		want := jsonOf(g.Schema(), rows[i])
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("event %d:\ngot  %v\nwant %v", i, got, want)
		}
	}
}

func jsonOf(s types.Schema, row []any) map[string]any {
	m := make(map[string]any)
	for i, f := range s.Fields {
		switch v := row[i].(type) {
		case nil:
		case []any:
			m[f.Name] = jsonOf(types.Schema{Fields: f.Type.Fields}, v)
		case string:
			m[f.Name] = v
		case int32:
			m[f.Name] = json.Number(strconv.Itoa(int(v)))
		case int64:
			m[f.Name] = json.Number(strconv.FormatInt(v, 10))
			if f.Type.Datetime() {
				m[f.Name] = time.UnixMicro(v).UTC().Format("2006-01-02T15:04:05.000Z")
			}
		}
	}
	return m
}

// The sizes are those of spec/benchmarks.md.
func TestSizes(t *testing.T) {
	for name, want := range map[string]float64{"nexmark": 333, "ysb": 253, "lines": 100} {
		g := open(t, name, 1)
		got := float64(len(g.Append(nil, 1_000_000, 8000))) / 8000
		if got < want*0.96 || got > want*1.04 {
			t.Errorf("%s: %.1f bytes a line, want about %v", name, got, want)
		}
	}
}

func TestYSB(t *testing.T) {
	g := NewYSB(YSBOptions{Seed: 9, Skew: true})
	ads := make(map[string]string)
	for _, row := range rowvalue.Rows(g.Campaigns()) {
		ads[row[0].(string)] = row[1].(string)
	}
	if len(ads) != 1000 {
		t.Fatalf("%d ads", len(ads))
	}
	views, seen := 0, make(map[string]bool)
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	s := bufio.NewScanner(bytes.NewReader(g.Append(nil, 0, 8192)))
	for i := int64(0); s.Scan(); i++ {
		var e map[string]string
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		if len(e) != 7 || len(e["user_id"]) != 36 || ads[e["ad_id"]] == "" {
			t.Fatalf("event %d is %v", i, e)
		}
		seen[ads[e["ad_id"]]] = true
		if e["event_type"] == "view" {
			views++
		}
		at, _ := strconv.ParseInt(e["event_time"], 10, 64)
		if d := at - start - i*10; d > 50 || d < -60_000 {
			t.Fatalf("event %d is %d ms off", i, d)
		}
	}
	if len(seen) != 100 || views < 8192*30/100 || views > 8192*37/100 {
		t.Errorf("%d campaigns, %d views of 8192", len(seen), views)
	}
}

func TestLines(t *testing.T) {
	g := NewLines(2)
	words := make(map[string]int)
	const n = 100_000
	for from := int64(0); from < n; from += 5000 {
		for line := range strings.Lines(string(g.Append(nil, from, 5000))) {
			line = strings.TrimSuffix(line, "\n")
			list := strings.Split(line, " ")
			if len(line) != LineLength || len(list) != WordsInLine {
				t.Fatalf("a line of %d characters and %d words: %s", len(line), len(list), line)
			}
			for _, w := range list {
				words[w]++
			}
		}
	}
	if len(words) < 250_000 || len(words) > 500_000 {
		t.Errorf("%d different words in %d lines", len(words), n)
	}
}

func TestWriteDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	f := Files{Records: 20_500, PerFile: 10_000, Extension: ".json", Workers: 2}
	if err := WriteDir(t.Context(), dir, func() Generator { return open(t, "nexmark", 8) }, f); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Fatalf("%d files, %v", len(entries), err)
	}
	var got []byte
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, text...)
	}
	var want bytes.Buffer
	if err := Write(t.Context(), &want, NewNexmark(nexmark.Options{Seed: 8}), 0, 20_500); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("the files do not hold the events in order")
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, name := range Names {
		b.Run(name, func(b *testing.B) {
			g := open(b, name, 1)
			var buffer []byte
			from, bytes := int64(1_000_000), 0
			for b.Loop() {
				buffer = g.Append(buffer[:0], from, 8192)
				from, bytes = from+8192, bytes+len(buffer)
			}
			b.ReportMetric(float64(bytes)/b.Elapsed().Seconds()/1e6, "MB/s")
		})
	}
}
