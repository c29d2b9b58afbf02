package rank

import (
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Functions is the theme's table.
var Functions = []*expr.WindowFunction{
	number("row_number", types.Int, func(p *expr.WindowPartition, out []int32) {
		for i := range out {
			out[i] = int32(i + 1)
		}
	}),
	shouted("rank", types.Int, func(p *expr.WindowPartition, out []int32) { ranks(p, out, false) }),
	shouted("dense_rank", types.Int, func(p *expr.WindowPartition, out []int32) { ranks(p, out, true) }),
	shouted("percent_rank", types.Double, percentRank),
	framed(number("cume_dist", types.Double, cumulative), upToPeers),
	{Name: "ntile", Resolve: resolveTiles, Frame: upToHere, New: newTiles},
	neighbour("lag", -1), neighbour("lead", 1),
	{Name: "nth_value", Resolve: resolveNth, Nulls: true, New: newNth},
	{Name: "counter_diff", Resolve: resolveCounter, Frame: upToHere, New: newCounter},
}

// Add adds the theme's functions.
func Add(r *expr.Registry) { r.AddWindows(Functions...) }

// upToHere is the frame of ranks, as Spark writes it.
func upToHere([]expr.Expr) *expr.Frame { return &expr.Frame{Rows: true, UpperCurrent: true} }

// upToPeers is the frame of cume_dist.
func upToPeers([]expr.Expr) *expr.Frame { return &expr.Frame{UpperCurrent: true} }

func framed(f *expr.WindowFunction, frame func([]expr.Expr) *expr.Frame) *expr.WindowFunction {
	f.Frame = frame
	return f
}

// shouted is a number whose name Spark writes in capitals in the names of columns.
func shouted[T batch.Value](name string, kind types.Kind, fill func(p *expr.WindowPartition, out []T)) *expr.WindowFunction {
	f := number(name, kind, fill)
	f.Shown = strings.ToUpper(name)
	return f
}

// number is a function without arguments that fills numbers.
func number[T batch.Value](name string, kind types.Kind, fill func(p *expr.WindowPartition, out []T)) *expr.WindowFunction {
	return &expr.WindowFunction{Name: name, Resolve: expr.Fixed(name, 0, types.Of(kind)), Frame: upToHere,
		New: func(*expr.WindowCall) (expr.WindowKernel, error) {
			return func(p *expr.WindowPartition, _ []*batch.Column, out *batch.Column) error {
				out.Extend(p.To - p.From)
				fill(p, batch.Values[T](out)[p.From:p.To])
				return nil
			}, nil
		}}
}

// ranks counts the rows, or the sets of peers, before each row.
func ranks(p *expr.WindowPartition, out []int32, dense bool) {
	rank := int32(0)
	for i := 0; i < len(out); {
		end := int(p.Peers[p.From+i]) - p.From
		if rank++; !dense {
			rank = int32(i + 1)
		}
		for ; i < end; i++ {
			out[i] = rank
		}
	}
}

func percentRank(p *expr.WindowPartition, out []float64) {
	others := float64(max(1, len(out)-1))
	for i := 0; i < len(out); {
		end := int(p.Peers[p.From+i]) - p.From
		for first := i; i < end; i++ {
			out[i] = float64(first) / others
		}
	}
}

func cumulative(p *expr.WindowPartition, out []float64) {
	for i := range out {
		out[i] = float64(int(p.Peers[p.From+i])-p.From) / float64(len(out))
	}
}

// resolveTiles takes the number of tiles, 1 where it is missing.
func resolveTiles(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
	if len(args) == 0 {
		args = []expr.Expr{expr.Int32(1)}
	}
	return expr.Fixed("ntile", 1, types.Of(types.Int), types.Of(types.Int))(r, args)
}

func newTiles(c *expr.WindowCall) (expr.WindowKernel, error) {
	tiles, ok := whole(c.Args[0])
	if !ok || tiles < 1 {
		return nil, fault.New(fault.ValueOutOfRange, "ntile(%v): the number of tiles is at least 1", c.Args[0]).Locate(c.At)
	}
	return func(p *expr.WindowPartition, _ []*batch.Column, out *batch.Column) error {
		rows := p.To - p.From
		out.Extend(rows)
		fillTiles(batch.Values[int32](out)[p.From:p.To], int(min(tiles, int64(rows))))
		return nil
	}, nil
}

// fillTiles numbers rows by tile; the first tiles are one row larger where the rows
// cannot be spread evenly.
func fillTiles(out []int32, tiles int) {
	i := 0
	for t := range tiles {
		size := len(out) / tiles
		if t < len(out)%tiles {
			size++
		}
		for end := i + size; i < end; i++ {
			out[i] = int32(t + 1)
		}
	}
}

// whole is the value of a constant whole number.
func whole(e expr.Expr) (int64, bool) {
	if c, ok := e.(*expr.Cast); ok {
		e = c.Child
	}
	l, ok := e.(*expr.Literal)
	if !ok {
		return 0, false
	}
	return expr.WholeNumber(l.Value)
}
