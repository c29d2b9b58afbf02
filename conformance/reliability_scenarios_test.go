package conformance

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/weirtest"
)

// Bug scenario 2, behind an operator with state: a row that comes out of it because
// the watermark has passed it still meets the partner that came before, and has none
// only if none came (SPARK-49829).
func TestJoinBehindAnAggregate(t *testing.T) {
	q, s := chain{sql: `SELECT l.w.start s, l.n, r.v FROM
		(SELECT window(ts, '10 seconds') w, window_time(window(ts, '10 seconds')) wt, count(*) n FROM a GROUP BY window(ts, '10 seconds')) l
		JOIN b r ON r.ts BETWEEN l.w.end - INTERVAL 5 SECONDS AND l.w.end AND r.v = l.n`}.run(t, "a", "b")
	q.Add(s[0], []any{"x", after(1), 0}, []any{"x", after(2), 0})
	q.Add(s[1], []any{"y", after(8), 2})
	q.Want()
	q.Add(s[0], []any{"x", after(40), 0})
	q.Add(s[1], []any{"y", after(40), 1})
	q.Want("2024-01-01 00:00:00 | 2 | 2")
}

// Bug scenarios 7 and 8: when the last row has moved the watermark past a window, its
// result comes without another row, also where the power fails anywhere within the
// batch that has no data (SPARK-24156, SPARK-32794).
func TestPowerFailsInABatchWithoutData(t *testing.T) {
	for n := 1; ; n++ {
		q, s := chain{sql: "SELECT window(ts, '10 seconds').start s, count(*) n FROM e GROUP BY window(ts, '10 seconds')"}.run(t, "e")
		q.Add(s[0], []any{"a", after(1), 1})
		q.Want()
		q.Add(s[0], []any{"a", after(12), 1})
		died := q.CrashAt(n)
		if died {
			q.Restart()
		}
		q.Want("2024-01-01 00:00:00 | 1")
		q.Add(s[0], []any{"a", after(13), 1})
		q.Add(s[0], []any{"a", after(22), 1})
		q.Want("2024-01-01 00:00:10 | 2")
		q.End()
		if !died {
			// The query may have begun before the power was to fail: how many of its
			// changes are left then differs.
			if n < 2 {
				t.Errorf("%d changes of the disk: the power never failed", n)
			}
			return
		}
	}
}

// Bug scenarios 12 and 14: the number of a branch's tasks changes from batch to batch
// and from run to run, and the state of each key is found where it was (SPARK-29438,
// SPARK-23827).
func TestBranchesThatChangeTheirParts(t *testing.T) {
	dir := t.TempDir()
	var n int
	add := func(branch string, files int) {
		for range files {
			n++
			write(t, filepath.Join(dir, branch), fmt.Sprint(n), fmt.Sprintf("{\"k\":%d}\n{\"k\":%d}\n{\"k\":7}\n", n%3, n%5))
		}
	}
	add("a", 1)
	add("b", 1)
	want := func() (list []string) {
		counts := map[int]int{}
		for i := 1; i <= n; i++ {
			counts[i%3]++
			counts[i%5]++
			counts[7]++
		}
		for k, c := range counts {
			list = append(list, fmt.Sprint(k, " ", c))
		}
		slices.Sort(list)
		return list
	}
	for run, workers := range []int{1, 8, 3, 1, 4} {
		s := session(t, weir.WithWorkers(workers))
		read := func(branch string) *weir.DataFrame {
			return s.ReadStream().Schema("k INT").JSON(filepath.Join(dir, branch))
		}
		q, err := read("a").Union(read("b")).GroupBy("k").Count().WriteStream().Format("memory").QueryName("counts").
			OutputMode(weir.Complete).Option("checkpointLocation", filepath.Join(dir, "ck")).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for step := range 3 {
			add("a", []int{0, 5, 1, 0, 9}[(run+step)%5])
			add("b", []int{7, 0, 1, 2, 3}[(run+step)%5])
			if err := q.ProcessAllAvailable(t.Context()); err != nil {
				t.Fatal(err)
			}
			rows, err := s.Table("counts").Collect(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range rows {
				got = append(got, strings.TrimSpace(fmt.Sprintln(r...)))
			}
			slices.Sort(got)
			if (n > 0 && len(rows) > 0 || step > 0) && !slices.Equal(got, want()) {
				t.Fatalf("run %d with %d workers, step %d: %v, want %v", run, workers, step, got, want())
			}
		}
		q.Stop()
	}
}

// Bug scenario 13: where rows are already spread by some of the keys, as behind a
// deduplication or a join, state is spread by the operator's own keys all the same,
// and by the same hash for ever (SPARK-38204, SPARK-24588).
func TestStateIsSpreadByItsOwnKeys(t *testing.T) {
	in := weirtest.NewStream("e", "k STRING, j INT, v INT")
	job := weirtest.Job{Streams: []*weirtest.Stream{in}, Mode: weir.Update, Workers: 4, Define: func(s *weir.Session) *weir.DataFrame {
		return s.SQL("SELECT k, j, count(*) n FROM (SELECT * FROM e WHERE v > 0) GROUP BY k, j")
	}}
	q := weirtest.Run(t, job)
	rows := func() (rows [][]any) {
		for i := range 40 {
			rows = append(rows, []any{fmt.Sprint("k", i%4), i % 10, i})
		}
		return rows
	}
	q.Add(in, rows()...)
	q.UntilIdle()
	q.Rows()
	q.Kill()
	// The changed query has its rows spread by k already, in one task, or not at all.
	job.Workers = 3
	job.Define = func(s *weir.Session) *weir.DataFrame {
		return s.SQL("SELECT k, j, count(*) n FROM (SELECT k, j FROM e WHERE v > 0 AND j >= 0) GROUP BY k, j")
	}
	if err := q.RestartAs(job); err != nil {
		t.Fatal(err)
	}
	q.Add(in, rows()...)
	q.UntilIdle()
	q.WantState(20)
	for _, row := range q.Rows() {
		if !strings.HasSuffix(row, " | 4") && !strings.HasPrefix(row, "k0 | 0 |") {
			t.Errorf("row %q: the state of the key was not found", row)
		}
	}
}

// Bug scenario 24: the files of a checkpoint do not grow in number with the batches
// (SPARK-24295, SPARK-27188, SPARK-30462); that the journal forgets is tested beside it.
func TestLogsDoNotGrow(t *testing.T) {
	dir := t.TempDir()
	s := session(t, weir.WithWorkers(1), weir.WithConf("spark.sql.streaming.minBatchesToRetain", "5"))
	batches := 600
	if testing.Short() {
		batches = 240
	}
	q, err := s.ReadStream().Format("rate-micro-batch").Option("rowsPerBatch", 1).Load().SelectExpr("value % 3 AS k").GroupBy("k").Count().
		WriteStream().Format("noop").OutputMode(weir.Update).Option("checkpointLocation", filepath.Join(dir, "ck")).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	weigh := func() (files int, bytes int64) {
		err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || filepath.Base(filepath.Dir(p)) == "journal" {
				return nil // it was removed meanwhile; the journal grows to its size and begins anew
			}
			if info, err := e.Info(); err == nil {
				files, bytes = files+1, bytes+info.Size()
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return files, bytes
	}
	reach := func(n int) {
		eventually(t, fmt.Sprint(n, " batches"), func() bool { p := q.LastProgress(); return p != nil && p.Batch >= int64(n) })
	}
	reach(batches / 4)
	files, bytes := weigh()
	reach(batches)
	filesLater, bytesLater := weigh()
	if filesLater > files+40 || bytesLater > bytes+32<<10 {
		t.Errorf("after %d batches there are %d files of %d bytes, after %d batches %d of %d", batches/4, files, bytes, batches, filesLater, bytesLater)
	}
	q.Stop()
	files, bytes = weigh()
	if files > 60 || bytes > 64<<10 {
		t.Errorf("the query that was stopped leaves %d files of %d bytes", files, bytes)
	}
}

// Bug scenario 29: a batch that runs again gives the same rows, whatever its
// functions ask of the clock or of chance, and another batch gives others
// (SPARK-24896, SPARK-58309).
func TestBatchRunsAgainAsItWas(t *testing.T) {
	const list = "uuid() AS u, rand() AS r, randn() AS g, now() AS t, current_timestamp() AS c, current_date() AS d, localtimestamp() AS l, " +
		"unix_timestamp() AS e, shuffle(array(1, 2, 3, 4, 5, 6, 7, 8, 9)) AS s, randstr(8) AS x, uniform(0, 1000000) AS y, " +
		"hex(aes_encrypt('text', '0123456789abcdef')) AS z"
	columns := strings.Split(list, " AS ")
	for n := 1; ; n++ {
		in := weirtest.NewStream("e", "k INT")
		q := weirtest.Run(t, weirtest.Job{Streams: []*weirtest.Stream{in}, Workers: 1, Define: func(s *weir.Session) *weir.DataFrame {
			return s.SQL("SELECT " + list + " FROM e")
		}})
		q.Add(in, []any{1}, []any{2})
		died := q.CrashAt(n)
		if died {
			q.AdvanceOnly(3*24*time.Hour + 7*time.Millisecond)
			q.Restart()
		}
		q.UntilIdle()
		first := q.Rows() // fails if the batch gave other rows when it ran again
		q.Advance(36 * time.Hour)
		q.Add(in, []any{1}, []any{2})
		q.UntilIdle()
		second := q.Rows()
		if len(first) != 2 || len(second) != 2 {
			t.Fatalf("rows %q and %q", first, second)
		}
		a, b := strings.Split(first[0], " | "), strings.Split(second[0], " | ")
		for i := range a {
			if a[i] == b[i] && !strings.Contains(columns[i], "monotonically") {
				t.Errorf("two batches have the same %s: %s", columns[i], a[i])
			}
		}
		q.End()
		if !died {
			return
		}
	}
}

// Scenario +: the keys of a deduplication leave the state when the watermark has
// passed them, though the watermark is on a column that is only one of the keys
// (SPARK-19932, SPARK-38212); an idle source holds the watermark where it is (Beam
// 39822).
func TestDeduplicationForgets(t *testing.T) {
	q, s := chain{sql: "SELECT k, v FROM e", dedup: []any{"k", "ts"}, delay: 5 * time.Second}.run(t, "e")
	q.Add(s[0], []any{"a", after(1), 1}, []any{"b", after(2), 1}, []any{"a", after(1), 2})
	q.Want("a | 1", "b | 1")
	q.Add(s[0], []any{"c", after(100), 1})
	q.Want("c | 1")
	q.WantState(1)
	q, s = chain{sql: "SELECT k, v FROM (SELECT * FROM a UNION ALL SELECT * FROM b)", within: []any{"k"}, delay: 5 * time.Second}.run(t, "a", "b")
	q.Add(s[0], []any{"a", after(1), 1})
	q.Add(s[1], []any{"b", after(3), 1})
	q.Want("a | 1", "b | 1")
	q.WantWatermark("2023-12-31 23:59:56")
	for i := range 5 {
		q.Add(s[0], []any{fmt.Sprint("k", i), after(100 + i), 1})
		q.UntilIdle()
		q.WantWatermark("2023-12-31 23:59:58") // that of b, which says nothing
	}
}

// Bug scenario 5, where one watermark for the whole query is too early: an outer join
// holds rows without a partner back, and the aggregation behind it must wait for them
// (SPARK-28074, SPARK-42376).
func TestAggregateBehindAnOuterJoin(t *testing.T) {
	q, s := chain{sql: `SELECT window(ts, '10 seconds').start s, count(*) n, count(rk) m FROM
		(SELECT l.ts, r.k rk FROM a l LEFT JOIN b r ON l.k = r.k AND r.ts BETWEEN l.ts AND l.ts + INTERVAL 30 SECONDS)
		GROUP BY window(ts, '10 seconds')`}.run(t, "a", "b")
	q.Add(s[0], []any{"x", after(1), 0}, []any{"alone", after(2), 0})
	q.Add(s[1], []any{"x", after(3), 0})
	q.Want()
	// The windows have passed, and the row without a partner may still find one.
	q.Add(s[0], []any{"x", after(20), 0})
	q.Add(s[1], []any{"y", after(20), 0})
	q.Want()
	q.Add(s[0], []any{"x", after(200), 0})
	q.Add(s[1], []any{"y", after(200), 0})
	q.Want("2024-01-01 00:00:00 | 2 | 1", "2024-01-01 00:00:20 | 1 | 0")
}

// Bug scenario 10 with more rows than a batch of the engine has: those behind the last
// that the limit lets pass are keys of the deduplication, too (SPARK-30657).
func TestLimitReadsOn(t *testing.T) {
	q, s := chain{sql: "SELECT k FROM e LIMIT 2", dedup: []any{"k"}, workers: 1}.run(t, "e")
	var rows [][]any
	for i := range 20_000 {
		rows = append(rows, []any{fmt.Sprint("k", i), after(1), 0})
	}
	q.Add(s[0], rows...)
	q.UntilIdle()
	if got := q.Rows(); len(got) != 2 {
		t.Errorf("%d rows have passed", len(got))
	}
	q.WantState(1, 20_000)
}
