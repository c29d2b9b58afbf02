package jsontext

import (
	"testing"

	"github.com/weirstream/weir/internal/batch"
)

func BenchmarkDecode(b *testing.B) {
	full := nexmarkSchema()
	bids := []Test{{Path: []string{"event_type"}, In: []any{int64(2)}}}
	cases := []struct {
		name  string
		paths []string
		tests []Test
	}{
		{"q0", []string{"event_type", "bid.auction", "bid.bidder", "bid.price", "bid.extra", "dateTime"}, bids},
		{"q0-no-test", []string{"event_type", "bid.auction", "bid.bidder", "bid.price", "bid.extra", "dateTime"}, nil},
		{"q2", []string{"event_type", "bid.auction", "bid.price"}, bids},
		{"all", []string{"event_type", "person", "auction", "bid", "dateTime"}, nil},
	}
	// A chunk is what a reader reads at once; it stays in the second-level cache.
	chunk := nexmarkLines(3000)
	rows := 3000
	for _, c := range cases {
		b.Run(c.name, func(b *testing.B) {
			d, err := NewDecoder(prune(full, c.paths...), Options{})
			if err != nil {
				b.Fatal(err)
			}
			d.SetTests(c.tests)
			var last *batch.Batch
			b.SetBytes(int64(len(chunk)))
			b.ReportAllocs()
			for b.Loop() {
				d.Begin()
				if used, err := d.Decode(chunk); err != nil || used != len(chunk) {
					b.Fatal(used, err)
				}
				last = d.Batch()
			}
			if last.Rows != rows || d.Stats().Malformed != 0 {
				b.Fatal(last.Rows, d.Stats())
			}
			b.ReportMetric(float64(rows)*float64(b.N)/1e6/b.Elapsed().Seconds(), "Mrows/s")
			b.ReportMetric(float64(len(chunk))/float64(rows), "B/row")
		})
	}
}
