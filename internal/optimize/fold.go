package optimize

import (
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// fold computes what is constant. A constant that fails, such as 1/0, is left in
// place: it fails when a row needs it.
func fold(n plan.Node, env *expr.Env) (plan.Node, error) {
	f := &folder{compiler: expr.Compiler{Cast: cast.New, Env: env}, row: &batch.Batch{Rows: 1}}
	return plan.Transform(n, func(n plan.Node) (plan.Node, error) {
		return mapExprs(n, func(e expr.Expr) (expr.Expr, error) { return expr.Transform(e, f.node) })
	})
}

type folder struct {
	compiler expr.Compiler
	row      *batch.Batch
}

func (f *folder) node(e expr.Expr) (expr.Expr, error) {
	switch x := e.(type) {
	case *expr.Call:
		if x.Fn.Volatile || len(x.Args) == 0 || timeDependent(x.Fn.Name) {
			return e, nil
		}
	case *expr.Cast:
		if x.Child.Type().SameIgnoringNullability(x.To) {
			return x.Child, nil
		}
	default:
		return e, nil
	}
	for _, c := range e.Children() {
		if _, ok := c.(*expr.Literal); !ok {
			return e, nil
		}
	}
	if nested(e.Type()) {
		return e, nil
	}
	eval, err := f.compiler.Compile(e)
	if err != nil {
		return nil, err
	}
	c, err := eval.Eval(f.row, nil)
	if err != nil {
		return e, nil // it fails where a row needs it, and only there
	}
	v := expr.ValueAt(c, 0)
	if s, ok := v.(string); ok {
		v = strings.Clone(s)
	}
	return &expr.Literal{Value: v, Typ: e.Type()}, nil
}

func nested(t types.Type) bool { return t.Nested() || t.Kind == types.Variant }

// timeDependent names the functions whose value is fixed within a batch only.
func timeDependent(name string) bool {
	switch name {
	case "current_timestamp", "now", "current_date", "curdate", "localtimestamp", "current_time", "unix_timestamp",
		"current_user", "user", "session_user", "window", "session_window":
		return true
	}
	return false
}
