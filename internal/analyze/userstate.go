package analyze

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/stateful"
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
		if mark := eventTime(n.Input); mark != nil {
			c.Watermark = mark.Watermark
		}
		return nil
	}
	return fault.New(fault.UnresolvedColumnBare, "there is no column %s in the results that could be the event time", n.Transform.EventTime).
		With("objectName", n.Transform.EventTime)
}

// eventTime is the first column that is an event time; nil: there is none.
func eventTime(n plan.Node) *expr.Ref {
	for _, c := range n.Output() {
		if c.Watermark >= 0 {
			return c
		}
	}
	return nil
}

// userState checks a function with state (S50-S52).
func (c *streamCheck) userState(n *plan.UserState) error {
	if n.Initial != nil && plan.Streaming(n.Initial) {
		return refuse(n, "a streaming DataFrame/Dataset is not supported as the initial state of a function with state; read it as a table")
	}
	if !plan.Streaming(n.Input) {
		return nil
	}
	if n.Transform != nil {
		return c.transform(n)
	}
	if n.Group.Timeout == stateful.EventTimeTimeout && eventTime(n.Input) == nil {
		return refuse(n, "Watermark must be specified in the query using '[Dataset/DataFrame].withWatermark()' for using event-time timeout "+
			"in a [map|flatMap]GroupsWithState. Event-time timeout not supported without watermark.")
	}
	if n.Group.Map {
		return c.mapGroups(n)
	}
	return c.flatMapGroups(n)
}

func (c *streamCheck) transform(n *plan.UserState) error {
	switch {
	case c.mode == connector.Complete:
		return refuse(n, "transformWithState is not supported with Complete output mode on a streaming DataFrame/Dataset")
	case n.Transform.Mode == stateful.EventTime && eventTime(n.Input) == nil:
		return refuse(n, "Watermark must be specified in the query using '[Dataset/DataFrame].withWatermark()' for using the time mode "+
			"EventTime in a transformWithState. It is not supported without watermark.")
	}
	return c.behindLateRows(n)
}

func (c *streamCheck) mapGroups(n *plan.UserState) error {
	switch {
	case len(c.aggregates) > 0:
		return refuse(n, "mapGroupsWithState is not supported with aggregation on a streaming DataFrame/Dataset")
	case c.mode != connector.Update:
		return refuse(n, "mapGroupsWithState is not supported with "+c.mode.String()+" output mode on a streaming DataFrame/Dataset")
	}
	return c.several(n)
}

func (c *streamCheck) flatMapGroups(n *plan.UserState) error {
	switch {
	case len(c.aggregates) > 0 && n.Group.Mode == connector.Update:
		return refuse(n, "flatMapGroupsWithState in update mode is not supported with aggregation on a streaming DataFrame/Dataset")
	case len(c.aggregates) > 0 && plan.Any(n.Input, isStreamAggregate):
		return refuse(n, "flatMapGroupsWithState in append mode is not supported after aggregation on a streaming DataFrame/Dataset")
	case len(c.aggregates) == 0 && n.Group.Mode != c.mode:
		return refuse(n, "flatMapGroupsWithState in "+n.Group.Mode.String()+" mode is not supported with "+c.mode.String()+
			" output mode on a streaming DataFrame/Dataset")
	}
	return c.several(n)
}

func isStreamAggregate(n plan.Node) bool {
	a, ok := n.(*plan.Aggregate)
	return ok && plan.Streaming(a)
}

// several checks the group functions of a query with each other.
func (c *streamCheck) several(n *plan.UserState) error {
	var err error
	plan.Walk(n.Input, func(x plan.Node) bool {
		other, ok := x.(*plan.UserState)
		if !ok || other.Group == nil || !plan.Streaming(other) || err != nil {
			return err == nil
		}
		switch {
		case n.Group.Map && other.Group.Map:
			err = refuse(n, "Multiple mapGroupsWithStates are not supported on a streaming DataFrames/Datasets")
		case n.Group.Map != other.Group.Map:
			err = refuse(n, "Mixing mapGroupsWithStates and flatMapGroupsWithStates are not supported on a streaming DataFrames/Datasets")
		case n.Group.Mode != connector.Append || other.Group.Mode != connector.Append || c.mode != connector.Append:
			err = refuse(n, "Multiple flatMapGroupsWithStates are not supported when they are not all in append mode or the output mode "+
				"is not append on a streaming DataFrames/Datasets")
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	return c.behindLateRows(n)
}

// behindLateRows refuses state behind what may give rows that are late already
// (S51).
func (c *streamCheck) behindLateRows(n plan.Node) error {
	for _, in := range n.Inputs() {
		if plan.Any(in, func(x plan.Node) bool {
			u, ok := x.(*plan.UserState)
			return ok && u.Group != nil && u.Group.Timeout == stateful.EventTimeTimeout && plan.Streaming(u)
		}) {
			return refuse(n, "Detected pattern of possible 'correctness' issue due to global watermark. The query contains stateful operation "+
				"which can emit rows older than the current watermark plus allowed late record delay, which are \"late rows\" in downstream "+
				"stateful operations and these rows can be discarded. Here that is a [map|flatMap]GroupsWithState with event-time timeout")
		}
	}
	return nil
}
