package physical

import (
	"slices"

	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/exec/keyed"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// sessionKey is the place among the keys of one that holds session windows; -1:
// there is none.
func (a *aggregation) sessionKey() int {
	return slices.IndexFunc(a.keys, func(k *expr.Ref) bool { return k.Window == expr.SessionWindow })
}

// sessionAggregate groups rows into sessions in two steps: each task those that it
// has, then each partition the sessions of its keys.
func (b *builder) sessionAggregate(a *aggregation, place int, s *stage) (factory, error) {
	n := a.node
	if a.distinct && !plan.Streaming(n) {
		return nil, fault.New(fault.UnsupportedFeature, "functions over DISTINCT values are not supported together with session_window").
			Locate(n.At)
	}
	g, err := keyed.NewSessionGrouping(a.keys, place, a.calls, b.Mode, b.Env)
	if err != nil {
		return nil, err
	}
	below := &stage{}
	rows, err := b.node(n.Input, below)
	if err != nil {
		return nil, err
	}
	partitions := b.partitionsFor(a)
	if len(a.keys) == 1 {
		partitions = 1
	}
	var op *Stateful
	if plan.Streaming(n) {
		spec := g.Spec()
		op = b.stateful(spec.Name, n, spec)
	}
	input := shuffled{stage: below, rows: b.partialSessions(a, place, rows, op), columns: a.sessionColumns(place), keys: g.ExchangeKeys()}
	merge := func(readers []factory) (factory, error) {
		groups := over(readers[0], func(in exec.Operator, partition int) (exec.Operator, error) {
			if op == nil {
				return keyed.NewStaticSessions(in, g)
			}
			values, err := g.Values()
			if err != nil {
				return nil, err
			}
			table, err := b.openState(op, 0, partition, partitions, values)
			if err != nil {
				return nil, err
			}
			part := keyed.NewSessionAggregate(op.Number, in, g, table, values)
			op.Parts = append(op.Parts, part)
			return part, nil
		})
		return b.inOrder(a, groups), nil
	}
	if op != nil {
		return b.partitioned(n, s, partitions, []shuffled{input}, merge)
	}
	reader, err := b.exchange(input.stage, input.rows, input.columns, input.keys, partitions, s)
	if err != nil {
		return nil, err
	}
	return merge([]factory{reader})
}

// partialSessions groups the rows of a task. op keeps the sessions of a stream.
func (b *builder) partialSessions(a *aggregation, place int, rows factory, op *Stateful) factory {
	keys := slices.Delete(slices.Clone(a.node.Grouping), place, place+1)
	in := a.node.Input.Output()
	return over(rows, func(input exec.Operator, _ int) (exec.Operator, error) {
		spec, err := exec.NewGroupSpec(b.compiler(in), keys, a.calls)
		if err != nil {
			return nil, err
		}
		window, err := b.compiler(in).Compile(a.node.Grouping[place])
		if err != nil {
			return nil, err
		}
		number := -1
		if op != nil {
			number = op.Number
		}
		return exec.NewPartialSessions(input, spec, window, number)
	})
}

// sessionColumns are the columns of partial sessions: keys, start, end, states.
func (a *aggregation) sessionColumns(place int) []*expr.Ref {
	columns := slices.Delete(slices.Clone(a.keys), place, place+1)
	for _, name := range []string{"start", "end"} {
		columns = append(columns, &expr.Ref{Name: name, ID: expr.NewID(), Typ: types.Of(types.Long), Watermark: -1})
	}
	return append(columns, a.partial()[len(a.keys):]...)
}
