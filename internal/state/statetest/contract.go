package statetest

import (
	"slices"
	"testing"

	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/vfs"
)

// Run is a store in use: the state of one operator in all its partitions.
type Run struct {
	// Tables are the partitions, each with its values.
	Tables []state.Table
	Values []*Rows
	// Version is the version that was loaded.
	Version state.Version
	// Commit makes the next version of what has changed.
	Commit func() error
	// Rollback brings back the last version.
	Rollback func() error
	// Close ends the run without committing.
	Close func() error
}

// Subject opens the newest version of the state in a file system, empty if there
// is none, with a number of partitions. The state is that of [Spec].
type Subject func(fs vfs.FS, partitions int) (*Run, error)

// Examine examines a store. seed is that of the random parts.
func Examine(t *testing.T, open Subject, seed uint64) {
	t.Run("contract", func(t *testing.T) { contract(t, open) })
	t.Run("history", func(t *testing.T) { histories(t, open, seed) })
	t.Run("crashes", func(t *testing.T) { crashes(t, open) })
}

// contract walks through what the comments on [state.Table] promise.
func contract(t *testing.T, open Subject) {
	run, err := open(&vfs.Memory{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	table, rows := run.Tables[0], run.Values[0]
	if got := table.Expired(1<<60, nil); len(got) > 0 || table.Len() != 0 {
		t.Fatalf("a new table has %d keys, of which %v expire", table.Len(), got)
	}
	find := func(keys ...Key) []int32 {
		slots := make([]int32, len(keys))
		if err := table.Find(columns(keys), len(keys), nil, slots); err != nil {
			t.Fatal(err)
		}
		return slots
	}
	a, b, c, never := Key{"a", 10}, Key{"b", 30}, Key{"c", 20}, Key{"d", -1}
	slots := find(a, b, a, c, never)
	if slots[0] != slots[2] || slots[0] == slots[1] || rows.Resets != 4 || table.Len() != 4 {
		t.Fatalf("five rows of four keys got slots %v, %d were emptied", slots, rows.Resets)
	}
	sel := make([]int32, 2)
	if err := table.Find(columns([]Key{{"x", 1}, b, {"y", 1}, c}), 4, []int32{1, 3}, sel); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(sel, []int32{slots[1], slots[3]}) || table.Len() != 4 {
		t.Errorf("selected rows got slots %v, want %v", sel, []int32{slots[1], slots[3]})
	}
	table.MarkDirty([]int32{slots[3], slots[0], slots[3]})
	table.MarkDirty([]int32{slots[1], slots[0], slots[4]})
	if got, want := table.Dirty(nil), []int32{slots[3], slots[0], slots[1], slots[4]}; !slices.Equal(got, want) {
		t.Errorf("dirty are %v, want %v: each once, in the order of marking", got, want)
	}
	for _, e := range []struct {
		until int64
		want  []int32
	}{{9, nil}, {10, slots[:1]}, {29, []int32{slots[0], slots[3]}}, {1 << 60, []int32{slots[0], slots[3], slots[1]}}} {
		if got := table.Expired(e.until, nil); !slices.Equal(got, e.want) {
			t.Errorf("until %d expire %v, want %v", e.until, got, e.want)
		}
	}
	if keyAt(table, slots[1]) != b || keyAt(table, slots[4]) != never {
		t.Errorf("the keys of slots %d and %d are %v and %v", slots[1], slots[4], keyAt(table, slots[1]), keyAt(table, slots[4]))
	}
	rows.Numbers[slots[0]] = 99
	table.Delete([]int32{slots[0], slots[3]})
	if got := table.Dirty(nil); !slices.Equal(got, []int32{slots[1], slots[4]}) || table.Len() != 2 {
		t.Errorf("after a deletion %v of %d keys are dirty", got, table.Len())
	}
	if got := table.Expired(1<<60, nil); !slices.Equal(got, []int32{slots[1]}) {
		t.Errorf("after a deletion %v expire", got)
	}
	again := find(a)
	if rows.Numbers[again[0]] != 0 {
		t.Errorf("a key that came again has the value of before")
	}
	if got := table.Live(nil); len(got) != 3 || !inHashOrder(table, got) {
		t.Errorf("live slots are %v", got)
	}
}

// inHashOrder reports whether slots are in the order of the hashes of their keys.
func inHashOrder(t state.Table, slots []int32) bool {
	if len(slots) == 0 {
		return true // a nil selection would stand for all rows
	}
	var h keytable.Hasher
	return slices.IsSorted(h.Hashes(t.Keys(), maxLen(t.Keys()), slots, nil))
}
