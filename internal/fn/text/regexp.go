package text

import (
	"errors"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/regex"
	"github.com/weirstream/weir/types"
)

// patterns keeps the last regular expression it was asked for: in nearly every
// query there is but one.
type patterns struct {
	text    string
	pattern *regex.Pattern
	last    *regex.Matcher
}

func (p *patterns) get(function, text string) (*regex.Matcher, error) {
	if p.last != nil && p.text == text {
		return p.last, nil
	}
	text = strings.Clone(text)
	re, err := regex.Compile(text)
	if err != nil {
		if e, ok := errors.AsType[*fault.Error](err); ok && e.Params["functionName"] == "" {
			err = e.With("functionName", "`"+function+"`")
		}
		return nil, err
	}
	p.text, p.pattern, p.last = text, re, re.Matcher()
	return p.last, nil
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
				return err == nil && re.Match(s), err
			}), nil
		},
	}
}

// extraction are the arguments of regexp_extract and its like.
func extraction(name string, result types.Type) resolver {
	return withDefaults(name, 2, result, []types.Type{tString, tString, tInt}, []expr.Expr{expr.Int32(1)})
}

// group is a group of the last match, empty where it took no part.
func (p *patterns) group(name string, group int32) (string, error) {
	if n := p.pattern.Groups(); group < 0 || int(group) > n {
		return "", fault.New(fault.RegexGroupIndex, "%s has no group %d: the pattern has %d", name, group, n).
			With("groupCount", itoa(n)).With("groupIndex", itoa(int(group)))
	}
	s, _ := p.last.Group(int(group))
	return s, nil
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
			if err != nil || !re.Find(s) {
				return "", err
			}
			return cache.group("regexp_extract", group)
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
				for re.Reset(s.At(i)); re.Next(); {
					piece, err := cache.group("regexp_extract_all", group.At(i))
					if err != nil {
						return err
					}
					found = append(found, piece)
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
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		res, err := withDefaults("regexp_replace", 3, tString, []types.Type{tString, tString, tString, tInt},
			[]expr.Expr{expr.Int32(1)})(r, args)
		if err == nil && len(expr.Refs(res.Args[3])) > 0 {
			err = fault.New(fault.NonFoldable, "the position of regexp_replace must be a constant, not %s", args[3]).
				With("inputName", "`position`")
		}
		return res, err
	},
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		k := &replacer{}
		return k.run, nil
	},
}

// replacer is the kernel of regexp_replace.
type replacer struct {
	cache patterns
	of    *regex.Pattern // what with was compiled for
	text  string
	with  *regex.Replacement
	buf   []byte
}

func (k *replacer) run(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	k.buf = k.buf[:0]
	s, p, with := expr.ArgOf[string](args[0]), expr.ArgOf[string](args[1]), expr.ArgOf[string](args[2])
	pos, to := expr.ArgOf[int32](args[3]), batch.Values[string](out)
	for _, i := range expr.Rows(rows, sel) {
		re, err := k.cache.get("regexp_replace", p.At(i))
		if err != nil {
			return err
		}
		text, at := s.At(i), 0
		if n := pos.At(i); n > 1 {
			at = byteAt(text, int(n)-1)
		}
		if !re.Match(text) {
			to[i] = text // nothing is asked of the replacement
			continue
		}
		if k.of != k.cache.pattern || k.text != with.At(i) {
			k.of, k.text = k.cache.pattern, strings.Clone(with.At(i))
			if k.with, err = k.of.Replacement(k.text); err != nil {
				k.of = nil
				return err
			}
		}
		start := len(k.buf)
		k.buf = re.AppendReplaced(k.buf, text, at, k.with)
		to[i] = batch.View(k.buf[start:])
	}
	return nil
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
			for re.Reset(s); re.Next(); {
				n++
			}
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
			if err != nil || !re.Find(s) {
				return 0, err
			}
			start, _ := re.Span(0)
			return int32(Chars(s[:start])) + 1, nil
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
				found := ""
				if re.Find(s.At(i)) {
					found, _ = re.Group(0)
				}
				if to[i] = found; found == "" {
					out.SetNull(int(i))
				}
			}
			return nil
		}, nil
	},
}
