package dstream

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/rdd"
)

// job is one output operation of one batch.
type job struct {
	at     Time
	output *output
	run    func(ctx context.Context) error
	of     *jobSet
	number int // its place in the batch
}

// jobSet are the jobs of a batch.
type jobSet struct {
	batch  Batch
	left   int // jobs that have not ended
	failed bool
}

// executor runs jobs in the order in which they were handed in, as many at once as
// ConcurrentJobs says (D121). The queue has no bound: a stream that falls behind shows
// it by its scheduling delay (D126).
type executor struct {
	ssc    *Context
	width  int
	cancel context.CancelFunc
	ctx    context.Context
	wg     sync.WaitGroup

	mu      sync.Mutex
	wake    sync.Cond
	queue   []*job
	pending map[Time]*jobSet // batches that are not finished, or have failed
	closed  bool             // no more jobs come
	dropped bool             // waiting jobs do not run any more
}

func newExecutor(ssc *Context, width int) *executor {
	e := &executor{ssc: ssc, width: width, pending: make(map[Time]*jobSet)}
	e.wake.L = &e.mu
	return e
}

func (e *executor) start(ctx context.Context) {
	e.ctx, e.cancel = context.WithCancel(ctx)
	for range e.width {
		e.wg.Go(e.work)
	}
}

// submit takes the jobs of a batch.
func (e *executor) submit(at Time, inputs []InputReport, jobs []*job) {
	if len(jobs) == 0 {
		e.ssc.log.Debug("No jobs added for time " + at.String())
		return
	}
	set := &jobSet{batch: Batch{Time: at, Inputs: inputs, Submitted: e.ssc.clock.Now()}, left: len(jobs)}
	for i, j := range jobs {
		j.of, j.number = set, i
		set.batch.Outputs = append(set.batch.Outputs, Output{Batch: at, ID: j.output.id, Name: j.output.node.site,
			Description: fmt.Sprintf("Streaming job from [output operation %d, batch time %v]", j.output.id, at)})
	}
	e.ssc.tell(BatchSubmitted{Batch: set.batch.copied()})
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pending[at] = set
	e.queue = append(e.queue, jobs...)
	e.wake.Broadcast()
}

// work runs jobs until there are none and none come.
func (e *executor) work() {
	for {
		e.mu.Lock()
		for len(e.queue) == 0 && !e.closed {
			e.wake.Wait()
		}
		if len(e.queue) == 0 || e.dropped {
			e.mu.Unlock()
			return
		}
		j := e.queue[0]
		e.queue = e.queue[1:]
		e.mu.Unlock()
		e.runJob(j)
	}
}

func (e *executor) runJob(j *job) {
	ssc := e.ssc
	set := j.of
	e.mu.Lock()
	out := &set.batch.Outputs[j.number]
	out.Started = ssc.clock.Now()
	first := set.batch.Started.IsZero()
	if first {
		set.batch.Started = out.Started
	}
	started, batch := *out, set.batch.copied()
	e.mu.Unlock()
	if first {
		ssc.tell(BatchStarted{Batch: batch})
	}
	ssc.tell(OutputStarted{Output: started})
	ctx := rdd.WithJobTag(rdd.WithJobGroup(e.ctx, "", started.Description), j.at.String())
	_, err := guarded(func() (struct{}, error) { return struct{}{}, j.run(ctx) })

	e.mu.Lock()
	out.Ended = ssc.clock.Now()
	if err != nil {
		out.Failure = err.Error()
		set.failed = true
	}
	set.left--
	last := set.left == 0
	if last {
		set.batch.Ended = out.Ended
		if !set.failed {
			delete(e.pending, j.at)
		}
	}
	completed, batch := *out, set.batch.copied()
	failed := set.failed
	e.mu.Unlock()
	if err != nil && e.ctx.Err() == nil {
		ssc.report(fmt.Sprintf("Error running job streaming job %v.%d (%s)", j.at, j.number, j.output.node.site), err)
	}
	if last && !failed {
		ssc.made.finished(j.at)
	}
	ssc.tell(OutputCompleted{Output: completed})
	if last {
		ssc.log.Debug("Total delay", "batch", j.at, "total", batch.TotalDelay(), "execution", batch.ProcessingDelay())
		ssc.tell(BatchCompleted{Batch: batch})
	}
}

// unfinished are the batches that are not finished, or have failed.
func (e *executor) unfinished() []Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := make([]Time, 0, len(e.pending))
	for at := range e.pending {
		list = append(list, at)
	}
	return list
}

// upTo is the time of the oldest batch of which jobs run or wait, at if that is older,
// and the batches up to at that run again after a restart, because they have failed or
// would be interrupted.
func (e *executor) upTo(at Time) (ended Time, again []Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ended = at
	for batch, set := range e.pending {
		if set.left > 0 {
			ended = min(ended, batch)
		}
		if batch <= at {
			again = append(again, batch)
		}
	}
	return ended, again
}

// close lets the workers end when the queue is empty.
func (e *executor) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	e.wake.Broadcast()
}

// stop waits for the jobs: for all of them, for those that run, or for a moment while
// they are cancelled.
func (e *executor) stop(how stopping) {
	e.mu.Lock()
	e.dropped = how != stopGracefully
	e.mu.Unlock()
	e.close()
	defer e.cancel()
	done := make(chan struct{})
	go func() {
		e.wg.Wait()
		close(done)
	}()
	// A job that does not heed its context, or that stops the context itself, is not
	// waited for: by the machine's clock, because jobs run by that.
	wait := time.Hour
	if how == stopNow {
		e.cancel()
		wait = 2 * time.Second
	}
	limit := clock.System{}.NewTimer(wait)
	defer limit.Stop()
	select {
	case <-done:
	case <-limit.C():
		e.ssc.log.Warn("jobs still run; the context stops without them", "waited", wait)
	}
}

// tell gives an event to statistics and listeners.
func (ssc *Context) tell(e Event) {
	ssc.stats.see(e)
	ssc.bus.emit(e)
}
