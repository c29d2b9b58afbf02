package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"

	"github.com/weirstream/weir/bench"
)

type benchCommand struct {
	Suite   string   `arg:"" enum:"nexmark,latency,start,lines,dstream,tpch" help:"What to measure: nexmark, latency, start, lines, dstream or tpch."`
	Data    string   `help:"The folder of the data, made where it is missing; the default is weir-bench in your cache." placeholder:"DIR"`
	Format  []string `enum:"parquet,json,typed" default:"parquet" help:"The input of nexmark: parquet, json, typed (columns in memory)."`
	Queries []string `help:"The queries to run, such as q0,q5; without it all." placeholder:"q0,q5"`
	Events  int64    `help:"How many records; the default is the suite's." placeholder:"N"`
	Batch   int64    `help:"How many records a batch takes; the default is 500000." placeholder:"N"`
	Workers int      `help:"How many tasks run at once; 0 is one for each processor."`
	Store   string   `enum:"mem,lsm," default:"" help:"Where keyed state lives: mem, in memory while it fits, or lsm, on disk." placeholder:"mem|lsm"`
	Memory  string   `help:"How much memory a query may take, such as 1GiB." placeholder:"SIZE"`
	Rounds  int      `default:"1" help:"How often everything is measured; the median counts."`
	Check   bool     `help:"Run each query once more, not timed, for a checksum of its result."`
	Vs      []string `enum:"spark,duckdb" help:"Other engines to measure in turns with weir: spark, duckdb." placeholder:"ENGINE"`
	Peers   string   `help:"The folder with the other engines' scripts." placeholder:"DIR"`
	Profile string   `name:"cpuprofile" hidden:"" type:"path" placeholder:"FILE"`
	JSON    string   `name:"json" help:"Write the results to this file too, as JSON." placeholder:"FILE"`
}

// Run measures and prints a table.
func (c *benchCommand) Run(p *program) error {
	o := bench.Options{Data: c.Data, Inputs: c.Format, Queries: c.Queries, Events: c.Events, Batch: c.Batch, Workers: c.Workers,
		State: stateOptions(c.Store, c.Memory), Rounds: c.Rounds, Check: c.Check, Peers: bench.Peers{Names: c.Vs, Dir: c.Peers}, Log: p.err}
	if c.Events < 0 || c.Batch < 0 || c.Workers < 0 || c.Rounds < 1 {
		return &usageError{"--events, --batch, --workers and --rounds must be positive"}
	}
	if err := o.Peers.Check(); err != nil && c.Suite != "tpch" && c.Suite != "dstream" { // those bring their own programs
		return &usageError{err.Error()}
	}
	suites := map[string]func(context.Context, bench.Options) ([]bench.Result, error){
		"nexmark": bench.Nexmark, "latency": bench.Latency, "start": bench.Start, "lines": bench.Lines,
		"dstream": bench.DStream, "tpch": bench.TPCH}
	stop, err := profile(c.Profile)
	if err != nil {
		return err
	}
	results, err := suites[c.Suite](p.ctx, o)
	err = errors.Join(err, stop())
	if len(results) == 0 {
		return err
	}
	// What was measured before a failure is shown nevertheless.
	err = errors.Join(err, bench.WriteTable(p.out, results))
	if c.JSON != "" {
		err = errors.Join(err, writeResults(c.JSON, results))
	}
	for _, r := range results {
		if r.Failed != "" && len(c.Queries) > 0 && r.Engine == "weir" {
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
