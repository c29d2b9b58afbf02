package memory

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/rowvalue"
	"github.com/weirstream/weir/types"
)

// Format is the sink "memory" and the tables its queries made. Use one for a
// session; the zero value is ready.
type Format struct {
	mu     sync.Mutex
	tables map[string]*Table
}

// Name is memory.
func (*Format) Name() string { return "memory" }

// OpenSink makes an empty table named like the query. A table that had the name
// is no longer found by it.
func (f *Format) OpenSink(_ context.Context, s connector.SinkSpec) (connector.Sink, error) {
	p := s.Options.Parse("memory")
	p.Known("checkpointLocation", "path", "queryName")
	if err := p.Err(); err != nil {
		return nil, err
	}
	if s.QueryName == "" {
		return nil, fault.New(fault.IllegalArgument, "memory: queryName must be specified for memory sink; "+
			"it becomes the name of the table")
	}
	t := NewTable(s.Schema, s.Mode)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.tables == nil {
		f.tables = make(map[string]*Table)
	}
	f.tables[s.QueryName] = t
	return t, nil
}

// Table is the table that the query of this name made.
func (f *Format) Table(name string) (*Table, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t, ok := f.tables[name]
	return t, ok
}

// Names are the names of all tables, sorted.
func (f *Format) Names() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Sorted(maps.Keys(f.tables))
}

// Drop forgets a table; queries that write to it go on.
func (f *Format) Drop(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.tables, name)
}

// Table is the sink of one query and the relation it makes: every batch is added
// to it or, in complete mode, replaces it. It is safe to read beside the query:
// a reader sees whole batches only.
type Table struct {
	schema types.Schema
	mode   connector.OutputMode

	mu    sync.Mutex
	parts []pile // committed, never changed
	last  connector.BatchID
	any   bool // last is set
}

// NewTable is an empty table, for a sink without a query name.
func NewTable(schema types.Schema, mode connector.OutputMode) *Table {
	return &Table{schema: schema, mode: mode}
}

// Schema is what the rows look like.
func (t *Table) Schema() types.Schema { return t.schema }

// Description names the sink as Spark's progress does.
func (t *Table) Description() string { return "MemorySink" }

// Write keeps a copy of the rows.
func (t *Table) Write(ctx context.Context, _ connector.BatchID, _ int, r connector.Reader) (connector.Message, error) {
	own := heap{schema: t.schema}
	for {
		b, err := r.Next(ctx)
		if errors.Is(err, io.EOF) {
			return own.pile, nil
		}
		if err != nil {
			return nil, err
		}
		own.add(b)
	}
}

// Commit shows the batch, unless a batch of this query with this number or a
// later one is there.
func (t *Table) Commit(_ context.Context, b connector.BatchID, m []connector.Message) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.any && t.last.Query == b.Query && b.Batch <= t.last.Batch {
		return nil
	}
	t.last, t.any = b, true
	if t.mode == connector.Complete {
		t.parts = nil
	}
	for _, message := range m {
		if part := message.(pile); len(part) > 0 {
			t.parts = append(t.parts, part)
		}
	}
	return nil
}

// Abort does nothing: nothing is shown before Commit.
func (t *Table) Abort(context.Context, connector.BatchID, []connector.Message) error { return nil }

// Clear takes all rows away.
func (t *Table) Clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.parts = nil
}

// Batches are the committed rows. They are never changed.
func (t *Table) Batches() []*connector.Batch {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Concat(t.parts...)
}

// Rows are the committed rows as Go values: numbers, strings, booleans, []any
// for arrays and structs, nil for null; timestamps as int64 microseconds.
func (t *Table) Rows() [][]any {
	var rows [][]any
	for _, b := range t.Batches() {
		rows = append(rows, rowvalue.Rows(b)...)
	}
	return rows
}

// Plan makes a split of every part of every batch committed so far.
func (t *Table) Plan(context.Context) ([]connector.Split, error) {
	var splits []connector.Split
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, p := range t.parts {
		splits = append(splits, splitOf(fmt.Sprintf("part %d", i), p))
	}
	return splits, nil
}

// Open reads a split; later batches do not show in it.
func (t *Table) Open(_ context.Context, s connector.Split, scan connector.Scan) (connector.Reader, error) {
	return read(t.schema, s, scan)
}
