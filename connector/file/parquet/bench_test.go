package parquet

import (
	"context"
	"flag"
	"io"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

var benchFile = flag.String("parquet", "", "a Nexmark file to read in the benchmarks")

var (
	long  = types.Of(types.Long)
	text  = types.Of(types.String)
	whole = types.Of(types.Int)
	stamp = types.Of(types.Timestamp)
)

func scanOf(fields ...types.Field) connector.Scan {
	return connector.Scan{Schema: types.NewSchema(fields...)}
}

func field(name string, t types.Type) types.Field {
	return types.Field{Name: name, Type: t, Nullable: true}
}

// BenchmarkNexmark reads the columns of two Nexmark queries from a file made by
// weir gen.
func BenchmarkNexmark(b *testing.B) {
	if *benchFile == "" {
		b.Skip("no file given with -parquet")
	}
	bid := types.StructOf(field("auction", long), field("bidder", long), field("price", long), field("extra", text))
	onlyBids := []connector.Predicate{{Path: []string{"event_type"}, Op: connector.Equal, Values: []any{int32(2)}}}
	q0 := scanOf(field("event_type", whole), field("bid", bid), field("dateTime", stamp))
	q2 := scanOf(field("event_type", whole), field("bid", types.StructOf(field("auction", long), field("price", long))))
	filtered := q0
	filtered.Predicates = onlyBids
	for _, bb := range []struct {
		name string
		scan connector.Scan
	}{{"q0", q0}, {"q0-filtered", filtered}, {"q2", q2}} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			rows, pool := 0, &Pool{}
			for b.Loop() {
				rows += drain(b, *benchFile, bb.scan, pool)
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}

func drain(tb testing.TB, name string, scan connector.Scan, pool *Pool) int {
	tb.Helper()
	content, err := vfs.Disk{}.Open(name)
	if err != nil {
		tb.Fatal(err)
	}
	f, err := Open(name, content, pool)
	if err != nil {
		tb.Fatal(err)
	}
	r, err := NewReader(f, scan, Span{})
	if err != nil {
		tb.Fatal(err)
	}
	rows := 0
	for {
		batch, err := r.Next(context.Background())
		if err == io.EOF {
			break
		}
		if err != nil {
			tb.Fatal(err)
		}
		rows += batch.Rows
	}
	if err := r.Close(); err != nil {
		tb.Fatal(err)
	}
	return rows
}

// BenchmarkSmallFile opens and reads a file of seven rows and 27 columns.
func BenchmarkSmallFile(b *testing.B) {
	content, err := vfs.Disk{}.Open("testdata/types.parquet")
	if err != nil {
		b.Fatal(err)
	}
	f, err := Open("types", content, nil)
	if err != nil {
		b.Fatal(err)
	}
	pool, schema := &Pool{}, f.Schema()
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		drain(b, "testdata/types.parquet", connector.Scan{Schema: schema}, pool)
	}
}
