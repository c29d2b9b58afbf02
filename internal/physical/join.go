package physical

import (
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// join joins a stream, or a table, with a static table: that side is read in
// every batch into a table in memory, the other streams past it. Two streams are
// joined by [builder.streamJoin].
func (b *builder) join(n *plan.Join, s *stage) (factory, error) {
	if plan.Streaming(n.Left) && plan.Streaming(n.Right) {
		return b.streamJoin(n, s)
	}
	probe, build, kind, buildFirst, err := sides(n)
	if err != nil {
		return nil, err
	}
	in, static := probe.Output(), build.Output()
	keys := equalities(n.Condition, static, in)
	nullAware := n.Type == plan.LeftAntiJoin && keys.nullAware(static, in)
	below := &stage{build: exec.NewBuildTable(refTypes(static))}
	if below.make, err = b.node(build, below); err != nil {
		return nil, err
	}
	if err := b.finish(below); err != nil {
		return nil, err
	}
	read := b.node
	if kind == exec.FullJoin {
		read = b.gather // one task knows which rows have no partner
	}
	made, err := read(probe, s)
	if err != nil {
		return nil, err
	}
	both := append(in[:len(in):len(in)], static...)
	if buildFirst {
		both = append(static[:len(static):len(static)], in...)
	}
	return over(made, func(op exec.Operator, _ int) (exec.Operator, error) {
		spec := exec.JoinSpec{Kind: kind, Build: below.build, BuildTypes: refTypes(static), BuildFirst: buildFirst,
			ProbeTypes: refTypes(in), NullSafe: keys.nullSafe, NullAware: nullAware, Single: n.Single}
		var err error
		if spec.BuildKeys, err = b.compiler(static).CompileAll(keys.build); err != nil {
			return nil, err
		}
		if spec.ProbeKeys, err = b.compiler(in).CompileAll(keys.probe); err != nil {
			return nil, err
		}
		for _, k := range keys.build {
			spec.KeyTypes = append(spec.KeyTypes, k.Type())
		}
		if len(keys.rest) > 0 {
			if spec.Residual, err = b.compiler(both).CompileTerms(keys.rest); err != nil {
				return nil, err
			}
		}
		return exec.NewHashJoin(op, spec), nil
	}), nil
}

// sides says which side is kept in memory: the static one, or the right one of
// two tables.
func sides(n *plan.Join) (probe, build plan.Node, kind exec.JoinKind, buildFirst bool, err error) {
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
	case plan.FullOuterJoin:
		kind = exec.FullJoin
	case plan.ExistenceJoin:
		kind = exec.ExistJoin
	}
	if left {
		return n.Right, n.Left, kind, true, nil
	}
	return n.Left, n.Right, kind, false, nil
}

// joinKeys is a condition in parts: keys of both sides that are equal, and the rest.
type joinKeys struct {
	build, probe, rest []expr.Expr
	// nullSafe are, by key, those compared by <=>; nil for none.
	nullSafe []bool
}

// equalities takes the terms a = b and a <=> b out of a condition that compare one
// side with the other; the rest stays.
func equalities(condition expr.Expr, build, probe []*expr.Ref) *joinKeys {
	k := &joinKeys{}
	if condition == nil {
		return k
	}
	safe := false
	for _, t := range expr.Conjuncts(condition) {
		if !k.add(t, build, probe) {
			k.rest = append(k.rest, t)
			continue
		}
		safe = safe || k.nullSafe[len(k.nullSafe)-1]
	}
	if !safe {
		k.nullSafe = nil
	}
	return k
}

// add takes a term as a key, if it is one.
func (k *joinKeys) add(t expr.Expr, build, probe []*expr.Ref) bool {
	c, ok := t.(*expr.Call)
	if !ok || c.Fn.Name != "=" && c.Fn.Name != "==" && c.Fn.Name != "<=>" ||
		!c.Args[0].Type().SameIgnoringNullability(c.Args[1].Type()) || c.Args[0].Type().Kind == types.Map {
		return false
	}
	a, z := c.Args[0], c.Args[1]
	if readsOf(a, probe) && readsOf(z, build) {
		a, z = z, a
	}
	if !readsOf(a, build) || !readsOf(z, probe) {
		return false
	}
	k.build, k.probe = append(k.build, a), append(k.probe, z)
	k.nullSafe = append(k.nullSafe, c.Fn.Name == "<=>")
	return true
}

// nullAware makes a key of the one term x = y OR (x = y) IS NULL of an anti join:
// NOT IN.
func (k *joinKeys) nullAware(build, probe []*expr.Ref) bool {
	if len(k.build) > 0 || len(k.rest) != 1 {
		return false
	}
	either, ok := k.rest[0].(*expr.Call)
	if !ok || either.Fn.Name != "or" || len(either.Args) != 2 {
		return false
	}
	isNull, ok := either.Args[1].(*expr.Call)
	if !ok || isNull.Fn.Name != "isnull" || !expr.Same(isNull.Args[0], either.Args[0]) || !k.add(either.Args[0], build, probe) {
		return false
	}
	k.rest, k.nullSafe = nil, nil
	return true
}

// readsOf reports whether e reads columns, and only of these.
func readsOf(e expr.Expr, of []*expr.Ref) bool {
	list := expr.Refs(e)
	return len(list) > 0 && len(columnsOf(of, list)) == len(list)
}
