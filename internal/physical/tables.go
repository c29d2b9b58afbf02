package physical

import (
	"fmt"
	"slices"

	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// The operators that only static tables have.

func (b *builder) expand(n *plan.Expand, s *stage) (factory, error) {
	below, err := b.node(n.Input, s)
	if err != nil {
		return nil, err
	}
	return over(below, func(op exec.Operator, _ int) (exec.Operator, error) {
		lists := make([][]expr.Eval, len(n.Rows))
		for i, row := range n.Rows {
			var err error
			if lists[i], err = b.compiler(n.Input.Output()).CompileRow(row); err != nil {
				return nil, err
			}
		}
		return exec.NewExpand(op, lists), nil
	}), nil
}

func (b *builder) atMostOne(n *plan.AtMostOne, s *stage) (factory, error) {
	below, err := b.gather(n.Input, s)
	if err != nil {
		return nil, err
	}
	return over(below, func(op exec.Operator, _ int) (exec.Operator, error) { return exec.NewAtMostOne(op), nil }), nil
}

func (b *builder) sample(n *plan.Sample, s *stage) (factory, error) {
	before := len(s.feeds)
	below, err := b.node(n.Input, s)
	if err != nil {
		return nil, err
	}
	leaves := s.feeds[before:len(s.feeds):len(s.feeds)]
	return over(below, func(op exec.Operator, _ int) (exec.Operator, error) {
		return exec.NewSample(op, exec.Share{Lower: n.Lower, Upper: n.Upper, Replacement: n.Replacement, Seed: n.Seed}, leaves), nil
	}), nil
}

func (b *builder) tail(n *plan.Tail, s *stage) (factory, error) {
	below, err := b.gather(n.Input, s)
	if err != nil {
		return nil, err
	}
	count := n.Count.(*expr.Literal).Value.(int64)
	return over(below, func(op exec.Operator, _ int) (exec.Operator, error) {
		return exec.NewTail(op, refTypes(n.Input.Output()), count), nil
	}), nil
}

// window brings the rows of a window's partitions together, each in one task.
func (b *builder) window(n *plan.Window, s *stage) (factory, error) {
	below := &stage{}
	rows, err := b.node(n.Input, below)
	if err != nil {
		return nil, err
	}
	partitions := b.Workers
	if len(n.PartitionBy) == 0 {
		partitions = 1
	}
	in := n.Input.Output()
	gathered, err := b.exchange(below, rows, in, n.PartitionBy, partitions, s)
	if err != nil {
		return nil, err
	}
	return over(gathered, func(op exec.Operator, _ int) (exec.Operator, error) {
		spec, err := b.windowSpec(n, b.compiler(in))
		if err != nil {
			return nil, err
		}
		spec.Columns = refTypes(in)
		return exec.NewWindow(op, spec), nil
	}), nil
}

func (b *builder) windowSpec(n *plan.Window, c *expr.Compiler) (exec.WindowSpec, error) {
	var spec exec.WindowSpec
	var err error
	if spec.Partition, err = c.CompileAll(n.PartitionBy); err != nil {
		return spec, err
	}
	for _, e := range n.PartitionBy {
		spec.PartitionTypes = append(spec.PartitionTypes, e.Type())
	}
	for _, o := range n.OrderBy {
		e, err := c.Compile(o.Child)
		if err != nil {
			return spec, err
		}
		spec.Orders = append(spec.Orders, exec.SortKey{Eval: e, Descending: o.Descending, NullsFirst: o.NullsFirst})
		spec.OrderTypes = append(spec.OrderTypes, o.Type())
	}
	for _, e := range n.Calls {
		call, err := b.windowCall(e.(*expr.Alias).Child.(*expr.Window), c)
		if err != nil {
			return spec, err
		}
		spec.Calls = append(spec.Calls, call)
	}
	return spec, nil
}

// windowCall compiles one function of a window.
func (b *builder) windowCall(w *expr.Window, c *expr.Compiler) (exec.WindowCall, error) {
	out := exec.WindowCall{Type: w.Type()}
	var err error
	var args []expr.Expr
	switch fn := w.Fn.(type) {
	case *expr.WindowCall:
		args = fn.Args
		if out.Kernel, err = fn.Fn.New(fn); err != nil {
			return out, err
		}
		if fn.Fn.Frame != nil {
			w = &expr.Window{Fn: fn}
		}
	case *expr.AggregateCall:
		args = fn.Args
		if out.Accumulator, err = fn.Fn.New(fn, b.Env); err != nil {
			return out, err
		}
		if fn.Filter != nil {
			if out.Filter, err = c.CompilePredicate(fn.Filter); err != nil {
				return out, err
			}
		}
	default:
		return out, fmt.Errorf("physical: %T is no function of a window", w.Fn)
	}
	if out.Args, err = c.CompileAll(args); err != nil {
		return out, err
	}
	if w.Frame != nil {
		out.Frame, err = windowFrame(w, c)
	}
	return out, err
}

func windowFrame(w *expr.Window, c *expr.Compiler) (*exec.WindowFrame, error) {
	f := w.Frame
	out := &exec.WindowFrame{Rows: f.Rows, Lower: exec.FrameBound{Current: f.LowerCurrent}, Upper: exec.FrameBound{Current: f.UpperCurrent}}
	if f.Rows {
		out.Lower.Offset, out.Lower.HasOffset = rowOffset(f.Lower, f.LowerFollowing)
		out.Upper.Offset, out.Upper.HasOffset = rowOffset(f.Upper, !f.UpperBefore)
		return out, nil
	}
	if f.Key == nil {
		return out, nil
	}
	var err error
	out.Descending = w.OrderBy[0].Descending
	if out.Key, err = c.Compile(f.Key); err != nil {
		return nil, err
	}
	if f.LowerKey != nil {
		if out.Lower.Value, err = c.Compile(f.LowerKey); err != nil {
			return nil, err
		}
	}
	if f.UpperKey != nil {
		out.Upper.Value, err = c.Compile(f.UpperKey)
	}
	return out, err
}

// rowOffset is a bound of ROWS as the number of rows behind the row.
func rowOffset(e expr.Expr, following bool) (int64, bool) {
	l, ok := e.(*expr.Literal)
	if !ok {
		return 0, false
	}
	n := int64(l.Value.(int32))
	if !following {
		n = -n
	}
	return n, true
}

// stopAt lets a recursion beneath a limit end when it has enough rows.
func stopAt(n plan.Node, rows int64) plan.Node {
	switch n := n.(type) {
	case *plan.Project:
		if !slices.ContainsFunc(n.Exprs, expr.Volatile) {
			return n.WithInputs([]plan.Node{stopAt(n.Input, rows)})
		}
	case *plan.Recursion:
		r := *n
		r.Stop = max(rows, 1)
		return &r
	}
	return n
}
