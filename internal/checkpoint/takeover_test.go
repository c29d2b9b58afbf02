package checkpoint

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

// sparkWrites writes the files of a batch as Spark would have.
func sparkWrites(t *testing.T, m vfs.FS, n int64, committed bool) {
	t.Helper()
	text, err := encodePlan(planOf(n))
	must(t, err)
	must(t, vfs.Publish(m, entryName("ck/offsets", n), text))
	if committed {
		must(t, vfs.Publish(m, entryName("ck/commits", n), encodeCommit(commitOf(n))))
	}
}

// TestTakeOverFromSpark opens a directory that a real Spark 4.3 made: a file
// source, twelve batches, of which the last three are kept here.
func TestTakeOverFromSpark(t *testing.T) {
	m := new(vfs.Memory)
	copyTree(t, m, "testdata/spark", "ck")
	c, s := open(t, m, quiet)
	if !s.TakenOver || s.QueryID != "087fda82-3ad9-4fb3-956c-a2ce06094638" || len(s.Plans) != 3 || s.Committed() != 11 {
		t.Fatalf("state: %+v", s)
	}
	p, err := s.Plan(11)
	must(t, err)
	if p.WatermarkMS != 1893456540000 || string(p.Ends[0]) != `{"logOffset":11}` || p.Conf["spark.sql.shuffle.partitions"] != "2" {
		t.Errorf("plan 11: %+v", p)
	}
	must(t, run(c, 12, 14))
	must(t, c.Close())
	c, s = open(t, m, quiet)
	if s.TakenOver || s.Committed() != 13 || len(s.Plans) != 5 {
		t.Errorf("after two batches: %+v", s)
	}
	must(t, c.Close())
}

// TestEveryFlippedBitOfSparksFilesIsFound relies on the sums that Hadoop leaves.
func TestEveryFlippedBitOfSparksFilesIsFound(t *testing.T) {
	for _, name := range []string{
		"ck/offsets/11", "ck/offsets/.11.crc", "ck/commits/11", "ck/commits/.11.crc", "ck/metadata", "ck/.metadata.crc", "ck/offsets/10",
	} {
		m := new(vfs.Memory)
		copyTree(t, m, "testdata/spark", "ck")
		good, err := m.ReadFile(name)
		must(t, err)
		step := 1
		if testing.Short() {
			step = 7
		}
		for i := 0; i < len(good); i += step {
			bad := []byte(string(good))
			bad[i] ^= 1 << (i % 8)
			must(t, vfs.Replace(m, name, bad))
			c, s, err := Open(m, "ck", quiet)
			if err != nil {
				wantCondition(t, err, fault.ChecksumMismatch)
				continue
			}
			// The size of a chunk does not matter to a file that is shorter.
			if !strings.HasSuffix(name, ".crc") || s.Committed() != 11 {
				t.Fatalf("%s: bit flip in byte %d was not found", name, i)
			}
			must(t, c.Close())
			must(t, vfs.RemoveAll(m, "ck/journal"))
		}
	}
}

func TestSparkWentOn(t *testing.T) {
	prepare := func() *vfs.Memory {
		m := new(vfs.Memory)
		c, _ := open(t, m, quiet)
		must(t, run(c, 0, 3))
		must(t, c.Plan(planOf(3)))
		must(t, c.Close())
		return m
	}
	check := func(m vfs.FS, planned, committed int64) {
		t.Helper()
		c, s := open(t, m, quiet)
		want := historyOf(planned, committed, 100)
		want.Deltas, want.TakenOver = historyOf(3, 3, 100).Deltas, true
		sameState(t, s, want)
		must(t, run(c, planned, planned+1)) // fails if a batch is pending, which below none is
		must(t, c.Close())
	}
	m := prepare() // Spark ran the batch that was planned
	must(t, vfs.Publish(m, "ck/commits/3", encodeCommit(commitOf(3))))
	check(m, 4, 4)

	m = prepare() // and then others
	must(t, vfs.Publish(m, "ck/commits/3", encodeCommit(commitOf(3))))
	sparkWrites(t, m, 4, true)
	sparkWrites(t, m, 5, true)
	check(m, 6, 6)

	m = prepare() // and left one for us
	must(t, vfs.Publish(m, "ck/commits/3", encodeCommit(commitOf(3))))
	sparkWrites(t, m, 4, false)
	_, s := open(t, m, quiet)
	if p, ok := s.Pending(); !ok || p.Batch != 4 || !s.TakenOver {
		t.Errorf("pending %+v", p)
	}
}

func TestFilesThatContradictTheJournalAreRefused(t *testing.T) {
	check := func(name, old, fresh string, refused bool) {
		t.Helper()
		m := new(vfs.Memory)
		c, _ := open(t, m, quiet)
		must(t, run(c, 0, 3))
		must(t, c.Close())
		text, err := m.ReadFile(name)
		must(t, err)
		must(t, vfs.Replace(m, name, []byte(strings.Replace(string(text), old, fresh, 1))))
		_, _, err = Open(m, "ck", quiet)
		if !refused {
			must(t, err)
			return
		}
		wantCondition(t, err, fault.ChecksumMismatch)
		if !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "remove the file") {
			t.Errorf("the error does not say what to do: %v", err)
		}
	}
	check("ck/offsets/2", `"logOffset":2`, `"logOffset":3`, true)
	check("ck/offsets/2", `"batchTimestampMs":5002`, `"batchTimestampMs":5003`, true)
	check("ck/commits/2", `3000`, `3001`, true)
	check("ck/offsets/2", "{\"logOffset\":2}", "{\"logOffset\":2}\n-", true)
	check("ck/offsets/0", `"logOffset":0`, `"logOffset":9`, false) // long done: nobody reads it
	check("ck/offsets/2", `"batchWatermarkMs":2000,"batchTimestampMs":5002`, `"batchTimestampMs":5002,"batchWatermarkMs":2000`, false)
}

// TestForeignWriterIsNoticedWhileRunning lets Spark write on a directory on
// which weir is running.
func TestForeignWriterIsNoticedWhileRunning(t *testing.T) {
	m := new(vfs.Memory)
	c, _ := open(t, m, quiet)
	must(t, run(c, 0, 2))
	must(t, c.Mirror())
	p := planOf(2)
	p.TimestampMS++
	text, err := encodePlan(p)
	must(t, err)
	must(t, vfs.Publish(m, "ck/offsets/2", text))
	must(t, run(c, 2, 3))
	wantCondition(t, c.Mirror(), fault.ConcurrentLogUpdate)
	wantCondition(t, c.Plan(planOf(3)), fault.ConcurrentLogUpdate)
	if err := c.Close(); err == nil {
		t.Error("Close says that all is well")
	}
}

func TestDamagedHistoryIsRefused(t *testing.T) {
	check := func(remove string) {
		t.Helper()
		m := new(vfs.Memory)
		copyTree(t, m, "testdata/spark", "ck")
		must(t, m.Remove(remove))
		_, _, err := Open(m, "ck", quiet)
		wantCondition(t, err, fault.IllegalState)
		if !strings.Contains(err.Error(), "doesn't exist") {
			t.Error(err)
		}
	}
	check("ck/offsets/11") // committed, but never planned

	m := new(vfs.Memory)
	must(t, m.MkdirAll("ck/offsets"))
	must(t, vfs.Publish(m, "ck/metadata", []byte(`{"id":"`+testID+`"}`)))
	sparkWrites(t, m, 4, false) // planned, and the batch before it is not there
	_, _, err := Open(m, "ck", quiet)
	wantCondition(t, err, fault.IllegalState)
}

func TestStaleSumsAreRemoved(t *testing.T) {
	m := new(vfs.Memory)
	copyTree(t, m, "testdata/spark", "ck")
	// Somebody repairs by hand: batch 11 is to be run again (S166).
	must(t, m.Remove("ck/commits/11"))
	c, s := open(t, m, quiet)
	if p, ok := s.Pending(); !ok || p.Batch != 11 {
		t.Fatalf("pending %+v", p)
	}
	must(t, c.Commit(commitOf(11)))
	must(t, c.Close())
	if there, _ := vfs.Exists(m, "ck/commits/.11.crc"); there {
		t.Error("the sum of the file that was removed lies beside the new one")
	}
}

// whileLinking calls before each time a file is published.
type whileLinking struct {
	*vfs.Memory
	before func()
}

func (w *whileLinking) Link(oldName, newName string) error {
	w.before()
	return w.Memory.Link(oldName, newName)
}

// A batch that is planned and committed while the files are written has no commit there
// before its plan: Spark, and whoever looks, would find one without offsets.
func TestNoCommitWithoutItsPlan(t *testing.T) {
	m := &whileLinking{Memory: new(vfs.Memory), before: func() {}}
	c, _ := open(t, m, quiet)
	must(t, run(c, 0, 2))
	next := int64(2)
	m.before = func() {
		m.before = func() {}
		must(t, run(c, next, next+1))
	}
	must(t, c.Mirror())
	commits, err := batches(m, "ck/commits")
	must(t, err)
	for _, n := range commits {
		if _, err := m.Stat(fmt.Sprint("ck/offsets/", n)); err != nil {
			t.Errorf("batch %d is committed there, and not planned: %v", n, err)
		}
	}
	must(t, c.Mirror())
	if _, err := m.Stat("ck/commits/2"); err != nil {
		t.Error(err)
	}
	must(t, c.Close())
}
