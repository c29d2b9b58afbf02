package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/google/uuid"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

// tableSink writes one batch without a manifest. Its files are staged, and appear
// at Commit with the file _SUCCESS; where it overwrites, the old files go when the
// new ones are whole. See [intent] for what a crash leaves.
type tableSink struct {
	*Sink
	run      string // a uuid that tells this write from all others
	replaces replaced
	there    bool // the directory was there before
	discard  bool // rows go nowhere: mode ignore, and something is there

	partition map[string]string // of replacesOne: see [connector.SinkSpec]
}

// replaced says which files a write takes the place of.
type replaced uint8

const (
	replacesNothing replaced = iota
	replacesAll
	// replacesPartitions are the files in directories that get new ones
	// (partitionOverwriteMode=dynamic).
	replacesPartitions
	// replacesOne are the files of the partition that was named, or of all those that
	// have the values that were.
	replacesOne
)

// OpenTableSink opens a sink for one batch that is no stream's.
func (f Format) OpenTableSink(_ context.Context, s connector.SinkSpec, mode string) (connector.Sink, error) {
	sink, err := f.sink(s, false)
	if err != nil {
		return nil, err
	}
	if err := recoverIntents(f.fs, sink.dir); err != nil {
		return nil, err
	}
	t := &tableSink{Sink: sink, run: uuid.NewString()}
	if t.there, err = vfs.Exists(f.fs, sink.dir); err != nil {
		return nil, sink.failed(err)
	}
	switch mode {
	case "append", "":
	case "overwrite":
		t.replaces, t.partition = replacesAll, s.Partition
		columns := len(sink.layout.partition)
		switch {
		case sink.dynamic && len(s.Partition) < columns:
			t.replaces = replacesPartitions
		case s.Partition != nil:
			t.replaces = replacesOne
		}
	case "ignore":
		t.discard = t.there
	case "error", "errorifexists", "default":
		if t.there {
			return nil, fault.New(fault.OutputPathExists, "the path %s exists already; choose another, or set the mode to "+
				"overwrite, append or ignore", sink.dir).With("outputPath", loggedPath(sink.dir))
		}
	default:
		return nil, fault.New(fault.IllegalArgument, "the save mode %q is not known; known are append, overwrite, error and "+
			"ignore", mode)
	}
	return t, nil
}

// Idle says that nothing will be written, so that nothing need be computed.
func (t *tableSink) Idle() bool { return t.discard }

// Write stages the rows of a part.
func (t *tableSink) Write(ctx context.Context, _ connector.BatchID, part int, r connector.Reader) (connector.Message, error) {
	if t.discard {
		return written{}, drain(ctx, r)
	}
	stage := path.Join(t.dir, temporaryDir, t.run)
	if err := t.fs.MkdirAll(stage); err != nil {
		return nil, t.failed(err)
	}
	w := &partWriter{
		fs: t.fs, layout: t.layout, dir: t.dir, stage: fmt.Sprintf("%s/%d-", stage, part), limit: t.most,
		name: fmt.Sprintf("part-%05d-%s", part, t.run),
		// A table without rows has its schema.
		always: part == 0 && len(t.layout.partition) == 0,
	}
	files, err := w.run(ctx, r)
	if err != nil {
		return nil, t.failed(err)
	}
	return written{files}, nil
}

func drain(ctx context.Context, r connector.Reader) error {
	for {
		if _, err := r.Next(ctx); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Commit publishes the files.
func (t *tableSink) Commit(_ context.Context, _ connector.BatchID, m []connector.Message) error {
	if t.discard {
		return nil
	}
	var files []stagedFile
	for _, msg := range m {
		files = append(files, msg.(written).files...)
	}
	if err := t.commit(files); err != nil {
		return t.failed(err)
	}
	return nil
}

func (t *tableSink) commit(files []stagedFile) error {
	if err := t.fs.MkdirAll(path.Join(t.dir, temporaryDir, t.run)); err != nil {
		return err
	}
	var i intent
	into := make(map[string]bool)
	for _, f := range files {
		final := strings.TrimPrefix(strings.TrimPrefix(f.final, t.dir), "/")
		into[path.Dir(final)] = true
		i.Add = append(i.Add, publication{Temp: path.Base(f.temp), Final: final, Size: f.size})
	}
	var err error
	switch t.replaces {
	case replacesAll:
		i.Remove, err = t.old("", func(string) bool { return true })
	case replacesPartitions:
		i.Remove, err = t.old("", func(dir string) bool { return into[dir] })
	case replacesOne:
		i.Remove, err = t.old("", t.inPartition)
	}
	if err != nil {
		return err
	}
	return commitIntent(t.fs, t.dir, t.run, i)
}

// inPartition reports whether a directory has the values of the partition that is
// overwritten.
func (t *tableSink) inPartition(dir string) bool {
	found := 0
	for name := range strings.SplitSeq(dir, "/") {
		kv, ok := parsePartition(name)
		if !ok {
			continue
		}
		for column, value := range t.partition {
			if strings.EqualFold(column, kv.key) {
				if kv.value != value {
					return false
				}
				found++
			}
		}
	}
	return found == len(t.partition)
}

// old lists the files that are there, beneath the table's directory, in the
// directories that count.
func (t *tableSink) old(dir string, counts func(dir string) bool) ([]string, error) {
	entries, err := t.fs.ReadDir(path.Join(t.dir, dir))
	if err != nil {
		return nil, ignoreMissing(err)
	}
	var names []string
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case name == temporaryDir:
		case e.IsDir():
			inner, err := t.old(name, counts)
			if err != nil {
				return nil, err
			}
			names = append(names, inner...)
		case counts(path.Clean(dir)):
			names = append(names, name)
		}
	}
	return names, nil
}

// Abort removes what was staged, and the directory if it was made for it.
func (t *tableSink) Abort(context.Context, connector.BatchID, []connector.Message) error {
	if t.discard {
		return nil
	}
	if err := removeStage(t.fs, t.dir, t.run); err != nil {
		return t.failed(err)
	}
	if !t.there {
		if err := t.fs.Remove(t.dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil // somebody else writes there too
		}
	}
	return nil
}

// Close does nothing more.
func (t *tableSink) Close() error { return nil }
