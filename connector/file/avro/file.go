package avro

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/twmb/avro/ocf"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Content is what a file is read from.
type Content interface {
	io.ReaderAt
	io.Closer
	// Size is the file's size in bytes.
	Size() (int64, error)
}

// File is an open container file: its header is read, its rows are not.
type File struct {
	name   string
	from   Content
	size   int64
	schema *Schema
	codec  ocf.Codec
	marker [16]byte
	body   int64 // where the first block begins
}

// mostBytes bounds a header's entry and a block, packed and unpacked.
const mostBytes = 128 << 20

var magic = []byte{'O', 'b', 'j', 1}

// Open reads the header. The File closes the content, also where Open fails. A file
// that is not whole is FAILED_READ_FILE.
func Open(name string, from Content) (*File, error) {
	f := &File{name: name, from: from}
	if err := f.open(); err != nil {
		return nil, errors.Join(f.damaged(0, err), from.Close())
	}
	return f, nil
}

func (f *File) open() (err error) {
	if f.size, err = f.from.Size(); err != nil {
		return err
	}
	r := &source{from: bufio.NewReaderSize(io.NewSectionReader(f.from, 0, f.size), 16<<10)}
	start := r.take(4)
	if r.err == nil && !bytes.Equal(start, magic) {
		return errors.New("it does not begin as one")
	}
	codec := "null"
	for n := r.long(); n != 0 && r.err == nil; n = r.long() {
		if n < 0 {
			n = -n
			r.long()
		}
		for ; n != 0 && r.err == nil; n-- {
			key, value := string(r.take(r.long())), r.take(r.long())
			switch key {
			case "avro.schema":
				if f.schema, err = Parse(string(value)); err != nil {
					return err
				}
			case "avro.codec":
				codec = string(value)
			}
		}
	}
	copy(f.marker[:], r.take(16))
	f.body = r.at
	switch {
	case r.err != nil:
		return r.err
	case f.schema == nil:
		return errors.New("its header has no schema")
	}
	f.codec, err = codecOf(codec)
	return err
}

func codecOf(name string) (ocf.Codec, error) {
	switch name {
	case "null", "":
		return nil, nil
	case "deflate":
		return ocf.DeflateCodec(-1), nil
	case "snappy":
		return ocf.SnappyCodec(), nil
	case "zstandard":
		return ocf.ZstdCodec(nil, nil)
	case "bzip2":
		return bzip2Codec{}, nil
	}
	return nil, fault.New(fault.UnsupportedFeature, "the Avro codec %s is not supported; write the file again with snappy, deflate or "+
		"zstandard", name)
}

// bzip2Codec reads what Java's writer can compress with, and does not write it.
type bzip2Codec struct{}

func (bzip2Codec) Name() string { return "bzip2" }
func (bzip2Codec) Close() error { return nil }

func (bzip2Codec) Compress([]byte) ([]byte, error) { return nil, errors.ErrUnsupported }

func (bzip2Codec) Decompress(data []byte) ([]byte, error) {
	return io.ReadAll(io.LimitReader(bzip2.NewReader(bytes.NewReader(data)), mostBytes))
}

// Schema is the file's own.
func (f *File) Schema() *Schema { return f.schema }

// Close closes the file.
func (f *File) Close() error {
	if f.codec != nil {
		return errors.Join(f.codec.Close(), f.from.Close())
	}
	return f.from.Close()
}

// failed names the file, the place and the remedy.
func (f *File) failed(at int64, err error) error {
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	return f.damaged(at, err)
}

func (f *File) damaged(at int64, err error) error {
	where := ""
	if at > 0 {
		where = fmt.Sprintf(" at byte %d", at)
	}
	return fault.New(fault.FailedReadFile, "cannot read %s as Avro%s: it is cut short, damaged, or no Avro file; write it again, move it "+
		"away, or set the option ignoreCorruptFiles to true to skip such files", f.name, where).With("path", f.name).Wrap(err)
}

// source reads a header or the head of a block.
type source struct {
	from *bufio.Reader
	at   int64
	err  error
}

func (s *source) long() int64 {
	n, err := binary.ReadUvarint(s)
	if err != nil && s.err == nil {
		s.err = io.ErrUnexpectedEOF
	}
	return int64(n>>1) ^ -int64(n&1)
}

// ReadByte is for ReadUvarint.
func (s *source) ReadByte() (byte, error) {
	if s.err != nil {
		return 0, s.err
	}
	b, err := s.from.ReadByte()
	if err == nil {
		s.at++
	}
	return b, err
}

// take reads n bytes, into memory that grows as they come.
func (s *source) take(n int64) []byte {
	if s.err != nil {
		return nil
	}
	if n < 0 || n > mostBytes {
		s.err = fmt.Errorf("a length is %d", n)
		return nil
	}
	b := make([]byte, min(n, 1<<20))
	for have := int64(0); ; {
		got, err := io.ReadFull(s.from, b[have:])
		have += int64(got)
		s.at += int64(got)
		if err != nil {
			s.err = io.ErrUnexpectedEOF
			return nil
		}
		if have == n {
			return b
		}
		b = append(b, make([]byte, min(n-have, have))...)
	}
}

// Span is a range of bytes: the blocks whose markers begin in it. A Stop of zero is
// the end of the file.
type Span struct{ Start, Stop int64 }

// Reader gives the rows of a span. It is a [connector.Reader]; Close closes the file.
type Reader struct {
	file  *File
	from  *source
	stop  int64
	rows  step // of the whole row
	out   *batch.Batch
	row   *batch.Column // the row as a struct over out's columns
	block cursor
	left  int64 // rows left in the block
	begin int64 // where the block began
	done  bool
}

// NewReader reads a span of f. reader is the schema given for reading, nil for none.
func NewReader(f *File, reader *Schema, scan connector.Scan, span Span) (*Reader, error) {
	r := &Reader{file: f, out: batch.New(scan.Schema), stop: span.Stop}
	if r.stop == 0 {
		r.stop = math.MaxInt64
	}
	r.row = &batch.Column{Type: scan.Schema.AsStruct(), Children: r.out.Columns}
	p := &planner{Schema: f.schema, reader: reader}
	var given = f.schema.root
	if reader == nil {
		given = nil
	} else {
		given = reader.root
	}
	written := f.schema.root
	var err error
	if f.schema.def(written).Type == "record" {
		r.rows, err = p.step(p.side(written, given), r.row.Type)
	} else {
		r.rows, err = p.bare(p.side(written, given), r.row.Type)
	}
	if err != nil {
		return nil, f.failed(0, err)
	}
	return r, f.failedOrNil(r.seek(span.Start))
}

func (f *File) failedOrNil(err error) error {
	if err == nil {
		return nil
	}
	return f.failed(0, err)
}

// bare reads values that are no records into the column value.
func (p *planner) bare(s side, want types.Type) (step, error) {
	if len(want.Fields) == 0 {
		sk, err := p.skip(s.written)
		return func(r *cursor, _ *batch.Column, _ int) { sk(r) }, err
	}
	st, err := p.step(s, want.Fields[0].Type)
	return func(r *cursor, c *batch.Column, row int) { st(r, c.Children[0], row) }, err
}

// seek finds the first marker of the span.
func (r *Reader) seek(start int64) error {
	at := r.file.body - 16
	if start > at {
		at = r.find(start)
	}
	if at < 0 || at >= r.stop {
		r.done = true
		return nil
	}
	at += 16
	r.from = &source{from: bufio.NewReaderSize(io.NewSectionReader(r.file.from, at, r.file.size-at), 64<<10), at: at}
	return nil
}

// find is the place of the first marker from start on, -1 for none.
func (r *Reader) find(start int64) int64 {
	buf := make([]byte, 64<<10)
	for at := start; at < min(r.stop, r.file.size); at += int64(len(buf)) - 15 {
		n, _ := r.file.from.ReadAt(buf, at)
		if i := bytes.Index(buf[:n], r.file.marker[:]); i >= 0 {
			return at + int64(i)
		}
	}
	return -1
}

// Next gives the rows of one or more blocks.
func (r *Reader) Next(ctx context.Context) (*connector.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r.out.Poison()
	r.out.Resize(batch.Size)
	rows := 0
	for rows < batch.Size {
		if r.left == 0 {
			more, err := r.open()
			if err != nil {
				return nil, r.file.failed(r.begin, err)
			}
			if !more {
				break
			}
		}
		for ; r.left > 0 && rows < batch.Size; r.left-- {
			r.rows(&r.block, r.row, rows)
			if r.block.err != nil {
				return nil, r.file.failed(r.begin, r.block.err)
			}
			rows++
		}
	}
	if rows == 0 {
		return nil, io.EOF
	}
	for _, c := range r.out.Columns {
		c.Truncate(rows)
	}
	r.out.Rows, r.out.Sel = rows, nil
	return r.out, nil
}

// open reads the next block that has rows; false after the last.
func (r *Reader) open() (bool, error) {
	for r.left == 0 {
		if r.done {
			return false, nil
		}
		if _, err := r.from.from.Peek(1); err == io.EOF {
			return false, nil
		}
		r.begin = r.from.at
		count, size := r.from.long(), r.from.long()
		data := r.from.take(size)
		marker := r.from.take(16)
		switch {
		case r.from.err != nil:
			return false, r.from.err
		case !bytes.Equal(marker, r.file.marker[:]):
			return false, errors.New("a block does not end with the file's marker")
		case count < 0:
			return false, errors.New("a block has fewer than no rows")
		}
		r.done = r.from.at-16 >= r.stop
		if r.file.codec != nil {
			bounded, ok := r.file.codec.(ocf.BoundedDecompressor)
			var err error
			if ok {
				data, err = bounded.DecompressBounded(data, mostBytes)
			} else {
				data, err = r.file.codec.Decompress(data)
			}
			if err != nil {
				return false, err
			}
		}
		if count > int64(len(data)) && count > emptyElements {
			return false, errCount
		}
		r.block, r.left = cursor{data: data}, count
	}
	return true, nil
}

// Close closes the file.
func (r *Reader) Close() error { return r.file.Close() }

var _ connector.Reader = (*Reader)(nil)
