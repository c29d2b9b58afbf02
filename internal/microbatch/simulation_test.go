package microbatch

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	firstSeed = flag.Uint64("seed", 0, "first seed of the simulation")
	seeds     = flag.Uint64("seeds", 10_000, "number of seeds of the simulation")
)

// TestRandomHistories lives through random lives of a query: rows come, time
// passes, batches fail, processes crash around any action, triggers change. In
// the end every row was emitted once, or dropped once, or waits in the state
// for a watermark that has not come.
//
// A failure prints its seed; -seed=N -seeds=1 -v lives through it again.
func TestRandomHistories(t *testing.T) {
	n := *seeds
	if testing.Short() {
		n = min(n, 500)
	}
	for seed := *firstSeed; seed < *firstSeed+n; seed++ {
		if err := history(seed); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func history(seed uint64) (err error) {
	r := rand.New(rand.NewPCG(seed, 1))
	w := randomWorld(r)
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, strings.Join(w.log, "\n"))
		}
	}()
	for range 3 + r.IntN(5) {
		w.options.Trigger = []Trigger{{}, {Interval: 5 * time.Second}, {Kind: Once}, {Kind: AvailableNow}}[r.IntN(4)]
		w.note("process with trigger %v", w.options.Trigger)
		before := len(w.commits)
		w.fault = randomFault(r)
		if err := w.start(); err != nil {
			return err
		}
		w.live(r)
		if w.options.Trigger.Kind == Once && len(w.commits) > before+1 {
			return fmt.Errorf("once ran %d batches", len(w.commits)-before)
		}
	}
	w.note("the last process")
	w.fault = func(Action, bool) error { return nil }
	w.options.Trigger = Trigger{Kind: AvailableNow}
	if err := w.start(); err != nil {
		return err
	}
	return w.check()
}

func randomWorld(r *rand.Rand) *world {
	o := Options{NoData: r.IntN(4) > 0, Retries: r.IntN(3)}
	var rates []int
	for i := range 1 + r.IntN(3) {
		o.Sources = append(o.Sources, Source{Name: fmt.Sprint(i), Replayable: true, Bounded: r.IntN(5) > 0})
		rates = append(rates, r.IntN(4))
	}
	w := newWorld(o, rates)
	w.delay = time.Duration(r.IntN(4)) * time.Minute
	if r.IntN(3) == 0 {
		w.timers = 7 * time.Second
	}
	return w
}

// randomFault strikes now and then: a crash, a failure, an interruption.
func randomFault(r *rand.Rand) func(Action, bool) error {
	every := 3 + r.IntN(40)
	return func(a Action, _ bool) error {
		if r.IntN(every) > 0 {
			return nil
		}
		switch a.(type) {
		case Wait, Finish, FellBehind:
			return errCrash
		default:
			return []error{errCrash, errCrash, errPassing, errBroken}[r.IntN(4)]
		}
	}
}

// live lets things happen to a process until it ends.
func (w *world) live(r *rand.Rand) {
	for range 30 {
		if w.machine == nil || w.done {
			return
		}
		switch r.IntN(6) {
		case 0, 1, 2:
			i := r.IntN(len(w.available))
			w.available[i] += r.IntN(6)
		case 3:
			w.now = w.now.Add(time.Duration(r.IntN(4000)-500) * time.Millisecond)
		case 4:
			w.now = w.now.Add(20 * time.Second)
		case 5:
			if r.IntN(6) == 0 {
				w.tell(Stopped{})
			}
		}
		if wait := w.wait; wait != nil && (wait.ForData || !w.now.Before(wait.Until)) {
			w.tell(Triggered{w.now})
		}
	}
}

// check says what is wrong after the last process has read everything.
func (w *world) check() error {
	if !w.done || w.err != nil {
		return fmt.Errorf("the last process ended with %t, %v", w.done, w.err)
	}
	if len(w.plans) != len(w.commits) {
		return fmt.Errorf("%d plans, %d commits", len(w.plans), len(w.commits))
	}
	if len(w.plans) == 0 {
		return nil
	}
	last := w.plans[len(w.plans)-1]
	got := slices.Concat(rows(w.emitted), rows(w.dropped))
	for _, row := range w.state[len(w.plans)] {
		if w.options.NoData && !row.when().After(w.commits[len(w.commits)-1].Watermark) {
			return fmt.Errorf("row %v is behind the watermark and was never emitted", row)
		}
		got = append(got, row.String())
	}
	var want []string
	for i, n := range w.available {
		if count(last.End[i]) != n {
			return fmt.Errorf("source %d was read up to %s of %d", i, last.End[i], n)
		}
		for k := range n {
			want = append(want, row{i, k + 1}.String())
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		return fmt.Errorf("rows that came out, were dropped or wait: %v\nrows that came in: %v", got, want)
	}
	return nil
}
