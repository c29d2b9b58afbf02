package sql

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
)

// selectFrom reads SELECT and its clauses. from is the relation of FROM t SELECT
// …, nil where FROM follows.
func (p *parser) selectFrom(from plan.Node, start int) plan.Node {
	p.expectWords("SELECT")
	hints := p.hints()
	distinct := false
	switch {
	case p.atWord("DISTINCT") && !p.operandIsName():
		p.advance()
		distinct = true
	case p.atWord("ALL") && !p.operandIsName():
		p.advance()
	}
	items := p.namedExpressions()
	list := p.from(start)
	if from == nil {
		if p.acceptWords("FROM") {
			from = p.relations()
		} else {
			from = &plan.OneRow{Origin: plan.Origin{At: list}}
		}
	}
	from = p.lateralViews(from)
	for _, h := range hints {
		h.Input = from
		from = h
	}
	if at := p.begin(); p.acceptWords("WHERE") {
		condition := p.expression()
		from = &plan.Filter{Origin: p.origin(at), Input: from, Condition: condition}
	}
	n := p.group(from, items, list, distinct)
	if p.atWord("WINDOW") && p.ahead(1).isName() && p.ahead(2).is("AS") {
		p.advance()
		p.defineWindows()
	}
	if at := p.begin(); p.acceptWords("QUALIFY") {
		condition := p.expression()
		n = &plan.Filter{Origin: p.origin(at), Input: n, Condition: condition, Qualify: true}
	}
	return n
}

// group reads GROUP BY and HAVING and makes the Project or Aggregate of a select
// list.
func (p *parser) group(from plan.Node, items []expr.Expr, at fault.Position, distinct bool) plan.Node {
	agg := &plan.Aggregate{Origin: plan.Origin{At: at}, Input: from, Exprs: items}
	grouped := p.acceptWords("GROUP", "BY")
	if grouped {
		p.grouping(agg)
	}
	if p.acceptWords("HAVING") {
		grouped = true
		agg.Having = p.expression()
	}
	if !grouped {
		return &plan.Project{Origin: plan.Origin{At: at}, Input: from, Exprs: items, Distinct: distinct}
	}
	if distinct {
		all := []expr.Expr{&expr.UnresolvedStar{At: at}}
		return &plan.Project{Origin: plan.Origin{At: at}, Input: agg, Exprs: all, Distinct: true}
	}
	return agg
}

// hints reads /*+ name(arguments), … */, one node each, their inputs not set.
func (p *parser) hints() []*plan.Hint {
	var list []*plan.Hint
	for p.accept("/*+") {
		for !p.at("*/") && p.err == nil {
			start := p.begin()
			h := &plan.Hint{Name: p.name("the name of a hint")}
			if p.accept("(") {
				if !p.at(")") {
					h.Args = p.expressions()
				}
				p.expect(")")
			}
			h.Origin = p.origin(start)
			list = append(list, h)
			p.accept(",")
		}
		p.expect("*/")
	}
	return list
}

// lateralViews reads LATERAL VIEW [OUTER] generator(…) table [AS] columns.
func (p *parser) lateralViews(n plan.Node) plan.Node {
	for i := 1; p.atWords("LATERAL", "VIEW"); i++ {
		p.link(i)
		start := p.begin()
		p.advance()
		p.advance()
		g := &plan.Generate{Input: n, Outer: p.acceptWords("OUTER")}
		at := p.begin()
		name := p.names("the name of a generator")
		g.Generator = p.generator(name[len(name)-1], at)
		if !p.acceptWords("AS") {
			if p.atAlias(false) {
				g.Alias = p.name("the name of a table")
			}
			if g.Alias != "" && (p.acceptWords("AS") || p.atAlias(false)) {
				g.Names = p.viewColumns()
			}
		} else {
			g.Names = p.viewColumns()
		}
		g.Origin = p.origin(start)
		n = g
	}
	return n
}

func (p *parser) viewColumns() []string {
	names := []string{p.name("the name of a column")}
	for p.at(",") && p.ahead(1).isName() {
		p.advance()
		names = append(names, p.name("the name of a column"))
	}
	return names
}

// generator reads the arguments of a function that makes rows.
func (p *parser) generator(name string, start int) *expr.UnresolvedFunction {
	f := &expr.UnresolvedFunction{Name: name, Written: true}
	p.expect("(")
	if !p.at(")") {
		f.Args = p.arguments()
	}
	p.expect(")")
	f.At = p.from(start)
	return f
}
