package connector

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/weirstream/weir/types"
)

// Format is what a user names as a format: "socket", "parquet". It implements
// those of SourceFormat, TableFormat and SinkFormat that it can.
type Format interface {
	// Name is the name by which users ask for the format, in lower case.
	Name() string
}

// SourceFormat is a format that can be read as a stream.
type SourceFormat interface {
	Format
	// SourceSchema checks the options and says what the rows will look like,
	// without reading rows where the user gave a schema.
	SourceSchema(ctx context.Context, s SourceSpec) (types.Schema, error)
	// OpenSource starts the source of a running query.
	OpenSource(ctx context.Context, s SourceSpec) (Source, error)
}

// TableFormat is a format that can be read as a static table.
type TableFormat interface {
	Format
	// OpenTable checks the options and finds what there is to read.
	OpenTable(ctx context.Context, s SourceSpec) (Table, error)
}

// HiddenFormat is a format whose rows have columns that are there only where they are
// named: * does not stand for them.
type HiddenFormat interface {
	Format
	// Hidden are the columns.
	Hidden() types.Schema
}

// SinkFormat is a format that streams can be written to.
type SinkFormat interface {
	Format
	// OpenSink starts the sink of a running query.
	OpenSink(ctx context.Context, s SinkSpec) (Sink, error)
}

// TableSinkFormat is a format to which a static table can be written.
type TableSinkFormat interface {
	Format
	// OpenTableSink starts a sink for one batch; mode is Spark's save mode:
	// append, overwrite, error or ignore.
	OpenTableSink(ctx context.Context, s SinkSpec, mode string) (Sink, error)
}

// SourceSpec is what a source or table is opened with.
type SourceSpec struct {
	Options Options
	// Schema is the one the user gave; nil means none was given.
	Schema *types.Schema
	// Paths are the arguments of Load.
	Paths []string
	// OpenLog opens the source's own log in the query's checkpoint. Fold makes
	// a shorter list of lines that says the same, for compaction; nil keeps
	// all. OpenLog is nil while only a schema is asked and for tables.
	OpenLog func(fold func(lines [][]byte) [][]byte) (Log, error)
	// Env is what the session lends.
	Env Env
}

// Env is what a session lends to its connectors.
type Env struct {
	// Location is the session's time zone. Nil is UTC.
	Location *time.Location
	// Now is the clock. It is never nil where a session opens a connector.
	Now func() time.Time
	// Warn takes warnings for the user. It may be nil.
	Warn *slog.Logger
	// Defaults are options that the session's settings stand for, by name or, of
	// one format, as in "parquet.compression". See [Options.WithDefaults].
	Defaults map[string]string
	// Out is where the console sink prints.
	Out io.Writer
}

// Log is the log that a source keeps in the query's checkpoint, one entry a
// batch, each of lines of JSON (S154).
type Log interface {
	// Add writes the entry of a batch durably. An entry that exists already
	// with the same lines is left alone; with others it is an error
	// (CONCURRENT_STREAM_LOG_UPDATE).
	Add(batch int64, lines [][]byte) error
	// Lines are those of all batches up to this one, oldest first.
	Lines(upTo int64) ([][]byte, error)
	// Entry is the lines of one batch; false where there is none.
	Entry(batch int64) ([][]byte, bool, error)
	// Latest is the newest batch with an entry; false for none.
	Latest() (int64, bool, error)
}
