package weir

import (
	"context"
	"fmt"
	"io"
	"math"

	"github.com/weirstream/weir/connector/console"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/physical"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/rowvalue"
	"github.com/weirstream/weir/types"
)

// Row is one row of a result: a Go value a column. Nulls are nil; see package
// types for the Go types of values.
type Row []any

// rows are the stored parts of a result, in order.
type rows struct {
	schema types.Schema
	parts  []*exec.Store
}

func (r *rows) batches() []*batch.Batch {
	var all []*batch.Batch
	for _, p := range r.parts {
		if p != nil {
			all = append(all, p.Batches()...)
		}
	}
	return all
}

// run computes a table.
func (d *DataFrame) run(ctx context.Context) (*rows, error) {
	if d.err != nil {
		return nil, d.err
	}
	s := d.session
	c := s.settings()
	n, err := s.optimized(ctx, d.node, &c)
	if err != nil {
		return nil, err
	}
	if plan.Streaming(n) {
		return nil, fault.New(fault.NotSupportedStreaming, "Queries with streaming sources must be executed with "+
			"writeStream.start(), in SQL with CREATE STREAMING TABLE")
	}
	env := c.env()
	p, err := physical.Compile(n, physical.Options{Workers: c.workers, Env: &env})
	if err != nil {
		return nil, err
	}
	defer p.Close()
	out := &rows{schema: p.Schema()}
	kinds := make([]types.Type, out.schema.Len())
	for i, f := range out.schema.Fields {
		kinds[i] = f.Type
	}
	out.parts, err = p.Collect(ctx, &exec.Run{Now: s.clockNow().UnixMicro()}, kinds)
	if err == nil {
		err = observations(p)
	}
	return out, err
}

// Collect computes the rows of a table.
func (d *DataFrame) Collect(ctx context.Context) ([]Row, error) {
	r, err := d.run(ctx)
	if err != nil {
		return nil, err
	}
	var all []Row
	for _, b := range r.batches() {
		for _, row := range rowvalue.Rows(b) {
			all = append(all, Row(row))
		}
	}
	return all, nil
}

// Count is the number of rows of a table.
func (d *DataFrame) Count(ctx context.Context) (int64, error) {
	r, err := d.run(ctx)
	if err != nil {
		return 0, err
	}
	var n int64
	for _, p := range r.parts {
		if p != nil {
			n += int64(p.Len())
		}
	}
	return n, nil
}

// Show prints the first n rows as Spark does, cells cut to 20 characters.
func (d *DataFrame) Show(ctx context.Context, n int) error {
	if n <= 0 {
		n = -1 // none: a layout's zero is all
	}
	return d.ShowTo(ctx, d.session.out, console.Layout{NumRows: n, Truncate: 20})
}

// ShowTo prints rows in a layout: all of them where its NumRows is 0, none where it
// is negative.
func (d *DataFrame) ShowTo(ctx context.Context, w io.Writer, l console.Layout) error {
	limited := d
	if l.NumRows > 0 {
		limited = d.Limit(l.NumRows + 1)
	}
	r, err := limited.run(ctx)
	if err != nil {
		return err
	}
	c := d.session.settings()
	l.Location = c.location
	if l.NumRows == 0 {
		l.NumRows = math.MaxInt
	}
	return console.Table(w, r.schema, r.batches(), l)
}

// literalFrame is a DataFrame of rows that lie in memory.
func (s *Session) literalFrame(r *rows) *DataFrame {
	all := batch.New(r.schema)
	var arena batch.Arena
	for _, b := range r.batches() {
		for i, c := range b.Columns {
			all.Columns[i].Append(c, b.Sel, b.Rows, &arena)
		}
		all.Rows += b.Len()
	}
	return s.frame(&plan.LocalRelation{Schema: r.schema, Rows: all}, nil)
}

// CreateDataFrame makes a table of rows, with a schema as DDL text.
func (s *Session) CreateDataFrame(list []Row, ddl string) *DataFrame {
	schema, err := types.ParseSchema(ddl)
	if err != nil {
		return s.frame(nil, fmt.Errorf("%s: schema: %w", callSite(), err))
	}
	plain := make([][]any, len(list))
	for i, r := range list {
		plain[i] = r
	}
	b, err := rowvalue.Batch(schema, plain)
	if err != nil {
		return s.frame(nil, fmt.Errorf("%s: %w", callSite(), err))
	}
	return s.frame(&plan.LocalRelation{Origin: plan.Origin{Site: callSite(), PlanID: s.planIDs.Add(1)}, Schema: schema, Rows: b}, nil)
}
