package sql

import (
	"strings"

	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
)

// zoneKey is the setting that holds the session's time zone.
const zoneKey = "spark.sql.session.timeZone"

// statement reads one statement.
func (p *parser) statement() plan.Statement {
	if !p.enter() {
		return plan.Statement{}
	}
	defer p.leave()
	start := p.begin()
	var s plan.Statement
	switch {
	case p.at("("), p.queryAt(p.next), p.atWord("SELECT"), p.atWord("VALUES"):
		s.Query = p.query()
	default:
		s.Command = p.command(start)
	}
	at := p.from(start)
	s.Text, s.At = p.text[at.Start:at.Stop], at
	return s
}

// command reads a statement that is no query.
func (p *parser) command(start int) plan.Command {
	switch {
	case p.acceptWords("CREATE"):
		return p.create(start)
	case p.acceptWords("INSERT"):
		return p.insert(start)
	case p.acceptWords("SET", "VARIABLE"), p.acceptWords("SET", "VAR"):
		return p.setVariable(start)
	case p.acceptWords("SET"):
		return p.set(start)
	case p.atWord("DECLARE") && p.ahead(1).isName():
		p.advance()
		return p.declare(start)
	case p.acceptWords("EXECUTE", "IMMEDIATE"):
		return p.execute(start)
	case p.acceptWords("RESET"):
		key := ""
		if p.token().kind == rawToken {
			key = unquoted(p.token().text)
			p.advance()
		}
		return &plan.Reset{Origin: p.origin(start), Key: key}
	case p.acceptWords("DROP"):
		return p.drop(start)
	case p.acceptWords("ALTER"):
		return p.alter(start)
	case p.acceptWords("TRUNCATE", "TABLE"):
		return p.truncate(start)
	case p.acceptWords("COMMENT", "ON", "TABLE"):
		return p.commentOn(start)
	case p.acceptWords("MSCK", "REPAIR"), p.acceptWords("REPAIR"):
		return p.refresh(start)
	case p.acceptWords("EXPLAIN"):
		return p.explain(start)
	case p.acceptWords("SHOW"):
		return p.show(start)
	case p.acceptWords("DESCRIBE"), p.acceptWords("DESC"):
		return p.describe(start)
	case p.atWord("USE") && p.ahead(1).isName():
		p.advance()
		return p.use(start)
	case p.acceptWords("CACHE"):
		return p.cache(start)
	case p.acceptWords("UNCACHE"):
		return p.uncache(start)
	case p.acceptWords("CLEAR", "CACHE"):
		return &plan.Cache{Origin: p.origin(start), Drop: true}
	case p.acceptWords("REFRESH"):
		return p.refresh(start)
	case p.token().isAny(otherStatements) && p.ahead(1).isName():
		p.otherStatement()
	default:
		p.unexpected("a statement", statementWords...)
	}
	return nil
}

// set reads SET key = value, SET key, SET and SET TIME ZONE.
func (p *parser) set(start int) plan.Command {
	if p.acceptWords("TIME", "ZONE") {
		return p.setZone(start)
	}
	s := &plan.Set{}
	if t := p.token(); t.kind == rawToken {
		p.advance()
		key, value, found := strings.Cut(t.text, "=")
		s.Key = unquoted(strings.TrimSpace(key))
		if strings.ContainsAny(s.Key, " \t\n") || s.Key == "" {
			p.failAt(t.start, fault.InvalidSetSyntax, "write SET, SET key or SET key=value; a key with blanks stands in back-quotes")
			return s
		}
		if found {
			text := unquoted(strings.TrimSpace(value))
			s.Value = &text
			if s.Key == zoneKey {
				p.changeZone(text, t.start)
			}
		}
	}
	s.Origin = p.origin(start)
	return s
}

// unquoted takes a pair of quotes or back-quotes off.
func unquoted(s string) string {
	if n := len(s); n > 1 && s[0] == s[n-1] && strings.IndexByte("'\"`", s[0]) >= 0 && strings.Count(s, s[:1]) == 2 {
		return s[1 : n-1]
	}
	return s
}

// setZone reads what follows SET TIME ZONE: LOCAL, a zone in quotes, or an
// interval.
func (p *parser) setZone(start int) plan.Command {
	at := p.begin()
	value := ""
	switch {
	case p.acceptWords("LOCAL"):
		return &plan.Reset{Origin: p.origin(start), Key: zoneKey}
	case p.atWord("INTERVAL"):
		value = p.offset(p.interval(at), at)
	default:
		value = p.textLiteral()
	}
	p.changeZone(value, at)
	return &plan.Set{Origin: p.origin(start), Key: zoneKey, Value: &value}
}

// offset is a day-time interval as the name of a zone: +05:30.
func (p *parser) offset(l *expr.Literal, at int) string {
	micros, ok := l.Value.(int64)
	if !ok || max(micros, -micros) > 18*3600*1_000_000 {
		p.failAt(at, fault.InvalidInterval, "a time zone is at most 18 hours away from UTC")
		return ""
	}
	seconds, sign := micros/1_000_000, "+"
	if seconds < 0 {
		seconds, sign = -seconds, "-"
	}
	two := func(n int64) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }
	text := sign + two(seconds/3600) + ":" + two(seconds/60%60)
	if seconds%60 != 0 {
		text += ":" + two(seconds%60)
	}
	return text
}

// changeZone makes the statements behind be read in another zone.
func (p *parser) changeZone(id string, at int) {
	zone, err := datetime.LoadZone(id)
	if err == nil {
		p.zone = zone
		return
	}
	if e, ok := err.(*fault.Error); ok {
		err = e.Locate(p.from(at))
	}
	p.fail(err)
}

// drop reads DROP [TEMPORARY] VIEW|TABLE [IF EXISTS] name.
func (p *parser) drop(start int) plan.Command {
	if p.acceptWords("TEMPORARY", "VARIABLE") || p.acceptWords("TEMP", "VARIABLE") {
		return p.dropVariable(start)
	}
	if !p.acceptWords("TEMPORARY") {
		p.acceptWords("TEMP")
	}
	view := p.acceptWords("VIEW")
	if !view && !p.acceptWords("TABLE") {
		p.unexpected("VIEW or TABLE", "VIEW", "TABLE")
		return nil
	}
	d := &plan.DropView{View: view, IfExists: p.acceptWords("IF", "EXISTS")}
	d.Name = p.identifierOrName()
	p.acceptWords("PURGE")
	d.Origin = p.origin(start)
	return d
}

// explain reads EXPLAIN [mode] statement.
func (p *parser) explain(start int) plan.Command {
	e := &plan.Explain{}
	for _, mode := range []string{"EXTENDED", "FORMATTED", "COST", "CODEGEN"} {
		if p.acceptWords(mode) {
			e.Mode = strings.ToLower(mode)
			break
		}
	}
	if p.token().kind == endToken || p.at(";") {
		p.unexpected("a statement to explain")
		return nil
	}
	e.Statement = p.statement()
	e.Origin = p.origin(start)
	return e
}

// describe reads DESCRIBE of a table, a query or a function.
func (p *parser) describe(start int) plan.Command {
	d := &plan.Describe{What: "table"}
	switch {
	case p.atWord("FUNCTION") && (p.ahead(1).isName() || p.ahead(1).kind == textToken):
		p.advance()
		d.What = "function"
		if p.atWord("EXTENDED") && p.ahead(1).isName() {
			p.advance()
		}
		if p.token().kind == textToken {
			d.Name = []string{p.textLiteral()}
		} else {
			d.Name = p.names("the name of a function")
		}
	case p.atWord("QUERY") && (p.queryAt(p.next+1) || p.ahead(1).isSymbol("(")):
		p.advance()
		d.What, d.Query = "query", p.query()
	case p.queryAt(p.next) && !p.atWord("TABLE"), p.at("("):
		d.What, d.Query = "query", p.query()
	case (p.atWord("DATABASE") || p.atWord("SCHEMA") || p.atWord("NAMESPACE")) && p.ahead(1).isName():
		return p.describeSchema(start)
	default:
		if p.atWord("TABLE") && p.ahead(1).isName() {
			p.advance()
		}
		if (p.atWord("EXTENDED") || p.atWord("FORMATTED")) && p.ahead(1).isName() {
			d.Extended = true
			p.advance()
		}
		d.Name = p.relationName()
		if p.acceptWords("PARTITION") {
			d.Partition = p.partitionSpec()
		}
		if p.token().isName() {
			d.Column = p.names("the name of a column")
		}
	}
	d.Origin = p.origin(start)
	return d
}
