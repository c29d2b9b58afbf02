package clock

import "time"

// Clock tells the time and makes timers. Its methods may be called by many
// goroutines at once.
type Clock interface {
	// Now is the present time. On one clock it may stand still, and on the
	// system clock it may also be set back by the machine's owner.
	Now() time.Time

	// NewTimer returns a timer that fires once, when d has passed. With d zero
	// or negative it fires at once.
	NewTimer(d time.Duration) Timer
}

// Timer fires once.
type Timer interface {
	// C receives the time at which the timer fired. The channel is never
	// closed.
	C() <-chan time.Time

	// Stop keeps the timer from firing. It reports whether it came in time;
	// after Stop nothing is received from C, even if it came late.
	Stop() bool
}

// System is the machine's clock.
type System struct{}

// Now is the machine's time, with its monotonic reading.
func (System) Now() time.Time { return time.Now() }

// NewTimer makes a timer of the runtime.
func (System) NewTimer(d time.Duration) Timer { return systemTimer{time.NewTimer(d)} }

// systemTimer wraps a timer of the runtime, whose Stop since Go 1.23 also
// discards a time that nobody has received.
type systemTimer struct{ timer *time.Timer }

func (t systemTimer) C() <-chan time.Time { return t.timer.C }
func (t systemTimer) Stop() bool          { return t.timer.Stop() }
