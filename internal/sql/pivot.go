package sql

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// atPivot reports whether PIVOT or UNPIVOT stands here, and no alias of that name.
func (p *parser) atPivot() bool {
	next := p.ahead(1)
	return p.atWord("PIVOT") && next.isSymbol("(") ||
		p.atWord("UNPIVOT") && (next.isSymbol("(") || next.is("INCLUDE") || next.is("EXCLUDE"))
}

// pivots reads PIVOT and UNPIVOT behind a relation, with aliases.
func (p *parser) pivots(n plan.Node, start int) plan.Node {
	for i := 1; p.atPivot(); i++ {
		p.link(i)
		if p.atWord("PIVOT") {
			n = p.pivot(n, start)
		} else {
			n = p.unpivot(n, start)
		}
		n = p.aliased(n, start, "")
	}
	return n
}

// pivot reads PIVOT (aggregates FOR columns IN (values)).
func (p *parser) pivot(n plan.Node, start int) plan.Node {
	p.advance()
	p.expect("(")
	out := &plan.Pivot{Input: n, Aggregates: p.pivotAggregates()}
	p.expectWords("FOR")
	if p.accept("(") {
		for _, name := range p.columnNames() {
			out.Columns = append(out.Columns, name)
		}
		p.expect(")")
	} else {
		out.Columns = append(out.Columns, p.columnName())
	}
	p.expectWords("IN")
	p.expect("(")
	out.Values = p.namedExpressions()
	p.expect(")")
	p.expect(")")
	out.Origin = p.origin(start)
	return out
}

// pivotAggregates reads aggregate functions, with names, up to FOR.
func (p *parser) pivotAggregates() []expr.Expr {
	var list []expr.Expr
	for {
		e := p.expression()
		if p.acceptWords("AS") || p.token().isName() && !p.atWord("FOR") {
			e = &expr.Alias{Child: e, Names: []string{p.name("a name")}}
		}
		list = append(list, e)
		if !p.accept(",") {
			return list
		}
	}
}

// columnName takes the name of a column, which may have a qualifier.
func (p *parser) columnName() expr.Expr {
	at := p.begin()
	parts := p.names("the name of a column")
	return &expr.UnresolvedAttribute{Parts: parts, At: p.from(at)}
}

func (p *parser) columnNames() []expr.Expr {
	list := []expr.Expr{p.columnName()}
	for p.accept(",") {
		list = append(list, p.columnName())
	}
	return list
}

// unpivot reads UNPIVOT [INCLUDE|EXCLUDE NULLS] (value FOR name IN (columns)), and
// the form with several values in parentheses.
func (p *parser) unpivot(n plan.Node, start int) plan.Node {
	p.advance()
	out := &plan.Unpivot{Input: n}
	switch {
	case p.acceptWords("INCLUDE", "NULLS"):
		out.IncludeNulls = true
	default:
		p.acceptWords("EXCLUDE", "NULLS")
	}
	p.expect("(")
	several := p.at("(")
	if several {
		out.Values = p.nameList()
	} else {
		out.Values = []string{p.name("the name of a column of values")}
	}
	p.expectWords("FOR")
	out.Variable = p.name("the name of a column of names")
	p.expectWords("IN")
	p.expect("(")
	for {
		set := []expr.Expr{}
		if several {
			p.expect("(")
			set = p.columnNames()
			p.expect(")")
		} else {
			set = append(set, p.columnName())
		}
		name := ""
		if p.acceptWords("AS") || p.token().isName() {
			name = p.name("a name")
		}
		out.Sets, out.Names = append(out.Sets, set), append(out.Names, name)
		if !p.accept(",") {
			break
		}
	}
	p.expect(")")
	p.expect(")")
	out.Origin = p.origin(start)
	return out
}
