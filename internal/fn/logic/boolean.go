package logic

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

func connective(name, shown string, stop bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			boolean := types.Of(types.Boolean)
			if len(args) != 2 {
				return expr.Resolution{}, expr.WrongCount(name, "2", len(args))
			}
			some := args[0].Type().Kind == types.Boolean || args[1].Type().Kind == types.Boolean
			for _, a := range args {
				if k := a.Type().Kind; k != types.Boolean && k != types.Null && !(k == types.String && some) {
					cond := fault.OperandWrong
					if args[0].Type().Kind != args[1].Type().Kind {
						cond = fault.OperandsDiffer
					}
					return expr.Resolution{}, fault.New(cond, "%s takes booleans, and %s is %s", shown,
						a, a.Type().SQL())
				}
			}
			return expr.Resolution{Args: expr.CastAll(args, boolean), Type: boolean, Nullable: expr.AnyNullable(args...),
				Text: "(" + args[0].String() + " " + shown + " " + args[1].String() + ")"}, nil
		},
		Compile: func(_ *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
			return newConnect(args[0], args[1], stop), nil
		},
	}
}

// connect is a AND b, or a OR b: stop is the value of a that decides alone.
type connect struct {
	a, b *condition
	stop bool
	out  *batch.Column
	rest []int32 // scratch: rows that a has not decided
	hits []int32
}

func newConnect(a, b expr.Eval, stop bool) *connect {
	return &connect{a: newCondition(a), b: newCondition(b), stop: stop,
		out: batch.NewColumn(types.Of(types.Boolean), 0)}
}

func (c *connect) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	left, err := c.a.eval.Eval(b, sel)
	if err != nil {
		return nil, err
	}
	all := expr.Rows(b.Rows, sel)
	c.out.Resize(b.Rows)
	out, x := batch.Values[bool](c.out), expr.ArgOf[bool](left)
	c.rest = c.rest[:0]
	nulls := left.HasNulls()
	for _, r := range all {
		out[r] = c.stop
		if x.At(r) != c.stop || nulls && left.Null(int(r)) {
			c.rest = append(c.rest, r)
		}
	}
	if len(c.rest) == 0 {
		return c.out, nil
	}
	right, err := c.b.eval.Eval(b, c.rest)
	if err != nil {
		return nil, err
	}
	y := expr.ArgOf[bool](right)
	nulls = nulls || right.HasNulls()
	for _, r := range c.rest {
		v := y.At(r)
		out[r] = v
		if nulls && (right.Null(int(r)) || v != c.stop && left.Null(int(r))) {
			c.out.SetNull(int(r))
		}
	}
	return c.out, nil
}

// Select implements [expr.Selector].
func (c *connect) Select(b *batch.Batch, sel, out []int32) (_ []int32, err error) {
	if c.hits, err = c.a.choose(b, sel, c.hits[:0]); err != nil {
		return nil, err
	}
	if !c.stop {
		if len(c.hits) == 0 {
			return out, nil
		}
		return c.b.choose(b, c.hits, out)
	}
	c.rest = without(c.rest[:0], expr.Rows(b.Rows, sel), c.hits)
	if len(c.rest) == 0 {
		return append(out, c.hits...), nil
	}
	start := len(out)
	if out, err = c.b.choose(b, c.rest, out); err != nil {
		return nil, err
	}
	return merge(out, start, c.hits), nil
}

// without appends to out the rows of all that some, which are among them, are
// not.
func without(out, all, some []int32) []int32 {
	k := 0
	for _, r := range all {
		if k < len(some) && some[k] == r {
			k++
			continue
		}
		out = append(out, r)
	}
	return out
}

// merge adds rows to out[start:], both rising, so that it rises.
func merge(out []int32, start int, rows []int32) []int32 {
	i, k := len(out)-1, len(rows)-1
	out = append(out, rows...)
	for w := len(out) - 1; k >= 0; w-- {
		if i >= start && out[i] > rows[k] {
			out[w] = out[i]
			i--
		} else {
			out[w] = rows[k]
			k--
		}
	}
	return out
}

// condition is a boolean argument of which the true rows are wanted.
type condition struct {
	eval     expr.Eval
	selector expr.Selector // nil where eval has only values
}

func newCondition(e expr.Eval) *condition {
	s, _ := e.(expr.Selector)
	return &condition{eval: e, selector: s}
}

// choose appends to out the rows of sel where the condition is true.
func (c *condition) choose(b *batch.Batch, sel, out []int32) ([]int32, error) {
	if c.selector != nil {
		return c.selector.Select(b, sel, out)
	}
	col, err := c.eval.Eval(b, sel)
	if err != nil {
		return nil, err
	}
	return expr.SelectTrue(col, b.Rows, sel, out), nil
}

func negation(name string) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			boolean := types.Of(types.Boolean)
			args2, err := r.Params("not", 1, args, boolean)
			if err != nil {
				return expr.Resolution{}, err
			}
			return expr.Resolution{Args: args2, Type: boolean, Nullable: args[0].Nullable(),
				Text: "(NOT " + args[0].String() + ")"}, nil
		},
		Compile: func(_ *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
			if c, ok := args[0].(*compare); ok {
				return c.negate(), nil
			}
			if n, ok := args[0].(*nullTest); ok {
				return &nullTest{child: n.child, null: !n.null, out: n.out}, nil
			}
			return &not{child: args[0], out: batch.NewColumn(types.Of(types.Boolean), 0)}, nil
		},
	}
}

type not struct {
	child expr.Eval
	out   *batch.Column
}

func (n *not) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	c, err := n.child.Eval(b, sel)
	if err != nil {
		return nil, err
	}
	rows := b.Rows
	if c.Const {
		rows, sel = 1, nil
	}
	n.out.Resize(rows)
	from, to := batch.Values[bool](c), batch.Values[bool](n.out)
	for _, r := range expr.Rows(rows, sel) {
		to[r] = !from[r]
	}
	n.out.Const = c.Const
	n.out.SetValid(c.Valid())
	return n.out, nil
}
