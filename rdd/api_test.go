package rdd

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Laws of what rdd/laws_test.go leaves out.
func TestMoreLaws(t *testing.T) {
	laws(t, func(w world) {
		// RunJob computes the partitions that are asked for, in their order.
		r, rows := w.ints("rows")
		parts := collectParts(w, r)
		asked := rapid.Permutation(indexes(len(parts))).Draw(w.T, "asked")[:rapid.IntRange(0, len(parts)).Draw(w.T, "how many")]
		sum := func(t *Task, rows iter.Seq[int]) (n int, err error) {
			for v := range rows {
				n += v
			}
			return n*100 + t.Partition(), nil
		}
		want := []int{}
		for _, p := range asked {
			n := 0
			for _, v := range parts[p] {
				n += v
			}
			want = append(want, n*100+p)
		}
		same(w, "RunJob", value[[]int](w)(RunJob(w.Context(), r, asked, sum)), want)
		if all := value[[]int](w)(RunJob(w.Context(), r, nil, sum)); len(all) != len(parts) {
			w.Fatalf("RunJob of all: %v", all)
		}
		same(w, "FromPartitions", got(w, FromPartitions(w.c, parts...)), rows)
		same(w, "FromPartitions keeps the partitions", collectParts(w, FromPartitions(w.c, parts...)), parts)

		// ZipPartitions sees the same partition of both.
		doubled := Map(r, func(v int) int { return 2 * v })
		sums := ZipPartitions(r, doubled, func(a, b iter.Seq[int]) iter.Seq[int] {
			return func(yield func(int) bool) {
				n := 0
				for v := range a {
					n += v
				}
				for v := range b {
					n -= v
				}
				yield(n)
			}
		})
		want = []int{}
		for _, p := range parts {
			n := 0
			for _, v := range p {
				n -= v
			}
			want = append(want, n)
		}
		same(w, "ZipPartitions", got(w, sums), want)

		// Statistics, merged in any order, are those of their definition.
		one, other := Stats{}, Stats{}
		cut := rapid.IntRange(0, len(rows)).Draw(w.T, "cut")
		for i, v := range rows {
			if i < cut {
				one.Add(float64(v))
			} else {
				other.Add(float64(v))
			}
		}
		one.Merge(other)
		mean, m2 := 0.0, 0.0
		for _, v := range rows {
			mean += float64(v) / float64(len(rows))
		}
		for _, v := range rows {
			m2 += (float64(v) - mean) * (float64(v) - mean)
		}
		population, sample := math.NaN(), math.NaN()
		if len(rows) > 0 {
			population = m2 / float64(len(rows))
		}
		if len(rows) > 1 {
			sample = m2 / float64(len(rows)-1)
		}
		number := value[float64](w)
		ctx := w.Context()
		for name, f := range map[string][2]float64{
			"Stdev": {number(Stdev(ctx, r)), math.Sqrt(population)}, "SampleVariance": {number(SampleVariance(ctx, r)), sample},
			"SampleStdev": {number(SampleStdev(ctx, r)), math.Sqrt(sample)}, "Stats.Stdev": {one.Stdev(), math.Sqrt(population)},
			"Stats.SampleVariance": {one.SampleVariance(), sample}, "Stats.SampleStdev": {one.SampleStdev(), math.Sqrt(sample)},
		} {
			if math.Abs(f[0]-f[1]) > 1e-9 || math.IsNaN(f[0]) != math.IsNaN(f[1]) {
				w.Fatalf("%s: %v, want %v", name, f[0], f[1])
			}
		}

		// What keeps the keys where they are saves the next shuffle.
		p, pairs := w.pairs("pairs")
		laid := PartitionBy(p, Partitioner[string](Hash[string](3)))
		negated := MapPartitionsKeeping(laid, func(_ *Task, rows iter.Seq[Pair[string, int]]) iter.Seq[Pair[string, int]] {
			return mapped(rows, func(p Pair[string, int]) Pair[string, int] { return P(p.Key, -p.Value) })
		})
		if PartitionBy(negated, Partitioner[string](Hash[string](3))) != negated {
			w.Fatal("MapPartitionsKeeping has lost the partitioner")
		}
		wantPairs := []Pair[string, int]{}
		for _, p := range pairs {
			wantPairs = append(wantPairs, P(p.Key, -p.Value))
		}
		bag(w, "MapPartitionsKeeping", got(w, negated), wantPairs)

		// Ranges ascend from partition to partition.
		ranged := PartitionBy(p, Partitioner[string](Range(p, rapid.IntRange(1, 5).Draw(w.T, "ranges"))))
		bag(w, "Range keeps all", got(w, ranged), pairs)
		last := ""
		for _, part := range collectParts(w, ranged) {
			greatest := last
			for _, p := range part {
				if p.Key < last || p.Key == last && last != "" {
					w.Fatalf("key %q is behind %q of a partition before", p.Key, last)
				}
				greatest = max(greatest, p.Key)
			}
			last = greatest
		}
	})
}

func indexes(n int) (list []int) {
	for i := range n {
		list = append(list, i)
	}
	return list
}

// collectParts are the rows by partition.
func collectParts[T any](w world, r *RDD[T]) [][]T { return got(w, Glom(r)) }

func TestRunJobIsRefused(t *testing.T) {
	c := open(t, Config{})
	r := Parallelize(c, []int{1, 2}, 2)
	none := func(*Task, iter.Seq[int]) (int, error) { return 0, nil }
	for _, part := range []int{-1, 2} {
		if _, err := RunJob(t.Context(), r, []int{part}, none); err == nil || !strings.Contains(err.Error(), "there is no partition") {
			t.Errorf("partition %d: %v", part, err)
		}
	}
	no := errors.New("no")
	if _, err := RunJob(t.Context(), r, nil, func(*Task, iter.Seq[int]) (int, error) { return 0, no }); !errors.Is(err, no) {
		t.Errorf("a function that fails: %v", err)
	}
	ragged := ZipPartitions(r, Parallelize(c, []int{1}, 1), func(a, _ iter.Seq[int]) iter.Seq[int] { return a })
	if _, err := Collect(t.Context(), ragged); err == nil || !strings.Contains(err.Error(), "Can't zip RDDs with unequal numbers of partitions: [2, 1]") {
		t.Errorf("ZipPartitions of 2 and 1: %v", err)
	}
}

// A broadcast value may be unpersisted and read again; once destroyed it fails the task.
func TestBroadcastUnpersist(t *testing.T) {
	c := open(t, Config{MaxFailures: 1})
	b := NewBroadcast(map[int]string{1: "one"})
	read := Map(Parallelize(c, []int{1, 2}, 2), func(v int) string { return b.Value()[v] })
	b.Unpersist()
	equal(t, "after Unpersist", collect(t, read), []string{"one", ""})
	b.Destroy()
	if _, err := Collect(t.Context(), read); !errors.Is(err, ErrDestroyed) {
		t.Errorf("after Destroy: %v", err)
	}
}

// An accumulator of any kind counts each task once, and begins again.
func TestNewAccumulator(t *testing.T) {
	c := open(t, Config{})
	seen := NewAccumulator("counts", func() map[int]int { return map[int]int{} }, func(a, b map[int]int) map[int]int {
		for k, n := range b {
			a[k] += n
		}
		return a
	})
	var failed [4]bool
	r := MapPartitions(Parallelize(c, []int{1, 2, 1, 3, 2, 1, 4, 1}, 4), func(t *Task, rows iter.Seq[int]) iter.Seq[int] {
		return func(yield func(int) bool) {
			for v := range rows {
				seen.Add(t, map[int]int{v: 1})
				yield(v)
			}
			if !failed[t.Partition()] { // what a failed attempt has added does not count
				failed[t.Partition()] = true
				t.Fail(errors.New("once"))
			}
		}
	})
	collect(t, r)
	equal(t, "counted", seen.Value(), map[int]int{1: 4, 2: 2, 3: 1, 4: 1})
	seen.Reset()
	equal(t, "after Reset", seen.Value(), map[int]int{})
}

func TestContextKnows(t *testing.T) {
	c := open(t, Config{Cores: 2})
	if n := c.DefaultParallelism(); n != 2 {
		t.Errorf("the default parallelism is %d", n)
	}
	if n := open(t, Config{Cores: 2, DefaultParallelism: 7}).DefaultParallelism(); n != 7 {
		t.Errorf("the default parallelism is %d, 7 was set", n)
	}
	narrow := Map(Parallelize(c, []int{1}, 1), func(v int) Pair[int, int] { return P(v, v) })
	wide := GroupByKey(narrow)
	below := func(n *node) map[int]bool { return n.Dependencies() }
	equal(t, "a narrow parent", below(narrow.node), map[int]bool{narrow.ID() - 1: false})
	if d := below(wide.node); len(d) != 1 || !d[narrow.ID()] {
		t.Errorf("a shuffled parent: %v of %d", d, narrow.ID())
	}
	if d := below(Empty[int](c).node); len(d) != 0 {
		t.Errorf("no parent: %v", d)
	}
	if l := MemoryAndDiskSer2.Places(); !l.Memory || !l.Disk || !l.Serialized || l.Replicas != 2 {
		t.Errorf("MEMORY_AND_DISK_SER_2 is %+v", l)
	}
	// All jobs that run are cancelled, none that comes later.
	begun := make(chan struct{}, 2)
	waits := Generate(c, 1, func(t *Task, _ int) iter.Seq[int] {
		begun <- struct{}{}
		<-t.Context().Done()
		t.Fail(context.Cause(t.Context()))
		return none[int]
	})
	errs := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := Count(t.Context(), waits)
			errs <- err
		}()
	}
	<-begun
	<-begun
	c.CancelAllJobs()
	for range 2 {
		if err := <-errs; !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "part of cancelled all jobs") {
			t.Errorf("a cancelled job: %v", err)
		}
	}
	stages := stagesOf(t, c)
	if len(stages) != 2 || stages[0] >= stages[1] {
		t.Errorf("tasks of two jobs were of the stages %v", stages)
	}
}

// stagesOf are the stages that tasks of two jobs say they are of.
func stagesOf(t *testing.T, c *Context) (stages []int) {
	for range 2 {
		list, err := RunJob(t.Context(), Parallelize(c, []int{1}, 1), nil, func(t *Task, _ iter.Seq[int]) (int, error) { return t.Stage(), nil })
		if err != nil {
			t.Fatal(err)
		}
		stages = append(stages, list...)
	}
	return stages
}

// Names of single files are taken as they are; those of many are patterns.
func TestFilesByTheirNames(t *testing.T) {
	c := open(t, Config{})
	dir := t.TempDir()
	odd := filepath.Join(dir, "a,[b]*")
	if err := os.WriteFile(odd, []byte("one\ntwo\nsix\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	lines := TextFileOf(c, odd, 3)
	equal(t, "lines", collect(t, lines), []string{"one", "two", "six"})
	var records []string
	for _, r := range collect(t, BinaryRecordsOf(c, odd, 4)) {
		records = append(records, string(r))
	}
	if !slices.Equal(records, []string{"one\n", "two\n", "six\n"}) {
		t.Errorf("records are %q", records)
	}
	if _, err := Collect(t.Context(), BinaryRecordsOf(c, odd, 5)); err == nil || !strings.Contains(err.Error(), fmt.Sprint("no multiple of the record length ", 5)) {
		t.Errorf("records of 5 bytes: %v", err)
	}
	for _, r := range []interface{ Err() error }{TextFileOf(c, filepath.Join(dir, "none"), 1), BinaryRecordsOf(c, filepath.Join(dir, "none"), 1)} {
		if !errors.Is(r.Err(), os.ErrNotExist) {
			t.Errorf("a missing file: %v", r.Err())
		}
	}
}
