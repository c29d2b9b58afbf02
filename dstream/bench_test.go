package dstream

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/rdd"
)

// fields yields what is between blanks.
func fields(line string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			i := strings.IndexByte(line, ' ')
			if i < 0 {
				yield(line)
				return
			}
			if !yield(line[:i]) {
				return
			}
			line = line[i+1:]
		}
	}
}

func plus64(a, b int64) int64 { return a + b }

// BenchmarkBatch is a whole batch, from the clock to its last event: over 20,000 lines of
// 99 bytes, over 100,000 pairs in a window of 30 batches, and over nothing.
func BenchmarkBatch(b *testing.B) {
	lines := make([]string, 20_000)
	for i := range lines {
		var s strings.Builder
		for w := range 15 {
			fmt.Fprintf(&s, "w%04d ", (i*31+w*w*7)%3000)
		}
		lines[i] = (s.String() + strings.Repeat("x", 99))[:98]
	}
	for _, bm := range []struct {
		name     string
		bytes    int
		describe func(c *rdd.Context, ssc *Context)
	}{
		{"empty", 0, func(c *rdd.Context, ssc *Context) {
			ForeachRDD(ConstantInput(ssc, rdd.Parallelize[int](c, nil, 1)), func(ctx context.Context, r *rdd.RDD[int], _ Time) error {
				_, err := rdd.Count(ctx, r)
				return err
			})
		}},
		{"grep", 99 * len(lines), func(c *rdd.Context, ssc *Context) {
			in := ConstantInput(ssc, rdd.Parallelize(c, lines, 0))
			ForeachRDD(Filter(in, func(s string) bool { return strings.Contains(s, "w0123") }), func(ctx context.Context, r *rdd.RDD[string], _ Time) error {
				_, err := rdd.Count(ctx, r)
				return err
			})
		}},
		{"wordcount", 99 * len(lines), func(c *rdd.Context, ssc *Context) {
			in := ConstantInput(ssc, rdd.Parallelize(c, lines, 0))
			ones := MapToPair(FlatMapSeq(in, fields), func(w string) (string, int64) { return w, 1 })
			ForeachRDD(ReduceByKey(ones, plus64), func(ctx context.Context, r *rdd.RDD[rdd.Pair[string, int64]], _ Time) error {
				_, err := rdd.Count(ctx, r)
				return err
			})
		}},
		{"window", 0, func(c *rdd.Context, ssc *Context) {
			rows := rdd.Map(rdd.Numbers(c, 0, 100_000, 1, 0), func(i int64) rdd.Pair[int64, int64] { return rdd.P(i*7919%10_000, i) })
			w := ReduceByKeyAndWindowInverse(ConstantInput(ssc, rows), plus64, func(a, b int64) int64 { return a - b }, 30*second, second, WindowConf[int64, int64]{})
			ForeachRDD(w, func(ctx context.Context, r *rdd.RDD[rdd.Pair[int64, int64]], _ Time) error {
				_, err := rdd.Count(ctx, r)
				return err
			})
		}},
	} {
		b.Run(bm.name, func(b *testing.B) {
			c, err := rdd.NewContext(rdd.Config{LocalDirs: []string{b.TempDir()}})
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			now := clock.NewManual(noon)
			ssc := NewContext(c, second, Conf{Clock: now, Log: quiet()})
			if bm.name == "window" {
				ssc.Checkpoint(b.TempDir())
			}
			bm.describe(c, ssc)
			done := make(chan Batch, 1)
			ssc.Listen(func(e Event) {
				if e, ok := e.(BatchCompleted); ok {
					done <- e.Batch
				}
			})
			if err := ssc.Start(b.Context()); err != nil {
				b.Fatal(err)
			}
			defer ssc.Stop(false, false)
			b.SetBytes(int64(bm.bytes))
			b.ReportAllocs()
			for b.Loop() {
				<-now.AwaitTimers(1)
				now.Advance(time.Second)
				if batch := <-done; batch.Outputs[0].Failure != "" {
					b.Fatal(batch.Outputs[0].Failure)
				}
			}
		})
	}
}
