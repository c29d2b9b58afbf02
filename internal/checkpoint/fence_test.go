//go:build unix

package checkpoint

import (
	"os"
	"os/exec"
	"path"
	"syscall"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

func TestSecondWriterIsRefusedAtOnce(t *testing.T) {
	m := new(vfs.Memory)
	c, _ := open(t, m, quiet)
	_, _, err := Open(m, "ck", quiet)
	wantCondition(t, err, fault.ConcurrentLogUpdate)
	must(t, c.Close())
	c, _ = open(t, m, quiet)
	must(t, c.Close())
}

// breakLock lets a checkpoint be opened although its holder lives, as when the
// lock was lost with a network disk.
func breakLock(t *testing.T, c *Checkpoint) {
	t.Helper()
	must(t, c.lock.Close())
}

// TestZombie lets a run sleep at each of its steps while others take the
// checkpoint over. It must not report anything as done afterwards, and what it
// appends must not count.
func TestZombie(t *testing.T) {
	for owners := range 3 {
		for _, step := range []string{"plan", "commit", "check", "mirror"} {
			m := new(vfs.Memory)
			zombie, _ := open(t, m, quiet)
			must(t, run(zombie, 0, 2))
			if step == "commit" {
				must(t, zombie.Plan(planOf(2)))
			}
			breakLock(t, zombie)
			batches := int64(2)
			for range owners + 1 {
				next, s := open(t, m, quiet)
				if p, ok := s.Pending(); ok {
					must(t, next.Commit(commitOf(p.Batch)))
					batches++
				}
				must(t, run(next, batches, batches+1))
				batches++
				must(t, next.Close())
			}
			var err error
			switch step {
			case "plan":
				err = zombie.Plan(planOf(2))
			case "commit":
				err = zombie.Commit(commitOf(2))
			case "check":
				err = zombie.Check()
			case "mirror":
				err = zombie.Mirror()
			}
			wantCondition(t, err, fault.ConcurrentLogUpdate)
			_, s := open(t, m, quiet)
			if got := s.Committed() + 1; got != batches {
				t.Errorf("%s, %d owners: %d batches, want %d", step, owners+1, got, batches)
			}
		}
	}
}

// TestZombieWakesInsideAnAppend takes the checkpoint over between the moment
// in which the old run looked for a later epoch and the one in which it writes.
func TestZombieWakesInsideAnAppend(t *testing.T) {
	m := new(vfs.Memory)
	slow := &slowFS{Memory: m}
	zombie, _ := open(t, slow, quiet)
	must(t, run(zombie, 0, 2))
	breakLock(t, zombie)
	slow.beforeWrite = func() {
		next, s := open(t, m, quiet)
		if s.Committed() != 1 {
			t.Errorf("committed %d", s.Committed())
		}
		p := planOf(2)
		p.TimestampMS++ // another plan than the zombie's
		must(t, next.Plan(p))
		must(t, next.Close())
	}
	wantCondition(t, zombie.Plan(planOf(2)), fault.ConcurrentLogUpdate)
	_, s := open(t, m, quiet)
	if p, _ := s.Pending(); p.TimestampMS != planOf(2).TimestampMS+1 {
		t.Errorf("the plan that counts is the zombie's: %+v", p)
	}
}

// TestOwnerGoesOnInANewFileDuringTakeover lets the old run rotate its journal,
// and commit, after the new one has looked at the directory.
func TestOwnerGoesOnInANewFileDuringTakeover(t *testing.T) {
	m := new(vfs.Memory)
	o := quiet
	o.MaxJournal, o.growth = 1, sectorSize
	old, _ := open(t, m, o)
	must(t, run(old, 0, 2))
	breakLock(t, old)
	slow := &slowFS{Memory: m, beforeCreate: func() {
		must(t, run(old, 2, 9))
		if old.journal.id.part == 0 {
			t.Error("the journal was not rotated")
		}
	}}
	_, s := open(t, slow, o)
	if s.Committed() != 8 {
		t.Errorf("the new run finds batch %d committed, the old one was told that 8 is", s.Committed())
	}
}

// slowFS calls a function before it makes a file, or before its first write to
// a file that it made.
type slowFS struct {
	*vfs.Memory
	beforeCreate, beforeWrite func()
}

func (s *slowFS) Create(name string) (vfs.Writer, error) {
	if do := s.beforeCreate; do != nil {
		s.beforeCreate = nil
		do()
	}
	w, err := s.Memory.Create(name)
	return &slowWriter{w, s}, err
}

type slowWriter struct {
	vfs.Writer
	fs *slowFS
}

func (w *slowWriter) WriteAt(p []byte, off int64) (int, error) {
	if do := w.fs.beforeWrite; do != nil {
		w.fs.beforeWrite = nil
		do()
	}
	return w.Writer.WriteAt(p, off)
}

// TestLockDiesWithItsProcess holds a checkpoint in another process, stops that
// with SIGSTOP, and kills it.
func TestLockDiesWithItsProcess(t *testing.T) {
	const variable = "WEIR_TEST_CHECKPOINT"
	if dir := os.Getenv(variable); dir != "" {
		if _, _, err := Open(vfs.Disk{}, dir, quiet); err != nil {
			os.Exit(3)
		}
		_, _ = os.Stdout.WriteString("open\n")
		<-make(chan int)
	}
	dir := path.Join(t.TempDir(), "ck")
	holder := exec.Command(os.Args[0], "-test.run=^TestLockDiesWithItsProcess$")
	holder.Env = append(os.Environ(), variable+"="+dir)
	out, err := holder.StdoutPipe()
	must(t, err)
	must(t, holder.Start())
	ready := make([]byte, 5)
	if _, err := out.Read(ready); err != nil || string(ready) != "open\n" {
		t.Fatalf("the other process says %q, %v", ready, err)
	}
	must(t, holder.Process.Signal(syscall.SIGSTOP))
	_, _, err = Open(vfs.Disk{}, dir, quiet)
	wantCondition(t, err, fault.ConcurrentLogUpdate)
	must(t, holder.Process.Kill())
	_ = holder.Wait()
	c, s, err := Open(vfs.Disk{}, dir, quiet)
	must(t, err)
	if s.Epoch != 2 {
		t.Errorf("epoch %d", s.Epoch)
	}
	must(t, c.Close())
}

func TestFilesAreWrittenInTheBackground(t *testing.T) {
	dir := path.Join(t.TempDir(), "ck")
	o := quiet
	o.MirrorDelay = time.Microsecond
	c, _, err := Open(vfs.Disk{}, dir, o)
	must(t, err)
	must(t, run(c, 0, 30))
	must(t, c.Close())
	for _, log := range []string{offsetsDir, commitsDir} {
		found, err := batches(vfs.Disk{}, path.Join(dir, log))
		must(t, err)
		if len(found) != 30 {
			t.Errorf("%s holds %v", log, found)
		}
	}
}
