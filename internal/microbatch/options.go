package microbatch

import (
	"errors"
	"fmt"
	"time"
)

// Options says what the query is like. The zero value has no sources, the
// default trigger, no batches without data and no retries.
type Options struct {
	// Sources are the query's sources, in plan order.
	Sources []Source

	// Trigger says when batches are due.
	Trigger Trigger

	// NoData allows batches without data: the query has state that a watermark
	// or a timer may emit or evict, and noDataMicroBatches.enabled is true.
	NoData bool

	// Retries is how often a batch that failed is run again at once, where the
	// failure may pass. Zero: the query fails with its first batch, as Spark's
	// does (S94).
	Retries int
}

// Source is what the machine knows of a source.
type Source struct {
	// Name names the source in errors, as "socket localhost:9999".
	Name string

	// Replayable says that the source gives the rows between two offsets again
	// after a restart.
	Replayable bool

	// Bounded says that the source can be asked for a little at a time up to a
	// given offset. One that cannot makes AvailableNow take everything in one
	// batch.
	Bounded bool
}

// Trigger says when batches are due. The zero value is the default trigger: the
// next batch begins when the one before is done and there is something to do
// (S80).
type Trigger struct {
	// Kind is the kind of trigger.
	Kind Kind

	// Interval is the distance of ticks of [ProcessingTime]. They lie on
	// multiples of it since 1970. Zero is the default trigger.
	Interval time.Duration
}

// Kind is a kind of trigger.
type Kind uint8

const (
	// ProcessingTime begins at most one batch a tick; it runs until stopped
	// (S81).
	ProcessingTime Kind = iota

	// Once runs one batch with everything there is, then ends (S83).
	Once

	// AvailableNow runs batches up to what is there at the start, then one for
	// the last watermark, then ends (S82).
	AvailableNow
)

func (o Options) validate() error {
	switch {
	case o.Trigger.Interval < 0:
		return errors.New("the interval of trigger should not be negative")
	case o.Trigger.Interval > 0 && o.Trigger.Kind != ProcessingTime:
		return errors.New("only a processing time trigger has an interval")
	case o.Trigger.Kind > AvailableNow:
		return fmt.Errorf("trigger of unknown kind %d", o.Trigger.Kind)
	case o.Retries < 0:
		return fmt.Errorf("a batch cannot be retried %d times", o.Retries)
	}
	return nil
}

// nextTick is the first tick after now.
func (t Trigger) nextTick(now time.Time) time.Time {
	every := t.Interval.Milliseconds()
	if every == 0 {
		return now
	}
	ms := now.UnixMilli()
	tick := ms / every * every
	if tick > ms { // before 1970 the division rounds up
		tick -= every
	}
	return time.UnixMilli(tick + every).UTC()
}
