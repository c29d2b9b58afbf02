package file

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// encoding is how a format writes rows.
type encoding struct {
	// ending is that of the files' names, such as .snappy.parquet.
	ending string
	// open begins a file.
	open func(to io.Writer, schema types.Schema) (rowWriter, error)
	// check refuses a schema that the format cannot write.
	check func(schema types.Schema) error
	// location is the time zone in which directories name timestamps.
	location *time.Location
}

// rowWriter writes the selected rows of batches. Close ends the file's text, not
// the file.
type rowWriter interface {
	Write(b *batch.Batch) error
	Close() error
}

// maxOpen bounds the files that a part has open at a time. Where more
// directories come, all are closed, and a later row of one begins another file.
const maxOpen = 200

// partWriter writes the rows of one part to one file, or to one for every
// directory of partition values.
type partWriter struct {
	fs     vfs.FS
	layout layout
	dir    string // where the files will be
	stage  string // how staged names begin
	name   string // how final names begin: part-00000-<uuid>
	always bool   // a part without rows makes a file, too

	open  map[string]*openFile // by directory; "" without partitions
	count map[string]int       // files begun, by directory
	files []stagedFile
	out   batch.Batch
	key   []byte
	order []string // directories in order of their first row
}

// openFile is a file being written.
type openFile struct {
	file   stagedFile
	to     vfs.Writer
	buffer *bufio.Writer
	size   countingWriter
	rows   rowWriter
	sel    []int32 // rows of the present batch
}

// countingWriter counts bytes on their way.
type countingWriter struct {
	to io.Writer
	n  int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	return n, err
}

// run writes all rows and makes the files durable. After an error nothing is
// left of them.
func (w *partWriter) run(ctx context.Context, r connector.Reader) (files []stagedFile, err error) {
	w.open, w.count = make(map[string]*openFile), make(map[string]int)
	defer func() {
		if err != nil {
			w.discard()
		}
	}()
	for {
		b, err := r.Next(ctx)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if b.Len() == 0 {
			continue
		}
		if err := w.write(b); err != nil {
			return nil, err
		}
	}
	if w.always && len(w.open)+len(w.files) == 0 {
		if _, err := w.at(""); err != nil {
			return nil, err
		}
	}
	if err := w.finishAll(); err != nil {
		return nil, err
	}
	return w.files, nil
}

func (w *partWriter) write(b *batch.Batch) error {
	w.out.Rows, w.out.Sel = b.Rows, b.Sel
	w.out.Columns = w.out.Columns[:0]
	for _, i := range w.layout.data {
		w.out.Columns = append(w.out.Columns, b.Columns[i])
	}
	if len(w.layout.partition) == 0 {
		f, err := w.at("")
		if err != nil {
			return err
		}
		return f.rows.Write(&w.out)
	}
	return w.writePartitions(b)
}

// writePartitions shares the rows of a batch out among the directories.
func (w *partWriter) writePartitions(b *batch.Batch) error {
	w.order = w.order[:0]
	groups := make(map[string][]int32)
	for i := range b.Len() {
		row := b.Row(i)
		w.key = w.key[:0]
		for k, at := range w.layout.partition {
			w.key = append(w.key, '/')
			w.key = w.appendDir(w.key, w.layout.names[k], b.Columns[at], row)
		}
		sel, ok := groups[string(w.key)]
		if !ok {
			w.order = append(w.order, string(w.key))
		}
		groups[string(w.key)] = append(sel, int32(row))
	}
	for _, dir := range w.order {
		f, err := w.at(dir)
		if err != nil {
			return err
		}
		w.out.Sel = groups[dir]
		if err := f.rows.Write(&w.out); err != nil {
			return err
		}
	}
	return nil
}

// appendDir adds the directory's name for a row's value.
func (w *partWriter) appendDir(to []byte, name string, c *batch.Column, row int) []byte {
	if c.Null(row) {
		return append(to, partitionName(name, "", true)...)
	}
	text := celltext.Append(nil, c, row, w.layout.encoding.location)
	return append(to, partitionName(name, string(text), false)...)
}

// at is the open file of a directory.
func (w *partWriter) at(dir string) (*openFile, error) {
	if f, ok := w.open[dir]; ok {
		return f, nil
	}
	if len(w.open) == maxOpen {
		if err := w.finishAll(); err != nil {
			return nil, err
		}
	}
	n := w.count[dir]
	w.count[dir]++
	dot := "-" // Spark's names differ so, too
	if len(w.layout.partition) > 0 {
		dot = "."
	}
	base := fmt.Sprintf("%s%sc%03d%s", w.name, dot, n, w.layout.encoding.ending)
	f := &openFile{file: stagedFile{
		temp:  fmt.Sprintf("%s%d-%s", w.stage, len(w.files)+len(w.open), base),
		final: path.Join(w.dir, dir, base),
	}}
	var err error
	if f.to, err = w.fs.Create(f.file.temp); err != nil {
		return nil, err
	}
	w.open[dir] = f
	f.size.to = f.to
	f.buffer = bufio.NewWriterSize(&f.size, 256<<10)
	f.rows, err = w.layout.encoding.open(f.buffer, w.layout.schema)
	return f, err
}

// finishAll makes all open files durable, in the order of their names.
func (w *partWriter) finishAll() error {
	var dirs []string
	for dir := range w.open {
		dirs = append(dirs, dir)
	}
	slices.Sort(dirs)
	for _, dir := range dirs {
		f := w.open[dir]
		if err := f.finish(); err != nil {
			return err
		}
		w.files = append(w.files, f.file)
		delete(w.open, dir)
	}
	return nil
}

func (f *openFile) finish() error {
	if err := f.rows.Close(); err != nil {
		return err
	}
	if err := f.buffer.Flush(); err != nil {
		return err
	}
	if err := f.to.Sync(); err != nil {
		return err
	}
	to := f.to
	f.to = nil
	f.file.size = f.size.n
	return to.Close()
}

// discard removes every staged file of the part.
func (w *partWriter) discard() {
	var errs []error
	for _, f := range w.open {
		if f.to != nil {
			errs = append(errs, f.to.Close())
		}
		errs = append(errs, w.fs.Remove(f.file.temp))
	}
	for _, f := range w.files {
		errs = append(errs, w.fs.Remove(f.temp))
	}
	_ = errors.Join(errs...) // the error that led here counts
}
