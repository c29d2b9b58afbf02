package sql

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// alter reads what follows ALTER.
func (p *parser) alter(start int) plan.Command {
	a := &plan.AlterTable{View: p.acceptWords("VIEW")}
	if !a.View && !p.acceptWords("TABLE") {
		p.unsupported("the statement ALTER " + strings.ToUpper(p.token().text))
		return nil
	}
	a.Name = p.relationName()
	switch {
	case p.acceptWords("RENAME", "TO"):
		a.Rename = p.relationName()
	case p.acceptWords("SET", "TBLPROPERTIES"):
		a.Set = p.properties()
	case p.acceptWords("UNSET", "TBLPROPERTIES"):
		p.acceptWords("IF", "EXISTS")
		p.expect("(")
		a.Unset = append(a.Unset, p.propertyKey())
		for p.accept(",") {
			a.Unset = append(a.Unset, p.propertyKey())
		}
		p.expect(")")
	case a.View && (p.acceptWords("AS") || p.queryAt(p.next)):
		a.Query, a.Text = p.queryText()
	case !a.View && (p.acceptWords("ADD", "COLUMNS") || p.acceptWords("ADD", "COLUMN")):
		a.Add = p.newColumns()
	default:
		p.refuseTable("ALTER " + map[bool]string{true: "VIEW", false: "TABLE"}[a.View] + " … " + p.nextWords())
	}
	a.Origin = p.origin(start)
	return a
}

// newColumns reads name type [COMMENT text] [FIRST | AFTER name], …; new columns come
// last, wherever they are wanted, as in Spark's tables over files.
func (p *parser) newColumns() []types.Field {
	within := p.accept("(")
	var list []types.Field
	for p.err == nil {
		f := types.Field{Name: p.name("the name of a column"), Nullable: true}
		f.Type = p.dataType()
		p.acceptWords("NOT", "NULL")
		if p.acceptWords("COMMENT") {
			f.Metadata = map[string]any{"comment": p.textLiteral()}
		}
		if !p.acceptWords("FIRST") && p.acceptWords("AFTER") {
			p.name("the name of a column")
		}
		list = append(list, f)
		if !p.accept(",") {
			break
		}
	}
	if within {
		p.expect(")")
	}
	return list
}

// nextWords are the two words that come next, for an error.
func (p *parser) nextWords() string {
	words := strings.ToUpper(p.token().text)
	if next := p.ahead(1); next.isName() {
		words += " " + strings.ToUpper(next.text)
	}
	return words
}

// refuseTable refuses what tables over files cannot do, in Spark neither.
func (p *parser) refuseTable(operation string) {
	p.failAt(p.token().start, fault.TableOperation, "%s is nothing that tables over files can do", operation)
}

// truncate reads the rest of TRUNCATE TABLE.
func (p *parser) truncate(start int) plan.Command {
	t := &plan.Truncate{Name: p.relationName()}
	if p.acceptWords("PARTITION") {
		t.Partition = p.partitionSpec()
	}
	t.Origin = p.origin(start)
	return t
}

// commentOn reads the rest of COMMENT ON TABLE.
func (p *parser) commentOn(start int) plan.Command {
	a := &plan.AlterTable{Name: p.relationName(), Comment: new(string)}
	p.expectWords("IS")
	if !p.acceptWords("NULL") {
		*a.Comment = p.textLiteral()
	}
	a.Origin = p.origin(start)
	return a
}

// queryText reads a query and gives its text as well.
func (p *parser) queryText() (plan.Node, string) {
	start := p.begin()
	n := p.query()
	if p.err != nil || p.next == 0 {
		return n, ""
	}
	return n, p.text[start:p.tokens[p.next-1].stop]
}

// otherStatement refuses the statements that weir does not have, by name.
func (p *parser) otherStatement() {
	word := strings.ToUpper(p.token().text)
	if slices.Contains([]string{"UPDATE", "DELETE", "MERGE", "REPLACE"}, word) {
		p.refuseTable(p.nextWords())
		return
	}
	p.unsupported("the statement " + word)
}
