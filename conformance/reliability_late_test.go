package conformance

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/weirtest"
)

// Late rows are kept on request: each that an operator drops is in the side output,
// with why, and no other, for every kind of operator.
func TestLateRowsAreKept(t *testing.T) {
	for _, c := range []struct {
		name, text string
		mode       weir.OutputMode
		want       []string
		dropped    int64 // as the operators count
	}{
		{"windows", "SELECT window.start AS s, count(*) AS n FROM a GROUP BY window(at, '10 seconds')", weir.Append, []string{
			`late stateStoreSave 2024-01-01 00:00:10 2024-01-01 00:00:36 {"window":{"start":"2024-01-01T00:00:00.000Z","end":"2024-01-01T00:00:10.000Z"}}`,
			`late stateStoreSave 2024-01-01 00:00:10 2024-01-01 00:00:36 {"window":{"start":"2024-01-01T00:00:00.000Z","end":"2024-01-01T00:00:10.000Z"}}`}, 1},
		{"sliding windows", "SELECT window.end AS e, k, count(*) AS n FROM a GROUP BY window(at, '40 seconds', '20 seconds'), k", weir.Update, []string{
			`late stateStoreSave 2024-01-01 00:00:20 2024-01-01 00:00:36 {"k":"x","window":{"start":"2023-12-31T23:59:40.000Z","end":"2024-01-01T00:00:20.000Z"}}`,
			`late stateStoreSave 2024-01-01 00:00:20 2024-01-01 00:00:36 {"k":"y","window":{"start":"2023-12-31T23:59:40.000Z","end":"2024-01-01T00:00:20.000Z"}}`}, 2},
		{"sessions", "SELECT session_window.start AS s, k, count(*) AS n FROM a GROUP BY session_window(at, '5 seconds'), k", weir.Append, []string{
			`late sessionWindowStateStoreSaveExec 2024-01-01 00:00:08 2024-01-01 00:00:36 {"k":"x","session_window":{"start":"2024-01-01T00:00:03.000Z","end":"2024-01-01T00:00:08.000Z"}}`,
			`late sessionWindowStateStoreSaveExec 2024-01-01 00:00:09 2024-01-01 00:00:36 {"k":"y","session_window":{"start":"2024-01-01T00:00:04.000Z","end":"2024-01-01T00:00:09.000Z"}}`}, 2},
		{"deduplication", "SELECT k, at FROM a DISTINCT", weir.Append, []string{
			`late dedupe 2024-01-01 00:00:03 2024-01-01 00:00:36 {"k":"x","at":"2024-01-01T00:00:03.000Z"}`,
			`late dedupe 2024-01-01 00:00:04 2024-01-01 00:00:36 {"k":"y","at":"2024-01-01T00:00:04.000Z"}`}, 2},
		{"join", "SELECT l.k, l.at FROM a l JOIN a r ON l.k = r.k AND l.at = r.at", weir.Append, nil, 4},
		{"complete mode", "SELECT window.start AS s, count(*) AS n FROM a GROUP BY window(at, '10 seconds')", weir.Complete, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s := session(t, weir.WithConf("spark.sql.session.timeZone", "UTC"))
			in := filepath.Join(dir, "in")
			if err := s.ReadStream().Schema("k STRING, at TIMESTAMP").JSON(in).WithWatermark("at", 5*time.Second).CreateOrReplaceTempView("a"); err != nil {
				t.Fatal(err)
			}
			text, distinct := strings.CutSuffix(c.text, " DISTINCT")
			d := s.SQL(text)
			if distinct {
				d = d.DropDuplicates()
			}
			write(t, in, "1", line("x", 1)+line("y", 2))
			q, err := d.WriteStream().Format("memory").QueryName("out").OutputMode(c.mode).Option("checkpointLocation", filepath.Join(dir, "ck")).
				LateRows(filepath.Join(dir, "late")).Start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for i, rows := range []string{line("x", 40), line("z", 41), line("x", 3) + line("y", 4) + line("z", 42)} {
				if err := q.ProcessAllAvailable(t.Context()); err != nil {
					t.Fatal(err)
				}
				write(t, in, fmt.Sprint(i+2), rows)
			}
			if err := q.ProcessAllAvailable(t.Context()); err != nil {
				t.Fatal(err)
			}
			var dropped int64
			for _, p := range q.RecentProgress() {
				for _, op := range p.StateOperators {
					dropped += op.RowsDropped
				}
			}
			q.Stop()
			rows, err := s.Read().Schema("reason STRING, operator STRING, operator_id INT, event_time TIMESTAMP, watermark TIMESTAMP, batch_id BIGINT, row STRING").
				JSON(filepath.Join(dir, "late")).SelectExpr("concat_ws(' ', reason, operator, event_time, watermark, row) AS text").Collect(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range rows {
				got = append(got, r[0].(string))
			}
			slices.Sort(got)
			if c.name == "join" {
				if len(got) != 4 || !strings.HasPrefix(got[0], "late symmetricHashJoin 2024-01-01 00:00:03") {
					t.Errorf("late rows %q, want those of both sides", got)
				}
			} else if !slices.Equal(got, c.want) {
				t.Errorf("late rows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if dropped != c.dropped {
				t.Errorf("the operators count %d, want %d", dropped, c.dropped)
			}
		})
	}
}

// line is a row of input as JSON.
func line(k string, second int) string {
	return fmt.Sprintf("{\"k\":%q,\"at\":%q}\n", k, after(second).Format(time.RFC3339))
}

// The side output is as exactly-once as the batch: wherever the power fails, each late
// row is given once for its batch, before the batch is visible.
func TestLateRowsSurviveCrashes(t *testing.T) {
	for n := 1; ; n++ {
		var mu sync.Mutex
		late := map[int64]string{}
		in := weirtest.NewStream("a", "k STRING, at TIMESTAMP")
		q := weirtest.Run(t, weirtest.Job{Streams: []*weirtest.Stream{in}, Define: func(s *weir.Session) *weir.DataFrame {
			return s.Table("a").WithWatermark("at", 0).GroupBy("at").Count()
		}, LateRows: func(ctx context.Context, d *weir.DataFrame, id int64) error {
			rows, err := weirtest.Collect(ctx, d.SelectExpr("operator", "row"))
			mu.Lock()
			defer mu.Unlock()
			if before, again := late[id]; again && before != fmt.Sprint(rows) {
				return errors.New("a batch that ran again has other late rows")
			}
			late[id] = fmt.Sprint(rows)
			return err
		}})
		q.Add(in, []any{"x", after(10)})
		q.UntilIdle()
		q.Add(in, []any{"x", after(20)})
		q.UntilIdle()
		q.Add(in, []any{"x", after(3)}, []any{"y", after(30)})
		died := q.CrashAt(n)
		if died {
			q.Restart()
		}
		q.UntilIdle()
		q.End()
		var all string
		for _, rows := range late {
			all += strings.Trim(rows, "[]")
		}
		if want := `stateStoreSave | {"at":"2024-01-01T00:00:03.000Z"}`; all != want {
			t.Fatalf("crash at %d: late rows %q, want %q", n, all, want)
		}
		if !died {
			return
		}
	}
}

// The SQL form, another format, and what is refused.
func TestLateRowsBySQL(t *testing.T) {
	dir := t.TempDir()
	s := session(t)
	job := func(format string) (err error) {
		var q *weir.Query
		err = s.Run(t.Context(), fmt.Sprintf(`CREATE OR REPLACE TEMPORARY VIEW a (k STRING, at TIMESTAMP) USING json OPTIONS (path '%[1]s/in');
			CREATE STREAMING TABLE counts USING json OPTIONS (path '%[1]s/out', checkpointLocation '%[1]s/ck', trigger 'availableNow',
				lateRows '%[1]s/late', lateRowsFormat '%[2]s') AS
			SELECT window.start AS s, count(*) AS n FROM STREAM(a) WATERMARK at DELAY OF INTERVAL 0 SECONDS GROUP BY window(at, '10 seconds')`,
			dir, format), func(r weir.Result) error { q = r.Query; return nil })
		if err == nil {
			err = q.AwaitTermination(t.Context())
		}
		return err
	}
	write(t, filepath.Join(dir, "in"), "1", line("x", 20))
	if err := job("parquet"); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "in"), "2", line("x", 5))
	if err := job("parquet"); err != nil {
		t.Fatal(err)
	}
	rows, err := s.Read().Parquet(filepath.Join(dir, "late")).SelectExpr("operator_id", "CAST(event_time AS STRING)").Collect(t.Context())
	if err != nil || fmt.Sprint(rows) != "[[0 2024-01-01 00:00:10]]" {
		t.Errorf("late rows %v, %v", rows, err)
	}
	refused(t, "another format", job("console"), "lateRowsFormat", "parquet")
}
