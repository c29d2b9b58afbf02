package vfs

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path"
	"path/filepath"
	"strings"
)

// Staged is a file that is being written under a temporary name beside its
// place. It appears under its own name at once and whole, or never:
//
//	write temp ─▶ fsync temp ─▶ link or rename ─▶ fsync directory
//
// Temporary names start with a dot and end with .tmp, so that neither weir nor
// Spark takes one for an entry; [Sweep] removes those a crash left. A Staged
// belongs to one goroutine. It ends with Publish, Replace or Discard; an error
// of any of them leaves nothing behind but perhaps the temporary file.
type Staged struct {
	fs   FS
	file Writer // nil once closed
	name string
	temp string
}

// tempSuffix ends the name of a file that is not published yet.
const tempSuffix = ".tmp"

// Stage starts a file that will stand at name. The directory must exist.
func Stage(fsys FS, name string) (*Staged, error) {
	name = filepath.ToSlash(name)
	temp := path.Join(path.Dir(name), fmt.Sprintf(".%s.%016x%s", path.Base(name), rand.Uint64(), tempSuffix))
	w, err := fsys.Create(temp)
	if err != nil {
		return nil, err
	}
	return &Staged{fs: fsys, file: w, name: name, temp: temp}, nil
}

// Name is the name under which the file will appear.
func (s *Staged) Name() string { return s.name }

// Write adds to the file.
func (s *Staged) Write(p []byte) (int, error) { return s.file.Write(p) }

// Publish makes the file appear, durably. It fails with fs.ErrExist if the name
// is taken; the file that has it is left as it is.
func (s *Staged) Publish() error {
	if err := s.seal(); err != nil {
		return err
	}
	err := s.fs.Link(s.temp, s.name)
	err = errors.Join(err, s.fs.Remove(s.temp))
	if err != nil {
		return err
	}
	return s.fs.SyncDir(path.Dir(s.name))
}

// Replace makes the file appear, durably, in the place of any file that has
// the name.
func (s *Staged) Replace() error {
	if err := s.seal(); err != nil {
		return err
	}
	if err := s.fs.Rename(s.temp, s.name); err != nil {
		return errors.Join(err, s.fs.Remove(s.temp))
	}
	return s.fs.SyncDir(path.Dir(s.name))
}

// Discard gives the file up. After Publish or Replace it does nothing.
func (s *Staged) Discard() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	s.file = nil
	return errors.Join(err, s.fs.Remove(s.temp))
}

// seal syncs and closes the temporary file, and removes it if that fails.
func (s *Staged) seal() error {
	err := s.file.Sync()
	err = errors.Join(err, s.file.Close())
	s.file = nil
	if err != nil {
		return errors.Join(err, s.fs.Remove(s.temp))
	}
	return nil
}

// Publish writes a whole file under a name that must be free: fs.ErrExist
// otherwise.
func Publish(fsys FS, name string, content []byte) error {
	return stageAll(fsys, name, content, (*Staged).Publish)
}

// Replace writes a whole file in the place of any file that has the name.
func Replace(fsys FS, name string, content []byte) error {
	return stageAll(fsys, name, content, (*Staged).Replace)
}

func stageAll(fsys FS, name string, content []byte, finish func(*Staged) error) error {
	s, err := Stage(fsys, name)
	if err != nil {
		return err
	}
	if _, err := s.Write(content); err != nil {
		return errors.Join(err, s.Discard())
	}
	return finish(s)
}

// Sweep removes the temporary files that a crash left in a directory. Only the
// one writer of the directory may call it.
func Sweep(fsys FS, dir string) error {
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") && strings.HasSuffix(e.Name(), tempSuffix) && !e.IsDir() {
			if err := fsys.Remove(path.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
