package conformance

import (
	"fmt"
	"testing"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/weirtest"
)

// A batch that was planned runs again under the settings that it was planned under,
// whatever the session has now, and sees to it that its rows are those of the first run
// (weirtest compares them); without one the session's are heeded (S152).
func TestPlannedBatchKeepsItsSettings(t *testing.T) {
	in := func() *weirtest.Stream { return weirtest.NewStream("e", "t TIMESTAMP, v INT") }
	define := func(s *weir.Session) *weir.DataFrame {
		return s.SQL("SELECT hour(t) AS h, date_format(t, 'HH:mm') AS f, CAST(t AS STRING) AS s, v / 0 AS d FROM e")
	}
	conf := func(zone string, ansi bool) map[string]string {
		return map[string]string{"spark.sql.session.timeZone": zone, "spark.sql.ansi.enabled": fmt.Sprint(ansi)}
	}
	const tokyo, berlin = "9 | 09:00 | 2024-01-01 09:00:00 | null", "1 | 01:00 | 2024-01-01 01:00:00 | null"
	planned, unplanned := 0, 0
	for n := 1; ; n++ {
		e := in()
		job := weirtest.Job{Streams: []*weirtest.Stream{e}, Define: define, Conf: conf("Asia/Tokyo", false)}
		q := weirtest.Run(t, job)
		q.Add(e, []any{after(0), 1})
		died := q.CrashAt(n)
		if !died {
			q.Want(tokyo)
			q.End()
			break
		}
		job.Conf = conf("Europe/Berlin", false)
		if err := q.RestartAs(job); err != nil {
			t.Fatalf("crash in operation %d: %v", n, err)
		}
		q.UntilIdle()
		switch rows := fmt.Sprint(q.Rows()); rows {
		case fmt.Sprint([]string{tokyo}):
			planned++
		case fmt.Sprint([]string{berlin}):
			unplanned++
		default:
			t.Fatalf("crash in operation %d: %s", n, rows)
		}
		// The next start takes the session's settings, and so do its batches.
		q.Stop()
		if err := q.RestartAs(job); err != nil {
			t.Fatalf("crash in operation %d: %v", n, err)
		}
		q.Add(e, []any{after(0), 2})
		q.Want(berlin)
		q.End()
	}
	if planned == 0 || unplanned == 0 {
		t.Errorf("%d crashes after the plan, %d before", planned, unplanned)
	}
}
