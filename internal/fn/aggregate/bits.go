package aggregate

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// bitOp says how bits meet.
type bitOp uint8

const (
	bitAnd bitOp = iota
	bitOr
	bitXor
)

// bitwise is bit_and, bit_or or bit_xor of integers.
func bitwise(name string, op bitOp) *expr.Aggregate {
	return &expr.Aggregate{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			res, err := one(name)(r, args)
			if err == nil && !res.Type.Integral() && res.Type.Kind != types.Null {
				err = expr.Unexpected(name, 0, `"INTEGRAL"`, args[0])
			}
			return res, err
		},
		Partial: sameAsResult,
		New: func(c *expr.AggregateCall, _ *expr.Env) (expr.Accumulator, error) {
			switch c.Typ.Kind {
			case types.Byte:
				return &bitsOf[int8]{op: op}, nil
			case types.Short:
				return &bitsOf[int16]{op: op}, nil
			case types.Int:
				return &bitsOf[int32]{op: op}, nil
			case types.Long:
				return &bitsOf[int64]{op: op}, nil
			default:
				return nothing{}, nil
			}
		},
	}
}

// bitsOf combines the bits of integers.
type bitsOf[T integers] struct {
	values []T
	seen   []bool
	op     bitOp
	rows   strict
}

func (b *bitsOf[T]) Reset(from, to int) {
	b.values, b.seen = emptied(b.values, from, to), emptied(b.seen, from, to)
	if b.op == bitAnd {
		for g := from; g < to; g++ {
			b.values[g] = -1
		}
	}
}

func (b *bitsOf[T]) Update(groups []int32, args []*batch.Column, sel []int32) error {
	arg, groups, sel := b.rows.column(groups, args[0], sel)
	if len(groups) == 0 {
		return nil
	}
	marked(b.seen, groups)
	values, rows := batch.Values[T](arg), rowsOf(groups, sel)
	switch b.op {
	case bitAnd:
		for k, g := range groups {
			b.values[g] &= values[rows[k]]
		}
	case bitOr:
		for k, g := range groups {
			b.values[g] |= values[rows[k]]
		}
	case bitXor:
		for k, g := range groups {
			b.values[g] ^= values[rows[k]]
		}
	}
	return nil
}

func (b *bitsOf[T]) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	return b.Update(groups, partial, sel)
}

func (b *bitsOf[T]) Save(groups []int32, partial []*batch.Column) error {
	return b.Result(groups, partial[0])
}

func (b *bitsOf[T]) Result(groups []int32, out *batch.Column) error {
	putSeen(out, b.values, b.seen, groups)
	return nil
}
