package parquet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
)

// Span is a range of bytes of a file. A reader of a span reads the row groups
// whose middle lies in it, so that the spans of a file share its rows out.
type Span struct {
	// Start is the first byte, Stop the one after the last; a Stop of zero is
	// the end of the file.
	Start, Stop int64
}

// Reader gives the rows of a file, of the columns and row groups wanted. It is
// a [connector.Reader]; Close closes the file too.
//
// Columns that predicates name are read first. Where no row of a batch passes,
// the other columns are passed over, and their values are unspecified.
type Reader struct {
	file   *File
	nodes  []*node
	early  []int // columns that tests name
	late   []int // the others
	uses   [][]column
	tests  []test
	groups []int   // row groups still to read
	left   int64   // rows left of the present one
	rows   []int64 // by row group, how many rows of the file come before it
	row    int64   // in the file, of the first row of the present batch
	out    *batch.Batch
	sel    []int32
}

// NewReader reads a span of f. A column that is stored as a type that cannot be
// read as the one wanted is FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH;
// one that the file does not have is null.
func NewReader(f *File, scan connector.Scan, span Span) (*Reader, error) {
	r := &Reader{file: f, out: batch.New(scan.Schema), uses: make([][]column, scan.Schema.Len())}
	if err := r.plan(scan, span); err != nil {
		return nil, f.failed(err)
	}
	return r, nil
}

// plan resolves the columns and picks the row groups.
func (r *Reader) plan(scan connector.Scan, span Span) (err error) {
	defer recovered(&err)
	f := r.file
	meta := f.reader.MetaData()
	res := &resolver{file: f.name, schema: meta.Schema}
	for i, field := range scan.Schema.Fields {
		res.columns = nil
		n, err := res.field(field, meta.Schema.Root(), place{})
		if err != nil {
			return err
		}
		r.nodes, r.uses[i] = append(r.nodes, n), res.columns
	}
	r.tests = compile(scan, r.nodes)
	r.order()
	if span.Stop == 0 {
		span.Stop = math.MaxInt64
	}
	var before int64
	for i := range f.reader.NumRowGroups() {
		g := meta.RowGroup(i)
		r.rows = append(r.rows, before)
		before += g.NumRows()
		if span.holds(g) && !r.ruledOut(g) {
			r.groups = append(r.groups, i)
		}
	}
	return nil
}

// order puts the columns that tests name first.
func (r *Reader) order() {
	named := make(map[int]bool)
	for _, t := range r.tests {
		named[t.path[0]] = true
	}
	for i := range r.nodes {
		if named[i] {
			r.early = append(r.early, i)
		} else {
			r.late = append(r.late, i)
		}
	}
}

func (s Span) holds(g *metadata.RowGroupMetaData) bool {
	start := int64(math.MaxInt64)
	var size int64
	for i := range g.NumColumns() {
		c, err := g.ColumnChunk(i)
		if err != nil {
			return s.Start == 0
		}
		start = min(start, c.DataPageOffset())
		if c.HasDictionaryPage() && c.DictionaryPageOffset() > 0 {
			start = min(start, c.DictionaryPageOffset())
		}
		size += c.TotalCompressedSize()
	}
	if g.NumColumns() == 0 {
		return s.Start == 0
	}
	middle := start + size/2
	return s.Start <= middle && middle < s.Stop
}

func (r *Reader) ruledOut(g *metadata.RowGroupMetaData) bool {
	for _, t := range r.tests {
		if t.rulesOut(g) {
			return true
		}
	}
	return false
}

// Next gives up to [batch.Size] rows of one row group.
func (r *Reader) Next(ctx context.Context) (*connector.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b, err := r.next()
	if err != nil && err != io.EOF {
		return nil, r.file.failed(err)
	}
	return b, err
}

func (r *Reader) next() (b *batch.Batch, err error) {
	defer recovered(&err)
	for r.left == 0 {
		if len(r.groups) == 0 {
			return nil, io.EOF
		}
		g := r.file.reader.RowGroup(r.groups[0])
		r.row = r.rows[r.groups[0]]
		r.out.Rows = 0 // of the group before
		r.groups = r.groups[1:]
		if err := r.open(g); err != nil {
			return nil, err
		}
		r.left = g.NumRows()
	}
	r.row += int64(r.out.Rows)
	rows := int(min(r.left, batch.Size))
	r.left -= int64(rows)
	r.out.Rows, r.out.Sel = rows, nil
	if err := r.read(r.early, rows); err != nil {
		return nil, err
	}
	if len(r.tests) > 0 {
		r.sel = append(r.sel[:0], batch.Identity(rows)...)
		for _, t := range r.tests {
			r.sel = t.selects(r.out, r.sel)
		}
		r.out.Sel = r.sel
		if len(r.sel) == 0 {
			return r.out, r.skip(rows)
		}
	}
	return r.out, r.read(r.late, rows)
}

// Row is the place in the file of the first row of the present batch, from 0.
func (r *Reader) Row() int64 { return r.row }

func (r *Reader) open(g *file.RowGroupReader) error {
	for _, columns := range r.uses {
		for _, c := range columns {
			if err := c.open(g); err != nil {
				return fmt.Errorf("column %s: %w", c.is().descr.Path(), err)
			}
		}
	}
	return nil
}

func (r *Reader) read(which []int, rows int) error {
	for _, i := range which {
		for _, c := range r.uses[i] {
			if err := c.read(rows); err != nil {
				return err
			}
		}
		r.nodes[i].fill(r.out.Columns[i], rows, rows)
	}
	return nil
}

func (r *Reader) skip(rows int) error {
	for _, i := range r.late {
		for _, c := range r.uses[i] {
			if err := c.skip(rows); err != nil {
				return err
			}
		}
		r.out.Columns[i].Resize(rows)
	}
	return nil
}

// Close closes the columns and the file.
func (r *Reader) Close() error {
	var errs []error
	for _, columns := range r.uses {
		for _, c := range columns {
			errs = append(errs, c.close())
		}
	}
	return errors.Join(append(errs, r.file.Close())...)
}

var _ connector.Reader = (*Reader)(nil)
