package jsontext

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

var seed = flag.Uint64("seed", 1, "seed of the random tests")

func mustDecoder(t testing.TB, schema types.Schema, o Options) *Decoder {
	t.Helper()
	d, err := NewDecoder(schema, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func mustSchema(t testing.TB, text string) types.Schema {
	t.Helper()
	s, err := types.ParseSchema(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// allRows decodes a chunk into as many batches as it takes.
func allRows(t testing.TB, d *Decoder, chunk []byte) [][]string {
	t.Helper()
	var rows [][]string
	for len(chunk) > 0 {
		d.Begin()
		used, err := d.Decode(chunk)
		if err != nil {
			t.Fatal(err)
		}
		if used == 0 {
			t.Fatal("nothing used")
		}
		rows = append(rows, textRows(d.Batch(), nil)...)
		chunk = chunk[used:]
	}
	return rows
}

// generalOnly switches the fast path off.
func generalOnly(d *Decoder) *Decoder {
	d.lines.newline = false
	return d
}

func comparePaths(t testing.TB, schema types.Schema, chunk []byte) {
	t.Helper()
	compareDecoders(t, mustDecoder(t, schema, Options{}), generalOnly(mustDecoder(t, schema, Options{})), chunk)
}

func compareDecoders(t testing.TB, fast, general *Decoder, chunk []byte) {
	t.Helper()
	fastBefore, generalBefore := fast.Stats(), general.Stats()
	got, want := allRows(t, fast, chunk), allRows(t, general, chunk)
	if len(got) != len(want) {
		t.Fatalf("the fast path gives %d rows, the general one %d", len(got), len(want))
	}
	for i := range got {
		if !slices.Equal(got[i], want[i]) {
			t.Fatalf("row %d:\n   fast %q\ngeneral %q", i, got[i], want[i])
		}
	}
	a, b := since(fast.Stats(), fastBefore), since(general.Stats(), generalBefore)
	if a != b {
		t.Fatalf("fast %+v, general %+v", a, b)
	}
}

// since is what was counted since before: a fuzzer cannot make an input small whose
// counts hold those of all inputs.
func since(now, before Stats) Stats {
	now.Malformed -= before.Malformed
	now.Dropped -= before.Dropped
	return now
}

// The two paths read every line of the golden cases alike, in any order.
func TestPathsAgreeOnGolden(t *testing.T) {
	for _, c := range readGolden(t, "testdata/read.jsonl") {
		if len(c.Options) > 0 {
			continue
		}
		var chunk []byte
		for range 2 {
			for i := range c.Lines {
				chunk = append(chunk, c.line(i)...)
				chunk = append(chunk, '\n')
			}
		}
		t.Run(c.Name, func(t *testing.T) { comparePaths(t, mustSchema(t, c.Schema), chunk) })
	}
}

// The two paths agree on lines in which bytes were changed at random, and on
// every schema.
func TestPathsAgreeOnBrokenLines(t *testing.T) {
	t.Logf("seed %d", *seed)
	r := rand.New(rand.NewPCG(*seed, 0))
	full := nexmarkSchema()
	full.Fields = append(full.Fields, field("_corrupt_record", types.Of(types.String)))
	schemas := []types.Schema{full, prune(full, "event_type", "bid.auction", "bid.price", "dateTime", "_corrupt_record"),
		mustSchema(t, "bid MAP<STRING, STRING>, event_type DOUBLE, dateTime STRING, _corrupt_record STRING"), {}}
	const marks = "\"\\{}[],:0-9.eEtfn \t\r\n\x00\x80\xc3\xa9"
	for round := range 30 {
		chunk := nexmarkLines(200)
		for range 100 {
			chunk[r.IntN(len(chunk))] = marks[r.IntN(len(marks))]
		}
		comparePaths(t, schemas[round%len(schemas)], chunk)
	}
}

func TestNexmarkValues(t *testing.T) {
	lines := nexmarkLines(20000)
	d := mustDecoder(t, nexmarkSchema(), Options{})
	n, rest := 0, lines
	for len(rest) > 0 {
		d.Begin()
		used, err := d.Decode(rest)
		if err != nil {
			t.Fatal(err)
		}
		b := d.Batch()
		texts := bytes.Split(rest[:used], []byte("\n"))
		for i := 0; i < b.Rows; i += 97 {
			var want struct {
				EventType int32 `json:"event_type"`
				Bid       *struct {
					Auction, Bidder, Price int64
					URL                    string `json:"url"`
				}
			}
			if err := json.Unmarshal(texts[i], &want); err != nil {
				t.Fatal(err)
			}
			bid := b.Columns[3]
			if batch.Values[int32](b.Columns[0])[i] != want.EventType || bid.Null(i) != (want.Bid == nil) {
				t.Fatalf("%s: read otherwise", texts[i])
			}
			if want.Bid != nil && (batch.Values[int64](bid.Children[2])[i] != want.Bid.Price ||
				batch.Values[string](bid.Children[4])[i] != want.Bid.URL) {
				t.Fatalf("%s: bid read otherwise", texts[i])
			}
		}
		n += b.Rows
		rest = rest[used:]
	}
	if n != 20000 || d.Stats() != (Stats{}) {
		t.Errorf("%d rows, %+v", n, d.Stats())
	}
}

func TestModes(t *testing.T) {
	schema := mustSchema(t, "a INT, l ARRAY<INT>, _corrupt_record STRING")
	lines := []byte("{\"a\":1,\"l\":[1,2]}\n{\"a\":\"x\",\"l\":[3]}\n{\"a\":2,\"l\":[4\n{\"a\":3,\"l\":[5]}\n")
	check := func(mode Mode, want string, stats Stats) {
		t.Helper()
		d := mustDecoder(t, schema, Options{Mode: mode})
		var rows []string
		for _, r := range allRows(t, d, lines) {
			rows = append(rows, strings.Join(r, " "))
		}
		if got := strings.Join(rows, "; "); got != want || d.Stats() != stats {
			t.Errorf("mode %d: %s, %+v; want %s, %+v", mode, got, d.Stats(), want, stats)
		}
	}
	check(Permissive, `1 [1, 2] NULL; NULL [3] {"a":"x","l":[3]}; NULL NULL {"a":2,"l":[4; 3 [5] NULL`, Stats{Malformed: 2})
	check(DropMalformed, `1 [1, 2] NULL; 3 [5] NULL`, Stats{Malformed: 2, Dropped: 2})

	d := mustDecoder(t, schema, Options{Mode: FailFast})
	used, err := d.Decode(lines)
	if !fault.Is(err, fault.MalformedRecord) || !strings.Contains(err.Error(), `{"a":"x","l":[3]}`) || used != 18 {
		t.Errorf("FAILFAST: used %d, %v", used, err)
	}
	if d.Rows() != 1 {
		t.Errorf("FAILFAST: %d rows before the error, want 1", d.Rows())
	}
}

func TestTests(t *testing.T) {
	schema := mustSchema(t, "event_type INT, bid STRUCT<auction: BIGINT, price: BIGINT>, l ARRAY<STRUCT<x: INT>>, dateTime TIMESTAMP")
	lines := []byte(`{"event_type":1,"bid":null,"l":[{"x":1}],"dateTime":"2026-03-01T12:00:00.000Z"}
{"event_type":2,"bid":{"auction":7,"price":8},"l":[{"x":2},{"x":3}],"dateTime":"2026-03-01T12:00:01.000Z"}
{"event_type":2,"bid":{"auction":9,"price":"no"},"l":null}
{"bid":{"auction":5,"price":8}}
{"event_type":1,"bid":{"auction":[1,2},"l":[]}
{"l":[{"x":4}],"event_type":1,"bid":{"auction":5,"price":8}}
{"l":[{"x":5}],"event_type":2,"bid":{"auction":5,"price":8}}
`)
	d := mustDecoder(t, schema, Options{})
	used := d.SetTests([]Test{
		{Path: []string{"event_type"}, In: []any{int64(2)}},
		{Path: []string{"bid", "auction"}, In: []any{int64(7), int64(9), int64(5)}},
		{Path: []string{"nobody"}},
	})
	if !slices.Equal(used, []bool{true, true, false}) {
		t.Fatalf("used %v", used)
	}
	if n, err := d.Decode(lines); err != nil || n != len(lines) {
		t.Fatal(n, err)
	}
	b := d.Batch()
	// What follows the field that fails is not looked at.
	if b.Rows != 7 || d.Stats().Malformed != 1 {
		t.Errorf("%d rows, %+v", b.Rows, d.Stats())
	}
	got := make([]string, 0)
	for _, r := range textRows(b, nil) {
		got = append(got, strings.Join(r, " "))
	}
	want := []string{"2 {7, 8} [{2}, {3}] 2026-03-01 12:00:01", "2 {9, null} NULL NULL", "2 {5, 8} [{5}] NULL"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// A row that fails a test ends where its line does, however that ends, and with
// FAILFAST it is checked to its end.
func TestRejectedLines(t *testing.T) {
	check := func(o Options, text string, want ...string) {
		t.Helper()
		d := mustDecoder(t, mustSchema(t, "k INT, v STRING"), o)
		d.SetTests([]Test{{Path: []string{"k"}, In: []any{int64(2)}}})
		var got []string
		for _, padding := range []string{"", strings.Repeat(" ", 100)} {
			got = got[:0]
			d.Begin()
			n, err := d.Decode([]byte(text + padding))
			if err != nil {
				got = append(got, fmt.Sprint("error at ", n))
			}
			for _, r := range textRows(d.Batch(), nil) {
				got = append(got, strings.Join(r, " "))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%q: %q, want %q", text, got, want)
			}
		}
	}
	a, b, bad := `{"k":1,"v":"{"}`, `{"k":2,"v":"b"}`, `{"k":1,"v":"x",}`
	check(Options{}, a+"\n"+b+"\n"+a+"\n", "2 b")
	check(Options{}, a+"\r\n"+b+"\r\n", "2 b")
	check(Options{}, a+"\r"+b+"\r"+a+"\n"+b, "2 b", "2 b")
	check(Options{LineSeparator: "\n"}, a+"\r"+b+"\n"+b+"\n", "2 b")
	check(Options{}, bad+"\n"+b+"\n", "2 b")
	check(Options{Mode: FailFast}, b+"\n"+bad+"\n"+b+"\n", "error at 16", "2 b")
}

func TestMultiLine(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		d := mustDecoder(t, mustSchema(t, "a INT, b STRING, _corrupt_record STRING"), Options{MultiLine: true})
		var rows []string
		for _, r := range allRows(t, d, []byte(text)) {
			rows = append(rows, strings.Join(r, " "))
		}
		if got := strings.Join(rows, "; "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	check("{\"a\":1,\n\"b\":\"x\"}\n{\"a\":2}", "1 x NULL")
	check("[{\"a\":1,\r\n\"b\":\"x\"},\n{\"a\":2}]", "1 x NULL; 2 NULL NULL")
	check("[{\"a\":1},\n{\"a\":2}", "NULL NULL [{\"a\":1},\n{\"a\":2}")
}

// Limits of depth and of the length of numbers, in both paths.
func TestLimits(t *testing.T) {
	schema := mustSchema(t, "a INT")
	check := func(line string, malformed int64) {
		t.Helper()
		d := mustDecoder(t, schema, Options{})
		allRows(t, d, []byte(line+"\n"+strings.Repeat(" ", 100)))
		if d.Stats().Malformed != malformed {
			t.Errorf("%.30s…: %+v", line, d.Stats())
		}
	}
	check(`{"z":`+strings.Repeat("[", 900)+strings.Repeat("]", 900)+`,"a":1}`, 0)
	check(`{"z":`+strings.Repeat("[", 1100)+strings.Repeat("]", 1100)+`,"a":1}`, 1)
	check(`{"z":`+strings.Repeat("1", 900)+`,"a":1}`, 0)
	check(`{"z":`+strings.Repeat("1", 1100)+`,"a":1}`, 1)
}

// A batch that is full stops within a chunk; nothing is lost or read twice.
func TestFullBatch(t *testing.T) {
	var text strings.Builder
	for i := range 3*batch.Size + 5 {
		text.WriteString(`{"a":` + string(rune('0'+i%10)) + "}\n")
	}
	rows := allRows(t, mustDecoder(t, mustSchema(t, "a INT"), Options{}), []byte(text.String()))
	if len(rows) != 3*batch.Size+5 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, r := range rows {
		if r[0] != string(rune('0'+i%10)) {
			t.Fatalf("row %d is %v", i, r)
		}
	}
}

func TestComplete(t *testing.T) {
	d := mustDecoder(t, types.Schema{}, Options{})
	for text, want := range map[string]int{"": 0, "a": 0, "a\n": 2, "a\nb": 2, "a\rb": 2, "a\r": 0, "a\r\nb": 3} {
		if got := d.Complete([]byte(text)); got != want {
			t.Errorf("Complete(%q) = %d, want %d", text, got, want)
		}
	}
}

// FuzzDecode checks that no line makes the decoder panic, that the two paths
// agree, and that a line is malformed if encoding/json says so. It differs where
// Spark takes more: text behind the value, single quotes, NaN and the like, and
// a byte order mark; and where it takes less: what is neither object nor array.
func FuzzDecode(f *testing.F) {
	for _, line := range bytes.Split(nexmarkLines(60), []byte("\n")) {
		f.Add(line)
	}
	for _, line := range []string{`{"event_type":1.5e3,"bid":{"a\u00e9\ud83d":[1,{"b":null}]}}`, `[{"event_type":2},{}]`, "{'a':NaN}", `{"a":"\x80"}`} {
		f.Add([]byte(line))
	}
	full := nexmarkSchema()
	nested := mustSchema(f, "event_type DOUBLE, bid MAP<STRING, ARRAY<STRING>>, l ARRAY<STRUCT<x: INT, y: ARRAY<INT>>>, _corrupt_record STRING")
	fast, general := mustDecoder(f, full, Options{}), generalOnly(mustDecoder(f, full, Options{}))
	fastNested, generalNested := mustDecoder(f, nested, Options{}), generalOnly(mustDecoder(f, nested, Options{}))
	strict := mustDecoder(f, types.Schema{}, Options{Syntax: Syntax{NoSingleQuotes: true, NoNonNumeric: true}})
	more := nexmarkLines(3)
	f.Fuzz(func(t *testing.T, line []byte) {
		chunk := append(slices.Clone(line), '\n')
		compareDecoders(t, fast, general, chunk)
		chunk = append(chunk, more...)
		compareDecoders(t, fastNested, generalNested, chunk)
		compareDecoders(t, fast, general, chunk)

		if bytes.ContainsAny(line, "\n\r'") || !bytes.HasPrefix(line, []byte("{")) || !utf8.Valid(line) {
			return
		}
		before := strict.Stats().Malformed
		allRows(t, strict, append(slices.Clone(line), '\n'))
		malformed := strict.Stats().Malformed > before
		if json.Valid(line) && malformed && len(line) < maxNumberLength {
			t.Errorf("%q is JSON", line)
		}
		value := json.NewDecoder(bytes.NewReader(line)) // takes one value, as Spark does
		var any json.RawMessage
		if err := value.Decode(&any); err != nil && !malformed {
			t.Errorf("%q is no JSON: %v", line, err)
		}
	})
}

// What the decoder remembers of a minute is that of UTC: NZ, which makes a text as long
// as one with milliseconds, is another zone.
func TestMinuteOfAnotherZone(t *testing.T) {
	d := mustDecoder(t, mustSchema(t, "a TIMESTAMP"), Options{})
	rows := allRows(t, d, []byte(`{"a":"2026-03-01T12:10:00.00NZ"}`+"\n"+`{"a":"2026-03-01T12:10:07.123Z"}`+"\n"))
	if got := fmt.Sprint(rows); got != "[[2026-02-28 23:10:00] [2026-03-01 12:10:07.123]]" {
		t.Error(got)
	}
}
