package logic

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// comparison is one row of the table of comparisons.
func comparison(name, shown string, op kernel.Op) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			res, err := resolveComparison(r, name, args)
			if err == nil {
				res.Text = "(" + args[0].String() + " " + shown + " " + args[1].String() + ")"
				if op == kernel.NotEqual {
					res.Text = "(NOT " + res.Text + ")"
				}
			}
			return res, err
		},
		Compile: func(c *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
			return newCompare(op, c.Args[0].Type(), args[0], args[1]), nil
		},
	}
}

func resolveComparison(r *expr.Resolver, name string, args []expr.Expr) (expr.Resolution, error) {
	if len(args) != 2 {
		return expr.Resolution{}, expr.WrongCount(name, "2", len(args))
	}
	a, b, ok := r.Compared(args[0], args[1])
	if !ok {
		return expr.Resolution{}, fault.New(fault.OperandsDiffer, "%s %s %s compares %s with %s", args[0], name,
			args[1], args[0].Type().SQL(), args[1].Type().SQL()).
			With("left", args[0].Type().SQL()).With("right", args[1].Type().SQL())
	}
	if !expr.Orderable(a.Type()) {
		return expr.Resolution{}, notOrdered(name, a.Type())
	}
	return expr.Resolution{Args: []expr.Expr{a, b}, Type: types.Of(types.Boolean),
		Nullable: expr.AnyNullable(a, b)}, nil
}

func notOrdered(name string, t types.Type) error {
	return fault.New(fault.InvalidOrdering, "%s cannot compare values of type %s", name, t.SQL()).
		With("functionName", "`"+name+"`").With("dataType", "\""+t.SQL()+"\"")
}

// compare is a op b, both of one type.
type compare struct {
	op   kernel.Op
	a, b expr.Eval
	loop comparer
	out  *batch.Column
	all  []int32 // scratch: a selection of all rows
}

// comparer are the two loops of a physical type: truth values for all rows, and
// the rows of sel for which op holds.
type comparer struct {
	truths func(op kernel.Op, out []bool, a, b *batch.Column)
	pick   func(op kernel.Op, out, sel []int32, a, b *batch.Column) int
}

func newCompare(op kernel.Op, t types.Type, a, b expr.Eval) *compare {
	return &compare{op: op, a: a, b: b, loop: comparerOf(t), out: batch.NewColumn(types.Of(types.Boolean), 0)}
}

// operands evaluates both sides.
func (c *compare) operands(b *batch.Batch, sel []int32) (x, y *batch.Column, err error) {
	if x, err = c.a.Eval(b, sel); err != nil {
		return nil, nil, err
	}
	y, err = c.b.Eval(b, sel)
	return x, y, err
}

func (c *compare) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	x, y, err := c.operands(b, sel)
	if err != nil {
		return nil, err
	}
	rows := b.Rows
	if x.Const && y.Const {
		rows = 1
	}
	c.out.Resize(rows)
	c.out.Const = x.Const && y.Const && b.Rows > 0
	if x.Const && x.Null(0) || y.Const && y.Null(0) {
		c.out.SetAllNull()
		return c.out, nil
	}
	out := batch.Values[bool](c.out)
	if sel != nil && !c.out.Const && len(sel) < rows/4 {
		// Few rows are asked for: do not look at the others.
		for _, r := range sel {
			out[r] = false
		}
		c.all = append(c.all[:0], sel...)
		for _, r := range c.all[:c.loop.pick(c.op, c.all, c.all, x, y)] {
			out[r] = true
		}
	} else {
		c.loop.truths(c.op, out, x, y)
	}
	if !c.out.Const {
		c.out.AndValid(x)
		c.out.AndValid(y)
	}
	return c.out, nil
}

// Select implements [expr.Selector].
func (c *compare) Select(b *batch.Batch, sel, out []int32) ([]int32, error) {
	x, y, err := c.operands(b, sel)
	if err != nil {
		return nil, err
	}
	return c.choose(x, y, b.Rows, sel, out), nil
}

// choose appends to out the rows of sel for which the comparison is true.
func (c *compare) choose(x, y *batch.Column, rows int, sel, out []int32) []int32 {
	if x.Const && x.Null(0) || y.Const && y.Null(0) {
		return out
	}
	start := len(out)
	sel = expr.Rows(rows, sel)
	if x.Const && y.Const {
		var truth [1]bool
		c.loop.truths(c.op, truth[:], x, y)
		if truth[0] {
			out = append(out, sel...)
		}
		return out
	}
	out = append(out, sel...)
	found := out[start:]
	for _, col := range [...]*batch.Column{x, y} {
		if col.HasNulls() && !col.Const {
			n := kernel.SelectValid(found, sel, col.Valid())
			sel, found = found[:n], found[:n]
		}
	}
	return out[:start+c.loop.pick(c.op, found, sel, x, y)]
}

// negate is the comparison that is true where c is false.
func (c *compare) negate() *compare {
	opposite := [...]kernel.Op{
		kernel.Equal: kernel.NotEqual, kernel.NotEqual: kernel.Equal,
		kernel.Less: kernel.GreaterEqual, kernel.GreaterEqual: kernel.Less,
		kernel.Greater: kernel.LessEqual, kernel.LessEqual: kernel.Greater,
	}
	n := *c
	n.op = opposite[c.op]
	return &n
}
