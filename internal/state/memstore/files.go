package memstore

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/vfs"
)

// fileName is a name that no file has had: version, shards, epoch, number in the
// epoch, kind.
func (s *State) fileName(v state.Version, shards state.Shards, kind string) string {
	s.files++
	return fmt.Sprintf("%d.%s.%d.%d.%s", v, storeName(shards), s.config.Epoch, s.files, kind)
}

// epochOf is the epoch in a file's name; false for a name that is none of ours.
func epochOf(name string) (int64, bool) {
	fields := strings.Split(name, ".")
	if len(fields) != 5 || fields[4] != "delta" && fields[4] != "snapshot" {
		return 0, false
	}
	n, err := strconv.ParseInt(fields[2], 10, 64)
	return n, err == nil
}

// makeDir makes the operator's directory.
func (s *State) makeDir() error {
	s.making.Lock()
	defer s.making.Unlock()
	if s.haveDir {
		return nil
	}
	if err := s.config.FS.MkdirAll(s.config.Dir); err != nil {
		return err
	}
	s.haveDir = true
	return nil
}

// deltaFile is the file of a delta, made once the delta is too large for the journal.
type deltaFile struct {
	state *State
	name  string
	to    vfs.Writer // nil: it is not open
	ended bool
}

// open makes the file.
func (f *deltaFile) open() (io.Writer, error) {
	err := f.state.makeDir()
	if err == nil {
		f.to, err = f.state.config.FS.Create(f.state.path(f.name))
	}
	if err != nil {
		return nil, f.state.unwritable(f.name, err)
	}
	return f.to, nil
}

// finish writes what is left of the delta and makes file and name durable.
func (f *deltaFile) finish(p *state.Part) (size int64, err error) {
	if f.to == nil {
		if _, err := f.open(); err != nil {
			return 0, err
		}
	}
	if size, err = p.Write(f.to); err == nil {
		err = f.to.Sync()
	}
	f.ended = true
	if err = errors.Join(err, f.to.Close()); err == nil {
		err = f.state.config.FS.SyncDir(f.state.config.Dir)
	}
	return size, err
}

// failed closes a file that could not be finished, and says so. The file stays until
// the next start; nothing names it.
func (f *deltaFile) failed(err error) error {
	if f.to == nil {
		return err
	}
	if !f.ended {
		err = errors.Join(err, f.to.Close())
	}
	return f.state.unwritable(f.name, err)
}

// writeFile makes a file and its name durable. One that could not be finished
// stays until the next start; nothing names it.
func (s *State) writeFile(file string, write func(w io.Writer) (int64, error)) error {
	w, err := s.config.FS.Create(s.path(file))
	if err != nil {
		return err
	}
	if _, err = write(w); err == nil {
		err = w.Sync()
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	return s.config.FS.SyncDir(s.config.Dir)
}

func (s *State) unwritable(file string, err error) error {
	return fault.New(fault.StateWrite, "the state of operator %d (%s) could not be written to %s. Make the place writable, with room "+
		"for more, and start the query again: nothing that was committed is lost", s.config.Operator, s.config.Spec.Name, s.path(file)).
		With("file", s.path(file)).Wrap(err)
}

// remove removes files that nothing names any more. One that cannot be removed is
// tried again at the next start.
func (s *State) remove(files []string) {
	for _, f := range files {
		if err := s.config.FS.Remove(s.path(f)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			s.config.Warn.Warn("A file of state that is not needed any more could not be removed.", "file", s.path(f), "err", err)
		}
	}
}

// sweep removes what former runs left and nothing names.
func (s *State) sweep() error {
	list, err := s.config.FS.ReadDir(s.config.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("state of operator %d: %w", s.config.Operator, err)
	}
	s.haveDir = true
	named := map[string]bool{}
	for _, e := range s.chain {
		named[e.file] = true
	}
	for _, f := range s.manifest.Snapshots {
		named[f.File] = true
	}
	var left, all []string
	for _, f := range list {
		all = append(all, f.Name())
		if epoch, ours := epochOf(f.Name()); ours && epoch < s.config.Epoch && !named[f.Name()] {
			left = append(left, f.Name())
		}
	}
	s.remove(left)
	s.sweepTiers(all)
	return nil
}

// disown takes a snapshot that does not verify out of the manifest. Its file
// stays, for whoever wants to look at it, until the next start.
func (s *State) disown(file string) {
	s.manifest.Snapshots = slices.DeleteFunc(s.manifest.Snapshots, func(f state.SnapshotFile) bool { return f.File == file })
}
