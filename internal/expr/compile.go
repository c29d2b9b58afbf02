package expr

import (
	"errors"
	"fmt"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Eval is a compiled expression. See the package's text for what it may assume
// and who owns what it gives.
type Eval interface {
	// Eval computes the rows of b that sel lists, nil meaning all of b.Rows.
	Eval(b *batch.Batch, sel []int32) (*batch.Column, error)
}

// Caster makes the kernel of a cast; package fn/cast provides it.
type Caster func(from, to types.Type, mode CastMode, env *Env) (Kernel, error)

// Compiler turns resolved expressions into Evals.
type Compiler struct {
	// Input are the columns of the batches that will come, in order.
	Input []*Ref
	// Cast makes the kernels of casts.
	Cast Caster
	// Env is shared with the expressions compiled.
	Env *Env
}

// Compile makes an Eval of e. Columns of e that the input does not have, and
// nodes that are not resolved, are errors of the planner.
func (c *Compiler) Compile(e Expr) (Eval, error) {
	switch e := e.(type) {
	case *Ref:
		if i := c.input(e.ID); i >= 0 {
			return column(i), nil
		}
		return nil, fmt.Errorf("expr: column %s#%d is not among the input", e.Name, e.ID)
	case *LambdaVar:
		if i := c.input(e.ID); i >= 0 {
			return column(i), nil
		}
		return nil, fmt.Errorf("expr: the parameter %s is not bound", e.Name)
	case *BoundLambda:
		return c.compileLambda(e)
	case *Literal:
		col := batch.NewColumn(e.Typ, 1)
		AppendValue(col, e.Value)
		col.Const = true
		return &constant{col}, nil
	case *Alias:
		return c.Compile(e.Child)
	case *Cast:
		return c.compileCast(e)
	case *Field:
		child, err := c.Compile(e.Child)
		if err != nil {
			return nil, err
		}
		return &field{child: child, ordinal: e.Ordinal, out: batch.NewColumn(e.Type(), 0)}, nil
	case *Call:
		return c.compileCall(e)
	default:
		return nil, fmt.Errorf("expr: %T cannot be computed: %v", e, e)
	}
}

// CompileAll compiles a list.
func (c *Compiler) CompileAll(list []Expr) ([]Eval, error) {
	evals := make([]Eval, len(list))
	for i, e := range list {
		var err error
		if evals[i], err = c.Compile(e); err != nil {
			return nil, err
		}
	}
	return evals, nil
}

// CompileRow is CompileAll for expressions that are always evaluated one after the
// other over the same rows, as those of a select list: calls share what work they
// can.
func (c *Compiler) CompileRow(list []Expr) ([]Eval, error) {
	evals, err := c.CompileAll(list)
	if err != nil {
		return nil, err
	}
	calls := make([]*Call, len(list))
	for i, e := range list {
		if a, ok := e.(*Alias); ok {
			e = a.Child
		}
		if call, ok := e.(*Call); ok && call.Fn.Together != nil && len(call.Args) > 0 {
			calls[i] = call
		}
	}
	for i := range calls {
		if err := c.together(calls[i:], evals[i:]); err != nil {
			return nil, err
		}
	}
	return evals, nil
}

// together compiles the first of calls, which may be nil, with those of the others
// that go with it, and takes them out.
func (c *Compiler) together(calls []*Call, evals []Eval) error {
	if calls[0] == nil {
		return nil
	}
	var group []*Call
	var places []int
	for i, other := range calls {
		if other != nil && other.Fn == calls[0].Fn && len(other.Args) == len(calls[0].Args) && Same(other.Args[0], calls[0].Args[0]) {
			group, places = append(group, other), append(places, i)
		}
	}
	if len(group) < 2 {
		return nil
	}
	first, err := c.Compile(group[0].Args[0])
	if err != nil {
		return err
	}
	shared := calls[0].Fn.Together(group, first, c.Env)
	for k, e := range shared {
		evals[places[k]], calls[places[k]] = e, nil
	}
	return nil
}

func (c *Compiler) compileCast(e *Cast) (Eval, error) {
	child, err := c.Compile(e.Child)
	if err != nil {
		return nil, err
	}
	if e.Child.Type().SameIgnoringNullability(e.To) {
		return child, nil
	}
	kernel, err := c.Cast(e.Child.Type(), e.To, e.Mode, c.Env)
	if err != nil {
		return nil, locate(err, e.At)
	}
	return newStrict(kernel, []Eval{child}, e.To, false, e.At), nil
}

func (c *Compiler) compileCall(e *Call) (Eval, error) {
	args, err := c.CompileAll(e.Args)
	if err != nil {
		return nil, err
	}
	eval, err := CompileCall(e.Fn, e, args, c.Env)
	return eval, locate(err, e.At)
}

// CompileCall makes the Eval of a call of fn over compiled arguments. fn is the
// call's function, or the one of several meanings that the call has.
func CompileCall(fn *Function, c *Call, args []Eval, env *Env) (Eval, error) {
	if fn.Compile != nil {
		return fn.Compile(c, args, env)
	}
	kernel, err := fn.Kernel(c, env)
	if err != nil {
		return nil, err
	}
	s := newStrict(kernel, args, c.Typ, fn.Total, c.At)
	s.nullSafe, s.volatile = fn.NullSafe, fn.Volatile
	return s, nil
}

// Apply is the Eval that runs a kernel which cannot fail over arguments; where
// one of them is null the result is null.
func Apply(c *Call, kernel Kernel, args []Eval) Eval {
	return newStrict(kernel, args, c.Typ, true, c.At)
}

// column reads a column of the batch.
type column int

func (c column) Eval(b *batch.Batch, _ []int32) (*batch.Column, error) { return b.Columns[c], nil }

// constant gives one value for all rows.
type constant struct{ col *batch.Column }

func (c *constant) Eval(*batch.Batch, []int32) (*batch.Column, error) { return c.col, nil }

// field reads a field of a struct: the child's values, null where the struct is.
type field struct {
	child   Eval
	ordinal int
	out     *batch.Column
}

func (f *field) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	s, err := f.child.Eval(b, sel)
	if err != nil {
		return nil, err
	}
	child := s.Children[f.ordinal]
	if !s.HasNulls() && !s.Const {
		return child, nil
	}
	f.out.Share(child)
	f.out.Const = s.Const
	f.out.AndValid(s)
	return f.out, nil
}

// strict evaluates arguments and runs a kernel over them, with the rule that a
// null argument makes a null result.
type strict struct {
	kernel   Kernel
	args     []Eval
	cols     []*batch.Column // scratch: the arguments' values
	out      *batch.Column
	sel      []int32 // scratch: the rows without nulls
	total    bool
	nullSafe bool
	volatile bool
	at       fault.Position
}

func newStrict(k Kernel, args []Eval, t types.Type, total bool, at fault.Position) *strict {
	return &strict{kernel: k, args: args, cols: make([]*batch.Column, len(args)),
		out: batch.NewColumn(t, 0), total: total, at: at}
}

func (s *strict) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	allConst := !s.volatile
	for i, a := range s.args {
		var err error
		if s.cols[i], err = a.Eval(b, sel); err != nil {
			return nil, err
		}
		allConst = allConst && s.cols[i].Const
	}
	rows := b.Rows
	if allConst {
		// A constant result; but where no row is asked for nothing may fail.
		if sel != nil && len(sel) == 0 || rows == 0 {
			s.out.Resize(1)
			s.out.SetAllNull()
			s.out.Const = true
			return s.out, nil
		}
		rows, sel = 1, nil
	}
	s.out.Resize(rows)
	if !s.nullSafe {
		var none bool
		if sel, none = s.withoutNulls(rows, sel); none {
			s.out.Const = allConst
			return s.out, nil
		}
	}
	if err := s.kernel(s.out, s.cols, rows, sel); err != nil {
		return nil, locate(err, s.at)
	}
	s.out.Const = allConst
	return s.out, nil
}

// withoutNulls marks the result's nulls and takes their rows out of sel, unless
// the kernel may run over them. It reports whether nothing is left.
func (s *strict) withoutNulls(rows int, sel []int32) ([]int32, bool) {
	nulls := false
	for _, c := range s.cols {
		if c.Const && c.Null(0) {
			s.out.SetAllNull()
			return nil, true
		}
		if c.HasNulls() {
			s.out.AndValid(c)
			nulls = true
		}
	}
	if !nulls || s.total {
		return sel, false
	}
	s.sel = s.sel[:0]
	if sel == nil {
		sel = batch.Identity(rows)
	}
	for _, r := range sel {
		if !s.out.Null(int(r)) {
			s.sel = append(s.sel, r)
		}
	}
	return s.sel, len(s.sel) == 0
}

// locate gives an error of a kernel its place in the user's text.
func locate(err error, at fault.Position) error {
	if err == nil || at.Text == "" {
		return err
	}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		if e.At.Text == "" {
			located := *e
			return located.Locate(at)
		}
	}
	return err
}
