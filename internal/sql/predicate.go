package sql

import (
	"slices"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// predicate takes IS …, [NOT] IN …, [NOT] BETWEEN … or [NOT] LIKE … behind left.
func (p *parser) predicate(left expr.Expr, start int) expr.Expr {
	if p.acceptWords("IS") {
		return p.is(left, start)
	}
	not := p.acceptWords("NOT")
	var e expr.Expr
	switch {
	case p.acceptWords("IN"):
		e = p.in(left, start)
	case p.acceptWords("BETWEEN"):
		lower := p.binary(precCompare)
		p.expectWords("AND")
		upper := p.binary(precCompare)
		e = p.operatorCall("between", start, left, lower, upper)
	case p.acceptWords("RLIKE"), p.acceptWords("REGEXP"):
		e = p.operatorCall("rlike", start, left, p.binary(precCompare))
	case p.acceptWords("LIKE"):
		return p.like(left, start, "like", not)
	case p.acceptWords("ILIKE"):
		return p.like(left, start, "ilike", not)
	}
	return p.maybeNot(e, start, not)
}

func (p *parser) maybeNot(e expr.Expr, start int, not bool) expr.Expr {
	if not {
		return p.operatorCall("not", start, e)
	}
	return e
}

// is takes what follows IS.
func (p *parser) is(left expr.Expr, start int) expr.Expr {
	not := p.acceptWords("NOT")
	var e expr.Expr
	switch {
	case p.acceptWords("NULL"), p.acceptWords("UNKNOWN"):
		if not {
			return p.operatorCall("isnotnull", start, left)
		}
		return p.operatorCall("isnull", start, left)
	case p.acceptWords("TRUE"):
		e = p.operatorCall("<=>", start, left, expr.Lit(true))
	case p.acceptWords("FALSE"):
		e = p.operatorCall("<=>", start, left, expr.Lit(false))
	case p.acceptWords("DISTINCT"):
		p.expectWords("FROM")
		right := p.binary(precCompare)
		e = p.operatorCall("<=>", start, left, right)
		not = !not
	default:
		p.unexpected("NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM", "NULL", "TRUE", "FALSE", "UNKNOWN", "DISTINCT")
		return left
	}
	return p.maybeNot(e, start, not)
}

// in takes what follows IN: a list of values, or a query.
func (p *parser) in(left expr.Expr, start int) expr.Expr {
	p.expect("(")
	if p.at(")") {
		p.failAt(p.begin(), fault.InvalidSQLSyntax, "IN () has no values; write WHERE FALSE for what is never true")
		return left
	}
	q, list := p.parenthesized()
	p.expect(")")
	if q == nil {
		return p.operatorCall("in", start, append([]expr.Expr{left}, list...)...)
	}
	values := []expr.Expr{left}
	if row, ok := left.(*expr.UnresolvedFunction); ok && row.Name == "struct" && !row.Written {
		values = row.Args
	}
	return &expr.Subquery{Kind: expr.InSubquery, Values: values, Plan: q, At: p.from(start)}
}

// like takes what follows LIKE and ILIKE: a pattern, or ANY, SOME or ALL of a
// list, which become ORs and ANDs.
func (p *parser) like(left expr.Expr, start int, name string, not bool) expr.Expr {
	all := p.atWord("ALL") && p.ahead(1).isSymbol("(")
	some := (p.atWord("ANY") || p.atWord("SOME")) && p.ahead(1).isSymbol("(")
	if all || some {
		return p.likeList(left, start, name, not)
	}
	args := []expr.Expr{left, p.binary(precCompare)}
	if p.acceptWords("ESCAPE") {
		at := p.begin()
		escape := p.textLiteral()
		if len([]rune(escape)) != 1 && p.err == nil {
			p.failAt(at, fault.ParseSyntax, "the escape of LIKE is one character, not '%s'", escape)
		}
		args = append(args, expr.Lit(escape))
	}
	return p.maybeNot(p.operatorCall(name, start, args...), start, not)
}

// isText reports whether an expression is a literal of text.
func isText(e expr.Expr) bool {
	l, ok := e.(*expr.Literal)
	return ok && l.Value != nil && l.Typ.Kind == types.String
}

func (p *parser) likeList(left expr.Expr, start int, name string, not bool) expr.Expr {
	both := "or"
	if p.atWord("ALL") {
		both = "and"
	}
	p.advance()
	p.advance()
	if p.at(")") {
		p.failAt(p.begin(), fault.NoPatterns, "LIKE ANY and ALL need patterns between '(' and ')'")
		return left
	}
	patterns := p.expressions()
	if !slices.ContainsFunc(patterns, func(e expr.Expr) bool { return !isText(e) }) {
		p.expect(")")
		name += map[string]string{"or": "any", "and": "all"}[both]
		if not {
			name = "not" + name
		}
		return p.operatorCall(name, start, append([]expr.Expr{left}, patterns...)...)
	}
	var terms []operand
	for _, pattern := range patterns {
		e := p.maybeNot(p.operatorCall(name, start, left, pattern), start, not)
		terms = append(terms, operand{e, start, p.from(start).Stop})
	}
	p.expect(")")
	return p.halve(both, terms)
}
