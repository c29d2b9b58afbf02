package rdd

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
)

// benchLines are lines of 99 bytes of 15 words each, of a few thousand words.
func benchLines(n int) []string {
	r := rand.New(rand.NewPCG(1, 2))
	lines := make([]string, n)
	for i := range lines {
		var b strings.Builder
		for w := range 15 {
			if w > 0 {
				b.WriteByte(' ')
			}
			fmt.Fprintf(&b, "w%04d", int(r.ExpFloat64()*600)%10000)
		}
		lines[i] = (b.String() + strings.Repeat("x", 99))[:98]
	}
	return lines
}

func contains(s string) bool { return strings.Contains(s, "w1234") }

// words yields what is between blanks, without a slice.
func words(line string) iter.Seq[string] {
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

func one(w string) (string, int) { return w, 1 }

func benchmarks(b *testing.B, run func(b *testing.B, source func(c *Context) *RDD[string])) {
	lines := benchLines(100_000)
	name := write(b, filepath.Join(b.TempDir(), "lines.txt"), strings.Join(lines, "\n")+"\n")
	for _, from := range []struct {
		name   string
		source func(c *Context) *RDD[string]
	}{
		{"memory", func(c *Context) *RDD[string] { return Parallelize(c, lines, 2) }},
		{"file", func(c *Context) *RDD[string] { return TextFile(c, name, 2) }},
	} {
		b.Run(from.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(99 * len(lines)))
			run(b, from.source)
		})
	}
}

// One core: GB/s are those of a core.
func BenchmarkGrep(b *testing.B) {
	c := open(b, Config{Cores: 1})
	benchmarks(b, func(b *testing.B, source func(c *Context) *RDD[string]) {
		for b.Loop() {
			if _, err := Count(b.Context(), Filter(source(c), contains)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkWordCount(b *testing.B) {
	c := open(b, Config{Cores: 1})
	benchmarks(b, func(b *testing.B, source func(c *Context) *RDD[string]) {
		for b.Loop() {
			counts := ReduceByKey(MapToPair(FlatMapSeq(source(c), words), one), add)
			if _, err := Count(b.Context(), counts); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// What an empty batch of a stream costs: a job of one stage over one empty partition.
func BenchmarkEmptyJob(b *testing.B) {
	c := open(b, Config{Cores: 2})
	b.ReportAllocs()
	for b.Loop() {
		r := Map(Parallelize(c, []int(nil), 1), func(i int) int { return i })
		if _, err := Count(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}
