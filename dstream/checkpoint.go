package dstream

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math/rand/v2"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/weirstream/weir/internal/vfs"
)

// snapshot is what a checkpoint holds (docs/format/dstream-checkpoint.md): all that a
// context needs to go on, save the functions, which the setup function makes again.
type snapshot struct {
	Time     Time           `json:"time"`     // the newest batch that was made
	Interval int64          `json:"interval"` // of batches, in milliseconds
	Zero     Time           `json:"zero"`     // one interval before the first batch
	Pending  []Time         `json:"pending"`  // batches that were not finished, or failed
	Shape    []string       `json:"shape"`    // the graph, one line for each stream
	Streams  []streamRecord `json:"streams"`  // those that have something to tell

	number int64 // snapshots are made in this order
}

// streamRecord is what a checkpoint holds of one stream.
type streamRecord struct {
	ID int `json:"id"`
	// RDDs are the directories of checkpointed RDDs by their times, below the
	// checkpoint directory.
	RDDs map[Time]string `json:"rdds,omitempty"`
	// Input is what an input stream needs to make its batches again.
	Input json.RawMessage `json:"input,omitempty"`
}

const (
	checkpointPrefix = "checkpoint-"
	retained         = 10 // checkpoints that are kept
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errTorn is why a checkpoint cannot be read.
var errTorn = errors.New("the file is torn or changed")

// checkpointMark begins every checkpoint.
const checkpointMark = "weir dstream checkpoint\n"

// encode writes a snapshot: the mark, the length and the checksum of what follows, and
// the JSON text.
func (s *snapshot) encode() ([]byte, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	b := append(make([]byte, 0, len(checkpointMark)+8+len(text)), checkpointMark...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(text)))
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(text, castagnoli))
	return append(b, text...), nil
}

// decodeSnapshot reads what encode has written; anything else is an error.
func decodeSnapshot(b []byte) (*snapshot, error) {
	text, ok := bytes.CutPrefix(b, []byte(checkpointMark))
	if !ok || len(text) < 8 {
		return nil, errTorn
	}
	size, sum := binary.LittleEndian.Uint32(text), binary.LittleEndian.Uint32(text[4:])
	text = text[8:]
	if len(text) != int(size) || crc32.Checksum(text, castagnoli) != sum {
		return nil, errTorn
	}
	s := new(snapshot)
	if err := json.Unmarshal(text, s); err != nil {
		return nil, err
	}
	return s, nil
}

// checkpointTimes are the times of the checkpoints in a directory, the newest first.
func checkpointTimes(fsys vfs.FS, dir string) ([]Time, error) {
	entries, err := fsys.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []Time
	for _, e := range entries {
		if text, ok := strings.CutPrefix(e.Name(), checkpointPrefix); ok {
			if at, err := strconv.ParseInt(text, 10, 64); err == nil {
				list = append(list, Time(at))
			}
		}
	}
	slices.SortFunc(list, func(a, b Time) int { return cmp.Compare(b, a) })
	return list, nil
}

func checkpointName(dir string, at Time) string {
	return path.Join(dir, fmt.Sprint(checkpointPrefix, int64(at)))
}

// readCheckpoint reads the newest checkpoint that is whole: nil if there is none at
// all, an error if there are some and all are broken.
func readCheckpoint(fsys vfs.FS, dir string) (*snapshot, error) {
	times, err := checkpointTimes(fsys, dir)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, at := range times {
		b, err := fsys.ReadFile(checkpointName(dir, at))
		if err == nil {
			var s *snapshot
			if s, err = decodeSnapshot(b); err == nil {
				return s, nil
			}
		}
		errs = append(errs, fmt.Errorf("%s: %w", checkpointName(dir, at), err))
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("Failed to read checkpoint from directory %s: %w", dir, errors.Join(errs...))
	}
	return nil, nil
}

// uniqueName is a directory for the RDDs of one process.
func uniqueName() string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], rand.Uint64())
	return rddsPrefix + hex.EncodeToString(b[:])
}

const rddsPrefix = "rdds-"

// saver writes snapshots in the background, the newest only, and removes what no
// retained checkpoint names.
type saver struct {
	fs   vfs.FS
	dir  string
	fail func(err error) // a checkpoint could not be written

	// oldest is the oldest batch that a restart from the newest checkpoint would make
	// again, 0 before there is one.
	oldest atomic.Int64

	mu     sync.Mutex
	wake   sync.Cond
	next   *snapshot // waits to be written
	newest int64     // the number of the newest snapshot
	loose  []string  // directories that snapshots have named which were not written
	busy   bool
	closed bool
	done   chan struct{}
	// kept are the retained checkpoints and the directories that they name.
	kept map[Time][]string
	// own is the directory for RDDs of this process; in others, what is not named is
	// removed.
	own string
}

// newSaver begins to write to a directory that exists.
func newSaver(fsys vfs.FS, dir, own string, fail func(error)) (*saver, error) {
	s := &saver{fs: fsys, dir: dir, own: own, fail: fail, done: make(chan struct{}), kept: make(map[Time][]string)}
	s.wake.L = &s.mu
	times, err := checkpointTimes(fsys, dir)
	if err != nil {
		return nil, err
	}
	for _, at := range times {
		b, err := fsys.ReadFile(checkpointName(dir, at))
		if err != nil {
			return nil, err
		}
		if old, err := decodeSnapshot(b); err == nil {
			s.kept[at] = old.dirs()
		} else {
			s.kept[at] = nil
		}
	}
	if err := vfs.Sweep(fsys, dir); err != nil {
		return nil, err
	}
	go s.run()
	return s, nil
}

// dirs are the directories that a snapshot names.
func (s *snapshot) dirs() []string {
	var list []string
	for _, r := range s.Streams {
		for _, d := range r.RDDs {
			list = append(list, d)
		}
	}
	return list
}

// put hands over a snapshot; one that waits is given up for it.
func (s *saver) put(snap *snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.next
	if snap.number < s.newest { // made before one that was handed over already
		old = snap
	} else {
		s.next, s.newest = snap, snap.number
	}
	if old != nil {
		s.loose = append(s.loose, old.dirs()...)
	}
	s.wake.Broadcast()
}

// close waits until the last snapshot has been written.
func (s *saver) close() {
	s.mu.Lock()
	s.closed = true
	s.wake.Broadcast()
	s.mu.Unlock()
	<-s.done
}

func (s *saver) run() {
	defer close(s.done)
	first := true
	for {
		s.mu.Lock()
		for s.next == nil && !s.closed {
			s.wake.Wait()
		}
		snap := s.next
		s.next = nil
		s.mu.Unlock()
		if snap == nil {
			return
		}
		if err := s.write(snap); err != nil {
			s.fail(err)
			continue
		}
		if err := s.tidy(first); err != nil {
			s.fail(fmt.Errorf("old checkpoints cannot be removed: %w", err))
		}
		first = false
	}
}

// write makes a checkpoint durable. One of the same time is replaced at once.
func (s *saver) write(snap *snapshot) error {
	b, err := snap.encode()
	if err != nil {
		return err
	}
	if err := vfs.Replace(s.fs, checkpointName(s.dir, snap.Time), b); err != nil {
		return err
	}
	s.mu.Lock()
	s.loose = append(s.loose, s.kept[snap.Time]...)
	s.mu.Unlock()
	s.kept[snap.Time] = snap.dirs()
	s.oldest.Store(int64(slices.Min(append(snap.Pending, snap.Time))))
	return nil
}

// tidy removes the checkpoints beyond the retained ones, and the RDDs that only they
// have named. The first time it looks at what other processes have left, too.
func (s *saver) tidy(first bool) error {
	var times []Time
	for at := range s.kept {
		times = append(times, at)
	}
	slices.Sort(times)
	s.mu.Lock()
	var gone []string
	if s.next == nil { // otherwise the one that waits may still name them
		gone, s.loose = s.loose, nil
	}
	s.mu.Unlock()
	var errs []error
	for len(times) > retained {
		err := s.fs.Remove(checkpointName(s.dir, times[0]))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
		gone = append(gone, s.kept[times[0]]...)
		delete(s.kept, times[0])
		times = times[1:]
	}
	if len(gone) == 0 && !first {
		return errors.Join(errs...)
	}
	named := make(map[string]bool)
	for _, dirs := range s.kept {
		for _, d := range dirs {
			named[d] = true
		}
	}
	if first {
		others, err := s.foreign()
		errs = append(errs, err)
		gone = append(gone, others...)
	}
	for _, d := range gone {
		if !named[d] {
			errs = append(errs, vfs.RemoveAll(s.fs, path.Join(s.dir, d)))
		}
	}
	return errors.Join(errs...)
}

// foreign are the RDDs that processes before this one have left.
func (s *saver) foreign() ([]string, error) {
	entries, err := s.fs.ReadDir(s.dir)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), rddsPrefix) || e.Name() == s.own {
			continue
		}
		inner, err := s.fs.ReadDir(path.Join(s.dir, e.Name()))
		if err != nil {
			return nil, err
		}
		for _, i := range inner {
			list = append(list, path.Join(e.Name(), i.Name()))
		}
	}
	return list, nil
}

// openSaver begins to write checkpoints, if there is a directory for them.
func (ssc *Context) openSaver() error {
	dir := ssc.checkpointDir()
	if dir == "" {
		return nil
	}
	s, err := newSaver(ssc.durable.fs, dir, path.Base(ssc.rdd.CheckpointDir()), func(err error) {
		ssc.log.Warn("a checkpoint was not written", "dir", dir, "error", err)
	})
	ssc.durable.saver = s
	return err
}

func (ssc *Context) closeSaver() {
	for _, s := range ssc.graph.settlers() {
		s.wait()
	}
	if ssc.durable.saver != nil {
		ssc.save(ssc.durable.saved)
		ssc.durable.saver.close()
	}
}

// save writes a checkpoint in the background, of the context as it is now.
func (ssc *Context) save(at Time) {
	if ssc.durable.saver == nil {
		return
	}
	snap, err := ssc.snapshot(at)
	if err != nil {
		ssc.log.Warn("a checkpoint was not written", "error", err)
		return
	}
	ssc.durable.saver.put(snap)
}

// snapshot describes the context after the batch at a time was made.
func (ssc *Context) snapshot(at Time) (*snapshot, error) {
	g := &ssc.graph
	g.mu.Lock()
	defer g.mu.Unlock()
	ssc.durable.saved = max(ssc.durable.saved, at)
	ssc.durable.snapshots++
	snap := &snapshot{number: ssc.durable.snapshots, Time: ssc.durable.saved, Interval: ssc.interval.Milliseconds(), Zero: g.zero, Shape: g.shape, Pending: ssc.jobs.unfinished()}
	slices.Sort(snap.Pending)
	for _, n := range g.nodes {
		if !n.began || n.rdds == nil {
			continue
		}
		r := streamRecord{ID: n.id}
		for at, dir := range n.rdds.saved() {
			if r.RDDs == nil {
				r.RDDs = make(map[Time]string)
			}
			r.RDDs[at] = strings.TrimPrefix(strings.TrimPrefix(dir, ssc.checkpointDir()), "/")
		}
		if in, ok := n.input.(recoverable); ok {
			var err error
			if r.Input, err = in.save(); err != nil {
				return nil, fmt.Errorf("%s: %w", n.site, err)
			}
		}
		if r.RDDs != nil || r.Input != nil {
			snap.Streams = append(snap.Streams, r)
		}
	}
	return snap, nil
}
