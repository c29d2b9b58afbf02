package logic_test

import (
	"math"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/internal/fn/fntest"
	"github.com/weirstream/weir/internal/fn/logic"
	"github.com/weirstream/weir/types"
)

func TestThreeValuedLogic(t *testing.T) {
	b := fntest.New(t, cast.New, logic.Functions)
	boolean := types.Of(types.Boolean)
	x := b.Column(boolean, true, true, true, false, false, false, nil, nil, nil)
	y := b.Column(boolean, true, false, nil, true, false, nil, true, false, nil)
	b.Expect(b.Call("and", x, y), "true", "false", "NULL", "false", "false", "false", "NULL", "false", "NULL")
	b.Expect(b.Call("or", x, y), "true", "true", "true", "true", "false", "NULL", "true", "NULL", "NULL")
	b.Expect(b.Call("not", x), "false", "false", "false", "true", "true", "true", "NULL", "NULL", "NULL")
	b.Expect(b.Call("and", b.Call("or", x, y), b.Call("not", b.Call("isnull", y))),
		"true", "true", "false", "true", "false", "false", "true", "NULL", "false")
	b.Expect(b.Call("<=>", x, y), "true", "false", "false", "false", "true", "false", "false", "false", "true")
	b.Expect(b.Call("isnotnull", x), "true", "true", "true", "true", "true", "true", "false", "false", "false")
	b.Expect(b.Call("isnull", expr.Lit(nil)), "true", "true", "true", "true", "true", "true", "true", "true", "true")
}

// What AND, OR, CASE and coalesce do not choose is not computed.
func TestLazy(t *testing.T) {
	b := fntest.New(t, cast.New, logic.Functions)
	x := b.Column(types.Of(types.Int), int32(0), int32(1), nil)
	boom := b.Call("isnull", b.Call("raise_error", "boom"))
	b.Expect(b.Call("and", false, boom), "false", "false", "false")
	b.Expect(b.Call("or", b.Call("isnotnull", b.Call("coalesce", x, 1)), boom), "true", "true", "true")
	b.Expect(b.Call("if", b.Call("isnull", x), 7, b.Call("coalesce", x, b.Call("if", boom, 1, 2))), "0", "1", "7")
	b.Fails(fault.RaisedByUser, "or", false, boom)
}

func TestComparisons(t *testing.T) {
	b := fntest.New(t, cast.New, logic.Functions)
	nan := math.NaN()
	x := b.Column(types.Of(types.Double), 1.0, nan, 0.0, nil, nan, math.Inf(1))
	y := b.Column(types.Of(types.Double), 2.0, nan, math.Copysign(0, -1), 1.0, 1.0, nan)
	b.Expect(b.Call("=", x, y), "false", "true", "true", "NULL", "false", "false")
	b.Expect(b.Call("<", x, y), "true", "false", "false", "NULL", "false", "true")
	b.Expect(b.Call("not", b.Call("<", x, y)), "false", "true", "true", "NULL", "true", "false")
	b.Expect(b.Call("<>", x, y), "true", "false", "false", "NULL", "true", "true")
	b.Expect(b.Call("between", x, 0.5, y), "true", "true", "false", "NULL", "false", "true")

	s := b.Column(types.Of(types.String), "a", "b", "", "a", nil, "abc")
	b.Expect(b.Call("=", s, "a"), "true", "false", "false", "true", "NULL", "false")
	b.Expect(b.Call(">", "b", s), "true", "false", "true", "true", "NULL", "true")
	b.Expect(b.Call(">=", s, s), "true", "true", "true", "true", "NULL", "true")

	d := &expr.Literal{Value: types.DecimalFromInt64(15), Typ: types.DecimalOf(2, 1)}
	n := b.Column(types.Of(types.Int), int32(1), int32(2), nil, int32(-3), int32(4), int32(1))
	b.Expect(b.Call("<", n, d), "true", "false", "NULL", "true", "false", "true")
	b.Expect(b.Call("=", n, "2"), "false", "true", "NULL", "false", "false", "false")
}

func TestNestedComparison(t *testing.T) {
	b := fntest.New(t, cast.New, logic.Functions)
	a := types.ArrayOf(types.Of(types.Int))
	x := b.Column(a, []any{int32(1), nil}, []any{}, []any{int32(2)}, nil)
	y := b.Column(a, []any{int32(1), nil}, []any{nil}, []any{int32(1), int32(5)}, []any{})
	b.Expect(b.Call("=", x, y), "true", "false", "false", "NULL")
	b.Expect(b.Call("<", x, y), "false", "true", "false", "NULL")
	b.Expect(b.Call("coalesce", x, y), "[1, null]", "[]", "[2]", "[]")
	b.Expect(b.Call("greatest", x, y), "[1, null]", "[null]", "[2]", "[]")
	b.Expect(b.Call("if", b.Call("=", x, y), x, expr.Lit(nil)), "[1, null]", "NULL", "NULL", "NULL")
	b.Fails(fault.InvalidOrdering, "=", &expr.Ref{Typ: types.MapOf(a, a)}, &expr.Ref{Typ: types.MapOf(a, a)})
}

func TestIn(t *testing.T) {
	b := fntest.New(t, cast.New, logic.Functions)
	n := b.Column(types.Of(types.Int), int32(1), int32(2), nil, int32(9))
	i := expr.Int32
	b.Expect(b.Call("in", n, i(1), i(9)), "true", "false", "NULL", "true")
	b.Expect(b.Call("in", n, i(1), nil), "true", "NULL", "NULL", "NULL")
	b.Expect(b.Call("in", n, i(1), i(3), i(5), i(7), i(9)), "true", "false", "NULL", "true")
	b.Expect(b.Call("not", b.Call("in", n, i(1), i(3), i(5), i(7), nil)), "false", "NULL", "NULL", "NULL")
	b.Expect(b.Call("in", n, n, i(3)), "true", "true", "NULL", "true")
	s := b.Column(types.Of(types.String), "b", "xx", nil, "")
	b.Expect(b.Call("in", s, "aa", "b", "c", "dd", ""), "true", "false", "NULL", "true")
	if got := b.Call("in", n, i(1), i(9)).String(); got != "(c0 IN (1, 9))" {
		t.Error(got)
	}
}

func TestCase(t *testing.T) {
	b := fntest.New(t, cast.New, logic.Functions)
	s := b.Column(types.Of(types.String), "apple", "google", nil, "x", "apple")
	key := b.Call("coalesce", s, "none")
	e := b.Call("when", b.Call("=", key, "apple"), "0", b.Call("=", key, "google"), "1",
		b.Call("=", key, "none"), expr.Lit(nil), "other")
	b.Expect(e, "0", "1", "NULL", "other", "0")
	b.Expect(b.Call("when", b.Call("=", s, "x"), 1, b.Call("isnull", s), 2.5), "NULL", "NULL", "2.5", "1.0", "NULL")
	b.Expect(b.Call("nullif", s, "x"), "apple", "google", "NULL", "NULL", "apple")
	b.Expect(b.Call("nvl2", s, "y", "n"), "y", "y", "n", "y", "y")
	b.Expect(b.Call("greatest", s, "b", nil), "b", "google", "b", "x", "b")
	b.Expect(b.Call("least", 1, nil, 2.5), "1.0", "1.0", "1.0", "1.0", "1.0")
	want := "CASE WHEN (c0 = x) THEN 1 WHEN (c0 IS NULL) THEN 2.5 END"
	if got := b.Call("when", b.Call("=", s, "x"), 1, b.Call("isnull", s), 2.5).String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	b.Fails(fault.DataDiffTypes, "coalesce", true, 1)
}

func BenchmarkCaseOverText(b *testing.B) {
	bench := fntest.New(b, cast.New, logic.Functions)
	words := []string{"apple", "google", "facebook", "baidu", "channel-17", "channel-4711"}
	c := batch.NewColumn(types.Of(types.String), batch.Size)
	c.Resize(batch.Size)
	for i := range batch.Values[string](c) {
		batch.Values[string](c)[i] = words[i%len(words)]
	}
	s := bench.Add(c)
	var args []any
	for i, w := range words[:4] {
		args = append(args, bench.Call("=", s, w), string(rune('0'+i)))
	}
	run(b, bench, bench.Call("when", append(args, "x")...))
}

func BenchmarkFilterInts(b *testing.B) {
	bench := fntest.New(b, cast.New, logic.Functions)
	c := batch.NewColumn(types.Of(types.Long), batch.Size)
	c.Resize(batch.Size)
	for i := range batch.Values[int64](c) {
		batch.Values[int64](c)[i] = int64(i * 7919 % 1000)
	}
	x := bench.Add(c)
	comp := expr.Compiler{Input: bench.Refs, Cast: cast.New, Env: &bench.Env}
	p, err := comp.CompilePredicate(bench.Call("or", bench.Call("<", x, 100), bench.Call("=", x, 500)))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := p.Select(&bench.Batch, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*batch.Size/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

func run(b *testing.B, bench *fntest.Bench, e expr.Expr) {
	eval, err := bench.Compile(e)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := eval.Eval(&bench.Batch, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*batch.Size/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
