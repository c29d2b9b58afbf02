package stateful_test

import (
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/stateful"
	"github.com/weirstream/weir/weirtest"
)

// The state of a user, as versions of a program have it.
type (
	stateOne struct {
		Count int32
		Name  string
	}
	// stateTwo has a field more, a wider one, and one less.
	stateTwo struct {
		Seen  *time.Time
		Count int64
	}
	// stateThree has Name again, and a struct.
	stateThree struct {
		Count int64
		Name  *string
		Inner *struct{ A int64 }
	}
	narrowed struct{ Count int16 }
	retyped  struct{ Count string }
	others   struct{ Other int64 }
)

// counting is a program whose state has type S.
func counting[S any](count func(*S, int64) string) func(g *weir.Grouped) *weir.DataFrame {
	return func(g *weir.Grouped) *weir.DataFrame {
		return weir.MapGroupsWithState(g, func(user string, rows iter.Seq[click], s *stateful.GroupState[S]) (line, error) {
			state, _ := s.Get()
			text := ""
			for r := range rows {
				text = count(&state, r.N)
			}
			s.Update(state)
			return line{user + " " + text}, nil
		}, weir.GroupOptions{})
	}
}

// evolving is a job whose program changes.
func evolving(t *testing.T, define func(g *weir.Grouped) *weir.DataFrame) (*clicks, func(func(g *weir.Grouped) *weir.DataFrame) error) {
	stream := weirtest.NewStream("clicks", "user STRING, n BIGINT")
	job := func(define func(g *weir.Grouped) *weir.DataFrame) weirtest.Job {
		return weirtest.Job{Streams: []*weirtest.Stream{stream}, Mode: weir.Update,
			Define: func(s *weir.Session) *weir.DataFrame { return define(s.Table("clicks").GroupBy("user")) }}
	}
	q := &clicks{weirtest.Run(t, job(define)), stream}
	return q, func(define func(g *weir.Grouped) *weir.DataFrame) error {
		q.Crash()
		return q.RestartAs(job(define))
	}
}

// Fields may be added, left out and widened, and state of every former version is
// read as what it is (S149).
func TestStateEvolves(t *testing.T) {
	one := counting(func(s *stateOne, n int64) string {
		s.Count += int32(n)
		s.Name = "anna"
		return fmt.Sprint(s.Count, s.Name)
	})
	two := counting(func(s *stateTwo, n int64) string {
		s.Count += n << 32
		return fmt.Sprint(s.Count>>32, s.Count&0xFF, s.Seen == nil)
	})
	three := counting(func(s *stateThree, n int64) string {
		s.Count += n
		return fmt.Sprint(s.Count&0xFF, s.Name != nil && *s.Name == "anna", s.Inner == nil)
	})
	q, restart := evolving(t, one)
	q.add("ann", 1)
	q.add("bob", 2)
	q.Want("ann 1anna", "bob 2anna")
	for _, step := range []struct {
		define func(g *weir.Grouped) *weir.DataFrame
		want   string
	}{{two, "ann 3 1 true"}, {three, "ann 4 false true"}, {three, "ann 7 false true"}} {
		if err := restart(step.define); err != nil {
			t.Fatal(err)
		}
		q.add("ann", 3)
		q.Want(step.want)
	}
	q.add("bob", 1) // written by the first version only
	q.Want("bob 3 true true")
}

// What cannot be read as the new type is refused, with a sentence that names the
// field (S149).
func TestRefusedEvolutions(t *testing.T) {
	one := counting(func(s *stateOne, n int64) string { return "" })
	for _, tt := range []struct {
		define func(g *weir.Grouped) *weir.DataFrame
		want   []string
	}{
		{counting(func(*narrowed, int64) string { return "" }),
			[]string{"STATE_STORE_INVALID_VALUE_SCHEMA_EVOLUTION", "the field Count was INT and is now SMALLINT"}},
		{counting(func(*retyped, int64) string { return "" }), []string{"the field Count was INT and is now STRING"}},
		{counting(func(*others, int64) string { return "" }), []string{"it has no field in common"}},
		{func(g *weir.Grouped) *weir.DataFrame {
			return weir.MapGroupsWithState(g, total, weir.GroupOptions{Timeout: stateful.ProcessingTimeTimeout})
		}, []string{"STATE_STORE_INVALID_CONFIG_AFTER_RESTART", "ProcessingTimeTimeout, but its checkpoint was made with NoTimeout"}},
		{func(g *weir.Grouped) *weir.DataFrame { return g.Count() }, []string{"STREAMING_STATEFUL_OPERATOR"}},
	} {
		q, restart := evolving(t, one)
		q.add("ann", 1)
		err := restart(tt.define)
		for _, want := range tt.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("the error is %v, want %q", err, want)
			}
		}
	}
}

// Variables may come and go; a variable that stays has its kind and its keys.
func TestVariablesComeAndGo(t *testing.T) {
	with := func(init func(h *stateful.Handle) func() string) func(g *weir.Grouped) *weir.DataFrame {
		return func(g *weir.Grouped) *weir.DataFrame {
			return weir.TransformWithState(g, func() stateful.Processor[string, click, line] {
				p := &processor{}
				var say func() string
				p.init = func(h *stateful.Handle) error { say = init(h); return nil }
				p.rows = func(string, []int64, stateful.Times) (string, error) { return say(), nil }
				return p
			}, weir.TransformOptions{})
		}
	}
	value := func(name string) func(h *stateful.Handle) func() string {
		return func(h *stateful.Handle) func() string {
			v := stateful.Value[int64](h, name, stateful.NoTTL)
			return func() string {
				n, _ := v.Get()
				v.Update(n + 1)
				return fmt.Sprint(name, n+1)
			}
		}
	}
	q, restart := evolving(t, with(value("a")))
	steps := []struct {
		define func(h *stateful.Handle) func() string
		want   string
	}{
		{value("a"), "a2"},
		{value("b"), "b1"},
		{value("a"), "a3"}, // it was kept
		{func(h *stateful.Handle) func() string { h.DeleteIfExists("a"); return value("b")(h) }, "b2"},
		{value("a"), "a1"},
		{func(h *stateful.Handle) func() string {
			l := stateful.List[int64](h, "a", stateful.NoTTL)
			return func() string { return fmt.Sprint(l.Len()) }
		}, "the state variable a of operator 0 (transformWithStateExec) is now a ListState; its checkpoint has it as a ValueState"},
	}
	q.add("ann", 1)
	q.Want("a1")
	for _, s := range steps {
		if err := restart(with(s.define)); err != nil {
			if !strings.Contains(err.Error(), s.want) {
				t.Errorf("the error is %v, want %q", err, s.want)
			}
			return
		}
		q.add("ann", 1)
		q.Want(s.want)
	}
	t.Error("a variable became another kind")
}

// What a stream may not do with state (S50-S52, S133).
func TestRefusedPlans(t *testing.T) {
	update := weir.GroupOptions{OutputMode: weir.Update}
	flat := func(o weir.GroupOptions) func(d *weir.DataFrame) *weir.DataFrame {
		return func(d *weir.DataFrame) *weir.DataFrame {
			return weir.FlatMapGroupsWithState(d.GroupBy("n"), flatLine, o)
		}
	}
	mapped := func(d *weir.DataFrame) *weir.DataFrame {
		return weir.MapGroupsWithState(d.GroupBy("n"), mapLine, weir.GroupOptions{})
	}
	for _, tt := range []struct {
		name   string
		mode   weir.OutputMode
		define func(d *weir.DataFrame) *weir.DataFrame
		want   string
	}{
		{"map in append", weir.Append, mapped, "mapGroupsWithState is not supported with Append output mode"},
		{"flatMap in another mode", weir.Append, flat(update), "flatMapGroupsWithState in Update mode is not supported with Append output mode"},
		{"event time without watermark", weir.Append, flat(weir.GroupOptions{Timeout: stateful.EventTimeTimeout}), "Watermark must be specified"},
		{"after an aggregate", weir.Update, func(d *weir.DataFrame) *weir.DataFrame {
			return flat(weir.GroupOptions{})(d.GroupBy("n").Count().Select("n"))
		}, "flatMapGroupsWithState in append mode is not supported after aggregation"},
		{"two maps", weir.Update, func(d *weir.DataFrame) *weir.DataFrame { return mapped(mapped(d)) }, "Multiple mapGroupsWithStates"},
		{"mixed", weir.Update, func(d *weir.DataFrame) *weir.DataFrame { return mapped(flat(update)(d)) }, "Mixing mapGroupsWithStates"},
		{"two in update", weir.Update, func(d *weir.DataFrame) *weir.DataFrame { return flat(update)(flat(update)(d)) },
			"Multiple flatMapGroupsWithStates"},
		{"state behind timeouts", weir.Append, func(d *weir.DataFrame) *weir.DataFrame {
			d = d.SelectExpr("n", "timestamp_seconds(n) AS t").WithWatermark("t", 0)
			return flat(weir.GroupOptions{})(flat(weir.GroupOptions{Timeout: stateful.EventTimeTimeout})(d))
		}, "Detected pattern of possible 'correctness' issue"},
		{"no keys", weir.Append, func(d *weir.DataFrame) *weir.DataFrame {
			return weir.FlatMapGroupsWithState(d.GroupBy(), flatLine, weir.GroupOptions{})
		}, "needs keys"},
		{"wrong key", weir.Append, func(d *weir.DataFrame) *weir.DataFrame {
			return weir.FlatMapGroupsWithState(d.GroupBy("user"), flatLine, weir.GroupOptions{})
		}, "the type of the key: column user: its type STRING does not fit the Go type int64"},
		{"streaming initial state", weir.Append, func(d *weir.DataFrame) *weir.DataFrame {
			return flat(weir.GroupOptions{InitialState: d.GroupBy("n")})(d)
		}, "a streaming DataFrame/Dataset is not supported as the initial state"},
		{"transform in complete", weir.Complete, func(d *weir.DataFrame) *weir.DataFrame {
			return weir.TransformWithState(d.GroupBy("user"), func() stateful.Processor[string, click, line] { return &processor{} }, weir.TransformOptions{})
		}, "complete mode needs an aggregation"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			session, err := weir.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer session.Close()
			rows := session.ReadStream().Format("rate-micro-batch").Option("rowsPerBatch", 1).Load().SelectExpr("value AS n", "'a' AS user")
			_, err = tt.define(rows).WriteStream().Format("noop").OutputMode(tt.mode).Start(t.Context())
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v, want %q", err, tt.want)
			}
		})
	}
}

func flatLine(n int64, rows iter.Seq[click], s *stateful.GroupState[int64], emit func(click)) error {
	emit(click{n})
	return nil
}

func mapLine(n int64, rows iter.Seq[click], s *stateful.GroupState[int64]) (click, error) {
	return click{n}, nil
}
