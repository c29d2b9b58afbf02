package parquet

import (
	"unsafe"

	"github.com/apache/arrow-go/v18/parquet/file"
)

// foreign decodes a chunk with the column reader of arrow-go, whose values are
// of type F: all encodings, slower than [pages].
type foreign[R pageReader[F], F, P any] struct {
	reader  file.ColumnChunkReader
	convert func(to []P, from []F)
	from    []F
}

// pageReader is what the column readers of arrow-go have in common but for the
// type.
type pageReader[F any] interface {
	ReadBatchInPage(n int64, to []F, defs, reps []int16) (int64, int, error)
}

func (f *foreign[R, F, P]) read(n int, to []P, defs, reps []int16) (levels, values int, err error) {
	if !f.reader.HasNext() {
		return 0, 0, f.reader.Err()
	}
	if len(f.from) < n {
		f.from = make([]F, n)
	}
	l, values, err := any(f.reader).(R).ReadBatchInPage(int64(n), f.from[:n], defs, reps)
	if err != nil {
		return 0, 0, err
	}
	f.convert(to[:values], f.from[:values])
	return int(l), values, nil
}

func (f *foreign[R, F, P]) skip(n int) (int, error) { return n, nil }

func (f *foreign[R, F, P]) paged() bool { return true }

func (f *foreign[R, F, P]) close() error { return f.reader.Close() }

func copyValues[P any](to, from []P) { copy(to, from) }

func viewStrings[F ~[]byte](to []string, from []F) {
	for i, b := range from {
		to[i] = unsafe.String(unsafe.SliceData(b), len(b))
	}
}
