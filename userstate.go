package weir

import (
	"errors"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/stateful"
)

// GroupOptions are those of a group function. The zero value has no timeout, no
// initial state, and the output mode append.
type GroupOptions struct {
	// Timeout says by which clock timeouts run (S133).
	Timeout stateful.Timeout
	// OutputMode is Append for a function whose rows are final, Update for one
	// whose rows replace those of before. It must be that of the query, unless the
	// query aggregates the rows. MapGroupsWithState is always in update mode.
	OutputMode OutputMode
	// InitialState is a table that holds what keys have before the first batch
	// (S136): it is grouped by keys of the same types as the rows, and the fields
	// of the state are columns of it. The function is called in the first batch
	// for each key of it, also for those without rows.
	InitialState *Grouped
}

// FlatMapGroupsWithState calls a function, once a batch, for each key that has rows
// or whose timeout has come. It may give any number of rows (S131, S134).
//
// K is a struct with a field for each grouping column, or the plain value of the
// only one; In and Out stand for the rows, S for the state of a key. See package
// stateful for what these types can be. Over a table each key is called once,
// without state unless there is an initial one.
func FlatMapGroupsWithState[K, S, In, Out any](g *Grouped, f stateful.FlatMapFunction[K, S, In, Out], o GroupOptions) *DataFrame {
	mode := connector.Append
	if o.OutputMode == Update {
		mode = connector.Update
	}
	call := &plan.GroupCall{Function: f, Timeout: o.Timeout, Mode: mode}
	return g.withState(o.InitialState, func(u *plan.UserState) error {
		u.Group = call
		if o.OutputMode == Complete {
			return errors.New("the output mode of a flatMapGroupsWithState is Append or Update")
		}
		return nil
	})
}

// MapGroupsWithState is [FlatMapGroupsWithState] for a function that gives one row
// for each call (S130). The query must be in update mode.
func MapGroupsWithState[K, S, In, Out any](g *Grouped, f stateful.MapFunction[K, S, In, Out], o GroupOptions) *DataFrame {
	call := &plan.GroupCall{Function: f.FlatMap(), Timeout: o.Timeout, Mode: connector.Update, Map: true}
	return g.withState(o.InitialState, func(u *plan.UserState) error {
		u.Group = call
		return nil
	})
}

// TransformOptions are those of a processor. The zero value has no timers, no TTL
// and no initial state.
type TransformOptions struct {
	// TimeMode says by which clock timers run (S146).
	TimeMode stateful.TimeMode
	// EventTimeColumn is a column of the result that is an event time, for state
	// behind it; empty: there is none (S148). A row that is not after the watermark
	// then fails the query.
	EventTimeColumn string
	// InitialState is a table, grouped by keys of the same types as the rows. Its
	// rows are given to the method HandleInitialState of the processor before the
	// rows of the first batch.
	InitialState *Grouped
}

// TransformWithState lets processors handle the rows of each key, with variables
// and timers (S140). Each partition has one processor, which make makes; it must
// not share what it changes with others.
func TransformWithState[K, In, Out any](g *Grouped, make func() stateful.Processor[K, In, Out], o TransformOptions) *DataFrame {
	call := &plan.TransformCall{Kind: stateful.NewTransformer(make), Mode: o.TimeMode, EventTime: o.EventTimeColumn}
	return g.withState(o.InitialState, func(u *plan.UserState) error {
		u.Transform = call
		return nil
	})
}

// withState puts a function with state over groups.
func (g *Grouped) withState(initial *Grouped, set func(u *plan.UserState) error) *DataFrame {
	return g.frame.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		u := &plan.UserState{Origin: o, Input: in, Keys: append([]expr.Expr(nil), g.keys...)}
		err := errors.Join(g.err, set(u))
		if initial != nil {
			err = errors.Join(err, initial.err, initial.frame.err)
			u.Initial, u.InitialKeys = initial.frame.node, initial.keys
		}
		return u, err
	})
}
