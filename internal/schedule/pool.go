package schedule

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Pool runs tasks on a fixed number of workers. The zero Pool has one. It may be
// used by one stage at a time.
type Pool struct {
	// Workers is how many tasks run at once; less than 1 counts as 1.
	Workers int
}

// Task is one part of a stage's work. worker is below the pool's Workers, task
// below the stage's number of tasks.
type Task func(ctx context.Context, worker, task int) error

// Run runs tasks 0 to n-1 and waits for all that it started. It returns the
// error of the failed task with the lowest number. A task that panics fails with
// a [PanicError].
func (p *Pool) Run(ctx context.Context, n int, run Task) error {
	workers := min(max(p.Workers, 1), n)
	if workers <= 1 {
		for task := range n {
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			if err := guarded(ctx, run, 0, task); err != nil {
				return err
			}
		}
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var next atomic.Int64
	var mu sync.Mutex
	failed, first := n, error(nil)
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() {
			for {
				task := int(next.Add(1)) - 1
				if task >= n || ctx.Err() != nil {
					return
				}
				if err := guarded(ctx, run, worker, task); err != nil {
					mu.Lock()
					// A task that ends because another has failed says nothing.
					echo := first != nil && errors.Is(err, context.Canceled)
					if task < failed && !echo {
						failed, first = task, err
					}
					mu.Unlock()
					cancel()
					return
				}
			}
		})
	}
	wg.Wait()
	if first != nil {
		return first
	}
	if int(next.Load()) < n {
		return context.Cause(ctx)
	}
	return nil
}

// PanicError is what a task's panic becomes: the query fails, the others go on.
type PanicError struct {
	Value any
	Stack []byte
}

// Error shows the value and the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.Value, e.Stack) }

// Unwrap is the value, where it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

func guarded(ctx context.Context, run Task, worker, task int) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return run(ctx, worker, task)
}
