package csvtext

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/types"
)

// A golden case is what Spark 4.3 read from a file, with all columns cast to
// strings, or what it wrote; the session's time zone was America/Los_Angeles.
type goldenCase struct {
	Name     string
	Schema   string
	Inferred string // where no schema was given
	Options  map[string]string
	Text     any // text, or {"hex": …} where it is not UTF-8
	Rows     [][]*string
	Error    string
	SQL      string // what was written: strings, types or fmt
}

// differences are the cases that differ on purpose, by name and text of the row.
var differences = map[string]string{
	"type BYTE 1":  "digits of other scripts are no numbers for weir",
	"type SHORT 1": "", "type INT 1": "", "type LONG 1": "", "type DECIMAL(10,2) 1.00": "", "type DECIMAL(38,18) 1.000000000000000000": "",
	"type FLOAT 2.14748365E9": "Java 17 writes a digit too many",
}

func readGolden(t testing.TB) []goldenCase {
	t.Helper()
	f, err := os.Open("testdata/spark.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []goldenCase
	for s := bufio.NewScanner(f); s.Scan(); {
		var c goldenCase
		if err := json.Unmarshal(s.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	return cases
}

func (c goldenCase) text() []byte {
	if s, ok := c.Text.(string); ok {
		return []byte(s)
	}
	b, _ := hex.DecodeString(c.Text.(map[string]any)["hex"].(string))
	return b
}

func (c goldenCase) options(t testing.TB) Options {
	t.Helper()
	zone, err := datetime.LoadZone("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	o, err := ParseOptions(c.Options, zone)
	if err != nil {
		t.Fatal(err)
	}
	o.Today = int32(datetime.Date{Year: 2026, Month: 11, Day: 21}.Days())
	return o
}

func TestGoldenRead(t *testing.T) {
	for _, c := range readGolden(t) {
		if c.SQL != "" {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			o := c.options(t)
			text := c.Inferred
			if c.Schema != "" {
				text = c.Schema
			}
			schema := types.Schema{}
			if text != "" {
				struc, err := types.ParseType(text)
				if c.Schema != "" {
					schema, err = types.ParseSchema(text)
				} else {
					schema.Fields = struc.Fields
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if c.Schema == "" {
				f := NewInference(o)
				if err := f.Add(c.text()); err != nil {
					t.Fatal(err)
				}
				if got := f.Schema(); !got.Equal(schema) {
					t.Fatalf("inferred %v, want %v", got, schema)
				}
			}
			d, err := NewDecoder(schema, schema, o)
			if err == nil {
				_, err = d.Decode(c.text())
			}
			if (err != nil) != (c.Error != "") {
				t.Fatalf("error %v, want %s", err, c.Error)
			}
			if err == nil {
				compareRows(t, c, textRows(d.Batch(), o.Zone))
			}
		})
	}
}

func compareRows(t *testing.T, c goldenCase, got [][]string) {
	t.Helper()
	if len(got) != len(c.Rows) {
		t.Errorf("%d rows, want %d:\n%q", len(got), len(c.Rows), got)
		return
	}
	for i, row := range c.Rows {
		want := make([]string, len(row))
		for k, s := range row {
			want[k] = "NULL"
			if s != nil {
				want[k] = *s
			}
		}
		if _, ok := differences[c.Name+" "+want[0]]; !ok && !slices.Equal(got[i], want) {
			t.Errorf("row %d\n got %q\nwant %q", i, got[i], want)
		}
	}
}

// textRows are the rows of b cast to strings as Spark does.
func textRows(b *batch.Batch, zone *datetime.Zone) [][]string {
	var rows [][]string
	for i := range b.Rows {
		row := make([]string, len(b.Columns))
		for k, c := range b.Columns {
			if row[k] = "NULL"; !c.Null(i) {
				row[k] = string(celltext.Append(nil, c, i, zone.Location()))
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// stringRows are what was written in the cases of the kind strings.
var stringRows = [][]any{{"a", "b,c", `d"e`}, {"", nil, " x "}, {"a\nb", `\`, `\"`}, {"#c", "'", "\t"}, {nil, nil, nil}, {"", " ", "é"}}

func stringBatch(names ...string) (types.Schema, *batch.Batch) {
	var schema types.Schema
	for _, n := range names {
		schema.Fields = append(schema.Fields, types.Field{Name: n, Type: types.Of(types.String), Nullable: true})
	}
	b := batch.New(schema)
	b.Resize(len(stringRows))
	for i, row := range stringRows {
		for k, v := range row {
			if v == nil {
				b.Columns[k].SetNull(i)
			} else {
				batch.Values[string](b.Columns[k])[i] = v.(string)
			}
		}
	}
	return schema, b
}

func TestGoldenWrite(t *testing.T) {
	for _, c := range readGolden(t) {
		if c.SQL == "" {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			o := c.options(t)
			schema, b := stringBatch("x", "y", "z")
			if c.SQL != "strings" {
				schema, b = typedBatch(t, c.SQL, o)
			}
			e := NewEncoder(schema, o)
			var got []byte
			if o.Header.Present {
				got = e.AppendHeader(got)
			}
			got = e.AppendBatch(got, b)
			if string(got) != string(c.text()) {
				t.Errorf("got\n%s\nwant\n%s", got, c.text())
			}
		})
	}
}

// typedBatch reads the values that were written in the other cases.
func typedBatch(t *testing.T, kind string, o Options) (types.Schema, *batch.Batch) {
	t.Helper()
	text, ddl := "2024-03-10 12:34:56|2024-03-10\n", "a TIMESTAMP, b DATE"
	if kind == "types" {
		text = "1|2|3|4|1.5|2.25|true|\x00\xffA|2024-03-10|2024-03-10 12:34:56|2024-03-10 12:34:56.123456|2024-03-10 12:34:56.5|1.50|" +
			"INTERVAL '1' DAY|INTERVAL '1-2' YEAR TO MONTH|NaN|Inf|1e10|1E-10\n"
		ddl = "a BYTE, b SHORT, c INT, d LONG, e FLOAT, f DOUBLE, g BOOLEAN, i BINARY, j DATE, k TIMESTAMP, l TIMESTAMP, m TIMESTAMP_NTZ, n DECIMAL(3,2), " +
			"s INTERVAL DAY, t INTERVAL YEAR TO MONTH, u DOUBLE, v DOUBLE, w DOUBLE, x DECIMAL(11,10)"
	}
	schema, err := types.ParseSchema(ddl)
	if err != nil {
		t.Fatal(err)
	}
	o.Separator, o.Formats = "|", Formats{}
	d, err := NewDecoder(schema, schema, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Decode([]byte(text)); err != nil || d.Stats().Malformed > 0 {
		t.Fatal(err, d.Stats())
	}
	b := d.Batch()
	if kind == "types" {
		batch.Values[string](b.Columns[7])[0] = "\x00\xffA"
	}
	return schema, b
}

// What has been written is read again, with every choice of quotes.
func TestRoundTrip(t *testing.T) {
	for _, options := range []map[string]string{nil, {"quoteAll": "true"}, {"escape": `"`}, {"sep": "||"},
		{"ignoreLeadingWhiteSpace": "false", "ignoreTrailingWhiteSpace": "false"}, {"nullValue": "NULL"}} {
		c := goldenCase{Options: map[string]string{"multiLine": "true"}}
		for k, v := range options {
			c.Options[k] = v
		}
		o := c.options(t)
		schema, b := stringBatch("x", "y", "z")
		text := NewEncoder(schema, o).AppendBatch(nil, b)
		d, err := NewDecoder(schema, schema, o)
		if err != nil {
			t.Fatal(err)
		}
		if n := d.Complete(text); n != len(text) {
			t.Errorf("%v: %d of %d bytes are complete", options, n, len(text))
		}
		if _, err := d.Decode(text); err != nil {
			t.Fatal(err)
		}
		got, want := textRows(d.Batch(), nil), textRows(b, nil)
		for i := range want {
			for k := range want[i] {
				if options["ignoreLeadingWhiteSpace"] == "" {
					want[i][k] = strings.TrimSpace(want[i][k])
				}
				if want[i][k] == "" && options["nullValue"] == "" {
					want[i][k] = "NULL"
				}
			}
		}
		if !slices.EqualFunc(got, want, slices.Equal[[]string]) {
			t.Errorf("%v: %q\n got %q\nwant %q", options, text, got, want)
		}
	}
}
