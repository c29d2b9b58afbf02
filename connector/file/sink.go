package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/google/uuid"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// Sink writes the batches of a query to a directory (S60).
//
//	Write:  _temporary/<query>/<epoch>/…  synced, out of every reader's sight
//	Commit: rename to part-00000-<uuid>-c000.snappy.parquet ─▶ sync the directories
//	        ─▶ _spark_metadata/<batch> appears at once: the batch is committed
//
// The uuid is made of the query's id and the batch, so that a batch that runs
// again takes the place of what an attempt before it has published: a reader
// that lists the directory and looks at no manifest sees each row once, and
// nothing of a batch whose Commit was not reached. What such an attempt published
// beyond that, having been cut into more parts, is removed.
//
// A run of the query that another has replaced finds its staging directory gone
// and fails: that is its fence.
type Sink struct {
	fs       vfs.FS
	dir      string
	layout   layout
	manifest manifest
	retain   int64 // milliseconds for which the manifest keeps entries; 0: for ever
	most     int64 // the most rows of a file; 0: no bound
	dynamic  bool  // overwriting a table replaces the partitions that get rows
	now      func() int64

	mu     sync.Mutex
	stages map[int64]string // staging directories made, by epoch
	fresh  bool             // no batch was published yet, or the last one failed
}

// temporaryDir holds what is not published, out of every reader's sight.
const temporaryDir = "_temporary"

// ownerFile names the query that writes to a directory. It lies beside the
// manifest, where Spark looks at numbers only.
const ownerFile = ".weir-query"

// written is the message of a part: its files, staged and final.
type written struct{ files []stagedFile }

type stagedFile struct {
	temp, final string
	size        int64
}

// Modes says that rows can only be added.
func (s *Sink) Modes() []connector.OutputMode { return []connector.OutputMode{connector.Append} }

// Description names the sink in a query's progress.
func (s *Sink) Description() string { return fmt.Sprintf("FileSink[%s]", loggedPath(s.dir)) }

// batchUUID is the same for a batch of a query for ever.
func batchUUID(b connector.BatchID) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(b.Query+"/"+strconv.FormatInt(b.Batch, 10))).String()
}

// Write stages the rows of a part. A part without rows gives no file.
func (s *Sink) Write(ctx context.Context, b connector.BatchID, part int, r connector.Reader) (connector.Message, error) {
	dir, err := s.stage(b)
	if err != nil {
		return nil, s.failed(err)
	}
	w := &partWriter{
		fs: s.fs, layout: s.layout, dir: s.dir, stage: path.Join(dir, fmt.Sprintf("%d-", b.Batch)),
		name: fmt.Sprintf("part-%05d-%s", part, batchUUID(b)), limit: s.most,
		// As in Spark: a table that is still empty has a schema.
		always: part == 0 && len(s.layout.partition) == 0,
	}
	files, err := w.run(ctx, r)
	if err != nil {
		return nil, s.failed(err)
	}
	return written{files}, nil
}

// stage is the staging directory of a run. Making it removes those of the runs
// before it, which are over, and refuses a run that is over itself.
func (s *Sink) stage(b connector.BatchID) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if dir, ok := s.stages[b.Epoch]; ok {
		return dir, nil
	}
	if err := s.own(b.Query); err != nil {
		return "", err
	}
	runs := path.Join(s.dir, temporaryDir, b.Query)
	if err := s.supersede(runs, b.Epoch); err != nil {
		return "", err
	}
	dir := path.Join(runs, strconv.FormatInt(b.Epoch, 10))
	if err := vfs.RemoveAll(s.fs, dir); err != nil {
		return "", err
	}
	if err := s.fs.MkdirAll(dir); err != nil {
		return "", err
	}
	s.stages[b.Epoch] = dir
	return dir, nil
}

// supersede removes the staging directories of earlier runs of the query. A
// later one means that this run is over.
func (s *Sink) supersede(runs string, epoch int64) error {
	entries, err := s.fs.ReadDir(runs)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		run, err := strconv.ParseInt(e.Name(), 10, 64)
		if err == nil && run > epoch {
			return errSuperseded(s.dir)
		}
		if err == nil && run == epoch {
			continue
		}
		if err := vfs.RemoveAll(s.fs, path.Join(runs, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func errSuperseded(dir string) error {
	return fault.New(fault.ConcurrentLogUpdate, "another run of this query has begun to write to %s; this one stops", dir).
		With("path", dir)
}

// own makes the query the only one that writes to the directory: two would take
// each other's batches for their own.
func (s *Sink) own(query string) error {
	dir := path.Join(s.dir, manifestDir)
	if err := s.fs.MkdirAll(dir); err != nil {
		return err
	}
	name := path.Join(dir, ownerFile)
	err := vfs.Publish(s.fs, name, []byte(query+"\n"))
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	owner, err := s.fs.ReadFile(name)
	if err != nil {
		return err
	}
	got := strings.TrimSpace(string(owner))
	if _, err := uuid.Parse(got); err != nil {
		return fault.New(fault.IllegalState, "the file %s, which names the query whose output is in %s, is damaged. If that is this query, "+
			"%s, remove the file; if not, write to another directory", name, s.dir, query).With("path", name)
	}
	if got != query {
		return fault.New(fault.IllegalState, "the directory %s holds the output of the query %s, and this is the query %s; "+
			"start from that query's checkpoint, or write to another directory", s.dir, got, query).With("path", s.dir)
	}
	return nil
}

// Commit publishes the files of a batch and then names them in the manifest.
func (s *Sink) Commit(ctx context.Context, b connector.BatchID, m []connector.Message) error {
	if _, err := s.stage(b); err != nil { // also a batch without parts counts
		return s.failed(err)
	}
	if err := s.commit(ctx, b, m); err != nil {
		s.mu.Lock()
		s.fresh = true
		s.mu.Unlock()
		return s.failed(err)
	}
	return nil
}

func (s *Sink) commit(ctx context.Context, b connector.BatchID, m []connector.Message) error {
	done, err := s.manifest.has(b.Batch)
	if err != nil {
		return err
	}
	if done {
		return s.Abort(ctx, b, m)
	}
	var files []stagedFile
	for _, msg := range m {
		files = append(files, msg.(written).files...)
	}
	s.mu.Lock()
	fresh := s.fresh
	s.mu.Unlock()
	if fresh {
		if err := s.removeRemains(b, files); err != nil {
			return err
		}
	}
	published, err := s.publish(files)
	if err != nil {
		return err
	}
	first, err := s.manifest.add(b.Batch, published, s.keep())
	if err == nil && !first {
		err = errSuperseded(s.dir)
	}
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.fresh = false
	s.mu.Unlock()
	if compacts(b.Batch) {
		return s.manifest.sweep(s.now() - cleanupDelay)
	}
	return nil
}

// cleanupDelay is how long manifests that were compacted stay for readers that
// are still at them, in milliseconds.
const cleanupDelay = 10 * 60 * 1000

// keep says which entries a compaction carries on.
func (s *Sink) keep() func(status) bool {
	if s.retain == 0 {
		return nil
	}
	oldest := s.now() - s.retain
	return func(e status) bool { return e.ModificationTime >= oldest }
}

// publish renames staged files to their places and makes that durable.
func (s *Sink) publish(files []stagedFile) ([]found, error) {
	dirs := make(map[string]bool)
	for _, f := range files {
		dir := path.Dir(f.final)
		if !dirs[dir] {
			dirs[dir] = true
			if err := s.fs.MkdirAll(dir); err != nil {
				return nil, err
			}
		}
		err := s.fs.Rename(f.temp, f.final)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, errSuperseded(s.dir)
		}
		if err != nil {
			return nil, err
		}
	}
	for dir := range dirs {
		if err := s.fs.SyncDir(dir); err != nil {
			return nil, err
		}
	}
	published := make([]found, len(files))
	for i, f := range files {
		at, err := s.fs.Stat(f.final)
		if err != nil {
			return nil, err
		}
		if at.Size() != f.size {
			return nil, fmt.Errorf("%s has %d bytes, and %d were written", f.final, at.Size(), f.size)
		}
		published[i] = found{path: f.final, size: f.size, modified: at.ModTime().UnixMilli()}
	}
	return published, nil
}

// removeRemains removes files of the batch that an attempt published which did
// not reach the manifest, and that this one will not replace.
func (s *Sink) removeRemains(b connector.BatchID, files []stagedFile) error {
	mark := "-" + batchUUID(b)
	var remove func(dir string) error
	remove = func(dir string) error {
		entries, err := s.fs.ReadDir(dir)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		removed := false
		for _, e := range entries {
			name := path.Join(dir, e.Name())
			switch {
			case e.IsDir() && strings.Contains(e.Name(), "="):
				err = remove(name)
			case !e.IsDir() && strings.Contains(e.Name(), mark) &&
				!slices.ContainsFunc(files, func(f stagedFile) bool { return f.final == name }):
				err, removed = s.fs.Remove(name), true
			}
			if err != nil {
				return err
			}
		}
		if removed {
			return s.fs.SyncDir(dir)
		}
		return nil
	}
	return remove(s.dir)
}

// Abort removes what was staged.
func (s *Sink) Abort(_ context.Context, _ connector.BatchID, m []connector.Message) error {
	for _, msg := range m {
		w, ok := msg.(written)
		if !ok {
			continue
		}
		for _, f := range w.files {
			if err := s.fs.Remove(f.temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return s.failed(err)
			}
		}
	}
	return nil
}

// Close removes the staging directories, which are empty but after a failure.
func (s *Sink) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for epoch, dir := range s.stages {
		if err := vfs.RemoveAll(s.fs, dir); err != nil {
			return err
		}
		delete(s.stages, epoch)
		// The directories around are somebody else's too: they go if empty.
		if s.fs.Remove(path.Dir(dir)) == nil {
			_ = s.fs.Remove(path.Join(s.dir, temporaryDir))
		}
	}
	return nil
}

// failed says what to do about a failure to write.
func (s *Sink) failed(err error) error {
	if _, ok := errors.AsType[*fault.Error](err); ok || errors.Is(err, context.Canceled) {
		return err
	}
	remedy := "see to it that this user may write there"
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		remedy = "the disk is full: make room and start the query again; what was committed is whole"
	}
	return fault.New(fault.WriteFailed, "cannot write to %s; %s", s.dir, remedy).With("path", s.dir).Wrap(err)
}

// layout says how rows become files.
type layout struct {
	encoding  encoding
	schema    types.Schema // what the files hold
	data      []int        // its columns, in the rows
	partition []int        // columns that become directories
	names     []string     // their names
	keys      []types.Type // their types
}
