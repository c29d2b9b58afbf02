package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/invariant"
	"github.com/weirstream/weir/types"
)

// numbersTable is a table of one column of longs; counted are batches of the
// numbers from 0 on.
func numbersTable(t testing.TB) *table { return newTable(t, types.Of(types.Long)) }

func (s *table) counted(sizes ...int) *given {
	in, next := &given{}, int64(0)
	for _, n := range sizes {
		b := s.batch()
		for range n {
			expr.AppendValue(b.Columns[0], next)
			next++
		}
		b.Rows = n
		in.batches = append(in.batches, b)
	}
	return in
}

func texts(numbers ...int) []string {
	var list []string
	for _, n := range numbers {
		list = append(list, fmt.Sprint(n))
	}
	return list
}

func TestFilterAndProject(t *testing.T) {
	s := numbersTable(t)
	in := s.counted(4, 3, 4)
	p, err := s.compiler().CompilePredicate(s.call("and", s.call(">", s.refs[0], int64(2)), s.call("<>", s.refs[0], int64(5))))
	if err != nil {
		t.Fatal(err)
	}
	op := NewProject(NewFilter(in, p), s.compile(s.call("+", s.refs[0], int64(100)), expr.Lit("x")))
	want := []string{"103 | x", "104 | x", "106 | x", "107 | x", "108 | x", "109 | x", "110 | x"}
	for range 2 {
		if got := drain(t, op); !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
	}
	if op.Close(); !in.closed {
		t.Error("the input was not closed")
	}
}

func TestFilterPassesErrorsOn(t *testing.T) {
	s := numbersTable(t)
	p, err := s.compiler().CompilePredicate(s.call("=", s.call("div", int64(1), s.refs[0]), int64(1)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tryDrain(NewFilter(s.counted(3), p), &Task{}); err == nil {
		t.Error("a division by zero was passed over")
	}
}

func TestLimit(t *testing.T) {
	s := numbersTable(t)
	selected := s.counted(6)
	selected.batches[0].Sel = []int32{1, 3, 4, 5}
	for _, test := range []struct {
		in          *given
		skip, count int64
		want        []string
	}{
		{s.counted(3, 3), 0, 4, texts(0, 1, 2, 3)},
		{s.counted(3, 3), 2, 2, texts(2, 3)},
		{s.counted(3, 3), 4, -1, texts(4, 5)},
		{s.counted(3, 3), 9, -1, nil},
		{s.counted(3, 3), 0, 0, nil},
		{s.counted(3, 3), 0, 6, texts(0, 1, 2, 3, 4, 5)},
		{selected, 1, 2, texts(3, 4)},
	} {
		op := NewLimit(test.in, test.skip, test.count)
		for range 2 {
			if got := drain(t, op); !slices.Equal(got, test.want) {
				t.Errorf("%d after %d: %q, want %q", test.count, test.skip, got, test.want)
			}
		}
	}
	in := s.counted(2, 2, 2)
	if drain(t, NewLimit(in, 0, 3)); in.at != 2 {
		t.Errorf("a limit that was reached went on to batch %d", in.at)
	}
}

func TestUnionFollowsTheTask(t *testing.T) {
	s := numbersTable(t)
	left, right := &Feed{First: 0, Tasks: 2}, &Feed{First: 2, Tasks: 1}
	u := NewUnion([]Operator{s.counted(1), s.counted(2)}, [][]*Feed{{left}, {right}})
	for task, want := range [][]string{texts(0), texts(0), texts(0, 1), nil} {
		got, err := tryDrain(u, &Task{Number: task})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("task %d: %q (%v), want %q", task, got, err, want)
		}
	}
}

func (s *table) explode(in Operator, kept []int, outer bool) *Generate {
	s.Helper()
	fn := s.registry.Generator("explode")
	args, made, err := fn.Resolve(&expr.Resolver{}, []expr.Expr{s.refs[0]})
	if err != nil {
		s.Fatal(err)
	}
	gen, err := fn.New(&expr.GeneratorCall{Fn: fn, Args: args, Fields: made}, s.env)
	if err != nil {
		s.Fatal(err)
	}
	return NewGenerate(in, s.compile(s.refs[0]), gen, kept, made, outer)
}

func TestGenerate(t *testing.T) {
	s := newTable(t, types.ArrayOf(types.Of(types.Int)), types.Of(types.String))
	constant := s.batch([]any{nil, "c"}).Columns[1]
	constant.Const = true
	some := s.batch([]any{[]any{int32(1), int32(2)}, "x"}, []any{nil, "y"}, []any{[]any{int32(3)}, "z"})
	full := s.batch([]any{[]any{int32(4)}, "u"}, []any{[]any{int32(5), int32(6)}, "v"})
	full.Columns[1] = constant
	in := &given{batches: []*batch.Batch{some, s.batch([]any{[]any{}, "n"}), full}}
	want := []string{"x | 1", "x | 2", "z | 3", "c | 4", "c | 5", "c | 6"}
	op := s.explode(in, []int{1}, false)
	for range 2 {
		if got := drain(t, op); !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
	}
	want = []string{"x | 1", "x | 2", "y | NULL", "z | 3", "n | NULL", "c | 4", "c | 5", "c | 6"}
	if got := drain(t, s.explode(in, []int{1}, true)); !slices.Equal(got, want) {
		t.Errorf("outer: got %q", got)
	}
}

// A row that makes more rows than a batch holds is given in pieces.
func TestGenerateInPieces(t *testing.T) {
	s := newTable(t, types.ArrayOf(types.Of(types.Int)), types.Of(types.String))
	const rows = 2*batch.Size + 100
	var long []any
	for i := range rows {
		var v any = int32(i)
		if i%1000 == 999 {
			v = nil
		}
		long = append(long, v)
	}
	in := &given{batches: []*batch.Batch{s.batch([]any{long, "x"}), s.batch([]any{[]any{int32(7)}, "y"})}}
	got := drain(t, s.explode(in, []int{1}, false))
	if len(got) != rows+1 || got[999] != "x | NULL" || got[batch.Size] != fmt.Sprintf("x | %d", batch.Size) ||
		got[2*batch.Size+5] != fmt.Sprintf("x | %d", 2*batch.Size+5) || got[rows] != "y | 7" {
		t.Errorf("%d rows: %q …", len(got), got[:3])
	}
}

func TestExchangeKeepsOrderAndBringsKeysTogether(t *testing.T) {
	types := []types.Type{types.Of(types.String), types.Of(types.Long)}
	exchangeKeepsOrder(t, NewExchange(types, 3), func(*ExchangeReader) {})
	x := NewExchange(types, 3)
	x.InPages()
	exchangeKeepsOrder(t, x, func(*ExchangeReader) {})
	var taken []*batch.Column
	var held [][]int64
	exchangeKeepsOrder(t, x, func(r *ExchangeReader) {
		if pages := r.TakePages(nil); pages != nil {
			c := pages[1].Column()
			taken, held = append(taken, c), append(held, slices.Clone(batch.Values[int64](c)))
		}
	})
	for i, c := range taken {
		if !slices.Equal(batch.Values[int64](c), held[i]) {
			t.Error("what was given away was written to")
		}
	}
	if len(taken) == 0 {
		t.Error("no pages were given away")
	}
}

// exchangeKeepsOrder writes to an exchange of three partitions and reads it; after is
// called when all rows of a partition were read.
func exchangeKeepsOrder(t *testing.T, x *Exchange, after func(*ExchangeReader)) {
	const partitions = 3
	s := newTable(t, types.Of(types.String), types.Of(types.Long))
	r := random(t)
	for round := range 3 {
		x.Begin(4)
		var want []string
		for task := range 4 {
			list, all := s.randomBatches(r, 50)
			for _, row := range all {
				row[1] = row[1].(int64) + int64(task)*1000
			}
			for _, b := range list {
				for i, v := range batch.Values[int64](b.Columns[1]) {
					batch.Values[int64](b.Columns[1])[i] = v + int64(task)*1000
				}
			}
			w := NewExchangeWriter(x, s.compile(s.refs[0]))
			in := &given{batches: list}
			if round == 1 { // a task that is tried again begins anew
				if err := w.Write(t.Context(), task, in); err != nil {
					t.Fatal(err)
				}
				in.at = 0
			}
			if err := w.Write(t.Context(), task, in); err != nil {
				t.Fatal(err)
			}
			want = append(want, linesOf(s.batch(all...))...)
		}
		if x.Rows() != len(want) {
			t.Errorf("%d rows, want %d", x.Rows(), len(want))
		}
		owner := make(map[string]int)
		var got []string
		reader := NewExchangeReader(x)
		for p := range partitions {
			x.Feed.First = 10
			lines, err := tryDrain(reader, &Task{Number: 10 + p})
			if err != nil {
				t.Fatal(err)
			}
			last := -1
			for _, line := range lines {
				key, number, _ := strings.Cut(line, " | ")
				n := 0
				if fmt.Sscan(number, &n); n <= last {
					t.Fatalf("partition %d: row %d after row %d", p, n, last)
				}
				last = n
				if o, ok := owner[key]; ok && o != p {
					t.Fatalf("key %q is in partitions %d and %d", key, o, p)
				}
				owner[key] = p
			}
			got = append(got, lines...)
			after(reader)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%d rows came through, want %d", len(got), len(want))
		}
	}
}

func TestPartitionsAreRangesOfShards(t *testing.T) {
	for n := 1; n <= 256; n++ {
		last := 0
		for shard := range 256 {
			p := Partition(uint8(shard), n)
			if p < last || p > last+1 || p >= n {
				t.Fatalf("%d partitions: shard %d is in %d, the one before in %d", n, shard, p, last)
			}
			last = p
		}
		if last != n-1 {
			t.Fatalf("%d partitions: the last is %d", n, last)
		}
	}
}

func TestStoreIsReused(t *testing.T) {
	s := newTable(t, types.Of(types.String), types.Of(types.Long))
	r := random(t)
	store := NewStore([]types.Type{types.Of(types.String), types.Of(types.Long)})
	for range 3 {
		store.Reset()
		list, all := s.randomBatches(r, 20_000)
		in := &given{batches: list}
		for {
			b, err := in.Next(t.Context())
			if err == io.EOF {
				break
			}
			store.Add(b.Columns, b.Rows, b.Sel)
		}
		var got []string
		for _, b := range store.Batches() {
			if b.Rows > batch.Size {
				t.Errorf("a batch of %d rows", b.Rows)
			}
			got = append(got, linesOf(b)...)
		}
		want := linesOf(s.batch(all...))
		if !slices.Equal(got, want) || !slices.Equal(linesOf(store.Whole()), want) || store.Len() != len(all) {
			t.Fatal("the rows are not those that were added")
		}
		if store.Bytes() < int64(20*len(all)) {
			t.Errorf("%d rows take %d bytes", len(all), store.Bytes())
		}
	}
}

func TestWatermarkObserves(t *testing.T) {
	s := newTable(t, types.Of(types.Timestamp))
	b := s.batch([]any{int64(50)}, []any{nil}, []any{int64(10)}, []any{int64(90)}, []any{int64(40)})
	chosen := s.batch([]any{int64(900)}, []any{int64(5)}, []any{nil})
	chosen.Sel = []int32{1, 2}
	w := NewWatermark(&given{batches: []*batch.Batch{b, chosen, s.batch([]any{int64(20)}, []any{int64(60)})}}, s.compile(s.refs[0])[0])
	for range 2 {
		w.Begin()
		if got := drain(t, w); len(got) != 9 {
			t.Errorf("%d rows were passed on", len(got))
		}
		if o := w.Stats(); o.Count != 7 || o.Min != 5 || o.Max != 90 {
			t.Errorf("%+v", o)
		}
	}
	width := s.call("window", s.refs[0], int64(100))
	w = NewWatermark(&given{batches: []*batch.Batch{b}}, s.compile(width)[0])
	w.Begin()
	if drain(t, w); w.Stats().Max != 99 || w.Stats().Count != 4 {
		t.Errorf("windows: %+v", w.Stats())
	}
}

// splits opens splits for a scan.
type splits struct{ s *table }

func (o splits) Open(_ context.Context, split connector.Split, _ connector.Scan) (connector.Reader, error) {
	if split.Label == "missing" {
		return nil, errors.New("no such file")
	}
	return &splitReader{given: o.s.counted(2, 0, 1), label: split.Label}, nil
}

type splitReader struct {
	*given
	label string
	reads int
}

func (r *splitReader) Next(ctx context.Context) (*batch.Batch, error) {
	if r.reads++; r.label == "torn" && r.reads > 1 {
		return nil, errors.New("torn")
	}
	return r.given.Next(ctx)
}

func (r *splitReader) Close() error {
	if r.label == "stuck" {
		return errors.New("stuck")
	}
	return r.given.Close()
}

func TestScan(t *testing.T) {
	s := numbersTable(t)
	in := &Input{Feed: Feed{First: 5}}
	in.Set(splits{s}, []connector.Split{{Label: "good"}, {Label: "missing"}, {Label: "torn"}, {Label: "stuck"}})
	scan := NewScan(in, connector.Scan{})
	for i, want := range []string{"", "read missing: no such file", "read torn: torn", "read stuck: stuck"} {
		_, err := tryDrain(scan, &Task{Number: 5 + i})
		if got := fmt.Sprint(err); err != nil && got != want || err == nil && want != "" {
			t.Errorf("split %d: %v, want %s", i, err, want)
		}
	}
	if lines, err := tryDrain(scan, &Task{Number: 4}); err != nil || lines != nil {
		t.Errorf("a task of another leaf: %q, %v", lines, err)
	}
	if in.Rows[0] != 3 || in.Total() != 8 {
		t.Errorf("%v rows were read", in.Rows)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stopped")
	cancel(stop)
	if err := scan.Open(&Task{Number: 5}); err != nil {
		t.Fatal(err)
	}
	if _, err := scan.Next(ctx); !errors.Is(err, stop) {
		t.Errorf("a stopped scan: %v", err)
	}
	if err := scan.Close(); err != nil {
		t.Error(err)
	}
}

// What the tests' own input gives is poisoned in time, so that an operator that
// keeps rows without copying is found.
func TestInputIsPoisoned(t *testing.T) {
	s := numbersTable(t)
	in := s.counted(1, 1)
	b, _ := in.Next(t.Context())
	c := b.Columns[0]
	if _, err := in.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	if invariant.Enabled && batch.Values[int64](c)[0] == 0 {
		t.Error("a batch is as it was after its time")
	}
}

// BenchmarkWords measures word count: lines split at blanks, a row a word, counted
// by word.
func BenchmarkWords(b *testing.B) {
	s := newTable(b, types.Of(types.String))
	var lines [][]any
	for i := range 2000 {
		var words []string
		for k := range 10 {
			words = append(words, fmt.Sprintf("word%d", (i*17+k*k*31)%3000))
		}
		lines = append(lines, []any{strings.Join(words, " ")})
	}
	in := &same{}
	for range 10 {
		in.batches = append(in.batches, s.batch(lines...))
	}
	split := s.call("split", s.refs[0], " ")
	list := &table{TB: b, refs: []*expr.Ref{{Name: "list", ID: expr.NewID(), Typ: split.Type(), Null: true}}, registry: s.registry, env: s.env}
	words := &table{TB: b, refs: []*expr.Ref{{Name: "word", ID: expr.NewID(), Typ: types.Of(types.String), Null: true}},
		registry: s.registry, env: s.env}
	generate := list.explode(NewProject(in, s.compile(split)), nil, false)
	p := words.partial(generate, []expr.Expr{words.refs[0]}, words.call("count", expr.Int32(1)))
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
	b.ReportMetric(float64(b.N)*10*2000*10/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
