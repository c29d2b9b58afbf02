package analyze

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
)

// higherOrder resolves a call of a function that takes lambda functions: first the
// arguments that are values, then, one after the other, the bodies over parameters
// of the types that the function gives them.
func (r *resolution) higherOrder(f *expr.Function, u *expr.UnresolvedFunction, s scope) (expr.Expr, error) {
	args := make([]expr.Expr, len(u.Args))
	for i, a := range u.Args {
		if _, ok := a.(*expr.Lambda); ok {
			continue
		}
		var err error
		if args[i], err = r.expr(a, s); err != nil {
			return nil, err
		}
	}
	for i, a := range u.Args {
		l, ok := a.(*expr.Lambda)
		if !ok {
			continue
		}
		bound, err := r.bind(f, l, args, i, s)
		if err != nil {
			return nil, place(err, l.At)
		}
		args[i] = bound
	}
	return r.call(u.Name, args, u)
}

// bind resolves the lambda function that is argument i of f.
func (r *resolution) bind(f *expr.Function, l *expr.Lambda, args []expr.Expr, i int, s scope) (expr.Expr, error) {
	fields, err := f.Lambda(&r.Resolver, args, i)
	if err != nil {
		return nil, err
	}
	if len(l.Params) > len(fields) {
		return nil, fault.New(fault.LambdaArgs, "%s gives its lambda function %d arguments, and it has %d parameters",
			f.Name, len(fields), len(l.Params)).With("expectedNumArgs", fmt.Sprint(len(l.Params))).
			With("actualNumArgs", fmt.Sprint(len(fields)))
	}
	bound := &expr.BoundLambda{}
	for k, name := range l.Params {
		for _, before := range l.Params[:k] {
			if strings.EqualFold(before, name) {
				return nil, fault.New(fault.LambdaDuplicate, "two parameters of a lambda function are named `%s`", name)
			}
		}
		bound.Params = append(bound.Params, &expr.LambdaVar{Name: name, ID: expr.NewID(), Typ: fields[k].Type,
			Null: fields[k].Nullable})
	}
	inner := s
	inner.lambda = append(bound.Params[:len(bound.Params):len(bound.Params)], s.lambda...)
	if bound.Body, err = r.expr(l.Body, inner); err != nil {
		return nil, err
	}
	return bound, nil
}

// lambdaVar is the parameter that a name means, or a field of it; nil where it
// means none.
func lambdaVar(u *expr.UnresolvedAttribute, s scope) (expr.Expr, error) {
	for _, v := range s.lambda {
		if strings.EqualFold(v.Name, u.Parts[0]) {
			e, err := fields(v, u.Parts[1:])
			if err != nil {
				return nil, place(err, u.At)
			}
			return e, nil
		}
	}
	return nil, nil
}

func lambdaNotHere(l *expr.Lambda) error {
	return fault.New(fault.LambdaNotHere, "a lambda function stands where no higher-order function takes one").Locate(l.At)
}

// withinGroup resolves the keys of WITHIN GROUP (ORDER BY …).
func (r *resolution) withinGroup(u *expr.UnresolvedFunction, s scope) ([]expr.Expr, error) {
	if f := r.Registry.Aggregate(u.Name); f == nil || !f.Ordered {
		return nil, fault.New(fault.WithinGroup, "%s does not take WITHIN GROUP", u.Name).With("funcName", "`"+u.Name+"`").Locate(u.At)
	}
	keys := make([]expr.Expr, len(u.OrderBy))
	for i, o := range u.OrderBy {
		e, err := r.expr(o, s)
		if err != nil {
			return nil, err
		}
		keys[i] = e
	}
	return keys, nil
}
