package rate

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// MicroBatch is "rate-micro-batch". The zero value is ready. Its options are
// rowsPerBatch, which is required, numPartitions, the splits of a batch,
// startTimestamp, in milliseconds (default 0), and advanceMillisPerBatch
// (default 1000).
type MicroBatch struct{}

// Name is rate-micro-batch.
func (MicroBatch) Name() string { return "rate-micro-batch" }

type microOptions struct {
	rows       int64 // of a batch
	partitions int64
	start      int64 // milliseconds
	advance    int64 // milliseconds a batch
}

func parseMicro(s connector.SourceSpec) (microOptions, error) {
	p := s.Options.Parse("rate-micro-batch")
	p.Known("path")
	p.Required("rowsPerBatch")
	o := microOptions{
		rows:       p.Int("rowsPerBatch", 1, 1),
		partitions: p.Int("numPartitions", 0, 1),
		start:      p.Int("startTimestamp", 0, 0),
		advance:    p.Int("advanceMillisPerBatch", 1000, 0),
	}
	if err := p.Err(); err != nil {
		return o, err
	}
	return o, noSchema("rate-micro-batch", s)
}

// SourceSchema is timestamp and value.
func (MicroBatch) SourceSchema(_ context.Context, s connector.SourceSpec) (types.Schema, error) {
	_, err := parseMicro(s)
	return schema(), err
}

// OpenSource opens a source that always has a next batch.
func (MicroBatch) OpenSource(_ context.Context, s connector.SourceSpec) (connector.Source, error) {
	o, err := parseMicro(s)
	if err != nil {
		return nil, err
	}
	return &microSource{o}, nil
}

type microSource struct{ options microOptions }

// microOffset is the number of rows, and the timestamp of the next, in
// milliseconds.
type microOffset struct {
	Offset    int64 `json:"offset"`
	Timestamp int64 `json:"timestamp"`
}

func (s *microSource) decode(o connector.Offset) (microOffset, error) {
	at := microOffset{0, s.options.start}
	if o == nil {
		return at, nil
	}
	if err := json.Unmarshal(o, &at); err != nil {
		return at, fault.New(fault.IllegalState, "rate-micro-batch: %s is no offset of this source", o).Wrap(err)
	}
	return at, nil
}

func (s *microSource) Schema() types.Schema { return schema() }

func (s *microSource) Description() string {
	return fmt.Sprintf("RatePerMicroBatchStream[rowsPerBatch=%d, numPartitions=%s, startTimestamp=%d, advanceMsPerBatch=%d]",
		s.options.rows, partitionsText(s.options.partitions), s.options.start, s.options.advance)
}

// Latest is one batch further.
func (s *microSource) Latest(_ context.Context, from connector.Offset, _ connector.Limit) (connector.Offset, error) {
	at, err := s.decode(from)
	if err != nil {
		return nil, err
	}
	if at.Offset > math.MaxInt64-s.options.rows || at.Timestamp > math.MaxInt64/1000-s.options.advance {
		return from, nil
	}
	return json.Marshal(microOffset{at.Offset + s.options.rows, at.Timestamp + s.options.advance})
}

func (s *microSource) Plan(_ context.Context, from, to connector.Offset) ([]connector.Split, error) {
	first, err := s.decode(from)
	if err != nil {
		return nil, err
	}
	last, err := s.decode(to)
	if err != nil {
		return nil, err
	}
	at := s.at(first)
	return splits(first.Offset, last.Offset, s.options.partitions, at), nil
}

// at gives every row the timestamp of its batch's start, counted in batches from
// first.
func (s *microSource) at(first microOffset) func(int64) int64 {
	return func(n int64) int64 {
		return (first.Timestamp + (n-first.Offset)/s.options.rows*s.options.advance) * 1000
	}
}

func (s *microSource) Open(_ context.Context, split connector.Split, scan connector.Scan) (connector.Reader, error) {
	return open(split, scan), nil
}

// Commit does nothing: rows are made again.
func (s *microSource) Commit(context.Context, connector.Offset) error { return nil }
