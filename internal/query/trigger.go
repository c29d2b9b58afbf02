package query

import (
	"time"

	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/microbatch"
	"github.com/weirstream/weir/internal/progress"
)

// wait ends when the time has come, a source or a caller says that something is
// new, or the query is to stop.
func (q *Query) wait(w microbatch.Wait) microbatch.Event {
	q.release()
	message := progress.WaitingForData
	if !w.ForData {
		message = progress.WaitingForTick
	}
	q.setStatus(message, false, false)
	began := q.now()
	for {
		timer, fires, due := q.timer(w, began)
		wake := q.wake
		if !w.ForData {
			wake = nil
		}
		select {
		case <-q.stop:
			stopTimer(timer)
			return microbatch.Stopped{}
		case <-wake:
			stopTimer(timer)
			return microbatch.Triggered{Now: q.now()}
		case <-fires:
			now := q.now()
			if due { // whatever the clock says, which may have been set back
				return microbatch.Triggered{Now: now}
			}
			q.idle(now)
			if w.ForData && q.polls() {
				return microbatch.Triggered{Now: now}
			}
		}
	}
}

// pollingDelay is how often sources are asked that cannot say when they have
// more, as in Spark (spark.sql.streaming.pollingDelay).
const pollingDelay = 10 * time.Millisecond

// polls reports whether a source must be asked for news.
func (q *Query) polls() bool {
	for _, s := range q.sources {
		if s.stopWaking == nil {
			return true
		}
	}
	return false
}

// timer fires at the end of a wait that began at some time, which is when due is set,
// or when the next idle event is due. How long the wait still takes follows from how
// long it has taken: a clock that is set back does not make it longer.
func (q *Query) timer(w microbatch.Wait, began time.Time) (_ clock.Timer, _ <-chan time.Time, due bool) {
	now := q.now()
	until := time.Duration(-1)
	if !w.Until.IsZero() {
		until, due = max(w.Until.Sub(began)-max(now.Sub(began), 0), 0), true
	}
	if after := q.config.Settings.IdleAfter; after > 0 {
		idle := min(max(q.lastEvent.Add(after).Sub(now), 0), after)
		if until < 0 || idle < until {
			until, due = idle, false
		}
	}
	if w.ForData && q.polls() && (until < 0 || until > pollingDelay) {
		until, due = pollingDelay, false
	}
	if until < 0 {
		return nil, nil, false
	}
	t := q.config.Clock.NewTimer(until)
	return t, t.C(), due
}

func stopTimer(t clock.Timer) {
	if t != nil {
		t.Stop()
	}
}

// idle tells listeners that nothing happens, as often as was asked for.
func (q *Query) idle(now time.Time) {
	if after := q.config.Settings.IdleAfter; after > 0 && now.Sub(q.lastEvent) >= after {
		q.lastEvent = now
		q.config.Bus.Post(progress.Idle{ID: q.id, RunID: q.runID, Time: now})
	}
}

func (q *Query) now() time.Time { return q.config.Clock.Now() }

// asked notes that the sources are asked: who waits for all available rows has
// what it needs once the loop rests.
func (q *Query) asked() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ran = false
	for _, w := range q.waiters {
		w.asked = true
	}
}

// release lets those go on who wait for all available rows, if the sources had
// nothing new when they were asked last.
func (q *Query) release() {
	q.mu.Lock()
	defer q.mu.Unlock()
	left := q.waiters[:0]
	for _, w := range q.waiters {
		if w.asked && !q.ran {
			close(w.done)
		} else {
			left = append(left, w)
		}
	}
	q.waiters = left
	if len(left) > 0 {
		q.kick()
	}
}
