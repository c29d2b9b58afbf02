package file

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/jsontext"
	"github.com/weirstream/weir/types"
)

// asJSON reads a table and gives its rows as lines of JSON, as Spark's toJSON does.
func asJSON(t *testing.T, format, path string, schema *types.Schema, options ...string) (types.Schema, string) {
	t.Helper()
	p := textPlace(path, options...)
	delete(p.options, "path")
	table, err := formatOf(t, format, nil).OpenTable(t.Context(), connector.SourceSpec{Paths: []string{path},
		Options: connector.NewOptions(p.options), Schema: schema})
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	splits, err := table.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows := jsontext.NewEncoder(table.Schema(), jsontext.Options{})
	var text []byte
	for _, split := range splits {
		r, err := table.Open(t.Context(), split, connector.Scan{Schema: table.Schema()})
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for b, err := r.Next(t.Context()); ; b, err = r.Next(t.Context()) {
			if err != nil {
				break
			}
			for i := range b.Len() {
				text = append(rows.AppendRow(text, b, b.Row(i)), '\n')
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	return table.Schema(), string(text)
}

func golden(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/types/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// allTypes is the schema of the rows that Spark wrote to testdata/types.
const allTypes = "struct<bo:boolean,by:tinyint,sh:smallint,i:int,l:bigint,f:float,d:double,d9:decimal(4,2),d18:decimal(18,3)," +
	"d30:decimal(30,6),s:string,bi:binary,da:date,ts:timestamp,tn:timestamp_ntz,ai:array<int>,ms:map<string,int>," +
	"st:struct<x:int,y:struct<z:string>>,ast:array<struct<k:int,v:array<string>>>,mal:map<string,array<bigint>>>"

// Parquet as Spark writes it, in its codecs, in the forms of old writers and with the
// timestamps of old writers.
func TestReadsSparksParquet(t *testing.T) {
	all := golden(t, "rows.json")
	for _, name := range []string{"snappy", "zstd", "gzip", "lz4_raw"} {
		s, rows := asJSON(t, "parquet", "testdata/types/pq_"+name+".parquet", nil)
		if s.String() != allTypes {
			t.Errorf("%s: %s", name, s)
		}
		if d := cmp.Diff(all, rows); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	_, rows := asJSON(t, "parquet", "testdata/types/pq_legacy.parquet", nil)
	without := strings.NewReplacer(`"tn":"1969-12-31T23:59:59.500",`, "", `"tn":"9999-12-31T23:59:59.999",`, "")
	if d := cmp.Diff(without.Replace(all), rows); d != "" {
		t.Errorf("legacy: %s", d)
	}
	for _, name := range []string{"INT96", "TIMESTAMP_MILLIS"} {
		_, rows := asJSON(t, "parquet", "testdata/types/pq_"+name+".parquet", nil)
		if d := cmp.Diff("{\"i\":3,\"ts\":\"2024-02-29T12:34:56.789Z\"}\n{}\n", rows); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// Text, JSON and CSV in the codecs of Hadoop.
func TestReadsSparksText(t *testing.T) {
	schema, err := types.ParseSchema("bo BOOLEAN, by TINYINT, sh SMALLINT, i INT, l BIGINT, f FLOAT, d DOUBLE, d9 DECIMAL(4,2), " +
		"d18 DECIMAL(18,3), d30 DECIMAL(30,6), s STRING, da DATE, ts TIMESTAMP, tn TIMESTAMP_NTZ")
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob("testdata/types/*-*")
	if err != nil || len(names) < 12 {
		t.Fatal(names, err)
	}
	flat := golden(t, "flat.json")
	for _, name := range names {
		format, want := "json", flat
		switch {
		case strings.Contains(name, "text-"):
			format, want = "text", "{\"value\":\"abc\"}\n{\"value\":\"\"}\n{\"value\":\"\"}\n"
			_, rows := asJSON(t, format, name, nil)
			if d := cmp.Diff(want, rows); d != "" {
				t.Errorf("%s: %s", name, d)
			}
			continue
		case strings.Contains(name, "csv-"):
			format, want = "csv", strings.ReplaceAll(flat, `"s":"",`, "") // it reads as null
		}
		_, rows := asJSON(t, format, name, &schema, "header", "true")
		if d := cmp.Diff(want, rows); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// Avro as Java's library writes it, in its codecs.
func TestReadsJavasAvro(t *testing.T) {
	const want = `{"bo":true,"i":-5,"l":9223372036854775807,"f":1.5,"d":-2.5,"s":"hé","b":"Af8=","fx":"YWJjZA==","e":"B","da":"2024-02-29",` +
		`"tm":"2024-02-29T12:34:56.789Z","tu":"2024-02-29T12:34:56.789Z","lt":"1969-12-31T23:59:59.500","db":12.34,"df":1.000000,` +
		`"ar":[1,null,3],"mp":{"k":"v"},"r":{"x":7,"again":"d3h5eg=="},"il":3,"u":{"member1":"q"}}
{"l":-1,"f":0.0,"d":0.0,"b":"","fx":"AAAAAA==","e":"A","da":"0001-01-01","tm":"1969-12-31T23:59:59.999Z","tu":"1969-12-31T23:59:59.999Z",` +
		`"lt":"1970-01-01T00:00:00.000","db":-0.01,"df":-1.000000,"ar":[],"mp":{},"il":5000000000}
{"bo":false,"i":2147483647,"l":0,"f":3.25,"d":1.0E300,"s":"","b":"eg==","fx":"MTIzNA==","e":"C","da":"1970-01-01",` +
		`"tm":"1970-01-01T00:00:00.000Z","tu":"1970-01-01T00:00:00.000Z","lt":"1970-01-01T00:00:00.000","db":0.00,"df":0.000000,"ar":[null],` +
		`"mp":{"a":"","b":"c"},"r":{"x":-1},"il":-3,"u":{"member2":[1.5,2.5]}}
`
	names, err := filepath.Glob("testdata/types/all_*.avro")
	if err != nil || len(names) != 5 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		s, rows := asJSON(t, "avro", name, nil)
		if d := cmp.Diff(want, rows); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if got := s.String(); !strings.Contains(got, "u:struct<member0:int,member1:string,member2:array<double>>") {
			t.Error(got)
		}
	}
	// A reader's schema: another order, a wider type, an alias, a default.
	_, rows := asJSON(t, "avro", names[0], nil, "avroSchema", `{"type":"record","name":"All","namespace":"t.e","fields":[
		{"name":"number","aliases":["il"],"type":"long"},{"name":"i","type":["null","double"],"default":null},
		{"name":"more","type":"string","default":"none"}]}`)
	if d := cmp.Diff("{\"number\":3,\"i\":-5.0,\"more\":\"none\"}\n{\"number\":5000000000,\"more\":\"none\"}\n"+
		"{\"number\":-3,\"i\":2.147483647E9,\"more\":\"none\"}\n", rows); d != "" {
		t.Error(d)
	}
}

// What weir writes of all types it reads again, in every format that holds them.
func TestAllTypesThereAndBack(t *testing.T) {
	s, want := asJSON(t, "parquet", "testdata/types/pq_snappy.parquet", nil)
	table, err := formatOf(t, "parquet", nil).OpenTable(t.Context(), connector.SourceSpec{Paths: []string{"testdata/types/pq_snappy.parquet"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ format, codec, lost string }{
		{"parquet", "zstd", ""}, {"parquet", "gzip", ""}, {"avro", "snappy", ""}, {"avro", "deflate", ""}, {"avro", "zstandard", ""},
		{"arrow", "uncompressed", ""}, {"arrow", "lz4", ""}, {"arrow", "zstd", ""}, {"json", "snappy", ""}, {"json", "lz4", ""},
	} {
		dir := t.TempDir() + "/out"
		sink, err := formatOf(t, tt.format, nil).OpenTableSink(t.Context(), connector.SinkSpec{Schema: s,
			Options: connector.NewOptions(map[string]string{"path": dir, "compression": tt.codec})}, "error")
		if err != nil {
			t.Fatalf("%s: %v", tt.format, err)
		}
		splits, err := table.Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r, err := table.Open(t.Context(), splits[0], connector.Scan{Schema: s})
		if err != nil {
			t.Fatal(err)
		}
		m, err := sink.Write(t.Context(), connector.BatchID{}, 0, r)
		if err != nil {
			t.Fatalf("%s: %v", tt.format, err)
		}
		if err := sink.Commit(t.Context(), connector.BatchID{}, []connector.Message{m}); err != nil {
			t.Fatal(err)
		}
		given := &s
		if tt.format == "avro" || tt.format == "arrow" {
			given = nil
		}
		got, rows := asJSON(t, tt.format, dir, given)
		if d := cmp.Diff(want, rows); d != "" {
			t.Errorf("%s %s: %s", tt.format, tt.codec, d)
		}
		if tt.format == "arrow" && got.String() != allTypes {
			t.Errorf("%s: %s", tt.format, got)
		}
	}
}
