package expr

import (
	"strings"

	"github.com/weirstream/weir/types"
)

// UnresolvedUpdate is a struct with one field changed: another value for it, or, where
// Value is nil, without it.
type UnresolvedUpdate struct {
	Child Expr
	// Path are the names of the field and of the structs that it lies in.
	Path  []string
	Value Expr
}

func (u *UnresolvedUpdate) Type() types.Type { return types.Type{} }
func (u *UnresolvedUpdate) Nullable() bool   { return true }
func (u *UnresolvedUpdate) Children() []Expr {
	if u.Value == nil {
		return []Expr{u.Child}
	}
	return []Expr{u.Child, u.Value}
}
func (u *UnresolvedUpdate) WithChildren(c []Expr) Expr {
	n := *u
	if n.Child = c[0]; u.Value != nil {
		n.Value = c[1]
	}
	return &n
}
func (u *UnresolvedUpdate) String() string {
	return u.Child.String() + " with " + strings.Join(u.Path, ".")
}
