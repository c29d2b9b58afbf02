package weirtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/celltext"
)

// sinkName is the format of the sink that tests read.
const sinkName = "weirtest"

// sink keeps what a query wrote, by batch, over all its runs. It is the format and
// the sink at once.
type sink struct {
	mu        sync.Mutex
	mode      connector.OutputMode
	batches   map[int64][]string // committed rows as text, by batch
	failures  int                // so many calls of Commit still fail
	failure   error
	different error // a batch that ran again gave other rows
}

// Name implements [connector.Format].
func (*sink) Name() string { return sinkName }

// OpenSink implements [connector.SinkFormat].
func (s *sink) OpenSink(_ context.Context, spec connector.SinkSpec) (connector.Sink, error) {
	s.mode = spec.Mode
	return s, nil
}

// Write keeps the rows of a part.
func (s *sink) Write(ctx context.Context, _ connector.BatchID, _ int, r connector.Reader) (connector.Message, error) {
	var rows []string
	for {
		b, err := r.Next(ctx)
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		for i := range b.Len() {
			rows = append(rows, text(b, b.Row(i)))
		}
	}
}

// Commit shows a batch. One that has been shown must be the same again.
func (s *sink) Commit(_ context.Context, id connector.BatchID, parts []connector.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failures > 0 {
		s.failures--
		return s.failure
	}
	rows := []string{}
	for _, p := range parts {
		rows = append(rows, p.([]string)...)
	}
	slices.Sort(rows) // with other workers they may come in another order
	if before, again := s.batches[id.Batch]; again {
		if s.different == nil && !slices.Equal(before, rows) {
			s.different = fmt.Errorf("batch %d gave\n%q\nand when it ran again\n%q", id.Batch, before, rows)
		}
		return nil
	}
	s.batches[id.Batch] = rows
	return nil
}

// Abort implements [connector.Sink]: nothing was shown.
func (s *sink) Abort(context.Context, connector.BatchID, []connector.Message) error { return nil }

// take removes and returns the rows that were not taken before, sorted; in complete
// mode those of the last batch, which replaces all before.
func (s *sink) take(from int64) (rows []string, next int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next = from
	for n := range s.batches {
		next = max(next, n+1)
	}
	for n := from; n < next; n++ {
		if s.mode == connector.Complete {
			rows = rows[:0]
		}
		rows = append(rows, s.batches[n]...)
	}
	slices.Sort(rows)
	return rows, next, s.different
}

// text is a row as tests write it: each value as CAST(… AS STRING) gives it, with
// " | " between.
func text(b *connector.Batch, row int) string {
	var line []byte
	for i, c := range b.Columns {
		if i > 0 {
			line = append(line, " | "...)
		}
		switch {
		case c.Null(row):
			line = append(line, "null"...)
		case c.Const:
			line = celltext.Append(line, c, 0, time.UTC)
		default:
			line = celltext.Append(line, c, row, time.UTC)
		}
	}
	return string(line)
}
