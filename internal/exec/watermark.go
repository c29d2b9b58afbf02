package exec

import (
	"context"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/watermark"
)

// Watermark passes rows on and observes their event times (S111).
type Watermark struct {
	input  Operator
	column expr.Eval
	stats  watermark.Stats
	times  []int64 // scratch: the times of selected rows
}

// NewWatermark observes column, microseconds or a time window, over input, which
// it closes.
func NewWatermark(input Operator, column expr.Eval) *Watermark {
	return &Watermark{input: input, column: column}
}

// Begin forgets what was observed: a batch begins.
func (w *Watermark) Begin() { w.stats = watermark.Stats{} }

// Stats are the event times seen since Begin.
func (w *Watermark) Stats() watermark.Stats { return w.stats }

// Open opens the input.
func (w *Watermark) Open(t *Task) error { return w.input.Open(t) }

// Next passes a batch on.
func (w *Watermark) Next(ctx context.Context) (*batch.Batch, error) {
	b, err := w.input.Next(ctx)
	if err != nil {
		return nil, err
	}
	c, err := w.column.Eval(b, b.Sel)
	if err != nil {
		return nil, err
	}
	if len(c.Children) == 2 { // a window counts by its end, less one microsecond
		w.observe(c.Children[1], c, b, 1)
	} else {
		w.observe(c, c, b, 0)
	}
	return b, nil
}

// observe takes in the times of the selected rows that are not null.
func (w *Watermark) observe(times, nulls *batch.Column, b *batch.Batch, less int64) {
	v := batch.Values[int64](times)
	if times.Const {
		for range b.Len() {
			if !nulls.Null(0) {
				w.stats.Add(v[0] - less)
			}
		}
		return
	}
	if b.Sel == nil && !nulls.HasNulls() {
		w.stats.AddAll(v[:b.Rows], less)
		return
	}
	// Gathered first: the running mean of Add costs a division a row.
	w.times = w.times[:0]
	for i := range b.Len() {
		if row := b.Row(i); !nulls.Null(row) {
			w.times = append(w.times, v[row])
		}
	}
	w.stats.AddAll(w.times, less)
}

// Close closes the input.
func (w *Watermark) Close() error { return w.input.Close() }
