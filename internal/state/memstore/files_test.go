package memstore

import (
	"bytes"
	"fmt"
	"log/slog"
	"path"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/internal/state/statetest"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// keysOf are the key columns of keys from ≤ i < to, which never expire.
func keysOf(from, to int) []*batch.Column {
	names, times := batch.NewColumn(types.Of(types.String), to-from), batch.NewColumn(types.Of(types.Timestamp), to-from)
	names.Extend(to - from)
	times.Extend(to - from)
	times.SetAllNull()
	for i := range to - from {
		batch.Values[string](names)[i] = fmt.Sprintf("key %x", uint64(from+i)*0x9E3779B97F4A7C15)
		batch.Values[int64](times)[i] = 0
	}
	return []*batch.Column{names, times}
}

// put gives keys from ≤ i < to the value n, in a state of one partition.
func put(t testing.TB, run *statetest.Run, from, to int, n int64) {
	t.Helper()
	slots := make([]int32, to-from)
	if err := run.Tables[0].Find(keysOf(from, to), to-from, nil, slots); err != nil {
		t.Fatal(err)
	}
	for _, s := range slots {
		run.Values[0].Numbers[s] = n
	}
	run.Tables[0].MarkDirty(slots)
}

// sum is the number of keys and the sum of their values.
func sum(run *statetest.Run) (keys int, total int64) {
	for p, table := range run.Tables {
		for _, s := range table.Live(nil) {
			keys++
			total += run.Values[p].Numbers[s]
		}
	}
	return keys, total
}

func names(t *testing.T, fs vfs.FS) (files []string) {
	t.Helper()
	list, err := fs.ReadDir("ck/state/0")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		files = append(files, f.Name())
	}
	return files
}

func commit(t testing.TB, run *statetest.Run) {
	t.Helper()
	if err := run.Commit(); err != nil {
		t.Fatal(err)
	}
}

// written is a checkpoint with 100 keys, each at i in version i, and snapshots of
// several versions.
func written(t *testing.T, versions int) *vfs.Memory {
	t.Helper()
	fs := &vfs.Memory{}
	_, run, err := opened(fs, 1, Config{SnapshotEvery: 2, Retain: 1})
	if err != nil {
		t.Fatal(err)
	}
	for v := 1; v <= versions; v++ {
		put(t, run, 0, 100, int64(v))
		commit(t, run)
	}
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}
	return fs
}

// damage flips a bit in the middle of a file.
func damage(t *testing.T, fs vfs.FS, name string) {
	t.Helper()
	content, err := fs.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2] ^= 4
	if err := vfs.Replace(fs, name, content); err != nil {
		t.Fatal(err)
	}
}

// A snapshot that is damaged costs nothing but a warning: the one before it and
// more deltas give the same. Without any good one, nothing is guessed.
func TestDamagedSnapshots(t *testing.T) {
	fs := written(t, 9)
	var snapshots []string
	for _, f := range names(t, fs) {
		if strings.HasSuffix(f, ".snapshot") {
			snapshots = append(snapshots, f)
		}
	}
	// The oldest is not needed any more.
	if len(snapshots) != 3 {
		t.Fatalf("the files are %v, want three snapshots", names(t, fs))
	}
	newest := path.Join("ck/state/0", snapshots[2])
	damage(t, fs, newest)
	var warned bytes.Buffer
	_, run, err := opened(fs, 2, Config{SnapshotEvery: 2, Warn: slog.New(slog.NewTextHandler(&warned, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if keys, total := sum(run); keys != 100 || total != 900 || run.Version != 9 {
		t.Errorf("version %d has %d keys and the sum %d, want 9, 100, 900", run.Version, keys, total)
	}
	if !strings.Contains(warned.String(), snapshots[2]) {
		t.Errorf("the warning %q does not name %s", warned.String(), newest)
	}
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}
	damage(t, fs, path.Join("ck/state/0", snapshots[1]))
	_, _, err = opened(fs, 1, Config{})
	if !fault.Is(err, fault.StateLoad) || !strings.Contains(err.Error(), "ck/state/0/") {
		t.Errorf("with every snapshot damaged: %v", err)
	}
}

// A delta in a file that is missing, cut or damaged is refused by name.
func TestDamagedDeltas(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, fs vfs.FS, file string){
		"a bit": func(t *testing.T, fs vfs.FS, file string) { damage(t, fs, file) },
		"missing": func(t *testing.T, fs vfs.FS, file string) {
			if err := fs.Remove(file); err != nil {
				t.Fatal(err)
			}
		},
		"cut": func(t *testing.T, fs vfs.FS, file string) {
			content, err := fs.ReadFile(file)
			if err == nil {
				err = vfs.Replace(fs, file, content[:len(content)-1])
			}
			if err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			fs := &vfs.Memory{}
			_, run, err := opened(fs, 1, Config{})
			if err != nil {
				t.Fatal(err)
			}
			put(t, run, 0, 5000, 1)
			commit(t, run)
			if err := run.Close(); err != nil {
				t.Fatal(err)
			}
			files := names(t, fs)
			if len(files) != 1 || !strings.HasSuffix(files[0], ".delta") {
				t.Fatalf("the files are %v, want one delta", files)
			}
			file := path.Join("ck/state/0", files[0])
			harm(t, fs, file)
			_, _, err = opened(fs, 1, Config{})
			if !fault.Is(err, fault.StateLoad) || !strings.Contains(err.Error(), file) {
				t.Errorf("got %v, want %s to be named", err, file)
			}
		})
	}
}

// A version that no delta leads to is refused, although all that is there is
// sound.
func TestMissingVersion(t *testing.T) {
	fs := &vfs.Memory{}
	s, run, err := opened(fs, 1, Config{SnapshotEvery: 100})
	if err != nil {
		t.Fatal(err)
	}
	for v := range 4 {
		put(t, run, v, v+1, 1)
		commit(t, run)
	}
	s.chain = append(s.chain[:1:1], s.chain[2:]...)
	put(t, run, 0, 1, 1)
	if err := run.Rollback(); !fault.Is(err, fault.StateLoad) || !strings.Contains(err.Error(), "version 2 of shard") {
		t.Errorf("version 4 without the delta of version 2: %v", err)
	}
}

// The number of partitions may be another at each start.
func TestPartitionsChange(t *testing.T) {
	fs := &vfs.Memory{}
	for start, partitions := range []int{1, 2, 3, 256, 1} {
		_, run, err := opened(fs, partitions, Config{SnapshotEvery: 1})
		if err != nil {
			t.Fatal(err)
		}
		keys, total := sum(run)
		if start > 0 && (keys != 3000 || total != 6000) {
			t.Errorf("%d partitions have %d keys with the sum %d", partitions, keys, total)
		}
		if start == 0 {
			put(t, run, 0, 3000, 2)
		}
		for range 3 {
			commit(t, run)
		}
		if err := run.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Files that nothing needs go away: while it runs, and what a crash left at the
// next start.
func TestFilesAreRemoved(t *testing.T) {
	fs := &vfs.Memory{}
	_, run, err := opened(fs, 1, Config{SnapshotEvery: 2, Retain: 4})
	if err != nil {
		t.Fatal(err)
	}
	for range 60 {
		put(t, run, 0, 3000, 1)
		commit(t, run)
	}
	if n := len(names(t, fs)); n > 12 {
		t.Errorf("after 60 versions there are %d files: %v", n, names(t, fs))
	}
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}
	left := "61.0-255.1.999.delta"
	for _, name := range []string{left, "somebody's own"} {
		if err := vfs.Publish(fs, path.Join("ck/state/0", name), []byte("half")); err != nil {
			t.Fatal(err)
		}
	}
	if _, run, err = opened(fs, 1, Config{}); err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	after := strings.Join(names(t, fs), " ")
	if strings.Contains(after, left) || !strings.Contains(after, "somebody's own") {
		t.Errorf("after a restart the files are %s", after)
	}
}

// A full disk fails the batch with a sentence if it hits a delta, and nothing if
// it hits a snapshot.
func TestFullDisk(t *testing.T) {
	memory := &vfs.Memory{}
	full, err := vfs.NewInject(memory, "ENOSPC on write of *.delta #1", "ENOSPC on write of *.snapshot #1")
	if err != nil {
		t.Fatal(err)
	}
	var warned bytes.Buffer
	_, run, err := opened(full, 1, Config{SnapshotEvery: 1, Warn: slog.New(slog.NewTextHandler(&warned, nil))})
	if err != nil {
		t.Fatal(err)
	}
	put(t, run, 0, 5000, 1)
	err = run.Commit()
	if !fault.Is(err, fault.StateWrite) || !strings.Contains(err.Error(), "ck/state/0/") {
		t.Errorf("a delta that does not fit: %v", err)
	}
	if err := run.Rollback(); err != nil {
		t.Fatal(err)
	}
	if keys, _ := sum(run); keys != 0 {
		t.Errorf("after the rollback there are %d keys", keys)
	}
	put(t, run, 0, 5000, 1)
	for range 3 {
		commit(t, run)
	}
	if !strings.Contains(warned.String(), ".snapshot") {
		t.Errorf("no warning about the snapshot: %q", warned.String())
	}
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}
	if _, run, err = opened(memory, 1, Config{}); err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	if keys, total := sum(run); keys != 5000 || total != 5000 {
		t.Errorf("after a restart there are %d keys with the sum %d", keys, total)
	}
}

// mine lists the rows of keys that belong to a partition.
func mine(keys []*batch.Column, rows, partition, partitions int) []int32 {
	var h keytable.Hasher
	sel, spec := []int32{}, statetest.Spec()
	for i, shard := range h.Shards(spec.ShardKeys(keys), rows, nil, nil) {
		if shardsOf(partition, partitions).Has(shard) {
			sel = append(sel, int32(i))
		}
	}
	return sel
}
