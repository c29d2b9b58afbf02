package text_test

import (
	"testing"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/fntest"
)

// The goal is 50 M rows a second and core for each of these.

func BenchmarkUpper(b *testing.B) {
	measure(b, func(t *fntest.Bench, s *expr.Ref) expr.Expr { return t.Call("upper", s) },
		func(i int) string { return []string{"apple", "Google", "channel-1234", "FACEBOOK"}[i%4] })
}

func BenchmarkSubstring(b *testing.B) {
	measure(b, func(t *fntest.Bench, s *expr.Ref) expr.Expr { return t.Call("substring", s, i32(3), i32(10)) }, extra)
}

func BenchmarkLike(b *testing.B) {
	for _, c := range []struct{ name, pattern string }{
		{"prefix", "abc%"}, {"suffix", "%ghij"}, {"inside", "%cab%"}, {"equal", "abcdefghij"}, {"two", "a%e%j"},
	} {
		b.Run(c.name, func(b *testing.B) {
			measure(b, func(t *fntest.Bench, s *expr.Ref) expr.Expr { return t.Call("like", s, c.pattern) },
				func(i int) string { return extra(i)[:20] })
		})
	}
}
