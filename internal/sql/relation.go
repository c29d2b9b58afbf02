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
	left := p.commas(p.relation(), start)
	return p.lateralViews(left)
}

// commas reads the relations behind commas. As in Spark, a join behind one takes
// all that stands before it: a, b JOIN c is (a, b) JOIN c.
func (p *parser) commas(left plan.Node, start int) plan.Node {
	for n := 1; p.accept(","); n++ {
		p.link(n)
		if p.atWord("LATERAL") && !p.ahead(1).is("VIEW") {
			p.advance()
			left = p.lateral(left, plan.InnerJoin, start)
		} else {
			right := p.relationOperand()
			left = &plan.Join{Origin: p.origin(start), Left: left, Right: right, Type: plan.InnerJoin}
		}
		left = p.joins(left, start)
	}
	return left
}

// relation reads a relation with its joins.
func (p *parser) relation() plan.Node {
	start := p.begin()
	if p.atWord("LATERAL") && (p.ahead(1).isSymbol("(") || p.ahead(1).isName() && p.ahead(2).isSymbol("(")) {
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
	n = p.commas(p.joins(n, start), start)
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
	var mark *watermark
	if p.atWord("WATERMARK") && p.atRelationClause() {
		mark = p.watermark()
	}
	if p.atWord("WITH") && p.ahead(1).isSymbol("(") {
		p.advance()
		read.Options = p.properties()
	}
	if mark != nil {
		return mark.over(p.aliased(read, start, ""))
	}
	return p.extensions(read, start, "")
}

// extensions reads TABLESAMPLE, WATERMARK and an alias behind a relation, which is
// called name where it has none. The alias names the relation, the others take
// what it names.
func (p *parser) extensions(n plan.Node, start int, name string) plan.Node {
	var sampled func(plan.Node) plan.Node
	if p.atWord("TABLESAMPLE") && p.ahead(1).isSymbol("(") {
		sampled = p.sample()
	}
	var mark *watermark
	if p.atWord("WATERMARK") && p.atRelationClause() {
		mark = p.watermark()
	}
	if p.atPivot() {
		if name != "" {
			n = &plan.SubqueryAlias{Origin: p.origin(start), Input: n, Name: []string{name}}
		}
	} else {
		n = p.aliased(n, start, name)
	}
	n = p.pivots(n, start)
	if sampled != nil {
		n = sampled(n)
	}
	if mark != nil {
		n = mark.over(n)
	}
	return n
}

// aliased reads an alias behind a relation, which is called name where it has
// none.
func (p *parser) aliased(n plan.Node, start int, name string) plan.Node {
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

// sample reads TABLESAMPLE (10 PERCENT), (100 ROWS) or (BUCKET 1 OUT OF 4) and
// returns what makes the node.
func (p *parser) sample() func(plan.Node) plan.Node {
	start := p.begin()
	p.advance()
	p.expect("(")
	at := p.begin()
	var lower, upper float64
	var rows expr.Expr
	if p.acceptWords("BUCKET") {
		bucket := p.number()
		p.expectWords("OUT", "OF")
		of := max(p.number(), 1)
		lower, upper = (bucket-1)/of, bucket/of
	} else {
		count := p.expression()
		switch {
		case p.acceptWords("ROWS"):
			rows = count
		case p.acceptWords("PERCENT"):
			share, ok := percent(count)
			if !ok {
				p.failAt(at, fault.ParseSyntax, "TABLESAMPLE takes a number of percent")
			}
			upper = share / 100
		default:
			p.unexpected("PERCENT or ROWS", "PERCENT", "ROWS")
		}
	}
	p.expect(")")
	seed := p.repeatable()
	if p.err == nil && (lower < 0 || upper > 1 || lower > upper) {
		p.failAt(at, fault.SampleFraction, "the share of TABLESAMPLE lies between 0 and all rows")
	}
	origin := p.origin(start)
	return func(in plan.Node) plan.Node {
		if rows != nil {
			return &plan.Limit{Origin: origin, Input: in, Count: rows}
		}
		return &plan.Sample{Origin: origin, Input: in, Lower: lower, Upper: upper, Seed: seed}
	}
}

// repeatable reads REPEATABLE (seed); 0 without.
func (p *parser) repeatable() int64 {
	if !p.acceptWords("REPEATABLE") {
		return 0
	}
	p.expect("(")
	seed := p.number()
	p.expect(")")
	return int64(seed)
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

// watermark is a WATERMARK clause.
type watermark struct {
	origin plan.Origin
	column expr.Expr
	// computed is the column where the clause makes it; nil for one that exists.
	computed *expr.Alias
	delay    string
}

// watermark reads WATERMARK column DELAY OF INTERVAL …. The column may be made
// here: WATERMARK to_timestamp(s) AS ts.
func (p *parser) watermark() *watermark {
	start := p.begin()
	p.expectWords("WATERMARK")
	at := p.begin()
	w := &watermark{column: p.expression()}
	if p.acceptWords("AS") {
		name := p.name("a name")
		w.computed = &expr.Alias{Child: w.column, Names: []string{name}}
		w.column = &expr.UnresolvedAttribute{Parts: []string{name}, At: p.from(at)}
	}
	if _, ok := w.column.(*expr.UnresolvedAttribute); !ok && p.err == nil {
		p.failAt(at, fault.ParseSyntax, "the event time of WATERMARK is a column; give the expression a name: WATERMARK … AS name")
	}
	p.expectWords("DELAY", "OF")
	if p.atWord("INTERVAL") {
		_, w.delay = p.intervalText(p.begin())
	} else {
		p.unexpected("INTERVAL", "INTERVAL")
	}
	w.origin = p.origin(start)
	return w
}

// over is the relation with the watermark.
func (w *watermark) over(in plan.Node) plan.Node {
	if w.computed != nil {
		all := &expr.UnresolvedStar{At: w.origin.At}
		in = &plan.Project{Origin: w.origin, Input: in, Exprs: []expr.Expr{all, w.computed}}
	}
	return &plan.WithWatermark{Origin: w.origin, Input: in, Column: w.column, DelayText: w.delay}
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
