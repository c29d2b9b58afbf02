package keyed

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/logic"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/state/memstore"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// joinRow is a row of either side: key, time in seconds, number. A negative time
// is null, and so is the key "".
type joinRow struct {
	key  string
	time int
	n    int64
}

func (r joinRow) values() []any {
	row := []any{nil, nil, r.n}
	if r.key != "" {
		row[0] = r.key
	}
	if r.time >= 0 {
		row[1] = at(r.time)
	}
	return row
}

// text is the row as it comes out, with nulls for none.
func (r *joinRow) text() string {
	if r == nil {
		return fmt.Sprint(nil, nil, nil)
	}
	return fmt.Sprint(r.values()...)
}

// joinQuery is a join of two streams of joinRows.
type joinQuery struct {
	t       testing.TB
	outer   [2]bool
	semi    bool
	timeKey bool     // the time is a key too, by which rows expire
	bounds  [2]int   // in seconds: a row expires at this much behind the watermark
	bounded [2]bool  // by its time, if it is no key
	less    bool     // left.n < right.n
	paged   bool     // the rows lie in pages, which the join may take over
	only    [2]int64 // n must be at least this
}

var joinFields = []types.Field{{Name: "k", Type: text, Nullable: true}, {Name: "ts", Type: stamp, Nullable: true}, {Name: "n", Type: long}}

func joinRefs() []*expr.Ref {
	var refs []*expr.Ref
	for _, f := range joinFields {
		refs = append(refs, &expr.Ref{Name: f.Name, ID: expr.NewID(), Typ: f.Type, Null: f.Nullable, Watermark: -1})
	}
	return refs
}

// compare is a comparison of two expressions.
func (q *joinQuery) compare(op string, a, b expr.Expr) expr.Expr {
	for _, f := range logic.Functions {
		if f.Name == op {
			r, err := f.Resolve(&expr.Resolver{ANSI: true}, []expr.Expr{a, b})
			if err != nil {
				q.t.Fatal(err)
			}
			return &expr.Call{Fn: f, Args: r.Args, Typ: r.Type, Null: r.Nullable}
		}
	}
	q.t.Fatalf("no function %s", op)
	return nil
}

func (q *joinQuery) predicate(refs []*expr.Ref, e expr.Expr) *expr.Predicate {
	p, err := (&expr.Compiler{Input: refs, Env: &expr.Env{ANSI: true}}).CompilePredicate(e)
	if err != nil {
		q.t.Fatal(err)
	}
	return p
}

func (q *joinQuery) spec() JoinSpec {
	refs := [2][]*expr.Ref{joinRefs(), joinRefs()}
	s := JoinSpec{Semi: q.semi, KeyTypes: []types.Type{text}, Strict: []int{0}}
	if q.timeKey {
		s.KeyTypes, s.Strict = append(s.KeyTypes, stamp), append(s.Strict, 1)
	}
	for i := range s.Sides {
		c := &expr.Compiler{Input: refs[i], Env: &expr.Env{ANSI: true}}
		side := SideSpec{Types: []types.Type{text, stamp, long}, Outer: q.outer[i], Late: 1}
		for k := range s.KeyTypes {
			e, err := c.Compile(refs[i][k])
			if err != nil {
				q.t.Fatal(err)
			}
			side.Keys = append(side.Keys, e)
		}
		if q.timeKey {
			side.Expires = Expiry{By: ByKey, Column: 1}
		} else if q.bounded[i] {
			side.Expires = Expiry{By: ByColumn, Column: 1, Offset: -at(q.bounds[i])}
		}
		if q.only[i] > 0 {
			side.Only = q.predicate(refs[i], q.compare(">=", refs[i][2], &expr.Literal{Value: q.only[i], Typ: long}))
		}
		s.Sides[i] = side
	}
	if q.less {
		s.Residual, s.Reads = q.predicate(slices.Concat(refs[0], refs[1]), q.compare("<", refs[0][2], refs[1][2])), []int{2, 5}
	}
	return s
}

// joinRun is a run of a join on a checkpoint.
type joinRun struct {
	*joinQuery
	log    *checkpoint.Checkpoint
	state  [2]*memstore.State
	inputs [][2]*given
	parts  []*Join
	batch  int64 // the next one
}

func (q *joinQuery) start(fs vfs.FS, partitions int) *joinRun {
	q.t.Helper()
	r := &joinRun{joinQuery: q}
	log, found, err := checkpoint.Open(fs, "ck", checkpoint.Options{MirrorDelay: -1, Retain: 3})
	if err != nil {
		q.t.Fatal(err)
	}
	r.log, r.batch = log, found.Committed()+1
	keys := joinFields[:len(q.spec().KeyTypes)]
	for i := range r.state {
		r.state[i] = memstore.New(memstore.Config{FS: fs, Dir: log.StateDir(i), Journal: log, Epoch: log.Epoch(), Operator: i,
			Spec: JoinState(keys, joinFields, q.outer[i]), SnapshotEvery: 2, SnapshotBytes: 1, Retain: 3})
	}
	for p := range partitions {
		in := [2]*given{{keys: len(keys), partitions: partitions}, {keys: len(keys), partitions: partitions}}
		ops := [2]exec.Operator{in[0], in[1]}
		if q.paged {
			ops = [2]exec.Operator{&paged{given: in[0]}, &paged{given: in[1]}}
		}
		j, err := NewJoin(0, ops[0], ops[1], q.spec(), func(side int, v Values) (Table, error) {
			return r.state[side].Partition(p, partitions, v), nil
		})
		if err != nil {
			q.t.Fatal(err)
		}
		for _, s := range j.sides {
			s.rows.least, s.rows.holes = 1, 1
		}
		r.inputs, r.parts = append(r.inputs, in), append(r.parts, j)
	}
	for i, s := range r.state {
		if r.batch == 0 {
			s.Begin()
			continue
		}
		m, err := memstore.Manifest(i, found.Notes)
		if err == nil {
			err = s.Load(state.Version(r.batch), m, found.Deltas)
		}
		if err != nil {
			q.t.Fatal(err)
		}
	}
	if _, pending := found.Pending(); !pending {
		r.plan()
	}
	return r
}

// paged gives its rows in pages, as an exchange does, and keeps to the rule that they
// are the taker's.
type paged struct {
	*given
	pages []*batch.Page
}

func (p *paged) Next(ctx context.Context) (*batch.Batch, error) {
	p.pages = nil
	b, err := p.given.Next(ctx)
	if err != nil {
		return nil, err
	}
	out := &batch.Batch{Rows: b.Len()}
	for _, c := range b.Columns {
		page := batch.NewPage(c.Type, 0, 0)
		page.Append(c, b.Sel)
		view := batch.NewColumn(c.Type, 0)
		view.TakePages([]*batch.Page{page}, batch.Identity(out.Rows))
		p.pages, out.Columns = append(p.pages, page), append(out.Columns, view)
	}
	return out, nil
}

func (p *paged) TakePages(spare []*batch.Page) []*batch.Page {
	for _, s := range spare {
		if s.Bytes() != 0 || s.Column() != nil && s.Column().Len() != 0 {
			panic("a spare page is not empty")
		}
	}
	pages := p.pages
	p.pages = nil
	return pages
}

func (r *joinRun) plan() {
	if err := r.log.Plan(checkpoint.Plan{Batch: r.batch, Ends: []json.RawMessage{json.RawMessage("0")}}); err != nil {
		r.t.Fatal(err)
	}
}

// stop ends the run as a process does that is killed.
func (r *joinRun) stop() {
	for _, s := range r.state {
		if err := s.Close(); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := r.log.Close(); err != nil {
		r.t.Fatal(err)
	}
}

// run runs a batch without committing, with watermarks in seconds.
func (r *joinRun) run(rows [2][]joinRow, late, evict int) ([]string, Counts) {
	r.t.Helper()
	var out []string
	var counts Counts
	for i, p := range r.parts {
		for side, in := range r.inputs[i] {
			in.rows = nil
			if len(rows[side]) > 0 {
				var list [][]any
				for _, row := range rows[side] {
					list = append(list, row.values())
				}
				in.rows = columns(joinFields, list)
			}
		}
		task := &exec.Task{Number: i, Batch: &exec.Run{ID: r.batch, ByOperator: []exec.Bounds{{LateBefore: at(late), EvictBefore: at(evict)}}}}
		if err := p.Open(task); err != nil {
			r.t.Fatal(err)
		}
		for {
			b, err := p.Next(context.Background())
			if err == io.EOF {
				break
			}
			if err != nil {
				r.t.Fatal(err)
			}
			for k := range b.Len() {
				var row []any
				for _, c := range b.Columns {
					row = append(row, expr.ValueAt(c, b.Row(k)))
				}
				line := fmt.Sprint(row[:3]...)
				if len(row) > 3 {
					line += " | " + fmt.Sprint(row[3:]...)
				}
				out = append(out, line)
			}
		}
		c := p.Counts()
		counts.Total += c.Total
		counts.Updated += c.Updated
		counts.Removed += c.Removed
		counts.Dropped += c.Dropped
	}
	sort.Strings(out)
	return out, counts
}

// commit commits the batch that ran and plans the next.
func (r *joinRun) commit() {
	v := state.Version(r.batch + 1)
	for _, s := range r.state {
		if err := s.Save(v); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := r.log.Commit(checkpoint.Commit{Batch: r.batch}); err != nil {
		r.t.Fatal(err)
	}
	for _, s := range r.state {
		s.Committed(v)
	}
	r.batch++
	r.plan()
}

func (r *joinRun) rollback() {
	for _, s := range r.state {
		if err := s.Rollback(state.Version(r.batch)); err != nil {
			r.t.Fatal(err)
		}
	}
}

// joinModel is the oracle: lists of rows, walked whole.
type joinModel struct {
	*joinQuery
	kept [2][]keptRow
}

type keptRow struct {
	joinRow
	matched bool
}

func (m *joinModel) clone() *joinModel {
	return &joinModel{m.joinQuery, [2][]keptRow{slices.Clone(m.kept[0]), slices.Clone(m.kept[1])}}
}

func (m *joinModel) pair(l, r joinRow) bool {
	return l.key != "" && l.key == r.key && (!m.timeKey || l.time >= 0 && l.time == r.time) && (!m.less || l.n < r.n)
}

func (m *joinModel) expired(side int, r joinRow, evict int) bool {
	switch {
	case r.time < 0:
		return false
	case m.timeKey:
		return r.time <= evict
	}
	return m.bounded[side] && r.time <= evict-m.bounds[side]
}

func (m *joinModel) run(rows [2][]joinRow, late, evict int) (out []string, c Counts) {
	give := func(l, r *joinRow) {
		line := l.text()
		if !m.semi {
			line += " | " + r.text()
		}
		out = append(out, line)
	}
	order := []int{0, 1}
	if m.semi {
		order = []int{1, 0}
	}
	for turn, side := range order {
		for _, row := range rows[side] {
			if row.time >= 0 && row.time <= late {
				c.Dropped++
				continue
			}
			var l, r *joinRow
			if row.n < m.only[side] {
				if side == 0 {
					l = &row
				} else {
					r = &row
				}
				if m.outer[side] {
					give(l, r)
				}
				continue
			}
			matched := m.meet(side, row, give, &c)
			switch {
			case m.semi && side == 0 && matched:
			case turn == 1 && m.expired(side, row, evict) && !(m.outer[side] && !matched):
			default:
				m.kept[side] = append(m.kept[side], keptRow{row, matched})
				c.Updated++
			}
		}
	}
	for side := range m.kept {
		m.kept[side] = slices.DeleteFunc(m.kept[side], func(k keptRow) bool {
			if !m.expired(side, k.joinRow, evict) {
				return false
			}
			c.Removed++
			if m.outer[side] && !k.matched {
				if side == 0 {
					give(&k.joinRow, nil)
				} else {
					give(nil, &k.joinRow)
				}
			}
			return true
		})
		c.Total += int64(len(m.kept[side]))
	}
	sort.Strings(out)
	return out, c
}

// meet gives the pairs of a row with the rows kept of the other side.
func (m *joinModel) meet(side int, row joinRow, give func(l, r *joinRow), c *Counts) (matched bool) {
	others := m.kept[1-side]
	for i := range others {
		k := &others[i]
		l, r := row, k.joinRow
		if side == 1 {
			l, r = r, l
		}
		if !m.pair(l, r) {
			continue
		}
		if !m.semi || side == 1 || !matched {
			give(&l, &r)
		}
		k.matched, matched = true, true
	}
	if m.semi && side == 1 {
		m.kept[0] = slices.DeleteFunc(m.kept[0], func(k keptRow) bool {
			if k.matched {
				c.Removed++
			}
			return k.matched
		})
	}
	return matched
}

// randomJoinRows are rows of about a time.
func randomJoinRows(r *rand.Rand, clock int) []joinRow {
	var rows []joinRow
	for range r.IntN(30) {
		row := joinRow{[]string{"a", "b", "c", "a key of more than sixteen bytes", ""}[r.IntN(5)], max(0, clock-r.IntN(50)), int64(r.IntN(60))}
		if r.IntN(12) == 0 {
			row.time = -1
		}
		rows = append(rows, row)
	}
	return rows
}
