package vfs

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockFile takes the lock with LockFileEx, which the system gives back when the
// process dies.
func lockFile(f *os.File) error {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, new(windows.Overlapped))
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrLocked
	}
	return err
}

// SyncDir does nothing: NTFS journals its names, and a directory cannot be
// opened for flushing.
func (d Disk) SyncDir(name string) error { return nil }
