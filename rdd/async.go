package rdd

import (
	"context"
	"iter"
	"slices"
	"sync"
)

// Future is the outcome of an action that runs in the background (R11).
type Future[T any] struct {
	cancel  context.CancelFunc
	started chan struct{} // gets a token when a job begins
	done    chan struct{}
	value   T
	err     error

	mu   sync.Mutex
	jobs []int
}

// futureKey is the key of the function that is told the numbers of jobs.
type futureKey struct{}

// Async runs an action in the background.
func Async[T any](ctx context.Context, action func(ctx context.Context) (T, error)) *Future[T] {
	f := &Future[T]{started: make(chan struct{}, 1), done: make(chan struct{})}
	ctx, f.cancel = context.WithCancel(ctx)
	ctx = context.WithValue(ctx, futureKey{}, f.begun)
	go func() {
		defer close(f.done)
		defer f.cancel()
		f.value, f.err = action(ctx)
	}()
	return f
}

func (f *Future[T]) begun(job int) {
	f.mu.Lock()
	f.jobs = append(f.jobs, job)
	f.mu.Unlock()
	select {
	case f.started <- struct{}{}:
	default:
	}
}

// Cancel cancels the action, unless it is done.
func (f *Future[T]) Cancel() { f.cancel() }

// Done is closed when the action is done.
func (f *Future[T]) Done() <-chan struct{} { return f.done }

// Get waits for the action and returns its outcome.
func (f *Future[T]) Get() (T, error) {
	<-f.done
	return f.value, f.err
}

// Jobs are the numbers of the jobs that the action has started so far.
func (f *Future[T]) Jobs() []int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.jobs)
}

// CountAsync is [Count] in the background.
func CountAsync[T any](ctx context.Context, r *RDD[T]) *Future[int64] {
	return Async(ctx, func(ctx context.Context) (int64, error) { return Count(ctx, r) })
}

// CollectAsync is [Collect] in the background.
func CollectAsync[T any](ctx context.Context, r *RDD[T]) *Future[[]T] {
	return Async(ctx, func(ctx context.Context) ([]T, error) { return Collect(ctx, r) })
}

// TakeAsync is [Take] in the background.
func TakeAsync[T any](ctx context.Context, r *RDD[T], n int) *Future[[]T] {
	return Async(ctx, func(ctx context.Context) ([]T, error) { return Take(ctx, r, n) })
}

// ForeachAsync is [Foreach] in the background.
func ForeachAsync[T any](ctx context.Context, r *RDD[T], f func(t *Task, v T) error) *Future[struct{}] {
	return Async(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, Foreach(ctx, r, f) })
}

// ForeachPartitionAsync is [ForeachPartition] in the background.
func ForeachPartitionAsync[T any](ctx context.Context, r *RDD[T], f func(t *Task, rows iter.Seq[T]) error) *Future[struct{}] {
	return Async(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, ForeachPartition(ctx, r, f) })
}
