package receiver

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirstream/weir/internal/clock"
)

// Limiter lets a number of rows pass each second (D101). Rows that nobody asked for
// are saved up to those of one second; who asks for more than are there gets them,
// and the next one waits for it. So a steady stream waits a little for each row and
// one that comes in bursts does not wait at all below its rate.
//
// Its methods may be called from any goroutine.
type Limiter struct {
	clock clock.Clock
	max   float64 // rows a second that no update passes; 0: none
	// limited is false while nothing is limited, and then Wait costs one load.
	limited atomic.Bool

	mu    sync.Mutex
	rate  float64   // rows a second
	saved float64   // rows that may pass at once
	free  time.Time // when the next row may pass, if nothing is saved
}

// NewLimiter makes a limiter that begins with initial rows a second and never lets
// more than maximum pass. 0 or less is no limit; initial 0 is the maximum.
func NewLimiter(c clock.Clock, maximum, initial float64) *Limiter {
	l := &Limiter{clock: c, max: max(maximum, 0), free: c.Now()}
	rate := l.max
	if initial > 0 {
		rate = l.capped(initial)
	}
	l.set(rate)
	return l
}

func (l *Limiter) capped(rate float64) float64 {
	if l.max > 0 {
		return min(rate, l.max)
	}
	return rate
}

// set changes the rate. What was saved keeps its share of a second.
func (l *Limiter) set(rate float64) {
	if l.rate > 0 {
		l.saved *= rate / l.rate
	} else {
		l.saved = 0
	}
	l.rate = rate
	l.limited.Store(rate > 0 && !math.IsInf(rate, 1))
}

// Update changes the rate to rows a second, but not above the maximum. A rate of 0
// or less changes nothing.
func (l *Limiter) Update(rate float64) {
	if rate <= 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.resync(l.clock.Now())
	l.set(l.capped(rate))
}

// Rate is the rows that may pass in a second, 0 for no limit.
func (l *Limiter) Rate() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rate
}

// resync saves up what nobody asked for until now.
func (l *Limiter) resync(now time.Time) {
	if idle := now.Sub(l.free); idle > 0 {
		l.saved = min(l.rate, l.saved+idle.Seconds()*l.rate)
		l.free = now
	}
}

// Wait returns when n rows may pass, or when ctx is done, with its error.
func (l *Limiter) Wait(ctx context.Context, n int) error {
	if !l.limited.Load() {
		return nil
	}
	l.mu.Lock()
	now := l.clock.Now()
	l.resync(now)
	wait := l.free.Sub(now)
	ready := min(float64(n), l.saved)
	l.saved -= ready
	l.free = l.free.Add(time.Duration((float64(n) - ready) / l.rate * float64(time.Second)))
	l.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	timer := l.clock.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
