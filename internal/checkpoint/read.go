package checkpoint

import (
	"errors"
	"io/fs"
	"math"
	"path"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

// Read is what a checkpoint holds at this moment. It changes nothing and takes no
// lock: a query may be running on it, and may then be one batch ahead.
func Read(fsys vfs.FS, dir string) (State, error) {
	journals := path.Join(dir, journalDir)
	files, err := journalFiles(fsys, journals)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return State{}, err
	}
	if len(files) == 0 {
		return State{}, fault.New(fault.IllegalArgument, "%s is no checkpoint of weir's: it has no journal", dir).With("path", dir)
	}
	found, err := recoverJournal(fsys, journals, files, math.MaxInt32)
	if err != nil {
		return State{}, err
	}
	return found.live.state()
}

// Find fails where there is no checkpoint in dir, neither of weir's nor of Spark's.
func Find(fsys vfs.FS, dir string) error {
	for _, d := range []string{journalDir, offsetsDir} {
		if there, err := vfs.Exists(fsys, path.Join(dir, d)); there || err != nil {
			return err
		}
	}
	return fault.New(fault.IllegalArgument, "%s is no checkpoint: it has neither a journal nor offsets", dir).With("path", dir)
}

// StateDir is where the state with a number lies in the checkpoint dir.
func StateDir(dir string, number int) string { return (&Checkpoint{dir: dir}).StateDir(number) }
