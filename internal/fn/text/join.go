package text

import (
	"unicode/utf8"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// Concat is concat(a, b, …) and a || b over texts, or over bytes where all are.
func Concat(name string) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			t := tString
			binary := len(args) > 0
			for _, a := range args {
				binary = binary && (a.Type().Kind == types.Binary || a.Type().Kind == types.Null)
			}
			if binary && !allNull(args) {
				t = tBinary
			}
			params := make([]types.Type, len(args))
			for i := range params {
				params[i] = t
			}
			cast, err := r.Params(name, -1, args, params...)
			return expr.Resolution{Args: cast, Type: t, Nullable: expr.AnyNullable(cast...),
				Text: expr.CallText("concat", args)}, err
		},
		Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
			var arena batch.Arena
			var parts []expr.Arg[string]
			return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
				arena.Reset()
				parts = parts[:0]
				for _, a := range args {
					parts = append(parts, expr.ArgOf[string](a))
				}
				to := batch.Values[string](out)
				for _, i := range expr.Rows(rows, sel) {
					n := 0
					for _, p := range parts {
						n += len(p.At(i))
					}
					b := arena.Alloc(n)
					at := 0
					for _, p := range parts {
						at += copy(b[at:], p.At(i))
					}
					to[i] = batch.View(b)
				}
				return nil
			}, nil
		},
	}
}

func allNull(args []expr.Expr) bool {
	for _, a := range args {
		if a.Type().Kind != types.Null {
			return false
		}
	}
	return true
}

// concatWS is concat_ws(separator, text or array of texts, …): nulls do not
// count.
var concatWS = &expr.Function{
	Name: "concat_ws",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) == 0 {
			return expr.Resolution{}, expr.WrongCount("concat_ws", "at least 1", 0)
		}
		params := make([]types.Type, len(args))
		for i, a := range args {
			params[i] = tString
			if a.Type().Kind == types.Array {
				params[i] = types.ArrayOf(tString)
			}
		}
		cast, err := r.Params("concat_ws", -1, args, params...)
		return expr.Resolution{Args: cast, Type: tString, Nullable: args[0].Nullable(),
			Text: expr.CallText("concat_ws", args)}, err
	},
	NullSafe: true,
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		var buf []byte
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			buf = buf[:0]
			separator, to := expr.ArgOf[string](args[0]), batch.Values[string](out)
			for _, i := range expr.Rows(rows, sel) {
				if args[0].Null(int(i)) {
					out.SetNull(int(i))
					continue
				}
				start, first := len(buf), true
				for _, c := range args[1:] {
					buf, first = appendParts(buf, c, i, separator.At(i), first)
				}
				to[i] = batch.View(buf[start:])
			}
			return nil
		}, nil
	},
}

func appendParts(dst []byte, c *batch.Column, row int32, separator string, first bool) ([]byte, bool) {
	if c.Const {
		row = 0
	}
	if c.Null(int(row)) {
		return dst, first
	}
	values, from, to := c, row, row+1
	if c.Type.Kind == types.Array {
		values, from, to = c.Children[0], c.Offsets[row], c.Offsets[row+1]
	}
	texts := batch.Values[string](values)
	for k := from; k < to; k++ {
		if values.Null(int(k)) {
			continue
		}
		if !first {
			dst = append(dst, separator...)
		}
		first = false
		dst = append(dst, texts[k]...)
	}
	return dst, first
}

var repeat = &expr.Function{
	Name:    "repeat",
	Resolve: fixed("repeat", tString, tString, tInt),
	Kernel: expr.Sized2(func(s string, n int32) int64 { return int64(len(s)) * int64(max(n, 0)) },
		func(dst []byte, s string, n int32) ([]byte, bool) {
			for ; n > 0; n-- {
				dst = append(dst, s...)
			}
			return dst, true
		}),
}

var space = &expr.Function{
	Name:    "space",
	Resolve: fixed("space", tString, tInt),
	Kernel: expr.Sized1(func(n int32) int64 { return int64(n) }, func(dst []byte, n int32) ([]byte, bool) {
		for ; n > 0; n-- {
			dst = append(dst, ' ')
		}
		return dst, true
	}),
}

// padding is lpad or rpad(text, length, pad): the text cut or filled up.
func padding(name string, atStart bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) > 0 && args[0].Type().Kind == types.Binary {
				zero := &expr.Literal{Value: "\x00", Typ: tBinary}
				return withDefaults(name, 2, tBinary, []types.Type{tBinary, tInt, tBinary}, []expr.Expr{zero})(r, args)
			}
			return withDefaults(name, 2, tString, []types.Type{tString, tInt, tString}, []expr.Expr{expr.Lit(" ")})(r, args)
		},
		Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
			sub, count := Sub, Chars
			if isBinary(c) {
				sub, count = subBytes, func(s string) int { return len(s) }
			}
			size := func(s string, n int32, pad string) int64 {
				if pad == "" {
					return int64(len(s))
				}
				return int64(len(s)) + int64(max(n, 0))*int64(len(pad))/int64(count(pad))
			}
			return expr.Sized3(size, func(dst []byte, s string, n int32, pad string) ([]byte, bool) {
				have := count(s)
				if int(n) <= have || pad == "" {
					return append(dst, sub(s, 1, max(n, 0))...), true
				}
				fill := func(dst []byte) []byte {
					missing, size := int(n)-have, count(pad)
					for ; missing >= size; missing -= size {
						dst = append(dst, pad...)
					}
					return append(dst, sub(pad, 1, int32(missing))...)
				}
				if atStart {
					return append(fill(dst), s...), true
				}
				return fill(append(dst, s...)), true
			})(c, env)
		},
	}
}

// Reverse is reverse(text).
var Reverse = &expr.Function{
	Name:    "reverse",
	Resolve: likeFirst("reverse", 1, tString, tString),
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		if isBinary(c) {
			return expr.Text1(reverseBytes)(c, env)
		}
		return expr.Text1(reverseChars)(c, env)
	},
}

func reverseBytes(dst []byte, s string) ([]byte, bool) {
	for i := len(s) - 1; i >= 0; i-- {
		dst = append(dst, s[i])
	}
	return dst, true
}

func reverseChars(dst []byte, s string) ([]byte, bool) {
	for end := len(s); end > 0; {
		_, size := utf8.DecodeLastRuneInString(s[:end])
		dst = append(dst, s[end-size:end]...)
		end -= size
	}
	return dst, true
}

// overlay is overlay(text PLACING with FROM position FOR length); a negative
// length is that of with.
var overlay = &expr.Function{
	Name: "overlay",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) == 3 {
			args = append(args[:3:3], expr.Int32(-1))
		}
		return likeFirst("overlay", 2, tString, tString, tString, tInt, tInt)(r, args)
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		sub, count := Sub, Chars
		if isBinary(c) {
			sub, count = subBytes, func(s string) int { return len(s) }
		}
		var buf []byte
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			buf = buf[:0]
			s, with := expr.ArgOf[string](args[0]), expr.ArgOf[string](args[1])
			pos, length, to := expr.ArgOf[int32](args[2]), expr.ArgOf[int32](args[3]), batch.Values[string](out)
			for _, i := range expr.Rows(rows, sel) {
				start, n := len(buf), length.At(i)
				if n < 0 {
					n = int32(count(with.At(i)))
				}
				buf = append(buf, sub(s.At(i), 1, max(pos.At(i)-1, 0))...)
				buf = append(buf, with.At(i)...)
				buf = append(buf, sub(s.At(i), pos.At(i)+n, 1<<30)...)
				to[i] = batch.View(buf[start:])
			}
			return nil
		}, nil
	},
}

// quote is quote(text): between single quotes, with its own escaped.
var quote = &expr.Function{
	Name:    "quote",
	Resolve: fixed("quote", tString, tString),
	Kernel: expr.Text1(func(dst []byte, s string) ([]byte, bool) {
		dst = append(dst, '\'')
		for i := range len(s) {
			if s[i] == '\'' {
				dst = append(dst, '\\')
			}
			dst = append(dst, s[i])
		}
		return append(dst, '\''), true
	}),
}
