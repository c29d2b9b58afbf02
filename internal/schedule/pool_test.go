package schedule

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

func TestRun(t *testing.T) {
	for _, workers := range []int{0, 1, 2, 7} {
		p := Pool{Workers: workers}
		done := make([]atomic.Int32, 100)
		busy := make([]atomic.Int32, 8)
		err := p.Run(t.Context(), len(done), func(_ context.Context, worker, task int) error {
			if busy[worker].Add(1) != 1 {
				t.Error("two tasks on one worker at once")
			}
			done[task].Add(1)
			busy[worker].Add(-1)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range done {
			if n := done[i].Load(); n != 1 {
				t.Errorf("%d workers: task %d ran %d times", workers, i, n)
			}
		}
	}
}

func TestFailure(t *testing.T) {
	bad := errors.New("bad")
	for _, workers := range []int{1, 3} {
		p := Pool{Workers: workers}
		var ran atomic.Int32
		err := p.Run(t.Context(), 1000, func(ctx context.Context, _, task int) error {
			ran.Add(1)
			if task == 5 {
				return bad
			}
			return nil
		})
		if !errors.Is(err, bad) {
			t.Errorf("%d workers: error %v, want %v", workers, err, bad)
		}
		if ran.Load() == 1000 {
			t.Errorf("%d workers: the failure stopped nothing", workers)
		}
	}
}

// The task that failed is named, not one with a lower number that was cancelled for
// it.
func TestTheCauseIsNamed(t *testing.T) {
	bad := errors.New("bad")
	p := Pool{Workers: 2}
	err := p.Run(t.Context(), 2, func(ctx context.Context, _, task int) error {
		if task == 1 {
			return bad
		}
		<-ctx.Done()
		return ctx.Err()
	})
	if !errors.Is(err, bad) {
		t.Errorf("error %v, want %v", err, bad)
	}
}

func TestPanicAndCancel(t *testing.T) {
	p := Pool{Workers: 2}
	err := p.Run(t.Context(), 3, func(context.Context, int, int) error { panic("boom") })
	var failure *PanicError
	if !errors.As(err, &failure) || failure.Value != "boom" {
		t.Errorf("error %v, want the panic", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, workers := range []int{1, 2} {
		p := Pool{Workers: workers}
		if err := p.Run(ctx, 5, func(context.Context, int, int) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("%d workers: error %v, want cancelled", workers, err)
		}
	}
}
