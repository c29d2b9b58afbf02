package text

import (
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// jaroWinkler is jaro_winkler_similarity(a, b), from 0 to 1.
var jaroWinkler = &expr.Function{
	Name:    "jaro_winkler_similarity",
	Resolve: fixed("jaro_winkler_similarity", tDouble, tString, tString),
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		var w winkler
		return expr.Binary(w.similarity), nil
	},
	Total: true,
}

// winkler keeps the UTF-16 units, by which Java counts, of the texts compared.
type winkler struct {
	a, b          []uint16
	takenA, takeB []bool
}

func (w *winkler) similarity(a, b string) float64 {
	w.a, w.b = w.a[:0], w.b[:0]
	for _, r := range a {
		w.a = utf16.AppendRune(w.a, r)
	}
	for _, r := range b {
		w.b = utf16.AppendRune(w.b, r)
	}
	if len(w.a) == 0 || len(w.b) == 0 {
		if len(w.a) == len(w.b) {
			return 1
		}
		return 0
	}
	jaro := w.jaro()
	prefix := 0
	for prefix < min(4, len(w.a), len(w.b)) && w.a[prefix] == w.b[prefix] {
		prefix++
	}
	return jaro + float64(prefix)*0.1*(1-jaro)
}

// jaro counts characters that both have near each other, and how many of them are
// in another order.
func (w *winkler) jaro() float64 {
	window := max(max(len(w.a), len(w.b))/2-1, 0)
	w.takenA = append(w.takenA[:0], make([]bool, len(w.a))...)
	w.takeB = append(w.takeB[:0], make([]bool, len(w.b))...)
	common := 0
	for i, r := range w.a {
		for k := max(0, i-window); k < min(len(w.b), i+window+1); k++ {
			if !w.takeB[k] && w.b[k] == r {
				w.takenA[i], w.takeB[k] = true, true
				common++
				break
			}
		}
	}
	if common == 0 {
		return 0
	}
	moved, k := 0, 0
	for i, taken := range w.takenA {
		if !taken {
			continue
		}
		for !w.takeB[k] {
			k++
		}
		if w.a[i] != w.b[k] {
			moved++
		}
		k++
	}
	m := float64(common)
	return (m/float64(len(w.a)) + m/float64(len(w.b)) + (m-float64(moved)/2)/m) / 3
}

// sentences is sentences(text, language, country): arrays of words. The language
// has no effect.
var sentences = &expr.Function{
	Name: "sentences",
	Resolve: withDefaults("sentences", 1, types.Type{Kind: types.Array, Elem: &words},
		[]types.Type{tString, tString, tString}, []expr.Expr{expr.Lit(""), expr.Lit("")}),
	Kernel: expr.Static(func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		from, at := expr.ArgOf[string](args[0]), 0
		list := out.Children[0]
		for _, i := range expr.Rows(rows, sel) {
			for ; at <= int(i); at++ {
				out.Offsets[at] = int32(list.Len())
			}
			for s := from.At(i); s != ""; {
				end := sentenceEnd(s)
				n := list.Len()
				list.Extend(1)
				appendWords(list.Children[0], s[:end])
				list.Offsets[n+1] = int32(list.Children[0].Len())
				s = s[end:]
			}
		}
		for ; at <= rows; at++ {
			out.Offsets[at] = int32(list.Len())
		}
		return nil
	}),
}

var words = types.Type{Kind: types.Array, Elem: &tString}

// sentenceEnd is where the first sentence ends: behind blanks that follow a mark of
// its end, unless it goes on with a small letter behind a point.
func sentenceEnd(s string) int {
	ended, strong := false, false
	for i, r := range s {
		switch {
		case r == '.':
			ended = true
		case r == '?' || r == '!' || r == '。' || r == '！' || r == '？':
			ended, strong = true, true
		case ended && (unicode.IsSpace(r) || strings.ContainsRune(`"')]}`, r)):
		case ended && i > 0 && (unicode.IsSpace(rune(s[i-1])) && (strong || unicode.IsLetter(r) && !unicode.IsLower(r))):
			return i
		default:
			ended, strong = false, false
		}
	}
	return len(s)
}

// appendWords appends the words of a sentence: letters, digits and marks, with
// single points, commas, apostrophes and hyphens inside.
func appendWords(to *batch.Column, s string) {
	runes := []rune(s)
	inner := func(i int) bool {
		if i == 0 || i+1 >= len(runes) {
			return false
		}
		p, q := runes[i-1], runes[i+1]
		switch runes[i] {
		case '.', '\'', '’':
			return unicode.IsLetter(p) && unicode.IsLetter(q) || unicode.IsDigit(p) && unicode.IsDigit(q)
		case ',':
			return unicode.IsDigit(p) && unicode.IsDigit(q)
		case '-':
			return unicode.IsLetter(p) && unicode.IsLetter(q)
		}
		return false
	}
	for i := 0; i < len(runes); i++ {
		if !unicode.IsLetter(runes[i]) && !unicode.IsDigit(runes[i]) {
			continue
		}
		start := i
		for i < len(runes) && (unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i]) || unicode.IsMark(runes[i]) ||
			runes[i] == '_' || inner(i)) {
			i++
		}
		if i < len(runes) && (runes[i] == '%' || runes[i] == '&') && unicode.IsDigit(runes[i-1]) {
			i++
		}
		expr.AppendValue(to, string(runes[start:i]))
	}
}
