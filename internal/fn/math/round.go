package math

import (
	"math"
	"strconv"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// rounding is round(x, scale) and its like. Without a scale ceil and floor give
// a bigint; shown is the name in that case.
func rounding(name, shown string, how types.Rounding) *expr.Function {
	whole := how == types.Ceiling || how == types.Floor
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 1 && len(args) != 2 {
				return expr.Resolution{}, expr.WrongCount(name, "1 or 2", len(args))
			}
			x, err := numeric(r, name, args[:1], false)
			if err != nil {
				return expr.Resolution{}, err
			}
			if whole && len(args) == 1 {
				return resolveWhole(x, expr.CallText(shown, args)), nil
			}
			scale, err := constantScale(name, args)
			if err != nil {
				return expr.Resolution{}, err
			}
			if whole {
				x = expr.CastTo(x, expr.DecimalFor(x.Type()))
			}
			n := expr.Int32(int32(scale))
			text := expr.CallText(name, []expr.Expr{args[0], n})
			return expr.Resolution{Args: []expr.Expr{x, n}, Type: roundedType(x.Type(), scale),
				Nullable: x.Nullable(), Text: text}, nil
		},
		Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
			if len(c.Args) == 1 {
				return wholeKernel(c, how, env), nil
			}
			n := int(c.Args[1].(*expr.Literal).Value.(int32))
			return roundKernel(c.Args[0].Type(), c.Typ, n, how, env), nil
		},
	}
}

func constantScale(name string, args []expr.Expr) (int, error) {
	if len(args) == 1 {
		return 0, nil
	}
	e := args[1]
	if c, ok := e.(*expr.Call); ok && c.Fn.Name == "negative" {
		if l, ok := c.Args[0].(*expr.Literal); ok {
			if v, ok := l.Value.(int32); ok {
				return int(-v), nil
			}
		}
	}
	if l, ok := e.(*expr.Literal); ok {
		switch v := l.Value.(type) {
		case int32:
			return int(v), nil
		case int64:
			return int(v), nil
		case int16:
			return int(v), nil
		case int8:
			return int(v), nil
		}
	}
	return 0, fault.New(fault.NonFoldable, "the scale of %s must be a constant INT, not %s", name, e).
		With("inputName", "`scale`")
}

// resolveWhole is ceil or floor to an integer.
func resolveWhole(x expr.Expr, text string) expr.Resolution {
	t := types.Of(types.Long)
	switch d := x.Type(); {
	case d.Kind == types.Decimal128:
		t = types.DecimalOf(min(d.Precision-d.Scale+1, types.MaxPrecision), 0)
		if d.Scale == 0 {
			t = types.DecimalOf(d.Precision, 0)
		}
	case d.Integral():
		x = expr.CastTo(x, t)
	default:
		x = expr.CastTo(x, types.Of(types.Double))
	}
	return expr.Resolution{Args: []expr.Expr{x}, Type: t, Nullable: x.Nullable(), Text: text}
}

func roundedType(t types.Type, scale int) types.Type {
	if t.Kind != types.Decimal128 {
		return t
	}
	least := t.Precision - t.Scale + 1
	if scale < 0 {
		return types.DecimalOf(min(max(least, 1-scale), types.MaxPrecision), 0)
	}
	s := min(t.Scale, scale)
	return types.DecimalOf(min(least+s, types.MaxPrecision), s)
}

func wholeKernel(c *expr.Call, how types.Rounding, env *expr.Env) expr.Kernel {
	t := c.Args[0].Type()
	switch t.Kind {
	case types.Long:
		return expr.Unary(func(v int64) int64 { return v })
	case types.Double:
		f := math.Floor
		if how == types.Ceiling {
			f = math.Ceil
		}
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			a, to := expr.ArgOf[float64](args[0]), batch.Values[int64](out)
			for _, i := range expr.Rows(rows, sel) {
				v := f(a.At(i))
				if (v < -1<<63 || v >= 1<<63) && env.ANSI {
					return overflow(c.Fn.Name)
				}
				to[i] = saturate(v)
			}
			return nil
		}
	default:
		return roundKernel(t, c.Typ, 0, how, env)
	}
}

func saturate(v float64) int64 {
	switch {
	case v != v:
		return 0
	case v >= 1<<63:
		return math.MaxInt64
	case v < -1<<63:
		return math.MinInt64
	default:
		return int64(v)
	}
}

func roundKernel(from, to types.Type, scale int, how types.Rounding, env *expr.Env) expr.Kernel {
	switch from.Kind {
	case types.Byte:
		return roundInts[int8](scale, how, env)
	case types.Short:
		return roundInts[int16](scale, how, env)
	case types.Int:
		return roundInts[int32](scale, how, env)
	case types.Long:
		return roundInts[int64](scale, how, env)
	case types.Float:
		return expr.Unary(func(v float32) float32 { return float32(roundFloat(float64(v), 32, scale, how)) })
	case types.Double:
		return expr.Unary(func(v float64) float64 { return roundFloat(v, 64, scale, how) })
	}
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, vs := expr.ArgOf[types.Decimal](args[0]), batch.Values[types.Decimal](out)
		for _, i := range expr.Rows(rows, sel) {
			d, ok := a.At(i).RescaleBy(from.Scale, min(scale, to.Scale), how)
			if scale < 0 && ok {
				d, ok = d.Rescale(scale, to.Scale)
			}
			if !ok || !d.FitsPrecision(to.Precision) {
				if env.ANSI {
					return outOfRange(d, to.Scale, to)
				}
				out.SetNull(int(i))
			}
			vs[i] = d
		}
		return nil
	}
}

func roundInts[T integer](scale int, how types.Rounding, env *expr.Env) expr.Kernel {
	if scale >= 0 {
		return expr.Unary(func(v T) T { return v })
	}
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, to := expr.ArgOf[T](args[0]), batch.Values[T](out)
		for _, i := range expr.Rows(rows, sel) {
			d, _ := types.DecimalFromInt64(int64(a.At(i))).RescaleBy(0, max(scale, -19), how)
			d, _ = d.Rescale(max(scale, -19), 0)
			v, ok := d.Int64()
			if r := T(v); env.ANSI && (!ok || int64(r) != v) {
				return overflow("round")
			}
			to[i] = T(d.Lo)
		}
		return nil
	}
}

// roundFloat rounds the shortest decimal text that means v, as Java's BigDecimal
// does.
func roundFloat(v float64, bits, scale int, how types.Rounding) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return v
	}
	var buf [40]byte
	text := strconv.AppendFloat(buf[:0], v, 'e', -1, bits)
	// d[.ddd]e±xx: read the digits as an integer times a power of ten.
	var digits uint64
	point, i, negative := 0, 0, false
	if text[0] == '-' {
		negative, i = true, 1
	}
	seen := false
	for ; text[i] != 'e'; i++ {
		if text[i] == '.' {
			seen = true
			continue
		}
		digits = digits*10 + uint64(text[i]-'0')
		if seen {
			point++
		}
	}
	exponent, _ := strconv.Atoi(string(text[i+1:]))
	have := point - exponent // digits behind the point
	if have <= scale {
		return v + 0 // no -0.0
	}
	d := types.DecimalFromInt64(int64(digits))
	if negative {
		d = d.Neg()
	}
	r, ok := d.RescaleBy(have, scale, how)
	if !ok {
		return 0
	}
	out := append(r.Append(buf[:0], 0), 'e')
	out = strconv.AppendInt(out, int64(-scale), 10)
	f, _ := strconv.ParseFloat(string(out), bits)
	return f
}
