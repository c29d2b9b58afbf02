package query

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/microbatch"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/progress"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/internal/watermark"
)

// Config is what a query is made of.
type Config struct {
	// Name is the user's, empty for none.
	Name string
	// Plan has been analyzed, checked and optimized.
	Plan plan.Node
	// Mode is the output mode.
	Mode connector.OutputMode
	// Trigger says when batches run.
	Trigger microbatch.Trigger
	// OpenSink opens the sink once the query has its id and schema.
	OpenSink func(ctx context.Context, spec connector.SinkSpec) (connector.Sink, error)
	// Checkpoint is where and how the query's progress is kept.
	Checkpoint Checkpoint
	// Settings are those of the session when the query starts.
	Settings Settings
	// Env holds the session's mode and time zone.
	Env expr.Env
	// Pinned are the settings that batches are planned with.
	Pinned Pinned
	// Clock is the engine's clock.
	Clock clock.Clock
	// Bus carries events to listeners.
	Bus *progress.Bus
	// Warn takes warnings. It is not nil.
	Warn *slog.Logger
	// OpenLate opens the side output for late rows; nil: there is none.
	OpenLate func(ctx context.Context, spec connector.SinkSpec) (connector.Sink, error)
	// Job is what the checkpoint shall remember of the program.
	Job Job
}

// Checkpoint says where a query's progress is kept.
type Checkpoint struct {
	FS  vfs.FS
	Dir string
	// Temporary removes the directory when the query ends.
	Temporary bool
}

// Settings are the session's, by their meaning. See the root package's table for
// Spark's names.
type Settings struct {
	// Workers is how many tasks run at once.
	Workers int
	// NoDataBatches allows batches for a moved watermark alone (S88).
	NoDataBatches bool
	// Policy combines several watermarks (S112).
	Policy watermark.Policy
	// ForgetInputs makes a restart forget which watermark each input has reached,
	// as Spark does (S112): only the query's is kept.
	ForgetInputs bool
	// Retain is how many batches logs and state keep (S160).
	Retain int
	// SnapshotEvery is how many versions of state lie between two snapshots.
	SnapshotEvery int
	// State says where keyed state lives.
	State StateSettings
	// Retries is how often a batch that failed is run again, where the failure may
	// pass; 0: the query ends with the first, as in Spark (S94).
	Retries int
	// AsyncEvery is how often the progress is made durable where batches do not wait
	// for it (S87); 0: every batch's is, before the next one.
	AsyncEvery time.Duration
	// RecentProgress is how many progresses are kept (S196).
	RecentProgress int
	// IdleAfter is how often an idle event is sent (S195).
	IdleAfter time.Duration
}

// StateSettings say where the keyed state of a query lives: in memory, on disk
// what is more than Memory, or all of it on disk (S171, S172). What a checkpoint
// holds is the same for all, and so is what the query gives.
type StateSettings struct {
	// Disk keeps all rows on disk, those in use in memory as well.
	Disk bool
	// Memory is how many bytes state may take in memory after a batch; 0: any
	// number.
	Memory int64
}

// Query is one running query. Its methods may be called from any goroutine.
type Query struct {
	config Config
	id     string
	runID  string

	stop      chan struct{} // closed by Stop
	goroutine atomic.Uint64 // that of work, for Stop
	stopOnce  sync.Once
	cancel    context.CancelCauseFunc // of the running batch
	wake      chan struct{}           // one token: something may be new
	done      chan struct{}           // closed when the query has ended
	err       error                   // why it ended; set before done is closed

	status atomic.Pointer[progress.Status]
	recent *progress.Recent

	mu      sync.Mutex
	waiters []*waiter // of ProcessAllAvailable

	*run
}

// waiter is a caller of ProcessAllAvailable.
type waiter struct {
	asked bool // the sources have been asked since it began to wait
	done  chan struct{}
}

// errStopped is the cause of a batch that Stop has cancelled.
var errStopped = errors.New("the query was stopped")

// Start opens the checkpoint, the sources, the state and the sink, and starts the
// query. When ctx is cancelled the query stops after the running batch.
func Start(ctx context.Context, c Config) (*Query, error) {
	q := &Query{config: c, runID: uuid.NewString(), stop: make(chan struct{}), wake: make(chan struct{}, 1),
		done: make(chan struct{}), recent: progress.NewRecent(max(c.Settings.RecentProgress, 1))}
	q.setStatus(progress.Initializing, false, false)
	// What is opened lives longer than ctx, which can only keep it from being opened.
	opening, cancelOpening := context.WithCancelCause(context.WithoutCancel(ctx))
	opened := context.AfterFunc(ctx, func() { cancelOpening(context.Cause(ctx)) })
	r, err := open(opening, q)
	if err != nil {
		opened()
		cancelOpening(nil)
		return nil, err
	}
	if !opened() && ctx.Err() != nil {
		return nil, errors.Join(context.Cause(ctx), r.close())
	}
	q.run = r
	q.id = r.log.QueryID()
	stopWith := context.AfterFunc(ctx, func() { q.requestStop() })
	q.config.Bus.PostNow(progress.Started{ID: q.id, RunID: q.runID, Name: c.Name, Time: c.Clock.Now()})
	batchCtx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	q.cancel = cancel
	go func() {
		defer stopWith()
		defer cancelOpening(nil)
		q.goroutine.Store(goroutineID())
		q.work(batchCtx)
	}()
	return q, nil
}

// ID is the query's, kept in its checkpoint.
func (q *Query) ID() string { return q.id }

// RunID is that of this run.
func (q *Query) RunID() string { return q.runID }

// Name is the user's, empty for none.
func (q *Query) Name() string { return q.config.Name }

// CheckpointDir is where the query keeps its progress.
func (q *Query) CheckpointDir() string { return q.config.Checkpoint.Dir }

// Active reports whether the query runs.
func (q *Query) Active() bool {
	select {
	case <-q.done:
		return false
	default:
		return true
	}
}

// Done is closed when the query has ended.
func (q *Query) Done() <-chan struct{} { return q.done }

// Err is why the query ended: nil while it runs, and if it was stopped or is
// done.
func (q *Query) Err() error {
	if q.Active() {
		return nil
	}
	return q.err
}

// Status is what the query is doing.
func (q *Query) Status() progress.Status { return *q.status.Load() }

// Recent are the newest progresses, oldest first.
func (q *Query) Recent() []*progress.Progress { return q.recent.All() }

// Last is the newest progress, nil before the first.
func (q *Query) Last() *progress.Progress { return q.recent.Last() }

// Stop ends the query and waits. A running batch is interrupted, unless a source
// could not give its rows again: then it is finished.
//
// Called by the query itself, from a function of the user's that its goroutine runs,
// it does not wait: the query ends after the batch.
func (q *Query) Stop() { q.StopWithin(0) }

// StopWithin is Stop that waits no longer than d, by the machine's clock; 0 is for
// ever. False means that the query still runs, in a function of the user's that does
// not heed its context; it ends after it.
func (q *Query) StopWithin(d time.Duration) bool {
	q.requestStop()
	if q.goroutine.Load() == goroutineID() {
		return true
	}
	if q.replayable() {
		q.cancel(errStopped)
	}
	var late <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-q.done:
		return true
	case <-late:
		return false
	}
}

// goroutineID is the number of the goroutine that runs, as its stack begins with it:
// "goroutine 7 [running]:". Nothing but Stop asks for it, which could otherwise not
// tell that it would wait for itself.
func goroutineID() (id uint64) {
	var text [64]byte
	n := runtime.Stack(text[:], false)
	for _, c := range text[len("goroutine "):n] {
		if c < '0' || c > '9' {
			break
		}
		id = id*10 + uint64(c-'0')
	}
	return id
}

func (q *Query) requestStop() { q.stopOnce.Do(func() { close(q.stop) }) }

// ProcessAllAvailable waits until everything that is in the sources now has been
// processed. It returns the query's error if it fails meanwhile.
func (q *Query) ProcessAllAvailable(ctx context.Context) error {
	w := &waiter{done: make(chan struct{})}
	q.mu.Lock()
	q.waiters = append(q.waiters, w)
	q.mu.Unlock()
	q.kick()
	select {
	case <-w.done:
		return nil
	case <-q.done:
		return q.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// kick tells the loop that something may be new.
func (q *Query) kick() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *Query) setStatus(message string, data, trigger bool) {
	q.status.Store(&progress.Status{Message: message, DataAvailable: data, TriggerActive: trigger})
}

// failed is the error of a query that has ended by itself.
func (q *Query) failed(err error) error {
	if err == nil {
		return nil
	}
	return fault.New(fault.StreamFailed, "%s", fmt.Sprintf("Query [id = %s, runId = %s] terminated with exception",
		q.id, q.runID)).With("id", q.id).With("runId", q.runID).Wrap(err)
}
