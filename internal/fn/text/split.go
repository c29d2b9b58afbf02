package text

import (
	"strings"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// split is split(text, pattern, limit): an array of views.
var split = &expr.Function{
	Name: "split",
	Resolve: withDefaults("split", 2, types.Type{Kind: types.Array, Elem: &tString},
		[]types.Type{tString, tString, tInt}, []expr.Expr{expr.Int32(-1)}),
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		sp := &splitter{}
		return sp.run, nil
	},
}

// splitter cuts texts by a pattern that is compiled when it changes.
type splitter struct {
	patterns patterns
	pieces   []string
}

func (sp *splitter) run(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	s, p, limit := expr.ArgOf[string](args[0]), expr.ArgOf[string](args[1]), expr.ArgOf[int32](args[2])
	sp.pieces = sp.pieces[:0]
	at := 0
	for _, i := range expr.Rows(rows, sel) {
		fillOffsets(out, &at, int(i), len(sp.pieces))
		pattern := p.At(i)
		switch {
		case plainPattern(pattern):
			sp.pieces = appendPieces(sp.pieces, s.At(i), unescaped(pattern), int(limit.At(i)))
		default:
			re, err := sp.patterns.get("split", pattern)
			if err != nil {
				return err
			}
			sp.pieces = re.AppendSplit(sp.pieces, s.At(i), int(limit.At(i)))
		}
	}
	fillOffsets(out, &at, rows, len(sp.pieces))
	child := out.Children[0]
	child.Resize(len(sp.pieces))
	copy(batch.Values[string](child), sp.pieces)
	return nil
}

// fillOffsets writes the beginnings of the rows up to row, of which those
// between at and row are empty.
func fillOffsets(out *batch.Column, at *int, row, elements int) {
	for ; *at <= row; *at++ {
		out.Offsets[*at] = int32(elements)
	}
}

func appendPieces(pieces []string, s, delim string, limit int) []string {
	if len(delim) == 1 {
		for n := 1; limit <= 0 || n < limit; n++ {
			i := strings.IndexByte(s, delim[0])
			if i < 0 {
				break
			}
			pieces = append(pieces, s[:i])
			s = s[i+1:]
		}
		return append(pieces, s)
	}
	for n := 1; limit <= 0 || n < limit; n++ {
		i := strings.Index(s, delim)
		if i < 0 {
			break
		}
		pieces = append(pieces, s[:i])
		s = s[i+len(delim):]
	}
	return append(pieces, s)
}

// plainPattern reports whether a regular expression means just its text, one
// escaped character allowed: "," and "\\|".
func plainPattern(p string) bool {
	if len(p) == 2 && p[0] == '\\' && !letter(p[1]) && p[1]-'0' > 9 && p[1] < utf8.RuneSelf {
		return true
	}
	return p != "" && !strings.ContainsAny(p, `\.[]{}()*+-?^$|`) || p == "-" || p == "]" || p == "}"
}

func unescaped(p string) string {
	if len(p) == 2 && p[0] == '\\' {
		return p[1:]
	}
	return p
}

// splitPart is split_part(text, delimiter, part), counted from 1, or from the
// end where negative; beyond the ends it is empty.
var splitPart = &expr.Function{
	Name:    "split_part",
	Resolve: fixed("split_part", tString, tString, tString, tInt),
	Kernel: expr.Static(expr.TernaryErr(func(s, delim string, part int32) (string, error) {
		if part == 0 {
			return "", fault.New(fault.InvalidIndexZero, "split_part counts from 1, or from -1 for the last part")
		}
		if delim == "" {
			if part == 1 || part == -1 {
				return s, nil
			}
			return "", nil
		}
		k := int(part) - 1
		if part < 0 {
			k = strings.Count(s, delim) + 1 + int(part)
		}
		v, _ := piece(s, delim, k)
		return v, nil
	})),
}
