package text

import (
	"math"
	"strings"

	"github.com/weirstream/weir/internal/expr"
)

// substring is substring(text, position, length), from 1, or from the end where
// the position is negative.
func substring(name string) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) == 2 {
				args = append(args[:2:2], expr.Int32(math.MaxInt32))
			}
			return likeFirst(name, 1, tString, tString, tInt, tInt)(r, args)
		},
		Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
			if isBinary(c) {
				return expr.Ternary(subBytes), nil
			}
			return expr.Ternary(Sub), nil
		},
		Total: true,
	}
}

// Sub is Spark's substring of characters.
func Sub(s string, pos, length int32) string {
	if isASCII(s) {
		return subBytes(s, pos, length)
	}
	start, end := span(Chars(s), pos, length)
	return s[byteAt(s, start):byteAt(s, end)]
}

func subBytes(s string, pos, length int32) string {
	start, end := span(len(s), pos, length)
	return s[start:end]
}

// span is the range of a substring among n characters.
func span(n int, pos, length int32) (start, end int) {
	start = int(pos)
	switch {
	case pos > 0:
		start--
	case pos < 0:
		start += n
	}
	end = start + int(length)
	start, end = min(max(start, 0), n), min(max(end, 0), n)
	return start, max(start, end)
}

// byteAt is the offset of the character with this number, len(s) beyond the
// last.
func byteAt(s string, char int) int {
	for i := range s {
		if char == 0 {
			return i
		}
		char--
	}
	return len(s)
}

var left = &expr.Function{
	Name:    "left",
	Resolve: likeFirst("left", 1, tString, tString, tInt),
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		if isBinary(c) {
			return expr.Binary(func(s string, n int32) string { return subBytes(s, 1, max(n, 0)) }), nil
		}
		return expr.Binary(func(s string, n int32) string { return Sub(s, 1, max(n, 0)) }), nil
	},
	Total: true,
}

var right = &expr.Function{
	Name:    "right",
	Resolve: fixed("right", tString, tString, tInt),
	Kernel: expr.Static(expr.Binary(func(s string, n int32) string {
		if n <= 0 {
			return ""
		}
		return Sub(s, -n, math.MaxInt32)
	})),
	Total: true,
}

// trimming is trim and its like. SQL gives the set first: TRIM(set FROM text);
// where shown is empty the column is named like a call.
func trimming(name, shown string, atStart, atEnd bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) == 1 {
				return likeFirst(name, 1, tString, tString)(r, args)
			}
			res, err := fixed(name, tString, tString, tString)(r, args)
			if len(args) == 2 && shown != "" {
				res.Text = "TRIM(" + shown + " " + args[0].String() + " FROM " + args[1].String() + ")"
			}
			if err == nil && name == "btrim" {
				res.Args[0], res.Args[1] = res.Args[1], res.Args[0] // btrim(text, set)
			}
			return res, err
		},
		Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
			if len(c.Args) == 1 {
				return expr.Unary(func(s string) string {
					for atStart && s != "" && s[0] == ' ' {
						s = s[1:]
					}
					for atEnd && s != "" && s[len(s)-1] == ' ' {
						s = s[:len(s)-1]
					}
					return s
				}), nil
			}
			return expr.Binary(func(set, s string) string {
				if atStart {
					s = strings.TrimLeft(s, set)
				}
				if atEnd {
					s = strings.TrimRight(s, set)
				}
				return s
			}), nil
		},
		Total: true,
	}
}

// substringIndex is substring_index(text, delimiter, count).
var substringIndex = &expr.Function{
	Name:    "substring_index",
	Resolve: fixed("substring_index", tString, tString, tString, tInt),
	Kernel: expr.Static(expr.Ternary(func(s, delim string, count int32) string {
		if delim == "" || count == 0 {
			return ""
		}
		if count > 0 {
			end := 0
			for ; count > 0; count-- {
				i := strings.Index(s[end:], delim)
				if i < 0 {
					return s
				}
				end += i + len(delim)
			}
			return s[:end-len(delim)]
		}
		start := len(s)
		for ; count < 0; count++ {
			// Delimiters may overlap, as they may in Spark: the next is looked for one
			// byte further left.
			i := strings.LastIndex(s[:min(len(s), start+len(delim)-1)], delim)
			if i < 0 {
				return s
			}
			start = i
		}
		return s[start+len(delim):]
	})),
	Total: true,
}
