package file

import (
	"context"
	"errors"
	"io"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// binarySchema is what the format binaryFile gives of a file.
var binarySchema = types.NewSchema(
	types.Field{Name: "path", Type: types.Of(types.String), Nullable: true},
	types.Field{Name: "modificationTime", Type: types.Of(types.Timestamp), Nullable: true},
	types.Field{Name: "length", Type: types.Of(types.Long), Nullable: true},
	types.Field{Name: "content", Type: types.Of(types.Binary), Nullable: true},
)

// binaryKind is the format binaryFile: a row a file, with its bytes.
var binaryKind = kind{
	name:  "binaryFile",
	fixed: &binarySchema,
	reads: func(*connector.Parser, reading) (decoder, error) { return binaryDecoder{}, nil },
}

// longestFile bounds what a row may hold, as Spark's setting does by default.
const longestFile = 1<<31 - 1

type binaryDecoder struct{}

func (binaryDecoder) divisible(string) bool { return false }

// whole says that an empty file is a row, too.
func (binaryDecoder) whole() bool { return true }

func (binaryDecoder) open(p part, fsys vfs.FS, scan connector.Scan) (connector.Reader, error) {
	b := batch.New(scan.Schema)
	b.Resize(1)
	for i, f := range scan.Schema.Fields {
		c := b.Columns[i]
		switch f.Name {
		case "path":
			batch.Values[string](c)[0] = loggedPath(p.file.path)
		case "modificationTime":
			batch.Values[int64](c)[0] = p.file.modified * 1000
		case "length":
			batch.Values[int64](c)[0] = p.file.size
		case "content":
			bytes, err := wholeFile(p.file, fsys)
			if err != nil {
				return nil, err
			}
			batch.Values[string](c)[0] = batch.View(bytes)
		default:
			c.SetNull(0)
		}
	}
	b.Rows = 1
	return &oneRow{b}, nil
}

func wholeFile(f found, fsys vfs.FS) ([]byte, error) {
	if f.size > longestFile {
		return nil, fault.New(fault.FailedReadFile, "the file %s has %d bytes, and a row holds %d at most; leave the column content "+
			"out, or the file", f.path, f.size, longestFile).With("path", f.path)
	}
	r, err := fsys.Open(f.path)
	if err != nil {
		return nil, unreadable(f.path, err)
	}
	bytes := make([]byte, f.size)
	n, err := io.ReadFull(r, bytes)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil // it became shorter
	}
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, unreadable(f.path, err)
	}
	return bytes[:n], nil
}

// oneRow is a reader of one batch.
type oneRow struct{ b *batch.Batch }

func (o *oneRow) Next(context.Context) (*connector.Batch, error) {
	if o.b == nil {
		return nil, io.EOF
	}
	b := o.b
	o.b = nil
	return b, nil
}

func (o *oneRow) Close() error { return nil }
