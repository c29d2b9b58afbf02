package connector

import (
	"context"
	"fmt"

	"github.com/weirstream/weir/types"
)

// Sink takes the rows of batches. Every part of a batch is written, then the
// batch is committed or aborted. Parts are written beside each other.
type Sink interface {
	// Write takes all rows of one part of a batch and makes them durable but
	// not visible. Parts are numbered from 0 and are the same when a batch is
	// run again.
	Write(ctx context.Context, b BatchID, part int, r Reader) (Message, error)

	// Commit makes the batch visible, once, however often it is called for b,
	// also by another process after a crash.
	Commit(ctx context.Context, b BatchID, m []Message) error

	// Abort undoes what was written of a batch that will not be committed.
	Abort(ctx context.Context, b BatchID, m []Message) error
}

// Message is what a part's Write tells Commit: the sink's own.
type Message any

// BatchID names a batch of a query for ever. A sink that remembers (Query,
// Batch) sees a batch twice only if it ran again; Epoch tells the runs of a
// query apart.
type BatchID struct {
	Query string // the query's id, a UUID kept in its checkpoint
	Batch int64  // from 0
	Epoch int64  // which run of the query, from 1
}

// String is "batch N of query Q".
func (b BatchID) String() string { return fmt.Sprintf("batch %d of query %s", b.Batch, b.Query) }

// OutputMode says which rows of a result reach the sink (S50-S55).
type OutputMode uint8

// The output modes.
const (
	// Append gives rows that never change again.
	Append OutputMode = iota
	// Update gives the rows that changed in the batch.
	Update
	// Complete gives the whole result each batch, which replaces the former.
	Complete
)

// String is the mode's name as Spark writes it: Append, Update, Complete.
func (m OutputMode) String() string { return [...]string{"Append", "Update", "Complete"}[m] }

// Moded is the ability of a sink to say which output modes it takes. A sink
// without it takes all.
type Moded interface {
	Modes() []OutputMode
}

// Idler is the ability of a table's sink to say that nothing will be written, so
// that nothing need be computed: the save mode ignore, where something is there.
type Idler interface {
	Idle() bool
}

// SinkSpec is what a sink is opened with.
type SinkSpec struct {
	Options Options
	// Schema is what the rows look like.
	Schema types.Schema
	// Mode is the query's output mode.
	Mode OutputMode
	// PartitionBy are the columns whose values become directories.
	PartitionBy []string
	// Partition is what overwriting a table is limited to, by column the value as text,
	// the empty one for null: other partitions stay, and this one goes even if no row
	// takes its place. Nil is the whole table.
	Partition map[string]string
	// QueryName is the name given to the query, empty for none.
	QueryName string
	// Env is what the session lends.
	Env Env
}
