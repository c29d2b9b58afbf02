package file

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// rowIndex is the field of _metadata that is the place of a row in its file, from 0, where
// the format knows it: Parquet's alone.
const rowIndex = "row_index"

// numbered is a column _metadata of which a field differs from row to row. The zero value
// is one of which none does.
type numbered struct {
	metadata *batch.Column // one row for all, but for row_index
	index    int           // of the field row_index
	all      *batch.Column // a row each
	reader   interface{ Row() int64 }
}

// numbers looks for row_index among what is wanted.
func (m *mixedRows) numbers(wanted types.Schema, parts []types.Field) {
	reader, ok := m.Reader.(interface{ Row() int64 })
	at := wanted.Index(metadataColumn)
	if !ok || at < 0 || m.columns[at] == nil {
		return
	}
	for i, field := range wanted.Fields[at].Type.Fields {
		if field.Name == rowIndex {
			m.numbered = numbered{metadata: m.columns[at], index: i, all: batch.NewColumn(wanted.Fields[at].Type, batch.Size), reader: reader}
			m.columns[at] = m.all
		}
	}
}

// number makes the metadata of the rows that the reader has just given.
func (n *numbered) number(rows int) {
	if n.reader == nil {
		return
	}
	n.metadata.Flat(rows, n.all)
	index, first := n.all.Children[n.index], n.reader.Row()
	index.SetValid(nil)
	for i := range batch.Values[int64](index)[:rows] {
		batch.Values[int64](index)[i] = first + int64(i)
	}
}
