package dstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/weirstream/weir/internal/clock"
)

// generator makes the jobs of each interval (D120): a goroutine that waits for the end
// of the interval, makes the jobs, hands them to the executor and writes a checkpoint.
type generator struct {
	ssc *Context

	once sync.Once
	quit chan stopping // holds the way to stop, at most one
	done chan struct{} // closed when no more jobs are made
	last Time          // the last batch made, once done is closed
}

// intake is what receivers put rows into: it gives the rows of an interval to its
// batch before the jobs of the batch are made.
type intake interface {
	// start begins to receive.
	start(ctx context.Context) error
	// stop ends receiving. Gracefully, it waits for what is on its way.
	stop(gracefully bool) error
	// allocate gives what has arrived to the batch. It is called once for each
	// batch, also for those that are made again after a restart.
	allocate(at Time) error
	// pending reports whether something has arrived that no batch has.
	pending() bool
	// clean drops what batches before a time have had.
	clean(before Time) error
}

// start begins at the next time on the grid of the interval, or, after a restart, with
// the batches that were not finished and those that were missed.
func (g *generator) start(ctx context.Context) error {
	ssc := g.ssc
	g.quit, g.done = make(chan stopping, 1), make(chan struct{})
	now := TimeOf(ssc.clock.Now())
	next := now.Floor(ssc.interval, 0).Add(ssc.interval)
	zero := next.Add(-ssc.interval)
	if r := ssc.durable.from; r != nil {
		zero = r.snap.Zero
		next = now.Floor(ssc.interval, zero).Add(ssc.interval)
		// The clock may have gone back: no time gets a second batch.
		next = max(next, r.snap.Time.Add(ssc.interval))
	}
	if err := ssc.graph.start(zero); err != nil {
		return err
	}
	if err := ssc.openSaver(); err != nil {
		return err
	}
	if r := ssc.durable.from; r != nil {
		if err := ssc.restore(r); err != nil {
			return err
		}
	}
	jobs := context.WithoutCancel(ctx)
	if err := ssc.startInputs(jobs); err != nil {
		return err
	}
	ssc.jobs.start(jobs)
	ssc.state.Store(int32(Active))
	ssc.bus.emit(StreamingStarted{Time: ssc.clock.Now()})
	ssc.stats.started(ssc.clock.Now())
	timer := ssc.timerAt(next)
	var again []Time
	if r := ssc.durable.from; r != nil {
		again = r.batches(next, ssc.interval)
	}
	go g.run(again, next, timer)
	return nil
}

// startInputs starts all input streams and the receivers.
func (ssc *Context) startInputs(ctx context.Context) error {
	for i, n := range ssc.graph.inputs {
		if err := n.input.start(ctx); err != nil {
			for _, begun := range ssc.graph.inputs[:i] {
				err = errors.Join(err, begun.input.stop())
			}
			return fmt.Errorf("%s: %w", n.site, err)
		}
	}
	if ssc.intake != nil {
		return ssc.intake.start(ctx)
	}
	return nil
}

// timerAt is a timer that fires at a time, or at once if it has passed: also if the clock
// was moved while the timer was made.
func (ssc *Context) timerAt(at Time) clock.Timer {
	t := ssc.clock.NewTimer(at.Time().Sub(ssc.clock.Now()))
	if ssc.clock.Now().Before(at.Time()) {
		return t
	}
	t.Stop() // whether it has fired or not: a stopped timer gives nothing any more
	return ssc.clock.NewTimer(0)
}

// run makes one batch after the other until it is told to stop. A batch that is late
// is made at once: none is left out (D126).
func (g *generator) run(again []Time, next Time, timer clock.Timer) {
	defer close(g.done)
	for _, at := range again {
		g.generate(at)
	}
	g.last = next.Add(-g.ssc.interval)
	for {
		select {
		case how := <-g.quit:
			if how != stopGracefully {
				timer.Stop()
				return
			}
			// What was received until now gets into one more batch.
			<-timer.C()
			g.generate(next)
			g.last = next
			return
		case <-timer.C():
		}
		g.generate(next)
		g.last = next
		next = next.Add(g.ssc.interval)
		timer = g.ssc.timerAt(next)
	}
}

// generate makes the jobs of one batch and hands them to the executor.
func (g *generator) generate(at Time) {
	ssc := g.ssc
	if ssc.intake != nil {
		if err := ssc.intake.allocate(at); err != nil {
			ssc.report(fmt.Sprintf("Error allocating received blocks to the batch of %v", at), err)
			return
		}
	}
	jobs, err := ssc.graph.jobs(at)
	inputs := ssc.inputs.take(at)
	if err != nil {
		ssc.report(fmt.Sprintf("Error generating jobs for time %v", at), err)
	} else {
		ssc.jobs.submit(at, inputs, jobs)
	}
	ssc.save(at)
}

// finished is called by the executor after the last job of a batch, none of which has
// failed: what is older than anybody needs is forgotten.
func (g *generator) finished(at Time) {
	ssc := g.ssc
	for _, s := range ssc.graph.settlers() {
		s.settle(ssc.jobs.ctx, at)
	}
	ended, again := ssc.jobs.upTo(at)
	ssc.graph.forget(ended, again...)
	ssc.save(at)
	if ssc.intake != nil {
		longest, saved := ssc.graph.longest()
		if err := ssc.intake.clean(min(at, saved).Add(-longest)); err != nil {
			ssc.log.Warn("old blocks cannot be removed", "error", err)
		}
	}
}

// stop ends the making of batches, then the jobs, then the context.
func (g *generator) stop(how stopping) {
	g.once.Do(func() {
		ssc := g.ssc
		for _, in := range ssc.graph.inputs {
			if err := in.input.stop(); err != nil {
				ssc.log.Warn("an input stream cannot be stopped", "stream", in.site, "error", err)
			}
		}
		if ssc.intake != nil {
			if err := ssc.intake.stop(how == stopGracefully); err != nil {
				ssc.log.Warn("receivers cannot be stopped", "error", err)
			}
			if how == stopGracefully {
				g.awaitIntake()
			}
		}
		g.quit <- how
		<-g.done
		ssc.jobs.stop(how)
		ssc.closeSaver()
		if c, ok := ssc.intake.(io.Closer); ok {
			if err := c.Close(); err != nil {
				ssc.log.Warn("the logs of receivers cannot be closed", "error", err)
			}
		}
		ssc.end()
	})
	<-g.ssc.failure.ended
}

// awaitIntake waits until all that was received belongs to a batch.
func (g *generator) awaitIntake() {
	ssc := g.ssc
	limit := ssc.conf.GracefulStopTimeout
	if limit <= 0 {
		limit = 10 * ssc.interval
	}
	deadline := ssc.clock.NewTimer(limit)
	defer deadline.Stop()
	for ssc.intake.pending() {
		poll := ssc.clock.NewTimer(100 * time.Millisecond)
		select {
		case <-deadline.C():
			poll.Stop()
			ssc.log.Warn("Timed out while stopping the job generator", "timeout", limit)
			return
		case <-poll.C():
		}
	}
}

// panicked is what a function of the user's panicked with.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v\n\n%s", p.value, p.stack) }

// Unwrap is the value, if it is an error.
func (p *panicked) Unwrap() error {
	err, _ := p.value.(error)
	return err
}

// guarded runs a function of the user's and makes an error of its panic.
func guarded[T any](f func() (T, error)) (v T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &panicked{r, debug.Stack()}
		}
	}()
	return f()
}

// reports collects what inputs say of a batch while its jobs are made.
type reports struct {
	mu sync.Mutex
	by map[Time][]InputReport
}

// add takes a report, unless the stream has reported already.
func (r *reports) add(at Time, in InputReport) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by == nil {
		r.by = make(map[Time][]InputReport)
	}
	if !slices.ContainsFunc(r.by[at], func(o InputReport) bool { return o.StreamID == in.StreamID }) {
		r.by[at] = append(r.by[at], in)
	}
}

// take gives the reports of a batch away, and forgets those of batches before it.
func (r *reports) take(at Time) []InputReport {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.by[at]
	for t := range r.by {
		if t <= at {
			delete(r.by, t)
		}
	}
	return list
}
