package shuffle

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"path"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/s2"

	"github.com/weirstream/weir/internal/vfs"
)

// Memory grants bytes to tasks; see blockstore.Store.
type Memory interface {
	// Reserve asks for n more bytes; false means that the task must spill.
	Reserve(n int64) bool
	// Release gives back n bytes.
	Release(n int64)
}

// Space is where tables and buffers live: memory as far as it is granted, and
// files in a directory. It may be used by many goroutines. Dir is made when the
// first file is.
type Space struct {
	FS     vfs.FS
	Dir    string
	Memory Memory

	next    atomic.Int64
	spilled atomic.Int64

	mu    sync.Mutex
	shelf shelf
}

// Spilled is how many bytes went to files so far.
func (s *Space) Spilled() int64 { return s.spilled.Load() }

// grant is the memory of one table or set of buffers.
type grant struct {
	memory Memory
	used   int64
	held   int64
}

// step is by how much a grant grows at least.
const step = 256 << 10

// add counts n more bytes; false if they are not granted, though counted.
func (g *grant) add(n int64) bool {
	g.used += n
	if g.used <= g.held {
		return true
	}
	more := max(g.used-g.held, step)
	if !g.memory.Reserve(more) {
		return false
	}
	g.held += more
	return true
}

// empty gives everything back.
func (g *grant) empty() {
	if g.held > 0 {
		g.memory.Release(g.held)
	}
	g.used, g.held = 0, 0
}

// trim gives back what is held beyond what is used.
func (g *grant) trim() {
	if g.held > g.used {
		g.memory.Release(g.held - g.used)
		g.held = g.used
	}
}

// file is a spill file, written once and then read by many.
type file struct {
	space *Space
	name  string
	w     vfs.Writer
	size  int64

	mu     sync.Mutex
	r      vfs.Reader
	closed bool
}

func (s *Space) create() (*file, error) {
	if err := s.FS.MkdirAll(s.Dir); err != nil {
		return nil, err
	}
	name := path.Join(s.Dir, fmt.Sprintf("spill.%d", s.next.Add(1)))
	w, err := s.FS.Create(name)
	if err != nil {
		return nil, err
	}
	return &file{space: s, name: name, w: w}, nil
}

// frame is where values lie in a file.
type frame struct {
	at     int64
	length int // in the file
	rows   int
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// frameRows is how many values a frame has at most.
const frameRows = 4096

// write adds the frames of values.
func write[T any](f *file, c Codec[T], values []T) ([]frame, error) {
	var frames []frame
	var plain []byte
	for len(values) > 0 {
		n := min(len(values), frameRows)
		var err error
		if plain, err = c.Append(plain[:0], values[:n]); err != nil {
			return nil, err
		}
		packed := make([]byte, 4, 4+s2.MaxEncodedLen(len(plain)))
		packed = append(packed, s2.Encode(packed[4:cap(packed)], plain)...)
		binary.LittleEndian.PutUint32(packed, crc32.Checksum(packed[4:], castagnoli))
		if _, err := f.w.Write(packed); err != nil {
			return nil, fmt.Errorf("spilling to %s: %w", f.name, err)
		}
		frames = append(frames, frame{at: f.size, length: len(packed), rows: n})
		f.size += int64(len(packed))
		f.space.spilled.Add(int64(len(packed)))
		values = values[n:]
	}
	return frames, nil
}

// read returns the values of a frame.
func read[T any](f *file, c Codec[T], at frame) ([]T, error) {
	packed := make([]byte, at.length)
	if err := f.readAt(packed, at.at); err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	if crc32.Checksum(packed[4:], castagnoli) != binary.LittleEndian.Uint32(packed) {
		return nil, fmt.Errorf("%s: the checksum at %d is wrong", f.name, at.at)
	}
	plain, err := s2.Decode(nil, packed[4:])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	values := make([]T, at.rows)
	if _, err := c.Read(plain, values); err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	return values, nil
}

// readAt reads from the file, which is opened when it is first read.
func (f *file) readAt(p []byte, at int64) error {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return errRemoved
	}
	if f.r == nil {
		r, err := f.space.FS.Open(f.name)
		if err != nil {
			f.mu.Unlock()
			return err
		}
		f.r = r
	}
	r := f.r
	f.mu.Unlock()
	n, err := r.ReadAt(p, at)
	if err == io.EOF && n == len(p) {
		err = nil
	}
	return err
}

// errRemoved is what reading a file reports that was removed.
var errRemoved = fmt.Errorf("the file was removed: %w", io.ErrClosedPipe)

// seal ends writing.
func (f *file) seal() error {
	if f.w == nil {
		return nil
	}
	err := f.w.Close()
	f.w = nil
	return err
}

// remove closes and removes the file. What cannot be removed goes with the
// directory.
func (f *file) remove() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	if f.w != nil {
		_ = f.w.Close()
	}
	if f.r != nil {
		_ = f.r.Close()
	}
	_ = f.space.FS.Remove(f.name)
}
