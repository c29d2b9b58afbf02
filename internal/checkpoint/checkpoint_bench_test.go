package checkpoint

import (
	"os"
	"path"
	"slices"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/vfs"
)

// BenchmarkBatch is what a durable batch costs in the checkpoint: a plan, and a
// commit with a small delta. Compare with BenchmarkAppendSync, the price of
// this disk; two of those are the least a batch can cost.
func BenchmarkBatch(b *testing.B) {
	c, _, err := Open(vfs.Disk{}, path.Join(b.TempDir(), "ck"), Options{})
	must(b, err)
	var times []time.Duration
	batch := int64(0)
	for b.Loop() {
		start := time.Now()
		must(b, run(c, batch, batch+1))
		batch++
		c.Forget(1, "left", batch)
		times = append(times, time.Since(start))
	}
	report(b, times)
	must(b, c.Close())
}

// BenchmarkAppendSync appends 512 bytes to a file and syncs it.
func BenchmarkAppendSync(b *testing.B) {
	f, err := os.Create(path.Join(b.TempDir(), "raw"))
	must(b, err)
	var times []time.Duration
	sector := make([]byte, sectorSize)
	for b.Loop() {
		start := time.Now()
		_, err := f.Write(sector)
		must(b, err)
		must(b, f.Sync())
		times = append(times, time.Since(start))
	}
	report(b, times)
	must(b, f.Close())
}

// BenchmarkOpen opens a checkpoint with a hundred batches.
func BenchmarkOpen(b *testing.B) {
	dir := path.Join(b.TempDir(), "ck")
	c, _, err := Open(vfs.Disk{}, dir, quiet)
	must(b, err)
	must(b, run(c, 0, 100))
	must(b, c.Close())
	for b.Loop() {
		c, _, err := Open(vfs.Disk{}, dir, quiet)
		must(b, err)
		must(b, c.Close())
	}
}

func report(b *testing.B, times []time.Duration) {
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
}
