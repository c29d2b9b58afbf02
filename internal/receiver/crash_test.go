package receiver

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/blockstore"
	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/vfs"
)

var seed = flag.Uint64("seed", 42, "seed of the random tests")

// workload is a stream whose receiver stores a row a second, each as a block, with a
// batch every third second. It remembers what it was promised.
type workload struct {
	fs    vfs.FS
	clock *clock.Manual
	next  int // row that is stored next

	acked   map[string]bool    // rows that were acknowledged and not forgotten
	batches map[int64][]string // rows of the batches that were allocated, not forgotten
	cleaned int64              // batches before are forgotten, ms
	// doing is the step under way: of it some may have come true.
	doing string

	tracker *Tracker
	keeper  *Keeper[string]
}

func newWorkload(fsys vfs.FS) *workload {
	return &workload{fs: fsys, clock: clock.NewManual(noon), acked: map[string]bool{}, batches: map[int64][]string{}}
}

// open starts the machine.
func (w *workload) open() (err error) {
	roll := LogConfig{Roll: 5 * time.Second, MaxFailures: 2}
	w.tracker, err = OpenTracker(TrackerOptions{FS: w.fs, Dir: "ck/receivedBlockMetadata", Clock: w.clock, Log: roll, Recover: true})
	if err != nil {
		return err
	}
	log, err := OpenLog(w.fs, "ck/receivedData/0", w.clock, roll)
	if err != nil {
		return err
	}
	// Blocks in memory are gone after a crash, as the store is a new one.
	w.keeper = NewKeeper[string](KeeperOptions{Blocks: blockstore.New(new(vfs.Memory), 1<<20, "blocks"), Tracker: w.tracker, Log: log,
		Clock: w.clock, Level: blockstore.Level{Memory: true, Serialized: true, Replicas: 1}})
	return nil
}

func (w *workload) close() error { return errors.Join(w.keeper.Close(), w.tracker.Close()) }

// run goes on for so many seconds, or until the first error.
func (w *workload) run(seconds int) error {
	for range seconds {
		w.clock.Advance(time.Second)
		if err := w.second(); err != nil {
			return fmt.Errorf("%s: %w", w.doing, err)
		}
	}
	return nil
}

func (w *workload) second() error {
	now := w.clock.Now()
	row := fmt.Sprint("row ", w.next)
	w.next++
	w.doing = row
	// A block of more than a sector, so that it can be torn.
	number := max(now.UnixMilli(), w.tracker.lastNumber(0)+1)
	if err := w.keeper.Store(BlockID{0, number}, []string{row, fmt.Sprintf("%800d", w.next)}, nil); err != nil {
		return err
	}
	w.acked[row] = true
	if now.Unix()%3 == 0 {
		w.doing = fmt.Sprint("batch ", now.UnixMilli())
		if err := w.tracker.AllocateBlocksToBatch(now); err != nil {
			return err
		}
		rows, err := w.rows(w.tracker.BlocksOf(now, 0))
		if err != nil {
			return err
		}
		w.batches[now.UnixMilli()] = rows
	}
	if now.Unix()%7 == 0 {
		before := now.Add(-8 * time.Second)
		w.doing = fmt.Sprint("clean ", before.UnixMilli())
		if err := w.tracker.Clean(before); err != nil {
			return err
		}
		w.forget(before.UnixMilli())
		return w.keeper.Clean(before)
	}
	return nil
}

// forget takes the batches before a time, which are done, out of the promises.
func (w *workload) forget(before int64) {
	w.cleaned = before
	for at, rows := range w.batches {
		if at < before {
			delete(w.batches, at)
			for _, r := range rows {
				delete(w.acked, r)
			}
		}
	}
}

func (w *workload) rows(blocks []Block) (rows []string, err error) {
	for _, b := range blocks {
		got, err := w.keeper.Read(b)
		if err != nil {
			return nil, err
		}
		rows = append(rows, got[0])
	}
	return rows, nil
}

// check compares what is found after a start with what was promised: all of that, and
// at most the step that was under way.
func (w *workload) check(t *testing.T) {
	t.Helper()
	found := make(map[string]int)
	for _, at := range w.tracker.Batches() {
		rows, err := w.rows(w.tracker.BlocksOf(at, 0))
		must(t, err)
		want, promised := w.batches[at.UnixMilli()]
		switch {
		case promised && !slices.Equal(rows, want):
			t.Fatalf("batch %d has %q, it had %q", at.UnixMilli(), rows, want)
		case !promised && w.doing != fmt.Sprint("batch ", at.UnixMilli()) && at.UnixMilli() >= w.cleaned:
			t.Fatalf("batch %d was never allocated; while %s", at.UnixMilli(), w.doing)
		}
		w.batches[at.UnixMilli()] = rows
		for _, r := range rows {
			found[r]++
		}
	}
	for at := range w.batches {
		if w.doing == fmt.Sprint("clean ", w.clock.Now().Add(-8*time.Second).UnixMilli()) && len(w.tracker.BlocksOf(time.UnixMilli(at), 0)) == 0 {
			for _, r := range w.batches[at] {
				delete(w.acked, r) // the clean-up under way has come true
			}
			delete(w.batches, at)
		}
	}
	waiting, err := w.rows(w.tracker.state.queue(0).blocks)
	must(t, err)
	for _, r := range waiting {
		found[r]++
	}
	for r := range w.acked {
		if found[r] != 1 {
			t.Fatalf("%s was acknowledged and is there %d times; while %s", r, found[r], w.doing)
		}
	}
	for r := range found {
		if !w.acked[r] && r != w.doing {
			t.Fatalf("%s is there, but was never acknowledged nor under way (%s)", r, w.doing)
		}
		w.acked[r] = true
	}
}

// again is what a start on an image finds itself promised.
func (w *workload) again(fsys vfs.FS) *workload {
	c := newWorkload(fsys)
	c.clock.Set(w.clock.Now())
	c.next, c.doing, c.cleaned = w.next, w.doing, w.cleaned
	for r := range w.acked {
		c.acked[r] = true
	}
	for at, rows := range w.batches {
		c.batches[at] = rows
	}
	return c
}

// TestCrashAnywhere lets the machine die in every operation of a run and starts it
// again from the disks it may leave.
func TestCrashAnywhere(t *testing.T) {
	t.Logf("-seed=%d", *seed)
	const seconds = 24
	whole := vfs.NewCrash()
	w := newWorkload(whole)
	must(t, w.open())
	must(t, w.run(seconds))
	must(t, w.close())
	ops := whole.Ops()
	t.Logf("%d operations", len(ops))
	seeds := []uint64{vfs.OnlySynced, vfs.Everything, *seed + 2, *seed + 3, *seed + 4, *seed + 5}
	if testing.Short() {
		seeds = seeds[:3]
	}
	for k := 1; k <= len(ops); k++ {
		crash := vfs.NewCrash()
		crash.StopAt(k)
		w := newWorkload(crash)
		err := w.open()
		if err == nil {
			err = w.run(seconds)
		}
		if err == nil {
			err = w.close()
		}
		if !errors.Is(err, vfs.ErrCrashed) {
			t.Fatalf("crash in operation %d (%s): %v", k, ops[k-1], err)
		}
		for _, s := range seeds {
			image := crash.Image(s)
			after := w.again(image)
			if err := after.open(); err != nil {
				t.Fatalf("crash in operation %d, %s, image %d: %v\n%s", k, ops[k-1], s, err, image.Dump())
			}
			after.check(t)
			// It goes on, and the machine starts once more.
			must(t, after.run(seconds/2))
			must(t, after.close())
			last := after.again(image)
			must(t, last.open())
			last.doing = ""
			last.check(t)
			must(t, last.close())
		}
	}
}

// TestFaults lets single operations fail. What was refused may be asked for again as soon
// as the fault is gone, without a restart, and what was promised stands.
func TestFaults(t *testing.T) {
	t.Logf("-seed=%d", *seed)
	for _, op := range []string{"write", "sync", "create", "syncdir", "SHORT"} {
		for n := 1; n <= 12; n++ {
			rule := fmt.Sprintf("ENOSPC on %s of log-* #%d", op, n)
			if op == "syncdir" {
				rule = fmt.Sprintf("EIO on syncdir of * #%d", n)
			}
			if op == "SHORT" {
				rule = fmt.Sprintf("SHORT on write of log-* #%d", n)
			}
			crash := vfs.NewCrash()
			faulty, err := vfs.NewInject(crash, rule, rule) // one after the other: both tries of a log
			must(t, err)
			w := newWorkload(faulty)
			if err := w.open(); err != nil {
				continue
			}
			failed := 0
			for range 24 {
				if err := w.run(1); err != nil {
					failed++
				}
			}
			for s := range uint64(4) {
				after := w.again(crash.Image(s + *seed*s))
				must(t, after.open())
				after.check(t)
				must(t, after.close())
			}
			if failed > 2 {
				t.Errorf("%s: %d steps failed, though the disk was full for two writes", rule, failed)
			}
		}
	}
}
