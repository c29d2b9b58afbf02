package parquet

import (
	"fmt"
	"io"
	"unsafe"

	pq "github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// Writer writes batches to a Parquet file that Spark reads. It belongs to one
// goroutine. The file is whole only after Close.
type Writer struct {
	file *file.Writer
	tree []*shredder
	// group is the row group being filled, nil between two.
	group file.BufferedRowGroupWriter
	bytes int64 // raw bytes in group, about
	top   entries
}

// rowGroupBytes is the raw size at which a row group is written out.
const rowGroupBytes = 64 << 20

// Compressions are the values of the option compression, with the ending that
// Spark puts before .parquet.
var Compressions = map[string]string{
	"snappy": ".snappy", "gzip": ".gz", "zstd": ".zstd", "lz4_raw": ".lz4raw", "brotli": ".br",
	"none": "", "uncompressed": "",
}

var codecs = map[string]compress.Compression{
	"snappy": compress.Codecs.Snappy, "gzip": compress.Codecs.Gzip, "zstd": compress.Codecs.Zstd,
	"lz4_raw": compress.Codecs.Lz4Raw, "brotli": compress.Codecs.Brotli,
	"none": compress.Codecs.Uncompressed, "uncompressed": compress.Codecs.Uncompressed,
}

// sparkSchemaKey is where Spark keeps its own schema in a file's footer.
const sparkSchemaKey = "org.apache.spark.sql.parquet.row.metadata"

// NewWriter begins a file. compression is a key of [Compressions]. A type that
// Parquet has no form for is UNSUPPORTED_DATATYPE. Neither the Writer nor its
// Close closes to.
func NewWriter(to io.Writer, s types.Schema, compression string) (*Writer, error) {
	root, tree, err := fileSchema(s)
	if err != nil {
		return nil, err
	}
	props := pq.NewWriterProperties(pq.WithCompression(codecs[compression]), pq.WithCreatedBy("weir"))
	w := &Writer{tree: tree}
	w.file, err = file.NewParquetWriterWithError(open{to}, root, file.WithWriterProps(props))
	if err != nil {
		return nil, err
	}
	return w, w.file.AppendKeyValueMetadata(sparkSchemaKey, s.JSON())
}

// open hides the Close of a writer, which arrow-go would call.
type open struct{ io.Writer }

// Write adds the selected rows of a batch.
func (w *Writer) Write(b *batch.Batch) (err error) {
	defer recovered(&err)
	if b.Len() == 0 {
		return nil
	}
	if w.group == nil {
		if w.group, err = w.file.AppendBufferedRowGroupChecked(); err != nil {
			return err
		}
	}
	rows := b.Sel
	if rows == nil {
		rows = batch.Identity(b.Rows)
	}
	column := 0
	for i, sh := range w.tree {
		w.top.reset(rows)
		if err := sh.write(b.Columns[i], &w.top, level{}, w.next(&column)); err != nil {
			return err
		}
	}
	if w.bytes >= rowGroupBytes {
		return w.Flush()
	}
	return nil
}

// Buffered is about how many bytes of rows are held until the row group is full.
func (w *Writer) Buffered() int64 { return w.bytes }

// next gives the column writers of a row group in order.
func (w *Writer) next(column *int) func(leafWriter, *batch.Column, *entries) error {
	return func(leaf leafWriter, c *batch.Column, e *entries) error {
		chunk, err := w.group.Column(*column)
		if err != nil {
			return err
		}
		*column++
		n, err := leaf.write(chunk, c, e)
		if err != nil {
			return fmt.Errorf("column %s: %w", chunk.Descr().Path(), err)
		}
		w.bytes += n
		return nil
	}
}

// Flush ends the row group.
func (w *Writer) Flush() error {
	if w.group == nil {
		return nil
	}
	err := w.group.Close()
	w.group, w.bytes = nil, 0
	return err
}

// Close writes what is buffered and the footer.
func (w *Writer) Close() (err error) {
	defer recovered(&err)
	if err := w.Flush(); err != nil {
		return err
	}
	return w.file.Close()
}

// viewBytes is the bytes of s, which nobody changes.
func viewBytes(s string) pq.ByteArray { return unsafe.Slice(unsafe.StringData(s), len(s)) }
