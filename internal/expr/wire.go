package expr

import (
	"strings"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// The expressions of this file come from Spark Connect alone: what a client says in
// a way of its own. Package sparkplan makes others of them before analysis.

// Lookup are marks of a function's name, as bits.
type Lookup uint8

// The marks. Without any the name is looked up as in SQL.
const (
	// LookupPublic leaves functions out that are not for users.
	LookupPublic Lookup = 1 << iota
	// LookupInternal means one of those.
	LookupInternal
	// LookupByName says that the name is one written by the user, which may have parts
	// (call_function).
	LookupByName
	// LookupCall says that it came as a call of call_function, not as a function.
	LookupCall
)

// Text is an expression as SQL text: expr("a + 1").
type Text struct {
	SQL string
	At  fault.Position
}

// UnresolvedCast is a cast whose type may be text.
type UnresolvedCast struct {
	Child Expr
	// To is the type; where Text is not empty it is that text's.
	To   types.Type
	Text string
	Mode WireCastMode
	At   fault.Position
}

// WireCastMode is what a client says of values that do not fit.
type WireCastMode uint8

// The modes, numbered as on the wire.
const (
	WireCastDefault WireCastMode = iota // as the session says
	WireCastLegacy                      // null
	WireCastANSI                        // an error
	WireCastTry                         // null
)

// LambdaName is a parameter of a lambda function in its body, by its name.
type LambdaName struct {
	Parts []string
	At    fault.Position
}

// UpdateFields is a struct with a field set, or dropped where Value is nil. Name may
// name a field of a field.
type UpdateFields struct {
	Child Expr
	Name  string
	Value Expr
	At    fault.Position
}

// Composite is the literal of an array, a map or a struct as it was sent: parts of
// types of their own under the type of the whole.
type Composite struct {
	Kind types.Kind
	// Typ is nil for a part whose type the whole says.
	Typ *types.Type
	// Keys are those of a map; Values its values, or the elements or fields.
	Keys, Values []Expr
	At           fault.Position
}

// SubqueryName is a subquery whose plan stands elsewhere, under its id.
type SubqueryName struct {
	Kind   SubqueryKind
	PlanID int64
	// Values are compared with the rows by IN.
	Values []Expr
	At     fault.Position
}

// Foreign is an expression that weir carries but cannot compute: functions of other
// languages, extensions. It is refused when it is lowered.
type Foreign struct {
	// What says what it is, for the refusal.
	What string
	// Message is the message it came as.
	Message any
	At      fault.Position
}

func (t *Text) Type() types.Type         { return types.Type{} }
func (t *Text) Nullable() bool           { return true }
func (t *Text) Children() []Expr         { return nil }
func (t *Text) WithChildren([]Expr) Expr { return t }
func (t *Text) String() string           { return t.SQL }

func (c *UnresolvedCast) Type() types.Type { return c.To }
func (c *UnresolvedCast) Nullable() bool   { return true }
func (c *UnresolvedCast) Children() []Expr { return []Expr{c.Child} }
func (c *UnresolvedCast) WithChildren(ch []Expr) Expr {
	n := *c
	n.Child = ch[0]
	return &n
}
func (c *UnresolvedCast) String() string {
	to := c.Text
	if to == "" {
		to = c.To.SQL()
	}
	return "CAST(" + c.Child.String() + " AS " + to + ")"
}

func (n *LambdaName) Type() types.Type         { return types.Type{} }
func (n *LambdaName) Nullable() bool           { return true }
func (n *LambdaName) Children() []Expr         { return nil }
func (n *LambdaName) WithChildren([]Expr) Expr { return n }
func (n *LambdaName) String() string           { return strings.Join(n.Parts, ".") }

func (u *UpdateFields) Type() types.Type { return types.Type{} }
func (u *UpdateFields) Nullable() bool   { return true }
func (u *UpdateFields) Children() []Expr {
	if u.Value == nil {
		return []Expr{u.Child}
	}
	return []Expr{u.Child, u.Value}
}
func (u *UpdateFields) WithChildren(ch []Expr) Expr {
	n := *u
	n.Child = ch[0]
	if u.Value != nil {
		n.Value = ch[1]
	}
	return &n
}
func (u *UpdateFields) String() string {
	if u.Value == nil {
		return "update_fields(" + u.Child.String() + ", dropfield())"
	}
	return "update_fields(" + u.Child.String() + ", WithField(" + u.Value.String() + "))"
}

func (c *Composite) Type() types.Type {
	if c.Typ == nil {
		return types.Type{Kind: c.Kind}
	}
	return *c.Typ
}
func (c *Composite) Nullable() bool { return false }
func (c *Composite) Children() []Expr {
	return append(c.Keys[:len(c.Keys):len(c.Keys)], c.Values...)
}
func (c *Composite) WithChildren(ch []Expr) Expr {
	n := *c
	n.Keys, n.Values = ch[:len(c.Keys)], ch[len(c.Keys):]
	return &n
}
func (c *Composite) String() string {
	return CallText(map[types.Kind]string{types.Array: "array", types.Map: "map", types.Struct: "struct"}[c.Kind], c.Children())
}

func (s *SubqueryName) Type() types.Type { return types.Type{} }
func (s *SubqueryName) Nullable() bool   { return true }
func (s *SubqueryName) Children() []Expr { return s.Values }
func (s *SubqueryName) WithChildren(ch []Expr) Expr {
	n := *s
	n.Values = ch
	return &n
}
func (s *SubqueryName) String() string { return "subquery" }

func (f *Foreign) Type() types.Type         { return types.Type{} }
func (f *Foreign) Nullable() bool           { return true }
func (f *Foreign) Children() []Expr         { return nil }
func (f *Foreign) WithChildren([]Expr) Expr { return f }
func (f *Foreign) String() string           { return f.What }
