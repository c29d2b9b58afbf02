package weirtest_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
	f "github.com/weirstream/weir/functions"
	"github.com/weirstream/weir/weirtest"
)

// at is a time some seconds after the test's clock starts.
func at(seconds int) time.Time {
	return time.Date(2024, 1, 1, 0, 0, seconds, 0, time.UTC)
}

// Windows come out when the watermark passes their end, and late rows nowhere.
func TestWindowedCounts(t *testing.T) {
	clicks := weirtest.NewStream("clicks", "page STRING, at TIMESTAMP")
	q := weirtest.Run(t, weirtest.Job{
		Streams: []*weirtest.Stream{clicks},
		Define: func(s *weir.Session) *weir.DataFrame {
			return s.Table("clicks").WithWatermark("at", 5*time.Second).
				GroupBy(f.Window(f.Col("at"), 10*time.Second), "page").Count().
				Select(f.Col("window.start"), "page", "count")
		},
	})
	q.Add(clicks, []any{"home", at(1)}, []any{"home", at(2)}, []any{"help", at(9)})
	q.Want()
	q.WantState(2)
	q.Add(clicks, []any{"home", at(16)})
	q.Want("2024-01-01 00:00:00 | help | 1", "2024-01-01 00:00:00 | home | 2")
	q.WantWatermark("2024-01-01 00:00:11")
	q.Add(clicks, []any{"home", at(3)}) // late
	q.Want()
	q.WantState(1)
}

// A crash at any place of the disk's work loses nothing and doubles nothing.
func TestCountsSurviveCrashes(t *testing.T) {
	for n := 1; ; n++ {
		lines := weirtest.NewStream("lines", "value STRING")
		q := weirtest.Run(t, weirtest.Job{
			Streams: []*weirtest.Stream{lines},
			Mode:    weir.Complete,
			Define: func(s *weir.Session) *weir.DataFrame {
				return s.SQL("SELECT word, count(*) FROM (SELECT explode(split(value, ' ')) AS word FROM lines) GROUP BY word")
			},
		})
		q.Add(lines, []any{"to be or not"})
		q.UntilIdle()
		q.Add(lines, []any{"to be"})
		died := q.CrashAt(n)
		if died {
			q.Restart()
		}
		q.Want("be | 2", "not | 1", "or | 1", "to | 2")
		if !died {
			if n < 3 {
				t.Errorf("the query came through %d changes of the disk: the crashes are no test", n)
			}
			return
		}
	}
}

// Batches of a trigger with an interval run when the clock comes to it, and a query
// whose sink has failed goes on with the same batch.
func TestTicksAndAFailingSink(t *testing.T) {
	orders := weirtest.NewStream("orders", "item STRING, price DOUBLE")
	q := weirtest.Run(t, weirtest.Job{
		Streams: []*weirtest.Stream{orders},
		Trigger: weir.ProcessingTime(time.Minute),
		Define: func(s *weir.Session) *weir.DataFrame {
			return s.Table("orders").Where("price > 10").Select("item", f.CurrentTimestamp().As("seen"))
		},
	})
	q.UntilIdle()
	q.Add(orders, []any{"tea", 4}, []any{"pot", 40})
	q.Advance(59 * time.Second)
	q.Want()
	q.Advance(time.Second)
	q.Want("pot | 2024-01-01 00:01:00")

	q.Add(orders, []any{"cup", 12})
	q.FailSink(1, errors.New("the database is away"))
	q.AdvanceOnly(time.Minute)
	if err := q.Fails(); !strings.Contains(err.Error(), "the database is away") {
		t.Errorf("the query failed with %v", err)
	}
	q.Restart()
	q.Want("cup | 2024-01-01 00:02:00")
}
