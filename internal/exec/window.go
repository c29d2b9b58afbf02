package exec

import (
	"context"
	"io"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/types"
)

// WindowSpec says what a [Window] computes.
type WindowSpec struct {
	// Columns are the types of the input.
	Columns []types.Type
	// Partition are the keys whose rows belong together.
	Partition      []expr.Eval
	PartitionTypes []types.Type
	// Orders order the rows of a partition.
	Orders     []SortKey
	OrderTypes []types.Type
	Calls      []WindowCall
}

// WindowCall is one function: a kernel, or an aggregate function over frames.
type WindowCall struct {
	Kernel      expr.WindowKernel
	Accumulator expr.Accumulator
	Args        []expr.Eval
	// Filter keeps the rows that an aggregate function counts; nil keeps all.
	Filter *expr.Predicate
	Type   types.Type
	// Frame is nil for a kernel that needs none.
	Frame *WindowFrame
}

// Window appends the values of window functions to the rows of its input. It holds
// all rows of its task, sorts them by partition and order,
//
//	id   0 0 0 1 1 2        partitions: the ids of a key table
//	key  3 5 5 1 2 9        order keys, sorted within them
//	end  1 3 3 4 5 6        by row: where its peers end
//
// and computes each function over all partitions before the next.
type Window struct {
	input Operator
	spec  WindowSpec
	sort  *Sort

	parts, peers *keytable.Table
	sorter       kernel.Sorter

	ready  bool
	done   int
	rows   *batch.Batch    // sorted
	values []*batch.Column // by function
	arenas []batch.Arena   // by function: the strings of its values
	bounds windowBounds
	out    batch.Batch
}

// NewWindow computes over input, which it closes.
func NewWindow(input Operator, spec WindowSpec) *Window {
	w := &Window{input: input, spec: spec, sort: NewSort(input, spec.Columns, spec.Orders, -1),
		parts: keytable.New(spec.PartitionTypes), peers: keytable.New(spec.OrderTypes),
		arenas: make([]batch.Arena, len(spec.Calls))}
	w.rows = &batch.Batch{}
	for _, t := range spec.Columns {
		w.rows.Columns = append(w.rows.Columns, batch.NewColumn(t, 0))
	}
	for _, c := range spec.Calls {
		w.values = append(w.values, batch.NewColumn(c.Type, 0))
	}
	for _, c := range append(w.rows.Columns[:len(w.rows.Columns):len(w.rows.Columns)], w.values...) {
		w.out.Columns = append(w.out.Columns, batch.NewColumn(c.Type, 0))
	}
	return w
}

// Open opens the input.
func (w *Window) Open(t *Task) error {
	w.ready, w.done = false, 0
	return w.sort.Open(t)
}

// Close closes the input.
func (w *Window) Close() error { return w.sort.Close() }

// Next gives the next rows.
func (w *Window) Next(ctx context.Context) (*batch.Batch, error) {
	if !w.ready {
		if err := w.sort.sort(ctx); err != nil {
			return nil, err
		}
		if err := w.compute(ctx); err != nil {
			return nil, err
		}
		w.ready = true
	}
	n := min(batch.Size, w.rows.Rows-w.done)
	if n == 0 {
		return nil, io.EOF
	}
	rows := batch.Range(w.done, n)
	columns := len(w.rows.Columns)
	for i, c := range w.out.Columns {
		if i < columns {
			c.Take(w.rows.Columns[i], rows)
		} else {
			c.Take(w.values[i-columns], rows)
		}
	}
	w.out.Rows, w.out.Sel = n, nil
	w.done += n
	return &w.out, nil
}

// compute arranges the rows and runs the functions.
func (w *Window) compute(ctx context.Context) error {
	all := w.sort.all
	w.rows.Rows = all.Rows
	if all.Rows == 0 {
		return nil
	}
	ids, err := identify(w.parts, w.spec.Partition, all)
	if err != nil {
		return err
	}
	kernel.SortNumbers(&w.sorter, w.sort.order, ids, nil, kernel.Order{})
	for i, c := range w.rows.Columns {
		c.Take(all.Columns[i], w.sort.order)
	}
	if err := w.bounds.find(w, ids); err != nil {
		return err
	}
	for i := range w.spec.Calls {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if err := w.call(i); err != nil {
			return err
		}
	}
	return nil
}

// identify gives rows of equal keys equal numbers.
func identify(t *keytable.Table, keys []expr.Eval, rows *batch.Batch) ([]int32, error) {
	ids := make([]int32, rows.Rows)
	if len(keys) == 0 {
		return ids, nil
	}
	columns, err := Evaluate(keys, rows, nil)
	if err != nil {
		return nil, err
	}
	if t.Slots() > 0 {
		t.Reset()
	}
	t.Assign(columns, rows.Rows, batch.Identity(rows.Rows), ids)
	return ids, nil
}

// call computes one function.
func (w *Window) call(i int) error {
	c, out := &w.spec.Calls[i], w.values[i]
	out.Resize(0)
	w.arenas[i].Reset()
	args, err := Evaluate(c.Args, w.rows, nil)
	if err != nil {
		return err
	}
	for k, a := range args {
		if a.Const {
			args[k] = a.Flat(w.rows.Rows, batch.NewColumn(a.Type, 0))
		}
	}
	var lower, upper []int32
	if c.Frame != nil {
		if lower, upper, err = w.bounds.frame(c.Frame, w.rows); err != nil {
			return err
		}
	}
	if c.Accumulator != nil {
		a := windowAggregate{call: c, rows: w.rows, args: args, bounds: &w.bounds, lower: lower, upper: upper,
			out: out, arena: &w.arenas[i]}
		return a.run()
	}
	p := expr.WindowPartition{Peers: w.bounds.peers, Lower: lower, Upper: upper}
	for k, end := range w.bounds.ends {
		p.From, p.To = 0, int(end)
		if k > 0 {
			p.From = int(w.bounds.ends[k-1])
		}
		if err := c.Kernel(&p, args, out); err != nil {
			return err
		}
	}
	return nil
}
