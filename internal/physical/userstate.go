package physical

import (
	"math"
	"slices"

	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/exec/keyed"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/state/cells"
	"github.com/weirstream/weir/internal/watermark"
	"github.com/weirstream/weir/stateful"
	"github.com/weirstream/weir/types"
)

// userState brings the rows of each key together and calls the user's function
// there. Over a table it has state for the time of the run.
type userState struct {
	node    *plan.UserState
	keys    []types.Field
	catalog *cells.Catalog
	op      *Stateful // nil: over a table
	spec    keyed.UserSpec
	columns stateful.Columns
}

func (b *builder) userState(n *plan.UserState, s *stage) (factory, error) {
	u := &userState{node: n, keys: fieldsOf(refsOf(n.Keys)), spec: keyed.UserSpec{Number: math.MaxInt, EventTime: -1, Late: -1}}
	name, config := cells.TransformName, ""
	if n.Group != nil {
		name, config = cells.GroupName, n.Group.Timeout.String()
	} else {
		config = n.Transform.Mode.String()
	}
	inputs, err := b.userInputs(n)
	if err != nil {
		return nil, err
	}
	number := 0
	if plan.Streaming(n.Input) {
		u.op = b.stateful(name, n, cells.Specs(name, u.keys)...)
		u.spec.Number, number = u.op.Number, u.op.Number
	}
	u.catalog = cells.NewCatalog(name, number, config)
	u.describe()
	if n.Group != nil {
		schema, err := n.Group.Function.State()
		if err == nil {
			err = u.catalog.DeclareGroup(schema)
		}
		if err != nil {
			return nil, err
		}
	}
	partitions := min(b.Workers, keytable.ShardCount)
	return b.partitioned(n, s, partitions, inputs, func(readers []factory) (factory, error) {
		return func(partition int) (exec.Operator, error) { return u.part(b, readers, partition, partitions) }, nil
	})
}

// userInputs are the rows and the initial state, whose stages run in the first
// batch only.
func (b *builder) userInputs(n *plan.UserState) ([]shuffled, error) {
	rows := &stage{}
	made, err := b.node(n.Input, rows)
	if err != nil {
		return nil, err
	}
	inputs := []shuffled{{rows, made, n.Input.Output(), n.Keys}}
	if n.Initial == nil {
		return inputs, nil
	}
	start, stages, tables := &stage{first: true}, len(b.program.stages), len(b.program.tables)
	if made, err = b.node(n.Initial, start); err != nil {
		return nil, err
	}
	for _, s := range b.program.stages[stages:] {
		s.first = true
	}
	for _, t := range b.program.tables[tables:] {
		t.first = true
	}
	return append(inputs, shuffled{start, made, n.Initial.Output(), n.InitialKeys}), nil
}

// describe fills in what the operator works on.
func (u *userState) describe() {
	n := u.node
	in := n.Input.Output()
	u.spec.Input, u.spec.Keys = refTypes(in), places(in, n.Keys)
	u.columns = stateful.Columns{Keys: u.keys, Rows: fieldsOf(in)}
	if n.Initial != nil {
		start := n.Initial.Output()
		u.spec.Initial, u.spec.InitialKeys = refTypes(start), places(start, n.InitialKeys)
		u.columns.Initial = fieldsOf(start)
	}
	u.spec.Output = types.Schema{Fields: fieldsOf(n.Columns)}
	byEventTime := n.Group != nil && n.Group.Timeout == stateful.EventTimeTimeout ||
		n.Transform != nil && n.Transform.Mode == stateful.EventTime
	isEventTime := func(r *expr.Ref) bool { return r.Watermark >= 0 }
	if byEventTime {
		u.spec.Late = slices.IndexFunc(in, isEventTime)
	}
	u.spec.EventTime = slices.IndexFunc(n.Columns, isEventTime)
	if u.op == nil {
		return
	}
	u.op.Variables = u.catalog
	switch {
	case n.Group != nil:
		u.op.Output = watermark.Nothing
		u.op.IgnoresWatermark = n.Group.Timeout != stateful.EventTimeTimeout
		u.op.ProcessingTime = n.Group.Timeout == stateful.ProcessingTimeTimeout
	case n.Transform.Mode == stateful.ProcessingTime:
		u.op.Output, u.op.ProcessingTime = watermark.Nothing, true
	}
}

// part is the operator of one partition.
func (u *userState) part(b *builder, readers []factory, partition, partitions int) (exec.Operator, error) {
	var inputs [2]exec.Operator
	for i, r := range readers {
		var err error
		if inputs[i], err = r(partition); err != nil {
			return nil, err
		}
	}
	store, err := u.open(b, partition, partitions)
	if err != nil {
		return nil, err
	}
	var op *keyed.UserState
	if g := u.node.Group; g != nil {
		op, err = keyed.NewGroupMap(u.spec, inputs[0], inputs[1], store,
			keyed.GroupCall{Function: g.Function, Columns: u.columns, Timeout: g.Timeout})
	} else {
		t := u.node.Transform
		op, err = keyed.NewTransform(u.spec, inputs[0], inputs[1], store,
			keyed.TransformCall{Kind: t.Kind, Columns: u.columns, Mode: t.Mode})
	}
	if err != nil {
		return nil, err
	}
	if u.op != nil {
		u.op.Parts = append(u.op.Parts, op)
	}
	return op, nil
}

// open opens the state of a partition.
func (u *userState) open(b *builder, partition, partitions int) (*cells.Store, error) {
	var tables [2]state.Table
	values := [2]*cells.Texts{{}, {}}
	specs := cells.Specs(u.catalog.Operator, u.keys)
	for i := range tables {
		if u.op == nil {
			tables[i] = state.NewSlots(specs[i], values[i])
			continue
		}
		var err error
		if tables[i], err = b.openState(u.op, i, partition, partitions, values[i]); err != nil {
			return nil, err
		}
	}
	return cells.New(u.catalog, u.keys, tables, values), nil
}

func refsOf(list []expr.Expr) []*expr.Ref {
	out := make([]*expr.Ref, len(list))
	for i, e := range list {
		out[i] = e.(*expr.Ref)
	}
	return out
}

func fieldsOf(list []*expr.Ref) []types.Field {
	out := make([]types.Field, len(list))
	for i, r := range list {
		out[i] = types.Field{Name: r.Name, Type: r.Typ, Nullable: r.Null}
	}
	return out
}

// places are where the keys stand among columns.
func places(columns []*expr.Ref, keys []expr.Expr) []int {
	out := make([]int, len(keys))
	for i, k := range refsOf(keys) {
		out[i] = slices.IndexFunc(columns, func(c *expr.Ref) bool { return c.ID == k.ID })
	}
	return out
}

// NextTimer is when the state of the program wants a batch by processing time, in
// milliseconds; false: it does not.
func (p *Program) NextTimer() (int64, bool) {
	earliest, found := int64(math.MaxInt64), false
	for _, op := range p.Stateful {
		if !op.ProcessingTime {
			continue
		}
		for _, part := range op.Parts {
			t, ok := part.(interface{ Timer() (int64, bool) })
			if !ok {
				continue
			}
			if at, ok := t.Timer(); ok && at < earliest {
				earliest, found = at, true
			}
		}
	}
	return earliest, found
}
