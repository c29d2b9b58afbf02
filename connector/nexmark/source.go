package nexmark

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/nexmark"
	"github.com/weirstream/weir/types"
)

// batchSize and splitSize are multiples of an epoch's 50 events, so that nearly
// all batches have their kinds in the same places.
const (
	batchSize = 8150
	splitSize = 8 * batchSize
)

// span is the events [from, to).
type span struct{ from, to int64 }

// events are what a stream and a table have in common.
type events struct{ generator *nexmark.Generator }

// Schema is what the rows look like.
func (e events) Schema() types.Schema { return nexmark.Schema() }

// splits cuts a span at the multiples of splitSize.
func (e events) splits(s span) []connector.Split {
	var list []connector.Split
	for s.from < s.to {
		to := min((s.from/splitSize+1)*splitSize, s.to)
		list = append(list, connector.Split{Label: fmt.Sprintf("events %d to %d", s.from, to-1), Rows: to - s.from, Bytes: -1,
			Part: span{s.from, to}})
		s.from = to
	}
	return list
}

// Open makes the events of a split.
func (e events) Open(_ context.Context, s connector.Split, scan connector.Scan) (connector.Reader, error) {
	f, err := e.generator.Filler(scan.Schema)
	if err != nil {
		return nil, err
	}
	return &reader{filler: f, rest: s.Part.(span), keep: keep(scan.Predicates)}, nil
}

// source is the stream. An offset is the number of events up to there.
type source struct {
	events
	options options
	now     func() time.Time

	begun  bool // begin and number are set
	begin  time.Time
	number int64 // events that were available at begin
}

// count reads an offset.
func count(o connector.Offset) (int64, error) {
	if o == nil {
		return 0, nil
	}
	var n int64
	if err := json.Unmarshal(o, &n); err != nil || n < 0 {
		return 0, fault.New(fault.IllegalState, "nexmark: %s is no offset of this source", o)
	}
	return n, nil
}

// Latest is bounded by events, by what the pace allows since the first call, and
// by maxEventsPerTrigger.
func (s *source) Latest(_ context.Context, from connector.Offset, l connector.Limit) (connector.Offset, error) {
	start, err := count(from)
	if err != nil {
		return nil, err
	}
	end := s.options.events
	if s.options.pace > 0 {
		if due := s.due(start); end < 0 || due < end {
			end = due
		}
	}
	if l.Until != nil {
		until, err := count(l.Until)
		if err != nil {
			return nil, err
		}
		if end < 0 || until < end {
			end = until
		}
	}
	bound := s.options.maxBatch
	if l.Unlimited && end >= 0 {
		bound = 0
	}
	if bound > 0 && (end < 0 || end-start > bound) {
		end = start + bound
	}
	if end <= start {
		return from, nil
	}
	return json.Marshal(end)
}

// Bounded is true: a query can take what there is now in several batches.
func (s *source) Bounded() bool { return true }

// due is the number of events that the pace allows by now. A restarted query goes
// on where it was: events that came due while it was down wait like all others.
func (s *source) due(start int64) int64 {
	if !s.begun {
		s.begun, s.begin, s.number = true, s.now(), start
	}
	elapsed := s.now().Sub(s.begin)
	whole, part := int64(elapsed/time.Second), int64(elapsed%time.Second)
	return s.number + whole*s.options.pace + int64(float64(part)*float64(s.options.pace)/1e9)
}

func (s *source) Plan(_ context.Context, from, to connector.Offset) ([]connector.Split, error) {
	start, err := count(from)
	if err != nil {
		return nil, err
	}
	end, err := count(to)
	if err != nil {
		return nil, err
	}
	return s.splits(span{start, end}), nil
}

// Commit does nothing: events are made again.
func (s *source) Commit(context.Context, connector.Offset) error { return nil }

func (s *source) Description() string {
	n := "endless"
	if s.options.events >= 0 {
		n = fmt.Sprint(s.options.events)
	}
	return fmt.Sprintf("NexmarkSource[seed=%d, events=%s, rate=%d]", s.options.seed, n, s.options.generation.Rate)
}

// table is the first count events.
type table struct {
	events
	count int64
}

func (t *table) Plan(context.Context) ([]connector.Split, error) {
	return t.splits(span{0, t.count}), nil
}
