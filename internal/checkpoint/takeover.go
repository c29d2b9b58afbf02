package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/weirstream/weir/internal/vfs"
)

// takeOver compares Spark's files with the journal and takes from them what is
// newer: a checkpoint that Spark made, or went on with. It reports whether
// there was anything.
//
//	the newest file is      then
//	older than the journal  a crash came before it was written: it will be made
//	as new                  it must say the same
//	newer                   another engine went on: what it wrote is taken
//
// Files that contradict the journal are refused: either a bit has flipped, or
// another engine went on after a crash from files that were behind, and so ran
// a batch that this one had planned otherwise.
func (c *Checkpoint) takeOver(journaled bool) (foreign bool, err error) {
	plans := &logFiles{dir: path.Join(c.dir, offsetsDir), texts: func(l *live) map[int64][]byte { return l.plans }}
	commits := &logFiles{dir: path.Join(c.dir, commitsDir), texts: func(l *live) map[int64][]byte { return l.commits }}
	c.files = []*logFiles{plans, commits}
	planned, done := c.live.planned, c.live.done
	if !journaled {
		planned, done = -1, -1
	}
	taken, err := c.takeLog(plans, planned, c.live.plan, checkPlan)
	if err != nil {
		return false, err
	}
	more, err := c.takeLog(commits, done, c.live.commit, checkCommit)
	return taken || more, err
}

// takeLog takes the entries after known from the files of one log.
func (c *Checkpoint) takeLog(l *logFiles, known int64, take func(int64, []byte), check func([]byte) error) (bool, error) {
	if err := vfs.Sweep(c.fs, l.dir); err != nil {
		return false, err
	}
	found, err := batches(c.fs, l.dir)
	if err != nil {
		return false, err
	}
	foreign := false
	for i, batch := range slices.Backward(found) {
		if batch < known-1 || batch < found[len(found)-1]-c.options.retain() {
			break // neither needed nor written again
		}
		if i+1 < len(found) && batch > known && found[i+1] != batch+1 {
			break // a gap: what lies before it is no part of this history
		}
		name := entryName(l.dir, batch)
		if batch <= known {
			ours := l.texts(c.live)[batch]
			if ours == nil {
				continue
			}
			same, err := sameEntry(c.fs, batch, name, ours)
			if err != nil {
				return false, err
			}
			if !same {
				return false, contradiction(c.dir, name)
			}
			continue
		}
		text, err := readEntry(c.fs, name)
		if err != nil {
			return false, err
		}
		if err := check(text); err != nil {
			return false, damaged(name, fmt.Sprintf("an unknown place: %v", err))
		}
		take(batch, text)
		foreign = true
	}
	l.begin(found, c.live)
	return foreign, nil
}

// begin notes which files are there.
func (l *logFiles) begin(found []int64, live *live) {
	if len(found) > 0 {
		l.cleared, l.next = found[0], found[len(found)-1]+1
	}
	for batch := range l.texts(live) {
		if _, there := slices.BinarySearch(found, batch); !there && batch < l.next {
			l.gaps = append(l.gaps, batch)
		}
	}
}

func checkPlan(text []byte) error {
	_, err := decodePlan(0, text)
	return err
}

func checkCommit(text []byte) error {
	_, err := decodeCommit(0, text)
	return err
}

// contradiction is the error for a file that says something else than the
// journal.
func contradiction(dir, name string) error {
	return damaged(name, fmt.Sprintf("an unknown place: it says something else than the journal. To go on from the journal, which "+
		"carries checksums, remove the file; to go on from the files, because another engine wrote them after a crash, remove %s",
		path.Join(dir, journalDir)))
}

// sameEntry reports whether a file says what the journal says, whatever the
// order in which its JSON was written.
func sameEntry(fsys vfs.FS, batch int64, name string, ours []byte) (bool, error) {
	text, err := readEntry(fsys, name)
	if err != nil {
		return false, err
	}
	if bytes.Equal(text, ours) {
		return true, nil
	}
	if plan, err := decodePlan(batch, ours); err == nil && path.Base(path.Dir(name)) == offsetsDir {
		theirs, err := decodePlan(batch, text)
		return err == nil && samePlan(plan, theirs), nil
	}
	commit, err := decodeCommit(batch, ours)
	if err != nil {
		return false, err
	}
	theirs, err := decodeCommit(batch, text)
	return err == nil && commit == theirs, nil
}

// samePlan compares all that a batch depends on.
func samePlan(a, b Plan) bool {
	return a.Batch == b.Batch && a.WatermarkMS == b.WatermarkMS && a.TimestampMS == b.TimestampMS && maps.Equal(a.Conf, b.Conf) &&
		slices.EqualFunc(a.Ends, b.Ends, func(x, y json.RawMessage) bool { return bytes.Equal(x, y) })
}

// isEmpty reports whether a directory holds no file, in any depth. One that is
// not there is empty.
func isEmpty(fsys vfs.FS, dir string) (bool, error) {
	entries, err := fsys.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		if !e.IsDir() {
			return false, nil
		}
		if empty, err := isEmpty(fsys, path.Join(dir, e.Name())); !empty {
			return false, err
		}
	}
	return true, nil
}
