package rdd

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/weirstream/weir/internal/schedule"
)

// What a barrier is refused with (R07); the codes are Spark's.
var (
	// ErrBarrierSlots is why a stage of more tasks than cores cannot start together.
	ErrBarrierSlots = errors.New("[SPARK-24819] the tasks of a barrier stage start together, and there are more of them than cores; " +
		"give the RDD fewer partitions, or the context more cores")
	// ErrBarrierChain is why some steps may not follow a barrier in its stage.
	ErrBarrierChain = errors.New("[SPARK-24820][SPARK-24821] within its stage a barrier may be followed only by steps that keep its partitions, " +
		"all of them, and that have no other barrier before them: not by union, coalesce, first, take, or a zip of two barriers; " +
		"collect the RDD for its first rows, or put a shuffle in between")
)

// BarrierTask is a task of a stage whose tasks have all started together (R07). They may
// wait for each other, and tell each other something, as long as they all do:
//
//	task 0 ──── AllGather("a") ─┐            ┌─ ["a" "b" "c"] ──▶
//	task 1 ── AllGather("b") ───┼── waits ───┼─ ["a" "b" "c"] ──▶
//	task 2 ─────── AllGather("c") ───────────┴─ ["a" "b" "c"] ──▶
type BarrierTask struct{ *Task }

// BarrierPeer is one of the tasks that have started together.
type BarrierPeer struct {
	Partition int
	Address   string // of its machine: "localhost", as all run here
}

// BarrierMapPartitions is [MapPartitions] whose tasks all start together, or not at all:
// a job that needs more of them than there are cores is refused with [ErrBarrierSlots].
// When one fails all fail; a stage before a shuffle then runs again from its beginning,
// the last stage of a job fails the job. Spark's rdd.barrier().mapPartitions(f).
func BarrierMapPartitions[T, U any](in *RDD[T], f func(t *BarrierTask, rows iter.Seq[T]) iter.Seq[U]) *RDD[U] {
	out := narrow(in, "MapPartitionsRDD", "mapPartitions", func(t *Task, _ int, rows iter.Seq[T]) iter.Seq[U] {
		if t.meeting == nil {
			t.Fail(ErrBarrierChain)
			return none[U]
		}
		return f(&BarrierTask{t}, rows)
	})
	out.together = true
	in.c.barriers.Add(1)
	return out
}

// Barrier waits until all tasks of the stage have come to it. An error fails the task: the
// job was cancelled, another task has failed, or one does not come here.
func (t *BarrierTask) Barrier() error {
	_, err := t.meeting.come(t.Task, "BARRIER", "")
	return err
}

// AllGather waits as Barrier does, and returns what the tasks have called it with, by
// their partitions.
func (t *BarrierTask) AllGather(message string) ([]string, error) {
	return t.meeting.come(t.Task, "ALL_GATHER", message)
}

// Peers are the tasks of the stage, by their partitions.
func (t *BarrierTask) Peers() []BarrierPeer {
	list := make([]BarrierPeer, t.meeting.size)
	for i := range list {
		list[i] = BarrierPeer{Partition: i, Address: "localhost"}
	}
	return list
}

// meeting is where the tasks of one attempt at a stage wait for each other. The nil
// meeting is that of tasks that do not.
type meeting struct {
	size int

	mu   sync.Mutex
	now  *gathering
	left int   // tasks that have ended
	err  error // why nobody meets any more
}

// gathering is one time that tasks meet.
type gathering struct {
	kind     string
	came     int
	messages []string
	done     chan struct{}
}

func newMeeting(size int) *meeting {
	m := &meeting{size: size}
	m.now = m.next()
	return m
}

func (m *meeting) next() *gathering {
	return &gathering{messages: make([]string, m.size), done: make(chan struct{})}
}

// come waits for the others.
func (m *meeting) come(t *Task, kind, message string) ([]string, error) {
	m.mu.Lock()
	g := m.now
	switch {
	case m.err != nil:
	case g.came > 0 && g.kind != kind:
		m.end(fmt.Errorf("the tasks of stage %d (attempt %d) wait for each other in different ways, %s and %s; "+
			"all must call Barrier, or all AllGather", t.stage, t.attempt, g.kind, kind))
	case m.left > 0:
		m.end(errGone)
	default:
		g.kind = kind
		g.messages[t.partition] = message
		if g.came++; g.came == m.size {
			close(g.done)
			m.now = m.next()
		}
	}
	err := m.err
	m.mu.Unlock()
	if err != nil {
		t.Fail(err)
		return nil, err
	}
	select {
	case <-g.done:
	case <-t.ctx.Done():
		t.Fail(context.Cause(t.ctx))
		return nil, t.err
	}
	if g.came < m.size { // it was ended
		t.Fail(m.err)
		return nil, t.err
	}
	return slices.Clone(g.messages), nil
}

// errGone is why a task does not wait for one that has ended. Spark waits, for a year.
var errGone = errors.New("a task of the barrier stage has ended without coming to a barrier that others have come to: " +
	"all tasks must call Barrier and AllGather as often")

// end lets nobody wait any more. The lock is held.
func (m *meeting) end(err error) {
	m.err = err
	close(m.now.done)
}

// leave says that a task has ended.
func (m *meeting) leave(err error) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left++
	if err == nil && m.err == nil && m.now.came > 0 {
		m.end(errGone)
	}
}

// startsTogether reports whether the stage that ends with n has a barrier.
func (n *node) startsTogether() bool {
	if n.together {
		return true
	}
	for _, d := range n.dependencies() {
		if d.shuffle == nil && d.on.startsTogether() {
			return true
		}
	}
	return false
}

// meetingOf is where the tasks of a stage that ends with n meet, nil if each runs alone.
func (c *Context) meetingOf(n *node, tasks int) *meeting {
	if c.barriers.Load() == 0 || !n.startsTogether() {
		return nil
	}
	return newMeeting(tasks)
}

// checkBarriers reports why a job over some partitions of n must not run.
func (c *Context) checkBarriers(n *node, tasks int) error {
	if c.barriers.Load() == 0 {
		return nil
	}
	seen := make(map[*node]bool)
	var stage func(n *node, tasks int) error
	var within func(n *node, tasks int, together bool) error
	stage = func(n *node, tasks int) error {
		together := n.startsTogether()
		if together && n.parts > c.config.Cores {
			return ErrBarrierSlots
		}
		return within(n, tasks, together)
	}
	within = func(n *node, tasks int, together bool) error {
		if seen[n] {
			return nil
		}
		seen[n] = true
		barriers := 0
		for _, d := range n.dependencies() {
			if d.shuffle != nil {
				if err := stage(d.on, d.on.parts); err != nil {
					return err
				}
				continue
			}
			if d.on.startsTogether() {
				barriers++
			}
			if err := within(d.on, tasks, together); err != nil {
				return err
			}
		}
		if together && (n.parts != tasks || barriers > 1) {
			return ErrBarrierChain
		}
		return nil
	}
	return stage(n, tasks)
}

// stageFailed says which task of a barrier stage has failed.
func stageFailed(task string, err error) (string, bool) {
	var failed *schedule.StageError
	if !errors.As(err, &failed) {
		return "", false
	}
	return fmt.Sprintf("the barrier task %s(%d, %d) has failed", task, failed.Stage, failed.Attempt.Task), true
}

// finalMeeting is why the last stage of a job has failed. If its tasks started together it
// is not tried again, whatever was lost: they may have told somebody what they found.
func finalMeeting(s *stageOf, err error) error {
	var lost *lostOutput
	why, failed := stageFailed("ResultTask", err)
	switch {
	case s.meeting == nil || err == nil:
		return err
	case failed:
		return fmt.Errorf("%s %s\n%w", notRecovered, why, errors.Unwrap(err))
	case errors.As(err, &lost):
		return fmt.Errorf("%s %w", notRecovered, lost.err)
	}
	return err
}

const notRecovered = "the last stage of a job is not run again when it has a barrier, as its tasks may have told others what they found:"

// runTogether runs a map stage: from its beginning, each time that one of its tasks has
// failed, if they start together.
func (c *Context) runTogether(ctx context.Context, d *shuffleDep, s *stageOf) error {
	if s.meeting = c.meetingOf(d.on, d.on.parts); s.meeting == nil {
		return c.runStage(ctx, s)
	}
	for {
		s.tasks = s.tasks[:0]
		for part := range d.on.parts {
			d.put(part, nil)
			s.tasks = append(s.tasks, part)
		}
		err := c.runStage(ctx, s)
		why, failed := stageFailed("ShuffleMapTask", err)
		if !failed || ctx.Err() != nil {
			return err
		}
		if s.attempt++; s.attempt == maxStageAttempts {
			return fmt.Errorf("the ShuffleMapStage %d (%s) with a barrier has failed %d times, the most that it is "+
				"tried; the last time %s\n%w", s.id, d.on.callSite(), maxStageAttempts, why, errors.Unwrap(err))
		}
		s.meeting = newMeeting(d.on.parts)
	}
}
