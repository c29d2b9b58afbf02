package conformance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/rowvalue"
	"github.com/weirstream/weir/internal/variant"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// blessFailing rewrites the list of cases that fail.
var blessFailing = flag.Bool("update-failing", false, "rewrite testdata/functions_failing.txt")

// failingList names the cases of the golden file that are known to fail, by line.
const failingList = "testdata/functions_failing.txt"

// apart are the families of functions that are counted apart, by prefix of the
// name, with the reason.
var apart = map[string]string{
	"kll_":        "sketches in the binary format of DataSketches",
	"theta_":      "sketches in the binary format of DataSketches",
	"tuple_":      "sketches in the binary format of DataSketches",
	"hll_":        "sketches in the binary format of DataSketches",
	"java_method": "calls into a JVM",
	"reflect":     "calls into a JVM",
	"try_reflect": "calls into a JVM",
}

// sqlCase is one line of a file of functions.
type sqlCase struct {
	Name   string          `json:"name"`
	SQL    string          `json:"sql"`
	Schema string          `json:"schema"`
	Rows   json.RawMessage `json:"rows"`
	Error  string          `json:"error"`
	line   int
}

// TestFunctions asks what a real Spark was asked (the file of WEIR_FUNCTIONS, or
// that of testdata) and compares schemas, rows and error conditions. Cases of
// testdata that pass must go on to pass: those that may fail stand in
// testdata/functions_failing.txt, a list that only shrinks.
func TestFunctions(t *testing.T) {
	name := os.Getenv("WEIR_FUNCTIONS")
	ratchet := name == ""
	if ratchet {
		name = "testdata/functions.jsonl"
	}
	cases := readCases(t, name)
	failures := replayAll(t, cases)
	total, equal, otherTotal, otherEqual := 0, 0, 0, 0
	for _, c := range cases {
		n, ok := &total, &equal
		if isApart(c.Name) {
			n, ok = &otherTotal, &otherEqual
		}
		*n++
		if failures[c.line] == "" {
			*ok++
		}
	}
	fmt.Printf("functions: %d of %d equal, %.2f %%; apart (sketches, JVM): %d of %d\n",
		equal, total, 100*float64(equal)/float64(max(1, total)), otherEqual, otherTotal)
	if testing.Verbose() {
		logFailures(t, cases, failures)
	}
	if ratchet {
		holdRatchet(t, cases, failures)
	}
}

func isApart(name string) bool {
	for prefix := range apart {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func readCases(t testing.TB, name string) []sqlCase {
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []sqlCase
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		c := sqlCase{line: n}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("%s:%d: %v", name, n, err)
		}
		list = append(list, c)
	}
	return list
}

// replayAll runs the cases on all cores and gives what was wrong, by line.
func replayAll(t *testing.T, cases []sqlCase) map[int]string {
	todo := make(chan sqlCase)
	failures := make(map[int]string)
	var mu sync.Mutex
	var wg sync.WaitGroup
	options := []weir.Option{weir.WithWorkers(1), weir.WithConf("spark.sql.session.timeZone", "UTC")}
	if day, ok := dayOf(cases); ok {
		options = append(options, weir.Simulated(clock.NewManual(day), vfs.Disk{}))
	}
	for range runtime.GOMAXPROCS(0) {
		s, err := weir.Open(options...)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		wg.Go(func() {
			for c := range todo {
				if wrong := replay(t.Context(), s, c); wrong != "" {
					mu.Lock()
					failures[c.line] = wrong
					mu.Unlock()
				}
			}
		})
	}
	for _, c := range cases {
		todo <- c
	}
	close(todo)
	wg.Wait()
	return failures
}

// timeOfDay is a cast whose date is that of the day on which it runs.
var timeOfDay = regexp.MustCompile(`^SELECT CAST\(TIME'[^']*' AS TIMESTAMP`)

// dayOf is noon of the day on which Spark answered the cases, if one of them tells: some
// answers have the date in them.
func dayOf(cases []sqlCase) (noon time.Time, known bool) {
	for _, c := range cases {
		var rows [][]string
		if !timeOfDay.MatchString(c.SQL) || json.Unmarshal(c.Rows, &rows) != nil || len(rows) == 0 || len(rows[0]) == 0 {
			continue
		}
		date, _, _ := strings.Cut(rows[0][0], "T")
		if day, err := time.Parse(time.DateOnly, date); err == nil {
			return day.Add(12 * time.Hour), true
		}
	}
	return time.Time{}, false
}

// replay runs one case and says what differs, or nothing.
func replay(ctx context.Context, s *weir.Session, c sqlCase) (wrong string) {
	defer func() {
		if p := recover(); p != nil {
			wrong = fmt.Sprintf("panic: %v", p)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	d := s.SQL(c.SQL)
	var schema types.Schema
	rows, err := d.Collect(ctx)
	if err == nil {
		schema, err = d.Schema(ctx)
	}
	switch {
	case err != nil && c.Error != "":
		if got := condition(err); got != c.Error {
			return fmt.Sprintf("error %s, want %s", got, c.Error)
		}
		return ""
	case err != nil:
		return "error " + err.Error()
	case c.Error != "":
		return fmt.Sprintf("no error, want %s", c.Error)
	case schema.String() != c.Schema:
		return fmt.Sprintf("schema %s, want %s", schema, c.Schema)
	}
	got := make([]any, len(rows))
	for i, r := range rows {
		got[i] = asCase(schema.AsStruct(), []any(r))
	}
	var want []any
	dec := json.NewDecoder(bytes.NewReader(c.Rows))
	dec.UseNumber()
	if err := dec.Decode(&want); err != nil {
		return err.Error()
	}
	if !isOrdered(c.SQL) {
		slices.SortFunc(got, byText)
		slices.SortFunc(want, byText)
	}
	if !sameValue(got, want) {
		return fmt.Sprintf("rows %s, want %s", textOf(got), textOf(want))
	}
	return ""
}

// ordered reports whether the outermost query has ORDER BY.
func isOrdered(sql string) bool {
	depth, quoted := 0, false
	var outer strings.Builder
	for i := 0; i < len(sql); i++ {
		switch ch := sql[i]; {
		case quoted && ch == '\\':
			i++
		case ch == '\'':
			quoted = !quoted
		case quoted:
		case ch == '(':
			depth++
		case ch == ')':
			depth--
		case depth == 0:
			outer.WriteByte(ch)
		}
	}
	return strings.Contains(outer.String(), "ORDER BY")
}

func textOf(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

// byText orders rows by their text, numbers rounded, so that those that are nearly
// equal come to the same place.
func byText(a, b any) int { return strings.Compare(textOf(rounded(a)), textOf(rounded(b))) }

func rounded(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = rounded(x)
		}
		return out
	case json.Number:
		if f, err := v.Float64(); err == nil && strings.ContainsAny(string(v), ".eE") {
			return strconv.FormatFloat(f, 'g', 6, 64)
		}
	}
	return v
}

// sameValue compares values as the generator of the cases does.
func sameValue(a, b any) bool {
	switch a := a.(type) {
	case []any:
		list, ok := b.([]any)
		return ok && slices.EqualFunc(a, list, sameValue)
	case json.Number:
		n, ok := b.(json.Number)
		if !ok {
			return false
		}
		if !strings.ContainsAny(string(a)+string(n), ".eE") {
			return a == n
		}
		x, _ := a.Float64()
		y, _ := n.Float64()
		return x == y || math.Abs(x-y) <= max(1e-9*max(math.Abs(x), math.Abs(y)), 1e-12)
	}
	return a == b
}

// shown is a value as the cases write it.
func asCase(t types.Type, v any) any {
	if v == nil {
		return nil
	}
	switch v := v.(type) {
	case bool, int8, int16, int32, int64, float32, float64:
		return caseNumber(t, v)
	case types.Decimal:
		return v.Format(t.Scale)
	case []any:
		return caseList(t, v)
	case string:
		if t.Kind == types.Binary {
			return hex.EncodeToString([]byte(v))
		}
		if t.Kind == types.Variant {
			return variantText(variant.Open(v))
		}
		return string([]rune(v)) // what is no text is shown as U+FFFD
	}
	return fmt.Sprint(v)
}

// variantText is a variant as Python writes it as JSON.
func variantText(v variant.Value) string {
	var parts []string
	switch v.Kind() {
	case variant.Object:
		for i := range v.Len() {
			parts = append(parts, inASCII(textOf(v.Name(i)))+":"+variantText(v.At(i)))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case variant.Array:
		for i := range v.Len() {
			parts = append(parts, variantText(v.At(i)))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case variant.Double:
		s := strings.ReplaceAll(strconv.FormatFloat(v.Float(), 'g', -1, 64), "e+0", "e+")
		if !strings.ContainsAny(s, ".eIN") {
			s += ".0"
		}
		return s
	case variant.Decimal4, variant.Decimal8, variant.Decimal16:
		d, scale := v.Decimal()
		return d.Format(scale)
	}
	return inASCII(string(v.AppendJSON(nil, datetime.UTC)))
}

func caseList(t types.Type, v []any) any {
	out := []any{}
	switch t.Kind {
	case types.Struct:
		for i, f := range t.Fields {
			out = append(out, asCase(f.Type, v[i]))
		}
	case types.Map:
		for _, x := range v {
			p := x.(rowvalue.Pair)
			out = append(out, []any{asCase(*t.Key, p.Key), asCase(*t.Elem, p.Value)})
		}
		slices.SortFunc(out, func(a, b any) int {
			return strings.Compare(inASCII(textOf(a)), inASCII(textOf(b)))
		})
	default:
		for _, x := range v {
			out = append(out, asCase(*t.Elem, x))
		}
	}
	return out
}

// inASCII is a text with all other characters escaped as in JSON, by which the cases
// order the pairs of maps.
func inASCII(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		if u < 0x80 {
			b.WriteByte(byte(u))
		} else {
			fmt.Fprintf(&b, "\\u%04x", u)
		}
	}
	return b.String()
}

// caseNumber shows what a number is by itself or stands for.
func caseNumber(t types.Type, v any) any {
	switch t.Kind {
	case types.Boolean:
		return v
	case types.Date:
		return time.Unix(int64(v.(int32))*86400, 0).UTC().Format("2006-01-02")
	case types.Timestamp, types.TimestampNTZ:
		return isoText(time.UnixMicro(v.(int64)).UTC(), "2006-01-02T15:04:05")
	case types.Time:
		return isoText(time.Unix(0, v.(int64)).UTC(), "15:04:05")
	case types.DayTimeInterval:
		us, sign := v.(int64), ""
		if us < 0 {
			us, sign = -us, "-"
		}
		return fmt.Sprintf("%sPT%d.%06dS", sign, us/1e6, us%1e6)
	}
	var f float64
	switch v := v.(type) {
	case float32:
		f = float64(v)
	case float64:
		f = v
	default:
		return json.Number(fmt.Sprint(v))
	}
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		return map[bool]string{true: "Infinity", false: "-Infinity"}[f > 0]
	}
	s := strconv.FormatFloat(f, 'g', 12, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return json.Number(s)
}

func isoText(t time.Time, layout string) string {
	if t.Nanosecond()/1000 != 0 {
		layout += ".000000"
	}
	return t.Format(layout)
}

// logFailures shows what differs, by function.
func logFailures(t *testing.T, cases []sqlCase, failures map[int]string) {
	byName := make(map[string][]sqlCase)
	for _, c := range cases {
		if failures[c.line] != "" {
			byName[c.Name] = append(byName[c.Name], c)
		}
	}
	names := slices.SortedFunc(maps.Keys(byName), func(a, b string) int {
		if n := len(byName[b]) - len(byName[a]); n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		t.Logf("%s: %d", name, len(byName[name]))
		for _, c := range byName[name] {
			t.Logf("  %d %s\n\t%s", c.line, c.SQL, failures[c.line])
		}
	}
}

// holdRatchet fails where a case fails that is not on the list, and where one on
// the list passes: the list must shrink with it.
func holdRatchet(t *testing.T, cases []sqlCase, failures map[int]string) {
	if *blessFailing {
		var b strings.Builder
		for _, n := range slices.Sorted(maps.Keys(failures)) {
			fmt.Fprintf(&b, "%d %s\n", n, cases[n-1].Name)
		}
		if err := os.WriteFile(failingList, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(failingList)
	if err != nil {
		t.Fatal(err)
	}
	known := make(map[int]bool)
	for line := range strings.Lines(string(text)) {
		number, _, _ := strings.Cut(line, " ")
		n, err := strconv.Atoi(strings.TrimSpace(number))
		if err != nil {
			t.Fatalf("%s: %q: %v", failingList, line, err)
		}
		known[n] = true
	}
	stale := 0
	for _, c := range cases {
		switch wrong := failures[c.line]; {
		case wrong != "" && !known[c.line]:
			t.Errorf("%d %s\n\t%s", c.line, c.SQL, wrong)
		case wrong == "" && known[c.line]:
			stale++
		}
	}
	if stale > 0 {
		t.Logf("%d cases of %s pass now: shrink it with -update-failing", stale, failingList)
	}
}
