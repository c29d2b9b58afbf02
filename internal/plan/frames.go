package plan

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// The relations of this file come from DataFrames alone: SQL has no words for
// them. The analyzer makes others of them.

// Resolved is a relation that the analyzer is done with, inside one that it is not.
type Resolved struct {
	Origin
	Input Node
}

// FillNA puts values where columns are null or NaN.
type FillNA struct {
	Origin
	Input Node
	// Columns are those it may change; empty for all.
	Columns []string
	// Values is one for all columns, which then changes those of its own kind, or
	// one for each of Columns.
	Values []expr.Expr
}

// DropNA leaves rows out that have too few values: neither null nor NaN.
type DropNA struct {
	Origin
	Input Node
	// Columns are those that are looked at; empty for all.
	Columns []string
	// Least is how many values a row needs; 0 for all of them.
	Least int
}

// ReplaceNA replaces values of columns: Old[i] by New[i].
type ReplaceNA struct {
	Origin
	Input Node
	// Columns are those it may change; empty for all whose type is that of Old.
	Columns  []string
	Old, New []expr.Expr
}

// Summary is a row for each statistic of columns, all as text.
type Summary struct {
	Origin
	Input Node
	// Columns are those described; empty for all of numbers and text.
	Columns []string
	// Statistics are count, mean, stddev, min, max, count_distinct,
	// approx_count_distinct and percentiles such as 25%.
	Statistics []string
}

// Crosstab counts pairs of values of two columns: a row for each value of First, a
// column for each of Second.
type Crosstab struct {
	Origin
	Input         Node
	First, Second string
}

// FreqItems is one row: for each column an array of values that are frequent.
type FreqItems struct {
	Origin
	Input   Node
	Columns []string
	// Support is the least share of the rows that makes a value frequent.
	Support float64
}

// Moment is one row: the covariance or the correlation of two columns.
type Moment struct {
	Origin
	Input         Node
	First, Second string
	// Corr asks for Pearson's correlation, else for the sample covariance.
	Corr bool
}

// ApproxQuantile is one row with one array of arrays: for each column its values at
// the probabilities.
type ApproxQuantile struct {
	Origin
	Input         Node
	Columns       []string
	Probabilities []float64
	// Error is how far the rank of a value may be off, as a share of the rows; 0 is
	// exact.
	Error float64
}

// SampleBy keeps a share of the rows of each value of a column, and none of others.
type SampleBy struct {
	Origin
	Input  Node
	Column expr.Expr
	// Values and Shares belong together by place.
	Values []expr.Expr
	Shares []float64
	Seed   int64
}

// Transpose makes columns of rows: those of the index column give their names.
type Transpose struct {
	Origin
	Input Node
	// Index is nil for the first column.
	Index expr.Expr
}

// ToSchema brings columns into the order and the types of a schema.
type ToSchema struct {
	Origin
	Input  Node
	Schema types.Schema
}

// Observe computes metrics of the rows that pass (S42).
type Observe struct {
	Origin
	Input Node
	Name  string
	// Metrics are named expressions; after analysis they are over the columns of
	// Calls, Aliases of aggregate functions.
	Metrics, Calls []expr.Expr
	// Tell, where not nil, is called with the row of every run of a table.
	Tell func(row []any)
}

func (r *Resolved) Inputs() []Node            { return []Node{r.Input} }
func (r *Resolved) WithInputs(in []Node) Node { n := *r; n.Input = in[0]; return &n }
func (r *Resolved) Output() []*expr.Ref       { return r.Input.Output() }
func (r *Resolved) String() string            { return "Resolved" }

func (f *FillNA) Inputs() []Node            { return []Node{f.Input} }
func (f *FillNA) WithInputs(in []Node) Node { n := *f; n.Input = in[0]; return &n }
func (f *FillNA) Output() []*expr.Ref       { return nil }
func (f *FillNA) String() string {
	return "FillNA " + strings.Join(f.Columns, ", ") + " [" + exprText(f.Values) + "]"
}

func (d *DropNA) Inputs() []Node            { return []Node{d.Input} }
func (d *DropNA) WithInputs(in []Node) Node { n := *d; n.Input = in[0]; return &n }
func (d *DropNA) Output() []*expr.Ref       { return nil }
func (d *DropNA) String() string {
	return fmt.Sprintf("DropNA %s, at least %d", strings.Join(d.Columns, ", "), d.Least)
}

func (r *ReplaceNA) Inputs() []Node            { return []Node{r.Input} }
func (r *ReplaceNA) WithInputs(in []Node) Node { n := *r; n.Input = in[0]; return &n }
func (r *ReplaceNA) Output() []*expr.Ref       { return nil }
func (r *ReplaceNA) String() string {
	return "ReplaceNA [" + exprText(r.Old) + "] by [" + exprText(r.New) + "]"
}

func (s *Summary) Inputs() []Node            { return []Node{s.Input} }
func (s *Summary) WithInputs(in []Node) Node { n := *s; n.Input = in[0]; return &n }
func (s *Summary) Output() []*expr.Ref       { return nil }
func (s *Summary) String() string            { return "Summary " + strings.Join(s.Statistics, ", ") }

func (c *Crosstab) Inputs() []Node            { return []Node{c.Input} }
func (c *Crosstab) WithInputs(in []Node) Node { n := *c; n.Input = in[0]; return &n }
func (c *Crosstab) Output() []*expr.Ref       { return nil }
func (c *Crosstab) String() string            { return "Crosstab " + c.First + ", " + c.Second }

func (f *FreqItems) Inputs() []Node            { return []Node{f.Input} }
func (f *FreqItems) WithInputs(in []Node) Node { n := *f; n.Input = in[0]; return &n }
func (f *FreqItems) Output() []*expr.Ref       { return nil }
func (f *FreqItems) String() string {
	return fmt.Sprintf("FreqItems %s, %v", strings.Join(f.Columns, ", "), f.Support)
}

func (m *Moment) Inputs() []Node            { return []Node{m.Input} }
func (m *Moment) WithInputs(in []Node) Node { n := *m; n.Input = in[0]; return &n }
func (m *Moment) Output() []*expr.Ref       { return nil }
func (m *Moment) String() string            { return "Moment " + m.First + ", " + m.Second }

func (q *ApproxQuantile) Inputs() []Node            { return []Node{q.Input} }
func (q *ApproxQuantile) WithInputs(in []Node) Node { n := *q; n.Input = in[0]; return &n }
func (q *ApproxQuantile) Output() []*expr.Ref       { return nil }
func (q *ApproxQuantile) String() string {
	return fmt.Sprintf("ApproxQuantile %s %v", strings.Join(q.Columns, ", "), q.Probabilities)
}

func (s *SampleBy) Inputs() []Node            { return []Node{s.Input} }
func (s *SampleBy) WithInputs(in []Node) Node { n := *s; n.Input = in[0]; return &n }
func (s *SampleBy) Output() []*expr.Ref       { return nil }
func (s *SampleBy) String() string {
	return fmt.Sprintf("SampleBy %v [%s] %v", s.Column, exprText(s.Values), s.Shares)
}

func (t *Transpose) Inputs() []Node            { return []Node{t.Input} }
func (t *Transpose) WithInputs(in []Node) Node { n := *t; n.Input = in[0]; return &n }
func (t *Transpose) Output() []*expr.Ref       { return nil }
func (t *Transpose) String() string            { return "Transpose" }

func (t *ToSchema) Inputs() []Node            { return []Node{t.Input} }
func (t *ToSchema) WithInputs(in []Node) Node { n := *t; n.Input = in[0]; return &n }
func (t *ToSchema) Output() []*expr.Ref       { return nil }
func (t *ToSchema) String() string            { return "ToSchema " + t.Schema.String() }

func (o *Observe) Inputs() []Node            { return []Node{o.Input} }
func (o *Observe) WithInputs(in []Node) Node { n := *o; n.Input = in[0]; return &n }
func (o *Observe) Output() []*expr.Ref       { return o.Input.Output() }
func (o *Observe) String() string            { return "Observe " + o.Name + " [" + exprText(o.Metrics) + "]" }

// mapCalls rebuilds the functions, which alone read the input.
func (o *Observe) mapCalls(f func(expr.Expr) (expr.Expr, error)) (Node, error) {
	n := *o
	var err error
	n.Calls, err = mapList(o.Calls, f)
	return &n, err
}
