package bench

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/connector/memory"
	"github.com/weirstream/weir/types"
)

// diskEngine is the engine of what is measured without weir.
const diskEngine = "disk"

// latencyRounds is how many batches of one row are timed.
const latencyRounds = 2_000

// Latency times durable batches of one row, from the moment the row is there to
// the commit of its batch, and beside them an append of 128 bytes with fsync on
// the same disk.
func Latency(ctx context.Context, o Options) ([]Result, error) {
	n := int(o.events(latencyRounds))
	queries := []struct{ name, mode, text string }{
		{"stateless", "append", "select k, v + 1 as v from one where v >= 0"},
		{"grouped count", "update", "select k, count(*) as n from one group by k"},
	}
	names := []string{"append and fsync"}
	for _, q := range queries {
		names = append(names, q.name)
	}
	chosen, err := o.chosen(names)
	if err != nil {
		return nil, err
	}
	var out []Result
	for range o.rounds() {
		if slices.Contains(chosen, names[0]) {
			r, err := o.timedAppend(n)
			if err != nil {
				return out, err
			}
			out = append(out, r)
		}
		for _, q := range queries {
			if !slices.Contains(chosen, q.name) {
				continue
			}
			r, err := o.timedBatches(ctx, q.mode, q.text, n)
			if err != nil {
				return out, err
			}
			r.Query = q.name
			out = append(out, r)
		}
	}
	return middle(out), nil
}

// middle keeps of each query the round with the middle p50.
func middle(all []Result) []Result {
	var names []string
	rounds := make(map[string][]Result)
	for _, r := range all {
		if rounds[r.Query] == nil {
			names = append(names, r.Query)
		}
		rounds[r.Query] = append(rounds[r.Query], r)
	}
	var out []Result
	for _, name := range names {
		out = append(out, median(rounds[name]))
	}
	return out
}

// timedBatches times batches of one row of a query over the stream one.
func (o *Options) timedBatches(ctx context.Context, mode, text string, n int) (r Result, err error) {
	stream := memory.NewStream("one", types.NewSchema(types.Field{Name: "k", Type: types.Of(types.String), Nullable: true},
		types.Field{Name: "v", Type: types.Of(types.Long), Nullable: true}))
	s, err := o.session(weir.WithConnectors(stream))
	if err != nil {
		return r, err
	}
	defer s.Close()
	if err := s.ReadStream().Format("one").Load().CreateOrReplaceTempView("one"); err != nil {
		return r, err
	}
	dir, done, err := o.scratch()
	if err != nil {
		return r, err
	}
	defer done()
	q, err := s.SQL(text).WriteStream().Format("noop").OutputModeNamed(mode).Option("checkpointLocation", dir).Start(ctx)
	if err != nil {
		return r, err
	}
	defer q.Stop()
	took := make([]time.Duration, 0, n)
	total, err := measure(func() error {
		for i := range n + n/10 {
			begin := time.Now()
			if _, err := stream.AddRows([]any{"a", int64(i)}); err != nil {
				return err
			}
			if err := q.ProcessAllAvailable(ctx); err != nil {
				return err
			}
			if i >= n/10 { // the first ones warm up
				took = append(took, time.Since(begin))
			}
		}
		return nil
	})
	return latencies("memory", took, total), err
}

// timedAppend times the least that a durable batch can cost.
func (o *Options) timedAppend(n int) (r Result, err error) {
	dir, done, err := o.scratch()
	if err != nil {
		return r, err
	}
	defer done()
	f, err := os.OpenFile(filepath.Join(dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	record := make([]byte, 128)
	took := make([]time.Duration, 0, n)
	total, err := measure(func() error {
		for range n {
			begin := time.Now()
			if _, err := f.Write(record); err != nil {
				return err
			}
			if err := f.Sync(); err != nil {
				return err
			}
			took = append(took, time.Since(begin))
		}
		return nil
	})
	r = latencies("file", took, total)
	r.Query, r.Engine = "append and fsync", diskEngine
	return r, err
}

// latencies makes a result of single times.
func latencies(input string, took []time.Duration, total cost) Result {
	r := Result{Suite: "latency", Input: input, Engine: "weir", Events: int64(len(took)), Rows: -1, Seconds: total.wall.Seconds(),
		CPUSeconds: total.cpu.Seconds(), PeakRSSBytes: total.peak}
	if len(took) == 0 {
		return r
	}
	slices.Sort(took)
	r.P50, r.P99 = took[len(took)/2].Seconds(), took[len(took)*99/100].Seconds()
	r.EventsPerSecond = 1 / r.P50
	return r
}
