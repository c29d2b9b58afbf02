package conformance

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/weirtest"
)

var (
	metaSeed  = flag.Uint64("meta-seed", 0, "the first seed of the metamorphic test; 0 is the time")
	metaCases = flag.Int("meta-cases", 300, "how many random queries the metamorphic test runs")
)

// A random query over random rows gives the same final rows however the rows are
// cut into batches, with how many workers, in which store of state, with which
// trigger and wherever it crashes: those of the query over all rows as a table.
func TestMetamorphic(t *testing.T) {
	seed := *metaSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	cases := *metaCases
	if testing.Short() {
		cases = min(cases, 20)
	}
	for i := range cases {
		s := seed + uint64(i)
		// A test of its own, so that what a case has opened is let go after it.
		if !t.Run(strconv.FormatUint(s, 10), func(t *testing.T) { metamorphic(t, s) }) {
			return
		}
	}
}

// metamorphic runs the case of a seed.
func metamorphic(t *testing.T, seed uint64) {
	m := &metaCase{t: t, r: rand.New(rand.NewPCG(seed, 41))}
	m.make()
	want := m.asTable()
	for v := range 2 {
		if got := m.asStream(); !slices.Equal(got, want) {
			t.Fatalf("-meta-seed=%d -meta-cases=1 -run TestMetamorphic\n%s mode: %s\nvariant %d: %s\n%d rows, want %d; too many %q, missing %q",
				seed, m.query.mode, m.query.text, v, m.how, len(got), len(want), without(got, want), without(want, got))
		}
	}
}

// metaRows are rows of k STRING, v BIGINT, t TIMESTAMP.
const metaSchema = "k STRING, v BIGINT, t TIMESTAMP"

// metaDelay is the delay of watermarks: rows are never later than that.
const metaDelay = 30 * time.Second

// metaQuery is a query over the streams a and b and the table dim.
type metaQuery struct {
	text string
	mode weir.OutputMode
}

// metaCase is one random query with its rows.
type metaCase struct {
	t     *testing.T
	r     *rand.Rand
	query metaQuery
	rows  [2][][]any
	how   string // what the last variant did
}

// make makes rows and a query.
func (m *metaCase) make() {
	r := m.r
	for i := range m.rows {
		now := 0.0
		for range r.IntN(120) {
			now += r.Float64() * 6
			at := time.Date(2024, 3, 1, 0, 0, int(now)-r.IntN(25), 0, time.UTC)
			row := []any{"k" + strconv.Itoa(r.IntN(6)), int64(r.IntN(40)), at}
			for c := range 2 { // event times are in every row: others are tested elsewhere
				if r.IntN(15) == 0 {
					row[c] = nil
				}
			}
			m.rows[i] = append(m.rows[i], row)
		}
	}
	m.query = metaQueries[r.IntN(len(metaQueries))](r)
}

// one picks one of several texts.
func one(r *rand.Rand, texts ...string) string { return texts[r.IntN(len(texts))] }

// metaQueries make random queries, a kind each.
var metaQueries = []func(r *rand.Rand) metaQuery{
	func(r *rand.Rand) metaQuery {
		return metaQuery{fmt.Sprintf("SELECT k, v * %d + 1 AS w, upper(k) AS u, t FROM a WHERE %s", r.IntN(9),
			one(r, "v % 3 = 1", "v IS NULL OR v > 20", "k IN ('k1', 'k2') AND t > TIMESTAMP '2024-03-01 00:01:00'")), weir.Append}
	},
	func(r *rand.Rand) metaQuery {
		return metaQuery{fmt.Sprintf("SELECT k, x FROM (SELECT k, explode(sequence(0, %d)) AS x FROM a WHERE v < 30) WHERE x %% 2 = 1",
			r.IntN(5)), weir.Append}
	},
	func(r *rand.Rand) metaQuery {
		return metaQuery{fmt.Sprintf("SELECT window.start AS s, %s AS g, count(*) AS n, %s AS y FROM a GROUP BY window(t, '%d seconds'%s), %s",
			"k", one(r, "sum(v)", "max(v)", "avg(v)", "count_if(v > 10)", "array_sort(collect_set(v))", "min(struct(v, k))"),
			10, one(r, "", ", '5 seconds'", ", '2 seconds'", ", '10 seconds', '3 seconds'"), "k"), weir.Append}
	},
	func(r *rand.Rand) metaQuery {
		return metaQuery{fmt.Sprintf("SELECT %s AS g, count(*) AS n, sum(v) AS s, max(t) AS m FROM a GROUP BY %s",
			one(r, "k"), "k"), []weir.OutputMode{weir.Update, weir.Complete}[r.IntN(2)]}
	},
	func(r *rand.Rand) metaQuery {
		return metaQuery{"SELECT count(*) AS n, sum(v) AS s, approx_count_distinct(k) AS d FROM a", weir.Complete}
	},
	func(r *rand.Rand) metaQuery {
		return metaQuery{fmt.Sprintf("SELECT a.k, a.v, dim.label FROM a %s JOIN dim ON a.k = dim.k%s", one(r, "", "LEFT", "LEFT SEMI", "LEFT ANTI"),
			one(r, "", " AND a.v > dim.least")), weir.Append}
	},
	func(r *rand.Rand) metaQuery {
		// A full outer join of streams finds null keys equal, as Spark's does.
		return metaQuery{fmt.Sprintf("SELECT a.k, a.v, b.v AS w, a.t, b.t AS u FROM a %s JOIN b ON "+one(r, "coalesce(a.k, '') = coalesce(b.k, '')", "a.k <=> b.k")+" AND b.t BETWEEN a.t - INTERVAL %d SECONDS "+
			"AND a.t + INTERVAL %d SECONDS%s", one(r, "", "LEFT", "RIGHT", "FULL", "LEFT SEMI"), r.IntN(20), r.IntN(20),
			one(r, "", " AND a.v < b.v", " AND a.v > 10", " AND b.v > 10")), weir.Append}
	},
	func(r *rand.Rand) metaQuery {
		return metaQuery{fmt.Sprintf("SELECT session_window.start AS s, session_window.end AS e, k, count(*) AS n, sum(v) AS y FROM a "+
			"GROUP BY session_window(t, '%d seconds'), k", 5+r.IntN(10)), weir.Append}
	},
	func(r *rand.Rand) metaQuery {
		return metaQuery{"SELECT DISTINCT k, v, t FROM a", weir.Append}
	},
	func(r *rand.Rand) metaQuery {
		return metaQuery{fmt.Sprintf("SELECT window.start AS s, max(n) AS m, count(*) AS c FROM (SELECT window(t, '5 seconds') AS w, k, count(*) AS n FROM a "+
			"GROUP BY window(t, '5 seconds'), k) GROUP BY window(w, '%d seconds')", 10+10*r.IntN(2)), weir.Append}
	},
	func(r *rand.Rand) metaQuery {
		return metaQuery{"SELECT k, v, t FROM a UNION ALL SELECT k, v + 100, t FROM b", weir.Append}
	},
}

// fixed removes what a query with SEMI or ANTI cannot select.
func (q metaQuery) sql() string {
	if strings.Contains(q.text, " SEMI ") || strings.Contains(q.text, " ANTI ") {
		return strings.NewReplacer(", dim.label", "", ", b.v AS w", "", ", b.t AS u", "").Replace(q.text)
	}
	return q.text
}

// define makes the query in a session that has the views or tables rawa and rawb.
func (m *metaCase) define(s *weir.Session) *weir.DataFrame {
	for _, name := range []string{"a", "b"} {
		if err := s.Table("raw"+name).WithWatermark("t", metaDelay).CreateOrReplaceTempView(name); err != nil {
			m.t.Fatal(err)
		}
	}
	dim := s.CreateDataFrame([]weir.Row{{"k1", "one", int64(5)}, {"k2", "two", int64(15)}, {"k2", "zwei", int64(1)}, {"k9", "nine", nil}},
		"k STRING, label STRING, least BIGINT")
	if err := dim.CreateOrReplaceTempView("dim"); err != nil {
		m.t.Fatal(err)
	}
	return s.SQL(m.query.sql())
}

// asTable is the result over all rows as a table.
func (m *metaCase) asTable() []string {
	s, err := weir.Open(weir.WithWorkers(1), weir.WithConf("spark.sql.session.timeZone", "UTC"))
	if err != nil {
		m.t.Fatal(err)
	}
	defer s.Close()
	for i, name := range []string{"rawa", "rawb"} {
		var rows []weir.Row
		for _, r := range m.rows[i] {
			rows = append(rows, r)
		}
		if err := s.CreateDataFrame(rows, metaSchema).CreateOrReplaceTempView(name); err != nil {
			m.t.Fatal(err)
		}
	}
	rows, err := weirtest.Collect(m.t.Context(), m.define(s))
	if err != nil {
		m.t.Fatalf("%s\nas a table: %v", m.query.sql(), err)
	}
	return rows
}

// asStream is the result of a random variant.
func (m *metaCase) asStream() []string {
	r := m.r
	streams := []*weirtest.Stream{weirtest.NewStream("rawa", metaSchema), weirtest.NewStream("rawb", metaSchema)}
	job := weirtest.Job{Streams: streams, Define: m.define, Mode: m.query.mode, Workers: 1 + r.IntN(3), Conf: m.conf()}
	if r.IntN(4) == 0 {
		job.Trigger = weir.AvailableNow()
	}
	m.how = fmt.Sprintf("%d workers, ends %v, %v:", job.Workers, job.Trigger.Ends(), job.Conf)
	q := weirtest.Run(m.t, job)
	defer q.End()
	m.step(q, job) // a start without rows
	at := [2]int{}
	for at[0] < len(m.rows[0]) || at[1] < len(m.rows[1]) {
		for i, s := range streams {
			n := min(len(m.rows[i])-at[i], r.IntN(1+[]int{3, 20, 100}[r.IntN(3)]))
			q.Add(s, m.rows[i][at[i]:at[i]+n]...)
			at[i] += n
		}
		m.step(q, job)
	}
	for i, s := range streams { // the end of time, which closes all windows
		if m.query.mode != weir.Append {
			break
		}
		// One small and one large value: a filter below the watermark must let one through.
		for _, v := range []int64{-1, 1_000_000} {
			q.Add(s, []any{"end" + strconv.Itoa(i), v, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)})
		}
	}
	m.step(q, job)
	if job.Trigger.Ends() {
		m.step(q, job) // what the last watermark closes
		q.Restart()
	}
	return m.final(q.Rows())
}

// step lets the query process what was added, through a crash now and then.
func (m *metaCase) step(q *weirtest.Query, job weirtest.Job) {
	if job.Trigger.Ends() {
		q.Restart()
	}
	for m.r.IntN(6) == 0 {
		n := 1 + m.r.IntN(12)
		died := q.CrashAt(n)
		m.how += fmt.Sprintf(" crash at %d: %v;", n, died)
		if !died {
			break
		}
		job.Workers = 1 + m.r.IntN(4)
		if err := q.RestartAs(job); err != nil {
			m.t.Fatalf("%s\n%s restart: %v", m.query.sql(), m.how, err)
		}
	}
	q.UntilIdle()
}

// conf are random settings that must not matter.
func (m *metaCase) conf() map[string]string {
	c := map[string]string{}
	if m.r.IntN(3) == 0 {
		c["spark.sql.streaming.minBatchesToRetain"] = "2"
	}
	switch m.r.IntN(4) {
	case 0: // hardly a row stays in memory
		c["spark.sql.streaming.stateStore.providerClass"] = "lsm"
		c["spark.weir.memory"] = "1KiB"
	case 1: // rows go to disk once there are some
		c["spark.weir.memory"] = "64KiB"
	}
	return c
}

// final takes the rows of the end of time out, and in update mode leaves the newest
// row of each key: the one with the highest count, its second column.
func (m *metaCase) final(rows []string) []string {
	rows = slices.DeleteFunc(rows, func(row string) bool { return strings.Contains(row, "end") || strings.Contains(row, "2030-") })
	if m.query.mode != weir.Update {
		return rows
	}
	best, counts := map[string]string{}, map[string]int{}
	for _, row := range rows {
		cells := strings.Split(row, " | ")
		if n, _ := strconv.Atoi(cells[1]); n > counts[cells[0]] {
			best[cells[0]], counts[cells[0]] = row, n
		}
	}
	var list []string
	for _, row := range best {
		list = append(list, row)
	}
	slices.Sort(list)
	return list
}

// without are the strings of a that b lacks, each as often as it is more.
func without(a, b []string) []string {
	left := map[string]int{}
	for _, s := range b {
		left[s]++
	}
	var list []string
	for _, s := range a {
		if left[s]--; left[s] < 0 {
			list = append(list, s)
		}
	}
	return list
}
