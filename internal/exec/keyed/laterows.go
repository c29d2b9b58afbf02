package keyed

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
)

// lateRows drops rows whose event time, or whose time window's end, is at or
// before the watermark (S113). It counts rows: where lateFilter sees partial
// groups, this one sees what the user sent. A row without an event time is never
// late.
type lateRows struct {
	place   int // of the event time among the columns
	window  bool
	kept    []int32 // scratch
	dropped int64
}

// newLateRows looks for the event time among columns: the first that has a
// watermark, as in Spark. It is nil if there is none.
func newLateRows(columns []*expr.Ref) *lateRows {
	for i, c := range columns {
		if c.Watermark >= 0 && (hasTime(c) || len(c.Typ.Fields) == 2) {
			// kept is never nil: a nil selection would stand for all rows.
			return &lateRows{place: i, window: len(c.Typ.Fields) == 2, kept: []int32{}}
		}
	}
	return nil
}

// keep are the selected rows of b that are not late: b.Sel itself if none is.
func (f *lateRows) keep(b *batch.Batch, before int64) []int32 {
	nulls := b.Columns[f.place]
	times := nulls
	if f.window {
		times = nulls.Children[1]
	}
	values := batch.Values[int64](times)
	f.kept = f.kept[:0]
	late := 0
	for i := range b.Len() {
		row := b.Row(i)
		at := row
		if times.Const {
			at = 0
		}
		if values[at] <= before && !nulls.Null(row) {
			late++
		} else {
			f.kept = append(f.kept, int32(row))
		}
	}
	if late == 0 {
		return b.Sel
	}
	f.dropped += int64(late)
	return f.kept
}
