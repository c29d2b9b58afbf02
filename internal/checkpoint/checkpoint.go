package checkpoint

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

// MaxDelta is the size in bytes up to which a delta is better kept in the
// journal than in a file of its own: all deltas that are not forgotten are held
// in memory and written again when the journal goes on in a new file.
const MaxDelta = 32 << 10

// Options says how a checkpoint is kept. Its zero value is what Spark does.
type Options struct {
	// QueryID is the id of the query if the checkpoint is new. Empty: a random
	// UUID.
	QueryID string

	// Retain is how many batches before the newest are kept (S160,
	// spark.sql.streaming.minBatchesToRetain). Zero: 100.
	Retain int

	// MaxJournal is the size in bytes from which the journal goes on in a new
	// file. Zero: 4 MiB.
	MaxJournal int64

	// MirrorDelay is how far Spark's files may be behind the journal. Zero: one
	// second. Negative: they are written by Mirror and Close alone.
	MirrorDelay time.Duration

	// Lazy is how long plans and commits may wait for others before they are made
	// durable, all at once (S87). A process that dies forgets those, and their batches
	// run again, perhaps cut in another way. Zero: each is durable when Plan or Commit
	// returns.
	Lazy time.Duration

	// Now is the engine's clock, for Lazy; nil: the machine's.
	Now func() time.Time

	// Warn takes what the user should know but nobody waits for. It may be nil.
	Warn *slog.Logger

	growth int64 // smaller in crash tests, which copy the files thousands of times
}

func (o Options) retain() int64 { return int64(cmp.Or(o.Retain, 100)) }

func (o Options) maxJournal() int64 { return cmp.Or(o.MaxJournal, 4<<20) }

func (o Options) mirrorDelay() time.Duration { return cmp.Or(o.MirrorDelay, time.Second) }

// Checkpoint is the checkpoint directory of one running query.
//
// Plan and Commit are called by the goroutine of the query, in turn; all other
// methods by any. After an error of Plan or Commit that is a failure of the
// disk or of the epoch, every later one fails with it: what is durable then is
// found out by opening the checkpoint again.
type Checkpoint struct {
	fs      vfs.FS
	dir     string
	options Options
	lock    io.Closer
	epoch   int64

	mu      sync.Mutex // guards all below
	journal *journal
	live    *live
	staged  staged
	lazy    lazy
	files   []*logFiles // Spark's offsets and commits
	opened  int64       // bytes of the snapshot in the present journal file
	broken  error       // another engine wrote where this one was to write
	closed  bool

	mirror mirror
}

// staged are the records that wait for the next append.
type staged struct {
	deltas  []Delta     // go with a commit
	forgets []forgotten // go with a commit
	notes   []note
}

// note is a named value.
type note struct {
	name  string
	value []byte
}

// Open takes the checkpoint in dir, makes it if there is none, and says where
// the query stands. It refuses with CONCURRENT_STREAM_LOG_UPDATE a checkpoint
// that a live process holds, and with
// CHECKPOINT_FILE_CHECKSUM_VERIFICATION_FAILED one with a damaged file.
func Open(fsys vfs.FS, dir string, options Options) (*Checkpoint, State, error) {
	c := &Checkpoint{fs: fsys, dir: dir, options: options}
	journals := path.Join(dir, journalDir)
	for _, d := range []string{journals, path.Join(dir, offsetsDir), path.Join(dir, commitsDir)} {
		if err := fsys.MkdirAll(d); err != nil {
			return nil, State{}, err
		}
	}
	lock, err := fsys.Lock(path.Join(journals, "lock"))
	if errors.Is(err, vfs.ErrLocked) {
		return nil, State{}, fault.New(fault.ConcurrentLogUpdate, "a running query holds the checkpoint %s. Stop it, or give this "+
			"query another checkpoint location", dir)
	}
	if err != nil {
		return nil, State{}, err
	}
	c.lock = lock
	state, err := c.open(journals)
	if err != nil {
		if c.journal != nil {
			err = errors.Join(err, c.journal.file.Close())
		}
		return nil, State{}, errors.Join(err, lock.Close())
	}
	c.mirror.start(c)
	return c, state, nil
}

// open takes the next epoch, and only then reads what the one before left; see
// [journal] for why in this order.
func (c *Checkpoint) open(journals string) (State, error) {
	files, err := journalFiles(c.fs, journals)
	if err != nil {
		return State{}, err
	}
	id := fileID{epoch: 1}
	if len(files) > 0 {
		id.epoch = files[len(files)-1].epoch + 1
	}
	c.epoch = id.epoch
	if c.journal, err = claim(c.fs, journals, id, c.options.growth); err != nil {
		return State{}, err
	}
	// Listed again: until the claim the epoch before was free to go on in a new file.
	if files, err = journalFiles(c.fs, journals); err != nil {
		return State{}, err
	}
	files = slices.DeleteFunc(files, func(f fileID) bool { return f.epoch >= id.epoch })
	before, err := recoverJournal(c.fs, journals, files, c.options.retain())
	if err != nil {
		return State{}, err
	}
	c.live = before.live
	foreign, err := c.takeOver(before.name != "")
	if err != nil {
		return State{}, err
	}
	c.live.queryID, err = settleID(c.fs, c.dir, c.live.queryID, c.options.QueryID, c.live.planned >= 0)
	if err != nil {
		return State{}, err
	}
	state, err := c.live.state()
	if err != nil {
		return State{}, err
	}
	state.Epoch, state.TakenOver = c.epoch, foreign
	if err := c.verify(&state); err != nil {
		return State{}, err
	}
	return state, c.begin(before.name, before.used)
}

// begin writes the snapshot with which a journal file starts, and removes the
// files it makes superfluous.
func (c *Checkpoint) begin(previous string, used int64) error {
	var e encoder
	e.opening(opening{id: c.journal.id, queryID: c.live.queryID, previous: previous, length: used})
	c.live.snapshot(&e)
	if err := c.journal.append(e.payload); err != nil {
		return err
	}
	c.opened = c.journal.length
	return c.journal.removeBefore()
}

// verify refuses a checkpoint that does not hold together.
func (c *Checkpoint) verify(s *State) error {
	if p, pending := s.Pending(); pending && p.Batch > 0 {
		if _, err := s.Plan(p.Batch - 1); err != nil {
			return fmt.Errorf("checkpoint %s: batch %d was planned but not committed, and to run it again the offsets of the batch "+
				"before are needed: %w", c.dir, p.Batch, err)
		}
	}
	if last := s.Committed(); last >= 0 {
		if _, err := s.Plan(last); err != nil {
			return fmt.Errorf("checkpoint %s: batch %d is committed, but its offsets are missing: %w", c.dir, last, err)
		}
	}
	if len(s.Plans) > 0 {
		return nil
	}
	empty, err := isEmpty(c.fs, path.Join(c.dir, stateDir))
	if err != nil {
		return err
	}
	if !empty {
		return fault.New(fault.StateNotEmpty, "the checkpoint %s holds state but no batches. Use a new checkpoint location, or "+
			"remove what is in this one", c.dir).With("checkpointLocation", c.dir)
	}
	return nil
}

// QueryID is the id of the query.
func (c *Checkpoint) QueryID() string { return c.live.queryID }

// Epoch is the number of this run on this checkpoint, from 1.
func (c *Checkpoint) Epoch() int64 { return c.epoch }

// Dir is the checkpoint's directory.
func (c *Checkpoint) Dir() string { return c.dir }

// StateDir is the directory for the state of an operator. It need not exist.
func (c *Checkpoint) StateDir(operator int) string {
	return path.Join(c.dir, stateDir, strconv.Itoa(operator))
}

// Check fails with CONCURRENT_STREAM_LOG_UPDATE if another run has taken the
// checkpoint. A sink calls it right before it publishes.
func (c *Checkpoint) Check() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errClosed
	}
	return c.journal.fenced()
}

// errClosed is returned after Close.
var errClosed = errors.New("the checkpoint is closed")

// Plan makes the plan of the next batch durable. From then on the batch runs
// with it, however often it takes.
func (c *Checkpoint) Plan(p Plan) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	planned, done := c.reached()
	if p.Batch != planned+1 || planned > done {
		return fault.New(fault.IllegalState, "batch %d cannot be planned: batch %d is planned and batch %d committed",
			p.Batch, planned, done)
	}
	text, err := encodePlan(p)
	if err != nil {
		return fmt.Errorf("plan of batch %d: %w", p.Batch, err)
	}
	var e encoder
	c.staged.shared(&e)
	e.numbered(kindPlan, p.Batch, text)
	if err := c.enter(e.payload, p.Batch, done); err != nil {
		return logWriteFailed(err, fault.OffsetLogWrite, p.Batch, c.dir)
	}
	c.staged.notes = nil
	return nil
}

// Commit makes durable that a batch is done, together with the deltas of its
// state.
func (c *Checkpoint) Commit(done Commit) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if planned, last := c.reached(); done.Batch != planned || done.Batch <= last {
		return fault.New(fault.IllegalState, "batch %d cannot be committed: batch %d is planned and batch %d committed",
			done.Batch, planned, last)
	}
	var e encoder
	c.staged.shared(&e)
	for _, d := range c.staged.deltas {
		e.delta(d)
	}
	for _, f := range c.staged.forgets {
		e.forget(f)
	}
	e.numbered(kindCommit, done.Batch, encodeCommit(done))
	if err := c.enter(e.payload, done.Batch, done.Batch); err != nil {
		return logWriteFailed(err, fault.CommitLogWrite, done.Batch, c.dir)
	}
	c.staged = staged{}
	return nil
}

// shared encodes what may go with either append.
func (s *staged) shared(e *encoder) {
	for _, n := range s.notes {
		e.note(n.name, n.value)
	}
}

// append makes a frame durable and folds it into the live records.
func (c *Checkpoint) append(payload []byte) error {
	switch {
	case c.closed:
		return errClosed
	case c.broken != nil:
		return c.broken
	}
	if err := c.journal.append(payload); err != nil {
		return err
	}
	if _, err := c.live.apply(payload); err != nil {
		return err
	}
	c.mirror.poke()
	if c.journal.length > max(c.options.maxJournal(), 2*c.opened) {
		return c.rotate()
	}
	return nil
}

// rotate goes on in a new file.
func (c *Checkpoint) rotate() error {
	old := c.journal
	next, err := claim(c.fs, old.dir, fileID{epoch: old.id.epoch, part: old.id.part + 1}, c.options.growth)
	if err != nil {
		old.err = err
		return err
	}
	c.journal = next
	if err := old.file.Close(); err != nil {
		next.err = err // the snapshot that the new file begins with is missing
		return err
	}
	return c.begin(old.id.name(), old.length)
}

// logWriteFailed gives a failure to write a log entry Spark's condition, unless
// it has one.
func logWriteFailed(err error, condition fault.Condition, batch int64, dir string) error {
	if fault.Is(err, fault.ConcurrentLogUpdate) {
		return err
	}
	return fault.New(condition, "batch %d could not be entered in the journal of the checkpoint %s. Make the place writable, with "+
		"room for more, and start the query again: nothing that was committed is lost", batch, dir).
		With("batchId", strconv.FormatInt(batch, 10)).With("checkpointLocation", dir).Wrap(err)
}

// Delta gives a change of state to the next commit. Of the same operator, store
// and version the last one counts, so that a batch may be tried again.
func (c *Checkpoint) Delta(d Delta) {
	c.mu.Lock()
	defer c.mu.Unlock()
	same := func(o Delta) bool {
		return o.Operator == d.Operator && o.Store == d.Store && o.Version == d.Version
	}
	c.staged.deltas = append(slices.DeleteFunc(c.staged.deltas, same), d)
}

// Forget tells that the deltas of a store that lead to versions below before
// are not needed any more, because a snapshot is durable. It takes effect with
// the next commit.
func (c *Checkpoint) Forget(operator int, store string, before int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.staged.forgets = append(c.staged.forgets, forgotten{operator: operator, store: store, before: before})
}

// Note gives a name a value, which [State.Notes] returns after a restart. It
// becomes durable with the next Plan or Commit.
func (c *Checkpoint) Note(name string, value []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.staged.notes = append(c.staged.notes, note{name, value})
}

// Close brings Spark's files up to date and gives the checkpoint back. A second
// Close does nothing.
func (c *Checkpoint) Close() error {
	c.mirror.halt()
	err := c.flush()
	err = errors.Join(err, c.writeFiles(true))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	return errors.Join(err, c.journal.file.Close(), c.lock.Close())
}
