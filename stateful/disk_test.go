package stateful_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/stateful"
	"github.com/weirstream/weir/weirtest"
)

// onDisk lets next to no row of state stay in memory from one batch to the next.
var onDisk = map[string]string{"spark.sql.streaming.stateStore.providerClass": "lsm", "spark.weir.memory": "1KiB"}

// diary keeps variables of all kinds, timers, and what lives for a time.
func diary() *processor {
	var h *stateful.Handle
	var count *stateful.ValueState[int64]
	var list, brief *stateful.ListState[int64]
	var seen *stateful.MapState[int64, string]
	return &processor{
		init: func(handle *stateful.Handle) error {
			h, count, list = handle, stateful.Value[int64](handle, "count", stateful.TTL{}), stateful.List[int64](handle, "list", stateful.TTL{})
			seen = stateful.Map[int64, string](handle, "seen", stateful.TTL{})
			brief = stateful.List[int64](handle, "brief", stateful.For(7*time.Second))
			return nil
		},
		rows: func(user string, numbers []int64, times stateful.Times) (string, error) {
			for _, n := range numbers {
				c, _ := count.Get()
				count.Update(c + 1)
				brief.Append(n)
				switch n % 6 {
				case 0:
					list.Clear()
				case 1, 2:
					list.Append(n)
				case 3:
					seen.Update(n%5, fmt.Sprint(user, n))
				case 4:
					seen.Remove(n % 5)
				case 5:
					h.RegisterTimer(times.Processing.Add(time.Duration(n%4) * time.Second))
				}
				if n%17 == 0 {
					count.Clear()
				}
			}
			c, ok := count.Get()
			return fmt.Sprint(user, c, ok, slices.Collect(list.Get()), slices.Collect(brief.Get()), slices.Sorted(seen.Keys()),
				len(h.ListTimers())), nil
		},
		timer: func(user string, at time.Time) string {
			c, _ := count.Get()
			return fmt.Sprint(user, at.Second(), c, list.Len())
		},
	}
}

// Rows of state that are on disk are as good as those in memory: for variables, timers and
// time to live, for functions of groups, and over crashes (S130 to S147, S172).
func TestStateBeyondMemory(t *testing.T) {
	t.Logf("seed %d", *seed)
	for name, define := range map[string]func(g *weir.Grouped) *weir.DataFrame{
		"processor": func(g *weir.Grouped) *weir.DataFrame {
			return weir.TransformWithState(g, func() stateful.Processor[string, click, line] { return diary() },
				weir.TransformOptions{TimeMode: stateful.ProcessingTime})
		},
		"function": func(g *weir.Grouped) *weir.DataFrame {
			return weir.MapGroupsWithState(g, total, weir.GroupOptions{Timeout: stateful.ProcessingTimeTimeout})
		},
	} {
		t.Run(name, func(t *testing.T) {
			mode := weir.Append
			if name == "function" {
				mode = weir.Update
			}
			story := func(conf map[string]string) (rows []string, state []int64) {
				stream := weirtest.NewStream("clicks", "user STRING, n BIGINT")
				q := &clicks{weirtest.Run(t, weirtest.Job{Streams: []*weirtest.Stream{stream}, Mode: mode, Workers: 2, Conf: conf,
					Define: func(s *weir.Session) *weir.DataFrame { return define(s.Table("clicks").GroupBy("user")) }}), stream}
				r := rand.New(rand.NewPCG(*seed, 1))
				for range 60 {
					var list [][]any
					for range 1 + r.IntN(4) {
						list = append(list, []any{fmt.Sprint("u", r.IntN(12)), r.IntN(60)})
					}
					q.Add(q.stream, list...)
					q.UntilIdle()
					switch r.IntN(6) {
					case 0:
						q.Advance(time.Duration(r.IntN(9)) * time.Second)
					case 1:
						q.Crash()
						q.Restart()
					case 2:
						q.Stop()
						q.Restart()
					}
				}
				for _, p := range q.Progress() {
					for _, o := range p.StateOperators {
						state = append(state, o.RowsTotal, o.RowsUpdated, o.RowsRemoved)
					}
				}
				rows = q.Rows()
				slices.Sort(rows)
				return rows, state
			}
			rows, state := story(nil)
			again, other := story(onDisk)
			if !slices.Equal(rows, again) || len(rows) == 0 {
				t.Errorf("seed %d: in memory\n%v\non disk\n%v", *seed, rows, again)
			}
			if !slices.Equal(state, other) {
				t.Errorf("seed %d: numbers of rows in memory %v, on disk %v", *seed, state, other)
			}
		})
	}
}
