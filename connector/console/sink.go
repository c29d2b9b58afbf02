package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// Format is "console". The zero value is ready. Its options are numRows, the
// rows printed of a batch (default 20), and truncate, whether cells are cut to
// 20 characters (default true).
type Format struct{}

// Name is console.
func (Format) Name() string { return "console" }

// OpenSink opens a sink that prints to the session's output.
func (Format) OpenSink(_ context.Context, s connector.SinkSpec) (connector.Sink, error) {
	p := s.Options.Parse("console")
	p.Known("checkpointLocation", "path")
	l := Layout{NumRows: int(p.Int("numRows", 20, 0)), Location: s.Env.Location}
	if p.Bool("truncate", true) {
		l.Truncate = 20
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	out := s.Env.Out
	if out == nil {
		out = os.Stdout
	}
	return &sink{out: out, schema: s.Schema, layout: l}, nil
}

type sink struct {
	out    io.Writer
	schema types.Schema
	layout Layout

	mu   sync.Mutex
	last connector.BatchID // the last one printed
	any  bool              // last is set
}

// Description names the sink as Spark's progress does.
func (s *sink) Description() string {
	return "org.apache.spark.sql.execution.streaming.ConsoleTable$"
}

// part is what Write tells Commit: the first rows of a part.
type part struct {
	rows  *batch.Batch
	arena batch.Arena
}

func (s *sink) Write(ctx context.Context, _ connector.BatchID, _ int, r connector.Reader) (connector.Message, error) {
	p := &part{rows: batch.New(s.schema)}
	var rows []int32
	for {
		b, err := r.Next(ctx)
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		if err != nil {
			return nil, err
		}
		rows = rows[:0]
		for i := range min(b.Len(), s.layout.NumRows+1-p.rows.Rows) {
			rows = append(rows, int32(b.Row(i)))
		}
		for k, c := range b.Columns {
			p.rows.Columns[k].AppendRows(c, rows, &p.arena)
		}
		p.rows.Rows += len(rows)
	}
}

// banner stands above and below the number of a batch.
const banner = "-------------------------------------------"

// Commit prints the batch. Within one run of the query a batch is printed once.
func (s *sink) Commit(_ context.Context, b connector.BatchID, m []connector.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.any && s.last.Query == b.Query && b.Batch <= s.last.Batch {
		return nil
	}
	out := bufio.NewWriterSize(s.out, printedAtOnce)
	fmt.Fprintf(out, "%s\nBatch: %d\n%s\n", banner, b.Batch, banner)
	batches := make([]*batch.Batch, len(m))
	for i, message := range m {
		batches[i] = message.(*part).rows
	}
	// The table goes through the same buffer.
	if err := Table(out, s.schema, batches, s.layout); err != nil {
		return fmt.Errorf("console: print batch %d: %w", b.Batch, err)
	}
	s.last, s.any = b, true
	return nil
}

// Abort does nothing: nothing was printed.
func (s *sink) Abort(context.Context, connector.BatchID, []connector.Message) error { return nil }
