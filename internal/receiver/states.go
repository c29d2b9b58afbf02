package receiver

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Status is what is known of a receiver, as listeners and the UI show it (D132).
type Status struct {
	Stream int
	// Name is Spark's: the receiver's kind and the stream, "SocketReceiver-0".
	Name   string
	Active bool
	// Location and Executor are where it runs: in this process.
	Location, Executor string
	// LastErrorMessage and LastError are what it last reported, empty for nothing.
	LastErrorMessage, LastError string
	// LastErrorTime is when; the zero time if there was none.
	LastErrorTime time.Time
}

// EventKind says what happened to a receiver.
type EventKind int

// What happens to receivers.
const (
	Started EventKind = iota // it was registered, at first or after a restart
	Failed                   // it reported an error
	Stopped                  // it was deregistered, for a restart or for good
)

// Event is something that happened to a receiver.
type Event struct {
	Kind   EventKind
	Status Status
}

// Runner is a receiver as the tracker sees it: a [Supervisor] of any type of rows.
type Runner interface {
	// Start lets it receive.
	Start()
	// Stop lets it end, after what it has buffered was stored; it does not wait.
	Stop()
	// Abort gives up what it waits for while it stops.
	Abort()
	// Done is closed when it has ended.
	Done() <-chan struct{}
	// Limit is what limits its rate.
	Limit() *Limiter
}

// attached is a receiver the tracker knows.
type attached struct {
	runner Runner
	status Status
}

// Attach makes a receiver known before it is started. A stream has one receiver.
func (t *Tracker) Attach(stream int, name string, r Runner) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.receivers[stream] != nil {
		return fmt.Errorf("stream %d has a receiver already", stream)
	}
	t.receivers[stream] = &attached{runner: r, status: Status{Stream: stream, Name: name, Location: "localhost", Executor: "driver"}}
	return nil
}

// all are the receivers in order of their streams.
func (t *Tracker) all() []*attached {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []*attached
	for _, a := range t.receivers {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b *attached) int { return cmp.Compare(a.status.Stream, b.status.Stream) })
	return all
}

// Start starts the receivers.
func (t *Tracker) Start() {
	for _, a := range t.all() {
		a.runner.Start()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.launched = true
}

// Stop stops the receivers. It waits until each has stored what it had buffered, for
// ten seconds at most or, gracefully, as long as that takes (D124). It reports the
// receivers that have not ended.
func (t *Tracker) Stop(graceful bool) error {
	t.mu.Lock()
	launched := t.launched
	t.mu.Unlock()
	if !launched {
		return nil
	}
	all := t.all()
	for _, a := range all {
		a.runner.Stop()
	}
	timer := t.o.Clock.NewTimer(10 * time.Second)
	ended := awaitEnd(all, timer.C())
	timer.Stop()
	if !ended && graceful {
		ended = awaitEnd(all, nil)
	} else if !ended {
		for _, a := range all {
			a.runner.Abort()
		}
		timer = t.o.Clock.NewTimer(time.Second)
		ended = awaitEnd(all, timer.C())
		timer.Stop()
	}
	if ended {
		return nil
	}
	var names []string
	for _, a := range all {
		if !a.ended() {
			names = append(names, a.status.Name)
		}
	}
	return fmt.Errorf("Not all of the receivers have deregistered: %q", names)
}

// awaitEnd waits until all have ended; false if limit came first.
func awaitEnd(all []*attached, limit <-chan time.Time) bool {
	for _, a := range all {
		select {
		case <-a.runner.Done():
		case <-limit:
			return false
		}
	}
	return true
}

func (a *attached) ended() bool {
	select {
	case <-a.runner.Done():
		return true
	default:
		return false
	}
}

// Statuses are the receivers, in order of their streams.
func (t *Tracker) Statuses() []Status {
	var list []Status
	for _, a := range t.all() {
		t.mu.Lock()
		list = append(list, a.status)
		t.mu.Unlock()
	}
	return list
}

// UpdateRate limits the receiver of a stream to rows a second.
func (t *Tracker) UpdateRate(stream int, rowsPerSecond float64) {
	if l := t.limit(stream); l != nil {
		l.Update(rowsPerSecond)
	}
}

// Rate is the limit of the receiver of a stream in rows a second, 0 for none.
func (t *Tracker) Rate(stream int) float64 {
	if l := t.limit(stream); l != nil {
		return l.Rate()
	}
	return 0
}

func (t *Tracker) limit(stream int) *Limiter {
	t.mu.Lock()
	defer t.mu.Unlock()
	if a := t.receivers[stream]; a != nil {
		return a.runner.Limit()
	}
	return nil
}

// change changes the status of a receiver and tells the listener.
func (t *Tracker) change(stream int, kind EventKind, change func(s *Status)) {
	t.mu.Lock()
	a := t.receivers[stream]
	if a == nil {
		t.mu.Unlock()
		return
	}
	change(&a.status)
	e := Event{kind, a.status}
	t.mu.Unlock()
	if t.o.Listen != nil {
		t.o.Listen(e)
	}
}

// register says that a receiver begins to receive.
func (t *Tracker) register(stream int) {
	t.change(stream, Started, func(s *Status) {
		s.Active, s.LastErrorMessage, s.LastError, s.LastErrorTime = true, "", "", time.Time{}
	})
}

// ReportError notes an error of a receiver, which goes on (D93).
func (t *Tracker) ReportError(stream int, message string, err error) {
	t.change(stream, Failed, func(s *Status) { s.failed(message, err, t.o.Clock.Now()) })
	t.warn(fmt.Sprintf("Error reported by receiver for stream %d: %s", stream, joined(message, err)))
}

// deregister says that a receiver has stopped, for good or to be restarted.
func (t *Tracker) deregister(stream int, message string, err error) {
	t.change(stream, Stopped, func(s *Status) {
		s.Active = false
		s.failed(message, err, t.o.Clock.Now())
	})
	if err != nil {
		t.warn(fmt.Sprintf("Deregistered receiver for stream %d: %s", stream, joined(message, err)))
	}
}

func (s *Status) failed(message string, err error, at time.Time) {
	s.LastErrorMessage, s.LastError, s.LastErrorTime = message, "", at
	if err != nil {
		s.LastError = err.Error()
	}
}

func joined(message string, err error) string {
	if err == nil || strings.HasSuffix(message, err.Error()) {
		return message
	}
	return message + " - " + err.Error()
}

func (t *Tracker) warn(message string) {
	if t.o.Warn != nil {
		t.o.Warn(message)
	}
}
