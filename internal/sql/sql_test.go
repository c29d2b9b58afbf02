package sql

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/golden"
	"github.com/weirstream/weir/internal/plan"
)

// inUTC is the parser of a session in UTC.
var inUTC = Parser{Zone: datetime.UTC}

// A literal TIMESTAMP is a value where the session is known, and else waits for it.
func TestZoneOfLiterals(t *testing.T) {
	zone, err := datetime.LoadZone("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	const text = "TIMESTAMP '2024-01-01 00:00:00'"
	for _, c := range []struct {
		name string
		p    Parser
		want string
	}{{"UTC", inUTC, "1704067200000000:timestamp"}, {"New York", Parser{Zone: zone}, "1704085200000000:timestamp"}, {"none", Parser{}, text}} {
		e, err := c.p.ParseExpression(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, waits := e.(*expr.UnresolvedTimestamp); waits != (c.p.Zone == nil) {
			t.Errorf("%s: %T", c.name, e)
		}
		if got := sexpr(e); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if _, err := ParseExpression("TIMESTAMP '2024-13-01'"); err == nil {
		t.Error("a text that is no time is refused by the parser, whatever the zone")
	}
}

// TestGolden runs the cases of testdata: expr reads expressions, a line each;
// places shows the text of every node; query and statements read the whole input.
func TestGolden(t *testing.T) {
	golden.Files(t, "testdata/*.golden", func(t *testing.T, file string) {
		golden.Run(t, file, func(c golden.Case) string {
			switch c.Command {
			case "expr":
				var out []string
				for _, line := range c.Lines() {
					e, err := inUTC.ParseExpression(line)
					if err != nil {
						out = append(out, err.Error())
					} else {
						out = append(out, sexpr(e))
					}
				}
				return strings.Join(out, "\n")
			case "places":
				e, err := inUTC.ParseExpression(c.Input)
				if err != nil {
					return err.Error()
				}
				return strings.Join(places(e), "\n")
			case "statements":
				list, err := inUTC.ParseStatements(c.Input)
				if err != nil {
					return err.Error()
				}
				out := ""
				for _, s := range list {
					out += printStatement(s)
				}
				return out
			default:
				n, err := inUTC.ParseQuery(c.Input)
				if err != nil {
					return err.Error()
				}
				return printPlan(n)
			}
		})
	})
}

// functionCase is a line of a file of recorded answers of Spark.
type functionCase struct{ Name, SQL, Error string }

// TestRecorded parses every statement of a file of recorded Spark answers, named
// by WEIR_FUNCTIONS; what Spark accepted must be accepted.
func TestRecorded(t *testing.T) {
	name := os.Getenv("WEIR_FUNCTIONS")
	if name == "" {
		t.Skip("WEIR_FUNCTIONS names no file")
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, good, unsupported := 0, 0, 0
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var c functionCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		all++
		_, err := ParseStatements(c.SQL)
		switch {
		case err == nil, c.Error != "" && strings.Contains(err.Error(), "["+c.Error+"]"):
			good++
		case fault.Is(err, fault.UnsupportedFeature):
			unsupported++
		default:
			t.Errorf("%s\n%v", c.SQL, err)
		}
	}
	t.Logf("%d statements, %d parsed (%.2f %%), %d of features that weir does not have", all, good,
		100*float64(good)/float64(all), unsupported)
}

// places are the texts that the nodes of an expression say they come from.
func places(e expr.Expr) []string {
	var at fault.Position
	switch e := e.(type) {
	case *expr.UnresolvedAttribute:
		at = e.At
	case *expr.UnresolvedStar:
		at = e.At
	case *expr.UnresolvedFunction:
		at = e.At
	case *expr.UnresolvedExtract:
		at = e.At
	case *expr.Cast:
		at = e.At
	case *expr.Lambda:
		at = e.At
	case *expr.Window:
		at = e.At
	case *expr.Subquery:
		at = e.At
	case *expr.Parameter:
		at = e.At
	}
	var out []string
	if at.Text != "" {
		out = append(out, at.Text[at.Start:at.Stop])
	}
	for _, c := range e.Children() {
		out = append(out, places(c)...)
	}
	return out
}

// TestPlaces checks that the nodes of a plan know their place in the whole text.
func TestPlaces(t *testing.T) {
	text := "SELECT 1;\nSELECT a FROM t JOIN u ON x WHERE b > 1 GROUP BY a ORDER BY a LIMIT 3"
	list, err := ParseStatements(text)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	plan.Walk(list[1].Query, func(n plan.Node) bool {
		at := n.(interface{ From() plan.Origin }).From().At
		got = append(got, at.Text[at.Start:at.Stop])
		return true
	})
	want := []string{"LIMIT 3", "ORDER BY a", "SELECT a", "WHERE b > 1", "t JOIN u ON x", "t", "u"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if list[1].Text != text[10:] || list[0].Text != "SELECT 1" {
		t.Errorf("the statements' texts are %q and %q", list[0].Text, list[1].Text)
	}
}

// TestDeepTexts gives texts that nest or go on without end: each must come back,
// as a plan or with an error that says so.
func TestDeepTexts(t *testing.T) {
	much := 1 << 20
	if testing.Short() {
		much = 1 << 18
	}
	many := func(s string) string { return strings.Repeat(s, much/len(s)) }
	tests := []struct {
		name, text string
		ok         bool
	}{
		{"open parentheses", "SELECT " + many("("), false},
		{"parentheses", "SELECT " + many("(") + "1" + many(")"), false},
		{"parentheses, few", "SELECT " + strings.Repeat("(", 900) + "1" + strings.Repeat(")", 900), true},
		{"queries in parentheses", many("(") + "SELECT 1" + many(")"), false},
		{"queries in expressions", many("SELECT ((") + "1", false},
		{"relations", "SELECT * FROM " + many("(") + "t", false},
		{"subqueries", many("SELECT * FROM ("), false},
		{"minus", "SELECT " + many("- "), false},
		{"not", "SELECT " + many("NOT ") + "a", false},
		{"cases", "SELECT " + many("CASE WHEN "), false},
		{"calls", "SELECT " + many("f("), false},
		{"brackets", "SELECT a" + many("[0]"), false},
		{"open brackets", "SELECT " + many("a["), false},
		{"sums", "SELECT 1" + many(" + 1"), false},
		{"sums, some", "SELECT 1" + strings.Repeat(" + 1", 5000), true},
		{"conjunctions", "SELECT a" + many(" AND a"), true},
		{"unions", "SELECT 1" + many(" UNION SELECT 1"), false},
		{"joins", "SELECT * FROM t" + many(", t"), false},
		{"values", "VALUES (1)" + many(", (1)"), true},
		{"parameters", "SELECT ?" + many(",?"), true},
		{"lambdas", "SELECT " + many("x->"), false},
		{"casts", "SELECT a" + many("::int"), false},
		{"types", "SELECT a::" + many("array<"), false},
		{"comments", "SELECT " + many("/*"), false},
		{"grouping sets", "SELECT 1 GROUP BY " + many("GROUPING SETS ("), false},
		{"cubes", "SELECT 1 GROUP BY a" + many(", CUBE(a, b)"), false},
		{"ctes", many("WITH a AS ("), false},
		{"explains", many("EXPLAIN "), false},
		{"units", "SELECT " + many("dateadd(day,"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseStatements(tt.text)
			if (err == nil) != tt.ok {
				t.Errorf("error %v, ok should be %t", err != nil, tt.ok)
			}
			if err != nil {
				if _, isFault := errors.AsType[*fault.Error](err); !isFault {
					t.Errorf("%T is no fault", err)
				}
			}
		})
	}
}

// TestTooDeepSaysSo checks the sentence.
func TestTooDeepSaysSo(t *testing.T) {
	_, err := ParseExpression(strings.Repeat("(", 5000) + "a" + strings.Repeat(")", 5000))
	if !fault.Is(err, fault.TooComplex) || !strings.Contains(err.Error(), "nested more than 1000 deep") {
		t.Errorf("%.200v", err)
	}
}

// job is a query of 50 lines.
func job() string {
	var b strings.Builder
	b.WriteString("WITH bids AS (\nSELECT auction, bidder, price, CAST(dateTime AS TIMESTAMP) AS ts,\n")
	for i := range 20 {
		fmt.Fprintf(&b, "  CASE WHEN price > %d AND channel LIKE 'a%%' THEN upper(concat(url, '-', extra)) ELSE NULL END AS c%d,\n", i*100, i)
	}
	b.WriteString("  price * 0.908 AS euro\nFROM STREAM(nexmark) WATERMARK dateTime DELAY OF INTERVAL 10 SECONDS)\n")
	b.WriteString("SELECT window(ts, '10 seconds').start AS s,\n")
	for i := range 20 {
		fmt.Fprintf(&b, "  sum(c%d) FILTER (WHERE bidder IN (1, 2, 3) OR price BETWEEN 1 AND %d) AS s%d,\n", i, i+10, i)
	}
	b.WriteString("  count(*) AS n\nFROM bids b\nLEFT JOIN people p ON b.bidder = p.id\nWHERE p.state IN ('OR', 'ID')\n" +
		"GROUP BY window(ts, '10 seconds')\nHAVING count(*) > 1\n")
	return b.String()
}

func BenchmarkParse(b *testing.B) {
	text := job()
	b.ReportMetric(float64(strings.Count(text, "\n")), "lines")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseQuery(text); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzParse looks for texts that end in a panic, and for positions outside the
// text.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.golden")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for block := range strings.SplitSeq(string(text), "\n\n") {
			if _, input, ok := strings.Cut(block, "\n"); ok {
				input, _, _ = strings.Cut(input, "\n----")
				f.Add(input)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := ParseStatements(text)
		if err != nil {
			e, ok := errors.AsType[*fault.Error](err)
			if !ok || e.At.Start > e.At.Stop || e.At.Stop > len(e.At.Text) {
				t.Fatalf("%T at %d..%d of %d", err, e.At.Start, e.At.Stop, len(text))
			}
			_ = err.Error()
			return
		}
		for _, s := range list {
			_ = printStatement(s)
		}
		if e, err := ParseExpression(text); err == nil {
			_ = places(e)
		}
	})
}
