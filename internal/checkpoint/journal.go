package checkpoint

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

// journalDir holds the journal files and the lock.
const journalDir = "journal"

// defaultGrowth is the unit in which a journal file is extended, with zeros, ahead of
// what is written: overwriting zeros and syncing costs a quarter less than
// appending and syncing, since the size of the file need not change.
const defaultGrowth = 128 << 10

// journal is the file that this run appends to.
//
// A file has one writer ever, and each frame is synced before the next is
// written. A run names its first file journal/<epoch>; when that has grown it
// goes on in journal/<epoch>.1 and so on. Each file begins with a snapshot of
// all that is still needed, so that only the newest one is ever read, and what
// anybody appends to an older one does not count.
//
// Who makes journal/<epoch> first, exclusively, has the epoch. After each
// append the writer looks whether a later epoch exists. If none did, then every
// later owner makes its file, and hence reads this one, after the append, and
// will find the frame; only then is the append a success. If one did, the frame
// may or may not have been found, and the run is over: it reports nothing as
// done. That holds however long the writer slept in between.
type journal struct {
	fs        vfs.FS
	dir       string
	id        fileID
	file      vfs.Writer
	frame     uint32 // number of the last frame
	length    int64  // bytes of frames
	allocated int64  // size of the file
	growth    int64  // unit of allocated
	err       error  // why nothing can be appended any more
}

// name is the name of the file inside the journal's directory.
func (id fileID) name() string {
	if id.part == 0 {
		return strconv.FormatInt(id.epoch, 10)
	}
	return fmt.Sprintf("%d.%d", id.epoch, id.part)
}

// parseFileID is the inverse of name.
func parseFileID(name string) (fileID, bool) {
	epoch, part, split := strings.Cut(name, ".")
	e, ok := batchNumber(epoch)
	if !ok || e == 0 {
		return fileID{}, false
	}
	if !split {
		return fileID{epoch: e}, true
	}
	p, ok := batchNumber(part)
	return fileID{epoch: e, part: p}, ok && p > 0
}

// journalFiles lists the files of a journal, oldest first.
func journalFiles(fsys vfs.FS, dir string) ([]fileID, error) {
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []fileID
	for _, e := range entries {
		if id, ok := parseFileID(e.Name()); ok {
			files = append(files, id)
		}
	}
	slices.SortFunc(files, func(a, b fileID) int {
		return cmp.Or(cmp.Compare(a.epoch, b.epoch), cmp.Compare(a.part, b.part))
	})
	return files, nil
}

// claim takes an epoch, or the next part of one, by making its file.
func claim(fsys vfs.FS, dir string, id fileID, growth int64) (*journal, error) {
	file, err := fsys.Create(path.Join(dir, id.name()))
	if errors.Is(err, fs.ErrExist) {
		return nil, fault.New(fault.ConcurrentLogUpdate, "another run has taken epoch %d of %s at the same moment. Let only one "+
			"run use a checkpoint", id.epoch, path.Dir(dir))
	}
	if err != nil {
		return nil, err
	}
	if err := fsys.SyncDir(dir); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &journal{fs: fsys, dir: dir, id: id, file: file, growth: cmp.Or(growth, defaultGrowth)}, nil
}

// append makes a frame durable. After an error it appends nothing any more.
func (j *journal) append(payload []byte) error {
	if j.err == nil {
		j.err = j.tryAppend(payload)
	}
	return j.err
}

func (j *journal) tryAppend(payload []byte) error {
	if err := j.fenced(); err != nil {
		return err
	}
	buf := make([]byte, 0, (len(payload)/sectorPayload+1)*sectorSize)
	buf = appendFrame(buf, j.id, j.frame+1, j.length/sectorSize, payload)
	end := j.length + int64(len(buf))
	if end > j.allocated {
		j.allocated = (end + j.growth - 1) / j.growth * j.growth
		buf = append(buf, make([]byte, j.allocated-end)...)
	}
	if _, err := j.file.WriteAt(buf, j.length); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	j.frame++
	j.length = end
	return j.fenced()
}

// fenced fails if a later epoch exists. Files are removed oldest first, so if
// this run's file is there, then the next epoch's, had it been there, would
// still be.
func (j *journal) fenced() error {
	next := path.Join(j.dir, fileID{epoch: j.id.epoch + 1}.name())
	taken, err := vfs.Exists(j.fs, next)
	if err != nil {
		return err
	}
	own, err := vfs.Exists(j.fs, path.Join(j.dir, j.id.name()))
	if err != nil {
		return err
	}
	if !own && !taken {
		files, err := journalFiles(j.fs, j.dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if len(files) == 0 || files[len(files)-1].epoch <= j.id.epoch {
			return fault.New(fault.IllegalState, "the journal of the running query, %s, has been removed. Start the query again: it goes "+
				"on from what is left of the checkpoint, from the beginning if that is nothing", path.Join(j.dir, j.id.name()))
		}
	}
	if taken || !own {
		return fault.New(fault.ConcurrentLogUpdate, "another run has taken the checkpoint %s over from this one (epoch %d), which "+
			"therefore stops. Let only one run use a checkpoint", path.Dir(j.dir), j.id.epoch)
	}
	return nil
}

// removeBefore removes the files older than this one, oldest first.
func (j *journal) removeBefore() error {
	files, err := journalFiles(j.fs, j.dir)
	if err != nil {
		return err
	}
	for _, id := range files {
		if id == j.id {
			break
		}
		if err := j.fs.Remove(path.Join(j.dir, id.name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// recovered is what the files before this run hold.
type recovered struct {
	live *live
	name string // of the file that was read; empty if there was none
	used int64  // bytes of it that count
}

// recoverJournal reads the newest of the files that was opened: one whose
// snapshot is complete. Files after it were begun by runs that died before they
// could do anything.
func recoverJournal(fsys vfs.FS, dir string, files []fileID, retain int64) (recovered, error) {
	for _, id := range slices.Backward(files) {
		name := path.Join(dir, id.name())
		content, err := fsys.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			return recovered{}, fault.New(fault.ConcurrentLogUpdate, "another run removed %s while this one read it", name)
		}
		if err != nil {
			return recovered{}, err
		}
		l, length, err := replay(content, id, retain)
		if spoiled, ok := errors.AsType[*damage](err); ok {
			return recovered{}, damaged(name, spoiled.Error()+". Put the file back from a copy; or, if the query keeps no state, "+
				"remove the directory "+dir+": weir then goes on from the files in offsets and commits")
		}
		if err != nil {
			return recovered{}, fmt.Errorf("%s: %w", name, err)
		}
		if length > 0 {
			return recovered{live: l, name: id.name(), used: length}, nil
		}
	}
	return recovered{live: newLive(retain)}, nil
}

// replay folds the frames of a file; a length of zero means that it holds none.
func replay(content []byte, id fileID, retain int64) (*live, int64, error) {
	s, err := scan(content, id)
	if err != nil {
		return nil, 0, err
	}
	l := newLive(retain)
	for i, frame := range s.frames {
		first, err := l.apply(frame)
		if err != nil {
			return nil, 0, fmt.Errorf("frame %d: %w", i+1, err)
		}
		if i == 0 && first.id != id {
			return nil, 0, errors.New("the first record does not name this file")
		}
	}
	return l, s.length, nil
}
