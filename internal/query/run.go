package query

import (
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"maps"
	"runtime/debug"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/microbatch"
	"github.com/weirstream/weir/internal/physical"
	"github.com/weirstream/weir/internal/progress"
	"github.com/weirstream/weir/internal/schedule"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/internal/watermark"
)

// run is what the query's goroutine owns.
type run struct {
	machine *microbatch.Machine
	log     *checkpoint.Checkpoint
	program *physical.Program
	sources []*source
	states  *states
	sink    connector.Sink
	late    *lateSink
	tracker *watermark.Tracker
	report  report

	unseen    *int64    // the batch that has failed before its sink committed; nil: none
	ran       bool      // a batch has run since the sources were asked; under Query.mu
	told      bool      // the machine knows that the query is to end
	lastEvent time.Time // of the last progress or idle event
}

// open makes all that a query needs. What it opened before a failure is closed.
func open(ctx context.Context, q *Query) (_ *run, err error) {
	c := &q.config
	r := &run{}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	var state checkpoint.State
	r.log, state, err = checkpoint.Open(c.Checkpoint.FS, c.Checkpoint.Dir, checkpoint.Options{
		Retain: c.Settings.Retain, Warn: c.Warn, Lazy: c.Settings.AsyncEvery, Now: c.Clock.Now})
	if err != nil {
		return nil, err
	}
	if c.Settings.Policy, err = policyOf(c, &state); err != nil {
		return nil, err
	}
	if err = c.finishes(ctx, &state); err != nil {
		return nil, err
	}
	if r.late, err = openLate(ctx, c); err != nil {
		return nil, err
	}
	r.states = newStates(r.log, &state, c)
	r.program, err = physical.Compile(c.Plan, physical.Options{
		Workers: c.Settings.Workers, Mode: c.Mode, Env: &c.Env, Salt: saltOf(r.log.QueryID()), OpenState: r.states.open,
		Late: r.late.collector()})
	if err != nil {
		return nil, err
	}
	if c.Settings.AsyncEvery > 0 && len(r.program.Stateful) > 0 {
		return nil, fault.New(fault.IllegalArgument, "a query with state does not support async progress tracking, and this one has %s",
			r.program.Stateful[0].Name)
	}
	if err = r.states.check(r.program.Stateful); err != nil {
		return nil, err
	}
	if err = state.CheckSources(len(r.program.Streams)); err != nil {
		return nil, err
	}
	if err = r.openSources(ctx, q, c); err != nil {
		return nil, err
	}
	r.sink, err = c.OpenSink(ctx, connector.SinkSpec{Schema: r.program.Schema(), Mode: c.Mode, QueryName: c.Name})
	if err != nil {
		return nil, err
	}
	if err = r.shapeOf(c).note(r.log, &state); err != nil {
		return nil, err
	}
	r.restoreTracker(c, &state)
	r.machine, err = newMachine(r, c, &state)
	return r, err
}

// saltOf is what the functions of chance of a query draw from: the same for as long
// as its checkpoint lives.
func saltOf(queryID string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(queryID)) // it never fails
	return h.Sum64()
}

// close frees everything, the checkpoint last.
func (r *run) close() error {
	var errs []error
	if r.program != nil { // before the sources: a failure may have left their readers open
		errs = append(errs, r.program.Close())
	}
	for _, s := range r.sources {
		errs = append(errs, s.close())
	}
	if c, ok := r.sink.(connector.Closer); ok {
		errs = append(errs, c.Close())
	}
	errs = append(errs, r.late.close())
	if r.states != nil {
		errs = append(errs, r.states.close())
	}
	if r.log != nil {
		errs = append(errs, r.log.Close())
	}
	return errors.Join(errs...)
}

// newMachine puts what the checkpoint knows into the words of the machine.
func newMachine(r *run, c *Config, state *checkpoint.State) (*microbatch.Machine, error) {
	options := microbatch.Options{Trigger: c.Trigger, NoData: c.Settings.NoDataBatches && r.program.Evicts(c.Mode),
		Retries: c.Settings.Retries}
	for _, s := range r.sources {
		options.Sources = append(options.Sources, microbatch.Source{
			Name: s.description, Replayable: s.replayable, Bounded: s.bounded})
	}
	known := knownOf(state)
	if known.Committed {
		known.Timer = r.stateTimer()
	}
	m, err := microbatch.New(options, known)
	if refusal := (*microbatch.NotReplayableError)(nil); errors.As(err, &refusal) {
		return nil, fault.New(fault.IllegalState, "%s", refusal.Error())
	}
	return m, err
}

// knownOf is what the machine must know of a checkpoint.
func knownOf(state *checkpoint.State) microbatch.Checkpoint {
	var known microbatch.Checkpoint
	if n := len(state.Plans); n > 0 {
		last := planOf(state.Plans[n-1])
		if n > 1 {
			before := planOf(state.Plans[n-2])
			last.Start, last.Late = before.End, before.Watermark
		} else {
			last.Start, last.Late = make([]microbatch.Offset, len(last.End)), time.UnixMilli(0)
		}
		known.Last = &last
		known.Committed = state.Committed() == int64(last.Batch)
		if known.Committed {
			known.Watermark = time.UnixMilli(state.Commits[len(state.Commits)-1].NextWatermarkMS)
		}
	}
	return known
}

// stateTimer is when the state wants a batch though nothing comes; zero for never.
func (r *run) stateTimer() time.Time {
	if at, ok := r.program.NextTimer(); ok {
		return time.UnixMilli(at).UTC()
	}
	return time.Time{}
}

func planOf(p checkpoint.Plan) microbatch.Plan {
	out := microbatch.Plan{Batch: microbatch.BatchID(p.Batch), Timestamp: time.UnixMilli(p.TimestampMS).UTC(),
		Watermark: time.UnixMilli(p.WatermarkMS).UTC()}
	for _, e := range p.Ends {
		out.End = append(out.End, microbatch.Offset(e))
	}
	return out
}

// trackerNote is the note under which the tracker's snapshot lies beside the
// commits.
const trackerNote = "watermark"

// policyConf is Spark's name of the policy that combines watermarks.
const policyConf = "spark.sql.streaming.multipleWatermarkPolicy"

// policyOf is the policy that the query began with, which wins over the session's
// (S152); without a batch, or where the checkpoint does not say, it is that.
func policyOf(c *Config, state *checkpoint.State) (watermark.Policy, error) {
	if n := len(state.Plans); n > 0 && state.Plans[n-1].Conf[policyConf] != "" {
		return watermark.ParsePolicy(state.Plans[n-1].Conf[policyConf])
	}
	return c.Settings.Policy, nil
}

// restoreTracker puts the watermarks where the last committed batch left them.
func (r *run) restoreTracker(c *Config, state *checkpoint.State) {
	ids := make([]watermark.OperatorID, len(r.program.Watermarks))
	for i, w := range r.program.Watermarks {
		ids[i] = watermark.OperatorID(w.ID)
	}
	r.tracker = watermark.NewTracker(c.Settings.Policy, ids...)
	var snapshot watermark.Snapshot
	if note, ok := state.Notes[trackerNote]; ok && !state.TakenOver && json.Unmarshal(note, &snapshot) == nil {
		if c.Settings.ForgetInputs {
			snapshot.Seen = nil
		}
		r.tracker.Restore(snapshot)
		return
	}
	if n := len(state.Commits); n > 0 {
		snapshot.Evict = time.UnixMilli(state.Commits[n-1].NextWatermarkMS).UTC()
		snapshot.Late = snapshot.Evict
		if p, err := state.Plan(state.Commits[n-1].Batch); err == nil {
			snapshot.Late = time.UnixMilli(p.WatermarkMS).UTC()
		}
		r.tracker.Restore(snapshot)
	}
}

// work is the query's goroutine: it performs what the machine decides until the
// machine is done.
func (q *Query) work(ctx context.Context) {
	q.lastEvent = q.now()
	event := microbatch.Event(microbatch.Started{Now: q.now()})
	for {
		next, finished, err := q.perform(ctx, q.machine.Step(event))
		if finished {
			q.end(err)
			return
		}
		if event = next; event == nil {
			event = q.wait(microbatch.Wait{ForData: true})
		}
	}
}

// perform performs actions in order and returns the event that answers them. A
// connector that panics fails its query and no other.
func (q *Query) perform(ctx context.Context, actions []microbatch.Action) (next microbatch.Event, finished bool, err error) {
	defer func() {
		if v := recover(); v != nil {
			failed := &schedule.PanicError{Value: v, Stack: debug.Stack()}
			next, finished, err = microbatch.Failed{Err: failed}, false, nil
		}
	}()
	for _, a := range actions {
		var failure error
		switch a := a.(type) {
		case microbatch.AskLatest:
			next, failure = q.ask(ctx, a)
		case microbatch.WritePlan:
			next, failure = microbatch.Planned{}, q.writePlan(a.Plan)
		case microbatch.Release:
			failure = q.releaseSources(ctx, a)
		case microbatch.RunBatch:
			next, failure = q.runBatch(ctx, a)
		case microbatch.WriteCommit:
			failure = q.writeCommit(a)
			next = microbatch.Committed{Now: q.now()}
		case microbatch.FellBehind:
			q.config.Warn.Warn("Current batch is falling behind.", "triggerInterval", a.Interval, "spent", a.Spent)
		case microbatch.Wait:
			next = q.wait(a)
		case microbatch.Finish:
			return nil, true, a.Err
		}
		if failure != nil {
			interrupted := errors.Is(failure, errStopped) || errors.Is(context.Cause(ctx), errStopped)
			if interrupted {
				// The machine takes an interruption for a failure unless it knows of the stop.
				q.heedStop()
				if !errors.Is(failure, errStopped) && !errors.Is(failure, context.Canceled) {
					q.config.Warn.Warn("The query failed while it was being stopped; its batch will run again.", "err", failure)
				}
			}
			return microbatch.Failed{Err: failure, Interrupted: interrupted, Passing: passing(failure)}, false, nil
		}
		if next != nil && q.heedStop() {
			return nil, true, nil
		}
	}
	return next, false, nil
}

// heedStop lets the machine know, once, that the query is to end, and reports
// whether it ends at once. In the middle of a batch it ends after it.
func (q *Query) heedStop() bool {
	select {
	case <-q.stop:
		if q.told {
			return false
		}
		q.told = true
		return len(q.machine.Step(microbatch.Stopped{})) > 0
	default:
		return false
	}
}

func (q *Query) writePlan(p microbatch.Plan) error {
	start := time.Now()
	record := checkpoint.Plan{Batch: int64(p.Batch), WatermarkMS: p.Watermark.UnixMilli(),
		TimestampMS: p.Timestamp.UnixMilli(), Conf: q.conf()}
	for _, e := range p.End {
		record.Ends = append(record.Ends, json.RawMessage(e))
	}
	err := q.log.Plan(record)
	q.report.phase(progress.WalCommit, time.Since(start))
	return err
}

// conf are the settings that are kept with a batch: those that Spark keeps, and those
// that change what the batch gives (S152).
func (q *Query) conf() map[string]string {
	all := map[string]string{policyConf: q.config.Settings.Policy.String()}
	maps.Copy(all, q.config.Pinned.Conf)
	return all
}

func (q *Query) writeCommit(a microbatch.WriteCommit) error {
	start := time.Now()
	if len(q.program.Watermarks) > 0 {
		note, err := json.Marshal(q.tracker.Snapshot())
		if err != nil {
			return err
		}
		q.log.Note(trackerNote, note)
	}
	if err := q.log.Commit(checkpoint.Commit{Batch: int64(a.Batch), NextWatermarkMS: a.Watermark.UnixMilli()}); err != nil {
		return err
	}
	q.states.committed(int64(a.Batch) + 1)
	q.report.phase(progress.CommitOffsets, time.Since(start))
	q.publish()
	return nil
}

// end closes everything and tells who waits.
func (q *Query) end(err error) {
	q.setStatus(progress.StoppedMessage, false, false)
	if err != nil {
		q.setStatus(progress.TerminatedWith+err.Error(), false, false)
	}
	q.noteUnseen()
	err = q.failed(errors.Join(err, q.close()))
	if t := q.config.Checkpoint; t.Temporary && err == nil {
		if e := vfs.RemoveAll(t.FS, t.Dir); e != nil {
			q.config.Warn.Warn("The temporary checkpoint could not be removed.", "dir", t.Dir, "err", e)
		}
	}
	q.err = err
	event := progress.Terminated{ID: q.id, RunID: q.runID}
	if err != nil {
		event.Exception = err.Error()
		if f, ok := errors.AsType[*fault.Error](err); ok {
			event.ErrorClass = f.Condition.Name
		}
	}
	q.config.Bus.Post(event)
	close(q.done)
}
