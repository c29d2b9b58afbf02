package microbatch

import (
	"testing"
	"time"
)

func TestNextTickLiesOnMultiplesOfTheInterval(t *testing.T) {
	at := func(seconds float64) time.Time { return time.UnixMilli(int64(seconds * 1000)).UTC() }
	tests := []struct{ interval, now, want float64 }{
		{10, 3, 10}, {10, 9.999, 10}, {10, 10, 20}, {10, 0, 10}, {10, -3, 0}, {10, -10, 0}, {0.5, 0.2, 0.5}, {0, 3, 3},
	}
	for _, tt := range tests {
		trigger := Trigger{Interval: time.Duration(tt.interval * float64(time.Second))}
		if got := trigger.nextTick(at(tt.now)); !got.Equal(at(tt.want)) {
			t.Errorf("every %v s, at %v s: next tick at %v, want %v", tt.interval, tt.now, got, at(tt.want))
		}
	}
}

func TestNewRefusesImpossibleOptions(t *testing.T) {
	for name, o := range map[string]Options{
		"a negative interval":   {Trigger: Trigger{Interval: -1}},
		"once with an interval": {Trigger: Trigger{Kind: Once, Interval: 1}},
		"an unknown kind":       {Trigger: Trigger{Kind: 9}},
		"negative retries":      {Retries: -1},
	} {
		if _, err := New(o, Checkpoint{}); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestAnswersNobodyAskedForPanic(t *testing.T) {
	started := func() *Machine {
		m, err := New(Options{Sources: []Source{{Replayable: true}}}, Checkpoint{})
		if err != nil {
			t.Fatal(err)
		}
		m.Step(Started{})
		return m
	}
	running := started()
	running.Step(Latest{Available: []Offset{"1"}})
	running.Step(Planned{})
	check := func(name string, m *Machine, e Event) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s: no panic", name)
			}
		}()
		m.Step(e)
	}
	check("ran without a batch", started(), Ran{})
	check("started twice", started(), Started{})
	check("committed before it ran", running, Committed{})
	check("another batch ran", running, Ran{Batch: 7})
	check("no event at all", running, nil)
}

func TestInterruptionOfAStoppedQueryIsNoError(t *testing.T) {
	m, err := New(Options{Sources: []Source{{Replayable: true}}}, Checkpoint{})
	if err != nil {
		t.Fatal(err)
	}
	m.Step(Started{})
	m.Step(Latest{Available: []Offset{"1"}})
	m.Step(Planned{})
	m.Step(Stopped{})
	actions := m.Step(Failed{Err: errInterrupted, Interrupted: true})
	if len(actions) != 1 || actions[0] != (Finish{}) {
		t.Errorf("got %v, want a Finish without error", actions)
	}
	if m.Step(Triggered{}) != nil {
		t.Error("a finished machine does something")
	}
}
