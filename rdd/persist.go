package rdd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"strings"

	"github.com/weirstream/weir/internal/blockstore"
	"github.com/weirstream/weir/internal/shuffle"
)

// StorageLevel says where computed partitions are kept (R13). The zero level is
// StorageNone.
type StorageLevel uint8

// The levels, as Spark has them. MemoryOnly drops what does not fit and computes it
// again; MemoryAndDisk writes it to disk. Ser keeps bytes in memory, which take less
// room and cost decoding at each use. A 2 at the end keeps a second copy in the
// second of Config.LocalDirs.
const (
	StorageNone StorageLevel = iota
	DiskOnly
	DiskOnly2
	MemoryOnly
	MemoryOnly2
	MemoryOnlySer
	MemoryOnlySer2
	MemoryAndDisk
	MemoryAndDisk2
	MemoryAndDiskSer
	MemoryAndDiskSer2
)

var levels = [...]blockstore.Level{
	StorageNone:       {},
	DiskOnly:          {Disk: true, Serialized: true, Replicas: 1},
	DiskOnly2:         {Disk: true, Serialized: true, Replicas: 2},
	MemoryOnly:        {Memory: true, Replicas: 1},
	MemoryOnly2:       {Memory: true, Replicas: 2},
	MemoryOnlySer:     {Memory: true, Serialized: true, Replicas: 1},
	MemoryOnlySer2:    {Memory: true, Serialized: true, Replicas: 2},
	MemoryAndDisk:     {Memory: true, Disk: true, Replicas: 1},
	MemoryAndDisk2:    {Memory: true, Disk: true, Replicas: 2},
	MemoryAndDiskSer:  {Memory: true, Disk: true, Serialized: true, Replicas: 1},
	MemoryAndDiskSer2: {Memory: true, Disk: true, Serialized: true, Replicas: 2},
}

// String describes the level as Spark does: "Disk Memory Deserialized 1x Replicated".
func (l StorageLevel) String() string {
	d := levels[l]
	var words []string
	if d.Disk {
		words = append(words, "Disk")
	}
	if d.Memory {
		words = append(words, "Memory")
	}
	if d.Serialized || l == StorageNone {
		words = append(words, "Serialized")
	} else {
		words = append(words, "Deserialized")
	}
	return fmt.Sprintf("%s %dx Replicated", strings.Join(words, " "), max(d.Replicas, 1))
}

// ErrStorageLevel is what a second, different level is refused with.
var ErrStorageLevel = errors.New("Cannot change storage level of an RDD after it was already assigned a level")

// StorageLevel is where the partitions are kept.
func (n *node) StorageLevel() StorageLevel { return StorageLevel(n.level.Load()) }

// Persist keeps the partitions at a level once they are computed. A level that was
// set cannot be changed but by [RDD.Unpersist]; the error is reported by the next
// action, too.
func (r *RDD[T]) Persist(level StorageLevel) *RDD[T] {
	if level == StorageNone || r.level.CompareAndSwap(uint32(StorageNone), uint32(level)) {
		if level == StorageNone {
			return r
		}
		r.c.mu.Lock()
		defer r.c.mu.Unlock()
		r.c.persisted[r.id] = r.op
		runtime.AddCleanup(r.node, forgotten.unpersist, forgotten{r.c, r.id, r.parts})
		return r
	}
	if r.StorageLevel() != level {
		r.failed(ErrStorageLevel)
	}
	return r
}

// Cache is Persist at MemoryOnly.
func (r *RDD[T]) Cache() *RDD[T] { return r.Persist(MemoryOnly) }

// forgotten is what is left of an RDD to which nobody refers any more: its blocks.
type forgotten struct {
	c         *Context
	id, parts int
}

func (f forgotten) unpersist() {
	for p := range f.parts {
		f.c.blocks.Remove(blockstore.ID{RDD: f.id, Part: p})
	}
	f.c.mu.Lock()
	delete(f.c.persisted, f.id)
	f.c.mu.Unlock()
}

// Unpersist forgets the kept partitions; they are computed again when needed. An RDD to
// which nobody refers any more is forgotten by and by without it.
func (n *node) Unpersist() {
	n.level.Store(uint32(StorageNone))
	forgotten{n.c, n.id, n.parts}.unpersist()
	n.c.bus.emit(Unpersisted{RDD: n.id})
}

// blockCodec writes a partition as the number of its rows and their encoding.
func blockCodec[T any]() blockstore.Codec {
	c := shuffle.CodecOf[T]()
	return blockstore.Codec{
		Encode: func(v any) ([]byte, error) {
			rows := v.([]T)
			return c.Append(binary.AppendUvarint(nil, uint64(len(rows))), rows)
		},
		Decode: func(b []byte) (any, error) {
			n, size := binary.Uvarint(b)
			if size <= 0 {
				return nil, errors.New("the block has no length")
			}
			rows := make([]T, n)
			_, err := c.Read(b[size:], rows)
			return rows, err
		},
	}
}

// cached yields a persisted partition, which is computed and kept if it is not
// there.
func (r *RDD[T]) cached(t *Task, part int, level StorageLevel) iter.Seq[T] {
	id := blockstore.ID{RDD: r.id, Part: part}
	if v, ok := r.c.blocks.Get(id); ok {
		return slice(t, v.([]T))
	}
	// Computed when it is read, as everything is.
	return func(yield func(T) bool) {
		rows, ok := r.fill(t, id, level)
		if ok {
			slice(t, rows)(yield)
		}
	}
}

// fill computes a block while nobody else does.
func (r *RDD[T]) fill(t *Task, id blockstore.ID, level StorageLevel) ([]T, bool) {
	unlock := r.c.blocks.Lock(id)
	defer unlock()
	if v, ok := r.c.blocks.Get(id); ok {
		return v.([]T), true
	}
	rows, size := gather(r.source(t, id.Part))
	if t.stopped() {
		return nil, false
	}
	if err := r.c.blocks.Put(id, levels[level], blockCodec[T](), rows, size); err != nil {
		t.Fail(fmt.Errorf("%v cannot be persisted: %w", r.node, err))
		return nil, false
	}
	return rows, true
}

// gather are the rows of a sequence, and roughly what they take in memory.
func gather[T any](seq iter.Seq[T]) (rows []T, size int64) {
	var m shuffle.Meter[T]
	for v := range seq {
		rows = append(rows, v)
		size += m.Size(&v)
	}
	return rows, size
}
