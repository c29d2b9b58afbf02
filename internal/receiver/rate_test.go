package receiver

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/clock"
)

// TestEstimator compares rates with those worked out by hand from the formula (D104).
func TestEstimator(t *testing.T) {
	at := func(ms int64) time.Time { return noon.Add(time.Duration(ms) * time.Millisecond) }
	num := func(x float64) *float64 { return &x }
	type batch struct {
		ended                  int64
		rows, work, waited     int64
		want                   float64 // 0: no change
		proportional, integral *float64
	}
	check := func(name string, p PID, batches ...batch) {
		t.Helper()
		e, err := NewEstimator("pid", p, 20*time.Millisecond)
		must(t, err)
		for i, b := range batches {
			ms := time.Millisecond
			got, ok := e.Completed(at(b.ended), b.rows, time.Duration(b.work)*ms, time.Duration(b.waited)*ms)
			if !ok {
				got = 0
			}
			if math.Abs(got-b.want) > 1e-9 {
				t.Errorf("%s: batch %d: rate %v, want %v", name, i, got, b.want)
			}
		}
	}
	p := PID{Proportional: num(1), Integral: num(0), Derived: num(0), MinRate: num(10)}
	check("the first batch only counts", p, batch{ended: 0, rows: 2000, work: 1})
	check("no rows, no work and no later time change nothing", p, batch{ended: 0, rows: 1000, work: 1000},
		batch{ended: 10, work: 10}, batch{ended: 20, rows: 10}, batch{ended: 0, rows: 100, work: 100}, batch{ended: 30, rows: 500, work: 1000, want: 500})
	check("proportional follows what was worked off", p, batch{ended: 0, rows: 1000, work: 1000}, batch{ended: 20, rows: 600, work: 1000, want: 600},
		batch{ended: 40, rows: 2000, work: 1000, want: 2000})
	check("never below the least rate", p, batch{ended: 0, rows: 1000, work: 1000}, batch{ended: 20, rows: 1, work: 1000, want: 10})
	// 1000 rows a second, 40 ms waited at batches of 20 ms: 2 · 1000 · 0.2 less.
	check("integral gives way to what has piled up", PID{Integral: num(0.2)}, batch{ended: 0, rows: 1000, work: 1000},
		batch{ended: 20, rows: 1000, work: 1000, waited: 40, want: 600})
	// Error 0 → 100 in 0.02 s: 5000 a second, by 0.01: 50 less.
	check("derived sees the change", PID{Integral: num(0), Derived: num(0.01)}, batch{ended: 0, rows: 1000, work: 1000},
		batch{ended: 20, rows: 900, work: 1000, want: 850})
	if _, err := NewEstimator("magic", PID{}, time.Second); err == nil || err.Error() != "Unknown rate estimator: magic" {
		t.Errorf("magic: %v", err)
	}
	for _, bad := range []PID{{Proportional: num(-1)}, {Integral: num(-1)}, {Derived: num(-1)}, {MinRate: num(0)}, {MinRate: num(math.NaN())}} {
		if _, err := NewEstimator("", bad, time.Second); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

// TestLimiter counts what passes in a second of a clock that moves when somebody waits.
func TestLimiter(t *testing.T) {
	m := clock.NewManual(noon)
	l := NewLimiter(m, 100, 10)
	ctx := context.Background()
	pass := func(n int) time.Duration {
		from := m.Now()
		for range n {
			done := make(chan error, 1)
			go func() { done <- l.Wait(ctx, 1) }()
			select {
			case err := <-done:
				must(t, err)
			case <-m.AwaitTimers(1):
				for len(done) == 0 && m.Timers() > 0 {
					m.Advance(time.Millisecond)
				}
				must(t, <-done)
			}
		}
		return m.Now().Sub(from)
	}
	near := func(what string, got, want time.Duration) {
		t.Helper()
		if (got - want).Abs() > 60*time.Millisecond {
			t.Errorf("%s took %v, want %v", what, got, want)
		}
	}
	near("11 rows at 10 a second", pass(11), time.Second)
	l.Update(50)
	pass(5)
	near("50 rows at 50 a second", pass(50), time.Second)
	l.Update(1000) // but at most 100
	pass(5)
	near("100 rows at 100 a second", pass(100), time.Second)
	m.Advance(time.Minute)
	near("what was saved up in a minute is that of a second", pass(201), time.Second)
	l.Update(0)
	if l.Rate() != 100 {
		t.Errorf("a rate of 0 changed the rate to %v", l.Rate())
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	m.Advance(time.Minute)
	must(t, l.Wait(ctx, 500)) // at once; the next one waits
	if err := l.Wait(stopped, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting after a stop: %v", err)
	}
	free := NewLimiter(m, 0, 0)
	must(t, free.Wait(stopped, 1_000_000))
	free.Update(5)
	if free.Rate() != 5 {
		t.Errorf("back-pressure without a maximum: %v", free.Rate())
	}
}
