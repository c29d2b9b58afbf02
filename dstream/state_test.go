package dstream

import (
	"flag"
	"fmt"
	"iter"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weirstream/weir/rdd"
)

// A window that goes on from the one before has what one that is computed anew has, for
// random rows, lengths and slides.
func TestWindowsEqualTheirDefinition(t *testing.T) {
	c := rdds(t)
	if testing.Short() {
		few := flag.Lookup("rapid.checks")
		old := few.Value.String()
		defer few.Value.Set(old)
		few.Value.Set("8")
	}
	rapid.Check(t, func(r *rapid.T) {
		slide := rapid.IntRange(1, 2).Draw(r, "slide")
		length := slide * rapid.IntRange(1, 7).Draw(r, "slides in a window")
		batches := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, 9), 0, 5), 1, 16).Draw(r, "batches")
		b := &bench{t: t, c: c}
		ssc := NewContext(c, second, Conf{Log: quiet(), CheckpointDir: t.TempDir()})
		q := new(Queue[int])
		for _, rows := range batches {
			q.Push(rdd.Parallelize(b.c, rows, rapid.IntRange(1, 3).Draw(r, "partitions")))
		}
		in := Map(QueueStream(ssc, q, QueueConf[int]{}), func(x int) keyed { return rdd.P(fmt.Sprint(x%3), x) })
		add := func(a, b int) int { return a + b }
		w, s := time.Duration(length)*second, time.Duration(slide)*second
		nonzero := func(p keyed) bool { return p.Value != 0 }
		inverse := ReduceByKeyAndWindowInverse(in, add, func(a, b int) int { return a - b }, w, s, WindowConf[string, int]{})
		anew := ReduceByKeyAndWindow(in, add, w, s)
		groups := MapValues(GroupByKeyAndWindow(in, w, s), func(list []int) int {
			n := 0
			for _, v := range list {
				n += v
			}
			return n
		})
		seen := [3]*seen[keyed]{watch(Filter(inverse, nonzero)), watch(Filter(anew, nonzero)), watch(Filter(groups, nonzero))}
		if err := ssc.graph.start(0); err != nil {
			r.Fatal(err)
		}
		for i := range batches {
			at := Time(0).Add(time.Duration(i+1) * second)
			jobs, err := ssc.graph.jobs(at)
			if err != nil {
				r.Fatal(err)
			}
			for _, j := range jobs {
				if err := j.run(t.Context()); err != nil {
					r.Fatal(err)
				}
			}
			ssc.graph.forget(at)
			if (i+1)%slide != 0 {
				continue
			}
			want := make(map[string]int)
			for j := max(0, i+1-length); j <= i; j++ {
				for _, x := range batches[j] {
					want[fmt.Sprint(x%3)] += x
				}
			}
			for k, s := range seen {
				got := make(map[string]int)
				for _, p := range s.rows[at] {
					got[p.Key] = p.Value
				}
				for k, v := range want {
					if v == 0 {
						delete(want, k)
					}
				}
				if fmt.Sprint(got) != fmt.Sprint(want) {
					r.Fatalf("window %d of kind %d: got %v, want %v", i, k, got, want)
				}
			}
		}
	})
}

func TestUpdateStateByPartition(t *testing.T) {
	b := newBench(t, Conf{CheckpointDir: t.TempDir()})
	states := watch(UpdateStateByPartition(b.pairsIn("a1 b2", "a3", ""), func(at Time, keys iter.Seq[UpdatePartition[string, int, string]]) iter.Seq[rdd.Pair[string, string]] {
		return func(yield func(rdd.Pair[string, string]) bool) {
			for k := range keys {
				if k.Key == "b" && k.Old.OK {
					continue
				}
				if !yield(rdd.P(k.Key, fmt.Sprint(k.Old.Value, k.Values, at.Sub(TimeOf(noon))))) {
					return
				}
			}
		}
	}, UpdateConf[string, string]{Partitioner: rdd.Hash[string](1)}))
	b.start()
	b.steps(3)
	expect(t, states.sorted(), "1: [(a,[1] 1s) (b,[2] 1s)]; 2: [(a,[1] 1s[3] 2s)]; 3: [(a,[1] 1s[3] 2s[] 3s)]")
}

func TestStartChecks(t *testing.T) {
	for name, tt := range map[string]struct {
		make func(in *Stream[keyed])
		want string
	}{
		"no directory": {func(in *Stream[keyed]) {
			watch(UpdateStateByKey(in, func([]int, rdd.Option[int]) rdd.Option[int] { return rdd.Some(1) }, UpdateConf[string, int]{}))
		}, "The checkpoint directory has not been set. Please set it by StreamingContext.checkpoint()."},
		"window":   {func(in *Stream[keyed]) { watch(Window(in, 1500*time.Millisecond, 0)) }, "The window duration of windowed DStream (1500 ms) must be a multiple of the slide duration of parent DStream (1000 ms)"},
		"slide":    {func(in *Stream[keyed]) { watch(Window(in, 2*second, 500*time.Millisecond)) }, "The slide duration of windowed DStream (500 ms) must be"},
		"union":    {func(in *Stream[keyed]) { watch(Union(in, Window(in, 2*second, 2*second))) }, "Some of the DStreams have different slide durations"},
		"interval": {func(in *Stream[keyed]) { in.ssc.Checkpoint(t.TempDir()); watch(in.Checkpoint(500 * time.Millisecond)) }, "The checkpoint interval for MappedDStream has been set to 500 ms which is lower than its slide time (1000 ms). Please set it to at least 1000 ms."},
		"multiple": {func(in *Stream[keyed]) { in.ssc.Checkpoint(t.TempDir()); watch(in.Checkpoint(1500 * time.Millisecond)) }, "which not a multiple of its slide time (1000 ms). Please set it to a multiple of 1000 ms."},
		"contexts": {func(in *Stream[keyed]) {
			other := NewContext(in.ssc.rdd, second, Conf{Log: quiet()})
			watch(Join(in, MapToPair(ConstantInput(other, rdd.Empty[int](in.ssc.rdd)), func(int) (string, int) { return "", 0 })))
		}, "Some of the DStreams have different contexts"},
		"null": {func(in *Stream[keyed]) { watch(ConstantInput[int](in.ssc, nil)) }, "parameter rdd null is illegal"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, Conf{})
			tt.make(Map(b.numbersIn([]int{1}), func(x int) keyed { return rdd.P("", x) }))
			if err := b.ssc.Start(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Start returns %v, want %q", err, tt.want)
			}
		})
	}
}

func TestSmallSteps(t *testing.T) {
	b := newBench(t, Conf{})
	in := b.pairsIn("a1 b2", "c3")
	table := rdd.Parallelize(b.c, []rdd.Pair[string, string]{rdd.P("a", "one"), rdd.P("c", "three")}, 2)
	dealt := watch(Glom(PartitionBy(in, rdd.RangeBounds("a"))))
	enriched := watch(Transform(in, func(r *rdd.RDD[keyed], _ Time) *rdd.RDD[rdd.Pair[string, rdd.Pair[int, string]]] {
		return rdd.Join(r, table)
	}))
	all := watch(TransformAll([]*Stream[keyed]{in, in}, func(r []*rdd.RDD[keyed], at Time) *rdd.RDD[keyed] { return rdd.Union(r[0], r[1:]...) }))
	constant := watch(Union(ConstantInput(b.ssc, rdd.Parallelize(b.c, []int{7}, 1)), ConstantInput(b.ssc, rdd.Parallelize(b.c, []int{8}, 1))))
	b.start()
	b.steps(2)
	expect(t, dealt.text(), "1: [[(a,1)] [(b,2)]]; 2: [[] [(c,3)]]")
	expect(t, enriched.sorted(), "1: [(a,(1,one))]; 2: [(c,(3,three))]")
	expect(t, all.text(), "1: [(a,1) (b,2) (a,1) (b,2)]; 2: [(c,3) (c,3)]")
	expect(t, constant.text(), "1: [7 8]; 2: [7 8]")
}

// A window of many keys looks at those alone that the batches hold that come and leave.
func TestWindowLooksAtWhatChanges(t *testing.T) {
	b := newBench(t, Conf{CheckpointDir: t.TempDir()})
	const window, fresh = 6, 10
	var looked atomic.Int64
	batch := 0
	in := GeneratorStream(b.ssc, func(Time) (*rdd.RDD[rdd.Pair[int64, int64]], error) {
		batch++
		from, n := int64(batch*fresh), int64(fresh)
		if batch == 1 {
			from, n = 1_000_000, 5000
		}
		return rdd.Map(rdd.Numbers(b.c, from, from+n, 1, 2), func(i int64) rdd.Pair[int64, int64] { return rdd.P(i, i) }), nil
	})
	sums := ReduceByKeyAndWindowInverse(in, plus, minus, window*second, second, WindowConf[int64, int64]{
		Filter: func(rdd.Pair[int64, int64]) bool {
			looked.Add(1)
			return true
		},
	})
	sizes := watch(Count(sums))
	b.start()
	b.steps(1)
	looked.Store(0)
	b.steps(window - 1)
	if n := looked.Load(); n != (window-1)*fresh {
		t.Errorf("%d keys were looked at where %d have come", n, (window-1)*fresh)
	}
	expect(t, sizes.text(), "1: [5000]; 2: [5010]; 3: [5020]; 4: [5030]; 5: [5040]; 6: [5050]")
}
