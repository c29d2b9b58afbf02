package conformance

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/weirtest"
)

var (
	chainSeed  = flag.Uint64("chainseed", 1, "the first seed of random chains")
	chainSeeds = flag.Int("chainseeds", 6, "how many random inputs each chain gets")
)

// after is a time some seconds after the test's clock starts.
func after(seconds int) time.Time { return time.Date(2024, 1, 1, 0, 0, seconds, 0, time.UTC) }

// chain is a query over streams of k, ts and v.
type chain struct {
	sql     string
	mode    weir.OutputMode
	delay   time.Duration
	workers int
	dedup   []any
	within  []any
}

// run starts it over streams of these names.
func (c chain) run(t *testing.T, names ...string) (*weirtest.Query, []*weirtest.Stream) {
	var streams []*weirtest.Stream
	for _, n := range names {
		streams = append(streams, weirtest.NewStream(n+"0", "k STRING, ts TIMESTAMP, v INT"))
	}
	return weirtest.Run(t, weirtest.Job{Streams: streams, Mode: c.mode, Workers: c.workers,
		Define: func(s *weir.Session) *weir.DataFrame {
			for _, n := range names {
				d := s.Table(n+"0").WithWatermark("ts", c.delay)
				if c.dedup != nil {
					d = d.DropDuplicates(c.dedup...)
				}
				if c.within != nil {
					d = d.DropDuplicatesWithinWatermark(c.within...)
				}
				if err := d.CreateOrReplaceTempView(n); err != nil {
					t.Error(err)
				}
			}
			return s.SQL(c.sql)
		}}), streams
}

// Bug scenario 4: rows that come out of an operator because the watermark has
// passed them are not late for the operator behind it (SPARK-40925).
func TestRowsOfAnOperatorAreNotLate(t *testing.T) {
	const inner = "SELECT window(ts, '10 seconds') w, count(*) n FROM e GROUP BY window(ts, '10 seconds')"
	for _, c := range []chain{
		{sql: "SELECT window(w, '30 seconds').start s, sum(n) n FROM (" + inner + ") GROUP BY window(w, '30 seconds')"},
		{sql: "SELECT w.start s, sum(n) n FROM (SELECT DISTINCT w, n FROM (" + inner + ")) GROUP BY w"},
		{sql: "SELECT window(ts, '30 seconds').start s, count(*) n FROM e GROUP BY window(ts, '30 seconds')", dedup: []any{"k", "ts"}},
	} {
		q, s := c.run(t, "e")
		q.Add(s[0], []any{"a", after(1), 1}, []any{"b", after(5), 1})
		q.Want()
		q.Add(s[0], []any{"a", after(40), 1})
		q.Want("2024-01-01 00:00:00 | 2")
	}
}

// Bug scenario 5: chains of stateful operators give what the same query gives over
// the whole input as a batch (SPARK-28074, SPARK-33259, SPARK-42376).
func TestChainsEqualTheBatch(t *testing.T) {
	const counts = "SELECT window(ts, '10 seconds') w, k, count(*) n FROM %s GROUP BY window(ts, '10 seconds'), k"
	for i, text := range []string{
		"SELECT window(w, '30 seconds') w, sum(n) s FROM (" + counts + ") GROUP BY window(w, '30 seconds')",
		"SELECT w, count(*) c FROM (SELECT DISTINCT w, n FROM (" + counts + ")) GROUP BY w",
		"SELECT window(ts, '20 seconds') w, count(*) n FROM (SELECT DISTINCT k, ts FROM %s) GROUP BY window(ts, '20 seconds')",
		"SELECT window(w, '1 minute') w, sum(s) s FROM (SELECT window(w, '20 seconds') w, sum(n) s FROM (" + counts +
			") GROUP BY window(w, '20 seconds')) GROUP BY window(w, '1 minute')",
		"SELECT DISTINCT window(window_time(w), '20 seconds') w, n FROM (" + counts + ")",
	} {
		for n := range *chainSeeds {
			seed := *chainSeed + uint64(n)
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			q, s := chain{sql: "SELECT w.start, * EXCEPT (w) FROM (" + fmt.Sprintf(text, "e") + ")", delay: 40 * time.Second, workers: 1 + r.IntN(3)}.run(t, "e")
			var all []weir.Row
			for b := range 6 {
				var rows [][]any
				for range r.IntN(8) {
					rows = append(rows, []any{[]string{"a", "b", "c"}[r.IntN(3)], after(b*15 + r.IntN(30)), r.IntN(9)})
				}
				for _, row := range rows {
					all = append(all, row)
				}
				q.Add(s[0], rows...)
				q.UntilIdle()
				if r.IntN(3) == 0 {
					q.Crash()
					q.Restart()
				}
			}
			q.Add(s[0], []any{"end", after(100_000), 0})
			got := wholly(q)
			want := batchAnswer(t, "SELECT w.start, * EXCEPT (w) FROM ("+fmt.Sprintf(text, "e")+")", all)
			if !slices.Equal(got, want) {
				t.Fatalf("-chainseed=%d -chainseeds=1: %s\n got %q\nwant %q", seed, text, got, want)
			}
			q.Stop()
		}
	}
}

func wholly(q *weirtest.Query) []string {
	q.UntilIdle()
	return q.Rows()
}

// batchAnswer is what a query gives over a table e of all rows.
func batchAnswer(t *testing.T, text string, rows []weir.Row) []string {
	s, err := weir.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.CreateDataFrame(rows, "k STRING, ts TIMESTAMP, v INT").CreateOrReplaceTempView("e"); err != nil {
		t.Fatal(err)
	}
	list, err := weirtest.Collect(t.Context(), s.SQL(text))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list
}

// Bug scenario 6: each source has a watermark of its own, which runs that see only
// some of the sources neither mix up nor forget, and a branch that is always empty
// holds the watermark back (SPARK-50046).
func TestWatermarksOfAUnion(t *testing.T) {
	q, s := chain{sql: `SELECT window(ts, '10 seconds').start s, count(*) n FROM
		(SELECT * FROM a UNION ALL SELECT * FROM b UNION ALL SELECT * FROM c) GROUP BY window(ts, '10 seconds')`}.run(t, "a", "b", "c")
	for i, at := range []int{100, 50, 70} {
		q.WantWatermark("1970-01-01 00:00:00")
		q.Add(s[i], []any{"x", after(1), 0}, []any{"x", after(at), 0})
		q.UntilIdle()
		if i < 2 {
			q.Crash()
			q.Restart()
		}
	}
	q.Want("2024-01-01 00:00:00 | 3")
	q.WantWatermark("2024-01-01 00:00:50")

	q, s = chain{sql: `SELECT window(ts, '10 seconds').start s, count(*) n FROM
		(SELECT * FROM a UNION ALL SELECT * FROM b WHERE false) GROUP BY window(ts, '10 seconds')`}.run(t, "a", "b")
	q.Add(s[0], []any{"x", after(1), 0}, []any{"x", after(100), 0})
	q.Add(s[1], []any{"x", after(100), 0})
	q.Want()
	q.WantWatermark("1970-01-01 00:00:00")
}

// Bug scenario 9: a limit beneath an aggregation in complete mode counts over all
// batches (SPARK-30658).
func TestLimitBeforeAggregation(t *testing.T) {
	q, s := chain{sql: "SELECT count(*) n FROM (SELECT * FROM e LIMIT 5)", mode: weir.Complete, workers: 2}.run(t, "e")
	for _, want := range []string{"3", "5", "5"} {
		q.Add(s[0], []any{"a", after(1), 0}, []any{"b", after(1), 0}, []any{"c", after(1), 0})
		q.Want(want)
		q.Crash()
		q.Restart()
	}
}

// Bug scenario 10: a limit that is reached reads its input to the end, so that the
// deduplication beneath it remembers all keys (SPARK-30657).
func TestLimitDrainsDeduplication(t *testing.T) {
	q, s := chain{sql: "SELECT k FROM e LIMIT 2", dedup: []any{"k"}}.run(t, "e")
	q.Add(s[0], []any{"a", after(1), 0}, []any{"b", after(1), 0}, []any{"c", after(1), 0})
	q.Want("a", "b")
	q.WantState(1, 3)
	q.Crash()
	q.Restart()
	q.Add(s[0], []any{"c", after(9), 0}, []any{"d", after(9), 0})
	q.Want()
	q.WantState(1, 4)
}

// Bug scenario 11: a batch that brings an operator nothing is a batch of its state
// all the same (SPARK-32776).
func TestEmptyBatchInTheMiddle(t *testing.T) {
	for _, c := range []chain{
		{sql: "SELECT k FROM e WHERE v > 0", dedup: []any{"k", "v"}},
		{sql: "SELECT k FROM (SELECT * FROM e WHERE v > 0 LIMIT 3)"},
		{sql: "SELECT k FROM e WHERE v > 0", within: []any{"k"}, delay: time.Hour},
		{sql: "SELECT DISTINCT k FROM e WHERE v > 0", mode: weir.Update},
		{sql: "SELECT k FROM (SELECT k, count(*) n FROM e WHERE v > 0 GROUP BY k) WHERE n = 1", mode: weir.Update},
	} {
		c.workers = 2
		q, s := c.run(t, "e")
		q.Add(s[0], []any{"a", after(1), 1}, []any{"b", after(2), 1})
		q.Want("a", "b")
		q.Add(s[0], []any{"z", after(2), 0}) // nothing passes the filter
		q.Want()
		q.Crash()
		q.Restart()
		q.Add(s[0], []any{"c", after(3), 1})
		q.Want("c")
	}
}
