package query_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/vfs"
)

// setBack is the machine's clock, which its owner may set: timers do not heed it.
type setBack struct {
	clock.System
	by atomic.Int64
}

func (c *setBack) Now() time.Time { return time.Now().Round(0).Add(time.Duration(c.by.Load())) }

// A clock that is set back by an hour, while a query waits for its next tick, does not
// make it wait for an hour.
func TestClockSetBackInAWait(t *testing.T) {
	j := windows
	c := &setBack{}
	j.live, j.every, j.clock, j.settings.RecentProgress = true, 50*time.Millisecond, c, 100
	fs := vfs.NewCrash()
	five(t, fs, 3)
	q, err := j.start(t.Context(), fs)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Stop()
	limit := time.After(20 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for q.Last() == nil || q.Last().Batch < 4 {
		if p := q.Last(); p != nil && p.Batch == 1 {
			c.by.Store(int64(-time.Hour))
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("the query waits since batch %v", q.Last().Batch)
		}
	}
}
