package rdd

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"math"
	"reflect"
	"slices"
	"sort"
	"testing"

	"pgregory.net/rapid"
)

// The laws: every operation gives what a slow definition on slices gives, for random
// rows, numbers of partitions and memory. A failure prints the seed; -rapid.seed runs
// it again.

// world draws RDDs in one of several contexts.
type world struct {
	*rapid.T
	c *Context
}

// laws checks a law with contexts of much and of no memory.
func laws(t *testing.T, law func(w world)) {
	contexts := []*Context{open(t, Config{}), open(t, Config{Memory: 1, Cores: 1})}
	rapid.Check(t, func(r *rapid.T) {
		law(world{r, rapid.SampledFrom(contexts).Draw(r, "context")})
	})
}

func (w world) ints(name string) (*RDD[int], []int) {
	rows := rapid.SliceOfN(rapid.IntRange(-20, 20), 0, 60).Draw(w.T, name)
	return Parallelize(w.c, rows, rapid.IntRange(1, 6).Draw(w.T, name+" partitions")), rows
}

func (w world) pairs(name string) (*RDD[Pair[string, int]], []Pair[string, int]) {
	r, rows := w.ints(name)
	pair := func(i int) Pair[string, int] { return P(fmt.Sprint("k", i%7), i) }
	list := []Pair[string, int]{}
	for _, v := range rows {
		list = append(list, pair(v))
	}
	p := Map(r, pair)
	if rapid.Bool().Draw(w.T, name+" is laid by key") {
		p = PartitionBy(p, Partitioner[string](Hash[string](rapid.IntRange(1, 4).Draw(w.T, name+" by"))))
	}
	return p, list
}

func got[T any](w world, r *RDD[T]) []T {
	rows, err := Collect(w.Context(), r)
	if err != nil {
		w.Fatal(err)
	}
	return rows
}

// same compares rows in order; bag in any order.
func same[T any](w world, what string, got, want []T) {
	w.Helper()
	if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		w.Fatalf("%s: %v, want %v", what, got, want)
	}
}

func bag[T any](w world, what string, got, want []T) {
	w.Helper()
	text := func(rows []T) []string {
		list := []string{}
		for _, v := range rows {
			list = append(list, fmt.Sprint(v))
		}
		sort.Strings(list)
		return list
	}
	same(w, what, text(got), text(want))
}

func value[T any](w world) func(v T, err error) T {
	return func(v T, err error) T {
		w.Helper()
		if err != nil {
			w.Fatal(err)
		}
		return v
	}
}

func TestNarrowLaws(t *testing.T) {
	laws(t, func(w world) {
		r, rows := w.ints("rows")
		other, more := w.ints("other")
		square := func(i int) string { return fmt.Sprint(i * i) }
		even := func(i int) bool { return i%2 == 0 }
		repeat := func(i int) []int { return slices.Repeat([]int{i}, max(i%4, 0)) }
		var squares []string
		var evens, repeats []int
		var keys []Pair[bool, int]
		var indexed []Pair[int, int64]
		for i, v := range rows {
			squares = append(squares, square(v))
			repeats = append(repeats, repeat(v)...)
			keys = append(keys, P(even(v), v))
			indexed = append(indexed, P(v, int64(i)))
			if even(v) {
				evens = append(evens, v)
			}
		}
		same(w, "collect", got(w, r), rows)
		same(w, "map", got(w, Map(r, square)), squares)
		same(w, "filter", got(w, Filter(r, even)), evens)
		same(w, "flatMap", got(w, FlatMap(r, repeat)), repeats)
		same(w, "flatMapSeq", got(w, FlatMapSeq(r, func(i int) iter.Seq[int] { return slices.Values(repeat(i)) })), repeats)
		same(w, "keyBy", got(w, KeyBy(r, even)), keys)
		same(w, "glom", slices.Concat(got(w, Glom(r))...), rows)
		equalTo(w, "partitions of glom", len(got(w, Glom(r))), r.NumPartitions())
		same(w, "union", got(w, Union(r, other)), slices.Concat(rows, more))
		same(w, "zipWithIndex", got(w, ZipWithIndex(r)), indexed)
		ids := make(map[int64]bool)
		for _, p := range got(w, ZipWithUniqueId(r)) {
			ids[p.Value] = true
		}
		equalTo(w, "unique ids", len(ids), len(rows))
		var cross, zip []Pair[int, int]
		for _, a := range rows {
			for _, b := range more {
				cross = append(cross, P(a, b))
			}
			zip = append(zip, P(a, a*2))
		}
		bag(w, "cartesian", got(w, Cartesian(r, other)), cross)
		same(w, "zip", got(w, Zip(r, Map(r, func(i int) int { return 2 * i }))), zip)
		n := rapid.IntRange(1, 8).Draw(w.T, "n")
		same(w, "coalesce", got(w, Coalesce(r, n)), rows)
		equalTo(w, "partitions of coalesce", Coalesce(r, n).NumPartitions(), min(n, r.NumPartitions()))
		bag(w, "repartition", got(w, Repartition(r, n)), rows)
		same(w, "take", value[[]int](w)(Take(w.Context(), r, n)), rows[:min(n, len(rows))])
	})
}

func equalTo(w world, what string, got, want any) {
	w.Helper()
	if !reflect.DeepEqual(got, want) {
		w.Fatalf("%s: %v, want %v", what, got, want)
	}
}

func unique[T comparable](rows []T) []T {
	var list []T
	for _, v := range rows {
		if !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list
}

func TestShuffleLaws(t *testing.T) {
	laws(t, func(w world) {
		r, rows := w.ints("rows")
		other, more := w.ints("other")
		n := rapid.IntRange(0, 5).Draw(w.T, "n")
		bag(w, "distinct", got(w, Distinct(r, n)), unique(rows))
		var both, only []int
		for _, v := range rows {
			if slices.Contains(more, v) {
				both = append(both, v)
			} else {
				only = append(only, v)
			}
		}
		bag(w, "intersection", got(w, Intersection(r, other, n)), unique(both))
		bag(w, "subtract", got(w, Subtract(r, other, n)), only)
		sorted := slices.Clone(rows)
		slices.Sort(sorted)
		same(w, "sortBy", got(w, SortBy(r, func(i int) int { return i }, Ascending, n)), sorted)
		stable := slices.Clone(rows)
		slices.SortStableFunc(stable, func(a, b int) int { return cmp.Compare(b/10, a/10) })
		same(w, "sortFunc", got(w, SortFunc(r, func(a, b int) int { return cmp.Compare(b/10, a/10) }, n)), stable)
		groups := make(map[int][]int)
		for _, v := range rows {
			groups[v%3] = append(groups[v%3], v)
		}
		equalTo(w, "groupBy", value[map[int][]int](w)(CollectAsMap(w.Context(), GroupBy(r, func(i int) int { return i % 3 }))), groups)
	})
}

func TestPairLaws(t *testing.T) {
	laws(t, func(w world) {
		a, as := w.pairs("a")
		b, bs := w.pairs("b")
		sums, lists := make(map[string]int), make(map[string][]int)
		counts := make(map[string]int64)
		other := make(map[string][]int)
		for _, p := range as {
			sums[p.Key] += p.Value
			lists[p.Key] = append(lists[p.Key], p.Value)
			counts[p.Key]++
		}
		for _, p := range bs {
			other[p.Key] = append(other[p.Key], p.Value)
		}
		asSums := func(r *RDD[Pair[string, int]]) map[string]int {
			return value[map[string]int](w)(CollectAsMap(w.Context(), r))
		}
		zero := func() int { return 0 }
		equalTo(w, "reduceByKey", asSums(ReduceByKey(a, add)), sums)
		equalTo(w, "foldByKey", asSums(FoldByKey(a, zero, add)), sums)
		equalTo(w, "aggregateByKey", asSums(AggregateByKey(a, zero, add, add)), sums)
		equalTo(w, "combineByKey", asSums(CombineByKey(a, func(v int) int { return v }, add, add, Hash[string](3))), sums)
		equalTo(w, "reduceByKeyLocally", value[map[string]int](w)(ReduceByKeyLocally(w.Context(), a, add)), sums)
		equalTo(w, "countByKey", value[map[string]int64](w)(CountByKey(w.Context(), a)), counts)
		grouped := value[map[string][]int](w)(CollectAsMap(w.Context(), GroupByKey(a)))
		bag(w, "keys of groupByKey", slices.Collect(maps.Keys(grouped)), slices.Collect(maps.Keys(lists)))
		for k, list := range grouped {
			bag(w, "values of "+k, list, lists[k])
			bag(w, "lookup of "+k, value[[]int](w)(Lookup(w.Context(), a, k)), lists[k])
		}
		w.joins(a, b, lists, other)
		bag(w, "partitionBy", got(w, PartitionBy(a, Partitioner[string](RangeBounds("k2", "k4")))), as)
		var keys, tripled []string
		for _, p := range as {
			keys = append(keys, p.Key)
			tripled = append(tripled, fmt.Sprint(P(p.Key, 3*p.Value)))
		}
		bag(w, "keys", got(w, Keys(a)), keys)
		bag(w, "mapValues", got(w, Map(MapValues(a, func(v int) int { return 3 * v }), Pair[string, int].String)), tripled)
		bag(w, "flatMapValues", got(w, FlatMapValues(a, func(v int) []int { return []int{v, v} })), slices.Concat(as, as))
		w.ordered(a)
	})
}

func (w world) joins(a, b *RDD[Pair[string, int]], lists, other map[string][]int) {
	var inner, left, right, full, minus, groups, three []string
	for k, vs := range lists {
		for _, v := range vs {
			for _, u := range other[k] {
				inner = append(inner, fmt.Sprintf("(%s,(%d,%d))", k, v, u))
				left = append(left, fmt.Sprintf("(%s,(%d,Some(%d)))", k, v, u))
				right = append(right, fmt.Sprintf("(%s,(Some(%d),%d))", k, v, u))
				full = append(full, fmt.Sprintf("(%s,(Some(%d),Some(%d)))", k, v, u))
			}
			if len(other[k]) == 0 {
				left = append(left, fmt.Sprintf("(%s,(%d,None))", k, v))
				full = append(full, fmt.Sprintf("(%s,(Some(%d),None))", k, v))
				minus = append(minus, fmt.Sprintf("(%s,%d)", k, v))
			}
		}
	}
	all := maps.Clone(lists)
	for k, us := range other {
		all[k] = lists[k]
		for _, u := range us {
			if len(lists[k]) == 0 {
				right = append(right, fmt.Sprintf("(%s,(None,%d))", k, u))
				full = append(full, fmt.Sprintf("(%s,(None,Some(%d)))", k, u))
			}
		}
	}
	for k := range all {
		groups = append(groups, fmt.Sprint(k, len(lists[k]), len(other[k])))
		three = append(three, fmt.Sprint(k, len(lists[k]), len(other[k]), len(lists[k])))
	}
	bag(w, "join", got(w, Map(Join(a, b), Pair[string, Pair[int, int]].String)), inner)
	bag(w, "leftOuterJoin", got(w, Map(LeftOuterJoin(a, b), Pair[string, Pair[int, Option[int]]].String)), left)
	bag(w, "rightOuterJoin", got(w, Map(RightOuterJoin(a, b), Pair[string, Pair[Option[int], int]].String)), right)
	bag(w, "fullOuterJoin", got(w, Map(FullOuterJoin(a, b), Pair[string, Pair[Option[int], Option[int]]].String)), full)
	bag(w, "subtractByKey", got(w, Map(SubtractByKey(a, b), Pair[string, int].String)), minus)
	bag(w, "cogroup", got(w, Map(CoGroup(a, b), func(p Pair[string, Groups[int, int]]) string {
		return fmt.Sprint(p.Key, len(p.Value.Left), len(p.Value.Right))
	})), groups)
	bag(w, "cogroup of three", got(w, Map(CoGroup3(a, b, a), func(p Pair[string, Groups3[int, int, int]]) string {
		return fmt.Sprint(p.Key, len(p.Value.First), len(p.Value.Second), len(p.Value.Third))
	})), three)
}

func (w world) ordered(a *RDD[Pair[string, int]]) {
	rows := got(w, a)
	byKey := func(x, y Pair[string, int]) int { return cmp.Compare(x.Key, y.Key) }
	want := slices.Clone(rows)
	slices.SortStableFunc(want, byKey)
	n := rapid.IntRange(0, 4).Draw(w.T, "ranges")
	sorted := SortByKey(a, Ascending, n)
	same(w, "sortByKey", got(w, sorted), want)
	var within []Pair[string, int]
	for _, p := range want {
		if p.Key >= "k2" && p.Key <= "k4" {
			within = append(within, p)
		}
	}
	same(w, "filterByRange", got(w, FilterByRange(sorted, "k2", "k4")), within)
	bag(w, "lookup by ranges", value[[]int](w)(Lookup(w.Context(), sorted, "k3")), value[[]int](w)(Lookup(w.Context(), a, "k3")))
	slices.SortStableFunc(want, func(x, y Pair[string, int]) int { return byKey(y, x) })
	if n == 1 { // equal keys keep their order within rows as they are, not as they were reversed
		slices.SortStableFunc(rows, func(x, y Pair[string, int]) int { return byKey(y, x) })
		same(w, "sortByKey descending", got(w, SortByKey(a, Descending, n)), rows)
	} else {
		same(w, "keys descending", got(w, Keys(SortByKey(a, Descending, n))), slices.Collect(func(yield func(string) bool) {
			for _, p := range want {
				if !yield(p.Key) {
					return
				}
			}
		}))
	}
	for _, part := range value[[][]Pair[string, int]](w)(CollectPartitions(w.Context(),
		RepartitionAndSortWithinPartitions(a, Partitioner[string](Hash[string](3))))) {
		if !slices.IsSortedFunc(part, byKey) {
			w.Fatalf("not sorted within the partition: %v", part)
		}
	}
}

func TestActionLaws(t *testing.T) {
	laws(t, func(w world) {
		r, rows := w.ints("rows")
		ctx := w.Context()
		counts := make(map[int]int64)
		var s Stats
		sum := 0
		for _, v := range rows {
			counts[v]++
			sum += v
			s.Add(float64(v))
		}
		zero := func() int { return 0 }
		equalTo(w, "count", value[int64](w)(Count(ctx, r)), int64(len(rows)))
		equalTo(w, "countByValue", value[map[int]int64](w)(CountByValue(ctx, r)), counts)
		equalTo(w, "fold", value[int](w)(Fold(ctx, r, 0, add)), sum)
		equalTo(w, "aggregate", value[int](w)(Aggregate(ctx, r, zero, add, add)), sum)
		depth := rapid.IntRange(1, 3).Draw(w.T, "depth")
		equalTo(w, "treeAggregate", value[int](w)(TreeAggregate(ctx, r, zero, add, add, depth)), sum)
		equalTo(w, "isEmpty", value[bool](w)(IsEmpty(ctx, r)), len(rows) == 0)
		equalTo(w, "sum", value[float64](w)(Sum(ctx, r)), float64(sum))
		if len(rows) > 0 {
			equalTo(w, "reduce", value[int](w)(Reduce(ctx, r, add)), sum)
			equalTo(w, "treeReduce", value[int](w)(TreeReduce(ctx, r, add, depth)), sum)
			equalTo(w, "first", value[int](w)(First(ctx, r)), rows[0])
			equalTo(w, "max", value[int](w)(Max(ctx, r)), slices.Max(rows))
			equalTo(w, "min", value[int](w)(Min(ctx, r)), slices.Min(rows))
			if v := value[float64](w)(Variance(ctx, r)); math.Abs(v-s.Variance()) > 1e-9*(1+v) {
				w.Fatalf("variance %v, want %v", v, s.Variance())
			}
			if v := value[float64](w)(Mean(ctx, r)); math.Abs(v-float64(sum)/float64(len(rows))) > 1e-9 {
				w.Fatalf("mean %v of %v", v, rows)
			}
		}
		n := rapid.IntRange(0, 9).Draw(w.T, "n")
		least := slices.Clone(rows)
		slices.Sort(least)
		same(w, "takeOrdered", value[[]int](w)(TakeOrdered(ctx, r, n, cmp.Compare[int])), least[:min(n, len(rows))])
		slices.Reverse(least)
		same(w, "top", value[[]int](w)(Top(ctx, r, n, cmp.Compare[int])), least[:min(n, len(rows))])
	})
}

func TestSampleLaws(t *testing.T) {
	laws(t, func(w world) {
		r, rows := w.ints("rows")
		seed := rapid.Uint64().Draw(w.T, "seed")
		sample := Sample(r, rapid.Bool().Draw(w.T, "with replacement"), 0.5, seed)
		same(w, "the same sample again", got(w, sample), got(w, sample))
		for _, v := range got(w, sample) {
			if !slices.Contains(rows, v) {
				w.Fatalf("%d was never there", v)
			}
		}
		splits := RandomSplit(r, []float64{1, 2, 0.5}, seed)
		bag(w, "all splits", got(w, Union(splits[0], splits[1:]...)), rows)
		n := rapid.IntRange(0, 70).Draw(w.T, "n")
		drawn := value[[]int](w)(TakeSample(w.Context(), r, false, n, seed))
		equalTo(w, "rows of takeSample", len(drawn), min(n, len(rows)))
		for v, times := range countOf(drawn) {
			if times > countOf(rows)[v] {
				w.Fatalf("%d was drawn more often than it is there", v)
			}
		}
		if len(rows) > 0 {
			equalTo(w, "rows of takeSample with replacement", len(value[[]int](w)(TakeSample(w.Context(), r, true, n, seed))), n)
		}
	})
}

func countOf(rows []int) map[int]int {
	m := make(map[int]int)
	for _, v := range rows {
		m[v]++
	}
	return m
}

func TestSampleFractions(t *testing.T) {
	c := open(t, Config{})
	r := Parallelize(c, numbers(20000), 4)
	for _, with := range []bool{false, true} {
		n, err := Count(t.Context(), Sample(r, with, 0.3, 1))
		if err != nil || n < 5600 || n > 6400 {
			t.Errorf("with replacement %v: %d rows of 6000, %v", with, n, err)
		}
	}
	counts, err := CountByKey(t.Context(), SampleByKey(keyedNumbers(c, 20000, 4, 4), true, map[int]float64{1: 0.2, 2: 20}, 2))
	if err != nil || len(counts) != 2 || counts[1] < 850 || counts[1] > 1150 || counts[2] < 98000 || counts[2] > 102000 {
		t.Errorf("by key: %v, %v", counts, err)
	}
}
