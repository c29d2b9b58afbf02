package clock

import (
	"slices"
	"sync"
	"time"
)

// Manual is a clock that moves only when a test says so. Timers fire inside
// [Manual.Advance] and [Manual.Set], in the order of their times, and those of
// the same time in the order in which they were made.
//
// A test that must not move the clock before the code under test waits on it
// calls [Manual.AwaitTimers] first.
type Manual struct {
	mu     sync.Mutex
	now    time.Time
	timers []*manualTimer // those that have not fired, in the order they were made
	waiter []waiter
}

// waiter is an AwaitTimers call that has not returned.
type waiter struct {
	timers int
	done   chan struct{}
}

// NewManual returns a clock that stands at now.
func NewManual(now time.Time) *Manual { return &Manual{now: now} }

// Now is the time the clock was last moved to.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// NewTimer returns a timer that fires when the clock has been moved by d.
func (m *Manual) NewTimer(d time.Duration) Timer {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := &manualTimer{clock: m, at: m.now.Add(d), fired: make(chan time.Time, 1)}
	if d <= 0 {
		t.fired <- m.now
		return t
	}
	m.timers = append(m.timers, t)
	m.waiter = slices.DeleteFunc(m.waiter, func(w waiter) bool {
		if len(m.timers) < w.timers {
			return false
		}
		close(w.done)
		return true
	})
	return t
}

// Advance moves the clock forward by d and fires what falls due.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.moveTo(m.now.Add(d))
}

// Set moves the clock to now, also backwards, as the owner of a machine may.
// Going back fires nothing and leaves the times of the timers as they are.
func (m *Manual) Set(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.moveTo(now)
}

// moveTo fires the timers up to now. The caller holds mu.
func (m *Manual) moveTo(now time.Time) {
	for {
		next := -1
		for i, t := range m.timers {
			if !t.at.After(now) && (next < 0 || t.at.Before(m.timers[next].at)) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		t := m.timers[next]
		m.timers = slices.Delete(m.timers, next, next+1)
		t.fired <- t.at
	}
	m.now = now
}

// Timers is the number of timers that have not fired and were not stopped.
func (m *Manual) Timers() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.timers)
}

// AwaitTimers returns a channel that is closed as soon as n timers wait on the
// clock, at once if they already do.
func (m *Manual) AwaitTimers(n int) <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	done := make(chan struct{})
	if len(m.timers) >= n {
		close(done)
		return done
	}
	m.waiter = append(m.waiter, waiter{n, done})
	return done
}

// manualTimer is a timer of a Manual clock; the clock's lock guards it.
type manualTimer struct {
	clock *Manual
	at    time.Time
	fired chan time.Time // room for the one time
}

func (t *manualTimer) C() <-chan time.Time { return t.fired }

func (t *manualTimer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	i := slices.Index(t.clock.timers, t)
	if i >= 0 {
		t.clock.timers = slices.Delete(t.clock.timers, i, i+1)
		return true
	}
	select {
	case <-t.fired:
	default:
	}
	return false
}
