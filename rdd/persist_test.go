package rdd

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

// traced counts how many rows are computed.
func traced(c *Context, n, parts int) (*RDD[int], *atomic.Int32) {
	var computed atomic.Int32
	return Map(Parallelize(c, numbers(n), parts), func(i int) int {
		computed.Add(1)
		return i
	}), &computed
}

func TestPersist(t *testing.T) {
	for level := StorageNone + 1; level <= MemoryAndDiskSer2; level++ {
		c := open(t, Config{})
		r, computed := traced(c, 100, 4)
		r.Persist(level)
		for range 3 {
			equal(t, level.String(), collect(t, r), numbers(100))
		}
		equal(t, level.String()+": rows computed", computed.Load(), 100)
		equal(t, "persisted", c.PersistentRDDs(), []int{r.ID()})
		r.Unpersist()
		equal(t, "after unpersist", collect(t, r), numbers(100))
		equal(t, level.String()+": rows computed", computed.Load(), 200)
		equal(t, "persisted", c.PersistentRDDs(), []int{})
		_, stored := c.blocks.Used()
		equal(t, "bytes held", stored, 0)
	}
	equal(t, "the name of a level", MemoryAndDiskSer2, "Disk Memory Serialized 2x Replicated")
}

// What nobody refers to any more is given back: blocks, and what a shuffle holds.
func TestForgottenRDDs(t *testing.T) {
	c := open(t, Config{})
	func() {
		r, _ := traced(c, 100, 4)
		collect(t, ReduceByKey(Map(r.Cache(), func(i int) Pair[int, int] { return P(i, i) }), add))
	}()
	for range 1000 {
		runtime.GC()
		if u := c.Usage(); u.Storage == 0 && u.Execution == 0 && len(c.PersistentRDDs()) == 0 {
			return
		}
	}
	t.Errorf("still held: %+v, RDDs %v", c.Usage(), c.PersistentRDDs())
}

// Two RDDs that do not fit together drive each other out, and the rows stay right.
func TestEviction(t *testing.T) {
	for _, level := range []StorageLevel{MemoryOnly, MemoryAndDisk} {
		c := open(t, Config{Memory: 1200})
		a, computed := traced(c, 100, 4)
		b, _ := traced(c, 100, 4)
		a.Persist(level)
		b.Persist(level)
		for range 3 {
			equal(t, level.String(), collect(t, a), numbers(100))
			equal(t, level.String(), collect(t, b), numbers(100))
		}
		_, held := c.blocks.Used()
		if held > 1200 || held == 0 {
			t.Errorf("%v: %d bytes are held of 1200", level, held)
		}
		if n := computed.Load(); (n == 100) != (level == MemoryAndDisk) {
			t.Errorf("%v: %d rows were computed", level, n)
		}
	}
}

func TestCheckpoint(t *testing.T) {
	c := open(t, Config{})
	r, computed := traced(c, 50, 3)
	sums := ReduceByKey(Map(r, func(i int) Pair[string, int] { return P(string(rune('a'+i%5)), i) }), add)
	if err := sums.Checkpoint(); !errors.Is(err, ErrNoCheckpointDir) {
		t.Errorf("without a directory: %v", err)
	}
	dir := t.TempDir()
	if err := c.SetCheckpointDir(filepath.Join(dir, "ck")); err != nil {
		t.Fatal(err)
	}
	if err := sums.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	above := MapValues(sums, func(v int) int { return v + 1 })
	if sums.IsCheckpointed() {
		t.Error("checkpointed before any job")
	}
	want := collect(t, above)
	if !sums.IsCheckpointed() || sums.CheckpointFile() == "" {
		t.Error("not checkpointed after a job")
	}
	n := computed.Load()
	equal(t, "rows", collect(t, above), want)
	if computed.Load() != n {
		t.Error("a checkpointed RDD was computed again")
	}
	if s := above.ToDebugString(); strings.Contains(s, "ParallelCollectionRDD") || !strings.Contains(s, "ReliableCheckpointRDD") {
		t.Errorf("the lineage is not cut:\n%s", s)
	}
	// Another context, as after a restart, reads it.
	d := open(t, Config{})
	again := MapValues(CheckpointedAs[Pair[string, int]](d, sums.CheckpointFile()), func(v int) int { return v + 1 })
	equal(t, "read by another", collect(t, again), want)

	// A torn or changed file is found out.
	name := filepath.Join(sums.CheckpointFile(), "part-00000")
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(b) {
		if err := os.WriteFile(name, b[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Collect(t.Context(), again); err == nil {
			t.Fatalf("a file of %d bytes of %d was believed", cut, len(b))
		}
	}
}

func TestLocalCheckpoint(t *testing.T) {
	c := open(t, Config{Memory: 100}) // too little: on disk
	r, computed := traced(c, 50, 3)
	r.LocalCheckpoint()
	equal(t, "rows", collect(t, r), numbers(50))
	equal(t, "rows", collect(t, r), numbers(50))
	equal(t, "computed", computed.Load(), 50)
	if !r.IsCheckpointed() || strings.Contains(r.ToDebugString(), "Parallel") {
		t.Errorf("the lineage is not cut:\n%s", r.ToDebugString())
	}
	c.blocks.RemoveRDD(r.ID())
	if _, err := Collect(t.Context(), r); err == nil || !strings.Contains(err.Error(), "Checkpoint block") {
		t.Errorf("a lost partition: %v", err)
	}
}

// A level that encodes refuses what it cannot encode, and says what.
func TestPersistWhatCannotBeWritten(t *testing.T) {
	c := open(t, Config{})
	r := Map(Parallelize(c, numbers(3), 1), func(i int) func() { return func() {} })
	if _, err := Count(t.Context(), r.Cache()); err != nil {
		t.Errorf("in memory: %v", err)
	}
	r.Unpersist()
	if _, err := Count(t.Context(), r.Persist(DiskOnly)); err == nil || !strings.Contains(err.Error(), "cannot be written to disk") {
		t.Errorf("on disk: %v", err)
	}
}
