package watermark

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

var (
	firstSeed = flag.Uint64("seed", 0, "first seed of the random tests")
	seeds     = flag.Uint64("seeds", 200, "number of seeds of the random tests")
)

func TestAdvance(t *testing.T) {
	type seen struct {
		op     OperatorID
		minute int
	}
	const delay = 10 * time.Minute

	tests := []struct {
		name   string
		policy Policy
		ops    []OperatorID
		seen   []seen
		want   int // minute; -1: still 1970-01-01
	}{
		{"no rows yet", Min, []OperatorID{1}, nil, -1},
		{"no operator", Min, nil, nil, -1},
		{"newest row minus delay", Min, []OperatorID{1}, []seen{{1, 15}}, 5},
		{"an older row does not pull it back", Min, []OperatorID{1}, []seen{{1, 15}, {1, 12}}, 5},
		{"min waits for the silent input", Min, []OperatorID{1, 2}, []seen{{1, 15}}, -1},
		{"min follows the slowest", Min, []OperatorID{1, 2}, []seen{{1, 15}, {2, 12}}, 2},
		{"max follows the fastest", Max, []OperatorID{1, 2}, []seen{{1, 15}, {2, 12}}, 5},
		{"max does not wait", Max, []OperatorID{1, 2}, []seen{{2, 12}}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tracker := NewTracker(tt.policy, tt.ops...)
			for _, s := range tt.seen {
				tracker.Observe(s.op, at(s.minute), delay)
			}
			if got, want := tracker.Advance(), at(tt.want); !got.Equal(want) {
				t.Errorf("Advance() = %v, want %v", got, want)
			}
		})
	}
}

// at is the given minute of an arbitrary hour, or 1970-01-01 for -1.
func at(minute int) time.Time {
	if minute < 0 {
		return time.Unix(0, 0)
	}
	return time.Date(2030, 1, 1, 12, minute, 0, 0, time.UTC)
}

func TestRowsBefore1970AreLateAtOnce(t *testing.T) {
	tracker := NewTracker(Min, 1)
	if got := tracker.Late(); !got.Equal(time.Unix(0, 0)) {
		t.Errorf("Late() = %v before the first batch", got)
	}
	tracker.Observe(1, time.Date(1965, 1, 1, 0, 0, 0, 0, time.UTC), 0)
	if got := tracker.Advance(); !got.Equal(time.Unix(0, 0)) {
		t.Errorf("Advance() = %v after rows of 1965", got)
	}
}

func TestTimesAreWholeMillisecondsRoundedDown(t *testing.T) {
	tracker := NewTracker(Min, 1)
	tracker.Observe(1, at(5).Add(1999*time.Microsecond), 0)
	if got, want := tracker.Advance(), at(5).Add(time.Millisecond); !got.Equal(want) {
		t.Errorf("Advance() = %v, want %v", got, want)
	}
}

func TestUnannouncedOperatorIsAProgrammersError(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an operator nobody announced was observed without a panic")
		}
	}()
	NewTracker(Min, 1).Observe(2, at(1), 0)
}

func TestLeaderNamesWhoHoldsTheWatermark(t *testing.T) {
	tracker := NewTracker(Min, 1, 2, 3)
	tracker.Observe(1, at(15), 0)
	tracker.Observe(2, at(12), 0)
	tracker.Observe(3, at(13), 0)
	if op, reached, ok := tracker.Leader(); op != 2 || !reached.Equal(at(12)) || !ok {
		t.Errorf("Leader() = %d, %v, %t", op, reached, ok)
	}
	if _, _, ok := NewTracker(Min).Leader(); ok {
		t.Error("a query without watermarks has a leader")
	}
}

// TestRestoreChangesNothing runs random batches in two trackers, one of which
// is replaced by a restored one at random batches: they never differ.
func TestRestoreChangesNothing(t *testing.T) {
	for seed := *firstSeed; seed < *firstSeed+*seeds; seed++ {
		r := rand.New(rand.NewPCG(seed, 0))
		policy := Policy(r.IntN(2))
		steady, restarted := NewTracker(policy, 1, 2), NewTracker(policy, 1, 2)
		for batch := range 20 {
			for range r.IntN(4) {
				op, minute := OperatorID(1+r.IntN(2)), r.IntN(60)
				steady.Observe(op, at(minute), time.Minute)
				restarted.Observe(op, at(minute), time.Minute)
			}
			before := steady.Evict()
			if now := steady.Advance(); now.Before(before) {
				t.Fatalf("seed %d, batch %d: the watermark went back from %v to %v", seed, batch, before, now)
			}
			restarted.Advance()
			if !steady.Late().Equal(before) {
				t.Fatalf("seed %d, batch %d: late is %v, not the watermark of the batch before, %v", seed, batch, steady.Late(), before)
			}
			if r.IntN(3) == 0 {
				snapshot := restarted.Snapshot()
				restarted = NewTracker(policy, 1, 2)
				restarted.Restore(snapshot)
			}
			if got, want := fmt.Sprint(restarted.Snapshot()), fmt.Sprint(steady.Snapshot()); got != want {
				t.Fatalf("seed %d, batch %d: restarted %s, steady %s", seed, batch, got, want)
			}
		}
	}
}

func TestRestoreForgetsOperatorsThatAreGone(t *testing.T) {
	tracker := NewTracker(Min, 1)
	tracker.Restore(Snapshot{Evict: at(7), Seen: map[OperatorID]time.Time{1: at(9), 2: at(1)}})
	if got := tracker.Advance(); !got.Equal(at(9)) {
		t.Errorf("Advance() = %v, want %v", got, at(9))
	}
}

func TestParsePolicy(t *testing.T) {
	for _, p := range []Policy{Min, Max} {
		if got, err := ParsePolicy(p.String()); got != p || err != nil {
			t.Errorf("ParsePolicy(%q) = %v, %v", p, got, err)
		}
	}
	if _, err := ParsePolicy("mean"); err == nil {
		t.Error("the policy mean was accepted")
	}
}
