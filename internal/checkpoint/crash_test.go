package checkpoint

import (
	"errors"
	"flag"
	"testing"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

var seed = flag.Uint64("seed", 42, "seed of the random tests")

// workload runs a query from where its checkpoint stands up to batch to, and
// says what it was told is durable.
type workload struct {
	fs                 vfs.FS
	planned, committed int64 // how many batches
}

// small makes the journal go on in new files often.
var small = Options{QueryID: testID, MirrorDelay: -1, MaxJournal: 4 << 10, Retain: 3, growth: 4 << 10}

func (w *workload) run(to int64) error {
	c, s, err := Open(w.fs, "ck", small)
	if err != nil {
		return err
	}
	next := s.Committed() + 1
	if p, ok := s.Pending(); ok {
		next = p.Batch + 1
		if err := w.commit(c, p.Batch); err != nil {
			return err
		}
	}
	for n := next; n < to; n++ {
		if err := c.Plan(planOf(n)); err != nil {
			return err
		}
		w.planned = n + 1
		if err := w.commit(c, n); err != nil {
			return err
		}
		if err := c.Mirror(); err != nil {
			return err
		}
	}
	return c.Close()
}

func (w *workload) commit(c *Checkpoint, n int64) error {
	c.Delta(deltaOf(n))
	if err := c.Commit(commitOf(n)); err != nil {
		return err
	}
	w.committed = n + 1
	return nil
}

// checkState compares what is found with what was promised: all of that, and
// at most the step that was under way.
func (w *workload) checkState(t *testing.T, s State) (planned, committed int64) {
	t.Helper()
	committed = s.Committed() + 1
	if len(s.Plans) > 0 {
		planned = s.Plans[len(s.Plans)-1].Batch + 1
	}
	if planned < w.planned || planned > w.planned+1 || committed < w.committed || committed > w.committed+1 {
		t.Fatalf("%d planned and %d committed, but %d and %d were promised", planned, committed, w.planned, w.committed)
	}
	sameState(t, s, historyOf(planned, committed, int64(small.Retain)))
	return planned, committed
}

// TestCrashAnywhere lets the machine die in every operation of a run and starts
// it again from the disks it may leave.
func TestCrashAnywhere(t *testing.T) {
	t.Logf("-seed=%d", *seed)
	const batches = 9
	whole := vfs.NewCrash()
	must(t, (&workload{fs: whole}).run(batches))
	ops := whole.Ops()
	t.Logf("%d operations", len(ops))
	seeds := []uint64{vfs.OnlySynced, vfs.Everything, *seed + 2, *seed + 3, *seed + 4, *seed + 5}
	every := 1
	if testing.Short() {
		seeds, every = seeds[:3], 3
	}
	for k := 1; k <= len(ops); k += every {
		crash := vfs.NewCrash()
		crash.StopAt(k)
		w := &workload{fs: crash}
		if err := w.run(batches); !errors.Is(err, vfs.ErrCrashed) {
			t.Fatalf("crash in operation %d: %v", k, err)
		}
		for _, s := range seeds {
			image := crash.Image(s)
			checkOrder(t, image)
			c, state, err := Open(image, "ck", small)
			if err != nil {
				t.Fatalf("crash in operation %d, %s, image %d: %v\n%s", k, ops[k-1], s, err, image.Dump())
			}
			planned, committed := w.checkState(t, state)
			must(t, c.Close())
			again := &workload{fs: image, planned: planned, committed: committed}
			must(t, again.run(batches+2))
			checkFinished(t, image, batches+2)
		}
	}
}

// checkOrder fails if a batch is committed in Spark's files but not planned.
func checkOrder(t *testing.T, fsys vfs.FS) {
	t.Helper()
	newest := func(dir string) int64 {
		found, err := batches(fsys, dir)
		must(t, err)
		if len(found) == 0 {
			return -1
		}
		return found[len(found)-1]
	}
	if planned, done := newest("ck/offsets"), newest("ck/commits"); done > planned {
		t.Fatalf("commits/%d is there, but offsets end at %d", done, planned)
	}
}

// checkFinished reads the journal and then, without it, Spark's files.
func checkFinished(t *testing.T, fsys vfs.FS, batches int64) {
	t.Helper()
	want := historyOf(batches, batches, int64(small.Retain))
	c, s := open(t, fsys, small)
	sameState(t, s, want)
	must(t, c.Close())
	must(t, vfs.RemoveAll(fsys, "ck/journal"))
	c, s = open(t, fsys, small)
	want.Deltas, want.TakenOver = nil, true
	sameState(t, s, want)
	must(t, c.Close())
}

// TestCrashInRecovery lets the machine die a second time, in every operation of
// the start after the first crash.
func TestCrashInRecovery(t *testing.T) {
	const batches = 6
	first := vfs.NewCrash()
	w := &workload{fs: first}
	must(t, w.run(batches))
	c, _ := open(t, first, small)
	must(t, c.Plan(planOf(batches)))
	w.planned++
	for k := 1; ; k++ {
		image := first.Image(vfs.OnlySynced)
		image.StopAt(k)
		err := (&workload{fs: image}).run(batches)
		if err == nil {
			return
		}
		if !errors.Is(err, vfs.ErrCrashed) {
			t.Fatal(err)
		}
		for s := range uint64(5) {
			after := image.Image(s)
			c, state := open(t, after, small)
			planned, committed := w.checkState(t, state)
			must(t, c.Close())
			must(t, (&workload{fs: after, planned: planned, committed: committed}).run(batches+2))
			checkFinished(t, after, batches+2)
		}
	}
}

// TestEveryFlippedBitIsFound flips one bit of each byte of the journal, and of
// Spark's newest files. Either the checkpoint is refused, or it says what it
// said before.
func TestEveryFlippedBitIsFound(t *testing.T) {
	m := new(vfs.Memory)
	quiet := Options{QueryID: testID, MirrorDelay: -1, growth: 4 << 10}
	c, _ := open(t, m, quiet)
	must(t, run(c, 0, 2))
	used := int(c.journal.length)
	must(t, c.Close())
	want := historyOf(2, 2, 100)

	check := func(name string, from, to int, mustFind bool) {
		t.Helper()
		good, err := m.ReadFile(name)
		must(t, err)
		for i := from; i < min(to, len(good)); i++ {
			bad := append([]byte(nil), good...)
			bad[i] ^= 1 << (i % 8)
			must(t, vfs.Replace(m, name, bad))
			files, err := journalFiles(m, "ck/journal")
			must(t, err)
			epoch, err := m.ReadFile("ck/journal/1")
			must(t, err)
			broken, state, err := Open(m, "ck", quiet)
			switch {
			case err == nil && mustFind:
				t.Fatalf("%s: bit flip in byte %d was not found", name, i)
			case err == nil:
				sameState(t, state, want)
				must(t, broken.Close())
			case !fault.Is(err, fault.ChecksumMismatch) && !fault.Is(err, fault.IllegalState):
				t.Fatalf("%s: bit flip in byte %d: %v", name, i, err)
			}
			// As it was: the epoch that this try took goes.
			must(t, vfs.RemoveAll(m, "ck/journal"))
			must(t, m.MkdirAll("ck/journal"))
			must(t, vfs.Publish(m, "ck/journal/"+files[0].name(), epoch))
			must(t, vfs.Replace(m, name, good))
		}
	}
	check("ck/journal/1", 0, used, true)
	check("ck/journal/1", used, used+sectorSize, true) // zeros: nothing was written there
	for _, name := range []string{"ck/offsets/0", "ck/offsets/1", "ck/commits/0", "ck/commits/1", "ck/metadata"} {
		check(name, 0, 1<<20, false)
	}
}

// TestFaults lets single operations fail, and goes on after the fault is gone.
func TestFaults(t *testing.T) {
	for _, rule := range []string{
		"ENOSPC on write of journal/* #4", "EIO on sync of journal/* #4", "SHORT on write of journal/* #5", "EIO on sync of journal/* #5",
		"EIO on stat of journal/* #9", "ENOSPC on create of journal/1.1", "EROFS on syncdir of ck/journal #2",
	} {
		t.Run(rule, func(t *testing.T) {
			crash := vfs.NewCrash()
			faulty, err := vfs.NewInject(crash, rule)
			must(t, err)
			w := &workload{fs: faulty}
			if err = w.run(9); err == nil {
				t.Fatal("the fault went unnoticed")
			}
			for s := range uint64(6) {
				image := crash.Image(s)
				c, state := open(t, image, small)
				w.checkState(t, state)
				must(t, c.Close())
			}
		})
	}
}

func TestFailedWriteNamesTheRemedy(t *testing.T) {
	crash := vfs.NewCrash()
	faulty, err := vfs.NewInject(crash, "EIO on sync of journal/* #2")
	must(t, err)
	c, _ := open(t, faulty, quiet)
	wantCondition(t, c.Plan(planOf(0)), fault.OffsetLogWrite)
	wantCondition(t, c.Plan(planOf(0)), fault.OffsetLogWrite) // a sync that failed is not tried again
	must(t, c.Close())
}
