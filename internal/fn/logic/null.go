package logic

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

func nullness(name, shown string, null bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 1 {
				return expr.Resolution{}, expr.WrongCount(name, "1", len(args))
			}
			return expr.Resolution{Args: args, Type: types.Of(types.Boolean),
				Text: "(" + args[0].String() + " " + shown + ")"}, nil
		},
		Compile: func(_ *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
			return &nullTest{child: args[0], null: null, out: batch.NewColumn(types.Of(types.Boolean), 0)}, nil
		},
	}
}

// nullTest is IS NULL, or IS NOT NULL.
type nullTest struct {
	child expr.Eval
	null  bool
	out   *batch.Column
}

func (n *nullTest) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	c, err := n.child.Eval(b, sel)
	if err != nil {
		return nil, err
	}
	rows := b.Rows
	if c.Const || !c.HasNulls() {
		rows = 1
	}
	n.out.Resize(rows)
	to := batch.Values[bool](n.out)
	if rows == 1 {
		to[0] = c.Null(0) == n.null
		n.out.Const = c.Const || !c.HasNulls()
		return n.out, nil
	}
	kernel.BoolsOf(to, c.Valid())
	if n.null {
		for i := range to {
			to[i] = !to[i]
		}
	}
	return n.out, nil
}

// Select implements [expr.Selector].
func (n *nullTest) Select(b *batch.Batch, sel, out []int32) ([]int32, error) {
	c, err := n.child.Eval(b, sel)
	if err != nil {
		return nil, err
	}
	start := len(out)
	sel = expr.Rows(b.Rows, sel)
	if c.Const || !c.HasNulls() {
		if c.Null(0) == n.null {
			out = append(out, sel...)
		}
		return out, nil
	}
	out = append(out, sel...)
	if n.null {
		return out[:start+kernel.SelectNull(out[start:], sel, c.Valid())], nil
	}
	return out[:start+kernel.SelectValid(out[start:], sel, c.Valid())], nil
}

// nullSafeEqual is <=>: null equals null and nothing else.
func nullSafeEqual(name string) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			res, err := resolveComparison(r, name, args)
			res.Nullable = false
			if err == nil && name == "<=>" {
				res.Text = "(" + args[0].String() + " <=> " + args[1].String() + ")"
			}
			return res, err
		},
		Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
			loop := comparerOf(c.Args[0].Type())
			isNull := c.Args[0].Type().Kind == types.Null
			return func(out *batch.Column, args []*batch.Column, rows int, _ []int32) error {
				to := batch.Values[bool](out)
				x, y := args[0], args[1]
				if !isNull && !(x.Const && x.Null(0)) && !(y.Const && y.Null(0)) {
					loop.truths(kernel.Equal, to, x, y)
				}
				if !x.HasNulls() && !y.HasNulls() {
					return nil
				}
				for r := range to {
					if p, q := x.Null(r), y.Null(r); p || q {
						to[r] = p && q
					}
				}
				return nil
			}, nil
		},
		NullSafe: true,
	}
}
