package higher

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
)

// pairing is what zip_with and map_zip_with share: the elements of two collections, or
// the values of two maps, side by side under one lambda.
type pairing struct {
	operands []expr.Eval // two
	lambda   *expr.LambdaEval
	out      *batch.Column
	sides    [2]*batch.Column
	// parents has the row of each pair, rows its place on each side, -1 for none.
	parents []int32
	rows    [2][]int32
}

func newPairing(c *expr.Call, args []expr.Eval) pairing {
	p := pairing{operands: args[:2], lambda: lambdaOf(args, 2), out: batch.NewColumn(c.Typ, 0)}
	for k := range p.sides {
		p.sides[k] = batch.NewColumn(*c.Args[k].Type().Elem, 0)
	}
	return p
}

// list lets row list the pairs of each row of a batch, and fills sides with them: from
// the children of that number.
func (p *pairing) list(b *batch.Batch, sel []int32, child int, row func(cols [2]*batch.Column, i int32)) error {
	var cols [2]*batch.Column
	for k, a := range p.operands {
		var err error
		if cols[k], err = a.Eval(b, sel); err != nil {
			return err
		}
		p.rows[k] = p.rows[k][:0]
	}
	p.out.Resize(b.Rows)
	p.parents = p.parents[:0]
	at := 0
	for _, i := range expr.Rows(b.Rows, sel) {
		for ; at <= int(i); at++ {
			p.out.Offsets[at] = int32(len(p.parents))
		}
		if cols[0].Null(int(i)) || cols[1].Null(int(i)) {
			p.out.SetNull(int(i))
			continue
		}
		row(cols, i)
	}
	for ; at <= b.Rows; at++ {
		p.out.Offsets[at] = int32(len(p.parents))
	}
	for k, c := range cols {
		p.sides[k].Take(c.Children[child], p.rows[k])
	}
	return nil
}

// spans are where the elements of one row begin and end in two columns.
func spans(cols [2]*batch.Column, i int32) (from, to [2]int32) {
	for k, c := range cols {
		r := i
		if c.Const {
			r = 0
		}
		from[k], to[k] = c.Offsets[r], c.Offsets[r+1]
	}
	return from, to
}
