package exec

import (
	"context"
	"io"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// BuildTable holds the static side of a join: the rows of all tasks of the stage
// that reads it, in their order. It is filled in every batch and then only read.
type BuildTable struct {
	types  []types.Type
	byTask []*Store
	rows   *batch.Batch
	round  int64 // counts the times it was filled
}

// NewBuildTable is an empty table of rows with these columns.
func NewBuildTable(columns []types.Type) *BuildTable { return &BuildTable{types: columns} }

// Begin empties the table for so many tasks.
func (t *BuildTable) Begin(tasks int) {
	t.byTask = append(t.byTask[:0], make([]*Store, tasks)...)
	t.rows = nil
	t.round++
}

// Write pulls op to its end.
func (t *BuildTable) Write(ctx context.Context, task int, op Operator) error {
	s := NewStore(t.types)
	for {
		b, err := op.Next(ctx)
		if err == io.EOF {
			t.byTask[task] = s
			return nil
		}
		if err != nil {
			return err
		}
		s.Add(b.Columns, b.Rows, b.Sel)
	}
}

// Finish makes one batch of all rows.
func (t *BuildTable) Finish() error {
	all := &batch.Batch{}
	for _, kind := range t.types {
		all.Columns = append(all.Columns, batch.NewColumn(kind, 0))
	}
	for _, s := range t.byTask {
		if s == nil {
			continue
		}
		for _, b := range s.Batches() {
			for i, c := range b.Columns {
				all.Columns[i].Append(c, nil, b.Rows, nil)
			}
			all.Rows += b.Rows
		}
	}
	t.rows = all
	return nil
}
