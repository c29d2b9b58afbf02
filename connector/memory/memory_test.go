package memory

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/connectortest"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

var nested = types.NewSchema(
	types.Field{Name: "n", Type: types.Of(types.Long), Nullable: true},
	types.Field{Name: "s", Type: types.Of(types.String), Nullable: true},
	types.Field{Name: "r", Type: types.StructOf(types.Field{Name: "a", Type: types.Of(types.Int)},
		types.Field{Name: "b", Type: types.ArrayOf(types.Of(types.String))}), Nullable: true},
)

func open(t testing.TB, s *Stream) connector.Source {
	t.Helper()
	src, err := s.OpenSource(t.Context(), connector.SourceSpec{})
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func add(t testing.TB, s *Stream, rows ...[]any) connector.Offset {
	t.Helper()
	o, err := s.AddRows(rows...)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestSourceContract(t *testing.T) {
	s := NewStream("in", nested)
	open(t, s) // another query, which commits nothing
	connectortest.Source(t, connectortest.SourceCase{
		Open: func(t testing.TB) connector.Source { return open(t, s) },
		Feed: func(t testing.TB, round int) {
			add(t, s, []any{round, "x", []any{round, []any{"p", nil}}}, []any{nil, nil, nil})
			add(t, s)
			add(t, s, []any{round + 10, fmt.Sprint(round), []any{nil, []any{}}})
		},
	})
}

func TestOffsetsAreBatchIndices(t *testing.T) {
	s := NewStream("in", connectortest.SinkSchema())
	src := open(t, s)
	if to, err := src.Latest(t.Context(), nil, connector.Limit{}); to != nil || err != nil {
		t.Errorf("an empty stream is at %s, %v", to, err)
	}
	if o := add(t, s, []any{1, "a"}); string(o) != "0" {
		t.Errorf("the first batch is at %s", o)
	}
	if o := s.AddBatch(connectortest.Batch(t, s.Schema(), []any{2, "b"})); string(o) != "1" {
		t.Errorf("the second batch is at %s", o)
	}
	if _, err := s.AddRows([]any{1, "a"}, []any{"x", "a"}); err == nil || !strings.Contains(err.Error(), "row 1: column 0") {
		t.Errorf("a wrong row gives %v", err)
	}
	if to, _ := src.Latest(t.Context(), nil, connector.Limit{}); string(to) != "1" {
		t.Errorf("Latest is %s", to)
	}
}

func TestRowsGoWhenAllQueriesHaveCommitted(t *testing.T) {
	s := NewStream("in", connectortest.SinkSchema())
	one := open(t, s)
	queries := []connector.Source{one}
	for range 20 {
		queries = append(queries, open(t, s))
	}
	o := add(t, s, []any{1, "a"})
	for i, src := range queries {
		if len(s.batches) != 1 {
			t.Fatalf("%d batches are held after %d of %d commits", len(s.batches), i, len(queries))
		}
		if err := src.Commit(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.batches) != 0 {
		t.Errorf("%d batches are held after all commits", len(s.batches))
	}
	if _, err := one.Plan(t.Context(), nil, o); err == nil {
		t.Error("rows that are gone were planned")
	}
}

func TestAddingWakes(t *testing.T) {
	s := NewStream("in", connectortest.SinkSchema())
	src := open(t, s)
	woke := 0
	stop := src.(connector.Waker).Wake(func() { woke++ })
	add(t, s)
	stop()
	add(t, s)
	if woke != 1 {
		t.Errorf("woken %d times", woke)
	}
}

func TestManyAdders(t *testing.T) {
	s := NewStream("in", connectortest.SinkSchema())
	src := open(t, s)
	var adders sync.WaitGroup
	for g := range 4 {
		adders.Go(func() {
			for i := range 100 {
				if _, err := s.AddRows([]any{g*100 + i, "x"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	adders.Wait()
	seen := make(map[any]bool)
	for _, row := range connectortest.Read(t, src, nil, connector.Offset("399"), connector.Scan{Schema: s.Schema()}) {
		seen[row[0]] = true
	}
	if len(seen) != 400 {
		t.Errorf("%d of 400 rows came through", len(seen))
	}
}

func TestSinkContract(t *testing.T) {
	sink := NewTable(connectortest.SinkSchema(), connector.Append)
	connectortest.Sink(t, connectortest.SinkCase{
		Open:    func(testing.TB) connector.Sink { return sink },
		Visible: func(testing.TB) [][]any { return sink.Rows() },
	})
}

func TestModes(t *testing.T) {
	for mode, want := range map[connector.OutputMode]int{connector.Append: 2, connector.Update: 2, connector.Complete: 1} {
		sink := NewTable(connectortest.SinkSchema(), mode)
		for n := range 2 {
			id := connector.BatchID{Query: "q", Batch: int64(n)}
			m, err := sink.Write(t.Context(), id, 0, connectortest.Reader(connectortest.Batch(t, sink.Schema(), []any{n, "x"})))
			if err != nil {
				t.Fatal(err)
			}
			if err := sink.Commit(t.Context(), id, []connector.Message{m}); err != nil {
				t.Fatal(err)
			}
		}
		rows := sink.Rows()
		if len(rows) != want || rows[len(rows)-1][0] != int64(1) {
			t.Errorf("%v: %v", mode, rows)
		}
	}
}

func TestTablesByQueryName(t *testing.T) {
	var f Format
	spec := connector.SinkSpec{Schema: nested}
	if _, err := f.OpenSink(t.Context(), spec); err == nil || !strings.Contains(err.Error(), "queryName must be specified for memory sink") {
		t.Errorf("without a name: %v", err)
	}
	spec.QueryName = "counts"
	sink, err := f.OpenSink(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	table, ok := f.Table("counts")
	if !ok || connector.Sink(table) != sink || !reflect.DeepEqual(f.Names(), []string{"counts"}) {
		t.Errorf("the table is not found by the name of its query")
	}
	row := []any{int64(1), "a", []any{int32(2), []any{"p"}}}
	m, _ := sink.Write(t.Context(), connector.BatchID{}, 0, connectortest.Reader(connectortest.Batch(t, nested, row)))
	if err := sink.Commit(t.Context(), connector.BatchID{}, []connector.Message{m}); err != nil {
		t.Fatal(err)
	}
	splits, err := table.Plan(t.Context())
	if err != nil || len(splits) != 1 {
		t.Fatalf("splits %v, %v", splits, err)
	}
	pruned := types.NewSchema(types.Field{Name: "r", Type: types.StructOf(nested.Fields[2].Type.Fields[1])})
	got := connectortest.ReadSplit(t, table, splits[0], connector.Scan{Schema: pruned})
	if want := [][]any{{[]any{[]any{"p"}}}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	f.Drop("counts")
	if _, ok := f.Table("counts"); ok {
		t.Error("a dropped table is found")
	}
}

func TestLargeBatchIsReadInPieces(t *testing.T) {
	s := NewStream("in", types.NewSchema(types.Field{Name: "n", Type: types.Of(types.Long)}))
	b := batch.New(s.Schema())
	b.Resize(3*batch.Size + 5)
	for i := range b.Rows {
		batch.Values[int64](b.Columns[0])[i] = int64(i)
	}
	to := s.AddBatch(b)
	rows := connectortest.Read(t, open(t, s), nil, to, connector.Scan{Schema: s.Schema()})
	if len(rows) != b.Rows || rows[b.Rows-1][0] != int64(b.Rows-1) {
		t.Errorf("%d rows, want %d", len(rows), b.Rows)
	}
}
