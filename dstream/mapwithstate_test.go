package dstream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/rdd"
)

type keyed = rdd.Pair[string, int]

// pairsIn is a queue of RDDs of pairs, "a1 b2" being (a,1), (b,2).
func (b *bench) pairsIn(batches ...string) *Stream[keyed] {
	q := new(Queue[keyed])
	for _, text := range batches {
		var rows []keyed
		for word := range strings.FieldsSeq(text) {
			var n int
			fmt.Sscan(word[1:], &n)
			rows = append(rows, rdd.P(word[:1], n))
		}
		q.Push(rdd.Parallelize(b.c, rows, 1))
	}
	return QueueStream(b.ssc, q, QueueConf[keyed]{})
}

func (s *seen[T]) sorted() string {
	s.mu.Lock()
	for _, rows := range s.rows {
		slices.SortFunc(rows, func(a, b T) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	s.mu.Unlock()
	return s.text()
}

func running(key string, value rdd.Option[int], state *State[int]) string {
	sum := state.Option().Value + value.Value
	if value.Value == 0 {
		if state.Exists() {
			state.Remove()
		}
		return key + " gone"
	}
	state.Update(sum)
	return fmt.Sprint(key, " ", sum)
}

func TestMapWithState(t *testing.T) {
	b := newBench(t, Conf{CheckpointDir: t.TempDir()})
	m := MapWithState(b.pairsIn("a1 b2 a3", "a5 c1", "a0 b1", "a7 a0 a1 d0", ""), running, StateConf[string, int]{
		Initial: rdd.Parallelize(b.c, []keyed{rdd.P("b", 10), rdd.P("z", 26)}, 2),
	})
	mapped, snapshots := watch(m.Stream), watch(m.StateSnapshots())
	b.start()
	b.steps(5)
	expect(t, mapped.sorted(), "1: [a 1 a 4 b 12]; 2: [a 9 c 1]; 3: [a gone b 13]; 4: [a 1 a 7 a gone d gone]; 5: []")
	expect(t, snapshots.sorted(), "1: [(a,4) (b,12) (z,26)]; 2: [(a,9) (b,12) (c,1) (z,26)]; 3: [(b,13) (c,1) (z,26)]; "+
		"4: [(a,1) (b,13) (c,1) (z,26)]; 5: [(a,1) (b,13) (c,1) (z,26)]")
}

// Keys without rows go in batches whose state is checkpointed, with one more call.
func TestMapWithStateTimeout(t *testing.T) {
	b := newBench(t, Conf{CheckpointDir: t.TempDir()})
	m := MapWithStateAt(b.pairsIn("a1 b2", "", "b1", "c1", "", ""), func(at Time, key string, value rdd.Option[int], state *State[int]) rdd.Option[string] {
		if state.IsTimingOut() {
			return rdd.Some(fmt.Sprintf("%s out with %d", key, state.Get()))
		}
		if !state.Exists() {
			state.Update(value.Value)
		}
		return rdd.Option[string]{}
	}, StateConf[string, int]{Timeout: second})
	m.CheckpointState(3 * second)
	mapped, snapshots := watch(m.Stream), watch(m.StateSnapshots())
	b.start()
	b.steps(6)
	expect(t, mapped.sorted(), "1: []; 2: []; 3: [a out with 1]; 4: []; 5: []; 6: [b out with 2 c out with 1]")
	expect(t, snapshots.sorted(), "1: [(a,1) (b,2)]; 2: [(a,1) (b,2)]; 3: [(b,2)]; 4: [(b,2) (c,1)]; 5: [(b,2) (c,1)]; 6: []")
}

// A batch whose task fails, and is tried again, leaves no trace in the state.
func TestMapWithStateTaskFails(t *testing.T) {
	b := newBench(t, Conf{CheckpointDir: t.TempDir()})
	tries := make(chan int, 100)
	m := MapWithState(b.pairsIn("a1", "a2 a3", "a4"), func(key string, value rdd.Option[int], state *State[int]) int {
		sum := state.Option().Value + value.Value
		state.Update(sum)
		if value.Value == 3 {
			if tries <- 1; len(tries) < 3 {
				panic("not yet")
			}
		}
		return sum
	}, StateConf[string, int]{})
	mapped := watch(m.Stream)
	b.start()
	b.steps(3)
	expect(t, mapped.sorted(), "1: [1]; 2: [3 6]; 3: [10]")
	if n := len(tries); n != 3 {
		t.Errorf("the task ran %d times", n)
	}
}

// A batch that has failed is made up for by the next: its rows are in the state.
func TestMapWithStateBatchFails(t *testing.T) {
	b := newBench(t, Conf{CheckpointDir: t.TempDir()})
	fail := true
	m := MapWithState(b.pairsIn("a1", "a2", "a4"), func(key string, value rdd.Option[int], state *State[int]) int {
		if value.Value == 2 && fail {
			panic("no")
		}
		state.Update(state.Option().Value + value.Value)
		return state.Get()
	}, StateConf[string, int]{})
	mapped := watch(m.Stream)
	b.start()
	b.steps(2)
	fail = false
	b.steps(1)
	expect(t, mapped.sorted(), "1: [1]; 2: []; 3: [7]")
}

func TestStateRefuses(t *testing.T) {
	refused := func(name string, want error, f func()) {
		t.Helper()
		defer func() {
			if err, _ := recover().(error); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", name, err, want)
			}
		}()
		f()
	}
	refused("get", ErrStateNotSet, func() { new(State[int]).Get() })
	removed := &State[int]{defined: true}
	removed.Remove()
	refused("remove", ErrRemoveRemoved, removed.Remove)
	refused("update", ErrUpdateRemoved, func() { removed.Update(1) })
	out := &State[int]{defined: true, timingOut: true}
	refused("remove", ErrRemoveTimingOut, out.Remove)
	refused("update", ErrUpdateTimingOut, func() { out.Update(1) })
}

// What is forgotten is not held.
func TestMapWithStateForgets(t *testing.T) {
	b := newBench(t, Conf{CheckpointDir: t.TempDir()})
	m := MapWithState(b.pairsIn("a1"), running, StateConf[string, int]{}).CheckpointState(2 * second)
	watch(m.Stream)
	b.start()
	b.steps(20)
	if n := len(m.cells.times()); n > 5 {
		t.Errorf("%d batches are remembered", n)
	}
	if n := len(b.c.PersistentRDDs()); n > 5 {
		t.Errorf("%d RDDs are persisted", n)
	}
}

// BenchmarkMapWithState is a batch of a thousand rows over a million keys.
func BenchmarkMapWithState(b *testing.B) {
	c, err := rdd.NewContext(rdd.Config{Cores: 2, LocalDirs: []string{b.TempDir()}})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	ssc := NewContext(c, time.Second, Conf{CheckpointDir: b.TempDir(), Log: quiet()})
	const keys, rows = 1_000_000, 1000
	initial := rdd.Map(rdd.Numbers(c, 0, keys, 1, 2), func(i int64) rdd.Pair[int64, int64] { return rdd.P(i, int64(0)) })
	batch := 0
	in := GeneratorStream(ssc, func(Time) (*rdd.RDD[rdd.Pair[int64, int64]], error) {
		batch++
		at := int64(batch) * 7919
		return rdd.Map(rdd.Numbers(c, at, at+rows, 1, 2), func(i int64) rdd.Pair[int64, int64] { return rdd.P(i*7907%keys, int64(1)) }), nil
	})
	m := MapWithState(in, func(_ int64, v rdd.Option[int64], s *State[int64]) int64 {
		s.Update(s.Option().Value + v.Value)
		return s.Get()
	}, StateConf[int64, int64]{Initial: initial})
	ForeachRDD(m.Stream, func(ctx context.Context, r *rdd.RDD[int64], _ Time) error {
		_, err := rdd.Count(ctx, r)
		return err
	})
	if err := ssc.graph.start(0); err != nil {
		b.Fatal(err)
	}
	at := Time(0)
	step := func() {
		at = at.Add(time.Second)
		jobs, err := ssc.graph.jobs(at)
		if err != nil {
			b.Fatal(err)
		}
		for _, j := range jobs {
			if err := j.run(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		ssc.graph.forget(at)
	}
	step()
	b.ReportAllocs()
	for b.Loop() {
		step()
	}
}
