package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// replace is replace(text, search, with).
var replace = &expr.Function{
	Name:    "replace",
	Resolve: withDefaults("replace", 2, tString, []types.Type{tString, tString, tString}, []expr.Expr{expr.Lit("")}),
	Compile: func(c *expr.Call, args []expr.Eval, env *expr.Env) (expr.Eval, error) {
		search, ok1 := literalText(c.Args[1])
		with, ok2 := literalText(c.Args[2])
		if ok1 && ok2 {
			return &replacement{child: args[0], search: search, with: with, out: batch.NewColumn(tString, 0), most: env.Room()}, nil
		}
		plain := &expr.Function{Kernel: expr.Sized3(replacedSize, func(dst []byte, s, search, with string) ([]byte, bool) {
			return appendReplaced(dst, s, search, with), true
		})}
		return expr.CompileCall(plain, c, args, env)
	},
}

// replacedSize is how long a text is at the most once search is replaced in it; where
// that may be much, exactly.
func replacedSize(s, search, with string) int64 {
	if n := int64(len(s)) + int64(len(s)/max(1, len(search)))*int64(len(with)); n < 1<<20 || search == "" {
		return n
	}
	return int64(len(s)) + int64(strings.Count(s, search))*int64(len(with))
}

// replacement is replace with constants: what length asks it can be told without
// the text (see replacedLength).
type replacement struct {
	child        expr.Eval
	search, with string
	out          *batch.Column
	buf          []byte
	most         int64 // bytes of one batch
}

func (r *replacement) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	c, err := r.child.Eval(b, sel)
	if err != nil {
		return nil, err
	}
	rows := b.Rows
	if c.Const {
		rows, sel = 1, nil
	}
	r.out.Resize(rows)
	r.out.Const = c.Const
	r.out.CopyValid(c)
	r.buf = r.buf[:0]
	from, to := batch.Values[string](c), batch.Values[string](r.out)
	for _, i := range expr.Rows(rows, sel) {
		s := from[i]
		if r.search == "" || !strings.Contains(s, r.search) {
			to[i] = s
			continue
		}
		start := len(r.buf)
		if n := int64(start) + replacedSize(s, r.search, r.with); n > r.most {
			return nil, expr.TooLarge("replace", n, r.most)
		}
		r.buf = appendReplaced(r.buf, s, r.search, r.with)
		to[i] = batch.View(r.buf[start:])
	}
	return r.out, nil
}

func appendReplaced(dst []byte, s, search, with string) []byte {
	if search == "" {
		return append(dst, s...)
	}
	for {
		i := strings.Index(s, search)
		if i < 0 {
			return append(dst, s...)
		}
		dst = append(dst, s[:i]...)
		dst = append(dst, with...)
		s = s[i+len(search):]
	}
}

// translate is translate(text, from, to): each character of from becomes the one
// of to at its place, or goes.
var translate = &expr.Function{
	Name:    "translate",
	Resolve: fixed("translate", tString, tString, tString, tString),
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		var from, to string
		var table map[rune]rune
		return expr.Text3(func(dst []byte, s, f, t string) ([]byte, bool) {
			if table == nil || f != from || t != to {
				from, to = strings.Clone(f), strings.Clone(t)
				table = translation(from, to)
			}
			for _, r := range s {
				if n, ok := table[r]; !ok {
					dst = utf8.AppendRune(dst, r)
				} else if n >= 0 {
					dst = utf8.AppendRune(dst, n)
				}
			}
			return dst, true
		})(c, env)
	},
}

// translation maps characters; to -1 what goes.
func translation(from, to string) map[rune]rune {
	table, target := make(map[rune]rune), []rune(to)
	for i, r := range []rune(from) {
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

// mask is mask(text, upper, lower, digit, other): characters of a class become
// the one given, or stay where that is null.
var mask = &expr.Function{
	Name: "mask",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		defaults := []expr.Expr{expr.Lit("X"), expr.Lit("x"), expr.Lit("n"), &expr.Literal{Typ: tString}}
		res, err := withDefaults("mask", 1, tString, []types.Type{tString, tString, tString, tString, tString}, defaults)(r, args)
		if len(args) > 0 {
			res.Nullable = args[0].Nullable()
		}
		return res, err
	},
	NullSafe: true,
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		var buf []byte
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			buf = buf[:0]
			s, to := expr.ArgOf[string](args[0]), batch.Values[string](out)
			for _, i := range expr.Rows(rows, sel) {
				if args[0].Null(int(i)) {
					out.SetNull(int(i))
					continue
				}
				start := len(buf)
				for _, r := range s.At(i) {
					c := args[maskClass(r)]
					if !c.Null(int(i)) {
						buf = append(buf, expr.ArgOf[string](c).At(i)...)
					} else {
						buf = utf8.AppendRune(buf, r)
					}
				}
				to[i] = batch.View(buf[start:])
			}
			return nil
		}, nil
	},
}

// maskClass is the argument of mask that says what becomes of a character.
func maskClass(r rune) int {
	switch {
	case unicode.IsUpper(r):
		return 1
	case unicode.IsLower(r):
		return 2
	case unicode.IsDigit(r):
		return 3
	default:
		return 4
	}
}
