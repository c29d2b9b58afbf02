package query

import (
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/microbatch"
	"github.com/weirstream/weir/internal/progress"
	"github.com/weirstream/weir/internal/watermark"
)

// report gathers what one trigger did, for its Progress.
type report struct {
	started   time.Time // of the trigger, by the engine's clock
	real      time.Time // of the trigger, monotone
	before    time.Time // start of the trigger before that ran a batch
	durations progress.Durations
	batch     microbatch.Plan
	stats     watermark.Stats
	out       int64
}

// begin starts the report of a trigger.
func (r *report) begin(now time.Time) {
	*r = report{started: now, real: time.Now(), before: r.before}
}

func (r *report) phase(p progress.Phase, spent time.Duration) { r.durations.Add(p, spent) }

// plan notes the batch that runs. A batch that is run again after a crash has not
// been asked for: its trigger begins here.
func (r *report) plan(q *Query, p microbatch.Plan) {
	if r.started.IsZero() {
		r.begin(q.now())
	}
	r.batch, r.out, r.stats = p, 0, watermark.Stats{}
}

func (r *report) eventTimes(s watermark.Stats) { r.stats = s }

// publish makes the Progress of a batch that is done and hands it on.
func (q *Query) publish() {
	r := &q.report
	spent := time.Since(r.real)
	r.durations.Add(progress.QueryPlanning, 0)
	r.durations.Add(progress.TriggerExecution, spent)
	p := &progress.Progress{ID: q.id, RunID: q.runID, Name: q.config.Name, Timestamp: r.started.UTC(),
		Batch: int64(r.batch.Batch), BatchDuration: spent, Durations: r.durations,
		Sink: progress.Sink{Description: "sink", OutputRows: r.out}}
	if d, ok := q.sink.(connector.Described); ok {
		p.Sink.Description = d.Description()
	}
	if m, ok := q.sink.(connector.Measured); ok {
		p.Sink.Metrics = m.Metrics()
	}
	if len(q.program.Watermarks) > 0 {
		p.EventTime = &progress.EventTime{Watermark: r.batch.Watermark.UTC()}
		if r.stats.Count > 0 {
			p.EventTime.Max, p.EventTime.Min, p.EventTime.Avg = r.stats.Greatest(), r.stats.Least(), r.stats.Mean()
		}
	}
	for i, s := range q.sources {
		p.Sources = append(p.Sources, s.progress(r.batch, i))
	}
	p.StateOperators = q.states.progress(q.program.TopDown())
	p.Observed = q.observed()
	var since time.Duration
	if !r.before.IsZero() {
		since = r.started.Sub(r.before)
	}
	p.SetRates(since, spent)
	q.recent.Add(p)
	q.lastEvent = q.now()
	q.config.Bus.Post(p)
	*r = report{before: r.started}
}

func (s *source) progress(p microbatch.Plan, i int) progress.Source {
	out := progress.Source{Description: s.description, Start: offset(p.Start[i]), End: offset(p.End[i]), Latest: s.latest,
		InputRows: s.stream.Input.Total()}
	if m, ok := s.from.(connector.Measured); ok {
		out.Metrics = m.Metrics()
	}
	return out
}
