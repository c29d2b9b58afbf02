package keyed

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/keytable"
)

// lateFilter drops rows that are late: whose event time is at or before the
// watermark of the batch before (S112, S113). A row without an event time is
// never late.
//
// It counts keys, each once a batch, since Spark merges the partial groups of a
// key before it looks at them.
type lateFilter struct {
	spec    Spec
	kept    []int32 // scratch
	late    []int32 // scratch
	ids     []int32 // scratch
	seen    *keytable.Table
	dropped int64
}

func newLateFilter(spec Spec) *lateFilter {
	// kept is never nil: a nil selection would stand for all rows.
	return &lateFilter{spec: spec, kept: []int32{}, seen: keytable.New(spec.KeyTypes())}
}

// begin begins a batch.
func (f *lateFilter) begin() {
	if f.dropped > 0 {
		f.seen.Reset()
	}
	f.dropped = 0
}

// keep are the selected rows of b that are not late: b.Sel itself if none is.
// before is the watermark in microseconds.
func (f *lateFilter) keep(b *batch.Batch, keys []*batch.Column, before int64) []int32 {
	times := keys[f.spec.Time]
	values := batch.Values[int64](times)
	before -= f.spec.Width
	f.kept, f.late = f.kept[:0], f.late[:0]
	for i := range b.Len() {
		row := b.Row(i)
		at := row
		if times.Const {
			at = 0
		}
		if values[at] <= before && !times.Null(row) {
			f.late = append(f.late, int32(row))
		} else {
			f.kept = append(f.kept, int32(row))
		}
	}
	if len(f.late) == 0 {
		return b.Sel
	}
	f.ids = append(f.ids[:0], f.late...)
	f.dropped += int64(f.seen.Assign(keys, b.Rows, f.late, f.ids))
	return f.kept
}
