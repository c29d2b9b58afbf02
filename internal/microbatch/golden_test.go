package microbatch

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/golden"
)

// The golden files are histories of one query: what it does, how it crashes,
// and what the next process makes of it.
func TestGolden(t *testing.T) {
	golden.Files(t, "testdata/*.txt", func(t *testing.T, file string) {
		s := &script{t: t}
		golden.Run(t, file, s.answer)
	})
}

type script struct {
	t *testing.T
	w *world
}

func (s *script) answer(c golden.Case) string {
	if s.w != nil {
		s.w.log = nil
	}
	switch c.Command {
	case "query":
		s.query(c)
		return ""
	case "start":
		if err := s.start(c); err != nil {
			return "refused: " + err.Error()
		}
	case "data":
		s.data(c)
		if s.w.wait != nil && s.w.wait.ForData {
			s.w.tell(Triggered{s.w.now})
		}
	case "clock":
		s.clock(c.Words[0])
	case "slow":
		s.slow(c)
		return ""
	case "crash", "fail":
		s.fail(c)
		return ""
	case "stop":
		s.w.tell(Stopped{})
	case "stop-during":
		s.stopDuring(c.Words[0])
		return ""
	default:
		return "unknown command " + c.Command
	}
	if len(s.w.log) == 0 {
		return "nothing to do"
	}
	return strings.Join(s.w.log, "\n")
}

// query begins a new checkpoint: trigger, sources=n, rate, delay, timers, and
// the words no-data, not-replayable, not-bounded.
func (s *script) query(c golden.Case) {
	var o Options
	var rates []int
	for i := range c.Int(s.t, "sources", 1) {
		o.Sources = append(o.Sources, Source{
			Name: fmt.Sprintf("source %c", 'a'+i), Replayable: !c.Has("not-replayable"), Bounded: !c.Has("not-bounded"),
		})
		rates = append(rates, int(c.Int(s.t, "rate", 0)))
	}
	o.NoData = c.Has("no-data")
	o.Retries = int(c.Int(s.t, "retries", 0))
	s.w = newWorld(o, rates)
	s.w.delay = time.Duration(c.Int(s.t, "delay", 2)) * time.Minute
	s.w.timers = s.duration(c.Arg("timers", "0"))
}

// start begins a process; trigger and sources may differ from the last one's.
func (s *script) start(c golden.Case) error {
	o := &s.w.options
	switch kind := c.Arg("trigger", "default"); kind {
	case "default":
		o.Trigger = Trigger{}
	case "once":
		o.Trigger = Trigger{Kind: Once}
	case "available-now":
		o.Trigger = Trigger{Kind: AvailableNow}
	default:
		o.Trigger = Trigger{Interval: s.duration(kind)}
	}
	if n := c.Int(s.t, "sources", 0); n > 0 {
		o.Sources = make([]Source, n)
	}
	// A planned fault outlives neither the process nor the test that set it.
	if s.w.fault == nil {
		s.w.fault = func(Action, bool) error { return nil }
	}
	return s.w.start()
}

func (s *script) data(c golden.Case) {
	for i := range s.w.available {
		s.w.available[i] += int(c.Int(s.t, string(rune('a'+i)), 0))
	}
}

// clock moves the time, and wakes the machine if it waits for that.
func (s *script) clock(by string) {
	s.w.now = s.w.now.Add(s.duration(by))
	if wait := s.w.wait; wait != nil && !wait.Until.IsZero() && !s.w.now.Before(wait.Until) {
		s.w.tell(Triggered{s.w.now})
	}
}

// once sets a fault that strikes at the n-th action of a kind.
func (s *script) once(kind string, after bool, nth int64, strike func() error) {
	s.w.fault = func(a Action, isAfter bool) error {
		if reflect.TypeOf(a).Name() != kind || isAfter != after {
			return nil
		}
		if nth--; nth != 0 {
			return nil
		}
		return strike()
	}
}

// slow makes the next batch take its time.
func (s *script) slow(c golden.Case) {
	s.once("RunBatch", true, 1, func() error {
		s.w.now = s.w.now.Add(s.duration(c.Words[0]))
		return nil
	})
}

// fail reads "crash before WriteCommit", "fail RunBatch passing" and the like.
func (s *script) fail(c golden.Case) {
	after, kind := c.Has("after"), c.Words[len(c.Words)-1]
	err := errCrash
	if c.Command == "fail" {
		kind = c.Words[0]
		err = map[bool]error{true: errPassing, false: errBroken}[c.Has("passing")]
	}
	times := c.Int(s.t, "times", 1)
	s.once(kind, after, c.Int(s.t, "nth", 1), func() error {
		if err == errCrash {
			s.w.note("crash %s %s", map[bool]string{true: "after", false: "before"}[after], kind)
		} else {
			s.w.note("%s fails: %v", kind, err)
		}
		if times--; times > 0 {
			s.once(kind, after, 1, func() error { times--; s.w.note("%s fails: %v", kind, err); return err })
		}
		return err
	})
}

// stopDuring asks the query to stop while it does something, once.
func (s *script) stopDuring(kind string) {
	s.once(kind, false, 1, func() error {
		s.w.note("stop during %s", kind)
		s.w.machine.Step(Stopped{})
		return nil
	})
}

func (s *script) duration(text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}
