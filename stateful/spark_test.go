package stateful_test

import (
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/stateful"
	"github.com/weirstream/weir/weirtest"
)

// event is a row of the input, as real Spark was given it.
type event struct {
	K string
	T time.Time
	V int64
}

// line is a row of the output.
type line struct{ O string }

// second is a time some seconds after 1970.
func second(n int64) time.Time { return time.Unix(n, 0).UTC() }

// script are the batches that were given to Spark: key, second, value.
var script = [][][]any{
	{{"a", 10, 20}, {"a", 10, 21}, {"b", 10, 25}, {"a", 12, 20}},
	{{"a", 30, 22}, {"b", 30, 20}},
	{{"a", 15, -1}, {"b", 20, -1}, {"c", 20, -1}, {"b", 21, -1}, {"c", 35, -1}},
	{{"a", 36, 26}, {"a", 36, 5}},
	{{"z", 60, 100}},
	{{"z", 55, 101}, {"a", 45, -1}, {"y", 3, -1}},
	{{"y", 70, 3}},
}

// recorded is the processor that was run on Spark 4.3.
type recorded struct {
	register bool
	h        *stateful.Handle
	n        *stateful.ValueState[int64]
	l        *stateful.ListState[int64]
	m        *stateful.MapState[int64, int64]
}

func (r *recorded) Init(h *stateful.Handle) error {
	r.h = h
	r.n, r.l = stateful.Value[int64](h, "v", stateful.NoTTL), stateful.List[int64](h, "l", stateful.NoTTL)
	r.m = stateful.Map[int64, int64](h, "m", stateful.NoTTL)
	return nil
}

func (r *recorded) HandleInputRows(key string, rows iter.Seq[event], times stateful.Times, emit func(line)) error {
	var values []int64
	for e := range rows {
		values = append(values, e.V)
	}
	n, _ := r.n.Get()
	n += int64(len(values))
	r.n.Update(n)
	for _, v := range values {
		r.l.Append(v)
		r.m.Update(v, n)
		if r.register && v >= 0 {
			r.h.RegisterTimer(second(v))
		}
	}
	emit(line{fmt.Sprintf("in %s %v wm %d n %d", key, values, times.Watermark.UnixMilli(), n)})
	return nil
}

func (r *recorded) HandleExpiredTimer(key string, timer stateful.ExpiredTimer, times stateful.Times, emit func(line)) error {
	switch timer.At.Unix() {
	case 21:
		r.h.RegisterTimer(second(1))
	case 22:
		r.n.Clear()
		r.l.Clear()
		r.m.Clear()
	}
	var left []int64
	for _, t := range r.h.ListTimers() {
		left = append(left, t.UnixMilli())
	}
	emit(line{fmt.Sprintf("timer %s %d wm %d left %v", key, timer.At.UnixMilli(), times.Watermark.UnixMilli(), left)})
	return nil
}

// counted is the group function that was run on Spark 4.3.
func counted(timeout stateful.Timeout) stateful.FlatMapFunction[string, int64, event, line] {
	return func(key string, rows iter.Seq[event], s *stateful.GroupState[int64], emit func(line)) error {
		wm := s.CurrentWatermark().UnixMilli()
		n, _ := s.Get()
		if s.HasTimedOut() {
			emit(line{fmt.Sprintf("timeout %s %d wm %d", key, n, wm)})
			if n > 2 {
				s.Remove()
			}
			return nil
		}
		var values []int64
		for e := range rows {
			values = append(values, e.V)
		}
		n += int64(len(values))
		s.Update(n)
		if at := slices.Max(values) * 1000; timeout == stateful.EventTimeTimeout && at >= wm {
			s.SetTimeoutTimestamp(time.UnixMilli(at))
		}
		emit(line{fmt.Sprintf("in %s %v wm %d n %d", key, values, wm, n)})
		return nil
	}
}

// The rows of each batch, in the order of their texts, and the counts of state are
// those of Spark 4.3 (PySpark's transformWithStateInPandas and
// applyInPandasWithState).
func TestSparksOwnRun(t *testing.T) {
	transform := func(mode stateful.TimeMode) func(g *weir.Grouped) *weir.DataFrame {
		return func(g *weir.Grouped) *weir.DataFrame {
			return weir.TransformWithState(g, func() stateful.Processor[string, event, line] {
				return &recorded{register: mode == stateful.EventTime}
			}, weir.TransformOptions{TimeMode: mode})
		}
	}
	group := func(o stateful.Timeout) func(g *weir.Grouped) *weir.DataFrame {
		return func(g *weir.Grouped) *weir.DataFrame {
			return weir.FlatMapGroupsWithState(g, counted(o), weir.GroupOptions{Timeout: o})
		}
	}
	for _, tt := range []struct {
		file   string
		define func(g *weir.Grouped) *weir.DataFrame
	}{
		{"transform-eventtime", transform(stateful.EventTime)},
		{"transform-notime", transform(stateful.NoTime)},
		{"group-eventtime", group(stateful.EventTimeTimeout)},
		{"group-notimeout", group(stateful.NoTimeout)},
	} {
		for _, workers := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s/workers=%d", tt.file, workers), func(t *testing.T) {
				want, err := os.ReadFile("testdata/" + tt.file + ".txt")
				if err != nil {
					t.Fatal(err)
				}
				if got := replay(t, workers, tt.define); got != string(want) {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}

// replay runs the script, with a crash and a restart in its middle, and writes down
// what came of each batch.
func replay(t *testing.T, workers int, define func(g *weir.Grouped) *weir.DataFrame) string {
	events := weirtest.NewStream("events", "k STRING, t TIMESTAMP, v BIGINT")
	q := weirtest.Run(t, weirtest.Job{Streams: []*weirtest.Stream{events}, Workers: workers,
		Conf: map[string]string{"spark.sql.streaming.noDataMicroBatches.enabled": "false"},
		Define: func(s *weir.Session) *weir.DataFrame {
			return define(s.Table("events").WithWatermark("t", 10*time.Second).GroupBy("k"))
		}})
	var out strings.Builder
	seen := int64(-1)
	for i, rows := range script {
		for k, r := range rows {
			rows[k] = []any{r[0], toTime(r[1]), r[2]}
		}
		if i == 3 {
			q.Crash()
			q.Restart()
		}
		q.Add(events, rows...)
		q.UntilIdle()
		lines := q.Rows()
		fmt.Fprintf(&out, "input %d\n", i)
		for _, l := range lines {
			fmt.Fprintf(&out, "  %s\n", l)
		}
		for _, p := range q.Progress() {
			if p.Batch <= seen {
				continue
			}
			seen = p.Batch
			s := p.StateOperators[0]
			fmt.Fprintf(&out, "  batch %d: total %d updated %d removed %d dropped %d\n", p.Batch, s.RowsTotal, s.RowsUpdated, s.RowsRemoved, s.RowsDropped)
		}
	}
	return out.String()
}

func toTime(v any) any {
	if n, ok := v.(int); ok {
		return second(int64(n))
	}
	return v
}
