package stateful_test

import (
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/stateful"
	"github.com/weirstream/weir/weirtest"
)

// What a processor's variables and timers did stands in the progress (S193c).
func TestMetricsOfAProcessor(t *testing.T) {
	q := transform(t, stateful.ProcessingTime, func() *processor {
		var h *stateful.Handle
		var v *stateful.ValueState[int64]
		return &processor{
			init: func(handle *stateful.Handle) error {
				h = handle
				v = stateful.Value[int64](h, "v", stateful.For(time.Minute))
				stateful.Value[int64](h, "w", stateful.NoTTL)
				stateful.List[int64](h, "l", stateful.NoTTL)
				h.DeleteIfExists("former")
				return nil
			},
			rows: func(user string, n []int64, times stateful.Times) (string, error) {
				v.Update(n[0])
				h.RegisterTimer(times.Processing.Add(10 * time.Second))
				h.RegisterTimer(times.Processing.Add(time.Hour))
				h.DeleteTimer(times.Processing.Add(time.Hour))
				return "", nil
			},
			timer: func(user string, _ time.Time) string { return user },
		}
	})
	check := func(want map[string]int64) {
		t.Helper()
		list := q.Progress()
		got := list[len(list)-1].StateOperators[0].Custom
		for name, n := range want {
			if have, there := got[name]; have != n || !there {
				t.Errorf("%s is %d, want %d: %v", name, have, n, got)
			}
		}
	}
	q.add("ann", 1)
	q.Want()
	check(map[string]int64{"numValueStateVars": 1, "numValueStateWithTTLVars": 1, "numListStateVars": 1, "numMapStateVars": 0,
		"numDeletedStateVars": 1, "numRegisteredTimers": 2, "numDeletedTimers": 1, "numExpiredTimers": 0,
		"numValuesRemovedDueToTTLExpiry": 0, "timerProcessingTimeMs": 0})
	q.Advance(10 * time.Second)
	q.Want("ann")
	check(map[string]int64{"numRegisteredTimers": 0, "numDeletedTimers": 1, "numExpiredTimers": 1, "numValuesRemovedDueToTTLExpiry": 0})
	q.Advance(time.Minute)
	q.Want()
	check(map[string]int64{"numExpiredTimers": 0, "numValuesRemovedDueToTTLExpiry": 1})
}

// A group function has no variables to count.
func TestMetricsOfAGroupFunction(t *testing.T) {
	q := run(t, weir.Append, func(g *weir.Grouped) *weir.DataFrame {
		return weir.FlatMapGroupsWithState(g, echo, weir.GroupOptions{})
	})
	q.add("ann", 1)
	q.Want("ann")
	list := q.Progress()
	for name := range list[len(list)-1].StateOperators[0].Custom {
		if strings.HasSuffix(name, "Vars") {
			t.Errorf("it has %s", name)
		}
	}
}

// Several group functions stand behind one another in append mode, each with state
// of its own, which survives (S52).
func TestGroupFunctionsInAChain(t *testing.T) {
	stream := weirtest.NewStream("clicks", "user STRING, n BIGINT")
	q := &clicks{weirtest.Run(t, weirtest.Job{Streams: []*weirtest.Stream{stream}, Define: func(s *weir.Session) *weir.DataFrame {
		firsts := weir.FlatMapGroupsWithState(s.Table("clicks").GroupBy("user"), everySecond, weir.GroupOptions{})
		return weir.FlatMapGroupsWithState(firsts.GroupBy("user"), runningSum, weir.GroupOptions{})
	}}), stream}
	q.add("ann", 1)
	q.add("bob", 10)
	q.Want()
	q.add("ann", 2)
	q.Want("ann 2")
	q.Crash()
	q.Restart()
	q.add("bob", 20)
	q.add("ann", 3)
	q.add("ann", 4)
	q.Want("ann 6", "bob 20")
	q.WantState(2, 2)
}

func echo(user string, _ iter.Seq[click], _ *stateful.GroupState[int64], emit func(line)) error {
	emit(line{user})
	return nil
}

// named is a click of somebody.
type named struct {
	User string `weir:"user"`
	N    int64  `weir:"n"`
}

// everySecond lets every second click of a user pass.
func everySecond(user string, rows iter.Seq[click], state *stateful.GroupState[int64], emit func(named)) error {
	count, _ := state.Get()
	for r := range rows {
		if count++; count%2 == 0 {
			emit(named{user, r.N})
		}
	}
	state.Update(count)
	return nil
}

// runningSum tells the sum of all clicks of a user so far.
func runningSum(user string, rows iter.Seq[click], state *stateful.GroupState[int64], emit func(line)) error {
	sum, _ := state.Get()
	for r := range rows {
		sum += r.N
	}
	state.Update(sum)
	emit(line{fmt.Sprint(user, " ", sum)})
	return nil
}
