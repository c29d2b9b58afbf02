package sql

import (
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// declare reads what follows DECLARE.
func (p *parser) declare(start int) plan.Command {
	d := &plan.DeclareVariable{Replace: p.acceptWords("OR", "REPLACE")}
	if !p.acceptWords("VARIABLE") {
		p.acceptWords("VAR")
	}
	d.Name = p.names("the name of a variable")
	if !p.atWord("DEFAULT") && p.token().isName() {
		t := p.dataType()
		d.Type = &t
	}
	switch {
	case p.acceptWords("DEFAULT"), p.accept("="):
		d.Default = p.expression()
	case d.Type == nil:
		p.unexpected("a data type, or DEFAULT and a value", "DEFAULT")
	}
	d.Origin = p.origin(start)
	return d
}

// setVariable reads what follows SET VAR: names with values, or a list of names and a
// query in parentheses.
func (p *parser) setVariable(start int) plan.Command {
	s := &plan.SetVariable{}
	if p.accept("(") {
		for p.err == nil {
			s.Names = append(s.Names, p.names("the name of a variable"))
			if !p.accept(",") {
				break
			}
		}
		p.expect(")")
		p.expect("=")
		p.expect("(")
		s.Query = p.query()
		p.expect(")")
	}
	for p.err == nil && s.Query == nil {
		s.Names = append(s.Names, p.names("the name of a variable"))
		p.expect("=")
		if p.acceptWords("DEFAULT") {
			s.Values = append(s.Values, nil)
		} else {
			s.Values = append(s.Values, p.expression())
		}
		if !p.accept(",") {
			break
		}
	}
	s.Origin = p.origin(start)
	return s
}

// dropVariable reads what follows DROP TEMPORARY VARIABLE.
func (p *parser) dropVariable(start int) plan.Command {
	d := &plan.DropVariable{IfExists: p.acceptWords("IF", "EXISTS")}
	d.Name = p.names("the name of a variable")
	d.Origin = p.origin(start)
	return d
}

// execute reads what follows EXECUTE IMMEDIATE.
func (p *parser) execute(start int) plan.Command {
	e := &plan.ExecuteImmediate{Text: p.expression()}
	if p.acceptWords("INTO") {
		for p.err == nil {
			e.Into = append(e.Into, p.names("the name of a variable"))
			if !p.accept(",") {
				break
			}
		}
	}
	if p.acceptWords("USING") {
		within := p.accept("(")
		for p.err == nil {
			arg := p.expression()
			if p.acceptWords("AS") || p.token().isName() {
				arg = &expr.Alias{Child: arg, Names: []string{p.name("the name of a parameter")}}
			}
			e.Arguments = append(e.Arguments, arg)
			if !p.accept(",") {
				break
			}
		}
		if within {
			p.expect(")")
		}
	}
	e.Origin = p.origin(start)
	return e
}

// parameter is the marker of a parameter, or the value that the Parser has for it.
func (p *parser) parameter(m *expr.Parameter) expr.Expr {
	if m.Name == "" {
		if m.Index < len(p.values) {
			return p.values[m.Index]
		}
		return m
	}
	for name, v := range p.valuesByName {
		if strings.EqualFold(name, m.Name) {
			return v
		}
	}
	return m
}
