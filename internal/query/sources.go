package query

import (
	"context"
	"fmt"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/microbatch"
	"github.com/weirstream/weir/internal/physical"
	"github.com/weirstream/weir/internal/progress"
)

// source is one stream of a running query.
type source struct {
	stream      *physical.Stream
	from        connector.Source
	description string
	replayable  bool
	bounded     bool
	stopWaking  func()
	latest      connector.Offset // what the source could have given, for the progress
}

// openSources opens the streams, each with its log in the checkpoint.
func (r *run) openSources(ctx context.Context, q *Query, c *Config) error {
	for i, stream := range r.program.Streams {
		spec := stream.Node.Spec
		spec.OpenLog = func(fold func([][]byte) [][]byte) (connector.Log, error) {
			return r.log.OpenLog(i, checkpoint.LogOptions{Fold: fold, Retain: c.Settings.Retain, Now: c.Clock.Now})
		}
		from, err := stream.Node.Source.OpenSource(ctx, spec)
		if err != nil {
			return fmt.Errorf("open source %s: %w", stream.Node.Name, err)
		}
		s := &source{stream: stream, from: from, description: stream.Node.Name, replayable: true}
		if d, ok := from.(connector.Described); ok {
			s.description = d.Description()
		}
		if p, ok := from.(connector.Replayer); ok {
			s.replayable = p.Replayable()
		}
		if b, ok := from.(connector.Bounded); ok {
			s.bounded = b.Bounded()
		}
		if w, ok := from.(connector.Waker); ok {
			s.stopWaking = w.Wake(q.kick)
		}
		r.sources = append(r.sources, s)
	}
	return nil
}

func (s *source) close() error {
	if s.stopWaking != nil {
		s.stopWaking()
	}
	if c, ok := s.from.(connector.Closer); ok {
		return c.Close()
	}
	return nil
}

// replayable reports whether every source can give its rows again.
func (q *Query) replayable() bool {
	for _, s := range q.sources {
		if !s.replayable {
			return false
		}
	}
	return true
}

// ask asks the sources how far they can be read.
func (q *Query) ask(ctx context.Context, a microbatch.AskLatest) (microbatch.Event, error) {
	q.asked()
	q.report.begin(q.now())
	start := time.Now()
	latest := microbatch.Latest{Now: q.now(), Available: make([]microbatch.Offset, len(q.sources))}
	for i, s := range q.sources {
		q.setStatus(progress.GettingOffsets+s.description, false, true)
		limit := connector.Limit{Unlimited: a.Unlimited}
		if a.Until != nil && s.bounded {
			limit.Until = connector.Offset(a.Until[i])
		}
		to, err := s.from.Latest(ctx, offset(a.From[i]), limit)
		if err != nil {
			return nil, fmt.Errorf("source %s: %w", s.description, err)
		}
		s.latest = to
		latest.Available[i] = microbatch.Offset(to)
	}
	q.report.phase(progress.LatestOffset, time.Since(start))
	return latest, nil
}

// offset is the machine's text as a source's offset: nil for the beginning.
func offset(o microbatch.Offset) connector.Offset {
	if o == "" {
		return nil
	}
	return connector.Offset(o)
}

// releaseSources lets the sources forget.
func (q *Query) releaseSources(ctx context.Context, a microbatch.Release) error {
	if q.log.Durable() < int64(q.machine.Batch())-1 {
		return nil // after a power cut these rows would be asked for again
	}
	for i, s := range q.sources {
		if a.Offsets[i] == "" {
			continue
		}
		if err := s.from.Commit(ctx, connector.Offset(a.Offsets[i])); err != nil {
			return fmt.Errorf("source %s: %w", s.description, err)
		}
	}
	return nil
}

// plan gives the scans the splits of a batch.
func (q *Query) plan(ctx context.Context, p microbatch.Plan) error {
	for i, s := range q.sources {
		var splits []connector.Split
		if p.Start[i] != p.End[i] {
			var err error
			splits, err = s.from.Plan(ctx, offset(p.Start[i]), offset(p.End[i]))
			if err != nil {
				return fmt.Errorf("source %s: %w", s.description, err)
			}
		}
		s.stream.Input.Set(s.from, splits)
	}
	return nil
}
