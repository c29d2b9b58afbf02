package query

import (
	"context"
	"errors"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/microbatch"
	"github.com/weirstream/weir/internal/schedule"
)

// broken is a source that panics when it is asked.
type broken struct{ connector.Source }

func (broken) Latest(context.Context, connector.Offset, connector.Limit) (connector.Offset, error) {
	panic("out of order")
}

// A source that panics fails the query; the process goes on.
func TestPanicOfASource(t *testing.T) {
	q := &Query{config: Config{Clock: clock.System{}}, stop: make(chan struct{}), run: &run{sources: []*source{{from: broken{}}}}}
	next, finished, err := q.perform(t.Context(), []microbatch.Action{microbatch.AskLatest{From: []microbatch.Offset{""}}})
	failed, ok := next.(microbatch.Failed)
	if !ok || finished || err != nil {
		t.Fatalf("%v, %v, %v", next, finished, err)
	}
	if _, ok := errors.AsType[*schedule.PanicError](failed.Err); !ok {
		t.Errorf("%v is no panic", failed.Err)
	}
}
