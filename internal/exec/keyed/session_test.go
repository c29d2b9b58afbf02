package keyed

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/state/memstore"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// Random rows through random restarts, failed batches and changes of the number
// of partitions give in each batch the sessions and the counts that a list of
// sessions gives.
func TestSessionsEqualOracle(t *testing.T) {
	for _, mode := range []connector.OutputMode{connector.Append, connector.Complete} {
		for name, keys := range map[string][]types.Type{"text": {text}, "long": {long}, "text and long": {text, long}} {
			t.Run(fmt.Sprint(name, " ", mode), func(t *testing.T) {
				for s := range *seeds {
					q := &sessionQuery{query: newQuery(t, mode, -1, keys...)}
					q.history(rand.New(rand.NewPCG(*seed+uint64(s), 9)))
					if t.Failed() {
						t.Fatalf("seed %d: -seed=%d -seeds=1 runs it again", *seed+uint64(s), *seed+uint64(s))
					}
				}
			})
		}
	}
}

// sessionQuery is the query over sessions instead of groups.
type sessionQuery struct{ *query }

func (q *sessionQuery) sessions() *SessionGrouping {
	keys := []*expr.Ref{{Name: "session_window", Typ: window, Watermark: 0, Window: expr.SessionWindow}}
	for _, k := range q.keys {
		keys = append(keys, &expr.Ref{Name: k.Name, Typ: k.Type, Null: true, Watermark: -1})
	}
	g, err := NewSessionGrouping(keys, 0, q.calls, q.mode, &expr.Env{ANSI: true})
	if err != nil {
		q.t.Fatal(err)
	}
	return g
}

// sessionRun is a run of the query on a checkpoint.
type sessionRun struct {
	*running
	ops []*SessionAggregate
}

func (q *sessionQuery) start(fs vfs.FS, partitions int) *sessionRun {
	fail := func(err error) {
		if err != nil {
			q.t.Fatal(err)
		}
	}
	log, found, err := checkpoint.Open(fs, "ck", checkpoint.Options{MirrorDelay: -1, Retain: 3})
	fail(err)
	r := &sessionRun{running: &running{query: q.query, fs: fs, log: log, batch: found.Committed() + 1}}
	g := q.sessions()
	r.state = memstore.New(memstore.Config{FS: fs, Dir: log.StateDir(0), Journal: log, Epoch: log.Epoch(), Spec: g.Spec(),
		SnapshotEvery: 2, SnapshotBytes: 1, Retain: 3})
	for i := range partitions {
		values, err := g.Values()
		fail(err)
		in := &given{keys: len(q.keys), partitions: partitions}
		r.inputs = append(r.inputs, in)
		r.ops = append(r.ops, NewSessionAggregate(0, in, g, r.state.Partition(i, partitions, values), values))
	}
	if r.batch == 0 {
		r.state.Begin()
	} else {
		m, err := memstore.Manifest(0, found.Notes)
		fail(err)
		fail(r.state.Load(state.Version(r.batch), m, found.Deltas))
	}
	if _, pending := found.Pending(); !pending {
		fail(log.Plan(checkpoint.Plan{Batch: r.batch, Ends: []json.RawMessage{json.RawMessage("0")}}))
	}
	return r
}

// partial makes partial sessions of rows: keys, start, end, v, s; one of each.
func (q *sessionQuery) partial(rows [][]any) *batch.Batch {
	fields := append(slices.Clone(q.keys), types.Field{Name: "start", Type: long}, types.Field{Name: "end", Type: long})
	spans := columns(append(fields, types.Field{Name: "v", Type: long, Nullable: true}, types.Field{Name: "s", Type: text, Nullable: true}), rows)
	var short [][]any
	for _, row := range rows {
		short = append(short, slices.Delete(slices.Clone(row), len(q.keys), len(q.keys)+2))
	}
	b := q.query.partial(short)
	b.Columns = slices.Insert(b.Columns, len(q.keys), spans.Columns[len(q.keys):len(q.keys)+2]...)
	return b
}

// run runs the rows of a batch, handed over in two batches.
func (q *sessionQuery) run(r *sessionRun, rows [][]any, late, evict int64) ([]string, Counts) {
	var out []string
	var counts Counts
	for i, op := range r.ops {
		r.inputs[i].rows = nil
		if len(rows) > 0 {
			r.inputs[i].rows = q.partial(rows)
		}
		run := &exec.Run{ID: r.batch, ByOperator: []exec.Bounds{{LateBefore: late, EvictBefore: evict}}}
		out = append(out, pull(q.t, op, &exec.Task{Number: i, Batch: run})...)
		c := op.Counts()
		counts.Total += c.Total
		counts.Updated += c.Updated
		counts.Removed += c.Removed
		counts.Dropped += c.Dropped
	}
	sort.Strings(out)
	return out, counts
}

// pull gives the rows of an operator as text.
func pull(t testing.TB, op exec.Operator, task *exec.Task) (out []string) {
	t.Helper()
	if err := op.Open(task); err != nil {
		t.Fatal(err)
	}
	for {
		b, err := op.Next(context.Background())
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Len() {
			var row []any
			for _, c := range b.Columns {
				row = append(row, expr.ValueAt(c, b.Row(i)))
			}
			out = append(out, fmt.Sprint(row...))
		}
	}
}

// history runs random batches.
func (q *sessionQuery) history(r *rand.Rand) {
	fs := &vfs.Memory{}
	run := q.start(fs, 1+r.IntN(4))
	m := &sessionModel{keys: len(q.keys), mode: q.mode, sessions: map[string][]oracleSession{}}
	clock, late, evict := 100, int64(0), int64(0)
	for range 30 {
		rows := q.random(r, clock)
		clock += r.IntN(20)
		before := m.clone()
		want, counts := m.run(rows, late, evict)
		got, gotCounts := q.run(run, rows, late, evict)
		gotCounts.Updates, gotCounts.Removals = 0, 0
		if !slices.Equal(got, want) || gotCounts != counts {
			q.t.Errorf("batch %d: %+v\n%s\nwant %+v\n%s", run.batch, gotCounts, strings.Join(got, "\n"), counts, strings.Join(want, "\n"))
			return
		}
		switch r.IntN(8) {
		case 0: // the batch fails after it ran
			if err := run.state.Rollback(state.Version(run.batch)); err != nil {
				q.t.Fatal(err)
			}
			m = before
			continue
		case 1: // the process dies before the commit
			run.stop()
			run = q.start(fs, 1+r.IntN(4))
			m = before
			continue
		}
		if err := run.commit(); err != nil {
			q.t.Fatal(err)
		}
		if r.IntN(6) == 0 {
			run.stop()
			run = q.start(fs, 1+r.IntN(4))
		}
		late, evict = evict, max(evict, int64(clock-40)*1e6)
	}
	run.stop()
}

// random makes rows of about a time, of gaps of up to a dozen seconds.
func (q *sessionQuery) random(r *rand.Rand, clock int) [][]any {
	var rows [][]any
	for range r.IntN(30) {
		var row []any
		for _, k := range q.keys {
			var v any = int64(r.IntN(6))
			if k.Type.Kind == types.String {
				v = []string{"", "a", "b", "a longer text than sixteen", "weir"}[r.IntN(5)]
			}
			if r.IntN(15) == 0 {
				v = nil
			}
			row = append(row, v)
		}
		start := at(clock - r.IntN(70))
		if r.IntN(40) == 0 {
			start = 0
		}
		var v, s any = int64(r.IntN(100)), fmt.Sprint("text ", r.IntN(30))
		if r.IntN(5) == 0 {
			v = nil
		}
		rows = append(rows, append(row, start, start+at(1+r.IntN(12)), v, s))
	}
	return rows
}

// sessionModel is the oracle: for each key a list of sessions.
type sessionModel struct {
	keys     int
	mode     connector.OutputMode
	sessions map[string][]oracleSession
}

type oracleSession struct {
	start, end, count, sum int64
	max                    string // "<nil>": none
	keys                   []any
}

func (m *sessionModel) clone() *sessionModel {
	c := *m
	c.sessions = map[string][]oracleSession{}
	for k, list := range m.sessions {
		c.sessions[k] = slices.Clone(list)
	}
	return &c
}

func (m *sessionModel) run(rows [][]any, late, evict int64) (out []string, c Counts) {
	fresh := map[string][]oracleSession{}
	for _, row := range rows {
		n := m.keys
		s := oracleSession{start: row[n].(int64), end: row[n+1].(int64), max: fmt.Sprint(row[n+3]), keys: row[:n]}
		if v, ok := row[n+2].(int64); ok {
			s.count, s.sum = 1, v
		}
		if s.end <= late {
			c.Dropped++
			continue
		}
		fresh[fmt.Sprint(row[:n]...)] = append(fresh[fmt.Sprint(row[:n]...)], s)
	}
	for key, list := range fresh {
		old := m.sessions[key]
		now := mergeOracle(append(slices.Clone(old), list...))
		for _, o := range old {
			if !slices.ContainsFunc(now, func(s oracleSession) bool { return s.start == o.start }) {
				c.Removed++
			}
		}
		c.Updated += int64(len(now))
		m.sessions[key] = now
	}
	for key, list := range m.sessions {
		var kept []oracleSession
		for _, s := range list {
			expired := s.end <= evict && m.mode == connector.Append
			if expired {
				c.Removed++
			} else {
				kept = append(kept, s)
			}
			if expired || m.mode == connector.Complete {
				var sum any
				if s.count > 0 {
					sum = s.sum
				}
				var most any
				if s.max != "<nil>" {
					most = s.max
				}
				row := append([]any{[]any{s.start, s.end}}, s.keys...)
				out = append(out, fmt.Sprint(append(row, s.count, sum, most)...))
			}
		}
		m.sessions[key] = kept
		c.Total += int64(len(kept))
	}
	sort.Strings(out)
	return out, c
}

// mergeOracle puts together what meets.
func mergeOracle(list []oracleSession) (out []oracleSession) {
	slices.SortStableFunc(list, func(a, b oracleSession) int { return cmp.Compare(a.start, b.start) })
	for _, s := range list {
		if n := len(out) - 1; n >= 0 && s.start <= out[n].end {
			o := &out[n]
			o.end, o.count, o.sum = max(o.end, s.end), o.count+s.count, o.sum+s.sum
			if s.max != "<nil>" && (o.max == "<nil>" || s.max > o.max) {
				o.max = s.max
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// Sessions over a table come from all of it, and the table may be read again.
func TestStaticSessions(t *testing.T) {
	q := &sessionQuery{query: newQuery(t, connector.Append, -1)}
	in := &given{partitions: 1}
	op, err := NewStaticSessions(in, q.sessions())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		in.rows = q.partial([][]any{{at(10), at(15), int64(1), "a"}, {at(0), at(5), int64(2), "b"}, {at(5), at(9), int64(3), nil}})
		got := pull(t, op, &exec.Task{Batch: &exec.Run{}})
		sort.Strings(got)
		want := "[[0 9000000] 2 5b [10000000 15000000] 1 1a]"
		if fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s", got, want)
		}
	}
}
