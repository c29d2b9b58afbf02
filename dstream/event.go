package dstream

import (
	"slices"
	"sync"
	"time"
)

// Event is what listeners are told (D132): a StreamingStarted, ReceiverStarted,
// ReceiverError, ReceiverStopped, BatchSubmitted, BatchStarted, BatchCompleted,
// OutputStarted or OutputCompleted.
type Event interface{ event() }

// StreamingStarted says that a context began to make batches.
type StreamingStarted struct{ Time time.Time }

// ReceiverState describes a receiver.
type ReceiverState struct {
	StreamID      int
	Name          string
	Active        bool
	Location      string
	LastMessage   string    // of the last error, empty if there was none
	LastError     string    // the error beneath it
	LastErrorTime time.Time // zero if there was none
}

// ReceiverStarted says that a receiver runs.
type ReceiverStarted struct{ Receiver ReceiverState }

// ReceiverError says that a receiver has reported an error, or is restarted.
type ReceiverError struct{ Receiver ReceiverState }

// ReceiverStopped says that a receiver does not run any more.
type ReceiverStopped struct{ Receiver ReceiverState }

// InputReport says what one input stream gave to a batch.
type InputReport struct {
	StreamID int
	Records  int64 // 0 where the source does not know, as with files
	// Metadata is what the source says of it; Description is shown to people.
	Metadata    map[string]any
	Description string
}

// Batch describes a batch. Times that have not come are zero.
type Batch struct {
	Time      Time
	Inputs    []InputReport
	Submitted time.Time
	Started   time.Time
	Ended     time.Time
	Outputs   []Output
}

// Records is how many rows all inputs gave.
func (b Batch) Records() int64 {
	var n int64
	for _, in := range b.Inputs {
		n += in.Records
	}
	return n
}

// SchedulingDelay is how long the batch waited for the batches before it.
func (b Batch) SchedulingDelay() time.Duration { return b.Started.Sub(b.Submitted) }

// ProcessingDelay is how long its jobs took.
func (b Batch) ProcessingDelay() time.Duration { return b.Ended.Sub(b.Started) }

// TotalDelay is the time from its submission to its end.
func (b Batch) TotalDelay() time.Duration { return b.Ended.Sub(b.Submitted) }

// copied is the batch as it is now, with outputs of its own.
func (b Batch) copied() Batch {
	b.Outputs = slices.Clone(b.Outputs)
	return b
}

// Output describes one output operation of a batch. Times that have not come are zero.
type Output struct {
	Batch       Time
	ID          int
	Name        string // "print at main.go:12"
	Description string
	Started     time.Time
	Ended       time.Time
	Failure     string // empty unless it failed
}

// Duration is how long the operation took.
func (o Output) Duration() time.Duration { return o.Ended.Sub(o.Started) }

// BatchSubmitted says that the jobs of a batch are made and wait.
type BatchSubmitted struct{ Batch Batch }

// BatchStarted says that the first job of a batch runs.
type BatchStarted struct{ Batch Batch }

// BatchCompleted says that all jobs of a batch have ended, well or not.
type BatchCompleted struct{ Batch Batch }

// OutputStarted says that the job of an output operation runs.
type OutputStarted struct{ Output Output }

// OutputCompleted says that it has ended, well or not.
type OutputCompleted struct{ Output Output }

func (StreamingStarted) event() {}
func (ReceiverStarted) event()  {}
func (ReceiverError) event()    {}
func (ReceiverStopped) event()  {}
func (BatchSubmitted) event()   {}
func (BatchStarted) event()     {}
func (BatchCompleted) event()   {}
func (OutputStarted) event()    {}
func (OutputCompleted) event()  {}

// bus tells listeners what happens, in order, on a goroutine of its own that lives
// while there is something to tell.
type bus struct {
	mu        sync.Mutex
	idle      sync.Cond
	listeners []*listener
	queue     []Event
	running   bool
}

// listener is one function that is told.
type listener struct{ tell func(Event) }

func newBus() *bus {
	b := new(bus)
	b.idle.L = &b.mu
	return b
}

// listen adds a listener; the function returned takes it away.
func (b *bus) listen(f func(Event)) (stop func()) {
	l := &listener{f}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.listeners = append(b.listeners, l)
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for i, other := range b.listeners {
			if other == l {
				b.listeners = append(b.listeners[:i:i], b.listeners[i+1:]...)
				return
			}
		}
	}
}

func (b *bus) emit(e Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.listeners) == 0 {
		return
	}
	b.queue = append(b.queue, e)
	if !b.running {
		b.running = true
		go b.deliver()
	}
}

func (b *bus) deliver() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.queue) > 0 {
		queue, listeners := b.queue, b.listeners
		b.queue = nil
		b.mu.Unlock()
		for _, e := range queue {
			for _, l := range listeners {
				l.tell(e)
			}
		}
		b.mu.Lock()
	}
	b.running = false
	b.idle.Broadcast()
}

// flush waits until everything has been told.
func (b *bus) flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.running {
		b.idle.Wait()
	}
}
