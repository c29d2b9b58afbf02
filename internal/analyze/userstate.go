package analyze

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// userState resolves a function with state.
func (r *resolution) userState(n *plan.UserState) (plan.Node, error) {
	out := *n
	var err error
	if out.Input, out.Keys, err = r.keyed(n.Origin, n.Input, n.Keys); err != nil {
		return nil, err
	}
	if n.Initial != nil {
		if out.Initial, out.InitialKeys, err = r.keyed(n.Origin, n.Initial, n.InitialKeys); err != nil {
			return nil, err
		}
		if err := sameKeys(&out); err != nil {
			return nil, err
		}
	}
	schema, err := outputOf(n)
	if err != nil {
		return nil, fault.New(fault.IllegalArgument, "the type of the results").Wrap(err)
	}
	out.Columns = refs(schema, nil)
	if t := n.Transform; t != nil && t.EventTime != "" {
		return &out, redeclare(&out)
	}
	return &out, nil
}

func outputOf(n *plan.UserState) (types.Schema, error) {
	if n.Group != nil {
		return n.Group.Function.Output()
	}
	return n.Transform.Kind.Output()
}

// keyed resolves an input and its keys. A key that is no column becomes one.
func (r *resolution) keyed(o plan.Origin, input plan.Node, list []expr.Expr) (plan.Node, []expr.Expr, error) {
	if len(list) == 0 {
		return nil, nil, fault.New(fault.IllegalArgument, "a function with state needs keys: name columns in GroupBy").Locate(o.At)
	}
	items := []expr.Expr{&expr.UnresolvedStar{}}
	for _, k := range list {
		if _, plain := k.(*expr.UnresolvedAttribute); !plain {
			items = append(items, k)
		}
	}
	if len(items) > 1 {
		input = &plan.Project{Origin: o, Input: input, Exprs: items}
	}
	in, err := r.plain(input)
	if err != nil {
		return nil, nil, err
	}
	columns := in.Output()
	made := columns[len(columns)-len(items)+1:]
	keys := make([]expr.Expr, len(list))
	for i, k := range list {
		if _, plain := k.(*expr.UnresolvedAttribute); !plain {
			keys[i], made = made[0], made[1:]
			continue
		}
		if keys[i], err = r.expr(k, scope{columns: columns}); err != nil {
			return nil, nil, err
		}
		if _, ok := keys[i].(*expr.Ref); !ok { // a field of a struct
			return r.keyed(o, input, aliased(list, i))
		}
	}
	return in, keys, nil
}

// aliased is the list with key i named, so that it is no plain column.
func aliased(list []expr.Expr, i int) []expr.Expr {
	list = slices.Clone(list)
	parts := list[i].(*expr.UnresolvedAttribute).Parts
	list[i] = &expr.Alias{Child: list[i], Names: parts[len(parts)-1:], ID: expr.NewID()}
	return list
}

// sameKeys refuses an initial state with other keys than the stream.
func sameKeys(n *plan.UserState) error {
	if len(n.Keys) != len(n.InitialKeys) {
		return fault.New(fault.IllegalArgument, "the initial state is grouped by %d columns, the rows by %d", len(n.InitialKeys), len(n.Keys))
	}
	for i, k := range n.Keys {
		if a, b := k.Type(), n.InitialKeys[i].Type(); !a.SameIgnoringNullability(b) {
			return fault.New(fault.IllegalArgument, "the initial state is grouped by %s, a %s, where the rows are grouped by %s, a %s; cast one",
				n.InitialKeys[i], b.SQL(), k, a.SQL())
		}
	}
	return nil
}

// redeclare marks the event time of the output, as late as that of the input
// (S148).
func redeclare(n *plan.UserState) error {
	for _, c := range n.Columns {
		if !strings.EqualFold(c.Name, n.Transform.EventTime) {
			continue
		}
		if c.Typ.Kind != types.Timestamp {
			return fault.New(fault.EventTimeType, "the event time column %s is a %s; it must be a TIMESTAMP", c.Name, c.Typ.SQL()).
				With("eventName", c.Name).With("eventType", c.Typ.SQL())
		}
		c.Watermark = 0
		if mark := plan.EventTime(n.Input); mark != nil {
			c.Watermark = mark.Watermark
		}
		return nil
	}
	return fault.New(fault.UnresolvedColumnBare, "there is no column %s in the results that could be the event time", n.Transform.EventTime).
		With("objectName", n.Transform.EventTime)
}
