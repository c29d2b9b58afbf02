package schedule

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

// together is a stage whose tasks all wait for each other.
func together(job, tasks int) *Stage {
	var all sync.WaitGroup
	all.Add(tasks)
	s := &Stage{Job: job, Together: true, MaxFailures: 4, Run: func(context.Context, Attempt) error {
		all.Done()
		all.Wait()
		return nil
	}}
	for i := range tasks {
		s.Tasks = append(s.Tasks, i)
	}
	return s
}

// Tasks that wait for each other start together, whatever else runs.
func TestTogether(t *testing.T) {
	for _, fair := range []bool{false, true} {
		s := &Scheduler{Workers: 3, Fair: fair}
		var wg sync.WaitGroup
		var ran atomic.Int32
		for job := range 30 {
			wg.Go(func() {
				stage := together(job, 1+job%3)
				if job%2 == 0 {
					stage = &Stage{Job: job, Pool: "other", Tasks: make([]int, 10), Run: func(context.Context, Attempt) error {
						ran.Add(1)
						return nil
					}}
				}
				if err := s.Run(t.Context(), stage); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := ran.Load(); n != 150 {
			t.Errorf("%d of the others ran", n)
		}
	}
	if err := (&Scheduler{Workers: 2}).Run(t.Context(), together(0, 3)); err == nil {
		t.Error("three tasks started together on two workers")
	}
}

// A stage that waits for workers, and is given up, lets those go on that waited behind it.
func TestTogetherGivenUp(t *testing.T) {
	s := &Scheduler{Workers: 2}
	hold, begun := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	run := func(ctx context.Context, stage *Stage, want error) {
		wg.Go(func() {
			if err := s.Run(ctx, stage); !errors.Is(err, want) {
				t.Errorf("job %d ends with %v", stage.Job, err)
			}
		})
	}
	run(t.Context(), &Stage{Job: 0, Tasks: []int{0}, Run: func(context.Context, Attempt) error {
		close(begun)
		<-hold
		return nil
	}}, nil)
	<-begun
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("given up")
	run(ctx, together(1, 2), why)
	await := func(stages int) {
		for queued := 0; queued < stages; {
			s.mu.Lock()
			queued = len(s.sets)
			s.mu.Unlock()
		}
	}
	await(2)
	free := make(chan struct{})
	run(t.Context(), &Stage{Job: 2, Tasks: []int{0}, Run: func(context.Context, Attempt) error {
		close(free)
		return nil
	}}, nil)
	await(3) // the free worker is kept for the stage
	cancel(why)
	<-free // on the worker that was kept for the stage
	close(hold)
	wg.Wait()
}

// One failure ends the stage, whatever MaxFailures says.
func TestTogetherFails(t *testing.T) {
	var tries atomic.Int32
	no := errors.New("no")
	stage := together(0, 2)
	stage.Run = func(_ context.Context, a Attempt) error {
		tries.Add(1)
		if a.Task == 1 {
			return no
		}
		return nil
	}
	err := (&Scheduler{Workers: 2}).Run(t.Context(), stage)
	var failed *StageError
	if !errors.As(err, &failed) || failed.Attempt.Task != 1 || !errors.Is(err, no) || tries.Load() > 2 {
		t.Errorf("%d tries, %v", tries.Load(), err)
	}
}
