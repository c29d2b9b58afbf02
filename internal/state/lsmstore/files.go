package lsmstore

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	weirfs "github.com/weirstream/weir/internal/vfs"
)

// fileSystem is a file system of ours as Pebble wants it. After the first
// operation that changes something and fails, none reaches the disk; see the
// package's text.
type fileSystem struct {
	under weirfs.FS

	mu     sync.Mutex
	failed error
}

// failure is what ended the file system, nil while it is well.
func (f *fileSystem) failure() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed
}

// end stops everything that writes.
func (f *fileSystem) end(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed == nil {
		f.failed = err
	}
}

// change performs what changes the disk, unless that has failed before.
func (f *fileSystem) change(do func() error) error {
	if f.failure() != nil {
		return nil
	}
	if err := do(); err != nil {
		f.end(err)
	}
	return nil
}

// Create makes a file, in place of one that has the name.
func (f *fileSystem) Create(name string, _ vfs.DiskWriteCategory) (vfs.File, error) {
	out := &file{fs: f, name: name}
	return out, f.change(func() error {
		w, err := f.under.Create(name)
		if errors.Is(err, fs.ErrExist) {
			if err = f.under.Remove(name); err == nil {
				w, err = f.under.Create(name)
			}
		}
		out.w = w
		return err
	})
}

// Link gives a file a second name.
func (f *fileSystem) Link(from, to string) error {
	return f.change(func() error { return f.under.Link(from, to) })
}

// Open opens a file for reading.
func (f *fileSystem) Open(name string, _ ...vfs.OpenOption) (vfs.File, error) {
	r, err := f.under.Open(name)
	if err != nil {
		return nil, err
	}
	return &file{fs: f, name: name, r: r}, nil
}

// OpenReadWrite is of no use to a store without a log.
func (f *fileSystem) OpenReadWrite(string, vfs.DiskWriteCategory, ...vfs.OpenOption) (vfs.File, error) {
	return nil, vfs.ErrUnsupported
}

// OpenDir opens a directory, to be synced.
func (f *fileSystem) OpenDir(name string) (vfs.File, error) {
	return &file{fs: f, name: name, dir: true}, nil
}

// Remove removes a file. One that cannot be removed is litter and no failure.
func (f *fileSystem) Remove(name string) error {
	if f.failure() != nil {
		return nil
	}
	return f.under.Remove(name)
}

// RemoveAll removes a directory.
func (f *fileSystem) RemoveAll(name string) error {
	return f.change(func() error { return weirfs.RemoveAll(f.under, name) })
}

// Rename renames a file.
func (f *fileSystem) Rename(from, to string) error {
	return f.change(func() error { return f.under.Rename(from, to) })
}

// ReuseForWrite makes a new file: only logs are reused.
func (f *fileSystem) ReuseForWrite(from, to string, c vfs.DiskWriteCategory) (vfs.File, error) {
	if err := f.Remove(from); err != nil {
		return nil, err
	}
	return f.Create(to, c)
}

// MkdirAll makes a directory.
func (f *fileSystem) MkdirAll(name string, _ os.FileMode) error {
	return f.change(func() error { return f.under.MkdirAll(name) })
}

// Lock takes nothing: who has the checkpoint has this directory.
func (f *fileSystem) Lock(string) (io.Closer, error) { return io.NopCloser(nil), nil }

// List lists a directory.
func (f *fileSystem) List(name string) ([]string, error) {
	entries, err := f.under.ReadDir(name)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

// Stat describes a file.
func (f *fileSystem) Stat(name string) (vfs.FileInfo, error) {
	at, err := f.under.Stat(name)
	if err != nil {
		return nil, err
	}
	return described{at}, nil
}

// PathBase is the last element of a path.
func (f *fileSystem) PathBase(name string) string { return path.Base(name) }

// PathJoin joins elements.
func (f *fileSystem) PathJoin(elements ...string) string { return path.Join(elements...) }

// PathDir is a path without its last element.
func (f *fileSystem) PathDir(name string) string { return path.Dir(name) }

// GetDiskUsage is not known.
func (f *fileSystem) GetDiskUsage(string) (vfs.DiskUsage, error) {
	return vfs.DiskUsage{}, vfs.ErrUnsupported
}

// Unwrap says that there is nothing beneath that Pebble would know.
func (f *fileSystem) Unwrap() vfs.FS { return nil }

// described is what is known of a file.
type described struct{ fs.FileInfo }

// DeviceID is not known.
func (described) DeviceID() vfs.DeviceID { return vfs.DeviceID{} }

// file is an open file, of which one of w, r and dir is set; none for a file that
// was created after the failure.
type file struct {
	fs   *fileSystem
	name string
	w    weirfs.Writer
	r    weirfs.Reader
	dir  bool
	size int64 // written
}

func (f *file) Close() error {
	switch {
	case f.r != nil:
		return f.r.Close()
	case f.w != nil:
		return f.fs.change(f.w.Close)
	default:
		return nil
	}
}

func (f *file) Read(p []byte) (int, error) {
	if f.r == nil {
		return 0, fs.ErrInvalid
	}
	return f.r.Read(p)
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	if f.r == nil {
		return 0, fs.ErrInvalid
	}
	return f.r.ReadAt(p, off)
}

func (f *file) Write(p []byte) (int, error) {
	f.size += int64(len(p))
	return len(p), f.fs.change(func() error {
		_, err := f.w.Write(p)
		return err
	})
}

func (f *file) WriteAt([]byte, int64) (int, error) { return 0, vfs.ErrUnsupported }

func (f *file) Preallocate(int64, int64) error { return nil }

func (f *file) Stat() (vfs.FileInfo, error) {
	at, err := f.fs.Stat(f.name)
	if err != nil && f.fs.failure() != nil {
		return described{vanished{f}}, nil
	}
	return at, err
}

func (f *file) Sync() error {
	return f.fs.change(func() error {
		if f.dir {
			return f.fs.under.SyncDir(f.name)
		}
		return f.w.Sync()
	})
}

// SyncTo leaves the work to Sync.
func (f *file) SyncTo(int64) (bool, error) { return false, nil }

func (f *file) SyncData() error { return f.Sync() }

func (f *file) Prefetch(int64, int64) error { return nil }

func (f *file) Fd() uintptr { return vfs.InvalidFd }

// vanished describes a file that was written after the failure.
type vanished struct{ of *file }

func (v vanished) Name() string       { return path.Base(v.of.name) }
func (v vanished) Size() int64        { return v.of.size }
func (v vanished) Mode() fs.FileMode  { return 0o600 }
func (v vanished) ModTime() time.Time { return time.Time{} }
func (v vanished) IsDir() bool        { return v.of.dir }
func (v vanished) Sys() any           { return nil }

var (
	_ vfs.FS   = (*fileSystem)(nil)
	_ vfs.File = (*file)(nil)
)
