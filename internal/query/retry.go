package query

import (
	"context"
	"errors"
	"time"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/schedule"
)

// passing reports whether a batch that has failed may succeed if it runs again: a
// failure of a sink, a source, a disk or a function of the user's. What follows from
// the rows and the query alone would come again, and so may a panic.
func passing(err error) bool {
	if _, ok := errors.AsType[*schedule.PanicError](err); ok || errors.Is(err, errStopped) {
		return false
	}
	f, ok := errors.AsType[*fault.Error](err)
	return !ok || f.Condition == fault.ForeachBatchUserError || f.Condition == fault.ForeachUserError
}

// The wait before the second run of a batch, which doubles from run to run, and the
// longest.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = 10 * time.Second
)

// pause waits before a batch is tried again, by the engine's clock.
func (q *Query) pause(ctx context.Context, attempt int) error {
	wait := longestPause
	if shift := attempt - 2; shift < 7 {
		wait = firstPause << shift
	}
	timer := q.config.Clock.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C():
		return nil
	case <-q.stop:
		return errStopped
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
