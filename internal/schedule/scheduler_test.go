package schedule

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func tasks(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

func TestSchedulerRunsEveryTaskOnce(t *testing.T) {
	for _, workers := range []int{0, 1, 3} {
		s := Scheduler{Workers: workers}
		done := make([]atomic.Int32, 50)
		busy := make([]atomic.Int32, 4)
		var wg sync.WaitGroup
		for job := range 5 {
			wg.Go(func() {
				err := s.Run(t.Context(), &Stage{Job: job, Tasks: tasks(10), Run: func(_ context.Context, a Attempt) error {
					if busy[a.Worker].Add(1) != 1 {
						t.Error("two tasks on one worker at once")
					}
					done[job*10+a.Task].Add(1)
					busy[a.Worker].Add(-1)
					return nil
				}})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for i := range done {
			if n := done[i].Load(); n != 1 {
				t.Errorf("%d workers: task %d ran %d times", workers, i, n)
			}
		}
	}
}

func TestSchedulerTriesAgain(t *testing.T) {
	s := Scheduler{Workers: 2}
	var tries atomic.Int32
	run := func(fails int) error {
		tries.Store(0)
		return s.Run(t.Context(), &Stage{ID: 7, Tasks: tasks(3), MaxFailures: 4, Run: func(_ context.Context, a Attempt) error {
			if a.Task == 1 && int(tries.Add(1)) <= fails {
				panic("boom")
			}
			return nil
		}})
	}
	if err := run(3); err != nil {
		t.Errorf("three failures of four: %v", err)
	}
	err := run(4)
	var failed *StageError
	var panicked *PanicError
	if !errors.As(err, &failed) || failed.Failures != 4 || failed.Attempt.Task != 1 || !errors.As(err, &panicked) {
		t.Errorf("four failures: %v", err)
	} else if !strings.Contains(err.Error(), "Task 1 in stage 7.0 failed 4 times, most recent failure: Lost task 1.3 in stage 7.0") {
		t.Errorf("the message is %v", err)
	}
}

type lost struct{}

func (lost) Error() string { return "lost" }
func (lost) Final()        {}

func TestSchedulerEndsAtOnce(t *testing.T) {
	s := Scheduler{Workers: 1}
	n := 0
	err := s.Run(t.Context(), &Stage{Tasks: tasks(5), MaxFailures: 4, Run: func(context.Context, Attempt) error {
		n++
		return lost{}
	}})
	if !errors.Is(err, lost{}) || n != 1 {
		t.Errorf("a final error after %d attempts: %v", n, err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	err = s.Run(ctx, &Stage{Tasks: tasks(5), Run: func(ctx context.Context, a Attempt) error {
		cancel(enough)
		<-ctx.Done()
		return ctx.Err()
	}})
	if !errors.Is(err, enough) {
		t.Errorf("cancelled: %v", err)
	}
}

// With one worker the order of the tasks is the order of the choices.
func TestSchedulerIsFair(t *testing.T) {
	order := func(s *Scheduler, pools ...string) string {
		hold, ready := make(chan struct{}), make(chan struct{})
		var out strings.Builder
		var wg sync.WaitGroup
		wg.Go(func() {
			_ = s.Run(t.Context(), &Stage{Job: -1, Pool: "first", Tasks: tasks(1), Run: func(context.Context, Attempt) error {
				close(ready)
				<-hold
				return nil
			}})
		})
		<-ready
		for job, pool := range pools {
			wg.Go(func() {
				_ = s.Run(t.Context(), &Stage{Job: job, Pool: pool, Tasks: tasks(3), Run: func(context.Context, Attempt) error {
					out.WriteString(pool)
					return nil
				}})
			})
		}
		for {
			s.mu.Lock()
			n := len(s.sets)
			s.mu.Unlock()
			if n == len(pools)+1 {
				break
			}
		}
		close(hold)
		wg.Wait()
		return out.String()
	}
	if got := order(&Scheduler{Workers: 1}, "b", "a"); got != "bbbaaa" {
		t.Errorf("in order of jobs: %s", got)
	}
	s := &Scheduler{Workers: 1, Fair: true}
	if got := order(s, "b", "a"); got != "aaabbb" {
		t.Errorf("fair with one worker, by name where nothing runs: %s", got)
	}
	s.Describe("b", FairPool{MinShare: 1})
	if got := order(s, "b", "a"); got != "bbbaaa" {
		t.Errorf("a pool below its minimum goes first: %s", got)
	}
	if !s.before("b", "a", map[string]int{"a": 2, "b": 1}) || s.before("b", "a", map[string]int{"a": 1, "b": 2}) {
		t.Error("not by workers for each weight")
	}
	s.Describe("b", FairPool{Weight: 4})
	if !s.before("b", "a", map[string]int{"a": 1, "b": 3}) {
		t.Error("the weight does not count")
	}
}
