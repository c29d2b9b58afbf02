package file

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/connectortest"
	"github.com/weirstream/weir/types"
)

// write stores rows as a table and gives the text of its one file and the
// file's ending.
func write(t *testing.T, format string, s types.Schema, options map[string]string, rows ...[]any) (dir, text, ending string) {
	t.Helper()
	dir = t.TempDir() + "/out"
	all := map[string]string{"path": dir}
	for k, v := range options {
		all[k] = v
	}
	sink, err := formatOf(t, format, nil).OpenTableSink(t.Context(), connector.SinkSpec{
		Options: connector.NewOptions(all), Schema: s}, "append")
	if err != nil {
		t.Fatal(err)
	}
	m, err := sink.Write(t.Context(), connector.BatchID{}, 0, rowsReader(t, s, rows...))
	if err != nil {
		t.Fatal(err)
	}
	if err := sink.Commit(t.Context(), connector.BatchID{}, []connector.Message{m}); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(dir + "/part-*")
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	content, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	base := filepath.Base(names[0])
	return dir, string(content), base[len("part-00000-00000000-0000-0000-0000-000000000000-c000"):]
}

func TestTextFormatsWriteWhatSparkWrites(t *testing.T) {
	value := types.NewSchema(column("value", types.String))
	wide := types.NewSchema(column("a", types.Long), column("t", types.Timestamp), column("k", types.String))
	at := int64(1_704_157_323_000_000)
	for _, tt := range []struct {
		format  string
		schema  types.Schema
		options map[string]string
		rows    [][]any
		text    string
		ending  string
	}{
		{"text", value, nil, [][]any{{"a"}, {nil}, {"é"}}, "a\n\né\n", ".txt"},
		{"text", value, map[string]string{"lineSep": "|"}, [][]any{{"a"}, {"b"}}, "a|b|", ".txt"},
		{"json", wide, nil, [][]any{{1, at, nil}, {2, at, "x\"y"}},
			"{\"a\":1,\"t\":\"2024-01-02T01:02:03.000Z\"}\n{\"a\":2,\"t\":\"2024-01-02T01:02:03.000Z\",\"k\":\"x\\\"y\"}\n", ".json"},
		{"json", value, nil, nil, "", ".json"},
	} {
		_, text, ending := write(t, tt.format, tt.schema, tt.options, tt.rows...)
		if d := cmp.Diff(tt.text, text); d != "" || ending != tt.ending {
			t.Errorf("%s %v: %s %s", tt.format, tt.options, ending, d)
		}
	}
}

// A table without a schema gets one from its files, and compressed files are
// read as others.
func TestInfersSchemas(t *testing.T) {
	s := types.NewSchema(column("a", types.Long), column("d", types.Double), column("s", types.String))
	for format, options := range map[string]map[string]string{
		"json": {"compression": "gzip"}, "parquet": {"compression": "zstd"},
	} {
		dir, _, _ := write(t, format, s, options, []any{1, 1.5, "x"}, []any{nil, 2.5, nil})
		table, err := formatOf(t, format, nil).OpenTable(t.Context(), connector.SourceSpec{Paths: []string{dir}})
		if err != nil {
			t.Fatal(err)
		}
		if !table.Schema().Equal(s) {
			t.Errorf("%s: %v", format, table.Schema())
		}
		splits, err := table.Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		rows := connectortest.ReadSplit(t, table, splits[0], connector.Scan{Schema: s})
		if d := cmp.Diff([][]any{{int64(1), 1.5, "x"}, {nil, 2.5, nil}}, rows); d != "" {
			t.Errorf("%s: %s", format, d)
		}
	}
}
