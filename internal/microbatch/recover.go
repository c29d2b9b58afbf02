package microbatch

import (
	"fmt"
	"slices"
	"time"
)

// SourceCountError says that a checkpoint belongs to a query with another
// number of sources (S161).
type SourceCountError struct {
	// Checkpoint and Query are the numbers of sources in either.
	Checkpoint, Query int
}

func (e *SourceCountError) Error() string {
	return fmt.Sprintf("There are [%d] sources in the checkpoint offsets and now there are [%d] "+
		"sources requested by the query. Cannot continue.", e.Checkpoint, e.Query)
}

// NotReplayableError says that a batch was planned, perhaps partly written, and
// not committed, and that its rows cannot be read again: going on would lose
// them or count them twice.
type NotReplayableError struct {
	Batch  BatchID
	Source string // the name of the first source that cannot replay
}

func (e *NotReplayableError) Error() string {
	return fmt.Sprintf("batch %d was planned but not committed, and %s cannot send its rows again; "+
		"start the query with a new checkpoint location, or with a source that can be replayed", e.Batch, e.Source)
}

// New returns the machine of a query with this checkpoint. Its first event is
// [Started].
//
// A batch that was planned but not committed will run again, over exactly the
// offsets, the time and the watermarks it was planned with (S158).
func New(o Options, c Checkpoint) (*Machine, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	m := &Machine{
		options:   o,
		committed: make([]Offset, len(o.Sources)),
		watermark: epoch,
		last:      mark{timestamp: epoch, watermark: epoch},
	}
	if c.Last == nil {
		return m, nil
	}
	if got := len(c.Last.End); got != len(o.Sources) {
		return nil, &SourceCountError{Checkpoint: got, Query: len(o.Sources)}
	}
	m.plan = *c.Last
	if c.Committed {
		m.watermark, m.timer = later(c.Last.Watermark, c.Watermark), c.Timer
		m.advance()
		return m, nil
	}
	for i, s := range o.Sources {
		if !s.Replayable && c.Last.Start[i] != c.Last.End[i] {
			return nil, &NotReplayableError{Batch: c.Last.Batch, Source: s.Name}
		}
	}
	m.committed, m.replay = slices.Clone(c.Last.Start), true
	return m, nil
}

// epoch is the first watermark, and the time before the first batch.
var epoch = time.UnixMilli(0).UTC()

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
