package keyed

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/state/memstore"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// dedupFields are the columns of rows that are freed of duplicates.
var dedupFields = []types.Field{{Name: "k", Type: text, Nullable: true}, {Name: "n", Type: long, Nullable: true},
	{Name: "ts", Type: stamp, Nullable: true}, {Name: "id", Type: long}}

// dedupRun is a run of a deduplication, or of a limit, on a checkpoint.
type dedupRun struct {
	t      *testing.T
	dedup  *Dedup // nil: a limit
	limit  int64
	keys   int // leading columns by which rows are spread
	log    *checkpoint.Checkpoint
	state  *memstore.State
	inputs []*given
	parts  []Operator
	batch  int64
}

func startDedup(t *testing.T, fs vfs.FS, d *Dedup, limit int64, keys, partitions int) *dedupRun {
	t.Helper()
	r := &dedupRun{t: t, dedup: d, limit: limit, keys: keys}
	log, found, err := checkpoint.Open(fs, "ck", checkpoint.Options{MirrorDelay: -1, Retain: 3})
	if err != nil {
		t.Fatal(err)
	}
	spec := LimitSpec()
	if d != nil {
		spec = d.Spec()
	}
	r.log, r.batch = log, found.Committed()+1
	r.state = memstore.New(memstore.Config{FS: fs, Dir: log.StateDir(0), Journal: log, Epoch: log.Epoch(), Spec: spec,
		SnapshotEvery: 2, SnapshotBytes: 1, Retain: 3})
	for i := range partitions {
		in := &given{keys: keys, partitions: partitions}
		r.inputs = append(r.inputs, in)
		if d == nil {
			passed := &Passed{}
			r.parts = append(r.parts, NewLimit(in, limit, r.state.Partition(i, partitions, passed), passed))
			continue
		}
		seen := d.Values()
		r.parts = append(r.parts, NewDeduplicate(0, in, d, r.state.Partition(i, partitions, seen), seen))
	}
	if r.batch == 0 {
		r.state.Begin()
	} else {
		m, err := memstore.Manifest(0, found.Notes)
		if err == nil {
			err = r.state.Load(state.Version(r.batch), m, found.Deltas)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, pending := found.Pending(); !pending {
		r.plan()
	}
	return r
}

func (r *dedupRun) plan() {
	if err := r.log.Plan(checkpoint.Plan{Batch: r.batch, Ends: []json.RawMessage{json.RawMessage("0")}}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *dedupRun) stop() {
	if err := r.state.Close(); err != nil {
		r.t.Fatal(err)
	}
	if err := r.log.Close(); err != nil {
		r.t.Fatal(err)
	}
}

func (r *dedupRun) commit() {
	v := state.Version(r.batch + 1)
	if err := r.state.Save(v); err != nil {
		r.t.Fatal(err)
	}
	if err := r.log.Commit(checkpoint.Commit{Batch: r.batch}); err != nil {
		r.t.Fatal(err)
	}
	r.state.Committed(v)
	r.batch++
	r.plan()
}

// run gives the ids that pass, sorted, and the counts.
func (r *dedupRun) run(rows [][]any, bounds exec.Bounds) (ids []int64, counts Counts) {
	for i, p := range r.parts {
		if r.inputs[i].rows = nil; len(rows) > 0 {
			r.inputs[i].rows = columns(dedupFields, rows)
		}
		if err := p.Open(&exec.Task{Number: i, Batch: &exec.Run{ID: r.batch, ByOperator: []exec.Bounds{bounds}}}); err != nil {
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
			for i := range b.Len() {
				ids = append(ids, batch.Values[int64](b.Columns[3])[b.Row(i)])
			}
		}
		c := p.Counts()
		counts.Total, counts.Updated = counts.Total+c.Total, counts.Updated+c.Updated
		counts.Removed, counts.Dropped = counts.Removed+c.Removed, counts.Dropped+c.Dropped
	}
	slices.Sort(ids)
	return ids, counts
}

// dedupModel is the oracle: key to the time at which it leaves.
type dedupModel struct {
	keys   []int
	within int64 // -1: keys leave by their event time, if they have one
	left   map[string]int64
}

const never = int64(1) << 62

func (m *dedupModel) run(rows [][]any, bounds exec.Bounds) (ids []int64, c Counts) {
	for _, row := range rows {
		ts, timed := int64(0), row[2] != nil
		if timed {
			ts = batch.Values[int64](columns(dedupFields[2:3], [][]any{row[2:3]}).Columns[0])[0]
		}
		if timed && ts <= bounds.LateBefore {
			c.Dropped++
			continue
		}
		key := ""
		for _, k := range m.keys {
			key += fmt.Sprintf("%v|", row[k])
		}
		if _, seen := m.left[key]; seen {
			continue
		}
		switch {
		case m.within >= 0:
			m.left[key] = ts + m.within
		case slices.Contains(m.keys, 2) && timed:
			m.left[key] = ts
		default:
			m.left[key] = never
		}
		ids, c.Updated = append(ids, row[3].(int64)), c.Updated+1
	}
	for key, at := range m.left {
		if at <= bounds.EvictBefore {
			delete(m.left, key)
			c.Removed++
		}
	}
	c.Total = int64(len(m.left))
	slices.Sort(ids)
	return ids, c
}

// TestDeduplicateEqualsOracle runs random batches with restarts, rollbacks and
// other numbers of partitions.
func TestDeduplicateEqualsOracle(t *testing.T) {
	var refs []*expr.Ref
	for i, f := range dedupFields {
		r := &expr.Ref{Name: f.Name, ID: expr.NewID(), Typ: f.Type, Null: f.Nullable, Watermark: -1}
		if i == 2 {
			r.Watermark = 20e6
		}
		refs = append(refs, r)
	}
	for name, tt := range map[string]struct {
		keys   []int
		within int64
	}{"key": {[]int{0}, -1}, "two keys": {[]int{0, 1}, -1}, "with the event time": {[]int{0, 1, 2}, -1}, "within": {[]int{0}, 20e6},
		"within, two keys": {[]int{0, 1}, 20e6}} {
		t.Run(name, func(t *testing.T) {
			for s := range *seeds {
				keys := refs[:len(tt.keys)]
				d, err := NewDedup(refs, keys)
				if tt.within >= 0 {
					d, err = NewDedupWithin(refs, keys, tt.within)
				}
				if err != nil {
					t.Fatal(err)
				}
				dedupHistory(t, d, &dedupModel{keys: tt.keys, within: tt.within, left: map[string]int64{}}, *seed+uint64(s))
			}
		})
	}
}

func dedupHistory(t *testing.T, d *Dedup, m *dedupModel, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 11))
	fs := &vfs.Memory{}
	open := func() *dedupRun { return startDedup(t, fs, d, 0, len(m.keys), 1+r.IntN(4)) }
	run := open()
	clock, id, bounds := 100, int64(0), exec.Bounds{}
	for range 30 {
		var rows [][]any
		for range r.IntN(40) {
			row := []any{[]string{"", "a", "b", "a longer text than sixteen"}[r.IntN(4)], int64(r.IntN(8)), at(clock - r.IntN(60)), id}
			if k := r.IntN(30); k < 3 {
				row[k] = nil
			}
			rows, id = append(rows, row), id+1
		}
		clock += r.IntN(20)
		before := &dedupModel{keys: m.keys, within: m.within, left: map[string]int64{}}
		for k, v := range m.left {
			before.left[k] = v
		}
		want, counts := m.run(rows, bounds)
		got, gotCounts := run.run(rows, bounds)
		gotCounts.Updates, gotCounts.Removals = 0, 0
		if !slices.Equal(got, want) || gotCounts != counts {
			t.Fatalf("-seed=%d -seeds=1: batch %d: %v\n%v\nwant %v\n%v", seed, run.batch, gotCounts, got, counts, want)
		}
		switch r.IntN(8) {
		case 0: // the batch fails after it ran
			if err := run.state.Rollback(state.Version(run.batch)); err != nil {
				t.Fatal(err)
			}
			m = before
			continue
		case 1: // the process dies before the commit
			run.stop()
			run, m = open(), before
			continue
		}
		run.commit()
		if r.IntN(6) == 0 {
			run.stop()
			run = open()
		}
		bounds = exec.Bounds{LateBefore: bounds.EvictBefore, EvictBefore: max(bounds.EvictBefore, int64(clock-30)*1e6)}
	}
	run.stop()
}

// TestLimitCountsOverBatches goes through restarts, and reads its input to the end.
func TestLimitCountsOverBatches(t *testing.T) {
	fs := &vfs.Memory{}
	passed := int64(0)
	for n := range 6 {
		run := startDedup(t, fs, nil, 5, 0, 1)
		rows := [][]any{{"a", int64(1), at(1), int64(2 * n)}, {"a", int64(1), at(1), int64(2*n + 1)}}
		if n == 1 {
			rows = nil
		}
		want := min(5-passed, int64(len(rows)))
		ids, counts := run.run(rows, exec.NoBounds())
		passed += want
		if int64(len(ids)) != want || counts.Total != 1 || counts.Updated != min(want, 1) {
			t.Errorf("batch %d: %v, %v", n, ids, counts)
		}
		if run.inputs[0].rows != nil {
			t.Errorf("batch %d: the input was not read to its end", n)
		}
		run.commit()
		run.stop()
	}
}
