package physical

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// Observation is the metrics of a place of a program.
type Observation struct {
	// Node is what asks for them.
	Node *plan.Observe

	chains []*exec.Observe
	spec   func() (*exec.GroupSpec, error)
	b      *builder
}

// Schema is that of the metrics' row.
func (o *Observation) Schema() types.Schema {
	var s types.Schema
	for _, e := range o.Node.Metrics {
		r := expr.Named(e)
		s.Fields = append(s.Fields, types.Field{Name: r.Name, Type: r.Typ, Nullable: r.Null})
	}
	return s
}

// Row computes the metrics of the batch that has run: one row.
func (o *Observation) Row() (*batch.Batch, error) {
	spec, err := o.spec()
	if err != nil {
		return nil, err
	}
	values, err := exec.Observed(spec, o.chains)
	if err != nil {
		return nil, err
	}
	evals, err := o.b.compiler(o.columns()).CompileRow(o.Node.Metrics)
	if err != nil {
		return nil, err
	}
	columns, err := exec.Evaluate(evals, values, nil)
	return &batch.Batch{Columns: columns, Rows: 1}, err
}

// columns are what the metrics are computed of.
func (o *Observation) columns() []*expr.Ref {
	var refs []*expr.Ref
	for _, e := range o.Node.Calls {
		refs = append(refs, expr.Named(e))
	}
	return refs
}

func (b *builder) observe(n *plan.Observe, s *stage) (factory, error) {
	below, err := b.node(n.Input, s)
	if err != nil {
		return nil, err
	}
	var calls []*expr.AggregateCall
	for _, e := range n.Calls {
		calls = append(calls, e.(*expr.Alias).Child.(*expr.AggregateCall))
	}
	o := &Observation{Node: n, b: b}
	o.spec = func() (*exec.GroupSpec, error) {
		return exec.NewGroupSpec(b.compiler(n.Input.Output()), nil, calls)
	}
	b.program.Observations = append(b.program.Observations, o)
	return over(below, func(op exec.Operator, _ int) (exec.Operator, error) {
		spec, err := o.spec()
		if err != nil {
			return nil, err
		}
		x, err := exec.NewObserve(op, spec)
		if err != nil {
			return nil, err
		}
		o.chains = append(o.chains, x)
		return x, nil
	}), nil
}
