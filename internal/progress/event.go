package progress

import "time"

// Listener hears of the queries of a session (S195). One goroutine calls it, and
// keeps the order of the events of each query; [Started] alone may come from the
// goroutine that starts the query.
type Listener interface {
	// OnStarted is called before Start returns.
	OnStarted(Started)

	// OnProgress is called after each trigger that ran a batch.
	OnProgress(*Progress)

	// OnIdle is called now and then while there is nothing to do.
	OnIdle(Idle)

	// OnTerminated is the last call for a query.
	OnTerminated(Terminated)
}

// Event is one of [Started], [Progress], [Idle] and [Terminated].
type Event interface {
	// tell calls the listener's method for the event.
	tell(Listener)
}

// Started says that a query has started.
type Started struct {
	// ID and RunID are the UUIDs of the query and of its run.
	ID, RunID string

	// Name is the name the user gave; empty for none.
	Name string

	// Time is when it started.
	Time time.Time

	// JobTags are the tags of the session at that time.
	JobTags []string
}

// Idle says that a query has had nothing to do for a while, ten seconds unless
// noDataProgressEventInterval says otherwise.
type Idle struct {
	// ID and RunID are the UUIDs of the query and of its run.
	ID, RunID string

	// Time is when this was found.
	Time time.Time
}

// Terminated says that a query has ended.
type Terminated struct {
	// ID and RunID are the UUIDs of the query and of its run.
	ID, RunID string

	// Exception is the error the query failed with; empty if it was stopped or
	// was done.
	Exception string

	// ErrorClass is the condition of that error; empty for none.
	ErrorClass string
}

func (e Started) tell(l Listener)    { l.OnStarted(e) }
func (p *Progress) tell(l Listener)  { l.OnProgress(p) }
func (e Idle) tell(l Listener)       { l.OnIdle(e) }
func (e Terminated) tell(l Listener) { l.OnTerminated(e) }

// MarshalJSON writes the event as Spark's QueryStartedEvent.json does.
func (e Started) MarshalJSON() ([]byte, error) {
	var w writer
	w.open('{')
	w.identity(e.ID, e.RunID)
	w.optional("name", e.Name)
	w.time("timestamp", e.Time)
	w.key("jobTags")
	w.open('[')
	for _, tag := range e.JobTags {
		w.next()
		w.quote(tag)
	}
	w.close(']')
	w.close('}')
	return w.buf.Bytes(), nil
}

// MarshalJSON writes the event as Spark's QueryIdleEvent.json does.
func (e Idle) MarshalJSON() ([]byte, error) {
	var w writer
	w.open('{')
	w.identity(e.ID, e.RunID)
	w.time("timestamp", e.Time)
	w.close('}')
	return w.buf.Bytes(), nil
}

// MarshalJSON writes the event as Spark's QueryTerminatedEvent.json does.
func (e Terminated) MarshalJSON() ([]byte, error) {
	var w writer
	w.open('{')
	w.identity(e.ID, e.RunID)
	w.optional("exception", e.Exception)
	w.optional("errorClassOnException", e.ErrorClass)
	w.close('}')
	return w.buf.Bytes(), nil
}
