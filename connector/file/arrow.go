package file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// arrowKind is the format arrow: IPC files and IPC streams, told apart by their first
// bytes. Spark has no such format.
var arrowKind = kind{
	name: "arrow",
	reads: func(p *connector.Parser, _ reading) (decoder, error) {
		p.Known("compression")
		return arrowDecoder{}, nil
	},
	infer: func(_ context.Context, c content, files []found) (types.Schema, error) {
		records, closer, err := openArrow(files[0].path, c.fs)
		if err != nil {
			return types.Schema{}, err
		}
		s, err := types.SchemaFromArrow(records.Schema())
		records.Release()
		return s, errors.Join(err, closer.Close())
	},
	merges: true,
	writes: arrowEncoding,
}

// arrowDecoder reads the records of IPC files and streams.
type arrowDecoder struct{}

func (arrowDecoder) divisible(string) bool { return false }

func (arrowDecoder) open(p part, fsys vfs.FS, scan connector.Scan) (connector.Reader, error) {
	records, closer, err := openArrow(p.file.path, fsys)
	if err != nil {
		return nil, err
	}
	r, err := connector.NewArrowReader(records, scan)
	if err != nil {
		return nil, errors.Join(damagedArrow(p.file.path, err), closer.Close())
	}
	return &arrowRows{r, closer, p.file.path}, nil
}

// arrowRows names the file in errors and closes it.
type arrowRows struct {
	*connector.ArrowReader
	closer io.Closer
	path   string
}

// Next gives the rows of the next record.
func (a *arrowRows) Next(ctx context.Context) (b *connector.Batch, err error) {
	defer stopped(&err)
	b, err = a.ArrowReader.Next(ctx)
	if err != nil && err != io.EOF && ctx.Err() == nil {
		err = damagedArrow(a.path, err)
	}
	return b, err
}

// Close closes the file.
func (a *arrowRows) Close() error { return errors.Join(a.ArrowReader.Close(), a.closer.Close()) }

func damagedArrow(path string, err error) error {
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	return fault.New(fault.FailedReadFile, "cannot read %s as Arrow: it is cut short, damaged, or no Arrow file; write it again, move "+
		"it away, or set the option ignoreCorruptFiles to true to skip such files", path).With("path", path).Wrap(err)
}

// stopped turns a panic of the library, which damaged bytes can cause, into an error.
func stopped(err *error) {
	if p := recover(); p != nil {
		*err = fault.New(fault.FailedReadFile, "cannot read an Arrow file: decoder stopped: %v", p)
	}
}

// fileMark begins an IPC file; a stream begins otherwise.
var fileMark = []byte("ARROW1")

func openArrow(path string, fsys vfs.FS) (_ array.RecordReader, _ io.Closer, err error) {
	r, err := fsys.Open(path)
	if err != nil {
		return nil, nil, unreadable(path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(damagedArrow(path, err), r.Close())
		}
	}()
	defer stopped(&err)
	size, err := r.Size()
	if err != nil {
		return nil, nil, err
	}
	head := make([]byte, len(fileMark))
	n, _ := r.ReadAt(head, 0)
	section := io.NewSectionReader(r, 0, size)
	if !bytes.Equal(head[:n], fileMark) {
		records, err := ipc.NewReader(section, ipc.WithMetadataSizeLimit(mostBlock), ipc.WithBodySizeLimit(min(size<<8, 4<<30)))
		return records, r, err
	}
	file, err := ipc.NewFileReader(section, ipc.WithMetadataSizeLimit(mostBlock), ipc.WithBodySizeLimit(min(size<<8, 4<<30)))
	if err != nil {
		return nil, nil, err
	}
	return &fileRecords{file: file}, r, nil
}

// fileRecords are the records of an IPC file, one after another.
type fileRecords struct {
	file *ipc.FileReader
	next int
	now  arrow.RecordBatch
	err  error
}

func (f *fileRecords) Retain()               {}
func (f *fileRecords) Schema() *arrow.Schema { return f.file.Schema() }
func (f *fileRecords) Err() error            { return f.err }

// Next goes to the next record.
func (f *fileRecords) Next() bool {
	f.drop()
	if f.err != nil || f.next >= f.file.NumRecords() {
		return false
	}
	f.now, f.err = f.file.RecordBatchAt(f.next)
	f.next++
	return f.err == nil
}

func (f *fileRecords) drop() {
	if f.now != nil {
		f.now.Release()
		f.now = nil
	}
}

// RecordBatch is the present record.
func (f *fileRecords) RecordBatch() arrow.RecordBatch { return f.now }

// Record is RecordBatch by its old name.
func (f *fileRecords) Record() arrow.RecordBatch { return f.now }

// Release ends the reading.
func (f *fileRecords) Release() {
	f.drop()
	if f.file != nil {
		f.err = errors.Join(f.err, f.file.Close())
		f.file = nil
	}
}

// arrowEncoding writes IPC files.
func arrowEncoding(p *connector.Parser, w writing) (encoding, error) {
	codec := p.Codec("compression", "uncompressed", "none", "lz4", "zstd")
	zone := "UTC"
	if w.spec.Env.Location != nil {
		zone = w.spec.Env.Location.String()
	}
	return encoding{
		ending: ".arrow",
		open: func(to io.Writer, s types.Schema) (rowWriter, error) {
			options := []ipc.Option{ipc.WithSchema(s.Arrow(zone))}
			switch codec {
			case "lz4":
				options = append(options, ipc.WithLZ4())
			case "zstd":
				options = append(options, ipc.WithZstd())
			}
			file, err := ipc.NewFileWriter(to, options...)
			return &arrowWriter{file, s.Arrow(zone)}, err
		},
		check: func(types.Schema) error { return nil },
	}, nil
}

type arrowWriter struct {
	file   *ipc.FileWriter
	schema *arrow.Schema
}

// Write adds a record of the selected rows.
func (a *arrowWriter) Write(b *batch.Batch) error {
	record, err := batch.ToArrow(b, a.schema, memory.DefaultAllocator)
	if err != nil {
		return fmt.Errorf("write Arrow: %w", err)
	}
	defer record.Release()
	return a.file.Write(record)
}

// Close writes the footer.
func (a *arrowWriter) Close() error { return a.file.Close() }
