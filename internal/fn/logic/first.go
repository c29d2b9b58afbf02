package logic

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// coalesce is the first of its arguments that is not null, under several names.
func coalesce(name string, least, most int) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) < least || most > 0 && len(args) > most {
				return expr.Resolution{}, expr.WrongCount(name, "2", len(args))
			}
			cast, t, err := r.UnifyFor(name, args)
			nullable := true
			for _, a := range args {
				nullable = nullable && a.Nullable()
			}
			return expr.Resolution{Args: cast, Type: t, Nullable: nullable, Text: expr.CallText(name, args)}, err
		},
		Compile: compileFirst,
	}
}

// zeroIfNull is zeroifnull(a).
var zeroIfNull = &expr.Function{
	Name: "zeroifnull",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 {
			return expr.Resolution{}, expr.WrongCount("zeroifnull", "1", len(args))
		}
		cast, t, err := r.UnifyFor("zeroifnull", []expr.Expr{args[0], expr.Int32(0)})
		return expr.Resolution{Args: cast, Type: t, Text: expr.CallText("zeroifnull", args)}, err
	},
	Compile: compileFirst,
}

func compileFirst(c *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
	return &first{args: args, merged: newMerger(c.Typ)}, nil
}

type first struct {
	args       []expr.Eval
	merged     *merger
	rest, hits []int32
}

func (f *first) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	v, err := f.args[0].Eval(b, sel)
	if err != nil || !v.HasNulls() || len(f.args) == 1 {
		return v, err
	}
	if v.Const {
		if !v.Null(0) {
			return v, nil
		}
		next := *f
		next.args = f.args[1:]
		return next.Eval(b, sel)
	}
	rest := expr.Rows(b.Rows, sel)
	f.merged.start(b.Rows)
	for i, arg := range f.args {
		if i > 0 {
			if v, err = arg.Eval(b, rest); err != nil {
				return nil, err
			}
		}
		if i == len(f.args)-1 || !v.HasNulls() || v.Const && !v.Null(0) {
			f.merged.add(v, rest)
			return f.merged.finish(), nil
		}
		if v.Const {
			continue
		}
		f.hits = append(f.hits[:0], rest...)
		f.hits = f.hits[:kernel.SelectValid(f.hits, rest, v.Valid())]
		f.merged.add(v, f.hits)
		f.rest = append(f.rest[:0], rest...)
		f.rest = f.rest[:kernel.SelectNull(f.rest, f.rest, v.Valid())]
		if rest = f.rest; len(rest) == 0 {
			break
		}
	}
	return f.merged.finish(), nil
}

// extreme is greatest (want 1) or least (want -1); nulls do not count.
func extreme(name string, want int) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) < 2 {
				return expr.Resolution{}, expr.WrongCount(name, "at least 2", len(args))
			}
			cast, t, err := r.UnifyApart(name, args)
			if err == nil && !expr.Orderable(t) {
				err = notOrdered(name, t)
			}
			nullable := true
			for _, a := range args {
				nullable = nullable && a.Nullable()
			}
			return expr.Resolution{Args: cast, Type: t, Nullable: nullable, Text: expr.CallText(name, args)}, err
		},
		Compile: func(c *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
			return &extremeOf{args: args, want: want, order: expr.OrderOf(c.Typ), merged: newMerger(c.Typ),
				cols: make([]*batch.Column, len(args)), picked: make([][]int32, len(args))}, nil
		},
	}
}

type extremeOf struct {
	args   []expr.Eval
	want   int
	order  expr.Order
	merged *merger
	cols   []*batch.Column
	picked [][]int32 // the rows at which each argument wins
	none   []int32
}

func (x *extremeOf) Eval(b *batch.Batch, sel []int32) (_ *batch.Column, err error) {
	for i, a := range x.args {
		if x.cols[i], err = a.Eval(b, sel); err != nil {
			return nil, err
		}
		x.picked[i] = x.picked[i][:0]
	}
	x.none = x.none[:0]
	for _, r := range expr.Rows(b.Rows, sel) {
		best := -1
		for i, c := range x.cols {
			if c.Null(int(r)) {
				continue
			}
			if best < 0 || x.order(c, at(c, int(r)), x.cols[best], at(x.cols[best], int(r)))*x.want > 0 {
				best = i
			}
		}
		if best < 0 {
			x.none = append(x.none, r)
		} else {
			x.picked[best] = append(x.picked[best], r)
		}
	}
	x.merged.start(b.Rows)
	for i, c := range x.cols {
		x.merged.add(c, x.picked[i])
	}
	x.merged.add(nil, x.none)
	return x.merged.finish(), nil
}

// isNaN is isnan(x): false for null.
var isNaN = &expr.Function{
	Name: "isnan",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) == 1 && args[0].Type().Kind == types.Float {
			return expr.Resolution{Args: args, Type: types.Of(types.Boolean)}, nil
		}
		cast, err := r.Params("isnan", 1, args, types.Of(types.Double))
		return expr.Resolution{Args: cast, Type: types.Of(types.Boolean)}, err
	},
	NullSafe: true,
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			to, a := batch.Values[bool](out), args[0]
			isFloat := a.Type.Kind == types.Float
			for _, r := range expr.Rows(rows, sel) {
				k := at(a, int(r))
				if a.Null(k) {
					to[r] = false
				} else if isFloat {
					v := batch.Values[float32](a)[k]
					to[r] = v != v
				} else {
					v := batch.Values[float64](a)[k]
					to[r] = v != v
				}
			}
			return nil
		}, nil
	},
}

// nanvl is nanvl(a, b): a, unless it is NaN.
var nanvl = &expr.Function{
	Name: "nanvl",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		t := types.Of(types.Double)
		if len(args) == 2 && args[0].Type().Kind == types.Float && args[1].Type().Kind == types.Float {
			t = types.Of(types.Float)
		}
		cast, err := r.Params("nanvl", 2, args, t, t)
		return expr.Resolution{Args: cast, Type: t, Nullable: expr.AnyNullable(cast...)}, err
	},
	NullSafe: true,
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		if c.Typ.Kind == types.Float {
			return unlessNaN[float32], nil
		}
		return unlessNaN[float64], nil
	},
}

func unlessNaN[T interface{ float32 | float64 }](out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	a, b, to := expr.ArgOf[T](args[0]), expr.ArgOf[T](args[1]), batch.Values[T](out)
	for _, r := range expr.Rows(rows, sel) {
		v, src := a.At(r), args[0]
		if v != v && !src.Null(int(r)) {
			v, src = b.At(r), args[1]
		}
		to[r] = v
		if src.Null(int(r)) {
			out.SetNull(int(r))
		}
	}
	return nil
}
