package text

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// patterns keeps the last regular expression it was asked for: in nearly every
// query there is but one.
type patterns struct {
	text string
	last *pattern
}

func (p *patterns) get(function, text string) (*pattern, error) {
	if p.last != nil && p.text == text {
		return p.last, nil
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, fault.New(fault.InvalidParameter, "'%s' is no regular expression for %s", text, function).
			With("parameter", "`regexp`").With("functionName", "`"+function+"`").With("value", "'"+text+"'").Wrap(err)
	}
	p.text, p.last = strings.Clone(text), &pattern{re: re}
	return p.last, nil
}

// pattern is a compiled regular expression.
type pattern struct {
	re *regexp.Regexp
}

// each calls f for every match in s, in order, with the indices of its groups,
// until f returns false.
func (p *pattern) each(s string, f func(m []int) bool) {
	at, last := 0, -1
	for at <= len(s) {
		m := p.re.FindStringSubmatchIndex(s[at:])
		if m == nil {
			return
		}
		for i := range m {
			if m[i] >= 0 {
				m[i] += at
			}
		}
		if m[1] == m[0] && m[0] == last {
			// Empty, and just behind the match before: go on one character.
			if at >= len(s) {
				return
			}
			_, size := utf8.DecodeRuneInString(s[at:])
			at += size
			last = -1
			continue
		}
		if !f(m) {
			return
		}
		at, last = m[1], m[1]
	}
}

// split appends the pieces of s, of which there are at most limit where that is
// positive. A match without length at the start cuts nothing off.
func (p *pattern) split(pieces []string, s string, limit int) []string {
	at, n := 0, 1
	p.each(s, func(m []int) bool {
		if limit > 0 && n >= limit {
			return false
		}
		if m[1] == 0 {
			return true
		}
		pieces = append(pieces, s[at:m[0]])
		at = m[1]
		n++
		return true
	})
	return append(pieces, s[at:])
}

// rlike is text RLIKE pattern: whether it matches anywhere.
func rlike(name, shown string) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			res, err := fixed(name, tBoolean, tString, tString)(r, args)
			res.Text = expr.CallText(shown, args)
			return res, err
		},
		Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
			var cache patterns
			return expr.BinaryErr(func(s, p string) (bool, error) {
				re, err := cache.get(name, p)
				return err == nil && re.re.MatchString(s), err
			}), nil
		},
	}
}

// extraction are the arguments of regexp_extract and its like.
func extraction(name string, result types.Type) resolver {
	return withDefaults(name, 2, result, []types.Type{tString, tString, tInt}, []expr.Expr{expr.Int32(1)})
}

func badGroup(name string, group int32, re *regexp.Regexp) error {
	return fault.New(fault.RegexGroupIndex, "%s has no group %d: the pattern has %d", name, group, re.NumSubexp()).
		With("groupCount", itoa(re.NumSubexp())).With("groupIndex", itoa(int(group)))
}

// regexpExtract is regexp_extract(text, pattern, group): empty where there is no
// match.
var regexpExtract = &expr.Function{
	Name:    "regexp_extract",
	Resolve: extraction("regexp_extract", tString),
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		var cache patterns
		return expr.TernaryErr(func(s, p string, group int32) (string, error) {
			re, err := cache.get("regexp_extract", p)
			if err != nil {
				return "", err
			}
			m := re.re.FindStringSubmatchIndex(s)
			switch {
			case m == nil:
				return "", nil
			case group < 0 || int(group) > re.re.NumSubexp():
				return "", badGroup("regexp_extract", group, re.re)
			case m[2*group] < 0:
				return "", nil
			}
			return s[m[2*group]:m[2*group+1]], nil
		}), nil
	},
}

// regexpExtractAll is regexp_extract_all(text, pattern, group).
var regexpExtractAll = &expr.Function{
	Name:    "regexp_extract_all",
	Resolve: extraction("regexp_extract_all", types.ArrayOf(tString)),
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		var cache patterns
		var found []string
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			s, p, group := expr.ArgOf[string](args[0]), expr.ArgOf[string](args[1]), expr.ArgOf[int32](args[2])
			found = found[:0]
			at := 0
			for _, i := range expr.Rows(rows, sel) {
				fillOffsets(out, &at, int(i), len(found))
				re, err := cache.get("regexp_extract_all", p.At(i))
				if err != nil {
					return err
				}
				g, text := group.At(i), s.At(i)
				re.each(text, func(m []int) bool {
					if g < 0 || 2*int(g) >= len(m) {
						err = badGroup("regexp_extract_all", g, re.re)
						return false
					}
					piece := ""
					if m[2*g] >= 0 {
						piece = text[m[2*g]:m[2*g+1]]
					}
					found = append(found, piece)
					return true
				})
				if err != nil {
					return err
				}
			}
			fillOffsets(out, &at, rows, len(found))
			out.Children[0].Resize(len(found))
			copy(batch.Values[string](out.Children[0]), found)
			return nil
		}, nil
	},
}

// regexpReplace is regexp_replace(text, pattern, with, position); $1 in with is
// the first group.
var regexpReplace = &expr.Function{
	Name: "regexp_replace",
	Resolve: withDefaults("regexp_replace", 3, tString, []types.Type{tString, tString, tString, tInt},
		[]expr.Expr{expr.Int32(1)}),
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		var cache patterns
		var buf []byte
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			buf = buf[:0]
			s, p, with := expr.ArgOf[string](args[0]), expr.ArgOf[string](args[1]), expr.ArgOf[string](args[2])
			pos, to := expr.ArgOf[int32](args[3]), batch.Values[string](out)
			for _, i := range expr.Rows(rows, sel) {
				re, err := cache.get("regexp_replace", p.At(i))
				if err != nil {
					return err
				}
				start, text := len(buf), s.At(i)
				at := byteAt(text, max(int(pos.At(i))-1, 0))
				buf = append(buf, text[:at]...)
				done, template := at, with.At(i)
				re.each(text[at:], func(m []int) bool {
					buf = append(buf, text[done:at+m[0]]...)
					buf = appendTemplate(buf, template, text[at:], m)
					done = at + m[1]
					return true
				})
				buf = append(buf, text[done:]...)
				to[i] = batch.View(buf[start:])
			}
			return nil
		}, nil
	},
}

// appendTemplate writes a replacement: $n is a group, \c the character c.
func appendTemplate(dst []byte, template, s string, m []int) []byte {
	for i := 0; i < len(template); i++ {
		switch c := template[i]; {
		case c == '\\' && i+1 < len(template):
			i++
			dst = append(dst, template[i])
		case c == '$' && i+1 < len(template) && template[i+1]-'0' <= 9:
			i++
			g := int(template[i] - '0')
			for i+1 < len(template) && template[i+1]-'0' <= 9 && 2*(g*10+int(template[i+1]-'0')) < len(m) {
				i++
				g = g*10 + int(template[i]-'0')
			}
			if 2*g < len(m) && m[2*g] >= 0 {
				dst = append(dst, s[m[2*g]:m[2*g+1]]...)
			}
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

var regexpCount = &expr.Function{
	Name:    "regexp_count",
	Resolve: fixed("regexp_count", tInt, tString, tString),
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		var cache patterns
		return expr.BinaryErr(func(s, p string) (n int32, err error) {
			re, err := cache.get("regexp_count", p)
			if err != nil {
				return 0, err
			}
			re.each(s, func([]int) bool { n++; return true })
			return n, nil
		}), nil
	},
}

// regexpInstr is regexp_instr(text, pattern): the character at which the first
// match begins, or 0.
var regexpInstr = &expr.Function{
	Name: "regexp_instr",
	Resolve: withDefaults("regexp_instr", 2, tInt, []types.Type{tString, tString, tInt},
		[]expr.Expr{expr.Int32(0)}),
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		var cache patterns
		return expr.BinaryErr(func(s, p string) (int32, error) {
			re, err := cache.get("regexp_instr", p)
			if err != nil {
				return 0, err
			}
			m := re.re.FindStringIndex(s)
			if m == nil {
				return 0, nil
			}
			return int32(Chars(s[:m[0]])) + 1, nil
		}), nil
	},
}

// regexpSubstr is regexp_substr(text, pattern): the first match, or null.
var regexpSubstr = &expr.Function{
	Name:    "regexp_substr",
	Resolve: nullable("regexp_substr", tString, tString, tString),
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		var cache patterns
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			s, p, to := expr.ArgOf[string](args[0]), expr.ArgOf[string](args[1]), batch.Values[string](out)
			for _, i := range expr.Rows(rows, sel) {
				re, err := cache.get("regexp_substr", p.At(i))
				if err != nil {
					return err
				}
				m := re.re.FindStringIndex(s.At(i))
				if m == nil || m[0] == m[1] {
					out.SetNull(int(i))
					continue
				}
				to[i] = s.At(i)[m[0]:m[1]]
			}
			return nil
		}, nil
	},
}
