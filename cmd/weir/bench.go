package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime/pprof"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weirstream/weir/bench"
)

type benchCommand struct {
	options             bench.Options
	suite               string
	store, memory       string
	profile, jsonResult string
}

func newBench(p *program) *cobra.Command {
	b := new(benchCommand)
	suites := slices.Sorted(maps.Keys(benchSuites))
	c := p.command("bench SUITE", "Measure, beside other engines where asked", oneOf("SUITE", suites...), func(args []string) error {
		b.suite = args[0]
		return b.run(p)
	})
	c.Long = "Measure, beside other engines where asked. A suite is one of " + strings.Join(suites, ", ") + "."
	c.ValidArgs = suites
	o, f := &b.options, c.Flags()
	o.Inputs = []string{"parquet"}
	f.StringVar(&o.Data, "data", "", "the folder `DIR` of the data, made where it is missing; the default is weir-bench in your cache")
	addChoices(c, &o.Inputs, "format", "the input of nexmark; typed is columns in memory", "parquet", "json", "typed")
	f.StringSliceVar(&o.Queries, "queries", nil, "run these `QUERIES`, such as q0,q5; without it all")
	f.Int64Var(&o.Events, "events", 0, "take `N` records; the default is the suite's")
	f.Int64Var(&o.Batch, "batch", 0, "a batch takes `N` records; the default is 500000")
	f.IntVar(&o.Workers, "workers", 0, "how many tasks run at once; `N` = 0 is one for each processor")
	addStateFlags(c, &b.store, &b.memory)
	f.IntVar(&o.Rounds, "rounds", 1, "measure everything `N` times; the median counts")
	f.BoolVar(&o.Check, "check", false, "run each query once more, not timed, for a checksum of its result")
	addChoices(c, &o.Peers.Names, "vs", "other engines to measure in turns with weir", "spark", "duckdb")
	f.StringVar(&o.Peers.Dir, "peers", "", "the folder `DIR` with the other engines' scripts")
	f.StringVar(&b.jsonResult, "json", "", "write the results to this `FILE` too, as JSON")
	f.StringVar(&b.profile, "cpuprofile", "", "write where the processors' time goes into this `FILE`")
	return c
}

// benchSuites are what can be measured.
var benchSuites = map[string]func(context.Context, bench.Options) ([]bench.Result, error){
	"nexmark": bench.Nexmark, "latency": bench.Latency, "start": bench.Start, "lines": bench.Lines,
	"dstream": bench.DStream, "tpch": bench.TPCH,
}

// run measures and prints a table.
func (c *benchCommand) run(p *program) error {
	o := c.options
	o.State, o.Log = stateOptions(c.store, c.memory), p.err
	if o.Events < 0 || o.Batch < 0 || o.Workers < 0 || o.Rounds < 1 {
		return &usageError{"--events, --batch, --workers and --rounds must be positive"}
	}
	if err := o.Peers.Check(); err != nil && c.suite != "tpch" && c.suite != "dstream" { // those bring their own programs
		return &usageError{err.Error()}
	}
	stop, err := profile(c.profile)
	if err != nil {
		return err
	}
	results, err := benchSuites[c.suite](p.ctx, o)
	err = errors.Join(err, stop())
	if len(results) == 0 {
		return err
	}
	// What was measured before a failure is shown nevertheless.
	err = errors.Join(err, bench.WriteTable(p.out, results))
	if c.jsonResult != "" {
		err = errors.Join(err, writeResults(c.jsonResult, results))
	}
	for _, r := range results {
		if r.Failed != "" && len(o.Queries) > 0 && r.Engine == "weir" {
			err = errors.Join(err, fmt.Errorf("%s over %s was not measured: %s", r.Query, r.Input, r.Failed))
		}
	}
	return err
}

// profile writes where the processors' time goes into a file until stop is called;
// without a name nothing.
func profile(name string) (stop func() error, err error) {
	if name == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}

func writeResults(name string, results []bench.Result) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(bench.WriteJSON(f, results), f.Close())
}
