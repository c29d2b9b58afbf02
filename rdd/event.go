package rdd

import (
	"sync"
	"sync/atomic"
	"time"
)

// Event is what listeners are told: a [JobStart], [JobEnd], [StageSubmitted],
// [StageCompleted], [TaskStart], [TaskEnd] or [Unpersisted].
type Event interface{ event() }

// JobStart says that an action began.
type JobStart struct {
	Job         int
	Time        time.Time
	Group       string
	Description string
	Tags        []string
}

// JobEnd says that an action ended; Err is nil if it succeeded.
type JobEnd struct {
	Job  int
	Time time.Time
	Err  error
}

// StageSubmitted says that the tasks of a stage begin. A stage whose shuffle is
// already there is skipped: nobody is told of it.
type StageSubmitted struct {
	Job, Stage int
	Name       string // the step that ends the stage, as "reduceByKey at main.go:12"
	Tasks      int
	Pool       string
}

// StageCompleted says that a stage ended; Err is nil if it succeeded.
type StageCompleted struct {
	Job, Stage int
	Name       string
	Err        error
}

// TaskStart says that an attempt of a task begins.
type TaskStart struct {
	Stage, Partition, Attempt int
	ID                        int64
}

// TaskEnd says that an attempt ended; Err is nil if it succeeded.
type TaskEnd struct {
	Stage, Partition, Attempt int
	ID                        int64
	Duration                  time.Duration
	Err                       error
}

// Unpersisted says that the partitions of an RDD are no longer kept.
type Unpersisted struct{ RDD int }

func (JobStart) event()       {}
func (JobEnd) event()         {}
func (StageSubmitted) event() {}
func (StageCompleted) event() {}
func (TaskStart) event()      {}
func (TaskEnd) event()        {}
func (Unpersisted) event()    {}

// bus brings events to listeners, one after another, on a goroutine that lives
// while there are events. A slow listener holds nobody up; its events wait.
type bus struct {
	listening atomic.Bool

	mu        sync.Mutex
	listeners []func(Event)
	queue     []Event
	idle      chan struct{} // closed when the queue is empty; nil if it is
}

// Listen calls f for every event from now on, in order.
func (c *Context) Listen(f func(Event)) {
	c.bus.mu.Lock()
	defer c.bus.mu.Unlock()
	c.bus.listeners = append(c.bus.listeners, f)
	c.bus.listening.Store(true)
}

// FlushEvents waits until the listeners have been told all that happened so far.
func (c *Context) FlushEvents() { c.bus.flush() }

func (b *bus) flush() {
	b.mu.Lock()
	idle := b.idle
	b.mu.Unlock()
	if idle != nil {
		<-idle
	}
}

func (b *bus) emit(e Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.listeners) == 0 {
		return
	}
	b.queue = append(b.queue, e)
	if b.idle == nil {
		b.idle = make(chan struct{})
		go b.deliver()
	}
}

func (b *bus) deliver() {
	for {
		b.mu.Lock()
		events, listeners := b.queue, b.listeners
		b.queue = nil
		if len(events) == 0 {
			close(b.idle)
			b.idle = nil
			b.mu.Unlock()
			return
		}
		b.mu.Unlock()
		for _, e := range events {
			for _, f := range listeners {
				f(e)
			}
		}
	}
}
