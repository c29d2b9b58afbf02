package rdd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/weirstream/weir/internal/blockstore"
	"github.com/weirstream/weir/internal/schedule"
)

// shuffleDep is a shuffle: how map tasks write, and what they have written. Jobs
// that need it at the same time wait for each other.
type shuffleDep struct {
	id    int
	stage int
	on    *node // whose rows are dealt
	// prepare makes the partitioner ready, if it is not nil.
	prepare *once
	// write runs a map task.
	write func(t *Task, part int) (any, error)

	running chan struct{} // holds one token while map tasks run

	mu      sync.Mutex
	outputs []any // by map task; nil: missing
}

func newShuffleDep(on *node, prepare *once, write func(t *Task, part int) (any, error)) *shuffleDep {
	return &shuffleDep{id: int(on.c.nextShuffle.Add(1)) - 1, stage: -1, on: on, prepare: prepare, write: write,
		running: make(chan struct{}, 1), outputs: make([]any, on.parts)}
}

// output is what a map task has written, nil if it is missing.
func (d *shuffleDep) output(part int) any {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.outputs[part]
}

func (d *shuffleDep) put(part int, out any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.outputs[part] = out
}

// missing are the map tasks that have to run.
func (d *shuffleDep) missing() []int {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []int
	for i, o := range d.outputs {
		if o == nil {
			list = append(list, i)
		}
	}
	return list
}

// lostOutput is why a task cannot read a shuffle. Its map task runs again; trying
// the reading task again alone would not help.
type lostOutput struct {
	dep *shuffleDep
	m   int
	err error
}

func (e *lostOutput) Error() string {
	return fmt.Sprintf("the output of map task %d of shuffle %d is lost: %v", e.m, e.dep.id, e.err)
}
func (e *lostOutput) Unwrap() error { return e.err }

// Final keeps the scheduler from trying the same task again.
func (e *lostOutput) Final() {}

// lostBlock is a partition that was checkpointed locally and is gone: its lineage
// was cut, nothing can bring it back.
type lostBlock struct{ rdd, part int }

func (e *lostBlock) Error() string {
	return fmt.Sprintf("Checkpoint block rdd_%d_%d not found! The RDD was checkpointed locally, and its partition was lost; "+
		"use Checkpoint for partitions that must outlive eviction", e.rdd, e.part)
}

// Final keeps the scheduler from trying again.
func (e *lostBlock) Final() {}

// activeJob is a job that runs.
type activeJob struct {
	properties
	id     int
	cancel context.CancelCauseFunc
}

// maxStageAttempts is how often stages are run again because outputs were lost.
const maxStageAttempts = 4

// runJob computes partitions of n: body runs once for each, perhaps after failed
// attempts, on the scheduler's goroutines. It is what every action comes to.
func (c *Context) runJob(ctx context.Context, n *node, parts []int, op string, body func(t *Task, part int) error) (err error) {
	if n.err != nil {
		return n.err
	}
	if err := c.checkBarriers(n, len(parts)); err != nil {
		return err
	}
	job, ctx, err := c.begin(ctx)
	if err != nil {
		return err
	}
	defer func() { c.end(job, err) }()
	final := &stageOf{job: job, id: -1, name: op, tasks: slices.Clone(parts), meeting: c.meetingOf(n, len(parts))}
	done := make(map[int]bool)
	var mu sync.Mutex
	final.run = func(t *Task, part int) error {
		if err := body(t, part); err != nil || t.err != nil {
			return err
		}
		mu.Lock()
		done[part] = true
		mu.Unlock()
		return nil
	}
	for attempt := 1; ; attempt++ {
		err = c.parents(ctx, job, n)
		if err == nil {
			err = finalMeeting(final, c.runStage(ctx, final))
		}
		var lost *lostOutput
		if !errors.As(err, &lost) || attempt == maxStageAttempts || ctx.Err() != nil {
			break
		}
		lost.dep.put(lost.m, nil)
		final.tasks = slices.DeleteFunc(final.tasks, func(p int) bool { return done[p] })
	}
	if err == nil && c.marked.Load() > 0 {
		err = c.saveMarked(ctx, n)
	}
	return err
}

// begin registers a job.
func (c *Context) begin(ctx context.Context) (*activeJob, context.Context, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, context.Cause(ctx)
	}
	job := &activeJob{properties: propertiesOf(ctx)}
	ctx, job.cancel = context.WithCancelCause(ctx)
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		job.cancel(nil)
		return nil, nil, ErrClosed
	}
	job.id = int(c.nextJob.Add(1)) - 1
	c.jobs[job.id] = job
	c.mu.Unlock()
	if begun, ok := ctx.Value(futureKey{}).(func(int)); ok {
		begun(job.id)
	}
	if c.bus.listening.Load() {
		c.bus.emit(JobStart{Job: job.id, Time: time.Now(), Group: job.group, Description: job.description, Tags: job.tags})
	}
	return job, ctx, nil
}

func (c *Context) end(job *activeJob, err error) {
	job.cancel(nil)
	c.mu.Lock()
	delete(c.jobs, job.id)
	c.mu.Unlock()
	if c.bus.listening.Load() {
		c.bus.emit(JobEnd{Job: job.id, Time: time.Now(), Err: err})
	}
}

// CancelledError is what an action reports whose job was cancelled.
type CancelledError struct{ Reason string }

// Error is the reason.
func (e *CancelledError) Error() string { return e.Reason }

// Is makes the error one of context.Canceled, too.
func (e *CancelledError) Is(target error) bool { return target == context.Canceled }

// CancelJobGroup cancels the jobs of a group that run now.
func (c *Context) CancelJobGroup(group string) {
	c.cancel(&CancelledError{"part of cancelled job group " + group}, func(j *activeJob) bool { return j.group == group })
}

// CancelJobsWithTag cancels the jobs with a tag that run now.
func (c *Context) CancelJobsWithTag(tag string) {
	c.cancel(&CancelledError{"part of cancelled job tags " + tag}, func(j *activeJob) bool { return slices.Contains(j.tags, tag) })
}

// CancelJob cancels a job, if it runs.
func (c *Context) CancelJob(id int) {
	c.cancel(&CancelledError{fmt.Sprintf("Job %d cancelled", id)}, func(j *activeJob) bool { return j.id == id })
}

// CancelAllJobs cancels all jobs that run now.
func (c *Context) CancelAllJobs() {
	c.cancel(&CancelledError{"part of cancelled all jobs"}, func(*activeJob) bool { return true })
}

func (c *Context) cancel(why error, which func(*activeJob) bool) {
	c.mu.Lock()
	var list []*activeJob
	for _, j := range c.jobs {
		if which(j) {
			list = append(list, j)
		}
	}
	c.mu.Unlock()
	for _, j := range list {
		j.cancel(why)
	}
}

// ActiveJobs are the numbers of the jobs that run now, in order; those of one group
// if it is not empty (R18).
func (c *Context) ActiveJobs(group string) []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	var ids []int
	for id, j := range c.jobs {
		if group == "" || j.group == group {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// parents runs the map stages that n needs and whose outputs are missing, those
// that do not need each other at the same time.
func (c *Context) parents(ctx context.Context, job *activeJob, n *node) error {
	deps, err := shufflesBelow(ctx, n)
	if err != nil || len(deps) == 0 {
		return err
	}
	if len(deps) == 1 {
		return c.mapStage(ctx, job, deps[0])
	}
	for _, d := range deps { // numbers in the order of the lineage
		d.number(c)
	}
	errs := make([]error, len(deps))
	var wg sync.WaitGroup
	for i, d := range deps {
		wg.Go(func() { errs[i] = c.mapStage(ctx, job, d) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// shufflesBelow are the shuffles that n reads within its stage and that are not
// complete. Nodes on the way are prepared. What is checkpointed, or persisted with
// all its partitions, needs nothing below it.
func shufflesBelow(ctx context.Context, n *node) ([]*shuffleDep, error) {
	var list []*shuffleDep
	seen := make(map[*node]bool)
	var visit func(n *node) error
	visit = func(n *node) error {
		if seen[n] || n.available() {
			return nil
		}
		seen[n] = true
		for _, d := range n.dependencies() {
			if d.shuffle == nil {
				if err := visit(d.on); err != nil {
					return err
				}
			} else if len(d.shuffle.missing()) > 0 && !slices.Contains(list, d.shuffle) {
				list = append(list, d.shuffle)
			}
		}
		return n.prepare.do(ctx)
	}
	if err := visit(n); err != nil {
		return nil, err
	}
	return list, nil
}

// available reports whether no partition of n needs to be computed.
func (n *node) available() bool {
	if n.savedAt() != nil {
		return true
	}
	if n.StorageLevel() == StorageNone {
		return false
	}
	for p := range n.parts {
		if !n.c.blocks.Has(blockstore.ID{RDD: n.id, Part: p}) {
			return false
		}
	}
	return true
}

// mapStage completes a shuffle.
func (c *Context) mapStage(ctx context.Context, job *activeJob, d *shuffleDep) error {
	select {
	case d.running <- struct{}{}:
		defer func() { <-d.running }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	missing := d.missing()
	if len(missing) == 0 {
		return nil
	}
	if err := c.parents(ctx, job, d.on); err != nil {
		return err
	}
	if err := d.prepare.do(ctx); err != nil {
		return err
	}
	name := ""
	if c.bus.listening.Load() {
		name = d.on.callSite()
	}
	return c.runTogether(ctx, d, &stageOf{job: job, id: d.number(c), name: name, tasks: missing, run: func(t *Task, part int) error {
		out, err := d.write(t, part)
		if err == nil && t.err == nil {
			d.put(part, out)
		}
		return err
	}})
}

// number is the number of the stage that writes the shuffle.
func (d *shuffleDep) number(c *Context) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stage < 0 {
		d.stage = int(c.nextStage.Add(1)) - 1
	}
	return d.stage
}

// stageOf is a stage of a job, about to run.
type stageOf struct {
	job   *activeJob
	id    int // below 0: the next
	name  string
	tasks []int
	run   func(t *Task, part int) error
	// meeting is set if the tasks start together, for the attempt at the stage.
	meeting *meeting
	attempt int
}

// runStage runs the tasks of a stage.
func (c *Context) runStage(ctx context.Context, s *stageOf) error {
	if s.id < 0 {
		s.id = int(c.nextStage.Add(1)) - 1
	}
	listening := c.bus.listening.Load()
	if listening {
		c.bus.emit(StageSubmitted{Job: s.job.id, Stage: s.id, Name: s.name, Tasks: len(s.tasks), Pool: s.job.pool})
	}
	err := c.tasks.Run(ctx, &schedule.Stage{
		Job: s.job.id, ID: s.id, Pool: s.job.pool, Tasks: s.tasks, MaxFailures: c.config.MaxFailures, Together: s.meeting != nil,
		Run: func(ctx context.Context, a schedule.Attempt) (err error) {
			t := &Task{ctx: ctx, rdd: c, stage: s.id, partition: a.Task, attempt: a.Number + s.attempt, id: a.ID, meeting: s.meeting}
			if listening {
				start := time.Now()
				c.bus.emit(TaskStart{Stage: s.id, Partition: a.Task, Attempt: a.Number, ID: a.ID})
				ended := errors.New("the task panicked")
				defer func() {
					c.bus.emit(TaskEnd{Stage: s.id, Partition: a.Task, Attempt: a.Number, ID: a.ID, Duration: time.Since(start), Err: ended})
				}()
				defer func() {
					if t.done {
						ended = err
					}
				}()
			}
			err = s.run(t, a.Task)
			if t.err != nil {
				err = t.err // what ended the sequence early, rather than what came of it
			}
			if err == nil {
				t.merge()
			}
			s.meeting.leave(err)
			t.done = true
			return err
		},
	})
	if listening {
		c.bus.emit(StageCompleted{Job: s.job.id, Stage: s.id, Name: s.name, Err: err})
	}
	return err
}
