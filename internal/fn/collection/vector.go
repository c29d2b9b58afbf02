package collection

import (
	"math"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Vectors are the functions of vectors, arrays of floats.
var Vectors = []*expr.Function{
	between("vector_inner_product", func(a, b []float32) (float32, bool) { return inner(a, b), true }),
	between("vector_cosine_similarity", func(a, b []float32) (float32, bool) {
		n := math.Sqrt(float64(inner(a, a))) * math.Sqrt(float64(inner(b, b)))
		return float32(float64(inner(a, b)) / n), n != 0
	}),
	between("vector_l2_distance", func(a, b []float32) (float32, bool) {
		sum := float32(0)
		for i := range a {
			d := a[i] - b[i]
			sum += d * d
		}
		return float32(math.Sqrt(float64(sum))), true
	}),
	vectorNorm, vectorNormalize,
}

var tFloat = types.Of(types.Float)

func inner(a, b []float32) float32 {
	sum := float32(0)
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// vectorArg checks that an argument is an array of floats.
func vectorArg(name string, args []expr.Expr, k int) error {
	if t := args[k].Type(); t.Kind != types.Array || t.Elem.Kind != types.Float {
		return unexpected(name, k, "\"ARRAY<FLOAT>\"", args)
	}
	return nil
}

// vectorAt is the vector of a row; false where there is a null in it.
func vectorAt(c *batch.Column, row int32) ([]float32, bool) {
	l := listOf(c)
	from, to := l.span(row)
	return batch.Values[float32](l.elem)[from:to], !anyNull(l.elem, from, to)
}

// between is a function of two vectors of one size.
func between(name string, f func(a, b []float32) (float32, bool)) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 2 {
				return expr.Resolution{}, expr.WrongCount(name, "2", len(args))
			}
			for k := range args {
				if err := vectorArg(name, args, k); err != nil {
					return expr.Resolution{}, err
				}
			}
			return expr.Resolution{Args: args, Type: tFloat, Nullable: true}, nil
		},
		Kernel: expr.Static(func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			to := batch.Values[float32](out)
			for _, i := range expr.Rows(rows, sel) {
				a, full := vectorAt(args[0], i)
				b, also := vectorAt(args[1], i)
				if len(a) != len(b) {
					return fault.New(fault.VectorDimension, "%s takes vectors of one size, not of %d and %d", name, len(a), len(b)).
						With("functionName", "`"+name+"`")
				}
				v, ok := f(a, b)
				if !ok || !full || !also {
					out.SetNull(int(i))
				}
				to[i] = v
			}
			return nil
		}),
	}
}

// norm is the norm of a vector of degree 1, 2 or infinity.
func norm(v []float32, degree float32) (float64, error) {
	n := float64(0)
	for _, x := range v {
		a := math.Abs(float64(x))
		switch {
		case degree == 1:
			n += a
		case degree == 2:
			n += a * a
		case math.IsInf(float64(degree), 1):
			n = max(n, a)
		default:
			return 0, fault.New(fault.VectorNormDegree, "there are vector norms of degree 1, 2 and infinity, not %v", degree)
		}
	}
	if degree == 2 {
		n = math.Sqrt(n)
	}
	return n, nil
}

// normed resolves vector_norm and vector_normalize, whose degree is 2 by itself.
func normed(name string, result types.Type) func(*expr.Resolver, []expr.Expr) (expr.Resolution, error) {
	return func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		all := args
		if len(args) == 1 {
			all = append(args[:1:1], &expr.Literal{Value: float32(2), Typ: tFloat})
		}
		if len(all) != 2 {
			return expr.Resolution{}, expr.WrongCount(name, "1 or 2", len(args))
		}
		if err := vectorArg(name, all, 0); err != nil {
			return expr.Resolution{}, err
		}
		degree, ok := r.Arg(all[1], tFloat)
		if !ok {
			return expr.Resolution{}, unexpected(name, 1, "\"FLOAT\"", all)
		}
		return expr.Resolution{Args: []expr.Expr{all[0], degree}, Type: result, Nullable: true, Text: expr.CallText(name, all)}, nil
	}
}

// vectorNorm is vector_norm(vector, degree).
var vectorNorm = &expr.Function{
	Name:    "vector_norm",
	Resolve: normed("vector_norm", tFloat),
	Kernel: expr.Static(func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		degree, to := expr.ArgOf[float32](args[1]), batch.Values[float32](out)
		for _, i := range expr.Rows(rows, sel) {
			v, ok := vectorAt(args[0], i)
			if !ok {
				out.SetNull(int(i))
				continue
			}
			n, err := norm(v, degree.At(i))
			if err != nil {
				return err
			}
			to[i] = float32(n)
		}
		return nil
	}),
}

// vectorNormalize is vector_normalize(vector, degree): null where the norm is zero.
var vectorNormalize = &expr.Function{
	Name:    "vector_normalize",
	Resolve: normed("vector_normalize", types.Type{Kind: types.Array, Elem: &tFloat}),
	Kernel: expr.Static(func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		degree, child, at := expr.ArgOf[float32](args[1]), out.Children[0], 0
		for _, i := range expr.Rows(rows, sel) {
			for ; at <= int(i); at++ {
				out.Offsets[at] = int32(child.Len())
			}
			v, ok := vectorAt(args[0], i)
			n := float64(0)
			if ok {
				var err error
				if n, err = norm(v, degree.At(i)); err != nil {
					return err
				}
			}
			if n == 0 {
				out.SetNull(int(i))
				continue
			}
			start := child.Len()
			child.Extend(len(v))
			for k, x := range v {
				batch.Values[float32](child)[start+k] = float32(float64(x) / n)
			}
		}
		for ; at <= rows; at++ {
			out.Offsets[at] = int32(child.Len())
		}
		return nil
	}),
}
