package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/weirstream/weir/bench/gen"
	"github.com/weirstream/weir/connector/file/parquet"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/schedule"
)

// Dataset is generated input as files.
type Dataset struct {
	// Kind is nexmark, ysb or lines.
	Kind string
	// Seed says which records.
	Seed uint64
	// Format is parquet, or json or text for lines of text.
	Format string
	// Compression is that of Parquet. Empty: snappy.
	Compression string
	// Files says how records are spread; its Extension is set by Write.
	Files gen.Files
}

// Extension is the ending of the files' names.
func (d Dataset) Extension() string {
	if d.Format == "text" || d.Kind == "lines" && d.Format == "json" {
		return ".txt"
	}
	return "." + d.Format
}

// Write writes the files into dir, which it makes. A file appears when it is
// whole.
func (d Dataset) Write(ctx context.Context, dir string) error {
	if _, err := gen.New(d.Kind, d.Seed); err != nil {
		return err
	}
	d.Files.Extension = d.Extension()
	if d.Files.Workers <= 0 {
		d.Files.Workers = runtime.GOMAXPROCS(0)
	}
	if d.Format != "parquet" {
		return gen.WriteDir(ctx, dir, func() gen.Generator {
			g, _ := gen.New(d.Kind, d.Seed) // known: see above
			return g
		}, d.Files)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	pool := schedule.Pool{Workers: d.Files.Workers}
	return pool.Run(ctx, d.Files.Len(), func(ctx context.Context, _, i int) error { return d.writeParquet(ctx, dir, i) })
}

// writeParquet writes one file under a hidden name and renames it.
func (d Dataset) writeParquet(ctx context.Context, dir string, i int) (err error) {
	name := filepath.Join(dir, d.Files.Name(i))
	hidden := filepath.Join(dir, "."+d.Files.Name(i))
	f, err := os.Create(hidden)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(hidden))
		}
	}()
	if err := d.fill(ctx, f, i); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(hidden, name)
}

func (d Dataset) fill(ctx context.Context, to io.Writer, i int) error {
	g, err := gen.New(d.Kind, d.Seed)
	if err != nil {
		return err
	}
	compression := d.Compression
	if compression == "" {
		compression = "snappy"
	}
	w, err := parquet.NewWriter(to, g.Schema(), compression)
	if err != nil {
		return err
	}
	from, end := d.Files.Range(i)
	for from < end {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := int(min(batch.Size, end-from))
		if err := w.Write(g.Fill(from, n)); err != nil {
			return err
		}
		from += int64(n)
	}
	return w.Close()
}

// files is the folder of a suite's input and the number of its records: the user's
// own where files lie there, which then must hold as many records each as
// generated ones, else one of generated files, made where it is missing.
func (o *Options) files(ctx context.Context, d Dataset) (dir string, records int64, err error) {
	folder, err := o.folder()
	if err != nil {
		return "", 0, err
	}
	own, err := filepath.Glob(filepath.Join(folder, "*"+d.Extension()))
	if err != nil {
		return "", 0, err
	}
	if o.Data != "" && len(own) > 0 {
		return folder, int64(len(own)) * d.Files.PerFile, nil
	}
	dir = filepath.Join(folder, fmt.Sprintf("%s-%s-%d-by-%d-seed-%d", d.Kind, d.Format, d.Files.Records, d.Files.PerFile, d.Seed))
	if _, err := os.Stat(dir); err == nil {
		return dir, d.Files.Records, nil
	}
	o.logf("making %d records of %s as %s in %s", d.Files.Records, d.Kind, d.Format, dir)
	making := dir + ".new"
	if err := os.RemoveAll(making); err != nil {
		return "", 0, err
	}
	if err := d.Write(ctx, making); err != nil {
		return "", 0, err
	}
	return dir, d.Files.Records, os.Rename(making, dir)
}
