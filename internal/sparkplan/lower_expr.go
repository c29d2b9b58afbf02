package sparkplan

import (
	"maps"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// compositeValue is the literal that an array, map or struct as it was sent means.
func compositeValue(c *expr.Composite) (expr.Expr, error) {
	if c.Typ == nil {
		return c, nil // a part of another, which says the type
	}
	v, err := valueOf(c, *c.Typ)
	if err != nil {
		return nil, locate(err, c.At)
	}
	return &expr.Literal{Value: v, Typ: *c.Typ, At: c.At}, nil
}

// valueOf is a constant as a value of a type.
func valueOf(e expr.Expr, t types.Type) (any, error) {
	mismatch := func() (any, error) {
		return nil, fault.New(fault.UnsupportedDataType, "%v is no literal of the type %s", e, t)
	}
	switch e := e.(type) {
	case *expr.Literal:
		if d, ok := e.Value.(types.Decimal); ok && t.Kind == types.Decimal128 {
			scaled, fits := d.Rescale(e.Typ.Scale, t.Scale)
			if !fits || !scaled.FitsPrecision(t.Precision) {
				return mismatch()
			}
			return scaled, nil
		}
		if e.Value != nil && e.Typ.Kind != t.Kind {
			return mismatch()
		}
		return e.Value, nil
	case *expr.Composite:
		if e.Kind != t.Kind || t.Kind == types.Struct && len(e.Values) != len(t.Fields) {
			return mismatch()
		}
		list := []any{}
		for i, part := range e.Values {
			of := t.Elem
			if t.Kind == types.Struct {
				of = &t.Fields[i].Type
			}
			if t.Kind == types.Map {
				key, err := valueOf(e.Keys[i], *t.Key)
				if err != nil {
					return nil, err
				}
				list = append(list, key)
			}
			v, err := valueOf(part, *of)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	}
	return mismatch()
}

// options are the options of a function as SQL writes them: map('name', 'value', …).
func options(m map[string]string) expr.Expr {
	call := &expr.UnresolvedFunction{Name: "map", Written: true}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		call.Args = append(call.Args, expr.Lit(k), expr.Lit(m[k]))
	}
	return call
}

// asWritten is a call that a client sends as SQL would write it: where a function has
// words in SQL, a client adds an argument, and schemas may be JSON.
func asWritten(u *expr.UnresolvedFunction) *expr.UnresolvedFunction {
	if u.At.Text != "" {
		return u // it is SQL
	}
	name := strings.ToLower(u.Name)
	if n := nullsAt[name]; n > 0 && len(u.Args) == n {
		if l, ok := u.Args[n-1].(*expr.Literal); ok {
			if ignore, ok := l.Value.(bool); ok {
				c := *u
				c.Args, c.IgnoreNulls = u.Args[:n-1], ignore
				return &c
			}
		}
	}
	if (name == "from_json" || name == "from_csv") && len(u.Args) > 1 {
		if l, ok := u.Args[1].(*expr.Literal); ok {
			if s, ok := l.Value.(string); ok && strings.HasPrefix(strings.TrimSpace(s), "{") {
				if t, err := types.ParseTypeJSON(s); err == nil {
					c := *u
					c.Args = slices.Clone(u.Args)
					c.Args[1] = expr.Lit(t.SQL())
					return &c
				}
			}
		}
	}
	return u
}

// nullsAt is how many arguments a function of windows has with that of IGNORE NULLS.
var nullsAt = map[string]int{"lag": 4, "lead": 4, "nth_value": 3}
