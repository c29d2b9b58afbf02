package dstream

import (
	"maps"
	"testing"

	"pgregory.net/rapid"
)

// alike has keys whose hashes are all alike when they are of one kind: a and b change
// places in Java's hash of "Aa" and "BB".
func alike(t *rapid.T) string {
	const pieces = 4
	s := ""
	for range rapid.IntRange(0, pieces).Draw(t, "pieces") {
		s += rapid.SampledFrom([]string{"Aa", "BB", "x"}).Draw(t, "piece")
	}
	return s
}

// wide is a value of which few are in a page.
type wide struct {
	number int
	_      [100]byte
}

// A version is a map; those made before a change are as they were.
func TestVersionIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type made struct {
			version *version[string, wide]
			want    map[string]wide
		}
		versions := []made{{newVersion[string, wide](), map[string]wide{}}}
		for range rapid.IntRange(1, 8).Draw(t, "edits") {
			from := rapid.SampledFrom(versions).Draw(t, "from")
			e, want := from.version.edit(), maps.Clone(from.want)
			for range rapid.IntRange(0, 40).Draw(t, "changes") {
				k, v := alike(t), wide{number: rapid.Int().Draw(t, "value")}
				if rapid.Bool().Draw(t, "remove") {
					e.remove(k)
					delete(want, k)
				} else {
					e.set(k, v)
					want[k] = v
				}
				if got, ok := e.get(k); ok != (func() bool { _, ok := want[k]; return ok })() || got != want[k] {
					t.Fatalf("%q is %d, %v", k, got.number, ok)
				}
			}
			if rapid.Bool().Draw(t, "abandoned") {
				e.close() // as a task that fails does
				continue
			}
			versions = append(versions, made{e.done(), want})
		}
		for i, v := range versions {
			got := maps.Collect(v.version.all())
			if !maps.Equal(got, v.want) || v.version.len() != len(v.want) {
				t.Fatalf("version %d has %d keys %v, want %v", i, v.version.len(), got, v.want)
			}
		}
	})
}

// Keys that come and go do not make the index grow for ever, and what is there stays.
func TestVersionForgetsKeys(t *testing.T) {
	v := newVersion[int, int]()
	for round := range 100 {
		e := v.edit()
		for i := range 100 {
			e.set(round*100+i, round)
			if round > 0 {
				e.remove((round-1)*100 + i)
			}
		}
		before := v
		v = e.done()
		if got := maps.Collect(v.all()); len(got) != 100 || got[round*100+99] != round {
			t.Fatalf("round %d has %d keys", round, len(got))
		}
		if before.len() != min(round*100, 100) || len(maps.Collect(before.all())) != before.len() {
			t.Fatalf("round %d changed the version before it", round)
		}
	}
	if n := v.index.table.Len(); n > 2000 {
		t.Errorf("the index holds %d keys, 100 of which are there", n)
	}
}
