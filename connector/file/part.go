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
	"github.com/weirstream/weir/internal/keytable"
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

// buffering is the ability of a rowWriter to say how many bytes of rows it holds,
// and to write them out.
type buffering interface {
	Buffered() int64
	Flush() error
}

// maxOpen bounds the files that a part has open at a time. Where more
// directories come, all are closed, and a later row of one begins another file.
const maxOpen = 200

// maxBuffered bounds the bytes of rows that the open files of a part hold.
const maxBuffered = 192 << 20

// partWriter writes the rows of one part to one file, or to one for every
// directory of partition values.
//
// Directories have the ids of their keys: rows are shared out by id, and a key is
// made text once, when its first row comes.
type partWriter struct {
	fs     vfs.FS
	layout layout
	dir    string // where the files will be
	stage  string // how staged names begin
	name   string // how final names begin: part-00000-<uuid>
	always bool   // a part without rows makes a file, too
	limit  int64  // the most rows of a file; zero: no bound

	keys    *keytable.Table
	columns []*batch.Column     // the batch's, of the keys
	ids     []int32             // of the batch's rows
	byID    []*partDir          // two keys may name one directory: null and ""
	dirs    map[string]*partDir // "" without partitions
	touched []*partDir          // those of the present batch, by first row
	order   []*partDir          // those with an open file
	files   []stagedFile
	begun   int
	out     batch.Batch
}

// partDir is a directory of a part.
type partDir struct {
	name  string
	file  *openFile // nil: none is open
	begun int       // files
	sel   []int32   // rows of the present batch
}

// openFile is a file being written.
type openFile struct {
	file   stagedFile
	to     vfs.Writer
	buffer *bufio.Writer
	size   countingWriter
	rows   rowWriter
	count  int64 // rows written
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
	w.begin()
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
	if w.always && w.begun == 0 {
		if err := w.open(w.at("")); err != nil {
			return nil, err
		}
	}
	if err := w.finishAll(); err != nil {
		return nil, err
	}
	return w.files, nil
}

func (w *partWriter) begin() {
	w.dirs = make(map[string]*partDir)
	if len(w.layout.partition) == 0 {
		return
	}
	w.keys = keytable.New(w.layout.keys)
}

func (w *partWriter) write(b *batch.Batch) error {
	w.out.Rows = b.Rows
	w.out.Columns = w.out.Columns[:0]
	for _, i := range w.layout.data {
		w.out.Columns = append(w.out.Columns, b.Columns[i])
	}
	if w.keys == nil {
		if err := w.add(w.at(""), b.Sel); err != nil {
			return err
		}
		return w.relieve()
	}
	w.share(b)
	for _, d := range w.touched {
		if err := w.add(d, d.sel); err != nil {
			return err
		}
	}
	return w.relieve()
}

// share gives the rows of a batch to their directories.
func (w *partWriter) share(b *batch.Batch) {
	w.columns = w.columns[:0]
	for _, at := range w.layout.partition {
		w.columns = append(w.columns, b.Columns[at])
	}
	n := b.Len()
	if len(w.ids) < n {
		w.ids = make([]int32, max(n, batch.Size))
	}
	fresh := w.keys.Assign(w.columns, b.Rows, b.Sel, w.ids[:n])
	known := int32(len(w.byID))
	for i := 0; fresh > 0 && i < n; i++ {
		if id := w.ids[i]; id == known {
			w.byID = append(w.byID, w.at(w.dirOf(b.Row(i))))
			known++
		}
	}
	w.touched = w.touched[:0]
	for i, id := range w.ids[:n] {
		d := w.byID[id]
		if len(d.sel) == 0 {
			w.touched = append(w.touched, d)
		}
		d.sel = append(d.sel, int32(b.Row(i)))
	}
}

// dirOf is the directory for the keys of a row.
func (w *partWriter) dirOf(row int) string {
	var dir, cell []byte
	for k, c := range w.columns {
		if k > 0 {
			dir = append(dir, '/')
		}
		null := c.Null(row)
		if !null {
			cell = celltext.Append(cell[:0], c, row, w.layout.encoding.location)
		}
		dir = append(dir, partitionName(w.layout.names[k], string(cell), null)...)
	}
	return string(dir)
}

// at is the directory of a name.
func (w *partWriter) at(name string) *partDir {
	d, ok := w.dirs[name]
	if !ok {
		d = &partDir{name: name}
		w.dirs[name] = d
	}
	return d
}

// add writes rows of the present batch, nil for all, to a directory.
func (w *partWriter) add(d *partDir, sel []int32) error {
	defer func() { d.sel = d.sel[:0] }()
	if w.limit == 0 {
		if err := w.open(d); err != nil {
			return err
		}
		w.out.Sel = sel
		d.file.count += int64(w.out.Len())
		return d.file.rows.Write(&w.out)
	}
	if sel == nil {
		sel = batch.Identity(w.out.Rows)
	}
	for len(sel) > 0 {
		if err := w.open(d); err != nil {
			return err
		}
		n := min(int64(len(sel)), w.limit-d.file.count)
		w.out.Sel, sel = sel[:n], sel[n:]
		if err := d.file.rows.Write(&w.out); err != nil {
			return err
		}
		if d.file.count += n; d.file.count == w.limit {
			if err := w.finish(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// open sees to it that the directory has an open file.
func (w *partWriter) open(d *partDir) error {
	if d.file != nil {
		return nil
	}
	if len(w.order) == maxOpen {
		if err := w.finishAll(); err != nil {
			return err
		}
	}
	dot, buffer := "-", 256<<10 // Spark's names differ so, too
	if w.keys != nil {
		dot, buffer = ".", 32<<10
	}
	base := fmt.Sprintf("%s%sc%03d%s", w.name, dot, d.begun, w.layout.encoding.ending)
	f := &openFile{file: stagedFile{
		temp:  fmt.Sprintf("%s%d-%s", w.stage, w.begun, base),
		final: path.Join(w.dir, d.name, base),
	}}
	d.begun++
	w.begun++
	var err error
	if f.to, err = w.fs.Create(f.file.temp); err != nil {
		return err
	}
	d.file = f
	w.order = append(w.order, d)
	f.size.to = f.to
	f.buffer = bufio.NewWriterSize(&f.size, buffer)
	f.rows, err = w.layout.encoding.open(f.buffer, w.layout.schema)
	return err
}

// relieve writes out what the open files hold where that is too much.
func (w *partWriter) relieve() error {
	total := int64(0)
	for _, d := range w.order {
		if h, ok := d.file.rows.(buffering); ok {
			total += h.Buffered()
		}
	}
	if total < maxBuffered {
		return nil
	}
	for _, d := range w.order {
		if h, ok := d.file.rows.(buffering); ok {
			if err := h.Flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// finish makes a directory's open file durable.
func (w *partWriter) finish(d *partDir) error {
	if err := d.file.finish(); err != nil {
		return err
	}
	w.files = append(w.files, d.file.file)
	d.file = nil
	w.order = slices.DeleteFunc(w.order, func(o *partDir) bool { return o == d })
	return nil
}

// finishAll makes all open files durable, in the order of their names.
func (w *partWriter) finishAll() error {
	for _, d := range slices.SortedFunc(slices.Values(w.order), byName) {
		if err := w.finish(d); err != nil {
			return err
		}
	}
	return nil
}

func byName(a, b *partDir) int {
	if a.name < b.name {
		return -1
	}
	return 1 // no two have the same
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
	for _, d := range w.order {
		if d.file.to != nil {
			errs = append(errs, d.file.to.Close())
		}
		errs = append(errs, w.fs.Remove(d.file.file.temp))
	}
	for _, f := range w.files {
		errs = append(errs, w.fs.Remove(f.temp))
	}
	_ = errors.Join(errs...) // the error that led here counts
}
