package rdd

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// gathered tells all tasks of a stage what each has, n times.
func gathered(in *RDD[int], n int) *RDD[string] {
	return BarrierMapPartitions(in, func(t *BarrierTask, rows iter.Seq[int]) iter.Seq[string] {
		return func(yield func(string) bool) {
			sum := 0
			for v := range rows {
				sum += v
			}
			for i := range n {
				all, err := t.AllGather(fmt.Sprint(i, ":", t.Partition(), ":", sum))
				if err != nil || t.Barrier() != nil {
					return
				}
				if !yield(strings.Join(all, " ")) {
					return
				}
			}
		}
	})
}

func TestBarrier(t *testing.T) {
	c := open(t, Config{Cores: 3})
	in := Numbers(c, 1, 7, 1, 3)
	numbers := Map(in, func(v int64) int { return int(v) })
	one := "0:0:3 0:1:7 0:2:11"
	two := "1:0:3 1:1:7 1:2:11"
	equal(t, "all know of all", collect(t, gathered(numbers, 2)), []string{one, two, one, two, one, two})
	peers := BarrierMapPartitions(numbers, func(t *BarrierTask, _ iter.Seq[int]) iter.Seq[BarrierPeer] {
		return func(yield func(BarrierPeer) bool) {
			for _, p := range t.Peers() {
				if t.Partition() == 1 && !yield(p) {
					return
				}
			}
		}
	})
	equal(t, "peers", collect(t, peers), []BarrierPeer{{0, "localhost"}, {1, "localhost"}, {2, "localhost"}})
	// Before a shuffle, and behind one.
	sums := ReduceByKey(MapToPair(gathered(collectAgain(numbers), 1), func(s string) (string, int) { return s, 1 }), add)
	equal(t, "behind and before a shuffle", collect(t, sums), []Pair[string, int]{P(one, 3)})
}

// collectAgain deals rows anew, each to the partition that it was in.
func collectAgain(in *RDD[int]) *RDD[int] {
	keyed := MapPartitionsWithIndex(in, func(part int, rows iter.Seq[int]) iter.Seq[Pair[int, int]] {
		return mapped(rows, func(v int) Pair[int, int] { return P(part, v) })
	})
	return Values(PartitionBy(keyed, Hash[int](in.NumPartitions())))
}

// Tasks that wait for each other start together also when others have the cores, and
// others get them again.
func TestBarrierBesideOthers(t *testing.T) {
	c := open(t, Config{Cores: 3})
	numbers := Parallelize(c, []int{1, 2, 3, 4, 5, 6}, 3)
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			if i%2 == 0 {
				n, err := Count(t.Context(), gathered(numbers, 3))
				if err != nil || n != 9 {
					t.Errorf("barrier: %d, %v", n, err)
				}
				return
			}
			n, err := Count(t.Context(), Map(Numbers(c, 0, 1000, 1, 20), func(v int64) int64 { return v }))
			if err != nil || n != 1000 {
				t.Errorf("others: %d, %v", n, err)
			}
		})
	}
	wg.Wait()
}

func TestBarrierIsRefused(t *testing.T) {
	c := open(t, Config{Cores: 2})
	of := func(parts int) *RDD[string] { return gathered(Parallelize(c, []int{1, 2, 3, 4}, parts), 1) }
	_, slots := Collect(t.Context(), of(3))
	_, before := Collect(t.Context(), GroupByKey(KeyBy(of(3), func(s string) string { return s })))
	for _, err := range []error{slots, before} {
		if !errors.Is(err, ErrBarrierSlots) {
			t.Errorf("three tasks on two cores: %v", err)
		}
	}
	_, take := Take(t.Context(), of(2), 1)
	_, first := First(t.Context(), of(2))
	_, coalesced := Collect(t.Context(), Coalesce(of(2), 1))
	one := of(1)
	_, united := Collect(t.Context(), Union(one, one))
	_, zipped := Collect(t.Context(), Zip(of(2), of(2)))
	for name, err := range map[string]error{"take": take, "first": first, "coalesce": coalesced, "union": united, "zip": zipped} {
		if !errors.Is(err, ErrBarrierChain) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What lies behind a shuffle is of another stage.
	if rows := collect(t, Coalesce(Repartition(of(2), 2), 1)); len(rows) != 2 {
		t.Errorf("behind a shuffle: %v", rows)
	}
}

// failing is a barrier of which task 1 fails in the first attempts.
func failing(c *Context, times int, tried *atomic.Int32) *RDD[int] {
	return BarrierMapPartitions(Parallelize(c, []int{1, 2, 3, 4}, 2), func(t *BarrierTask, rows iter.Seq[int]) iter.Seq[int] {
		return func(yield func(int) bool) {
			tried.Add(1)
			if t.Partition() == 1 && t.Attempt() < times {
				t.Fail(errors.New("no luck"))
				return
			}
			if t.Barrier() != nil {
				return
			}
			rows(yield)
		}
	})
}

// A stage before a shuffle runs again as a whole, three times; the last one of a job does
// not run again, as in Spark 4.3.
func TestBarrierFails(t *testing.T) {
	c := open(t, Config{Cores: 2})
	count := func(times int, shuffled bool) (n int64, tried int32, err error) {
		var tries atomic.Int32
		r := failing(c, times, &tries)
		if shuffled {
			n, err = Count(t.Context(), GroupByKey(KeyBy(r, func(v int) int { return v })))
		} else {
			n, err = Count(t.Context(), r)
		}
		return n, tries.Load(), err
	}
	if n, tried, err := count(1, true); n != 4 || tried < 3 || tried > 4 || err != nil {
		t.Errorf("a map stage fails once: %d rows, %d tasks, %v", n, tried, err)
	}
	for want, got := range map[string]func() (int64, int32, error){
		"has failed 4 times, the most that it is tried; the last time the barrier task ShuffleMapTask(":                                                   func() (int64, int32, error) { return count(100, true) },
		"the last stage of a job is not run again when it has a barrier, as its tasks may have told others what they found: the barrier task ResultTask(": func() (int64, int32, error) { return count(1, false) },
	} {
		if _, _, err := got(); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), ", 1) has failed\nno luck") {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	odd := func(each func(t *BarrierTask) error) error {
		_, err := Count(t.Context(), BarrierMapPartitions(Parallelize(c, []int{1, 2}, 2), func(t *BarrierTask, rows iter.Seq[int]) iter.Seq[int] {
			_ = each(t) // fails the task
			return rows
		}))
		return err
	}
	if err := odd(func(t *BarrierTask) error {
		if t.Partition() == 0 {
			return t.Barrier()
		}
		_, err := t.AllGather("")
		return err
	}); err == nil || !strings.Contains(err.Error(), "wait for each other in different ways") {
		t.Errorf("of two kinds: %v", err)
	}
	if err := odd(func(t *BarrierTask) error {
		if t.Partition() == 0 {
			return nil
		}
		return t.Barrier()
	}); err == nil || !strings.Contains(err.Error(), errGone.Error()) {
		t.Errorf("one does not come: %v", err)
	}
	// A job that is cancelled while its tasks wait.
	ctx, cancel := context.WithCancelCause(t.Context())
	waits := make(chan struct{})
	why := errors.New("enough")
	go func() {
		<-waits
		cancel(why)
	}()
	_, err := Count(ctx, BarrierMapPartitions(Parallelize(c, []int{1, 2}, 2), func(t *BarrierTask, rows iter.Seq[int]) iter.Seq[int] {
		if t.Partition() == 0 {
			close(waits)
			<-t.Context().Done()
		}
		_ = t.Barrier() // fails the task
		return rows
	}))
	if !errors.Is(err, why) {
		t.Errorf("a cancelled barrier: %v", err)
	}
}
