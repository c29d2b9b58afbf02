package sketch

import (
	"encoding/binary"
	"math"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// vectorMean is vector_sum or vector_avg of arrays of floats, place by place. Arrays
// with a null inside do not count.
func vectorMean(name string, mean bool) *expr.Aggregate {
	return &expr.Aggregate{
		Name: name,
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 1 {
				return expr.Resolution{}, expr.WrongCount(name, "1", len(args))
			}
			if t := args[0].Type(); t.Kind != types.Array || t.Elem.Kind != types.Float {
				return expr.Resolution{}, expr.Unexpected(name, 0, "\"ARRAY<FLOAT>\"", args[0])
			}
			t := types.ArrayOf(types.Of(types.Float))
			t.ElemNullable = false
			return expr.Resolution{Args: args, Type: t, Nullable: true}, nil
		},
		Partial: saved,
		New: accumulate(func(*expr.AggregateCall) func() state {
			return func() state { return &vector{name: name, mean: mean} }
		}),
	}
}

type vector struct {
	name string
	mean bool
	n    int64
	of   []float32
}

func (v *vector) add(args []*batch.Column, row int) error {
	c := args[0]
	if c.Const {
		row = 0
	}
	from, to := c.Offsets[row], c.Offsets[row+1]
	for i := from; i < to; i++ {
		if c.Children[0].Null(int(i)) {
			return nil
		}
	}
	x := batch.Values[float32](c.Children[0])[from:to]
	if v.n == 0 {
		v.of, v.n = append([]float32(nil), x...), 1
		return nil
	}
	if len(x) != len(v.of) {
		return fault.New(fault.VectorDimension, "%s takes vectors of one size, not of %d and %d", v.name, len(v.of), len(x)).
			With("functionName", "`"+v.name+"`")
	}
	v.n++
	for i := range x {
		if v.mean {
			v.of[i] += (x[i] - v.of[i]) / float32(v.n)
		} else {
			v.of[i] += x[i]
		}
	}
	return nil
}

func (v *vector) save() []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(v.n))
	for _, x := range v.of {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func (v *vector) load(saved string) {
	b := []byte(saved)
	n := int64(binary.LittleEndian.Uint64(b))
	if n == 0 {
		return
	}
	if v.n == 0 {
		v.of = make([]float32, len(b)/4-2)
	}
	v.n += n
	for i := range min(len(v.of), len(b)/4-2) {
		x := math.Float32frombits(binary.LittleEndian.Uint32(b[8+4*i:]))
		switch {
		case v.mean && v.n == n:
			v.of[i] = x
		case v.mean:
			v.of[i] += (x - v.of[i]) * (float32(n) / float32(v.n))
		default:
			v.of[i] += x
		}
	}
}

func (v *vector) result() any {
	if v.n == 0 {
		return nil
	}
	out := make([]any, len(v.of))
	for i, x := range v.of {
		out[i] = x
	}
	return out
}
