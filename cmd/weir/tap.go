package main

import (
	"context"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/file"
)

// tap is the json format, whose sink shows the rows of each committed batch to
// the demo's view. What is seen is what was written.
//
//	operators ─▶ tapReader ─▶ the json sink ─▶ files
//	                 └─ a few rows of each part ─▶ Commit ─▶ demoView
type tap struct{ view *demoView }

// Name is not json, so that the demo's totals can be read from the files.
func (tap) Name() string { return "demo_json" }

// OpenSink opens the sink of files.
func (t tap) OpenSink(ctx context.Context, s connector.SinkSpec) (connector.Sink, error) {
	for _, f := range file.Formats(nil) {
		if f.Name() == "json" {
			sink, err := f.(connector.SinkFormat).OpenSink(ctx, s)
			return &tapSink{Sink: sink, view: t.view}, err
		}
	}
	// Only a programmer can take the format out of the list.
	panic("the json format is built in")
}

// tapSink is the sink of files and notes what goes by.
type tapSink struct {
	connector.Sink
	view *demoView
}

// tapped is what a part's Write gave, and its rows.
type tapped struct {
	message connector.Message
	rows    []window
}

// Write writes the part and notes its rows.
func (t *tapSink) Write(ctx context.Context, b connector.BatchID, part int, r connector.Reader) (connector.Message, error) {
	tapping := &tapReader{Reader: r}
	m, err := t.Sink.Write(ctx, b, part, tapping)
	return tapped{m, tapping.rows}, err
}

// Commit commits, and shows the rows.
func (t *tapSink) Commit(ctx context.Context, b connector.BatchID, m []connector.Message) error {
	messages, rows := untap(m)
	if err := t.Sink.Commit(ctx, b, messages); err != nil {
		return err
	}
	t.view.add(rows)
	return nil
}

// Abort undoes.
func (t *tapSink) Abort(ctx context.Context, b connector.BatchID, m []connector.Message) error {
	messages, _ := untap(m)
	return t.Sink.Abort(ctx, b, messages)
}

func untap(m []connector.Message) (messages []connector.Message, rows []window) {
	for _, one := range m {
		if t, ok := one.(tapped); ok {
			messages, rows = append(messages, t.message), append(rows, t.rows...)
		} else {
			messages = append(messages, one)
		}
	}
	return messages, rows
}

// Close closes the sink where it can be closed.
func (t *tapSink) Close() error {
	if c, ok := t.Sink.(connector.Closer); ok {
		return c.Close()
	}
	return nil
}

// tapReader notes the rows that pass.
type tapReader struct {
	connector.Reader
	rows []window
}

// Next gives the next batch.
func (t *tapReader) Next(ctx context.Context) (*connector.Batch, error) {
	b, err := t.Reader.Next(ctx)
	if err == nil {
		t.rows = append(t.rows, windowsOf(b)...)
	}
	return b, err
}
