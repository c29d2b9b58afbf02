// Command sessions makes visits of clicks: a visit ends when its user has been
// silent for half an hour of event time.
//
//	JSON files ─▶ clicks ─▶ by user ─▶ visit (state, event-time timeout) ─▶ console
//
// Each line of a file is a click, as {"user":"ann","at":"2024-01-01T12:00:00Z"}. Put
// files into a folder and start it with -in FOLDER; it ends when all is read, and
// goes on from its checkpoint when it is started again.
package main

import (
	"context"
	"flag"
	"fmt"
	"iter"
	"os"
	"os/signal"
	"slices"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/stateful"
)

// silence ends a visit.
const silence = 30 * time.Minute

// click is a row of the input.
type click struct{ At time.Time }

// visit is the state of a user who is there.
type visit struct {
	From, To time.Time
	Clicks   int64
}

// end is the visit as a row.
func (v visit) end(user string) finished {
	return finished{user, v.From, v.To.Sub(v.From).String(), v.Clicks}
}

// finished is a row of the output.
type finished struct {
	User   string    `weir:"user"`
	From   time.Time `weir:"from"`
	Spent  string    `weir:"spent"`
	Clicks int64     `weir:"clicks"`
}

// follow adds clicks to the visit of a user. The visit ends when a click comes too
// late for it, or when the watermark says that none will come.
func follow(user string, clicks iter.Seq[click], s *stateful.GroupState[visit], emit func(finished)) error {
	v, _ := s.Get()
	if s.HasTimedOut() {
		emit(v.end(user))
		s.Remove()
		return nil
	}
	inOrder := slices.SortedFunc(clicks, func(a, b click) int { return a.At.Compare(b.At) })
	for _, c := range inOrder {
		if v.Clicks > 0 && c.At.Sub(v.To) > silence {
			emit(v.end(user))
			v = visit{}
		}
		if v.Clicks == 0 || c.At.Before(v.From) {
			v.From = c.At
		}
		if c.At.After(v.To) {
			v.To = c.At
		}
		v.Clicks++
	}
	s.Update(v)
	s.SetTimeoutTimestamp(v.To.Add(silence))
	return nil
}

func main() {
	in := flag.String("in", "clicks", "the folder of JSON files to read")
	checkpoint := flag.String("checkpoint", "sessions-checkpoint", "where the job keeps how far it is")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := sessions(ctx, *in, *checkpoint); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "sessions:", err)
		os.Exit(1)
	}
}

// sessions reads all files there are.
func sessions(ctx context.Context, in, checkpoint string, options ...weir.Option) error {
	s, err := weir.Open(options...)
	if err != nil {
		return err
	}
	defer s.Close()
	clicks := s.ReadStream().Schema("user STRING, at TIMESTAMP").Option("maxFilesPerTrigger", 1).JSON(in).
		WithWatermark("at", time.Minute)
	visits := weir.FlatMapGroupsWithState(clicks.GroupBy("user"), follow, weir.GroupOptions{Timeout: stateful.EventTimeTimeout})
	q, err := visits.WriteStream().Format("console").Option("truncate", false).
		Option("checkpointLocation", checkpoint).Trigger(weir.AvailableNow()).Start(ctx)
	if err != nil {
		return err
	}
	return q.AwaitTermination(ctx)
}
