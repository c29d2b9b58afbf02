package expr

import (
	"strings"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// UnresolvedAttribute is a name that the analyzer has not found yet.
type UnresolvedAttribute struct {
	// Parts are the name's parts, back-quotes removed.
	Parts []string
	// PlanID is Spark Connect's id of the DataFrame the column was taken from;
	// 0 for none.
	PlanID int64
	At     fault.Position
}

// UnresolvedStar is * or target.*, with EXCEPT.
type UnresolvedStar struct {
	// Target is the table, alias or struct before the star; nil for none.
	Target []string
	// Except are names that the star leaves out.
	Except [][]string
	PlanID int64
	At     fault.Position
}

// UnresolvedRegex is a name that is a regular expression: colRegex.
type UnresolvedRegex struct {
	Pattern string
	PlanID  int64
	At      fault.Position
}

// UnresolvedFunction is a call of a function, operators included: "+", "and",
// "when" (CASE: condition, value, …, else), "in", "isnull".
type UnresolvedFunction struct {
	Name     string
	Args     []Expr
	Distinct bool
	// Filter is FILTER (WHERE …); nil for none.
	Filter Expr
	// IgnoreNulls is IGNORE NULLS.
	IgnoreNulls bool
	// OrderBy is WITHIN GROUP (ORDER BY …).
	OrderBy []*SortOrder
	// Written tells name(…) from an operator, for messages.
	Written bool
	// Own is the function itself where it is one of the user's; nil looks Name up.
	Own *Routine
	// Lookup says among which functions a client wants the name.
	Lookup Lookup
	At     fault.Position
}

// UnresolvedTimestamp is a literal TIMESTAMP '…' whose text was read before its time
// zone was known: that of the session that resolves it.
type UnresolvedTimestamp struct {
	Text string
	At   fault.Position
}

// UnresolvedExtract is child[key] or child.key where child is no plain name.
type UnresolvedExtract struct {
	Child Expr
	Key   Expr
	// Path says that it is variant:path; Key is the path then, and Name its last field.
	Path bool
	Name string
	At   fault.Position
}

// NamedArgument is name => value in a call.
type NamedArgument struct {
	Name  string
	Value Expr
	At    fault.Position
}

// Lambda is x -> body, a function given to a higher-order function.
type Lambda struct {
	Params []string
	Body   Expr
	At     fault.Position
}

// Relation marks the plan inside a subquery: nodes of package plan satisfy it.
type Relation interface{ IsRelation() }

// SubqueryKind says how a subquery's rows become a value.
type SubqueryKind uint8

// The kinds of subqueries.
const (
	ScalarSubquery SubqueryKind = iota
	ExistsSubquery
	InSubquery
)

// Subquery is a query inside an expression.
type Subquery struct {
	Kind SubqueryKind
	// Values are compared with the rows by IN.
	Values []Expr
	Plan   Relation
	At     fault.Position
	// Resolved marks one whose Plan is resolved; Typ and Null are then those of its
	// value. Params are the columns of queries around it that Plan reads, and Outer
	// what they stand for, at first themselves.
	Resolved bool
	Typ      types.Type
	Null     bool
	Params   []*Ref
	Outer    []Expr
}

// Parameter is a marker for a value given apart: :name, or ? with its place.
type Parameter struct {
	Name  string
	Index int // 0-based, for ?
	At    fault.Position
}

func (u *UnresolvedAttribute) Type() types.Type         { return types.Type{} }
func (u *UnresolvedAttribute) Nullable() bool           { return true }
func (u *UnresolvedAttribute) Children() []Expr         { return nil }
func (u *UnresolvedAttribute) WithChildren([]Expr) Expr { return u }
func (u *UnresolvedAttribute) String() string           { return strings.Join(u.Parts, ".") }

func (u *UnresolvedStar) Type() types.Type         { return types.Type{} }
func (u *UnresolvedStar) Nullable() bool           { return true }
func (u *UnresolvedStar) Children() []Expr         { return nil }
func (u *UnresolvedStar) WithChildren([]Expr) Expr { return u }
func (u *UnresolvedStar) String() string {
	return strings.Join(append(u.Target[:len(u.Target):len(u.Target)], "*"), ".")
}

func (u *UnresolvedRegex) Type() types.Type         { return types.Type{} }
func (u *UnresolvedRegex) Nullable() bool           { return true }
func (u *UnresolvedRegex) Children() []Expr         { return nil }
func (u *UnresolvedRegex) WithChildren([]Expr) Expr { return u }
func (u *UnresolvedRegex) String() string           { return "`" + u.Pattern + "`" }

func (u *UnresolvedFunction) Type() types.Type { return types.Type{} }
func (u *UnresolvedFunction) Nullable() bool   { return true }
func (u *UnresolvedFunction) Children() []Expr {
	c := append([]Expr(nil), u.Args...)
	if u.Filter != nil {
		c = append(c, u.Filter)
	}
	for _, o := range u.OrderBy {
		c = append(c, o.Child)
	}
	return c
}
func (u *UnresolvedFunction) WithChildren(c []Expr) Expr {
	n := *u
	n.Args, c = c[:len(u.Args)], c[len(u.Args):]
	if u.Filter != nil {
		n.Filter, c = c[0], c[1:]
	}
	n.OrderBy = make([]*SortOrder, len(u.OrderBy))
	for i, o := range u.OrderBy {
		order := *o
		order.Child = c[i]
		n.OrderBy[i] = &order
	}
	return &n
}
func (u *UnresolvedFunction) String() string { return CallText(u.Name, u.Args) }

func (u *UnresolvedTimestamp) Type() types.Type         { return types.Of(types.Timestamp) }
func (u *UnresolvedTimestamp) Nullable() bool           { return false }
func (u *UnresolvedTimestamp) Children() []Expr         { return nil }
func (u *UnresolvedTimestamp) WithChildren([]Expr) Expr { return u }
func (u *UnresolvedTimestamp) String() string           { return "TIMESTAMP '" + u.Text + "'" }

func (u *UnresolvedExtract) Type() types.Type { return types.Type{} }
func (u *UnresolvedExtract) Nullable() bool   { return true }
func (u *UnresolvedExtract) Children() []Expr { return []Expr{u.Child, u.Key} }
func (u *UnresolvedExtract) WithChildren(c []Expr) Expr {
	n := *u
	n.Child, n.Key = c[0], c[1]
	return &n
}
func (u *UnresolvedExtract) String() string { return u.Child.String() + "[" + u.Key.String() + "]" }

func (n *NamedArgument) Type() types.Type { return n.Value.Type() }
func (n *NamedArgument) Nullable() bool   { return n.Value.Nullable() }
func (n *NamedArgument) Children() []Expr { return []Expr{n.Value} }
func (n *NamedArgument) WithChildren(c []Expr) Expr {
	return &NamedArgument{Name: n.Name, Value: c[0], At: n.At}
}
func (n *NamedArgument) String() string { return n.Name + " => " + n.Value.String() }

func (l *Lambda) Type() types.Type { return l.Body.Type() }
func (l *Lambda) Nullable() bool   { return l.Body.Nullable() }
func (l *Lambda) Children() []Expr { return []Expr{l.Body} }
func (l *Lambda) WithChildren(c []Expr) Expr {
	return &Lambda{Params: l.Params, Body: c[0], At: l.At}
}
func (l *Lambda) String() string {
	return "lambdafunction(" + l.Body.String() + ", " + strings.Join(l.Params, ", ") + ")"
}

func (s *Subquery) Type() types.Type { return s.Typ }
func (s *Subquery) Nullable() bool   { return s.Null || !s.Resolved }
func (s *Subquery) Children() []Expr {
	return append(s.Values[:len(s.Values):len(s.Values)], s.Outer...)
}
func (s *Subquery) WithChildren(c []Expr) Expr {
	n := *s
	n.Values, n.Outer = c[:len(s.Values)], c[len(s.Values):]
	return &n
}
func (s *Subquery) String() string {
	names := make([]string, len(s.Outer))
	for i, r := range s.Outer {
		names[i] = r.String()
	}
	outer := strings.Join(names, ", ")
	if s.Kind == InSubquery {
		values := make([]string, len(s.Values))
		for i, v := range s.Values {
			values[i] = v.String()
		}
		return "(" + strings.Join(values, ", ") + " IN (listquery(" + outer + ")))"
	}
	return [...]string{"scalarsubquery(", "exists("}[s.Kind] + outer + ")"
}

func (p *Parameter) Type() types.Type         { return types.Type{} }
func (p *Parameter) Nullable() bool           { return true }
func (p *Parameter) Children() []Expr         { return nil }
func (p *Parameter) WithChildren([]Expr) Expr { return p }
func (p *Parameter) String() string {
	if p.Name == "" {
		return "?"
	}
	return ":" + p.Name
}
