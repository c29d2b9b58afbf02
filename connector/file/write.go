package file

import (
	"context"
	"errors"
	"io"
	"math"
	"strings"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/file/parquet"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// writing is what an encoding is made with.
type writing struct{ spec connector.SinkSpec }

// OpenSink opens the sink of a query. Only append is possible.
func (f Format) OpenSink(_ context.Context, s connector.SinkSpec) (connector.Sink, error) {
	sink, err := f.sink(s, true)
	if err != nil {
		return nil, err
	}
	if s.Mode != connector.Append {
		return nil, fault.New(fault.OutputModeDataSource, "the format %s takes the output mode append, not %v; use "+
			"foreachBatch to write results that change", f.kind.name, s.Mode).With("className", f.kind.name)
	}
	return sink, nil
}

// sink reads the options; stream says that a manifest is kept.
func (f Format) sink(s connector.SinkSpec, stream bool) (*Sink, error) {
	if f.kind.writes == nil {
		return nil, fault.New(fault.UnsupportedFeature, "the format %s cannot be written", f.kind.name)
	}
	s.Options = s.Options.WithDefaults(f.kind.name, s.Env.Defaults)
	p := s.Options.Parse(f.kind.name)
	text := p.Required("path")
	local, err := localPath(text)
	if err != nil {
		p.Fail("path", "is %q: %v", text, err)
	}
	sink := &Sink{fs: f.fs, dir: absolute(local), stages: make(map[int64]string), fresh: true}
	sink.manifest = manifest{f.fs, sink.dir}
	sink.now = clockOf(s.Env)
	p.Known("checkpointLocation", "queryName", "outputMode", "timeZone", "ignoreCorruptFiles", "ignoreMissingFiles", "mergeSchema")
	sink.most = max(0, p.Int("maxRecordsPerFile", 0, math.MinInt64))
	sink.dynamic = p.Choice("partitionOverwriteMode", "static", "dynamic") == "dynamic"
	if retention := p.Text("retention", ""); retention != "" && stream {
		d, ok := parseDuration(retention)
		if !ok || d == 0 {
			p.Fail("retention", "is %q; it must be a time such as 7d or 12h", retention)
		}
		sink.retain = d.Milliseconds()
	}
	sink.layout, err = layoutOf(s)
	if err != nil {
		return nil, err
	}
	encoding, err := f.kind.writes(p, writing{s})
	sink.layout.encoding = encoding
	sink.layout.encoding.location = s.Env.Location
	if sink.layout.encoding.location == nil {
		sink.layout.encoding.location = time.UTC
	}
	if err := errors.Join(p.Lenient(s.Env.Warn), err); err != nil {
		return nil, err
	}
	return sink, sink.layout.encoding.check(sink.layout.schema)
}

func clockOf(env connector.Env) func() int64 {
	now := env.Now
	if now == nil {
		now = time.Now
	}
	return func() int64 { return now().UnixMilli() }
}

// layoutOf shares the columns out between the files and the directories.
func layoutOf(s connector.SinkSpec) (layout, error) {
	var l layout
	partition := make(map[int]bool)
	for _, name := range s.PartitionBy {
		i := s.Schema.Index(name)
		if i < 0 {
			return l, fault.New(fault.PartitionColumnMissing, "the partition column %s is not among the columns %v", name,
				s.Schema.Names()).With("col", name)
		}
		if s.Schema.Fields[i].Type.Nested() {
			return l, fault.New(fault.PartitionColumnType, "the partition column %s is of type %s; directories are named "+
				"by simple values", name, s.Schema.Fields[i].Type.SQL()).With("type", s.Schema.Fields[i].Type.SQL())
		}
		if partition[i] {
			return l, fault.New(fault.ColumnExists, "the partition column %s is listed twice", name).With("columnName", name)
		}
		partition[i] = true
		l.partition, l.names = append(l.partition, i), append(l.names, s.Schema.Fields[i].Name)
		l.keys = append(l.keys, s.Schema.Fields[i].Type)
	}
	for i, f := range s.Schema.Fields {
		if !partition[i] {
			l.data = append(l.data, i)
			l.schema.Fields = append(l.schema.Fields, f)
		}
	}
	if len(l.data) == 0 {
		if len(l.partition) == 0 {
			return l, fault.New(fault.EmptySchema, "there is no column to write")
		}
		return l, fault.New(fault.AllPartitionColumns, "every column is a partition column, so that nothing is left for the "+
			"files; leave one out of partitionBy")
	}
	return l, distinctNames(s.Schema)
}

// distinctNames refuses two columns whose names differ in case at most: nobody
// could read the second.
func distinctNames(s types.Schema) error {
	seen := make(map[string]bool)
	for _, f := range s.Fields {
		name := strings.ToLower(f.Name)
		if seen[name] {
			return fault.New(fault.ColumnExists, "two columns are called %s; rename one", f.Name).With("columnName", "`"+name+"`")
		}
		seen[name] = true
	}
	return nil
}

// parquetEncoding writes Parquet, compressed with snappy.
func parquetEncoding(p *connector.Parser, _ writing) (encoding, error) {
	compression := p.Codec("compression", "snappy", "none", "uncompressed", "gzip", "zstd", "lz4_raw", "brotli")
	return encoding{
		ending: parquet.Compressions[compression] + ".parquet",
		open: func(to io.Writer, schema types.Schema) (rowWriter, error) {
			return parquet.NewWriter(to, schema, compression)
		},
		check: func(schema types.Schema) error {
			_, err := parquet.NewWriter(io.Discard, schema, compression)
			return err
		},
	}, nil
}

// compression reads the option of the text formats; none is the default.
func compression(p *connector.Parser) codec {
	return codecs[p.Codec("compression", "none", "uncompressed", "deflate", "gzip", "lz4", "snappy", "zstd")]
}

// wrapped opens a row writer over a compressing writer.
func (c codec) wrapped(open func(io.Writer, types.Schema) (rowWriter, error)) func(io.Writer, types.Schema) (rowWriter, error) {
	if c.wrap == nil {
		return open
	}
	return func(to io.Writer, schema types.Schema) (rowWriter, error) {
		squeezed, err := c.wrap(to)
		if err != nil {
			return nil, err
		}
		rows, err := open(squeezed, schema)
		return compressedRows{rows, squeezed}, err
	}
}

// compressedRows ends the compressed text too.
type compressedRows struct {
	rowWriter
	to io.WriteCloser
}

func (c compressedRows) Close() error {
	if err := c.rowWriter.Close(); err != nil {
		return err
	}
	return c.to.Close()
}

// textEncoding writes one column of strings, a line a row.
func textEncoding(p *connector.Parser, _ writing) (encoding, error) {
	sep := p.Text("lineSep", "\n")
	c := compression(p).inCharset(charset(p))
	open := func(to io.Writer, _ types.Schema) (rowWriter, error) {
		return &lineWriter{to: to, end: sep, row: appendText}, nil
	}
	return encoding{
		ending: ".txt" + c.ending,
		open:   c.wrapped(open),
		check: func(schema types.Schema) error {
			for _, f := range schema.Fields {
				if f.Type.Kind != types.String {
					return unsupportedType("text", f, "cast it")
				}
			}
			if schema.Len() != 1 {
				return fault.New(fault.IllegalArgument, "the format text writes one column, and there are %d besides the "+
					"partition columns: %v; put them together into one, or use csv or json", schema.Len(), schema.Names())
			}
			return nil
		},
	}, nil
}

// unsupportedType refuses a column that the format has no form for.
func unsupportedType(format string, f types.Field, remedy string) error {
	return fault.New(fault.TypeOfSource, "the format %s cannot hold the column %s of type %s; %s", format, f.Name, f.Type.SQL(),
		remedy).With("format", format).With("columnName", "`"+f.Name+"`").With("columnType", `"`+f.Type.SQL()+`"`)
}

// lineWriter writes a line for every row.
type lineWriter struct {
	to   io.Writer
	end  string
	row  func(to []byte, b *batch.Batch, row int) []byte
	text []byte
	full bool // a row without any text gets no line
}

// Write adds the selected rows.
func (w *lineWriter) Write(b *batch.Batch) error {
	w.text = w.text[:0]
	for i := range b.Len() {
		before := len(w.text)
		w.text = w.row(w.text, b, b.Row(i))
		if w.full && len(w.text) == before {
			continue
		}
		w.text = append(w.text, w.end...)
		if len(w.text) >= lineBuffer {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return w.flush()
}

// lineBuffer is how much text is gathered before it is written.
const lineBuffer = 64 << 10

func (w *lineWriter) flush() error {
	_, err := w.to.Write(w.text)
	w.text = w.text[:0]
	return err
}

// Close does nothing: every line is written.
func (w *lineWriter) Close() error { return nil }

// appendText writes the first column of a row; null is an empty line.
func appendText(to []byte, b *batch.Batch, row int) []byte {
	c := b.Columns[0]
	if c.Null(row) {
		return to
	}
	if c.Const {
		row = 0
	}
	return append(to, batch.Values[string](c)[row]...)
}
