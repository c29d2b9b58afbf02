package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime/debug"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/schedule"
	"github.com/weirstream/weir/types"
)

// SharedScan reads a split once for several scans, which stand at the beginning of
// chains of their own:
//
//	            ┌─▶ scan ─▶ … ─▶ exchange
//	split ─▶ batch
//	            └─▶ scan ─▶ … ─▶ exchange
//
// Each chain is a coroutine: it runs until it asks for the next batch, then the next
// chain does. A batch is read when all have asked, so that none outlives its time.
type SharedScan struct {
	// From opens the split.
	From  Opener
	Split connector.Split
	// Scan is what is read: what all of them want.
	Scan connector.Scan
	// Branches are the chains.
	Branches []SharedBranch
}

// SharedBranch is a chain that reads a [SharedScan].
type SharedBranch struct {
	// Scan is its leaf, open for the task.
	Scan *Scan
	// Columns says where its columns are among those that are read.
	Columns []SharedColumn
	// Run pulls the chain to its end.
	Run func() error
}

// SharedColumn is a column of a branch among those that are read.
type SharedColumn struct {
	// Place is that of the column.
	Place int
	// Fields are the places of its fields, where the branch does not want all of a
	// struct; nil: it wants the column as it is.
	Fields []int
}

// typeIn is the column's type, where those that are read are of this schema.
func (c *SharedColumn) typeIn(schema types.Schema) types.Type {
	t := schema.Fields[c.Place].Type
	if c.Fields == nil {
		return t
	}
	var fields []types.Field
	for _, k := range c.Fields {
		fields = append(fields, t.Fields[k])
	}
	return types.StructOf(fields...)
}

// errEnded ends a chain whose fellow has failed.
var errEnded = errors.New("exec: another reader of the same rows has failed")

// Run reads the split to its end.
func (s *SharedScan) Run(ctx context.Context) (err error) {
	reader, err := s.From.Open(ctx, s.Split, s.Scan)
	if err != nil {
		return s.failed(err)
	}
	defer func() {
		if e := reader.Close(); e != nil && err == nil {
			err = s.failed(e)
		}
	}()
	live := make([]*sharedReader, len(s.Branches))
	for i := range s.Branches {
		live[i] = newSharedReader(&s.Branches[i], s.Scan.Schema)
		defer live[i].stop()
	}
	for b := (*batch.Batch)(nil); ; {
		left := live[:0]
		for _, r := range live {
			if r.give(b) {
				left = append(left, r)
			} else if r.err != nil {
				return r.err
			}
		}
		if live = left; len(live) == 0 {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		switch b, err = reader.Next(ctx); {
		case err == io.EOF:
			return s.end(live)
		case err != nil:
			return s.failed(err)
		}
	}
}

// end tells the chains that there is no more.
func (s *SharedScan) end(live []*sharedReader) error {
	for _, r := range live {
		r.ended = true
		r.give(nil)
		if r.err != nil {
			return r.err
		}
	}
	return nil
}

func (s *SharedScan) failed(err error) error { return fmt.Errorf("read %s: %w", s.Split.Label, err) }

// sharedReader is what a chain reads, and the chain.
type sharedReader struct {
	branch  *SharedBranch
	resume  func() (struct{}, bool)
	stop    func()
	wait    func(struct{}) bool
	from    *batch.Batch    // what there is to read
	columns []*batch.Column // views of from's
	out     batch.Batch
	ended   bool
	err     error // of the chain
}

func newSharedReader(b *SharedBranch, schema types.Schema) *sharedReader {
	r := &sharedReader{branch: b}
	for _, c := range b.Columns {
		r.columns = append(r.columns, batch.NewColumn(c.typeIn(schema), 0))
	}
	b.Scan.Use(r)
	r.resume, r.stop = iter.Pull(func(yield func(struct{}) bool) {
		defer func() {
			if v := recover(); v != nil {
				r.err = &schedule.PanicError{Value: v, Stack: debug.Stack()}
			}
		}()
		r.wait = yield
		r.err = b.Run()
	})
	return r
}

// give runs the chain on b until it asks for more; false: it has come to its end. The
// first time it runs until it asks.
func (r *sharedReader) give(b *batch.Batch) bool {
	r.from = b
	_, more := r.resume()
	return more
}

// Next implements [connector.Reader] for the chain.
func (r *sharedReader) Next(context.Context) (*batch.Batch, error) {
	if !r.ended && !r.wait(struct{}{}) {
		return nil, errEnded
	}
	if r.ended {
		return nil, io.EOF
	}
	for i, c := range r.branch.Columns {
		if from := r.from.Columns[c.Place]; c.Fields == nil {
			r.columns[i].Share(from)
		} else {
			r.columns[i].ShareFields(from, c.Fields)
		}
	}
	r.out = batch.Batch{Columns: r.columns, Rows: r.from.Rows, Sel: r.from.Sel}
	return &r.out, nil
}

// Close does nothing: the reader is everybody's.
func (r *sharedReader) Close() error { return nil }
