package lsmstore

import (
	"bytes"
	"fmt"
	"log/slog"
	"maps"
	"path"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/state/memstore"
	"github.com/weirstream/weir/internal/state/statetest"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// put gives keys from ≤ i < to, which never expire, the value n.
func put(run *statetest.Run, from, to int, n int64) error {
	names, times := batch.NewColumn(types.Of(types.String), to-from), batch.NewColumn(types.Of(types.Timestamp), to-from)
	names.Extend(to - from)
	times.Extend(to - from)
	times.SetAllNull()
	for i := range to - from {
		batch.Values[string](names)[i] = fmt.Sprintf("key %x", uint64(from+i)*0x9E3779B97F4A7C15)
		batch.Values[int64](times)[i] = 0
	}
	slots := make([]int32, to-from)
	if err := run.Tables[0].Find([]*batch.Column{names, times}, to-from, nil, slots); err != nil {
		return err
	}
	for _, s := range slots {
		run.Values[0].Numbers[s] = n
	}
	run.Tables[0].MarkDirty(slots)
	return nil
}

// values is what a run of one partition holds.
func values(run *statetest.Run) map[string]int64 {
	m := map[string]int64{}
	for _, s := range run.Tables[0].Live(nil) {
		m[strings.Clone(batch.Values[string](run.Tables[0].Keys()[0])[s])] = run.Values[0].Numbers[s]
	}
	return m
}

// written is a checkpoint with 3000 keys in a tier, and what it holds.
func written(t *testing.T, fs vfs.FS, c memstore.Config) map[string]int64 {
	t.Helper()
	u, err := opened(fs, 1, c)
	if err != nil {
		t.Fatal(err)
	}
	for v := range 4 {
		if err := put(u.Run, v*500, v*500+1500, int64(v)); err != nil {
			t.Fatal(err)
		}
		if err := u.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	want := values(u.Run)
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
	return want
}

// tiers are the directories of rows of a checkpoint.
func tiers(t *testing.T, fs vfs.FS) (list []string) {
	t.Helper()
	entries, err := fs.ReadDir("ck/state/0")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			list = append(list, path.Join("ck/state/0", e.Name()))
		}
	}
	return list
}

// A restart goes on from the rows on disk, and without the tier, with another
// budget or with none it finds the same.
func TestOneCheckpointForAll(t *testing.T) {
	fs := &vfs.Memory{}
	want := written(t, fs, tier(1))
	before := tiers(t, fs)
	for i, c := range []memstore.Config{tier(1), tier(1 << 30), {SnapshotEvery: 2, Retain: 1}, tier(4 << 10)} {
		u, err := opened(fs, 1, c)
		if err != nil {
			t.Fatal(err)
		}
		if got := values(u.Run); !maps.Equal(got, want) {
			t.Errorf("start %d: %d keys, want %d", i, len(got), len(want))
		}
		after := tiers(t, fs)
		if i < 2 && (len(after) != 1 || after[0] != before[0]) || i == 2 && len(after) > 0 {
			t.Errorf("start %d: the rows on disk are %v, and were %v", i, after, before)
		}
		if err := u.Commit(); err != nil {
			t.Fatal(err)
		}
		if err := u.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Whatever file of the rows on disk is damaged or missing, all of it is made anew
// from what is true, at the start or when a batch meets it.
func TestDamagedRowsAreMadeAnew(t *testing.T) {
	base := &vfs.Memory{}
	written(t, base, tier(1))
	list, err := base.ReadDir(tiers(t, base)[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		for _, harm := range []string{"a bit", "missing"} {
			t.Run(e.Name()+" "+harm, func(t *testing.T) {
				fs := &vfs.Memory{}
				want := written(t, fs, tier(1))
				name := path.Join(tiers(t, fs)[0], e.Name())
				content, err := fs.ReadFile(name)
				if err != nil {
					t.Skip("the background named its files otherwise")
				}
				if harm == "missing" || len(content) == 0 {
					err = fs.Remove(name)
				} else {
					content[len(content)/2] ^= 4
					err = vfs.Replace(fs, name, content)
				}
				if err != nil {
					t.Fatal(err)
				}
				c := tier(1)
				c.Warn = slog.New(slog.DiscardHandler)
				u, err := opened(fs, 1, c)
				if err != nil {
					t.Fatal(err)
				}
				defer u.Close()
				got := values(u.Run)
				if !maps.Equal(got, want) { // the batch fails, and runs again
					if err := u.state.Save(u.Version + 1); err == nil {
						t.Fatalf("%d keys, want %d, and no error", len(got), len(want))
					}
					if err := u.Rollback(); err != nil {
						t.Fatal(err)
					}
					got = values(u.Run)
				}
				if !maps.Equal(got, want) {
					t.Errorf("%d keys, want %d", len(got), len(want))
				}
			})
		}
	}
}

// A disk that is full for the rows fails a batch at most; nothing that was
// committed is lost, and the next start has it all.
func TestFullDisk(t *testing.T) {
	for _, rule := range []string{"ENOSPC on write of *.sst #1", "ENOSPC on create of *.sst #1", "EIO on sync of *.sst #1",
		"ENOSPC on write of MANIFEST-* #2", "ENOSPC on create of MANIFEST-* #1"} {
		t.Run(rule, func(t *testing.T) {
			memory := &vfs.Memory{}
			full, err := vfs.NewInject(memory, rule)
			if err != nil {
				t.Fatal(err)
			}
			c := tier(1)
			var warned bytes.Buffer
			c.Warn = slog.New(slog.NewTextHandler(&warned, nil))
			u, err := opened(full, 1, c)
			if err != nil {
				t.Fatal(err)
			}
			for v := range 6 {
				for attempt := 0; ; attempt++ {
					err := put(u.Run, v*2000, v*2000+4000, int64(v))
					if err == nil {
						err = u.Commit()
					}
					if err == nil {
						break
					}
					if attempt > 2 {
						t.Fatal(err)
					}
					if err := u.Rollback(); err != nil {
						t.Fatal(err)
					}
				}
			}
			want := values(u.Run)
			if err := u.Close(); err != nil {
				t.Fatal(err)
			}
			if len(want) != 14000 || warned.Len() == 0 {
				t.Errorf("%d keys, and the warning %q", len(want), warned.String())
			}
			if u, err = opened(memory, 1, tier(1)); err != nil {
				t.Fatal(err)
			}
			defer u.Close()
			if got := values(u.Run); !maps.Equal(got, want) {
				t.Errorf("after a restart %d keys, want %d", len(got), len(want))
			}
		})
	}
}
