package rdd

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"iter"
	"path"
	"path/filepath"
	"strings"

	"github.com/weirstream/weir/internal/shuffle"
	"github.com/weirstream/weir/internal/vfs"
)

// savedParts is where the partitions of a checkpointed RDD are: in a directory,
// or, when it is empty, in the block store and nowhere else.
type savedParts struct{ dir string }

// What is to happen to an RDD after the next job over it.
const (
	unmarked int32 = iota
	markReliable
	markLocal
)

// ErrNoCheckpointDir is what Checkpoint reports before [Context.SetCheckpointDir].
var ErrNoCheckpointDir = errors.New("Checkpoint directory has not been set in the SparkContext")

// Checkpoint has the RDD written to the checkpoint directory after the next job over
// it; its lineage is cut then. The partitions are computed once more for that, unless
// the RDD is persisted. An error while writing fails the action (R14).
func (r *RDD[T]) Checkpoint() error {
	if r.c.CheckpointDir() == "" {
		return ErrNoCheckpointDir
	}
	r.setMark(markReliable, storing(r))
	return nil
}

// LocalCheckpoint cuts the lineage after the next job over the RDD, and keeps its
// partitions in the block store instead: quicker than [RDD.Checkpoint], but a
// partition that is lost stays lost. The RDD is persisted with disk, so that none is
// lost by eviction.
func (r *RDD[T]) LocalCheckpoint() *RDD[T] {
	switch l := r.StorageLevel(); l {
	case StorageNone:
		r.Persist(MemoryAndDisk)
	case MemoryOnly, MemoryOnly2, MemoryOnlySer, MemoryOnlySer2:
		r.level.Store(uint32(l + MemoryAndDisk - MemoryOnly))
	}
	r.setMark(markLocal, storing(r))
	return r
}

func (n *node) setMark(m int32, store func(t *Task, part int, dir string) error) {
	n.mu.Lock()
	n.store = store
	n.mu.Unlock()
	if n.savedAt() == nil && n.mark.Swap(m) == unmarked {
		n.c.marked.Add(1)
	}
}

// IsCheckpointed reports whether the partitions are saved and the lineage is cut.
func (n *node) IsCheckpointed() bool { return n.savedAt() != nil }

// CheckpointFile is the directory of the checkpoint, empty if there is none.
func (n *node) CheckpointFile() string {
	if s := n.savedAt(); s != nil {
		return s.dir
	}
	return ""
}

// saveMarked saves the marked RDDs below n, the nearest first, which cuts what is
// beneath them.
func (c *Context) saveMarked(ctx context.Context, n *node) error {
	seen := make(map[*node]bool)
	var visit func(n *node) error
	visit = func(n *node) error {
		if seen[n] {
			return nil
		}
		seen[n] = true
		if m := n.mark.Load(); m != unmarked && n.mark.CompareAndSwap(m, unmarked) {
			c.marked.Add(-1)
			err := n.save(ctx, m == markReliable)
			if err != nil {
				n.setMark(m, n.store)
				return fmt.Errorf("checkpoint of %v: %w", n, err)
			}
		}
		for _, d := range n.dependencies() {
			if err := visit(d.on); err != nil {
				return err
			}
		}
		return nil
	}
	return visit(n)
}

// save computes all partitions and writes them, or makes sure that the block store
// has them, and cuts the lineage.
func (n *node) save(ctx context.Context, reliable bool) error {
	parts := make([]int, n.parts)
	for i := range parts {
		parts[i] = i
	}
	s := new(savedParts)
	if reliable {
		s.dir = path.Join(n.c.CheckpointDir(), fmt.Sprintf("rdd-%d", n.id))
		if err := n.c.fs.MkdirAll(s.dir); err != nil {
			return err
		}
	}
	if err := n.c.runJob(ctx, n, parts, "checkpoint", func(t *Task, part int) error { return n.store(t, part, s.dir) }); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.saved, n.deps = s, nil
	if reliable {
		cut := newNode(n.c, "ReliableCheckpointRDD", "checkpoint", n.parts)
		cut.site = n.site
		n.deps = []dependency{{on: cut}}
	}
	return nil
}

// storing writes a partition to dir, or only computes it so that it is persisted.
func storing[T any](r *RDD[T]) func(t *Task, part int, dir string) error {
	return func(t *Task, part int, dir string) error {
		if dir == "" {
			for range r.iterator(t, part) {
				if t.stopped() {
					break
				}
			}
			return t.err
		}
		return writeObjects(t, path.Join(dir, partName(part)), r.iterator(t, part))
	}
}

// partName is the name of a file of a partition.
func partName(part int) string { return fmt.Sprintf("part-%05d", part) }

// writeStaged writes a file that appears when it is whole, and only if the task has
// not failed.
func writeStaged(t *Task, name string, fill func(w io.Writer) error) error {
	staged, err := vfs.Stage(t.rdd.fs, name)
	if err != nil {
		return err
	}
	whole := false
	defer func() {
		if !whole {
			_ = staged.Discard() // the first error is the one that tells
		}
	}()
	w := bufio.NewWriterSize(staged, 64<<10)
	if err := errors.Join(fill(w), t.err); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	whole = true
	return staged.Replace()
}

// writeObjects writes rows to a file of frames. The last frame has no rows: a file
// without it is torn.
func writeObjects[T any](t *Task, name string, rows iter.Seq[T]) error {
	return writeStaged(t, name, func(w io.Writer) error {
		c := shuffle.CodecOf[T]()
		chunk := make([]T, 0, stride)
		for v := range rows {
			if chunk = append(chunk, v); len(chunk) == cap(chunk) {
				if err := writeFrame(w, c, chunk); err != nil {
					return err
				}
				chunk = chunk[:0]
			}
		}
		if len(chunk) > 0 {
			if err := writeFrame(w, c, chunk); err != nil {
				return err
			}
		}
		return writeFrame(w, c, nil)
	})
}

// writeFrame writes the length, the number of rows, the checksum and the rows.
func writeFrame[T any](w io.Writer, c shuffle.Codec[T], rows []T) error {
	frame, err := c.Append(make([]byte, 12, 4096), rows)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint32(frame[0:], uint32(len(frame)-12))
	binary.LittleEndian.PutUint32(frame[4:], uint32(len(rows)))
	binary.LittleEndian.PutUint32(frame[8:], crc32.Checksum(frame[12:], castagnoli))
	_, err = w.Write(frame)
	return err
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// readObjects yields the rows of a file of frames.
func readObjects[T any](t *Task, name string) iter.Seq[T] {
	return func(yield func(T) bool) {
		f, err := t.rdd.fs.Open(name)
		if err != nil {
			t.Fail(err)
			return
		}
		defer f.Close()
		r := bufio.NewReaderSize(f, 64<<10)
		c := shuffle.CodecOf[T]()
		for !t.stopped() {
			rows, err := readFrame(r, c)
			if err != nil {
				t.Fail(fmt.Errorf("%s: %w", name, err))
				return
			}
			if len(rows) == 0 {
				return
			}
			for _, v := range rows {
				if !yield(v) {
					return
				}
			}
		}
	}
}

func readFrame[T any](r *bufio.Reader, c shuffle.Codec[T]) ([]T, error) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, fmt.Errorf("the file ends too early: %w", err)
	}
	size, n := binary.LittleEndian.Uint32(head[0:]), binary.LittleEndian.Uint32(head[4:])
	body, err := io.ReadAll(io.LimitReader(r, int64(size)))
	if err != nil {
		return nil, err
	}
	if len(body) != int(size) || crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(head[8:]) {
		return nil, errors.New("the checksum of a frame is wrong")
	}
	rows := make([]T, n)
	_, err = c.Read(body, rows)
	return rows, err
}

func readCheckpoint[T any](t *Task, dir string, part int) iter.Seq[T] {
	return readObjects[T](t, path.Join(dir, partName(part)))
}

// CheckpointedAs is the RDD that was checkpointed in a directory, perhaps by another
// process (see [node.CheckpointFile]).
func CheckpointedAs[T any](c *Context, dir string) *RDD[T] {
	dir = filepath.ToSlash(dir)
	parts, err := countParts(c.fs, dir)
	n := newNode(c, "ReliableCheckpointRDD", "checkpointFile", parts)
	n.failed(err)
	n.saved = &savedParts{dir: dir}
	return &RDD[T]{node: n}
}

func countParts(fsys vfs.FS, dir string) (int, error) {
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "part-") {
			if e.Name() != partName(n) {
				return 0, fmt.Errorf("%s: %s is missing: %w", dir, partName(n), fs.ErrNotExist)
			}
			n++
		}
	}
	return n, nil
}
