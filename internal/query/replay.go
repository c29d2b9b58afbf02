package query

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/microbatch"
	"github.com/weirstream/weir/internal/physical"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/progress"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/state/memstore"
	"github.com/weirstream/weir/internal/vfs"
)

// Range says which batches [Replay] runs again: First to Last, both included. A Last
// below zero is the newest batch of the checkpoint.
type Range struct{ First, Last int64 }

// Trace is what a batch did when it was run again.
type Trace struct {
	// Batch is its number; Committed is false for one that was only planned.
	Batch     int64
	Committed bool
	// Timestamp is the time of the batch, Watermark the one it evicted by, Late the
	// one it dropped late rows by, and Next the one of the batch after; the zero
	// time where the batch is not committed.
	Timestamp, Watermark, Late, Next time.Time
	// Sources are what was read, in plan order.
	Sources []progress.Source
	// Operators are the nodes of the plan, from the sink to the sources, inputs
	// below and deeper.
	Operators []OperatorTrace
	// Rows is how many rows the sink was to take.
	Rows int64
	// State compares what the batch changed of the state with what it changed when it
	// ran before.
	State Likeness
}

// Likeness says whether the state of a batch that ran again is what it was.
type Likeness string

// The likenesses: nothing to compare, because the query keeps no state, the batch was
// not committed, its changes lie in files or are gone, or there are other tasks now;
// the same, byte for byte; something else, because the query is another, or depends on
// what is not in its sources.
const (
	UnknownState Likeness = "unknown"
	SameState    Likeness = "same"
	OtherState   Likeness = "other"
)

// OperatorTrace is what one operator took and gave.
type OperatorTrace struct {
	// Depth is its place in the plan, 0 at the sink.
	Depth int
	// Text is the operator as plans are written.
	Text string
	// Took and Gave count rows; -1 where the operator is part of another.
	Took, Gave int64
	// State is what the batch did to its state; nil: it has none.
	State *progress.StateOperator
	// Sample are the first rows that it gave.
	Sample []string
}

// Replay runs batches again as they were planned, from the state before the first of
// them, and gives what each did to see. The plan need not be the one they ran with.
//
// Nothing that the checkpoint holds is changed, and a query may be running on it: all
// that is written lies in memory. There is no sink. Static tables are read as they
// are now.
func Replay(ctx context.Context, c Config, want Range, sample int, see func(*Trace) error) (err error) {
	if err := checkpoint.Find(c.Checkpoint.FS, c.Checkpoint.Dir); err != nil {
		return err
	}
	r, found, err := openCopy(&c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := within(&c, &found, &want); err != nil {
		return err
	}
	if p, err := found.Plan(want.First); err == nil {
		if err := c.under(ctx, &p); err != nil {
			return err
		}
	}
	before := upTo(found, want.First)
	r.states = newStates(r.log, &before, &c)
	changes := &changes{was: found.Deltas, now: SameState}
	r.states.into = changes
	taps := &taps{sample: sample, zone: c.Env.Zone(), by: make(map[plan.Node][]*tap)}
	r.program, err = physical.Compile(c.Plan, physical.Options{Workers: c.Settings.Workers, Mode: c.Mode, Env: &c.Env,
		Salt: saltOf(r.log.QueryID()), OpenState: r.states.open, Tap: taps.tap})
	if err != nil {
		return err
	}
	if err := kept(&c, &found, r.program, want.First); err != nil {
		return err
	}
	if err := r.states.check(r.program.Stateful); err != nil {
		return err
	}
	if err := found.CheckSources(len(r.program.Streams)); err != nil {
		return err
	}
	q := &Query{config: c, run: r, wake: make(chan struct{}, 1)}
	if err := r.openSources(ctx, q, &c); err != nil {
		return err
	}
	for b := want.First; b <= want.Last; b++ {
		p, committed := plannedIn(&found, b)
		trace, err := q.replay(ctx, p, taps)
		if err != nil {
			return fmt.Errorf("batch %d: %w", b, err)
		}
		trace.Committed, trace.State = committed, changes.likeness()
		for _, done := range found.Commits {
			if done.Batch == b {
				trace.Next = time.UnixMilli(done.NextWatermarkMS).UTC()
			}
		}
		if err := see(trace); err != nil {
			return err
		}
	}
	return nil
}

// openCopy opens the checkpoint as if it were free, with all changes in memory. State
// is all in memory, and no snapshot of it is made.
func openCopy(c *Config) (*run, checkpoint.State, error) {
	c.Checkpoint.FS = vfs.NewOverlay(c.Checkpoint.FS)
	c.Settings.State, c.Settings.SnapshotEvery = StateSettings{}, math.MaxInt32
	r := &run{}
	var found checkpoint.State
	var err error
	r.log, found, err = checkpoint.Open(c.Checkpoint.FS, c.Checkpoint.Dir, checkpoint.Options{
		Retain: math.MaxInt32, MirrorDelay: -1, Warn: c.Warn})
	return r, found, err
}

// within refuses batches whose plans the checkpoint does not hold.
func within(c *Config, found *checkpoint.State, want *Range) error {
	if len(found.Plans) == 0 {
		return fault.New(fault.IllegalArgument, "the checkpoint %s has no batch that could be run again", c.Checkpoint.Dir)
	}
	oldest, newest := found.Plans[0].Batch, found.Plans[len(found.Plans)-1].Batch
	if oldest > 0 {
		oldest++ // where a batch begins is where the one before it ended
	}
	if want.Last < 0 {
		want.Last = newest
	}
	if want.First > want.Last || want.First < oldest || want.Last > newest {
		return fault.New(fault.IllegalArgument, "batches %d to %d cannot be run again: the checkpoint %s holds the plans of batches %d to %d "+
			"(spark.sql.streaming.minBatchesToRetain says how many are kept)", want.First, want.Last, c.Checkpoint.Dir, oldest, newest)
	}
	return nil
}

// kept refuses a first batch whose state before it has been removed.
func kept(c *Config, found *checkpoint.State, program *physical.Program, first int64) error {
	if first == 0 {
		return nil
	}
	for _, op := range program.Stateful {
		for i := range op.Specs {
			number := op.First + i
			m, err := memstore.Manifest(number, found.Notes)
			if err != nil {
				return err
			}
			if m == nil {
				continue // the check of the states has a sentence for it
			}
			r, err := memstore.Read(memstore.Config{FS: c.Checkpoint.FS, Dir: checkpoint.StateDir(c.Checkpoint.Dir, number),
				Operator: number, Spec: op.Specs[i]}, m, found.Deltas)
			if err != nil {
				return err
			}
			if oldest := int64(r.Oldest(state.Version(found.Committed() + 1))); first < oldest {
				return fault.New(fault.IllegalArgument, "batch %d cannot be run again: the state of operator %d (%s) before it has been removed. "+
					"The first batch that can be is %d (spark.sql.streaming.minBatchesToRetain says how many are kept)",
					first, number, op.Name, oldest)
			}
		}
	}
	return nil
}

// upTo is what the checkpoint held when the batches before first were committed. The
// deltas of state stay: those of later versions are not asked for.
func upTo(found checkpoint.State, first int64) checkpoint.State {
	before := found
	before.Plans, before.Commits = nil, nil
	for _, p := range found.Plans {
		if p.Batch < first {
			before.Plans = append(before.Plans, p)
		}
	}
	for _, d := range found.Commits {
		if d.Batch < first {
			before.Commits = append(before.Commits, d)
		}
	}
	return before
}

// plannedIn is the plan of a batch, which the checkpoint holds.
func plannedIn(found *checkpoint.State, batch int64) (p microbatch.Plan, committed bool) {
	state := upTo(*found, batch+1)
	state.Commits = nil
	known := knownOf(&state)
	return *known.Last, batch <= found.Committed()
}

// replay runs one batch.
func (q *Query) replay(ctx context.Context, p microbatch.Plan, taps *taps) (*Trace, error) {
	for i, s := range q.sources {
		if !s.replayable && p.Start[i] != p.End[i] {
			return nil, fault.New(fault.IllegalState, "%s cannot give its rows again", s.description)
		}
	}
	if err := q.plan(ctx, p); err != nil {
		return nil, err
	}
	taps.begin()
	rows := make([]int64, q.program.Parts())
	err := q.program.Run(ctx, &exec.Run{ID: int64(p.Batch), Query: q.id, Execution: q.runID, Now: p.Timestamp.UnixMicro(),
		Watermark: exec.Bounds{LateBefore: p.Late.UnixMicro(), EvictBefore: p.Watermark.UnixMicro()}},
		func(ctx context.Context, part int, r connector.Reader) error {
			for {
				b, err := r.Next(ctx)
				if err == io.EOF {
					return nil
				}
				if err != nil {
					return err
				}
				rows[part] += int64(b.Len())
			}
		})
	if err != nil {
		return nil, err
	}
	if err := q.states.save(int64(p.Batch) + 1); err != nil {
		return nil, err
	}
	q.states.committed(int64(p.Batch) + 1)
	trace := &Trace{Batch: int64(p.Batch), Timestamp: p.Timestamp, Watermark: p.Watermark.UTC(), Late: p.Late.UTC(),
		Operators: taps.operators(q)}
	for _, n := range rows {
		trace.Rows += n
	}
	for i, s := range q.sources {
		trace.Sources = append(trace.Sources, s.progress(p, i))
	}
	return trace, nil
}

// changes compares the changes of state of a batch with those of before. It is the
// journal of states that are kept nowhere.
type changes struct {
	was  []checkpoint.Delta
	now  Likeness
	seen int
}

// Delta implements [memstore.Journal].
func (c *changes) Delta(d checkpoint.Delta) {
	c.seen++
	for _, w := range c.was {
		if w.Operator != d.Operator || w.Store != d.Store || w.Version != d.Version {
			continue
		}
		switch {
		case bytes.Equal(w.Payload, d.Payload):
		case memstore.Inline(w) && memstore.Inline(d):
			c.now = OtherState
		case c.now == SameState:
			c.now = UnknownState
		}
		return
	}
	if c.now == SameState {
		c.now = UnknownState
	}
}

// Forget implements [memstore.Journal].
func (*changes) Forget(int, string, int64) {}

// Note implements [memstore.Journal].
func (*changes) Note(string, []byte) {}

// likeness is that of the batch that has run; another may begin.
func (c *changes) likeness() Likeness {
	now := c.now
	if c.seen == 0 {
		now = UnknownState
	}
	c.now, c.seen = SameState, 0
	return now
}
