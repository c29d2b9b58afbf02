package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

// compactEvery is how many entries of a log become one: Spark's
// spark.sql.streaming.fileSource.log.compactInterval.
const compactEvery = 10

// compactSuffix ends the name of an entry that holds the lines of all before it.
const compactSuffix = ".compact"

// LogOptions says how a [Log] is kept. Its zero value keeps every line and
// removes superseded files of all but the last hundred batches.
type LogOptions struct {
	// Fold makes a shorter list of lines that says the same. Nil keeps all.
	Fold func(lines [][]byte) [][]byte

	// Retain is how many batches before the newest keep their own files. Zero:
	// 100.
	Retain int

	// CleanupDelay is how old a superseded file must be to be removed, for
	// readers that are about to open it. Zero: it may be new.
	CleanupDelay time.Duration

	// Now is the clock for CleanupDelay. Nil: the machine's.
	Now func() time.Time
}

func (o LogOptions) retain() int64 {
	if o.Retain == 0 {
		return 100
	}
	return int64(o.Retain)
}

func (o LogOptions) now() time.Time {
	if o.Now == nil {
		return time.Now()
	}
	return o.Now()
}

// Log is a directory with one file of lines for each batch, as Spark keeps it:
// sources/<i> of a file source (S10b) and _spark_metadata of a file sink (S60).
// It is the connector.Log that a source is handed.
//
//	0  1  …  8  9.compact  10  …  18  19.compact  20
//	            └ the lines of 0 to 9      └ of 0 to 19, folded
//
// An entry is published whole and never overwritten. A Log has one writer; its
// methods may be called from several goroutines.
type Log struct {
	fs      vfs.FS
	dir     string
	options LogOptions

	mu     sync.Mutex
	plain  map[int64]bool // batches that have a file of their own
	folded []int64        // batches that have a compacted file, in order
	latest int64          // -1: none
	sums   *logSums       // nil for a log outside a checkpoint
}

// OpenLog opens the log in a directory, and makes the directory if it is not
// there.
func OpenLog(fsys vfs.FS, dir string, options LogOptions) (*Log, error) {
	if err := fsys.MkdirAll(dir); err != nil {
		return nil, err
	}
	if err := vfs.Sweep(fsys, dir); err != nil {
		return nil, err
	}
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	l := &Log{fs: fsys, dir: dir, options: options, plain: map[int64]bool{}, latest: -1}
	for _, e := range entries {
		base, compact := strings.CutSuffix(e.Name(), compactSuffix)
		batch, ok := batchNumber(base)
		switch {
		case !ok:
			continue
		case compact:
			l.folded = append(l.folded, batch)
		default:
			l.plain[batch] = true
		}
		l.latest = max(l.latest, batch)
	}
	slices.Sort(l.folded)
	return l, nil
}

// OpenLog opens the log of a source, by the position of the source in the plan.
// Its entries have checksums in the journal.
func (c *Checkpoint) OpenLog(source int, options LogOptions) (*Log, error) {
	l, err := OpenLog(c.fs, path.Join(c.dir, "sources", fmt.Sprint(source)), options)
	if err != nil {
		return nil, err
	}
	l.sums, err = c.openSums(source)
	return l, err
}

// Latest is the newest batch with an entry; false for none.
func (l *Log) Latest() (int64, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.latest, l.latest >= 0, nil
}

// Add writes the entry of a batch durably. An entry that exists already with
// the same lines is left alone; with others the error is
// CONCURRENT_STREAM_LOG_UPDATE. A line holds no line break.
func (l *Log) Add(batch int64, lines [][]byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range lines {
		if bytes.ContainsRune(line, '\n') {
			return fmt.Errorf("log %s: the line %.60q holds a line break", l.dir, line)
		}
	}
	if batch <= l.latest {
		return l.compare(batch, lines)
	}
	compact := (batch+1)%compactEvery == 0
	name := entryName(l.dir, batch)
	if compact {
		all, err := l.lines(batch - 1)
		if err != nil {
			return err
		}
		lines = append(all, lines...)
		if l.options.Fold != nil {
			lines = l.options.Fold(lines)
		}
		name += compactSuffix
	}
	text := formatLog(lines)
	err := publishEntry(l.fs, name, text)
	if errors.Is(err, fs.ErrExist) {
		return l.conflict(batch)
	}
	if err != nil {
		return err
	}
	l.latest = batch
	l.sums.add(name, text)
	if !compact {
		l.plain[batch] = true
		return nil
	}
	l.folded = append(l.folded, batch)
	return l.clean()
}

func (l *Log) conflict(batch int64) error {
	return fault.New(fault.ConcurrentLogUpdate, "the log %s has another entry for batch %d. Let only one run use a checkpoint",
		l.dir, batch).With("batchId", fmt.Sprint(batch))
}

// compare fails if the log says something else of a batch. Lines that a fold
// has dropped are no contradiction.
func (l *Log) compare(batch int64, lines [][]byte) error {
	have, ok, err := l.entry(batch)
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(lines))
	for _, line := range lines {
		known[string(line)] = true
	}
	for _, line := range have {
		if !known[string(line)] {
			return l.conflict(batch)
		}
	}
	if ok && l.plain[batch] && len(have) != len(lines) {
		return l.conflict(batch)
	}
	return nil
}

// Entry is the lines of one batch; false where there is none. Of a batch that
// has only a compacted file those lines are found that carry its number in
// the field batchId, as the lines of a source do.
func (l *Log) Entry(batch int64) ([][]byte, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.entry(batch)
}

func (l *Log) entry(batch int64) ([][]byte, bool, error) {
	if l.plain[batch] {
		lines, err := l.read(entryName(l.dir, batch))
		return lines, err == nil, err
	}
	at, _ := slices.BinarySearch(l.folded, batch)
	if at == len(l.folded) || batch < 0 {
		return nil, false, nil
	}
	lines, err := l.read(entryName(l.dir, l.folded[at]) + compactSuffix)
	if err != nil {
		return nil, false, err
	}
	lines = slices.DeleteFunc(lines, func(line []byte) bool {
		var numbered struct {
			BatchID *int64 `json:"batchId"`
		}
		err := json.Unmarshal(line, &numbered)
		return err != nil || numbered.BatchID == nil || *numbered.BatchID != batch
	})
	return lines, len(lines) > 0 || l.folded[at] == batch, nil
}

// Lines are those of all batches up to this one, oldest first, as far as no
// fold has dropped them.
func (l *Log) Lines(upTo int64) ([][]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines(upTo)
}

func (l *Log) lines(upTo int64) (all [][]byte, err error) {
	next := int64(0)
	if at, found := slices.BinarySearch(l.folded, upTo); found || at > 0 {
		if !found {
			at--
		}
		next = l.folded[at] + 1
		if all, err = l.read(entryName(l.dir, l.folded[at]) + compactSuffix); err != nil {
			return nil, err
		}
	}
	for batch := next; batch <= min(upTo, l.latest); batch++ {
		if !l.plain[batch] {
			continue // a batch without an entry
		}
		lines, err := l.read(entryName(l.dir, batch))
		if err != nil {
			return nil, err
		}
		all = append(all, lines...)
	}
	return all, nil
}

// read returns the lines of one file.
func (l *Log) read(name string) ([][]byte, error) {
	text, err := readEntry(l.fs, name)
	if err != nil {
		return nil, err
	}
	if err := l.sums.check(name, text); err != nil {
		return nil, err
	}
	lines, err := logLines(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return lines, nil
}

// clean removes the files below the newest compacted one that is as old as
// what must be kept.
func (l *Log) clean() error {
	at, found := slices.BinarySearch(l.folded, l.latest-l.options.retain())
	if !found {
		at--
	}
	if at < 0 {
		return nil
	}
	keep := l.folded[at]
	for batch := range l.plain {
		if batch < keep {
			removed, err := l.expire(entryName(l.dir, batch))
			if err != nil {
				return err
			}
			if removed {
				delete(l.plain, batch)
			}
		}
	}
	for len(l.folded) > 0 && l.folded[0] < keep {
		removed, err := l.expire(entryName(l.dir, l.folded[0]) + compactSuffix)
		if err != nil || !removed {
			return err
		}
		l.folded = l.folded[1:]
	}
	return nil
}

// expire removes a file if it is old enough.
func (l *Log) expire(name string) (bool, error) {
	at, err := l.fs.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil || l.options.now().Sub(at.ModTime()) < l.options.CleanupDelay {
		return false, err
	}
	return true, removeEntry(l.fs, name)
}
