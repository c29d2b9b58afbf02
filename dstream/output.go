package dstream

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/rdd"
)

// ForeachRDD runs f for the RDD of each interval, in the order of intervals and of
// outputs (D74). It runs beside the tasks: only the actions in it compute anything. An
// error, or a panic, fails the output of that batch; later batches run all the same,
// and [Context.AwaitTermination] returns the error.
//
// After a crash a batch may run again. The time of the batch is the key by which its
// outcome is written once (D77).
func ForeachRDD[T any](in *Stream[T], f func(ctx context.Context, r *rdd.RDD[T], at Time) error) {
	foreach(in, "foreachRDD", f)
}

func foreach[T any](in *Stream[T], op string, f func(ctx context.Context, r *rdd.RDD[T], at Time) error) {
	n := newNode(in.ssc, "ForEachDStream", op, in.node)
	if in.ssc.State() != Initialized {
		return
	}
	g := &in.ssc.graph
	g.mu.Lock()
	defer g.mu.Unlock()
	g.outputs = append(g.outputs, &output{id: len(g.outputs), node: n, job: func(at Time) (func(ctx context.Context) error, error) {
		r, err := in.at(at)
		if r == nil || err != nil {
			return nil, err
		}
		return func(ctx context.Context) error { return f(ctx, r, at) }, nil
	}})
}

// Print prints the first rows of each RDD, 10 if n is 0, in Spark's words (D70).
func Print[T any](in *Stream[T], n int) {
	if n <= 0 {
		n = 10
	}
	out := in.ssc.conf.Out
	foreach(in, "print", func(ctx context.Context, r *rdd.RDD[T], at Time) error {
		rows, err := rdd.Take(ctx, r, n+1)
		if err != nil {
			return err
		}
		const line = "-------------------------------------------\n"
		var b strings.Builder
		fmt.Fprintf(&b, line+"Time: %v\n"+line, at)
		for _, v := range rows[:min(n, len(rows))] {
			fmt.Fprintln(&b, v)
		}
		if len(rows) > n {
			b.WriteString("...\n")
		}
		_, err = fmt.Fprintln(out, b.String())
		return err
	})
}

// outputDir is the directory of a batch: prefix-time, and .suffix unless it is empty.
func outputDir(prefix, suffix string, at Time) string {
	name := fmt.Sprint(int64(at))
	if prefix != "" {
		name = prefix + "-" + name
	}
	if suffix != "" {
		name += "." + suffix
	}
	return name
}

// SaveAsTextFiles writes each RDD as text to the directory prefix-time.suffix, time in
// milliseconds (D71). A batch that runs again replaces what it has written.
func SaveAsTextFiles[T any](in *Stream[T], prefix, suffix string) {
	foreach(in, "saveAsTextFiles", func(ctx context.Context, r *rdd.RDD[T], at Time) error {
		dir := outputDir(prefix, suffix, at)
		if err := in.ssc.vacate(dir); err != nil {
			return err
		}
		return rdd.SaveAsTextFile(ctx, r, dir)
	})
}

// SaveAsObjectFiles is [SaveAsTextFiles] in a form that [rdd.ObjectFile] reads (D72).
func SaveAsObjectFiles[T any](in *Stream[T], prefix, suffix string) {
	foreach(in, "saveAsObjectFiles", func(ctx context.Context, r *rdd.RDD[T], at Time) error {
		dir := outputDir(prefix, suffix, at)
		if err := in.ssc.vacate(dir); err != nil {
			return err
		}
		return rdd.SaveAsObjectFile(ctx, r, dir)
	})
}

// vacate removes what an earlier run of a batch has written to a directory, and nothing
// else: a directory with other files stays, and is refused by whoever writes to it.
func (ssc *Context) vacate(dir string) error {
	dir = filepath.ToSlash(dir)
	entries, err := ssc.durable.fs.ReadDir(dir)
	if err != nil {
		if ok, _ := vfs.Exists(ssc.durable.fs, dir); !ok {
			return nil
		}
		return err
	}
	ours := func(e fs.DirEntry) bool {
		name := e.Name()
		return !e.IsDir() && (strings.HasPrefix(name, "part-") || name == "_SUCCESS" || strings.HasPrefix(name, ".") && strings.HasSuffix(name, ".tmp"))
	}
	for _, e := range entries {
		if !ours(e) {
			return nil
		}
	}
	for _, e := range entries {
		if err := ssc.durable.fs.Remove(path.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return ssc.durable.fs.Remove(dir)
}
