package plan

import (
	"fmt"

	"github.com/weirstream/weir/internal/expr"
)

// Expand gives several rows for each row of its input, one a list of expressions: that
// is what grouping sets come to.
type Expand struct {
	Origin
	Input Node
	// Rows are lists as long as Columns.
	Rows [][]expr.Expr
	// Columns are the output.
	Columns []*expr.Ref
}

// Window computes functions over windows: rows of equal PartitionBy in the order
// of OrderBy. It stands over static tables only.
type Window struct {
	Origin
	Input       Node
	PartitionBy []expr.Expr
	OrderBy     []*expr.SortOrder
	// Calls are Aliases of resolved [expr.Window]s. Their partition and order are
	// those of the node.
	Calls []expr.Expr
}

// AtMostOne passes its input on and fails where that has a second row: a scalar
// subquery.
type AtMostOne struct {
	Origin
	Input Node
}

// Recursion is WITH RECURSIVE: the rows of Anchor, and those that Step makes, over
// and over, of the rows that came last, which a [RecursionRef] of the same ID
// gives, until there are none.
type Recursion struct {
	Origin
	ID           int64
	Name         string
	Anchor, Step Node
	// Columns are the output; those of Anchor and Step match by place.
	Columns []*expr.Ref
	// MaxLevels bounds the rounds, MaxRows the rows of all of them.
	MaxLevels, MaxRows int64
	// Stop ends the recursion once it has so many rows; 0 for never.
	Stop int64
}

// RecursionRef is a table in its own definition.
type RecursionRef struct {
	Origin
	leaf
	ID      int64
	Name    string
	Columns []*expr.Ref
}

// Pivot is PIVOT (aggregates FOR columns IN (values)), before analysis.
type Pivot struct {
	Origin
	Input Node
	// Grouping are the keys of a DataFrame's pivot; nil in SQL, where all columns
	// that are not named are keys.
	Grouping   []expr.Expr
	Aggregates []expr.Expr
	// Columns are pivoted; each item of Values is an Alias or expression, of
	// several columns a struct.
	Columns []expr.Expr
	Values  []expr.Expr
}

// Unpivot is UNPIVOT, before analysis.
type Unpivot struct {
	Origin
	Input Node
	// Keys are kept; nil stands for all columns that Sets do not name (SQL).
	Keys []expr.Expr
	// Sets are the columns that become rows, a list for each row, with its name
	// or an empty one.
	Sets  [][]expr.Expr
	Names []string
	// Values name the columns of values, Variable the one of names.
	Values   []string
	Variable string
	// IncludeNulls keeps rows of which all values are null.
	IncludeNulls bool
}

func (e *Expand) Inputs() []Node            { return []Node{e.Input} }
func (e *Expand) WithInputs(in []Node) Node { n := *e; n.Input = in[0]; return &n }
func (e *Expand) Output() []*expr.Ref       { return e.Columns }
func (e *Expand) String() string {
	text := "Expand"
	for _, row := range e.Rows {
		text += " [" + exprText(row) + "]"
	}
	return text
}

func (w *Window) Inputs() []Node            { return []Node{w.Input} }
func (w *Window) WithInputs(in []Node) Node { n := *w; n.Input = in[0]; return &n }
func (w *Window) String() string {
	return "Window [" + exprText(w.Calls) + "]"
}

// Output are the input's columns, then those of the functions.
func (w *Window) Output() []*expr.Ref {
	in := w.Input.Output()
	return append(in[:len(in):len(in)], named(w.Calls)...)
}

func (a *AtMostOne) Inputs() []Node            { return []Node{a.Input} }
func (a *AtMostOne) WithInputs(in []Node) Node { n := *a; n.Input = in[0]; return &n }
func (a *AtMostOne) Output() []*expr.Ref       { return a.Input.Output() }
func (a *AtMostOne) String() string            { return "AtMostOne" }

func (r *Recursion) Inputs() []Node { return []Node{r.Anchor, r.Step} }
func (r *Recursion) WithInputs(in []Node) Node {
	n := *r
	n.Anchor, n.Step = in[0], in[1]
	return &n
}
func (r *Recursion) Output() []*expr.Ref { return r.Columns }
func (r *Recursion) String() string {
	return fmt.Sprintf("Recursion %s [%s]", r.Name, refNames(r.Columns))
}

func (r *RecursionRef) WithInputs([]Node) Node { return r }
func (r *RecursionRef) Output() []*expr.Ref    { return r.Columns }
func (r *RecursionRef) String() string {
	return fmt.Sprintf("RecursionRef %s [%s]", r.Name, refNames(r.Columns))
}

func (p *Pivot) Inputs() []Node            { return []Node{p.Input} }
func (p *Pivot) WithInputs(in []Node) Node { n := *p; n.Input = in[0]; return &n }
func (p *Pivot) Output() []*expr.Ref       { return nil }
func (p *Pivot) String() string            { return "Pivot [" + exprText(p.Columns) + "]" }

func (u *Unpivot) Inputs() []Node            { return []Node{u.Input} }
func (u *Unpivot) WithInputs(in []Node) Node { n := *u; n.Input = in[0]; return &n }
func (u *Unpivot) Output() []*expr.Ref       { return nil }
func (u *Unpivot) String() string            { return "Unpivot " + u.Variable }
