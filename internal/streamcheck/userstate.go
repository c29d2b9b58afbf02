package streamcheck

import (
	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/stateful"
)

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
	if n.Group.Timeout == stateful.EventTimeTimeout && plan.EventTime(n.Input) == nil {
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
	case n.Transform.Mode == stateful.EventTime && plan.EventTime(n.Input) == nil:
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
