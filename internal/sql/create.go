package sql

import (
	"maps"
	"strings"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// create reads what follows CREATE: a temporary view, a table or a streaming table.
func (p *parser) create(start int) plan.Command {
	replace := p.acceptWords("OR", "REPLACE")
	refresh := !replace && p.acceptWords("OR", "REFRESH")
	if p.acceptWords("STREAMING") {
		if replace {
			p.failAt(start, fault.UnsupportedFeature, "a streaming table cannot be replaced; write CREATE OR REFRESH STREAMING TABLE")
			return nil
		}
		p.expectWords("TABLE")
		return p.createStreamingTable(start)
	}
	if refresh {
		p.unexpected("STREAMING TABLE", "STREAMING")
		return nil
	}
	global := p.acceptWords("GLOBAL")
	if p.atWord("TABLE") || p.atWords("EXTERNAL", "TABLE") {
		p.acceptWords("EXTERNAL")
		p.advance()
		return p.createTable(start, replace)
	}
	temporary := p.acceptWords("TEMPORARY") || p.acceptWords("TEMP")
	switch {
	case p.acceptWords("VIEW"):
		v := p.createView(start, replace)
		if v.Permanent = !temporary; v.Permanent && v.Using != "" {
			p.failAt(start, fault.ParseSyntax, "a view of the catalog has a query; write CREATE TEMPORARY VIEW … USING, or CREATE TABLE … USING")
		}
		if global {
			v.Name = append([]string{"global_temp"}, v.Name...)
		}
		return v
	case p.token().isAny(otherCreations):
		p.failAt(p.begin(), fault.UnsupportedFeature, "CREATE %s is not supported; there are CREATE VIEW, "+
			"CREATE TABLE and CREATE STREAMING TABLE", strings.ToUpper(p.token().text))
	default:
		p.unexpected("TEMPORARY VIEW, TABLE or STREAMING TABLE", "TEMPORARY", "VIEW", "STREAMING", "TABLE")
	}
	return nil
}

// otherCreations are what Spark can create and weir cannot.
var otherCreations = []string{"FUNCTION", "DATABASE", "SCHEMA", "NAMESPACE", "EXTERNAL", "MATERIALIZED", "FLOW"}

// createView reads the rest of CREATE VIEW: AS query, or USING format with options and
// perhaps a schema.
func (p *parser) createView(start int, replace bool) *plan.CreateView {
	v := &plan.CreateView{Replace: replace, IfNotExists: p.acceptWords("IF", "NOT", "EXISTS")}
	v.Name = p.relationName()
	if p.at("(") {
		p.viewSchema(v)
	}
	p.viewClauses(v)
	switch {
	case p.acceptWords("USING"):
		v.Using = strings.Join(p.names("the name of a format"), ".")
		if p.acceptWords("OPTIONS") {
			v.Options = p.properties()
		}
	case p.acceptWords("AS"):
		if v.Schema != nil {
			p.failAt(start, fault.ParseSyntax, "the columns of a view over a query have no types")
			return v
		}
		v.Query, v.Text = p.queryText()
	default:
		p.unexpected("USING format or AS query", "USING", "AS")
	}
	v.Origin = p.origin(start)
	return v
}

// viewSchema reads the columns of a view: names with types, or names alone, each
// perhaps with a comment.
func (p *parser) viewSchema(v *plan.CreateView) {
	p.expect("(")
	var fields []types.Field
	for {
		f := types.Field{Name: p.name("the name of a column"), Nullable: true}
		typed := p.accept(":") || p.token().isName() && !p.atWord("COMMENT")
		if typed && v.Columns != nil || !typed && fields != nil {
			p.unexpected("a type for each column, or for none")
			return
		}
		if typed {
			f.Type = p.dataType()
			f.Nullable = !p.acceptWords("NOT", "NULL")
		}
		if p.acceptWords("COMMENT") {
			f.Metadata = map[string]any{"comment": p.textLiteral()}
		}
		if typed {
			fields = append(fields, f)
		} else {
			v.Columns = append(v.Columns, f.Name)
			if v.Comments == nil {
				v.Comments = make(map[string]string)
			}
			v.Comments[f.Name], _ = f.Metadata["comment"].(string)
		}
		if !p.accept(",") {
			break
		}
	}
	p.expect(")")
	if fields != nil {
		v.Schema = &types.Schema{Fields: fields}
	}
}

// viewClauses reads what stands between the columns of a view and its query.
func (p *parser) viewClauses(v *plan.CreateView) {
	for p.err == nil {
		switch {
		case p.acceptWords("COMMENT"):
			v.Comment = p.textLiteral()
		case p.acceptWords("TBLPROPERTIES"):
			v.Properties = p.properties()
		case p.acceptWords("WITH", "SCHEMA"):
			p.name("BINDING, COMPENSATION or EVOLUTION") // columns are looked up anew at every reading
		default:
			return
		}
	}
}

func (p *parser) comment() {
	if p.acceptWords("COMMENT") {
		p.textLiteral()
	}
}

// createStreamingTable reads the rest of CREATE STREAMING TABLE: clauses in any
// order, then AS query.
func (p *parser) createStreamingTable(start int) plan.Command {
	c := &plan.CreateStreamingTable{IfNotExists: p.acceptWords("IF", "NOT", "EXISTS")}
	c.Name = p.relationName()
	for p.err == nil {
		switch {
		case p.atWord("USING"):
			p.once(c.Using != "", "USING")
			c.Using = strings.Join(p.names("the name of a format"), ".")
		case p.atWords("PARTITIONED", "BY"):
			p.advance()
			p.once(c.PartitionBy != nil, "PARTITIONED BY")
			c.PartitionBy = p.nameList()
		case p.atWord("OPTIONS"), p.atWord("TBLPROPERTIES"):
			p.advance()
			given := p.properties()
			if c.Options == nil {
				c.Options = given
			} else {
				maps.Copy(c.Options, given)
			}
		case p.atWord("COMMENT"):
			p.comment()
		case p.acceptWords("AS"):
			c.Query = p.query()
			c.Origin = p.origin(start)
			return c
		default:
			p.unexpected("USING, PARTITIONED BY, OPTIONS or AS query", "USING", "PARTITIONED", "OPTIONS", "TBLPROPERTIES", "AS")
		}
	}
	return c
}

// once takes the last word of a clause that may stand only once.
func (p *parser) once(again bool, clause string) {
	if again {
		p.failAt(p.begin(), fault.DuplicateClauses, "%s stands here twice", clause)
		return
	}
	p.advance()
}

// properties reads (key value, 'key' 'value', key = value).
func (p *parser) properties() map[string]string {
	p.expect("(")
	list := map[string]string{}
	for p.err == nil {
		start := p.begin()
		key := p.propertyKey()
		if !p.accept("=") {
			p.accept("==")
		}
		value := p.propertyValue(key)
		if _, twice := list[key]; twice && p.err == nil {
			p.failAt(start, fault.DuplicateKey, "the option %s is given twice", key)
		}
		list[key] = value
		if !p.accept(",") {
			break
		}
	}
	p.expect(")")
	return list
}

func (p *parser) propertyKey() string {
	if t := p.token(); t.kind == textToken {
		p.advance() // one text only: the next is the value
		return t.text
	}
	return strings.Join(p.names("the name of an option"), ".")
}

// propertyValue takes a text, a number, TRUE or FALSE.
func (p *parser) propertyValue(key string) string {
	t := p.token()
	switch {
	case t.kind == textToken:
		p.advance()
		return t.text
	case t.isNumber():
		p.advance()
		return p.text[t.start:t.stop]
	case t.isSymbol("-") && p.ahead(1).isNumber():
		p.advance()
		p.advance()
		return p.text[t.start:p.tokens[p.next-1].stop]
	case t.is("TRUE"), t.is("FALSE"):
		p.advance()
		return strings.ToLower(t.text)
	case t.isName():
		p.unexpected("the value of the option " + key + ", a text in quotes: '" + t.text + "'")
	default:
		p.unexpected("the value of the option " + key)
	}
	return ""
}
