package rdd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// open makes a context that the test closes.
func open(t testing.TB, config Config) *Context {
	t.Helper()
	if config.LocalDirs == nil {
		config.LocalDirs = []string{t.TempDir(), t.TempDir()}
	}
	if config.Cores == 0 {
		config.Cores = 3
	}
	c, err := NewContext(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func add(a, b int) int { return a + b }

// collect fails the test if the job fails.
func collect[T any](t testing.TB, r *RDD[T]) []T {
	t.Helper()
	rows, err := Collect(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Errorf("%s: %s, want %s", what, g, w)
	}
}

func TestWordCount(t *testing.T) {
	c := open(t, Config{})
	lines := Parallelize(c, []string{"to be or", "not to be", "that is"}, 2)
	words := FlatMap(lines, strings.Fields)
	counts := ReduceByKey(MapToPair(words, func(w string) (string, int) { return w, 1 }), add)
	m, err := CollectAsMap(t.Context(), counts)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "counts", m, map[string]int{"to": 2, "be": 2, "or": 1, "not": 1, "that": 1, "is": 1})
}

// No allocation for a row that only adds to a value that is there.
func TestWordCountAllocates(t *testing.T) {
	c := open(t, Config{Cores: 1})
	words := slices.Repeat([]string{"to", "be", "or", "not"}, 5000)
	counts := ReduceByKey(MapToPair(Parallelize(c, words, 1), func(w string) (string, int) { return w, 1 }), add)
	n := testing.AllocsPerRun(3, func() {
		counts.dependencies()[0].shuffle.put(0, nil)
		collect(t, counts)
	})
	if n > 500 {
		t.Errorf("%v allocations for %d words", n, len(words))
	}
}

// stages counts the stages that are run from now on.
func stages(c *Context) func() int {
	var n atomic.Int32
	c.Listen(func(e Event) {
		if _, ok := e.(StageSubmitted); ok {
			n.Add(1)
		}
	})
	return func() int {
		c.FlushEvents()
		return int(n.Swap(0))
	}
}

func numbers(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

func keyedNumbers(c *Context, n, keys, parts int) *RDD[Pair[int, int]] {
	return Map(Parallelize(c, numbers(n), parts), func(i int) Pair[int, int] { return P(i%keys, i) })
}

func TestPartitionersSaveShuffles(t *testing.T) {
	c := open(t, Config{})
	run := stages(c)
	a := PartitionBy(keyedNumbers(c, 100, 7, 3), Partitioner[int](Hash[int](4)))
	collect(t, a)
	equal(t, "stages of a shuffle", run(), 2)
	collect(t, a)
	equal(t, "stages of one that is there", run(), 1)
	b := ReduceByKey(keyedNumbers(c, 50, 7, 2), add, Hash[int](4))
	collect(t, Join(MapValues(a, func(v int) int { return v }), b))
	equal(t, "stages of a join by equal partitioners", run(), 2)
	collect(t, Join(a, b))
	equal(t, "again", run(), 1)
	collect(t, ReduceByKey(Filter(a, func(p Pair[int, int]) bool { return p.Value > 3 }), add))
	equal(t, "stages of a reduction where rows lie right", run(), 1)
	collect(t, Union(a, b))
	equal(t, "stages of a union", run(), 1)
	equal(t, "partitions of a union by one partitioner", Union(a, b).NumPartitions(), 4)
	collect(t, Join(a, b, Hash[int](5)))
	equal(t, "stages with another partitioner", run(), 3)
	collect(t, ReduceByKey(Map(a, func(p Pair[int, int]) Pair[int, int] { return p }), add, Hash[int](4)))
	equal(t, "stages after a map, which may change keys", run(), 2)
	if PartitionBy(a, Partitioner[int](Hash[int](4))).node != a.node {
		t.Error("rows that lie right were dealt again")
	}
	sorted := SortByKey(b, Ascending, 3)
	collect(t, sorted)
	run()
	collect(t, ReduceByKey(sorted, add, sorted.Partitioner().(Partitioner[int])))
	equal(t, "stages of a reduction by ranges", run(), 1)
}

func TestDefaultPartitioner(t *testing.T) {
	c := open(t, Config{})
	plain := func(parts int) *RDD[Pair[int, int]] { return keyedNumbers(c, 10, 3, parts) }
	laid := func(parts int) *RDD[Pair[int, int]] {
		return PartitionBy(plain(20), Partitioner[int](Hash[int](parts)))
	}
	for _, x := range []struct {
		name string
		a, b *RDD[Pair[int, int]]
		want int
	}{
		{"the widest", plain(3), plain(5), 5},
		{"the upstream partitioner", laid(4), plain(30), 4},
		{"too narrow by ten", laid(3), plain(30), 30},
		{"the widest partitioner", laid(4), laid(6), 6},
	} {
		equal(t, x.name, Join(x.a, x.b).NumPartitions(), x.want)
	}
	d := open(t, Config{DefaultParallelism: 8})
	equal(t, "by default parallelism", ReduceByKey(keyedNumbers(d, 10, 3, 2), add).NumPartitions(), 8)
}

func TestRetries(t *testing.T) {
	c := open(t, Config{})
	counter := NewCounter("rows")
	var tries atomic.Int32
	failing := func(fails int32) *RDD[int] {
		tries.Store(0)
		return MapPartitions(Parallelize(c, numbers(10), 2), func(task *Task, rows iter.Seq[int]) iter.Seq[int] {
			return func(yield func(int) bool) {
				for v := range rows {
					if v == 7 && tries.Add(1) <= fails {
						panic("no seven")
					}
					if !yield(v) {
						return
					}
				}
			}
		})
	}
	count := func(r *RDD[int]) error {
		return Foreach(t.Context(), r, func(task *Task, _ int) error {
			counter.Add(task, 1)
			return nil
		})
	}
	if err := count(failing(3)); err != nil {
		t.Fatal(err)
	}
	equal(t, "rows counted, those of failed attempts not", counter.Value(), 10)
	err := count(failing(4))
	if err == nil || !strings.Contains(err.Error(), "Task 1 in stage 1.0 failed 4 times") || !strings.Contains(err.Error(), "no seven") ||
		!strings.Contains(err.Error(), "rdd_test.go") {
		t.Errorf("four failures: %v", err)
	}
	broken := errors.New("broken")
	_, err = Count(t.Context(), TryMap(Parallelize(c, numbers(3), 1), func(i int) (int, error) { return i, broken }))
	if !errors.Is(err, broken) {
		t.Errorf("an error of the user's: %v", err)
	}
	// In the map side of a shuffle, and in the function that combines.
	for _, r := range []*RDD[Pair[int, int]]{
		ReduceByKey(Map(failing(9), func(i int) Pair[int, int] { return P(0, i) }), add),
		ReduceByKey(keyedNumbers(c, 20, 3, 2), func(int, int) int { panic("no sum") }),
	} {
		if _, err := Collect(t.Context(), r); err == nil || !strings.Contains(err.Error(), "panic: no s") {
			t.Errorf("a panic in a map task: %v", err)
		}
	}
	// What map tasks that succeeded have written may still be there.
	if u := c.Usage(); u.Execution > 1024 {
		t.Errorf("failed tasks hold %d bytes", u.Execution)
	}
}

// A shuffle whose file is gone is written again.
func TestLostShuffle(t *testing.T) {
	c := open(t, Config{})
	run := stages(c)
	r := ReduceByKey(keyedNumbers(c, 1000, 13, 4), add)
	want := collect(t, r)
	run()
	dep := r.dependencies()[0].shuffle
	dep.put(2, nil)
	equal(t, "the sums", collect(t, r), want)
	equal(t, "stages", run(), 2)
	// Lost under the eyes of the job: a map output that vanishes before it is read.
	var once sync.Once
	lossy := MapPartitions(r, func(task *Task, rows iter.Seq[Pair[int, int]]) iter.Seq[Pair[int, int]] {
		once.Do(func() { dep.put(1, nil) })
		return rows
	})
	equal(t, "the sums", collect(t, lossy), want)
	equal(t, "stages: the result twice, the map once between", run(), 3)
}

func TestCancel(t *testing.T) {
	c := open(t, Config{})
	forever := Generate(c, 2, func(task *Task, _ int) iter.Seq[int] {
		return func(yield func(int) bool) {
			for !task.stopped() && yield(1) {
			}
		}
	})
	start := func(ctx context.Context) *Future[int64] {
		f := CountAsync(ctx, forever)
		for len(f.Jobs()) == 0 {
			<-f.started
		}
		return f
	}
	wants := func(what string, f *Future[int64], reason string) {
		t.Helper()
		_, err := f.Get()
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v", what, err)
		}
	}
	f := start(t.Context())
	f.Cancel()
	wants("cancelled", f, "canceled")
	f = start(WithJobGroup(t.Context(), "etl", "the nightly load"))
	other := start(WithJobTag(t.Context(), "slow"))
	equal(t, "jobs of the group", c.ActiveJobs("etl"), f.Jobs())
	c.CancelJobGroup("nobody")
	c.CancelJobGroup("etl")
	wants("by group", f, "part of cancelled job group etl")
	c.CancelJobsWithTag("slow")
	wants("by tag", other, "part of cancelled job tags slow")
	f = start(t.Context())
	c.CancelJob(f.Jobs()[0])
	wants("by number", f, fmt.Sprintf("Job %d cancelled", f.Jobs()[0]))
	equal(t, "jobs in the end", len(c.ActiveJobs("")), 0)
}

var place = regexp.MustCompile(` at (\w+) at rdd_test.go:\d+`)

func TestToDebugString(t *testing.T) {
	c := open(t, Config{Cores: 2})
	lines := Parallelize(c, []string{"a b", "b"}, 2).SetName("README.md")
	words := Map(FlatMap(lines, strings.Fields), func(w string) Pair[string, int] { return P(w, 1) })
	counts := ReduceByKey(words, add)
	draw := func(n interface{ ToDebugString() string }) string {
		return place.ReplaceAllString(n.ToDebugString(), " at $1")
	}
	equal(t, "a word count", draw(counts), `(2) ShuffledRDD[3] at reduceByKey []
 +-(2) MapPartitionsRDD[2] at map []
    |  MapPartitionsRDD[1] at flatMap []
    |  README.md ParallelCollectionRDD[0] at parallelize []`)
	counts.Cache()
	collect(t, counts)
	size := c.blocks.UsageOf(counts.ID()).Memory
	equal(t, "a join of a persisted RDD and one in ten partitions", draw(Join(counts, Map(Parallelize(c, []int{1}, 10), func(i int) Pair[string, int] {
		return P("a", i)
	}), Hash[string](2))), `(2) MapPartitionsRDD[7] at join []
 |  CoGroupedRDD[6] at cogroup []
 |  ShuffledRDD[3] at reduceByKey [Memory Deserialized 1x Replicated]
 |      CachedPartitions: 2; MemorySize: `+fmt.Sprintf("%d.0 B", size)+`; DiskSize: 0.0 B
 +-(2) MapPartitionsRDD[2] at map []
    |  MapPartitionsRDD[1] at flatMap []
    |  README.md ParallelCollectionRDD[0] at parallelize []
 +-(10) MapPartitionsRDD[5] at map []
    |   ParallelCollectionRDD[4] at parallelize []`)
}

func TestWhatIsWrongIsReportedByTheAction(t *testing.T) {
	c, d := open(t, Config{}), open(t, Config{})
	for _, x := range []struct {
		r    *RDD[int]
		want string
	}{
		{Keys(Zip(Parallelize(c, numbers(3), 2), Parallelize(c, numbers(3), 3))), "unequal numbers of partitions: [2, 3]"},
		{Keys(Zip(Parallelize(c, numbers(3), 1), Parallelize(c, numbers(4), 1))), "same number of elements in each partition"},
		{Keys(Zip(Parallelize(c, numbers(5), 1), Parallelize(c, numbers(4), 1))), "same number of elements in each partition"},
		{Union(Parallelize(c, numbers(3), 2), Parallelize(d, numbers(3), 2)), "different contexts"},
		{Coalesce(Parallelize(c, numbers(3), 2), 0), "must be positive"},
		{Parallelize(c, numbers(3), 2).Persist(DiskOnly).Persist(MemoryOnly), "Cannot change storage level"},
	} {
		if _, err := Collect(t.Context(), x.r); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("error %v, want %q", err, x.want)
		}
	}
	if _, err := First(t.Context(), Empty[int](c)); !errors.Is(err, ErrEmpty) {
		t.Errorf("the first of nothing: %v", err)
	}
}

func TestTakeReadsNoMoreThanItMust(t *testing.T) {
	c := open(t, Config{})
	var read atomic.Int32
	r := Map(Parallelize(c, numbers(1000), 100), func(i int) int { read.Add(1); return i })
	got, err := Take(t.Context(), r, 15)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "rows", got, numbers(15))
	if n := read.Load(); n > 50 {
		t.Errorf("%d rows were read", n)
	}
}

func TestOrderedActions(t *testing.T) {
	c := open(t, Config{})
	r := Parallelize(c, []int{5, 3, 9, 1, 7, 3}, 3)
	top, err := Top(t.Context(), r, 2, cmp.Compare[int])
	equal(t, "top", fmt.Sprint(top, err), "[9 7] <nil>")
	least, err := TakeOrdered(t.Context(), r, 4, cmp.Compare[int])
	equal(t, "least", fmt.Sprint(least, err), "[1 3 3 5] <nil>")
	var all []int
	for v, err := range ToLocalIterator(t.Context(), r) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	equal(t, "locally", all, collect(t, r))
	slices.Sort(all)
	equal(t, "sorted", collect(t, SortBy(r, func(i int) int { return i }, Ascending, 2)), all)
}
