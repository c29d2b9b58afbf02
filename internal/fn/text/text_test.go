package text_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/internal/fn/fntest"
	"github.com/weirstream/weir/internal/fn/text"
	"github.com/weirstream/weir/types"
)

func bench(t testing.TB) *fntest.Bench {
	b := fntest.New(t, cast.New, text.Functions, []*expr.Function{text.Concat("concat"), text.Concat("||"), text.Reverse, text.Piece})
	b.SetANSI(true)
	return b
}

var i32 = expr.Int32

func TestCase(t *testing.T) {
	b := bench(t)
	s := b.Column(types.Of(types.String), "Abc-09", "straße", nil, "ΣΑΣ", "xyz", "")
	b.Expect(b.Call("upper", s), "ABC-09", "STRASSE", "NULL", "ΣΑΣ", "XYZ", "")
	b.Expect(b.Call("lower", s), "abc-09", "straße", "NULL", "σας", "xyz", "")
	b.Expect(b.Call("initcap", "hello wORLD"), "Hello World", "Hello World", "Hello World", "Hello World", "Hello World", "Hello World")
}

func TestCut(t *testing.T) {
	b := bench(t)
	s := b.Column(types.Of(types.String), "héllo", "", nil, "abc", "日本語")
	b.Expect(b.Call("substring", s, i32(2), i32(2)), "él", "", "NULL", "bc", "本語")
	b.Expect(b.Call("substring", s, i32(-2)), "lo", "", "NULL", "bc", "本語")
	b.Expect(b.Call("substr", s, i32(-9), i32(7)), "hél", "", "NULL", "a", "日")
	b.Expect(b.Call("left", s, i32(2)), "hé", "", "NULL", "ab", "日本")
	b.Expect(b.Call("right", s, i32(2)), "lo", "", "NULL", "bc", "本語")
	b.Expect(b.Call("length", s), "5", "0", "NULL", "3", "3")
	b.Expect(b.Call("octet_length", s), "6", "0", "NULL", "3", "9")
	b.Expect(b.Call("trim", "ac", s), "héllo", "", "NULL", "b", "日本語")
	b.Expect(b.Call("reverse", s), "olléh", "", "NULL", "cba", "語本日")
	b.Expect(b.Call("lpad", s, i32(4), "*-"), "héll", "*-*-", "NULL", "*abc", "*日本語")
	if got := b.Call("ltrim", "ac", s).String(); got != "TRIM(LEADING ac FROM c0)" {
		t.Error(got)
	}
}

func TestSplit(t *testing.T) {
	b := bench(t)
	s := b.Column(types.Of(types.String), "a,b,,c", "", nil, ",", "x")
	b.Expect(b.Call("split", s, ","), "[a, b, , c]", "[]", "NULL", "[, ]", "[x]")
	b.Expect(b.Call("split", s, ",", i32(2)), "[a, b,,c]", "[]", "NULL", "[, ]", "[x]")
	b.Expect(b.Call("split", s, "[,x]"), "[a, b, , c]", "[]", "NULL", "[, ]", "[, ]")
	b.Expect(b.Call("split", s, ""), "[a, ,, b, ,, ,, c]", "[]", "NULL", "[,]", "[x]")
	b.Expect(b.Call("split_part", s, ",", i32(-1)), "c", "", "NULL", "", "x")
	b.Expect(b.Call("substring_index", s, ",", i32(-2)), ",c", "", "NULL", ",", "x")
	parts := b.Call("split", s, ",")
	if !text.IsPiece([]expr.Expr{parts, i32(1)}) || text.IsPiece([]expr.Expr{b.Call("split", s, "[,x]"), i32(1)}) {
		t.Error("the fused form is taken wrongly")
	}
	b.Expect(b.Call("[]", parts, i32(0)), "a", "", "NULL", "", "x")
	b.Fails(fault.InvalidArrayIndex, "[]", parts, i32(1))
	b.SetANSI(false)
	b.Expect(b.Call("[]", parts, i32(1)), "b", "NULL", "NULL", "", "NULL")
	b.Expect(b.Call("[]", parts, i32(-1)), "NULL", "NULL", "NULL", "NULL", "NULL")
}

func TestReplace(t *testing.T) {
	b := bench(t)
	s := b.Column(types.Of(types.String), "banana", "", nil, "ñandú")
	b.Expect(b.Call("replace", s, "an", "x"), "bxxa", "", "NULL", "ñxdú")
	b.Expect(b.Call("length", b.Call("replace", s, "a", "")), "3", "0", "NULL", "4")
	b.Expect(b.Call("length", b.Call("replace", s, "ú", "uu")), "6", "0", "NULL", "6")
	b.Expect(b.Call("length", b.Call("replace", s, s, "uu")), "2", "0", "NULL", "2")
	b.Expect(b.Call("translate", s, "anú", "12"), "b12121", "", "NULL", "ñ12d")
	b.Expect(b.Call("regexp_replace", s, "(a)(n)", "$2$1"), "bnanaa", "", "NULL", "ñnadú")
	b.Expect(b.Call("regexp_extract", s, "n(.)"), "a", "", "NULL", "d")
	b.Expect(b.Call("regexp_extract_all", s, "n(.)"), "[a, a]", "[]", "NULL", "[d]")
	b.Fails(fault.RegexGroupIndex, "regexp_extract", s, "n", i32(1))
	b.Fails(fault.InvalidParameter, "rlike", s, "(")
}

func TestSearch(t *testing.T) {
	b := bench(t)
	s := b.Column(types.Of(types.String), "banana", "", nil, "ñan%")
	b.Expect(b.Call("like", s, "%an%"), "true", "false", "NULL", "true")
	b.Expect(b.Call("like", s, "_an\\%"), "false", "false", "NULL", "true")
	b.Expect(b.Call("like", s, "b%n_"), "true", "false", "NULL", "false")
	b.Expect(b.Call("like", s, "%"), "true", "true", "NULL", "true")
	b.Expect(b.Call("like", s, ""), "false", "true", "NULL", "false")
	b.Expect(b.Call("like", s, "%an%an%an%"), "false", "false", "NULL", "false")
	b.Expect(b.Call("ilike", s, "ÑAN!%", "!"), "false", "false", "NULL", "true")
	b.Expect(b.Call("instr", s, "an"), "2", "0", "NULL", "2")
	b.Expect(b.Call("locate", "a", s, i32(3)), "4", "0", "NULL", "0")
	b.Expect(b.Call("contains", s, "n%"), "false", "false", "NULL", "true")
	b.Expect(b.Call("rlike", s, "^b.*a$"), "true", "false", "NULL", "false")
	b.Fails(fault.EscapeAtEnd, "like", s, "a\\")
}

func TestJoin(t *testing.T) {
	b := bench(t)
	s := b.Column(types.Of(types.String), "a", "", nil)
	n := b.Column(types.Of(types.Int), int32(1), nil, int32(3))
	b.Expect(b.Call("concat", s, "-", n), "a-1", "NULL", "NULL")
	b.Expect(b.Call("concat_ws", ",", s, n, b.Call("split", s, "x")), "a,1,a", ",", "3")
	b.Expect(b.Call("format_string", "%s|%05d|%2$x", s, n), "a|00001|1", "| null|null", "null|00003|3")
	b.Expect(b.Call("format_number", 1234567.891, i32(2)), "1,234,567.89", "1,234,567.89", "1,234,567.89")
	b.Expect(b.Call("repeat", s, n), "a", "NULL", "NULL")
	for _, call := range []struct {
		name string
		args []any
	}{{"repeat", []any{"abcdef", i32(1 << 30)}}, {"space", []any{i32(1<<31 - 1)}}, {"rpad", []any{"a", i32(1<<31 - 1), "é"}}} {
		b.Fails(fault.TooLarge, call.name, call.args...)
	}
}

func TestHashes(t *testing.T) {
	b := bench(t)
	s := b.Column(types.Of(types.String), "Spark", nil)
	b.Expect(b.Call("hash", s), "228093765", "42")
	b.Expect(b.Call("xxhash64", s), "-4294468057691064905", "42")
	b.Expect(b.Call("md5", s), "8cde774d6f7333752ed72cacddb05126", "NULL")
	b.Expect(b.Call("crc32", s), "1557323817", "NULL")
	b.Expect(b.Call("base64", s), "U3Bhcms=", "NULL")
}

func FuzzChars(f *testing.F) {
	f.Add("héllo wörld, 日本語")
	f.Fuzz(func(t *testing.T, s string) {
		if utf8.ValidString(s) && text.Chars(s) != utf8.RuneCountInString(s) {
			t.Errorf("%q has %d characters, not %d", s, utf8.RuneCountInString(s), text.Chars(s))
		}
	})
}

func measure(b *testing.B, e func(t *fntest.Bench, s *expr.Ref) expr.Expr, make func(i int) string) {
	t := bench(b)
	c := batch.NewColumn(types.Of(types.String), batch.Size)
	c.Resize(batch.Size)
	for i := range batch.Values[string](c) {
		batch.Values[string](c)[i] = make(i)
	}
	eval, err := t.Compile(e(t, t.Add(c)))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := eval.Eval(&t.Batch, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*batch.Size/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

func extra(i int) string { return strings.Repeat("abcdefghij"[i%10:], 60)[:60] }

// Nexmark q14: length(extra) - length(replace(extra, 'c', ”)), the longer half.
func BenchmarkCountByReplace(b *testing.B) {
	measure(b, func(t *fntest.Bench, s *expr.Ref) expr.Expr { return t.Call("length", t.Call("replace", s, "c", "")) }, extra)
}

func BenchmarkLength(b *testing.B) {
	measure(b, func(t *fntest.Bench, s *expr.Ref) expr.Expr { return t.Call("length", s) }, extra)
}

// Nexmark q22: split(url, '/')[3].
func BenchmarkPiece(b *testing.B) {
	measure(b, func(t *fntest.Bench, s *expr.Ref) expr.Expr {
		return t.Call("[]", t.Call("split", s, "/"), i32(3))
	}, func(i int) string { return "https://www.nexmark.com/abc/def_" + extra(i)[:5] + "/item.htm?query=1" })
}

func BenchmarkLower(b *testing.B) {
	measure(b, func(t *fntest.Bench, s *expr.Ref) expr.Expr { return t.Call("lower", s) },
		func(i int) string { return []string{"apple", "Google", "channel-1234", "FACEBOOK"}[i%4] })
}

func BenchmarkSplit(b *testing.B) {
	measure(b, func(t *fntest.Bench, s *expr.Ref) expr.Expr { return t.Call("split", s, " ") },
		func(i int) string { return "the quick brown fox jumps over the lazy dog" })
}
