package main

import (
	"fmt"

	"github.com/weirstream/weir/bench"
	"github.com/weirstream/weir/bench/gen"
)

type genCommand struct {
	Kind          string `arg:"" enum:"nexmark,ysb,lines" help:"What to make: nexmark, ysb or lines."`
	Events        int64  `default:"1000000" help:"How many records."`
	Seed          uint64 `default:"1" help:"The same seed makes the same records."`
	Out           string `required:"" help:"The directory to write into." placeholder:"DIR"`
	Format        string `default:"json" enum:"json,parquet,text" help:"json, parquet or text; lines as json are text."`
	EventsPerFile int64  `default:"250000" help:"How many records a file holds."`
	Compression   string `default:"snappy" enum:"snappy,zstd,gzip,none" help:"Of Parquet: snappy, zstd, gzip or none."`
	Workers       int    `help:"How many files are written at once; 0 is one for each processor."`
}

// Run writes the files. A file appears when it is whole.
func (c *genCommand) Run(p *program) error {
	if c.Events < 0 || c.EventsPerFile < 1 || c.Workers < 0 {
		return &usageError{"--events, --events-per-file and --workers must be positive"}
	}
	if c.Format == "text" && c.Kind != "lines" {
		return &usageError{fmt.Sprintf("%s has several columns; --format is json or parquet for it", c.Kind)}
	}
	files := gen.Files{Records: c.Events, PerFile: c.EventsPerFile, Workers: c.Workers}
	d := bench.Dataset{Kind: c.Kind, Seed: c.Seed, Format: c.Format, Compression: c.Compression, Files: files}
	if err := d.Write(p.ctx, c.Out); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.out, "%d records in %d files in %s\n", c.Events, files.Len(), c.Out)
	return err
}
