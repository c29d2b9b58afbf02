package plan

import (
	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/stateful"
)

// UserState calls a function of the user's, with a state for each key: a group
// function (S130, S131) or a processor (S140). One of Group and Transform is set.
type UserState struct {
	Origin
	Input Node
	// Keys are those of the groups: names before and Refs after analysis.
	Keys []expr.Expr
	// Initial is the initial state, a table; nil: there is none. InitialKeys are
	// its keys, in the order of Keys.
	Initial     Node
	InitialKeys []expr.Expr

	Group     *GroupCall
	Transform *TransformCall

	// Columns are the output, after analysis.
	Columns []*expr.Ref
}

// GroupCall is a group function and its options.
type GroupCall struct {
	Function stateful.GroupFunction
	Timeout  stateful.Timeout
	// Mode is the output mode of the function; Map says that it is one of
	// mapGroupsWithState, which has none.
	Mode connector.OutputMode
	Map  bool
}

// TransformCall is a kind of processor and its options.
type TransformCall struct {
	Kind stateful.Transformer
	Mode stateful.TimeMode
	// EventTime is the column of the output that is an event time; empty: none
	// (S148).
	EventTime string
}

// Inputs are the rows, then the initial state.
func (u *UserState) Inputs() []Node {
	if u.Initial == nil {
		return []Node{u.Input}
	}
	return []Node{u.Input, u.Initial}
}

// WithInputs is the same function over other inputs.
func (u *UserState) WithInputs(in []Node) Node {
	n := *u
	n.Input = in[0]
	if u.Initial != nil {
		n.Initial = in[1]
	}
	return &n
}

// Output are the columns that the function makes.
func (u *UserState) Output() []*expr.Ref { return u.Columns }

// String is one line.
func (u *UserState) String() string {
	kind := "TransformWithState"
	switch {
	case u.Group != nil && u.Group.Map:
		kind = "MapGroupsWithState"
	case u.Group != nil:
		kind = "FlatMapGroupsWithState"
	}
	return kind + " [" + exprText(u.Keys) + "] [" + refNames(u.Columns) + "]"
}

// mapKeys rebuilds the keys.
func (u *UserState) mapKeys(f func(expr.Expr) (expr.Expr, error)) (Node, error) {
	m := *u
	var err error
	if m.Keys, err = mapList(u.Keys, f); err == nil && u.Initial != nil {
		m.InitialKeys, err = mapList(u.InitialKeys, f)
	}
	return &m, err
}
