package rate

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Format is "rate". The zero value is ready. Its options are rowsPerSecond
// (default 1), rampUpTime (default 0s) and numPartitions, the splits of a batch.
type Format struct{}

// Name is rate.
func (Format) Name() string { return "rate" }

// schema is that of both formats.
func schema() types.Schema {
	return types.NewSchema(types.Field{Name: "timestamp", Type: types.Of(types.Timestamp), Nullable: true},
		types.Field{Name: "value", Type: types.Of(types.Long), Nullable: true})
}

// noSchema refuses a schema that the user gave.
func noSchema(format string, s connector.SourceSpec) error {
	if s.Schema != nil {
		return fault.New(fault.IllegalArgument, "%s: the source has its own schema, timestamp TIMESTAMP, value BIGINT; "+
			"leave schema(…) out", format)
	}
	return nil
}

type options struct {
	speed      speed
	partitions int64 // zero: one split, more where there are many rows
}

func parse(s connector.SourceSpec) (options, error) {
	p := s.Options.Parse("rate")
	p.Known("path")
	o := options{speed: speed{rowsPerSecond: p.Int("rowsPerSecond", 1, 1)}, partitions: p.Int("numPartitions", 0, 1)}
	ramp, err := duration(p.Text("rampUpTime", "0s"))
	if err != nil {
		p.Fail("rampUpTime", "%v", err)
	}
	o.speed.rampUp = int64(ramp / time.Second)
	if err := p.Err(); err != nil {
		return o, err
	}
	return o, noSchema("rate", s)
}

// duration reads a time as Spark's options spell it: a number, of seconds if no
// unit follows, and a unit.
func duration(text string) (time.Duration, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz ")
	n, err := strconv.ParseInt(digits, 10, 64)
	unit, known := units[strings.TrimSpace(text[len(digits):])]
	if err != nil || n < 0 || !known || n > int64(math.MaxInt64/unit) {
		return 0, fmt.Errorf("is %q; it must be a number and a unit: us, ms, s, min, h or d", text)
	}
	return time.Duration(n) * unit, nil
}

// units are Spark's.
var units = map[string]time.Duration{"": time.Second, "us": time.Microsecond, "ms": time.Millisecond, "s": time.Second,
	"m": time.Minute, "min": time.Minute, "h": time.Hour, "d": 24 * time.Hour}

// SourceSchema is timestamp and value.
func (Format) SourceSchema(_ context.Context, s connector.SourceSpec) (types.Schema, error) {
	_, err := parse(s)
	return schema(), err
}

// OpenSource opens the source; its clock begins with the query's first start.
func (Format) OpenSource(_ context.Context, s connector.SourceSpec) (connector.Source, error) {
	o, err := parse(s)
	if err != nil {
		return nil, err
	}
	now := s.Env.Now
	if now == nil {
		now = time.Now
	}
	start, err := startTime(s, now().UnixMilli())
	if err != nil {
		return nil, err
	}
	return &source{options: o, now: now, start: start}, nil
}

// startTime is the start in the source's log, which begins with now where it is
// empty. In milliseconds.
func startTime(s connector.SourceSpec, now int64) (int64, error) {
	if s.OpenLog == nil {
		return now, nil
	}
	log, err := s.OpenLog(nil)
	if err != nil {
		return 0, fmt.Errorf("rate: open the log of the start time: %w", err)
	}
	lines, ok, err := log.Entry(0)
	if err != nil {
		return 0, fmt.Errorf("rate: read the start time: %w", err)
	}
	if !ok {
		if err := log.Add(0, [][]byte{strconv.AppendInt(nil, now, 10)}); err != nil {
			return 0, fmt.Errorf("rate: keep the start time: %w", err)
		}
		return now, nil
	}
	var start int64
	if len(lines) != 1 || json.Unmarshal(lines[0], &start) != nil {
		return 0, fault.New(fault.IllegalState, "rate: the log of the source has no start time but %q; "+
			"use a new checkpoint location", lines)
	}
	return start, nil
}

// source is rate. Its offsets are seconds since start.
type source struct {
	options options
	now     func() time.Time
	start   int64 // milliseconds
	newest  int64 // the greatest offset given, in case the clock is set back
}

func (s *source) Schema() types.Schema { return schema() }

func (s *source) Description() string {
	return fmt.Sprintf("RateStreamV2[rowsPerSecond=%d, rampUpTimeSeconds=%d, numPartitions=%s]",
		s.options.speed.rowsPerSecond, s.options.speed.rampUp, partitionsText(s.options.partitions))
}

func partitionsText(n int64) string {
	if n == 0 {
		return "default"
	}
	return strconv.FormatInt(n, 10)
}

// seconds reads an offset.
func seconds(o connector.Offset) (int64, error) {
	if o == nil {
		return 0, nil
	}
	var s int64
	if err := json.Unmarshal(o, &s); err != nil || s < 0 {
		return 0, fault.New(fault.IllegalState, "rate: %s is no offset of this source", o)
	}
	return s, nil
}

func (s *source) Latest(_ context.Context, from connector.Offset, _ connector.Limit) (connector.Offset, error) {
	last, err := seconds(from)
	if err != nil {
		return nil, err
	}
	s.newest = max(s.newest, (s.now().UnixMilli()-s.start)/1000)
	if s.newest <= last {
		return from, nil
	}
	if _, ok := s.options.speed.rows(s.newest); !ok {
		return nil, fault.New(fault.IllegalArgument, "rate: with rowsPerSecond %d the rows after %d seconds cannot be counted any more",
			s.options.speed.rowsPerSecond, s.newest)
	}
	return json.Marshal(s.newest)
}

func (s *source) Plan(_ context.Context, from, to connector.Offset) ([]connector.Split, error) {
	first, err := seconds(from)
	if err != nil {
		return nil, err
	}
	last, err := seconds(to)
	if err != nil {
		return nil, err
	}
	start, ok := s.options.speed.rows(first)
	end, ok2 := s.options.speed.rows(last)
	if !ok || !ok2 || last < first {
		return nil, fault.New(fault.IllegalState, "rate: (%s, %s] is no range of this source", from, to)
	}
	return splits(start, end, s.options.partitions, func(n int64) int64 {
		return (s.start + s.options.speed.due(n)) * 1000
	}), nil
}

func (s *source) Open(_ context.Context, split connector.Split, scan connector.Scan) (connector.Reader, error) {
	return open(split, scan), nil
}

// Commit does nothing: rows are made again.
func (s *source) Commit(context.Context, connector.Offset) error { return nil }
