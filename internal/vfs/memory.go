package vfs

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Memory is a file system in memory. Its zero value is empty and ready. A name
// with and without a leading slash is the same; the root always exists.
type Memory struct {
	// Now gives files their times. Nil: the machine's clock. It is set before
	// the first use.
	Now func() time.Time

	mu    sync.Mutex
	top   *node
	locks map[string]bool
	crash *recorder // nil but in a Crash
}

// node is a file or a directory. All of it is guarded by Memory.mu.
type node struct {
	modTime time.Time
	data    []byte           // of a file
	names   map[string]*node // of a directory; nil for a file

	// What the last sync made durable, and what changed since, in order. Kept
	// by a Crash only.
	syncedData  []byte
	syncedNames map[string]*node
	writes      []fileChange
	renames     []nameChange
}

func newDirectory(at time.Time) *node {
	return &node{modTime: at, names: map[string]*node{}, syncedNames: map[string]*node{}}
}

// split cuts a name into the names along its path.
func split(name string) []string {
	name = strings.TrimPrefix(path.Clean("/"+filepath.ToSlash(name)), "/")
	if name == "" {
		return nil
	}
	return strings.Split(name, "/")
}

func fail(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: name, Err: err}
}

func (m *Memory) now() time.Time {
	if m.Now != nil {
		return m.Now()
	}
	return time.Now()
}

func (m *Memory) root() *node {
	if m.top == nil {
		m.top = newDirectory(m.now())
	}
	return m.top
}

// find returns the node of a name.
func (m *Memory) find(name string) (*node, error) {
	at := m.root()
	for _, part := range split(name) {
		if at.names == nil {
			return nil, syscall.ENOTDIR
		}
		next := at.names[part]
		if next == nil {
			return nil, fs.ErrNotExist
		}
		at = next
	}
	return at, nil
}

// parent returns the directory that holds a name, and the name in it.
func (m *Memory) parent(name string) (*node, string, error) {
	parts := split(name)
	if len(parts) == 0 {
		return nil, "", fs.ErrInvalid
	}
	dir, err := m.find(strings.Join(parts[:len(parts)-1], "/"))
	if err != nil {
		return nil, "", err
	}
	if dir.names == nil {
		return nil, "", syscall.ENOTDIR
	}
	return dir, parts[len(parts)-1], nil
}

// file returns the node of a name that must be a file.
func (m *Memory) file(name string) (*node, error) {
	n, err := m.find(name)
	if err == nil && n.names != nil {
		return nil, syscall.EISDIR
	}
	return n, err
}

// change runs an operation that changes something. In a Crash it is counted,
// and may be the one in which the machine dies.
func (m *Memory) change(op, name string, apply func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	err := error(nil)
	if m.crash != nil {
		err = m.crash.step(op, name, apply)
	} else {
		err = apply()
	}
	if err != nil {
		return fail(op, name, err)
	}
	return nil
}

// look runs an operation that only reads.
func (m *Memory) look(op, name string, apply func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	err := error(nil)
	if m.crash != nil {
		err = m.crash.alive()
	}
	if err == nil {
		err = apply()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return fail(op, name, err)
	}
	return err
}

// rename changes names of a directory, all of them or none: nil removes.
func (m *Memory) rename(dir *node, change nameChange) {
	for name, n := range change {
		if n == nil {
			delete(dir.names, name)
		} else {
			dir.names[name] = n
		}
	}
	dir.modTime = m.now()
	if m.crash != nil {
		dir.renames = append(dir.renames, change)
	}
}

// Create makes a new file.
func (m *Memory) Create(name string) (Writer, error) {
	w := &memoryWriter{fs: m, name: name}
	err := m.change("create", name, func() error {
		dir, base, err := m.parent(name)
		if err != nil {
			return err
		}
		if dir.names[base] != nil {
			return fs.ErrExist
		}
		w.node = &node{modTime: m.now()}
		m.rename(dir, nameChange{base: w.node})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

// OpenAppend opens a file to write after its end.
func (m *Memory) OpenAppend(name string) (Writer, error) {
	w := &memoryWriter{fs: m, name: name}
	err := m.look("open", name, func() (err error) {
		w.node, err = m.file(name)
		if err == nil {
			w.end = int64(len(w.node.data))
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return m.Create(name)
	}
	if err != nil {
		return nil, err
	}
	return w, nil
}

// Open opens a file for reading.
func (m *Memory) Open(name string) (Reader, error) {
	r := &memoryReader{fs: m, name: name}
	err := m.look("open", name, func() (err error) {
		r.node, err = m.file(name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// ReadFile returns a copy of a file's content.
func (m *Memory) ReadFile(name string) (content []byte, err error) {
	err = m.look("read", name, func() error {
		n, err := m.file(name)
		if err == nil {
			content = slices.Clone(n.data)
		}
		return err
	})
	return content, err
}

// ReadDir lists a directory.
func (m *Memory) ReadDir(name string) (list []fs.DirEntry, err error) {
	err = m.look("readdir", name, func() error {
		dir, err := m.find(name)
		if err != nil {
			return err
		}
		if dir.names == nil {
			return syscall.ENOTDIR
		}
		for base, n := range dir.names {
			list = append(list, fs.FileInfoToDirEntry(n.describe(base)))
		}
		return nil
	})
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, err
}

// Stat describes a file or directory.
func (m *Memory) Stat(name string) (at fs.FileInfo, err error) {
	err = m.look("stat", name, func() error {
		n, err := m.find(name)
		if err == nil {
			at = n.describe(path.Base(filepath.ToSlash(name)))
		}
		return err
	})
	return at, err
}

// Rename renames a file, within one directory at once; between two directories
// a crash may leave both names.
func (m *Memory) Rename(oldName, newName string) error {
	return m.change("rename", newName, func() error {
		from, oldBase, err := m.parent(oldName)
		if err != nil {
			return err
		}
		to, newBase, err := m.parent(newName)
		if err != nil {
			return err
		}
		n, taken := from.names[oldBase], to.names[newBase]
		switch {
		case n == nil:
			return fs.ErrNotExist
		case taken == n:
			return nil
		case taken != nil && (taken.names != nil || n.names != nil):
			return fs.ErrExist
		case from == to:
			m.rename(from, nameChange{oldBase: nil, newBase: n})
		default:
			m.rename(to, nameChange{newBase: n})
			m.rename(from, nameChange{oldBase: nil})
		}
		return nil
	})
}

// Link gives a file a second name.
func (m *Memory) Link(oldName, newName string) error {
	return m.change("link", newName, func() error {
		n, err := m.file(oldName)
		if err != nil {
			return err
		}
		dir, base, err := m.parent(newName)
		if err != nil {
			return err
		}
		if dir.names[base] != nil {
			return fs.ErrExist
		}
		m.rename(dir, nameChange{base: n})
		return nil
	})
}

// Remove removes a file or an empty directory.
func (m *Memory) Remove(name string) error {
	return m.change("remove", name, func() error {
		dir, base, err := m.parent(name)
		if err != nil {
			return err
		}
		n := dir.names[base]
		if n == nil {
			return fs.ErrNotExist
		}
		if len(n.names) > 0 {
			return syscall.ENOTEMPTY
		}
		m.rename(dir, nameChange{base: nil})
		return nil
	})
}

// MkdirAll makes a directory and its missing parents.
func (m *Memory) MkdirAll(name string) error {
	if at, err := m.Stat(name); err == nil && at.IsDir() {
		return nil
	}
	return m.change("mkdir", name, func() error {
		at := m.root()
		for _, part := range split(name) {
			if at.names == nil {
				return syscall.ENOTDIR
			}
			next := at.names[part]
			if next == nil {
				next = newDirectory(m.now())
				m.rename(at, nameChange{part: next})
				m.crash.settle(at, part, next)
			}
			at = next
		}
		if at.names == nil {
			return fs.ErrExist
		}
		return nil
	})
}

// SyncDir makes the names in a directory durable.
func (m *Memory) SyncDir(name string) error {
	return m.change("syncdir", name, func() error {
		dir, err := m.find(name)
		if err != nil {
			return err
		}
		if dir.names == nil {
			return syscall.ENOTDIR
		}
		m.crash.syncNames(dir)
		return nil
	})
}

// Lock locks a name for holders in this process, which are all there are.
func (m *Memory) Lock(name string) (io.Closer, error) {
	w, err := m.OpenAppend(name)
	if err != nil {
		return nil, err
	}
	key := strings.Join(split(name), "/")
	err = m.look("lock", name, func() error {
		if m.locks[key] {
			return ErrLocked
		}
		if m.locks == nil {
			m.locks = map[string]bool{}
		}
		m.locks[key] = true
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return &memoryLock{fs: m, key: key}, nil
}

// memoryLock is a lock held.
type memoryLock struct {
	fs  *Memory
	key string
}

func (l *memoryLock) Close() error {
	l.fs.mu.Lock()
	defer l.fs.mu.Unlock()
	delete(l.fs.locks, l.key)
	return nil
}
