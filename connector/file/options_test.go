package file

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/connectortest"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// An unknown option is ignored with a warning, as Spark ignores it, unless it is a
// known one misspelt.
func TestUnknownOptionsAreWarnedOf(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/a.json", "{\"v\":1}\n", 1)
	open := func(option string) (string, error) {
		var log strings.Builder
		_, err := formatOf(t, "json", nil).OpenTable(t.Context(), connector.SourceSpec{Paths: []string{dir},
			Options: connector.NewOptions(map[string]string{"multiline": "false", option: "*.json"}),
			Env:     connector.Env{Warn: slog.New(slog.NewTextHandler(&log, nil))}})
		return log.String(), err
	}
	if got, err := open("int96RebaseMode"); err != nil || !strings.Contains(got, "int96RebaseMode") || strings.Contains(got, "multiline") {
		t.Error(got, err)
	}
	if _, err := open("pathGlobFilters"); err == nil || !strings.Contains(err.Error(), "did you mean pathGlobFilter?") {
		t.Error(err)
	}
}

// Directories and the types that a real Spark found in them.
func TestPartitionTypesAreSparks(t *testing.T) {
	for _, tt := range []struct{ values, want string }{
		{"01 2", "int"}, {"1.5 2", "double"}, {"1 x", "string"}, {"2020-01-01 2020-01-02", "date"},
		{"2020-01-01 2020-01-01_10%3A00%3A00", "timestamp"}, {"true false", "string"}, {"99999999999 1", "bigint"},
		{"99999999999999999999 1", "decimal(20,0)"}, {"1e5 2", "decimal(10,0)"}, {"2020-1-1", "string"}, {"1d", "double"},
		{"__HIVE_DEFAULT_PARTITION__ 5", "int"}, {"__HIVE_DEFAULT_PARTITION__", "void"}, {"2020-01-01T10%3A00%3A00", "string"},
		{"2020", "int"}, {"99999999999999999999 1.5", "string"}, {"2020-01-01 5", "string"}, {"2020-01-01_10%3A00%3A00Z", "string"},
		{"0x1F", "string"}, {"NaN", "double"}, {"Infinity", "double"}, {"1.0f", "double"}, {"-5", "int"}, {"+5", "int"}, {"_5", "double"},
		{"1.50", "double"}, {"99999999999999999999999999999999999999999", "double"},
	} {
		dir := t.TempDir()
		for v := range strings.SplitSeq(tt.values, " ") {
			if !strings.HasPrefix(v, "__") {
				v = strings.ReplaceAll(v, "_", " ")
			}
			put(t, dir+"/p="+v+"/f.json", "{\"v\":1}\n", 1)
		}
		s, _ := asJSON(t, "json", dir, nil)
		if got := s.String(); got != "struct<v:bigint,p:"+tt.want+">" {
			t.Errorf("%s: %s", tt.values, got)
		}
		if s, _ := asJSON(t, "json", dir, nil, "partitionColumnTypeInference", "false"); s.Fields[1].Type.Kind != types.String {
			t.Errorf("%s without guessing: %s", tt.values, s)
		}
	}
}

func TestListingOptions(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/p=1/a.json", "{\"v\":1}\n", 1_000)
	put(t, dir+"/p=2/b.json", "{\"v\":2}\n", 2_000)
	put(t, dir+"/p=2/c.jsn", "{\"v\":3}\n", 3_000)
	for _, tt := range []struct {
		path    string
		options []string
		want    string
	}{
		{"", nil, `{"v":1,"p":1}{"v":2,"p":2}{"v":3,"p":2}`},
		{"", []string{"pathGlobFilter", "*.json"}, `{"v":1,"p":1}{"v":2,"p":2}`},
		{"", []string{"recursiveFileLookup", "true"}, `{"v":1}{"v":2}{"v":3}`},
		{"", []string{"modifiedAfter", "1970-01-01T00:16:40"}, `{"v":2,"p":2}{"v":3,"p":2}`},
		{"", []string{"modifiedBefore", "1970-01-01T01:33:20", "timeZone", "+01:00"}, `{"v":1,"p":1}`},
		{"/p=2", nil, `{"v":2}{"v":3}`},
		{"/p=2", []string{"basePath", dir}, `{"v":2,"p":2}{"v":3,"p":2}`},
		{"/p=1/a.json", []string{"basePath", dir}, `{"v":1,"p":1}`},
		{"/p=*/*.json", []string{"basePath", dir}, `{"v":1,"p":1}{"v":2,"p":2}`},
	} {
		_, rows := asJSON(t, "json", dir+tt.path, nil, tt.options...)
		if d := cmp.Diff(tt.want, strings.ReplaceAll(rows, "\n", "")); d != "" {
			t.Errorf("%s %v: %s", tt.path, tt.options, d)
		}
	}
	_, err := formatOf(t, "json", nil).OpenTable(t.Context(), connector.SourceSpec{Paths: []string{dir + "/p=1"},
		Options: connector.NewOptions(map[string]string{"basePath": dir + "/p=2"})})
	if !fault.Is(err, fault.IllegalArgument) {
		t.Error(err)
	}
}

// A file whose directory does not pass a test is not opened.
func TestPartitionsArePruned(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/p=1/a.json", "{\"v\":1}\n", 1)
	put(t, dir+"/p=2/b.json", "no json\n", 1)
	put(t, dir+"/p=__HIVE_DEFAULT_PARTITION__/c.json", "{\"v\":3}\n", 1)
	s := types.NewSchema(column("v", types.Long), column("p", types.Int))
	table, err := formatOf(t, "json", nil).OpenTable(t.Context(), connector.SourceSpec{Paths: []string{dir}, Schema: &s,
		Options: connector.NewOptions(map[string]string{"mode": "FAILFAST"})})
	if err != nil {
		t.Fatal(err)
	}
	splits, err := table.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		op     connector.PredicateOp
		values []any
		want   int
	}{
		{connector.Equal, []any{int32(1)}, 1}, {connector.Less, []any{int32(2)}, 1}, {connector.In, []any{int32(0), int32(1)}, 1},
		{connector.IsNull, nil, 1}, {connector.Greater, []any{int32(2)}, 0}, {connector.NotEqual, []any{int32(2)}, 1},
	} {
		rows := 0
		scan := connector.Scan{Schema: s, Predicates: []connector.Predicate{{Path: []string{"p"}, Op: tt.op, Values: tt.values}}}
		for _, split := range splits {
			rows += len(connectortest.ReadSplit(t, table, split, scan))
		}
		if rows != tt.want {
			t.Errorf("%v %v: %d rows", tt.op, tt.values, rows)
		}
	}
}

func TestMergeSchema(t *testing.T) {
	dir := t.TempDir()
	for i, s := range []types.Schema{
		types.NewSchema(column("a", types.Int), types.Field{Name: "s", Type: types.StructOf(column("x", types.Int)), Nullable: true}),
		types.NewSchema(column("b", types.String), types.Field{Name: "s", Type: types.StructOf(column("y", types.Long)), Nullable: true}),
	} {
		sink, err := formatOf(t, "parquet", nil).OpenTableSink(t.Context(), connector.SinkSpec{
			Options: connector.NewOptions(map[string]string{"path": dir}), Schema: s}, "append")
		if err != nil {
			t.Fatal(err)
		}
		first := []any{any(7), any("seven")}[i]
		m, err := sink.Write(t.Context(), connector.BatchID{}, i, rowsReader(t, s, []any{first, []any{1}}))
		if err != nil {
			t.Fatal(err)
		}
		if err := sink.Commit(t.Context(), connector.BatchID{}, []connector.Message{m}); err != nil {
			t.Fatal(err)
		}
	}
	s, rows := asJSON(t, "parquet", dir, nil, "mergeSchema", "true")
	if got := s.String(); got != "struct<a:int,s:struct<x:int,y:bigint>,b:string>" {
		t.Error(got)
	}
	if d := cmp.Diff("{\"a\":7,\"s\":{\"x\":1}}\n{\"s\":{\"y\":1},\"b\":\"seven\"}\n", rows); d != "" {
		t.Error(d)
	}
	if s, _ := asJSON(t, "parquet", dir, nil); s.Len() != 2 {
		t.Errorf("without mergeSchema: %s", s)
	}
	_, err := mergeSchemas(types.NewSchema(column("a", types.Int)), types.NewSchema(column("A", types.String)), "/f")
	if !fault.Is(err, fault.CannotMergeSchemas) || !strings.Contains(err.Error(), "/f") {
		t.Error(err)
	}
}

func TestBinaryFiles(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/k=1/a.bin", "\x00\xff", 5)
	put(t, dir+"/k=1/b.bin", "", 6)
	s, rows := asJSON(t, "binaryFile", dir, nil)
	if got := s.String(); got != "struct<path:string,modificationTime:timestamp,length:bigint,content:binary,k:int>" {
		t.Error(got)
	}
	want := `{"path":"` + loggedPath(dir) + `/k=1/a.bin","modificationTime":"1970-01-01T00:00:05.000Z","length":2,"content":"AP8=","k":1}
{"path":"` + loggedPath(dir) + `/k=1/b.bin","modificationTime":"1970-01-01T00:00:06.000Z","length":0,"content":"","k":1}
`
	if d := cmp.Diff(want, rows); d != "" {
		t.Error(d)
	}
	if _, err := formatOf(t, "binaryFile", nil).OpenTableSink(t.Context(), connector.SinkSpec{}, "error"); !fault.Is(err, fault.UnsupportedFeature) {
		t.Error(err)
	}
}

// Text in other encodings than UTF-8, there and back.
func TestEncodings(t *testing.T) {
	s := types.NewSchema(column("a", types.String), column("b", types.String))
	for _, format := range []string{"csv", "json"} {
		for _, name := range []string{"ISO-8859-1", "UTF-16", "UTF-16LE", "UTF-32BE", "windows-1252"} {
			dir, text, _ := write(t, format, s, map[string]string{"encoding": name, "compression": "none"}, []any{"é", "x,ß"})
			if strings.Contains(text, "é") {
				t.Errorf("%s in %s is %q", format, name, text)
			}
			_, rows := asJSON(t, format, dir, &s, "encoding", name)
			if rows != "{\"a\":\"é\",\"b\":\"x,ß\"}\n" {
				t.Errorf("%s in %s: %q, from %q", format, name, rows, text)
			}
		}
	}
}

// A part of the records is enough to find a schema.
func TestSamplingRatio(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/a.json", strings.Repeat("{\"v\":1}\n", 5)+"{\"w\":1}\n", 1)
	if s, _ := asJSON(t, "json", dir, nil, "samplingRatio", "0.1"); s.String() != "struct<v:bigint>" {
		t.Error(s)
	}
	if s, _ := asJSON(t, "json", dir, nil, "samplingRatio", "1.0"); s.String() != "struct<v:bigint,w:bigint>" {
		t.Error(s)
	}
}
