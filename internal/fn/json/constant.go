package json

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Conditions that only these functions raise.
var (
	notFoldable   = fault.Condition{Name: "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", SQLState: "42K09"}
	unexpectedNil = fault.Condition{Name: "DATATYPE_MISMATCH.UNEXPECTED_NULL", SQLState: "42K09"}
	badSchema     = fault.Condition{Name: "DATATYPE_MISMATCH.INVALID_JSON_SCHEMA", SQLState: "42K09"}
	badType       = fault.Condition{Name: "DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE", SQLState: "42K09"}
	badKey        = fault.Condition{Name: "DATATYPE_MISMATCH.INVALID_JSON_MAP_KEY_TYPE", SQLState: "42K09"}
	notString     = fault.Condition{Name: "INVALID_SCHEMA.NON_STRING_LITERAL", SQLState: "42K07"}
	notStruct     = fault.Condition{Name: "INVALID_SCHEMA.NON_STRUCT_TYPE", SQLState: "42K07"}
	notMap        = fault.Condition{Name: "INVALID_OPTIONS.NON_MAP_FUNCTION", SQLState: "42K06"}
	notStrings    = fault.Condition{Name: "INVALID_OPTIONS.NON_STRING_TYPE", SQLState: "42K06"}
	badMode       = fault.Condition{Name: "PARSE_MODE_UNSUPPORTED", SQLState: "42601"}
)

// constantText is the text that e, which must be constant, stands for: a
// literal, or one of this theme's functions over literals.
func constantText(name string, r *expr.Resolver, e expr.Expr) (string, error) {
	switch x := e.(type) {
	case *expr.Literal:
		s, ok := x.Value.(string)
		switch {
		case ok:
			return s, nil
		case x.Value == nil:
			return "", fault.New(unexpectedNil, "%s needs a text, not NULL", name).With("exprName", e.String())
		}
	case *expr.Alias:
		return constantText(name, r, x.Child)
	case *expr.Cast:
		if x.Implicit || x.To.Kind == types.String {
			return constantText(name, r, x.Child)
		}
	case *expr.Call:
		return constantCall(name, r, x)
	}
	return "", fault.New(notFoldable, "%s needs a constant text, and %s is none", name, e).With("inputExpr", e.String())
}

// constantCall is the text of a call of constants.
func constantCall(name string, r *expr.Resolver, c *expr.Call) (string, error) {
	fail := fault.New(notFoldable, "%s needs a constant text, and %s is none", name, c).With("inputExpr", c.String())
	if c.Typ.Kind != types.String || len(c.Args) == 0 || expr.Volatile(c) || len(expr.Refs(c)) > 0 ||
		expr.Any(c, func(e expr.Expr) bool {
			x, is := e.(*expr.Cast)
			return is && !x.Child.Type().SameIgnoringNullability(x.To)
		}) {
		return "", fail
	}
	compiler := expr.Compiler{Env: &expr.Env{ANSI: r.ANSI, Location: r.Location}}
	eval, err := compiler.Compile(c)
	if err != nil {
		return "", fail.Wrap(err)
	}
	col, err := eval.Eval(oneRow(), nil)
	if err != nil {
		return "", err
	}
	s, ok := expr.ValueAt(col, 0).(string)
	if !ok {
		return "", fail
	}
	return strings.Clone(s), nil
}

// options are the string options of a call.
type options map[string]string

// optionsOf reads the argument of options: map('name', 'value', …).
func optionsOf(e expr.Expr) (options, error) {
	c, ok := e.(*expr.Call)
	if !ok || c.Fn.Name != "map" {
		return nil, fault.New(notMap, "options are given as map('name', 'value', …), not as %s", e)
	}
	o := make(options)
	for i := 0; i+1 < len(c.Args); i += 2 {
		key, value := unwrapped(c.Args[i]), unwrapped(c.Args[i+1])
		if key == nil || value == nil {
			return nil, fault.New(notStrings, "names and values of options must be texts, and %s is of type %s", e, c.Typ.SQL()).
				With("mapType", c.Typ.SQL())
		}
		o[*key] = *value
	}
	return o, nil
}

// unwrapped is the text of a literal, nil for anything else.
func unwrapped(e expr.Expr) *string {
	if l, ok := e.(*expr.Literal); ok {
		if s, ok := l.Value.(string); ok {
			return &s
		}
	}
	return nil
}

// literal holds the options in a text.
func (o options) literal() *expr.Literal {
	var parts []string
	for k, v := range o {
		parts = append(parts, fmt.Sprintf("%d:%s%d:%s", len(k), k, len(v), v))
	}
	slices.Sort(parts)
	return &expr.Literal{Value: strings.Join(parts, ""), Typ: types.Of(types.String)}
}

// optionsIn are the options of a literal that [options.literal] made.
func optionsIn(e expr.Expr) options {
	o := make(options)
	text, _ := e.(*expr.Literal).Value.(string)
	next := func() (s string) {
		var n int
		digits, rest, _ := strings.Cut(text, ":")
		if _, err := fmt.Sscan(digits, &n); err != nil || n > len(rest) {
			text = ""
			return ""
		}
		s, text = rest[:n], rest[n:]
		return s
	}
	for text != "" {
		key := next()
		o[key] = next()
	}
	return o
}

// checkMode refuses modes that a function of one row cannot have.
func checkMode(name string, o options) error {
	for k, v := range o {
		if strings.EqualFold(k, "mode") && strings.EqualFold(v, "DROPMALFORMED") {
			return fault.New(badMode, "%s gives a row for each text, so that its mode can be PERMISSIVE or FAILFAST, not %s", name, v).
				With("funcName", "`"+name+"`").With("mode", v)
		}
	}
	return nil
}

// zoneOf is the session's time zone.
func zoneOf(env *expr.Env) *datetime.Zone { return datetime.NewZone(env.Location) }

// schemaType is the type that a schema's text says: columns, or any type.
func schemaType(text string) (types.Type, error) {
	if t, err := types.ParseType(text); err == nil {
		return t, nil
	}
	s, err := types.ParseSchema(text)
	if err != nil {
		return types.Type{}, err
	}
	return s.AsStruct(), nil
}

// nullable is t in which everything may be null.
func nullable(t types.Type) types.Type {
	switch t.Kind {
	case types.Array, types.Map:
		elem := nullable(*t.Elem)
		t.Elem, t.ElemNullable = &elem, true
		if t.Key != nil {
			key := nullable(*t.Key)
			t.Key = &key
		}
	case types.Struct:
		fields := slices.Clone(t.Fields)
		for i := range fields {
			fields[i].Type, fields[i].Nullable = nullable(fields[i].Type), true
		}
		t.Fields = fields
	}
	return t
}
