package exec

import (
	"context"
	"io"
	"sync"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/types"
)

// BuildTable holds the static side of a join: the rows of all tasks of the stage
// that reads it, in their order. It is filled in every batch and then only read.
type BuildTable struct {
	types  []types.Type
	byTask []*Store
	rows   *batch.Batch

	mu     sync.Mutex
	hashed *buildIndex // nil: the rows are new
}

// NewBuildTable is an empty table of rows with these columns.
func NewBuildTable(columns []types.Type) *BuildTable { return &BuildTable{types: columns} }

// Begin empties the table for so many tasks.
func (t *BuildTable) Begin(tasks int) {
	t.byTask = append(t.byTask[:0], make([]*Store, tasks)...)
	t.rows, t.hashed = nil, nil
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

// buildIndex finds the rows of a build table by their keys. It is made once a batch,
// by the first worker that needs it, and then only read.
type buildIndex struct {
	keys     *keytable.Table // whoever looks up makes a view
	first    []int32         // by key: its first row in the build table
	next     []int32         // by row: the next row of the same key, -1 after the last
	unique   bool            // no key has two rows
	nullKeys bool            // a row has a null key
}

// index is the index of the rows by the keys of s, which are the same for all who ask.
func (t *BuildTable) index(s *JoinSpec) (*buildIndex, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hashed != nil {
		return t.hashed, nil
	}
	x, err := newBuildIndex(t.rows, s)
	if err == nil {
		t.hashed = x
	}
	return x, err
}

// newBuildIndex puts the rows of the static side into chains by key.
func newBuildIndex(rows *batch.Batch, s *JoinSpec) (*buildIndex, error) {
	x := &buildIndex{keys: keytable.New(s.KeyTypes), unique: true}
	cols, err := Evaluate(s.BuildKeys, rows, nil)
	if err != nil {
		return nil, err
	}
	sel := withoutNulls(s.strictKeys(cols, nil), rows.Rows, nil, nil)
	count := rows.Rows
	x.nullKeys = sel != nil && len(sel) < count
	if sel != nil {
		count = len(sel)
	} else {
		sel = batch.Identity(count)
	}
	ids := make([]int32, count)
	x.keys.Assign(cols, rows.Rows, sel, ids)
	x.first = make([]int32, x.keys.Slots())
	for i := range x.first {
		x.first[i] = -1
	}
	x.next = make([]int32, rows.Rows)
	// From the last row to the first, so that chains run in the order of rows.
	for k := count - 1; k >= 0; k-- {
		id, row := ids[k], sel[k]
		x.unique = x.unique && x.first[id] < 0
		x.next[row] = x.first[id]
		x.first[id] = row
	}
	return x, nil
}
