package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"slices"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/file/parquet"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// content knows how the files of one source or table are read.
type content struct {
	fs      vfs.FS
	env     connector.Env
	zone    *datetime.Zone
	decoder decoder
	listing Listing
	counts  *recordCounts
	schema  types.Schema // what the files hold, then the partition columns
	parts   []types.Field
	// splitSize is the most bytes that one task reads of a file. Zero: 32 MiB.
	splitSize int64
}

// decoder is what is particular to a format.
type decoder interface {
	// divisible reports whether a file may be read in parts.
	divisible(name string) bool
	// open reads the columns of the scan from a part of a file.
	open(p part, fsys vfs.FS, scan connector.Scan) (connector.Reader, error)
}

// placer is a decoder that finds columns by their places in the file and so must
// know them all.
type placer interface {
	placed(data types.Schema) decoder
}

// part is what a split reads: the bytes from start to stop of a file. A stop of
// zero is the end.
type part struct {
	file        found
	start, stop int64
}

// defaultSplit is the most bytes of a file that one task reads.
const defaultSplit = 32 << 20

// split cuts a file into parts for tasks. An empty file has none.
func (c content) split(f found) []connector.Split {
	if w, ok := c.decoder.(interface{ whole() bool }); f.size == 0 && !(ok && w.whole()) {
		return nil
	}
	size := c.splitSize
	if size == 0 {
		size = defaultSplit
	}
	if f.size <= size || !c.decoder.divisible(f.path) {
		return []connector.Split{{Label: f.path, Rows: -1, Bytes: f.size, Part: part{file: f}}}
	}
	var splits []connector.Split
	for start := int64(0); start < f.size; start += size {
		stop := min(start+size, f.size)
		if f.size-stop < size/8 {
			stop = f.size
		}
		splits = append(splits, connector.Split{
			Label: fmt.Sprintf("%s[%d:%d]", f.path, start, stop), Rows: -1, Bytes: stop - start,
			Part: part{file: f, start: start, stop: stop},
		})
		if stop == f.size {
			break
		}
	}
	return splits
}

// open reads a split. Columns of directories, and those of _metadata, are
// constants beside what the decoder reads.
func (c content) open(ctx context.Context, s connector.Split, scan connector.Scan) (connector.Reader, error) {
	p, ok := s.Part.(part)
	if !ok {
		return nil, fault.New(fault.IllegalArgument, "the split %s is none of a file source", s.Label)
	}
	inner := connector.Scan{}
	for _, test := range scan.Predicates {
		k := slices.IndexFunc(c.parts, func(f types.Field) bool { return f.Name == test.Path[0] })
		if k < 0 {
			inner.Predicates = append(inner.Predicates, test)
			continue
		}
		value, err := constant(c.parts[k], p.file.values, c.zone)
		if err != nil {
			return nil, err
		}
		if ruledOut(value, test) {
			return noRows{}, nil
		}
	}
	mixed := &mixedRows{path: p.file.path}
	for i, f := range scan.Schema.Fields {
		constant, err := c.constant(f, p)
		if err != nil {
			return nil, err
		}
		mixed.columns = append(mixed.columns, constant)
		if constant == nil {
			inner.Schema.Fields = append(inner.Schema.Fields, f)
			mixed.places = append(mixed.places, i)
		}
	}
	r, err := c.decoder.open(p, c.fs, inner)
	if err != nil {
		return c.forgive(p, err)
	}
	if len(mixed.places) == len(scan.Schema.Fields) && !c.listing.SkipCorrupt {
		return r, nil
	}
	mixed.Reader, mixed.forgive = r, c.forgivable
	mixed.numbers(scan.Schema, c.parts)
	return mixed, nil
}

// constant is the column of a directory's value or of _metadata; nil for what
// the file holds.
func (c content) constant(f types.Field, p part) (*batch.Column, error) {
	for _, part := range c.parts {
		if part.Name == f.Name {
			return constant(f, p.file.values, c.zone)
		}
	}
	if f.Name == metadataColumn && c.schema.Index(f.Name) < 0 {
		return fileMetadata(f, p), nil
	}
	return nil, nil
}

// forgive is an empty reader where the options say that such a file is passed
// over.
func (c content) forgive(p part, err error) (connector.Reader, error) {
	if !c.forgivable(p.file.path, err) {
		return nil, err
	}
	return noRows{}, nil
}

// forgivable reports whether a file that cannot be read is passed over, and
// says so in the log.
func (c content) forgivable(p string, err error) bool {
	gone := fault.Is(err, fault.FileNotExist)
	corrupt := fault.Is(err, fault.FailedReadFile) || fault.Is(err, fault.SchemaMismatch)
	if !(gone && c.listing.SkipMissing || corrupt && c.listing.SkipCorrupt) {
		return false
	}
	if c.env.Warn != nil {
		c.env.Warn.Warn("a file is passed over", "path", p, "error", err)
	}
	return true
}

// mixedRows puts constants beside the columns of a reader.
type mixedRows struct {
	connector.Reader
	path    string
	columns []*batch.Column // constants; nil where the reader's column goes
	places  []int           // of the reader's columns
	forgive func(path string, err error) bool
	numbered
	out batch.Batch
}

// Next is the reader's batch with the constants.
func (m *mixedRows) Next(ctx context.Context) (*connector.Batch, error) {
	b, err := m.Reader.Next(ctx)
	if err != nil {
		if err != io.EOF && ctx.Err() == nil && m.forgive(m.path, err) {
			err = io.EOF
		}
		return nil, err
	}
	m.out.Rows, m.out.Sel = b.Rows, b.Sel
	m.number(b.Rows)
	if m.out.Columns == nil {
		m.out.Columns = append(m.out.Columns, m.columns...)
	}
	for i, at := range m.places {
		m.out.Columns[at] = b.Columns[i]
	}
	return &m.out, nil
}

// noRows is a reader without rows.
type noRows struct{}

func (noRows) Next(context.Context) (*connector.Batch, error) { return nil, io.EOF }
func (noRows) Close() error                                   { return nil }

// metadataColumn is Spark's hidden column about the file of a row (S10e).
const metadataColumn = "_metadata"

// Hidden is the column _metadata (S10e).
func (f Format) Hidden() types.Schema {
	text, whole := types.Of(types.String), types.Of(types.Long)
	fields := []types.Field{
		{Name: "file_path", Type: text}, {Name: "file_name", Type: text}, {Name: "file_size", Type: whole},
		{Name: "file_block_start", Type: whole}, {Name: "file_block_length", Type: whole},
		{Name: "file_modification_time", Type: types.Of(types.Timestamp)},
	}
	if f.kind.name == "parquet" {
		fields = append(fields, types.Field{Name: rowIndex, Type: whole})
	}
	return types.NewSchema(types.Field{Name: metadataColumn, Type: types.StructOf(fields...)})
}

// fileMetadata is the column _metadata, of the fields that are wanted of it.
func fileMetadata(f types.Field, p part) *batch.Column {
	c := batch.NewColumn(f.Type, 1)
	c.Resize(1)
	c.Const = true
	length := p.stop - p.start
	if p.stop == 0 {
		length = p.file.size
	}
	for i, field := range f.Type.Fields {
		child := c.Children[i]
		child.Const = true
		switch field.Name {
		case "file_path":
			batch.Values[string](child)[0] = loggedPath(p.file.path)
		case "file_name":
			batch.Values[string](child)[0] = path.Base(p.file.path)
		case "file_size":
			batch.Values[int64](child)[0] = p.file.size
		case "file_block_start":
			batch.Values[int64](child)[0] = p.start
		case "file_block_length":
			batch.Values[int64](child)[0] = length
		case "file_modification_time":
			batch.Values[int64](child)[0] = p.file.modified * 1000
		default:
			child.SetNull(0)
		}
	}
	return c
}

// parquetDecoder reads Parquet files.
type parquetDecoder struct{ pool *parquet.Pool }

func (parquetDecoder) divisible(string) bool { return true }

func (d parquetDecoder) open(p part, fsys vfs.FS, scan connector.Scan) (connector.Reader, error) {
	r, err := fsys.Open(p.file.path)
	if err != nil {
		return nil, unreadable(p.file.path, err)
	}
	f, err := parquet.Open(p.file.path, r, d.pool)
	if err != nil {
		return nil, err
	}
	rows, err := parquet.NewReader(f, scan, parquet.Span{Start: p.start, Stop: p.stop})
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return rows, nil
}

// openLines opens the lines of a part, decompressed where the name says so.
func openLines(p part, fsys vfs.FS, form Lines, chunk int) (*lineChunks, io.Closer, error) {
	sep := form.Separator
	r, err := fsys.Open(p.file.path)
	if err != nil {
		return nil, nil, unreadable(p.file.path, err)
	}
	source, err := decompress(p.file.path, r)
	if err != nil {
		return nil, nil, errors.Join(damagedText(p.file.path, err), r.Close())
	}
	var separator []byte
	if sep != "" {
		separator = []byte(sep)
	}
	left, skip, back := int64(math.MaxInt64), false, int64(0)
	if p.stop > 0 {
		// One line end before the part tells whether a line begins there.
		back = min(p.start, max(1, int64(len(sep))))
		source = io.NewSectionReader(r, p.start-back, math.MaxInt64-p.start)
		left, skip = p.stop-p.start+back, p.start > 0
	}
	lines := newLineChunks(fromCharset(form.Charset, source), separator, left, chunk)
	lines.at = max(0, p.start-back)
	if skip {
		err = lines.skipLine()
	} else {
		err = lines.skipMark()
	}
	if err != nil {
		return nil, nil, errors.Join(damagedText(p.file.path, err), r.Close())
	}
	return lines, r, nil
}

// damagedText names a file that broke off while it was read.
func damagedText(p string, err error) error {
	return fault.New(fault.FailedReadFile, "cannot read %s to its end; if it is compressed it may be cut short: write it "+
		"again, or set the option ignoreCorruptFiles to true to pass over such files", p).With("path", p).Wrap(err)
}
