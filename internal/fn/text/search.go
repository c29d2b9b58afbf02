package text

import (
	"strings"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
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
	ready   bool
	program likeProgram
}

func (m *likeMatcher) run(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	s, p, to := expr.ArgOf[string](args[0]), expr.ArgOf[string](args[1]), batch.Values[bool](out)
	for _, i := range expr.Rows(rows, sel) {
		if pattern := p.At(i); !m.ready || pattern != m.pattern {
			m.pattern, m.ready = strings.Clone(pattern), true
			var err error
			if m.program, err = compileLike(m.pattern, m.escape, m.fold); err != nil {
				m.ready = false
				return err
			}
		}
		text := s.At(i)
		if m.fold {
			text = lowerFull(text)
		}
		to[i] = m.program.match(text)
	}
	return nil
}

// likeProgram is a pattern cut at its percent signs: texts that must follow each
// other, in which a rune of anyOne stands for any character.
type likeProgram struct {
	parts []likePart
	// open says that a percent sign stands before the first part and behind the
	// last.
	openStart, openEnd bool
}

// likePart is a piece of a pattern without percent signs. plain is its text if
// it has no underscores.
type likePart struct {
	plain string
	runes []rune // with anyOne; nil where plain is used
}

const anyOne rune = -1

func compileLike(pattern string, escape rune, fold bool) (likeProgram, error) {
	var p likeProgram
	var part []rune
	wild := false
	flush := func() {
		if len(part) == 0 {
			return
		}
		piece := likePart{runes: part}
		if !wild {
			piece = likePart{plain: string(part)}
		}
		p.parts, part, wild = append(p.parts, piece), nil, false
	}
	runes := []rune(pattern)
	for i := 0; i < len(runes); i++ {
		p.openEnd = false
		switch r := runes[i]; {
		case r == escape:
			i++
			if i == len(runes) {
				return p, fault.New(fault.EscapeAtEnd, "the pattern '%s' ends with its escape character", pattern)
			}
			if n := runes[i]; n != '_' && n != '%' && n != escape {
				return p, fault.New(fault.EscapeInMiddle, "the pattern '%s' escapes '%c', which needs none", pattern, n)
			}
			part = append(part, runes[i])
		case r == '%':
			flush()
			if len(p.parts) == 0 {
				p.openStart = true
			}
			p.openEnd = true
		case r == '_':
			part, wild = append(part, anyOne), true
		default:
			part = append(part, r)
		}
	}
	flush()
	if fold {
		for i := range p.parts {
			p.parts[i].plain = lowerFull(p.parts[i].plain)
			for k, r := range p.parts[i].runes {
				if r != anyOne {
					p.parts[i].runes[k] = []rune(lowerFull(string(r)))[0]
				}
			}
		}
	}
	return p, nil
}

// match looks for each part as far left as it goes; the last one must end the
// text unless the pattern is open there.
func (p *likeProgram) match(s string) bool {
	parts := p.parts
	if len(parts) == 0 {
		return s == "" || p.openStart
	}
	if !p.openStart {
		n := parts[0].prefix(s)
		if n < 0 {
			return false
		}
		s, parts = s[n:], parts[1:]
		if len(parts) == 0 {
			return s == "" || p.openEnd
		}
	}
	for len(parts) > 1 || len(parts) == 1 && p.openEnd {
		n := parts[0].find(s)
		if n < 0 {
			return false
		}
		s, parts = s[n:], parts[1:]
	}
	return len(parts) == 0 || parts[0].suffix(s)
}

// prefix is the length of the part at the start of s, or -1.
func (p *likePart) prefix(s string) int {
	if p.runes == nil {
		if strings.HasPrefix(s, p.plain) {
			return len(p.plain)
		}
		return -1
	}
	at := 0
	for _, want := range p.runes {
		if at == len(s) {
			return -1
		}
		r, size := utf8.DecodeRuneInString(s[at:])
		if want != anyOne && r != want {
			return -1
		}
		at += size
	}
	return at
}

// find is the end of the first place of the part in s, or -1.
func (p *likePart) find(s string) int {
	if p.runes == nil {
		if i := strings.Index(s, p.plain); i >= 0 {
			return i + len(p.plain)
		}
		return -1
	}
	for i := 0; i <= len(s); i++ {
		if i < len(s) && !utf8.RuneStart(s[i]) {
			continue
		}
		if n := p.prefix(s[i:]); n >= 0 {
			return i + n
		}
	}
	return -1
}

func (p *likePart) suffix(s string) bool {
	if p.runes == nil {
		return strings.HasSuffix(s, p.plain)
	}
	n := Chars(s) - len(p.runes)
	return n >= 0 && p.prefix(s[byteAt(s, n):]) >= 0
}
