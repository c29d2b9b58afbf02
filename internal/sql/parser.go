package sql

import (
	"strings"

	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

const (
	// maxDepth bounds how deep parentheses, operators and queries are nested.
	maxDepth = 1000
	// maxChain bounds how many operators, joins or set operations follow each
	// other: they nest to the left.
	maxChain = 10000
)

// Parser reads SQL. The zero Parser is ready; it knows no session.
type Parser struct {
	// Zone is the session's time zone, in which TIMESTAMP '…' without a zone is
	// read; with nil such literals wait for the session that analyzes them
	// (expr.UnresolvedTimestamp). SET TIME ZONE in a script changes it for the
	// statements behind.
	Zone *datetime.Zone
	// Values are those of the parameters ?, in their order.
	Values []expr.Expr
	// ValuesByName are those of the parameters :name.
	ValuesByName map[string]expr.Expr
}

// ParseStatements reads statements with semicolons between them, for whatever session
// will run them. A text without any gives none.
func ParseStatements(text string) ([]plan.Statement, error) { return Parser{}.ParseStatements(text) }

// ParseQuery reads one query, for whatever session will analyze it.
func ParseQuery(text string) (plan.Node, error) { return Parser{}.ParseQuery(text) }

// ParseExpression reads one expression, which may have a name: "a + 1 AS b", for
// whatever session will analyze it.
func ParseExpression(text string) (expr.Expr, error) { return Parser{}.ParseExpression(text) }

// ParseStatements reads statements with semicolons between them. Positions are
// those in the whole text.
func (o Parser) ParseStatements(text string) ([]plan.Statement, error) {
	p := o.start(text)
	var list []plan.Statement
	for p.err == nil {
		for p.accept(";") {
		}
		if p.token().kind == endToken {
			break
		}
		list = append(list, p.statement())
		if p.token().kind != endToken && !p.at(";") {
			p.unexpected("the end of the statement")
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	return list, nil
}

// One refuses more than one statement, or none, where one is asked for.
func One(list []plan.Statement) error {
	switch len(list) {
	case 0:
		return fault.New(fault.EmptyStatement, "there is no statement in the text")
	case 1:
		return nil
	}
	return fault.New(fault.ParseSyntax, "syntax error: one statement is asked for, and here begins another; "+
		"a script is run by Session.Run, or by weir run").Locate(list[1].At)
}

// ParseQuery reads one query.
func (o Parser) ParseQuery(text string) (plan.Node, error) {
	p := o.start(text)
	p.notEmpty()
	n := p.query()
	p.accept(";")
	p.end()
	if p.err != nil {
		return nil, p.err
	}
	return n, nil
}

// ParseExpression reads one expression, which may have a name.
func (o Parser) ParseExpression(text string) (expr.Expr, error) {
	p := o.start(text)
	p.notEmpty()
	e := p.namedExpression()
	p.end()
	if p.err != nil {
		return nil, p.err
	}
	return e, nil
}

// parser reads tokens. Its first error ends it: from then on the token is the end
// of the text, and what it makes is thrown away.
type parser struct {
	text   string
	tokens []token
	next   int // index of the token
	depth  int
	err    error
	zone   *datetime.Zone // nil while the session's is not known
	alias  int            // index of the last name without AS; where an error follows, it may be a misspelt keyword
	// parameters counts the ? so far.
	parameters   int
	values       []expr.Expr
	valuesByName map[string]expr.Expr
	// windows are the functions OVER a name for which no WINDOW clause has come
	// yet; those from windowBase on belong to the query being read, as named does,
	// its last WINDOW clause.
	windows    []*expr.Window
	windowBase int
	named      map[string]*expr.Window
}

func (o Parser) start(text string) *parser {
	p := &parser{text: text, tokens: lex(text), zone: o.Zone, alias: -1, values: o.Values, valuesByName: o.ValuesByName}
	p.check()
	return p
}

func (p *parser) token() *token { return &p.tokens[p.next] }

// ahead is the token n places on.
func (p *parser) ahead(n int) *token { return &p.tokens[min(p.next+n, len(p.tokens)-1)] }

// advance takes the token.
func (p *parser) advance() {
	if p.next < len(p.tokens)-1 {
		p.next++
		p.check()
	}
}

// check fails at what is no token.
func (p *parser) check() {
	if t := p.token(); t.kind == badToken {
		c := fault.ParseSyntax
		if t.text == unclosedComment {
			c = fault.UnclosedComment
		}
		p.fail(fault.New(c, "%s", t.text).Locate(fault.Position{Text: p.text, Start: t.start, Stop: t.stop}))
	}
}

// fail notes the first error and makes the rest of the text go away.
func (p *parser) fail(err error) {
	if p.err == nil {
		p.err = err
	}
	p.next = len(p.tokens) - 1
}

// failAt fails with a condition and a sentence at the tokens from start on.
func (p *parser) failAt(start int, c fault.Condition, format string, args ...any) {
	p.fail(fault.New(c, format, args...).Locate(p.from(start)))
}

// unsupported fails at the token: Spark has it, weir does not.
func (p *parser) unsupported(what string) {
	p.failAt(p.token().start, fault.UnsupportedFeature, "%s is not supported", what)
}

// unexpected fails at the token, saying what should stand there. expected may be
// empty. Keywords that would fit are used to find what was meant.
func (p *parser) unexpected(expected string, keywords ...string) {
	if p.err != nil {
		return
	}
	t := p.token()
	found := "the end of the text"
	if t.kind != endToken {
		found = "'" + short(p.text[t.start:t.stop]) + "'"
	}
	message := "syntax error at or near " + found
	if expected != "" {
		message += ": expected " + expected
	}
	hint := ""
	if t.kind == wordToken {
		hint = nearKeyword(t.text, keywords)
	}
	if hint != "" {
		message += "; did you mean " + hint + "?"
	} else if p.alias >= 0 && p.alias == p.next-1 {
		a := p.tokens[p.alias]
		if hint = nearKeyword(a.text, clauseWords); hint != "" {
			message += "; did you mean " + hint + " instead of " + a.text + "?"
		}
	}
	e := fault.New(fault.ParseSyntax, "%s", message).With("error", found).With("hint", hint)
	p.fail(e.Locate(fault.Position{Text: p.text, Start: t.start, Stop: t.stop}))
}

// nearKeyword is the keyword that a word was perhaps meant to be.
func nearKeyword(word string, keywords []string) string {
	if len(word) < 3 {
		return ""
	}
	near := fault.Nearest(word, keywords)
	if sameWord(word, near) {
		return ""
	}
	return near
}

// short cuts what would be too long for a message.
func short(s string) string {
	if r := []rune(s[:min(len(s), 200)]); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

func (p *parser) end() {
	if p.token().kind != endToken {
		p.unexpected("the end of the text")
	}
}

func (p *parser) notEmpty() {
	if p.token().kind == endToken && p.err == nil {
		p.fail(fault.New(fault.EmptyStatement, "there is no statement in the text"))
	}
}

// at reports whether the token is this symbol.
func (p *parser) at(symbol string) bool { return p.token().isSymbol(symbol) }

// atWord reports whether the token is this keyword.
func (p *parser) atWord(word string) bool { return p.token().is(word) }

// accept takes the token if it is this symbol.
func (p *parser) accept(symbol string) bool {
	if p.at(symbol) {
		p.advance()
		return true
	}
	return false
}

func (p *parser) expect(symbol string) {
	if !p.accept(symbol) {
		p.unexpected("'" + symbol + "'")
	}
}

// atWords reports whether the next tokens are these keywords.
func (p *parser) atWords(words ...string) bool {
	for i, w := range words {
		if !p.ahead(i).is(w) {
			return false
		}
	}
	return true
}

// acceptWords takes the next tokens if they are these keywords.
func (p *parser) acceptWords(words ...string) bool {
	if !p.atWords(words...) {
		return false
	}
	for range words {
		p.advance()
	}
	return true
}

// expectWords takes keywords that must stand here.
func (p *parser) expectWords(words ...string) {
	for _, w := range words {
		if !p.acceptWords(w) {
			p.unexpected(w, w)
			return
		}
	}
}

// enter goes one level down. Where it returns false the text is nested too deep.
func (p *parser) enter() bool {
	if p.depth++; p.depth > maxDepth {
		p.tooComplex("is nested more than", maxDepth, "deep")
		return false
	}
	return true
}

func (p *parser) leave() { p.depth-- }

// link counts the n-th of operators that follow each other.
func (p *parser) link(n int) {
	if n > maxChain {
		p.tooComplex("has more than", maxChain, "operators in a row")
	}
}

func (p *parser) tooComplex(is string, limit int, what string) {
	if p.err == nil {
		p.failAt(p.token().start, fault.TooComplex, "the statement %s %d %s; write it in parts", is, limit, what)
	}
}

// begin is where the token starts.
func (p *parser) begin() int { return p.token().start }

// from is the place from start up to the token before this one, or the token
// itself where nothing has been taken yet.
func (p *parser) from(start int) fault.Position {
	stop := p.token().stop
	if p.next > 0 && p.tokens[p.next-1].stop > start {
		stop = p.tokens[p.next-1].stop
	}
	return fault.Position{Text: p.text, Start: start, Stop: max(start, stop)}
}

func (p *parser) origin(start int) plan.Origin { return plan.Origin{At: p.from(start)} }

// name takes a name: any word, or one in back-quotes.
func (p *parser) name(what string) string {
	if t := p.token(); t.isName() {
		p.advance()
		return t.text
	}
	p.unexpected(what)
	return ""
}

// names takes names with dots between them.
func (p *parser) names(what string) []string {
	parts := []string{p.name(what)}
	for p.accept(".") {
		parts = append(parts, p.name(what))
	}
	return parts
}

// relationName takes the name of a table or view.
func (p *parser) relationName() []string {
	start := p.begin()
	parts := p.names("the name of a table or view")
	last := p.tokens[max(p.next-1, 0)]
	if t := p.token(); t.isSymbol("-") && t.start == last.stop && last.kind == wordToken && p.ahead(1).start == t.stop &&
		p.ahead(1).kind == wordToken {
		p.advance()
		p.advance()
		whole := p.from(start)
		p.failAt(start, fault.InvalidIdentifier, "the name %s must stand in back-quotes: `%[1]s`",
			whole.Text[whole.Start:whole.Stop])
	}
	return parts
}

// identifierOrName takes the name of a table, or IDENTIFIER('name').
func (p *parser) identifierOrName() []string {
	if !p.atWord("IDENTIFIER") || !p.ahead(1).isSymbol("(") {
		return p.relationName()
	}
	p.advance()
	p.expect("(")
	text := ""
	if l, ok := p.expression().(*expr.Literal); ok {
		text, _ = l.Value.(string)
	}
	if text == "" {
		p.unexpected("a constant text, the name of a table")
	}
	p.expect(")")
	return strings.Split(text, ".")
}

// nameList takes names with commas between them, in parentheses.
func (p *parser) nameList() []string {
	p.expect("(")
	list := []string{p.name("the name of a column")}
	for p.accept(",") {
		list = append(list, p.name("the name of a column"))
	}
	p.expect(")")
	return list
}

// textLiteral takes a string literal; several beside each other are one.
func (p *parser) textLiteral() string {
	if p.token().kind != textToken {
		p.unexpected("a text in quotes")
		return ""
	}
	value := p.token().text
	p.advance()
	if p.token().kind != textToken {
		return value
	}
	var b strings.Builder
	b.WriteString(value)
	for p.token().kind == textToken {
		b.WriteString(p.token().text)
		p.advance()
	}
	return b.String()
}

// dataType takes a type, which package types reads.
func (p *parser) dataType() types.Type {
	if !p.token().isName() {
		p.unexpected("a data type")
		return types.Type{}
	}
	t, end, err := types.ParseTypeAt(p.text, p.begin())
	if err != nil {
		p.fail(err)
		return t
	}
	for p.token().kind != endToken && p.token().stop <= end {
		p.advance()
	}
	// Of >> one character may belong to the type, and the other not.
	if next := p.token(); next.start < end && next.kind == symbolToken {
		next.text = next.text[end-next.start:]
		next.start = end
	}
	return t
}
