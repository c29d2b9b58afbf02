package physical

import (
	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/jsontext"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/stateful"
	"github.com/weirstream/weir/types"
)

// lateInput is an input of an operator with state whose late rows are collected.
type lateInput struct {
	parent plan.Node
	time   expr.Expr // a row's event time, or its window
	of     *exec.LateInput
}

// lateInputs finds the inputs of operators that drop late rows, by their nodes.
func (b *builder) lateInputs(root plan.Node) {
	if b.Late == nil {
		return
	}
	b.lates = make(map[plan.Node]*lateInput)
	plan.Walk(root, func(n plan.Node) bool {
		if plan.Streaming(n) {
			for i, in := range n.Inputs() {
				if time := b.lateBy(n, i); time != nil {
					b.lates[in] = &lateInput{n, time, &exec.LateInput{}}
				}
			}
		}
		return true
	})
}

// lateBy is what says, of a row of this input, that it is late for an operator with
// state; nil: nothing does. Each operator decides by the same.
func (b *builder) lateBy(n plan.Node, input int) expr.Expr {
	switch n := n.(type) {
	case *plan.Aggregate:
		for _, k := range n.Grouping {
			r := expr.Named(k)
			session := r.Window == expr.SessionWindow
			if r.Watermark >= 0 && timed(r.Typ) && (session || b.Mode != connector.Complete) {
				return k
			}
		}
	case *plan.Deduplicate:
		return firstTime(n.Input.Output())
	case *plan.Join:
		if plan.Streaming(n.Left) && plan.Streaming(n.Right) {
			return firstTime(n.Inputs()[input].Output())
		}
	case *plan.UserState:
		byEventTime := n.Group != nil && n.Group.Timeout == stateful.EventTimeTimeout ||
			n.Transform != nil && n.Transform.Mode == stateful.EventTime
		if input == 0 && byEventTime {
			return firstTime(n.Input.Output())
		}
	}
	return nil
}

// firstTime is the first event time among columns; nil: there is none.
func firstTime(columns []*expr.Ref) expr.Expr {
	if i := eventTime(columns); i >= 0 {
		return columns[i]
	}
	return nil
}

// watched puts taps over the chains of n if it is an input whose late rows are
// collected.
func (b *builder) watched(n plan.Node, made factory) factory {
	in := b.lates[n]
	if in == nil {
		return made
	}
	columns := n.Output()
	schema := types.Schema{Fields: fieldsOf(columns)}
	return over(made, func(op exec.Operator, _ int) (exec.Operator, error) {
		time, err := b.compiler(columns).Compile(in.time)
		if err != nil {
			return nil, err
		}
		encode := jsontext.NewEncoder(schema, jsontext.Options{Zone: datetime.NewZone(b.Env.Zone()), KeepNulls: true})
		return exec.NewLateTap(op, in.of, b.Late, time, encode), nil
	})
}

// numbered tells the taps of an operator its number.
func (b *builder) numbered(op *Stateful) {
	for _, in := range b.lates {
		if in.parent == op.Node {
			in.of.Operator, in.of.Name = op.Number, op.Name
		}
	}
}
