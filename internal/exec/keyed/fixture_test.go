package keyed

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/aggregate"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/state/memstore"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// call is an aggregate function over arguments of these types.
func call(t testing.TB, name string, args ...types.Type) *expr.AggregateCall {
	t.Helper()
	for _, f := range aggregate.Functions {
		if f.Name != name {
			continue
		}
		var refs []expr.Expr
		for i, a := range args {
			refs = append(refs, &expr.Ref{Name: fmt.Sprint("c", i), Typ: a, Null: true, Watermark: -1})
		}
		res, err := f.Resolve(&expr.Resolver{ANSI: true}, refs)
		if err != nil {
			t.Fatal(err)
		}
		return &expr.AggregateCall{Fn: f, Args: res.Args, Typ: res.Type, Null: res.Nullable}
	}
	t.Fatalf("no function %s", name)
	return nil
}

var (
	long   = types.Of(types.Long)
	text   = types.Of(types.String)
	stamp  = types.Of(types.Timestamp)
	window = types.StructOf(types.Field{Name: "start", Type: stamp, Nullable: true}, types.Field{Name: "end", Type: stamp, Nullable: true})
)

// query is an aggregation count(v), sum(v), max(s) of rows of keys, v and s.
type query struct {
	t     testing.TB
	keys  []types.Field
	time  int // the key that is an event time; -1: none
	mode  connector.OutputMode
	calls []*expr.AggregateCall
}

func newQuery(t testing.TB, mode connector.OutputMode, time int, keys ...types.Type) *query {
	q := &query{t: t, time: time, mode: mode, calls: []*expr.AggregateCall{
		call(t, "count", long), call(t, "sum", long), call(t, "max", text)}}
	for i, k := range keys {
		q.keys = append(q.keys, types.Field{Name: fmt.Sprint("k", i), Type: k, Nullable: true})
	}
	return q
}

func (q *query) grouping() *Grouping {
	var keys []*expr.Ref
	for i, k := range q.keys {
		r := &expr.Ref{Name: k.Name, Typ: k.Type, Null: true, Watermark: -1}
		if i == q.time {
			r.Watermark = 0
		}
		if k.Type.Kind == types.Struct {
			r.Window = 10e6
		}
		keys = append(keys, r)
	}
	g, err := NewGrouping(keys, q.calls, q.mode, &expr.Env{ANSI: true})
	if err != nil {
		q.t.Fatal(err)
	}
	return g
}

func (q *query) accumulators() *Accumulators {
	a, err := q.grouping().Values()
	if err != nil {
		q.t.Fatal(err)
	}
	return a
}

// columns makes a batch of rows of values as [expr.Literal] names them.
func columns(fields []types.Field, rows [][]any) *batch.Batch {
	b := batch.New(types.Schema{Fields: fields})
	b.Rows = len(rows)
	for _, row := range rows {
		for i, c := range b.Columns {
			expr.AppendValue(c, row[i])
		}
	}
	return b
}

// partial makes partial groups of rows: one of each row.
func (q *query) partial(rows [][]any) *batch.Batch {
	q.t.Helper()
	fields := append(slices.Clone(q.keys), types.Field{Name: "v", Type: long, Nullable: true}, types.Field{Name: "s", Type: text, Nullable: true})
	in := columns(fields, rows)
	a := q.accumulators()
	a.Reset(0, len(rows))
	groups := batch.Range(0, len(rows))
	out := &batch.Batch{Columns: slices.Clone(in.Columns[:len(q.keys)]), Rows: len(rows)}
	args := [][]*batch.Column{{in.Columns[len(q.keys)]}, {in.Columns[len(q.keys)]}, {in.Columns[len(q.keys)+1]}}
	for i, acc := range a.accs {
		if err := acc.Update(groups, args[i], nil); err != nil {
			q.t.Fatal(err)
		}
	}
	first := len(out.Columns)
	for _, t := range a.types {
		out.Columns = append(out.Columns, batch.NewColumn(t, 0))
	}
	if err := a.Save(groups, out.Columns[first:]); err != nil {
		q.t.Fatal(err)
	}
	return out
}

// given is an operator that gives one batch of the rows of its task's partition.
type given struct {
	rows       *batch.Batch
	keys       int
	partitions int
	task       int
	hasher     keytable.Hasher
}

func (g *given) Open(t *exec.Task) error { g.task = t.Number; return nil }
func (g *given) Close() error            { return nil }
func (g *given) Next(context.Context) (*batch.Batch, error) {
	b := g.rows
	g.rows = nil
	if b == nil {
		return nil, io.EOF
	}
	var sel []int32
	keys := slices.Clone(b.Columns[:g.keys])
	for i, k := range keys {
		if k.Type.Kind == types.Struct {
			keys[i] = k.Children[0]
		}
	}
	for i, shard := range g.hasher.Shards(keys, b.Rows, nil, nil) {
		if exec.Partition(shard, g.partitions) == g.task || g.keys == 0 {
			sel = append(sel, int32(i))
		}
	}
	if len(sel) == 0 {
		return nil, io.EOF
	}
	return &batch.Batch{Columns: b.Columns, Rows: b.Rows, Sel: sel}, nil
}

// running is a run of a query on a checkpoint.
type running struct {
	*query
	fs     vfs.FS
	log    *checkpoint.Checkpoint
	state  *memstore.State
	inputs []*given
	parts  []*Aggregate
	batch  int64 // the next one
}

// start opens the checkpoint with a number of partitions.
func (q *query) start(fs vfs.FS, partitions int) (*running, error) {
	r := &running{query: q, fs: fs}
	log, found, err := checkpoint.Open(fs, "ck", checkpoint.Options{MirrorDelay: -1, Retain: 3})
	if err != nil {
		return nil, err
	}
	r.log, r.batch = log, found.Committed()+1
	r.state = memstore.New(memstore.Config{FS: fs, Dir: log.StateDir(0), Journal: log, Epoch: log.Epoch(), Spec: q.grouping().Spec(),
		SnapshotEvery: 2, SnapshotBytes: 1, Retain: 3})
	for i := range partitions {
		values := q.accumulators()
		in := &given{keys: len(q.keys), partitions: partitions}
		table := r.state.Partition(i, partitions, values)
		r.inputs = append(r.inputs, in)
		r.parts = append(r.parts, NewAggregate(0, in, q.grouping(), table, values))
	}
	if r.batch == 0 {
		r.state.Begin()
	} else {
		m, err := memstore.Manifest(0, found.Notes)
		if err == nil {
			err = r.state.Load(state.Version(r.batch), m, found.Deltas)
		}
		if err != nil {
			return nil, err
		}
	}
	if _, pending := found.Pending(); !pending {
		err = log.Plan(checkpoint.Plan{Batch: r.batch, Ends: []json.RawMessage{json.RawMessage("0")}})
	}
	return r, err
}

// stop ends the run as a process does that is killed.
func (r *running) stop() {
	if err := r.state.Close(); err != nil {
		r.t.Fatal(err)
	}
	if err := r.log.Close(); err != nil {
		r.t.Fatal(err)
	}
}

// run runs the rows of a batch without committing, and gives the rows that come
// out, sorted, and the counts.
func (r *running) run(rows [][]any, late, evict int64) ([]string, Counts, error) {
	var out []string
	var counts Counts
	for i, p := range r.parts {
		r.inputs[i].rows = nil
		if len(rows) > 0 {
			r.inputs[i].rows = r.partial(rows)
		}
		task := &exec.Task{Number: i, Batch: &exec.Run{ID: r.batch, ByOperator: []exec.Bounds{{LateBefore: late, EvictBefore: evict}}}}
		if err := p.Open(task); err != nil {
			return nil, counts, err
		}
		for {
			b, err := p.Next(context.Background())
			if err == io.EOF {
				break
			}
			if err != nil {
				return nil, counts, err
			}
			for i := range b.Len() {
				var row []any
				for _, c := range b.Columns {
					row = append(row, expr.ValueAt(c, b.Row(i)))
				}
				out = append(out, fmt.Sprint(row...))
			}
		}
		c := p.Counts()
		counts.Total += c.Total
		counts.Updated += c.Updated
		counts.Removed += c.Removed
		counts.Dropped += c.Dropped
	}
	return out, counts, nil
}

// commit commits the batch that ran and plans the next.
func (r *running) commit() error {
	v := state.Version(r.batch + 1)
	if err := r.state.Save(v); err != nil {
		return err
	}
	if err := r.log.Commit(checkpoint.Commit{Batch: r.batch}); err != nil {
		return err
	}
	r.state.Committed(v)
	r.batch++
	return r.log.Plan(checkpoint.Plan{Batch: r.batch, Ends: []json.RawMessage{json.RawMessage("0")}})
}

// model is the oracle: the same aggregation over a map.
type model struct {
	*query
	groups map[string]*group
}

type group struct {
	keys       []any
	count, sum int64
	max        any
	time       int64 // math.MaxInt64: never expires
}

func (m *model) clone() *model {
	c := &model{query: m.query, groups: map[string]*group{}}
	for k, g := range m.groups {
		copied := *g
		c.groups[k] = &copied
	}
	return c
}

func (m *model) timeOf(keys []any) int64 {
	if m.time < 0 {
		return math.MaxInt64
	}
	c := columns(m.keys, [][]any{keys}).Columns[m.time]
	if c.Null(0) {
		return math.MaxInt64
	}
	if c.Type.Kind == types.Struct {
		c = c.Children[1]
	}
	return batch.Values[int64](c)[0]
}

func (m *model) run(rows [][]any, late, evict int64) (out []string, c Counts) {
	touched, dropped := map[string]bool{}, map[string]bool{}
	if len(m.keys) == 0 {
		rows = append(slices.Clone(rows), nil)
	}
	for _, row := range rows {
		keys := row[:len(m.keys)]
		name := fmt.Sprint(keys...)
		time := m.timeOf(keys)
		if time <= late && m.mode != connector.Complete {
			dropped[name] = true
			continue
		}
		g := m.groups[name]
		if g == nil {
			g = &group{keys: keys, time: time}
			m.groups[name] = g
		}
		touched[name] = true
		if row == nil {
			continue
		}
		if v := row[len(m.keys)]; v != nil {
			g.count++
			g.sum += v.(int64)
		}
		if s, ok := row[len(m.keys)+1].(string); ok && (g.max == nil || s > g.max.(string)) {
			g.max = s
		}
	}
	for name, g := range m.groups {
		expired := g.time <= evict && m.mode != connector.Complete
		if m.mode == connector.Complete || m.mode == connector.Update && touched[name] || m.mode == connector.Append && expired {
			var sum any
			if g.count > 0 {
				sum = g.sum
			}
			out = append(out, fmt.Sprint(append(slices.Clone(g.keys), g.count, sum, g.max)...))
		}
		if expired {
			c.Removed++
			delete(m.groups, name)
		}
	}
	c.Updated, c.Dropped, c.Total = int64(len(touched)), int64(len(dropped)), int64(len(m.groups))
	sort.Strings(out)
	return out, c
}
