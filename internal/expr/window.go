package expr

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Frame is the frame of a window function. Bounds are literals, or nil for
// UNBOUNDED; Current marks CURRENT ROW.
type Frame struct {
	Rows                        bool // ROWS, else RANGE
	Lower, Upper                Expr
	LowerCurrent, UpperCurrent  bool
	LowerFollowing, UpperBefore bool
	// Key is, after analysis, the value of the order where a bound of RANGE is a
	// value; LowerKey and UpperKey are the bounds for each row, nil where they are
	// none.
	Key, LowerKey, UpperKey Expr
}

// keys are the expressions of the frame that read columns.
func (f *Frame) keys() []*Expr {
	if f == nil {
		return nil
	}
	var list []*Expr
	for _, e := range []*Expr{&f.Key, &f.LowerKey, &f.UpperKey} {
		if *e != nil {
			list = append(list, e)
		}
	}
	return list
}

// Window is a function OVER a window.
type Window struct {
	Fn          Expr
	PartitionBy []Expr
	OrderBy     []*SortOrder
	// Frame is nil where the default is meant; after analysis it is set.
	Frame *Frame
	// Name is that of a WINDOW clause; empty for none.
	Name string
	At   fault.Position
}

// WindowFunction is a function that exists only OVER a window: a row of the table
// of package fn/rank.
type WindowFunction struct {
	Name string
	// Shown is the name in the names of columns; empty is Name.
	Shown string
	// Resolve is as for a Function.
	Resolve func(r *Resolver, args []Expr) (Resolution, error)
	// Frame is the frame that the function has, whatever is written; nil for one
	// that heeds the frame given. For text only: New's kernel knows it.
	Frame func(args []Expr) *Frame
	// Nulls says that RESPECT NULLS and IGNORE NULLS may be written.
	Nulls bool
	// New makes the loop.
	New func(c *WindowCall) (WindowKernel, error)
}

// WindowKernel computes the rows of one partition: out[p.From:p.To], of which
// args are the arguments, in order. out has all rows of a batch, none of them null.
type WindowKernel func(p *WindowPartition, args []*batch.Column, out *batch.Column) error

// WindowPartition is a partition of sorted rows.
type WindowPartition struct {
	// From and To are its rows.
	From, To int
	// Peers is by row the end of the rows that are equal under the order.
	Peers []int32
	// Lower and Upper are by row its frame: the first row and the one behind the
	// last; nil where the function has no frame.
	Lower, Upper []int32
}

// WindowCall is a window function over resolved arguments.
type WindowCall struct {
	Fn          *WindowFunction
	Args        []Expr
	Typ         types.Type
	Null        bool
	IgnoreNulls bool
	At          fault.Position
}

// AddWindows adds window functions.
func (r *Registry) AddWindows(fns ...*WindowFunction) {
	for _, f := range fns {
		r.windows[f.Name] = f
	}
}

// Window is the window function of that name, or nil.
func (r *Registry) Window(name string) *WindowFunction { return r.windows[strings.ToLower(name)] }

// HasWindow reports whether a window function stands in e.
func HasWindow(e Expr) bool {
	return Any(e, func(x Expr) bool { _, ok := x.(*Window); return ok })
}

func (w *Window) Type() types.Type { return w.Fn.Type() }
func (w *Window) Nullable() bool   { return w.Fn.Nullable() }
func (w *Window) Children() []Expr {
	c := append([]Expr{w.Fn}, w.PartitionBy...)
	for _, o := range w.OrderBy {
		c = append(c, o.Child)
	}
	for _, e := range w.Frame.keys() {
		c = append(c, *e)
	}
	return c
}
func (w *Window) WithChildren(c []Expr) Expr {
	n := *w
	n.Fn, n.PartitionBy = c[0], c[1:1+len(w.PartitionBy)]
	c = c[1+len(w.PartitionBy):]
	n.OrderBy = make([]*SortOrder, len(w.OrderBy))
	for i, o := range w.OrderBy {
		order := *o
		order.Child = c[i]
		n.OrderBy[i] = &order
	}
	if c = c[len(w.OrderBy):]; len(c) > 0 {
		frame := *w.Frame
		for i, e := range frame.keys() {
			*e = c[i]
		}
		n.Frame = &frame
	}
	return &n
}
func (w *Window) String() string {
	var parts []string
	if len(w.PartitionBy) > 0 {
		list := make([]string, len(w.PartitionBy))
		for i, e := range w.PartitionBy {
			list[i] = e.String()
		}
		parts = append(parts, "PARTITION BY "+strings.Join(list, ", "))
	}
	if len(w.OrderBy) > 0 {
		list := make([]string, len(w.OrderBy))
		for i, o := range w.OrderBy {
			list[i] = o.String()
		}
		parts = append(parts, "ORDER BY "+strings.Join(list, ", "))
	}
	if w.Frame != nil {
		parts = append(parts, w.Frame.String())
	}
	return w.Fn.String() + " OVER (" + strings.Join(parts, " ") + ")"
}

// String is the frame in SQL.
func (f *Frame) String() string {
	kind := "RANGE"
	if f.Rows {
		kind = "ROWS"
	}
	lower, upper := "UNBOUNDED PRECEDING", "UNBOUNDED FOLLOWING"
	side := map[bool]string{true: "FOLLOWING", false: "PRECEDING"}
	switch {
	case f.LowerCurrent:
		lower = "CURRENT ROW"
	case f.Lower != nil:
		lower = fmt.Sprintf("%v %s", f.Lower, side[f.LowerFollowing])
	}
	switch {
	case f.UpperCurrent:
		upper = "CURRENT ROW"
	case f.Upper != nil:
		upper = fmt.Sprintf("%v %s", f.Upper, side[!f.UpperBefore])
	}
	return kind + " BETWEEN " + lower + " AND " + upper
}

func (c *WindowCall) Type() types.Type { return c.Typ }
func (c *WindowCall) Nullable() bool   { return c.Null }
func (c *WindowCall) Children() []Expr { return c.Args }
func (c *WindowCall) WithChildren(ch []Expr) Expr {
	n := *c
	n.Args = ch
	return &n
}
func (c *WindowCall) String() string {
	if c.Fn.Shown != "" {
		return CallText(c.Fn.Shown, c.Args)
	}
	text := CallText(c.Fn.Name, c.Args)
	if c.IgnoreNulls && c.Fn.Frame == nil {
		text += " ignore nulls"
	}
	return text
}
