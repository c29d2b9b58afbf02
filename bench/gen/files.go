package gen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/weirstream/weir/internal/batch"
)

// Write writes the records [from, to) of g as lines of text.
func Write(ctx context.Context, w io.Writer, g Generator, from, to int64) error {
	var buffer []byte
	for from < to {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := int(min(to-from, batch.Size))
		buffer = g.Append(buffer[:0], from, n)
		if _, err := w.Write(buffer); err != nil {
			return err
		}
		from += int64(n)
	}
	return nil
}

// Files says how records are spread over files.
type Files struct {
	// Records is how many there are.
	Records int64
	// PerFile is how many a file has. Zero: all in one.
	PerFile int64
	// Extension ends the names, such as .json.
	Extension string
	// Workers is how many files are written at a time. Zero: one.
	Workers int
}

// Len is the number of files.
func (f Files) Len() int {
	if f.Records <= 0 {
		return 0
	}
	if f.PerFile <= 0 {
		return 1
	}
	return int((f.Records + f.PerFile - 1) / f.PerFile)
}

// Name is the name of the i-th file. Names sort as their records do.
func (f Files) Name(i int) string { return fmt.Sprintf("part-%05d%s", i, f.Extension) }

// Range are the numbers [from, to) of the records of the i-th file.
func (f Files) Range(i int) (from, to int64) {
	if f.PerFile <= 0 {
		return 0, f.Records
	}
	return int64(i) * f.PerFile, min(int64(i+1)*f.PerFile, f.Records)
}

// WriteDir writes the files into dir, which it makes. A file appears when it is
// whole, under a hidden name before. Each worker has a generator of its own.
func WriteDir(ctx context.Context, dir string, generator func() Generator, f Files) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	next := make(chan int)
	errs := make([]error, max(f.Workers, 1))
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var workers sync.WaitGroup
	for w := range errs {
		workers.Go(func() {
			g := generator()
			for i := range next {
				if errs[w] = writeFile(ctx, filepath.Join(dir, f.Name(i)), g, f, i); errs[w] != nil {
					stop()
					return
				}
			}
		})
	}
	for i := range f.Len() {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	workers.Wait()
	return errors.Join(append(errs, context.Cause(ctx))...)
}

func writeFile(ctx context.Context, name string, g Generator, f Files, i int) error {
	hidden := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+".tmp")
	file, err := os.Create(hidden)
	if err != nil {
		return err
	}
	from, to := f.Range(i)
	err = errors.Join(Write(ctx, file, g, from, to), file.Close())
	if err != nil {
		return errors.Join(err, os.Remove(hidden))
	}
	return os.Rename(hidden, name)
}
