package sql

import (
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
)

// primary reads an operand: a literal, a name, a call, or what stands in
// parentheses.
func (p *parser) primary() expr.Expr {
	start := p.begin()
	t := p.token()
	switch {
	case t.kind == textToken:
		return expr.Lit(p.textLiteral())
	case t.isNumber():
		return p.numberLiteral(start, "")
	case t.kind == quotedToken:
		return p.reference()
	case t.kind == wordToken:
		return p.wordOperand(start)
	case t.kind == symbolToken:
		return p.symbolOperand(start)
	}
	p.unexpected("an expression")
	return &expr.Literal{}
}

func (p *parser) symbolOperand(start int) expr.Expr {
	switch t := p.token(); t.text {
	case "(":
		if p.lambdaAhead() {
			return p.lambda(start)
		}
		p.advance()
		q, list := p.parenthesized()
		p.expect(")")
		if q != nil {
			return &expr.Subquery{Kind: expr.ScalarSubquery, Plan: q, At: p.from(start)}
		}
		return p.row(list, start)
	case "*":
		p.advance()
		return p.star(nil, start)
	case "?":
		p.advance()
		p.parameters++
		return p.parameter(&expr.Parameter{Index: p.parameters - 1, At: p.from(start)})
	case ":":
		p.advance()
		name := p.name("the name of a parameter")
		return p.parameter(&expr.Parameter{Name: name, At: p.from(start)})
	}
	p.unexpected("an expression")
	return &expr.Literal{}
}

// wordOperand reads an operand that begins with a word: a keyword where what
// follows fits it, else a name.
func (p *parser) wordOperand(start int) expr.Expr {
	next := p.ahead(1)
	switch t := p.token(); {
	case next.isSymbol("->"):
		return p.lambda(start)
	case next.isSymbol("."):
		return p.reference()
	case next.isSymbol("("):
		return p.callWord(start)
	case next.kind == textToken && !t.isAny(operandWords) && !t.is("CASE"):
		return p.typedLiteral(start)
	case t.is("NULL"):
		p.advance()
		return &expr.Literal{}
	case t.is("TRUE"), t.is("FALSE"):
		p.advance()
		return expr.Lit(t.is("TRUE"))
	case t.is("CASE") && !p.operandIsName():
		return p.caseWhen(start)
	case t.is("INTERVAL") && p.intervalAhead():
		return p.interval(start)
	case t.isAny(operandWords) && !p.operandIsName():
		p.unexpected("an expression")
		return &expr.Literal{}
	}
	return p.reference()
}

// callWord reads an operand that begins with a word and a parenthesis: a form
// with a syntax of its own, or a call.
func (p *parser) callWord(start int) expr.Expr {
	t := p.token()
	switch {
	case t.is("CASE"):
		return p.caseWhen(start)
	case t.is("CAST"), t.is("TRY_CAST"):
		return p.cast(start)
	case t.is("EXISTS") && (p.queryAt(p.next+2) || p.ahead(2).isSymbol("(") && p.queryAfterParenthesesAt(p.next+2)):
		p.advance()
		p.advance()
		q := p.query()
		p.expect(")")
		return &expr.Subquery{Kind: expr.ExistsSubquery, Plan: q, At: p.from(start)}
	case t.isAny(operandWords) && !t.isAny(functionWords):
		p.unexpected("an expression")
		return &expr.Literal{}
	}
	if e := p.specialCall(start); e != nil {
		return e
	}
	return p.reference()
}

// functionWords are operandWords that are also functions.
var functionWords = []string{"LIKE"}

// reference reads a column's name, a call of a function, or name.*.
func (p *parser) reference() expr.Expr {
	start := p.begin()
	parts := []string{p.name("an expression")}
	for p.at(".") {
		if p.ahead(1).isSymbol("*") {
			p.advance()
			p.advance()
			return p.star(parts, start)
		}
		if !p.ahead(1).isName() {
			break
		}
		p.advance()
		parts = append(parts, p.name("the name of a field"))
	}
	if p.at("(") {
		return p.call(strings.Join(parts, "."), start)
	}
	return &expr.UnresolvedAttribute{Parts: parts, At: p.from(start)}
}

// star reads what follows *: EXCEPT (names).
func (p *parser) star(target []string, start int) expr.Expr {
	s := &expr.UnresolvedStar{Target: target}
	if p.atWord("EXCEPT") && p.ahead(1).isSymbol("(") && !p.queryAt(p.next+2) {
		p.advance()
		p.advance()
		s.Except = append(s.Except, p.names("the name of a column"))
		for p.accept(",") {
			s.Except = append(s.Except, p.names("the name of a column"))
		}
		p.expect(")")
	}
	s.At = p.from(start)
	return s
}

// lambdaAhead reports whether (a, b) -> stands at the token.
func (p *parser) lambdaAhead() bool {
	i := p.next + 1
	for ; i+2 < len(p.tokens) && p.tokens[i].isName(); i += 2 {
		if p.tokens[i+1].isSymbol(")") {
			return p.tokens[i+2].isSymbol("->")
		}
		if !p.tokens[i+1].isSymbol(",") {
			return false
		}
	}
	return false
}

// lambda reads x -> body or (x, y) -> body.
func (p *parser) lambda(start int) expr.Expr {
	var params []string
	if p.at("(") {
		params = p.nameList()
	} else {
		params = []string{p.name("a name")}
	}
	p.expect("->")
	body := p.expression()
	return &expr.Lambda{Params: params, Body: body, At: p.from(start)}
}

// caseWhen reads CASE: conditions and values, or a value compared with values.
func (p *parser) caseWhen(start int) expr.Expr {
	p.advance()
	var value expr.Expr
	if !p.atWord("WHEN") {
		value = p.expression()
	}
	if !p.atWord("WHEN") {
		p.unexpected("WHEN", "WHEN")
	}
	var args []expr.Expr
	for p.acceptWords("WHEN") {
		at := p.begin()
		condition := p.expression()
		if value != nil {
			condition = p.operatorCall("=", at, value, condition)
		}
		p.expectWords("THEN")
		args = append(args, condition, p.expression())
	}
	if p.acceptWords("ELSE") {
		args = append(args, p.expression())
	}
	if !p.acceptWords("END") {
		p.unexpected("WHEN, ELSE or END of CASE", "WHEN", "ELSE", "END")
	}
	return p.operatorCall("when", start, args...)
}

// cast reads CAST(e AS type) and TRY_CAST.
func (p *parser) cast(start int) expr.Expr {
	c := &expr.Cast{}
	if p.atWord("TRY_CAST") {
		c.Mode = expr.CastTry
	}
	p.advance()
	p.expect("(")
	c.Child = p.expression()
	p.expectWords("AS")
	c.To = p.dataType()
	p.expect(")")
	c.At = p.from(start)
	return c
}

// call reads the arguments of a function and what may follow them: WITHIN GROUP,
// FILTER, IGNORE NULLS, OVER.
func (p *parser) call(name string, start int) expr.Expr {
	f := &expr.UnresolvedFunction{Name: name, Written: true}
	p.expect("(")
	if p.acceptWords("ALL") {
		// The default.
	} else if p.atWord("DISTINCT") && !p.endsItem(p.ahead(1)) {
		p.advance()
		f.Distinct = true
	}
	switch {
	case p.at(")"):
	case strings.EqualFold(name, "struct"):
		f.Args = p.namedExpressions()
	default:
		f.Args = p.arguments()
	}
	p.nulls(f)
	p.expect(")")
	return p.callTail(f, start)
}

// nulls reads IGNORE NULLS or RESPECT NULLS.
func (p *parser) nulls(f *expr.UnresolvedFunction) {
	switch {
	case p.acceptWords("IGNORE", "NULLS"):
		f.IgnoreNulls = true
	case p.acceptWords("RESPECT", "NULLS"):
		f.IgnoreNulls = false
	}
}

// callTail reads what may follow the arguments of a call.
func (p *parser) callTail(f *expr.UnresolvedFunction, start int) expr.Expr {
	if p.atWords("WITHIN", "GROUP") {
		p.advance()
		p.advance()
		p.expect("(")
		p.expectWords("ORDER", "BY")
		f.OrderBy = p.sortOrders()
		p.expect(")")
	}
	if p.atWord("FILTER") && p.ahead(1).isSymbol("(") {
		p.advance()
		p.advance()
		p.expectWords("WHERE")
		f.Filter = p.expression()
		p.expect(")")
	}
	p.nulls(f)
	f.At = p.from(start)
	if p.atWord("OVER") && (p.ahead(1).isSymbol("(") || p.ahead(1).isName() && !p.ahead(1).isAny(clauseWords)) {
		p.advance()
		return p.over(f, start)
	}
	return f
}

// arguments reads the arguments of a call: expressions and name => value.
func (p *parser) arguments() []expr.Expr {
	var list []expr.Expr
	for {
		switch {
		case p.token().isName() && p.ahead(1).isSymbol("=>"):
			name := p.name("a name")
			p.advance()
			list = append(list, &expr.NamedArgument{Name: name, Value: p.expression()})
		default:
			list = append(list, p.expression())
		}
		if !p.accept(",") {
			return list
		}
	}
}

// over reads what follows OVER: a window, or the name of one.
func (p *parser) over(f expr.Expr, start int) expr.Expr {
	w := &expr.Window{Fn: f}
	if p.at("(") {
		p.windowSpec(w)
	} else {
		w.Name = p.name("the name of a window")
	}
	w.At = p.from(start)
	if w.Name != "" {
		p.windows = append(p.windows, w)
	}
	return w
}

// windowSpec reads (PARTITION BY … ORDER BY … frame), or (name).
func (p *parser) windowSpec(w *expr.Window) {
	p.expect("(")
	if p.token().isName() && p.ahead(1).isSymbol(")") {
		w.Name = p.name("the name of a window")
	}
	switch {
	case p.acceptWords("CLUSTER", "BY"):
		w.PartitionBy = p.expressions()
	case p.acceptWords("PARTITION", "BY"), p.acceptWords("DISTRIBUTE", "BY"):
		w.PartitionBy = p.expressions()
	}
	if p.acceptWords("ORDER", "BY") || p.acceptWords("SORT", "BY") {
		w.OrderBy = p.sortOrders()
	}
	if p.atWord("ROWS") || p.atWord("RANGE") {
		w.Frame = p.frame()
	}
	p.expect(")")
}

// bound is one end of a frame: an expression, CURRENT ROW, or neither for
// UNBOUNDED.
type bound struct {
	value              expr.Expr
	current, following bool
}

// frame reads ROWS or RANGE, and one bound or two.
func (p *parser) frame() *expr.Frame {
	f := &expr.Frame{Rows: p.atWord("ROWS")}
	p.advance()
	if !p.acceptWords("BETWEEN") {
		lower := p.bound()
		f.Lower, f.LowerCurrent, f.LowerFollowing = lower.value, lower.current, lower.following
		f.UpperCurrent = true
		return f
	}
	lower := p.bound()
	p.expectWords("AND")
	upper := p.bound()
	f.Lower, f.LowerCurrent, f.LowerFollowing = lower.value, lower.current, lower.following
	f.Upper, f.UpperCurrent, f.UpperBefore = upper.value, upper.current, !upper.following && !upper.current
	return f
}

func (p *parser) bound() bound {
	switch {
	case p.acceptWords("CURRENT", "ROW"):
		return bound{current: true}
	case p.acceptWords("UNBOUNDED", "PRECEDING"):
		return bound{}
	case p.acceptWords("UNBOUNDED", "FOLLOWING"):
		return bound{following: true}
	}
	b := bound{value: p.expression()}
	switch {
	case p.acceptWords("PRECEDING"):
	case p.acceptWords("FOLLOWING"):
		b.following = true
	default:
		p.unexpected("PRECEDING or FOLLOWING", "PRECEDING", "FOLLOWING")
	}
	return b
}

// defineWindows reads what follows WINDOW: name AS (…), ….
func (p *parser) defineWindows() {
	p.named = map[string]*expr.Window{}
	for {
		start := p.begin()
		name := strings.ToLower(p.name("the name of a window"))
		p.expectWords("AS")
		w := &expr.Window{}
		if p.at("(") {
			p.windowSpec(w)
		} else {
			w.Name = p.name("the name of a window")
		}
		if _, twice := p.named[name]; twice {
			p.failAt(start, fault.InvalidSQLSyntax, "the window %s is defined twice", name)
		}
		p.named[name] = w
		if !p.accept(",") {
			break
		}
	}
	p.resolveWindows()
}

// resolveWindows gives the functions OVER a name, those of this query, their
// windows.
func (p *parser) resolveWindows() {
	if p.err != nil {
		return
	}
	for _, w := range p.windows[p.windowBase:] {
		def := p.named[strings.ToLower(w.Name)]
		if def != nil && def.Name != "" {
			def = p.named[strings.ToLower(def.Name)]
		}
		if def == nil {
			p.fail(fault.New(fault.MissingWindow, "there is no window %s in a WINDOW clause", w.Name).
				With("windowName", w.Name).Locate(w.At))
			return
		}
		w.PartitionBy, w.OrderBy, w.Frame = def.PartitionBy, def.OrderBy, def.Frame
	}
	p.windows = p.windows[:p.windowBase]
}
