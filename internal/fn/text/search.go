package text

import (
	"strings"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/regex"
	"github.com/weirstream/weir/types"
)

// test is a predicate on two texts, or two binaries.
func test(name string, f func(s, part string) bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			res, err := likeFirst(name, 2, tBoolean, tString, tString)(r, args)
			return res, err
		},
		Kernel: expr.Static(expr.Binary(f)),
		Total:  true,
	}
}

// charIndex is the 1-based character at which part begins in s from byte at on,
// or 0.
func charIndex(s, part string, at int) int32 {
	i := strings.Index(s[at:], part)
	if i < 0 {
		return 0
	}
	return int32(Chars(s[:at+i])) + 1
}

var instr = &expr.Function{
	Name:    "instr",
	Resolve: fixed("instr", tInt, tString, tString),
	Kernel:  expr.Static(expr.Binary(func(s, part string) int32 { return charIndex(s, part, 0) })),
	Total:   true,
}

// locate is locate(part, text, start) and position(part IN text).
func locate(name string) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			res, err := withDefaults(name, 2, tInt, []types.Type{tString, tString, tInt}, []expr.Expr{expr.Int32(1)})(r, args)
			return res, err
		},
		Kernel: expr.Static(expr.Ternary(func(part, s string, start int32) int32 {
			if start < 1 {
				return 0
			}
			at := 0
			if start > 1 {
				if at = byteAt(s, int(start-1)); at == len(s) && int(start-1) > Chars(s) {
					return 0
				}
			}
			return charIndex(s, part, at)
		})),
		Total: true,
	}
}

var findInSet = &expr.Function{
	Name:    "find_in_set",
	Resolve: fixed("find_in_set", tInt, tString, tString),
	Kernel: expr.Static(expr.Binary(func(s, set string) int32 {
		if strings.IndexByte(s, ',') >= 0 {
			return 0
		}
		for n := int32(1); ; n++ {
			piece, rest, more := strings.Cut(set, ",")
			if piece == s {
				return n
			}
			if !more {
				return 0
			}
			set = rest
		}
	})),
	Total: true,
}

// like is text LIKE pattern ESCAPE character, or ILIKE, which ignores case.
func like(name, shown string, fold bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			res, err := withDefaults(name, 2, tBoolean, []types.Type{tString, tString, tString}, []expr.Expr{expr.Lit("\\")})(r, args)
			if err != nil {
				return res, err
			}
			if len(args) == 3 {
				if e, ok := literalText(args[2]); !ok || utf8.RuneCountInString(e) != 1 {
					return res, fault.New(fault.InvalidEscape, "the escape character must be one character, not %s", args[2]).
						With("invalidEscape", args[2].String())
				}
			}
			res.Text = args[0].String() + " " + shown + " " + args[1].String()
			if len(args) == 3 {
				if e, _ := literalText(args[2]); e != "\\" {
					res.Text += " ESCAPE '" + e + "'"
				}
			}
			if name == "ilike" {
				res.Text = expr.CallText("ilike", args[:2])
			}
			return res, nil
		},
		Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
			escape, _ := literalText(c.Args[2])
			m := &likeMatcher{escape: []rune(escape)[0], fold: fold}
			return m.run, nil
		},
	}
}

// likeMatcher matches texts with a pattern that is compiled when it changes.
type likeMatcher struct {
	escape  rune
	fold    bool
	pattern string
	program *regex.Like
}

func (m *likeMatcher) run(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	s, p, to := expr.ArgOf[string](args[0]), expr.ArgOf[string](args[1]), batch.Values[bool](out)
	for _, i := range expr.Rows(rows, sel) {
		if pattern := p.At(i); m.program == nil || pattern != m.pattern {
			text := pattern
			if m.fold {
				text = lowerFull(text)
			}
			program, err := regex.CompileLike(text, m.escape)
			if err != nil {
				return err
			}
			m.pattern, m.program = strings.Clone(pattern), program
		}
		text := s.At(i)
		if m.fold {
			text = lowerFull(text)
		}
		to[i] = m.program.Match(text)
	}
	return nil
}
