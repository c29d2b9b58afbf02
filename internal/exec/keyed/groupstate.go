package keyed

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/state/cells"
	"github.com/weirstream/weir/stateful"
	"github.com/weirstream/weir/types"
)

// groupCalls calls a group function: mapGroupsWithState and flatMapGroupsWithState.
type groupCalls struct {
	store   *cells.Store
	task    stateful.GroupTask
	timeout stateful.Timeout
	number  int
	run     *exec.Run
}

// GroupCall is a group function and how it is to be called.
type GroupCall struct {
	Function stateful.GroupFunction
	Columns  stateful.Columns
	Timeout  stateful.Timeout
}

func fieldTypes(fields []types.Field) []types.Type {
	list := make([]types.Type, len(fields))
	for i, f := range fields {
		list[i] = f.Type
	}
	return list
}

// NewGroupMap calls a group function for the keys of input. start gives the initial
// state in the first batch; it may be nil. The operator closes both, not the tables
// of the store.
func NewGroupMap(spec UserSpec, input, start exec.Operator, s *cells.Store, f GroupCall) (*UserState, error) {
	out := batch.New(spec.Output).Columns
	task, err := f.Function.Open(f.Columns, out, stateful.GroupOpening{Timeout: f.Timeout, Schemas: s.GroupSchemas})
	if err != nil {
		return nil, err
	}
	u := newUserState(spec, input, start, fieldTypes(f.Columns.Keys), out)
	u.store = s
	u.calls = &groupCalls{store: s, task: task, timeout: f.Timeout, number: spec.Number}
	return u, nil
}

func (c *groupCalls) begin(run *exec.Run, _ int) { c.run = run }

func (c *groupCalls) initial(_ *stateful.Group, rows stateful.Rows) (err error) {
	seen := false
	rows(func(columns []*batch.Column, row int) bool {
		if seen {
			err = duplicateInitial()
			return false
		}
		seen = true
		var state []byte
		if state, err = c.task.Initial(columns, row); err == nil {
			c.store.SetGroup(stateful.Outcome{Updated: true, State: state, TimeoutAt: cells.NoTimeout})
		}
		return err == nil
	})
	return err
}

// rows calls also for a key that has an initial state and no rows, as Spark does.
func (c *groupCalls) rows(g *stateful.Group, count int, initial bool) error {
	if count == 0 && !initial {
		return nil
	}
	return c.call(g, false)
}

func (c *groupCalls) call(g *stateful.Group, timedOut bool) error {
	state, _ := c.store.Group()
	o, err := c.task.Call(g, state, timedOut)
	if err == nil {
		c.store.SetGroup(o)
	}
	return err
}

// due are the keys whose timeout is before the time of the batch or the watermark.
// A key with rows in this batch is not among them: its call has cleared or moved the
// timeout.
func (c *groupCalls) due(keys []*batch.Column) []cells.Timer {
	switch c.timeout {
	case stateful.ProcessingTimeTimeout:
		return c.store.Overdue(c.run.Now/1000, keys)
	case stateful.EventTimeTimeout:
		if b := c.run.Bounds(c.number); b != exec.NoBounds() {
			return c.store.Overdue(b.EvictBefore/1000, keys)
		}
	}
	return nil
}

func (c *groupCalls) timer(g *stateful.Group, _ int64) error { return c.call(g, true) }

// slack: a timeout must be over, not just reached.
func (c *groupCalls) slack() int64 { return 1 }
