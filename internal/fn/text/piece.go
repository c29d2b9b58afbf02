package text

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Piece is split(text, pattern)[index] where the pattern is a plain literal: it
// finds the piece and makes no array. Its arguments are text, delimiter and
// index.
var Piece = &expr.Function{
	Name: "[]",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		call := args[0].(*expr.Call)
		delim, _ := literalText(call.Args[1])
		index, ok := r.Arg(args[1], tInt)
		if !ok {
			return expr.Resolution{}, expr.Unexpected("[]", 1, "\"INTEGRAL\"", args[1])
		}
		return expr.Resolution{Args: []expr.Expr{call.Args[0], expr.Lit(unescaped(delim)), index}, Type: tString,
			Nullable: !r.ANSI || expr.AnyNullable(call.Args[0], index),
			Text:     args[0].String() + "[" + args[1].String() + "]"}, nil
	},
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			s, delim, k := expr.ArgOf[string](args[0]), expr.ArgOf[string](args[1]).At(0), expr.ArgOf[int32](args[2])
			to := batch.Values[string](out)
			for _, i := range expr.Rows(rows, sel) {
				v, ok := piece(s.At(i), delim, int(k.At(i)))
				if !ok {
					if env.ANSI {
						return beyond(s.At(i), delim, int(k.At(i)))
					}
					out.SetNull(int(i))
				}
				to[i] = v
			}
			return nil
		}, nil
	},
	Together: piecesTogether,
}

// beyond is the failure of a piece that is not there.
func beyond(s, delim string, k int) *fault.Error {
	return fault.New(fault.InvalidArrayIndex, "index %d of an array of %d elements; get() gives NULL instead",
		k, strings.Count(s, delim)+1)
}

// IsPiece reports whether [Piece] can stand for args[0][args[1]].
func IsPiece(args []expr.Expr) bool {
	if len(args) != 2 || !args[1].Type().Integral() || args[1].Type().Kind == types.Long {
		return false
	}
	c, ok := args[0].(*expr.Call)
	if !ok || c.Fn != split {
		return false
	}
	p, isText := literalText(c.Args[1])
	limit, isLimit := c.Args[2].(*expr.Literal)
	if !isText || p == "" || !plainPattern(p) || !isLimit {
		return false
	}
	n, ok := limit.Value.(int32)
	return ok && n <= 0
}

func piece(s, delim string, k int) (string, bool) {
	if k < 0 {
		return "", false
	}
	if len(delim) == 1 {
		d := delim[0]
		for ; k > 0; k-- {
			i := strings.IndexByte(s, d)
			if i < 0 {
				return "", false
			}
			s = s[i+1:]
		}
		if i := strings.IndexByte(s, d); i >= 0 {
			s = s[:i]
		}
		return s, true
	}
	for ; k > 0; k-- {
		i := strings.Index(s, delim)
		if i < 0 {
			return "", false
		}
		s = s[i+len(delim):]
	}
	if i := strings.Index(s, delim); i >= 0 {
		s = s[:i]
	}
	return s, true
}

// pieces are several pieces of one text, found in one walk over it.
type pieces struct {
	text  expr.Eval
	delim byte
	ansi  bool
	calls []*expr.Call
	wants []wanted // by rising index
}

// wanted is one of them.
type wanted struct {
	call  *expr.Call
	index int
	out   *batch.Column
	to    []string
}

// found is a piece that the leader of pieces has found.
type found struct {
	leader *pieces // nil: another one has evaluated it
	out    *batch.Column
}

// piecesTogether is the Together of [Piece]: for constant indexes and one
// delimiter, a single byte.
func piecesTogether(calls []*expr.Call, text expr.Eval, env *expr.Env) []expr.Eval {
	p := &pieces{text: text, ansi: env.ANSI}
	evals := make([]expr.Eval, len(calls))
	for i, c := range calls {
		if len(c.Args) != 3 {
			return nil
		}
		delim, isText := literalText(c.Args[1])
		index, isLiteral := c.Args[2].(*expr.Literal)
		if !isText || len(delim) != 1 || i > 0 && delim[0] != p.delim || !isLiteral {
			return nil
		}
		k, ok := index.Value.(int32)
		if !ok || k < 0 {
			return nil
		}
		p.delim = delim[0]
		out := batch.NewColumn(c.Typ, 0)
		p.wants = append(p.wants, wanted{call: c, index: int(k), out: out})
		evals[i] = &found{out: out}
	}
	evals[0].(*found).leader = p
	slices.SortStableFunc(p.wants, func(a, b wanted) int { return cmp.Compare(a.index, b.index) })
	return evals
}

func (f *found) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	if f.leader != nil {
		if err := f.leader.find(b, sel); err != nil {
			return nil, err
		}
	}
	return f.out, nil
}

// find fills all columns.
func (p *pieces) find(b *batch.Batch, sel []int32) error {
	text, err := p.text.Eval(b, sel)
	if err != nil {
		return err
	}
	rows := b.Rows
	none := sel != nil && len(sel) == 0 || rows == 0
	if text.Const {
		rows, sel = 1, nil
	}
	for i := range p.wants {
		w := &p.wants[i]
		w.out.Resize(rows)
		w.out.Const = text.Const
		if none && text.Const {
			w.out.SetAllNull()
		} else if text.HasNulls() {
			w.out.AndValid(text)
		}
		w.to = batch.Values[string](w.out)
	}
	if none {
		return nil // where no row is asked for nothing may fail
	}
	s := batch.Values[string](text)
	nulls := text.HasNulls()
	for _, r := range expr.Rows(rows, sel) {
		if nulls && text.Null(int(r)) {
			continue
		}
		if n := p.walk(s[r], r); n < len(p.wants) {
			if err := p.missing(p.wants[n:], s[r], r); err != nil {
				return err
			}
		}
	}
	return nil
}

// missing makes pieces null, or fails in ANSI mode.
func (p *pieces) missing(list []wanted, s string, row int32) error {
	if p.ansi {
		return beyond(s, string(p.delim), list[0].index).Locate(list[0].call.At)
	}
	for _, w := range list {
		w.out.SetNull(int(row))
	}
	return nil
}

// walk writes the wanted pieces of s to a row, and gives how many there are.
func (p *pieces) walk(s string, row int32) int {
	same := uint64(p.delim) * ones
	n := 0            // pieces written
	start, at := 0, 0 // where the piece of number at begins
	next := p.wants[0].index
	for i := 0; i < len(s); i += 8 {
		var w uint64
		if i+8 <= len(s) {
			w = word(s[i:])
		} else {
			w = lastWord(s[i:], ^p.delim)
		}
		w ^= same
		hits := ^((w&low + low) | w | low) // the high bit of each delimiter
		for ; hits != 0; hits &= hits - 1 {
			end := i + bits.TrailingZeros64(hits)>>3
			for at == next {
				p.wants[n].to[row] = s[start:end]
				if n++; n == len(p.wants) {
					return n
				}
				next = p.wants[n].index
			}
			start, at = end+1, at+1
		}
	}
	for at == next {
		p.wants[n].to[row] = s[start:]
		if n++; n == len(p.wants) {
			break
		}
		next = p.wants[n].index
	}
	return n
}

// Words of eight bytes that are all 1 and all 127.
const (
	ones = 0x0101010101010101
	low  = 0x7f7f7f7f7f7f7f7f
)

// word is the first eight bytes of s, the first one lowest.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// lastWord is word of fewer than eight bytes, filled up with pad.
func lastWord(s string, pad byte) uint64 {
	w := uint64(0)
	for i := 7; i >= 0; i-- {
		c := pad
		if i < len(s) {
			c = s[i]
		}
		w = w<<8 | uint64(c)
	}
	return w
}
