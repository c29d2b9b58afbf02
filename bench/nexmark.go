package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/bench/gen"
	"github.com/weirstream/weir/internal/nexmark"
)

const (
	nexmarkEvents = 5_000_000
	typedEvents   = 20_000_000
	// typedHeld is how many events of typed input lie in memory.
	typedHeld = 1_000_000
)

// Nexmark runs the auction queries over each input, and on the peers that can.
func Nexmark(ctx context.Context, o Options) ([]Result, error) {
	names := make([]string, len(nexmarkQueries))
	for i, q := range nexmarkQueries {
		names[i] = q.name
	}
	chosen, err := o.chosen(names)
	if err != nil {
		return nil, err
	}
	inputs := o.Inputs
	if len(inputs) == 0 {
		inputs = []string{"parquet"}
	}
	var all []Result
	for _, input := range inputs {
		n := &nexmarkSuite{Options: o, input: input}
		if err := n.prepare(ctx); err != nil {
			return all, err
		}
		for _, q := range nexmarkQueries {
			if !slices.Contains(chosen, q.name) {
				continue
			}
			r, err := n.compare(ctx, q)
			all = append(all, r...)
			if err != nil {
				return all, err
			}
		}
	}
	return all, nil
}

// nexmarkSuite is the suite over one input.
type nexmarkSuite struct {
	Options
	input  string
	dir    string  // of the files
	total  int64   // events
	replay *replay // of typed input
}

func (n *nexmarkSuite) prepare(ctx context.Context) (err error) {
	if n.input == "typed" {
		g := gen.NewNexmark(nexmark.Options{Seed: 1})
		n.total = n.events(typedEvents)
		n.replay, err = newReplay(ctx, g, min(typedHeld, n.total), n.total, n.batch())
		return err
	}
	n.dir, n.total, err = n.files(ctx, Dataset{Kind: "nexmark", Seed: 1, Format: n.input,
		Files: gen.Files{Records: n.events(nexmarkEvents), PerFile: perFile}})
	return err
}

// perBatch is how many events a batch takes: whole files, or whole parts.
func (n *nexmarkSuite) perBatch() int64 {
	if n.replay != nil {
		return n.replay.take * replayRows
	}
	return max(n.batch()/perFile, 1) * perFile
}

// compare measures a query on weir and on its peers, which take turns.
func (n *nexmarkSuite) compare(ctx context.Context, q nexmarkQuery) ([]Result, error) {
	rounds := make(map[string][]Result)
	var engines []string
	for round := range n.rounds() {
		peers, err := n.Peers.run(ctx, n, q.name, round)
		if err != nil {
			return nil, err
		}
		for _, r := range append([]Result{n.measured(ctx, q)}, peers...) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if rounds[r.Engine] == nil {
				engines = append(engines, r.Engine)
			}
			rounds[r.Engine] = append(rounds[r.Engine], r)
			n.logf("%s %s %s: %s events/s%s", q.name, n.input, r.Engine, rate(r.EventsPerSecond), r.Failed)
		}
	}
	var out []Result
	for _, e := range engines {
		out = append(out, median(rounds[e]))
	}
	if n.Check && !q.clock && out[0].Failed == "" {
		sum := &checksum{}
		if _, err := n.query(ctx, q, sum); err != nil {
			return out, err
		}
		out[0].Checksum = sum.String()
	}
	return out, nil
}

// measured is a round of weir; a failure is a result too.
func (n *nexmarkSuite) measured(ctx context.Context, q nexmarkQuery) Result {
	r, err := n.query(ctx, q, nil)
	if err != nil {
		text, _, _ := strings.Cut(err.Error(), "\n")
		r = Result{Failed: text}
	}
	r.Suite, r.Query, r.Input, r.Engine = "nexmark", q.name, n.input, "weir"
	return r
}

// query runs a query to the end of its input, into the noop sink or a checksum.
func (n *nexmarkSuite) query(ctx context.Context, q nexmarkQuery, sum *checksum) (r Result, err error) {
	sink := "noop"
	var options []weir.Option
	if n.replay != nil {
		options = append(options, weir.WithConnectors(n.replay))
	}
	if sum != nil {
		sink = sum.Name()
		options = append(options, weir.WithConnectors(sum))
	}
	s, err := n.session(options...)
	if err != nil {
		return r, err
	}
	defer s.Close()
	if err := n.views(s); err != nil {
		return r, err
	}
	dir, done, err := n.scratch()
	if err != nil {
		return r, err
	}
	defer done()
	var run *weir.Query
	took, err := measure(func() error {
		run, err = s.SQL(q.text).WriteStream().Format(sink).OutputModeNamed(q.mode).Option("checkpointLocation", dir).
			Trigger(weir.AvailableNow()).Start(ctx)
		if err != nil {
			return err
		}
		return run.AwaitTermination(ctx)
	})
	if err != nil {
		return r, err
	}
	r = steady(run.RecentProgress(), n.perBatch(), n.total)
	r.Seconds, r.CPUSeconds, r.PeakRSSBytes = took.wall.Seconds(), took.cpu.Seconds(), took.peak
	if r.Events == 0 {
		return r, errors.New("no events were read")
	}
	return r, nil
}

// steady gives the rate of the last half of the batches by the time that the
// triggers took. Each batch has so many records, the last one what is left of all.
// The rows that a progress counts are no measure: a source that a plan reads twice
// counts twice there, and rows that the source leaves out do not count.
func steady(batches []*weir.Progress, perBatch, total int64) Result {
	var r Result
	var events []int64
	var took []float64
	for _, p := range batches {
		n := min(perBatch, total-r.Events)
		if n <= 0 {
			break
		}
		events, took = append(events, n), append(took, p.BatchDuration.Seconds())
		r.Events += n
		r.Rows += p.Sink.OutputRows
	}
	var n int64
	var spent float64
	for i := len(events) / 2; i < len(events); i++ {
		n += events[i]
		spent += took[i]
	}
	if spent > 0 {
		r.EventsPerSecond = float64(n) / spent
	}
	return r
}

// eventFields is the schema of the files, as Spark's script gives it.
const eventFields = `event_type INT, person STRUCT<id BIGINT,name STRING,emailAddress STRING,creditCard STRING,city STRING,
state STRING,dateTime TIMESTAMP_NTZ,extra STRING>, auction STRUCT<id BIGINT,itemName STRING,description STRING,initialBid BIGINT,
reserve BIGINT,dateTime TIMESTAMP_NTZ,expires TIMESTAMP_NTZ,seller BIGINT,category BIGINT,extra STRING>, bid STRUCT<auction BIGINT,
bidder BIGINT,price BIGINT,channel STRING,url STRING,dateTime TIMESTAMP_NTZ,extra STRING>, dateTime TIMESTAMP`

// eventViews are the three kinds of events, by their number.
var eventViews = []string{"person", "auction", "bid"}

// views makes the views that the queries read, by the steps of Spark's script.
func (n *nexmarkSuite) views(s *weir.Session) error {
	var events *weir.DataFrame
	switch n.input {
	case "typed":
		events = s.ReadStream().Format(n.replay.Name()).Load()
	default:
		schema := eventFields
		if n.input == "json" {
			schema = strings.ReplaceAll(schema, "TIMESTAMP_NTZ", "TIMESTAMP")
		}
		events = s.ReadStream().Format(n.input).Schema(schema).Option("maxFilesPerTrigger", n.perBatch()/perFile).Load(n.dir)
	}
	events = events.WithWatermarkText("dateTime", "4 seconds")
	var errs []error
	for kind, name := range eventViews {
		view := events.Where(fmt.Sprintf("event_type=%d", kind)).SelectExpr(name+".*", "dateTime as ts").Drop("dateTime").
			WithColumnRenamed("ts", "dateTime")
		errs = append(errs, view.CreateOrReplaceTempView(name))
	}
	side := s.SQL("select id as key, cast(id as string) as value from range(10000)")
	return errors.Join(append(errs, side.CreateOrReplaceTempView("side"))...)
}
