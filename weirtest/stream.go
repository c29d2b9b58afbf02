package weirtest

import (
	"fmt"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/memory"
	"github.com/weirstream/weir/types"
)

// Stream is a source that a test fills. It outlives crashes, as a broker does:
// what was added is read again by the query that is started again.
type Stream struct {
	name   string
	schema string
	rows   *memory.Stream
	err    error
}

// NewStream is an empty stream of rows of a schema, written as DDL. The query finds
// it as a view of that name. A schema that cannot be read fails the test in [Run].
func NewStream(name, schema string) *Stream {
	s := &Stream{name: name, schema: schema}
	parsed, err := types.ParseSchema(schema)
	if err != nil {
		s.err = fmt.Errorf("the schema of stream %s: %w", name, err)
		return s
	}
	s.rows = memory.NewStream(name, parsed)
	return s
}

// Add adds rows, one value a column, as one offset of the stream: a time.Time fits
// timestamps and dates, nil anything, []any arrays and structs. Rows that do not fit
// the schema fail the test.
func (q *Query) Add(s *Stream, rows ...[]any) {
	q.t.Helper()
	if _, err := s.rows.AddRows(rows...); err != nil {
		q.t.Fatalf("weirtest: add to %s: %v", s.name, err)
	}
}

// hold keeps the stream's rows whatever queries commit, since a crash may take a
// commit back: a reader that never commits.
func (s *Stream) hold(q *Query) error {
	if s.err != nil {
		return s.err
	}
	_, err := s.rows.OpenSource(q.t.Context(), connector.SourceSpec{})
	return err
}
