package sql

import (
	"strconv"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// unnamed is Spark's name of a subquery without one; it hides the names inside.
const unnamed = "__auto_generated_subquery_name"

// relations reads what follows FROM.
func (p *parser) relations() plan.Node {
	start := p.begin()
	left := p.relation()
	for n := 1; p.accept(","); n++ {
		p.link(n)
		if p.atWord("LATERAL") && !p.ahead(1).is("VIEW") {
			p.advance()
			left = p.lateral(left, plan.InnerJoin, start)
			left = p.joins(left, start)
			continue
		}
		right := p.relation()
		left = &plan.Join{Origin: p.origin(start), Left: left, Right: right, Type: plan.InnerJoin}
	}
	return p.lateralViews(left)
}

// relation reads a relation with its joins.
func (p *parser) relation() plan.Node {
	start := p.begin()
	if p.atWord("LATERAL") && p.ahead(1).isSymbol("(") {
		p.advance() // without effect in the first relation
	}
	return p.joins(p.relationOperand(), start)
}

// relationOperand reads a table, a stream, a subquery, VALUES or a function.
func (p *parser) relationOperand() plan.Node {
	if !p.enter() {
		return &plan.OneRow{}
	}
	defer p.leave()
	start := p.begin()
	t, next := p.token(), p.ahead(1)
	var n plan.Node
	switch {
	case p.at("("):
		n = p.relationInParentheses()
	case t.is("STREAM") && (next.isSymbol("(") || next.isName() && !next.isAny(clauseWords) && !next.isAny(afterTable)):
		return p.stream(start)
	case t.is("VALUES") && p.queryAt(p.next):
		return p.inlineTable()
	case t.isName():
		if t.kind == wordToken && t.isAny(clauseWords) && !t.isAny(joinFunctions) {
			p.unexpected("the name of a table or view")
			return &plan.OneRow{}
		}
		return p.table(start)
	default:
		p.unexpected("the name of a table or view, or a query in parentheses")
		return &plan.OneRow{}
	}
	if s, ok := n.(*plan.SubqueryAlias); ok && len(s.Name) == 1 && s.Name[0] == unnamed {
		return p.extensions(s.Input, start, unnamed)
	}
	return p.extensions(n, start, "")
}

// afterTable are words that follow a table called stream.
var afterTable = []string{"AS", "WATERMARK", "WITH"}

// joinFunctions are clauseWords that are also functions or likely names.
var joinFunctions = []string{"LEFT", "RIGHT", "OFFSET", "MINUS", "WINDOW", "SEMI", "ANTI"}

// relationInParentheses reads a query or a relation in parentheses. Behind a
// query in more than one pair, what follows decides.
func (p *parser) relationInParentheses() plan.Node {
	p.expect("(")
	start := p.begin()
	if p.queryAt(p.next) {
		q := p.query()
		p.expect(")")
		return &plan.SubqueryAlias{Origin: p.origin(start), Input: q, Name: []string{unnamed}}
	}
	if !p.at("(") || !p.queryAfterParentheses() {
		n := p.relations()
		p.expect(")")
		return n
	}
	if !p.enter() {
		return &plan.OneRow{}
	}
	defer p.leave()
	n := p.relationInParentheses()
	if s, ok := n.(*plan.SubqueryAlias); ok && s.Name[0] == unnamed {
		if p.queryGoesOn() {
			q := p.queryFrom(s.Input, start)
			p.expect(")")
			return &plan.SubqueryAlias{Origin: p.origin(start), Input: q, Name: []string{unnamed}}
		}
		n = p.extensions(s.Input, start, unnamed)
	} else {
		n = p.extensions(n, start, "")
	}
	n = p.joins(n, start)
	for p.accept(",") {
		right := p.relation()
		n = &plan.Join{Origin: p.origin(start), Left: n, Right: right, Type: plan.InnerJoin}
	}
	p.expect(")")
	return n
}

// table reads a table's name or a table-valued function, and what follows it.
func (p *parser) table(start int) plan.Node {
	if p.ahead(1).isSymbol("(") {
		at := p.begin()
		f := p.generator(p.name("the name of a function"), at)
		n := &plan.TableFunction{Origin: p.origin(start), Name: f.Name, Args: f.Args}
		return p.extensions(n, start, "")
	}
	name := p.relationName()
	read := &plan.Read{Origin: p.origin(start), Table: name}
	if p.atWord("WITH") && p.ahead(1).isSymbol("(") {
		p.advance()
		read.Options = p.properties()
	}
	if p.atWords("VERSION", "AS") || p.atWords("TIMESTAMP", "AS") || p.atWord("FOR") {
		p.unsupported("reading a table as of a version or a time")
	}
	return p.extensions(read, start, "")
}

// stream reads STREAM t and STREAM(t), with options and a watermark in any order.
func (p *parser) stream(start int) plan.Node {
	p.advance()
	read := &plan.Read{Streaming: true}
	if p.accept("(") {
		read.Table = p.relationName()
		p.expect(")")
	} else {
		read.Table = p.relationName()
	}
	read.Origin = p.origin(start)
	var n plan.Node = read
	if p.atWord("WATERMARK") && p.atRelationClause() {
		n = p.watermark(n)
	}
	if p.atWord("WITH") && p.ahead(1).isSymbol("(") {
		p.advance()
		read.Options = p.properties()
	}
	return p.extensions(n, start, "")
}

// extensions reads TABLESAMPLE, WATERMARK and an alias behind a relation, which is
// called name where it has none.
func (p *parser) extensions(n plan.Node, start int, name string) plan.Node {
	if p.atWord("TABLESAMPLE") && p.ahead(1).isSymbol("(") {
		n = p.sample(n)
	}
	if p.atWord("WATERMARK") && p.atRelationClause() {
		n = p.watermark(n)
	}
	if p.atWord("PIVOT") && p.ahead(1).isSymbol("(") {
		p.unsupported("PIVOT")
	}
	if p.atWord("UNPIVOT") && (p.ahead(1).isSymbol("(") || p.ahead(1).is("INCLUDE") || p.ahead(1).is("EXCLUDE")) {
		p.unsupported("UNPIVOT")
	}
	alias := &plan.SubqueryAlias{Input: n}
	switch {
	case p.acceptWords("AS"):
		alias.Name = []string{p.name("a name")}
	case p.atAlias(false):
		p.alias = p.next
		alias.Name = []string{p.name("a name")}
	case p.at("(") && p.ahead(1).isName() && name != "":
		alias.Name = []string{name}
	case name != "":
		return &plan.SubqueryAlias{Origin: p.origin(start), Input: n, Name: []string{name}}
	default:
		return n
	}
	if p.at("(") {
		alias.Columns = p.nameList()
	}
	alias.Origin = p.origin(start)
	return alias
}

// sample reads TABLESAMPLE (10 PERCENT), (100 ROWS) or (BUCKET 1 OUT OF 4).
func (p *parser) sample(in plan.Node) plan.Node {
	start := p.begin()
	p.advance()
	p.expect("(")
	var n plan.Node
	at := p.begin()
	switch {
	case p.acceptWords("BUCKET"):
		bucket := p.number()
		p.expectWords("OUT", "OF")
		of := p.number()
		n = p.sampled(in, (bucket-1)/max(of, 1), bucket/max(of, 1), at)
	default:
		count := p.expression()
		switch {
		case p.acceptWords("ROWS"):
			n = &plan.Limit{Origin: p.origin(start), Input: in, Count: count}
		case p.acceptWords("PERCENT"):
			share, ok := percent(count)
			if !ok {
				p.failAt(at, fault.ParseSyntax, "TABLESAMPLE takes a number of percent")
			}
			n = p.sampled(in, 0, share/100, at)
		default:
			p.unexpected("PERCENT or ROWS", "PERCENT", "ROWS")
			return in
		}
	}
	p.expect(")")
	if p.acceptWords("REPEATABLE") {
		p.expect("(")
		seed := p.number()
		p.expect(")")
		if s, ok := n.(*plan.Sample); ok {
			s.Seed = int64(seed)
		}
	}
	return n
}

func (p *parser) sampled(in plan.Node, lower, upper float64, at int) plan.Node {
	if p.err == nil && (lower < 0 || upper > 1 || lower > upper) {
		p.failAt(at, fault.ParseSyntax, "the share of TABLESAMPLE lies between 0 and all rows")
	}
	return &plan.Sample{Origin: p.origin(at), Input: in, Lower: lower, Upper: upper}
}

// number takes a whole number.
func (p *parser) number() float64 {
	t := p.token()
	v, err := strconv.ParseFloat(t.text, 64)
	if t.kind != integerToken || err != nil {
		p.unexpected("a whole number")
		return 0
	}
	p.advance()
	return v
}

// percent is the value of a number literal.
func percent(e expr.Expr) (float64, bool) {
	l, ok := e.(*expr.Literal)
	if !ok {
		return 0, false
	}
	switch v := l.Value.(type) {
	case int32:
		return float64(v), true
	case float64:
		return v, true
	case types.Decimal:
		return v.Float64(l.Typ.Scale), true
	}
	return 0, false
}

// watermark reads WATERMARK column DELAY OF INTERVAL …. A column that is computed
// here is added to the relation.
func (p *parser) watermark(in plan.Node) plan.Node {
	start := p.begin()
	p.expectWords("WATERMARK")
	at := p.begin()
	column := p.expression()
	if p.acceptWords("AS") {
		name := p.name("a name")
		place := p.from(at)
		alias := &expr.Alias{Child: column, Names: []string{name}}
		in = &plan.Project{Origin: plan.Origin{At: place}, Input: in,
			Exprs: []expr.Expr{&expr.UnresolvedStar{At: place}, alias}}
		column = &expr.UnresolvedAttribute{Parts: []string{name}, At: place}
	}
	if _, ok := column.(*expr.UnresolvedAttribute); !ok && p.err == nil {
		p.failAt(at, fault.ParseSyntax, "the event time of WATERMARK is a column; give the expression a name: WATERMARK … AS name")
	}
	p.expectWords("DELAY", "OF")
	if !p.atWord("INTERVAL") {
		p.unexpected("INTERVAL", "INTERVAL")
		return in
	}
	_, text := p.intervalText(p.begin())
	return &plan.WithWatermark{Origin: p.origin(start), Input: in, Column: column, DelayText: text}
}

// inlineTable reads VALUES (1, 'a'), (2, 'b') [AS] t (a, b).
func (p *parser) inlineTable() plan.Node {
	start := p.begin()
	p.advance()
	v := &plan.Values{}
	for {
		e := p.expression()
		if row, ok := e.(*expr.UnresolvedFunction); ok && row.Name == "struct" {
			v.Rows = append(v.Rows, row.Args)
		} else {
			v.Rows = append(v.Rows, []expr.Expr{e})
		}
		if !p.accept(",") {
			break
		}
	}
	v.Origin = p.origin(start)
	return p.extensions(v, start, "")
}
