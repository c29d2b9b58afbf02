package query

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/microbatch"
	"github.com/weirstream/weir/internal/physical"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/state/memstore"
	"github.com/weirstream/weir/internal/watermark"
)

// Verdict says what becomes of a part of a checkpoint if a query is started on it.
type Verdict string

// The verdicts.
const (
	// Kept goes on as it is.
	Kept Verdict = "kept"
	// New was not there before and begins empty.
	New Verdict = "new"
	// Dropped is there and will not be used any more.
	Dropped Verdict = "dropped"
	// Changed goes on in another way, which the user should know.
	Changed Verdict = "changed"
	// Refused keeps the query from starting.
	Refused Verdict = "refused"
)

// Finding is what becomes of one part.
type Finding struct {
	Verdict Verdict
	// What is the part: batches, source, watermark, operator, sink, …
	What string
	// Text is a sentence.
	Text string
}

// Report is the outcome of [Check].
type Report struct {
	// QueryID is that of the checkpoint.
	QueryID string
	// Findings are in the order of the data.
	Findings []Finding
}

// Refused reports whether the query would not start.
func (r *Report) Refused() bool {
	for _, f := range r.Findings {
		if f.Verdict == Refused {
			return true
		}
	}
	return false
}

func (r *Report) add(v Verdict, what, format string, args ...any) {
	r.Findings = append(r.Findings, Finding{v, what, fmt.Sprintf(format, args...)})
}

// Check compares a query with the checkpoint on which it would be started, and
// changes nothing: what is written lies in memory, and a query may be running on it.
// The error is for what keeps it from comparing; what keeps the query from starting
// is in the report.
func Check(ctx context.Context, c Config) (_ *Report, err error) {
	if err := checkpoint.Find(c.Checkpoint.FS, c.Checkpoint.Dir); err != nil {
		return nil, err
	}
	r, found, err := openCopy(&c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	r.states = newStates(r.log, &found, &c)
	r.program, err = physical.Compile(c.Plan, physical.Options{Workers: c.Settings.Workers, Mode: c.Mode, Env: &c.Env, OpenState: r.states.open})
	if err != nil {
		return nil, err
	}
	d := &dryRun{Report: &Report{QueryID: r.log.QueryID()}, run: r, config: &c, found: &found, old: shapeIn(&found)}
	d.batches()
	if err := d.sourcesOf(ctx); err != nil {
		return nil, err
	}
	d.watermarks()
	if err := d.operators(); err != nil {
		return nil, err
	}
	d.output()
	return d.Report, nil
}

// dryRun is a check at work.
type dryRun struct {
	*Report
	*run
	config *Config
	found  *checkpoint.State
	old    *shape // nil: the checkpoint does not remember it
}

// batches says where the query goes on.
func (d *dryRun) batches() {
	last := d.found.Committed()
	switch p, pending := d.found.Pending(); {
	case pending && last < 0:
		d.add(Kept, "batches", "batch %d was planned and not committed: it runs first, over the rows it was planned with", p.Batch)
	case pending:
		d.add(Kept, "batches", "batches up to %d are committed; batch %d was planned and not committed: it runs first, over the rows it was planned with",
			last, p.Batch)
	case last < 0:
		d.add(New, "batches", "no batch was planned yet: the query starts from the beginning")
	default:
		d.add(Kept, "batches", "batches up to %d are committed: the query goes on with batch %d", last, last+1)
	}
}

// sourcesOf says what becomes of the places in the sources.
func (d *dryRun) sourcesOf(ctx context.Context) error {
	if err := d.found.CheckSources(len(d.program.Streams)); err != nil {
		d.add(Refused, "sources", "%s", message(err))
		return nil
	}
	other := false
	for i, s := range d.program.Streams {
		if before := d.before(i); before != nil && before.Format != s.Node.Name {
			other = true
			d.add(Refused, fmt.Sprint("source ", i), "it is %s, but the checkpoint holds a place in %s: the type of a source cannot change. "+
				"Run the query with its old source, or give the changed query a new checkpoint location", s.Node.Name, before.Reads)
		}
	}
	if other {
		return nil
	}
	q := &Query{config: *d.config, run: d.run, wake: make(chan struct{}, 1)}
	if err := d.run.openSources(ctx, q, d.config); err != nil {
		d.add(Refused, "sources", "%s", message(err))
		return nil
	}
	if len(d.found.Plans) == 0 {
		return nil
	}
	ends := d.found.Plans[len(d.found.Plans)-1].Ends
	for i, s := range d.sources {
		now := sourceShape{s.stream.Node.Name, s.description}
		where := string(ends[i])
		if where == "" {
			where = "the beginning"
		}
		switch before := d.before(i); {
		case before != nil && before.Reads != now.Reads:
			d.add(Changed, fmt.Sprint("source ", i), "it reads %s and no longer %s, from the place of the old one: %s. What was not read of the old one is lost",
				now.Reads, before.Reads, where)
		default:
			d.add(Kept, fmt.Sprint("source ", i), "%s is read on from %s", now.Reads, where)
		}
	}
	if known := knownOf(d.found); known.Last != nil && !known.Committed {
		_, err := newMachine(d.run, d.config, d.found)
		if refusal := (*microbatch.NotReplayableError)(nil); err != nil && (errors.As(err, &refusal) || fault.Is(err, fault.IllegalState)) {
			d.add(Refused, "batches", "%s", message(err))
		}
	}
	return nil
}

// before is a source as the checkpoint remembers it; nil: it does not.
func (d *dryRun) before(i int) *sourceShape {
	if d.old == nil || i >= len(d.old.Sources) {
		return nil
	}
	return &d.old.Sources[i]
}

// watermarks says what becomes of what the inputs have reached.
func (d *dryRun) watermarks() {
	var snapshot watermark.Snapshot
	if note, ok := d.found.Notes[trackerNote]; !ok || json.Unmarshal(note, &snapshot) != nil {
		return
	}
	known := map[watermark.OperatorID]bool{}
	for i, w := range d.program.Watermarks {
		id := watermark.OperatorID(w.ID)
		known[id] = true
		what, text := fmt.Sprint("watermark ", w.ID), watermarkText(w)
		reached, there := snapshot.Seen[id]
		switch {
		case !there && len(d.found.Commits) > 0:
			d.add(New, what, "%s: it begins at 1970-01-01 and, with the policy min, holds back the query's until rows have come", text)
		case d.old != nil && i < len(d.old.Watermarks) && d.old.Watermarks[i] != text:
			d.add(Changed, what, "it is now of %s, and was of %s; it has reached %s, and does not go back", text, d.old.Watermarks[i], stamp(reached))
		default:
			d.add(Kept, what, "%s: it has reached %s", text, stamp(reached))
		}
	}
	for id, reached := range snapshot.Seen {
		if !known[id] {
			d.add(Dropped, fmt.Sprint("watermark ", id), "the query does not define it any more; it had reached %s", stamp(reached))
		}
	}
	if len(d.program.Watermarks) > 0 {
		d.add(Kept, "watermark", "the query's is %s, and never goes back", stamp(snapshot.Evict))
	}
	if now := d.config.Settings.Policy; len(d.found.Plans) > 0 {
		if was, err := policyOf(d.config, d.found); err == nil && was != now {
			d.add(Kept, "setting", "%s stays %s, as the query began with; %s is not heeded", policyConf, was, now)
		}
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.DateTime + ".999") }

// operators says what becomes of state.
func (d *dryRun) operators() error {
	var old []*state.Manifest
	for {
		m, err := memstore.Manifest(len(old), d.found.Notes)
		if err != nil {
			return err
		}
		if m == nil {
			break
		}
		old = append(old, m)
	}
	if d.found.Committed() < 0 {
		for i, m := range old {
			d.add(Dropped, fmt.Sprint("operator ", i), "%s: no batch was committed, so its state is empty and is made anew", m.Operator)
		}
		return nil
	}
	if d.found.TakenOver && len(d.states.tables) > 0 {
		d.add(Refused, "operators", "the last batch was committed by another engine, whose state weir cannot read. "+
			"Start the query with a new checkpoint location")
		return nil
	}
	if len(old) != len(d.states.tables) {
		return d.otherOperators(old)
	}
	for _, op := range d.program.Stateful {
		for i := range op.Specs {
			d.operator(op, op.First+i, old[op.First+i], &op.Specs[i])
		}
		if op.Variables == nil {
			continue
		}
		if err := op.Variables.Check(d.found.Notes, false); err != nil {
			d.add(Refused, fmt.Sprint("operator ", op.First), "%s", message(err))
		}
	}
	return nil
}

// operator says what becomes of one table of state.
func (d *dryRun) operator(op *physical.Stateful, number int, m *state.Manifest, spec *state.Spec) {
	what := fmt.Sprint("operator ", number)
	if err := m.Check(number, spec); err != nil {
		d.add(Refused, what, "%s", message(err))
		return
	}
	rows, err := d.count(number, m, spec)
	if err != nil {
		d.add(Refused, what, "%s: its state cannot be read: %s", op.Name, message(err))
		return
	}
	d.add(Kept, what, "%s (%s), rows of state: %d, all of them readable", op.Name, op.Node.String(), rows)
}

// count reads the state that the query would start with.
func (d *dryRun) count(number int, m *state.Manifest, spec *state.Spec) (rows int, err error) {
	r, err := memstore.Read(memstore.Config{FS: d.config.Checkpoint.FS, Dir: d.log.StateDir(number), Operator: number, Spec: *spec}, m, d.found.Deltas)
	if err != nil {
		return 0, err
	}
	v := state.Version(d.found.Committed() + 1)
	for _, shards := range r.Partitions(v) {
		err := r.Rows(v, shards, func(_, _ []*batch.Column, n int) error {
			rows += n
			return nil
		})
		if err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// otherOperators says which operators are new or gone: then none can be kept, since
// state belongs to the number of its operator.
func (d *dryRun) otherOperators(old []*state.Manifest) error {
	var now []string
	var texts []string
	for _, op := range d.program.Stateful {
		for range op.Specs {
			now, texts = append(now, op.Name), append(texts, op.Node.String())
		}
	}
	i := 0
	for i < len(now) && i < len(old) && now[i] == old[i].Operator && old[i].Check(i, d.spec(i)) == nil {
		i++
	}
	for k := i; k < len(now) && len(now) > len(old) && k < i+len(now)-len(old); k++ {
		d.add(Refused, fmt.Sprint("operator ", k), "%s (%s) is new: its state would have to begin in the middle of the stream", now[k], texts[k])
	}
	for k := i; k < len(old) && len(old) > len(now) && k < i+len(old)-len(now); k++ {
		d.add(Refused, fmt.Sprint("operator ", k), "%s, by %v, is in the checkpoint and no longer in the query", old[k].Operator, old[k].Names)
	}
	d.add(Refused, "operators", "the query keeps state in %d tables, and the checkpoint holds %d. Run the query as it was, or give the changed "+
		"query a new checkpoint location", len(now), len(old))
	return nil
}

// spec is that of a table of the query.
func (d *dryRun) spec(number int) *state.Spec {
	for _, op := range d.program.Stateful {
		if number >= op.First && number < op.First+len(op.Specs) {
			return &op.Specs[number-op.First]
		}
	}
	return nil
}

// output says what becomes of the rows.
func (d *dryRun) output() {
	if d.old == nil {
		return
	}
	if now := d.config.Mode.String(); d.old.Mode != now {
		d.add(Changed, "output mode", "it was %s and is %s from the next batch on", d.old.Mode, now)
	}
	if now := ddl(d.program.Schema()); d.old.Schema != now {
		d.add(Changed, "columns", "the rows were %s and are %s from the next batch on; the sink must take both", d.old.Schema, now)
	}
	switch now := d.config.Job.Sink; {
	case now == "" || d.old.Sink == "":
	case now != d.old.Sink:
		d.add(Changed, "sink", "rows go to %s from the next batch on; those of the batches before stay in %s", now, d.old.Sink)
	default:
		d.add(Kept, "sink", "rows go to %s", now)
	}
}

// message is an error without the name of its condition.
func message(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Message
	}
	return err.Error()
}
