package stateful_test

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/stateful"
	"github.com/weirstream/weir/weirtest"
)

// noon is noon of the day on which the clock of weirtest starts.
var noon = time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)

// What Spark refuses, a state refuses, with Spark's words (S135, S138).
func TestGroupStateErrors(t *testing.T) {
	times := stateful.Times{Processing: noon, Watermark: noon.Add(-time.Hour)}
	for _, tt := range []struct {
		name string
		test stateful.GroupTest[*int64]
		call func(s *stateful.GroupState[*int64])
		want string
	}{
		{"nil", stateful.GroupTest[*int64]{}, func(s *stateful.GroupState[*int64]) { s.Update(nil) }, "'null' is not a valid state value"},
		{"zero", stateful.GroupTest[*int64]{Timeout: stateful.ProcessingTimeTimeout, Times: times},
			func(s *stateful.GroupState[*int64]) { s.SetTimeoutDuration(0) }, "Timeout duration must be positive"},
		{"no processing time", stateful.GroupTest[*int64]{Timeout: stateful.EventTimeTimeout, Times: times},
			func(s *stateful.GroupState[*int64]) { s.SetTimeoutDuration(time.Second) }, "without enabling processing time timeout"},
		{"no event time", stateful.GroupTest[*int64]{Times: times},
			func(s *stateful.GroupState[*int64]) { s.SetTimeoutTimestamp(noon) }, "without enabling event time timeout"},
		{"too early", stateful.GroupTest[*int64]{Timeout: stateful.EventTimeTimeout, Times: times},
			func(s *stateful.GroupState[*int64]) { s.SetTimeoutTimestamp(noon.Add(-2 * time.Hour)) },
			"cannot be earlier than the current watermark (1704106800000)"},
		{"before 1970", stateful.GroupTest[*int64]{Timeout: stateful.EventTimeTimeout, Times: times},
			func(s *stateful.GroupState[*int64]) { s.SetTimeoutTimestamp(time.Unix(-1, 0)) }, "Timeout timestamp must be positive"},
		{"no watermark", stateful.GroupTest[*int64]{}, func(s *stateful.GroupState[*int64]) { s.CurrentWatermark() },
			"Cannot get event time watermark timestamp without setting watermark"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := stateful.NewTestGroupState(tt.test)
			if tt.call(s); s.Err() == nil || !strings.Contains(s.Err().Error(), tt.want) {
				t.Errorf("the error is %v, want %q", s.Err(), tt.want)
			}
			if s.Exists() || s.Updated() {
				t.Error("what is refused has changed the state")
			}
		})
	}
}

// A test can call a function with a state that it makes (S138).
func TestGroupStateOfATest(t *testing.T) {
	seven := int64(7)
	s := stateful.NewTestGroupState(stateful.GroupTest[int64]{State: &seven, Timeout: stateful.ProcessingTimeTimeout, TimedOut: true,
		Times: stateful.Times{Processing: noon}})
	if v, ok := s.Get(); v != 7 || !ok || !s.HasTimedOut() || !s.CurrentProcessingTime().Equal(noon) {
		t.Errorf("the state is %v, %v", v, ok)
	}
	s.SetTimeoutDuration(time.Minute)
	if at, ok := s.TimeoutAt(); !ok || !at.Equal(noon.Add(time.Minute)) {
		t.Errorf("the timeout is %v, %v", at, ok)
	}
	s.Remove()
	if _, ok := s.Get(); ok || !s.Removed() || s.Updated() {
		t.Error("a state that was removed is there")
	}
	s.Update(1)
	if v, ok := s.Get(); v != 1 || !ok || s.Removed() || s.Err() != nil {
		t.Errorf("the state is %v, %v, %v", v, ok, s.Err())
	}
}

// clicks is a query over a stream of users, and what a test does with it.
type clicks struct {
	*weirtest.Query
	stream *weirtest.Stream
}

func run(t *testing.T, mode weir.OutputMode, define func(g *weir.Grouped) *weir.DataFrame) *clicks {
	t.Helper()
	stream := weirtest.NewStream("clicks", "user STRING, n BIGINT")
	return &clicks{weirtest.Run(t, weirtest.Job{Streams: []*weirtest.Stream{stream}, Mode: mode, Workers: 2,
		Define: func(s *weir.Session) *weir.DataFrame { return define(s.Table("clicks").GroupBy("user")) }}), stream}
}

// add adds a row, a batch of its own.
func (c *clicks) add(user string, n int) {
	c.Add(c.stream, []any{user, n})
	c.UntilIdle()
}

// total adds up, and says so; a user who is silent for ten seconds is forgotten.
func total(user string, rows iter.Seq[click], s *stateful.GroupState[int64]) (line, error) {
	n, _ := s.Get()
	if s.HasTimedOut() {
		s.Remove()
		return line{fmt.Sprintf("%s left with %d", user, n)}, nil
	}
	for r := range rows {
		n += r.N
	}
	s.Update(n)
	s.SetTimeoutDuration(10 * time.Second)
	return line{fmt.Sprintf("%s has %d", user, n)}, nil
}

type click struct{ N int64 }

// Processing-time timeouts run out when the clock of the engine says so, in a batch
// of their own, also after a restart; rows put them off (S133, S134).
func TestProcessingTimeTimeout(t *testing.T) {
	q := run(t, weir.Update, func(g *weir.Grouped) *weir.DataFrame {
		return weir.MapGroupsWithState(g, total, weir.GroupOptions{Timeout: stateful.ProcessingTimeTimeout})
	})
	q.add("ann", 1)
	q.add("bob", 2)
	q.Want("ann has 1", "bob has 2")
	q.Advance(9 * time.Second)
	q.Want()
	q.add("ann", 3)
	q.Want("ann has 4")
	q.Advance(time.Second) // exactly ten seconds: not over yet
	q.Want()
	q.WantState(2)
	q.Advance(time.Millisecond)
	q.Want("bob left with 2")
	q.WantState(1)
	q.Crash()
	q.Restart()
	q.Advance(10 * time.Second)
	q.Want("ann left with 4")
	q.WantState(0)
	q.add("ann", 1)
	q.Want("ann has 1")
}

// An initial state is taken in once, in the first batch, with a call for each key
// of it (S136).
func TestInitialState(t *testing.T) {
	q := run(t, weir.Update, withStart(t, false))
	q.add("ann", 1)
	q.Want("ann has 11", "carl has 30")
	q.Crash()
	q.Restart()
	q.add("carl", 5)
	q.add("bob", 1)
	q.Want("bob has 1", "carl has 35")
}

// withStart is total with an initial state, in which a key may be twice.
func withStart(t *testing.T, twice bool) func(g *weir.Grouped) *weir.DataFrame {
	t.Helper()
	session, err := weir.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	rows := []weir.Row{{"carl", int64(30)}, {"ann", int64(10)}}
	if twice {
		rows = append(rows, weir.Row{"ann", int64(1)})
	}
	start := session.CreateDataFrame(rows, "who STRING, value BIGINT").GroupBy("who")
	return func(g *weir.Grouped) *weir.DataFrame {
		return weir.MapGroupsWithState(g, plain, weir.GroupOptions{InitialState: start})
	}
}

// plain is total without timeouts. Its state is in a field of a struct.
func plain(user string, rows iter.Seq[click], s *stateful.GroupState[sum]) (line, error) {
	n, _ := s.Get()
	for r := range rows {
		n.Value += r.N
	}
	s.Update(n)
	return line{fmt.Sprintf("%s has %d", user, n.Value)}, nil
}

type sum struct{ Value int64 }

func TestInitialStateTwice(t *testing.T) {
	q := run(t, weir.Update, withStart(t, true))
	q.Add(q.stream, []any{"ann", 1})
	if err := q.Fails(); !strings.Contains(err.Error(), "multiple rows(state) with the same key") {
		t.Errorf("the error is %v", err)
	}
}

// A function that panics, fails or misuses its state fails its query, which says so;
// a query beside it goes on.
func TestFunctionsThatFail(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    stateful.MapFunction[string, int64, click, line]
		want string
	}{
		{"panic", func(string, iter.Seq[click], *stateful.GroupState[int64]) (line, error) { panic("out of order") }, "out of order\ngoroutine"},
		{"error", func(string, iter.Seq[click], *stateful.GroupState[int64]) (line, error) {
			return line{}, errors.New("no")
		}, "the key bob: no"},
		{"misuse", func(_ string, _ iter.Seq[click], s *stateful.GroupState[int64]) (line, error) {
			s.SetTimeoutDuration(time.Second)
			return line{}, nil
		}, "without enabling processing time timeout"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			other := run(t, weir.Update, func(g *weir.Grouped) *weir.DataFrame {
				return weir.MapGroupsWithState(g, plain, weir.GroupOptions{})
			})
			q := run(t, weir.Update, func(g *weir.Grouped) *weir.DataFrame { return weir.MapGroupsWithState(g, tt.f, weir.GroupOptions{}) })
			q.Add(q.stream, []any{"bob", 1})
			if err := q.Fails(); !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v, want %q", err, tt.want)
			}
			other.add("bob", 1)
			other.Want("bob has 1")
		})
	}
}

// A null that meets a field which cannot hold it fails the query, with the column.
func TestNullRow(t *testing.T) {
	q := run(t, weir.Update, func(g *weir.Grouped) *weir.DataFrame { return weir.MapGroupsWithState(g, plain, weir.GroupOptions{}) })
	q.Add(q.stream, []any{"bob", nil})
	if err := q.Fails(); !strings.Contains(err.Error(), "a null in column n meets a Go field") {
		t.Errorf("the error is %v", err)
	}
}

// Over a table each group is called once, with what the initial state has (S130).
func TestGroupsOfATable(t *testing.T) {
	session, err := weir.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	table := session.CreateDataFrame([]weir.Row{{"a", int64(1)}, {"b", int64(2)}, {"a", int64(3)}}, "user STRING, n BIGINT")
	list, err := weirtest.Collect(t.Context(), weir.MapGroupsWithState(table.GroupBy("user"), plain, weir.GroupOptions{}).OrderBy("o"))
	if err != nil || fmt.Sprint(list) != "[a has 4 b has 2]" {
		t.Errorf("got %v, %v", list, err)
	}
}
