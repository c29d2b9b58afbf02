package physical

import (
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/exec/keyed"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/internal/plan"
)

// aggregation is an aggregate in the form in which it runs: its groups have the
// keys, then the functions, whatever the order of the node's columns.
type aggregation struct {
	node  *plan.Aggregate
	keys  []*expr.Ref // the columns of the keys
	calls []*expr.AggregateCall
	out   []*expr.Ref // keys, then the columns of calls
	// distinct: a function is over DISTINCT values.
	distinct bool
}

func aggregationOf(n *plan.Aggregate) (*aggregation, error) {
	a := &aggregation{node: n}
	for _, k := range n.Grouping {
		a.keys = append(a.keys, expr.Named(k))
	}
	a.out = append(a.out, a.keys...)
	for _, e := range n.Exprs {
		alias, ok := e.(*expr.Alias)
		if !ok {
			continue
		}
		call, ok := alias.Child.(*expr.AggregateCall)
		if !ok {
			continue
		}
		a.distinct = a.distinct || call.Distinct
		a.calls = append(a.calls, call)
		a.out = append(a.out, alias.Ref())
	}
	return a, nil
}

// spec compiles the grouping, anew for each operator.
func (a *aggregation) spec(b *builder) (*exec.GroupSpec, error) {
	return exec.NewGroupSpec(b.compiler(a.node.Input.Output()), a.node.Grouping, a.calls)
}

// partial are the columns of partial groups: keys and states.
func (a *aggregation) partial() []*expr.Ref {
	columns := a.keys[:len(a.keys):len(a.keys)]
	for _, c := range a.calls {
		for _, t := range c.Fn.Partial(c) {
			columns = append(columns, &expr.Ref{Name: c.Fn.Name, ID: expr.NewID(), Typ: t, Null: true, Watermark: -1})
		}
	}
	return columns
}

// aggregate groups rows in two steps: each task those that it has, then each
// partition the partial groups whose keys are its own. The groups of a stream are
// state.
func (b *builder) aggregate(n *plan.Aggregate, s *stage) (factory, error) {
	a, err := aggregationOf(n)
	if err != nil {
		return nil, err
	}
	if place := a.sessionKey(); place >= 0 {
		return b.sessionAggregate(a, place, s)
	}
	if a.distinct && !plan.Streaming(n) {
		return b.wholeAggregate(a, s)
	}
	g, err := keyed.NewGrouping(a.keys, a.calls, b.Mode, b.Env)
	if err != nil {
		return nil, err
	}
	below := &stage{}
	partial, err := b.partialGroups(a, below)
	if err != nil {
		return nil, err
	}
	partitions := b.partitionsFor(a)
	if plan.Streaming(n) {
		input := shuffled{stage: below, rows: partial, columns: a.partial(), keys: g.ExchangeKeys()}
		return b.partitioned(n, s, partitions, []shuffled{input}, func(readers []factory) (factory, error) {
			groups, err := b.keyedAggregate(g, n, readers[0], partitions)
			if err != nil {
				return nil, err
			}
			return b.inOrder(a, groups), nil
		})
	}
	groups, err := b.exchange(below, partial, a.partial(), g.ExchangeKeys(), partitions, s)
	if err != nil {
		return nil, err
	}
	return b.inOrder(a, over(groups, func(op exec.Operator, _ int) (exec.Operator, error) {
		spec, err := a.spec(b)
		if err != nil {
			return nil, err
		}
		return exec.NewFinalAggregate(op, spec)
	})), nil
}

// partitionsFor is how many partitions groups are spread over.
func (b *builder) partitionsFor(a *aggregation) int {
	if len(a.keys) == 0 {
		return 1
	}
	return min(b.Workers, keytable.ShardCount)
}

// wholeAggregate groups the rows of a table where functions are over DISTINCT
// values: all rows of a group come to one partition, which groups them in one
// step.
func (b *builder) wholeAggregate(a *aggregation, s *stage) (factory, error) {
	n, below := a.node, &stage{}
	rows, err := b.node(n.Input, below)
	if err != nil {
		return nil, err
	}
	groups, err := b.exchange(below, rows, n.Input.Output(), n.Grouping, b.partitionsFor(a), s)
	if err != nil {
		return nil, err
	}
	return b.inOrder(a, over(groups, func(op exec.Operator, _ int) (exec.Operator, error) {
		spec, err := a.spec(b)
		if err != nil {
			return nil, err
		}
		return exec.NewWholeAggregate(op, spec)
	})), nil
}

// keyedAggregate merges partial groups into state.
func (b *builder) keyedAggregate(g *keyed.Grouping, n *plan.Aggregate, below factory, partitions int) (factory, error) {
	spec := g.Spec()
	op := b.stateful(spec.Name, n, spec)
	return over(below, func(in exec.Operator, partition int) (exec.Operator, error) {
		values, err := g.Values()
		if err != nil {
			return nil, err
		}
		table, err := b.openState(op, 0, partition, partitions, values)
		if err != nil {
			return nil, err
		}
		part := keyed.NewAggregate(op.Number, in, g, table, values)
		op.Parts = append(op.Parts, part)
		return part, nil
	}), nil
}

// inOrder gives the groups the columns of the node, if those are others.
func (b *builder) inOrder(a *aggregation, groups factory) factory {
	exprs := make([]expr.Expr, len(a.node.Exprs))
	same := len(exprs) == len(a.out)
	for i, e := range a.node.Exprs {
		exprs[i] = e
		if alias, ok := e.(*expr.Alias); ok {
			if _, ok := alias.Child.(*expr.AggregateCall); ok {
				exprs[i] = alias.Ref()
			}
		}
		r, ok := exprs[i].(*expr.Ref)
		same = same && ok && r.ID == a.out[i].ID
	}
	if same {
		return groups
	}
	return over(groups, func(op exec.Operator, _ int) (exec.Operator, error) {
		evals, err := b.compiler(a.out).CompileAll(exprs)
		if err != nil {
			return nil, err
		}
		return exec.NewProject(op, evals), nil
	})
}
