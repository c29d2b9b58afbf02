package connector

import (
	"context"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// FromArrow makes b show the rows of an Arrow record. Fixed-width values are
// shared and strings become views, so b is good until the record is released; a
// second FromArrow into the same b reuses it. A new(Batch) takes the columns of
// the first record and demands them of the next.
func FromArrow(r arrow.RecordBatch, b *Batch) error { return batch.FromArrow(r, b) }

// ArrowReader is a [Reader] over Arrow records, for connectors whose library
// gives those.
type ArrowReader struct {
	records array.RecordReader
	columns []int // the records' column for each of the scan's
	batch   *Batch
}

// NewArrowReader reads records, which it releases when it is closed or when it
// fails to begin. The columns of the scan are found by name, first exactly, then
// without regard to case; one that the records lack, or have with another type,
// is an error.
func NewArrowReader(records array.RecordReader, scan Scan) (*ArrowReader, error) {
	r := &ArrowReader{records: records, batch: batch.New(scan.Schema)}
	for _, f := range scan.Schema.Fields {
		k := arrowColumn(records.Schema(), f.Name)
		if k < 0 {
			records.Release()
			return nil, fault.New(fault.UnresolvedColumn, "the Arrow records have no column %s", f.Name)
		}
		if err := arrowFits(records.Schema().Field(k), f.Type); err != nil {
			records.Release()
			return nil, err
		}
		r.columns = append(r.columns, k)
	}
	return r, nil
}

func arrowColumn(s *arrow.Schema, name string) int {
	if at := s.FieldIndices(name); at != nil {
		return at[0]
	}
	return types.NewSchema(namesOnly(s)...).Index(name)
}

func namesOnly(s *arrow.Schema) []types.Field {
	fields := make([]types.Field, s.NumFields())
	for i, f := range s.Fields() {
		fields[i].Name = f.Name
	}
	return fields
}

// arrowFits tries an empty array, which tells everything but damage.
func arrowFits(f arrow.Field, t types.Type) error {
	data := array.NewData(f.Type, 0, nil, nil, 0, 0)
	defer data.Release()
	if t.Nested() || f.Type.ID() == arrow.DICTIONARY {
		return nil // Their arrays have children; the first record will tell.
	}
	if err := batch.NewColumn(t, 0).FromArrow(data); err != nil {
		return fault.New(fault.SchemaMismatch, "column %s", f.Name).Wrap(err)
	}
	return nil
}

// Next returns the rows of the next record that has any. The batch is good until
// the next Next or Close.
func (r *ArrowReader) Next(ctx context.Context) (*Batch, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !r.records.Next() {
			if err := r.records.Err(); err != nil && err != io.EOF {
				return nil, fmt.Errorf("read Arrow records: %w", err)
			}
			return nil, io.EOF
		}
		record := r.records.RecordBatch()
		if record.NumRows() == 0 {
			continue
		}
		r.batch.Poison()
		for i, k := range r.columns {
			if err := r.batch.Columns[i].FromArrow(record.Column(k).Data()); err != nil {
				return nil, fmt.Errorf("column %s: %w", record.ColumnName(k), err)
			}
		}
		r.batch.Rows, r.batch.Sel = int(record.NumRows()), nil
		return r.batch, nil
	}
}

// Close releases the records.
func (r *ArrowReader) Close() error {
	r.records.Release()
	return nil
}
