package vfs

import (
	"errors"
	"io"
	"io/fs"
	"path"
)

// ErrLocked is what [FS.Lock] returns when somebody else holds the lock.
var ErrLocked = errors.New("locked by another process")

// FS is a file system. Names use slashes; a relative name starts at the working
// directory of the process. All methods may be called from many goroutines.
//
// Errors are those of package io/fs: errors.Is(err, fs.ErrNotExist) and
// fs.ErrExist tell what a caller may act on.
//
// It has more than the five methods that the house allows: these are the
// system calls, and half a file system is of no use to anybody.
type FS interface {
	// Create makes a new empty file. It fails with fs.ErrExist if the name is
	// taken.
	Create(name string) (Writer, error)

	// OpenAppend opens a file to write after its end; it makes the file if
	// there is none.
	OpenAppend(name string) (Writer, error)

	// Open opens a file for reading.
	Open(name string) (Reader, error)

	// ReadFile returns the whole content of a file.
	ReadFile(name string) ([]byte, error)

	// ReadDir lists a directory in order of names.
	ReadDir(name string) ([]fs.DirEntry, error)

	// Stat describes a file or directory.
	Stat(name string) (fs.FileInfo, error)

	// Rename gives a file another name and takes over the file that had it.
	Rename(oldName, newName string) error

	// Link gives a file a second name. It fails with fs.ErrExist if the name
	// is taken, which makes it the way to publish a finished file.
	Link(oldName, newName string) error

	// Remove removes a file or an empty directory.
	Remove(name string) error

	// MkdirAll makes a directory and its missing parents, durably.
	MkdirAll(name string) error

	// SyncDir makes the names in a directory durable.
	SyncDir(name string) error

	// Lock takes the advisory lock that a file stands for and makes the file
	// if there is none. It does not wait: it fails with [ErrLocked] if another
	// process, or another holder in this one, has the lock. Close gives it
	// back; so does the death of the process. The file stays.
	Lock(name string) (io.Closer, error)
}

// Writer is a file open for writing. It belongs to one goroutine.
type Writer interface {
	// Write writes after the last byte written by Write, or, at first, where
	// the file ended when it was opened.
	io.Writer

	// WriteAt writes at a place of the file and does not move where Write goes.
	io.WriterAt

	// Truncate cuts the file to size, or extends it with zeros. It does not
	// move where Write goes.
	Truncate(size int64) error

	// Sync makes the content of the file durable. After an error the caller
	// must not go on writing, nor try again.
	Sync() error

	// Close closes the file. It does not sync.
	io.Closer
}

// Reader is a file open for reading. Read and Close belong to one goroutine,
// ReadAt and Size to any number.
type Reader interface {
	io.Reader
	io.ReaderAt
	io.Closer

	// Size is the present size of the file in bytes.
	Size() (int64, error)
}

// Exists reports whether there is a file or directory of this name.
func Exists(fsys FS, name string) (bool, error) {
	_, err := fsys.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// RemoveAll removes a file, or a directory with all it holds. A name that does
// not exist is not an error.
func RemoveAll(fsys FS, name string) error {
	at, err := fsys.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if at.IsDir() {
		entries, err := fsys.ReadDir(name)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := RemoveAll(fsys, path.Join(name, e.Name())); err != nil {
				return err
			}
		}
	}
	return fsys.Remove(name)
}
