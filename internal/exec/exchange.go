package exec

import (
	"context"
	"io"
	"sync"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/types"
)

// Exchange holds rows between two stages: the tasks of one fill it, the
// partitions of the next read it. Rows with equal keys meet in one partition;
// which one follows from the shard of the key (see [keytable.Shards]), so that
// state and rows agree on it. A partition reads the rows in the order of the
// tasks that wrote them, and of each task in the order in which it wrote.
//
//	task 0 ─▶ [p0 p1 … ]     partition 0 ◀─ task 0's p0, task 1's p0, …
//	task 1 ─▶ [p0 p1 … ]     partition 1 ◀─ task 0's p1, …
//
// The buffers are kept from batch to batch.
type Exchange struct {
	// Feed is the range of tasks of the reading stage: one a partition.
	Feed
	types      []types.Type
	partitions int
	paged      bool

	mu     sync.Mutex
	byTask [][]*Store // rows written, by task and partition
	free   [][]*Store // sets of stores to reuse
}

// NewExchange is an exchange of rows with these columns to a number of
// partitions.
func NewExchange(columns []types.Type, partitions int) *Exchange {
	return &Exchange{Feed: Feed{Tasks: partitions}, types: columns, partitions: partitions}
}

// InPages makes the exchange keep its rows in pages, for a reader that takes them; see
// [PageLender]. It is called before anything is written.
func (x *Exchange) InPages() { x.paged = true }

// Begin empties the exchange for a batch whose writing stage has so many tasks.
func (x *Exchange) Begin(tasks int) {
	for i, set := range x.byTask {
		if set != nil {
			for _, s := range set {
				s.Reset()
			}
			x.free = append(x.free, set)
			x.byTask[i] = nil
		}
	}
	x.byTask = append(x.byTask[:0], make([][]*Store, tasks)...)
}

// take gives the stores of a task, emptied if an attempt before has filled them.
func (x *Exchange) take(task int) []*Store {
	x.mu.Lock()
	defer x.mu.Unlock()
	if set := x.byTask[task]; set != nil {
		for _, s := range set {
			s.Reset()
		}
		return set
	}
	var set []*Store
	if n := len(x.free); n > 0 {
		set, x.free = x.free[n-1], x.free[:n-1]
	} else {
		for range x.partitions {
			if x.paged {
				set = append(set, newPageStore(x))
			} else {
				set = append(set, NewStore(x.types))
			}
		}
	}
	x.byTask[task] = set
	return set
}

// Rows is the number of rows in the exchange.
func (x *Exchange) Rows() int {
	n := 0
	for _, set := range x.byTask {
		for _, s := range set {
			n += s.Len()
		}
	}
	return n
}

// ExchangeWriter writes the rows of a task into an exchange. Each worker has its
// own.
type ExchangeWriter struct {
	x      *Exchange
	keys   []expr.Eval // nil: all rows go to partition 0
	cols   []*batch.Column
	shards []uint8
	sels   [][]int32 // scratch: the rows of each partition
	hasher keytable.Hasher
}

// NewExchangeWriter writes into x by the keys; with none all rows go to
// partition 0.
func NewExchangeWriter(x *Exchange, keys []expr.Eval) *ExchangeWriter {
	return &ExchangeWriter{x: x, keys: keys, sels: make([][]int32, x.partitions)}
}

// Write pulls op to its end.
func (w *ExchangeWriter) Write(ctx context.Context, task int, op Operator) error {
	stores := w.x.take(task)
	for {
		b, err := op.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if len(stores) == 1 || len(w.keys) == 0 {
			stores[0].Add(b.Columns, b.Rows, b.Sel)
			continue
		}
		if w.cols, err = Evaluate(w.keys, b, w.cols); err != nil {
			return err
		}
		w.spread(b)
		for p, sel := range w.sels {
			if len(sel) > 0 {
				stores[p].Add(b.Columns, b.Rows, sel)
			}
		}
	}
}

// spread sorts the selected rows of b by partition.
func (w *ExchangeWriter) spread(b *batch.Batch) {
	for p := range w.sels {
		w.sels[p] = w.sels[p][:0]
	}
	w.shards = w.hasher.Shards(w.cols, b.Rows, b.Sel, w.shards[:0])
	for k, shard := range w.shards {
		p := Partition(shard, w.x.partitions)
		w.sels[p] = append(w.sels[p], int32(b.Row(k)))
	}
}

// Partition is the partition of a shard where there are so many partitions:
// ranges of shards, as even as can be.
func Partition(shard uint8, partitions int) int { return int(shard) * partitions / keytable.ShardCount }

// ExchangeReader reads the partition of its task.
type ExchangeReader struct {
	x      *Exchange
	reader storeReader
	list   []*Store
}

// NewExchangeReader reads x.
func NewExchangeReader(x *Exchange) *ExchangeReader { return &ExchangeReader{x: x} }

// Open begins the partition of the task.
func (r *ExchangeReader) Open(t *Task) error {
	r.list = r.list[:0]
	if p, ok := r.x.Serves(t.Number); ok {
		for _, set := range r.x.byTask {
			if set != nil {
				r.list = append(r.list, set[p])
			}
		}
	}
	r.reader.reset(r.list)
	return nil
}

// Next gives the next batch.
func (r *ExchangeReader) Next(ctx context.Context) (*batch.Batch, error) { return r.reader.next(ctx) }

// Close does nothing: the exchange keeps its buffers.
func (r *ExchangeReader) Close() error { return nil }
