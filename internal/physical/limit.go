package physical

import (
	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/exec/keyed"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// limit counts rows of one partition. A sort beneath needs to keep no more.
func (b *builder) limit(n *plan.Limit, s *stage) (factory, error) {
	count := n.Count.(*expr.Literal).Value.(int64)
	if b.limitsAll(n) {
		return b.streamLimit(n, count, s)
	}
	n = &plan.Limit{Origin: n.Origin, Input: stopAt(n.Input, count), Count: n.Count}
	if sort, ok := n.Input.(*plan.Sort); ok {
		return b.sort(sort, s, count)
	}
	if p, ok := n.Input.(*plan.Project); ok {
		if _, sorted := p.Input.(*plan.Sort); sorted {
			return b.project(&plan.Project{Origin: p.Origin, Exprs: p.Exprs,
				Input: &plan.Limit{Origin: n.Origin, Input: p.Input, Count: n.Count}}, s)
		}
	}
	below, err := b.gather(n.Input, s)
	if err != nil {
		return nil, err
	}
	return over(below, func(op exec.Operator, _ int) (exec.Operator, error) { return exec.NewLimit(op, 0, count), nil }), nil
}

// limitsAll reports whether a limit counts the rows of all batches: where each
// batch gives new rows, and not the whole of a result (S36).
func (b *builder) limitsAll(n *plan.Limit) bool {
	return plan.Streaming(n) && (b.Mode == connector.Append || !plan.Any(n.Input, func(x plan.Node) bool {
		a, ok := x.(*plan.Aggregate)
		return ok && plan.Streaming(a)
	}))
}

// streamLimit counts in state, in one partition. Each task beneath sends what can
// pass at most.
func (b *builder) streamLimit(n *plan.Limit, count int64, s *stage) (factory, error) {
	below := &stage{}
	rows, err := b.node(n.Input, below)
	if err != nil {
		return nil, err
	}
	rows = over(rows, func(op exec.Operator, _ int) (exec.Operator, error) { return exec.NewDrainingLimit(op, count), nil })
	input := shuffled{stage: below, rows: rows, columns: n.Output()}
	return b.partitioned(n, s, 1, []shuffled{input}, func(readers []factory) (factory, error) {
		spec := keyed.LimitSpec()
		op := b.stateful(spec.Name, n, spec)
		return over(readers[0], func(in exec.Operator, partition int) (exec.Operator, error) {
			passed := &keyed.Passed{}
			table, err := b.openState(op, 0, partition, 1, passed)
			if err != nil {
				return nil, err
			}
			part := keyed.NewLimit(in, count, table, passed)
			op.Parts = append(op.Parts, part)
			return part, nil
		}), nil
	})
}
