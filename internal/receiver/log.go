package receiver

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/vfs"
)

// LogConfig says how a write-ahead log is kept. The zero value has Spark's defaults.
type LogConfig struct {
	// Roll is how long a file is written to; 0: 60 s (…rollingIntervalSecs).
	Roll time.Duration
	// MaxFailures is how often a write is tried, each time in a new file, before its
	// caller is told; 0: 3 (…maxFailures).
	MaxFailures int
	// CloseAfterWrite begins a new file for every write, for file systems that show
	// a file only once it is closed (…closeFileAfterWrite).
	CloseAfterWrite bool
	// OneByOne writes and syncs each record alone (…allowBatching=false).
	OneByOne bool
}

// Segment is where a record of a log lies. The zero Segment is nowhere.
type Segment struct {
	File   string // within the log's directory
	Offset int64  // of the first sector of its frame
	Skip   int64  // bytes of the frame's payload before the record
	Length int64  // bytes of the record
}

// Log is a write-ahead log: a directory of files log-<start>-<stop>, named by the
// milliseconds between which they are written to. What is appended is durable
// when Append returns, and can be read again by its segment. See
// docs/format/dstream-wal.md.
//
// Appends of several goroutines share one write and one sync: who comes while a
// write is under way waits, and one of those who wait writes for all of them.
//
// A file whose write or sync has failed is not written to again, as nobody knows
// what is on the disk: the write is repeated in a new file. Its methods may be
// called from any goroutine.
type Log struct {
	fs    vfs.FS
	dir   string
	clock clock.Clock
	conf  LogConfig
	// begin makes the first record of a file; nil for none. What was appended before
	// has been applied when it is called.
	begin func() []byte
	ahead int64 // unit by which a file is extended with zeros ahead of what is written

	mu      sync.Mutex
	done    sync.Cond // a group was written
	waiting []*entry
	writing bool // somebody writes, and owns open
	closed  bool
	open    *logFile // nil: the next write begins one
	last    int64    // start of the newest file; the writer's
}

// entry is an append that waits.
type entry struct {
	record  []byte
	apply   func() // runs in order of the log when the record is durable; may be nil
	written bool
	segment Segment
	err     error
}

// logFile is the file that is written to.
type logFile struct {
	name        string
	start, stop int64 // ms
	file        vfs.Writer
	frames      checkpoint.Frames
	frame       uint32
	length      int64 // bytes of frames
	allocated   int64 // size
}

// errLogClosed is what appending to a closed log reports.
var errLogClosed = errors.New("the write-ahead log is closed")

// OpenLog opens a log to append to it. It makes the directory if need be, and never
// writes to a file that is there already.
func OpenLog(fsys vfs.FS, dir string, c clock.Clock, conf LogConfig) (*Log, error) {
	if conf.Roll <= 0 {
		conf.Roll = time.Minute
	}
	if conf.MaxFailures <= 0 {
		conf.MaxFailures = 3
	}
	if err := fsys.MkdirAll(dir); err != nil {
		return nil, err
	}
	files, err := logFiles(fsys, dir)
	if err != nil {
		return nil, err
	}
	l := &Log{fs: fsys, dir: dir, clock: c, conf: conf}
	l.done.L = &l.mu
	if len(files) > 0 {
		l.last = files[len(files)-1].start
	}
	return l, nil
}

// Append makes a record durable and says where it lies.
func (l *Log) Append(record []byte) (Segment, error) { return l.appendThen(record, nil) }

// appendThen is [Log.Append]; apply runs when the record is durable, before anything
// that was appended later is. It must not append.
func (l *Log) appendThen(record []byte, apply func()) (Segment, error) {
	e := &entry{record: record, apply: apply}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return Segment{}, errLogClosed
	}
	l.waiting = append(l.waiting, e)
	for !e.written {
		if l.writing {
			l.done.Wait()
			continue
		}
		group, rest := l.waiting, []*entry(nil)
		if l.conf.OneByOne {
			group, rest = group[:1], group[1:]
		}
		l.waiting, l.writing = rest, true
		l.mu.Unlock()
		err := l.write(group)
		l.mu.Lock()
		l.writing = false
		for _, e := range group {
			e.written, e.err = true, err
		}
		l.done.Broadcast()
	}
	return e.segment, e.err
}

// write writes a group, in a new file after each failure.
func (l *Log) write(group []*entry) error {
	for failures := 1; ; failures++ {
		err := l.try(group)
		if err == nil {
			break
		}
		l.abandon()
		if failures >= l.conf.MaxFailures {
			return fmt.Errorf("write-ahead log %s: %w", l.dir, err)
		}
	}
	for _, e := range group {
		if e.apply != nil {
			e.apply()
		}
	}
	return nil
}

// try writes a group to the present file as one frame.
func (l *Log) try(group []*entry) error {
	now := l.clock.Now().UnixMilli()
	if l.open != nil && (now >= l.open.stop || l.conf.CloseAfterWrite) {
		f := l.open
		l.setOpen(nil)
		if err := f.file.Close(); err != nil {
			return err
		}
	}
	if l.open == nil {
		if err := l.create(now); err != nil {
			return err
		}
	}
	f := l.open
	room := 0
	for _, e := range group {
		room += len(e.record) + binary.MaxVarintLen64
	}
	payload := make([]byte, 0, room)
	put := func(record []byte) int64 {
		payload = binary.AppendUvarint(payload, uint64(len(record)))
		payload = append(payload, record...)
		return int64(len(payload) - len(record))
	}
	if f.frame == 0 && l.begin != nil {
		put(l.begin())
	}
	for _, e := range group {
		e.segment = Segment{File: f.name, Offset: f.length, Skip: put(e.record), Length: int64(len(e.record))}
	}
	if err := f.append(payload, l.ahead); err != nil {
		return err
	}
	if f.frame == 1 && l.begin != nil {
		l.removeBefore(f.start)
	}
	return nil
}

// create begins the file of this moment, or the next moment that has none.
func (l *Log) create(now int64) error {
	start := max(now, l.last+1)
	for {
		stop := start + l.conf.Roll.Milliseconds()
		name := logName(start, stop)
		file, err := l.fs.Create(path.Join(l.dir, name))
		if errors.Is(err, fs.ErrExist) {
			start++
			continue
		}
		if err != nil {
			return err
		}
		l.last = start
		l.setOpen(&logFile{name: name, start: start, stop: stop, file: file, frames: checkpoint.FramesOf(start, stop)})
		return l.fs.SyncDir(l.dir)
	}
}

// append makes a frame durable.
func (f *logFile) append(payload []byte, ahead int64) error {
	buf := f.frames.Append(make([]byte, 0, f.frames.Room(len(payload))), f.frame+1, f.length, payload)
	end := f.length + int64(len(buf))
	if ahead > 0 && end > f.allocated {
		f.allocated = (end + ahead - 1) / ahead * ahead
		buf = append(buf, make([]byte, f.allocated-end)...)
	}
	if _, err := f.file.WriteAt(buf, f.length); err != nil {
		return err
	}
	if err := f.file.Sync(); err != nil {
		return err
	}
	f.frame++
	f.length = end
	return nil
}

// abandon ends the present file after an error. What it holds stays readable; one
// that holds nothing is removed.
func (l *Log) abandon() {
	f := l.open
	if f == nil {
		return
	}
	_ = f.file.Close() // the error that led here is the one that tells
	if f.frame == 0 {
		_ = l.fs.Remove(path.Join(l.dir, f.name)) // else its time removes it
	}
	l.setOpen(nil)
}

// setOpen changes the present file, which others than its writer look at.
func (l *Log) setOpen(f *logFile) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = f
}

// removeBefore removes the files that a newer one replaces. One that stays is
// removed with the next.
func (l *Log) removeBefore(start int64) {
	files, err := logFiles(l.fs, l.dir)
	if err != nil {
		return
	}
	for _, f := range files {
		if f.start >= start {
			return
		}
		if l.fs.Remove(path.Join(l.dir, f.name)) != nil {
			return // oldest first, so that no file is left without its successors
		}
	}
}

// Read is the record of a segment. An error names the file and the byte.
func (l *Log) Read(s Segment) ([]byte, error) { return ReadSegment(l.fs, l.dir, s) }

// ReadSegment is [Log.Read] of the log in a directory.
func ReadSegment(fsys vfs.FS, dir string, s Segment) ([]byte, error) {
	id, ok := parseLogName(s.File)
	if !ok {
		return nil, fmt.Errorf("%q is no name of a file of a write-ahead log", s.File)
	}
	name := path.Join(dir, s.File)
	file, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("write-ahead log: %w", err)
	}
	defer file.Close()
	record, err := checkpoint.FramesOf(id.start, id.stop).ReadAt(file, s.Offset, s.Skip, s.Length)
	if err != nil {
		return nil, fmt.Errorf("write-ahead log %s: %w", name, err)
	}
	return record, nil
}

// Clean removes the files that were not written to since a time and that nobody
// keeps. keep may be nil.
func (l *Log) Clean(before time.Time, keep func(file string) bool) error {
	files, err := logFiles(l.fs, l.dir)
	if err != nil {
		return err
	}
	l.mu.Lock()
	present := ""
	if l.open != nil {
		present = l.open.name
	}
	l.mu.Unlock()
	var errs []error
	for _, f := range files {
		if f.name == present || f.stop >= before.UnixMilli() || keep != nil && keep(f.name) {
			continue
		}
		if err := l.fs.Remove(path.Join(l.dir, f.name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Close ends the log when what is under way is written.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for l.writing || len(l.waiting) > 0 {
		l.done.Wait()
	}
	if l.open == nil {
		return nil
	}
	f := l.open
	l.open = nil
	return f.file.Close()
}

// logID is a file of a log.
type logID struct {
	name        string
	start, stop int64
}

func logName(start, stop int64) string { return fmt.Sprintf("log-%d-%d", start, stop) }

func parseLogName(name string) (logID, bool) {
	rest, ok := strings.CutPrefix(name, "log-")
	first, second, split := strings.Cut(rest, "-")
	start, err := strconv.ParseInt(first, 10, 64)
	stop, e := strconv.ParseInt(second, 10, 64)
	return logID{name, start, stop}, ok && split && err == nil && e == nil && logName(start, stop) == name
}

// logFiles lists the files of a log, oldest first.
func logFiles(fsys vfs.FS, dir string) ([]logID, error) {
	entries, err := fsys.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var files []logID
	for _, e := range entries {
		if id, ok := parseLogName(e.Name()); ok {
			files = append(files, id)
		}
	}
	slices.SortFunc(files, func(a, b logID) int { return cmp.Compare(a.start, b.start) })
	return files, nil
}

// newestRecords are the records of the newest file of a log of which a frame is
// complete; none if there is no such file. A torn end is no error, damage is, with
// the file and the byte.
func newestRecords(fsys vfs.FS, dir string) ([][]byte, error) {
	files, err := logFiles(fsys, dir)
	if err != nil {
		return nil, err
	}
	for _, f := range slices.Backward(files) {
		records, err := fileRecords(fsys, dir, f)
		if err != nil || len(records) > 0 {
			return records, err
		}
	}
	return nil, nil
}

// fileRecords are the records of one file.
func fileRecords(fsys vfs.FS, dir string, id logID) ([][]byte, error) {
	name := path.Join(dir, id.name)
	content, err := fsys.ReadFile(name)
	if err != nil {
		return nil, err
	}
	frames, _, err := checkpoint.FramesOf(id.start, id.stop).Scan(content)
	if err != nil {
		return nil, fmt.Errorf("write-ahead log %s is damaged: %w", name, err)
	}
	var records [][]byte
	for _, f := range frames {
		for rest := f.Payload; len(rest) > 0; {
			n, size := binary.Uvarint(rest)
			if size <= 0 || n > uint64(len(rest)-size) {
				return nil, fmt.Errorf("write-ahead log %s: the records of the frame at byte %d do not fill it", name, f.Offset)
			}
			records = append(records, rest[size:size+int(n)])
			rest = rest[size+int(n):]
		}
	}
	return records, nil
}
