package bench

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/weirstream/weir"
)

// Options say what is measured and how. The zero value measures weir alone, over
// five million generated events in Parquet files, once.
type Options struct {
	// Data is a folder: with files of the input's format they are what is
	// read, else generated files are kept beneath it. Empty: a folder in the
	// user's cache.
	Data string
	// Inputs are the forms of the data: parquet, json, typed. None: parquet.
	Inputs []string
	// Queries are those to run; none means all.
	Queries []string
	// Events is how many records there are. Zero: the suite's own number.
	Events int64
	// Batch is how many records a batch takes. Zero: 500,000.
	Batch int64
	// Workers is how many tasks run at once. Zero: one for each processor.
	Workers int
	// State are options of the session about keyed state.
	State []weir.Option
	// Rounds is how often everything is measured; the median counts. Zero:
	// once.
	Rounds int
	// Check runs each query once more, not timed, for its checksum.
	Check bool
	// Peers are the engines to run beside weir.
	Peers Peers
	// Log is told what goes on. Nil: nobody.
	Log io.Writer
}

// perFile is how many records a generated file has.
const perFile = 250_000

func (o *Options) events(fallback int64) int64 {
	if o.Events > 0 {
		return o.Events
	}
	return fallback
}

func (o *Options) batch() int64 {
	if o.Batch > 0 {
		return o.Batch
	}
	return 2 * perFile
}

func (o *Options) rounds() int { return max(o.Rounds, 1) }

func (o *Options) logf(format string, args ...any) {
	if o.Log != nil {
		fmt.Fprintf(o.Log, format+"\n", args...)
	}
}

// chosen are the queries of all that are wanted, in the order of all.
func (o *Options) chosen(all []string) ([]string, error) {
	for _, q := range o.Queries {
		if !slices.Contains(all, q) {
			return nil, fmt.Errorf("there is no query %s; there are %v", q, all)
		}
	}
	if len(o.Queries) == 0 {
		return all, nil
	}
	return slices.DeleteFunc(slices.Clone(all), func(q string) bool { return !slices.Contains(o.Queries, q) }), nil
}

// folder is where data and checkpoints lie.
func (o *Options) folder() (string, error) {
	dir := o.Data
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("no folder for the data: %w; give one with --data", err)
		}
		dir = filepath.Join(cache, "weir-bench")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o755)
}

// session opens a session that keeps the progress of all batches.
func (o *Options) session(more ...weir.Option) (*weir.Session, error) {
	return weir.Open(append(slices.Concat(more, o.State), weir.WithWorkers(o.Workers),
		weir.WithConf("spark.sql.streaming.numRecentProgressUpdates", "1000000"),
		weir.WithConf("spark.sql.streaming.noDataMicroBatches.enabled", "false"))...)
}

// scratch makes a folder that done removes, on the disk where the data lies.
func (o *Options) scratch() (dir string, done func(), err error) {
	parent, err := o.folder()
	if err != nil {
		return "", nil, err
	}
	dir, err = os.MkdirTemp(parent, ".run-")
	return dir, func() { os.RemoveAll(dir) }, err
}
