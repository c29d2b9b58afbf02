package udf_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
	f "github.com/weirstream/weir/functions"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
	"github.com/weirstream/weir/udf"
	"github.com/weirstream/weir/weirtest"
)

func open(t testing.TB, list ...*udf.Function) *weir.Session {
	t.Helper()
	s, err := weir.Open(weir.WithWorkers(2), weir.WithConf("spark.sql.session.timeZone", "UTC"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Register(list...); err != nil {
		t.Fatal(err)
	}
	return s
}

type point struct {
	X, Y  float64
	Label *string
}

// calls are the functions of the tests.
func calls() []*udf.Function {
	return []*udf.Function{
		udf.Func0("answer", func() int32 { return 42 }),
		udf.Func1("half", func(x int64) float64 { return float64(x) / 2 }),
		udf.Func1("shout", strings.ToUpper),
		udf.Func1("orNone", func(s *string) string {
			if s == nil {
				return "none"
			}
			return *s
		}),
		udf.Func1("above0", func(x int64) *int64 {
			if x > 0 {
				return &x
			}
			return nil
		}),
		udf.Func2("plus", func(a, b int) int { return a + b }),
		udf.Func3("between3", func(a, b, c float64) bool { return a <= b && b <= c }),
		udf.Func4("join4", func(a, b, c, d string) string { return a + b + c + d }),
		udf.Func1("words", strings.Fields),
		udf.Func1("lengths", func(list []string) map[string]int32 {
			m := make(map[string]int32)
			for _, s := range list {
				m[s] = int32(len(s))
			}
			return m
		}),
		udf.Func2("point", func(x, y float64) point {
			label := fmt.Sprint(x, "/", y)
			return point{x, y, &label}
		}),
		udf.Func1("norm1", func(p point) float64 { return max(p.X, -p.X) + max(p.Y, -p.Y) }),
		udf.Func1("later", func(t time.Time) time.Time { return t.Add(time.Hour) }),
		udf.Func1("twice", func(d types.Decimal) types.Decimal { return types.Decimal{Lo: d.Lo * 2} }),
		udf.Try1("strict", func(x int64) (int64, error) {
			if x == 3 {
				return 0, errors.New("three is not allowed")
			}
			return x, nil
		}),
	}
}

// A function is called with the values of its row, in every place of a query.
func TestScalar(t *testing.T) {
	s := open(t, calls()...)
	for _, tt := range []struct{ query, want string }{
		{"SELECT answer() FROM range(2)", "42;42"},
		{"SELECT half(id) FROM range(3)", "0.0;0.5;1.0"},
		{"SELECT HALF(x) FROM VALUES (1), (NULL), (3) AS t(x)", "0.5;1.5;null"}, // INT becomes BIGINT
		{"SELECT shout(concat('a', id)) FROM range(2)", "A0;A1"},
		{"SELECT orNone(x) FROM VALUES ('a'), (NULL) AS t(x)", "a;none"},
		{"SELECT above0(id - 1) FROM range(3)", "1;null;null"},
		{"SELECT plus(id, half(4)::int) FROM range(2) WHERE plus(id, 1) > 1", "3"},
		{"SELECT between3(1, id, 2) FROM range(4)", "false;false;true;true"},
		{"SELECT join4('a', id, 'c', NULL), join4('a', id, 'c', 'd') FROM range(1)", "null | a0cd"},
		{"SELECT words(x) FROM VALUES ('to be'), (NULL), ('') AS t(x)", "[];[to, be];null"},
		{"SELECT words(x) FROM (SELECT x FROM VALUES ('a b', 1), ('c', 2), ('d e', 3) AS t(x, i) WHERE i <> 2)", "[a, b];[d, e]"},
		{"SELECT CASE WHEN i = 2 THEN words(x) ELSE array('-') END FROM VALUES ('a b', 1), ('c d', 2), ('e', 3) AS t(x, i)", "[-];[-];[c, d]"},
		{"SELECT lengths(words(x)) FROM VALUES ('to bee') AS t(x)", "{bee -> 3, to -> 2}"},
		{"SELECT point(id, 2), point(id, 2).label FROM range(1)", "{0.0, 2.0, 0/2} | 0/2"},
		{"SELECT norm1(point(id, -2)) FROM range(2)", "2.0;3.0"},
		{"SELECT later(timestamp'2024-01-01 00:00:00')", "2024-01-01 01:00:00"},
		{"SELECT twice(x) FROM VALUES (1.25) AS t(x)", "2.500000000000000000"},
		{"SELECT count(*), half(count(*)) FROM range(5) GROUP BY plus(id, 1) % 2", "2 | 1.0;3 | 1.5"},
		{"SELECT a.id FROM range(3) a JOIN range(3) b ON plus(a.id, 1) = b.id", "0;1"},
		{"SELECT CASE WHEN id = 3 THEN 0 ELSE strict(id) END FROM range(5)", "0;0;1;2;4"},
		{"SELECT transform(array(1, 2), x -> half(x))", "[0.5, 1.0]"},
	} {
		got, err := weirtest.Collect(t.Context(), s.SQL(tt.query))
		if slices.Sort(got); err != nil || strings.Join(got, ";") != tt.want {
			t.Errorf("%s\ngives %q, %v\nwant  %q", tt.query, strings.Join(got, ";"), err, tt.want)
		}
	}
}

// A function need not be registered to be called from a chain, and its column is
// named by it.
func TestInChains(t *testing.T) {
	s := open(t)
	half := udf.Func1("half", func(x int64) float64 { return float64(x) / 2 })
	d := s.Range(0, 4, 1).Where(f.UDF(half, "id").Gt(0.5)).Select(f.UDF(half, "id"))
	schema, err := d.Schema(t.Context())
	if err != nil || schema.Fields[0].Name != "half(id)" || schema.Fields[0].Type.Kind != types.Double {
		t.Errorf("schema %v, %v", schema, err)
	}
	if got, err := weirtest.Collect(t.Context(), d); err != nil || strings.Join(got, ";") != "1.0;1.5" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := weirtest.Collect(t.Context(), s.SQL("SELECT half(1)")); !fault.Is(err, fault.UnresolvedRoutine) {
		t.Errorf("a function that nobody registered: %v", err)
	}
}

// What is wrong is said where it is found, with the function's name.
func TestErrors(t *testing.T) {
	s := open(t, append(calls(),
		udf.Func1("dies", func(x int64) int64 { return 1 / (x - x) }))...)
	for _, tt := range []struct {
		query string
		want  fault.Condition
		text  string
	}{
		{"SELECT strict(id) FROM range(5)", fault.UserFunction, "three is not allowed"},
		{"SELECT dies(id) FROM range(1)", fault.UserFunction, "udf_test.go"},
		{"SELECT half(array(1))", fault.TypeMismatch, "half"},
		{"SELECT half(1, 2)", fault.WrongNumArgs, "half"},
		{"SELECT half(DISTINCT 1)", fault.InvalidSQLSyntax, "half"},
	} {
		_, err := weirtest.Collect(t.Context(), s.SQL(tt.query))
		if !fault.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: %v", tt.query, err)
		}
	}
	for name, bad := range map[string]*udf.Function{
		"has a space":  udf.Func0("a b", func() int { return 1 }),
		"takes a chan": udf.Func1("f", func(chan int) int { return 1 }),
		"gives a func": udf.Func0("f", func() func() { return nil }),
		"is zero":      {},
		"is nil":       nil,
	} {
		if err := s.Register(bad); err == nil {
			t.Errorf("a function that %s was registered", name)
		}
		if _, err := weirtest.Collect(t.Context(), s.Range(0, 1, 1).Select(f.UDF(bad))); err == nil {
			t.Errorf("a function that %s was called", name)
		}
	}
	taken := udf.Func1("isnull", func(*int) bool { return false })
	if err := s.Register(taken); !fault.Is(err, fault.RoutineExists) {
		t.Errorf("isnull was replaced: %v", err)
	}
	if _, err := weirtest.Collect(t.Context(), s.Range(0, 1, 1).Select(f.UDF(taken, "id"))); !fault.Is(err, fault.RoutineExists) {
		t.Errorf("isnull was called: %v", err)
	}
}

// One function takes the place of another of its name; SHOW tells the user's apart.
func TestRegister(t *testing.T) {
	s := open(t, udf.Func0("mine", func() int64 { return 1 }))
	before := s.SQL("SELECT mine()")
	if err := s.Register(udf.Aggregate("MINE", longest{})); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"SELECT mine(x) FROM VALUES ('a'), ('bb') AS t(x)": "bb",
		"SHOW USER FUNCTIONS":                              "mine",
		"DESCRIBE FUNCTION mine":                           "Class: aggregate function;Function: mine;Usage: mine(…)",
	} {
		got, err := weirtest.Collect(t.Context(), s.SQL(query))
		if err != nil || strings.Join(got, ";") != want {
			t.Errorf("%s: %v, %v", query, got, err)
		}
	}
	if _, err := weirtest.Collect(t.Context(), before); !fault.Is(err, fault.WrongNumArgs) {
		t.Errorf("a DataFrame goes by the functions of when it runs: %v", err)
	}
}

// A function that is not deterministic is called for every row.
func TestNonDeterministic(t *testing.T) {
	fixed, calledFixed := counted()
	chance, calledChance := counted(udf.NonDeterministic())
	s := open(t)
	for _, fn := range []*udf.Function{fixed, chance} {
		if _, err := weirtest.Collect(t.Context(), s.Range(0, 10, 1).Select(f.UDF(fn, f.Lit(1)))); err != nil {
			t.Fatal(err)
		}
	}
	if calledFixed() != 1 || calledChance() != 10 {
		t.Errorf("called %d and %d times, want 1 and 10", calledFixed(), calledChance())
	}
}

func counted(o ...udf.Option) (*udf.Function, func() int) {
	calls := make(chan int, 1)
	calls <- 0
	return udf.Func1("counted", func(x int64) int64 {
		calls <- <-calls + 1
		return x
	}, o...), func() int { return <-calls }
}

// longest is the longest of texts, null of none.
type longest struct{}

func (longest) Zero() *string { return nil }

func (l longest) Reduce(b *string, in string) (*string, error) { return l.Merge(b, &in) }

func (longest) Merge(a, b *string) (*string, error) {
	if a == nil || b != nil && cmp.Or(cmp.Compare(len(*b), len(*a)), -cmp.Compare(*b, *a)) > 0 {
		return b, nil
	}
	return a, nil
}

func (longest) Finish(b *string) (*string, error) { return b, nil }

// weighted is a weighted mean; it refuses negative weights.
type weighted struct{}

type sale struct {
	Price  float64
	Weight int64
}

type sums struct {
	Total  float64
	Weight int64
	Seen   map[string]int64 // by price, to show that a buffer may be of any form
}

func (weighted) Zero() sums { return sums{Seen: make(map[string]int64)} }

func (weighted) Reduce(b sums, in sale) (sums, error) {
	if in.Weight < 0 {
		return b, errors.New("a negative weight")
	}
	b.Seen[fmt.Sprint(in.Price)]++
	return sums{b.Total + in.Price*float64(in.Weight), b.Weight + in.Weight, b.Seen}, nil
}

func (weighted) Merge(a, b sums) (sums, error) {
	for k, n := range b.Seen {
		a.Seen[k] += n
	}
	return sums{a.Total + b.Total, a.Weight + b.Weight, a.Seen}, nil
}

func (weighted) Finish(b sums) (string, error) {
	return fmt.Sprintf("%.2f of %d prices", b.Total/float64(b.Weight), len(b.Seen)), nil
}

func TestAggregate(t *testing.T) {
	s := open(t, udf.Aggregate("longest", longest{}), udf.Aggregate("mean_by", weighted{}))
	for _, tt := range []struct{ query, want string }{
		{"SELECT longest(x) FROM VALUES ('a'), ('ccc'), (NULL), ('bb') AS t(x)", "ccc"},
		{"SELECT longest(x) FROM VALUES ('a') AS t(x) WHERE false", "null"},
		{"SELECT id % 2, longest(repeat('x', id::int)) FROM range(6) GROUP BY 1", "0 | xxxx;1 | xxxxx"},
		{"SELECT mean_by(id, 2) FROM range(1000)", "499.50 of 1000 prices"},
		{"SELECT mean_by(p, w) FROM VALUES (1, 1), (NULL, 5), (3, NULL), (2, 3) AS t(p, w)", "1.75 of 2 prices"},
		{"SELECT mean_by(p, 1) FILTER (WHERE p > 1), count(DISTINCT p) FROM VALUES (1), (2), (3), (3) AS t(p)", "2.67 of 2 prices | 3"},
		{"SELECT mean_by(DISTINCT p, 1) FROM VALUES (1), (2), (3), (3) AS t(p)", "2.00 of 3 prices"},
		{"SELECT id, longest(repeat('x', id::int)) OVER (ORDER BY id ROWS 1 PRECEDING) FROM range(3)", "0 | ;1 | x;2 | xx"},
		{"SELECT longest(repeat('x', id::int)) FROM range(3) HAVING length(longest(repeat('x', id::int))) = 2", "xx"},
	} {
		got, err := weirtest.Collect(t.Context(), s.SQL(tt.query))
		if slices.Sort(got); err != nil || strings.Join(got, ";") != tt.want {
			t.Errorf("%s\ngives %q, %v\nwant  %q", tt.query, strings.Join(got, ";"), err, tt.want)
		}
	}
	_, err := weirtest.Collect(t.Context(), s.SQL("SELECT mean_by(1, -1)"))
	if !fault.Is(err, fault.UserFunction) || !strings.Contains(err.Error(), "mean_by") || !strings.Contains(err.Error(), "a negative weight") {
		t.Error(err)
	}
}

type letter struct {
	Letter string `weir:"letter"`
	At     int32  `weir:"at"`
}

func TestTable(t *testing.T) {
	s := open(t,
		udf.Table1("letters", func(text string, emit func(letter)) error {
			for i, r := range text {
				if r == '!' {
					return errors.New("no shouting")
				}
				emit(letter{string(r), int32(i)})
			}
			return nil
		}),
		udf.Table2("counting", func(from, to int64, emit func(int64)) error {
			for i := from; i <= to; i++ {
				emit(i)
			}
			return nil
		}))
	for _, tt := range []struct{ query, want string }{
		{"SELECT letters(x) FROM VALUES ('ab'), (NULL), ('') AS t(x)", "a | 0;b | 1"},
		{"SELECT x, letter FROM VALUES ('ab'), (NULL), ('c') AS t(x) LATERAL VIEW letters(x) l AS letter, at WHERE at = 0", "ab | a;c | c"},
		{"SELECT x, letter FROM VALUES ('ab'), (NULL) AS t(x) LATERAL VIEW OUTER letters(x) l AS letter, at", "ab | a;ab | b;null | null"},
		{"SELECT sum(value) FROM counting(1, 100)", "5050"},
		{"SELECT letter FROM letters('xyz')", "x;y;z"},
	} {
		got, err := weirtest.Collect(t.Context(), s.SQL(tt.query))
		if slices.Sort(got); err != nil || strings.Join(got, ";") != tt.want {
			t.Errorf("%s\ngives %q, %v\nwant  %q", tt.query, strings.Join(got, ";"), err, tt.want)
		}
	}
	if _, err := weirtest.Collect(t.Context(), s.SQL("SELECT letters('a!')")); !fault.Is(err, fault.UserFunction) {
		t.Error(err)
	}
	explode := udf.Table1("split2", func(x string, emit func(string)) error {
		emit(x)
		emit(x)
		return nil
	})
	d := s.SQL("SELECT 'a' AS x").Select(f.UDF(explode, "x").As("twice"), f.Col("x"))
	if got, err := weirtest.Collect(t.Context(), d); err != nil || strings.Join(got, ";") != "a | a;a | a" {
		t.Errorf("%v, %v", got, err)
	}
}

// In a stream the buffers of groups are state: they survive a power cut at any
// place, in memory and on disk, and a function that fails fails its query alone.
func TestInStreams(t *testing.T) {
	for n := 1; ; n += 3 {
		lines := weirtest.NewStream("lines", "page STRING, price DOUBLE, weight BIGINT, at TIMESTAMP")
		q := weirtest.Run(t, weirtest.Job{
			Streams: []*weirtest.Stream{lines},
			Mode:    weir.Append,
			Define: func(s *weir.Session) *weir.DataFrame {
				if err := s.Register(append(calls(), udf.Aggregate("mean_by", weighted{}), udf.Aggregate("longest", longest{}))...); err != nil {
					t.Fatal(err)
				}
				return s.SQL("SELECT * FROM lines").WithWatermark("at", time.Second).
					GroupBy(f.Window(f.Col("at"), 10*time.Second), f.Call("shout", "page").As("page")).
					Agg(f.Call("mean_by", "price", "weight"), f.Call("longest", "page")).Drop("window")
			},
		})
		q.Add(lines, []any{"home", 1.5, 2, at(1)}, []any{"Home", 2.5, 2, at(2)}, []any{"help", 1, 1, at(3)})
		q.UntilIdle()
		q.Add(lines, []any{"home", 4, 4, at(9)})
		died := q.CrashAt(n)
		if died {
			q.Restart()
		}
		q.Add(lines, []any{"end", 1, 1, at(20)})
		q.Want("HELP | 1.00 of 1 prices | help", "HOME | 3.00 of 3 prices | Home")
		if !died {
			if n < 4 {
				t.Errorf("the query came through %d changes of the disk: the crashes are no test", n)
			}
			break
		}
	}
}

func at(seconds int) time.Time { return time.Date(2024, 1, 1, 0, 0, seconds, 0, time.UTC) }

// A panic fails the query of the function, with its stack; another one goes on.
func TestPanicInAStream(t *testing.T) {
	job := func(in *weirtest.Stream, name string) weirtest.Job {
		return weirtest.Job{Streams: []*weirtest.Stream{in}, Define: func(s *weir.Session) *weir.DataFrame {
			if err := s.Register(udf.Func1("dies", func(x int64) int64 { return 6 / (x - 3) })); err != nil {
				t.Fatal(err)
			}
			return s.SQL("SELECT dies(x) FROM " + name)
		}}
	}
	a, b := weirtest.NewStream("a", "x BIGINT"), weirtest.NewStream("b", "x BIGINT")
	first, second := weirtest.Run(t, job(a, "a")), weirtest.Run(t, job(b, "b"))
	first.Add(a, []any{4})
	first.Want("6")
	second.Add(b, []any{6})
	first.Add(a, []any{3})
	err := first.Fails()
	if text := err.Error(); !strings.Contains(text, fault.UserFunction.Name) || !strings.Contains(text, "udf_test.go") || !strings.Contains(text, "dies") {
		t.Errorf("the query failed with %v", err)
	}
	second.Want("2")
}

// A call costs no memory.
func BenchmarkFunc2(b *testing.B) {
	s := open(b, udf.Func2("plus", func(x, y int64) int64 { return x + y }), udf.Func1("text_size", func(x string) int64 { return int64(len(x)) }))
	for _, query := range []string{"SELECT sum(plus(id, id)) FROM range(1000000)", "SELECT sum(text_size(id::string)) FROM range(1000000)"} {
		b.Run(query[11:15], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := weirtest.Collect(b.Context(), s.SQL(query)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "Mrows/s")
		})
	}
}
