package file

import (
	"fmt"
	"io"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// benchRows is a batch of four columns, of which the last has 16 values.
func benchRows() (types.Schema, *batch.Batch) {
	s := types.NewSchema(column("n", types.Long), column("t", types.Timestamp), column("d", types.Double), column("k", types.String))
	b := batch.New(s)
	b.Resize(batch.Size)
	b.Rows = batch.Size
	for i := range batch.Size {
		batch.Values[int64](b.Columns[0])[i] = int64(i) * 7919
		batch.Values[int64](b.Columns[1])[i] = 1_700_000_000_000_000 + int64(i)
		batch.Values[float64](b.Columns[2])[i] = float64(i) / 4
		batch.Values[string](b.Columns[3])[i] = fmt.Sprintf("key-%d", i%16)
	}
	return s, b
}

// BenchmarkWrite writes batches in every format; bytes are those of the file.
func BenchmarkWrite(b *testing.B) {
	s, rows := benchRows()
	for _, format := range []string{"parquet", "json", "csv", "avro", "arrow"} {
		b.Run(format, func(b *testing.B) {
			sink, err := formatOf(b, format, nil).sink(connector.SinkSpec{Schema: s,
				Options: connector.NewOptions(map[string]string{"path": "/nowhere"})}, false)
			if err != nil {
				b.Fatal(err)
			}
			size := countingWriter{to: io.Discard}
			w, err := sink.layout.encoding.open(&size, sink.layout.schema)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := w.Write(rows); err != nil {
					b.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(size.n / int64(b.N))
			b.ReportMetric(float64(batch.Size*b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}

// BenchmarkShare shares the rows of a batch out among 16 directories.
func BenchmarkShare(b *testing.B) {
	s, rows := benchRows()
	l, err := layoutOf(connector.SinkSpec{Schema: s, PartitionBy: []string{"k"}})
	if err != nil {
		b.Fatal(err)
	}
	w := &partWriter{layout: l}
	w.begin()
	b.ReportAllocs()
	for b.Loop() {
		w.share(rows)
		for _, d := range w.touched {
			d.sel = d.sel[:0]
		}
	}
	b.ReportMetric(float64(batch.Size*b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
