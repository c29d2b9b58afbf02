package expr

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Expr is a node of an expression. Nodes are never changed once made: a rewrite
// makes new ones with WithChildren.
type Expr interface {
	// Type is the type of the value. It is meaningful for resolved nodes.
	Type() types.Type
	// Nullable reports whether the value may be null.
	Nullable() bool
	// Children are the expressions inside, in order.
	Children() []Expr
	// WithChildren is the same node over other children, as many as before.
	WithChildren(children []Expr) Expr
	// String is the SQL text by which Spark names a column of this expression.
	String() string
}

// ID identifies a column through all plans of a process. Zero is none.
type ID int64

var lastID atomic.Int64 // a counter, not a setting: identifiers only need to differ

// NewID is an identifier that nothing else has.
func NewID() ID { return ID(lastID.Add(1)) }

// Literal is a constant.
type Literal struct {
	// Value is nil for null, else of the Go type that package types gives for
	// the kind; an array is []any, a map []any of alternating keys and values,
	// a struct []any.
	Value any
	Typ   types.Type
	// Location is the time zone in which an instant stands in a column's name; nil is UTC.
	Location *time.Location
	At       fault.Position
}

// Ref is a column of the input, known by its id.
type Ref struct {
	Name string
	ID   ID
	Typ  types.Type
	Null bool
	// Qualifier is the alias or table that the column can be named by.
	Qualifier []string
	// Metadata is the field's.
	Metadata map[string]any
	// Watermark is the delay of the event-time column in microseconds; -1 for
	// a column without a watermark.
	Watermark int64
	// Window is the width in microseconds of the time windows that the column
	// holds, structs of start and end; [SessionWindow] where they are sessions;
	// 0 for any other column.
	Window int64
}

// SessionWindow is the width of session windows, which have none of their own.
const SessionWindow = -1

// Alias names a value. A generator may have several names.
type Alias struct {
	Child Expr
	Names []string
	ID    ID
	// Metadata replaces the field's; nil keeps it.
	Metadata map[string]any
	// Implicit marks a name that the analyzer made up.
	Implicit bool
	At       fault.Position
}

// CastMode says what a cast does with a value that does not fit.
type CastMode uint8

// The cast modes.
const (
	// CastDefault follows the session: an error in ANSI mode, null otherwise.
	CastDefault CastMode = iota
	// CastTry gives null.
	CastTry
)

// Cast changes a value's type.
type Cast struct {
	Child Expr
	To    types.Type
	Mode  CastMode
	// Implicit marks a cast that coercion put in; it has no part in names.
	Implicit bool
	At       fault.Position
}

// Field is a field of a struct.
type Field struct {
	Child   Expr
	Ordinal int
	// Written is the name as the query writes it; empty for the field's own.
	Written string
}

// Call is a scalar function over resolved arguments.
type Call struct {
	Fn   *Function
	Args []Expr
	Typ  types.Type
	Null bool
	// Text is the name of the column as Spark writes it; empty means that it
	// is made of the name and the arguments.
	Text string
	At   fault.Position
}

// AggregateCall is an aggregate function over resolved arguments.
type AggregateCall struct {
	Fn       *Aggregate
	Args     []Expr
	Distinct bool
	// Filter keeps the rows that count; nil keeps all.
	Filter Expr
	Typ    types.Type
	Null   bool
	Text   string
	At     fault.Position
}

// GeneratorCall is a function that gives several rows for one.
type GeneratorCall struct {
	Fn   *Generator
	Args []Expr
	// Fields are the columns of the rows it gives.
	Fields []types.Field
	At     fault.Position
}

// SortOrder is one key of an order.
type SortOrder struct {
	Child      Expr
	Descending bool
	// NullsFirst is resolved: ascending defaults to true, descending to false.
	NullsFirst bool
	At         fault.Position
}

func (l *Literal) Type() types.Type         { return l.Typ }
func (l *Literal) Nullable() bool           { return l.Value == nil }
func (l *Literal) Children() []Expr         { return nil }
func (l *Literal) WithChildren([]Expr) Expr { return l }
func (l *Literal) String() string           { return literalText(l) }

func (r *Ref) Type() types.Type         { return r.Typ }
func (r *Ref) Nullable() bool           { return r.Null }
func (r *Ref) Children() []Expr         { return nil }
func (r *Ref) WithChildren([]Expr) Expr { return r }
func (r *Ref) String() string           { return r.Name }

func (a *Alias) Type() types.Type { return a.Child.Type() }
func (a *Alias) Nullable() bool   { return a.Child.Nullable() }
func (a *Alias) Children() []Expr { return []Expr{a.Child} }
func (a *Alias) WithChildren(c []Expr) Expr {
	n := *a
	n.Child = c[0]
	return &n
}
func (a *Alias) String() string {
	if len(a.Names) == 1 {
		return a.Child.String() + " AS " + a.Names[0]
	}
	return a.Child.String() + " AS (" + strings.Join(a.Names, ", ") + ")"
}

// Ref is the column that the alias makes.
func (a *Alias) Ref() *Ref {
	r := &Ref{Name: a.Names[0], ID: a.ID, Typ: a.Type(), Null: a.Nullable(), Metadata: a.Metadata, Watermark: -1}
	switch child := a.Child.(type) {
	case *Ref:
		r.Watermark, r.Window = child.Watermark, child.Window
		if r.Metadata == nil {
			r.Metadata = child.Metadata
		}
	case *Call:
		switch child.Fn.Name {
		case "window":
			r.Watermark = WatermarkOf(child.Args[0])
			r.Window, _ = child.Args[1].(*Literal).Value.(int64)
		case "session_window":
			r.Watermark, r.Window = WatermarkOf(child.Args[0]), SessionWindow
		case "window_time":
			r.Watermark = WatermarkOf(child.Args[0])
		}
	}
	return r
}

// WatermarkOf is the delay of the event time that e is, or -1 where e is none.
func WatermarkOf(e Expr) int64 {
	switch e := e.(type) {
	case *Ref:
		return e.Watermark
	case *Call:
		if e.Fn.Name == "window_time" {
			return WatermarkOf(e.Args[0])
		}
	}
	return -1
}

func (c *Cast) Type() types.Type { return c.To }
func (c *Cast) Nullable() bool   { return c.Child.Nullable() || c.Mode == CastTry || c.mayNull() }
func (c *Cast) Children() []Expr { return []Expr{c.Child} }
func (c *Cast) WithChildren(ch []Expr) Expr {
	n := *c
	n.Child = ch[0]
	return &n
}
func (c *Cast) String() string {
	switch {
	case c.Implicit, c.To.Nested():
		// Spark loses the mark of what the user wrote where the type is nested.
		return c.Child.String()
	case c.Mode == CastTry:
		return "TRY_CAST(" + c.Child.String() + " AS " + c.To.SQL() + ")"
	default:
		return "CAST(" + c.Child.String() + " AS " + c.To.SQL() + ")"
	}
}

// mayNull says whether the cast itself makes nulls of values in ANSI mode; only
// text that is not a number or a time fails there, and it fails with an error.
func (c *Cast) mayNull() bool { return false }

func (f *Field) Type() types.Type { return f.field().Type }
func (f *Field) Nullable() bool   { return f.Child.Nullable() || f.field().Nullable }
func (f *Field) Children() []Expr { return []Expr{f.Child} }
func (f *Field) WithChildren(c []Expr) Expr {
	return &Field{Child: c[0], Ordinal: f.Ordinal, Written: f.Written}
}
func (f *Field) String() string     { return f.Child.String() + "." + f.Name() }
func (f *Field) field() types.Field { return f.Child.Type().Fields[f.Ordinal] }

// Name is the field's name, as it is written.
func (f *Field) Name() string {
	if f.Written != "" {
		return f.Written
	}
	return f.field().Name
}

func (c *Call) Type() types.Type { return c.Typ }
func (c *Call) Nullable() bool   { return c.Null }
func (c *Call) Children() []Expr { return c.Args }
func (c *Call) WithChildren(ch []Expr) Expr {
	n := *c
	n.Args = ch
	return &n
}
func (c *Call) String() string {
	if c.Text != "" {
		return c.Text
	}
	return CallText(c.Fn.Name, c.Args)
}

func (a *AggregateCall) Type() types.Type { return a.Typ }
func (a *AggregateCall) Nullable() bool   { return a.Null }
func (a *AggregateCall) Children() []Expr {
	if a.Filter == nil {
		return a.Args
	}
	return append(append([]Expr(nil), a.Args...), a.Filter)
}
func (a *AggregateCall) WithChildren(ch []Expr) Expr {
	n := *a
	n.Args = ch[:len(a.Args)]
	if a.Filter != nil {
		n.Filter = ch[len(a.Args)]
	}
	return &n
}
func (a *AggregateCall) String() string {
	s := a.Text
	if s == "" {
		s = CallText(a.Fn.Name, a.Args)
	}
	if a.Distinct {
		s = strings.Replace(s, "(", "(DISTINCT ", 1)
	}
	if a.Filter != nil {
		s += " FILTER (WHERE " + a.Filter.String() + ")"
	}
	return s
}

func (g *GeneratorCall) Type() types.Type { return types.StructOf(g.Fields...) }
func (g *GeneratorCall) Nullable() bool   { return false }
func (g *GeneratorCall) Children() []Expr { return g.Args }
func (g *GeneratorCall) WithChildren(ch []Expr) Expr {
	n := *g
	n.Args = ch
	return &n
}
func (g *GeneratorCall) String() string { return CallText(g.Fn.Name, g.Args) }

func (s *SortOrder) Type() types.Type { return s.Child.Type() }
func (s *SortOrder) Nullable() bool   { return s.Child.Nullable() }
func (s *SortOrder) Children() []Expr { return []Expr{s.Child} }
func (s *SortOrder) WithChildren(c []Expr) Expr {
	n := *s
	n.Child = c[0]
	return &n
}
func (s *SortOrder) String() string {
	dir, nulls := "ASC", "NULLS LAST"
	if s.Descending {
		dir = "DESC"
	}
	if s.NullsFirst {
		nulls = "NULLS FIRST"
	}
	return fmt.Sprintf("%s %s %s", s.Child, dir, nulls)
}

// CallText is name(arg, arg, …), the form in which Spark names most calls.
func CallText(name string, args []Expr) string {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = a.String()
	}
	return name + "(" + strings.Join(parts, ", ") + ")"
}
