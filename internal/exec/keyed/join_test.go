package keyed

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirstream/weir/internal/vfs"
)

// joinQueries are joins of every kind, by name.
func joinQueries(t testing.TB) map[string]*joinQuery {
	list := map[string]*joinQuery{}
	for kind, q := range map[string]joinQuery{"inner": {}, "left": {outer: [2]bool{true, false}}, "right": {outer: [2]bool{false, true}},
		"full": {outer: [2]bool{true, true}}, "semi": {semi: true}} {
		for bound, with := range map[string]func(*joinQuery){
			"never":    func(*joinQuery) {},
			"key":      func(q *joinQuery) { q.timeKey = true },
			"range":    func(q *joinQuery) { q.bounds, q.bounded = [2]int{20, 5}, [2]bool{true, true} },
			"one side": func(q *joinQuery) { q.bounded, q.less = [2]bool{true, false}, true },
			"rest":     func(q *joinQuery) { q.bounded, q.less, q.only = [2]bool{true, true}, true, [2]int64{9, 15} },
		} {
			c := q
			c.t = t
			with(&c)
			list[kind+" "+bound] = &c
		}
	}
	return list
}

// Random streams through random restarts, failed batches and changes of the number
// of partitions give in each batch what lists of rows give.
func TestJoinEqualsOracle(t *testing.T) {
	for name, q := range joinQueries(t) {
		t.Run(name, func(t *testing.T) {
			q.t = t
			for s := range *seeds {
				joinHistory(q, rand.New(rand.NewPCG(*seed+uint64(s), 8)))
				if t.Failed() {
					t.Fatalf("seed %d: -seed=%d -seeds=1 runs it again", *seed+uint64(s), *seed+uint64(s))
				}
			}
		})
	}
}

// joinHistory runs random batches.
func joinHistory(q *joinQuery, r *rand.Rand) {
	fs := &vfs.Memory{}
	q.paged = r.IntN(2) == 0
	run := q.start(fs, 1+r.IntN(4))
	m := &joinModel{joinQuery: q}
	clock, late, evict := 100, 0, 0
	for range 25 {
		var rows [2][]joinRow
		if r.IntN(5) > 0 {
			rows = [2][]joinRow{randomJoinRows(r, clock), randomJoinRows(r, clock)}
		}
		clock += r.IntN(20)
		before := m.clone()
		want, counts := m.run(rows, late, evict)
		got, gotCounts := run.run(rows, late, evict)
		if !slices.Equal(got, want) || gotCounts != counts {
			q.t.Errorf("batch %d: %v\n%v\nwant %v\n%v", run.batch, gotCounts, got, counts, want)
			return
		}
		switch r.IntN(8) {
		case 0: // the batch fails after it ran
			run.rollback()
			m = before
			continue
		case 1: // the process dies before the commit
			run.stop()
			run, m = q.start(fs, 1+r.IntN(4)), before
			continue
		}
		run.commit()
		if r.IntN(6) == 0 {
			run.stop()
			run = q.start(fs, 1+r.IntN(4))
		}
		late, evict = evict, max(evict, clock-30)
	}
	run.stop()
}

// joinSteps runs batches one after another, each committed, and compares what comes
// out, written as k time n.
func joinSteps(t *testing.T, q *joinQuery, steps []joinStep) {
	t.Helper()
	q.t = t
	run := q.start(&vfs.Memory{}, 1)
	defer run.stop()
	late := 0
	for i, s := range steps {
		got, _ := run.run([2][]joinRow{s.left, s.right}, late, s.evict)
		want := []string{}
		for _, p := range s.want {
			want = append(want, p[0].text()+" | "+p[1].text())
		}
		slices.Sort(want)
		if !slices.Equal(append([]string{}, got...), want) {
			t.Fatalf("batch %d: got %q, want %q", i, got, want)
		}
		run.commit()
		late = s.evict
	}
}

type joinStep struct {
	left, right []joinRow
	evict       int
	want        [][2]*joinRow
}

// An eviction and a new row of the same key in one batch (SPARK-38684, SPARK-38320).
func TestJoinAddsAndEvictsOneKeyInOneBatch(t *testing.T) {
	q := &joinQuery{outer: [2]bool{true, false}, bounded: [2]bool{true, true}}
	old, fresh, partner := joinRow{"a", 10, 1}, joinRow{"a", 50, 2}, joinRow{"a", 51, 3}
	joinSteps(t, q, []joinStep{
		{left: []joinRow{old}},
		{left: []joinRow{fresh}, evict: 20, want: [][2]*joinRow{{&old, nil}}},
		{right: []joinRow{partner}, evict: 20, want: [][2]*joinRow{{&fresh, &partner}}},
		{evict: 60},
	})
}

// A row whose time has passed already meets the rows of its own batch, and comes out
// alone if there is none (SPARK-49829).
func TestJoinMeetsRowsThatAreNotKept(t *testing.T) {
	q := &joinQuery{outer: [2]bool{true, true}, bounded: [2]bool{true, true}}
	left, right, alone := joinRow{"a", 10, 1}, joinRow{"a", 11, 2}, joinRow{"b", 12, 3}
	joinSteps(t, q, []joinStep{
		{left: []joinRow{left}, right: []joinRow{right, alone}, evict: 20, want: [][2]*joinRow{{&left, &right}, {nil, &alone}}},
		{evict: 60},
	})
}

// A row that had a partner does not come out alone, though the partner has left
// before (SPARK-26154).
func TestJoinRemembersPartnersThatLeft(t *testing.T) {
	q := &joinQuery{outer: [2]bool{true, true}, bounded: [2]bool{true, true}, bounds: [2]int{30, 0}}
	left, right := joinRow{"a", 10, 1}, joinRow{"a", 12, 2}
	joinSteps(t, q, []joinStep{
		{left: []joinRow{left}, right: []joinRow{right}, want: [][2]*joinRow{{&left, &right}}},
		{evict: 15}, // the right row leaves
		{evict: 45}, // the left row leaves
	})
}

// Rows come out when they leave the state, and are not late for who stands behind:
// what is late goes by the watermark of the batch before (SPARK-40925).
func TestJoinDropsLateRowsByTheBatchBefore(t *testing.T) {
	q := &joinQuery{outer: [2]bool{true, false}, bounded: [2]bool{true, true}}
	row := joinRow{"a", 10, 1}
	joinSteps(t, q, []joinStep{
		{left: []joinRow{row}, evict: 20, want: [][2]*joinRow{{&row, nil}}}, // at the watermark of this batch it is not late
		{left: []joinRow{row}, evict: 20},
	})
}
