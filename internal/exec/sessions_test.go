package exec

import (
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// Rows that meet are one session; late rows pass by key, start and end.
func TestPartialSessions(t *testing.T) {
	s := newTable(t, types.Of(types.Timestamp), types.Of(types.String), types.Of(types.Long))
	sec := int64(1e6)
	first := s.batch([]any{20 * sec, "x", int64(1)}, []any{21 * sec, "y", int64(2)}, []any{25 * sec, "x", int64(4)},
		[]any{5 * sec, "x", int64(8)}, []any{5 * sec, "x", int64(16)}, []any{99 * sec, "x", int64(64)})
	first.Sel = []int32{0, 1, 2, 3, 4}
	second := s.batch([]any{40 * sec, "x", int64(32)}, []any{16 * sec, "x", int64(128)}, []any{6 * sec, "x", int64(256)})
	in := &given{batches: []*batch.Batch{first, second}}
	w := &expr.Alias{Child: s.call("session_window", s.refs[0], "5 seconds"), Names: []string{"session_window"}, ID: expr.NewID()}
	project := NewProject(in, s.compile(w, s.refs[1], s.refs[2]))
	above := &table{TB: t, refs: []*expr.Ref{w.Ref(), s.refs[1], s.refs[2]}, registry: s.registry, env: s.env}
	calls := []expr.Expr{above.call("sum", above.refs[2])}
	for _, test := range []struct {
		late int64
		want []string
	}{
		{10 * sec, []string{"x | 16000000 | 30000000 | 133", "y | 21000000 | 26000000 | 2", "x | 5000000 | 10000000 | 24",
			"x | 40000000 | 45000000 | 32", "x | 6000000 | 11000000 | 256"}},
		{11 * sec, []string{"x | 16000000 | 30000000 | 133", "y | 21000000 | 26000000 | 2", "x | 5000000 | 10000000 | 24",
			"x | 40000000 | 45000000 | 32", "x | 6000000 | 11000000 | 256"}},
		{0, []string{"x | 16000000 | 30000000 | 133", "y | 21000000 | 26000000 | 2", "x | 5000000 | 11000000 | 280",
			"x | 40000000 | 45000000 | 32"}},
	} {
		p, err := NewPartialSessions(project, above.spec([]expr.Expr{above.refs[1]}, calls...), above.compile(above.refs[0])[0], 0)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // operators are opened again
			got, err := tryDrain(p, &Task{Batch: &Run{ByOperator: []Bounds{{LateBefore: test.late}}}})
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("late until %d: %v\n got %s\nwant %s", test.late, err, strings.Join(got, "\n     "), strings.Join(test.want, "\n     "))
			}
		}
	}
}

// BenchmarkPartialSessions measures rows in order of time, of so many keys.
func BenchmarkPartialSessions(b *testing.B) {
	s := newTable(b, types.Of(types.Timestamp), types.Of(types.Long), types.Of(types.Long))
	var batches []*batch.Batch
	for n := range 64 {
		rows := make([][]any, batch.Size)
		for i := range rows {
			at := n*batch.Size + i
			rows[i] = []any{int64(at) * 100, int64(at*7919) % 20000, int64(i)}
		}
		batches = append(batches, s.batch(rows...))
	}
	w := &expr.Alias{Child: s.call("session_window", s.refs[0], "10 seconds"), Names: []string{"session_window"}, ID: expr.NewID()}
	above := &table{TB: b, refs: []*expr.Ref{w.Ref(), s.refs[1], s.refs[2]}, registry: s.registry, env: s.env}
	project := NewProject(&given{batches: batches}, s.compile(w, s.refs[1], s.refs[2]))
	spec := above.spec([]expr.Expr{above.refs[1]}, above.call("count", expr.Int32(1)))
	p, err := NewPartialSessions(project, spec, above.compile(above.refs[0])[0], -1)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Open(&Task{Batch: &Run{}}); err != nil {
			b.Fatal(err)
		}
		for {
			if _, err := p.Next(b.Context()); err != nil {
				break
			}
		}
	}
	b.ReportMetric(float64(b.N)*64*batch.Size/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
