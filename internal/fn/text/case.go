package text

import (
	"encoding/binary"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
)

// casing is upper or lower: first and last are the ASCII letters that change,
// full the rule for all other texts.
func casing(name string, first, last byte, full func(string) string) *expr.Function {
	return &expr.Function{
		Name:    name,
		Resolve: fixed(name, tString, tString),
		Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
			var arena batch.Arena
			return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
				arena.Reset()
				a, to := expr.ArgOf[string](args[0]), batch.Values[string](out)
				for _, i := range expr.Rows(rows, sel) {
					s := a.At(i)
					to[i] = recase(s, &arena, first, last, full)
				}
				return nil
			}, nil
		},
	}
}

// recase is s itself where nothing changes.
func recase(s string, arena *batch.Arena, first, last byte, full func(string) string) string {
	if len(s) < 8 {
		return recaseShort(s, arena, first, last, full)
	}
	// Eight bytes a step, the last ones together with some that were seen. The
	// high bit of a byte of hits marks a letter that changes.
	from, behind := uint64(0x80-first)*ones, uint64(0x7f-last)*ones
	all, hits := uint64(0), uint64(0)
	for i := 0; ; i += 8 {
		i = min(i, len(s)-8)
		w := word(s[i:])
		all |= w
		hits |= (w&low + from) ^ (w&low + behind)
		if i == len(s)-8 {
			break
		}
	}
	if all&^uint64(low) != 0 {
		return full(s)
	}
	if hits&^uint64(low) == 0 {
		return s
	}
	b := arena.Alloc(len(s))
	for i := 0; ; i += 8 {
		i = min(i, len(s)-8)
		w := word(s[i:])
		changed := ((w + from) ^ (w + behind)) &^ uint64(low)
		binary.LittleEndian.PutUint64(b[i:], w^changed>>2)
		if i == len(s)-8 {
			break
		}
	}
	return batch.View(b)
}

// recaseShort is recase byte by byte.
func recaseShort(s string, arena *batch.Arena, first, last byte, full func(string) string) string {
	changed := -1
	for i := range len(s) {
		b := s[i]
		if b >= utf8.RuneSelf {
			return full(s)
		}
		if changed < 0 && b >= first && b <= last {
			changed = i
		}
	}
	if changed < 0 {
		return s
	}
	b := arena.Alloc(len(s))
	copy(b, s)
	for i := changed; i < len(b); i++ {
		if b[i] >= first && b[i] <= last {
			b[i] ^= 0x20
		}
	}
	return batch.View(b)
}

func upperFull(s string) string { return cases.Upper(language.Und).String(valid(s)) }

func lowerFull(s string) string { return cases.Lower(language.Und).String(valid(s)) }

// valid is s with what is not UTF-8 replaced.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// initcap makes the first letter behind each blank a capital, all others small.
var initcap = &expr.Function{
	Name:    "initcap",
	Resolve: fixed("initcap", tString, tString),
	Kernel: expr.Text1(func(dst []byte, s string) ([]byte, bool) {
		if !isASCII(s) {
			s = lowerFull(s)
		}
		start := true
		for _, r := range s {
			switch {
			case start && r == 'ﬁ':
				dst = append(dst, "Fi"...)
			case start:
				dst = utf8.AppendRune(dst, unicode.ToTitle(r))
			default:
				dst = utf8.AppendRune(dst, unicode.ToLower(r))
			}
			start = r == ' '
		}
		return dst, true
	}),
}
