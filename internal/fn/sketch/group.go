package sketch

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// Functions is the theme's table.
var Functions = []*expr.Aggregate{
	bitmapConstruct, bitmapMeet("bitmap_or_agg", false), bitmapMeet("bitmap_and_agg", true),
	vectorMean("vector_sum", false), vectorMean("vector_avg", true), countMin, histogram,
}

// state is the state of one group.
type state interface {
	// add takes a row of the arguments, of which the first is not null.
	add(args []*batch.Column, row int) error
	// save is the state as bytes, load takes one in.
	save() []byte
	load(saved string)
	// result is the value, as [expr.AppendValue] takes it.
	result() any
}

// groups are the states of all groups, made when they are needed.
type groups struct {
	fresh func() state
	of    []state
}

func (g *groups) Reset(from, to int) {
	for len(g.of) < to {
		g.of = append(g.of, nil)
	}
	clear(g.of[from:to])
}

func (g *groups) at(i int32) state {
	if g.of[i] == nil {
		g.of[i] = g.fresh()
	}
	return g.of[i]
}

func (g *groups) Update(ids []int32, args []*batch.Column, sel []int32) error {
	for k, id := range ids {
		row := k
		if sel != nil {
			row = int(sel[k])
		}
		if args[0].Null(row) {
			continue
		}
		if err := g.at(id).add(args, row); err != nil {
			return err
		}
	}
	return nil
}

func (g *groups) Merge(ids []int32, partial []*batch.Column, sel []int32) error {
	saved := expr.ArgOf[string](partial[0])
	for k, id := range ids {
		row := k
		if sel != nil {
			row = int(sel[k])
		}
		if !partial[0].Null(row) {
			g.at(id).load(saved.At(int32(row)))
		}
	}
	return nil
}

func (g *groups) Save(ids []int32, partial []*batch.Column) error {
	for _, id := range ids {
		if g.of[id] == nil {
			expr.AppendValue(partial[0], nil)
		} else {
			expr.AppendValue(partial[0], string(g.of[id].save()))
		}
	}
	return nil
}

func (g *groups) Result(ids []int32, out *batch.Column) error {
	for _, id := range ids {
		expr.AppendValue(out, g.at(id).result())
	}
	return nil
}

// saved is the Partial of all of them.
func saved(*expr.AggregateCall) []types.Type { return []types.Type{types.Of(types.Binary)} }

// accumulate is the New of a function whose groups start as fresh says.
func accumulate(fresh func(c *expr.AggregateCall) func() state) func(*expr.AggregateCall, *expr.Env) (expr.Accumulator, error) {
	return func(c *expr.AggregateCall, _ *expr.Env) (expr.Accumulator, error) {
		return &groups{fresh: fresh(c)}, nil
	}
}

// value is the value of a row of a column that may be a constant.
func value[T batch.Value](c *batch.Column, row int) T { return expr.ArgOf[T](c).At(int32(row)) }

// random is java.util.Random, whose numbers some sketches are defined by.
type random uint64

func newRandom(seed int64) *random {
	r := random((uint64(seed) ^ 0x5DEECE66D) & (1<<48 - 1))
	return &r
}

func (r *random) next(bits int) int32 {
	*r = (*r*0x5DEECE66D + 0xB) & (1<<48 - 1)
	return int32(int64(*r) >> (48 - bits))
}

// intn is nextInt(bound) for a bound that is no power of two.
func (r *random) intn(bound int32) int32 {
	for {
		u := r.next(31)
		if v := u % bound; u-v+(bound-1) >= 0 {
			return v
		}
	}
}

func (r *random) float64() float64 {
	hi := int64(r.next(26)) << 27
	return float64(hi+int64(r.next(27))) / (1 << 53)
}
