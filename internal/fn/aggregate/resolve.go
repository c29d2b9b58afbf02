package aggregate

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// resolve is the Resolve of an aggregate function.
type resolve = func(*expr.Resolver, []expr.Expr) (expr.Resolution, error)

// partial is the Partial of an aggregate function.
type partial = func(*expr.AggregateCall) []types.Type

// one resolves a function of one argument of any type, whose result is of that
// type and null for no rows.
func one(name string) resolve {
	return func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 {
			return expr.Resolution{}, expr.WrongCount(name, "1", len(args))
		}
		return expr.Resolution{Args: args, Type: args[0].Type(), Nullable: true}, nil
	}
}

// ordered is one for types whose values have an order.
func ordered(name string) resolve {
	return func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		res, err := one(name)(r, args)
		if err == nil && !orderable(args[0].Type()) {
			err = unordered(name, args[0])
		}
		return res, err
	}
}

func unordered(name string, e expr.Expr) error {
	return fault.New(fault.InvalidOrdering, "%s needs values that have an order: %s is %s", name, e, e.Type().SQL()).
		With("functionName", "`"+name+"`").With("dataType", e.Type().SQL())
}

// orderable reports whether values of t have an order.
func orderable(t types.Type) bool {
	switch t.Kind {
	case types.Map, types.Variant, types.CalendarInterval:
		return false
	case types.Array:
		return orderable(*t.Elem)
	}
	for _, f := range t.Fields {
		if !orderable(f.Type) {
			return false
		}
	}
	return true
}

// doubles resolves a function of n numbers that become doubles; its result is a
// double, null for no rows.
func doubles(name string, n int) resolve {
	params := make([]types.Type, n)
	for i := range params {
		params[i] = types.Of(types.Double)
	}
	return func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		cast, err := numbers(r, name, args, params)
		return expr.Resolution{Args: cast, Type: types.Of(types.Double), Nullable: true}, err
	}
}

// numbers casts arguments as [expr.Resolver.Params] does, decimals to doubles
// also, which Spark casts here by itself.
func numbers(r *expr.Resolver, name string, args []expr.Expr, params []types.Type) ([]expr.Expr, error) {
	args = append([]expr.Expr(nil), args...)
	for i, a := range args {
		if i < len(params) && a.Type().Kind == types.Decimal128 && params[i].Kind == types.Double {
			args[i] = expr.CastTo(a, params[i])
		}
	}
	return r.Params(name, len(params), args, params...)
}

// sameAsResult is the Partial of functions whose state is their result.
func sameAsResult(c *expr.AggregateCall) []types.Type { return []types.Type{c.Typ} }

// columnsOf is the Partial of functions whose state does not depend on the call.
func columnsOf(kinds ...types.Kind) partial {
	list := make([]types.Type, len(kinds))
	for i, k := range kinds {
		list[i] = types.Of(k)
	}
	return func(*expr.AggregateCall) []types.Type { return list }
}

// literal is the value of an argument that must be a constant, or an error.
func literal(name string, index int, want string, args []expr.Expr) (any, error) {
	l, ok := innermost(args[index]).(*expr.Literal)
	if !ok {
		return nil, expr.Unexpected(name, index, want+" that is a literal", args[index])
	}
	return l.Value, nil
}

// innermost is what stands beneath casts.
func innermost(e expr.Expr) expr.Expr {
	for {
		c, ok := e.(*expr.Cast)
		if !ok {
			return e
		}
		e = c.Child
	}
}

// integer is a literal argument as an int64.
func integer(name string, index int, args []expr.Expr) (int64, error) {
	v, err := literal(name, index, "an INT", args)
	switch v := v.(type) {
	case int8:
		return int64(v), err
	case int16:
		return int64(v), err
	case int32:
		return int64(v), err
	case int64:
		return v, err
	}
	if err == nil {
		err = expr.Unexpected(name, index, "an INT that is a literal", args[index])
	}
	return 0, err
}

// fraction is the value of a number, a decimal's by its scale.
func fraction(v any, t types.Type) (float64, bool) {
	switch v := v.(type) {
	case int8:
		return float64(v), true
	case int16:
		return float64(v), true
	case int32:
		return float64(v), true
	case int64:
		return float64(v), true
	case float32:
		return float64(v), true
	case float64:
		return v, true
	case types.Decimal:
		return v.Float64(t.Scale), true
	}
	return 0, false
}

// overflow is the error of a sum that does not fit its type.
func overflow(c *expr.AggregateCall, what string) error {
	if what == "interval" {
		return fault.New(fault.IntervalSumOverflow, "the intervals of %s add up to more than an interval holds", c).Locate(c.At)
	}
	return fault.New(fault.ArithmeticOverflow, "%s overflow in %s; use try_%s, which gives NULL instead",
		what, c, c.Fn.Name).Locate(c.At)
}

// nothing is the accumulator of a function over the null type: all results are
// null.
type nothing struct{}

func (nothing) Reset(int, int)                                     {}
func (nothing) Update([]int32, []*batch.Column, []int32) error     { return nil }
func (nothing) Merge([]int32, []*batch.Column, []int32) error      { return nil }
func (nothing) Save(groups []int32, partial []*batch.Column) error { return nulls(groups, partial) }
func (nothing) Result(groups []int32, out *batch.Column) error {
	return nulls(groups, []*batch.Column{out})
}

// nulls appends a null for each group to each column.
func nulls(groups []int32, columns []*batch.Column) error {
	for _, c := range columns {
		n := c.Len()
		c.Extend(len(groups))
		for i := range groups {
			c.SetNull(n + i)
		}
	}
	return nil
}
