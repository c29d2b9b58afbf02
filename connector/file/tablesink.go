package file

import (
	"context"
	"fmt"
	"io"
	"path"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/vfs"
)

// tableSink writes one batch without a manifest: its files appear at Commit, and
// then the empty file _SUCCESS. Where it overwrites, the old files go when the
// new ones are whole.
type tableSink struct {
	*Sink
	run       string // a uuid that tells this write from all others
	overwrite bool
	discard   bool // rows go nowhere: mode ignore, and something is there
}

// successFile says that a write was finished.
const successFile = "_SUCCESS"

// Write stages the rows of a part.
func (t *tableSink) Write(ctx context.Context, _ connector.BatchID, part int, r connector.Reader) (connector.Message, error) {
	if t.discard {
		for {
			if _, err := r.Next(ctx); err == io.EOF {
				return written{}, nil
			} else if err != nil {
				return nil, err
			}
		}
	}
	stage := path.Join(t.dir, temporaryDir, t.run)
	if err := t.fs.MkdirAll(stage); err != nil {
		return nil, t.failed(err)
	}
	w := &partWriter{
		fs: t.fs, layout: t.layout, dir: t.dir, stage: stage + "/",
		name: fmt.Sprintf("part-%05d-%s", part, t.run),
	}
	files, err := w.run(ctx, r)
	if err == nil && part == 0 && len(files) == 0 && len(t.layout.partition) == 0 {
		files, err = w.empty() // a table without rows has its schema
	}
	if err != nil {
		return nil, t.failed(err)
	}
	return written{files}, nil
}

// empty writes a file without rows.
func (w *partWriter) empty() ([]stagedFile, error) {
	if _, err := w.at(""); err != nil {
		w.discard()
		return nil, err
	}
	if err := w.finishAll(); err != nil {
		w.discard()
		return nil, err
	}
	return w.files, nil
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
	if err := t.fs.MkdirAll(t.dir); err != nil {
		return err
	}
	if t.overwrite {
		entries, err := t.fs.ReadDir(t.dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.Name() == temporaryDir {
				continue
			}
			if err := vfs.RemoveAll(t.fs, path.Join(t.dir, e.Name())); err != nil {
				return err
			}
		}
	}
	if _, err := t.publish(files); err != nil {
		return err
	}
	if err := vfs.Replace(t.fs, path.Join(t.dir, successFile), nil); err != nil {
		return err
	}
	return t.cleanUp()
}

// cleanUp removes the staging directory of this write, and the one around if it
// is empty then.
func (t *tableSink) cleanUp() error {
	if err := vfs.RemoveAll(t.fs, path.Join(t.dir, temporaryDir, t.run)); err != nil {
		return err
	}
	_ = t.fs.Remove(path.Join(t.dir, temporaryDir)) // it stays while another write is under way
	return nil
}

// Abort removes what was staged.
func (t *tableSink) Abort(context.Context, connector.BatchID, []connector.Message) error {
	if t.discard {
		return nil
	}
	if err := t.cleanUp(); err != nil {
		return t.failed(err)
	}
	return nil
}

// Close does nothing more.
func (t *tableSink) Close() error { return nil }
