package rdd

import (
	"fmt"
	"iter"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Of each key as many rows are drawn as its fraction says, from all of its rows alike,
// and the same when they are asked for again.
func TestSampleByKeyExact(t *testing.T) {
	c := open(t, Config{Cores: 2})
	rapid.Check(t, func(r *rapid.T) {
		keys := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 60).Draw(r, "keys")
		var rows []Pair[int, int]
		have := make(map[int]int)
		for i, k := range keys {
			rows = append(rows, P(k, i))
			have[k]++
		}
		again := rapid.Bool().Draw(r, "with replacement")
		fractions := map[int]float64{0: 0.5, 1: 1, 2: 0, 3: 0.1}
		if again {
			fractions[1] = 2.5
		}
		in := Parallelize(c, rows, rapid.IntRange(1, 5).Draw(r, "partitions"))
		s := SampleByKeyExact(in, again, fractions, rapid.Uint64().Draw(r, "seed"))
		got, err := Collect(t.Context(), s)
		if err != nil {
			r.Fatal(err)
		}
		times, seen := make(map[int]int), make(map[int]int)
		for _, p := range got {
			times[p.Key]++
			seen[p.Value]++
			if keys[p.Value] != p.Key || !again && seen[p.Value] > 1 {
				r.Fatalf("%v was drawn %d times", p, seen[p.Value])
			}
		}
		for k, n := range have {
			if want := int(math.Ceil(fractions[k] * float64(n))); times[k] != want {
				r.Fatalf("%d of %d rows of key %d were drawn, want %d", times[k], n, k, want)
			}
		}
		if twice, err := Collect(t.Context(), s); err != nil || fmt.Sprint(twice) != fmt.Sprint(got) {
			r.Fatalf("again: %v, %v, want %v", twice, err, got)
		}
	})
	if _, err := Collect(t.Context(), SampleByKeyExact(keyedNumbers(c, 4, 2, 1), false, map[int]float64{1: 2}, 1)); err == nil {
		t.Error("a fraction of 2 is taken without replacement")
	}
	// Every row is as likely as the others.
	hits := make([]int, 10)
	for seed := range uint64(2000) {
		rows, err := Collect(t.Context(), SampleByKeyExact(keyedNumbers(c, 10, 1, 2), false, map[int]float64{0: 0.3}, seed))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range rows {
			hits[p.Value]++
		}
	}
	for i, n := range hits {
		if n < 480 || n > 720 {
			t.Errorf("row %d was drawn %d times of 2000, want about 600: %v", i, n, hits)
		}
	}
}

func TestCountByValueApprox(t *testing.T) {
	c := open(t, Config{Cores: 2})
	r := Map(Parallelize(c, numbers(1000), 10), func(i int) string { return fmt.Sprint(i % 2) })
	all, err := CountByValueApprox(t.Context(), r, time.Hour, 0.95)
	equal(t, "with time", fmt.Sprint(all, err), "map[0:{500 500 500 1} 1:{500 500 500 1}] <nil>")
	// One partition never ends.
	stuck := Generate(c, 10, func(task *Task, part int) iter.Seq[Pair[int, int]] {
		if part == 9 {
			return func(func(Pair[int, int]) bool) {
				<-task.Context().Done()
				task.stopped()
			}
		}
		return mapped(slice(task, numbers(100)), func(i int) Pair[int, int] { return P(i%2, i) })
	})
	some, err := CountByKeyApprox(t.Context(), stuck, 100*time.Millisecond, 0.95)
	for k, b := range some {
		if b.Low > 500 || b.High < 500 || b.Confidence != 0.95 {
			t.Errorf("key %d: %+v", k, b)
		}
	}
	if err != nil {
		t.Error(err)
	}
}
