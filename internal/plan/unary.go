package plan

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/internal/expr"
)

// Project computes a list of expressions. After analysis each is a Ref or an
// Alias.
type Project struct {
	Origin
	Input Node
	Exprs []expr.Expr
	// Distinct is SELECT DISTINCT before analysis.
	Distinct bool
}

// Filter keeps the rows for which the condition is true.
type Filter struct {
	Origin
	Input     Node
	Condition expr.Expr
	// Qualify marks QUALIFY, before analysis: the condition may name items of the
	// select list beneath and hold window functions.
	Qualify bool
}

// Aggregate groups rows. After analysis the items of Exprs are Refs to grouping
// expressions (each an Alias or Ref in Grouping) and Aliases over aggregates.
type Aggregate struct {
	Origin
	Input Node
	// Grouping is empty for one group of all rows.
	Grouping []expr.Expr
	// Exprs are the output.
	Exprs []expr.Expr
	// Kind is how Grouping is meant.
	Kind GroupKind
	// Sets are those of GROUPING SETS.
	Sets [][]expr.Expr
	// Having is HAVING, before analysis.
	Having expr.Expr
}

// GroupKind is the form of a GROUP BY.
type GroupKind uint8

// The forms.
const (
	GroupBy GroupKind = iota
	Rollup
	Cube
	GroupingSets
	GroupByAll
)

// Generate appends to each row the rows that a generator makes of it (LATERAL
// VIEW, explode in SELECT).
type Generate struct {
	Origin
	Input Node
	// Generator is an UnresolvedFunction before, a GeneratorCall after
	// analysis.
	Generator expr.Expr
	Outer     bool
	// Alias is the name of the generated table; Names those of its columns.
	Alias string
	Names []string
	// Columns are the generated ones, after analysis.
	Columns []*expr.Ref
	// Needed are the columns of the input that go on; nil for all. The
	// optimizer narrows it.
	Needed []*expr.Ref
}

// Sort orders rows.
type Sort struct {
	Origin
	Input  Node
	Orders []*expr.SortOrder
	// Global orders the whole result, else each partition.
	Global bool
}

// Limit keeps the first rows.
type Limit struct {
	Origin
	Input Node
	// Count is a literal after analysis.
	Count expr.Expr
}

// Offset skips the first rows.
type Offset struct {
	Origin
	Input Node
	Count expr.Expr
}

// Tail keeps the last rows.
type Tail struct {
	Origin
	Input Node
	Count expr.Expr
}

// SubqueryAlias names a relation and, where Columns is set, its columns.
type SubqueryAlias struct {
	Origin
	Input   Node
	Name    []string
	Columns []string
}

// WithWatermark declares the event-time column and how late rows may be (S110).
type WithWatermark struct {
	Origin
	Input Node
	// Column is a name before and a Ref after analysis.
	Column expr.Expr
	// DelayText is the interval as the user wrote it.
	DelayText string
	// Delay is in microseconds, after analysis.
	Delay int64
	// ID tells the watermarks of a query apart, in plan order from 0.
	ID int
	// Columns are the output after analysis: the event-time column marked.
	Columns []*expr.Ref
}

// Deduplicate keeps the first row of each key (S31 dropDuplicates).
type Deduplicate struct {
	Origin
	Input Node
	// Keys are names before analysis; AllColumns stands for every column.
	Keys       []expr.Expr
	AllColumns bool
	// WithinWatermark is dropDuplicatesWithinWatermark.
	WithinWatermark bool
}

// Repartition spreads rows over partitions; by hash of By where given.
type Repartition struct {
	Origin
	Input Node
	Count int
	By    []expr.Expr
	// Shuffle false is coalesce.
	Shuffle bool
}

// WithColumns adds or replaces columns.
type WithColumns struct {
	Origin
	Input   Node
	Aliases []*expr.Alias
	// Known says that there must be columns of all these names: |> SET.
	Known bool
}

// RenameColumns renames columns: pairs of old and new names.
type RenameColumns struct {
	Origin
	Input   Node
	Renames [][2]string
}

// Drop leaves columns out; names that do not exist are ignored.
type Drop struct {
	Origin
	Input   Node
	Columns []expr.Expr
	// Names are columns by their whole names, dots included.
	Names []string
}

// ToDF renames all columns in order.
type ToDF struct {
	Origin
	Input Node
	Names []string
}

// Hint is a hint, accepted and without effect.
type Hint struct {
	Origin
	Input Node
	Name  string
	Args  []expr.Expr
}

// Sample keeps a random part of the rows.
type Sample struct {
	Origin
	Input        Node
	Lower, Upper float64
	Replacement  bool
	Seed         int64
	// Sorted asks for rows in an order that is always the same (randomSplit).
	Sorted bool
}

// With holds named queries, CTEs, for the relation beneath.
type With struct {
	Origin
	Input Node
	Names []string
	// Columns rename those of a CTE; nil for none.
	Columns   [][]string
	Relations []Node
	Recursive bool
	// MaxLevels bound the rounds of those that read themselves; nil or 0 is the session's.
	MaxLevels []int64
}

func (p *Project) Inputs() []Node            { return []Node{p.Input} }
func (p *Project) WithInputs(in []Node) Node { n := *p; n.Input = in[0]; return &n }
func (p *Project) String() string            { return "Project [" + exprText(p.Exprs) + "]" }

// Output are the columns that the expressions make.
func (p *Project) Output() []*expr.Ref { return named(p.Exprs) }

func (f *Filter) Inputs() []Node            { return []Node{f.Input} }
func (f *Filter) WithInputs(in []Node) Node { n := *f; n.Input = in[0]; return &n }
func (f *Filter) Output() []*expr.Ref       { return f.Input.Output() }
func (f *Filter) String() string            { return "Filter " + f.Condition.String() }

func (a *Aggregate) Inputs() []Node            { return []Node{a.Input} }
func (a *Aggregate) WithInputs(in []Node) Node { n := *a; n.Input = in[0]; return &n }
func (a *Aggregate) String() string {
	return "Aggregate [" + exprText(a.Grouping) + "] [" + exprText(a.Exprs) + "]"
}

// Output are the columns that the expressions make.
func (a *Aggregate) Output() []*expr.Ref { return named(a.Exprs) }

func (g *Generate) Inputs() []Node            { return []Node{g.Input} }
func (g *Generate) WithInputs(in []Node) Node { n := *g; n.Input = in[0]; return &n }
func (g *Generate) String() string {
	return "Generate " + g.Generator.String() + " [" + refNames(g.Columns) + "]"
}

// Output are the input's columns that go on, then the generated ones.
func (g *Generate) Output() []*expr.Ref {
	kept := g.Needed
	if kept == nil {
		kept = g.Input.Output()
	}
	return append(kept[:len(kept):len(kept)], g.Columns...)
}

func (s *Sort) Inputs() []Node            { return []Node{s.Input} }
func (s *Sort) WithInputs(in []Node) Node { n := *s; n.Input = in[0]; return &n }
func (s *Sort) Output() []*expr.Ref       { return s.Input.Output() }
func (s *Sort) String() string            { return "Sort [" + exprText(s.Orders) + "]" }

func (l *Limit) Inputs() []Node            { return []Node{l.Input} }
func (l *Limit) WithInputs(in []Node) Node { n := *l; n.Input = in[0]; return &n }
func (l *Limit) Output() []*expr.Ref       { return l.Input.Output() }
func (l *Limit) String() string            { return "Limit " + l.Count.String() }

func (o *Offset) Inputs() []Node            { return []Node{o.Input} }
func (o *Offset) WithInputs(in []Node) Node { n := *o; n.Input = in[0]; return &n }
func (o *Offset) Output() []*expr.Ref       { return o.Input.Output() }
func (o *Offset) String() string            { return "Offset " + o.Count.String() }

func (t *Tail) Inputs() []Node            { return []Node{t.Input} }
func (t *Tail) WithInputs(in []Node) Node { n := *t; n.Input = in[0]; return &n }
func (t *Tail) Output() []*expr.Ref       { return t.Input.Output() }
func (t *Tail) String() string            { return "Tail " + t.Count.String() }

func (s *SubqueryAlias) Inputs() []Node            { return []Node{s.Input} }
func (s *SubqueryAlias) WithInputs(in []Node) Node { n := *s; n.Input = in[0]; return &n }
func (s *SubqueryAlias) String() string            { return "SubqueryAlias " + strings.Join(s.Name, ".") }

// Output are the input's columns under the new qualifier.
func (s *SubqueryAlias) Output() []*expr.Ref {
	in := s.Input.Output()
	out := make([]*expr.Ref, len(in))
	for i, r := range in {
		n := *r
		n.Qualifier = s.Name
		out[i] = &n
	}
	return out
}

func (w *WithWatermark) Inputs() []Node            { return []Node{w.Input} }
func (w *WithWatermark) WithInputs(in []Node) Node { n := *w; n.Input = in[0]; return &n }
func (w *WithWatermark) Output() []*expr.Ref       { return w.Columns }
func (w *WithWatermark) String() string {
	return fmt.Sprintf("EventTimeWatermark %v, %s", w.Column, w.DelayText)
}

func (d *Deduplicate) Inputs() []Node            { return []Node{d.Input} }
func (d *Deduplicate) WithInputs(in []Node) Node { n := *d; n.Input = in[0]; return &n }
func (d *Deduplicate) Output() []*expr.Ref       { return d.Input.Output() }
func (d *Deduplicate) String() string            { return "Deduplicate [" + exprText(d.Keys) + "]" }

func (r *Repartition) Inputs() []Node            { return []Node{r.Input} }
func (r *Repartition) WithInputs(in []Node) Node { n := *r; n.Input = in[0]; return &n }
func (r *Repartition) Output() []*expr.Ref       { return r.Input.Output() }
func (r *Repartition) String() string            { return fmt.Sprintf("Repartition %d", r.Count) }

func (w *WithColumns) Inputs() []Node            { return []Node{w.Input} }
func (w *WithColumns) WithInputs(in []Node) Node { n := *w; n.Input = in[0]; return &n }
func (w *WithColumns) Output() []*expr.Ref       { return nil }
func (w *WithColumns) String() string            { return "WithColumns [" + exprText(w.Aliases) + "]" }

func (r *RenameColumns) Inputs() []Node            { return []Node{r.Input} }
func (r *RenameColumns) WithInputs(in []Node) Node { n := *r; n.Input = in[0]; return &n }
func (r *RenameColumns) Output() []*expr.Ref       { return nil }
func (r *RenameColumns) String() string            { return fmt.Sprintf("RenameColumns %v", r.Renames) }

func (d *Drop) Inputs() []Node            { return []Node{d.Input} }
func (d *Drop) WithInputs(in []Node) Node { n := *d; n.Input = in[0]; return &n }
func (d *Drop) Output() []*expr.Ref       { return nil }
func (d *Drop) String() string            { return "Drop [" + exprText(d.Columns) + "]" }

func (t *ToDF) Inputs() []Node            { return []Node{t.Input} }
func (t *ToDF) WithInputs(in []Node) Node { n := *t; n.Input = in[0]; return &n }
func (t *ToDF) Output() []*expr.Ref       { return nil }
func (t *ToDF) String() string            { return "ToDF " + strings.Join(t.Names, ", ") }

func (h *Hint) Inputs() []Node            { return []Node{h.Input} }
func (h *Hint) WithInputs(in []Node) Node { n := *h; n.Input = in[0]; return &n }
func (h *Hint) Output() []*expr.Ref       { return h.Input.Output() }
func (h *Hint) String() string            { return "Hint " + h.Name }

func (s *Sample) Inputs() []Node            { return []Node{s.Input} }
func (s *Sample) WithInputs(in []Node) Node { n := *s; n.Input = in[0]; return &n }
func (s *Sample) Output() []*expr.Ref       { return s.Input.Output() }
func (s *Sample) String() string            { return fmt.Sprintf("Sample [%v, %v)", s.Lower, s.Upper) }

func (w *With) Inputs() []Node            { return []Node{w.Input} }
func (w *With) WithInputs(in []Node) Node { n := *w; n.Input = in[0]; return &n }
func (w *With) Output() []*expr.Ref       { return w.Input.Output() }
func (w *With) String() string            { return "With " + strings.Join(w.Names, ", ") }

func named(list []expr.Expr) []*expr.Ref {
	refs := make([]*expr.Ref, 0, len(list))
	for _, e := range list {
		if r := expr.Named(e); r != nil {
			refs = append(refs, r)
		}
	}
	return refs
}
