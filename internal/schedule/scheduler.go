package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// Scheduler runs the stages of many jobs at once on one set of workers, where
// [Pool] runs one stage. Whenever a worker is free it takes the next task of
// the stage whose turn it is: first come, first served, or fair between pools
// (R17). The zero Scheduler has one worker and serves in order.
type Scheduler struct {
	// Workers is how many tasks run at once; less than 1 counts as 1.
	Workers int
	// Fair shares the workers between pools; otherwise the oldest job goes first.
	Fair bool

	next atomic.Int64 // the id of the next attempt of a task

	mu    sync.Mutex
	free  []int // workers without a task; nil before the first stage
	sets  []*stageRun
	pools map[string]*FairPool
	// together is a stage of which some tasks of all that start at once have started.
	together *stageRun
}

// FairPool says what a pool may claim. The zero FairPool is what a pool has that
// nobody described: weight 1, no minimum, its jobs in order.
type FairPool struct {
	Weight   int  // its share beside the other pools; less than 1 counts as 1
	MinShare int  // workers it gets before others get more than theirs
	Fair     bool // its own stages share, too; otherwise the oldest job goes first
}

// Describe sets what a pool may claim.
func (s *Scheduler) Describe(name string, p FairPool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pools == nil {
		s.pools = make(map[string]*FairPool)
	}
	s.pools[name] = &p
}

// Stage is the work of one stage of a job.
type Stage struct {
	Job, ID int
	Pool    string // the pool it is counted to; empty is a pool, too
	Tasks   []int  // the numbers of its tasks, in the order in which they start
	// Together starts all tasks at once, when there are as many free workers; until
	// then nothing else starts once it is the stage's turn. A task that fails ends the
	// stage. There must not be more tasks than workers.
	Together bool
	// MaxFailures is how often one task may fail before the stage does; less than
	// 1 counts as 1.
	MaxFailures int
	// Run does one attempt of one task. A panic is a failure, a [PanicError].
	Run func(ctx context.Context, a Attempt) error
}

// Attempt is one try at a task.
type Attempt struct {
	ID     int64 // unique on its Scheduler
	Task   int
	Number int // 0 at first
	Worker int
}

// StageError says which task has ended a stage.
type StageError struct {
	Stage    int
	Attempt  Attempt
	Failures int
	Err      error
}

// Error reads as Spark's.
func (e *StageError) Error() string {
	return fmt.Sprintf("Job aborted due to stage failure: Task %d in stage %d.0 failed %d times, most recent failure: "+
		"Lost task %d.%d in stage %d.0 (TID %d): %v",
		e.Attempt.Task, e.Stage, e.Failures, e.Attempt.Task, e.Attempt.Number, e.Stage, e.Attempt.ID, e.Err)
}

// Unwrap is the failure of the last attempt.
func (e *StageError) Unwrap() error { return e.Err }

// Final is implemented by errors that another attempt of the same task cannot
// mend. They end the stage at once and are returned as they are.
type Final interface {
	error
	// Final is a mark.
	Final()
}

// stageRun is a stage that runs. All fields below the first three are guarded
// by the Scheduler's lock.
type stageRun struct {
	*Stage
	ctx    context.Context
	cancel context.CancelCauseFunc

	pending  []Attempt
	running  int
	failures map[int]int
	err      error
	ended    bool
	done     chan struct{}
}

// Run runs a stage and waits for all of its tasks that were started. It returns
// a [StageError] if a task failed too often.
func (s *Scheduler) Run(ctx context.Context, stage *Stage) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if len(stage.Tasks) == 0 {
		return nil
	}
	if stage.Together && len(stage.Tasks) > max(s.Workers, 1) {
		return fmt.Errorf("%d tasks cannot start together on %d workers", len(stage.Tasks), max(s.Workers, 1))
	}
	r := &stageRun{Stage: stage, done: make(chan struct{}), pending: make([]Attempt, len(stage.Tasks))}
	for i, t := range stage.Tasks {
		r.pending[i] = Attempt{Task: t}
	}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	defer r.cancel(nil)

	s.mu.Lock()
	if s.free == nil {
		s.free = make([]int, 0, max(s.Workers, 1))
		for w := range max(s.Workers, 1) {
			s.free = append(s.free, w)
		}
		slices.Reverse(s.free)
	}
	alone := len(s.sets) == 0
	s.sets = append(s.sets, r)
	if alone && len(r.pending) == 1 {
		// One task and nobody else: it runs here, without a switch.
		if set, a, ok := s.take(); ok {
			s.mu.Unlock()
			s.work(set, a)
			s.mu.Lock()
		}
	}
	s.dispatch()
	s.mu.Unlock()

	stop := context.AfterFunc(ctx, func() { s.fail(r, context.Cause(ctx)) })
	defer stop()
	<-r.done
	return r.err
}

// dispatch starts as many tasks as there are free workers. The lock is held.
func (s *Scheduler) dispatch() {
	for {
		set, a, ok := s.take()
		if !ok {
			return
		}
		go s.work(set, a)
	}
}

// take is the next task and a worker for it. The lock is held.
func (s *Scheduler) take() (*stageRun, Attempt, bool) {
	if len(s.free) == 0 {
		return nil, Attempt{}, false
	}
	r := s.together
	if r == nil {
		r = s.choose()
	}
	if r == nil || s.together == nil && r.Together && len(s.free) < len(r.pending) {
		return nil, Attempt{}, false
	}
	a := r.pending[0]
	r.pending = r.pending[1:]
	s.together = nil
	if r.Together && len(r.pending) > 0 {
		s.together = r
	}
	r.running++
	a.Worker = s.free[len(s.free)-1]
	s.free = s.free[:len(s.free)-1]
	a.ID = s.next.Add(1) - 1
	return r, a, true
}

// work runs one task and then others, until there is none.
func (s *Scheduler) work(r *stageRun, a Attempt) {
	for {
		err := attempt(r, a)
		s.mu.Lock()
		s.free = append(s.free, a.Worker)
		s.finish(r, a, err)
		var ok bool
		if r, a, ok = s.take(); !ok {
			s.mu.Unlock()
			return
		}
		if r.Together {
			s.dispatch() // the others
		}
		s.mu.Unlock()
	}
}

func attempt(r *stageRun, a Attempt) error {
	if err := r.ctx.Err(); err != nil {
		return context.Cause(r.ctx)
	}
	return guarded(r.ctx, func(ctx context.Context, _, _ int) error { return r.Run(ctx, a) }, a.Worker, a.Task)
}

// finish takes note of the end of an attempt. The lock is held.
func (s *Scheduler) finish(r *stageRun, a Attempt, err error) {
	r.running--
	var final Final
	switch {
	case err == nil || r.err != nil:
		// Done, or an echo of the failure that ended the stage.
	case r.ctx.Err() != nil:
		s.abort(r, context.Cause(r.ctx))
	case errors.As(err, &final):
		s.abort(r, err)
	default:
		if r.failures == nil {
			r.failures = make(map[int]int)
		}
		r.failures[a.Task]++
		if n := r.failures[a.Task]; r.Together || n >= max(r.MaxFailures, 1) {
			s.abort(r, &StageError{Stage: r.ID, Attempt: a, Failures: n, Err: err})
			break
		}
		r.pending = append(r.pending, Attempt{Task: a.Task, Number: a.Number + 1})
	}
	s.close(r)
}

// fail ends a stage from outside.
func (s *Scheduler) fail(r *stageRun, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.abort(r, err)
	s.close(r)
	s.dispatch() // what it has kept waiting
}

// abort leaves out what has not begun and cancels what runs. The lock is held.
func (s *Scheduler) abort(r *stageRun, err error) {
	if r.err == nil && !r.ended {
		r.err = err
		r.pending = nil
		r.cancel(err)
	}
}

// close ends a stage of which nothing is left. The lock is held.
func (s *Scheduler) close(r *stageRun) {
	if r.running > 0 || len(r.pending) > 0 || r.ended {
		return
	}
	r.ended = true
	s.sets = slices.DeleteFunc(s.sets, func(o *stageRun) bool { return o == r })
	close(r.done)
}
