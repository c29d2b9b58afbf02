package weir

import (
	"context"
	"encoding/csv"
	"io"

	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/jsontext"
)

// WriteJSON computes a table and writes its rows as JSON objects, one a line, as
// Spark's JSON sink does but with fields that are null.
func (d *DataFrame) WriteJSON(ctx context.Context, w io.Writer) error {
	r, err := d.run(ctx)
	if err != nil {
		return err
	}
	c := d.session.settings()
	rows := jsontext.NewEncoder(r.schema, jsontext.Options{Zone: datetime.NewZone(c.location), KeepNulls: true})
	var text []byte
	for _, b := range r.batches() {
		text = rows.AppendBatch(text[:0], b)
		if _, err := w.Write(text); err != nil {
			return err
		}
	}
	return nil
}

// WriteCSV computes a table and writes its rows as CSV: a line with the names of
// the columns, then one for each row, its values as CAST(… AS STRING) gives them.
// Null is an empty field. Text with a comma, a quote or a line's end is quoted.
func (d *DataFrame) WriteCSV(ctx context.Context, w io.Writer) error {
	r, err := d.run(ctx)
	if err != nil {
		return err
	}
	c := d.session.settings()
	out := csv.NewWriter(w)
	if err := out.Write(r.schema.Names()); err != nil {
		return err
	}
	record := make([]string, r.schema.Len())
	var cell []byte
	for _, b := range r.batches() {
		for i := range b.Len() {
			for k, column := range b.Columns {
				record[k] = ""
				if row := b.Row(i); !column.Null(row) {
					cell = celltext.Append(cell[:0], column, row, c.location)
					record[k] = string(cell)
				}
			}
			if err := out.Write(record); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}
