package weir_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/weirstream/weir"
)

// A query of a Go program is run again and checked by its writer, and what a script
// with secrets was is not remembered.
func TestReplayOfAProgram(t *testing.T) {
	s, err := weir.Open(weir.WithWorkers(2))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	dir := t.TempDir()
	ck := filepath.Join(dir, "ck")
	writer := func() *weir.StreamWriter {
		return s.ReadStream().Format("rate-micro-batch").Option("rowsPerBatch", 6).Load().SelectExpr("value % 3 AS k").GroupBy("k").Count().
			WriteStream().Format("noop").OutputMode(weir.Update).Option("checkpointLocation", ck)
	}
	q, err := writer().Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(ck); err != nil {
		t.Fatal(err)
	}
	for q.LastProgress() == nil || q.LastProgress().Batch < 5 {
		if !q.IsActive() {
			t.Fatal(q.Err())
		}
	}
	var traces []string
	see := func(b *weir.BatchTrace) error {
		for _, o := range b.Operators {
			if o.State != nil {
				traces = append(traces, fmt.Sprintf("%d: took %d, gave %d, %d of %d rows", b.Batch, o.Took, o.Gave, o.State.RowsUpdated, o.State.RowsTotal))
			}
		}
		return nil
	}
	if err := writer().Replay(t.Context(), weir.ReplayOptions{Checkpoint: ck, First: 2, Last: 3}, see); err != nil {
		t.Fatal(err) // beside the query that runs
	}
	q.Stop()
	if want := "[2: took 6, gave 3, 3 of 3 rows 3: took 6, gave 3, 3 of 3 rows]"; fmt.Sprint(traces) != want {
		t.Errorf("traces %v, want %v", traces, want)
	}
	mine := errors.New("enough")
	if err := writer().Replay(t.Context(), weir.ReplayOptions{Checkpoint: ck, Last: -1}, func(*weir.BatchTrace) error { return mine }); !errors.Is(err, mine) {
		t.Errorf("Replay ended with %v", err)
	}
	report, err := writer().Check(t.Context(), ck)
	if err != nil || report.Refused() || report.QueryID != q.ID() {
		t.Errorf("%v, %v", report, err)
	}
	if script, _, err := s.JobOf(ck); script != "" || err != nil {
		t.Errorf("the job of a program is %q, %v", script, err)
	}
	if err := s.ReadStream().Format("rate-micro-batch").Option("rowsPerBatch", 1).Load().CreateOrReplaceTempView("numbers"); err != nil {
		t.Fatal(err)
	}
	for text, kept := range map[string]bool{"": true, "SET weir.job.password = 'x';": false} {
		here := filepath.Join(dir, fmt.Sprint("job", kept))
		var job *weir.Query
		err := s.Run(t.Context(), fmt.Sprintf(text+`CREATE STREAMING TABLE j%[2]v USING noop OPTIONS (checkpointLocation '%[1]s', trigger 'once')
			AS SELECT * FROM STREAM(numbers)`, here, kept), func(r weir.Result) error { job = r.Query; return nil })
		if err == nil {
			err = job.AwaitTermination(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		script, table, err := s.JobOf(here)
		if err != nil || (script != "") != kept || table != fmt.Sprint("j", kept) {
			t.Errorf("the checkpoint remembers %q, %q, %v", script, table, err)
		}
	}
}

// The values of secrets are not shown.
func TestSecretsAreNotShown(t *testing.T) {
	s, err := weir.Open(weir.WithConf("weir.job.password", "canary"), weir.WithConf("weir.job.color", "green"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for text, want := range map[string]string{"SET weir.job.password": "[[weir.job.password *********(redacted)]]", "SET weir.job.color": "[[weir.job.color green]]"} {
		rows, err := s.SQL(text).Collect(t.Context())
		if err != nil || fmt.Sprint(rows) != want {
			t.Errorf("%s: %v, %v", text, rows, err)
		}
	}
}
