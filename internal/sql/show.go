package sql

import (
	"strings"

	"github.com/weirstream/weir/internal/plan"
)

// shown are the words that may follow SHOW.
var shown = []string{"TABLES", "VIEWS", "FUNCTIONS", "COLUMNS", "DATABASES", "SCHEMAS", "CATALOGS", "PARTITIONS",
	"TBLPROPERTIES", "CREATE", "TABLE", "CURRENT"}

// show reads what follows SHOW, and what picks among that.
func (p *parser) show(start int) plan.Command {
	s := &plan.Show{}
	if p.ahead(1).is("FUNCTIONS") && (p.atWord("USER") || p.atWord("SYSTEM") || p.atWord("ALL")) {
		s.User = p.atWord("USER")
		p.advance()
	}
	word := strings.ToLower(p.token().text)
	switch {
	case p.acceptWords("CREATE", "TABLE"):
		s.What, s.Name = "create table", p.relationName()
		p.acceptWords("AS", "SERDE")
	case p.acceptWords("TABLE", "EXTENDED"):
		s.What = "table extended"
		p.showFilter(s)
		if p.acceptWords("PARTITION") {
			s.Partition = p.partitionSpec()
		}
	case p.acceptWords("CURRENT", "SCHEMA"), p.acceptWords("CURRENT", "DATABASE"):
		s.What = "current schema"
	case p.acceptWords("PARTITIONS"):
		s.What, s.Name = word, p.relationName()
		if p.acceptWords("PARTITION") {
			s.Partition = p.partitionSpec()
		}
	case p.acceptWords("TBLPROPERTIES"):
		s.What, s.Name = word, p.relationName()
		if p.accept("(") {
			s.Pattern = p.propertyKey()
			p.expect(")")
		}
	case p.atWord("TABLES"), p.atWord("VIEWS"), p.atWord("FUNCTIONS"), p.atWord("COLUMNS"), p.atWord("DATABASES"),
		p.atWord("SCHEMAS"), p.atWord("CATALOGS"):
		p.advance()
		s.What = strings.Replace(word, "schemas", "databases", 1)
		p.showFilter(s)
	default:
		p.unexpected("TABLES, VIEWS, FUNCTIONS, COLUMNS, DATABASES, PARTITIONS, TBLPROPERTIES or CREATE TABLE", shown...)
		return nil
	}
	s.Origin = p.origin(start)
	return s
}

// showFilter reads FROM name and LIKE 'pattern'.
func (p *parser) showFilter(s *plan.Show) {
	if p.acceptWords("FROM") || p.acceptWords("IN") {
		s.Name = p.relationName()
		if s.What == "columns" && (p.acceptWords("FROM") || p.acceptWords("IN")) {
			s.Name = append(p.names("the name of a schema"), s.Name...)
		}
	} else if s.What == "columns" {
		p.unexpected("FROM and the name of a table or view", "FROM", "IN")
		return
	}
	like := p.acceptWords("LIKE")
	switch t := p.token(); {
	case t.kind == textToken:
		s.Pattern = p.textLiteral()
	case s.What == "functions" && t.isName():
		s.Pattern = strings.Join(p.names("the name of a function"), ".")
	case like:
		p.unexpected("a pattern in quotes")
	}
}

// describeSchema reads DESCRIBE DATABASE.
func (p *parser) describeSchema(start int) plan.Command {
	p.advance()
	d := &plan.Describe{What: "database", Extended: p.acceptWords("EXTENDED")}
	d.Name = p.names("the name of a schema")
	d.Origin = p.origin(start)
	return d
}
