package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/weirstream/weir/bench"
	"github.com/weirstream/weir/bench/gen"
)

type genCommand struct {
	kind                     string
	events, eventsPerFile    int64
	seed                     uint64
	out, format, compression string
	workers                  int
}

func newGen(p *program) *cobra.Command {
	g := new(genCommand)
	kinds := []string{"nexmark", "ysb", "lines"}
	c := p.command("gen KIND --out DIR", "Write generated input as files", oneOf("KIND", kinds...), func(args []string) error {
		g.kind = args[0]
		return g.run(p)
	})
	c.Long = "Write generated input as files: records of Nexmark (bids, auctions, persons), of the Yahoo streaming benchmark, or lines of words."
	c.ValidArgs = kinds
	c.Flags().StringVar(&g.out, "out", "", "write into the directory `DIR`")
	c.Flags().Int64Var(&g.events, "events", 1_000_000, "make `N` records")
	c.Flags().Uint64Var(&g.seed, "seed", 1, "the same `SEED` makes the same records")
	addChoice(c, &g.format, "format", "of the files; lines as json are text", "json", "parquet", "text")
	c.Flags().Int64Var(&g.eventsPerFile, "events-per-file", 250_000, "a file holds `N` records")
	addChoice(c, &g.compression, "compression", "of Parquet", "snappy", "zstd", "gzip", "none")
	c.Flags().IntVar(&g.workers, "workers", 0, "write `N` files at once; 0 is one for each processor")
	required(c, "out")
	return c
}

// run writes the files. A file appears when it is whole.
func (c *genCommand) run(p *program) error {
	if c.events < 0 || c.eventsPerFile < 1 || c.workers < 0 {
		return &usageError{"--events, --events-per-file and --workers must be positive"}
	}
	if c.format == "text" && c.kind != "lines" {
		return &usageError{fmt.Sprintf("%s has several columns; --format is json or parquet for it", c.kind)}
	}
	files := gen.Files{Records: c.events, PerFile: c.eventsPerFile, Workers: c.workers}
	d := bench.Dataset{Kind: c.kind, Seed: c.seed, Format: c.format, Compression: c.compression, Files: files}
	if err := d.Write(p.ctx, c.out); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.out, "%d records in %d files in %s\n", c.events, files.Len(), c.out)
	return err
}
