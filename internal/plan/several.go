package plan

import (
	"github.com/weirstream/weir/internal/expr"
)

// JoinType is the kind of a join.
type JoinType uint8

// The join types.
const (
	InnerJoin JoinType = iota
	LeftOuterJoin
	RightOuterJoin
	FullOuterJoin
	LeftSemiJoin
	LeftAntiJoin
	CrossJoin
	// ExistenceJoin gives every row of the left side once, with a column that says
	// whether the right side has a partner: EXISTS and IN where they are values.
	ExistenceJoin
)

// String is the name as Spark writes it: Inner, LeftOuter, …
func (t JoinType) String() string {
	return [...]string{"Inner", "LeftOuter", "RightOuter", "FullOuter", "LeftSemi", "LeftAnti", "Cross", "Existence"}[t]
}

// Join joins two relations.
type Join struct {
	Origin
	Left, Right Node
	Type        JoinType
	// Condition is nil for none.
	Condition expr.Expr
	// Using are the columns of USING (…), gone after analysis.
	Using []string
	// Natural is NATURAL, gone after analysis.
	Natural bool
	// Lateral lets the right side read columns of the left.
	Lateral bool
	// Exists is the column that an ExistenceJoin adds.
	Exists *expr.Ref
	// Subquery is true of a filter by EXISTS or IN that became a semi or anti join:
	// like another filter, it says nothing about nulls, and what it drops moves no
	// watermark.
	Subquery bool
	// Single fails where a row of the left side has a second partner.
	Single bool
}

// SetOp is UNION, INTERSECT or EXCEPT.
type SetOp struct {
	Origin
	Left, Right Node
	Kind        SetKind
	// All keeps duplicates.
	All bool
	// ByName matches columns by name; AllowMissing fills those missing with
	// nulls.
	ByName, AllowMissing bool
}

// SetKind is the kind of a set operation.
type SetKind uint8

// The set operations.
const (
	UnionSet SetKind = iota
	IntersectSet
	ExceptSet
)

// Union is UNION ALL of any number of relations, after analysis: the columns of
// the inputs match by place and type.
type Union struct {
	Origin
	All []Node
	// Columns are the output.
	Columns []*expr.Ref
}

func (j *Join) Inputs() []Node { return []Node{j.Left, j.Right} }
func (j *Join) WithInputs(in []Node) Node {
	n := *j
	n.Left, n.Right = in[0], in[1]
	return &n
}
func (j *Join) String() string {
	if j.Condition == nil {
		return "Join " + j.Type.String()
	}
	return "Join " + j.Type.String() + ", " + j.Condition.String()
}

// Output are the columns of both sides, those that may be missing nullable; of a
// semi or anti join only the left ones.
func (j *Join) Output() []*expr.Ref {
	left, right := j.Left.Output(), j.Right.Output()
	switch j.Type {
	case LeftSemiJoin, LeftAntiJoin:
		return left
	case ExistenceJoin:
		return append(left[:len(left):len(left)], j.Exists)
	case LeftOuterJoin:
		right = nullable(right)
	case RightOuterJoin:
		left = nullable(left)
	case FullOuterJoin:
		left, right = nullable(left), nullable(right)
	}
	return append(left[:len(left):len(left)], right...)
}

func nullable(refs []*expr.Ref) []*expr.Ref {
	out := make([]*expr.Ref, len(refs))
	for i, r := range refs {
		n := *r
		n.Null = true
		out[i] = &n
	}
	return out
}

func (s *SetOp) Inputs() []Node { return []Node{s.Left, s.Right} }
func (s *SetOp) WithInputs(in []Node) Node {
	n := *s
	n.Left, n.Right = in[0], in[1]
	return &n
}
func (s *SetOp) Output() []*expr.Ref { return s.Left.Output() }
func (s *SetOp) String() string {
	name := [...]string{"Union", "Intersect", "Except"}[s.Kind]
	if s.All {
		name += " All"
	}
	return name
}

func (u *Union) Inputs() []Node { return u.All }
func (u *Union) WithInputs(in []Node) Node {
	n := *u
	n.All = in
	return &n
}
func (u *Union) Output() []*expr.Ref { return u.Columns }
func (u *Union) String() string      { return "Union" }
