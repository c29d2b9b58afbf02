package file

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

// intent is what the commit of a table's write does to the directory. It is
// written, at once and durably, before anything is done: with it the write is
// committed, and who finds it after a crash does the rest.
//
//	_temporary/<run>/0-part-…   staged: no reader looks here
//	_temporary/<run>/commit     the intent: from here on the write counts
//	part-…                      published, then what they replace is removed
//	_SUCCESS
//
// Every step may be done again, also by a reader while the writer is at it.
type intent struct {
	// Add are the files to publish, the staged name and the one beneath the
	// table's directory.
	Add []publication `json:"add"`
	// Remove are the files that they replace, beneath the table's directory.
	Remove []string `json:"remove,omitempty"`
}

type publication struct {
	Temp  string `json:"temp"`
	Final string `json:"final"`
	Size  int64  `json:"size"`
}

// intentFile holds the intent of a run.
const intentFile = "commit"

// successFile says that a write was finished.
const successFile = "_SUCCESS"

// commitIntent writes the intent of a run and does what it says.
func commitIntent(fsys vfs.FS, dir, run string, i intent) error {
	text, err := json.Marshal(i)
	if err != nil {
		return err
	}
	stage := path.Join(dir, temporaryDir, run)
	if err := fsys.SyncDir(stage); err != nil {
		return err
	}
	if err := vfs.Publish(fsys, path.Join(stage, intentFile), text); err != nil {
		return err
	}
	return i.finish(fsys, dir, run)
}

// recoverIntents does what writes that a crash has ended had still to do.
func recoverIntents(fsys vfs.FS, dir string) error {
	runs, err := fsys.ReadDir(path.Join(dir, temporaryDir))
	if err != nil {
		return nil // no directory, as nearly always, or none that we may enter
	}
	for _, r := range runs {
		text, err := fsys.ReadFile(path.Join(dir, temporaryDir, r.Name(), intentFile))
		if err != nil {
			continue // still being written, or a stream's
		}
		var i intent
		err = json.Unmarshal(text, &i)
		if err == nil {
			err = i.finish(fsys, dir, r.Name())
		}
		if err != nil {
			return fault.New(fault.IllegalState, "a write to %s was committed and not finished, and cannot be finished now; "+
				"see to it that this user may write there", dir).With("path", dir).Wrap(err)
		}
	}
	return nil
}

// finish publishes and removes.
func (i intent) finish(fsys vfs.FS, dir, run string) error {
	dirs := make(map[string]bool)
	for _, p := range i.Add {
		final := path.Join(dir, p.Final)
		if in := path.Dir(final); !dirs[in] {
			dirs[in] = true
			if err := fsys.MkdirAll(in); err != nil {
				return err
			}
		}
		if err := p.publish(fsys, path.Join(dir, temporaryDir, run, p.Temp), final); err != nil {
			return err
		}
	}
	for in := range dirs {
		if err := fsys.SyncDir(in); err != nil {
			return err
		}
	}
	if err := removeFiles(fsys, dir, i.Remove); err != nil {
		return err
	}
	if err := vfs.Replace(fsys, path.Join(dir, successFile), nil); err != nil {
		return err
	}
	return removeStage(fsys, dir, run)
}

// publish gives the staged file its name. The staged one stays until names are
// durable: a rename between directories may lose both in a crash. A file that is
// not there any more was published by another, and perhaps replaced by a later
// write.
func (p publication) publish(fsys vfs.FS, temp, final string) error {
	err := fsys.Link(temp, final)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		err = fsys.Rename(temp, final) // a file system without links
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	at, err := fsys.Stat(final)
	if err == nil && at.Size() != p.Size {
		err = fmt.Errorf("%s has %d bytes, and %d were written", final, at.Size(), p.Size)
	}
	return ignoreMissing(err)
}

// removeFiles removes files, and directories that are empty then, durably.
func removeFiles(fsys vfs.FS, dir string, names []string) error {
	dirs := make(map[string]bool)
	for _, name := range names {
		if err := ignoreMissing(fsys.Remove(path.Join(dir, name))); err != nil {
			return err
		}
		for in := path.Dir(name); in != "."; in = path.Dir(in) {
			dirs[in] = true
		}
	}
	// Longer names first: what is inside goes before what is around.
	byLength := func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) }
	for _, in := range slices.SortedFunc(maps.Keys(dirs), byLength) {
		if fsys.Remove(path.Join(dir, in)) == nil {
			continue // it was empty
		}
		if err := ignoreMissing(fsys.SyncDir(path.Join(dir, in))); err != nil {
			return err
		}
	}
	return fsys.SyncDir(dir)
}

// removeStage removes the staging directory of a write and the one around, if it is
// empty then. The intent goes first, durably: it must not come back when later
// writes have replaced what it lists.
func removeStage(fsys vfs.FS, dir, run string) error {
	stage := path.Join(dir, temporaryDir, run)
	err := fsys.Remove(path.Join(stage, intentFile))
	if err == nil {
		err = fsys.SyncDir(stage)
	}
	if err := ignoreMissing(err); err != nil {
		return err
	}
	entries, err := fsys.ReadDir(stage)
	if err != nil {
		return ignoreMissing(err)
	}
	for _, e := range entries {
		if err := ignoreMissing(fsys.Remove(path.Join(stage, e.Name()))); err != nil {
			return err
		}
	}
	if err := ignoreMissing(fsys.Remove(stage)); err != nil {
		return err
	}
	_ = fsys.Remove(path.Join(dir, temporaryDir)) // it stays while another write is under way
	return nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
