package file

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/connectortest"
	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

func csvPlace(dir string, schema types.Schema, options ...string) place {
	p := textPlace(dir, options...)
	p.format, p.schema = "csv", &schema
	return p
}

// Columns are found by their places, whatever the header says, and a column of
// the directories is none of the file's.
func TestCSVStream(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/k=7/a.csv", "\ufeffa,b\n1,x\n\n  \n,y\r\n3,\"\"\n4,\"p,q\"", 1)
	put(t, dir+"/k=7/b.csv", "a,b\n5,z\n", 2)
	put(t, dir+"/k=8/c.csv", "a,b\n", 3)
	schema := types.NewSchema(column("k", types.Int), column("n", types.Long), column("s", types.String))
	s := csvPlace(dir, schema, "header", "true").open(t)
	var from connector.Offset
	want := []string{"1 x 7", "3 <nil> 7", `4 p,q 7`, "5 z 7", "<nil> y 7"}
	if d := cmp.Diff(want, next(t, s, &from, connector.Limit{})); d != "" {
		t.Error(d)
	}
}

// csvTexts reads a table and gives its rows as texts.
func csvTexts(t *testing.T, dir string, schema *types.Schema, splitSize int64, options ...string) (types.Schema, []string) {
	t.Helper()
	p := textPlace(dir, options...)
	delete(p.options, "path")
	opened, err := formatOf(t, "csv", nil).OpenTable(t.Context(), connector.SourceSpec{
		Paths: []string{dir}, Options: connector.NewOptions(p.options), Schema: schema})
	if err != nil {
		t.Fatal(err)
	}
	table := opened.(*Table)
	table.content.splitSize = splitSize
	splits, err := table.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, split := range splits {
		r, err := table.Open(t.Context(), split, connector.Scan{Schema: table.Schema()})
		if err != nil {
			t.Fatal(err)
		}
		for {
			b, err := r.Next(t.Context())
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for i := range b.Len() {
				var cells []string
				for _, c := range b.Columns {
					if row := b.Row(i); c.Null(row) {
						cells = append(cells, "NULL")
					} else {
						cells = append(cells, string(celltext.Append(nil, c, row, nil)))
					}
				}
				rows = append(rows, strings.Join(cells, "|"))
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return table.Schema(), rows
}

// A header stands in the first part of a file only, and no record is lost or
// read twice where a file is cut.
func TestCSVInParts(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	var want []string
	text.WriteString("a\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "%d\n", i)
		want = append(want, fmt.Sprint(i))
	}
	put(t, dir+"/f", text.String(), 1)
	schema := types.NewSchema(column("a", types.Long))
	for _, size := range []int64{19, 100, 4000} {
		_, rows := csvTexts(t, dir, &schema, size, "header", "true")
		if d := cmp.Diff(want, rows); d != "" {
			t.Errorf("parts of %d bytes: %s", size, d)
		}
	}
}

// Quoted line ends are followed over the ends of chunks.
func TestCSVOverSeveralLines(t *testing.T) {
	dir := t.TempDir()
	cell := strings.Repeat("x\ny\r\nz,", 40_000)
	var text strings.Builder
	var want []string
	for i := range 10 { // more than two chunks
		fmt.Fprintf(&text, "%d,\"%s\"\r\n", i, cell)
		want = append(want, fmt.Sprintf("%d|%s", i, cell))
	}
	put(t, dir+"/f", text.String(), 1)
	schema := types.NewSchema(column("a", types.Long), column("s", types.String))
	if _, rows := csvTexts(t, dir, &schema, 1000, "multiLine", "true"); !cmp.Equal(want, rows) {
		t.Errorf("%d rows, or others", len(rows))
	}
	put(t, dir+"/f", "1,\"open\n2,b\n", 1)
	if _, rows := csvTexts(t, dir, &schema, 0, "multiLine", "true"); len(rows) != 1 {
		t.Errorf("a quote that is not closed: %q", rows)
	}
}

func TestMalformedCSV(t *testing.T) {
	dir := t.TempDir()
	lines := strings.Repeat("1,aaaaaaaaaaaaaa\n", 70_000) // more than one chunk
	put(t, dir+"/f", "a,b\n"+lines+"oops,b\n2,b,c\n3,d\n", 1)
	schema := types.NewSchema(column("a", types.Long), column("b", types.String), column("_corrupt_record", types.String))
	read := func(options ...string) (rows [][]any, s *Source, err error) {
		s = csvPlace(dir, schema, append(options, "header", "true")...).open(t)
		to, err := s.Latest(t.Context(), nil, connector.Limit{})
		if err != nil {
			t.Fatal(err)
		}
		splits, err := s.Plan(t.Context(), nil, to)
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Open(t.Context(), splits[0], connector.Scan{Schema: schema})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for {
			b, err := r.Next(t.Context())
			if err == io.EOF {
				return rows, s, nil
			}
			if err != nil {
				return nil, s, err
			}
			rows = append(rows, connectortest.Rows(b)...)
		}
	}
	rows, s, err := read("mode", "PERMISSIVE")
	want := [][]any{{nil, "b", "oops,b"}, {int64(2), "b", "2,b,c"}, {int64(3), "d", nil}}
	if d := cmp.Diff(want, rows[max(0, len(rows)-3):]); d != "" || len(rows) != 70_003 || err != nil {
		t.Error(len(rows), d, err)
	}
	if d := cmp.Diff(map[string]string{"numMalformedRecords": "2", "numDroppedRecords": "0"}, s.Metrics()); d != "" {
		t.Error(d)
	}
	rows, s, err = read("mode", "DROPMALFORMED")
	if len(rows) != 70_001 || err != nil {
		t.Error(len(rows), err)
	}
	if got := s.Metrics()["numDroppedRecords"]; got != "2" {
		t.Errorf("%s dropped", got)
	}
	for _, multi := range []string{"false", "true"} {
		_, _, err = read("mode", "FAILFAST", "multiLine", multi)
		if !fault.Is(err, fault.MalformedRecord) || !strings.Contains(err.Error(), "line 70002 of "+dir+"/f") ||
			!strings.Contains(err.Error(), `oops,b`) {
			t.Errorf("multiLine %s: %v", multi, err)
		}
	}
	put(t, dir+"/f", "a,z\n1,x\n", 1)
	_, _, err = read("enforceSchema", "false")
	if !fault.Is(err, fault.IllegalArgument) || !strings.Contains(err.Error(), dir+"/f") {
		t.Errorf("the header of other columns: %v", err)
	}
}

// sparkCSV are the rows of the file that Spark 4.3 wrote, as Spark reads them
// with multiLine; testdata/csv holds it.
var sparkCSV = []string{
	"1|plain|1.5|true|2024-02-29|2024-02-29 12:34:56.789|1.10",
	"2|a,b|-0.0|false|1969-12-31|1969-12-31 23:59:59|-0.01",
	`3|say "hi"|NaN|NULL|NULL|NULL|NULL`,
	`4|back\slash "q\"|Infinity|true|2024-01-01|2024-01-01 00:00:00|0.00`,
	"5|NULL|1.0E300|true|0001-01-01|9999-12-31 23:59:59|99999999.99",
	"6|NULL|NULL|NULL|NULL|NULL|NULL",
	"7|blanks|1.0|true|2024-01-01|2024-01-01 00:00:00|1.00",
	"8|two\nlines|1.0|true|2024-01-01|2024-01-01 00:00:00|1.00",
	"9|#hash é 日本|1.0|true|2024-01-01|2024-01-01 00:00:00|1.00",
}

func TestReadsSparksCSV(t *testing.T) {
	schema := types.NewSchema(column("id", types.Int), column("name", types.String), column("x", types.Double),
		column("b", types.Boolean), column("d", types.Date), column("ts", types.Timestamp),
		types.Field{Name: "dec", Type: types.DecimalOf(12, 2), Nullable: true})
	_, rows := csvTexts(t, "testdata/csv", &schema, 0, "header", "true", "multiLine", "true")
	if d := cmp.Diff(sparkCSV, rows); d != "" {
		t.Error(d)
	}
	lines := append(append([]string(nil), sparkCSV[:7]...),
		"8|two|NULL|NULL|NULL|NULL|NULL", "NULL|1.0|NULL|NULL|2024-01-01|NULL|NULL", sparkCSV[8])
	_, rows = csvTexts(t, "testdata/csv", &schema, 0, "header", "true")
	if d := cmp.Diff(lines, rows); d != "" {
		t.Error("line by line", d)
	}
}

func TestInfersSparksCSV(t *testing.T) {
	for _, tt := range []struct {
		options []string
		want    string
	}{
		{[]string{"header", "true", "multiLine", "true", "inferSchema", "true"},
			"struct<id:int,name:string,x:double,b:boolean,d:date,ts:timestamp,dec:double>"},
		{[]string{"header", "true", "inferSchema", "true"},
			"struct<id:string,name:string,x:string,b:string,d:timestamp,ts:string,dec:double>"},
		{[]string{"header", "true"},
			"struct<id:string,name:string,x:string,b:string,d:string,ts:string,dec:string>"},
		{nil, "struct<_c0:string,_c1:string,_c2:string,_c3:string,_c4:string,_c5:string,_c6:string>"},
	} {
		schema, _ := csvTexts(t, "testdata/csv", nil, 0, tt.options...)
		if got := schema.String(); got != tt.want {
			t.Errorf("%v: %s", tt.options, got)
		}
	}
}

// The header is written to each file, an empty one too, and what is written is
// read again.
func TestWritesCSV(t *testing.T) {
	s := types.NewSchema(column("a", types.Long), column("s,t", types.String))
	header := map[string]string{"header": "true"}
	for _, tt := range []struct {
		options map[string]string
		rows    [][]any
		text    string
		ending  string
	}{
		{header, nil, "a,\"s,t\"\n", ".csv"},
		{header, [][]any{{1, "x"}, {nil, ""}}, "a,\"s,t\"\n1,x\n,\"\"\n", ".csv"},
		{map[string]string{"sep": ";", "lineSep": "|", "nullValue": "-", "extension": "tab"},
			[][]any{{1, "x"}, {nil, "a;b"}}, "1;x|-;\"a;b\"|", ".tab"},
		{nil, [][]any{{nil, "x"}, {nil, nil}}, ",x\n,\n", ".csv"},
	} {
		_, text, ending := write(t, "csv", s, tt.options, tt.rows...)
		if d := cmp.Diff(tt.text, text); d != "" || ending != tt.ending {
			t.Errorf("%v: %s %s", tt.options, ending, d)
		}
	}
	// A row of one column that is null would be an empty line, which Spark leaves
	// out: no reader would see it.
	one := types.NewSchema(column("a", types.String))
	if _, text, _ := write(t, "csv", one, nil, []any{"a"}, []any{nil}, []any{""}); text != "a\n\"\"\n" {
		t.Errorf("one column: %q", text)
	}
	dir, _, ending := write(t, "csv", s, map[string]string{"header": "true", "compression": "gzip"}, []any{1, "x"}, []any{nil, "p\"q"})
	if ending != ".csv.gz" {
		t.Error(ending)
	}
	schema, rows := csvTexts(t, dir, nil, 0, "header", "true", "inferSchema", "true")
	if d := cmp.Diff([]string{"1|x", `NULL|p"q`}, rows); d != "" || schema.String() != "struct<a:int,s,t:string>" {
		t.Error(schema, d)
	}
}

func TestCSVRefuses(t *testing.T) {
	array := types.NewSchema(types.Field{Name: "a", Type: types.ArrayOf(types.Of(types.Int)), Nullable: true})
	_, err := formatOf(t, "csv", nil).OpenTableSink(t.Context(), connector.SinkSpec{
		Options: connector.NewOptions(map[string]string{"path": t.TempDir()}), Schema: array}, "append")
	if err == nil || !strings.Contains(err.Error(), "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE") {
		t.Errorf("%v", err)
	}
	for name, value := range map[string]string{"extension": "..", "header": "maybe"} {
		_, err := formatOf(t, "csv", nil).OpenTableSink(t.Context(), connector.SinkSpec{
			Options: connector.NewOptions(map[string]string{"path": t.TempDir(), name: value}),
			Schema:  types.NewSchema(column("a", types.Long))}, "append")
		if !fault.Is(err, fault.IllegalArgument) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
}
