package file

import (
	"bufio"
	"compress/bzip2"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// compressed reports whether the ending of a name says so.
func compressed(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".gz", ".gzip", ".zst", ".zstd", ".bz2", ".deflate", ".sz", ".snappy", ".lz4":
		return true
	}
	return false
}

// decompress reads what a compressed file holds; a file with another ending is
// read as it is.
func decompress(name string, r io.Reader) (io.Reader, error) {
	switch strings.ToLower(path.Ext(name)) {
	case ".gz", ".gzip":
		return gzip.NewReader(bufio.NewReaderSize(r, 64<<10))
	case ".zst", ".zstd":
		return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30))
	case ".bz2":
		return bzip2.NewReader(bufio.NewReaderSize(r, 64<<10)), nil
	case ".deflate":
		return zlib.NewReader(bufio.NewReaderSize(r, 64<<10))
	case ".sz":
		return snappy.NewReader(r), nil
	case ".snappy":
		return &hadoopBlocks{from: bufio.NewReaderSize(r, 64<<10), decode: unpackSnappy}, nil
	case ".lz4":
		return &hadoopBlocks{from: bufio.NewReaderSize(r, 64<<10), decode: unpackLZ4}, nil
	}
	return r, nil
}

// codec is a way to compress text files: its ending and its writer.
type codec struct {
	ending string
	wrap   func(io.Writer) (io.WriteCloser, error)
}

// codecs are the values of the option compression for text formats.
var codecs = map[string]codec{
	"none": {}, "uncompressed": {},
	"gzip":    {".gz", func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }},
	"deflate": {".deflate", func(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriter(w), nil }},
	"zstd":    {".zst", func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)) }},
	"snappy": {".snappy", func(w io.Writer) (io.WriteCloser, error) {
		return &hadoopWriter{to: w, encode: func(to, from []byte) ([]byte, error) { return s2.EncodeSnappy(to, from), nil }}, nil
	}},
	"lz4": {".lz4", func(w io.Writer) (io.WriteCloser, error) { return &hadoopWriter{to: w, encode: packLZ4}, nil }},
}

// hadoopBlocks reads the form in which Hadoop writes snappy and lz4: blocks, each
// of its length, 4 bytes big-endian, and of chunks, each of its compressed length
// and its bytes, until they make up the block.
type hadoopBlocks struct {
	from   io.Reader
	decode func(to, chunk []byte) ([]byte, error)
	left   int // bytes of the block that are still to come
	chunk  []byte
	text   []byte
	out    []byte // of text, not given yet
}

// mostBlock bounds what a length in a file may ask for.
const mostBlock = 64 << 20

// mostExpansion is how many bytes one compressed byte of lz4 or snappy can stand for.
const mostExpansion = 256

var errBlock = errors.New("a block's length is not possible; the file is damaged, or compressed in another way than its name says")

func (h *hadoopBlocks) Read(p []byte) (int, error) {
	for len(h.out) == 0 {
		if err := h.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, h.out)
	h.out = h.out[n:]
	return n, nil
}

func (h *hadoopBlocks) next() (err error) {
	if h.left == 0 {
		if h.left, err = h.length(io.EOF); err != nil || h.left == 0 {
			return err
		}
	}
	n, err := h.length(io.ErrUnexpectedEOF)
	if err != nil {
		return err
	}
	// Memory grows with what is there, not with what is claimed.
	h.chunk = h.chunk[:0]
	for len(h.chunk) < n {
		have := len(h.chunk)
		h.chunk = append(h.chunk, make([]byte, min(n-have, max(have, 64<<10)))...)
		if _, err := io.ReadFull(h.from, h.chunk[have:]); err != nil {
			return noMore(err)
		}
	}
	room := min(h.left, mostExpansion*n+64)
	if cap(h.text) < room {
		h.text = make([]byte, room)
	}
	if h.out, err = h.decode(h.text[:room], h.chunk); err != nil {
		return err
	}
	if len(h.out) > h.left || len(h.out) == 0 {
		return errBlock
	}
	h.left -= len(h.out)
	return nil
}

// length reads four bytes; over is the error where the text ends before them.
func (h *hadoopBlocks) length(over error) (int, error) {
	var word [4]byte
	switch _, err := io.ReadFull(h.from, word[:]); {
	case err == io.EOF:
		return 0, over
	case err != nil:
		return 0, noMore(err)
	}
	n := binary.BigEndian.Uint32(word[:])
	if n > mostBlock {
		return 0, errBlock
	}
	return int(n), nil
}

func noMore(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func unpackSnappy(to, chunk []byte) ([]byte, error) {
	if n, err := snappy.DecodedLen(chunk); err != nil || n > len(to) {
		return nil, errors.Join(errBlock, err)
	}
	return snappy.Decode(to, chunk)
}

func unpackLZ4(to, chunk []byte) ([]byte, error) {
	n, err := lz4.UncompressBlock(chunk, to)
	if err != nil {
		return nil, fmt.Errorf("lz4: %w", err)
	}
	return to[:n], nil
}

func packLZ4(to, from []byte) ([]byte, error) {
	if most := lz4.CompressBlockBound(len(from)); cap(to) < most {
		to = make([]byte, most)
	}
	n, err := lz4.CompressBlock(from, to[:cap(to)], nil)
	return to[:n], err
}

// hadoopChunk is how many bytes of text make a chunk, and a block of one chunk.
const hadoopChunk = 128 << 10

// hadoopWriter writes what hadoopBlocks reads.
type hadoopWriter struct {
	to     io.Writer
	encode func(to, from []byte) ([]byte, error)
	text   []byte
	packed []byte
}

func (h *hadoopWriter) Write(p []byte) (int, error) {
	total := len(p)
	for len(p) > 0 {
		n := min(len(p), hadoopChunk-len(h.text))
		h.text, p = append(h.text, p[:n]...), p[n:]
		if len(h.text) == hadoopChunk {
			if err := h.flush(); err != nil {
				return 0, err
			}
		}
	}
	return total, nil
}

func (h *hadoopWriter) flush() (err error) {
	if len(h.text) == 0 {
		return nil
	}
	if h.packed, err = h.encode(h.packed[:cap(h.packed)], h.text); err != nil {
		return err
	}
	var head [8]byte
	binary.BigEndian.PutUint32(head[:4], uint32(len(h.text)))
	binary.BigEndian.PutUint32(head[4:], uint32(len(h.packed)))
	if _, err := h.to.Write(head[:]); err != nil {
		return err
	}
	h.text = h.text[:0]
	_, err = h.to.Write(h.packed)
	return err
}

// Close writes the rest.
func (h *hadoopWriter) Close() error { return h.flush() }
