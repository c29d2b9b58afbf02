package keyed

import (
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/state/cells"
	"github.com/weirstream/weir/stateful"
)

// transformCalls calls a processor: transformWithState.
type transformCalls struct {
	store  *cells.Store
	task   stateful.TransformTask
	mode   stateful.TimeMode
	number int
	run    *exec.Run
}

// TransformCall is a kind of processor and how it is to be called.
type TransformCall struct {
	Kind    stateful.Transformer
	Columns stateful.Columns
	Mode    stateful.TimeMode
}

// NewTransform calls a processor, which it makes, for the keys of input. start gives
// the initial state in the first batch; it may be nil. The operator closes both, not
// the tables of the store.
func NewTransform(spec UserSpec, input, start exec.Operator, s *cells.Store, f TransformCall) (*UserState, error) {
	out := batch.New(spec.Output).Columns
	task, err := f.Kind.Open(f.Columns, out, s, f.Mode)
	if err != nil {
		return nil, err
	}
	u := newUserState(spec, input, start, fieldTypes(f.Columns.Keys), out)
	u.store = s
	u.calls = &transformCalls{store: s, task: task, mode: f.Mode, number: spec.Number}
	return u, nil
}

func (c *transformCalls) begin(run *exec.Run, partition int) {
	c.run = run
	c.task.Begin(stateful.QueryIdentity{ID: run.Query, Run: run.Execution, Batch: run.ID, Partition: partition})
}

func (c *transformCalls) initial(g *stateful.Group, rows stateful.Rows) (err error) {
	rows(func(columns []*batch.Column, row int) bool {
		err = c.task.Initial(g, columns, row)
		return err == nil
	})
	return err
}

func (c *transformCalls) rows(g *stateful.Group, count int, _ bool) error {
	if count == 0 {
		return nil
	}
	return c.task.Rows(g)
}

// due are the timers at or before the time of the batch or the watermark (seen on
// Spark 4.3: a timer at the watermark fires). What has outlived its TTL goes.
func (c *transformCalls) due(keys []*batch.Column) []cells.Timer {
	switch c.mode {
	case stateful.ProcessingTime:
		return c.store.Due(c.run.Now/1000, keys)
	case stateful.EventTime:
		if b := c.run.Bounds(c.number); b != exec.NoBounds() {
			return c.store.Due(b.EvictBefore/1000, keys)
		}
	}
	return nil
}

// timer calls for a timer that nobody has deleted meanwhile. While it is handled it
// is still there.
func (c *transformCalls) timer(g *stateful.Group, at int64) error {
	if !c.store.HasTimer(at) {
		return nil
	}
	start := time.Now()
	err := c.task.Timer(g, at)
	c.store.Timers().Delete(at)
	c.store.Fired(time.Since(start))
	return err
}

// Close ends the processor.
func (c *transformCalls) Close() error { return c.task.Close() }

func (c *transformCalls) slack() int64 { return 0 }
