package sql

import (
	"maps"
	"strings"

	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// createTable reads the rest of CREATE TABLE: columns, clauses in any order, AS
// query.
func (p *parser) createTable(start int, replace bool) plan.Command {
	c := &plan.CreateTable{Replace: replace, IfNotExists: p.acceptWords("IF", "NOT", "EXISTS")}
	c.Name = p.relationName()
	if p.acceptWords("LIKE") {
		c.Like = p.relationName()
	}
	if p.at("(") && c.Like == nil {
		v := &plan.CreateView{}
		if p.viewSchema(v); v.Schema == nil && p.err == nil {
			p.unexpected("the columns of a table with their types")
			return c
		}
		c.Schema = v.Schema
	}
	for p.err == nil && p.token().kind != endToken && !p.at(";") {
		switch {
		case p.atWord("USING"):
			p.once(c.Using != "", "USING")
			c.Using = strings.Join(p.names("the name of a format"), ".")
		case p.atWords("PARTITIONED", "BY"):
			p.advance()
			p.once(c.PartitionBy != nil, "PARTITIONED BY")
			p.partitionColumns(c)
		case p.atWord("OPTIONS"), p.atWord("TBLPROPERTIES"):
			table := p.atWord("OPTIONS")
			p.advance()
			given := p.properties()
			switch {
			case !table:
				c.Properties = given
			case c.Options == nil:
				c.Options = given
			default:
				maps.Copy(c.Options, given)
			}
		case p.atWord("LOCATION"):
			p.once(c.Location != "", "LOCATION")
			c.Location = p.textLiteral()
		case p.acceptWords("COMMENT"):
			c.Comment = p.textLiteral()
		case p.atWord("CLUSTERED"), p.atWords("CLUSTER", "BY"):
			p.unsupported("CLUSTERED BY")
		case p.acceptWords("AS"), p.queryAt(p.next), p.at("("):
			c.Query = p.query()
			c.Origin = p.origin(start)
			return c
		default:
			p.unexpected("USING, PARTITIONED BY, OPTIONS, LOCATION or AS query", "USING", "PARTITIONED", "OPTIONS", "LOCATION", "AS")
		}
	}
	c.Origin = p.origin(start)
	return c
}

// partitionColumns reads (a, b), or (a INT, b STRING), which are columns of the
// table besides.
func (p *parser) partitionColumns(c *plan.CreateTable) {
	p.expect("(")
	for p.err == nil {
		name := p.name("the name of a column")
		c.PartitionBy = append(c.PartitionBy, name)
		if !p.at(",") && !p.at(")") {
			if c.Schema == nil {
				c.Schema = &types.Schema{}
			}
			c.Schema.Fields = append(c.Schema.Fields, types.Field{Name: name, Type: p.dataType(), Nullable: true})
		}
		if !p.accept(",") {
			break
		}
	}
	p.expect(")")
}

// use reads what follows USE.
func (p *parser) use(start int) plan.Command {
	for _, word := range []string{"NAMESPACE", "DATABASE", "SCHEMA", "CATALOG"} {
		if p.atWord(word) && p.ahead(1).isName() {
			p.advance()
			break
		}
	}
	u := &plan.Use{Name: p.names("the name of a schema")}
	u.Origin = p.origin(start)
	return u
}

// cache reads CACHE [LAZY] TABLE name [OPTIONS (…)] [[AS] query].
func (p *parser) cache(start int) plan.Command {
	p.acceptWords("LAZY")
	p.expectWords("TABLE")
	c := &plan.Cache{Name: p.relationName()}
	if p.acceptWords("OPTIONS") {
		p.properties()
	}
	if p.acceptWords("AS") || p.queryAt(p.next) {
		c.Query = p.query()
	}
	c.Origin = p.origin(start)
	return c
}

// uncache reads UNCACHE TABLE [IF EXISTS] name.
func (p *parser) uncache(start int) plan.Command {
	p.expectWords("TABLE")
	c := &plan.Cache{Drop: true, IfExists: p.acceptWords("IF", "EXISTS"), Name: p.relationName()}
	c.Origin = p.origin(start)
	return c
}

// refresh reads REFRESH [TABLE] name and REFRESH 'path'.
func (p *parser) refresh(start int) plan.Command {
	r := &plan.Refresh{}
	if p.token().kind == textToken {
		p.textLiteral()
	} else {
		if p.atWord("TABLE") && p.ahead(1).isName() {
			p.advance()
		}
		r.Name = p.relationName()
	}
	r.Origin = p.origin(start)
	return r
}
