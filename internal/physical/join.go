package physical

import (
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// join joins a stream, or a table, with a static table: that side is read in
// every batch into a table in memory, the other streams past it.
func (b *builder) join(n *plan.Join, s *stage) (factory, error) {
	probe, build, kind, buildFirst, err := sides(n)
	if err != nil {
		return nil, err
	}
	in, static := probe.Output(), build.Output()
	buildKeys, probeKeys, rest := equalities(n.Condition, static, in)
	below := &stage{build: exec.NewBuildTable(refTypes(static))}
	if below.make, err = b.node(build, below); err != nil {
		return nil, err
	}
	if err := b.finish(below); err != nil {
		return nil, err
	}
	made, err := b.node(probe, s)
	if err != nil {
		return nil, err
	}
	both := append(in[:len(in):len(in)], static...)
	if buildFirst {
		both = append(static[:len(static):len(static)], in...)
	}
	return over(made, func(op exec.Operator, _ int) (exec.Operator, error) {
		spec := exec.JoinSpec{Kind: kind, Build: below.build, BuildTypes: refTypes(static), BuildFirst: buildFirst}
		var err error
		if spec.BuildKeys, err = b.compiler(static).CompileAll(buildKeys); err != nil {
			return nil, err
		}
		if spec.ProbeKeys, err = b.compiler(in).CompileAll(probeKeys); err != nil {
			return nil, err
		}
		for _, k := range buildKeys {
			spec.KeyTypes = append(spec.KeyTypes, k.Type())
		}
		if len(rest) > 0 {
			if spec.Residual, err = b.compiler(both).CompileTerms(rest); err != nil {
				return nil, err
			}
		}
		return exec.NewHashJoin(op, spec), nil
	}), nil
}

// sides says which side is kept in memory: the static one, or the right one of
// two tables.
func sides(n *plan.Join) (probe, build plan.Node, kind exec.JoinKind, buildFirst bool, err error) {
	if plan.Streaming(n.Left) && plan.Streaming(n.Right) {
		return nil, nil, 0, false, fault.New(fault.UnsupportedFeature,
			"a join of two streams is not supported by this version of weir")
	}
	left := plan.Streaming(n.Right) || n.Type == plan.RightOuterJoin // the left side is kept
	switch n.Type {
	case plan.InnerJoin, plan.CrossJoin:
		kind = exec.InnerJoin
	case plan.LeftOuterJoin, plan.RightOuterJoin:
		kind = exec.OuterJoin
	case plan.LeftSemiJoin:
		kind = exec.SemiJoin
	case plan.LeftAntiJoin:
		kind = exec.AntiJoin
	default:
		return nil, nil, 0, false, fault.New(fault.UnsupportedFeature,
			"a %s join is not supported by this version of weir", n.Type)
	}
	if left {
		return n.Right, n.Left, kind, true, nil
	}
	return n.Left, n.Right, kind, false, nil
}

// equalities takes the terms a = b out of a condition that compare one side with
// the other; the rest stays.
func equalities(condition expr.Expr, build, probe []*expr.Ref) (buildKeys, probeKeys, rest []expr.Expr) {
	if condition == nil {
		return nil, nil, nil
	}
	for _, t := range expr.Conjuncts(condition) {
		c, ok := t.(*expr.Call)
		if ok && (c.Fn.Name == "=" || c.Fn.Name == "==") && c.Args[0].Type().SameIgnoringNullability(c.Args[1].Type()) &&
			c.Args[0].Type().Kind != types.Map {
			a, z := c.Args[0], c.Args[1]
			if readsOf(a, probe) && readsOf(z, build) {
				a, z = z, a
			}
			if readsOf(a, build) && readsOf(z, probe) {
				buildKeys, probeKeys = append(buildKeys, a), append(probeKeys, z)
				continue
			}
		}
		rest = append(rest, t)
	}
	return buildKeys, probeKeys, rest
}

// readsOf reports whether e reads columns, and only of these.
func readsOf(e expr.Expr, of []*expr.Ref) bool {
	list := expr.Refs(e)
	return len(list) > 0 && len(columnsOf(of, list)) == len(list)
}
