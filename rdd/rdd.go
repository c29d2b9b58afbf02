package rdd

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

// RDD is a lazy, partitioned collection of T. It is never changed; persisting and
// checkpointing change where its partitions are found, not what is in them.
type RDD[T any] struct {
	*node
	// compute yields a partition, from the lineage. It is called for each attempt;
	// the sequence is read at most once for each call.
	compute func(t *Task, part int) iter.Seq[T]
}

// node is what lineage and scheduling know of an RDD: nothing of its type.
type node struct {
	c     *Context
	id    int
	kind  string // the name of Spark's class, for lineage
	op    string // the step that made it, as Spark calls it
	site  [12]uintptr
	parts int
	// by is the Partitioner by which its rows lie, nil if nobody knows.
	by any
	// err is what was wrong when it was built; actions report it.
	err error
	// together: its tasks start together and may wait for each other; see barrier.go.
	together bool
	// prepare runs before the first job that needs the node, if it is not nil.
	prepare *once

	level atomic.Uint32 // StorageLevel
	mark  atomic.Int32  // whether to checkpoint; see checkpoint.go

	mu   sync.Mutex
	name string
	deps []dependency
	// saved is where the partitions were checkpointed; nil: nowhere.
	saved *savedParts
	// store writes a partition to a directory; set when there is a mark.
	store func(t *Task, part int, dir string) error
}

// dependency is one parent. With a shuffle its rows come by key, otherwise a
// partition needs some partitions of the parent.
type dependency struct {
	on      *node
	shuffle *shuffleDep
}

// once runs something until it succeeds.
type once struct {
	mu   sync.Mutex
	done bool
	run  func(ctx context.Context) error
}

func (o *once) do(ctx context.Context) error {
	if o == nil {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.done {
		return nil
	}
	err := o.run(ctx)
	o.done = err == nil
	return err
}

// newNode makes a node with parents, taking over what was wrong with them.
func newNode(c *Context, kind, op string, parts int, on ...*node) *node {
	n := &node{c: c, id: int(c.nextRDD.Add(1)) - 1, kind: kind, op: op, parts: parts}
	runtime.Callers(3, n.site[:])
	for _, p := range on {
		n.deps = append(n.deps, dependency{on: p})
		n.failed(p.err)
		if p.c != c {
			n.failed(errors.New(op + ": the RDDs belong to different contexts"))
		}
	}
	return n
}

// failed notes what is wrong with a node.
func (n *node) failed(err error) {
	if err != nil && !errors.Is(n.err, err) {
		n.err = errors.Join(n.err, err)
	}
}

// narrow makes an RDD each of whose partitions is computed from the same one of
// its only parent.
func narrow[T, U any](in *RDD[T], kind, op string, compute func(t *Task, part int, rows iter.Seq[T]) iter.Seq[U]) *RDD[U] {
	return &RDD[U]{node: newNode(in.c, kind, op, in.parts, in.node), compute: func(t *Task, part int) iter.Seq[U] {
		return compute(t, part, in.iterator(t, part))
	}}
}

// keeping says that rows lie as in another RDD.
func (r *RDD[T]) keeping(by any) *RDD[T] {
	r.by = by
	return r
}

// iterator yields a partition: from where it was saved or persisted, or computed.
func (r *RDD[T]) iterator(t *Task, part int) iter.Seq[T] {
	if level := r.StorageLevel(); level != StorageNone {
		return r.cached(t, part, level)
	}
	return r.source(t, part)
}

// source is [RDD.iterator] of what is not persisted.
func (r *RDD[T]) source(t *Task, part int) iter.Seq[T] {
	if s := r.savedAt(); s != nil && s.dir != "" {
		return readCheckpoint[T](t, s.dir, part)
	} else if s != nil {
		t.Fail(&lostBlock{rdd: r.id, part: part})
		return none[T]
	}
	return r.compute(t, part)
}

// Context is where the RDD comes from.
func (n *node) Context() *Context { return n.c }

// ID is the number of the RDD, unique in its context.
func (n *node) ID() int { return n.id }

// NumPartitions is how many partitions the RDD has.
func (n *node) NumPartitions() int { return n.parts }

// Err is what was wrong when the RDD was built, nil if nothing was. Actions report
// it.
func (n *node) Err() error { return n.err }

// Name is what [RDD.SetName] has set.
func (n *node) Name() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.name
}

// Partitioner is how rows are dealt to partitions, nil if nobody knows. Its type is
// a Partitioner of the RDD's keys.
func (n *node) Partitioner() any { return n.by }

// SetName names the RDD for lineage and events.
func (r *RDD[T]) SetName(name string) *RDD[T] {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.name = name
	return r
}

// dependencies are the parents as they are now.
func (n *node) dependencies() []dependency {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.deps
}

func (n *node) savedAt() *savedParts {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.saved
}

// callSite is where in the user's program the node was made: "map at main.go:12".
func (n *node) callSite() string {
	const module = "github.com/weirstream/weir/"
	frames := runtime.CallersFrames(n.site[:])
	for {
		f, more := frames.Next()
		ours := strings.HasPrefix(f.Function, module+"rdd.") || strings.HasPrefix(f.Function, module+"dstream.")
		if f.Function != "" && (!ours || strings.HasSuffix(f.File, "_test.go")) {
			return fmt.Sprintf("%s at %s:%d", n.op, f.File[strings.LastIndexByte(f.File, '/')+1:], f.Line)
		}
		if !more {
			return n.op
		}
	}
}

// String is Spark's form: "name MapPartitionsRDD[3] at map at main.go:12".
func (n *node) String() string {
	name := n.Name()
	if name != "" {
		name += " "
	}
	return fmt.Sprintf("%s%s[%d] at %s", name, n.kind, n.id, n.callSite())
}
