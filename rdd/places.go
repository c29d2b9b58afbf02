package rdd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/weirstream/weir/internal/vfs"
)

// places are the directories of a context, each below one of the local directories:
//
//	weir-4711-9f…       blocks and shuffles
//	weir-4711-9f….lock  locked by the process for as long as it lives
//
// A process that is killed leaves both behind, but not the lock: the next context that
// is made in the same local directory removes them. A lock rather than the number of the
// process tells that it is dead, since numbers come again, and are others in a container.
type places struct {
	locks    []io.Closer
	sweeping sync.WaitGroup
}

const (
	placePrefix = "weir-"
	lockSuffix  = ".lock"
)

// settle makes the context's directories, and removes in the background what dead
// processes have left beside them.
func (c *Context) settle(local []string) error {
	if len(local) == 0 {
		local = []string{os.TempDir()}
	}
	for _, dir := range local {
		dir = filepath.ToSlash(dir)
		if err := c.fs.MkdirAll(dir); err != nil {
			return errors.Join(err, c.leave())
		}
		lock, place, err := newPlace(c.fs, dir)
		if err != nil {
			return errors.Join(err, c.leave())
		}
		c.dirs, c.places.locks = append(c.dirs, place), append(c.places.locks, lock)
		c.places.sweeping.Go(func() { sweep(c.fs, dir) })
	}
	return nil
}

// newPlace locks a name that nobody has.
func newPlace(fsys vfs.FS, dir string) (lock io.Closer, place string, err error) {
	const tries = 10
	for range tries {
		place = path.Join(dir, fmt.Sprintf("%s%d-%016x", placePrefix, os.Getpid(), rand.Uint64()))
		lock, err = fsys.Lock(place + lockSuffix)
		if !errors.Is(err, vfs.ErrLocked) {
			break // else a sweep was quicker than the lock
		}
	}
	return lock, place, err
}

// sweep removes what dead processes have left in a local directory. What cannot be
// removed stays for the next.
func sweep(fsys vfs.FS, dir string) {
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), lockSuffix)
		if !ok || !strings.HasPrefix(name, placePrefix) || e.IsDir() {
			continue
		}
		lock, err := fsys.Lock(path.Join(dir, e.Name()))
		if err != nil {
			continue // its process lives
		}
		if vfs.RemoveAll(fsys, path.Join(dir, name)) == nil {
			_ = fsys.Remove(path.Join(dir, e.Name()))
		}
		_ = lock.Close()
	}
}

// leave removes the context's directories, the locks last.
func (c *Context) leave() error {
	c.places.sweeping.Wait()
	c.mu.Lock()
	dirs, locks := c.dirs, c.places.locks
	c.dirs, c.places.locks = nil, nil
	c.mu.Unlock()
	var errs []error
	for i, d := range dirs {
		errs = append(errs, vfs.RemoveAll(c.fs, d), locks[i].Close())
		if err := c.fs.Remove(d + lockSuffix); !errors.Is(err, fs.ErrNotExist) { // a sweep may be quicker
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
