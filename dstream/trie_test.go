package dstream

import (
	"maps"
	"slices"
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

// A trie is a map; those made before a change are as they were.
func TestTrieIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type version struct {
			trie *trie[string, int]
			want map[string]int
		}
		versions := []version{{newTrie[string, int](), map[string]int{}}}
		for range rapid.IntRange(1, 8).Draw(t, "edits") {
			from := rapid.SampledFrom(versions).Draw(t, "from")
			e, want := from.trie.edit(), maps.Clone(from.want)
			for range rapid.IntRange(0, 40).Draw(t, "changes") {
				k, v := alike(t), rapid.Int().Draw(t, "value")
				if rapid.Bool().Draw(t, "remove") {
					e.remove(k)
					delete(want, k)
				} else {
					e.set(k, v)
					want[k] = v
				}
				if got, ok := e.get(k); ok != (func() bool { _, ok := want[k]; return ok })() || got != want[k] {
					t.Fatalf("%q is %d, %v", k, got, ok)
				}
			}
			versions = append(versions, version{e.done(), want})
		}
		for i, v := range versions {
			got := maps.Collect(v.trie.all())
			if !maps.Equal(got, v.want) || v.trie.len() != len(v.want) {
				t.Fatalf("version %d has %d keys %v, want %v", i, v.trie.len(), got, v.want)
			}
		}
	})
}

// The order of keys follows from the keys, not from what happened before.
func TestTrieOrder(t *testing.T) {
	a, b := newTrie[int, int]().edit(), newTrie[int, int]().edit()
	for i := range 5000 {
		a.set(i*7, i)
	}
	for i := 9999; i >= 0; i-- {
		b.set(i*7, i)
	}
	for i := 5000; i < 10000; i++ {
		b.remove(i * 7)
	}
	order := func(e *edit[int, int]) (keys []int) {
		for k := range e.done().all() {
			keys = append(keys, k)
		}
		return keys
	}
	if got, want := order(b), order(a); !slices.Equal(got, want) || len(want) != 5000 {
		t.Errorf("%d keys in another order than %d", len(got), len(want))
	}
}
