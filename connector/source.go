package connector

import (
	"context"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// Batch is a set of columns with a selection: the rows that pass a border. See
// the fields of its columns in weir's engine; a connector that has Arrow
// records wraps them with [FromArrow].
type Batch = batch.Batch

// Source is an unbounded table. Its methods are called by one goroutine at a
// time, but readers opened from it run beside each other and beside its other
// methods.
type Source interface {
	// Schema is what the rows look like. It never changes.
	Schema() types.Schema

	// Latest is the offset up to which rows may be admitted now, not beyond the
	// limit after from. A nil from is the beginning. It never waits for rows;
	// an offset equal to from means that there is nothing new. Once returned an
	// offset stays valid until Commit has passed it.
	Latest(ctx context.Context, from Offset, l Limit) (Offset, error)

	// Plan cuts the rows in (from, to] into splits, the same splits in the same
	// order every time it is asked, also after a restart.
	Plan(ctx context.Context, from, to Offset) ([]Split, error)

	// Open reads a split.
	Open(ctx context.Context, s Split, scan Scan) (Reader, error)

	// Commit says that nothing up to this offset will be asked again. It may be
	// called twice for one offset and may be missing after a crash.
	Commit(ctx context.Context, to Offset) error
}

// Table is a bounded, static relation.
type Table interface {
	// Schema is what the rows look like.
	Schema() types.Schema
	// Plan cuts the rows into splits.
	Plan(ctx context.Context) ([]Split, error)
	// Open reads a split.
	Open(ctx context.Context, s Split, scan Scan) (Reader, error)
}

// Reader gives the rows of a split, in an order that is the same every time.
type Reader interface {
	// Next returns the next batch, io.EOF after the last. Its columns are those
	// of the scan, in that order. The batch belongs to the reader and is good
	// until the next Next or Close; its strings may be views of the reader's
	// buffers. Rows that a predicate of the scan rules out may be missing from
	// Sel (they still count in Rows, so that the rows read are known). The caller
	// may change Sel: a reader that reuses a batch sets it anew.
	Next(ctx context.Context) (*Batch, error)

	// Close frees what the reader holds. It is called once.
	Close() error
}

// Offset is a place in a source, as JSON that only the source understands. Nil
// is the place before the first row.
type Offset []byte

// Limit bounds what Latest may admit to one batch. Its zero value is no bound.
type Limit struct {
	// Unlimited asks for everything there is, whatever the source's own options
	// say (Trigger.Once).
	Unlimited bool
	// Until is an offset that must not be passed; nil for none. Only a source
	// with the ability [Bounded] is asked.
	Until Offset
}

// Split is a part of a planned range that one task reads.
type Split struct {
	// Label says what the split is, for people: a path, a partition.
	Label string
	// Rows is how many rows there are at most, -1 if unknown. The engine runs
	// small batches on one goroutine.
	Rows int64
	// Bytes is how much there is to read, -1 if unknown.
	Bytes int64
	// Part is the source's own.
	Part any
}

// Scan says what of the rows is wanted.
type Scan struct {
	// Schema lists the wanted columns in the order wanted. A struct may have
	// lost fields that nobody reads. It may be empty: then only rows are
	// counted.
	Schema types.Schema
	// Predicates all hold for the rows that count. A reader may use them to
	// leave rows out early; the engine tests every row again.
	Predicates []Predicate
}

// Predicate is a simple test of one column or field.
type Predicate struct {
	// Path is the column's name and, for a field of a struct, the names on the
	// way to it.
	Path []string
	// Op says how the column is compared.
	Op PredicateOp
	// Values are what it is compared with, in the Go type of the column's type:
	// one for the comparisons, any number for In, none for the null tests.
	Values []any
}

// PredicateOp is the comparison of a [Predicate]. A null column fails all but
// IsNull.
type PredicateOp uint8

// The comparisons.
const (
	Equal PredicateOp = iota
	NotEqual
	Less
	LessOrEqual
	Greater
	GreaterOrEqual
	In
	IsNull
	IsNotNull
)

// Waker is the ability of a source to say that more has come.
type Waker interface {
	// Wake calls wake, from any goroutine, whenever Latest may have grown,
	// until the returned function is called. wake does not block.
	Wake(wake func()) (stop func())
}

// Replayer is the ability to say whether rows can be read again after a
// restart. A source without it is replayable.
type Replayer interface {
	Replayable() bool
}

// Comparer is the ability of a source whose splits say all: SameRows reports whether
// two, planned by sources that were opened alike, hold the same rows. A query then
// reads once what several of its streams read.
type Comparer interface {
	SameRows(a, b Split) bool
}

// Bounded is the ability of a source to honour [Limit.Until]: AvailableNow then
// takes what was there at its start in several batches (S82).
type Bounded interface {
	Bounded() bool
}

// Measured is the ability of a source or sink to give metrics for a batch's
// progress, as Spark's sources[].metrics and sink.metrics (S194). A sink is asked
// once the batch is committed.
type Measured interface {
	Metrics() map[string]string
}

// Closer is the ability of a source or sink to free what it holds when the
// query ends.
type Closer interface {
	Close() error
}

// Described is the ability of a source or sink to name itself in the progress,
// as "FileStreamSource[file:/in]" (S194).
type Described interface {
	Description() string
}
