package checkpoint

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/vfs"
)

// Lazy records wait for their time and are durable at once; a machine that dies in
// between forgets them, plan and commit, and a process that ends does not.
func TestLazy(t *testing.T) {
	disk := vfs.NewCrash()
	now := time.Unix(1000, 0)
	options := Options{Lazy: time.Second, MirrorDelay: -1, Now: func() time.Time { return now }}
	batch := func(c *Checkpoint, n int64) {
		t.Helper()
		if err := c.Plan(Plan{Batch: n, Ends: []json.RawMessage{json.RawMessage("1")}}); err != nil {
			t.Fatal(err)
		}
		if err := c.Commit(Commit{Batch: n}); err != nil {
			t.Fatal(err)
		}
	}
	c, _, err := Open(disk, "ck", options)
	if err != nil {
		t.Fatal(err)
	}
	batch(c, 0) // the first is durable
	syncs := len(disk.Ops())
	batch(c, 1)
	batch(c, 2)
	if n := len(disk.Ops()); n != syncs || c.Durable() != 0 {
		t.Errorf("%d changes of the disk and batch %d durable, want none and 0", n-syncs, c.Durable())
	}
	if err := c.Plan(Plan{Batch: 2, Ends: []json.RawMessage{json.RawMessage("1")}}); err == nil {
		t.Error("batch 2 was planned twice")
	}
	reopened := func(disk *vfs.Crash) int64 {
		t.Helper()
		c, s, err := Open(disk.Image(vfs.Everything), "ck", options)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, pending := s.Pending(); pending {
			t.Error("a batch is planned and not committed")
		}
		return s.Committed()
	}
	if got := reopened(disk); got != 0 {
		t.Errorf("who died finds batch %d, want 0", got)
	}
	now = now.Add(time.Second)
	batch(c, 3)
	if got := reopened(disk); got != 3 || c.Durable() != 3 {
		t.Errorf("after a second batch %d and %d are durable, want 3", got, c.Durable())
	}
	batch(c, 4)
	if err := c.Plan(Plan{Batch: 5, Ends: []json.RawMessage{json.RawMessage("1")}}); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c, s, err := Open(disk, "ck", options)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if p, pending := s.Pending(); s.Committed() != 4 || !pending || p.Batch != 5 {
		t.Errorf("after an end batch %d is durable, want 4, and batch 5 planned", s.Committed())
	}
}

// closeFails is a file system in which the n-th file cannot be closed well.
type closeFails struct {
	vfs.FS
	left *int
}

type closeFailsWriter struct {
	vfs.Writer
	left *int
}

func (f closeFails) Create(name string) (vfs.Writer, error) {
	w, err := f.FS.Create(name)
	if err == nil && strings.Contains(name, "journal") {
		w = closeFailsWriter{w, f.left}
	}
	return w, err
}

var errClose = errors.New("close: input/output error")

func (w closeFailsWriter) Close() error {
	err := w.Writer.Close()
	if *w.left--; *w.left == 0 {
		return errClose
	}
	return err
}

// A journal that cannot go on in a new file takes nothing more: the new file lacks its
// beginning, and what followed would be lost with it.
func TestRotationThatFails(t *testing.T) {
	disk := &vfs.Memory{}
	left := 1
	c, _, err := Open(closeFails{disk, &left}, "ck", Options{MirrorDelay: -1, MaxJournal: 512})
	if err != nil {
		t.Fatal(err)
	}
	done := int64(-1)
	for n := int64(0); n < 100; n++ {
		err := c.Plan(Plan{Batch: n, Ends: []json.RawMessage{json.RawMessage("1")}})
		if err == nil {
			err = c.Commit(Commit{Batch: n})
		}
		if err != nil {
			if !errors.Is(err, errClose) {
				t.Fatal(err)
			}
			if err := c.Plan(Plan{Batch: n + 1}); err == nil {
				t.Error("the journal goes on")
			}
			break
		}
		done = n
	}
	if left > 0 {
		t.Fatal("the journal was never closed")
	}
	_ = c.Close()
	_, s, err := Open(disk, "ck", Options{MirrorDelay: -1})
	if err != nil {
		t.Fatal(err)
	}
	if s.Committed() < done {
		t.Errorf("batch %d is there, and %d was committed", s.Committed(), done)
	}
}
