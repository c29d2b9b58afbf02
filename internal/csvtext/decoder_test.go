package csvtext

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

func mustSchema(t testing.TB, text string) types.Schema {
	t.Helper()
	s, err := types.ParseSchema(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustOptions(t testing.TB, pairs ...string) Options {
	t.Helper()
	m := make(map[string]string)
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	o, err := ParseOptions(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func rowsOf(t testing.TB, d *Decoder, text string) string {
	t.Helper()
	if used, err := d.Decode([]byte(text)); err != nil || used != len(text) {
		t.Fatalf("used %d of %d: %v", used, len(text), err)
	}
	return shown(d)
}

func shown(d *Decoder) string {
	var rows []string
	for _, r := range textRows(d.Batch(), nil) {
		rows = append(rows, strings.Join(r, " "))
	}
	return strings.Join(rows, "; ")
}

func TestModes(t *testing.T) {
	schema := mustSchema(t, "a INT, b STRING")
	const text = "1,x\nz,y\n1\n1,2,3\n2,w\n"
	check := func(mode, want string, stats Stats) {
		t.Helper()
		d, err := NewDecoder(schema, schema, mustOptions(t, "mode", mode))
		if err != nil {
			t.Fatal(err)
		}
		if got := rowsOf(t, d, text); got != want || d.Stats() != stats {
			t.Errorf("%s: %s, %+v; want %s, %+v", mode, got, d.Stats(), want, stats)
		}
	}
	check("PERMISSIVE", "1 x; NULL y; 1 NULL; 1 2; 2 w", Stats{Malformed: 3})
	check("dropMalformed", "1 x; 2 w", Stats{Malformed: 3, Dropped: 3})
	d, _ := NewDecoder(schema, schema, mustOptions(t, "mode", "FAILFAST"))
	used, err := d.Decode([]byte(text))
	if !fault.Is(err, fault.MalformedRecord) || !strings.Contains(err.Error(), "z,y") || used != 4 || d.Rows() != 1 {
		t.Errorf("FAILFAST: used %d, %d rows, %v", used, d.Rows(), err)
	}
}

// Where only some columns are wanted, the others are not looked at, and in an
// order of their own.
func TestPruned(t *testing.T) {
	file := mustSchema(t, "a INT, b STRING, c INT")
	d, err := NewDecoder(file, mustSchema(t, "c INT, a INT"), mustOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	if got := rowsOf(t, d, "1,x,2\n3,y\n4,z,5,6\nw,x,7\n"); got != "2 1; NULL 3; 5 4; 7 NULL" || d.Stats().Malformed != 1 {
		t.Errorf("%s, %+v", got, d.Stats())
	}
	d, err = NewDecoder(file, types.Schema{}, mustOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	if got := rowsOf(t, d, "1,x,2\n\n3\n"); got != "; " || d.Rows() != 2 {
		t.Errorf("%q, %d rows", got, d.Rows())
	}
}

func TestHeader(t *testing.T) {
	schema := mustSchema(t, "a INT, b STRING")
	d, err := NewDecoder(schema, schema, mustOptions(t, "header", "true", "enforceSchema", "false", "comment", "#"))
	if err != nil {
		t.Fatal(err)
	}
	if got := rowsOf(t, d, "# c\n\n\"A\",b\n1,x\n"); got != "1 x" {
		t.Error(got)
	}
	if got := rowsOf(t, d, "2,y\n"); got != "1 x; 2 y" { // another chunk of the same file
		t.Error(got)
	}
	d.StartFile()
	if _, err := d.Decode([]byte("b,a\n3,z\n")); !fault.Is(err, fault.IllegalArgument) || !strings.Contains(err.Error(), "b, a") {
		t.Error(err)
	}
}

// What from_csv gives, as Spark 4.3 does.
func TestRecord(t *testing.T) {
	check := func(schema, text, want string) {
		t.Helper()
		s := mustSchema(t, schema)
		d, err := NewDecoder(s, s, mustOptions(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Record(text); err != nil {
			t.Fatal(err)
		}
		if got := shown(d); got != want {
			t.Errorf("from_csv(%q) = %s, want %s", text, got, want)
		}
	}
	check("a INT, b STRING", "1,x", "1 x")
	check("a INT", "", "NULL")
	check("a INT, b INT", "z,1", "NULL 1")
	check("a INT, b INT", "1", "1 NULL")
	check("a INT, b INT", "1,2,3", "1 2")
	check("a STRING, b INT", "\"a\nb\",2", "a\nb 2")
	check("a STRING", " ", " ")
	check("a STRING", `""`, "NULL")
}

// A text is read alike in one chunk and in pieces cut where Complete says, and a
// batch that is full loses nothing.
func TestChunks(t *testing.T) {
	var text strings.Builder
	for i := range 2*batch.Size + 7 {
		fmt.Fprintf(&text, "%d,\"a\n%d\",x%d\n", i, i, i)
	}
	schema := mustSchema(t, "a INT, b STRING, c STRING")
	for _, size := range []int{1 << 30, 100, 1000} {
		d, err := NewDecoder(schema, schema, mustOptions(t, "multiLine", "true"))
		if err != nil {
			t.Fatal(err)
		}
		rows, rest := 0, []byte(text.String())
		for len(rest) > 0 {
			n := min(size, len(rest))
			n = d.Complete(rest[:n])
			for at := 0; at < n; {
				d.Begin()
				used, err := d.Decode(rest[at:n])
				if err != nil || used == 0 {
					t.Fatal(used, err)
				}
				b := d.Batch()
				for i := range b.Rows {
					want := fmt.Sprintf("a\n%d", rows)
					if batch.Values[int32](b.Columns[0])[i] != int32(rows) || batch.Values[string](b.Columns[1])[i] != want {
						t.Fatalf("row %d is %q", rows, batch.Values[string](b.Columns[1])[i])
					}
					rows++
				}
				at += used
			}
			rest = rest[n:]
		}
		if rows != 2*batch.Size+7 || d.Stats().Malformed > 0 {
			t.Errorf("chunks of %d: %d rows, %+v", size, rows, d.Stats())
		}
	}
}

func TestWrongOptions(t *testing.T) {
	for name, value := range map[string]string{"header": "x", "maxColumns": "many", "quote": "ab", "sep": "", "timeZone": "Nowhere",
		"unescapedQuoteHandling": "GUESS", "dateFormat": "YYYY"} {
		if _, err := ParseOptions(map[string]string{name: value}, nil); err == nil {
			t.Errorf("%s=%s is taken", name, value)
		}
	}
}

// No text makes the decoder panic; and cutting it where Complete says changes
// nothing.
func FuzzDecode(f *testing.F) {
	for _, c := range readGolden(f) {
		f.Add(c.text(), uint8(0))
		f.Add(c.text(), uint8(255))
	}
	schema := mustSchema(f, "a STRING, b STRING, c INT, _corrupt_record STRING")
	f.Fuzz(func(t *testing.T, text []byte, choice uint8) {
		pairs := []string{}
		for i, o := range [][]string{{"multiLine", "true"}, {"escape", `"`}, {"ignoreLeadingWhiteSpace", "true"},
			{"ignoreTrailingWhiteSpace", "true"}, {"sep", "||"}, {"unescapedQuoteHandling", "STOP_AT_CLOSING_QUOTE"},
			{"unescapedQuoteHandling", "BACK_TO_DELIMITER"}, {"lineSep", "\n"}} {
			if choice>>i&1 == 1 {
				pairs = append(pairs, o...)
			}
		}
		o := mustOptions(t, pairs...)
		d, err := NewDecoder(schema, schema, o)
		if err != nil {
			t.Fatal(err)
		}
		text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
		if used, err := d.Decode(text); err != nil || used != len(text) {
			t.Fatal(used, err)
		}
		want := textRows(d.Batch(), nil)
		n := d.Complete(text[:len(text)/2])
		d.Begin()
		var got [][]string
		for _, part := range [][]byte{text[:n], text[n:]} {
			if _, err := d.Decode(part); err != nil {
				t.Fatal(err)
			}
		}
		if got = textRows(d.Batch(), nil); !slices.EqualFunc(got, want, slices.Equal[[]string]) {
			t.Errorf("%q cut at %d:\n got %q\nwant %q", text, n, got, want)
		}
		if f := NewInference(o); f.Add(text) == nil {
			f.Schema()
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	var text bytes.Buffer
	const rows = 3000
	for i := range rows {
		fmt.Fprintf(&text, "%d,channel-%d,%d.25,https://www.nexmark.com/abc/item.htm?query=%d,2026-03-01T12:00:%02d.123Z\n", i, i%100, i, i, i%60)
	}
	schema := mustSchema(b, "a BIGINT, b STRING, c DOUBLE, d STRING, e TIMESTAMP")
	for name, wanted := range map[string]string{"all": "a BIGINT, b STRING, c DOUBLE, d STRING, e TIMESTAMP", "two": "a BIGINT, d STRING"} {
		b.Run(name, func(b *testing.B) {
			d, err := NewDecoder(schema, mustSchema(b, wanted), DefaultOptions())
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(text.Len()))
			b.ReportAllocs()
			for b.Loop() {
				d.Begin()
				if _, err := d.Decode(text.Bytes()); err != nil {
					b.Fatal(err)
				}
				d.Batch()
			}
			if d.Stats().Malformed > 0 {
				b.Fatal(d.Stats())
			}
			b.ReportMetric(float64(rows)*float64(b.N)/1e6/b.Elapsed().Seconds(), "Mrows/s")
		})
	}
}
