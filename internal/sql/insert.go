package sql

import (
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
)

// insert reads INSERT INTO|OVERWRITE [TABLE] name [PARTITION (…)] [columns] query, and
// INSERT OVERWRITE DIRECTORY.
func (p *parser) insert(start int) plan.Command {
	n := &plan.InsertInto{}
	switch {
	case p.acceptWords("INTO"):
	case p.acceptWords("OVERWRITE"):
		n.Overwrite = true
		if p.atWord("DIRECTORY") || p.atWords("LOCAL", "DIRECTORY") {
			return p.insertDirectory(start)
		}
	default:
		p.unexpected("INTO or OVERWRITE", "INTO", "OVERWRITE")
		return nil
	}
	if p.atWord("TABLE") && p.ahead(1).isName() {
		p.advance()
	}
	n.Name = p.relationName()
	if p.acceptWords("PARTITION") {
		n.Partition = p.partitionSpec()
		if p.acceptWords("IF", "NOT", "EXISTS") {
			n.IfNotExists = true
		}
	}
	switch {
	case p.atWord("REPLACE"):
		p.failAt(p.begin(), fault.TableOperation, "INSERT INTO … REPLACE is nothing that tables over files can do; use INSERT OVERWRITE")
	case p.acceptWords("BY", "NAME"):
		n.ByName = true
	case p.at("(") && !p.queryAt(p.next+1) && !p.queryAfterParentheses():
		n.Columns = p.nameList()
	}
	n.Query = p.query()
	n.Origin = p.origin(start)
	return n
}

// partitionSpec reads (a = 1, b): columns, those with a value have the same in all
// rows.
func (p *parser) partitionSpec() []plan.PartitionValue {
	p.expect("(")
	var list []plan.PartitionValue
	for p.err == nil {
		v := plan.PartitionValue{Column: p.name("the name of a column")}
		if p.accept("=") || p.accept("==") {
			if v.Value = p.expression(); v.Value == nil {
				v.Value = expr.Lit(nil)
			}
		}
		list = append(list, v)
		if !p.accept(",") {
			break
		}
	}
	p.expect(")")
	return list
}

// insertDirectory reads [LOCAL] DIRECTORY ['path'] USING format [OPTIONS (…)] query.
func (p *parser) insertDirectory(start int) plan.Command {
	p.acceptWords("LOCAL")
	p.expectWords("DIRECTORY")
	d := &plan.InsertDirectory{}
	if p.token().kind == textToken {
		d.Path = p.textLiteral()
	}
	p.expectWords("USING")
	d.Using = strings.Join(p.names("the name of a format"), ".")
	if p.acceptWords("OPTIONS") {
		d.Options = p.properties()
	}
	if d.Path == "" {
		d.Path = d.Options["path"]
		delete(d.Options, "path")
	}
	d.Query = p.query()
	d.Origin = p.origin(start)
	return d
}
