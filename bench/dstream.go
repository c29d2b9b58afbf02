package bench

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/weirstream/weir/bench/gen"
	"github.com/weirstream/weir/dstream"
	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/rdd"
)

const (
	// windowRows and windowKeys are what one batch of a window holds.
	windowRows, windowKeys = 100_000, 10_000
	// windowBatches is how many batches a window holds: 30 s by 1 s.
	windowBatches = 30
	// stateKeys and stateRows are the keys of a state and the rows of a batch.
	stateKeys, stateRows = 1_000_000, 1_000
	// steadyBatches is how many batches are run where the input does not say.
	steadyBatches = 80
	// grepWord is what lines are searched for.
	grepWord = "abc"
)

// dstreamJob is one job of the suite.
type dstreamJob struct {
	name, input string
	// rows is how many rows a batch has, files whether they are lines of a file.
	rows    int64
	files   bool
	batches int
	// describe describes the streams; rows that come out are reported to found.
	describe func(j *dstreamRun)
}

// dstreamJobs are the jobs that run on the test clock, batch after batch.
var dstreamJobs = []dstreamJob{
	{name: "grep", input: "text", rows: linesPerFile, files: true, describe: func(j *dstreamRun) {
		counted(j, dstream.Filter(j.lines(), func(s string) bool { return strings.Contains(s, grepWord) }))
	}},
	{name: "word count", input: "text", rows: linesPerFile, files: true, describe: func(j *dstreamRun) {
		counted(j, wordsOf(j.lines()))
	}},
	{name: "window", input: "pairs", rows: windowRows, batches: windowBatches + steadyBatches, describe: func(j *dstreamRun) {
		rows := rdd.Map(rdd.Numbers(j.c, 0, windowRows, 1, 0), func(i int64) rdd.Pair[int64, int64] { return rdd.P(i*7919%windowKeys, i) })
		counted(j, dstream.ReduceByKeyAndWindowInverse(dstream.ConstantInput(j.ssc, rows), plus, minus,
			windowBatches*time.Second, time.Second, dstream.WindowConf[int64, int64]{}))
	}},
	{name: "window of a million keys", input: "pairs", rows: stateRows, batches: windowBatches + steadyBatches, describe: func(j *dstreamRun) {
		counts := dstream.ReduceByKeyAndWindowInverse(dstream.GeneratorStream(j.ssc, j.someKeys(stateKeys)), plus, minus,
			windowBatches*time.Second, time.Second, dstream.WindowConf[int64, int64]{})
		dstream.ForeachRDD(counts, func(ctx context.Context, r *rdd.RDD[rdd.Pair[int64, int64]], _ dstream.Time) error {
			_, err := rdd.Take(ctx, r, 10) // as print does: a count would go over all keys
			return err
		})
	}},
	{name: "map with state", input: "pairs", rows: stateRows, batches: steadyBatches, describe: func(j *dstreamRun) {
		initial := rdd.Map(rdd.Numbers(j.c, 0, stateKeys, 1, 0), func(i int64) rdd.Pair[int64, int64] { return rdd.P(i, int64(0)) })
		counted(j, dstream.MapWithState(dstream.GeneratorStream(j.ssc, j.someKeys(0)),
			func(_ int64, v rdd.Option[int64], s *dstream.State[int64]) int64 {
				s.Update(s.Option().Value + v.Value)
				return s.Get()
			}, dstream.StateConf[int64, int64]{Initial: initial}).Stream)
	}},
	{name: "empty batch", input: "nothing", batches: 20 * steadyBatches, describe: func(j *dstreamRun) {
		counted(j, dstream.ConstantInput(j.ssc, rdd.Parallelize[int](j.c, nil, 1)))
	}},
}

// shortBatches is the name of the job that runs by the machine's clock.
const shortBatches = "10 ms batches"

func plus(a, b int64) int64  { return a + b }
func minus(a, b int64) int64 { return a - b }

// DStream measures jobs of discretized streams: grep and word count over files of a
// million lines, one a batch; a window of 30 s by 1 s with inverse; a state of a million
// keys; batches of 10 ms; batches without data. A rate is that of the last half of the
// batches. But for the batches of 10 ms, each batch begins when the one before has ended.
func DStream(ctx context.Context, o Options) ([]Result, error) {
	var names []string
	for _, j := range dstreamJobs {
		names = append(names, j.name)
	}
	chosen, err := o.chosen(append(names, shortBatches))
	if err != nil {
		return nil, err
	}
	d := &dstreamSuite{Options: o}
	var out []Result
	for _, j := range dstreamJobs {
		if !slices.Contains(chosen, j.name) {
			continue
		}
		rounds := make(map[string][]Result)
		for range o.rounds() {
			if err := ctx.Err(); err != nil {
				return out, err
			}
			weir, err := d.stepped(ctx, j)
			if err != nil {
				weir.Failed, _, _ = strings.Cut(err.Error(), "\n")
			}
			rounds["weir"] = append(rounds["weir"], d.named(weir, j, "weir"))
			for _, name := range o.Peers.Names {
				if name != "spark" {
					continue
				}
				r, err := d.spark(ctx, j, weir.Rows)
				if err != nil {
					r.Failed, _, _ = strings.Cut(err.Error(), "\n")
				}
				rounds[name] = append(rounds[name], d.named(r, j, name))
			}
		}
		for _, engine := range []string{"weir", "spark"} {
			if len(rounds[engine]) > 0 {
				out = append(out, median(rounds[engine]))
			}
		}
	}
	if slices.Contains(chosen, shortBatches) {
		r, err := d.short(ctx)
		if err != nil {
			r.Failed, _, _ = strings.Cut(err.Error(), "\n")
		}
		r.Suite, r.Query, r.Input, r.Engine = "dstream", shortBatches, "socket", "weir"
		out = append(out, r)
	}
	return out, ctx.Err()
}

// dstreamSuite runs the jobs.
type dstreamSuite struct{ Options }

func (d *dstreamSuite) cores() int {
	if d.Workers > 0 {
		return d.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// named says what a result is of.
func (d *dstreamSuite) named(r Result, j dstreamJob, engine string) Result {
	r.Suite, r.Query, r.Input, r.Engine = "dstream", j.name, j.input, engine
	if j.files {
		r.GBPerCore = r.EventsPerSecond * gen.LineLength / 1e9 / float64(d.cores())
	}
	d.logf("%s, %s: %s rows/s, p50 %v, %.2f s of CPU %s", j.name, engine, rate(r.EventsPerSecond), seconds(r.P50), r.CPUSeconds, r.Failed)
	return r
}

// dstreamRun is a job that runs.
type dstreamRun struct {
	c     *rdd.Context
	ssc   *dstream.Context
	texts []string // files of lines, in order
	found int64
}

// lines are the files, one a batch, in a partition for each core.
func (j *dstreamRun) lines() *dstream.Stream[string] {
	q := new(dstream.Queue[string])
	for _, name := range j.texts {
		q.Push(rdd.TextFileOf(j.c, name, j.c.Cores()))
	}
	return dstream.QueueStream(j.ssc, q, dstream.QueueConf[string]{})
}

// someKeys makes batches of keys that lie scattered among all; the first has as many as
// first says.
func (j *dstreamRun) someKeys(first int64) func(dstream.Time) (*rdd.RDD[rdd.Pair[int64, int64]], error) {
	var batch int64
	return func(dstream.Time) (*rdd.RDD[rdd.Pair[int64, int64]], error) {
		from, n := batch*stateRows, int64(stateRows)
		if batch++; batch == 1 && first > 0 {
			n = first
		}
		return rdd.Map(rdd.Numbers(j.c, from, from+n, 1, 0), func(i int64) rdd.Pair[int64, int64] { return rdd.P(i*7907%stateKeys, int64(1)) }), nil
	}
}

// counted is an output that counts the rows.
func counted[T any](j *dstreamRun, s *dstream.Stream[T]) {
	dstream.ForeachRDD(s, func(ctx context.Context, r *rdd.RDD[T], _ dstream.Time) error {
		n, err := rdd.Count(ctx, r)
		j.found += n
		return err
	})
}

// wordsOf counts the words of each batch.
func wordsOf(lines *dstream.Stream[string]) *dstream.Stream[rdd.Pair[string, int64]] {
	ones := dstream.MapToPair(dstream.FlatMapSeq(lines, words), func(w string) (string, int64) { return w, 1 })
	return dstream.ReduceByKey(ones, plus)
}

// words yields what stands between blanks.
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

// open makes the contexts of a job in a folder of its own.
func (d *dstreamSuite) open(interval time.Duration, conf dstream.Conf) (*dstreamRun, func(), error) {
	dir, remove, err := d.scratch()
	if err != nil {
		return nil, nil, err
	}
	c, err := rdd.NewContext(rdd.Config{Cores: d.Workers, LocalDirs: []string{filepath.Join(dir, "local")}})
	if err != nil {
		remove()
		return nil, nil, err
	}
	conf.Log = slog.New(slog.DiscardHandler)
	conf.CheckpointDir = filepath.Join(dir, "checkpoint")
	j := &dstreamRun{c: c, ssc: dstream.NewContext(c, interval, conf)}
	return j, func() {
		j.ssc.Stop(false, false)
		c.Close()
		remove()
	}, nil
}

// texts are the files of lines, made where they are missing.
func (d *dstreamSuite) texts(ctx context.Context) ([]string, error) {
	dir, _, err := d.files(ctx, Dataset{Kind: "lines", Seed: 1, Format: "text",
		Files: gen.Files{Records: d.events(linesRecords), PerFile: linesPerFile}})
	if err != nil {
		return nil, err
	}
	return filepath.Glob(filepath.Join(dir, "*.txt"))
}

// stepped runs a job, each batch when the one before has ended.
func (d *dstreamSuite) stepped(ctx context.Context, j dstreamJob) (r Result, err error) {
	now := clock.NewManual(time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC))
	run, done, err := d.open(time.Second, dstream.Conf{Clock: now})
	if err != nil {
		return r, err
	}
	defer done()
	if j.files {
		if run.texts, err = d.texts(ctx); err != nil {
			return r, err
		}
		j.batches = len(run.texts)
	}
	j.describe(run)
	ended := make(chan dstream.Batch, 1)
	defer run.ssc.Listen(func(e dstream.Event) {
		if e, ok := e.(dstream.BatchCompleted); ok {
			ended <- e.Batch
		}
	})()
	took := make([]time.Duration, 0, j.batches)
	whole, err := measure(func() error {
		if err := run.ssc.Start(ctx); err != nil {
			return err
		}
		for range j.batches {
			<-now.AwaitTimers(1)
			begin := time.Now()
			now.Advance(time.Second)
			select {
			case batch := <-ended:
				if failure := batch.Outputs[0].Failure; failure != "" {
					return errors.New(failure)
				}
			case <-ctx.Done():
				return ctx.Err()
			}
			took = append(took, time.Since(begin))
		}
		return nil
	})
	r = j.result(took)
	r.Rows, r.Seconds, r.CPUSeconds, r.PeakRSSBytes = run.found, whole.wall.Seconds(), whole.cpu.Seconds(), whole.peak
	return r, err
}

// result is the rate and the times of the last half of the batches.
func (j dstreamJob) result(took []time.Duration) (r Result) {
	r.Events = j.rows * int64(len(took))
	last := slices.Clone(took[len(took)/2:])
	if len(last) == 0 {
		return r
	}
	sum := time.Duration(0)
	for _, t := range last {
		sum += t
	}
	r.EventsPerSecond = float64(j.rows) * float64(len(last)) / sum.Seconds()
	slices.Sort(last)
	r.P50, r.P99 = last[len(last)/2].Seconds(), last[len(last)*99/100].Seconds()
	return r
}

// spark runs a job on Spark Streaming. Its times are whole milliseconds.
func (d *dstreamSuite) spark(ctx context.Context, j dstreamJob, rows int64) (r Result, err error) {
	dir, done, err := d.scratch()
	if err != nil {
		return r, err
	}
	defer done()
	job := map[string]any{"job": j.name, "threads": d.cores(), "dir": dir, "batches": min(j.batches, windowBatches+steadyBatches),
		"rows": j.rows, "keys": windowKeys, "window": windowBatches, "state": stateKeys, "word": grepWord}
	if j.name == "window of a million keys" {
		job["keys"] = stateKeys
	}
	if j.files {
		files, err := d.texts(ctx)
		if err != nil {
			return r, err
		}
		job["files"], job["batches"] = files, len(files)
	}
	answer, err := sparkStreaming(ctx, dir, job)
	if err != nil {
		return r, err
	}
	if j.files && answer.Found != rows {
		return r, fmt.Errorf("%d rows came out, where weir has %d", answer.Found, rows)
	}
	took := make([]time.Duration, len(answer.MS))
	for i, ms := range answer.MS {
		took[i] = time.Duration(ms) * time.Millisecond
	}
	r = j.result(took)
	r.Rows, r.Seconds, r.CPUSeconds, r.PeakRSSBytes = answer.Found, answer.Seconds, answer.CPU, answer.Peak
	return r, nil
}
