package stateful_test

import (
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
	f "github.com/weirstream/weir/functions"
	"github.com/weirstream/weir/stateful"
	"github.com/weirstream/weir/weirtest"
)

// living is a processor that has an initial state and is closed.
type living struct {
	note func(string)
	h    *stateful.Handle
	sum  *stateful.ValueState[int64]
}

func (l *living) Init(h *stateful.Handle) error {
	l.h, l.sum = h, stateful.Value[int64](h, "sum", stateful.NoTTL)
	return nil
}

func (l *living) HandleInitialState(user string, initial sum, _ stateful.Times) error {
	n, _ := l.sum.Get()
	l.sum.Update(n + initial.Value)
	return nil
}

func (l *living) HandleInputRows(user string, rows iter.Seq[click], _ stateful.Times, emit func(line)) error {
	n, _ := l.sum.Get()
	for r := range rows {
		n += r.N
	}
	l.sum.Update(n)
	emit(line{fmt.Sprint(user, " ", n, " in batch ", l.h.Query().Batch)})
	return nil
}

func (l *living) Close() error { l.note("closed"); return nil }

// A processor takes the initial state in once, without a call for keys that have no
// rows, knows its batch, and is closed (S141).
func TestProcessorLife(t *testing.T) {
	var notes []string
	session, err := weir.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	start := session.CreateDataFrame([]weir.Row{{"ann", int64(10)}, {"ann", int64(1)}, {"carl", int64(30)}}, "who STRING, value BIGINT")
	frame := func(g *weir.Grouped) *weir.DataFrame {
		return weir.TransformWithState(g, func() stateful.Processor[string, click, line] {
			return &living{note: func(s string) { notes = append(notes, s) }}
		}, weir.TransformOptions{InitialState: start.GroupBy("who")})
	}
	q := run(t, weir.Append, frame)
	q.add("ann", 1)
	q.Want("ann 12 in batch 0")
	q.WantState(2)
	q.Crash()
	q.Restart()
	q.add("carl", 1)
	q.add("ann", 1)
	q.Want("carl 31 in batch 1", "ann 13 in batch 2")
	if name := q.Progress()[0].StateOperators[0].Name; name != "transformWithStateExec" {
		t.Errorf("the operator is called %s", name)
	}
	q.End()
	if len(notes) != 4 { // two runs of two partitions
		t.Errorf("the processors said %v", notes)
	}
	table := session.CreateDataFrame([]weir.Row{{"ann", int64(5)}}, "user STRING, n BIGINT")
	list, err := weirtest.Collect(t.Context(), frame(table.GroupBy("user")))
	if err != nil || fmt.Sprint(list) != "[ann 16 in batch 0]" {
		t.Errorf("over a table: %v, %v", list, err)
	}
}

// timed is a row with an event time.
type timed struct {
	At time.Time
	N  int64
}

// passOn gives the rows as they are, or an hour earlier.
type passOn struct{ late bool }

func (p *passOn) Init(*stateful.Handle) error { return nil }

func (p *passOn) HandleInputRows(_ int64, rows iter.Seq[timed], _ stateful.Times, emit func(timed)) error {
	for r := range rows {
		if p.late {
			r.At = r.At.Add(-time.Hour)
		}
		emit(r)
	}
	return nil
}

// State behind a processor has the event time that it declares; what is not after
// the watermark may not come out (S148).
func TestChaining(t *testing.T) {
	chain := func(late bool) (*weirtest.Query, *weirtest.Stream) {
		stream := weirtest.NewStream("rows", "at TIMESTAMP, n BIGINT")
		return weirtest.Run(t, weirtest.Job{Streams: []*weirtest.Stream{stream}, Workers: 2, Define: func(s *weir.Session) *weir.DataFrame {
			d := weir.TransformWithState(s.Table("rows").WithWatermark("at", time.Minute).GroupBy("n"),
				func() stateful.Processor[int64, timed, timed] { return &passOn{late} },
				weir.TransformOptions{TimeMode: stateful.EventTime, EventTimeColumn: "At"})
			return d.GroupBy(f.Window("At", time.Minute)).Count().SelectExpr("window.start", "count")
		}}), stream
	}
	q, stream := chain(false)
	q.Add(stream, []any{noon, 1}, []any{noon.Add(time.Second), 2})
	q.Want()
	q.Add(stream, []any{noon.Add(3 * time.Minute), 1})
	q.Want("2024-01-01 12:00:00 | 2")

	q, stream = chain(true)
	q.Add(stream, []any{noon, 1})
	q.UntilIdle()
	q.Add(stream, []any{noon.Add(time.Minute), 1})
	if err := q.Fails(); !strings.Contains(err.Error(), "EMITTING_ROWS_OLDER_THAN_WATERMARK_NOT_ALLOWED") {
		t.Errorf("the error is %v", err)
	}
}
