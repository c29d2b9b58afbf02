package blockstore

import (
	"container/list"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"path"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/weirstream/weir/internal/vfs"
)

// ID names a block: a partition of an RDD.
type ID struct{ RDD, Part int }

// Level says where a block may lie.
type Level struct {
	Memory     bool
	Disk       bool
	Serialized bool // in memory as bytes
	Replicas   int  // more than 1: a second file, in the second directory
	Pinned     bool // never driven out of memory, since nobody can compute it again
}

// Codec turns the value of a block into bytes and back.
type Codec struct {
	Encode func(value any) ([]byte, error)
	Decode func(b []byte) (any, error)
}

// Store keeps blocks. Its methods may be called from any goroutine.
type Store struct {
	fs    vfs.FS
	dirs  []string
	total int64
	next  atomic.Int64 // for names of files

	mu        sync.Mutex
	execution int64 // bytes that tasks hold
	storage   int64 // bytes that blocks hold in memory
	blocks    map[ID]*block
	recent    *list.List // of *block, those in memory, the least recently used first
	locks     map[ID]*blockLock
}

// block is guarded by the Store's lock.
type block struct {
	id      ID
	level   Level
	codec   Codec
	value   any // or a []byte with level.Serialized; nil if not in memory
	size    int64
	file    string // empty if there is none
	length  int64  // of the file
	replica string
	place   *list.Element // nil while it is not in memory or on its way out
	gone    bool          // removed while somebody wrote it
}

type blockLock struct {
	mu    sync.Mutex
	users int
}

// New makes a store of total bytes of memory. Files go to the first of dirs, the
// replicas to the second, or to the first where there is one only; directories
// are made when they are needed.
func New(fs vfs.FS, total int64, dirs ...string) *Store {
	return &Store{fs: fs, dirs: dirs, total: total, blocks: make(map[ID]*block), recent: list.New(), locks: make(map[ID]*blockLock)}
}

// Reserve gives a task n more bytes; false if there is no room, and then the
// task spills.
func (s *Store) Reserve(n int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.room(n, s.total/2, nil) {
		return false
	}
	s.execution += n
	return true
}

// Release gives back what was reserved.
func (s *Store) Release(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.execution -= n
}

// Used is how many bytes of memory tasks and blocks hold.
func (s *Store) Used() (execution, storage int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.execution, s.storage
}

// room makes place for n bytes, driving blocks out while they hold more than
// keep. Blocks of the RDD of the block given stay. The lock is held, and given
// up while a block is written.
func (s *Store) room(n, keep int64, of *ID) bool {
	for s.execution+s.storage+n > s.total {
		victim := s.victim(of)
		if victim == nil || s.storage <= keep {
			return false
		}
		s.evict(victim)
	}
	return true
}

func (s *Store) victim(of *ID) *block {
	for e := s.recent.Front(); e != nil; e = e.Next() {
		if b := e.Value.(*block); !b.level.Pinned && (of == nil || b.id.RDD != of.RDD) {
			return b
		}
	}
	return nil
}

// evict takes a block out of memory. The lock is held.
func (s *Store) evict(b *block) {
	s.recent.Remove(b.place)
	b.place = nil
	if b.level.Disk && b.file == "" {
		value := b.value
		s.mu.Unlock()
		data, err := b.bytes(value)
		var name string
		if err == nil {
			name, err = s.write(0, b.id, data)
		}
		s.mu.Lock()
		if err == nil && !b.gone {
			b.file, b.length = name, int64(len(data))
		} else if err == nil {
			_ = s.fs.Remove(name) // a file that stays is removed with the directory
		}
	}
	s.storage -= b.size
	b.value = nil
	if b.file == "" && b.replica == "" && s.blocks[b.id] == b {
		delete(s.blocks, b.id)
	}
}

// bytes is the value in the form of files.
func (b *block) bytes(value any) ([]byte, error) {
	if data, ok := value.([]byte); ok && b.level.Serialized {
		return data, nil
	}
	return b.codec.Encode(value)
}

// Put keeps a block at a level. size is what value takes in memory, roughly. A
// block for which there is no room is not kept, which is no error.
func (s *Store) Put(id ID, level Level, codec Codec, value any, size int64) error {
	b := &block{id: id, level: level, codec: codec}
	var data []byte
	var err error
	if level.Serialized || !level.Memory || level.Replicas > 1 {
		if data, err = codec.Encode(value); err != nil {
			return fmt.Errorf("block %v: %w", id, err)
		}
	}
	if level.Serialized {
		value, size = data, int64(len(data))
	}
	if level.Replicas > 1 {
		if b.replica, err = s.write(1, id, data); err != nil {
			return fmt.Errorf("block %v: %w", id, err)
		}
	}
	s.Remove(id)
	s.mu.Lock()
	fits := level.Memory && s.room(size, 0, &id)
	if fits {
		b.value, b.size = value, size
		s.storage += size
		b.place = s.recent.PushBack(b)
		s.blocks[id] = b
	}
	s.mu.Unlock()
	if fits {
		return nil
	}
	if level.Disk {
		if data == nil {
			if data, err = codec.Encode(value); err != nil {
				return fmt.Errorf("block %v: %w", id, err)
			}
		}
		if b.file, err = s.write(0, id, data); err != nil {
			return fmt.Errorf("block %v: %w", id, err)
		}
		b.length = int64(len(data))
	}
	if b.file != "" || b.replica != "" {
		s.mu.Lock()
		s.blocks[id] = b
		s.mu.Unlock()
	}
	return nil
}

// Get is the value of a block; false if it is not here, or no longer.
func (s *Store) Get(id ID) (any, bool) {
	s.mu.Lock()
	b := s.blocks[id]
	if b == nil {
		s.mu.Unlock()
		return nil, false
	}
	value, names, codec, serialized := b.value, []string{b.file, b.replica}, b.codec, b.level.Serialized
	if b.place != nil {
		s.recent.MoveToBack(b.place)
	}
	s.mu.Unlock()
	if value != nil && !serialized {
		return value, true
	}
	if value != nil {
		v, err := codec.Decode(value.([]byte))
		return v, err == nil
	}
	for _, name := range names {
		if name == "" {
			continue
		}
		data, err := s.read(name)
		if err != nil {
			continue
		}
		if v, err := codec.Decode(data); err == nil {
			return v, true
		}
	}
	s.Remove(id)
	return nil, false
}

// Has reports whether a block is here, unless its file turns out to be lost.
func (s *Store) Has(id ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.blocks[id] != nil
}

// Lock keeps others from computing the same block. The function returned gives
// the lock back.
func (s *Store) Lock(id ID) (unlock func()) {
	s.mu.Lock()
	l := s.locks[id]
	if l == nil {
		l = new(blockLock)
		s.locks[id] = l
	}
	l.users++
	s.mu.Unlock()
	l.mu.Lock()
	return func() {
		l.mu.Unlock()
		s.mu.Lock()
		defer s.mu.Unlock()
		if l.users--; l.users == 0 {
			delete(s.locks, id)
		}
	}
}

// Remove forgets a block, if it is here.
func (s *Store) Remove(id ID) {
	s.mu.Lock()
	b := s.blocks[id]
	delete(s.blocks, id)
	var names []string
	if b != nil {
		b.gone = true
		names = []string{b.file, b.replica}
		if b.place != nil {
			s.recent.Remove(b.place)
			b.place = nil
			s.storage -= b.size
		}
	}
	s.mu.Unlock()
	for _, name := range names {
		if name != "" {
			_ = s.fs.Remove(name) // a file that stays is removed with the directory
		}
	}
}

// RemoveRDD forgets all blocks of an RDD.
func (s *Store) RemoveRDD(rdd int) {
	s.mu.Lock()
	var ids []ID
	for id := range s.blocks {
		if id.RDD == rdd {
			ids = append(ids, id)
		}
	}
	s.mu.Unlock()
	for _, id := range ids {
		s.Remove(id)
	}
}

// Usage is what the blocks of one RDD take.
type Usage struct {
	Blocks       int
	Memory, Disk int64 // bytes
}

// UsageOf is what the blocks of an RDD take.
func (s *Store) UsageOf(rdd int) Usage {
	s.mu.Lock()
	defer s.mu.Unlock()
	var u Usage
	for id, b := range s.blocks {
		if id.RDD != rdd {
			continue
		}
		u.Blocks++
		if b.value != nil {
			u.Memory += b.size
		}
		if b.file != "" {
			u.Disk += b.length
		}
	}
	return u
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// write makes a file of data and its checksum in directory number dir.
func (s *Store) write(dir int, id ID, data []byte) (string, error) {
	at := s.dirs[min(dir, len(s.dirs)-1)]
	if err := s.fs.MkdirAll(at); err != nil {
		return "", err
	}
	name := path.Join(at, fmt.Sprintf("rdd_%d_%d.%d", id.RDD, id.Part, s.next.Add(1)))
	w, err := s.fs.Create(name)
	if err != nil {
		return "", err
	}
	_, err = w.Write(data)
	if err == nil {
		_, err = w.Write(binary.LittleEndian.AppendUint32(nil, crc32.Checksum(data, castagnoli)))
	}
	if e := w.Close(); err == nil {
		err = e
	}
	if err != nil {
		_ = s.fs.Remove(name) // the first error is the one that tells
		return "", err
	}
	return name, nil
}

func (s *Store) read(name string) ([]byte, error) {
	data, err := s.fs.ReadFile(name)
	if err != nil {
		return nil, err
	}
	n := len(data) - 4
	if n < 0 || crc32.Checksum(data[:n], castagnoli) != binary.LittleEndian.Uint32(data[n:]) {
		return nil, fmt.Errorf("%s: the checksum is wrong", name)
	}
	return slices.Clip(data[:n]), nil
}
