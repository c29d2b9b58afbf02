package expr

import (
	"github.com/weirstream/weir/internal/batch"
)

// Predicate is a compiled condition that picks rows. A null picks no row.
type Predicate struct {
	terms []Eval // a conjunction: each is asked only about what is left
	bufs  [2][]int32
}

// Selector is the ability of an Eval of type boolean to pick rows without
// making a column of booleans.
type Selector interface {
	// Select appends to out the rows of sel (nil: all of b.Rows) that are true.
	Select(b *batch.Batch, sel, out []int32) ([]int32, error)
}

// CompilePredicate makes a Predicate of a boolean expression. The terms of a
// conjunction shorten the selection step by step, so that a later one cannot
// fail on a row that an earlier one has dropped.
func (c *Compiler) CompilePredicate(e Expr) (*Predicate, error) {
	return c.CompileTerms(Conjuncts(e))
}

// CompileTerms makes a Predicate of the terms of a conjunction.
func (c *Compiler) CompileTerms(list []Expr) (*Predicate, error) {
	terms, err := c.CompileAll(list)
	if err != nil {
		return nil, err
	}
	return &Predicate{terms: terms}, nil
}

// Conjuncts are the terms of a conjunction, in order; e itself if it is none. A
// resolved BETWEEN holds its two comparisons.
func Conjuncts(e Expr) []Expr {
	if c, ok := e.(*Call); ok && (c.Fn.Name == "and" || c.Fn.Name == "between") && len(c.Args) == 2 {
		return append(Conjuncts(c.Args[0]), Conjuncts(c.Args[1])...)
	}
	return []Expr{e}
}

// Select gives the rows of sel (nil: all of b) that pass. The slice is the
// Predicate's, good until the next Select; it is nil only where sel is nil and
// every row passes.
func (p *Predicate) Select(b *batch.Batch, sel []int32) ([]int32, error) {
	for i, t := range p.terms {
		out := p.bufs[i&1][:0]
		var err error
		if s, ok := t.(Selector); ok {
			out, err = s.Select(b, sel, out)
		} else {
			out, err = selectTrue(t, b, sel, out)
		}
		if err != nil {
			return nil, err
		}
		p.bufs[i&1] = out
		if sel == nil && len(out) == b.Rows {
			continue
		}
		if sel = out; len(sel) == 0 {
			if sel == nil {
				sel = []int32{}
			}
			break
		}
	}
	return sel, nil
}

func selectTrue(e Eval, b *batch.Batch, sel, out []int32) ([]int32, error) {
	c, err := e.Eval(b, sel)
	if err != nil {
		return nil, err
	}
	return SelectTrue(c, b.Rows, sel, out), nil
}

// SelectTrue appends to out the rows of sel (nil: 0 to rows-1) at which the
// boolean column c is true.
func SelectTrue(c *batch.Column, rows int, sel, out []int32) []int32 {
	v := batch.Values[bool](c)
	if c.Const {
		switch {
		case c.Null(0) || !v[0]:
			return out
		case sel == nil:
			return append(out, batch.Identity(rows)...)
		default:
			return append(out, sel...)
		}
	}
	if sel == nil {
		sel = batch.Identity(rows)
	}
	n := len(out)
	out = append(out, sel...) // room for all; the loop writes without branches
	valid := c.Valid()
	for _, r := range sel {
		keep := v[r]
		if valid != nil {
			keep = keep && valid[r>>6]>>(r&63)&1 == 1
		}
		out[n] = r
		if keep {
			n++
		}
	}
	return out[:n]
}
