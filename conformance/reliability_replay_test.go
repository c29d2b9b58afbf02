package conformance

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
)

// Every kind of operator with state does again what it did, batch for batch, and its
// checkpoint is found to be its own.
func TestReplayOfEveryOperator(t *testing.T) {
	for _, c := range []struct {
		name, text string
		mode       weir.OutputMode
	}{
		{"windows", "SELECT window.start s, k, count(*) n, sum(v) t FROM a GROUP BY window(at, '10 seconds'), k", weir.Append},
		{"sliding windows", "SELECT window.start s, max(v) m FROM a GROUP BY window(at, '20 seconds', '5 seconds')", weir.Update},
		{"counts", "SELECT k, count(*) n, collect_set(v) c FROM a GROUP BY k", weir.Complete},
		{"sessions", "SELECT session_window.start s, k, count(*) n FROM a GROUP BY session_window(at, '5 seconds'), k", weir.Append},
		{"distinct", "SELECT DISTINCT k, at FROM a", weir.Append},
		{"deduplication", "SELECT k, v FROM a DISTINCT", weir.Append},
		{"join", "SELECT a.k, a.v, b.v w FROM a JOIN b ON a.k = b.k AND b.at BETWEEN a.at AND a.at + INTERVAL 5 SECONDS", weir.Append},
		{"outer join", "SELECT a.k, a.v, b.v w FROM a LEFT JOIN b ON a.k = b.k AND b.at BETWEEN a.at AND a.at + INTERVAL 5 SECONDS", weir.Append},
		{"limit", "SELECT k FROM a LIMIT 20", weir.Append},
		{"chain", "SELECT window(w, '20 seconds').start s, sum(n) n FROM (SELECT window(at, '5 seconds') w, count(*) n FROM a GROUP BY window(at, '5 seconds')) " +
			"GROUP BY window(w, '20 seconds')", weir.Append},
		{"union", "SELECT k, count(*) n FROM (SELECT * FROM a UNION ALL SELECT * FROM b) GROUP BY k", weir.Update},
		{"chance", "SELECT window.start s, sum(r) n FROM (SELECT at, rand() r FROM a) GROUP BY window(at, '10 seconds')", weir.Update},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s := session(t, weir.WithWorkers(2))
			for i := range 5 {
				for _, in := range []string{"a", "b"} {
					var rows strings.Builder
					for n := range 30 {
						fmt.Fprintf(&rows, "{\"k\":\"k%d\",\"v\":%d,\"at\":%q}\n", n%4, n*(i+1)%17, after(i*8+n%11).Format(time.RFC3339))
					}
					write(t, filepath.Join(dir, in), fmt.Sprint(i), rows.String())
				}
			}
			for _, in := range []string{"a", "b"} {
				d := s.ReadStream().Schema("k STRING, v INT, at TIMESTAMP").Option("maxFilesPerTrigger", 1).JSON(filepath.Join(dir, in))
				if err := d.WithWatermark("at", 3*time.Second).CreateOrReplaceTempView(in); err != nil {
					t.Fatal(err)
				}
			}
			ck := filepath.Join(dir, "ck")
			writer := func() *weir.StreamWriter {
				text, distinct := strings.CutSuffix(c.text, " DISTINCT")
				d := s.SQL(text)
				if distinct {
					d = d.DropDuplicates("k", "v")
				}
				return d.WriteStream().Format("noop").OutputMode(c.mode).Trigger(weir.AvailableNow()).Option("checkpointLocation", ck)
			}
			q, err := writer().Start(t.Context())
			if err == nil {
				err = q.AwaitTermination(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			var want, got []string
			for _, p := range q.RecentProgress() {
				text := fmt.Sprint(p.Batch, ": ", p.Sink.OutputRows)
				var states []string
				for _, o := range p.StateOperators {
					states = append(states, fmt.Sprint(o.Name, o.RowsTotal, o.RowsUpdated, o.RowsRemoved, o.RowsDropped))
				}
				slices.Sort(states)
				want = append(want, text+strings.Join(states, " "))
			}
			same := true
			err = writer().Replay(t.Context(), weir.ReplayOptions{Checkpoint: ck, Last: -1, Sample: 1}, func(b *weir.BatchTrace) error {
				var states []string
				for _, o := range b.Operators {
					if s := o.State; s != nil {
						states = append(states, fmt.Sprint(s.Name, s.RowsTotal, s.RowsUpdated, s.RowsRemoved, s.RowsDropped))
					}
				}
				slices.Sort(states)
				got = append(got, fmt.Sprint(b.Batch, ": ", b.Rows)+strings.Join(states, " "))
				same = same && b.State == weir.SameState
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(want) < 5 || !slices.Equal(got, want) {
				t.Errorf("run again\n%s\nbefore\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if !same {
				t.Error("the state of a batch that ran again is another")
			}
			last := q.LastProgress().Batch
			for b := range last + 1 {
				err := writer().Replay(t.Context(), weir.ReplayOptions{Checkpoint: ck, First: b, Last: b}, func(b *weir.BatchTrace) error {
					if b.State != weir.SameState {
						t.Errorf("the state of batch %d, which ran again alone, is %s", b.Batch, b.State)
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			report, err := writer().Check(t.Context(), ck)
			if err != nil || report.Refused() {
				t.Errorf("the query's own checkpoint: %v, %v", report, err)
			}
		})
	}
}
