package nexmark

import (
	"context"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/nexmark"
	"github.com/weirstream/weir/types"
)

// Format is "nexmark". The zero value is ready. Its options:
//
//	seed                 which events; default 0
//	events               how many there are; absent: the stream never ends
//	rate                 events a second of event time; default 100000
//	eventsPerSecond      how fast they become available; 0: at once. Default: at
//	                     once with events, else rate
//	maxEventsPerTrigger  how many a batch takes at most; default all
//	startTime            event time of the first; default 2026-01-01T00:00:00Z
type Format struct{}

// Name is nexmark.
func (Format) Name() string { return "nexmark" }

type options struct {
	events     int64 // -1: endless
	pace       int64 // events a second; 0: at once
	maxBatch   int64 // 0: no bound
	seed       int64
	generation nexmark.Options
}

func parse(s connector.SourceSpec) (options, error) {
	p := s.Options.Parse("nexmark")
	p.Known("path")
	o := options{
		events:   p.Int("events", -1, 0),
		maxBatch: p.Int("maxEventsPerTrigger", 0, 1),
		seed:     p.Int("seed", 0, 0),
	}
	o.generation = nexmark.Options{Seed: uint64(o.seed), Rate: p.Int("rate", nexmark.DefaultRate, 1)}
	if text := p.Text("startTime", ""); text != "" {
		start, err := instant(text, s.Env.Location)
		if err != nil {
			p.Fail("startTime", "is %q; it must be a time such as 2026-01-01T00:00:00Z", text)
		}
		o.generation.Start = start
	}
	pace := int64(0)
	if o.events < 0 {
		pace = o.generation.Rate
	}
	o.pace = p.Int("eventsPerSecond", pace, 0)
	if o.events < 0 && o.pace == 0 && o.maxBatch == 0 {
		p.Fail("eventsPerSecond", "is 0 and events is not given: set maxEventsPerTrigger, or a batch would never end")
	}
	if err := p.Err(); err != nil {
		return o, err
	}
	if s.Schema != nil && !s.Schema.AsStruct().SameIgnoringNullability(nexmark.Schema().AsStruct()) {
		return o, fault.New(fault.IllegalArgument, "nexmark: the source has its own schema; leave schema(…) out")
	}
	return o, nil
}

// instant reads a time; one without a zone is in loc, or UTC for nil.
func instant(text string, loc *time.Location) (at time.Time, err error) {
	if loc == nil {
		loc = time.UTC
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02"} {
		if at, err = time.ParseInLocation(layout, text, loc); err == nil {
			return at, nil
		}
	}
	return at, err
}

// SourceSchema is that of the events.
func (Format) SourceSchema(_ context.Context, s connector.SourceSpec) (types.Schema, error) {
	_, err := parse(s)
	return nexmark.Schema(), err
}

// OpenSource opens the stream.
func (Format) OpenSource(_ context.Context, s connector.SourceSpec) (connector.Source, error) {
	o, err := parse(s)
	if err != nil {
		return nil, err
	}
	now := s.Env.Now
	if now == nil {
		now = time.Now
	}
	return &source{events: events{nexmark.New(o.generation)}, options: o, now: now}, nil
}

// OpenTable opens the first events, as many as the option events says, which is
// required.
func (Format) OpenTable(_ context.Context, s connector.SourceSpec) (connector.Table, error) {
	o, err := parse(s)
	if err != nil {
		return nil, err
	}
	if o.events < 0 {
		return nil, fault.New(fault.IllegalArgument, "nexmark: option events is required to read a table; "+
			"set it with option(\"events\", …)")
	}
	return &table{events: events{nexmark.New(o.generation)}, count: o.events}, nil
}
