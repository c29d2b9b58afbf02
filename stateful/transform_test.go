package stateful_test

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/stateful"
	"github.com/weirstream/weir/weirtest"
)

var seed = flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of the random tests")

// processor is a processor made of functions.
type processor struct {
	init  func(h *stateful.Handle) error
	rows  func(user string, n []int64, times stateful.Times) (string, error)
	timer func(user string, at time.Time) string
}

func (p *processor) Init(h *stateful.Handle) error { return p.init(h) }

func (p *processor) HandleInputRows(user string, rows iter.Seq[click], times stateful.Times, emit func(line)) error {
	var list []int64
	for r := range rows {
		list = append(list, r.N)
	}
	text, err := p.rows(user, list, times)
	if text != "" {
		emit(line{text})
	}
	return err
}

func (p *processor) HandleExpiredTimer(user string, timer stateful.ExpiredTimer, _ stateful.Times, emit func(line)) error {
	emit(line{p.timer(user, timer.At)})
	return nil
}

// transform runs processors over the stream of clicks.
func transform(t *testing.T, mode stateful.TimeMode, make func() *processor) *clicks {
	return run(t, weir.Append, func(g *weir.Grouped) *weir.DataFrame {
		return weir.TransformWithState(g, func() stateful.Processor[string, click, line] { return make() }, weir.TransformOptions{TimeMode: mode})
	})
}

// Timers by processing time fire when the clock reaches them, also after a restart;
// one that is deleted does not (S146).
func TestProcessingTimeTimers(t *testing.T) {
	q := transform(t, stateful.ProcessingTime, func() *processor {
		var h *stateful.Handle
		return &processor{
			init: func(handle *stateful.Handle) error { h = handle; return nil },
			rows: func(user string, n []int64, times stateful.Times) (string, error) {
				for _, s := range n {
					if at := times.Processing.Add(time.Duration(s) * time.Second); s > 0 {
						h.RegisterTimer(at)
					} else {
						h.DeleteTimer(at.Add(2 * time.Duration(-s) * time.Second))
					}
				}
				return fmt.Sprint(user, " ", len(h.ListTimers())), nil
			},
			timer: func(user string, at time.Time) string { return user + " at " + at.Format("05") },
		}
	})
	q.add("ann", 10)
	q.add("ann", 20)
	q.add("bob", 10)
	q.add("bob", 30)
	q.Want("ann 1", "ann 2", "bob 1", "bob 2")
	q.Advance(9999 * time.Millisecond)
	q.Want()
	q.Advance(time.Millisecond)
	q.Want("ann at 10", "bob at 10")
	q.Crash()
	q.Restart()
	q.add("bob", -20) // the timer at 30
	q.Want("bob 0")
	q.Advance(time.Hour)
	q.Want("ann at 20")
}

// What outlives its TTL cannot be read at once, entry by entry, and goes (S147).
func TestTTL(t *testing.T) {
	q := transform(t, stateful.ProcessingTime, func() *processor {
		var v *stateful.ValueState[int64]
		var l *stateful.ListState[int64]
		var m *stateful.MapState[int64, int64]
		return &processor{
			init: func(h *stateful.Handle) error {
				ttl := stateful.For(10 * time.Second)
				v, l, m = stateful.Value[int64](h, "v", ttl), stateful.List[int64](h, "l", ttl), stateful.Map[int64, int64](h, "m", ttl)
				return nil
			},
			rows: func(user string, n []int64, _ stateful.Times) (string, error) {
				for _, x := range n {
					if x == 0 {
						continue
					}
					v.Update(x)
					l.Append(x)
					m.Update(x, x)
				}
				x, ok := v.Get()
				return fmt.Sprint(x, ok, slices.Collect(l.Get()), l.Len(), slices.Sorted(m.Keys()), m.Len(), m.Contains(1)), nil
			},
		}
	})
	q.add("ann", 1)
	q.Advance(5 * time.Second)
	q.add("ann", 2)
	q.add("ann", 3)
	q.Want("1 true [1] 1 [1] 1 true", "2 true [1 2] 2 [1 2] 2 true", "3 true [1 2 3] 3 [1 2 3] 3 true")
	q.WantState(5) // a value, a list, three entries
	q.Crash()
	q.Restart()
	q.Advance(5 * time.Second) // exactly the TTL of 1
	q.WantState(4)
	q.add("ann", 0)
	q.Want("3 true [2 3] 2 [2 3] 2 false")
	q.Advance(5 * time.Second)
	q.WantState(0)
	q.add("ann", 0)
	q.Want("0 false [] 0 [] 0 false")
}

// Whatever is done to the variables of many keys, over restarts with other numbers
// of partitions, is what is done to Go values (S143-S145).
func TestVariablesEqualGoValues(t *testing.T) {
	t.Logf("seed %d", *seed)
	r := rand.New(rand.NewPCG(*seed, 1))
	type model struct {
		value int64
		has   bool
		list  []int64
		entry map[int64]int64
	}
	all := map[string]*model{}
	want := func(m *model) string {
		keys := slices.Sorted(maps.Keys(m.entry))
		sum := int64(0)
		for _, v := range m.entry {
			sum += v
		}
		return fmt.Sprint(m.value, m.has, m.list, keys, sum)
	}
	make := func() *processor {
		var v *stateful.ValueState[int64]
		var l *stateful.ListState[int64]
		var m *stateful.MapState[int64, int64]
		return &processor{
			init: func(h *stateful.Handle) error {
				v, l, m = stateful.Value[int64](h, "v", stateful.NoTTL), stateful.List[int64](h, "l", stateful.NoTTL),
					stateful.Map[int64, int64](h, "m", stateful.NoTTL)
				return nil
			},
			rows: func(user string, n []int64, _ stateful.Times) (string, error) {
				for _, x := range n {
					switch key := x / 10 % 7; x % 10 {
					case 0:
						v.Update(x)
					case 1:
						v.Clear()
					case 2, 3:
						l.Append(x)
					case 4:
						l.Put([]int64{x, x})
					case 5:
						if key == 0 {
							l.Clear()
						} else {
							l.AppendList([]int64{x, key})
						}
					case 6, 7:
						m.Update(key, x)
					case 8:
						m.Remove(key)
					case 9:
						if key == 0 {
							m.Clear()
						}
					}
				}
				x, ok := v.Get()
				sum := int64(0)
				for value := range m.Values() {
					sum += value
				}
				return fmt.Sprint(user, " ", fmt.Sprint(x, ok, slices.Collect(l.Get()), slices.Sorted(m.Keys()), sum)), nil
			},
		}
	}
	do := func(m *model, x int64) {
		switch key := x / 10 % 7; x % 10 {
		case 0:
			m.value, m.has = x, true
		case 1:
			m.value, m.has = 0, false
		case 2, 3:
			m.list = append(m.list, x)
		case 4:
			m.list = []int64{x, x}
		case 5:
			if m.list = append(m.list, x, key); key == 0 {
				m.list = nil
			}
		case 6, 7:
			m.entry[key] = x
		case 8:
			delete(m.entry, key)
		case 9:
			if key == 0 {
				clear(m.entry)
			}
		}
	}
	stream := weirtest.NewStream("clicks", "user STRING, n BIGINT")
	job := weirtest.Job{Streams: []*weirtest.Stream{stream}, Workers: 1, Define: func(s *weir.Session) *weir.DataFrame {
		return weir.TransformWithState(s.Table("clicks").GroupBy("user"),
			func() stateful.Processor[string, click, line] { return make() }, weir.TransformOptions{})
	}}
	q := weirtest.Run(t, job)
	for batch := range 40 {
		var rows [][]any
		touched := map[string]bool{}
		for range 1 + r.IntN(30) {
			user, x := fmt.Sprint("u", r.IntN(6)), r.Int64N(1000)
			rows, touched[user] = append(rows, []any{user, x}), true
			all[user] = cmp.Or(all[user], &model{entry: map[int64]int64{}})
			do(all[user], x)
		}
		q.Add(stream, rows...)
		var lines []string
		for user := range touched {
			lines = append(lines, user+" "+want(all[user]))
		}
		q.Want(lines...)
		if batch%7 == 3 {
			q.Crash()
			job.Workers = 1 + r.IntN(4)
			if err := q.RestartAs(job); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// The errors of a processor are Spark's (S149c).
func TestProcessorErrors(t *testing.T) {
	declare := func(f func(h *stateful.Handle)) func() *processor {
		return func() *processor {
			return &processor{init: func(h *stateful.Handle) error { f(h); return nil }}
		}
	}
	for _, tt := range []struct {
		mode stateful.TimeMode
		make func() *processor
		want string
	}{
		{stateful.NoTime, declare(func(h *stateful.Handle) {
			stateful.Value[int64](h, "a", stateful.NoTTL)
			stateful.List[int64](h, "a", stateful.NoTTL)
		}), "STATEFUL_PROCESSOR_DUPLICATE_STATE_VARIABLE_DEFINED"},
		{stateful.NoTime, declare(func(h *stateful.Handle) { stateful.Value[int64](h, "a", stateful.For(time.Second)) }),
			"STATEFUL_PROCESSOR_INCORRECT_TIME_MODE_TO_ASSIGN_TTL"},
		{stateful.ProcessingTime, declare(func(h *stateful.Handle) { stateful.Value[int64](h, "a", stateful.For(0)) }),
			"STATEFUL_PROCESSOR_TTL_DURATION_MUST_BE_POSITIVE"},
		{stateful.ProcessingTime, declare(func(h *stateful.Handle) { stateful.Value[int64](h, "$a", stateful.NoTTL) }),
			"STATE_STORE_CANNOT_CREATE_COLUMN_FAMILY_WITH_RESERVED_CHARS"},
		{stateful.ProcessingTime, declare(func(h *stateful.Handle) { stateful.Value[int64](h, "a", stateful.NoTTL).Update(1) }),
			"STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_HANDLE_STATE"},
		{stateful.ProcessingTime, declare(func(h *stateful.Handle) { h.RegisterTimer(noon) }),
			"STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_HANDLE_STATE"},
		{stateful.NoTime, declare(func(h *stateful.Handle) { stateful.Value[chan int](h, "a", stateful.NoTTL) }), "stands for no SQL type"},
		{stateful.NoTime, func() *processor {
			return &processor{init: func(*stateful.Handle) error { return errors.New("no room") }}
		}, "no room"},
		{stateful.NoTime, func() *processor { panic("no room") }, "no room\ngoroutine"},
	} {
		session, err := weir.Open()
		if err != nil {
			t.Fatal(err)
		}
		frame := session.CreateDataFrame([]weir.Row{{"a", int64(1)}}, "user STRING, n BIGINT")
		_, err = weir.TransformWithState(frame.GroupBy("user"), func() stateful.Processor[string, click, line] { return tt.make() },
			weir.TransformOptions{TimeMode: tt.mode}).Collect(t.Context())
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("the error is %v, want %q", err, tt.want)
		}
		session.Close()
	}
}

// Misuse in a call for a key fails the batch, with the method (S144, S149c).
func TestProcessorMisuse(t *testing.T) {
	for _, tt := range []struct {
		call func(h *stateful.Handle, l *stateful.ListState[*int64]) error
		want []string
	}{
		{func(_ *stateful.Handle, l *stateful.ListState[*int64]) error { l.Put(nil); return nil },
			[]string{"TRANSFORM_WITH_STATE_USER_FUNCTION_ERROR", "handleInputRows", "ILLEGAL_STATE_STORE_VALUE.EMPTY_LIST_VALUE"}},
		{func(_ *stateful.Handle, l *stateful.ListState[*int64]) error { l.Append(nil); return nil },
			[]string{"ILLEGAL_STATE_STORE_VALUE.NULL_VALUE"}},
		{func(h *stateful.Handle, _ *stateful.ListState[*int64]) error { h.RegisterTimer(noon); return nil },
			[]string{"STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_TIME_MODE"}},
		{func(h *stateful.Handle, _ *stateful.ListState[*int64]) error {
			stateful.Value[int64](h, "late", stateful.NoTTL)
			return nil
		},
			[]string{"is declared too late"}},
		{func(*stateful.Handle, *stateful.ListState[*int64]) error { panic("out of order") }, []string{"out of order\ngoroutine"}},
		{func(*stateful.Handle, *stateful.ListState[*int64]) error { return errors.New("no") }, []string{"for the key bob: no"}},
	} {
		q := transform(t, stateful.NoTime, func() *processor {
			var l *stateful.ListState[*int64]
			var h *stateful.Handle
			return &processor{
				init: func(handle *stateful.Handle) error {
					h, l = handle, stateful.List[*int64](handle, "l", stateful.NoTTL)
					return nil
				},
				rows: func(string, []int64, stateful.Times) (string, error) { return "", tt.call(h, l) },
			}
		})
		q.Add(q.stream, []any{"bob", 1})
		err := q.Fails()
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("the error is %v, want %q", err, want)
			}
		}
	}
}
