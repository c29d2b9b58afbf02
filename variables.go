package weir

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// variables are those of a session: DECLARE makes them, SET VAR changes them, and names
// that are no columns mean them.
type variables struct {
	mu     sync.RWMutex
	values map[string]*variable // by lower-case name
}

type variable struct {
	typ   types.Type
	value any
	// origin is the value that SET VAR … = DEFAULT gives back.
	origin any
}

// variableName is the name of a variable: x, session.x or system.session.x.
func variableName(parts []string) (string, bool) {
	if len(parts) > 2 && strings.EqualFold(parts[0], "system") {
		parts = parts[1:]
	}
	if len(parts) > 1 && strings.EqualFold(parts[0], "session") {
		parts = parts[1:]
	}
	return strings.ToLower(parts[0]), len(parts) == 1
}

// lookUp is the value of a variable as the analyzer takes it; nil for none.
func (v *variables) lookUp(parts []string) expr.Expr {
	x := v.find(parts)
	if x == nil {
		return nil
	}
	return &expr.Literal{Value: x.value, Typ: x.typ}
}

func (v *variables) find(parts []string) *variable {
	name, ok := variableName(parts)
	if !ok {
		return nil
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.values[name]
}

func (v *variables) put(name string, x *variable) {
	v.mu.Lock()
	defer v.mu.Unlock()
	fresh := maps.Clone(v.values)
	if fresh == nil {
		fresh = make(map[string]*variable)
	}
	if fresh[name] = x; x == nil {
		delete(fresh, name)
	}
	v.values = fresh
}

// evaluate computes an expression that reads no table, cast to t unless that is nil.
func (s *Session) evaluate(ctx context.Context, e expr.Expr, t *types.Type, o plan.Origin) (any, types.Type, error) {
	if t != nil {
		e = &expr.Cast{Child: e, To: *t, At: o.At}
	}
	d := s.frame(&plan.Project{Origin: o, Input: &plan.OneRow{}, Exprs: []expr.Expr{&expr.Alias{Child: e, Names: []string{"value"}}}}, nil)
	schema, err := d.Schema(ctx)
	if err != nil {
		return nil, types.Type{}, err
	}
	rows, err := d.Collect(ctx)
	if err != nil {
		return nil, types.Type{}, err
	}
	return rows[0][0], schema.Fields[0].Type, nil
}

// declare runs DECLARE VARIABLE.
func (s *Session) declare(ctx context.Context, c *plan.DeclareVariable) error {
	name, ok := variableName(c.Name)
	if !ok {
		return fault.New(fault.UnresolvedVariable, "variables are session.name, not %s", strings.Join(c.Name, ".")).Locate(c.At)
	}
	if s.variables.find(c.Name) != nil && !c.Replace {
		return fault.New(fault.VariableExists, "the variable `%s` exists; use DECLARE OR REPLACE, or another name", name).
			With("variableName", "`"+name+"`").Locate(c.At)
	}
	x := &variable{}
	if c.Type != nil {
		x.typ = *c.Type
	}
	if c.Default != nil {
		var err error
		if x.value, x.typ, err = s.evaluate(ctx, c.Default, c.Type, c.Origin); err != nil {
			return err
		}
	}
	x.origin = x.value
	s.variables.put(name, x)
	return nil
}

// setVariables runs SET VAR. All values are computed before any variable changes.
func (s *Session) setVariables(ctx context.Context, c *plan.SetVariable) error {
	old := make([]*variable, len(c.Names))
	for i, n := range c.Names {
		if old[i] = s.variables.find(n); old[i] == nil {
			return unknownVariable(n, c.Origin)
		}
	}
	values := make([]any, len(c.Names))
	if c.Query != nil {
		if err := s.valuesOf(ctx, s.frame(c.Query, nil), values, c.Origin); err != nil {
			return err
		}
	}
	for i, v := range c.Values {
		values[i] = old[i].origin
		if v != nil {
			var err error
			if values[i], _, err = s.evaluate(ctx, v, &old[i].typ, c.Origin); err != nil {
				return err
			}
		}
	}
	for i, n := range c.Names {
		if c.Query != nil {
			var err error
			if values[i], _, err = s.evaluate(ctx, values[i].(*expr.Literal), &old[i].typ, c.Origin); err != nil {
				return err
			}
		}
		name, _ := variableName(n)
		s.variables.put(name, &variable{typ: old[i].typ, value: values[i], origin: old[i].origin})
	}
	return nil
}

// valuesOf fills values with the literals of the one row of d, nulls where it has none.
func (s *Session) valuesOf(ctx context.Context, d *DataFrame, values []any, o plan.Origin) error {
	schema, err := d.Schema(ctx)
	if err != nil {
		return err
	}
	if schema.Len() != len(values) {
		return fault.New(fault.AssignmentArity, "%d variables take %d columns", len(values), schema.Len()).Locate(o.At)
	}
	rows, err := d.Collect(ctx)
	if err != nil {
		return err
	}
	if len(rows) > 1 {
		return fault.New(fault.RowSubqueryRows, "variables take one row, not %d", len(rows)).Locate(o.At)
	}
	for i := range values {
		l := &expr.Literal{Typ: schema.Fields[i].Type}
		if len(rows) > 0 {
			l.Value = rows[0][i]
		}
		values[i] = l
	}
	return nil
}

func unknownVariable(name []string, o plan.Origin) error {
	return fault.New(fault.UnresolvedVariable, "there is no variable `%s`; make it with DECLARE", strings.Join(name, "`.`")).
		With("variableName", "`"+strings.Join(name, "`.`")+"`").Locate(o.At)
}

// dropVariable runs DROP TEMPORARY VARIABLE.
func (s *Session) dropVariable(c *plan.DropVariable) error {
	if s.variables.find(c.Name) == nil {
		if c.IfExists {
			return nil
		}
		return unknownVariable(c.Name, c.Origin)
	}
	name, _ := variableName(c.Name)
	s.variables.put(name, nil)
	return nil
}

// executeImmediate runs EXECUTE IMMEDIATE: the text's parameters are the arguments, and
// its one row goes into the variables of INTO.
func (s *Session) executeImmediate(ctx context.Context, c *plan.ExecuteImmediate) (*DataFrame, error) {
	t := types.Of(types.String)
	text, _, err := s.evaluate(ctx, c.Text, &t, c.Origin)
	if err != nil {
		return nil, err
	}
	if text == nil {
		return nil, fault.New(fault.NullQueryText, "the text of EXECUTE IMMEDIATE is NULL").Locate(c.At)
	}
	p := s.parser()
	p.ValuesByName = make(map[string]expr.Expr)
	for _, a := range c.Arguments {
		alias, named := a.(*expr.Alias)
		if named {
			a = alias.Child
		}
		value, typ, err := s.evaluate(ctx, a, nil, c.Origin)
		if err != nil {
			return nil, err
		}
		if l := (&expr.Literal{Value: value, Typ: typ}); named {
			p.ValuesByName[alias.Names[0]] = l
		} else {
			p.Values = append(p.Values, l)
		}
	}
	statements, err := p.ParseStatements(text.(string))
	if err != nil {
		return nil, err
	}
	if len(statements) != 1 {
		return nil, fault.New(fault.ParseSyntax, "EXECUTE IMMEDIATE takes one statement, not %d", len(statements)).Locate(c.At)
	}
	d := s.frame(statements[0].Query, nil)
	if statements[0].Command != nil {
		if _, again := statements[0].Command.(*plan.ExecuteImmediate); again {
			return nil, fault.New(fault.NestedExecute, "EXECUTE IMMEDIATE stands within the text of another").Locate(c.At)
		}
		if d, err = s.command(ctx, statements[0].Command); err != nil {
			return nil, err
		}
	}
	if len(c.Into) == 0 {
		return d, nil
	}
	if statements[0].Command != nil {
		return nil, fault.New(fault.IntoNeedsQuery, "INTO takes the row of a query").Locate(c.At)
	}
	return s.empty(), s.setVariables(ctx, &plan.SetVariable{Origin: c.Origin, Names: slices.Clone(c.Into), Query: statements[0].Query})
}

// SQLWith is [Session.SQL] with values for the parameters of the text: those in named
// stand for :name, or those in list for the ? in their order. They are Go values as
// [functions.Lit] takes them.
func (s *Session) SQLWith(text string, named map[string]any, list ...any) *DataFrame {
	p := s.parser()
	p.ValuesByName = make(map[string]expr.Expr)
	for k, v := range named {
		p.ValuesByName[k] = expr.Lit(v)
	}
	for _, v := range list {
		p.Values = append(p.Values, expr.Lit(v))
	}
	statements, err := p.ParseStatements(text)
	return s.one(statements, err)
}
