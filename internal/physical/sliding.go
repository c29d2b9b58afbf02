package physical

import (
	"slices"

	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/window"
	"github.com/weirstream/weir/internal/plan"
)

// slicing is how an aggregation by sliding windows groups its rows first: by the
// slices of which the windows consist, so that what a row costs does not grow
// with how many windows it is in. The groups go into windows afterwards.
type slicing struct {
	call     *expr.GeneratorCall
	input    plan.Node   // beneath the windows
	place    int         // of the window among the keys
	slice    *expr.Alias // the slice of a row
	grouping []expr.Expr // the keys with the slice in the window's place
}

// slicing is the aggregation's; nil where its rows must go into windows one by one:
// where anything but a key is made of the window.
func (a *aggregation) slicing() *slicing {
	in, ok := throughRefs(a.node.Input).(*plan.Generate)
	if !ok || in.Outer || len(in.Columns) != 1 || a.distinct {
		return nil
	}
	call, ok := in.Generator.(*expr.GeneratorCall)
	if !ok {
		return nil
	}
	slice := window.Slices(call)
	place := slices.IndexFunc(a.keys, func(k *expr.Ref) bool { return k.ID == in.Columns[0].ID })
	if slice == nil || place < 0 {
		return nil
	}
	uses := func(e expr.Expr) bool {
		return slices.ContainsFunc(expr.Refs(e), func(r *expr.Ref) bool { return r.ID == in.Columns[0].ID })
	}
	s := &slicing{call: call, input: in.Input, place: place, grouping: slices.Clone(a.node.Grouping)}
	for i, k := range a.node.Grouping {
		if _, ok := k.(*expr.Ref); !ok && i == place || i != place && uses(k) {
			return nil
		}
	}
	for _, c := range a.calls {
		if uses(c) {
			return nil
		}
	}
	s.slice = &expr.Alias{Child: slice, Names: []string{"slice"}, ID: expr.NewID()}
	s.grouping[place] = s.slice
	return s
}

// throughRefs is the node beneath projections that only pass columns on.
func throughRefs(n plan.Node) plan.Node {
	for {
		p, ok := n.(*plan.Project)
		if !ok || slices.ContainsFunc(p.Exprs, func(e expr.Expr) bool { _, ref := e.(*expr.Ref); return !ref }) {
			return n
		}
		n = p.Input
	}
}

// partialGroups groups the rows of a task into partial groups.
func (b *builder) partialGroups(a *aggregation, below *stage) (factory, error) {
	s := a.slicing()
	if b.Late != nil {
		s = nil // a row is late for some of its windows and not for others
	}
	input, grouping := a.node.Input, a.node.Grouping
	if s != nil {
		input, grouping = s.input, s.grouping
	}
	rows, err := b.node(input, below)
	if err != nil {
		return nil, err
	}
	groups := over(rows, func(op exec.Operator, _ int) (exec.Operator, error) {
		spec, err := exec.NewGroupSpec(b.compiler(input.Output()), grouping, a.calls)
		if err != nil {
			return nil, err
		}
		return exec.NewPartialAggregate(op, spec)
	})
	if s == nil {
		return groups, nil
	}
	return b.intoWindows(a, s, groups), nil
}

// intoWindows puts groups of slices into the windows that have the slices.
func (b *builder) intoWindows(a *aggregation, s *slicing, groups factory) factory {
	columns := slices.Clone(a.partial())
	columns[s.place] = s.slice.Ref()
	call := window.Of(s.call, &expr.Field{Child: columns[s.place], Ordinal: 0})
	var kept []int
	var order []expr.Expr
	for i, c := range columns {
		if i == s.place {
			order = append(order, a.keys[i])
			continue
		}
		kept = append(kept, i)
		order = append(order, c)
	}
	made := slices.Delete(slices.Clone(columns), s.place, s.place+1)
	made = append(made, a.keys[s.place])
	return over(groups, func(op exec.Operator, _ int) (exec.Operator, error) {
		args, err := b.compiler(columns).CompileAll(call.Args)
		if err != nil {
			return nil, err
		}
		fn, err := call.Fn.New(call, b.Env)
		if err != nil {
			return nil, err
		}
		evals, err := b.compiler(made).CompileAll(order)
		if err != nil {
			return nil, err
		}
		return exec.NewProject(exec.NewGenerate(op, args, fn, kept, call.Fields, false), evals), nil
	})
}
