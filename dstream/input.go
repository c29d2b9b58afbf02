package dstream

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"

	"github.com/weirstream/weir/rdd"
)

// Input feeds an input stream of a user's own (D19). Its methods are called by one
// goroutine at a time.
type Input[T any] interface {
	// Start is called once, when the context starts. It must not block.
	Start(ctx context.Context) error
	// Stop is called once, when the context stops.
	Stop() error
	// Compute makes the RDD of a batch; nil: none. For batches that are made again
	// after a restart it must make the same.
	Compute(at Time, report func(records int64, metadata map[string]any)) (*rdd.RDD[T], error)
}

// InputStream is a stream fed by in. Its slide is the batch interval.
func InputStream[T any](ssc *Context, in Input[T]) *Stream[T] {
	return inputStream(ssc, "InputDStream", "inputStream", in)
}

// recoverable is an Input that keeps what it needs to make batches again in the
// checkpoint.
type recoverable interface {
	save() (json.RawMessage, error)
	restore(json.RawMessage) error
}

// inputSource makes a source of an Input.
type inputSource[T any] struct{ in Input[T] }

func (s inputSource[T]) start(ctx context.Context) error { return s.in.Start(ctx) }
func (s inputSource[T]) stop() error                     { return s.in.Stop() }

func (s inputSource[T]) save() (json.RawMessage, error) {
	if r, ok := s.in.(recoverable); ok {
		return r.save()
	}
	return nil, nil
}

func (s inputSource[T]) restore(text json.RawMessage) error {
	if r, ok := s.in.(recoverable); ok {
		return r.restore(text)
	}
	return nil
}

func (s inputSource[T]) refusesRecovery() error {
	if r, ok := s.in.(interface{ refusesRecovery() error }); ok {
		return r.refusesRecovery()
	}
	return nil
}

// inputStream is a stream without parents.
func inputStream[T any](ssc *Context, class, op string, in Input[T]) *Stream[T] {
	n := newNode(ssc, class, op)
	n.input = inputSource[T]{in}
	n.slide = ssc.interval
	s := newStream(n, func(at Time) (*rdd.RDD[T], error) {
		return in.Compute(at, func(records int64, metadata map[string]any) {
			text, _ := metadata["Description"].(string)
			ssc.inputs.add(at, InputReport{StreamID: n.id, Records: records, Metadata: metadata, Description: text})
		})
	})
	if ssc.State() == Initialized {
		ssc.graph.mu.Lock()
		ssc.graph.inputs = append(ssc.graph.inputs, n)
		ssc.graph.mu.Unlock()
	}
	return s
}

// still is what an input has that needs neither start nor stop.
type still struct{}

// Start does nothing.
func (still) Start(context.Context) error { return nil }

// Stop does nothing.
func (still) Stop() error { return nil }

// Queue is a queue of RDDs that feeds a stream. It may be filled while the stream runs.
// The zero Queue is empty.
type Queue[T any] struct {
	mu   sync.Mutex
	rdds []*rdd.RDD[T]
}

// Push adds RDDs at the end.
func (q *Queue[T]) Push(r ...*rdd.RDD[T]) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.rdds = append(q.rdds, r...)
}

// Len is how many RDDs wait.
func (q *Queue[T]) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.rdds)
}

// take takes the first RDD away, or all.
func (q *Queue[T]) take(all bool) []*rdd.RDD[T] {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.rdds), 1)
	if all {
		n = len(q.rdds)
	}
	taken := slices.Clone(q.rdds[:n])
	q.rdds = q.rdds[n:]
	return taken
}

// QueueConf says how a queue is read.
type QueueConf[T any] struct {
	// AllAtOnce puts all RDDs that wait into one batch, rather than one into each.
	AllAtOnce bool
	// Default is the RDD of batches that find the queue empty; nil: one without rows,
	// of one partition.
	Default *rdd.RDD[T]
}

// QueueStream reads a queue of RDDs (D16): one leaves the queue when an output asks for
// the interval. A stream of a queue cannot be recovered from a checkpoint.
func QueueStream[T any](ssc *Context, q *Queue[T], conf QueueConf[T]) *Stream[T] {
	return inputStream(ssc, "QueueInputDStream", "queueStream", &queueInput[T]{ssc: ssc, queue: q, conf: conf})
}

// errEmptyQueue is what a list of no RDDs is refused with.
var errEmptyQueue = errors.New("queueStream needs at least one RDD or a default; fill a Queue while the stream runs instead")

// QueueStreamOf reads a list of RDDs as PySpark's queueStream does: the list is looked at
// once, and must not be empty unless there is a default, which is then read from the
// second batch on.
func QueueStreamOf[T any](ssc *Context, rdds []*rdd.RDD[T], conf QueueConf[T]) *Stream[T] {
	q := new(Queue[T])
	q.Push(rdds...)
	if len(rdds) == 0 {
		if conf.Default == nil {
			ssc.graph.mu.Lock()
			ssc.graph.fail(errEmptyQueue)
			ssc.graph.mu.Unlock()
		}
		q.Push(rdd.Parallelize[T](ssc.rdd, nil, 0))
	}
	return inputStream(ssc, "QueueInputDStream", "queueStream", &queueInput[T]{ssc: ssc, queue: q, conf: conf})
}

type queueInput[T any] struct {
	still
	ssc   *Context
	queue *Queue[T]
	conf  QueueConf[T]
}

func (q *queueInput[T]) Start(context.Context) error {
	if q.ssc.checkpointDir() != "" {
		q.ssc.log.Warn("queueStream doesn't support checkpointing")
	}
	return nil
}

func (q *queueInput[T]) Compute(Time, func(int64, map[string]any)) (*rdd.RDD[T], error) {
	taken := q.queue.take(q.conf.AllAtOnce)
	switch {
	case len(taken) > 0:
		return united(q.ssc, taken), nil
	case q.conf.Default != nil:
		return q.conf.Default, nil
	default:
		return rdd.Parallelize[T](q.ssc.rdd, nil, 1), nil
	}
}

// errQueueRecovery is what a checkpoint with a queue stream is refused with.
var errQueueRecovery = errors.New("queueStream doesn't support checkpointing. Please don't use queueStream when checkpointing is enabled.")

// refusesRecovery refuses: what was in the queue is gone.
func (q *queueInput[T]) refusesRecovery() error { return errQueueRecovery }

// ConstantInput is a stream with the same RDD in every batch (D17).
func ConstantInput[T any](ssc *Context, r *rdd.RDD[T]) *Stream[T] {
	if r == nil {
		ssc.graph.mu.Lock()
		ssc.graph.fail(illegalArgument("parameter rdd null is illegal, which will lead to NPE in the following transformation"))
		ssc.graph.mu.Unlock()
	}
	return inputStream(ssc, "ConstantInputDStream", "constantInput", generated[T]{f: func(Time) (*rdd.RDD[T], error) { return r, nil }})
}

// GeneratorStream is a stream whose RDD is made by a function of the time of the batch,
// which must make the same one again after a restart; nil: none.
func GeneratorStream[T any](ssc *Context, f func(at Time) (*rdd.RDD[T], error)) *Stream[T] {
	return inputStream(ssc, "InputDStream", "generatorStream", generated[T]{f: f})
}

type generated[T any] struct {
	still
	f func(at Time) (*rdd.RDD[T], error)
}

func (g generated[T]) Compute(at Time, _ func(int64, map[string]any)) (*rdd.RDD[T], error) {
	return g.f(at)
}
