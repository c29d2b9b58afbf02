package main

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

type genCommand struct {
	Kind          string `arg:"" enum:"nexmark,ysb,lines" help:"What to make: nexmark, ysb or lines."`
	Events        int64  `default:"1000000" help:"How many records."`
	Seed          uint64 `default:"1" help:"The same seed makes the same records."`
	Out           string `required:"" help:"The directory to write into."`
	Format        string `default:"json" enum:"json,parquet,text" help:"json, parquet or text."`
	EventsPerFile int64  `default:"250000" help:"How many records a file holds."`
	Compression   string `default:"snappy" help:"Of Parquet: snappy, zstd, gzip or none."`
	Workers       int    `help:"How many files are written at once; 0 is one for each processor."`
}

// Run writes the files. A file appears when it is whole.
func (c *genCommand) Run(p *program) error {
	if c.Events < 0 || c.EventsPerFile < 1 {
		return &usageError{"--events and --events-per-file must be positive"}
	}
	if c.Workers <= 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	files := gen.Files{Records: c.Events, PerFile: c.EventsPerFile, Extension: "." + c.Format, Workers: c.Workers}
	if c.Format == "text" || c.Kind == "lines" && c.Format == "json" {
		files.Extension = ".txt"
	}
	var err error
	if c.Format == "parquet" {
		err = c.writeParquet(p.ctx, files)
	} else {
		err = gen.WriteDir(p.ctx, c.Out, func() gen.Generator {
			g, _ := gen.New(c.Kind, c.Seed) // the kind is one of the enum's
			return g
		}, files)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "%d records in %d files in %s\n", c.Events, files.Len(), c.Out)
	return err
}

func (c *genCommand) writeParquet(ctx context.Context, files gen.Files) error {
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	pool := schedule.Pool{Workers: c.Workers}
	return pool.Run(ctx, files.Len(), func(ctx context.Context, _, i int) error {
		g, err := gen.New(c.Kind, c.Seed)
		if err != nil {
			return err
		}
		return c.parquetFile(ctx, g, files, i)
	})
}

// parquetFile writes one file under a hidden name and renames it.
func (c *genCommand) parquetFile(ctx context.Context, g gen.Generator, files gen.Files, i int) (err error) {
	name := filepath.Join(c.Out, files.Name(i))
	hidden := filepath.Join(c.Out, "."+files.Name(i))
	f, err := os.Create(hidden)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(hidden))
		}
	}()
	if err := c.fill(ctx, f, g, files, i); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(hidden, name)
}

func (c *genCommand) fill(ctx context.Context, to io.Writer, g gen.Generator, files gen.Files, i int) error {
	w, err := parquet.NewWriter(to, g.Schema(), c.Compression)
	if err != nil {
		return err
	}
	from, end := files.Range(i)
	for from < end && ctx.Err() == nil {
		n := int(min(batch.Size, end-from))
		if err := w.Write(g.Fill(from, n)); err != nil {
			return err
		}
		from += int64(n)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return w.Close()
}
