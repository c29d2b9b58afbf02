package exec

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// spec compiles a grouping.
func (s *table) spec(keys []expr.Expr, calls ...expr.Expr) *GroupSpec {
	s.Helper()
	var list []*expr.AggregateCall
	for _, c := range calls {
		list = append(list, c.(*expr.AggregateCall))
	}
	spec, err := NewGroupSpec(s.compiler(), keys, list)
	if err != nil {
		s.Fatal(err)
	}
	return spec
}

func filtered(call, filter expr.Expr) expr.Expr {
	c := *call.(*expr.AggregateCall)
	c.Filter = filter
	return &c
}

func (s *table) partial(op Operator, keys []expr.Expr, calls ...expr.Expr) *PartialAggregate {
	s.Helper()
	p, err := NewPartialAggregate(op, s.spec(keys, calls...))
	if err != nil {
		s.Fatal(err)
	}
	return p
}

func TestPartialAndFinalAggregate(t *testing.T) {
	s := newTable(t, types.Of(types.String), types.Of(types.Long))
	first := s.batch([]any{"x", int64(1)}, []any{"y", int64(2)}, []any{nil, int64(30)}, []any{"x", nil}, []any{"y", int64(5)})
	second := s.batch([]any{"z", int64(7)}, []any{"x", int64(40)}, []any{nil, nil})
	second.Sel = []int32{0, 1}
	in := &given{batches: []*batch.Batch{first, second, s.batch()}}
	a, b := s.refs[0], s.refs[1]
	keys := []expr.Expr{a}
	small := s.call("<", b, int64(10))
	calls := []expr.Expr{s.call("count", expr.Int32(1)), s.call("sum", b), filtered(s.call("count", expr.Int32(1)), small),
		filtered(s.call("max", b), small), s.call("avg", b), s.call("collect_list", b)}

	p := s.partial(in, keys, calls...)
	want := []string{"x | 3 | 41 | 1 | 1 | 41.0 | 2 | [1, 40]", "y | 2 | 7 | 2 | 5 | 7.0 | 2 | [2, 5]",
		"NULL | 1 | 30 | 0 | NULL | 30.0 | 1 | [30]", "z | 1 | 7 | 1 | 7 | 7.0 | 1 | [7]"}
	for range 2 { // operators are opened again
		if got := drain(t, p); !slices.Equal(got, want) {
			t.Errorf("partial groups\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
		}
	}

	final, err := NewFinalAggregate(p, s.spec(keys, calls...))
	if err != nil {
		t.Fatal(err)
	}
	want = []string{"x | 3 | 41 | 1 | 1 | 20.5 | [1, 40]", "y | 2 | 7 | 2 | 5 | 3.5 | [2, 5]",
		"NULL | 1 | 30 | 0 | NULL | 30.0 | [30]", "z | 1 | 7 | 1 | 7 | 7.0 | [7]"}
	if got := drain(t, final); !slices.Equal(got, want) {
		t.Errorf("final groups\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
	whole, err := NewWholeAggregate(in, s.spec(keys, calls...))
	if err != nil {
		t.Fatal(err)
	}
	if got := drain(t, whole); !slices.Equal(got, want) {
		t.Errorf("whole groups\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
	if err := final.Close(); err != nil || !in.closed {
		t.Errorf("Close: %v, the input closed: %v", err, in.closed)
	}
}

func TestAggregateWithoutKeys(t *testing.T) {
	s := newTable(t, types.Of(types.Long))
	calls := []expr.Expr{s.call("count", expr.Int32(1)), s.call("sum", s.refs[0])}
	for _, test := range []struct {
		batches []*batch.Batch
		partial []string
		final   string
	}{
		{nil, nil, "0 | NULL"},
		{[]*batch.Batch{s.batch([]any{int64(1)}, []any{int64(5)})}, []string{"2 | 6"}, "2 | 6"},
	} {
		p := s.partial(&given{batches: test.batches}, nil, calls...)
		if got := drain(t, p); !slices.Equal(got, test.partial) {
			t.Errorf("partial: %q, want %q", got, test.partial)
		}
		f, err := NewFinalAggregate(p, s.spec(nil, calls...))
		if err != nil {
			t.Fatal(err)
		}
		if got := drain(t, f); !slices.Equal(got, []string{test.final}) {
			t.Errorf("final: %q, want %q", got, test.final)
		}
	}
}

func TestDistinct(t *testing.T) {
	s := newTable(t, types.Of(types.String), types.Of(types.Long))
	a, b := s.refs[0], s.refs[1]
	in := &given{batches: []*batch.Batch{
		s.batch([]any{"x", int64(1)}, []any{"x", int64(1)}, []any{"y", int64(1)}, []any{"x", nil}, []any{"x", int64(2)}),
		s.batch([]any{"y", int64(1)}, []any{"y", int64(7)}, []any{"y", nil}, []any{"x", int64(2)})}}
	only := func(call expr.Expr) expr.Expr {
		c := *call.(*expr.AggregateCall)
		c.Distinct = true
		return &c
	}
	whole, err := NewWholeAggregate(in, s.spec([]expr.Expr{a}, only(s.call("count", b)), only(s.call("sum", b)), s.call("sum", b),
		only(filtered(s.call("count", b), s.call(">", b, int64(1)))), only(s.call("count", expr.Int32(1)))))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"x | 2 | 3 | 6 | 1 | 1", "y | 2 | 8 | 9 | 1 | 1"}
	for range 2 {
		if got := drain(t, whole); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Rows that a filter drops are not shown to the arguments, which could fail.
func TestFilterGuardsArguments(t *testing.T) {
	s := newTable(t, types.Of(types.Long))
	a := s.refs[0]
	call := filtered(s.call("sum", s.call("div", int64(10), a)), s.call("<>", a, int64(0)))
	in := &given{batches: []*batch.Batch{s.batch([]any{int64(0)}, []any{int64(5)}, []any{nil})}}
	if got := drain(t, s.partial(in, nil, call)); !slices.Equal(got, []string{"2"}) {
		t.Errorf("got %q", got)
	}
}

// Windows are grouped by their start, and come out whole.
func TestWindowsAsKeys(t *testing.T) {
	s := newTable(t, types.Of(types.Timestamp), types.Of(types.String))
	in := &given{batches: []*batch.Batch{s.batch(
		[]any{int64(3e6), "x"}, []any{int64(12e6), "x"}, []any{int64(9e6), "y"}, []any{int64(4e6), "x"})}}
	w := &expr.Alias{Child: s.call("window", s.refs[0], "10 seconds"), Names: []string{"window"}, ID: expr.NewID()}
	project := NewProject(in, s.compile(w, s.refs[1]))
	above := &table{TB: t, refs: []*expr.Ref{w.Ref(), s.refs[1]}, registry: s.registry, env: s.env}
	if above.refs[0].Window != 10e6 {
		t.Fatalf("a window of width %d", above.refs[0].Window)
	}
	p := above.partial(project, []expr.Expr{above.refs[0], above.refs[1]}, above.call("count", expr.Int32(1)))
	want := []string{"{1970-01-01 00:00:00, 1970-01-01 00:00:10} | x | 2", "{1970-01-01 00:00:10, 1970-01-01 00:00:20} | x | 1",
		"{1970-01-01 00:00:00, 1970-01-01 00:00:10} | y | 1"}
	if got := drain(t, p); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if ids := p.groups.table.Types(); ids[0].Kind != types.Timestamp {
		t.Errorf("windows are looked up as %v", ids[0])
	}
}

// However many groups there are, their partial groups merge to the right ones.
func TestManyGroups(t *testing.T) {
	r := random(t)
	for _, test := range []struct{ rows, keys int }{{1 << 16, 1 << 14}, {1 << 17, 1 << 30}, {3 << 17, 1 << 18}} {
		if testing.Short() && test.rows > 1<<17 {
			continue
		}
		s := newTable(t, types.Of(types.Long), types.Of(types.Long))
		in := &same{}
		want := make(map[int64]int64)
		for at := 0; at < test.rows; at += batch.Size {
			b := manyRows(r, test.keys)
			for i, k := range batch.Values[int64](b.Columns[0]) {
				want[k] += batch.Values[int64](b.Columns[1])[i]
			}
			in.batches = append(in.batches, b)
		}
		calls := []expr.Expr{s.call("sum", s.refs[1])}
		p := s.partial(in, []expr.Expr{s.refs[0]}, calls...)
		partial := drain(t, p)
		if again := drain(t, p); !slices.Equal(partial, again) {
			t.Errorf("%d rows of %d keys: run again, other partial groups", test.rows, test.keys)
		}
		if test.keys > 1<<20 && !p.single {
			t.Errorf("%d different keys were grouped to the end", test.rows)
		}
		if test.keys < 1<<15 && len(partial) != len(want) {
			t.Errorf("%d partial groups of %d keys", len(partial), len(want))
		}
		f, err := NewFinalAggregate(p, s.spec([]expr.Expr{s.refs[0]}, calls...))
		if err != nil {
			t.Fatal(err)
		}
		final := drain(t, f)
		if len(final) != len(want) {
			t.Errorf("%d groups, want %d", len(final), len(want))
		}
		for _, line := range final {
			var k, v int64
			if _, err := fmt.Sscanf(line, "%d | %d", &k, &v); err != nil || want[k] != v {
				t.Fatalf("%s, want %d (%v)", line, want[k], err)
			}
		}
	}
}

// manyRows is a full batch of random keys and values.
func manyRows(r *rand.Rand, keys int) *batch.Batch {
	k, v := batch.NewColumn(types.Of(types.Long), 0), batch.NewColumn(types.Of(types.Long), 0)
	k.Resize(batch.Size)
	v.Resize(batch.Size)
	for i := range batch.Size {
		batch.Values[int64](k)[i] = r.Int64N(int64(keys)) * 7919
		batch.Values[int64](v)[i] = r.Int64N(1000)
	}
	return &batch.Batch{Columns: []*batch.Column{k, v}, Rows: batch.Size}
}

// A batch that brings no new group allocates nothing.
func TestPartialAggregateAllocatesNothing(t *testing.T) {
	s := newTable(t, types.Of(types.Long), types.Of(types.Long))
	b := manyRows(rand.New(rand.NewPCG(1, 1)), 1000)
	in := &same{}
	for range 20 {
		in.batches = append(in.batches, b)
	}
	a, v := s.refs[0], s.refs[1]
	p := s.partial(in, []expr.Expr{a}, s.call("count", expr.Int32(1)), s.call("sum", v), s.call("min", v), s.call("max", v),
		s.call("avg", v), filtered(s.call("count", expr.Int32(1)), s.call("<", v, int64(500))))
	pull := func() {
		if err := p.Open(&Task{}); err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := p.Next(t.Context()); err != nil {
				return
			}
		}
	}
	pull()
	if n := testing.AllocsPerRun(5, pull); n > 5 {
		t.Errorf("%v allocations for %d batches", n, len(in.batches))
	}
}

func BenchmarkPartialAggregate(b *testing.B) {
	for _, keys := range []int{1000, 1_000_000} {
		for _, many := range []bool{false, true} {
			name := fmt.Sprintf("sum/%d", keys)
			if many {
				name = fmt.Sprintf("ten/%d", keys)
			}
			b.Run(name, func(b *testing.B) {
				s := newTable(b, types.Of(types.Long), types.Of(types.Long))
				r := rand.New(rand.NewPCG(1, 1))
				in := &same{}
				for range 128 {
					in.batches = append(in.batches, manyRows(r, keys))
				}
				a, v := s.refs[0], s.refs[1]
				calls := []expr.Expr{s.call("sum", v)}
				if many {
					star := s.call("count", expr.Int32(1))
					low, high := s.call("<", v, int64(100)), s.call(">=", v, int64(900))
					calls = []expr.Expr{star, filtered(star, low), filtered(star, high), s.call("min", v), s.call("max", v),
						s.call("avg", v), s.call("sum", v), filtered(s.call("count", v), low), filtered(s.call("count", v), high)}
				}
				p := s.partial(in, []expr.Expr{a}, calls...)
				b.ReportAllocs()
				for b.Loop() {
					if err := p.Open(&Task{}); err != nil {
						b.Fatal(err)
					}
					for {
						if _, err := p.Next(b.Context()); err != nil {
							break
						}
					}
				}
				b.ReportMetric(float64(b.N)*128*batch.Size/b.Elapsed().Seconds()/1e6, "Mrows/s")
			})
		}
	}
}
