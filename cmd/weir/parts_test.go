package main

import (
	"bytes"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/weirstream/weir"
)

func TestGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 12: "12", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -999: "-999"} {
		if got := grouped(n); got != want {
			t.Errorf("grouped(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestComplete(t *testing.T) {
	tests := []struct {
		text string
		want bool
	}{
		{"select 1", false},
		{"select 1;", true},
		{"select 1 ; \n", true},
		{"select 1; select 2", false},
		{"select ';", false},
		{"select ';'", false},
		{"select ';';", true},
		{`select 'it\'s;`, false},
		{`select "a;`, false},
		{"select `a;`", false},
		{"select 1 -- more;\n", false},
		{"select 1; -- that was it", true},
		{"select 1; -- that was it\n", true},
		{"select /* ; */ 1", false},
		{"select 1 /* ;", false},
		{"select 1; /* over */", true},
		{"", false},
	}
	for _, tt := range tests {
		if got := complete(tt.text); got != tt.want {
			t.Errorf("complete(%q) = %v", tt.text, got)
		}
	}
}

// Ctrl-C clears the line and is noted once, however small the reads are.
func TestKeyboard(t *testing.T) {
	k := &keyboard{from: strings.NewReader("select\x03 1\r")}
	keys, err := io.ReadAll(iotest.OneByteReader(k))
	if err != nil || string(keys) != "select"+clearLine+" 1\r" {
		t.Errorf("%q, %v", keys, err)
	}
	if !k.cleared() || k.cleared() {
		t.Error("Ctrl-C is not noted once")
	}
	k = &keyboard{from: strings.NewReader("select 1\r")}
	if _, err := io.ReadAll(k); err != nil || k.cleared() {
		t.Errorf("a line without Ctrl-C: %v", err)
	}
}

func TestHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "weir", "history")
	h := openHistory(file)
	for _, line := range []string{"a", "", "a", " secret", "b", "a\n  -- first\n  c"} {
		h.keep(line)
	}
	h = openHistory(file)
	var got []string
	for i := range h.Len() {
		got = append(got, h.At(i))
	}
	if s := strings.Join(got, " "); s != "a /* first */ c b a" {
		t.Errorf("newest first: %s", s)
	}
}

// What is printed goes above the line, which comes again behind whole lines.
func TestStatusLine(t *testing.T) {
	var screen bytes.Buffer
	s := &statusLine{to: &screen}
	out := s.above(&screen)
	io.WriteString(out, "one\n")
	s.set("busy")
	io.WriteString(out, "two\n")
	io.WriteString(out, "thr")
	s.set("done") // not now: a line is being printed
	io.WriteString(out, "ee\n")
	s.set("")
	const clear = "\r\x1b[K"
	want := "one\n" + clear + "busy" + clear + "two\nbusy" + clear + "thr" + "ee\ndone" + clear
	if screen.String() != want {
		t.Errorf("%q, want %q", screen.String(), want)
	}
	var none *statusLine
	none.set("x")
	if none.above(&screen) != io.Writer(&screen) {
		t.Error("no line changes the writer")
	}
}

func TestFitted(t *testing.T) {
	long := strings.Repeat("ä", 200)
	if got := []rune(fitted(long, nil)); len(got) != 79 {
		t.Errorf("%d letters in 80 columns", len(got))
	}
	if fitted("short", nil) != "short" {
		t.Error("a short line is changed")
	}
}

func TestOnlyLoopback(t *testing.T) {
	for address, ok := range map[string]bool{"127.0.0.1:4040": true, "localhost:0": true, "[::1]:4040": true, "127.8.9.10:1": true,
		"0.0.0.0:4040": false, ":4040": false, "[::]:4040": false, "10.0.0.1:4040": false, "example.com:80": false, "4040": false} {
		if err := onlyLoopback(address); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestMetrics(t *testing.T) {
	s, err := weir.Open(weir.WithOutput(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var said bytes.Buffer
	stop, err := serveMetrics("127.0.0.1:0", s.MetricsHandler(), &said)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	q, err := s.ReadStream().Format("rate-micro-batch").Option("rowsPerBatch", 5).Load().WriteStream().Format("noop").
		QueryName("numbers").Trigger(weir.ProcessingTime(1e6)).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer q.Stop()
	for q.LastProgress() == nil && q.IsActive() {
		if err := t.Context().Err(); err != nil {
			t.Fatal(err)
		}
	}
	url := strings.TrimSpace(strings.TrimPrefix(said.String(), "metrics on "))
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	for host, status := range map[string]int{"attacker.example:80": http.StatusForbidden, "10.0.0.1": http.StatusForbidden, "": http.StatusOK,
		"localhost:4040": http.StatusOK, "[::1]:4040": http.StatusOK} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != status {
			t.Errorf("host %q: %s", host, answer.Status)
		}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v", r.Status, err)
	}
	for _, want := range []string{`spark_streaming_inputRate_total{id="` + q.ID() + `",name="numbers"`, "spark_streaming_latency", "go_goroutines"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}
