package vfs

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

// Overlay is a file system whose changes lie in memory: it shows what is beneath it,
// and never changes that. What is copied, written, renamed or removed there is so for
// those alone who use the Overlay, which is how a query can be run again over its
// checkpoint without touching it.
//
// A file that is removed beneath while the Overlay is used is gone there, too.
type Overlay struct {
	base FS
	top  Memory

	mu   sync.Mutex
	gone map[string]bool // removed here, by their cleaned names
}

// NewOverlay is an Overlay over base without changes.
func NewOverlay(base FS) *Overlay { return &Overlay{base: base, gone: make(map[string]bool)} }

func (o *Overlay) hidden(name string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.gone[path.Clean(name)]
}

func (o *Overlay) hide(name string, hidden bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if hidden {
		o.gone[path.Clean(name)] = true
	} else {
		delete(o.gone, path.Clean(name))
	}
}

// below reports whether a name is to be looked for beneath, after an error above.
func (o *Overlay) below(name string, err error) bool {
	return errors.Is(err, fs.ErrNotExist) && !o.hidden(name)
}

// parent makes the directory of a name above if there is one beneath.
func (o *Overlay) parent(name string) error {
	dir := path.Dir(path.Clean(name))
	if _, err := o.top.Stat(dir); err == nil {
		return nil
	}
	if at, err := o.Stat(dir); err != nil || !at.IsDir() {
		return nil // the operation itself says what is wrong
	}
	return o.top.MkdirAll(dir)
}

// raise copies a file from beneath, so that it can be changed.
func (o *Overlay) raise(name string) error {
	if _, err := o.top.Stat(name); !o.below(name, err) {
		return nil
	}
	content, err := o.base.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = o.parent(name)
	}
	if err != nil {
		return err
	}
	w, err := o.top.Create(name)
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return errors.Join(err, w.Close())
}

// taken fails if there is a file or directory of this name.
func (o *Overlay) taken(op, name string) error {
	there, err := Exists(o, name)
	if err == nil && there {
		err = &fs.PathError{Op: op, Path: name, Err: fs.ErrExist}
	}
	return err
}

// Create makes a new file, above.
func (o *Overlay) Create(name string) (Writer, error) {
	if err := o.taken("create", name); err != nil {
		return nil, err
	}
	if err := o.parent(name); err != nil {
		return nil, err
	}
	return o.top.Create(name)
}

// OpenAppend opens a file to write after its end, copying it from beneath.
func (o *Overlay) OpenAppend(name string) (Writer, error) {
	err := o.raise(name)
	if err == nil {
		err = o.parent(name)
	}
	if err != nil {
		return nil, err
	}
	return o.top.OpenAppend(name)
}

// Open opens a file for reading.
func (o *Overlay) Open(name string) (Reader, error) {
	r, err := o.top.Open(name)
	if o.below(name, err) {
		return o.base.Open(name)
	}
	return r, err
}

// ReadFile returns the whole content of a file.
func (o *Overlay) ReadFile(name string) ([]byte, error) {
	content, err := o.top.ReadFile(name)
	if o.below(name, err) {
		return o.base.ReadFile(name)
	}
	return content, err
}

// ReadDir lists a directory: what is above, and what is beneath and not removed.
func (o *Overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := o.top.ReadDir(name)
	if err != nil && !o.below(name, err) || o.hidden(name) {
		return list, err
	}
	more, below := o.base.ReadDir(name)
	if below != nil && (err != nil || !errors.Is(below, fs.ErrNotExist)) {
		return nil, below
	}
	for _, e := range more {
		same := func(x fs.DirEntry) bool { return x.Name() == e.Name() }
		if !o.hidden(path.Join(name, e.Name())) && !slices.ContainsFunc(list, same) {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, nil
}

// Stat describes a file or directory.
func (o *Overlay) Stat(name string) (fs.FileInfo, error) {
	at, err := o.top.Stat(name)
	if o.below(name, err) {
		return o.base.Stat(name)
	}
	return at, err
}

// Rename gives a file another name. Directories cannot be renamed.
func (o *Overlay) Rename(oldName, newName string) error {
	if err := o.Link(oldName, newName); err != nil {
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
		if err := o.Remove(newName); err != nil {
			return err
		}
		if err := o.Link(oldName, newName); err != nil {
			return err
		}
	}
	return o.Remove(oldName)
}

// Link gives a file a second name.
func (o *Overlay) Link(oldName, newName string) error {
	if err := o.taken("link", newName); err != nil {
		return err
	}
	err := o.raise(oldName)
	if err == nil {
		err = o.parent(newName)
	}
	if err != nil {
		return err
	}
	return o.top.Link(oldName, newName)
}

// Remove removes a file or an empty directory, above.
func (o *Overlay) Remove(name string) error {
	at, err := o.Stat(name)
	if err != nil {
		return err
	}
	if at.IsDir() {
		if list, err := o.ReadDir(name); err != nil || len(list) > 0 {
			return errors.Join(err, &fs.PathError{Op: "remove", Path: name, Err: errors.New("the directory is not empty")})
		}
	}
	if err := o.top.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	o.hide(name, true)
	return nil
}

// MkdirAll makes a directory, above.
func (o *Overlay) MkdirAll(name string) error { return o.top.MkdirAll(name) }

// SyncDir only looks whether there is the directory: nothing here is meant to last.
func (o *Overlay) SyncDir(name string) error {
	_, err := o.Stat(name)
	return err
}

// Lock takes a lock among the users of this Overlay.
func (o *Overlay) Lock(name string) (io.Closer, error) {
	if err := o.parent(name); err != nil {
		return nil, err
	}
	return o.top.Lock(name)
}
