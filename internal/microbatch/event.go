package microbatch

import "time"

// Event is what has happened to a query. Its kinds are [Started], [Triggered],
// [Latest], [Planned], [Ran], [Committed], [Failed] and [Stopped].
type Event interface{ event() }

// Started is the first event, once.
type Started struct{ Now time.Time }

// Triggered ends a [Wait]: its time has come, or a source has more. It is
// ignored at any other moment, so whoever hears of more may always say so.
type Triggered struct{ Now time.Time }

// Latest answers [AskLatest].
type Latest struct {
	Now time.Time

	// Available is how far each source may be read. An empty offset stands for
	// a source that has nothing to say; it keeps its place.
	Available []Offset
}

// Planned answers [WritePlan].
type Planned struct{}

// Ran answers [RunBatch]: the sink has the rows and the state its next version.
type Ran struct {
	Batch BatchID

	// Watermark is the one for the next batch.
	Watermark time.Time

	// Timer is when state wants the next batch even if nothing comes; zero for
	// never.
	Timer time.Time
}

// Committed answers [WriteCommit].
type Committed struct{ Now time.Time }

// Failed says that an action could not be performed; the actions after it were
// not.
type Failed struct {
	Err error

	// Passing says that a batch may succeed if it is run again. It counts for
	// [RunBatch] alone: after a log could not be written nobody knows what is
	// on disk, and the query ends.
	Passing bool

	// Interrupted says that the failure is the doing of whoever stopped the
	// query.
	Interrupted bool
}

// Stopped asks the query to end: after the running batch, at once if none runs.
type Stopped struct{}

func (Started) event()   {}
func (Triggered) event() {}
func (Latest) event()    {}
func (Planned) event()   {}
func (Ran) event()       {}
func (Committed) event() {}
func (Failed) event()    {}
func (Stopped) event()   {}
