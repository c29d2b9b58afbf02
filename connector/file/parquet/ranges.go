package parquet

import (
	"math"

	"github.com/apache/arrow-go/v18/parquet/metadata"
)

// Ranges are the least and greatest values of the top-level columns of integers, as
// the statistics of the row groups have them. A column of which one row group has
// none is left out.
func (f *File) Ranges() map[string][2]int64 {
	out := make(map[string][2]int64)
	defer func() { _ = recover() }() // what damaged bytes cause: nothing is known then
	meta := f.reader.MetaData()
	for c := range meta.Schema.NumColumns() {
		path := meta.Schema.Column(c).ColumnPath()
		if len(path) != 1 {
			continue
		}
		all := [2]int64{math.MaxInt64, math.MinInt64}
		for g := range f.reader.NumRowGroups() {
			low, high, ok := bounds(meta.RowGroup(g), c)
			if !ok {
				all[0], all[1] = 1, 0
				break
			}
			all[0], all[1] = min(all[0], low), max(all[1], high)
		}
		if all[0] <= all[1] {
			out[path[0]] = all
		}
	}
	return out
}

// bounds are the least and greatest value of a column of integers in a row group.
func bounds(g *metadata.RowGroupMetaData, column int) (low, high int64, ok bool) {
	chunk, err := g.ColumnChunk(column)
	if err != nil {
		return 0, 0, false
	}
	stats, err := chunk.Statistics()
	if err != nil || stats == nil || !stats.HasMinMax() {
		return 0, 0, false
	}
	switch s := stats.(type) {
	case *metadata.Int32Statistics:
		return int64(s.Min()), int64(s.Max()), true
	case *metadata.Int64Statistics:
		return s.Min(), s.Max(), true
	}
	return 0, 0, false
}
