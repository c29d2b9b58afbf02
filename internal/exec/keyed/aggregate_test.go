package keyed

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

var (
	seed  = flag.Uint64("seed", 1, "the first seed of random tests")
	seeds = flag.Int("seeds", 6, "how many seeds")
)

// at is a second as a timestamp.
func at(second int) int64 { return int64(second) * 1e6 }

// A random stream through random restarts, failed batches and changes of the
// number of partitions gives in each batch what a map gives.
func TestAggregateEqualsOracle(t *testing.T) {
	forms := map[string]struct {
		time int
		keys []types.Type
	}{
		"window and text": {0, []types.Type{window, text}},
		"text, timestamp": {1, []types.Type{text, stamp}},
		"text":            {-1, []types.Type{text}},
		"long":            {-1, []types.Type{long}},
		"no keys":         {-1, nil},
	}
	for name, form := range forms {
		for _, mode := range []connector.OutputMode{connector.Append, connector.Update, connector.Complete} {
			t.Run(fmt.Sprint(name, " ", mode), func(t *testing.T) {
				for s := range *seeds {
					q := newQuery(t, mode, form.time, form.keys...)
					history(q, rand.New(rand.NewPCG(*seed+uint64(s), 7)))
					if t.Failed() {
						t.Fatalf("seed %d: -seed=%d -seeds=1 runs it again", *seed+uint64(s), *seed+uint64(s))
					}
				}
			})
		}
	}
}

// history runs random batches.
func history(q *query, r *rand.Rand) {
	fs := &vfs.Memory{}
	partitions := func() int {
		if len(q.keys) == 0 {
			return 1
		}
		return 1 + r.IntN(4)
	}
	run, err := q.start(fs, partitions())
	if err != nil {
		q.t.Fatal(err)
	}
	m := &model{query: q, groups: map[string]*group{}}
	clock, late, evict := 100, int64(0), int64(0)
	for range 30 {
		rows := q.random(r, clock)
		clock += r.IntN(20)
		before := m.clone()
		want, counts := m.run(rows, late, evict)
		got, gotCounts, err := run.run(rows, late, evict)
		if err != nil {
			q.t.Fatal(err)
		}
		slices.Sort(got)
		gotCounts.Updates, gotCounts.Removals = 0, 0
		if !slices.Equal(got, want) || gotCounts != counts {
			q.t.Errorf("batch %d: %v\n%v\nwant %v\n%v", run.batch, gotCounts, got, counts, want)
			return
		}
		switch r.IntN(8) {
		case 0: // the batch fails after it ran
			if err := run.state.Rollback(state.Version(run.batch)); err != nil {
				q.t.Fatal(err)
			}
			m = before
			continue
		case 1: // the process dies before the commit
			run.stop()
			if run, err = q.start(fs, partitions()); err != nil {
				q.t.Fatal(err)
			}
			m = before
			continue
		}
		if err := run.commit(); err != nil {
			q.t.Fatal(err)
		}
		if r.IntN(6) == 0 {
			run.stop()
			if run, err = q.start(fs, partitions()); err != nil {
				q.t.Fatal(err)
			}
		}
		late, evict = evict, max(evict, int64(clock-30)*1e6)
	}
	run.stop()
}

// random makes rows of about a time.
func (q *query) random(r *rand.Rand, clock int) [][]any {
	var rows [][]any
	for range r.IntN(40) {
		var row []any
		for _, k := range q.keys {
			var v any
			start := (clock - r.IntN(60)) / 10 * 10
			switch k.Type.Kind {
			case types.Struct:
				v = []any{at(start), at(start + 10)}
			case types.Timestamp:
				v = at(clock - r.IntN(60))
			case types.String:
				v = []string{"", "a", "b", "a longer text than sixteen", "weir"}[r.IntN(5)]
			default:
				v = int64(r.IntN(50))
			}
			if r.IntN(15) == 0 && k.Type.Kind != types.Struct {
				v = nil
			}
			row = append(row, v)
		}
		var v, s any = int64(r.IntN(100)), fmt.Sprint("text ", r.IntN(30))
		if r.IntN(5) == 0 {
			v = nil
		}
		if r.IntN(5) == 0 {
			s = nil
		}
		rows = append(rows, append(row, v, s))
	}
	return rows
}
