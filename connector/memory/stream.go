package memory

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/rowvalue"
	"github.com/weirstream/weir/types"
)

// Stream is an unbounded table that a program fills. It is also the format whose
// source reads it. Its methods may be called by many goroutines at once.
type Stream struct {
	name   string
	schema types.Schema

	mu      sync.Mutex
	batches []pile // from first on; never changed once added
	first   int64  // the offset of batches[0]
	open    map[*source]bool
	wakes   map[int]func()
	waker   int // names the next entry of wakes
}

// NewStream is an empty stream of rows of this schema. The name is the format's,
// and appears in progress.
func NewStream(name string, schema types.Schema) *Stream {
	return &Stream{name: name, schema: schema, open: make(map[*source]bool), wakes: make(map[int]func())}
}

// Name is the stream's name.
func (s *Stream) Name() string { return s.name }

// Schema is what the rows look like.
func (s *Stream) Schema() types.Schema { return s.schema }

// AddRows adds rows of Go values, one for each column, and gives the offset
// behind them. Numbers fit any column that can hold them, time.Time fits
// timestamps and dates, []any structs and arrays, Go maps maps, nil anything.
// Nothing is added if a value does not fit.
func (s *Stream) AddRows(rows ...[]any) (connector.Offset, error) {
	b, err := rowvalue.Batch(s.schema, rows)
	if err != nil {
		return nil, fmt.Errorf("memory: stream %s: %w", s.name, err)
	}
	return s.add(pileOf(s.schema, b)), nil
}

// AddBatch adds a copy of the rows of b, whose columns are the stream's, and
// gives the offset behind them.
func (s *Stream) AddBatch(b *connector.Batch) connector.Offset {
	return s.add(pileOf(s.schema, b))
}

func (s *Stream) add(p pile) connector.Offset {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batches = append(s.batches, p)
	for _, wake := range s.wakes {
		wake()
	}
	return offsetOf(s.end())
}

// end is the index after the newest batch.
func (s *Stream) end() int64 { return s.first + int64(len(s.batches)) }

// offsetOf is the offset behind the batch before end, as Spark counts: the index
// of the last batch.
func offsetOf(end int64) connector.Offset {
	if end == 0 {
		return nil
	}
	text, _ := json.Marshal(end - 1) // a number never fails
	return text
}

// endOf is the index of the first batch behind an offset.
func endOf(o connector.Offset) (int64, error) {
	if o == nil {
		return 0, nil
	}
	var last int64
	if err := json.Unmarshal(o, &last); err != nil || last < -1 {
		return 0, fault.New(fault.IllegalState, "memory: %s is no offset of a memory stream", o)
	}
	return last + 1, nil
}

// SourceSchema is the stream's schema. There are no options.
func (s *Stream) SourceSchema(_ context.Context, spec connector.SourceSpec) (types.Schema, error) {
	return s.schema, spec.Options.Parse(s.name).Err()
}

// OpenSource opens a source that reads the stream beside all others.
func (s *Stream) OpenSource(ctx context.Context, spec connector.SourceSpec) (connector.Source, error) {
	if _, err := s.SourceSchema(ctx, spec); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	src := &source{Stream: s}
	s.open[src] = true
	return src, nil
}

// source is one query's way into a stream.
type source struct {
	*Stream
	committed int64 // guarded by Stream.mu
}

func (s *source) Description() string { return "MemoryStream[" + s.name + "]" }

func (s *source) Latest(_ context.Context, from connector.Offset, _ connector.Limit) (connector.Offset, error) {
	start, err := endOf(from)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if end := s.end(); end > start {
		return offsetOf(end), nil
	}
	return from, nil
}

// Plan makes a split of every added batch that has rows.
func (s *source) Plan(_ context.Context, from, to connector.Offset) ([]connector.Split, error) {
	start, err := endOf(from)
	if err != nil {
		return nil, err
	}
	end, err := endOf(to)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if start < end && (start < s.first || end > s.end()) {
		return nil, fault.New(fault.IllegalState, "memory: batches %d to %d of stream %s are not there, it holds %d to %d",
			start, end-1, s.name, s.first, s.end()-1)
	}
	var splits []connector.Split
	for i := start; i < end; i++ {
		if p := s.batches[i-s.first]; p.rows() > 0 {
			splits = append(splits, splitOf(fmt.Sprintf("batch %d", i), p))
		}
	}
	return splits, nil
}

// Commit frees what every open source has committed.
func (s *source) Commit(_ context.Context, to connector.Offset) error {
	end, err := endOf(to)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.committed = max(s.committed, end)
	least := s.end()
	for other := range s.open {
		least = min(least, other.committed)
	}
	if n := least - s.first; n > 0 {
		clear(s.batches[:n])
		s.batches = s.batches[n:]
		s.first = least
	}
	return nil
}

// Wake calls wake whenever rows are added. wake must not call the stream.
func (s *source) Wake(wake func()) (stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.waker
	s.waker++
	s.wakes[id] = wake
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.wakes, id)
	}
}

// Close ends this query's claim on the rows.
func (s *source) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, s)
	return nil
}

func (s *source) Open(_ context.Context, split connector.Split, scan connector.Scan) (connector.Reader, error) {
	return read(s.schema, split, scan)
}
