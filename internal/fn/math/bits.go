package math

import (
	"math/bits"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// bitwise is a & b, a | b or a ^ b.
func bitwise(name string) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 2 {
				return expr.Resolution{}, expr.WrongCount(name, "2", len(args))
			}
			a, b, ok := r.Operands(args[0], args[1])
			if !ok || !a.Type().Integral() && a.Type().Kind != types.Double || !a.Type().Integral() && !expr.IsNull(a) {
				return expr.Resolution{}, badOperands(name, args)
			}
			if !a.Type().Integral() {
				a, b = expr.CastTo(args[0], types.Of(types.Int)), expr.CastTo(args[1], types.Of(types.Int))
			}
			return expr.Resolution{Args: []expr.Expr{a, b}, Type: a.Type(), Nullable: expr.AnyNullable(a, b),
				Text: "(" + args[0].String() + " " + name + " " + args[1].String() + ")"}, nil
		},
		Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
			switch c.Typ.Kind {
			case types.Byte:
				return bitKernel[int8](name), nil
			case types.Short:
				return bitKernel[int16](name), nil
			case types.Int:
				return bitKernel[int32](name), nil
			default:
				return bitKernel[int64](name), nil
			}
		},
		Total: true,
	}
}

func bitKernel[T integer](op string) expr.Kernel {
	switch op {
	case "&":
		return expr.Binary(func(a, b T) T { return a & b })
	case "|":
		return expr.Binary(func(a, b T) T { return a | b })
	default:
		return expr.Binary(func(a, b T) T { return a ^ b })
	}
}

// complement is ~a.
var complement = &expr.Function{
	Name: "~",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		e, err := integral("~", args)
		if err != nil {
			return expr.Resolution{}, err
		}
		return expr.Resolution{Args: []expr.Expr{e}, Type: e.Type(), Nullable: e.Nullable(),
			Text: "~" + args[0].String()}, nil
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		switch c.Typ.Kind {
		case types.Byte:
			return expr.Unary(func(v int8) int8 { return ^v }), nil
		case types.Short:
			return expr.Unary(func(v int16) int16 { return ^v }), nil
		case types.Int:
			return expr.Unary(func(v int32) int32 { return ^v }), nil
		default:
			return expr.Unary(func(v int64) int64 { return ^v }), nil
		}
	},
	Total: true,
}

// integral is the first argument where it is an integer; null becomes an int.
func integral(name string, args []expr.Expr) (expr.Expr, error) {
	if len(args) == 0 {
		return nil, expr.WrongCount(name, "1", len(args))
	}
	switch t := args[0].Type(); {
	case t.Integral():
		return args[0], nil
	case t.Kind == types.Null:
		return expr.CastTo(args[0], types.Of(types.Int)), nil
	default:
		return nil, expr.Unexpected(name, 0, "\"INTEGRAL\"", args[0])
	}
}

// integralAndInt are two arguments: an integer of any size, and an int.
func integralAndInt(r *expr.Resolver, name string, args []expr.Expr) (e, n expr.Expr, err error) {
	if len(args) != 2 {
		return nil, nil, expr.WrongCount(name, "2", len(args))
	}
	if e, err = integral(name, args); err != nil {
		return nil, nil, err
	}
	n, ok := r.Arg(args[1], types.Of(types.Int))
	if !ok {
		return nil, nil, expr.Unexpected(name, 1, "\"INT\"", args[1])
	}
	return e, n, nil
}

// shift is shiftleft(a, n) and its like; shown is the operator in the name of a
// column, empty for name(a, n).
func shift(name, shown string, left, unsigned bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			e, n, err := integralAndInt(r, name, args)
			if err != nil {
				return expr.Resolution{}, err
			}
			if e.Type().Kind != types.Long {
				e = expr.CastTo(e, types.Of(types.Int))
			}
			res := expr.Resolution{Args: []expr.Expr{e, n}, Type: e.Type(), Nullable: expr.AnyNullable(e, n),
				Text: expr.CallText(name, args)}
			if shown != "" {
				res.Text = "(" + args[0].String() + " " + shown + " " + args[1].String() + ")"
			}
			return res, nil
		},
		Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
			switch long := c.Typ.Kind == types.Long; {
			case long && left:
				return expr.Binary(func(v int64, n int32) int64 { return v << (n & 63) }), nil
			case long && unsigned:
				return expr.Binary(func(v int64, n int32) int64 { return int64(uint64(v) >> (n & 63)) }), nil
			case long:
				return expr.Binary(func(v int64, n int32) int64 { return v >> (n & 63) }), nil
			case left:
				return expr.Binary(func(v, n int32) int32 { return v << (n & 31) }), nil
			case unsigned:
				return expr.Binary(func(v, n int32) int32 { return int32(uint32(v) >> (n & 31)) }), nil
			default:
				return expr.Binary(func(v, n int32) int32 { return v >> (n & 31) }), nil
			}
		},
		Total: true,
	}
}

// bitCount is bit_count(a): how many bits are one, of a negative number in 64.
var bitCount = &expr.Function{
	Name: "bit_count",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 {
			return expr.Resolution{}, expr.WrongCount("bit_count", "1", len(args))
		}
		e := args[0]
		if e.Type().Kind == types.Boolean {
			e = expr.CastTo(e, types.Of(types.Int))
		}
		e, err := integral("bit_count", []expr.Expr{e})
		if err != nil {
			return expr.Resolution{}, err
		}
		e = expr.CastTo(e, types.Of(types.Long))
		return expr.Resolution{Args: []expr.Expr{e}, Type: types.Of(types.Int), Nullable: e.Nullable(),
			Text: expr.CallText("bit_count", args)}, nil
	},
	Kernel: expr.Static(expr.Unary(func(v int64) int32 { return int32(bits.OnesCount64(uint64(v))) })),
	Total:  true,
}

// bitGet is bit_get(a, position).
func bitGet(name string) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			e, n, err := integralAndInt(r, name, args)
			if err != nil {
				return expr.Resolution{}, err
			}
			return expr.Resolution{Args: []expr.Expr{e, n}, Type: types.Of(types.Byte), Nullable: expr.AnyNullable(e, n)}, nil
		},
		Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
			switch c.Args[0].Type().Kind {
			case types.Byte:
				return bitGetKernel[int8](8), nil
			case types.Short:
				return bitGetKernel[int16](16), nil
			case types.Int:
				return bitGetKernel[int32](32), nil
			default:
				return bitGetKernel[int64](64), nil
			}
		},
	}
}

func bitGetKernel[T integer](size int32) expr.Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, n, to := expr.ArgOf[T](args[0]), expr.ArgOf[int32](args[1]), batch.Values[int8](out)
		for _, i := range expr.Rows(rows, sel) {
			k := n.At(i)
			if k < 0 || k >= size {
				return fault.New(fault.BitPositionRange, "bit %d: a value of this type has the bits 0 to %d", k, size-1)
			}
			to[i] = int8(int64(a.At(i)) >> k & 1)
		}
		return nil
	}
}
