package noop

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"github.com/weirstream/weir/connector"
)

// Format is "noop". The zero value is ready.
type Format struct{}

// Name is noop.
func (Format) Name() string { return "noop" }

// OpenSink opens a sink that takes rows of any schema in any output mode. It has
// no options.
func (f Format) OpenSink(_ context.Context, s connector.SinkSpec) (connector.Sink, error) {
	p := s.Options.Parse("noop")
	p.Known("checkpointLocation", "path")
	if err := p.Err(); err != nil {
		return nil, err
	}
	return &Sink{}, nil
}

// OpenTableSink is OpenSink, in any save mode.
func (f Format) OpenTableSink(ctx context.Context, s connector.SinkSpec, _ string) (connector.Sink, error) {
	return f.OpenSink(ctx, s)
}

// Sink counts rows and keeps none. The zero value is ready.
type Sink struct {
	rows atomic.Int64

	mu   sync.Mutex
	last connector.BatchID // the last one committed
	any  bool              // last is set
}

// Rows is how many rows the committed batches had.
func (s *Sink) Rows() int64 { return s.rows.Load() }

// Description names the sink as Spark's progress does.
func (s *Sink) Description() string {
	return "org.apache.spark.sql.execution.datasources.noop.NoopTable$"
}

// Write pulls all rows. Its message is their number, an int64.
func (s *Sink) Write(ctx context.Context, _ connector.BatchID, _ int, r connector.Reader) (connector.Message, error) {
	var rows, cells int64
	for {
		b, err := r.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		rows += int64(b.Len())
		for _, c := range b.Columns {
			cells += int64(c.Len())
		}
	}
	if cells < 0 {
		return nil, errors.New("noop: a column has a negative length")
	}
	return rows, nil
}

// Commit counts the rows, once for each batch.
func (s *Sink) Commit(_ context.Context, b connector.BatchID, m []connector.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.any && s.last.Query == b.Query && b.Batch <= s.last.Batch {
		return nil
	}
	s.last, s.any = b, true
	for _, rows := range m {
		s.rows.Add(rows.(int64))
	}
	return nil
}

// Abort does nothing: nothing was kept.
func (s *Sink) Abort(context.Context, connector.BatchID, []connector.Message) error { return nil }
