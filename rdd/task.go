package rdd

import (
	"context"
	"iter"
)

// Task is one attempt to compute one partition. It belongs to the goroutine that
// computes it and is good until the partition is done.
type Task struct {
	ctx       context.Context
	rdd       *Context
	stage     int
	partition int
	attempt   int
	id        int64

	meeting *meeting // of the tasks that have started together; nil: each alone
	done    bool     // it came to its end, rather than to a panic
	err     error
	updates map[any]any // of accumulators, kept until the task succeeds
}

// Context is cancelled when the task should end: the job was cancelled, or
// another task of its stage has failed.
func (t *Task) Context() context.Context { return t.ctx }

// Stage is the number of the stage.
func (t *Task) Stage() int { return t.stage }

// Partition is the number of the partition.
func (t *Task) Partition() int { return t.partition }

// Attempt is how often the task has failed before.
func (t *Task) Attempt() int { return t.attempt }

// ID is unique among all attempts of all tasks of the context.
func (t *Task) ID() int64 { return t.id }

// Fail makes the attempt fail with err; the first error counts. A sequence that
// cannot go on calls it and ends. What has been computed so far is thrown away.
func (t *Task) Fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

// Err is why the attempt will fail, nil as long as it does not.
func (t *Task) Err() error { return t.err }

// stopped reports whether to end, because the task has failed or was cancelled.
func (t *Task) stopped() bool {
	if t.err != nil {
		return true
	}
	select {
	case <-t.ctx.Done():
		t.Fail(context.Cause(t.ctx))
		return true
	default:
		return false
	}
}

// stride is after how many rows a source looks whether its task should end.
const stride = 1024

// slice yields rows until the task should end.
func slice[T any](t *Task, rows []T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for at := 0; at < len(rows) && !t.stopped(); at += stride {
			for _, v := range rows[at:min(at+stride, len(rows))] {
				if !yield(v) {
					return
				}
			}
		}
	}
}

// none yields nothing.
func none[T any](func(T) bool) {}
