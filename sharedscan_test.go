package weir_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir"
)

// kinds writes files of two kinds of records, some of them malformed.
func kinds(t *testing.T, dir string) {
	t.Helper()
	for file := range 3 {
		var text strings.Builder
		for i := range 400 {
			n := file*400 + i
			switch {
			case n%97 == 0:
				text.WriteString("{\"kind\":1,\"a\":{\"id\":7,\n")
			case n%89 == 0:
				fmt.Fprintf(&text, "{\"kind\":2,\"a\":null,\"b\":{\"a\":%d,\"price\":\"no\",\"note\":\"x\"},\"at\":\"2026-01-01T00:00:00Z\"}\n", n%10)
			case n%5 == 0:
				fmt.Fprintf(&text, "{\"kind\":1,\"a\":{\"id\":%d,\"name\":\"n%d\",\"of\":%d},\"b\":null,\"at\":\"2026-01-01T00:00:%02dZ\"}\n", n/5%10, n, n%3, n/40)
			default:
				fmt.Fprintf(&text, "{\"kind\":2,\"a\":null,\"b\":{\"a\":%d,\"price\":%d,\"note\":\"p%d\"},\"at\":\"2026-01-01T00:00:%02dZ\"}\n", n%10, n, n, n/40)
			}
		}
		fileOf(t, fmt.Sprintf("%s/%d.json", dir, file), text.String())
	}
}

// Streams of the same files are read once, and nothing tells: neither the answer nor
// what the sources say they have read. Options that are written otherwise keep the
// streams apart.
func TestSameFilesReadOnce(t *testing.T) {
	for _, test := range []struct {
		name, sql string
		shared    bool
		mode      string
	}{
		{"two kinds", "SELECT a.id, a.name, b.price FROM a JOIN b ON a.id = b.a AND a.of = 1 WHERE b.price % 7 = 0", true, "PERMISSIVE"},
		{"one kind twice", "SELECT x.note, y.price FROM b x JOIN b y ON x.a = y.a AND x.price = y.price + 10", true, "PERMISSIVE"},
		{"a constant", "SELECT 1 FROM a JOIN b ON a.id = b.a WHERE b.price + 0 = 42", true, "PERMISSIVE"},
		{"malformed records go", "SELECT a.id, b.price FROM a JOIN b ON a.id = b.a WHERE b.a = 3 AND b.price + 0 > 1100", false, "DROPMALFORMED"},
		{"counts", "SELECT x.a, x.n, y.name FROM (SELECT a, count(*) n, window(at, '10 seconds') w FROM b GROUP BY a, window(at, '10 seconds')) x " +
			"JOIN (SELECT id, max(name) name, window(at, '10 seconds') w FROM a GROUP BY id, window(at, '10 seconds')) y ON x.a = y.id AND x.w = y.w", true, "PERMISSIVE"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, dir := warehouse(t)
			kinds(t, dir+"/in")
			once, malformed := readKinds(t, s, dir, test.sql, test.mode, false)
			apart, _ := readKinds(t, s, dir, test.sql, test.mode, true)
			if !slices.Equal(once, apart) || len(once) < 5 {
				t.Errorf("read once: %d rows\n%.500q\napart: %d\n%.500q", len(once), strings.Join(once, "|"), len(apart), strings.Join(apart, "|"))
			}
			// The source that is not opened has met none.
			if shared := malformed[0] != "" && malformed[1] == ""; shared != test.shared {
				t.Errorf("malformed records %q", malformed)
			}
		})
	}
}

// readKinds joins the two kinds, read alike or with different options, and gives the rows, what
// the sources have read, and how many malformed records they met.
func readKinds(t *testing.T, s *weir.Session, dir, sql, mode string, apart bool) (rows, malformed []string) {
	t.Helper()
	for i, name := range []string{"a", "b"} {
		r := s.ReadStream().Format("json").Option("maxFilesPerTrigger", 2).Option("mode", mode).
			Schema("kind INT, a STRUCT<id: LONG, name: STRING, of: INT>, b STRUCT<a: LONG, price: LONG, note: STRING>, at TIMESTAMP")
		if apart && i == 1 {
			r = r.Option("prefersDecimal", "false")
		}
		d := r.Load(dir+"/in").WithWatermarkText("at", "1 second").Where(fmt.Sprint("kind = ", i+1)).SelectExpr(name+".*", "at")
		if err := d.CreateOrReplaceTempView(name); err != nil {
			t.Fatal(err)
		}
	}
	q, err := s.SQL(sql).WriteStream().Format("memory").QueryName("out").OutputMode(weir.Append).
		Option("checkpointLocation", t.TempDir()).Trigger(weir.AvailableNow()).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := q.AwaitTermination(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows = strings.Split(rowsOf(t, s.SQL("SELECT * FROM out")), " | ")
	slices.Sort(rows)
	for _, p := range q.RecentProgress() {
		line := fmt.Sprint("batch ", p.Batch)
		for _, source := range p.Sources {
			line += fmt.Sprint(" ", source.InputRows)
		}
		rows = append(rows, line)
	}
	for _, source := range q.LastProgress().Sources {
		malformed = append(malformed, source.Metrics["numMalformedRecords"])
	}
	return rows, malformed
}
