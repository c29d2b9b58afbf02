package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// LambdaVar is a parameter of a lambda function within its body.
type LambdaVar struct {
	Name string
	ID   ID
	Typ  types.Type
	Null bool
}

// BoundLambda is a lambda function whose parameters have types: an argument of a
// higher-order function.
type BoundLambda struct {
	Params []*LambdaVar
	Body   Expr
}

func (v *LambdaVar) Type() types.Type         { return v.Typ }
func (v *LambdaVar) Nullable() bool           { return v.Null }
func (v *LambdaVar) Children() []Expr         { return nil }
func (v *LambdaVar) WithChildren([]Expr) Expr { return v }
func (v *LambdaVar) String() string           { return "namedlambdavariable()" }

func (l *BoundLambda) Type() types.Type { return l.Body.Type() }
func (l *BoundLambda) Nullable() bool   { return l.Body.Nullable() }
func (l *BoundLambda) Children() []Expr { return []Expr{l.Body} }
func (l *BoundLambda) WithChildren(c []Expr) Expr {
	return &BoundLambda{Params: l.Params, Body: c[0]}
}
func (l *BoundLambda) String() string {
	return "lambdafunction(" + l.Body.String() + strings.Repeat(", namedlambdavariable()", len(l.Params)) + ")"
}

// LambdaEval is a compiled lambda function. The higher-order function that has it
// among its arguments calls Apply; it is no value by itself.
//
//	outer batch   row 0  [a b]    parents   0 0 1     what the body reads of the
//	              row 1  [c]      params    a b c     outer batch is spread likewise
type LambdaEval struct {
	body     Eval
	captured []Eval
	taken    []*batch.Column
	inner    batch.Batch
	// Params is how many parameters the function was written with.
	Params int
}

// Eval is never asked for.
func (l *LambdaEval) Eval(*batch.Batch, []int32) (*batch.Column, error) {
	return nil, fmt.Errorf("expr: a lambda function is no value")
}

// Apply evaluates the body once for each entry of parents, the row of b that it
// belongs to, of the rows that sel lists. params are the parameters' columns; those
// that the function does not name are left out. The result may be a constant.
func (l *LambdaEval) Apply(b *batch.Batch, sel, parents []int32, params ...*batch.Column) (*batch.Column, error) {
	l.inner.Columns = l.inner.Columns[:0]
	for i, e := range l.captured {
		c, err := e.Eval(b, sel)
		if err != nil {
			return nil, err
		}
		if !c.Const {
			l.taken[i].Take(c, parents)
			c = l.taken[i]
		}
		l.inner.Columns = append(l.inner.Columns, c)
	}
	l.inner.Columns = append(l.inner.Columns, params[:l.Params]...)
	l.inner.Rows = len(parents)
	return l.body.Eval(&l.inner, nil)
}

// compileLambda compiles a body over what it reads of the outer batch and the
// parameters, in this order.
func (c *Compiler) compileLambda(e *BoundLambda) (Eval, error) {
	l := &LambdaEval{Params: len(e.Params)}
	inner := &Compiler{Cast: c.Cast, Env: c.Env}
	for _, r := range freeIn(e) {
		outer, err := c.Compile(r)
		if err != nil {
			return nil, err
		}
		l.captured = append(l.captured, outer)
		l.taken = append(l.taken, batch.NewColumn(r.Typ, 0))
		inner.Input = append(inner.Input, r)
	}
	for _, p := range e.Params {
		inner.Input = append(inner.Input, &Ref{Name: p.Name, ID: p.ID, Typ: p.Typ, Null: p.Null})
	}
	var err error
	l.body, err = inner.Compile(e.Body)
	return l, err
}

// freeIn lists, as columns, what the body of a lambda function reads from outside:
// columns, and parameters of lambda functions around it.
func freeIn(e *BoundLambda) []*Ref {
	var free []*Ref
	bound := make(map[ID]bool)
	Walk(e, func(x Expr) bool {
		if l, ok := x.(*BoundLambda); ok {
			for _, p := range l.Params {
				bound[p.ID] = true
			}
		}
		return true
	})
	add := func(r *Ref) {
		if !bound[r.ID] && !slices.ContainsFunc(free, func(f *Ref) bool { return f.ID == r.ID }) {
			free = append(free, r)
		}
	}
	Walk(e.Body, func(x Expr) bool {
		switch x := x.(type) {
		case *Ref:
			add(x)
		case *LambdaVar:
			add(&Ref{Name: x.Name, ID: x.ID, Typ: x.Typ, Null: x.Null})
		}
		return true
	})
	return free
}

// input is the place of a column among the input, or -1.
func (c *Compiler) input(id ID) int {
	return slices.IndexFunc(c.Input, func(in *Ref) bool { return in.ID == id })
}
