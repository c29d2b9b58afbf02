package memstore

import (
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/state/statetest"
	"github.com/weirstream/weir/internal/vfs"
)

// Partitions write snapshots at different times, and forget deltas at different
// times. What is read of a version is all of it or an error, never the partitions
// that happen to be there.
func TestReadingIsWhole(t *testing.T) {
	const versions, keys = 12, 200
	fs := &vfs.Memory{}
	s, run, err := opened(fs, 2, Config{SnapshotEvery: 1 << 20, Retain: 1})
	if err != nil {
		t.Fatal(err)
	}
	all := keysOf(0, keys)
	for v := 1; v <= versions; v++ {
		for p, table := range run.Tables {
			sel := mine(all, keys, p, 2)
			slots := make([]int32, len(sel))
			if err := table.Find(all, keys, sel, slots); err != nil {
				t.Fatal(err)
			}
			for _, slot := range slots {
				run.Values[p].Numbers[slot] = int64(v)
			}
			table.MarkDirty(slots)
		}
		commit(t, run)
		if p := v % 3; p < 2 { // one partition now, the other next time, then none
			s.snapshot(s.stores[p], s.stores[p].version)
			s.running.Wait()
		}
	}
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}
	r, last := reading(t, fs)
	if last != versions {
		t.Fatalf("version %d is the last", last)
	}
	oldest := r.Oldest(last)
	whole := 0
	for v := state.Version(1); v <= last; v++ {
		n, err := readAll(r, v, int64(v), t)
		switch {
		case err == nil && n == keys:
			whole++
		case err == nil:
			t.Errorf("version %d is read with %d of %d keys", v, n, keys)
		case v >= oldest:
			t.Errorf("version %d, from %d on, cannot be read: %v", v, oldest, err)
		}
		changed := 0
		err = r.Changes(v, func(_ int, _, _ []*batch.Column, rows int) error { changed += rows; return nil })
		if err == nil && changed != keys {
			t.Errorf("version %d has %d changes of %d", v, changed, keys)
		}
	}
	if whole == versions || whole < 2 {
		t.Errorf("%d of %d versions are whole: nothing was forgotten, or everything", whole, versions)
	}
}

// reading opens the state of a checkpoint and says which version is its last.
func reading(t *testing.T, fs vfs.FS) (*Reading, state.Version) {
	t.Helper()
	log, found, err := checkpoint.Open(fs, "ck", checkpoint.Options{MirrorDelay: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	m, err := Manifest(0, found.Notes)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Read(Config{FS: fs, Dir: log.StateDir(0), Spec: statetest.Spec()}, m, found.Deltas)
	if err != nil {
		t.Fatal(err)
	}
	return r, state.Version(found.Committed() + 1)
}

// readAll is the number of keys of a version; all must have the number want.
func readAll(r *Reading, v state.Version, want int64, t *testing.T) (n int, err error) {
	for _, shards := range r.Partitions(v) {
		err := r.Rows(v, shards, func(_, values []*batch.Column, rows int) error {
			n += rows
			for _, have := range batch.Values[int64](values[0])[:rows] {
				if have != want {
					t.Errorf("version %d has the number %d", v, have)
				}
			}
			return nil
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}
