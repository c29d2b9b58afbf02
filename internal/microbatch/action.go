package microbatch

import "time"

// Action is what is to be done. Its kinds are [AskLatest], [WritePlan],
// [Release], [RunBatch], [WriteCommit], [FellBehind], [Wait] and [Finish].
// Actions are performed in order; where one fails the rest are not, and
// [Failed] is the next event.
type Action interface{ action() }

// AskLatest asks each source how far it may be read; the answer is [Latest].
type AskLatest struct {
	// From is how far each source has been read.
	From []Offset

	// Until is how far a bounded source may go at most; nil for no bound.
	Until []Offset

	// Unlimited asks for everything, whatever rate the source was given.
	Unlimited bool
}

// WritePlan writes the plan of a batch durably. If the checkpoint already has
// another plan for that batch, someone else runs the query: that is a failure.
// The answer is [Planned].
type WritePlan struct{ Plan Plan }

// Release tells the sources that nothing up to these offsets will be asked for
// again. It comes after the plan of the next batch is durable (S157).
type Release struct{ Offsets []Offset }

// RunBatch runs a batch, writes its rows to the sink and its state; the answer
// is [Ran].
type RunBatch struct {
	Plan Plan

	// Attempt counts the runs of this batch in this process, from 1. Before a
	// second one the state is dropped and its last version loaded.
	Attempt int

	// Replay says that the plan is older than this process, so that an earlier
	// one may have run the batch already, whole or in part.
	Replay bool
}

// WriteCommit writes durably that a batch is done, with the watermark of the
// next one; the answer is [Committed].
type WriteCommit struct {
	Batch     BatchID
	Watermark time.Time
}

// FellBehind is a warning for the user: a batch took longer than the trigger's
// interval (S81).
type FellBehind struct{ Interval, Spent time.Duration }

// Wait waits; [Triggered] ends it.
type Wait struct {
	// Until is when the wait ends at the latest; the zero time for never.
	Until time.Time

	// ForData says that it ends also when a source has more.
	ForData bool
}

// Finish ends the query. Err is nil if it was stopped or is done.
type Finish struct{ Err error }

func (AskLatest) action()   {}
func (WritePlan) action()   {}
func (Release) action()     {}
func (RunBatch) action()    {}
func (WriteCommit) action() {}
func (FellBehind) action()  {}
func (Wait) action()        {}
func (Finish) action()      {}
