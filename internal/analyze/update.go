package analyze

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// update resolves withField and dropFields: a struct made of the fields of another.
func (r *resolution) update(u *expr.UnresolvedUpdate, s scope) (expr.Expr, error) {
	child, err := r.expr(u.Child, s)
	if err != nil {
		return nil, err
	}
	var value expr.Expr
	what := "dropfield()"
	if u.Value != nil {
		if value, err = r.expr(u.Value, s); err != nil {
			return nil, err
		}
		what = "WithField(" + value.String() + ")"
	}
	e, err := r.updated(child, u.Path, value)
	if err != nil {
		return nil, err
	}
	if c, ok := e.(*expr.Call); ok {
		named := *c
		named.Text = "update_fields(" + child.String() + ", " + what + ")"
		return &named, nil
	}
	return e, nil
}

// updated is a struct with another value for the field at a path, or without it.
func (r *resolution) updated(child expr.Expr, path []string, value expr.Expr) (expr.Expr, error) {
	t := child.Type()
	if t.Kind != types.Struct {
		return nil, fault.New(fault.TypeMismatch, "%v is of type %s; only fields of structs can be changed", child, t.SQL())
	}
	var args []expr.Expr
	found := false
	for i, f := range t.Fields {
		var e expr.Expr = &expr.Field{Child: child, Ordinal: i}
		if strings.EqualFold(f.Name, path[0]) {
			found = true
			switch {
			case len(path) > 1:
				var err error
				if e, err = r.updated(e, path[1:], value); err != nil {
					return nil, err
				}
			case value == nil:
				continue
			default:
				e = value
			}
		}
		args = append(args, expr.Lit(f.Name), e)
	}
	if !found && value != nil {
		if len(path) > 1 {
			return nil, fault.New(fault.UnresolvedField, "there is no field `%s` in %s", path[0], t.SQL())
		}
		args = append(args, expr.Lit(path[0]), value)
	}
	if len(args) == 0 {
		return nil, fault.New(fault.TypeMismatch, "%v would have no fields left", child)
	}
	out, err := r.call("named_struct", args, &expr.UnresolvedFunction{Name: "named_struct"})
	if err != nil || !child.Nullable() {
		return out, err
	}
	missing, err := r.call("isnull", []expr.Expr{child}, &expr.UnresolvedFunction{Name: "isnull"})
	if err != nil {
		return nil, err
	}
	return r.call("if", slices.Concat([]expr.Expr{missing, &expr.Literal{Typ: out.Type()}, out}), &expr.UnresolvedFunction{Name: "if"})
}
