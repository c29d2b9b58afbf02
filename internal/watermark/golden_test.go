package watermark

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/golden"
)

// The golden files follow a query batch by batch, and plans node by node.
func TestGolden(t *testing.T) {
	golden.Files(t, "testdata/*.txt", func(t *testing.T, file string) {
		s := &script{t: t}
		golden.Run(t, file, s.answer)
	})
}

type script struct {
	t       *testing.T
	tracker *Tracker
	policy  Policy
	ops     []OperatorID
}

func (s *script) answer(c golden.Case) string {
	switch c.Command {
	case "query":
		var err error
		if s.policy, err = ParsePolicy(c.Arg("policy", "min")); err != nil {
			return err.Error()
		}
		s.ops = nil
		for id := range c.Int(s.t, "operators", 1) {
			s.ops = append(s.ops, OperatorID(id+1))
		}
		s.tracker = NewTracker(s.policy, s.ops...)
		return s.state()
	case "batch":
		used := s.state()
		for _, line := range c.Lines() {
			op, clock, _ := strings.Cut(line, " ")
			id, _ := strconv.Atoi(op)
			s.tracker.Observe(OperatorID(id), s.clock(clock), 10*time.Minute)
		}
		s.tracker.Advance()
		return used
	case "restart":
		snapshot := s.tracker.Snapshot()
		if c.Has("spark") {
			snapshot.Seen = nil
		}
		s.tracker = NewTracker(s.policy, s.ops...)
		s.tracker.Restore(snapshot)
		return s.state()
	case "plan":
		return s.plan(c)
	default:
		return "unknown command " + c.Command
	}
}

func (s *script) state() string {
	return fmt.Sprintf("late %s, evict %s", short(s.tracker.Late()), short(s.tracker.Evict()))
}

// plan reads a node a line: name, kind, then the names of its inputs.
func (s *script) plan(c golden.Case) string {
	var nodes []Node
	index := make(map[string]int)
	var names []string
	for i, line := range c.Lines() {
		words := strings.Fields(line)
		kind, hold, _ := strings.Cut(words[1], "-")
		n := Node{Defines: kind == "withWatermark"}
		switch kind {
		case "own":
			n.Output = Nothing
		case "join":
			n.Output = Held
			n.Hold, _ = time.ParseDuration(hold)
		}
		for _, in := range words[2:] {
			n.Inputs = append(n.Inputs, index[in])
		}
		nodes, names, index[words[0]] = append(nodes, n), append(names, words[0]), i
	}
	var out strings.Builder
	for i, w := range Propagate(nodes, s.clock(c.Arg("watermark", ""))) {
		fmt.Fprintf(&out, "%s %s\n", names[i], short(w))
	}
	return out.String()
}

func (s *script) clock(text string) time.Time {
	at, err := time.Parse("15:04", text)
	if err != nil {
		s.t.Fatal(err)
	}
	return time.Date(2030, 1, 1, at.Hour(), at.Minute(), 0, 0, time.UTC)
}

func short(t time.Time) string {
	switch {
	case t.IsZero():
		return "none"
	case t.Equal(epoch):
		return "1970"
	default:
		return t.Format("15:04")
	}
}
