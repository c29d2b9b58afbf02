package weir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/rowvalue"
	"github.com/weirstream/weir/types"
)

// ForeachWriter takes the rows of a stream one by one (S62).
type ForeachWriter interface {
	// Open begins a part of a batch. False skips its rows.
	Open(partition int, batch int64) (bool, error)
	// Process takes one row.
	Process(r Row) error
	// Close ends the part; err is why it failed, nil if it did not. It is
	// called whenever Open has returned without an error.
	Close(err error) error
}

// Foreach gives every row to a writer; make returns one for each part of each
// batch, so that parts can be written beside each other.
func (w *StreamWriter) Foreach(make func() ForeachWriter) *StreamWriter {
	w.foreach = &foreachSink{make: make}
	return w
}

// ForeachBatch gives every batch to f as a table, with the number of the batch.
// The rows are computed once, however often f reads them. f may be called again
// with the same number after a crash or a failure: the number is what tells a
// batch that was processed before (S63).
func (w *StreamWriter) ForeachBatch(f func(ctx context.Context, batch *DataFrame, id int64) error) *StreamWriter {
	w.foreach = &foreachBatchSink{session: w.frame.session, f: f, frame: w.frame}
	return w
}

type foreachSink struct{ make func() ForeachWriter }

func (s *foreachSink) Description() string { return "ForeachWriterTable" }

// Write gives the rows of one part to a writer.
func (s *foreachSink) Write(ctx context.Context, b connector.BatchID, part int, r connector.Reader) (_ connector.Message, err error) {
	defer recovered(&err, fault.ForeachUserError, "the foreach writer")
	w := s.make()
	open, err := w.Open(part, b.Batch)
	if err != nil {
		return nil, fault.New(fault.ForeachUserError, "the foreach writer could not open part %d of %v", part, b).Wrap(err)
	}
	err = s.rows(ctx, w, open, r)
	if e := w.Close(err); e != nil {
		err = errors.Join(err, fault.New(fault.ForeachUserError, "the foreach writer could not close part %d of %v", part, b).Wrap(e))
	}
	return nil, err
}

func (s *foreachSink) rows(ctx context.Context, w ForeachWriter, open bool, r connector.Reader) error {
	for {
		b, err := r.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if !open {
			continue
		}
		for _, row := range rowvalue.Rows(b) {
			if err := w.Process(Row(row)); err != nil {
				return fault.New(fault.ForeachUserError, "the foreach writer failed on a row").Wrap(err)
			}
		}
	}
}

// Commit does nothing: the rows are the writer's.
func (s *foreachSink) Commit(context.Context, connector.BatchID, []connector.Message) error {
	return nil
}

// Abort does nothing.
func (s *foreachSink) Abort(context.Context, connector.BatchID, []connector.Message) error {
	return nil
}

type foreachBatchSink struct {
	session *Session
	frame   *DataFrame
	f       func(ctx context.Context, batch *DataFrame, id int64) error

	mu     sync.Mutex
	schema types.Schema
}

func (s *foreachBatchSink) Description() string { return "ForeachBatchSink" }

// Write keeps the rows of one part.
func (s *foreachBatchSink) Write(ctx context.Context, _ connector.BatchID, _ int, r connector.Reader) (connector.Message, error) {
	schema, err := s.schemaOf(ctx)
	if err != nil {
		return nil, err
	}
	kinds := make([]types.Type, schema.Len())
	for i, f := range schema.Fields {
		kinds[i] = f.Type
	}
	store := exec.NewStore(kinds)
	for {
		b, err := r.Next(ctx)
		if err == io.EOF {
			return store, nil
		}
		if err != nil {
			return nil, err
		}
		store.Add(b.Columns, b.Rows, b.Sel)
	}
}

func (s *foreachBatchSink) schemaOf(ctx context.Context) (types.Schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.schema.Fields != nil {
		return s.schema, nil
	}
	var err error
	s.schema, err = s.frame.Schema(ctx)
	return s.schema, err
}

// Commit calls the user's function with the rows of all parts.
func (s *foreachBatchSink) Commit(ctx context.Context, b connector.BatchID, parts []connector.Message) (err error) {
	defer recovered(&err, fault.ForeachBatchUserError, "the foreachBatch function")
	schema, err := s.schemaOf(ctx)
	if err != nil {
		return err
	}
	r := &rows{schema: schema}
	for _, m := range parts {
		if store, ok := m.(*exec.Store); ok {
			r.parts = append(r.parts, store)
		}
	}
	if err := s.f(ctx, s.session.literalFrame(r), b.Batch); err != nil {
		return fault.New(fault.ForeachBatchUserError, "the foreachBatch function failed on %v", b).Wrap(err)
	}
	return nil
}

// Abort forgets the rows.
func (s *foreachBatchSink) Abort(context.Context, connector.BatchID, []connector.Message) error {
	return nil
}

// recovered makes an error of a panic in the user's function.
func recovered(err *error, c fault.Condition, what string) {
	if v := recover(); v != nil {
		*err = fault.New(c, "%s panicked", what).Wrap(fmt.Errorf("%v\n%s", v, debug.Stack()))
	}
}
