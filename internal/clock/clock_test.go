package clock

import (
	"testing"
	"testing/synctest"
	"time"
)

var noon = time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)

func fired(t Timer) bool {
	select {
	case <-t.C():
		return true
	default:
		return false
	}
}

func TestManualFiresWhenItsTimeHasCome(t *testing.T) {
	m := NewManual(noon)
	timer := m.NewTimer(time.Second)
	m.Advance(999 * time.Millisecond)
	if fired(timer) {
		t.Error("the timer fired a millisecond early")
	}
	m.Advance(time.Millisecond)
	if !fired(timer) {
		t.Error("the timer did not fire on time")
	}
	m.Advance(time.Hour)
	if fired(timer) {
		t.Error("the timer fired twice")
	}
	if got := m.Now(); !got.Equal(noon.Add(time.Hour + time.Second)) {
		t.Errorf("Now() = %v", got)
	}
}

func TestManualFiresAtOnceForNoDelay(t *testing.T) {
	m := NewManual(noon)
	if !fired(m.NewTimer(0)) || !fired(m.NewTimer(-time.Second)) {
		t.Error("a timer without delay did not fire")
	}
	if m.Timers() != 0 {
		t.Errorf("%d timers wait, want none", m.Timers())
	}
}

func TestManualStop(t *testing.T) {
	m := NewManual(noon)
	early, late := m.NewTimer(time.Minute), m.NewTimer(time.Second)
	if !early.Stop() {
		t.Error("Stop before the time says it came late")
	}
	m.Advance(time.Hour)
	if fired(early) {
		t.Error("a stopped timer fired")
	}
	if late.Stop() {
		t.Error("Stop after the time says it came early")
	}
	if fired(late) {
		t.Error("a time was received after Stop")
	}
}

func TestManualGoingBackFiresNothing(t *testing.T) {
	m := NewManual(noon)
	timer := m.NewTimer(time.Second)
	m.Set(noon.Add(-time.Hour))
	if fired(timer) {
		t.Error("a timer fired when the clock went back")
	}
	m.Set(noon.Add(time.Second))
	if !fired(timer) {
		t.Error("the timer did not fire at its time")
	}
}

func TestManualTimesAreThoseOfTheTimers(t *testing.T) {
	m := NewManual(noon)
	second, first := m.NewTimer(2*time.Second), m.NewTimer(time.Second)
	m.Advance(time.Minute)
	if at := <-first.C(); !at.Equal(noon.Add(time.Second)) {
		t.Errorf("the first timer fired at %v", at)
	}
	if at := <-second.C(); !at.Equal(noon.Add(2 * time.Second)) {
		t.Errorf("the second timer fired at %v", at)
	}
}

func TestAwaitTimers(t *testing.T) {
	m := NewManual(noon)
	both := m.AwaitTimers(2)
	m.NewTimer(time.Second)
	select {
	case <-both:
		t.Fatal("one timer is enough for two")
	default:
	}
	m.NewTimer(time.Second)
	<-both
	<-m.AwaitTimers(1)
}

func TestSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Clock = System{}
		start := c.Now()
		timer := c.NewTimer(time.Hour)
		if <-timer.C(); c.Now().Sub(start) != time.Hour {
			t.Errorf("the timer fired after %v", c.Now().Sub(start))
		}
		if stopped := c.NewTimer(time.Hour); !stopped.Stop() {
			t.Error("Stop before the time says it came late")
		}
	})
}
