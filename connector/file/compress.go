package file

import (
	"bufio"
	"compress/bzip2"
	"compress/zlib"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
)

// compressed reports whether the ending of a name says so.
func compressed(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".gz", ".gzip", ".zst", ".zstd", ".bz2", ".deflate", ".sz":
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
}
