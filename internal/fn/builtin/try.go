package builtin

import (
	"errors"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/math"
	"github.com/weirstream/weir/internal/fn/time"
)

// tryArithmetic is try_add and its like: arithmetic on numbers has a kernel of its
// own for it, the operators on times are tried row by row.
func tryArithmetic(name, op string) *expr.Function {
	numbers := named(math.Functions, name)
	return overload(name, func(args []expr.Expr) *expr.Function {
		f := time.Operator(op, args)
		if f == nil {
			return numbers
		}
		return &expr.Function{
			Name: name,
			Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
				res, err := f.Resolve(r, args)
				res.Nullable, res.Text = true, expr.CallText(name, args)
				return res, err
			},
			Compile: func(c *expr.Call, args []expr.Eval, env *expr.Env) (expr.Eval, error) {
				inner, err := expr.CompileCall(f, c, args, env)
				if err != nil {
					return nil, err
				}
				return &attempt{inner: inner, out: batch.NewColumn(c.Typ, 0)}, nil
			},
		}
	})
}

// attempt gives null where its inner expression fails with a condition. A batch
// without failures costs nothing more.
type attempt struct {
	inner expr.Eval
	out   *batch.Column
	one   [1]int32
}

func (a *attempt) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	c, err := a.inner.Eval(b, sel)
	if _, ok := errors.AsType[*fault.Error](err); !ok {
		return c, err
	}
	a.out.Resize(0)
	for _, i := range expr.Rows(b.Rows, sel) {
		a.fill(int(i))
		a.one[0] = i
		c, err := a.inner.Eval(b, a.one[:])
		if _, ok := errors.AsType[*fault.Error](err); ok {
			a.fill(int(i) + 1)
			continue
		}
		if err != nil {
			return nil, err
		}
		a.out.AppendRows(c, a.one[:], nil)
	}
	a.fill(b.Rows)
	return a.out, nil
}

// fill appends nulls up to n rows.
func (a *attempt) fill(n int) {
	start := a.out.Len()
	if n > start {
		a.out.Extend(n - start)
	}
	for r := start; r < n; r++ {
		a.out.SetNull(r)
	}
}
