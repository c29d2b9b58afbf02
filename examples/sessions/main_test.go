package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
)

// Two users click; one comes back after more than half an hour. The job is ended
// and started again between.
func TestSessions(t *testing.T) {
	in, checkpoint := t.TempDir(), t.TempDir()
	put := func(name string, lines ...string) {
		t.Helper()
		path := filepath.Join(in, name)
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		age := time.Date(2024, 1, 1, 0, int(name[0]-'0'), 0, 0, time.UTC) // files are read by age
		if err := os.Chtimes(path, age, age); err != nil {
			t.Fatal(err)
		}
	}
	at := func(user, clock string) string { return `{"user":"` + user + `","at":"2024-01-01T` + clock + `:00Z"}` }
	var out bytes.Buffer
	run := func() string {
		t.Helper()
		out.Reset()
		err := sessions(t.Context(), in, checkpoint, weir.WithOutput(&out), weir.WithConf("spark.sql.session.timeZone", "UTC"), weir.WithWorkers(2))
		if err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	put("1.json", at("ann", "12:00"), at("bob", "12:05"), at("ann", "12:10"))
	put("2.json", at("bob", "12:30"))
	if got := run(); strings.Contains(got, "ann") || strings.Contains(got, "bob") {
		t.Errorf("a visit has ended too early:\n%s", got)
	}
	put("3.json", at("ann", "13:00"))
	put("4.json", at("ann", "13:20"))
	got := run()
	for _, want := range []string{"|ann |2024-01-01 12:00:00|10m0s|2     |", "|bob |2024-01-01 12:05:00|25m0s|2     |"} {
		if strings.Count(got, want) != 1 {
			t.Errorf("want %s in\n%s", want, got)
		}
	}
	if strings.Contains(got, "13:00:00") {
		t.Errorf("a visit has ended too early:\n%s", got)
	}
}
