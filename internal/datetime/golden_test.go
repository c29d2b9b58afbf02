package datetime

import (
	"bufio"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// A golden case is an expression of Spark 4.3 and what it gave, as text; the
// session's time zone was America/Los_Angeles, ANSI mode was on.
type goldenCase struct {
	Kind  string
	Args  []string
	Out   *string
	Error string
}

func readGolden(t *testing.T) []goldenCase {
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

func losAngeles(t *testing.T) *Zone {
	t.Helper()
	z, err := LoadZone("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

var literal = regexp.MustCompile(`TIMESTAMP'([^']*)'`)

// instantOf is the instant of the timestamp literal in an expression.
func instantOf(t *testing.T, expression string, zone *Zone) int64 {
	t.Helper()
	m := literal.FindStringSubmatch(expression)
	v, ok := ParseTimestamp(m[1], zone, 0)
	if !ok {
		t.Fatalf("%s: no timestamp", expression)
	}
	return v
}

func condition(err error) string {
	if e, ok := err.(*fault.Error); ok {
		return e.Condition.Name
	}
	return err.Error()
}

func TestGolden(t *testing.T) {
	zone := losAngeles(t)
	counted := map[string]int{}
	for _, c := range readGolden(t) {
		got, fails := runGolden(t, c, zone)
		kind, _, _ := strings.Cut(c.Kind, " ")
		counted[kind]++
		switch {
		case c.Error != "" && fails == "":
			t.Errorf("%s %q = %q, want %s", c.Kind, c.Args, got, c.Error)
		case c.Error == "" && c.Out == nil && fails == "":
			t.Errorf("%s %q = %q, want null", c.Kind, c.Args, got)
		case c.Out != nil && (fails != "" || got != *c.Out):
			t.Errorf("%s %q = %q %s, want %q", c.Kind, c.Args, got, fails, *c.Out)
		case c.Error != "" && fails != "failed" && fails != c.Error:
			t.Errorf("%s %q fails with %s, want %s", c.Kind, c.Args, fails, c.Error)
		}
	}
	if counted["format"] < 100 || counted["parse"] < 80 || counted["dt"] < 100 {
		t.Errorf("too few cases: %v", counted)
	}
}

// runGolden gives the result of a case, or how it fails: a condition, or
// "failed" where that is the caller's matter.
func runGolden(t *testing.T, c goldenCase, zone *Zone) (got, fails string) {
	t.Helper()
	failed := func(text []byte, ok bool) (string, string) {
		if !ok {
			return "", "failed"
		}
		return string(text), ""
	}
	kind, fields, _ := strings.Cut(c.Kind, " ")
	first, last := intervalFields(fields)
	switch kind {
	case "format":
		p, err := Compile(c.Args[0])
		if err != nil {
			return "", condition(err)
		}
		return string(p.AppendTimestamp(nil, instantOf(t, c.Args[1], zone), zone)), ""
	case "parse":
		p, err := Compile(c.Args[1])
		if err == nil {
			err = p.CheckParse()
		}
		if err != nil {
			return "", condition(err)
		}
		v, ok := p.ParseTimestamp(c.Args[0], zone)
		return failed(AppendTimestamp(nil, v, zone), ok)
	case "ym":
		v, ok := ParseYearMonth(c.Args[0], first, last)
		return failed(AppendYearMonth(nil, v, first, last), ok)
	case "dt":
		v, ok := ParseDayTime(c.Args[0], first, last)
		return failed(AppendDayTime(nil, v, first, last), ok)
	case "cal":
		v, ok := ParseInterval(c.Args[0])
		return failed(AppendInterval(nil, v), ok)
	case "zone":
		z, err := LoadZone(c.Args[0])
		if err != nil {
			return "", condition(err)
		}
		return string(AppendTimestampNTZ(nil, z.ToLocal(Date{2024, 3, 10}.Days()*MicrosPerDay+12*MicrosPerHour))), ""
	case "timestamp":
		v, ok := ParseTimestamp(c.Args[0], zone, int32(Date{2026, 11, 21}.Days()))
		return failed(AppendTimestamp(nil, v, zone), ok)
	case "timestamp_ntz":
		v, ok := ParseTimestampNTZ(c.Args[0], false)
		return failed(AppendTimestampNTZ(nil, v), ok)
	case "date":
		v, ok := ParseDate(c.Args[0])
		return failed(AppendDate(nil, v), ok)
	}
	t.Fatalf("unknown kind %s", c.Kind)
	return "", ""
}

// intervalFields are those of YEAR TO MONTH and the like.
func intervalFields(s string) (first, last types.IntervalField) {
	names := map[string]types.IntervalField{"YEAR": types.YearField, "MONTH": types.MonthField, "DAY": types.DayField,
		"HOUR": types.HourField, "MINUTE": types.MinuteField, "SECOND": types.SecondField}
	from, to, two := strings.Cut(s, " TO ")
	if !two {
		to = from
	}
	return names[from], names[to]
}
