package analyze

import (
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// updateFields makes a struct anew with a field set or dropped. What is null stays null.
func (r *resolution) updateFields(e *expr.UpdateFields, s scope) (expr.Expr, error) {
	child, err := r.expr(e.Child, s)
	if err != nil {
		return nil, err
	}
	var value expr.Expr
	if e.Value != nil {
		if value, err = r.expr(e.Value, s); err != nil {
			return nil, err
		}
	}
	out, err := r.withField(child, nameParts(e.Name), value, e.At)
	if c, ok := out.(*expr.Call); ok && err == nil {
		named := *c
		if named.Text = "update_fields(" + child.String() + ", dropfield())"; value != nil {
			named.Text = "update_fields(" + child.String() + ", WithField(" + value.String() + "))"
		}
		return &named, nil
	}
	return out, err
}

// withField is the struct in with the field of a path set to value, or dropped where
// value is nil.
func (r *resolution) withField(in expr.Expr, path []string, value expr.Expr, at fault.Position) (expr.Expr, error) {
	t := in.Type()
	if t.Kind != types.Struct {
		return nil, fault.New(fault.ExtractBase, "%v is no struct and has no field `%s`", in, path[0]).
			With("fieldName", path[0]).Locate(at)
	}
	var args []expr.Expr
	found := false
	for i, f := range t.Fields {
		var field expr.Expr = &expr.Field{Child: in, Ordinal: i}
		if strings.EqualFold(f.Name, path[0]) {
			found = true
			switch {
			case len(path) > 1:
				var err error
				if field, err = r.withField(field, path[1:], value, at); err != nil {
					return nil, err
				}
			case value == nil:
				continue
			default:
				field, f.Name = value, path[0]
			}
		}
		args = append(args, expr.Lit(f.Name), field)
	}
	switch {
	case !found && len(path) > 1:
		return nil, fault.New(fault.UnresolvedField, "%v has no field `%s`; it has `%s`", in, path[0],
			strings.Join(types.NewSchema(t.Fields...).Names(), "`, `")).With("fieldName", path[0]).Locate(at)
	case !found && value != nil:
		args = append(args, expr.Lit(path[0]), value)
	}
	if len(args) == 0 {
		return nil, fault.New(fault.UnsupportedFeature, "%v would be left without fields", in).Locate(at)
	}
	u := &expr.UnresolvedFunction{At: at}
	made, err := r.call("named_struct", args, u)
	if err != nil || !in.Nullable() {
		return made, err
	}
	isNull, err := r.call("isnull", []expr.Expr{in}, u)
	if err != nil {
		return nil, err
	}
	return r.call("if", []expr.Expr{isNull, &expr.Literal{Typ: made.Type()}, made}, u)
}
