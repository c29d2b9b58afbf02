package exec

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// joining is a join in a test.
type joining struct {
	build, probe *table
	spec         JoinSpec
}

// newJoining joins two tables of a key and a number each.
func newJoining(t *testing.T, key types.Type, kind JoinKind, buildFirst, residual bool) *joining {
	j := &joining{build: newTable(t, key, types.Of(types.Long)), probe: newTable(t, key, types.Of(types.Long))}
	kinds := []types.Type{key, types.Of(types.Long)}
	j.spec = JoinSpec{Kind: kind, Build: NewBuildTable(kinds), BuildTypes: kinds, KeyTypes: []types.Type{key},
		BuildKeys: j.build.compile(j.build.refs[0]), ProbeKeys: j.probe.compile(j.probe.refs[0]), BuildFirst: buildFirst}
	if residual {
		both := &table{TB: t, refs: append(slices.Clone(j.probe.refs), j.build.refs...), registry: j.probe.registry, env: j.probe.env}
		if buildFirst {
			both.refs = append(slices.Clone(j.build.refs), j.probe.refs...)
		}
		p, err := both.compiler().CompilePredicate(both.call("<", j.probe.refs[1], j.build.refs[1]))
		if err != nil {
			t.Fatal(err)
		}
		j.spec.Residual = p
	}
	return j
}

// fill puts batches into the build table, as those of two tasks.
func (j *joining) fill(t *testing.T, batches []*batch.Batch) {
	j.spec.Build.Begin(2)
	half := len(batches) / 2
	for task, part := range [][]*batch.Batch{batches[:half], batches[half:]} {
		in := &given{batches: part}
		if err := j.spec.Build.Write(t.Context(), task, in); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.spec.Build.Finish(); err != nil {
		t.Fatal(err)
	}
}

// want are the lines of the join by trying every pair.
func (j *joining) want(build, probe [][]any) []string {
	var lines []string
	put := func(p, b []any) {
		if b == nil {
			b = []any{nil, nil}
		}
		row := append(slices.Clone(p), b...)
		if j.spec.BuildFirst {
			row = append(slices.Clone(b), p...)
		}
		if j.spec.Kind == SemiJoin || j.spec.Kind == AntiJoin {
			row = p
		}
		var cells []string
		for _, v := range row {
			if v == nil {
				v = "NULL"
			}
			cells = append(cells, fmt.Sprint(v))
		}
		lines = append(lines, strings.Join(cells, " | "))
	}
	for _, p := range probe {
		matched := false
		for _, b := range build {
			if p[0] == nil || p[0] != b[0] || j.spec.Residual != nil && p[1].(int64) >= b[1].(int64) {
				continue
			}
			if j.spec.Kind == InnerJoin || j.spec.Kind == OuterJoin || j.spec.Kind == SemiJoin && !matched {
				put(p, b)
			}
			matched = true
		}
		if !matched && (j.spec.Kind == OuterJoin || j.spec.Kind == AntiJoin) {
			put(p, nil)
		}
	}
	return lines
}

func TestJoinEqualsNestedLoops(t *testing.T) {
	r := random(t)
	for i := range 160 {
		key := []types.Type{types.Of(types.Int), types.Of(types.String), types.Of(types.Long)}[r.IntN(3)]
		j := newJoining(t, key, JoinKind(i%4), r.IntN(2) == 0, r.IntN(2) == 0)
		buildRows, probeRows := 1+r.IntN(30), 1+r.IntN(300)
		if r.IntN(3) == 0 {
			buildRows = 1 // keys are unique
		}
		built, build := j.build.randomBatches(r, buildRows)
		if r.IntN(8) == 0 {
			built, build = nil, nil
		}
		probed, probe := j.probe.randomBatches(r, probeRows)
		join := NewHashJoin(&given{batches: probed}, j.spec)
		for range 2 {
			j.fill(t, built)
			got, want := drain(t, join), j.want(build, probe)
			if !slices.Equal(got, want) {
				t.Fatalf("kind %d, build first %v, residual %v, key %v\nbuild %v\nprobe %v\n got %q\nwant %q", j.spec.Kind,
					j.spec.BuildFirst, j.spec.Residual != nil, key, build, probe, got, want)
			}
		}
	}
}

// A first batch without a key that is not null joins nothing.
func TestJoinOfNullKeysAlone(t *testing.T) {
	for _, kind := range []JoinKind{InnerJoin, OuterJoin, SemiJoin, AntiJoin} {
		for _, built := range [][][]any{nil, {{int32(1), int64(1)}}} {
			j := newJoining(t, types.Of(types.Int), kind, true, false)
			rows := [][]any{{nil, int64(7)}}
			var batches []*batch.Batch
			if built != nil {
				batches = []*batch.Batch{j.build.batch(built...)}
			}
			j.fill(t, batches)
			join := NewHashJoin(&given{batches: []*batch.Batch{j.probe.batch(rows...)}}, j.spec)
			if got, want := drain(t, join), j.want(built, rows); !slices.Equal(got, want) {
				t.Errorf("kind %d, build %v: got %q, want %q", kind, built, got, want)
			}
		}
	}
}

// A row with more partners than a batch holds is joined piece by piece.
func TestJoinOfManyPartners(t *testing.T) {
	for _, kind := range []JoinKind{InnerJoin, OuterJoin, SemiJoin, AntiJoin} {
		j := newJoining(t, types.Of(types.Int), kind, false, true)
		var rows [][]any
		for i := range 3*batch.Size + 5 {
			rows = append(rows, []any{int32(1), int64(i)})
		}
		j.fill(t, []*batch.Batch{j.build.batch(rows[:9000]...), j.build.batch(rows[9000:]...)})
		probe := [][]any{{int32(1), int64(-1)}, {int32(2), int64(0)}, {int32(1), int64(3 * batch.Size)}, {int32(1), int64(1 << 40)}}
		join := NewHashJoin(&given{batches: []*batch.Batch{j.probe.batch(probe...)}}, j.spec)
		got, want := drain(t, join), j.want(rows, probe)
		if !slices.Equal(got, want) {
			t.Errorf("kind %d: %d rows, want %d", kind, len(got), len(want))
		}
	}
}

// A join without keys tries every pair.
func TestJoinWithoutKeys(t *testing.T) {
	j := newJoining(t, types.Of(types.Int), InnerJoin, false, true)
	j.spec.BuildKeys, j.spec.ProbeKeys, j.spec.KeyTypes = nil, nil, nil
	j.fill(t, []*batch.Batch{j.build.batch([]any{int32(1), int64(5)}, []any{nil, int64(7)})})
	in := &given{batches: []*batch.Batch{j.probe.batch([]any{int32(2), int64(6)}, []any{nil, int64(1)})}}
	want := []string{"2 | 6 | NULL | 7", "NULL | 1 | 1 | 5", "NULL | 1 | NULL | 7"}
	if got := drain(t, NewHashJoin(in, j.spec)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func BenchmarkHashJoin(b *testing.B) {
	s := newTable(b, types.Of(types.Long), types.Of(types.Long))
	build := s.batch()
	for i := range 10_000 {
		expr.AppendValue(build.Columns[0], int64(i*7919))
		expr.AppendValue(build.Columns[1], int64(i))
	}
	build.Rows = 10_000
	kinds := []types.Type{types.Of(types.Long), types.Of(types.Long)}
	spec := JoinSpec{Kind: InnerJoin, Build: NewBuildTable(kinds), BuildTypes: kinds, KeyTypes: kinds[:1],
		BuildKeys: s.compile(s.refs[0]), ProbeKeys: s.compile(s.refs[0])}
	spec.Build.Begin(1)
	if err := spec.Build.Write(b.Context(), 0, &given{batches: []*batch.Batch{build}}); err != nil {
		b.Fatal(err)
	}
	if err := spec.Build.Finish(); err != nil {
		b.Fatal(err)
	}
	probe := s.batch()
	for i := range batch.Size {
		expr.AppendValue(probe.Columns[0], int64(i*31%20_000*7919))
		expr.AppendValue(probe.Columns[1], int64(i))
	}
	probe.Rows = batch.Size
	in := &same{}
	for range 64 {
		in.batches = append(in.batches, probe)
	}
	join := NewHashJoin(in, spec)
	b.ReportAllocs()
	for b.Loop() {
		if err := join.Open(&Task{}); err != nil {
			b.Fatal(err)
		}
		for {
			if _, err := join.Next(b.Context()); err != nil {
				break
			}
		}
	}
	b.ReportMetric(float64(b.N)*64*batch.Size/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
