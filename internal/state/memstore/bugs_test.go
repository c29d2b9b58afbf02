package memstore

import (
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/state/statetest"
	"github.com/weirstream/weir/internal/vfs"
)

// values is what a run holds: the number of each key.
func values(run *statetest.Run) map[string]int64 {
	m := map[string]int64{}
	for p, table := range run.Tables {
		for _, s := range table.Live(nil) {
			m[strings.Clone(batch.Values[string](table.Keys()[0])[s])] = run.Values[p].Numbers[s]
		}
	}
	return m
}

// SPARK-51988: what is on disk was read without its sum being checked. A bit
// flipped in whatever byte of whatever file of state is found, or does no harm.
func TestEveryFlippedBitOfStateIsFound(t *testing.T) {
	t.Run("deltas", func(t *testing.T) {
		if flipEach(t, 100) == 0 {
			t.Error("no flipped bit was found")
		}
	})
	t.Run("snapshots", func(t *testing.T) { flipEach(t, 2) }) // the one before is used
}

// flipEach flips bits in each file of a checkpoint with snapshots every so many
// versions, and counts how often that keeps it from being loaded.
func flipEach(t *testing.T, snapshots int) (found int) {
	fs := &vfs.Memory{}
	_, run, err := opened(fs, 1, Config{SnapshotEvery: snapshots, Retain: 1})
	if err != nil {
		t.Fatal(err)
	}
	for v := range 4 {
		put(t, run, 0, 4000, int64(v)) // more than fits in the journal
		commit(t, run)
	}
	want := values(run)
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range names(t, fs) {
		file := path.Join("ck/state/0", name)
		content, err := fs.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(*seed, 28))
		step := len(content) / 20
		if testing.Short() {
			step = len(content) / 3
		}
		for at := r.IntN(step); at < len(content); at += step {
			broken := append([]byte(nil), content...)
			broken[at] ^= 1 << r.IntN(8)
			disk := copied(t, fs)
			if err := vfs.Replace(disk, file, broken); err != nil {
				t.Fatal(err)
			}
			_, run, err := opened(disk, 1, Config{})
			if fault.Is(err, fault.StateLoad) {
				found++
				continue
			}
			if err != nil {
				t.Fatalf("%s, byte %d: %v", name, at, err)
			}
			if got := values(run); !maps.Equal(got, want) {
				t.Fatalf("-seed=%d: %s, byte %d: another answer", *seed, name, at)
			}
			if err := run.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return found
}

// copied is a copy of a checkpoint.
func copied(t *testing.T, from vfs.FS) *vfs.Memory {
	t.Helper()
	to := &vfs.Memory{}
	var walk func(dir string)
	walk = func(dir string) {
		if err := to.MkdirAll(dir); err != nil {
			t.Fatal(err)
		}
		list, err := from.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			name := path.Join(dir, e.Name())
			if e.IsDir() {
				walk(name)
				continue
			}
			content, err := from.ReadFile(name)
			if err == nil {
				err = vfs.Publish(to, name, content)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	walk("ck")
	return to
}

// SPARK-43404 and those like it: a file taken for another of the same name after a
// retry, and files removed that a version still needs. Whatever the order of
// commits, failed batches, restarts and maintenance, the last version loads.
func TestFilesOfRetriesAreNotMixedUp(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 26))
	fs := &vfs.Memory{}
	c := Config{SnapshotEvery: 1, Retain: 1}
	_, run, err := opened(fs, 1+r.IntN(3), c)
	if err != nil {
		t.Fatal(err)
	}
	want, seen := map[string]int64{}, map[string]string{}
	for step := range 60 {
		n := 1 + r.IntN(3000)
		for p, table := range run.Tables {
			slots := make([]int32, n)
			all := keysOf(0, n)
			sel := mine(all, n, p, len(run.Tables))
			if err := table.Find(all, n, sel, slots[:len(sel)]); err != nil {
				t.Fatal(err)
			}
			for _, s := range slots[:len(sel)] {
				run.Values[p].Numbers[s] = int64(step)
			}
			table.MarkDirty(slots[:len(sel)])
		}
		switch r.IntN(4) {
		case 0:
			err = run.Rollback()
		case 1:
			if err = run.Close(); err == nil {
				_, run, err = opened(fs, 1+r.IntN(3), c)
			}
		default:
			want = values(run)
			err = run.Commit()
		}
		if err != nil {
			t.Fatalf("-seed=%d, step %d: %v", *seed, step, err)
		}
		if got := values(run); !maps.Equal(got, want) {
			t.Fatalf("-seed=%d, step %d: %d keys, want %d", *seed, step, len(got), len(want))
		}
		for _, name := range names(t, fs) {
			content, err := fs.ReadFile(path.Join("ck/state/0", name))
			if before, ok := seen[name]; err == nil && ok && before != string(content) {
				t.Fatalf("-seed=%d, step %d: %s has other content than before", *seed, step, name)
			}
			seen[name] = string(content)
		}
	}
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}
}

// SPARK-48105: a snapshot of a store that was being unloaded was cut short, and
// taken for good. One that is being written when the query ends is whole or does
// not count; see TestSnapshotWhileTheTableChanges for what comes between.
func TestSnapshotWhileClosing(t *testing.T) {
	fs := &vfs.Memory{}
	for v := 1; v <= 8; v++ {
		s, run, err := opened(fs, 2, Config{SnapshotEvery: 1 << 20, Retain: 1})
		if err != nil {
			t.Fatal(err)
		}
		if keys, _ := sum(run); keys != 100*(v-1) {
			t.Fatalf("start %d finds %d keys", v, keys)
		}
		for p, table := range run.Tables {
			all := keysOf(100*(v-1), 100*v)
			sel := mine(all, 100, p, 2)
			slots := make([]int32, len(sel))
			if err := table.Find(all, 100, sel, slots); err != nil {
				t.Fatal(err)
			}
			table.MarkDirty(slots)
		}
		commit(t, run)
		for _, t := range s.stores { // a snapshot that nobody waits for
			s.snapshot(t, run.Version+1)
		}
		if err := run.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// gated is a file system in which snapshots wait before they are made.
type gated struct {
	vfs.FS
	reached, pass chan struct{} // nil: nothing waits
}

func (g *gated) Create(name string) (vfs.Writer, error) {
	if g.pass != nil && strings.Contains(path.Base(name), "snapshot") {
		g.reached <- struct{}{}
		<-g.pass
	}
	return g.FS.Create(name)
}

// SPARK-48105 again, step by step: the background has come to the file of the
// snapshot and no further when the table is emptied, as a rollback begins, or holds
// what a batch changes that then fails. What is written is the version of the
// snapshot all the same.
func TestSnapshotWhileTheTableChanges(t *testing.T) {
	for name, meanwhile := range map[string]func(t *testing.T, s *State, run *statetest.Run){
		"emptied":          func(_ *testing.T, s *State, _ *statetest.Run) { s.stores[0].Reset() },
		"a batch, undone":  func(t *testing.T, _ *State, run *statetest.Run) { put(t, run, 50, 150, 2) },
		"rows that go":     func(t *testing.T, s *State, _ *statetest.Run) { s.stores[0].Delete([]int32{1, 2, 3}) },
		"nothing happened": func(*testing.T, *State, *statetest.Run) {},
	} {
		t.Run(name, func(t *testing.T) {
			fs := &gated{FS: &vfs.Memory{}}
			s, run, err := opened(fs, 1, Config{SnapshotEvery: 1 << 20, Retain: 1})
			if err != nil {
				t.Fatal(err)
			}
			put(t, run, 0, 100, 1)
			commit(t, run)
			version := s.stores[0].version
			fs.reached, fs.pass = make(chan struct{}), make(chan struct{})
			s.snapshot(s.stores[0], version)
			<-fs.reached
			meanwhile(t, s, run)
			close(fs.pass)
			s.running.Wait()
			fs.pass = nil
			if err := s.restore(version, s.stores); err != nil { // the batch has failed
				t.Fatal(err)
			}
			put(t, run, 100, 101, 7)
			commit(t, run) // names the snapshot
			if err := run.Close(); err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(names(t, fs), func(file string) bool { return strings.Contains(file, "snapshot") }) {
				t.Fatal("no snapshot was written")
			}
			_, again, err := opened(fs, 1, Config{Retain: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			if keys, total := sum(again); keys != 101 || total != 107 {
				t.Errorf("a restart finds %d keys with the sum %d, want 101 and 107", keys, total)
			}
		})
	}
}
