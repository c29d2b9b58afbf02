package vfs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Disk is the file system of the machine. Its zero value makes files that only
// their owner may read: what a checkpoint holds is nobody else's business.
type Disk struct {
	// FileMode is the mode of new files, before the umask. Zero: 0600.
	FileMode fs.FileMode

	// DirMode is the mode of new directories, before the umask. Zero: 0700.
	DirMode fs.FileMode
}

func (d Disk) fileMode() fs.FileMode {
	if d.FileMode == 0 {
		return 0o600
	}
	return d.FileMode
}

func (d Disk) dirMode() fs.FileMode {
	if d.DirMode == 0 {
		return 0o700
	}
	return d.DirMode
}

// Create makes a new file with O_EXCL.
func (d Disk) Create(name string) (Writer, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, d.fileMode())
	if err != nil {
		return nil, err
	}
	return f, nil
}

// OpenAppend opens a file with its position at the end. It does not use
// O_APPEND, which forbids WriteAt.
func (d Disk) OpenAppend(name string) (Writer, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, d.fileMode())
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekEnd); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Open opens a file for reading.
func (d Disk) Open(name string) (Reader, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	return diskReader{f}, nil
}

// ReadFile reads a whole file.
func (d Disk) ReadFile(name string) ([]byte, error) { return os.ReadFile(name) }

// ReadDir lists a directory.
func (d Disk) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir(name) }

// Stat follows symbolic links.
func (d Disk) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }

// Rename renames a file.
func (d Disk) Rename(oldName, newName string) error { return os.Rename(oldName, newName) }

// Link makes a hard link.
func (d Disk) Link(oldName, newName string) error { return os.Link(oldName, newName) }

// Remove removes a file or an empty directory.
func (d Disk) Remove(name string) error { return os.Remove(name) }

// MkdirAll makes the missing directories one by one and syncs the parent of
// each, so that a crash cannot take a directory away from under its files.
func (d Disk) MkdirAll(name string) error {
	at, err := os.Stat(name)
	if err == nil {
		if !at.IsDir() {
			return &fs.PathError{Op: "mkdir", Path: name, Err: errors.New("a file of this name exists")}
		}
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(name)
	if parent != name {
		if err := d.MkdirAll(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(name, d.dirMode()); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return d.SyncDir(parent)
}

// Lock locks a file until Close.
func (d Disk) Lock(name string) (io.Closer, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, d.fileMode())
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		return nil, errors.Join(&fs.PathError{Op: "lock", Path: name, Err: err}, f.Close())
	}
	return f, nil
}

// diskReader adds Size to an open file.
type diskReader struct{ *os.File }

// Size asks the file system each time, since a file may grow while it is read.
func (r diskReader) Size() (int64, error) {
	at, err := r.Stat()
	if err != nil {
		return 0, err
	}
	return at.Size(), nil
}
