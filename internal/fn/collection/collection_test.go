package collection_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/internal/fn/collection"
	"github.com/weirstream/weir/internal/fn/fntest"
	"github.com/weirstream/weir/types"
)

var seed = flag.Uint64("seed", 1, "of random tests")

var (
	tInt    = types.Of(types.Int)
	tText   = types.Of(types.String)
	tInts   = types.ArrayOf(tInt)
	tTexts  = types.ArrayOf(tText)
	tDouble = types.Of(types.Double)
)

func bench(t testing.TB) *fntest.Bench {
	return fntest.New(t, cast.New, collection.Functions,
		[]*expr.Function{collection.Concat("concat"), collection.Reverse})
}

// ints is an array value; nil is null.
func ints(values ...any) []any {
	a := make([]any, len(values))
	for i, v := range values {
		if v != nil {
			a[i] = int32(v.(int))
		}
	}
	return a
}

func i32(n int) *expr.Literal { return expr.Int32(int32(n)) }

func null(t types.Type) *expr.Literal { return &expr.Literal{Typ: t} }

func TestConstruct(t *testing.T) {
	b := bench(t)
	x := b.Column(tInt, int32(1), nil, int32(3))
	s := b.Column(tText, "a", "b", nil)
	b.Expect(b.Call("array", x, i32(7), x), "[1, 7, 1]", "[null, 7, null]", "[3, 7, 3]")
	y := b.Column(tInt, int32(4), int32(5), int32(6))
	b.Expect(b.Call("array", x, y, i32(7), y), "[1, 4, 7, 4]", "[null, 5, 7, 5]", "[3, 6, 7, 6]")
	b.Expect(b.Call("array", x, 2.5), "[1.0, 2.5]", "[null, 2.5]", "[3.0, 2.5]")
	b.Expect(b.Call("array"), "[]", "[]", "[]")
	b.Expect(b.Call("array", i32(1), i32(2)), "[1, 2]", "[1, 2]", "[1, 2]")
	b.Expect(b.Call("array", b.Call("array", x), b.Call("array", i32(5), x)),
		"[[1], [5, 1]]", "[[null], [5, null]]", "[[3], [5, 3]]")
	b.Expect(b.Call("struct", x, s), "{1, a}", "{null, b}", "{3, null}")
	b.Expect(b.Call("struct", x, i32(9)), "{1, 9}", "{null, 9}", "{3, 9}")
	b.Expect(b.Call("named_struct", "n", i32(1), "m", "z"), "{1, z}", "{1, z}", "{1, z}")
	b.Expect(b.Call("map", "k", x, "l", i32(2)), "{k -> 1, l -> 2}", "{k -> null, l -> 2}", "{k -> 3, l -> 2}")
	b.Expect(b.Call("map", i32(1), s), "{1 -> a}", "{1 -> b}", "{1 -> null}")
	e := b.Call("struct", x, i32(9), &expr.Alias{Child: s, Names: []string{"q"}})
	if got := e.Type().String(); got != "struct<c0:int,col2:int,q:string>" {
		t.Error(got)
	}
	b.Fails(fault.DataDiffTypes, "array", true, i32(1))
	b.Fails(fault.MapKeyAndValue, "map", true, i32(1), i32(2), i32(3))
	b.Fails(fault.NullMapKey, "map", s, x)
	b.Fails(fault.DuplicateMapKey, "map", "k", x, "k", x)
	b.Fails(fault.StructNameNotConst, "named_struct", s, x)
	b.Fails(fault.WrongNumArgs, "named_struct", "a")
}

func TestAccess(t *testing.T) {
	b := bench(t)
	a := b.Column(tInts, ints(1, 2, 3), nil, ints(4, nil), ints(5, 6))
	k := b.Column(tInt, int32(0), int32(1), int32(1), nil)
	b.Expect(b.Call("[]", a, k), "1", "NULL", "NULL", "NULL")
	b.Expect(b.Call("[]", a, i32(0)), "1", "NULL", "4", "5")
	b.Expect(b.Call("get", a, i32(2)), "3", "NULL", "NULL", "NULL")
	b.Expect(b.Call("get", a, i32(-1)), "NULL", "NULL", "NULL", "NULL")
	b.Expect(b.Call("element_at", a, i32(-1)), "3", "NULL", "NULL", "6")
	b.Expect(b.Call("try_element_at", a, i32(3)), "3", "NULL", "NULL", "NULL")
	if got := b.Call("[]", a, i32(0)).String(); got != "c0[0]" {
		t.Error(got)
	}
	b.Fails(fault.InvalidArrayIndex, "[]", a, i32(2))
	b.Fails(fault.InvalidArrayIndex, "[]", a, i32(-1))
	b.Fails(fault.InvalidElementAt, "element_at", a, i32(3))
	b.Fails(fault.InvalidIndexZero, "element_at", a, i32(0))
	b.Fails(fault.NothingToExtract, "[]", k, i32(0))
	b.SetANSI(false)
	b.Expect(b.Call("[]", a, i32(2)), "3", "NULL", "NULL", "NULL")
	b.SetANSI(true)
	m := b.Column(types.MapOf(tText, tInt), []any{"a", int32(1), "b", nil}, []any{}, nil, []any{"b", int32(7)})
	b.Expect(b.Call("[]", m, "b"), "NULL", "NULL", "NULL", "7")
	b.Expect(b.Call("element_at", m, "a"), "1", "NULL", "NULL", "NULL")
	b.Expect(b.Call("map_contains_key", m, "b"), "true", "false", "NULL", "true")
	b.Expect(b.Call("element_at", b.Call("map", i32(1), k), int64(1)), "0", "1", "1", "NULL")
	b.Fails(fault.NullArgument, "map_contains_key", m, expr.Lit(nil))
	b.Fails(fault.MapKeyMismatch, "map_contains_key", m, i32(1))
	nested := b.Column(types.ArrayOf(tInts), []any{ints(1), ints(2, 3)}, []any{nil}, nil, []any{ints()})
	b.Expect(b.Call("[]", nested, i32(0)), "[1]", "NULL", "NULL", "[]")
	pair := types.StructOf(types.Field{Name: "x", Type: tInt, Nullable: true}, types.Field{Name: "y", Type: tText})
	s := b.Column(types.ArrayOf(pair), []any{[]any{int32(1), "p"}, []any{nil, "q"}}, nil, []any{nil}, []any{})
	b.Expect(b.Call("[]", s, "Y"), "[p, q]", "NULL", "[null]", "[]")
	b.Expect(b.Call("[]", s, "x"), "[1, null]", "NULL", "[null]", "[]")
	b.Fails(fault.UnresolvedField, "[]", s, "z")
	b.Expect(b.Call("[]", expr.Lit(nil), i32(0)), "NULL", "NULL", "NULL", "NULL")
}

func TestSearch(t *testing.T) {
	b := bench(t)
	a := b.Column(tTexts, []any{"x", "y", "x"}, []any{nil, "x"}, nil, []any{nil}, []any{})
	x := b.Column(tText, "x", "y", "x", "x", nil)
	b.Expect(b.Call("array_contains", a, "y"), "true", "NULL", "NULL", "NULL", "false")
	b.Expect(b.Call("array_contains", a, x), "true", "NULL", "NULL", "NULL", "NULL")
	b.Expect(b.Call("array_position", a, x), "1", "0", "NULL", "0", "NULL")
	b.Expect(b.Call("array_remove", a, "x"), "[y]", "[null]", "NULL", "[null]", "[]")
	b.Expect(b.Call("size", a), "3", "2", "NULL", "1", "0")
	b.Expect(b.Call("array_max", a), "y", "x", "NULL", "NULL", "NULL")
	b.Expect(b.Call("array_min", a), "x", "x", "NULL", "NULL", "NULL")
	nan := b.Column(types.ArrayOf(tDouble), []any{1.0, nanOf()}, []any{-0.5}, nil, []any{}, []any{nil})
	b.Expect(b.Call("array_contains", nan, nanOf()), "true", "false", "NULL", "false", "NULL")
	b.Expect(b.Call("array_max", nan), "NaN", "-0.5", "NULL", "NULL", "NULL")
	b.Fails(fault.NullArgument, "array_contains", a, expr.Lit(nil))
	b.Fails(fault.ArrayDiffTypes, "array_position", a, true)
	b.SetANSI(false)
	b.Expect(b.Call("size", a), "3", "2", "-1", "1", "0")
	b.Expect(b.Call("array_size", a), "3", "2", "NULL", "1", "0")
}

func nanOf() float64 {
	zero := 0.0
	return zero / zero
}

func TestSets(t *testing.T) {
	b := bench(t)
	x := b.Column(tInts, ints(3, 1, 3, nil, nil), ints(1), nil, ints())
	y := b.Column(tInts, ints(1, 4, 4), ints(nil), ints(1), ints(1, 1))
	b.Expect(b.Call("array_distinct", x), "[3, 1, null]", "[1]", "NULL", "[]")
	b.Expect(b.Call("array_union", x, y), "[3, 1, null, 4]", "[1, null]", "NULL", "[1]")
	b.Expect(b.Call("array_intersect", x, y), "[1]", "[]", "NULL", "[]")
	b.Expect(b.Call("array_except", x, y), "[3, null]", "[1]", "NULL", "[]")
	b.Expect(b.Call("arrays_overlap", x, y), "true", "NULL", "NULL", "false")
	b.Expect(b.Call("array_compact", x), "[3, 1, 3]", "[1]", "NULL", "[]")
	b.Fails(fault.BinaryArrayDiff, "array_union", x, b.Call("array", "a"))
	maps := b.Column(types.ArrayOf(types.MapOf(tInt, tInt)), nil, nil, nil, nil)
	b.Fails(fault.InvalidOrdering, "array_distinct", maps)
	b.Fails(fault.InvalidOrdering, "array_union", maps, maps)
}

func TestOrder(t *testing.T) {
	b := bench(t)
	x := b.Column(tInts, ints(3, nil, 1), ints(2, 1), nil, ints())
	b.Expect(b.Call("sort_array", x), "[null, 1, 3]", "[1, 2]", "NULL", "[]")
	b.Expect(b.Call("sort_array", x, false), "[3, 1, null]", "[2, 1]", "NULL", "[]")
	b.Expect(b.Call("array_sort", x), "[1, 3, null]", "[1, 2]", "NULL", "[]")
	b.Expect(b.Call("reverse", x), "[1, null, 3]", "[1, 2]", "NULL", "[]")
	if got := b.Call("sort_array", x).String(); got != "sort_array(c0, true)" {
		t.Error(got)
	}
	b.Expect(b.Call("array_sort", b.Call("shuffle", x)), "[1, 3, null]", "[1, 2]", "NULL", "[]")
}

// A batch that runs again shuffles as it did before.
func TestShuffle(t *testing.T) {
	b := bench(t)
	many := make([]any, 50)
	for i := range many {
		many[i] = int32(i)
	}
	x := b.Column(tInts, many, many)
	first, _ := b.Texts(b.Call("shuffle", x))
	b.Env.Chance = expr.Chance{}
	again, _ := b.Texts(b.Call("shuffle", x))
	b.Env.Chance = expr.Chance{Batch: 1}
	next, _ := b.Texts(b.Call("shuffle", x))
	if !slices.Equal(first, again) || slices.Equal(first, next) || first[0] == first[1] {
		t.Errorf("first %v\nagain %v\nnext %v", first, again, next)
	}
}

func TestChange(t *testing.T) {
	b := bench(t)
	x := b.Column(tInts, ints(1, 2, 3), nil, ints(), ints(4))
	v := b.Column(tInt, int32(9), int32(9), nil, int32(8))
	b.Expect(b.Call("array_append", x, v), "[1, 2, 3, 9]", "NULL", "[null]", "[4, 8]")
	b.Expect(b.Call("array_prepend", x, i32(0)), "[0, 1, 2, 3]", "NULL", "[0]", "[0, 4]")
	b.Expect(b.Call("array_insert", x, i32(2), v), "[1, 9, 2, 3]", "NULL", "[null, null]", "[4, 8]")
	b.Expect(b.Call("array_insert", x, i32(-1), v), "[1, 2, 3, 9]", "NULL", "[null]", "[4, 8]")
	b.Expect(b.Call("array_insert", x, i32(-4), v), "[9, 1, 2, 3]", "NULL", "[null, null, null, null]", "[8, null, null, 4]")
	b.Expect(b.Call("array_insert", x, i32(5), v), "[1, 2, 3, null, 9]", "NULL", "[null, null, null, null, null]",
		"[4, null, null, null, 8]")
	b.Expect(b.Call("array_repeat", v, i32(2)), "[9, 9]", "[9, 9]", "[null, null]", "[8, 8]")
	b.Fails(fault.TooManyElements, "array_repeat", v, i32(1<<31-1))
	b.Expect(b.Call("slice", x, i32(2), i32(5)), "[2, 3]", "NULL", "[]", "[]")
	b.Expect(b.Call("slice", x, i32(-2), i32(1)), "[2]", "NULL", "[]", "[]")
	b.Expect(b.Call("concat", x, b.Call("array", v), x), "[1, 2, 3, 9, 1, 2, 3]", "NULL", "[null]", "[4, 8, 4]")
	b.Expect(b.Call("flatten", b.Call("array", x, x)), "[1, 2, 3, 1, 2, 3]", "NULL", "[]", "[4, 4]")
	b.Expect(b.Call("array_join", x, "-"), "1-2-3", "NULL", "", "4")
	b.Expect(b.Call("array_join", b.Call("array", v, i32(1)), "-", "?"), "9-1", "9-1", "?-1", "8-1")
	b.Expect(b.Call("arrays_zip", x, b.Call("array", v, v)), "[{1, 9}, {2, 9}, {3, null}]", "NULL",
		"[{null, null}, {null, null}]", "[{4, 8}, {null, 8}]")
	b.Fails(fault.InvalidIndexZero, "array_insert", x, i32(0), v)
	b.Fails(fault.StartOfSlice, "slice", x, i32(0), i32(1))
	b.Fails(fault.LengthOfSlice, "slice", x, i32(1), i32(-1))
	b.Fails(fault.ArrayDiffTypes, "array_append", x, true)
}

func TestMaps(t *testing.T) {
	b := bench(t)
	m := b.Column(types.MapOf(tText, tInt), []any{"a", int32(1), "b", nil}, []any{}, nil)
	b.Expect(b.Call("map_keys", m), "[a, b]", "[]", "NULL")
	b.Expect(b.Call("map_values", m), "[1, null]", "[]", "NULL")
	b.Expect(b.Call("map_entries", m), "[{a, 1}, {b, null}]", "[]", "NULL")
	b.Expect(b.Call("map_from_entries", b.Call("map_entries", m)), "{a -> 1, b -> null}", "{}", "NULL")
	b.Expect(b.Call("map_from_arrays", b.Call("map_keys", m), b.Call("map_values", m)), "{a -> 1, b -> null}", "{}", "NULL")
	b.Expect(b.Call("map_concat", m, b.Call("map", "z", i32(9))), "{a -> 1, b -> null, z -> 9}", "{z -> 9}", "NULL")
	b.Expect(b.Call("map_keys", b.Call("map", "z", i32(9))), "[z]", "[z]", "[z]")
	b.Fails(fault.DuplicateMapKey, "map_concat", m, m)
	b.Fails(fault.DataDiffTypes, "map_concat", m, b.Call("map", "z", b.Call("array")))
	b.Fails(fault.MapSizesDiffer, "map_from_arrays", b.Call("map_keys", m), b.Call("array", i32(1)))
	s := b.Column(tText, "a:1,b:2", "", nil)
	b.Expect(b.Call("str_to_map", s), "{a -> 1, b -> 2}", "{ -> null}", "NULL")
	b.Expect(b.Call("str_to_map", s, "[,;]", ":"), "{a -> 1, b -> 2}", "{ -> null}", "NULL")
	b.Fails(fault.DuplicateMapKey, "str_to_map", "a,a")
	b.Fails(fault.NullMapKey, "map_from_arrays", b.Call("array", null(tText)), b.Call("array", i32(1)))
}

func TestSequence(t *testing.T) {
	b := bench(t)
	n := b.Column(tInt, int32(3), nil, int32(-1))
	b.Expect(b.Call("sequence", i32(1), n), "[1, 2, 3]", "NULL", "[1, 0, -1]")
	b.Expect(b.Call("sequence", n, n), "[3]", "NULL", "[-1]")
	d := b.Column(types.Of(types.Date), int32(30), nil, int32(31)) // 1970-01-31, 02-01
	month := &expr.Literal{Value: int32(1), Typ: types.Of(types.YearMonthInterval)}
	last := &expr.Literal{Value: int32(90), Typ: types.Of(types.Date)}
	b.Expect(b.Call("sequence", d, last, month), "[1970-01-31, 1970-02-28, 1970-03-31]", "NULL",
		"[1970-02-01, 1970-03-01, 1970-04-01]")
	b.Expect(b.Call("sequence", d, &expr.Literal{Value: int32(32), Typ: types.Of(types.Date)}),
		"[1970-01-31, 1970-02-01, 1970-02-02]", "NULL", "[1970-02-01, 1970-02-02]")
	b.Fails(fault.SequenceBounds, "sequence", i32(1), i32(3), i32(-1))
	b.Fails(fault.SequenceBounds, "sequence", last, d, month)
	b.Fails(fault.TooManyElements, "sequence", int64(-1<<63), int64(1<<63-1))
	b.Fails(fault.SequenceWrongInput, "sequence", "a", "b")
}

// Sets of random arrays, against the plainest way of making them.
func TestRandomSets(t *testing.T) {
	random := rand.New(rand.NewPCG(*seed, 0))
	b := bench(t)
	value := func() []any {
		a := make([]any, random.IntN(40))
		for i := range a {
			if a[i] = int32(random.IntN(12)); random.IntN(8) == 0 {
				a[i] = nil
			}
		}
		return a
	}
	var xs, ys []any
	for range 60 {
		xs, ys = append(xs, value()), append(ys, value())
	}
	x, y := b.Column(tInts, xs...), b.Column(tInts, ys...)
	want := map[string][]string{}
	for i := range xs {
		a, c := xs[i].([]any), ys[i].([]any)
		add := func(name string, from []any, keep func(v any) bool) {
			var out []any
			for _, v := range from {
				if keep(v) && !slices.Contains(out, v) {
					out = append(out, v)
				}
			}
			want[name] = append(want[name], show(out))
		}
		add("array_union", append(slices.Clone(a), c...), func(any) bool { return true })
		add("array_intersect", a, func(v any) bool { return slices.Contains(c, v) })
		add("array_except", a, func(v any) bool { return !slices.Contains(c, v) })
	}
	for name, texts := range want {
		got, err := b.Texts(b.Call(name, x, y))
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if got[i] != texts[i] {
				t.Errorf("seed %d: %s of %v and %v: got %s, want %s", *seed, name, xs[i], ys[i], got[i], texts[i])
			}
		}
	}
}

func show(values []any) string {
	parts := make([]string, len(values))
	for i, v := range values {
		if parts[i] = fmt.Sprint(v); v == nil {
			parts[i] = "null"
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// arrays is a column of 8,192 arrays of three texts.
func arrays(b *fntest.Bench) *expr.Ref {
	c := batch.NewColumn(tTexts, 0)
	for i := range batch.Size {
		expr.AppendValue(c, []any{"apple", "google", fmt.Sprint("channel-", i%100)})
	}
	return b.Add(c)
}

func run(b *testing.B, w *fntest.Bench, e expr.Expr) {
	eval, err := w.Compile(e)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := eval.Eval(&w.Batch, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*batch.Size/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

func BenchmarkElement(b *testing.B) {
	w := bench(b)
	run(b, w, w.Call("[]", arrays(w), i32(2)))
}

func BenchmarkContains(b *testing.B) {
	w := bench(b)
	run(b, w, w.Call("array_contains", arrays(w), "google"))
}

func BenchmarkDistinct(b *testing.B) {
	w := bench(b)
	run(b, w, w.Call("array_distinct", arrays(w)))
}

func BenchmarkUnion(b *testing.B) {
	w := bench(b)
	x := arrays(w)
	run(b, w, w.Call("array_union", x, x))
}

func BenchmarkArray(b *testing.B) {
	w := bench(b)
	c := batch.NewColumn(tInt, batch.Size)
	c.Resize(batch.Size)
	x := w.Add(c)
	run(b, w, w.Call("array", x, x, i32(7)))
}

func BenchmarkStruct(b *testing.B) {
	w := bench(b)
	c := batch.NewColumn(tInt, batch.Size)
	c.Resize(batch.Size)
	x := w.Add(c)
	run(b, w, w.Call("struct", x, x))
}
