package parquet

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	pq "github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// File is an open Parquet file: its footer is read, its rows are not. It
// belongs to one goroutine.
type File struct {
	name   string // for messages
	closer io.Closer
	reader *file.Reader
	schema types.Schema
	pool   *Pool
	pages  *recycler // lent by the pool until Close
}

// Content is what a file is read from.
type Content interface {
	io.ReaderAt
	io.Closer
	// Size is the file's size in bytes.
	Size() (int64, error)
}

// streamBuffer is what a column chunk reads ahead, in bytes: enough for a page
// header. Pages are longer and are read straight into their buffer.
const streamBuffer = 16 << 10

// Open reads the footer. The File closes the content, also where Open fails.
// The pool, which may be nil, lends the buffers for pages until Close. A file
// that is not whole is FAILED_READ_FILE.NO_HINT.
func Open(name string, content Content, pool *Pool) (*File, error) {
	f := &File{name: name, closer: content, pool: pool, pages: pool.take()}
	if err := f.open(content); err != nil {
		return nil, errors.Join(f.failed(err), f.Close())
	}
	return f, nil
}

func (f *File) open(content Content) (err error) {
	defer recovered(&err)
	size, err := content.Size()
	if err != nil {
		return err
	}
	props := pq.NewReaderProperties(f.pages)
	props.BufferedStreamEnabled = true
	props.BufferSize = streamBuffer
	f.reader, err = file.NewParquetReader(io.NewSectionReader(content, 0, size), file.WithReadProps(props))
	if err != nil {
		return err
	}
	meta := f.reader.MetaData()
	if text := meta.KeyValueMetadata().FindValue(sparkSchemaKey); text != nil {
		if f.schema, err = types.ParseSchemaJSON(*text); err == nil {
			return nil
		}
	}
	f.schema, err = schemaOf(meta.Schema.Root())
	return err
}

// Schema is what Spark would infer for the file.
func (f *File) Schema() types.Schema { return f.schema }

// Rows is the number of rows in the file.
func (f *File) Rows() int64 { return f.reader.NumRows() }

// Close closes the file and gives the buffers back.
func (f *File) Close() error {
	f.pool.give(f.pages)
	f.pages = nil
	return f.closer.Close()
}

// failed names the file and the remedy.
func (f *File) failed(err error) error {
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.FileNotExist, "the file %s is gone", f.name).With("path", f.name).Wrap(err)
	}
	return fault.New(fault.FailedReadFile, "cannot read %s as Parquet: it is cut short, damaged, or no Parquet file; "+
		"write it again, move it away, or set the option ignoreCorruptFiles to true to skip such files", f.name).
		With("path", f.name).Wrap(err)
}

// recovered turns a panic of the decoder, which damaged bytes can cause, into an
// error.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("decoder stopped: %v", p)
	}
}
