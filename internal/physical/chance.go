package physical

import (
	"math/rand/v2"
	"slices"

	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// chance is the environment for expressions of n in one chain: the program's, or,
// where functions of chance are among them, one of the chain's own, which learns of
// each task that begins. What they draw so depends on the batch, the task and their
// place in the plan, and not on who runs the task.
func (b *builder) chance(n plan.Node, exprs []expr.Expr) *expr.Env {
	if !slices.ContainsFunc(exprs, expr.Volatile) {
		return b.Env
	}
	if b.Salt == 0 {
		b.Salt = rand.Uint64()
	}
	if b.draws == nil {
		b.draws = make(map[plan.Node]uint64)
	}
	place, known := b.draws[n]
	if !known {
		place = uint64(len(b.draws)) + 1
		b.draws[n] = place
	}
	own := *b.Env
	own.Chance = expr.Chance{Salt: b.Salt + place<<48}
	b.program.draws = append(b.program.draws, &own)
	return &own
}

// drawing tells env of the tasks that op works on, if env is its own.
func (b *builder) drawing(op exec.Operator, env *expr.Env) exec.Operator {
	if env == b.Env {
		return op
	}
	return &drawing{op, env}
}

// drawing is an operator with functions of chance.
type drawing struct {
	exec.Operator
	env *expr.Env
}

// Open begins the series of the functions.
func (d *drawing) Open(t *exec.Task) error {
	d.env.Chance.Begin(t.Batch.ID, t.Number)
	return d.Operator.Open(t)
}
