package vfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// Inject is a file system around another one that fails by rules. A rule is one
// line:
//
//	ENOSPC on write of offsets/* #3     the third write to a file under offsets
//	EIO on sync of journal/* #2+        the second sync and every later one
//	SHORT on write of state/0/*         every write there writes only its first half
//	FLIP on read of offsets/7           one bit of what is read is wrong
//
// The operations are create, open, read, readdir, stat, write, truncate, sync,
// rename, link, remove, mkdir, syncdir and lock, or * for all. The pattern is
// one of path.Match and is compared with as many last names of the path as it
// has; rename and link are judged by their new name. OpenAppend is a create.
type Inject struct {
	fs FS

	mu    sync.Mutex
	rules []*rule
}

// rule is one line. Its counter is guarded by Inject.mu.
type rule struct {
	effect   effect
	op       string
	pattern  string
	from, to int // which of the operations that match, from 1; to 0: without end
	seen     int
}

// effect is what a rule does to an operation.
type effect struct {
	err   error // returned, nil for flip
	short bool  // half of the bytes are written before the error
	flip  bool  // a bit of what was read is wrong
}

// effects are the words that a rule may begin with.
var effects = map[string]effect{
	"EIO":    {err: syscall.EIO},
	"ENOSPC": {err: syscall.ENOSPC},
	"EROFS":  {err: syscall.EROFS},
	"EACCES": {err: syscall.EACCES},
	"EMFILE": {err: syscall.EMFILE},
	"EINTR":  {err: syscall.EINTR},
	"SHORT":  {err: io.ErrShortWrite, short: true},
	"FLIP":   {flip: true},
}

// operations are the words that may stand after "on".
var operations = []string{
	"create", "open", "read", "readdir", "stat", "write", "truncate", "sync", "rename", "link", "remove",
	"mkdir", "syncdir", "lock", "*",
}

// NewInject returns fsys with faults.
func NewInject(fsys FS, rules ...string) (*Inject, error) {
	i := &Inject{fs: fsys}
	for _, line := range rules {
		r, err := parseRule(line)
		if err != nil {
			return nil, fmt.Errorf("rule %q: %w", line, err)
		}
		i.rules = append(i.rules, r)
	}
	return i, nil
}

func parseRule(line string) (*rule, error) {
	words := strings.Fields(line)
	if len(words) < 5 || len(words) > 6 || words[1] != "on" || words[3] != "of" {
		return nil, errors.New("it must read: ERROR on OPERATION of PATTERN #N")
	}
	e, ok := effects[words[0]]
	if !ok {
		return nil, fmt.Errorf("unknown error %s", words[0])
	}
	if !slices.Contains(operations, words[2]) {
		return nil, fmt.Errorf("unknown operation %s", words[2])
	}
	if _, err := path.Match(words[4], ""); err != nil {
		return nil, err
	}
	r := &rule{effect: e, op: words[2], pattern: words[4], from: 1}
	if len(words) == 5 {
		return r, nil
	}
	number, open := strings.CutSuffix(strings.TrimPrefix(words[5], "#"), "+")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 {
		return nil, fmt.Errorf("%s is no number of an operation", words[5])
	}
	r.from = n
	if !open {
		r.to = n
	}
	return r, nil
}

// matches reports whether the rule is about this operation.
func (r *rule) matches(op, name string) bool {
	if r.op != "*" && r.op != op {
		return false
	}
	parts := strings.Split(filepath.ToSlash(name), "/")
	last := parts[max(0, len(parts)-strings.Count(r.pattern, "/")-1):]
	ok, _ := path.Match(r.pattern, strings.Join(last, "/")) // the pattern was checked when it was parsed
	return ok
}

// at counts an operation and returns what is to happen to it.
func (i *Inject) at(op, name string) effect {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, r := range i.rules {
		if !r.matches(op, name) {
			continue
		}
		r.seen++
		if r.seen >= r.from && (r.to == 0 || r.seen <= r.to) {
			e := r.effect
			if e.err != nil {
				e.err = &fs.PathError{Op: op, Path: name, Err: e.err}
			}
			return e
		}
	}
	return effect{}
}

// check is at for operations that can only fail.
func (i *Inject) check(op, name string) error { return i.at(op, name).err }

// Create makes a new file.
func (i *Inject) Create(name string) (Writer, error) {
	if err := i.check("create", name); err != nil {
		return nil, err
	}
	w, err := i.fs.Create(name)
	if err != nil {
		return nil, err
	}
	return &injectWriter{Writer: w, inject: i, name: name}, nil
}

// OpenAppend opens a file to write after its end.
func (i *Inject) OpenAppend(name string) (Writer, error) {
	if err := i.check("create", name); err != nil {
		return nil, err
	}
	w, err := i.fs.OpenAppend(name)
	if err != nil {
		return nil, err
	}
	return &injectWriter{Writer: w, inject: i, name: name}, nil
}

// Open opens a file for reading.
func (i *Inject) Open(name string) (Reader, error) {
	if err := i.check("open", name); err != nil {
		return nil, err
	}
	r, err := i.fs.Open(name)
	if err != nil {
		return nil, err
	}
	return &injectReader{Reader: r, inject: i, name: name}, nil
}

// ReadFile reads a whole file.
func (i *Inject) ReadFile(name string) ([]byte, error) {
	e := i.at("read", name)
	if e.err != nil {
		return nil, e.err
	}
	content, err := i.fs.ReadFile(name)
	e.spoil(content)
	return content, err
}

// ReadDir lists a directory.
func (i *Inject) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := i.check("readdir", name); err != nil {
		return nil, err
	}
	return i.fs.ReadDir(name)
}

// Stat describes a file or directory.
func (i *Inject) Stat(name string) (fs.FileInfo, error) {
	if err := i.check("stat", name); err != nil {
		return nil, err
	}
	return i.fs.Stat(name)
}

// Rename renames a file.
func (i *Inject) Rename(oldName, newName string) error {
	if err := i.check("rename", newName); err != nil {
		return err
	}
	return i.fs.Rename(oldName, newName)
}

// Link gives a file a second name.
func (i *Inject) Link(oldName, newName string) error {
	if err := i.check("link", newName); err != nil {
		return err
	}
	return i.fs.Link(oldName, newName)
}

// Remove removes a file or an empty directory.
func (i *Inject) Remove(name string) error {
	if err := i.check("remove", name); err != nil {
		return err
	}
	return i.fs.Remove(name)
}

// MkdirAll makes a directory and its missing parents.
func (i *Inject) MkdirAll(name string) error {
	if err := i.check("mkdir", name); err != nil {
		return err
	}
	return i.fs.MkdirAll(name)
}

// SyncDir makes the names in a directory durable.
func (i *Inject) SyncDir(name string) error {
	if err := i.check("syncdir", name); err != nil {
		return err
	}
	return i.fs.SyncDir(name)
}

// Lock takes a lock.
func (i *Inject) Lock(name string) (io.Closer, error) {
	if err := i.check("lock", name); err != nil {
		return nil, err
	}
	return i.fs.Lock(name)
}

// spoil flips the lowest bit in the middle of what was read.
func (e effect) spoil(content []byte) {
	if e.flip && len(content) > 0 {
		content[len(content)/2] ^= 1
	}
}

// injectWriter fails as its rules say.
type injectWriter struct {
	Writer
	inject *Inject
	name   string
}

func (w *injectWriter) Write(p []byte) (int, error) {
	e := w.inject.at("write", w.name)
	if e.short {
		n, err := w.Writer.Write(p[:len(p)/2])
		return n, errors.Join(e.err, err)
	}
	if e.err != nil {
		return 0, e.err
	}
	return w.Writer.Write(p)
}

func (w *injectWriter) WriteAt(p []byte, off int64) (int, error) {
	e := w.inject.at("write", w.name)
	if e.short {
		n, err := w.Writer.WriteAt(p[:len(p)/2], off)
		return n, errors.Join(e.err, err)
	}
	if e.err != nil {
		return 0, e.err
	}
	return w.Writer.WriteAt(p, off)
}

func (w *injectWriter) Truncate(size int64) error {
	if err := w.inject.check("truncate", w.name); err != nil {
		return err
	}
	return w.Writer.Truncate(size)
}

func (w *injectWriter) Sync() error {
	if err := w.inject.check("sync", w.name); err != nil {
		return err
	}
	return w.Writer.Sync()
}

// injectReader fails, or lies, as its rules say.
type injectReader struct {
	Reader
	inject *Inject
	name   string
}

func (r *injectReader) Read(p []byte) (int, error) {
	e := r.inject.at("read", r.name)
	if e.err != nil {
		return 0, e.err
	}
	n, err := r.Reader.Read(p)
	e.spoil(p[:n])
	return n, err
}

func (r *injectReader) ReadAt(p []byte, off int64) (int, error) {
	e := r.inject.at("read", r.name)
	if e.err != nil {
		return 0, e.err
	}
	n, err := r.Reader.ReadAt(p, off)
	e.spoil(p[:n])
	return n, err
}
