package statesource

import (
	"context"
	"fmt"
	"io"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// pile is a table of batches in memory.
type pile struct {
	schema  types.Schema
	batches [][]*batch.Column
	rows    []int
	total   int64
	arena   batch.Arena
}

func newPile(fields ...types.Field) *pile { return &pile{schema: types.NewSchema(fields...)} }

// next is a new batch of n rows, its columns empty.
func (p *pile) next(n int) []*batch.Column {
	var columns []*batch.Column
	for _, f := range p.schema.Fields {
		columns = append(columns, batch.NewColumn(f.Type, n))
	}
	p.batches, p.rows, p.total = append(p.batches, columns), append(p.rows, n), p.total+int64(n)
	return columns
}

// row1 is the last batch, where one row more is to be added.
func (p *pile) row1() []*batch.Column {
	if n := len(p.rows); n == 0 || p.rows[n-1] == batch.Size {
		p.next(0)
	}
	last := len(p.rows) - 1
	p.rows[last]++
	p.total++
	return p.batches[last]
}

// texts makes c n times the same text.
func texts(c *batch.Column, n int, text string) {
	c.Extend(n)
	for i := range n {
		batch.Values[string](c)[i] = text
	}
}

// numbers makes c n times the same number.
func numbers[T int32 | int64](c *batch.Column, n int, v T) {
	c.Extend(n)
	for i := range n {
		batch.Values[T](c)[i] = v
	}
}

// row makes c the struct of copies of n rows of columns; nil columns make nulls.
func (p *pile) row(c *batch.Column, n int, columns []*batch.Column) {
	if columns == nil {
		c.Extend(n)
		c.SetAllNull()
		return
	}
	for i, child := range c.Children {
		child.AppendRows(columns[i], batch.Range(0, n), &p.arena)
	}
	c.ShareStruct(n, nil)
}

// Schema implements [connector.Table].
func (p *pile) Schema() types.Schema { return p.schema }

// Plan implements [connector.Table]: there is one split.
func (p *pile) Plan(context.Context) ([]connector.Split, error) {
	return []connector.Split{{Label: "state", Rows: p.total, Bytes: -1}}, nil
}

// Open implements [connector.Table].
func (p *pile) Open(_ context.Context, _ connector.Split, scan connector.Scan) (connector.Reader, error) {
	r := &reader{pile: p, fields: scan.Schema.Fields}
	for _, f := range r.fields {
		i := p.schema.Index(f.Name)
		if i < 0 {
			return nil, fmt.Errorf("there is no column %s", f.Name)
		}
		r.columns = append(r.columns, i)
	}
	return r, nil
}

// reader gives the batches of a pile.
type reader struct {
	pile    *pile
	fields  []types.Field
	columns []int
	at      int
	out     batch.Batch
}

// Next implements [connector.Reader].
func (r *reader) Next(ctx context.Context) (*batch.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.at == len(r.pile.batches) {
		return nil, io.EOF
	}
	r.out = batch.Batch{Rows: r.pile.rows[r.at]}
	for i, at := range r.columns {
		r.out.Columns = append(r.out.Columns, prune(r.pile.batches[r.at][at], r.fields[i].Type))
	}
	r.at++
	return &r.out, nil
}

// Close implements [connector.Reader].
func (r *reader) Close() error { return nil }

// prune is c with those fields of structs that t has.
func prune(c *batch.Column, t types.Type) *batch.Column {
	if t.Kind != types.Struct || c.Type.Equal(t) {
		return c
	}
	p := *c
	p.Type, p.Children = t, nil
	for _, f := range t.Fields {
		i := types.Schema{Fields: c.Type.Fields}.Index(f.Name)
		p.Children = append(p.Children, prune(c.Children[i], f.Type))
	}
	return &p
}
