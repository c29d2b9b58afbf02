package exec

import (
	"context"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// Generate replaces each row by the rows that a generator makes of it, the
// columns that go on repeated.
type Generate struct {
	input Operator
	args  []expr.Eval
	fn    expr.Generate
	kept  []int // the input's columns that go on
	outer bool

	cols    []*batch.Column // scratch: the arguments
	made    []*batch.Column // all generated rows of the input batch
	parents []int32         // the input row of each generated row
	from    *batch.Batch    // the input batch
	rows    []int32         // its rows that are still to be taken
	chunk   int             // how many are taken at once
	done    int             // generated rows that have been given
	out     batch.Batch
}

// NewGenerate applies fn to args over input, which it closes. kept are the
// columns of the input that go on; made the types of the generated ones.
func NewGenerate(input Operator, args []expr.Eval, fn expr.Generate, kept []int, made []types.Field, outer bool) *Generate {
	g := &Generate{input: input, args: args, fn: fn, kept: kept, outer: outer}
	for _, f := range made {
		g.made = append(g.made, batch.NewColumn(f.Type, 0))
	}
	g.out.Columns = make([]*batch.Column, len(kept)+len(made))
	return g
}

// Open opens the input.
func (g *Generate) Open(t *Task) error {
	g.parents, g.rows, g.done, g.chunk = g.parents[:0], nil, 0, firstChunk
	return g.input.Open(t)
}

// Next gives at most [batch.Size] generated rows, however many a row makes.
func (g *Generate) Next(ctx context.Context) (*batch.Batch, error) {
	for g.done == len(g.parents) {
		if len(g.rows) == 0 {
			b, err := g.input.Next(ctx)
			if err != nil {
				return nil, err
			}
			if err := g.begin(b); err != nil {
				return nil, err
			}
		}
		if err := g.generate(); err != nil {
			return nil, err
		}
	}
	n := min(batch.Size, len(g.parents)-g.done)
	rows := g.parents[g.done : g.done+n]
	for i, k := range g.kept {
		src := g.from.Columns[k]
		if src.Const {
			g.out.Columns[i] = src
			continue
		}
		if g.out.Columns[i] == nil || g.out.Columns[i].Const {
			g.out.Columns[i] = batch.NewColumn(src.Type, 0)
		}
		g.out.Columns[i].Take(src, rows)
	}
	for i, m := range g.made {
		at := len(g.kept) + i
		if g.out.Columns[at] == nil {
			g.out.Columns[at] = batch.NewColumn(m.Type, 0)
		}
		g.out.Columns[at].ShareRange(m, g.done, n)
	}
	g.out.Rows, g.out.Sel = n, nil
	g.done += n
	return &g.out, nil
}

// Close closes the input.
func (g *Generate) Close() error { return g.input.Close() }

// firstChunk is how many rows are taken at first, and fullChunk how many generated
// ones are so many that fewer are taken next.
const (
	firstChunk = 512
	fullChunk  = 8 * batch.Size
)

// begin takes in an input batch.
func (g *Generate) begin(b *batch.Batch) (err error) {
	g.from, g.rows = b, b.Sel
	if b.Sel == nil {
		g.rows = batch.Identity(b.Rows)
	}
	g.cols, err = Evaluate(g.args, b, g.cols)
	return err
}

// generate makes the rows of the next rows of the input batch.
func (g *Generate) generate() (err error) {
	for _, m := range g.made {
		m.Resize(0)
	}
	n := min(g.chunk, len(g.rows))
	g.parents, err = g.fn(g.made, g.cols, g.from.Rows, g.rows[:n], g.outer, g.parents[:0])
	g.rows, g.done = g.rows[n:], 0
	switch made := len(g.parents); {
	case made > fullChunk:
		g.chunk = max(1, g.chunk/2)
	case made < fullChunk/2:
		g.chunk = min(2*g.chunk, batch.Size)
	}
	return err
}
