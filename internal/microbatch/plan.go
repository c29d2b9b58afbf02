package microbatch

import (
	"slices"
	"time"
)

// BatchID numbers the batches of a query from 0, without gaps, for as long as
// its checkpoint lives.
type BatchID int64

// Offset is a place in a source, as text that only the source understands
// (JSON). Two equal places have equal texts. The empty offset is the place
// before the first row.
type Offset string

// Plan fixes a batch before it runs. It is written to the checkpoint as it is;
// whoever runs the batch, now or after a crash, uses nothing else.
type Plan struct {
	// Batch is the number of the batch.
	Batch BatchID

	// Start and End are, for each source in plan order, the offsets before the
	// first and at the last row of the batch. They are equal where a source has
	// nothing new.
	Start, End []Offset

	// Timestamp is what current_timestamp is in the batch, in whole
	// milliseconds. It never goes back from one batch to the next.
	Timestamp time.Time

	// Watermark evicts in this batch; Late drops late rows in it and is the
	// Watermark of the batch before (S114). Both are 1970-01-01 at first.
	Watermark, Late time.Time
}

// NoData reports whether the batch reads no source: it runs for the sake of its
// watermark or of a timer (S88).
func (p Plan) NoData() bool { return slices.Equal(p.Start, p.End) }

// Checkpoint is what the logs of a query hold when it starts. The zero value is
// that of a query which has never run.
type Checkpoint struct {
	// Last is the newest plan; nil if the query has none.
	Last *Plan

	// Committed says that Last is done.
	Committed bool

	// Watermark is the one that the commit of Last names for the next batch;
	// without a commit it is not read.
	Watermark time.Time

	// Timer is when the state of Last wants a batch, though nothing has come;
	// zero for never.
	Timer time.Time
}
