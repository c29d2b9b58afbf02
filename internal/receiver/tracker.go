package receiver

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/vfs"
)

// TrackerOptions say what a [Tracker] works with.
type TrackerOptions struct {
	// FS and Dir are where the tracker's log is kept; an empty Dir keeps none, and
	// then nothing is known after a restart.
	FS  vfs.FS
	Dir string
	// Recover reads the log that is there. Without it the log begins anew, and the
	// blocks of an earlier run are forgotten.
	Recover bool
	// Clock tells when files of the log are rolled and when errors happened; nil: the
	// machine's.
	Clock clock.Clock
	// Log is how the log is kept.
	Log LogConfig
	// Listen is told of receivers that start, fail and stop, on the goroutine on which
	// it happens; nil: nobody.
	Listen func(Event)
	// Warn is told what a user should know; nil: nobody.
	Warn func(message string)
}

// Tracker knows the receivers and the blocks they have stored, and deals blocks to
// batches (D112). Every block and every allocation is in its log before anybody acts
// on it, so that a restart finds the batches as they were and the blocks that no batch
// had yet.
//
//	AddBlock ──▶ log ──▶ queue of the stream ──┐
//	AllocateBlocksToBatch(t) ──▶ log ──────────┴──▶ blocks of batch t ──▶ Clean
//
// Its methods may be called from any goroutine.
type Tracker struct {
	o    TrackerOptions
	log  *Log // nil: none
	lock io.Closer

	allocating sync.Mutex // one allocation or clean-up at a time; before mu

	mu        sync.Mutex
	state     tracked
	receivers map[int]*attached
	launched  bool
}

// tracked is what the log holds.
type tracked struct {
	streams map[int]*queue
	batches map[int64]map[int][]Block // by milliseconds and stream
	last    int64                     // newest batch that was allocated, ms; 0: none
}

// queue is the blocks of a stream that no batch has.
type queue struct {
	blocks []Block
	last   int64 // greatest number of a block ever added
}

// OpenTracker makes a tracker, from its log if it is to recover.
func OpenTracker(o TrackerOptions) (*Tracker, error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	t := &Tracker{o: o, state: newTracked(), receivers: make(map[int]*attached)}
	if o.Dir == "" {
		return t, nil
	}
	if err := o.FS.MkdirAll(o.Dir); err != nil {
		return nil, err
	}
	lock, err := o.FS.Lock(path.Join(o.Dir, "lock"))
	if err != nil {
		return nil, fmt.Errorf("the received blocks of %s: %w. Let only one run use a checkpoint", o.Dir, err)
	}
	t.lock = lock
	if err := t.open(); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return t, nil
}

func (t *Tracker) open() (err error) {
	if t.o.Recover {
		records, err := newestRecords(t.o.FS, t.o.Dir)
		if err != nil {
			return err
		}
		for i, r := range records {
			if err := t.state.apply(r); err != nil {
				return fmt.Errorf("the received blocks of %s: record %d: %w", t.o.Dir, i+1, err)
			}
		}
	}
	if t.log, err = OpenLog(t.o.FS, t.o.Dir, t.o.Clock, t.o.Log); err != nil {
		return err
	}
	t.log.ahead = 64 << 10
	t.log.begin = func() []byte {
		t.mu.Lock()
		defer t.mu.Unlock()
		return t.state.snapshot()
	}
	return nil
}

func newTracked() tracked {
	return tracked{streams: make(map[int]*queue), batches: make(map[int64]map[int][]Block)}
}

func (s *tracked) queue(stream int) *queue {
	q := s.streams[stream]
	if q == nil {
		q = new(queue)
		s.streams[stream] = q
	}
	return q
}

// record makes an event durable and applies it.
func (t *Tracker) record(event []byte) error {
	var failed error
	apply := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		failed = t.state.apply(event)
	}
	if t.log == nil {
		apply()
		return failed
	}
	_, err := t.log.appendThen(event, apply)
	return errors.Join(err, failed)
}

// AddBlock takes in a block that was stored (D111). When it returns nil the block will
// belong to a batch, also after a restart; otherwise nobody knows of it.
func (t *Tracker) AddBlock(b Block) error {
	if err := t.record(encodeAddition(b)); err != nil {
		return fmt.Errorf("Failed to add block to receiver tracker: %v: %w", b.ID, err)
	}
	return nil
}

// AllocateBlocksToBatch gives all blocks that no batch has to this one, which must be
// the next. A batch that has its blocks already, or is older than one that has, is
// left as it is: so it is with a batch that is run again after a restart.
//
// After an error no batch may be run for this time; the blocks wait for the next.
func (t *Tracker) AllocateBlocksToBatch(batch time.Time) error {
	t.allocating.Lock()
	defer t.allocating.Unlock()
	ms := batch.UnixMilli()
	t.mu.Lock()
	if ms <= t.state.last {
		t.mu.Unlock()
		return nil
	}
	counts := make(map[int]int)
	for stream, q := range t.state.streams {
		if len(q.blocks) > 0 {
			counts[stream] = len(q.blocks)
		}
	}
	t.mu.Unlock()
	return t.record(encodeAllocation(ms, counts))
}

// BlocksOf are the blocks that a batch has of one stream, in the order in which they
// were received.
func (t *Tracker) BlocksOf(batch time.Time, stream int) []Block {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state.batches[batch.UnixMilli()][stream]
}

// Batches are the batches that have blocks, oldest first. After a restart each of
// them that is not known to be done is run again.
func (t *Tracker) Batches() []time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	var times []time.Time
	for _, ms := range slices.Sorted(maps.Keys(t.state.batches)) {
		times = append(times, time.UnixMilli(ms))
	}
	return times
}

// Unallocated is how many blocks no batch has.
func (t *Tracker) Unallocated() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, q := range t.state.streams {
		n += len(q.blocks)
	}
	return n
}

// Clean forgets the batches before a time (D114). What their blocks take elsewhere is
// given back by [Keeper.Clean].
func (t *Tracker) Clean(before time.Time) error {
	t.allocating.Lock()
	defer t.allocating.Unlock()
	ms := before.UnixMilli()
	t.mu.Lock()
	some := false
	for batch := range t.state.batches {
		some = some || batch < ms
	}
	t.mu.Unlock()
	if !some {
		return nil
	}
	return t.record(encodeCleanup(ms))
}

// live are the blocks of a stream that a batch may still read.
func (t *Tracker) live(stream int) []Block {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []Block
	for _, batch := range t.state.batches {
		all = append(all, batch[stream]...)
	}
	if q := t.state.streams[stream]; q != nil {
		all = append(all, q.blocks...)
	}
	return all
}

// lastNumber is the greatest number that a block of the stream ever had.
func (t *Tracker) lastNumber(stream int) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state.queue(stream).last
}

// Close ends the log. The receivers have been stopped before.
func (t *Tracker) Close() error {
	if t.log == nil {
		return nil
	}
	return errors.Join(t.log.Close(), t.lock.Close())
}
