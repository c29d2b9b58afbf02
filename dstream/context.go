package dstream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/rdd"
)

// ContextState is where a context is in its life (D02). It only moves forward.
type ContextState int32

// The states.
const (
	Initialized ContextState = iota // streams are described
	Active                          // batches are made
	Stopped                         // for ever
)

// String is Spark's form, "ACTIVE".
func (s ContextState) String() string { return [...]string{"INITIALIZED", "ACTIVE", "STOPPED"}[s] }

// Context makes batches of the streams that were described with it (Spark's
// StreamingContext). Its methods may be called from any goroutine; streams are
// described by one.
type Context struct {
	rdd      *rdd.Context
	interval time.Duration
	conf     Conf
	clock    clock.Clock
	log      *slog.Logger
	state    atomic.Int32
	graph    graph
	bus      *bus
	jobs     *executor
	made     *generator
	inputs   reports
	stats    *statistics
	intake   intake // nil without receivers

	mu         sync.Mutex
	checkpoint string // directory; empty: none
	site       string // where it was started
	failure    outcome
	late       error // what was refused after the start
	durable    durable
}

// durable is what a context has to do with checkpoints.
type durable struct {
	fs    vfs.FS
	saver *saver // nil without a directory
	saved Time   // the newest batch made; under the lock of the graph
	// snapshots is how many were made; under the lock of the graph.
	snapshots int64
	from      *recovery // nil unless the context goes on from a checkpoint
}

// outcome is how a context ends.
type outcome struct {
	failed chan struct{} // closed at the first error
	ended  chan struct{} // closed when it has stopped
	err    error         // the first error, once failed is closed
}

// active is the one context of the process that runs (D04).
var active atomic.Pointer[Context]

// NewContext makes a context whose batches are interval long, whole milliseconds
// (D01). What is wrong with it is reported by [Context.Err] and by [Context.Start].
func NewContext(c *rdd.Context, interval time.Duration, conf Conf) *Context {
	ssc := &Context{rdd: c, interval: interval, conf: conf, clock: conf.Clock, log: conf.Log, durable: durable{fs: vfs.Disk{}}, bus: newBus(),
		failure: outcome{failed: make(chan struct{}), ended: make(chan struct{})}}
	if ssc.clock == nil {
		ssc.clock = clock.System{}
	}
	if ssc.log == nil {
		ssc.log = slog.Default()
	}
	if ssc.conf.Out == nil {
		ssc.conf.Out = os.Stdout
	}
	if interval <= 0 || interval%time.Millisecond != 0 {
		ssc.graph.fail(illegalArgument("the batch interval is %v; it must be whole milliseconds, more than none", interval))
		ssc.interval = time.Second // so that what is described on it can be checked
	}
	if c.Cores() == 1 {
		ssc.log.Warn("one core only: receivers would leave none for the jobs; give the context more cores than there are receivers")
	}
	ssc.stats = newStatistics(ssc, cmp.Or(conf.RetainedBatches, 1000))
	ssc.jobs = newExecutor(ssc, max(conf.ConcurrentJobs, 1))
	ssc.made = &generator{ssc: ssc}
	if conf.CheckpointDir != "" {
		ssc.Checkpoint(conf.CheckpointDir)
	}
	return ssc
}

// RDD is the context of the RDDs.
func (ssc *Context) RDD() *rdd.Context { return ssc.rdd }

// BatchInterval is how long batches are.
func (ssc *Context) BatchInterval() time.Duration { return ssc.interval }

// State is where the context is in its life.
func (ssc *Context) State() ContextState { return ContextState(ssc.state.Load()) }

// Err is what was wrong when streams were described, and what was refused since; nil
// if nothing was. [Context.Start] reports the former, too.
func (ssc *Context) Err() error {
	ssc.graph.mu.Lock()
	err := ssc.graph.err
	ssc.graph.mu.Unlock()
	ssc.mu.Lock()
	defer ssc.mu.Unlock()
	return errors.Join(err, ssc.late)
}

// refuse notes what was asked for too late.
func (ssc *Context) refuse(err error) {
	ssc.mu.Lock()
	defer ssc.mu.Unlock()
	ssc.late = errors.Join(ssc.late, err)
}

// Checkpoint says where checkpoints go: what the context needs to go on after the
// process has ended, and the RDDs of streams that keep state (D85). The directory is
// made if need be.
func (ssc *Context) Checkpoint(dir string) {
	dir = filepath.ToSlash(dir)
	if ssc.State() != Initialized {
		ssc.refuse(illegalState("the checkpoint directory cannot be changed after the context has started"))
		return
	}
	ssc.graph.mu.Lock()
	defer ssc.graph.mu.Unlock()
	if err := ssc.durable.fs.MkdirAll(dir); err != nil {
		ssc.graph.fail(fmt.Errorf("checkpoint directory: %w", err))
		return
	}
	// RDDs are numbered in each process anew: each gets a place of its own.
	if err := ssc.rdd.SetCheckpointDir(path.Join(dir, uniqueName())); err != nil {
		ssc.graph.fail(fmt.Errorf("checkpoint directory: %w", err))
		return
	}
	ssc.mu.Lock()
	defer ssc.mu.Unlock()
	ssc.checkpoint = dir
}

// checkpointDir is where checkpoints go; empty: nowhere.
func (ssc *Context) checkpointDir() string {
	ssc.mu.Lock()
	defer ssc.mu.Unlock()
	return ssc.checkpoint
}

// Remember makes all streams keep their RDDs for at least d, for queries beside the
// jobs. It may be called once (D83).
func (ssc *Context) Remember(d time.Duration) {
	g := &ssc.graph
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.remember > 0 {
		g.fail(illegalArgument("Remember duration already set as %s. Cannot set it again.", millis(g.remember)))
		return
	}
	g.remember = d
}

// Listen calls f for every event from now on, in order, until stop is called (D132).
// f must not stop the context.
func (ssc *Context) Listen(f func(Event)) (stop func()) { return ssc.bus.listen(f) }

// FlushEvents waits until the listeners have been told all that happened so far.
func (ssc *Context) FlushEvents() { ssc.bus.flush() }

// ActiveContext is the context of this process that runs, nil if none does (D08).
func ActiveContext() *Context { return active.Load() }

// Start checks the graph and begins to make batches (D03). If that fails the context
// is stopped for ever. A second start does nothing but warn; one after the end is an
// error. When ctx ends, the context stops after the running batch, or gracefully where
// StopGracefullyOnShutdown says so (D09d).
func (ssc *Context) Start(ctx context.Context) error {
	switch ssc.State() {
	case Active:
		ssc.log.Warn("StreamingContext has already been started")
		return nil
	case Stopped:
		return illegalState("StreamingContext has already been stopped")
	}
	if !active.CompareAndSwap(nil, ssc) {
		return illegalState("Only one StreamingContext may be started in this JVM. Currently running StreamingContext was started at %s", active.Load().startedAt())
	}
	ssc.mu.Lock()
	ssc.site = callSite("start")
	ssc.mu.Unlock()
	err := ssc.begin(ctx)
	if err != nil {
		active.CompareAndSwap(ssc, nil)
		ssc.state.Store(int32(Stopped))
		ssc.jobs.close()
		close(ssc.failure.ended)
		return err
	}
	if ctx.Done() != nil {
		how := stopAfterBatch
		if ssc.conf.StopGracefullyOnShutdown {
			how = stopGracefully
		}
		go func() {
			select {
			case <-ctx.Done():
				ssc.stop(how)
			case <-ssc.failure.ended:
			}
		}()
	}
	return nil
}

func (ssc *Context) startedAt() string {
	ssc.mu.Lock()
	defer ssc.mu.Unlock()
	return ssc.site
}

// begin is Start of a context that has not been started.
func (ssc *Context) begin(ctx context.Context) error {
	g := &ssc.graph
	g.mu.Lock()
	err, outputs := g.err, len(g.outputs)
	g.mu.Unlock()
	if err != nil {
		return err
	}
	if outputs == 0 {
		return illegalArgument("No output operations registered, so nothing to execute")
	}
	return ssc.made.start(ctx)
}

// AwaitTermination waits until the context has stopped, or a job has failed: then it
// returns the error, and the context goes on (D06). The end of ctx ends the wait.
func (ssc *Context) AwaitTermination(ctx context.Context) error {
	select {
	case <-ssc.failure.failed:
		return ssc.failure.err
	default:
	}
	select {
	case <-ssc.failure.failed:
		return ssc.failure.err
	case <-ssc.failure.ended:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// AwaitTerminationOrTimeout is [Context.AwaitTermination] for at most d; stopped says
// whether the context has stopped.
func (ssc *Context) AwaitTerminationOrTimeout(d time.Duration) (stopped bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	if err := ssc.AwaitTermination(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return false, err
	}
	return ssc.State() == Stopped, nil
}

// report notes the first error of a batch for those who wait, and tells the log.
func (ssc *Context) report(what string, err error) {
	ssc.log.Error(what, "error", err)
	ssc.mu.Lock()
	defer ssc.mu.Unlock()
	if ssc.failure.err == nil {
		ssc.failure.err = fmt.Errorf("%s: %w", what, err)
		close(ssc.failure.failed)
	}
}

// stopping is how a context stops.
type stopping int

const (
	stopNow        stopping = iota // running jobs are cancelled
	stopAfterBatch                 // running jobs are finished
	stopGracefully                 // all that was received is worked off
)

// Stop ends the context for ever (D05). Gracefully, everything that was received is
// worked off first, which takes until the end of the present interval at least. With
// stopSession the context of the RDDs is closed, too. Stopping twice is no error.
func (ssc *Context) Stop(stopSession, gracefully bool) error {
	how := stopNow
	if gracefully {
		how = stopGracefully
	}
	ssc.stop(how)
	if stopSession {
		return ssc.rdd.Close()
	}
	return nil
}

func (ssc *Context) stop(how stopping) {
	switch {
	case ssc.state.CompareAndSwap(int32(Initialized), int32(Stopped)):
		ssc.log.Warn("StreamingContext has not been started yet")
		ssc.jobs.close()
		close(ssc.failure.ended)
		return
	case ssc.state.Load() == int32(Stopped):
		<-ssc.failure.ended
		return
	}
	ssc.made.stop(how)
}

// ended is called once, when nothing runs any more.
func (ssc *Context) end() {
	ssc.state.Store(int32(Stopped))
	active.CompareAndSwap(ssc, nil)
	close(ssc.failure.ended)
}
