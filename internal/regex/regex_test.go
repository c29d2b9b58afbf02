package regex

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/fault"
)

var seed = flag.Uint64("seed", 1, "seed of the random tests")

// goldenCase is what Java 17 finds with a pattern: in each text in which it finds
// anything, the groups of the first six matches.
type goldenCase struct {
	Pattern string
	Finds   []struct {
		Text string
		All  [][]*string
	}
}

func readGolden(t testing.TB) []goldenCase {
	t.Helper()
	f, err := os.Open("testdata/java.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []goldenCase
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var c goldenCase
		if err := json.Unmarshal(s.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	return cases
}

// finds are the groups of the first matches, as text.
func finds(m *Matcher, s string, limit int) []string {
	var all []string
	m.Reset(s)
	for len(all) < limit && m.Next() {
		var groups []string
		for g := range m.pattern.groups + 1 {
			text := "null"
			if v, ok := m.Group(g); ok {
				text = fmt.Sprintf("%q", v)
			}
			groups = append(groups, text)
		}
		all = append(all, strings.Join(groups, " "))
	}
	return all
}

func mustCompile(t testing.TB, pattern string) *Pattern {
	t.Helper()
	p, err := Compile(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAgainstJava(t *testing.T) {
	cases := readGolden(t)
	texts := map[string]bool{}
	for _, c := range cases {
		for _, f := range c.Finds {
			texts[f.Text] = true
		}
	}
	programs := 0
	for _, c := range cases {
		p, err := Compile(c.Pattern)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if p.program != nil {
			programs++
		}
		want := map[string][]string{}
		for _, f := range c.Finds {
			for _, groups := range f.All {
				var row []string
				for _, g := range groups {
					if g == nil {
						row = append(row, "null")
					} else {
						row = append(row, fmt.Sprintf("%q", *g))
					}
				}
				want[f.Text] = append(want[f.Text], strings.Join(row, " "))
			}
		}
		m := p.Matcher()
		for text := range texts {
			if got := m.Match(text); got != (len(want[text]) > 0) {
				t.Errorf("%s matches %q: %v", c.Pattern, text, got)
			}
			if text == "🙂👍" && p.root.nullable() || p.program == nil {
				// Java finds the empty text within a character of two halves too,
				// and has its own ideas of groups that repeat the empty text.
				continue
			}
			if got := finds(m, text, 6); !slices.Equal(got, want[text]) {
				t.Errorf("%s in %q:\n got %v\nwant %v", c.Pattern, text, got, want[text])
			}
		}
	}
	if programs < 100 || len(texts) < 40 {
		t.Errorf("%d programs, %d texts", programs, len(texts))
	}
}

// randomPattern makes a pattern of what Go and Java see alike.
func randomPattern(r *rand.Rand, depth int) string {
	atoms := []string{"a", "b", "c", "ab", "[ab]", "[^a]", ".", `\d`, `\w`, "é", "1"}
	if depth == 0 {
		return atoms[r.IntN(len(atoms))]
	}
	sub := func() string { return randomPattern(r, depth-1) }
	switch r.IntN(9) {
	case 0:
		return sub() + "|" + sub()
	case 1:
		return "(" + sub() + ")"
	case 2:
		return "(?:" + sub() + ")" + []string{"*", "+", "?", "{2}", "{1,3}", "*?", "+?", "??"}[r.IntN(8)]
	case 3:
		return atoms[r.IntN(len(atoms)-2)] + []string{"*", "+", "?", "*?"}[r.IntN(4)]
	case 4:
		return "^" + sub()
	default:
		return sub() + sub()
	}
}

// The program finds what Go's regexp finds, with little and with much budget.
func TestAgainstGo(t *testing.T) {
	t.Logf("seed %d", *seed)
	r := rand.New(rand.NewPCG(*seed, 0))
	programs := 0
	for range 3000 {
		pattern := randomPattern(r, 4)
		p := mustCompile(t, pattern)
		if p.program == nil {
			continue
		}
		programs++
		re := regexp.MustCompile(re2(p.root))
		for range 5 {
			text := make([]byte, r.IntN(14))
			for i := range text {
				text[i] = "abc1-"[r.IntN(5)]
			}
			s := string(text)
			m := p.Matcher()
			var got []int
			if m.Find(s) {
				got = m.caps
			}
			if want := re.FindStringSubmatchIndex(s); !slices.Equal(got, want) {
				t.Fatalf("%s in %q: got %v, want %v", pattern, s, got, want)
			}
			m.Reset(s)
			m.budget = 3 // it gives up at once
			found := m.Next()
			if found != (got != nil) || found && m.caps[0] != re.FindStringIndex(s)[0] {
				t.Fatalf("%s in %q without budget: %v %v", pattern, s, found, m.caps)
			}
		}
	}
	if programs < 1000 {
		t.Errorf("only %d programs", programs)
	}
}

// Patterns that take other engines exponential or cubic time.
func TestBudget(t *testing.T) {
	for _, pattern := range []string{"(a+)+b", "(a|aa)+$", "a*a*a*a*a*a*b", "(?:a|b|ab)*c", ".*.*.*=.*;"} {
		p := mustCompile(t, pattern)
		if p.Matcher().Find(strings.Repeat("a", 5000)) != (pattern == "(a|aa)+$") {
			t.Errorf("%s", pattern)
		}
	}
}

func TestRefused(t *testing.T) {
	check := func(pattern string, c fault.Condition, parts ...string) {
		t.Helper()
		_, err := Compile(pattern)
		if !fault.Is(err, c) {
			t.Errorf("%s: %v", pattern, err)
			return
		}
		for _, part := range parts {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v; want %q", pattern, err, part)
			}
		}
	}
	no, wrong := fault.UnsupportedFeature, fault.InvalidParameter
	check("ab(?=c)", no, "look-ahead", "position 2")
	check("(?!c)", no, "look-ahead")
	check("x(?<=c)", no, "look-behind")
	check("x(?<!c)", no, "look-behind")
	check("(?>a)", no, "atomic")
	check("abc*+", no, "possessive", "position 3")
	check("a{2}+", no, "possessive")
	check(`(a)\1`, no, `\1`, "position 3")
	check(`(?<n>a)\k<n>`, no, `\k`)
	check(`\Ga`, no, `\G`)
	check("(?U)a", no, "flag U")
	check("(a{1,1000}){1,1000}", no, "repetitions")
	for _, p := range []string{"(", ")", "a)", "[", "[a", "*", "+a", "{1}", "a{", "a{x}", "a{2,1}", `\`, `\y`, `\p{Nothing}`, `\x1`, `\0`, "(?<a>x)(?<a>y)",
		"[b-a]", "(?z)", "(?<1", strings.Repeat("(", 600)} {
		check(p, wrong, "position")
	}
}

func TestReplace(t *testing.T) {
	check := func(pattern, replacement, s, want string) {
		t.Helper()
		p := mustCompile(t, pattern)
		r, err := p.Replacement(replacement)
		if err != nil {
			t.Errorf("%s: %v", replacement, err)
			return
		}
		if got := string(p.Matcher().AppendReplaced(nil, s, 0, r)); got != want {
			t.Errorf("%q replaced by %q in %q: %q, want %q", pattern, replacement, s, got, want)
		}
	}
	check(`(\d+)`, "num", "100-200", "num-num")
	check("a", "<$0>", "banana", "b<a>n<a>n<a>")
	check("(a)(n)?", "$2$1-", "banana", "bna-na-a-")
	check("(?<x>n)", "${x}${x}", "banana", "bannanna")
	check("a", `\$1\\`, "a", `$1\`)
	check("", "-", "ab", "-a-b-")
	check("x*", "-", "axb", "-a--b-")
	check("(a)", "$10", "a", "a0")
	for _, bad := range []string{"$", "$x", "$1", "${n}", `\`} {
		if _, err := mustCompile(t, "a").Replacement(bad); !fault.Is(err, fault.InvalidParameter) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestSplit(t *testing.T) {
	check := func(pattern, s string, limit int, want ...string) {
		t.Helper()
		if got := mustCompile(t, pattern).Matcher().AppendSplit(nil, s, limit); !slices.Equal(got, want) {
			t.Errorf("split(%q, %q, %d) = %q, want %q", s, pattern, limit, got, want)
		}
	}
	check("[ABC]", "oneAtwoBthreeC", -1, "one", "two", "three", "")
	check("[ABC]", "oneAtwoBthreeC", 2, "one", "twoBthreeC")
	check(",", "a,,b,", 0, "a", "", "b", "")
	check(",", ",a", 0, "", "a")
	check("/", "https://x/y", 3, "https:", "", "x/y")
	check("", "hello", -1, "h", "e", "l", "l", "o")
	check("", "hélo", 2, "h", "élo")
	check("", "", -1, "")
	check("x", "", -1, "")
	check("x*", "abc", -1, "a", "b", "c", "")
}

func TestLike(t *testing.T) {
	check := func(s, pattern string, want bool) {
		t.Helper()
		l, err := CompileLike(pattern, '\\')
		if err != nil {
			t.Error(err)
			return
		}
		if got := l.Match(s); got != want {
			t.Errorf("%q LIKE %q (form %d): %v", s, pattern, l.kind, got)
		}
	}
	for _, p := range []string{"abc", "abc%", "%abc", "%abc%", "%", "a%c", "a%b%c", "_b_", "%b_", "a%_c", "%%", "abc%%", "%a%b%c%", "___", "_%_%_"} {
		check("abc", p, true)
	}
	for _, p := range []string{"ab", "abcd%", "%abcd", "%x%", "", "a%cc", "abc%c", "__", "____", "%c_", "_c%", "c%a"} {
		check("abc", p, false)
	}
	check("", "%", true)
	check("", "", true)
	check("aXbXc", "a%b%c", true)
	check("ab", "ab%ab", false)
	check("100%", `100\%`, true)
	check("1000", `100\%`, false)
	check("a_b", `a\_b`, true)
	check(`a\b`, `a\\b`, true)
	check("日本語", "__語", true)
	check("日本語", "%本_", true)
	check("a\nb", "a_b", true)
	for _, bad := range []string{`a\`, `a\b`} {
		if _, err := CompileLike(bad, '\\'); err == nil {
			t.Errorf("%q compiles", bad)
		}
	}
}

// LIKE agrees with the regular expression that says the same.
func TestLikeAgainstGo(t *testing.T) {
	t.Logf("seed %d", *seed)
	r := rand.New(rand.NewPCG(*seed, 0))
	pick := func(from string, n int) string {
		b := make([]byte, r.IntN(n))
		for i := range b {
			b[i] = from[r.IntN(len(from))]
		}
		return string(b)
	}
	for range 20000 {
		pattern, s := pick("ab%_%", 8), pick("abb", 9)
		l, err := CompileLike(pattern, '\\')
		if err != nil {
			t.Fatal(err)
		}
		re := regexp.MustCompile("^(?s:" + strings.NewReplacer("%", ".*", "_", ".").Replace(pattern) + ")$")
		if l.Match(s) != re.MatchString(s) {
			t.Fatalf("%q LIKE %q: %v", s, pattern, l.Match(s))
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, c := range readGolden(f) {
		f.Add(c.Pattern, "https://x/a?b=1")
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 200 || len(s) > 200 {
			return
		}
		p, err := Compile(pattern)
		if err != nil {
			return
		}
		m := p.Matcher()
		for m.Reset(s); m.Next(); {
			for g := range p.Groups() + 1 {
				m.Group(g)
			}
		}
		m.AppendSplit(nil, s, 3)
		if l, err := CompileLike(pattern, '\\'); err == nil {
			l.Match(s)
		}
	})
}

func BenchmarkFind(b *testing.B) {
	urls := make([]string, 1024)
	for i := range urls {
		urls[i] = fmt.Sprintf("https://www.nexmark.com/abc/defgh/ijk/item.htm?query=1&channel_id=%d", i*7919)
		if i%2 == 0 {
			urls[i] = "https://www.nexmark.com/googl/item.htm?query=1"
		}
	}
	for _, pattern := range []string{"(&|^)channel_id=([^&]*)", `https?://([^/]+)/`, `\d+`, `(\w+)=(\d+)$`, "nexmark"} {
		b.Run(pattern, func(b *testing.B) {
			m := mustCompile(b, pattern).Matcher()
			b.ReportAllocs()
			for b.Loop() {
				for _, u := range urls {
					m.Find(u)
				}
			}
			b.ReportMetric(float64(len(urls))*float64(b.N)/1e6/b.Elapsed().Seconds(), "Mrows/s")
		})
	}
}

// TestLiteralIsFound compares the search for a literal by its rare byte with a
// plain one, the literal standing at any place or nowhere.
func TestLiteralIsFound(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 9))
	for _, literal := range []string{"a_b", "_", "ab", "channel_id=", "__a"} {
		re, err := Compile(literal + "(.?)")
		if err != nil {
			t.Fatal(err)
		}
		m := re.Matcher()
		for range 3000 {
			var b strings.Builder
			for range r.IntN(30) {
				b.WriteString([]string{"a", "b", "_", literal, literal[:len(literal)-1]}[r.IntN(5)])
			}
			s, start := b.String(), -1
			if m.Find(s) {
				start, _ = m.Span(0)
			}
			if want := strings.Index(s, literal); start != want {
				t.Fatalf("seed %d: %q in %q: %d, want %d", *seed, literal, s, start, want)
			}
		}
	}
}
