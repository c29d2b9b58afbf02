package sql

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// pipe reads the operator behind |>, which takes the rows of left.
func (p *parser) pipe(left plan.Node, start int) plan.Node {
	at := p.begin()
	switch {
	case p.acceptWords("SELECT"):
		distinct := p.acceptWords("DISTINCT")
		items := p.namedExpressions()
		if p.acceptWords("WINDOW") {
			p.defineWindows()
		}
		return &plan.Project{Origin: p.origin(at), Input: left, Exprs: items, Distinct: distinct}
	case p.acceptWords("EXTEND"):
		items := append([]expr.Expr{&expr.UnresolvedStar{At: p.from(at)}}, p.namedExpressions()...)
		return &plan.Project{Origin: p.origin(at), Input: left, Exprs: items}
	case p.acceptWords("SET"):
		return p.pipeSet(left, at)
	case p.acceptWords("DROP"):
		return p.pipeDrop(left, at)
	case p.acceptWords("AS"):
		return &plan.SubqueryAlias{Input: left, Name: []string{p.name("a name")}, Origin: p.origin(at)}
	case p.acceptWords("WHERE"):
		condition := p.expression()
		return &plan.Filter{Origin: p.origin(at), Input: left, Condition: condition}
	case p.acceptWords("AGGREGATE"):
		return p.pipeAggregate(left, at)
	case p.atWord("TABLESAMPLE"):
		return p.sample()(left)
	case p.atWord("PIVOT"), p.atWord("UNPIVOT"):
		return p.extensions(left, start, "")
	case p.atWord("UNION"), p.atWord("EXCEPT"), p.atWord("MINUS"), p.atWord("INTERSECT"):
		return p.pipeSetOperation(left, start)
	case p.token().isAny(queryWords):
		return p.organize(left)
	case p.atWords("LATERAL", "VIEW"):
		return p.lateralViews(left)
	}
	if joined := p.joins(left, start); joined != left {
		return joined
	}
	p.unexpected("an operator such as SELECT, WHERE, AGGREGATE, EXTEND, SET, DROP, JOIN or ORDER BY behind |>", pipeWords...)
	return left
}

var pipeWords = []string{"SELECT", "EXTEND", "SET", "DROP", "AS", "WHERE", "AGGREGATE", "JOIN", "UNION", "EXCEPT",
	"INTERSECT", "ORDER", "LIMIT", "OFFSET", "TABLESAMPLE"}

// pipeSet reads SET column = value, …, one after the other.
func (p *parser) pipeSet(left plan.Node, at int) plan.Node {
	for {
		name := p.name("the name of a column")
		p.expect("=")
		alias := &expr.Alias{Child: p.expression(), Names: []string{name}}
		left = &plan.WithColumns{Origin: p.origin(at), Input: left, Aliases: []*expr.Alias{alias}, Known: true}
		if !p.accept(",") {
			return left
		}
	}
}

// pipeDrop reads DROP column, …: all others stay. The columns must be there.
func (p *parser) pipeDrop(left plan.Node, at int) plan.Node {
	star := &expr.UnresolvedStar{}
	for {
		star.Except = append(star.Except, p.names("the name of a column"))
		if !p.accept(",") {
			star.At = p.from(at)
			return &plan.Project{Origin: p.origin(at), Input: left, Exprs: []expr.Expr{star}}
		}
	}
}

// pipeAggregate reads AGGREGATE values GROUP BY keys: the keys go first into the
// result.
func (p *parser) pipeAggregate(left plan.Node, at int) plan.Node {
	agg := &plan.Aggregate{Input: left}
	if !p.atWords("GROUP", "BY") {
		agg.Exprs = p.namedExpressions()
	}
	if p.acceptWords("GROUP", "BY") {
		keys := p.namedExpressions()
		for _, k := range keys {
			if a, ok := k.(*expr.Alias); ok {
				agg.Grouping = append(agg.Grouping, a.Child)
			} else {
				agg.Grouping = append(agg.Grouping, k)
			}
		}
		agg.Exprs = append(keys, agg.Exprs...)
	}
	agg.Origin = p.origin(at)
	return agg
}

// pipeSetOperation reads UNION ALL (query) and its like.
func (p *parser) pipeSetOperation(left plan.Node, start int) plan.Node {
	kind := plan.ExceptSet
	switch {
	case p.atWord("UNION"):
		kind = plan.UnionSet
	case p.atWord("INTERSECT"):
		kind = plan.IntersectSet
	}
	p.advance()
	all := p.quantifier()
	right := p.queryOperand()
	return &plan.SetOp{Origin: p.origin(start), Left: left, Right: right, Kind: kind, All: all}
}
