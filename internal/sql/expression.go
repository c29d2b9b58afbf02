package sql

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
)

// precedence says how tightly an operator binds.
type precedence uint8

// The precedences, loosest first.
const (
	noOperator precedence = iota
	precOr
	precAnd
	precNot
	precPredicate // IS, IN, BETWEEN, LIKE
	precCompare
	precBitOr
	precBitXor
	precBitAnd
	precShift
	precSum
	precProduct
	precUnary
)

// expression reads an expression.
func (p *parser) expression() expr.Expr { return p.binary(precOr) }

// expressions reads expressions with commas between them.
func (p *parser) expressions() []expr.Expr {
	list := []expr.Expr{p.expression()}
	for p.accept(",") {
		list = append(list, p.expression())
	}
	return list
}

// binary reads an operand and the operators behind it that bind at least as
// tightly as min.
func (p *parser) binary(min precedence) expr.Expr {
	if !p.enter() {
		return &expr.Literal{}
	}
	defer p.leave()
	start := p.begin()
	return p.infix(p.prefix(min), start, min)
}

// infix takes the operators behind left, which began at start. Behind a predicate
// no other may stand: a IS NULL IS NULL is no expression.
func (p *parser) infix(left expr.Expr, start int, min precedence) expr.Expr {
	limit := precUnary
	for n := 1; ; n++ {
		prec, name := p.operator()
		if prec == noOperator || prec < min || prec >= limit {
			return left
		}
		p.link(n)
		switch prec {
		case precOr, precAnd:
			left = p.logical(left, start, prec, name)
		case precPredicate:
			left = p.predicate(left, start)
			limit = precPredicate
		default:
			p.advance()
			right := p.binary(prec + 1)
			left = p.compare(name, left, right, start)
		}
	}
}

// compare calls an operator; a <> b is NOT (a = b).
func (p *parser) compare(name string, left, right expr.Expr, start int) expr.Expr {
	if name == "<>" {
		return p.operatorCall("not", start, p.operatorCall("=", start, left, right))
	}
	return p.operatorCall(name, start, left, right)
}

// operatorCall is an operator over args, in the text from start on.
func (p *parser) operatorCall(name string, start int, args ...expr.Expr) *expr.UnresolvedFunction {
	return &expr.UnresolvedFunction{Name: name, Args: args, At: p.from(start)}
}

// operand is one term of a chain of ANDs or ORs, and its place.
type operand struct {
	e           expr.Expr
	start, stop int
}

// logical takes a chain of ANDs or ORs. A long one becomes a tree that is halved
// again and again, not one as deep as it is long: generated conditions have
// thousands of terms. Spark makes the same tree.
func (p *parser) logical(left expr.Expr, start int, prec precedence, name string) expr.Expr {
	terms := []operand{{left, start, p.from(start).Stop}}
	for {
		again, _ := p.operator()
		if again != prec {
			return p.halve(name, terms)
		}
		p.advance()
		at := p.begin()
		e := p.binary(prec + 1)
		terms = append(terms, operand{e, at, p.from(at).Stop})
	}
}

func (p *parser) halve(name string, terms []operand) expr.Expr {
	if len(terms) == 1 {
		return terms[0].e
	}
	middle := (len(terms) + 1) / 2
	at := fault.Position{Text: p.text, Start: terms[0].start, Stop: terms[len(terms)-1].stop}
	return &expr.UnresolvedFunction{Name: name, At: at,
		Args: []expr.Expr{p.halve(name, terms[:middle]), p.halve(name, terms[middle:])}}
}

// operator is the precedence of the operator at the token, noOperator for none,
// and the name of its function.
func (p *parser) operator() (precedence, string) {
	t := p.token()
	switch t.kind {
	case symbolToken:
		return symbolOperator(t.text)
	case wordToken:
		return p.wordOperator(t)
	}
	return noOperator, ""
}

func symbolOperator(s string) (precedence, string) {
	switch s {
	case "=", "==":
		return precCompare, "="
	case "<>", "!=":
		return precCompare, "<>"
	case "<=>", "<", ">", "<=", ">=":
		return precCompare, s
	case "!>":
		return precCompare, "<="
	case "!<":
		return precCompare, ">="
	case "+", "-":
		return precSum, s
	case "||":
		return precSum, "concat"
	case "*", "/", "%":
		return precProduct, s
	case "<<", ">>", ">>>":
		return precShift, s
	case "&":
		return precBitAnd, s
	case "^":
		return precBitXor, s
	case "|":
		return precBitOr, s
	}
	return noOperator, ""
}

func (p *parser) wordOperator(t *token) (precedence, string) {
	switch len(t.text) {
	case 2:
		switch {
		case t.is("OR"):
			return precOr, "or"
		case t.is("IS"), t.is("IN"):
			return precPredicate, ""
		}
	case 3:
		switch {
		case t.is("AND"):
			return precAnd, "and"
		case t.is("DIV"):
			return precProduct, "div"
		case t.is("NOT") && p.ahead(1).isAny(negatable):
			return precPredicate, ""
		}
	default:
		if t.isAny(negatable) {
			return precPredicate, ""
		}
	}
	return noOperator, ""
}

// negatable are the predicates that NOT may stand before.
var negatable = []string{"LIKE", "BETWEEN", "IN", "ILIKE", "RLIKE", "REGEXP"}

// prefix reads an operand with the operators before it.
func (p *parser) prefix(min precedence) expr.Expr {
	start := p.begin()
	t := p.token()
	switch {
	case t.is("NOT") && !p.operandIsName(), t.isSymbol("!"):
		if min > precNot {
			p.unexpected("an expression; NOT here stands in parentheses")
			return &expr.Literal{}
		}
		p.advance()
		e := p.binary(precNot)
		return p.operatorCall("not", start, e)
	case t.isSymbol("-") && p.ahead(1).isNumber():
		p.advance()
		return p.postfix(p.numberLiteral(start, "-"), start)
	case t.isSymbol("-"), t.isSymbol("+"), t.isSymbol("~"):
		p.advance()
		e := p.binary(precUnary)
		if t.text == "+" {
			return p.operatorCall("positive", start, e)
		}
		return p.operatorCall(t.text, start, e)
	default:
		return p.postfix(p.primary(), start)
	}
}

// operandIsName reports whether the keyword at the token is a name: punctuation
// follows that cannot follow the keyword.
func (p *parser) operandIsName() bool {
	next := p.ahead(1)
	if next.kind == endToken {
		return p.next == 0
	}
	if next.is("FROM") && !p.atWord("SELECT") {
		return true
	}
	if next.kind != symbolToken {
		return false
	}
	switch next.text {
	case "(", "-", "+", "*", "~", "!", "?", ":", "/*+":
		return false
	}
	return true
}

// postfix takes what follows an operand most closely: .name, [key], ::type,
// COLLATE.
func (p *parser) postfix(e expr.Expr, start int) expr.Expr {
	for n := 1; ; n++ {
		switch {
		case p.at("."):
			p.advance()
			name := p.name("the name of a field")
			e = &expr.UnresolvedExtract{Child: e, Key: expr.Lit(name), At: p.from(start)}
		case p.at("["):
			p.advance()
			key := p.expression()
			p.expect("]")
			e = &expr.UnresolvedExtract{Child: e, Key: key, At: p.from(start)}
		case p.at("::"):
			p.advance()
			to := p.dataType()
			e = &expr.Cast{Child: e, To: to, At: p.from(start)}
		case p.at(":") && (p.ahead(1).isName() || p.ahead(1).isSymbol("[")):
			e = p.variantPath(e, start)
		case p.atWord("COLLATE") && p.ahead(1).isName():
			p.advance()
			parts := p.names("the name of a collation")
			e = p.operatorCall("collate", start, e, expr.Lit(parts[len(parts)-1]))
		default:
			return e
		}
		p.link(n * (maxChain / maxDepth))
	}
}

// variantPath takes what stands behind the colon of variant:a.b[0]['c']: the path of
// variant_get. The column has the name of the last field of the path.
func (p *parser) variantPath(e expr.Expr, start int) expr.Expr {
	p.advance()
	path, name := "$", ""
	for first := true; ; first = false {
		switch {
		case p.at("["):
			p.advance()
			key, ok := p.expression().(*expr.Literal)
			if !ok || key.Value == nil {
				p.failAt(start, fault.ParseSyntax, "between the brackets of a path stands a number or a text")
				return e
			}
			if text, isText := key.Value.(string); isText {
				name = text
				path += pathStep(text)
			} else {
				path += fmt.Sprintf("[%v]", key.Value)
			}
			p.expect("]")
		case first || p.at("."):
			if !first {
				p.advance()
			}
			name = p.name("the name of a field")
			path += pathStep(name)
		default:
			return &expr.UnresolvedExtract{Child: e, Key: expr.Lit(path), Name: name, Path: true, At: p.from(start)}
		}
	}
}

// pathStep is a field in a path, whatever its name.
func pathStep(name string) string {
	if plainField(name) {
		return "." + name
	}
	if strings.Contains(name, "'") {
		return `["` + name + `"]`
	}
	return "['" + name + "']"
}

// plainField reports whether a path may have a field behind a dot.
func plainField(name string) bool {
	for i, r := range name {
		if letter := r == '_' || r|0x20 >= 'a' && r|0x20 <= 'z'; !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

// parenthesized reads what stands behind an open parenthesis: a query, or
// expressions. Several parentheses before a SELECT may begin either: (SELECT 1)
// UNION …, or (SELECT 1) + 1; what follows the inner one decides, so that nothing
// is read twice.
func (p *parser) parenthesized() (plan.Node, []expr.Expr) {
	if p.queryAt(p.next) {
		return p.query(), nil
	}
	if !p.at("(") || !p.queryAfterParentheses() {
		return nil, p.expressions()
	}
	if !p.enter() {
		return nil, []expr.Expr{&expr.Literal{}}
	}
	defer p.leave()
	start := p.begin()
	p.advance()
	q, list := p.parenthesized()
	p.expect(")")
	if q != nil && p.queryGoesOn() {
		return p.queryFrom(q, start), nil
	}
	var first expr.Expr
	if q != nil {
		first = &expr.Subquery{Kind: expr.ScalarSubquery, Plan: q, At: p.from(start)}
	} else {
		first = p.row(list, start)
	}
	first = p.infix(p.postfix(first, start), start, precOr)
	list = []expr.Expr{first}
	for p.accept(",") {
		list = append(list, p.expression())
	}
	return nil, list
}

// row is the value of a list in parentheses: itself if it is one, else a struct.
func (p *parser) row(list []expr.Expr, start int) expr.Expr {
	if len(list) == 1 {
		return list[0]
	}
	return p.operatorCall("struct", start, list...)
}

// namedExpression reads an item of a select list: an expression and its names.
func (p *parser) namedExpression() expr.Expr {
	e := p.expression()
	if p.acceptWords("AS") {
		if p.at("(") {
			return &expr.Alias{Child: e, Names: p.nameList()}
		}
		return &expr.Alias{Child: e, Names: []string{p.name("a name")}}
	}
	switch {
	case p.atAlias(true):
		p.alias = p.next
		return &expr.Alias{Child: e, Names: []string{p.name("a name")}}
	case p.at("(") && p.ahead(1).isName():
		return &expr.Alias{Child: e, Names: p.nameList()}
	}
	return e
}

// namedExpressions reads a select list.
func (p *parser) namedExpressions() []expr.Expr {
	list := []expr.Expr{p.namedExpression()}
	for p.accept(",") {
		list = append(list, p.namedExpression())
	}
	return list
}
