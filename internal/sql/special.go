package sql

import "github.com/weirstream/weir/internal/expr"

// specialCall reads the calls whose arguments have keywords in them, and returns
// nil where the call is an ordinary one.
func (p *parser) specialCall(start int) expr.Expr {
	t := p.token()
	switch {
	case t.is("EXTRACT"):
		return p.extract(start)
	case t.is("TRIM"):
		return p.trim(start)
	case t.is("SUBSTRING"), t.is("SUBSTR"):
		return p.keywordCall("substring", start, "FROM", "FOR")
	case t.is("OVERLAY"):
		return p.keywordCall("overlay", start, "PLACING", "FROM", "FOR")
	case t.is("POSITION"):
		return p.keywordCall("position", start, "IN")
	case t.is("TIMESTAMPADD"), t.is("DATEADD"), t.is("DATE_ADD"):
		return p.unitCall("timestampadd", start)
	case t.is("TIMESTAMPDIFF"), t.is("DATEDIFF"), t.is("DATE_DIFF"), t.is("TIMEDIFF"):
		return p.unitCall("timestampdiff", start)
	}
	return nil
}

// extract reads EXTRACT(field FROM e).
func (p *parser) extract(start int) expr.Expr {
	if !p.ahead(3).is("FROM") {
		return nil
	}
	p.advance()
	p.advance()
	field := p.token().text
	p.advance()
	p.expectWords("FROM")
	e := p.expression()
	p.expect(")")
	return p.written("extract", start, expr.Lit(field), e)
}

// written is a call that stands in the text as name(…).
func (p *parser) written(name string, start int, args ...expr.Expr) expr.Expr {
	f := p.operatorCall(name, start, args...)
	f.Written = true
	return f
}

// trim reads TRIM([BOTH|LEADING|TRAILING] [characters] FROM e). As in the
// functions, the characters go first.
func (p *parser) trim(start int) expr.Expr {
	name := ""
	switch next := p.ahead(2); {
	case next.is("BOTH"):
		name = "trim"
	case next.is("LEADING"):
		name = "ltrim"
	case next.is("TRAILING"):
		name = "rtrim"
	}
	after := p.ahead(3)
	if name != "" && after.kind == symbolToken && !after.isSymbol("(") && !after.isSymbol("?") && !after.isSymbol(":") {
		name = "" // a column of this name
	}
	p.advance()
	p.advance()
	if name != "" {
		p.advance()
	}
	var args []expr.Expr
	if !p.atWord("FROM") || p.operandIsName() {
		if p.at(")") {
			return p.finishCall("trim", start, nil)
		}
		args = p.arguments()
	}
	if !p.acceptWords("FROM") {
		if name != "" {
			p.unexpected("FROM", "FROM")
		}
		return p.finishCall("trim", start, args)
	}
	args = append(args, p.expression())
	p.expect(")")
	if name == "" {
		name = "trim"
	}
	return p.written(name, start, args...)
}

// finishCall ends an ordinary call whose arguments have been read.
func (p *parser) finishCall(name string, start int, args []expr.Expr) expr.Expr {
	f := &expr.UnresolvedFunction{Name: name, Written: true, Args: args}
	p.expect(")")
	return p.callTail(f, start)
}

// keywordCall reads a call with keywords instead of commas, such as SUBSTRING(e
// FROM a FOR b); the commas may stand there too. The first keyword decides which
// form it is, the last may be missing.
func (p *parser) keywordCall(name string, start int, keywords ...string) expr.Expr {
	written := p.token().text
	p.advance()
	p.advance()
	if p.at(")") {
		return p.finishCall(written, start, nil)
	}
	var args []expr.Expr
	if name == "position" { // IN is no predicate here
		at := p.begin()
		args = []expr.Expr{p.binary(precCompare)}
		if !p.atWord("IN") {
			args[0] = p.infix(args[0], at, precOr)
			if p.accept(",") {
				args = append(args, p.arguments()...)
			}
			return p.finishCall(written, start, args)
		}
	} else {
		args = p.arguments()
	}
	if len(args) != 1 || !p.atWord(keywords[0]) {
		return p.finishCall(written, start, args)
	}
	for i, k := range keywords {
		if !p.acceptWords(k) && (i == 0 || !p.accept(",")) {
			if i == 0 || i < len(keywords)-1 {
				p.unexpected(k, k)
			}
			break
		}
		args = append(args, p.expression())
	}
	p.expect(")")
	if name == "position" {
		name = "locate" // as the column's name shows
	}
	return p.written(name, start, args...)
}

// timeUnits are those of TIMESTAMPADD and TIMESTAMPDIFF.
var timeUnits = []string{"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAYOFYEAR", "HOUR", "MINUTE", "SECOND",
	"MILLISECOND", "MICROSECOND"}

// unitCall reads TIMESTAMPADD(unit, n, time) and its like; where three arguments
// do not begin with a unit it is an ordinary call: DATEADD(date, days).
func (p *parser) unitCall(name string, start int) expr.Expr {
	if !p.ahead(2).isAny(timeUnits) || !p.ahead(3).isSymbol(",") {
		return nil
	}
	written := p.token().text
	p.advance()
	p.advance()
	args := p.arguments()
	unit, ok := args[0].(*expr.UnresolvedAttribute)
	if !ok || len(args) != 3 {
		return p.finishCall(written, start, args)
	}
	p.expect(")")
	return p.written(name, start, expr.Lit(unit.Parts[0]), args[1], args[2])
}
