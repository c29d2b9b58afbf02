package rank

import (
	"fmt"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// neighbour is lag (direction -1) and lead (1): the value of the row so many rows
// away, or a default.
func neighbour(name string, direction int64) *expr.WindowFunction {
	return &expr.WindowFunction{Name: name, Nulls: true, Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		return resolveNeighbour(name, r, args)
	}, Frame: func(args []expr.Expr) *expr.Frame {
		offset, _ := whole(args[1])
		at := expr.Int32(int32(offset * direction))
		return &expr.Frame{Rows: true, Lower: at, Upper: at, LowerFollowing: true}
	}, New: func(c *expr.WindowCall) (expr.WindowKernel, error) { return newNeighbour(c, direction) }}
}

func resolveNeighbour(name string, r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
	if len(args) < 1 || len(args) > 3 {
		return expr.Resolution{}, expr.WrongCount(name, "1 to 3", len(args))
	}
	t := args[0].Type()
	out := []expr.Expr{args[0], expr.Int32(1), &expr.Literal{Typ: t}}
	if len(args) > 1 {
		offset, ok := r.Arg(args[1], types.Of(types.Int))
		if !ok {
			return expr.Resolution{}, expr.Unexpected(name, 1, "\"INT\"", args[1])
		}
		out[1] = offset
	}
	if len(args) > 2 {
		other, ok := r.Arg(args[2], t)
		if !ok {
			return expr.Resolution{}, expr.Unexpected(name, 2, t.SQL(), args[2])
		}
		out[2] = other
	}
	return expr.Resolution{Args: out, Type: t, Nullable: out[0].Nullable() || out[2].Nullable()}, nil
}

func newNeighbour(c *expr.WindowCall, direction int64) (expr.WindowKernel, error) {
	offset, ok := whole(c.Args[1])
	if !ok {
		return nil, fault.New(fault.NonFoldable, "%s: the offset %v must be a constant whole number", c.Fn.Name, c.Args[1]).Locate(c.At)
	}
	offset *= direction
	var rows []int32
	return func(p *expr.WindowPartition, args []*batch.Column, out *batch.Column) error {
		if c.IgnoreNulls && offset != 0 {
			rows = beyondNulls(p, args[0], int(offset), rows[:0])
		} else {
			rows = rows[:0]
			for i := p.From; i < p.To; i++ {
				at := int64(i) + offset
				if at < int64(p.From) || at >= int64(p.To) {
					at = -1
				}
				rows = append(rows, int32(at))
			}
		}
		appendOr(out, args[0], args[2], rows, p.From)
		return nil
	}, nil
}

// beyondNulls finds for each row the offset-th row, forward or backward, whose value
// is not null; -1 for none.
func beyondNulls(p *expr.WindowPartition, value *batch.Column, offset int, rows []int32) []int32 {
	var seen []int32 // the rows with values, in order
	for i := p.From; i < p.To; i++ {
		if !value.Null(i) {
			seen = append(seen, int32(i))
		}
	}
	before := 0 // how many of them come before the row
	for i := p.From; i < p.To; i++ {
		at := before + offset
		if offset > 0 {
			if at--; !value.Null(i) {
				at++ // the row itself is passed over
			}
		}
		if at >= 0 && at < len(seen) {
			rows = append(rows, seen[at])
		} else {
			rows = append(rows, -1)
		}
		if !value.Null(i) {
			before++
		}
	}
	return rows
}

// appendOr appends values of other rows, and where rows says -1 the row's own of
// another column.
func appendOr(out, value, other *batch.Column, rows []int32, from int) {
	for i := 0; i < len(rows); {
		end := i
		for end < len(rows) && (rows[end] < 0) == (rows[i] < 0) {
			end++
		}
		src := value
		if rows[i] < 0 {
			src = other
			for k := i; k < end; k++ {
				rows[k] = int32(from + k)
			}
		}
		if src.Const {
			clear(rows[i:end])
		}
		out.AppendRows(src, rows[i:end], nil)
		i = end
	}
}

func resolveNth(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
	if len(args) != 2 {
		return expr.Resolution{}, expr.WrongCount("nth_value", "2", len(args))
	}
	n, ok := r.Arg(args[1], types.Of(types.Int))
	if !ok {
		return expr.Resolution{}, expr.Unexpected("nth_value", 1, "\"INT\"", args[1])
	}
	return expr.Resolution{Args: []expr.Expr{args[0], n}, Type: args[0].Type(), Nullable: true}, nil
}

func newNth(c *expr.WindowCall) (expr.WindowKernel, error) {
	n, ok := whole(c.Args[1])
	if !ok || n < 1 {
		return nil, fault.New(fault.ValueOutOfRange, "nth_value: the place %v must be a constant from 1 on", c.Args[1]).Locate(c.At)
	}
	var rows []int32
	return func(p *expr.WindowPartition, args []*batch.Column, out *batch.Column) error {
		rows = rows[:0]
		for i := p.From; i < p.To; i++ {
			at := int64(p.Lower[i]) + n - 1
			if c.IgnoreNulls {
				at = nthValue(args[0], p.Lower[i], p.Upper[i], n)
			}
			if at >= int64(p.Upper[i]) {
				at = -1
			}
			if at > 0 && args[0].Const {
				at = 0
			}
			rows = append(rows, int32(at))
		}
		out.AppendRows(args[0], rows, nil)
		return nil
	}, nil
}

// nthValue is the n-th row of a frame that is not null, or upper for none.
func nthValue(c *batch.Column, lower, upper int32, n int64) int64 {
	for i := lower; i < upper; i++ {
		if !c.Null(int(i)) {
			if n--; n == 0 {
				return int64(i)
			}
		}
	}
	return int64(upper)
}

func resolveCounter(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
	if len(args) != 1 {
		return expr.Resolution{}, expr.WrongCount("counter_diff", "1", len(args))
	}
	t := args[0].Type()
	if !t.Numeric() {
		return expr.Resolution{}, expr.Unexpected("counter_diff", 0, "\"NUMERIC\"", args[0])
	}
	return expr.Resolution{Args: args, Type: t, Nullable: true}, nil
}

// newCounter makes counter_diff: by how much a counter has grown since its last
// value; null where it has fallen, that is, began anew.
func newCounter(c *expr.WindowCall) (expr.WindowKernel, error) {
	switch c.Typ.Kind {
	case types.Byte:
		return counter(func(a, b int8) (int8, bool) { return b - a, b >= a }), nil
	case types.Short:
		return counter(func(a, b int16) (int16, bool) { return b - a, b >= a }), nil
	case types.Int:
		return counter(func(a, b int32) (int32, bool) { return b - a, b >= a }), nil
	case types.Long:
		return counter(func(a, b int64) (int64, bool) { return b - a, b >= a }), nil
	case types.Float:
		return counter(func(a, b float32) (float32, bool) { return b - a, b >= a }), nil
	case types.Double:
		return counter(func(a, b float64) (float64, bool) { return b - a, b >= a }), nil
	case types.Decimal128:
		return counter(func(a, b types.Decimal) (types.Decimal, bool) {
			d, ok := b.Sub(a)
			return d, ok && a.Cmp(b) <= 0
		}), nil
	}
	return nil, fmt.Errorf("counter_diff of %v", c.Typ)
}

func counter[T batch.Value](diff func(a, b T) (T, bool)) expr.WindowKernel {
	return func(p *expr.WindowPartition, args []*batch.Column, out *batch.Column) error {
		out.Extend(p.To - p.From)
		values, results := batch.Values[T](args[0]), batch.Values[T](out)
		last := -1
		for i := p.From; i < p.To; i++ {
			at := i
			if args[0].Const {
				at = 0
			}
			ok := false
			if !args[0].Null(at) {
				if last >= 0 {
					results[i], ok = diff(values[last], values[at])
				}
				last = at
			}
			if !ok {
				out.SetNull(i)
			}
		}
		return nil
	}
}
