package progress

import (
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
)

// Bus carries the events of all queries of a session to its listeners.
//
// A query never waits for a listener: events wait in a queue, and one goroutine
// works it off in order. Nothing is dropped; a listener that is too slow for
// good costs memory, a few hundred bytes an event. The goroutine lives only
// while there is something to tell.
type Bus struct {
	mu        sync.Mutex
	listeners []Listener
	queue     []post
	telling   bool          // the goroutine runs
	idle      chan struct{} // closed when the goroutine ends; nil before the first
}

// post is an event and the listeners of the moment it was posted.
type post struct {
	event     Event
	listeners []Listener // never changed, only replaced
}

// NewBus returns a bus without listeners.
func NewBus() *Bus { return &Bus{} }

// Add adds a listener; it hears of events posted from now on.
func (b *Bus) Add(l Listener) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.listeners = append(slices.Clip(b.listeners), l)
}

// Remove takes away a listener, which must be comparable. It may still hear of
// an event that is being told.
func (b *Bus) Remove(l Listener) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.listeners = slices.DeleteFunc(slices.Clone(b.listeners), func(o Listener) bool { return o == l })
}

// Listeners are the listeners in the order in which they were added.
func (b *Bus) Listeners() []Listener {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.listeners)
}

// PostNow tells every listener before it returns. Spark does so with [Started],
// so that a listener knows of a query before anyone can ask for it.
func (b *Bus) PostNow(e Event) {
	for _, l := range b.Listeners() {
		tell(e, l)
	}
}

// Post queues an event and returns at once.
func (b *Bus) Post(e Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.listeners) == 0 {
		return
	}
	b.queue = append(b.queue, post{e, b.listeners})
	if !b.telling {
		b.telling, b.idle = true, make(chan struct{})
		go b.work(b.idle)
	}
}

// work tells what is in the queue until it is empty.
func (b *Bus) work(done chan struct{}) {
	defer close(done)
	for {
		b.mu.Lock()
		posts := b.queue
		b.queue = nil
		b.telling = len(posts) > 0
		b.mu.Unlock()
		if len(posts) == 0 {
			return
		}
		for _, p := range posts {
			for _, l := range p.listeners {
				tell(p.event, l)
			}
		}
	}
}

// tell tells a listener of an event. One that panics is its own fault: neither the
// query nor the other listeners hear of it.
func tell(e Event, l Listener) {
	defer func() {
		if v := recover(); v != nil {
			slog.Error("A listener panicked.", "listener", fmt.Sprintf("%T", l), "event", fmt.Sprintf("%T", e), "panic", v,
				"stack", string(debug.Stack()))
		}
	}()
	e.tell(l)
}

// Flush waits until every event posted before it has been told. It must not be
// called by a listener.
func (b *Bus) Flush() {
	b.mu.Lock()
	idle := b.idle
	b.mu.Unlock()
	if idle != nil {
		<-idle
	}
}
