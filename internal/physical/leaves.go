package physical

import (
	"context"
	"io"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// scan reads a stream or a static table.
func (b *builder) scan(n *plan.Scan, s *stage) (factory, error) {
	input := &exec.Input{}
	s.feeds = append(s.feeds, &input.Feed)
	wanted := connector.Scan{Predicates: n.Predicates}
	for _, c := range n.Columns {
		wanted.Schema.Fields = append(wanted.Schema.Fields, types.Field{Name: c.Name, Type: c.Typ, Nullable: c.Null, Metadata: c.Metadata})
	}
	if n.Streaming {
		stream := &Stream{Node: n, Scan: wanted, Input: input}
		b.program.Streams = append(b.program.Streams, stream)
		return func(int) (exec.Operator, error) {
			stream.scans = append(stream.scans, exec.NewScan(input, wanted))
			return stream.scans[len(stream.scans)-1], nil
		}, nil
	}
	b.program.tables = append(b.program.tables, &table{node: n, input: input})
	return func(int) (exec.Operator, error) { return exec.NewScan(input, wanted), nil }, nil
}

// constant makes a leaf of rows that never change.
func (b *builder) constant(rows *batch.Batch, s *stage) (factory, error) {
	input := &exec.Input{}
	input.Set(held{rows}, []connector.Split{{Label: "rows of the query", Rows: int64(rows.Rows), Bytes: -1}})
	s.feeds = append(s.feeds, &input.Feed)
	return func(int) (exec.Operator, error) { return exec.NewScan(input, connector.Scan{}), nil }, nil
}

// held gives a batch that lies in memory.
type held struct{ rows *batch.Batch }

// Open reads the batch once.
func (h held) Open(context.Context, connector.Split, connector.Scan) (connector.Reader, error) {
	return &heldReader{from: h.rows}, nil
}

type heldReader struct {
	from *batch.Batch
	done int
	out  batch.Batch
}

// Next gives the batch in pieces of [batch.Size] rows.
func (r *heldReader) Next(context.Context) (*batch.Batch, error) {
	if r.done >= r.from.Rows {
		return nil, io.EOF
	}
	n := min(batch.Size, r.from.Rows-r.done)
	r.out = batch.Batch{Columns: r.from.Columns, Rows: r.from.Rows}
	if n < r.from.Rows {
		r.out.Sel = batch.Range(r.done, n)
	}
	r.done += n
	return &r.out, nil
}

// Close does nothing.
func (r *heldReader) Close() error { return nil }

// local makes the rows given in the program, computing those that are
// expressions.
func (b *builder) local(n *plan.LocalRelation, s *stage) (factory, error) {
	rows := &batch.Batch{}
	if n.Rows != nil {
		rows.Columns, rows.Rows = n.Rows.Columns, n.Rows.Rows
	} else {
		rows = batch.New(n.Schema)
	}
	one := &batch.Batch{Rows: 1}
	for _, list := range n.Exprs {
		evals, err := b.compiler(nil).CompileAll(list)
		if err != nil {
			return nil, err
		}
		columns, err := exec.Evaluate(evals, one, nil)
		if err != nil {
			return nil, err
		}
		for i, c := range columns {
			rows.Columns[i].AppendRows(c, batch.Identity(1), new(batch.Arena))
		}
		rows.Rows++
	}
	return b.constant(rows, s)
}

// rows makes one row without columns, or a range of numbers.
func (b *builder) rows(n plan.Node, s *stage) (factory, error) {
	r, ok := n.(*plan.Range)
	if !ok {
		return b.constant(&batch.Batch{Rows: 1}, s)
	}
	input := &exec.Input{}
	input.Set(numbers{r}, []connector.Split{{Label: "range", Rows: -1, Bytes: -1}})
	s.feeds = append(s.feeds, &input.Feed)
	return func(int) (exec.Operator, error) { return exec.NewScan(input, connector.Scan{}), nil }, nil
}

// numbers gives a range.
type numbers struct{ node *plan.Range }

// Open reads the range from its start.
func (r numbers) Open(context.Context, connector.Split, connector.Scan) (connector.Reader, error) {
	out := &numbersReader{node: r.node, next: r.node.Start}
	out.column = batch.NewColumn(r.node.Column.Typ, batch.Size)
	return out, nil
}

type numbersReader struct {
	node   *plan.Range
	next   int64
	column *batch.Column
	out    batch.Batch
}

// Next gives the next numbers.
func (r *numbersReader) Next(context.Context) (*batch.Batch, error) {
	r.column.Resize(batch.Size)
	v := batch.Values[int64](r.column)
	n := 0
	for n < len(v) && (r.node.Step > 0 && r.next < r.node.End || r.node.Step < 0 && r.next > r.node.End) {
		v[n] = r.next
		r.next += r.node.Step
		n++
	}
	if n == 0 {
		return nil, io.EOF
	}
	r.column.Truncate(n)
	r.out = batch.Batch{Columns: []*batch.Column{r.column}, Rows: n}
	return &r.out, nil
}

// Close does nothing.
func (r *numbersReader) Close() error { return nil }

// columnsOf finds the places of columns in an input.
func columnsOf(in []*expr.Ref, wanted []*expr.Ref) []int {
	places := make([]int, 0, len(wanted))
	for _, w := range wanted {
		for i, r := range in {
			if r.ID == w.ID {
				places = append(places, i)
				break
			}
		}
	}
	return places
}
