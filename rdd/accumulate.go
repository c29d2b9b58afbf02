package rdd

import (
	"errors"
	"sync"
)

// Accumulator is a value that tasks add to and only the caller reads (R16). What a
// task adds counts when the task succeeds: in actions exactly once, however often a
// task was tried; in transformations again whenever the partition is computed again.
type Accumulator[T any] struct {
	name  string
	zero  func() T
	merge func(a, b T) T

	mu    sync.Mutex
	value T
}

// NewAccumulator makes an accumulator that begins as zero(). merge combines two
// values; tasks begin at zero(), too.
func NewAccumulator[T any](name string, zero func() T, merge func(a, b T) T) *Accumulator[T] {
	return &Accumulator[T]{name: name, zero: zero, merge: merge, value: zero()}
}

// NewCounter makes an accumulator of whole numbers.
func NewCounter(name string) *Accumulator[int64] {
	return NewAccumulator(name, func() int64 { return 0 }, func(a, b int64) int64 { return a + b })
}

// NewCollection makes an accumulator of the rows that are added, in no fixed order of
// tasks.
func NewCollection[T any](name string) *Accumulator[[]T] {
	return NewAccumulator(name, func() []T { return nil }, func(a, b []T) []T { return append(a, b...) })
}

// Name is the name given.
func (a *Accumulator[T]) Name() string { return a.name }

// Add adds v for a task. It may be called by the task's goroutine alone.
func (a *Accumulator[T]) Add(t *Task, v T) {
	if t.updates == nil {
		t.updates = make(map[any]any)
	}
	sum, ok := t.updates[a].(*T)
	if !ok {
		zero := a.zero()
		sum = &zero
		t.updates[a] = sum
	}
	*sum = a.merge(*sum, v)
}

// Value is what the tasks that have succeeded have added.
func (a *Accumulator[T]) Value() T {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.value
}

// Reset begins again.
func (a *Accumulator[T]) Reset() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.value = a.zero()
}

// merging is an accumulator of any type.
type merging interface{ take(update any) }

func (a *Accumulator[T]) take(update any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.value = a.merge(a.value, *update.(*T))
}

// merge hands over what the task has added.
func (t *Task) merge() {
	for a, v := range t.updates {
		a.(merging).take(v)
	}
	t.updates = nil
}

// Broadcast is a value that all tasks read. On one machine it is shared as it is, so
// that nobody may change it; the type is there so that programs say what they mean,
// and so that a value can be given up.
type Broadcast[T any] struct {
	mu        sync.Mutex
	value     *T
	destroyed bool
}

// NewBroadcast shares a value.
func NewBroadcast[T any](v T) *Broadcast[T] { return &Broadcast[T]{value: &v} }

// ErrDestroyed is what the use of a broadcast value panics with after Destroy.
var ErrDestroyed = errors.New("Attempted to use Broadcast after it was destroyed")

// Value is the value. It panics after Destroy, which fails the task.
func (b *Broadcast[T]) Value() T {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.destroyed {
		panic(ErrDestroyed)
	}
	return *b.value
}

// Unpersist does nothing: there are no copies to drop.
func (b *Broadcast[T]) Unpersist() {}

// Destroy gives the value up; it must not be used any more.
func (b *Broadcast[T]) Destroy() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.destroyed, b.value = true, nil
}
