package statetest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/internal/vfs"
)

// row is a value in the oracle.
type row struct {
	number int64
	text   string
}

// model is the state as a map.
type model map[Key]row

// content is what a run holds. Keys must stand in the partition of their shard.
func content(t *testing.T, run *Run) model {
	t.Helper()
	m := model{}
	for p, table := range run.Tables {
		slots := table.Live(nil)
		if !inHashOrder(table, slots) {
			t.Error("the live slots are not in the order of their hashes")
		}
		var h keytable.Hasher
		shards := h.Shards(table.Keys()[:1], maxLen(table.Keys()), slots, nil)
		for i, s := range slots {
			k := keyAt(table, s)
			if _, twice := m[k]; twice {
				t.Errorf("key %v is there twice", k)
			}
			if want := int(shards[i]) * len(run.Tables) / keytable.ShardCount; want != p {
				t.Errorf("key %v of shard %d is in partition %d of %d, want %d", k, shards[i], p, len(run.Tables), want)
			}
			m[k] = row{run.Values[p].Numbers[s], run.Values[p].Texts[s]}
		}
		if table.Len() != len(slots) {
			t.Errorf("partition %d has %d keys and lists %d", p, table.Len(), len(slots))
		}
	}
	return m
}

func maxLen(columns []*batch.Column) int {
	n := 0
	for _, c := range columns {
		n = max(n, c.Len())
	}
	return n
}

// dice are what a random batch is made with: so many rows of so many names.
type dice struct {
	*rand.Rand
	rows, names int
}

// change makes one random batch in a run and in its model: rows, and then the
// eviction of what is old.
func (d dice) change(run *Run, m model, clock int64) error {
	r := d.Rand
	keys := make([]Key, d.rows)
	for i := range keys {
		name := r.IntN(d.names) * 0x9E3779B97F4A7C1 & 0xFFFFFFFFFFFFFFF
		keys[i] = Key{fmt.Sprint([]string{"", "k", "a key of more than sixteen bytes "}[r.IntN(3)], name), clock + int64(r.IntN(4))}
		if r.IntN(10) == 0 {
			keys[i].Time = -1
		}
	}
	evict := clock - int64(r.IntN(6))
	cols := columns(keys)
	var h keytable.Hasher
	shards := h.Shards(cols[:1], len(keys), nil, nil)
	for p, table := range run.Tables {
		sel := []int32{}
		for i := range keys {
			if int(shards[i])*len(run.Tables)/keytable.ShardCount == p {
				sel = append(sel, int32(i))
			}
		}
		slots := make([]int32, len(sel))
		if err := table.Find(cols, len(keys), sel, slots); err != nil {
			return err
		}
		rows := run.Values[p]
		for k, s := range slots {
			key := keys[sel[k]]
			rows.Numbers[s]++
			rows.Texts[s] = fmt.Sprint("at ", clock)
			m[key] = row{m[key].number + 1, rows.Texts[s]}
		}
		table.MarkDirty(slots)
		table.Delete(table.Expired(evict, nil))
	}
	maps.DeleteFunc(m, func(k Key, _ row) bool { return k.Time >= 0 && k.Time <= evict })
	return nil
}

// histories runs random batches, failures and restarts.
func histories(t *testing.T, open Subject, seed uint64) {
	for s := seed; s < seed+10; s++ {
		r := rand.New(rand.NewPCG(s, 11))
		fs := &vfs.Memory{}
		run, err := open(fs, 1+r.IntN(4))
		if err != nil {
			t.Fatal(err)
		}
		committed := model{}
		for clock := int64(10); clock < 50; clock++ {
			now := maps.Clone(committed)
			if err := (dice{r, r.IntN(60), 20}).change(run, now, clock); err != nil {
				t.Fatalf("seed %d: %v", s, err)
			}
			switch r.IntN(5) {
			case 0:
				if err := run.Rollback(); err != nil {
					t.Fatalf("seed %d: %v", s, err)
				}
			case 1:
				if err := run.Close(); err != nil {
					t.Fatal(err)
				}
				if run, err = open(fs, 1+r.IntN(4)); err != nil {
					t.Fatalf("seed %d: %v", s, err)
				}
			default:
				if err := run.Commit(); err != nil {
					t.Fatalf("seed %d: %v", s, err)
				}
				committed = now
			}
			if got := content(t, run); !maps.Equal(got, committed) {
				t.Fatalf("seed %d, after %d: %s", s, clock, difference(got, committed))
			}
		}
		if err := run.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// difference names keys whose values differ.
func difference(got, want model) string {
	var list []string
	for k := range got {
		if w, ok := want[k]; !ok || w != got[k] {
			list = append(list, fmt.Sprintf("%v is %v, want %v (%v)", k, got[k], w, ok))
		}
	}
	for k := range want {
		if _, ok := got[k]; !ok {
			list = append(list, fmt.Sprintf("%v is missing", k))
		}
	}
	slices.Sort(list)
	return fmt.Sprint(len(list), " differences: ", list[:min(5, len(list))])
}

// crashes lets the machine die in every operation of a few batches. What is found
// afterwards is a version that was committed, or was about to be, as it was.
func crashes(t *testing.T, open Subject) {
	const batches = 6
	whole := vfs.NewCrash()
	versions, err := live(t, open, whole, batches)
	if err != nil {
		t.Fatal(err)
	}
	step := 1
	if testing.Short() {
		step = 7
	}
	for k := 1; k <= len(whole.Ops()); k += step {
		crash := vfs.NewCrash()
		crash.StopAt(k)
		done, err := live(t, open, crash, batches)
		if err == nil {
			continue // there were fewer operations this time
		}
		for _, seed := range []uint64{vfs.OnlySynced, vfs.Everything, 2, 3} {
			run, err := open(crash.Image(seed), 3)
			if err != nil {
				t.Fatalf("crash in operation %d (%s), seed %d: %v", k, whole.Ops()[k-1], seed, err)
			}
			at := int(run.Version)
			if at != len(done)-1 && at != len(done) {
				t.Errorf("crash in operation %d (%s), seed %d: version %d is found, %d was committed", k, whole.Ops()[k-1], seed, at, len(done)-1)
			} else if got := content(t, run); !maps.Equal(got, versions[at]) {
				t.Errorf("crash in operation %d (%s), seed %d: version %d: %s", k, whole.Ops()[k-1], seed, at, difference(got, versions[at]))
			}
			if err := run.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// live runs batches with two partitions, the same each time, and gives what each
// version holds that was committed, version 0 first.
func live(t *testing.T, open Subject, fs vfs.FS, batches int) ([]model, error) {
	r := rand.New(rand.NewPCG(5, 5))
	versions := []model{{}}
	run, err := open(fs, 2)
	if err != nil {
		return versions, err
	}
	for clock := range int64(batches) {
		m := maps.Clone(versions[len(versions)-1])
		d := dice{r, 40, 20}
		if clock == 2 {
			d.rows, d.names = 5000, 1<<40 // more than fits in a journal
		}
		err := d.change(run, m, 10+clock)
		if err == nil {
			err = run.Commit()
		}
		if err != nil {
			run.Close()
			return versions, err
		}
		versions = append(versions, m)
	}
	return versions, run.Close()
}
