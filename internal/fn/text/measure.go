package text

import (
	"math/bits"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// Chars is the number of characters of s: of the bytes that do not continue one.
func Chars(s string) int {
	n := len(s)
	const high, low = 0x8080808080808080, 0x0101010101010101
	p := unsafe.Pointer(unsafe.StringData(s))
	i := 0
	for ; i+8 <= len(s); i += 8 {
		w := *(*uint64)(unsafe.Add(p, i))
		// A continuation byte has bit 7 and not bit 6.
		if c := w & high; c != 0 {
			n -= bits.OnesCount64(c >> 7 & (^w >> 6 & low))
		}
	}
	for ; i < len(s); i++ {
		if s[i]&0xc0 == 0x80 {
			n--
		}
	}
	return n
}

// isASCII reports whether all bytes of s are below 0x80.
func isASCII(s string) bool {
	p := unsafe.Pointer(unsafe.StringData(s))
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if *(*uint64)(unsafe.Add(p, i))&0x8080808080808080 != 0 {
			return false
		}
	}
	for ; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// charLength is length(x): characters of a text, bytes of a binary.
func charLength(name string) *expr.Function {
	return &expr.Function{
		Name:    name,
		Resolve: likeFirst(name, 1, tInt, tString),
		Compile: func(c *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
			if isBinary(c) {
				return expr.Apply(c, expr.Unary(byteLength), args), nil
			}
			if r, ok := args[0].(*replacement); ok {
				return &replacedLength{of: r, out: batch.NewColumn(tInt, 0)}, nil
			}
			return expr.Apply(c, expr.Unary(func(s string) int32 { return int32(Chars(s)) }), args), nil
		},
		Total: true,
	}
}

func byteLength(s string) int32 { return int32(len(s)) }

// replacedLength is length(replace(s, search, with)) without the text between.
type replacedLength struct {
	of  *replacement
	out *batch.Column
}

func (l *replacedLength) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	c, err := l.of.child.Eval(b, sel)
	if err != nil {
		return nil, err
	}
	rows := b.Rows
	if c.Const {
		rows, sel = 1, nil
	}
	l.out.Resize(rows)
	l.out.Const = c.Const
	l.out.CopyValid(c)
	search := l.of.search
	change := int32(Chars(l.of.with) - Chars(search))
	from, to := batch.Values[string](c), batch.Values[int32](l.out)
	for _, i := range expr.Rows(rows, sel) {
		s := from[i]
		n := int32(Chars(s))
		if search != "" {
			n += change * int32(strings.Count(s, search))
		}
		to[i] = n
	}
	return l.out, nil
}

// bytesOf is octet_length (unit 1) or bit_length (unit 8).
func bytesOf(name string, unit int32) *expr.Function {
	return &expr.Function{
		Name:    name,
		Resolve: likeFirst(name, 1, tInt, tString),
		Kernel:  expr.Static(expr.Unary(func(s string) int32 { return int32(len(s)) * unit })),
		Total:   true,
	}
}

var ascii = &expr.Function{
	Name:    "ascii",
	Resolve: fixed("ascii", tInt, tString),
	Kernel: expr.Static(expr.Unary(func(s string) int32 {
		if s == "" {
			return 0
		}
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 {
			return utf8.RuneError
		}
		return int32(r)
	})),
	Total: true,
}

// char is chr(n): the character of the low eight bits.
func char(name string) *expr.Function {
	return &expr.Function{
		Name:    name,
		Resolve: fixed(name, tString, tLong),
		Kernel: expr.Text1(func(dst []byte, n int64) ([]byte, bool) {
			if n < 0 {
				return dst, true
			}
			return utf8.AppendRune(dst, rune(n&0xff)), true
		}),
	}
}

// levenshtein is levenshtein(a, b) or levenshtein(a, b, limit), -1 beyond the
// limit.
var levenshtein = &expr.Function{
	Name: "levenshtein",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) == 3 {
			return fixed("levenshtein", tInt, tString, tString, tInt)(r, args)
		}
		return fixed("levenshtein", tInt, tString, tString)(r, args)
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		if len(c.Args) == 2 {
			return expr.Binary(func(a, b string) int32 { return int32(distance([]rune(a), []rune(b))) }), nil
		}
		return expr.Ternary(func(a, b string, limit int32) int32 {
			if d := int32(distance([]rune(a), []rune(b))); limit >= 0 && d <= limit {
				return d
			}
			return -1
		}), nil
	},
}

func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		left, diagonal := i+1, i
		for j, y := range b {
			cost := 1
			if x == y {
				cost = 0
			}
			above := row[j+1]
			next := min(above+1, left+1, diagonal+cost)
			row[j], left, diagonal = left, next, above
		}
		row[len(b)] = left
	}
	return row[len(b)]
}

// soundex is soundex(text), which leaves text that begins with no letter alone.
var soundex = &expr.Function{
	Name: "soundex",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) == 1 && args[0].Type().Kind == types.Binary {
			return expr.Resolution{}, expr.Unexpected("soundex", 0, "\"STRING\"", args[0])
		}
		return fixed("soundex", tString, tString)(r, args)
	},
	Kernel: expr.Text1(func(dst []byte, s string) ([]byte, bool) {
		if s == "" || !letter(s[0]) {
			return append(dst, s...), true
		}
		const codes = "01230127022455012623017202" // of A to Z; 7: does not part equals
		dst = append(dst, s[0]&^0x20)
		last := codes[s[0]&^0x20-'A']
		n := 1
		for i := 1; i < len(s) && n < 4; i++ {
			if !letter(s[i]) {
				last = '0'
				continue
			}
			switch code := codes[s[i]&^0x20-'A']; code {
			case '7':
			case '0':
				last = code
			default:
				if code != last {
					dst = append(dst, code)
					n++
				}
				last = code
			}
		}
		for ; n < 4; n++ {
			dst = append(dst, '0')
		}
		return dst, true
	}),
}

func letter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
