package collate

import (
	"unicode/utf8"

	"github.com/weirstream/weir/internal/collation"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
)

// replace is replace(text, search, with).
var replace = &expr.Function{Name: "replace", Total: true, Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
	l, p := new(lowered), new(pattern)
	return expr.Text3(func(dst []byte, s, search, with string) ([]byte, bool) {
		if search == "" || s == "" {
			return append(dst, s...), true
		}
		l.set(s)
		part, from := p.get(search), 0
		for {
			start, end := l.find(part, from)
			if start < 0 {
				return append(dst, s[l.byteAt(from):]...), true
			}
			dst = append(dst, s[l.byteAt(from):l.byteAt(start)]...)
			dst = append(dst, with...)
			from = end
		}
	})(c, env)
}}

// substringIndex is substring_index(text, delimiter, count). As in Spark delimiters may
// overlap: the next one is looked for one character on.
var substringIndex = &expr.Function{Name: "substring_index", Total: true, Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
	l, p := new(lowered), new(pattern)
	return expr.Ternary(func(s, delim string, count int32) string {
		if delim == "" || count == 0 {
			return ""
		}
		l.set(s)
		part := p.get(delim)
		if count > 0 {
			at := -1
			for ; count > 0; count-- {
				if at, _ = l.find(part, at+1); at < 0 {
					return s
				}
			}
			return s[:l.byteAt(at)]
		}
		end := l.chars() + 1
		for ; count < 0; count++ {
			var start int
			if start, end = l.findBack(part, end-1); start < 0 {
				return s
			}
		}
		return s[l.byteAt(end):]
	}), nil
}}

// splitPart is split_part(text, delimiter, part), counted from 1, or from the end where
// negative; beyond the ends it is empty.
var splitPart = &expr.Function{Name: "split_part", Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
	l, p := new(lowered), new(pattern)
	return expr.TernaryErr(func(s, delim string, part int32) (string, error) {
		switch {
		case part == 0:
			return "", fault.New(fault.InvalidIndexZero, "split_part counts from 1, or from -1 for the last part")
		case delim == "" && (part == 1 || part == -1):
			return s, nil
		case delim == "":
			return "", nil
		}
		l.set(s)
		k, d := int(part), p.get(delim)
		if k < 0 {
			parts := 1
			for from := 0; ; parts++ {
				start, end := l.find(d, from)
				if start < 0 {
					break
				}
				from = end
			}
			k += parts + 1
		}
		for from := 0; k >= 1; k-- {
			start, end := l.find(d, from)
			switch {
			case start < 0 && k == 1:
				return s[l.byteAt(from):], nil
			case start < 0:
				return "", nil
			case k == 1:
				return s[l.byteAt(from):l.byteAt(start)], nil
			}
			from = end
		}
		return "", nil
	}), nil
}}

// trimming is trim(set, text) and its like: characters of the set go from the ends.
func trimming(atStart, atEnd bool) *expr.Function {
	return &expr.Function{Name: "trim", Total: true, Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		var of string
		var set map[rune]bool
		return expr.Binary(func(chars, s string) string {
			if set == nil || chars != of {
				of, set = string([]byte(chars)), make(map[rune]bool)
				for _, r := range chars {
					set[collation.LowerRune(r)] = true
				}
			}
			for atStart && s != "" {
				r, n := utf8.DecodeRuneInString(s)
				if !set[collation.LowerRune(r)] {
					break
				}
				s = s[n:]
			}
			for atEnd && s != "" {
				r, n := utf8.DecodeLastRuneInString(s)
				if !set[collation.LowerRune(r)] {
					break
				}
				s = s[:len(s)-n]
			}
			return s
		}), nil
	}}
}

// translate is translate(text, from, to): each character of from becomes the one of to at
// its place, or goes.
var translate = &expr.Function{Name: "translate", Total: true, Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
	var from, to string
	var table map[rune]rune
	return expr.Text3(func(dst []byte, s, f, t string) ([]byte, bool) {
		if table == nil || f != from || t != to {
			from, to = string([]byte(f)), string([]byte(t))
			table = translation(from, to)
		}
		for _, r := range s {
			if n, ok := table[collation.LowerRune(r)]; !ok {
				dst = utf8.AppendRune(dst, r)
			} else if n >= 0 {
				dst = utf8.AppendRune(dst, n)
			}
		}
		return dst, true
	})(c, env)
}}

// translation maps characters in lower case; to -1 what goes.
func translation(from, to string) map[rune]rune {
	table, target := make(map[rune]rune), []rune(to)
	for i, r := range []rune(from) {
		r = collation.LowerRune(r)
		if _, ok := table[r]; ok {
			continue
		}
		if i < len(target) {
			table[r] = target[i]
		} else {
			table[r] = -1
		}
	}
	return table
}

// Fold makes a text one that patterns, compared by bytes, match without regard to case;
// it is for both sides of LIKE.
var Fold = &expr.Function{Name: "fold", Total: true, Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
	return expr.Text1(func(dst []byte, s string) ([]byte, bool) { return collation.AppendFolded(dst, s), true })(c, env)
}}

// FoldOf is a call of [Fold].
func FoldOf(e expr.Expr) expr.Expr {
	return &expr.Call{Fn: Fold, Args: []expr.Expr{e}, Typ: tString, Null: e.Nullable()}
}

// IgnoringCase is a regular expression as Java reads it with the flags of UTF8_LCASE.
func IgnoringCase(e expr.Expr) expr.Expr {
	return &expr.Call{Fn: flagged, Args: []expr.Expr{e}, Typ: tString, Null: e.Nullable()}
}

var flagged = &expr.Function{Name: "ignoring_case", Total: true, Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
	return expr.Text1(func(dst []byte, s string) ([]byte, bool) {
		if s == "" {
			return dst, true // which split takes for something else than a pattern
		}
		return append(append(dst, "(?ui)"...), s...), true
	})(c, env)
}}
