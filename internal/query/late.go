package query

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/rowvalue"
	"github.com/weirstream/weir/types"
)

// LateSchema is what the rows of a side output for late rows look like: why a row is
// there, which operator dropped it, its event time or the end of its window, the
// watermark that had passed it, the batch, and the row as JSON.
func LateSchema() types.Schema {
	text, moment := types.Of(types.String), types.Of(types.Timestamp)
	return types.NewSchema(types.Field{Name: "reason", Type: text}, types.Field{Name: "operator", Type: text},
		types.Field{Name: "operator_id", Type: types.Of(types.Int)}, types.Field{Name: "event_time", Type: moment},
		types.Field{Name: "watermark", Type: moment}, types.Field{Name: "batch_id", Type: types.Of(types.Long)},
		types.Field{Name: "row", Type: text})
}

// reasonLate is why a row is in the side output.
const reasonLate = "late"

// lateSink is the side output of a query for rows that come too late.
//
// It is written before the batch becomes visible, for the same batch id: so it is as
// exactly-once as its own sink, and a batch that is visible has its late rows there.
type lateSink struct {
	sink connector.Sink
	rows *exec.LateRows
}

// openLate opens the side output, if one is asked for.
func openLate(ctx context.Context, c *Config) (*lateSink, error) {
	if c.OpenLate == nil {
		return nil, nil
	}
	sink, err := c.OpenLate(ctx, connector.SinkSpec{Schema: LateSchema(), Mode: connector.Append, QueryName: c.Name})
	if err != nil {
		return nil, fmt.Errorf("side output for late rows: %w", err)
	}
	return &lateSink{sink: sink, rows: &exec.LateRows{}}, nil
}

// collector is where the program puts late rows; nil where nobody wants them.
func (l *lateSink) collector() *exec.LateRows {
	if l == nil {
		return nil
	}
	return l.rows
}

// begin begins a batch.
func (l *lateSink) begin() {
	if l != nil {
		l.rows.Begin()
	}
}

// commit writes the late rows of a batch and makes them visible.
func (l *lateSink) commit(ctx context.Context, id connector.BatchID) error {
	if l == nil {
		return nil
	}
	var list [][]any
	for _, r := range l.rows.All() {
		list = append(list, []any{reasonLate, r.Name, int32(r.Operator), time.UnixMicro(r.Time).UTC(), time.UnixMicro(r.Watermark).UTC(), id.Batch, r.Row})
	}
	b, err := rowvalue.Batch(LateSchema(), list)
	if err != nil {
		return fmt.Errorf("side output for late rows: %w", err)
	}
	var parts []connector.Message
	if len(list) > 0 {
		m, err := l.sink.Write(ctx, id, 0, &onceReader{b: b})
		parts = append(parts, m)
		if err != nil {
			return fmt.Errorf("side output for late rows: %w", errors.Join(err, l.sink.Abort(context.WithoutCancel(ctx), id, parts)))
		}
	}
	if err := l.sink.Commit(ctx, id, parts); err != nil {
		return fmt.Errorf("side output for late rows: %w", err)
	}
	return nil
}

func (l *lateSink) close() error {
	if l == nil {
		return nil
	}
	if c, ok := l.sink.(connector.Closer); ok {
		return c.Close()
	}
	return nil
}

// onceReader gives one batch.
type onceReader struct{ b *connector.Batch }

// Next gives the batch, once.
func (r *onceReader) Next(context.Context) (*connector.Batch, error) {
	b := r.b
	r.b = nil
	if b == nil {
		return nil, io.EOF
	}
	return b, nil
}

// Close does nothing.
func (r *onceReader) Close() error { return nil }
