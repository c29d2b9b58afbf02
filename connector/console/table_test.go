package console

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/connectortest"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/golden"
	"github.com/weirstream/weir/internal/rowvalue"
	"github.com/weirstream/weir/types"
)

// tables are those of testdata/show.py that need more than a cell's text, which
// celltext tests.
func tables(t *testing.T) map[string]*table {
	of := types.Of
	text := of(types.String)
	ints := make([][]any, 25)
	for i := range ints {
		ints[i] = []any{i}
	}
	deep := types.ArrayOf(types.StructOf(types.Field{Name: "i", Type: of(types.Int)}, types.Field{Name: "l", Type: types.ArrayOf(text)}))
	return map[string]*table{
		"words":  make2(t, "word", text, "n", of(types.Long), []any{"a", 1}, []any{"a longer word", 12345678}, []any{nil, nil}),
		"long":   make2(t, "a", text, "b", text, []any{"exactly twenty chars", "twenty-one characters"}, []any{"x", "y"}),
		"escape": make2(t, "a", text, "b\nc", text, []any{"a\nb\tc\rd", `x\y`}, []any{"\bf", "q'r"}),
		"wide": make2(t, "列", text, "b", text, []any{"世界", "ｱ"}, []any{"日本語テキスト", "한국어"}, []any{"é", "😀"},
			[]any{strings.Repeat("世界", 10) + "世", strings.Repeat("😀", 11)}),
		"none":    make2(t, "a", of(types.Int), "b", text),
		"hundred": newTable(t, types.NewSchema(types.Field{Name: "id", Type: of(types.Long)}), ints...),
		"nested": newTable(t, types.NewSchema(
			types.Field{Name: "st", Type: types.StructOf(types.Field{Name: "x", Type: text}, types.Field{Name: "y", Type: of(types.Int)}, types.Field{Name: "z", Type: text})},
			types.Field{Name: "ar", Type: types.ArrayOf(of(types.Int))},
			types.Field{Name: "mp", Type: types.MapOf(text, of(types.Double))},
			types.Field{Name: "deep", Type: deep},
			types.Field{Name: "empty", Type: types.ArrayOf(of(types.Null))},
			types.Field{Name: "nomap", Type: types.MapOf(of(types.Null), of(types.Null))},
		), []any{[]any{"a", 1, nil}, []any{1, 2, nil}, []any{rowvalue.Pair{Key: "k", Value: 1.5}, rowvalue.Pair{Key: "l"}}, []any{[]any{1, []any{"p", nil}}}, []any{}, []any{}}),
		"binary": newTable(t, types.NewSchema(types.Field{Name: "a", Type: of(types.Binary)}, types.Field{Name: "b", Type: of(types.Binary)},
			types.Field{Name: "c", Type: types.ArrayOf(of(types.Binary))}, types.Field{Name: "d", Type: types.StructOf(types.Field{Name: "x", Type: of(types.Binary)})}),
			[]any{"ab", "", []any{"cz"}, []any{"A"}}),
	}
}

type table struct {
	schema types.Schema
	rows   [][]any
}

func newTable(_ *testing.T, s types.Schema, rows ...[]any) *table { return &table{s, rows} }

func make2(t *testing.T, a string, at types.Type, b string, bt types.Type, rows ...[]any) *table {
	return newTable(t, types.NewSchema(types.Field{Name: a, Type: at}, types.Field{Name: b, Type: bt}), rows...)
}

// batches cuts the rows into batches of two, so that the cut shows nowhere.
func (tb *table) batches(t *testing.T) []*batch.Batch {
	var all []*batch.Batch
	for rows := tb.rows; len(rows) > 0; rows = rows[min(2, len(rows)):] {
		all = append(all, connectortest.Batch(t, tb.schema, rows[:min(2, len(rows))]...))
	}
	return all
}

// TestShow compares with what Spark printed. Spark's script also records tables
// of numbers, times and intervals; celltext has those texts in its own test.
func TestShow(t *testing.T) {
	all := tables(t)
	compared := 0
	golden.Run(t, "testdata/show.golden", func(c golden.Case) string {
		tb, ok := all[c.Args["table"]]
		if !ok {
			t.Fatalf("%s: no table %s", c.Position, c.Args["table"])
		}
		compared++
		var out bytes.Buffer
		l := Layout{NumRows: int(c.Int(t, "rows", 0)), Truncate: int(c.Int(t, "truncate", 0)), Vertical: c.Args["vertical"] == "true", Location: time.UTC}
		if err := Table(&out, tb.schema, tb.batches(t), l); err != nil {
			t.Fatal(err)
		}
		return out.String()
	})
	if compared < 30 {
		t.Errorf("only %d tables were compared", compared)
	}
}

func TestConsoleSink(t *testing.T) {
	want, err := os.ReadFile("testdata/console.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	schema := types.NewSchema(types.Field{Name: "value", Type: types.Of(types.String)})
	s, err := Format{}.OpenSink(t.Context(), connector.SinkSpec{Schema: schema, Env: connector.Env{Out: &out},
		Options: connector.NewOptions(map[string]string{"numRows": "2", "truncate": "false"})})
	if err != nil {
		t.Fatal(err)
	}
	row := []any{"apache spark"}
	for i, parts := range [][]*batch.Batch{
		{connectortest.Batch(t, schema, row), connectortest.Batch(t, schema, row, row)},
		{connectortest.Batch(t, schema, []any{"one line"})},
	} {
		id := connector.BatchID{Query: "q", Batch: int64(i), Epoch: 1}
		var messages []connector.Message
		for p, b := range parts {
			m, err := s.Write(t.Context(), id, p, connectortest.Reader(b))
			if err != nil {
				t.Fatal(err)
			}
			messages = append(messages, m)
		}
		for range 2 {
			if err := s.Commit(t.Context(), id, messages); err != nil {
				t.Fatal(err)
			}
		}
	}
	if out.String() != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", out.String(), want)
	}
}

func TestContract(t *testing.T) {
	connectortest.Sink(t, connectortest.SinkCase{Forgets: true, Open: func(t testing.TB) connector.Sink {
		s, err := Format{}.OpenSink(t.Context(), connector.SinkSpec{Schema: connectortest.SinkSchema(), Env: connector.Env{Out: &bytes.Buffer{}}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}})
}

func TestOptions(t *testing.T) {
	for _, o := range []map[string]string{{"numRows": "x"}, {"truncate": "3"}, {"numrow": "3"}} {
		_, err := Format{}.OpenSink(t.Context(), connector.SinkSpec{Options: connector.NewOptions(o)})
		if err == nil {
			t.Errorf("%v was taken", o)
		}
	}
}

func BenchmarkTable(b *testing.B) {
	schema := types.NewSchema(types.Field{Name: "word", Type: types.Of(types.String)}, types.Field{Name: "n", Type: types.Of(types.Long)})
	c := batch.New(schema)
	for i := range 8192 {
		if err := rowvalue.AppendRow(c, []any{fmt.Sprint("word", i), i}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if err := Table(&bytes.Buffer{}, schema, []*batch.Batch{c}, Layout{NumRows: math.MaxInt32}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(8192*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
